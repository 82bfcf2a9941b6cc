//! Consultations as the public reads and answers them (REV-06). What is asked is begun and ended in the
//! review of an entry (`publishing::consultation`).

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use chrono::{DateTime, Months, TimeDelta, Utc};
use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_store::consultations::{self, Comment};
use kaishu_types::{ErrorCode, Lang};

pub use kaishu_store::consultations::Consultation;

use crate::accounts::{Caller, LoginLimit, Tries};
use crate::administration::Faults;
use crate::cases::LogAct;
use crate::retrieval::Client;
use crate::{Error, Portal, Result};

/// The kind of what the log says of consultations.
pub(crate) const CONSULTATION: &str = "consultation";
/// The entry of a summary, of which whoever commented is told.
pub(crate) const SUMMARISED: &str = "summarised";

/// Consultations in each list of the page.
const ROWS: u64 = 100;
/// Comments on a page.
const COMMENTS: u64 = 100;
/// Longest comment, in characters.
pub const MAX_COMMENT_CHARS: usize = 2_000;
/// Longest name or contact, in characters.
const MAX_NAME: usize = 100;
/// How often one client may comment (*proposed*): as often as an office behind one address does.
const COMMENTS_OF_CLIENT: u32 = 10;
/// How often all of those together may who are not known apart, where a proxy names nobody (*proposed*).
const COMMENTS_OF_UNKNOWN: u32 = 60;
/// How often all clients together may comment on one consultation (*proposed*): more than people write, few
/// enough to be read.
const COMMENTS_OF_ALL: u32 = 300;
const COMMENT_SPAN: TimeDelta = TimeDelta::hours(1);

/// How often was commented a short while ago.
pub(crate) struct Limit {
    of_client: Tries,
    of_unknown: Tries<()>,
    of_consultation: Tries<i64>,
}

impl Default for Limit {
    fn default() -> Self {
        let limit = |n: u32| {
            let failures = NonZeroU32::MIN.saturating_add(n - 1);
            LoginLimit { failures, span: COMMENT_SPAN }
        };
        Self {
            of_client: Tries::new(limit(COMMENTS_OF_CLIENT)),
            of_unknown: Tries::new(limit(COMMENTS_OF_UNKNOWN)),
            of_consultation: Tries::new(limit(COMMENTS_OF_ALL)),
        }
    }
}

impl Limit {
    /// Counts a comment.
    ///
    /// # Errors
    ///
    /// `TooManyRequests` with the time from which it can be sent again.
    fn count(
        &self,
        consultation: i64,
        client: Option<Client>,
        now: DateTime<Utc>,
        lang: Lang,
    ) -> Result<()> {
        match client {
            Some(client) => self
                .of_client
                .begin(client.customer(), now)
                .map_err(|until| later(until - now, lang))?,
            None => self.of_unknown.begin((), now).map_err(|until| busy(until - now, lang))?,
        }
        let counted = self.of_consultation.begin(consultation, now);
        counted.map_err(|until| busy(until - now, lang))
    }
}

/// A consultation as the public reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsultationView {
    /// What is asked, of what, until when.
    pub kept: Consultation,
    /// Name of the provider.
    pub organization: String,
    /// Name of the category.
    pub theme: String,
    /// The grounds of the class, in words.
    pub grounds: Vec<String>,
    /// Whether it can be answered today.
    pub is_open: bool,
    /// How many comments there are.
    pub n_comments: u64,
    /// Whether the dataset is public meanwhile.
    pub is_published: bool,
}

/// What somebody writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NewComment<'a> {
    /// The comment.
    pub body: &'a str,
    /// A name; may be empty.
    pub name: &'a str,
    /// How they can be reached; may be empty.
    pub contact: &'a str,
    /// A field that people do not see: whoever fills it in is a program.
    pub trap: &'a str,
    /// The key of the form, by which one that is sent twice is one comment; empty where there is none.
    pub once: &'a str,
}

/// A comment as the reviewers read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentView {
    /// What is kept; the contact is sealed.
    pub kept: Comment,
    /// How somebody can be reached, for whoever takes a step of the review.
    pub contact: Option<String>,
}

/// The comments on a consultation, from a place on.
#[derive(Debug, Clone, PartialEq)]
pub struct CommentPage {
    /// The consultation.
    pub consultation: ConsultationView,
    /// The comments, the oldest first.
    pub rows: Vec<CommentView>,
    /// Where the next page begins.
    pub next: Option<i64>,
}

