//! What people are told: the inbox on the site, and the same by mail (SUP-02).
//!
//! An event and whom it is told are written in one transaction (`kaishu_store::cases`). Mails go out of the
//! same rows: each node takes what waits, so that nothing is lost with a process and nothing is sent twice
//! while its server answers. Only a mail whose process died after the server took it, and before that was
//! kept, is sent once more: at least once, never less.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_domain::cases::machine;
use kaishu_store::cases::{self, Mail, Posted};
use kaishu_store::log::{self, Logged};
use kaishu_types::Lang;
use kaishu_types::case::CaseKind;

use super::mail::{Letter, Sent};
use super::secrets::Kind;
use super::{Caller, log_in_first, portal_name};
use crate::consultations::{CONSULTATION, SUMMARISED};
use crate::{Portal, Result};

/// How often a node looks for mails.
const PAUSE: Duration = Duration::from_secs(10);
/// How long is waited before the second try, the third, and so on.
const RETRIES: [TimeDelta; 5] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(3),
    TimeDelta::hours(12),
];
/// A mail about something older than this helps nobody: the inbox has it.
const OLDEST: TimeDelta = TimeDelta::days(3);
/// Notices on a page.
const ROWS: usize = 30;

/// Something that somebody was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeView {
    /// Its number.
    pub id: i64,
    /// What happened, in words.
    pub text: String,
    /// What it is about.
    pub title: String,
    /// Why; empty where nobody said so.
    pub reason: String,
    /// The page that shows it.
    pub link: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it was read.
    pub is_read: bool,
}

/// A page of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    /// What somebody was told, the newest first.
    pub notices: Vec<NoticeView>,
    /// The number that the next page begins before.
    pub next: Option<i64>,
}

impl Portal {
    /// Lists what the caller was told, the newest first, before the notice with a number.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in.
    pub async fn inbox(&self, caller: &Caller, before: Option<i64>, lang: Lang) -> Result<Inbox> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        let store = &self.inner.store;
        let limit = u64::try_from(ROWS + 1).unwrap_or(u64::MAX);
        let mut found = cases::inbox(store, account, before, limit).await?;
        let has_more = found.len() > ROWS;
        found.truncate(ROWS);
        let places: Vec<i64> = found.iter().map(|notice| notice.seq).collect();
        let entries = log::at(store, &places).await?;
        let about: Vec<i64> = found.iter().filter_map(|notice| notice.case).collect();
        let titles = cases::titles(store, &about).await?;
        let next = found.last().filter(|_| has_more).map(|notice| notice.id);
        let notices = found.into_iter().filter_map(|notice| {
            let entry = entries.iter().find(|entry| entry.seq == notice.seq)?;
            let title = notice.case.and_then(|case| titles.get(&case));
            let Told { title, text, link } = told(entry, title, lang);
            Some(NoticeView {
                id: notice.id,
                text,
                title,
                reason: entry.event.body.reason.clone(),
                link,
                at: notice.at,
                is_read: notice.is_read,
            })
        });
        Ok(Inbox { notices: notices.collect(), next })
    }

    /// Counts what the caller was told and has not read.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn n_unread(&self, caller: &Caller) -> Result<u64> {
        match caller.account() {
            Some(account) => Ok(cases::n_unread(&self.inner.store, account).await?),
            None => Ok(0),
        }
    }

    /// Says that the caller has read what they were told, up to a number.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in.
    pub async fn read_inbox(&self, caller: &Caller, up_to: i64, lang: Lang) -> Result<()> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        let transaction = self.inner.store.begin().await?;
        cases::read_inbox(&transaction, account, up_to).await?;
        Ok(transaction.commit().await?)
    }

    /// Sends the mails of notices, and those to accounts, for as long as the process lives.
    pub async fn follow_notices(self) {
        loop {
            if let Err(error) = self.send_notices().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the mails of notices could not be sent"
                );
            }
            if let Err(error) = self.send_letters().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "mails to accounts could not be sent"
                );
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Sends the mails that wait, where a server for mail is set. Returns how many it took.
    ///
    /// # Errors
    ///
    /// Fails where the store does; a mail that cannot be sent is kept and tried again.
    pub async fn send_notices(&self) -> Result<usize> {
        if !self.sends_mail() {
            return Ok(0);
        }
        let store = &self.inner.store;
        let mut n_sent = 0;
        while let Some(mail) = cases::take_mail(store, self.instant()).await? {
            let posted = self.post(&mail).await?;
            n_sent += usize::from(posted == Posted::Sent);
            cases::post_mail(store, mail.id, posted).await?;
        }
        Ok(n_sent)
    }

    async fn post(&self, mail: &Mail) -> Result<Posted> {
        let store = &self.inner.store;
        let account = kaishu_store::accounts::find_by_id(store, mail.account).await?;
        // Whoever left is told nothing any more.
        let account = account.filter(|account| account.is_usable(self.now()));
        let sealed = account.and_then(|account| account.email);
        let to = sealed.and_then(|it| self.account_secrets().open_text(Kind::Mail, &it));
        let Some(to) = to else { return Ok(Posted::NoAddress) };
        let Some(entry) = log::at(store, &[mail.seq]).await?.into_iter().next() else {
            return Ok(Posted::Failed);
        };
        let now = self.instant();
        if entry.event.at < now - OLDEST {
            return Ok(Posted::Failed);
        }
        let case = entry.case.map(|(id, _)| id);
        let titles = cases::titles(store, case.as_slice()).await?;
        let letter = self.letter(to, &entry, titles.values().next());
        Ok(match self.send_now(letter).await {
            Sent::Yes => Posted::Sent,
            Sent::Never => Posted::Failed,
            Sent::NotYet => {
                let tried = usize::try_from(mail.n_attempts).unwrap_or(usize::MAX);
                match RETRIES.get(tried.saturating_sub(1)) {
                    Some(pause) => Posted::Later(now + *pause),
                    None => Posted::Failed,
                }
            }
        })
    }

    fn letter(&self, to: String, entry: &Logged, title: Option<&String>) -> Letter {
        let Told { title, text, link } = told(entry, title, Lang::Zh);
        let name = portal_name(self, Lang::Zh);
        let base = self.site().base_url.clone();
        let link = link.map(|path| format!("{base}{path}")).unwrap_or(base);
        let reason = match entry.event.body.reason.as_str() {
            "" => String::new(),
            reason => format!("\n意见或者理由：{reason}\n"),
        };
        let about = match entry.kind.as_str() {
            // Its number tells nothing.
            CONSULTATION => title.clone(),
            _ => format!("{title}（{}）", entry.subject),
        };
        Letter {
            to,
            subject: format!("{text}：{title}"),
            body: format!(
                "{about}\n{text}\n{reason}\n打开：{link}\n\n{name}\n这封邮件由平台自动发送，请勿回复。\n",
            ),
            link: None,
        }
    }
}

