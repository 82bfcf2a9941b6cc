//! The step of a review that asks the public: notice, time, summary (REV-06, yulin 15¶2(4)).

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use kaishu_domain::cases::{Actor, Step};
use kaishu_domain::policy::ReviewStepKind;
use kaishu_store::cases::{Case, Recipients};
use kaishu_store::consultations::{self, Consultation};
use kaishu_store::{StoreError, Transaction};
use kaishu_types::case::CaseKind;
use kaishu_types::consultation::{ConsultationMode, PlannedOpening};
use kaishu_types::draft::DraftDocument;
use kaishu_types::{DatasetCode, FieldError, Lang, RuleRef};

use super::OpeningAct;
use crate::accounts::Caller;
use crate::cases::{LogAct, Wanted, moved_on};
use crate::consultations::{CONSULTATION, SUMMARISED};
use crate::{Error, Portal, Result};

/// Longest time of a consultation, in days (*proposed*): the review has to go on.
const MAX_DAYS: u64 = 90;

/// How the step that asks the public stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Asking {
    /// Fewest days between the notice and the last day to answer.
    pub shortest_days: u32,
    /// The earliest last day of a notice of today.
    pub earliest: NaiveDate,
    /// The rule of that time.
    pub rule: RuleRef,
    /// What was asked; none before the notice.
    pub asked: Option<Consultation>,
    /// How many comments there are.
    pub n_comments: u64,
    /// Whether the time is over.
    pub is_over: bool,
}

impl Asking {
    /// Whether a notice can be published.
    pub fn can_ask(&self) -> bool {
        self.asked.is_none()
    }

    /// Whether a summary can be published.
    pub fn can_summarise(&self) -> bool {
        self.is_over && self.asked.as_ref().is_some_and(|it| it.summary.is_none())
    }

    /// Says what stands against a notice.
    pub(super) fn check_ask(&self, lang: Lang) -> std::result::Result<(), String> {
        match self.can_ask() {
            true => Ok(()),
            false => {
                Err(lang.pick("已经发布过听取意见的公告", "the public is asked already").to_owned())
            }
        }
    }

    /// Says what stands against a summary.
    pub(super) fn check_summary(&self, lang: Lang) -> std::result::Result<(), String> {
        match &self.asked {
            None => Err(not_asked(lang)),
            Some(it) if !self.is_over => Err(lang.pick(
                format!("听取意见的期间到 {}，期满以后才能公布意见采纳情况", it.last_day),
                format!(
                    "comments are taken until {}; the summary comes after that day",
                    it.last_day
                ),
            )),
            Some(it) if it.summary.is_some() => Err(lang
                .pick("意见采纳情况已经公布", "the summary is published already")
                .to_owned()),
            Some(_) => Ok(()),
        }
    }

    /// Says what stands against closing the step: it closes only with the summary.
    pub(super) fn check_pass(&self, lang: Lang) -> std::result::Result<(), String> {
        match &self.asked {
            None => Err(not_asked(lang)),
            Some(it) if it.summary.is_none() => Err(lang
                .pick(
                    "公布意见采纳情况以后，这一环节才能通过",
                    "this step passes only once the summary of the comments is published",
                )
                .to_owned()),
            Some(_) => Ok(()),
        }
    }
}

fn not_asked(lang: Lang) -> String {
    lang.pick("还没有发布听取意见的公告", "the public was not asked yet").to_owned()
}

/// Whether the public is asked in a step.
pub(super) fn is_consultation(step: &Step) -> bool {
    step.kind == ReviewStepKind::PublicConsultation
}

impl Portal {
    /// Lists the consultations of a review, the newest first.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such case that the caller may see.
    pub async fn consultations_of(&self, caller: &Caller, case: i64) -> Result<Vec<Consultation>> {
        let case = self.visible_case(caller, case).await?;
        match case.file.kind {
            CaseKind::Opening => Ok(consultations::of_case(&self.inner.store, case.id).await?),
            _ => Ok(Vec::new()),
        }
    }

    /// How the step that asks the public stands.
    pub(super) async fn asking(&self, case: &Case, lang: Lang) -> Result<Asking> {
        let store = &self.inner.store;
        let all = consultations::of_case(store, case.id).await?;
        let asked = all.into_iter().find(|it| it.is_live);
        let n_comments = match &asked {
            Some(it) => consultations::n_comments(store, it.id).await?,
            None => 0,
        };
        let rule = &self.policy_of(case).rules.review.consultation_days;
        let today = self.today();
        Ok(Asking {
            shortest_days: rule.value.get(),
            earliest: earliest(today, rule.value.get()),
            rule: rule.reference("review.consultation_days", lang),
            is_over: asked.as_ref().is_some_and(|it| it.last_day < today),
            n_comments,
            asked,
        })
    }

    /// Reads the notice that somebody wrote.
    pub(super) fn notice(
        &self,
        case: &Case,
        (code, document): (&DatasetCode, &DraftDocument),
        done: &OpeningAct,
        lang: Lang,
    ) -> std::result::Result<Consultation, Vec<FieldError>> {
        let (mode, last_day) = self.read_notice(case, done, lang)?;
        let fields = &document.fields;
        Ok(Consultation {
            id: 0,
            case: case.id,
            is_live: true,
            dataset: code.clone(),
            title: fields.title.clone(),
            organization: document.organization.clone(),
            region: document.region.clone(),
            planned: PlannedOpening {
                summary: fields.summary.clone(),
                theme: fields.theme.clone(),
                class: fields.open.class,
                grounds: fields.open.grounds.clone(),
                reason: fields.open.reason.clone(),
                basis: fields.open.basis.clone(),
            },
            mode,
            notice: done.reason.trim().to_owned(),
            first_day: self.today(),
            last_day,
            ended_on: None,
            summary: None,
            summarised_on: None,
            stopped_on: None,
        })
    }

