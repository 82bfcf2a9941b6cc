//! Standing approvals of the cyberspace office for whole categories (REV-04, anshan 28).

use std::collections::BTreeMap;

use chrono::Months;
use kaishu_domain::permission::Action;
use kaishu_domain::policy::Party;
use kaishu_store::approvals::{self, Approval};
use kaishu_types::{Lang, RegionCode, RuleRef};

use super::{Faults, MAX_TEXT};
use crate::accounts::Caller;
use crate::cases::{LogAct, not_covered};
use crate::{Error, Portal, Result};

/// Longest time of an approval, in months (*proposed*): what stands for good is looked at by nobody.
const MAX_MONTHS: u32 = 36;

/// A standing approval as somebody wrote it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApprovalForm<'a> {
    /// Code of the region for which.
    pub region: &'a str,
    /// The category: a code of the vocabulary `theme`.
    pub theme: &'a str,
    /// Who approved: office and person.
    pub approved_by: &'a str,
    /// The document it rests on.
    pub evidence: &'a str,
    /// The first day.
    pub first_day: &'a str,
    /// The last day.
    pub last_day: &'a str,
}

/// A standing approval as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalView {
    /// What is kept.
    pub kept: Approval,
    /// Name of the category.
    pub theme: String,
    /// Name of the region.
    pub region: String,
    /// Whether it holds today.
    pub holds: bool,
    /// Whether the reader may end it.
    pub may_end: bool,
}

impl Portal {
    /// Returns the rule of the review whose joint step a standing approval takes; `None` where the profile has
    /// no such step, so that an approval stands for nothing.
    pub fn joint_review_rule(&self, lang: Lang) -> Option<RuleRef> {
        let steps = &self.policy().rules.review.steps;
        let has_one = steps.value.iter().any(|step| step.by == Party::CyberspaceOffice);
        has_one.then(|| steps.reference("review.steps", lang))
    }

    /// Lists the standing approvals of the regions that the caller may record them for, the newest first.
    ///
    /// # Errors
    ///
    /// Refused for who may record none.
    pub async fn approvals(&self, caller: &Caller, lang: Lang) -> Result<Vec<ApprovalView>> {
        if !caller.may_ever(Action::KeepApprovals) {
            return Err(not_covered(caller, Action::KeepApprovals, lang));
        }
        let all = approvals::list(&self.inner.store).await?;
        let directory = self.directory();
        let visible = all.into_iter().filter(|kept| self.may_approve(caller, &kept.region));
        Ok(visible
            .map(|kept| ApprovalView {
                theme: directory.label("theme", &kept.theme, lang),
                region: directory
                    .region(kept.region.as_str())
                    .map_or(kept.region.as_str(), |it| it.named.label(lang))
                    .to_owned(),
                holds: kept.holds_on(self.today()),
                may_end: kept.ended_at.is_none(),
                kept,
            })
            .collect())
    }

    fn may_approve(&self, caller: &Caller, region: &RegionCode) -> bool {
        let subject = self.subject(None, Some(region.as_str()), false);
        caller.role_for(Action::KeepApprovals, &subject).is_some()
    }

    /// Records a standing approval: from its first day on it takes the joint step of entries of the category.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; refused for who may not in the region.
    pub async fn record_approval(
        &self,
        caller: &Caller,
        form: &ApprovalForm<'_>,
        lang: Lang,
    ) -> Result<()> {
        let subject = self.subject(None, Some(form.region), false);
        let by = self.permitted(caller, Action::KeepApprovals, &subject, lang)?;
        let new = self.read_approval(form, lang)?;
        let transaction = self.inner.store.begin().await?;
        let id = approvals::add(&transaction, &new, self.instant()).await?;
        let (subject, facts, reason) = (id.to_string(), facts_of(&new), new.evidence.as_str());
        let (kind, event, subject) = ("approval", "recorded", subject.as_str());
        self.log(&transaction, LogAct { kind, subject, event, by, reason, facts }).await?;
        Ok(transaction.commit().await?)
    }

    fn read_approval(&self, form: &ApprovalForm<'_>, lang: Lang) -> Result<Approval> {
        let mut faults = Faults::new(lang);
        let region = faults.choice::<RegionCode>("region", form.region);
        if self.directory().term("theme", form.theme.trim()).is_none() {
            faults.add("theme", "请选择数据领域", "Choose a category");
        }
        let approved_by = faults.name("approved_by", form.approved_by);
        let evidence = faults.text("evidence", form.evidence, MAX_TEXT);
        if evidence.is_none() && !faults.has("evidence") {
            faults.add("evidence", "请写明文件名称和文号", "Name the document and its number");
        }
        let mut day = |name: &str, text: &str| {
            let day = faults.day(name, text);
            if day.is_none() && !faults.has(name) {
                faults.add(name, "请填写日期", "Give the day");
            }
            day
        };
        let (first_day, last_day) =
            (day("first_day", form.first_day), day("last_day", form.last_day));
        if let (Some(first), Some(last)) = (first_day, last_day) {
            let latest = first.checked_add_months(Months::new(MAX_MONTHS)).unwrap_or(first);
            if last < first {
                faults.add("last_day", "不能早于开始日期", "Is before the first day");
            } else if last > latest {
                faults.add(
                    "last_day",
                    format!("最长 {MAX_MONTHS} 个月，到期后重新登记"),
                    format!("It lasts {MAX_MONTHS} months at most; record it anew then"),
                );
            }
        }
        faults.into_result()?;
        match (region, first_day, last_day) {
            (Some(region), Some(first_day), Some(last_day)) => Ok(Approval {
                id: 0,
                region,
                theme: form.theme.trim().to_owned(),
                approved_by,
                evidence: evidence.unwrap_or_default(),
                first_day,
                last_day,
                ended_at: None,
            }),
            _ => Err(Error::Internal("an approval without a fault is not whole".to_owned())),
        }
    }

    /// Ends a standing approval: it stands for nothing that is submitted from now on, and what was submitted
    /// under it and is not published is not published by it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none that goes on, or none that the caller may end.
    pub async fn end_approval(&self, caller: &Caller, id: i64, lang: Lang) -> Result<()> {
        let hidden = || Error::not_found("approval", id.to_string());
        let kept = approvals::find(&self.inner.store, id).await?.ok_or_else(hidden)?;
        if !self.may_approve(caller, &kept.region) {
            return Err(hidden());
        }
        let subject = self.subject(None, Some(kept.region.as_str()), false);
        let by = self.permitted(caller, Action::KeepApprovals, &subject, lang)?;
        let transaction = self.inner.store.begin().await?;
        if !approvals::end(&transaction, id, self.instant()).await? {
            return Err(hidden());
        }
        let (subject, facts) = (id.to_string(), facts_of(&kept));
        let (kind, subject) = ("approval", subject.as_str());
        let act = LogAct { kind, subject, event: "ended", by, facts, ..LogAct::default() };
        self.log(&transaction, act).await?;
        Ok(transaction.commit().await?)
    }
}

fn facts_of(kept: &Approval) -> BTreeMap<String, String> {
    let Approval { region, theme, approved_by, first_day, last_day, .. } = kept;
    [
        ("region", region.to_string()),
        ("theme", theme.clone()),
        ("approved_by", approved_by.clone()),
        ("first_day", first_day.to_string()),
        ("last_day", last_day.to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}