/// An entry of the log, as those are told it concerns.
struct Told {
    title: String,
    text: String,
    link: Option<String>,
}

fn told(entry: &Logged, title: Option<&String>, lang: Lang) -> Told {
    let facts = &entry.event.body.facts;
    let kind: Option<CaseKind> = entry.kind.parse().ok();
    let word = kind.and_then(|kind| machine(kind).label(&entry.event.name, lang));
    let of_inspection = || word_of_inspection(&entry.event.name, lang);
    let word = word.or_else(of_inspection).or_else(|| word_of_order(entry, lang));
    let text = match (word, entry.event.name.as_str()) {
        (Some(word), _) => match kind {
            Some(kind) => lang.pick(
                format!("{}{}", prefix(kind, lang), word),
                format!("{}{}", prefix(kind, lang), word.to_lowercase()),
            ),
            None => word.to_owned(),
        },
        (None, "update_soon") => {
            lang.pick("数据即将到期，请按期更新", "The data is due soon").to_owned()
        }
        (None, "update_due") => lang.pick("数据今天应当更新", "The data is due today").to_owned(),
        (None, "update_overdue") => {
            lang.pick("数据已经逾期未更新", "The data is overdue").to_owned()
        }
        (None, "urged") => lang
            .pick("数据逾期未更新，主管部门催办", "The authority urges: the data is overdue")
            .to_owned(),
        (None, "refused_repeatedly") => lang
            .pick(
                "使用者一小时内多次超出授权范围获取数据，已拒绝",
                "A user asked repeatedly for more than was granted, and was refused",
            )
            .to_owned(),
        (None, "guided") => {
            lang.pick("行业主管部门发来指导意见", "Guidance of the sector department").to_owned()
        }
        (None, "expires_soon" | "expired") if entry.kind == "policy" => {
            end_of_rules(&entry.event.name, facts.get("last_day"), lang)
        }
        (None, "result_registered") => lang
            .pick("使用者登记了成果", "A holder registered a result of the use of data")
            .to_owned(),
        (None, "webhook_disabled") => lang
            .pick(
                "推送多次失败，已经停用；修好接收地址后可以重新启用",
                "Deliveries to a webhook failed again and again; it is disabled until you enable it",
            )
            .to_owned(),
        (None, "push_failed") => lang
            .pick(
                "共享数据多次推送失败，这一期不再重试；请接收单位检查接收地址",
                "Shared data could not be sent, again and again; the receiver checks its address",
            )
            .to_owned(),
        (None, SUMMARISED) => lang
            .pick("您提出意见的事项公布了意见采纳情况", "The summary of the comments is published")
            .to_owned(),
        (None, other) => other.to_owned(),
    };
    let link = match entry.case {
        Some((id, _)) => Some(format!("/workbench/cases/{id}")),
        // Whoever commented sees the notice, and nothing of the review.
        None if entry.kind == CONSULTATION => Some(format!("/consultations/{}", entry.subject)),
        None if facts.contains_key("application") => {
            facts.get("application").map(|id| format!("/applications/{id}"))
        }
        None if entry.event.name == "guided" => Some("/workbench/guidance".to_owned()),
        None if entry.event.name == "push_failed" => {
            facts.get("case").map(|id| format!("/share/requests/{id}"))
        }
        None if entry.kind == "webhook" => Some(format!("/me/webhooks/{}", entry.subject)),
        None if entry.kind == "policy" => Some("/authority/profile".to_owned()),
        None if entry.kind == "order" => Some("/workbench/orders".to_owned()),
        None if word_of_inspection(&entry.event.name, lang).is_some() => {
            Some(format!("/workbench/datasets/{}/inspections", entry.subject))
        }
        None if entry.kind == "dataset" => Some(format!("/workbench/datasets/{}", entry.subject)),
        None => None,
    };
    let title = title.or_else(|| facts.get("title")).unwrap_or(&entry.subject).clone();
    Told { title, text, link }
}

