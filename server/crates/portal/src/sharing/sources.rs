//! Data of two providers that differs on the same item (SHR-12; guangdong 13, aba 26): who opens it, who sees it, and what
//! is said of it beside both entries.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use kaishu_domain::cases::Actor;
use kaishu_domain::permission::{Action, Subject};
use kaishu_domain::sources::next;
use kaishu_store::sources::{self, SourceDispute};
use kaishu_store::{grants, shares};
use kaishu_types::dataset::DatasetView;
use kaishu_types::organization::Named;
use kaishu_types::sources::{SourceAct, SourceEvent, SourceFields, SourceResult, SourceStanding};
use kaishu_types::{DatasetCode, Lang, RuleRef};

use super::settling::facts_of;
use crate::accounts::Caller;
use crate::administration::Faults;
use crate::cases::{LogAct, not_covered};
use crate::{Error, Portal, Result};

/// Disputes on a page.
const ROWS: u64 = 50;
/// Most disputes that are looked at about one entry.
const ABOUT_ONE: u64 = 50;
/// Longest text of several lines, in characters.
pub(super) const MAX_TEXT: usize = 2_000;

/// What is written down to open a dispute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceForm<'a> {
    /// Code of the one entry.
    pub one: &'a str,
    /// Code of the other one.
    pub other: &'a str,
    /// The item on which they differ.
    pub item: &'a str,
    /// How they differ.
    pub difference: &'a str,
}

/// A step of a dispute as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceStepView {
    /// What was done.
    pub event: SourceEvent,
    /// For which agency; the data authority where none is named.
    pub by: Option<Named>,
}

/// A dispute as those who take part in it read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceView {
    /// Its number.
    pub id: i64,
    /// The two entries with their providers.
    pub sides: [(DatasetCode, Named); 2],
    /// The item on which they differ.
    pub item: String,
    /// How they differ.
    pub difference: String,
    /// With whom it is.
    pub standing: SourceStanding,
    /// The steps that were taken, the first one first.
    pub steps: Vec<SourceStepView>,
    /// What counts; none until it is closed.
    pub decided: Option<SourceResult>,
    /// What the reader may do now.
    pub acts: Vec<SourceAct>,
    /// How often it was saved; the next act names it.
    pub revision: i32,
}

/// A page of disputes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePage {
    /// The disputes, the oldest first.
    pub rows: Vec<SourceView>,
    /// Where the next page begins.
    pub next: Option<i64>,
}

/// What is said beside an entry of a dispute about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceNote {
    /// Its number, where the reader sees the dispute.
    pub id: Option<i64>,
    /// The item.
    pub item: String,
    /// The other entry, and its provider.
    pub other: (DatasetCode, Named),
    /// With whom it is.
    pub standing: SourceStanding,
    /// What counts; none until it is closed.
    pub decided: Option<SourceResult>,
    /// The day of the last step.
    pub on: Option<NaiveDate>,
}

impl Portal {
    /// Lists the disputes that the caller sees: of the own agencies, opened by them, or in the own region.
    ///
    /// # Errors
    ///
    /// Refused for who is no agency, and with the rule where there is no sharing.
    pub async fn source_disputes(
        &self,
        caller: &Caller,
        after: Option<i64>,
        lang: Lang,
    ) -> Result<SourcePage> {
        self.permit_sharing(caller, lang)?;
        let (organizations, regions) = self.reach(caller, Action::SeeShares);
        let places = (&organizations[..], &regions[..]);
        let part = (after.unwrap_or_default(), ROWS + 1);
        let mut rows = sources::list(&self.inner.store, places, part).await?;
        let limit = usize::try_from(ROWS).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(|row| row.id);
        let rows = rows.into_iter().map(|row| self.source_view(caller, row)).collect();
        Ok(SourcePage { rows, next })
    }

    /// Shows a dispute to somebody who sees it.
    ///
    /// # Errors
    ///
    /// As [`Self::source_disputes`]; `NotFound` where there is none, or none that the caller sees.
    pub async fn source_dispute(&self, caller: &Caller, id: i64, lang: Lang) -> Result<SourceView> {
        let kept = self.seen_source(caller, id, lang).await?;
        Ok(self.source_view(caller, kept))
    }

    pub(super) async fn seen_source(
        &self,
        caller: &Caller,
        id: i64,
        lang: Lang,
    ) -> Result<SourceDispute> {
        self.permit_sharing(caller, lang)?;
        let found = sources::find(&self.inner.store, id).await?;
        let seen = found.filter(|kept| self.sees_source(caller, kept));
        seen.ok_or_else(|| Error::not_found("source", id.to_string()))
    }