impl Portal {
    /// Lists the consultations: those that can be answered, what ends first before the others; then those
    /// that could, the newest first.
    pub async fn consultations(
        &self,
        lang: Lang,
    ) -> Result<(Vec<ConsultationView>, Vec<ConsultationView>)> {
        let (store, today) = (&self.inner.store, self.today());
        let mut lists = Vec::with_capacity(2);
        for found in [
            consultations::answerable(store, today, ROWS).await?,
            consultations::past(store, today, ROWS).await?,
        ] {
            let mut views = Vec::with_capacity(found.len());
            for kept in found {
                views.push(self.consultation_view(kept, lang).await?);
            }
            lists.push(views);
        }
        let past = lists.pop().unwrap_or_default();
        Ok((lists.pop().unwrap_or_default(), past))
    }

    /// Finds a consultation.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none.
    pub async fn consultation(&self, id: i64, lang: Lang) -> Result<ConsultationView> {
        let kept = consultations::find(&self.inner.store, id).await?;
        let kept = kept.ok_or_else(|| Error::not_found("consultation", id.to_string()))?;
        self.consultation_view(kept, lang).await
    }

    async fn consultation_view(&self, kept: Consultation, lang: Lang) -> Result<ConsultationView> {
        let directory = self.directory();
        let organization = directory.organization(&kept.organization);
        let grounds = kept.planned.grounds.iter();
        let grounds = grounds.map(|it| directory.label("open_ground", it, lang));
        Ok(ConsultationView {
            organization: organization
                .map_or_else(|| kept.organization.clone(), |it| it.named.label(lang).to_owned()),
            theme: directory.label("theme", &kept.planned.theme, lang),
            grounds: grounds.collect(),
            is_open: kept.is_open_on(self.today()),
            n_comments: consultations::n_comments(&self.inner.store, kept.id).await?,
            is_published: self.find_public(&kept.dataset).await?.is_some(),
            kept,
        })
    }