/// Says that the rules in force end, or have ended (ORG-12).
fn end_of_rules(event: &str, last_day: Option<&String>, lang: Lang) -> String {
    let day = last_day.map(String::as_str).unwrap_or_default();
    match event {
        "expired" => lang.pick(
            format!("现行办法的有效期已过（至 {day}），请确认是否延续或者换用新的办法"),
            format!("The regulation in force ended on {day}: confirm what follows"),
        ),
        _ => lang.pick(
            format!("现行办法有效期至 {day}，请在到期以前确认是否延续或者换用新的办法"),
            format!("The regulation in force ends on {day}: confirm what follows before then"),
        ),
    }
}

/// What happened to something that an inspection found.
fn word_of_inspection(event: &str, lang: Lang) -> Option<&'static str> {
    let (zh, en) = match event {
        "inspected" => {
            ("检查发现数据质量问题，请按期整改", "An inspection found a fault; mend it in time")
        }
        "inspection_soon" => {
            ("检查发现的质量问题即将到整改期限", "What an inspection found is to be mended soon")
        }
        "inspection_due" => {
            ("检查发现的质量问题今天到整改期限", "What an inspection found is to be mended today")
        }
        "inspection_overdue" => {
            ("检查发现的质量问题逾期未整改", "What an inspection found was not mended in time")
        }
        "inspection_urged" => (
            "检查发现的质量问题逾期未整改，主管部门催办",
            "The authority urges: what an inspection found was not mended in time",
        ),
        "inspection_closed" => ("检查发现的质量问题已经整改", "What an inspection found is mended"),
        _ => return None,
    };
    Some(lang.pick(zh, en))
}

/// What happened to an order to put something right.
fn word_of_order(entry: &Logged, lang: Lang) -> Option<&'static str> {
    if entry.kind != "order" {
        return None;
    }
    let (zh, en) = match entry.event.name.as_str() {
        "issued" => ("责令改正，请按期整改并报告", "Put this right and report in time"),
        "due_soon" => ("责令改正即将到期", "The order is to be answered soon"),
        "due_today" => ("责令改正今天到期", "The order is to be answered today"),
        "escalated" => ("责令改正逾期未整改，已上报", "The order is overdue and was escalated"),
        "answered" => ("整改情况已经报告，请核验", "The order is answered: verify it"),
        "returned" => ("整改未通过核验，请重新整改", "The answer was sent back"),
        "accepted" => ("整改已经核验通过", "The answer is accepted"),
        _ => return None,
    };
    Some(lang.pick(zh, en))
}

fn prefix(kind: CaseKind, lang: Lang) -> String {
    lang.pick(format!("{}：", kind.label(lang)), format!("{}: ", kind.label(lang)))
}