    fn sees_source(&self, caller: &Caller, kept: &SourceDispute) -> bool {
        let [one, other] = &kept.providers;
        let agencies = [one, other, &kept.opener].into_iter().filter(|code| !code.is_empty());
        let mut subjects: Vec<Subject> = agencies.map(|code| self.agency(code)).collect();
        subjects.push(self.subject(None, Some(&kept.region), false));
        subjects.iter().any(|subject| caller.role_for(Action::SeeShares, subject).is_some())
    }

    /// An agency without its region: so that its authority does not count as one of it.
    pub(super) fn agency(&self, code: &str) -> Subject {
        self.subject(Some(code), None, false)
    }

    pub(super) fn source_view(&self, caller: &Caller, kept: SourceDispute) -> SourceView {
        let chain = &self.policy().rules.catalogue.source_dispute.value;
        let is_open = |act: &SourceAct| next(chain, kept.standing, *act).is_some();
        let acts = SourceAct::ALL.iter().copied().filter(is_open);
        let acts = acts.filter(|act| self.side_of(caller, &kept, *act).is_some()).collect();
        let [one, other] = kept.entries;
        let [one_provider, other_provider] = kept.providers;
        let by = |code: &str| (!code.is_empty()).then(|| self.organization_named(code));
        let SourceFields { difference, events, decided } = kept.fields;
        let steps = events.into_iter().map(|event| SourceStepView { by: by(&event.by), event });
        SourceView {
            id: kept.id,
            sides: [
                (one, self.organization_named(&one_provider)),
                (other, self.organization_named(&other_provider)),
            ],
            item: kept.item,
            difference,
            standing: kept.standing,
            steps: steps.collect(),
            decided,
            acts,
            revision: kept.revision,
        }
    }

    /// Says beside an entry which of its items differ from another provider's, and what was decided about that.
    pub(crate) async fn source_notes(
        &self,
        caller: &Caller,
        code: &DatasetCode,
    ) -> Result<Vec<SourceNote>> {
        let found = sources::of_dataset(&self.inner.store, code, ABOUT_ONE).await?;
        let note = |kept: SourceDispute| {
            let id = self.sees_source(caller, &kept).then_some(kept.id);
            // A value may be one that not every agency has: only those who take part read it.
            let mut decided = kept.fields.decided;
            if let (None, Some(result)) = (id, decided.as_mut()) {
                result.value.clear();
            }
            let [one, other] = kept.entries;
            let [one_provider, other_provider] = kept.providers;
            let (other, provider) =
                if one == *code { (other, other_provider) } else { (one, one_provider) };
            SourceNote {
                id,
                item: kept.item,
                other: (other, self.organization_named(&provider)),
                standing: kept.standing,
                on: kept.fields.events.last().map(|event| event.on),
                decided,
            }
        };
        Ok(found.into_iter().map(note).collect())
    }

    /// The rule of who finds out which source counts, in which order.
    pub fn source_rule(&self, lang: Lang) -> RuleRef {
        self.policy().rules.catalogue.source_dispute.reference("catalogue.source_dispute", lang)
    }

    /// Whether somebody sees disputes between sources, where the rules in force know sharing.
    pub fn sees_sources(&self, caller: &Caller) -> bool {
        self.permit_sharing(caller, Lang::Zh).is_ok()
    }

    /// Refuses whoever opens no dispute, before a form is shown.
    ///
    /// # Errors
    ///
    /// Refused for who is no agency or may not, and with the rule where there is no sharing.
    pub fn permit_source_disputes(&self, caller: &Caller, lang: Lang) -> Result<()> {
        self.permit_sharing(caller, lang)?;
        match caller.may_ever(Action::DisputeSources) {
            true => Ok(()),
            false => Err(not_covered(caller, Action::DisputeSources, lang)),
        }
    }

    /// Refuses whoever mediates in no dispute, before a page of the authority is shown.
    ///
    /// # Errors
    ///
    /// Refused for who is no authority, and with the rule where there is no sharing.
    pub fn permit_settling(&self, caller: &Caller, lang: Lang) -> Result<()> {
        self.permit_sharing(caller, lang)?;
        match caller.may_ever(Action::SettleSources) {
            true => Ok(()),
            false => Err(not_covered(caller, Action::SettleSources, lang)),
        }
    }

