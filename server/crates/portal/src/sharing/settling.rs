//! The steps by which two sources that differ come to one (SHR-12): talks, mediation, the decision above.

use std::collections::BTreeMap;

use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Subject;
use kaishu_domain::sources::{action, names_basis, next, says_result};
use kaishu_store::sources::{self, SourceDispute};
use kaishu_types::sources::{SourceAct, SourceEvent, SourceResult, SourceStanding};
use kaishu_types::{DatasetCode, ErrorCode, Lang};

use super::sources::MAX_TEXT;
use crate::accounts::Caller;
use crate::administration::Faults;
use crate::cases::{LogAct, moved_on, not_covered};
use crate::{Error, Portal, Result};

/// What somebody does in a dispute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceStep<'a> {
    /// What is done.
    pub act: &'a str,
    /// Code of the entry whose data counts.
    pub source: &'a str,
    /// The value that counts.
    pub value: &'a str,
    /// Who took part in the mediation; the document of what was decided above.
    pub basis: &'a str,
    /// What is said.
    pub reason: &'a str,
    /// The revision that was read.
    pub revision: i32,
}

impl Portal {
    /// For which agency somebody does something in a dispute: empty for the authority, none for who may not. Whoever
    /// proposed something does not accept it.
    pub(super) fn side_of(
        &self,
        caller: &Caller,
        kept: &SourceDispute,
        act: SourceAct,
    ) -> Option<(Subject, String)> {
        let mut sides: Vec<(Subject, String)> = Vec::new();
        match act {
            SourceAct::Open => {}
            SourceAct::Propose | SourceAct::Fail => {
                sides.extend(kept.providers.iter().map(|code| (self.agency(code), code.clone())));
            }
            SourceAct::Accept => {
                let proposal = kept.fields.proposal()?;
                let others = kept.providers.iter().filter(|code| **code != proposal.by);
                sides.extend(others.map(|code| (self.agency(code), code.clone())));
            }
            SourceAct::Settle | SourceAct::Refer | SourceAct::Decide => {
                let region = self.subject(None, Some(&kept.region), false);
                sides.push((region, String::new()));
            }
        }
        sides.into_iter().find(|(subject, _)| caller.role_for(action(act), subject).is_some())
    }

    /// Takes a step in a dispute.
    ///
    /// # Errors
    ///
    /// `NotFound` for a dispute that the caller does not see; refused for who does not take this step, with the rule for
    /// one that is not next; `InvalidInput` naming each field; `Conflict` where somebody did something since.
    pub async fn step_source_dispute(
        &self,
        caller: &Caller,
        id: i64,
        step: &SourceStep<'_>,
        lang: Lang,
    ) -> Result<()> {
        let mut kept = self.seen_source(caller, id, lang).await?;
        let unknown =
            || Error::field("act", lang.pick("从列出的里面选一个", "choose one of those listed"));
        let act: SourceAct = step.act.parse().map_err(|_| unknown())?;
        let side = self.side_of(caller, &kept, act);
        let (subject, side) = side.ok_or_else(|| not_covered(caller, action(act), lang))?;
        let by: Actor = self.permitted(caller, action(act), &subject, lang)?;
        if kept.revision != step.revision {
            return Err(moved_on(lang));
        }
        let chain = &self.policy().rules.catalogue.source_dispute.value;
        let standing = next(chain, kept.standing, act);
        let standing = standing.ok_or_else(|| self.not_this_step(&kept, lang))?;
        let event = self.read_source_step(&kept, (act, side), step, lang)?;
        if standing == SourceStanding::Closed {
            let proposed = kept.fields.proposal().and_then(|proposal| proposal.result.clone());
            kept.fields.decided = event.result.clone().or(proposed);
        }
        kept.standing = standing;
        kept.fields.events.push(event);
        let facts = facts_of(id, &kept);
        let log = LogAct {
            kind: "source",
            subject: &kept.providers[0],
            event: act.as_str(),
            by,
            reason: step.reason.trim(),
            facts,
        };
        let transaction = self.inner.store.begin().await?;
        sources::save(&transaction, &kept, self.instant()).await?;
        self.log(&transaction, log).await?;
        Ok(transaction.commit().await?)
    }

    fn not_this_step(&self, kept: &SourceDispute, lang: Lang) -> Error {
        let standing = kept.standing.label(lang);
        Error::Refused {
            code: ErrorCode::InvalidInput,
            message: lang.pick(
                format!("这件事现在是“{standing}”，不能办理这一步；按规则先后办理"),
                format!(
                    "it stands at “{standing}”: this step is not next; the rule says their order"
                ),
            ),
            rule: Some(self.source_rule(lang)),
            remedy: None,
        }
    }

    fn read_source_step(
        &self,
        kept: &SourceDispute,
        (act, by): (SourceAct, String),
        step: &SourceStep<'_>,
        lang: Lang,
    ) -> Result<SourceEvent> {
        let mut faults = Faults::new(lang);
        let reason = faults.text("reason", step.reason, MAX_TEXT).unwrap_or_default();
        let result = says_result(act).then(|| read_result(kept, step, &mut faults));
        let mut basis = String::new();
        if names_basis(act) {
            basis = faults.name("basis", step.basis);
        }
        if act != SourceAct::Accept && reason.is_empty() && !faults.has("reason") {
            faults.add("reason", "写明理由和核实的情况", "Say why, and what was verified");
        }
        faults.into_result()?;
        Ok(SourceEvent { act, by, on: self.today(), result, basis, reason })
    }
}

/// Reads what counts: one of the two entries, a value, or both.
fn read_result(kept: &SourceDispute, step: &SourceStep<'_>, faults: &mut Faults) -> SourceResult {
    let value = faults.text("value", step.value, MAX_TEXT).unwrap_or_default();
    let text = step.source.trim();
    let code: Option<DatasetCode> = text.parse().ok();
    let source = code.filter(|code| kept.entries.contains(code));
    if source.is_none() && !text.is_empty() {
        faults.add("source", "从两项目录里选一项", "Choose one of the two entries");
    }
    if source.is_none() && value.is_empty() && !faults.has("source") && !faults.has("value") {
        faults.add(
            "source",
            "写明以哪一项目录为准；两项都不对的，写明以什么值为准",
            "Say which entry counts; where neither is right, say which value does",
        );
    }
    SourceResult { source, value }
}

/// What stays with an entry of the log.
pub(super) fn facts_of(id: i64, kept: &SourceDispute) -> BTreeMap<String, String> {
    let last = kept.fields.events.last();
    let result = last.and_then(|event| event.result.as_ref()).or(kept.fields.decided.as_ref());
    let [one, other] = &kept.entries;
    let facts = [
        ("dispute", Some(id.to_string())),
        ("one", Some(one.to_string())),
        ("other", Some(other.to_string())),
        ("item", Some(kept.item.clone())),
        ("standing", Some(kept.standing.to_string())),
        ("source", result.and_then(|result| result.source.as_ref()).map(ToString::to_string)),
        ("value", result.map(|result| result.value.clone()).filter(|value| !value.is_empty())),
        ("basis", last.map(|event| event.basis.clone()).filter(|basis| !basis.is_empty())),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