    /// Reads how and until when the public is to be heard.
    fn read_notice(
        &self,
        case: &Case,
        done: &OpeningAct,
        lang: Lang,
    ) -> std::result::Result<(ConsultationMode, NaiveDate), Vec<FieldError>> {
        let answer = |name: &str| done.answers.get(name).map_or("", |it| it.trim());
        let mut faults = Vec::new();
        let mut fault = |field: &str, message: String| {
            faults.push(FieldError { field: field.to_owned(), message });
        };
        let mode = answer("mode").parse().ok();
        if mode.is_none() {
            let text = lang.pick("请选择听取意见的方式", "choose how the public is heard");
            fault("mode", text.to_owned());
        }
        let rule = &self.policy_of(case).rules.review.consultation_days;
        let shortest = rule.value.get();
        let earliest = earliest(self.today(), shortest);
        let latest = self.today().checked_add_days(Days::new(MAX_DAYS));
        let latest = latest.map_or(earliest, |latest| latest.max(earliest));
        let last_day = answer("last_day").parse().ok();
        let last_day = last_day.filter(|day| (earliest..=latest).contains(day));
        if last_day.is_none() {
            let article = rule.reference("review.consultation_days", lang).article;
            fault(
                "last_day",
                lang.pick(
                    format!(
                        "截止日期在 {earliest} 至 {latest} 之间：期间不少于 {shortest} 天（{article}）"
                    ),
                    format!(
                        "the last day is from {earliest} to {latest}: {shortest} days at least ({article})"
                    ),
                ),
            );
        }
        match (mode, last_day) {
            (Some(mode), Some(last_day)) => Ok((mode, last_day)),
            _ => Err(faults),
        }
    }

    /// Keeps what an event of a review does to its consultation, beside the event.
    pub(super) async fn keep_consultation(
        &self,
        transaction: &Transaction,
        (case, event): (&Case, &str),
        (notice, asking): (Option<&Consultation>, Option<&Asking>),
        (reason, lang): (&str, Lang),
    ) -> Result<()> {
        let day = self.today();
        match event {
            "consult" => {
                if let Some(notice) = notice {
                    consultations::open(transaction, notice).await?;
                }
            }
            "summarise" => {
                let asked = asking.and_then(|it| it.asked.as_ref());
                let asked = asked.ok_or_else(|| moved_on(lang))?;
                let summary = (reason.trim(), day);
                if !consultations::summarise(transaction, asked.id, summary).await? {
                    return Err(moved_on(lang));
                }
                self.tell_commenters(transaction, asked).await?;
            }
            "return" | "recall" => consultations::stop(transaction, case.id, day).await?,
            _ => {}
        }
        Ok(())
    }

    /// Tells whoever commented with an account of the summary, by an entry of its own: of the review they may
    /// know what the notice says and no more.
    async fn tell_commenters(&self, transaction: &Transaction, asked: &Consultation) -> Result<()> {
        let accounts = consultations::commenters(transaction, asked.id).await?;
        let tells: Vec<Recipients> = accounts.into_iter().map(Recipients::Account).collect();
        let subject = asked.id.to_string();
        let facts = BTreeMap::from([("title".to_owned(), asked.title.clone())]);
        let (kind, event, by) = (CONSULTATION, SUMMARISED, Actor::system());
        let act = LogAct { kind, subject: &subject, event, by, reason: "", facts };
        let (seq, event) = self.log_event(transaction, act).await?;
        kaishu_store::cases::tell(transaction, seq, None, &event, &tells).await?;
        Ok(())
    }

    /// Tells the reviewers that the time of a consultation is over, unless another node has. Returns whether
    /// this one did.
    pub(crate) async fn tell_of_consultation(&self, over: &Consultation) -> Result<bool> {
        let store = &self.inner.store;
        let Some(case) = kaishu_store::cases::find(store, over.case).await? else {
            return Ok(false);
        };
        let event = "consultation_over".to_owned();
        let facts = BTreeMap::from([("consultation.ended".to_owned(), over.last_day.to_string())]);
        let wanted = Wanted {
            caller: &Caller::visitor(),
            lang: Lang::Zh,
            act: kaishu_domain::cases::Act {
                event,
                by: Actor::system(),
                facts,
                ..Default::default()
            },
            holds: &|_| Ok(()),
            idempotency_key: Some(format!("system/consultation-over-{}", over.id)),
        };
        let decided = self.decide(CaseKind::Opening, &case.about, Some(&case), wanted)?;
        let transaction = store.begin().await?;
        let key = &self.inner.log_key;
        match kaishu_store::cases::add(&transaction, key, &case, &decided.happening()).await {
            Ok(_) => {}
            // Something happened to the case meanwhile: the next round looks again.
            Err(StoreError::Conflict { .. }) => return Ok(false),
            Err(error) => return Err(Error::from(error)),
        }
        if !consultations::mark_over(&transaction, over.id, self.today()).await? {
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }
}

/// The earliest last day of a notice: the day of the notice does not count.
fn earliest(first_day: NaiveDate, shortest: u32) -> NaiveDate {
    first_day.checked_add_days(Days::new(u64::from(shortest))).unwrap_or(first_day)
}

/// The facts that a notice leaves with its event.
pub(super) fn notice_facts(notice: &Consultation) -> BTreeMap<String, String> {
    let facts = [
        ("consultation.mode", notice.mode.to_string()),
        ("consultation.first_day", notice.first_day.to_string()),
        ("consultation.last_day", notice.last_day.to_string()),
    ];
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