    /// Opens a dispute between two entries of different providers. Returns its number.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; refused for who is neither of the providers, nor uses one of the entries by a
    /// grant, nor is the authority over both.
    pub async fn open_source_dispute(
        &self,
        caller: &Caller,
        form: &SourceForm<'_>,
        lang: Lang,
    ) -> Result<i64> {
        self.permit_source_disputes(caller, lang)?;
        let mut faults = Faults::new(lang);
        let item = faults.name("item", form.item);
        let difference = faults.text("difference", form.difference, MAX_TEXT).unwrap_or_default();
        if difference.is_empty() && !faults.has("difference") {
            faults.add("difference", "写明怎样不一致", "Say how they differ");
        }
        let one = self.source_entry("one", form.one, &mut faults).await?;
        let other = self.source_entry("other", form.other, &mut faults).await?;
        let (Some(one), Some(other)) = (one, other) else {
            faults.into_result()?;
            return Err(Error::Internal("an entry is missing without a fault".to_owned()));
        };
        let region = self.common_region(&one.region.code, &other.region.code);
        let (by, opener) = self.source_opener(caller, [&one, &other], &region, lang).await?;
        self.refuse_same(&one, &other, &item, &mut faults).await?;
        faults.into_result()?;
        let event = SourceEvent {
            act: SourceAct::Open,
            by: opener.clone(),
            on: self.today(),
            result: None,
            basis: String::new(),
            reason: difference.clone(),
        };
        let new = SourceDispute {
            id: 0,
            entries: [one.code, other.code],
            providers: [one.organization.code, other.organization.code],
            opener,
            region,
            item,
            standing: SourceStanding::Consultation,
            fields: SourceFields { difference, events: vec![event], decided: None },
            revision: 0,
        };
        let transaction = self.inner.store.begin().await?;
        let id = sources::add(&transaction, &new, self.instant()).await?;
        let act = LogAct {
            kind: "source",
            subject: &new.providers[0],
            event: SourceAct::Open.as_str(),
            by,
            reason: &new.fields.difference,
            facts: facts_of(id, &new),
        };
        self.log(&transaction, act).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Finds an entry that is shared: of others nobody learns here that they are there.
    async fn source_entry(
        &self,
        field: &str,
        text: &str,
        faults: &mut Faults,
    ) -> Result<Option<DatasetView>> {
        let found = match text.trim().parse::<DatasetCode>() {
            Ok(code) => self.find_shared(&code).await?,
            Err(_) => None,
        };
        if found.is_none() {
            faults.add(
                field,
                "共享目录里没有这个编码；从共享目录的页面抄写目录编码",
                "No entry of the share catalogue has this code: take it from the page of the entry",
            );
        }
        Ok(found)
    }

    /// Two entries of different providers, and no dispute about the same item that goes on.
    async fn refuse_same(
        &self,
        one: &DatasetView,
        other: &DatasetView,
        item: &str,
        faults: &mut Faults,
    ) -> Result<()> {
        if one.organization.code == other.organization.code {
            faults.add(
                "other",
                "填写另一个单位提供的目录；本单位自己的数据不一致的，直接更正",
                "Name an entry of another provider: what one provider has twice it corrects itself",
            );
        }
        let known = sources::of_dataset(&self.inner.store, &one.code, ABOUT_ONE).await?;
        let is_same = |kept: &SourceDispute| {
            kept.standing != SourceStanding::Closed
                && kept.item == item
                && kept.entries.contains(&other.code)
        };
        if known.iter().any(is_same) {
            faults.add(
                "item",
                "这个数据项的不一致已经有人提出，正在办理",
                "Somebody said so of this item already; it is going on",
            );
        }
        Ok(())
    }

    /// The smallest region that both are in; that of the first one where they have none in common.
    fn common_region(&self, one: &str, other: &str) -> String {
        let directory = self.directory();
        let codes = |region: &str| -> Vec<String> {
            let above = directory.region_and_above(region);
            above.into_iter().map(|it| it.named.code.clone()).collect()
        };
        let others: BTreeSet<String> = codes(other).into_iter().collect();
        let common = codes(one).into_iter().find(|code| others.contains(code));
        common.unwrap_or_else(|| one.to_owned())
    }

    /// As what somebody opens a dispute, and the code of the agency: one of the providers, an agency that uses one of the
    /// entries, or the authority, which has no code.
    async fn source_opener(
        &self,
        caller: &Caller,
        entries: [&DatasetView; 2],
        region: &str,
        lang: Lang,
    ) -> Result<(Actor, String)> {
        let action = Action::DisputeSources;
        for entry in entries {
            let code = &entry.organization.code;
            if let Ok(by) = self.permitted(caller, action, &self.agency(code), lang) {
                return Ok((by, code.clone()));
            }
        }
        let own = caller.held_for(action).filter_map(|held| held.organization.as_ref());
        let own: BTreeSet<String> = own.map(ToString::to_string).collect();
        for code in own {
            for entry in entries {
                if self.uses_shared(&code, &entry.code).await? {
                    let by = self.permitted(caller, action, &self.agency(&code), lang)?;
                    return Ok((by, code));
                }
            }
        }
        let by = self.permitted(caller, action, &self.subject(None, Some(region), false), lang)?;
        Ok((by, String::new()))
    }

    /// Whether an agency has a grant of an entry that is in force today.
    async fn uses_shared(&self, organization: &str, code: &DatasetCode) -> Result<bool> {
        let store = &self.inner.store;
        for request in shares::between(store, code.as_str(), organization).await? {
            let grant = grants::find(store, request.case).await?;
            if grant.is_some_and(|grant| grant.is_in_force(self.today())) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