    /// Keeps a comment of anybody, logged in or not; the same form that is sent twice is kept once.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; `NotFound` where there is no such consultation; `Conflict` where its
    /// time is over; `TooManyRequests` where the client, or all clients together, commented too often.
    pub async fn comment(
        &self,
        caller: &Caller,
        id: i64,
        (new, client): (NewComment<'_>, Option<Client>),
        lang: Lang,
    ) -> Result<()> {
        let kept = consultations::find(&self.inner.store, id).await?;
        let kept = kept.ok_or_else(|| Error::not_found("consultation", id.to_string()))?;
        if !new.trap.is_empty() {
            // A program learns nothing from the answer.
            return Ok(());
        }
        if !kept.is_open_on(self.today()) {
            return Err(over(lang));
        }
        let comment = self.read_comment(caller, new, lang)?;
        self.inner.comments.count(id, client, self.now(), lang)?;
        let transaction = self.inner.store.begin().await?;
        let (form, sent) = (format!("comment {id}"), [new.body, new.name, new.contact]);
        if !self.note_form(&transaction, caller, (&form, new.once), &sent).await? {
            return Ok(());
        }
        let number = consultations::add_comment(&transaction, id, &comment).await?;
        // The log says that somebody wrote, and which comment it was by a keyed hash: who and what stays where
        // it is erased when its time is over.
        let facts = BTreeMap::from([
            ("dataset".to_owned(), kept.dataset.to_string()),
            ("comment".to_owned(), number.to_string()),
            ("keyed_hash".to_owned(), self.account_secrets().comment_hash(number, &comment.body)),
        ]);
        let subject = id.to_string();
        let (kind, event, by) = (CONSULTATION, "commented", visitor());
        let act = LogAct { kind, subject: &subject, event, by, reason: "", facts };
        self.log(&transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    fn read_comment(&self, caller: &Caller, new: NewComment<'_>, lang: Lang) -> Result<Comment> {
        let mut faults = Faults::new(lang);
        let body = faults.text("body", new.body, MAX_COMMENT_CHARS);
        if body.is_none() && !faults.has("body") {
            faults.add("body", "请填写意见", "Write what you think");
        }
        let name = faults.text("name", new.name, MAX_NAME);
        let contact = faults.text("contact", new.contact, MAX_NAME);
        faults.into_result()?;
        let contact = contact.map(|text| self.account_secrets().contact(&text)).transpose()?;
        Ok(Comment {
            id: 0,
            account: caller.account(),
            name,
            contact,
            body: body.unwrap_or_default(),
            at: self.instant(),
        })
    }

    /// Erases what was written on consultations that ended as long ago as a profile keeps cases after closing
    /// (`P:retention.cases`): text, name, contact and account. That somebody wrote stays, with its hash in the
    /// log. Returns how many comments it erased.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn sweep_comments(&self) -> Result<u64> {
        let years = self.policy().rules.retention.cases.value.get();
        let before = self.today().checked_sub_months(Months::new(years * 12));
        let Some(before) = before else { return Ok(0) };
        let store = &self.inner.store;
        let mut n_erased = 0;
        for id in consultations::ended_with_comments(store, before, ROWS).await? {
            let transaction = store.begin().await?;
            let n = consultations::erase_comments(&transaction, id).await?;
            if n > 0 {
                let (kind, subject, by) = (CONSULTATION, id.to_string(), Actor::system());
                let facts = BTreeMap::from([("comments".to_owned(), n.to_string())]);
                let (subject, event) = (subject.as_str(), "comments_erased");
                let act = LogAct { kind, subject, event, by, reason: "", facts };
                self.log(&transaction, act).await?;
            }
            transaction.commit().await?;
            n_erased += n;
        }
        Ok(n_erased)
    }

    /// Shows the comments on a consultation to those who may see the review it belongs to.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none whose review the caller may see.
    pub async fn comments(
        &self,
        caller: &Caller,
        id: i64,
        after: i64,
        lang: Lang,
    ) -> Result<CommentPage> {
        let consultation = self.consultation(id, lang).await?;
        let case = match self.visible_case(caller, consultation.kept.case).await {
            Err(error) if error.code() == ErrorCode::NotFound => {
                return Err(Error::not_found("consultation", id.to_string()));
            }
            other => other?,
        };
        let subject = self.subject_of(&case.about, false);
        let reviews = [Action::ReviewForProvider, Action::ReviewForAuthority];
        let may_reach = reviews.iter().any(|it| caller.role_for(*it, &subject).is_some());
        let store = &self.inner.store;
        let mut rows = consultations::comments(store, id, (after, COMMENTS + 1)).await?;
        let limit = usize::try_from(COMMENTS).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(|row| row.id);
        let view = |kept: Comment| {
            let sealed = kept.contact.as_deref().filter(|_| may_reach);
            let contact = sealed.and_then(|it| self.account_secrets().open_contact(it));
            CommentView { contact, kept }
        };
        Ok(CommentPage { consultation, rows: rows.into_iter().map(view).collect(), next })
    }
}

/// Whoever comments, as the log names them, with an account or without.
fn visitor() -> Actor {
    Actor { login: "visitor".to_owned(), name: "访客".to_owned(), ..Actor::default() }
}

fn over(lang: Lang) -> Error {
    Error::Refused {
        code: ErrorCode::Conflict,
        message: lang
            .pick(
                "现在不能提交意见：期间已过，或者已经停止",
                "this cannot be answered now: its time is over, or it was stopped",
            )
            .to_owned(),
        rule: None,
        remedy: None,
    }
}

fn later(wait: TimeDelta, lang: Lang) -> Error {
    let (zh, en) = ("从你所在的网络提交的意见太多", "Too many comments came from your network");
    wait_for(wait, lang.pick(zh, en), lang)
}

fn busy(wait: TimeDelta, lang: Lang) -> Error {
    let (zh, en) = ("最近一小时收到的意见太多", "Too many comments came within the last hour");
    wait_for(wait, lang.pick(zh, en), lang)
}

fn wait_for(wait: TimeDelta, why: &str, lang: Lang) -> Error {
    let minutes = wait.num_minutes() + 1;
    Error::TryLater {
        message: lang.pick(
            format!("{why}，请在 {minutes} 分钟后再提交。填写的内容还在这一页。"),
            format!(
                "{why}; send it again in {minutes} minutes. What you wrote is still on this page."
            ),
        ),
        seconds: u64::try_from(wait.num_seconds() + 1).unwrap_or(1),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]
    use super::*;

    fn client(address: &str) -> Option<Client> {
        Some(Client::from(address.parse::<std::net::IpAddr>().unwrap()))
    }

    #[test]
    fn nobody_comments_without_bound() {
        let now = DateTime::UNIX_EPOCH;
        let limit = Limit::default();
        let count = |consultation, client| limit.count(consultation, client, now, Lang::En);
        // The networks of one customer are one client.
        for n in 0..COMMENTS_OF_CLIENT {
            count(1, client(&format!("2001:db8:0:{n:x}::1"))).unwrap();
        }
        assert!(count(1, client("2001:db8:0:ff::1")).is_err());
        assert!(count(1, client("2001:db8:0:100::1")).is_ok());
        for _ in 0..COMMENTS_OF_UNKNOWN {
            count(1, None).unwrap();
        }
        assert!(count(1, None).is_err(), "those who are not known apart share a count");
        let before = COMMENTS_OF_CLIENT + 1 + COMMENTS_OF_UNKNOWN;
        for n in before..COMMENTS_OF_ALL {
            count(1, client(&format!("192.0.{}.{}", n / 250, n % 250))).unwrap();
        }
        assert!(count(1, client("198.51.100.1")).is_err(), "all together");
        assert!(count(2, client("198.51.100.1")).is_ok(), "on this consultation");
    }
}
