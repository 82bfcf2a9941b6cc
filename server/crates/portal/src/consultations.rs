//! Consultations as the public reads and answers them (REV-06). What is asked is begun and ended in the
//! review of an entry (`publishing::consultation`).

use std::collections::BTreeMap;

use chrono::TimeDelta;
use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_store::consultations::{self, Comment};
use kaishu_types::{ErrorCode, Lang};
use sha2::{Digest, Sha256};

pub use kaishu_store::consultations::Consultation;

use crate::accounts::{Caller, LoginLimit, Tries};
use crate::administration::Faults;
use crate::cases::LogAct;
use crate::retrieval::Client;
use crate::{Error, Portal, Result};

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
const COMMENT_SPAN: TimeDelta = TimeDelta::hours(1);

/// How often clients commented a short while ago.
pub(crate) struct Limit(Tries);

impl Default for Limit {
    fn default() -> Self {
        let failures = std::num::NonZeroU32::MIN.saturating_add(COMMENTS_OF_CLIENT - 1);
        Self(Tries::new(LoginLimit { failures, span: COMMENT_SPAN }))
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

    /// Keeps a comment of anybody, logged in or not.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; `NotFound` where there is no such consultation; `Conflict` where its
    /// time is over; `TooManyRequests` where the client commented too often.
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
        if let Some(client) = client {
            let now = self.now();
            self.inner.comments.0.begin(client, now).map_err(|until| later(until - now, lang))?;
        }
        let by = match caller.is_logged_in() {
            true => self.actor(caller),
            false => visitor(),
        };
        let hash = Sha256::digest(comment.body.as_bytes());
        let hash = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let transaction = self.inner.store.begin().await?;
        let comment = consultations::add_comment(&transaction, id, &comment).await?;
        // The log says that somebody wrote and what it was, by its hash: who and what stays where it can
        // be deleted when its time is over.
        let facts = BTreeMap::from([
            ("dataset".to_owned(), kept.dataset.to_string()),
            ("comment".to_owned(), comment.to_string()),
            ("sha256".to_owned(), hash),
        ]);
        let subject = id.to_string();
        let (kind, event) = ("consultation", "commented");
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

/// Somebody who reads without an account, as the log names them.
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
    let minutes = wait.num_minutes() + 1;
    Error::TryLater {
        message: lang.pick(
            format!("从你所在的网络提交的意见太多，请在 {minutes} 分钟后再提交。填写的内容还在这一页。"),
            format!(
                "Too many comments came from your network; send it again in {minutes} minutes. What you wrote is still on this page."
            ),
        ),
        seconds: u64::try_from(wait.num_seconds() + 1).unwrap_or(1),
    }
}
