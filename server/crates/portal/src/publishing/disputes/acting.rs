//! What the sides of a dispute do, who settles it, and what it means for revisions of the entry.

use std::collections::BTreeMap;

use kaishu_domain::cases::{Act, Guard, Side, To, machine, next_in_chain, were_both_heard};
use kaishu_domain::permission::{Action, Subject};
use kaishu_store::cases::Case;
use kaishu_types::case::CaseKind;
use kaishu_types::draft::DraftDocument;
use kaishu_types::oversight::DisputedClass;
use kaishu_types::{DatasetCode, ErrorCode, Lang, OrganizationCode};

use super::{class_in, word_of};
use crate::accounts::Caller;
use crate::administration::Faults;
use crate::cases::{Wanted, moved_on};
use crate::{Error, Portal, Result};

/// Longest name and number of a document, in characters.
const MAX_DOCUMENT: usize = 200;

/// What somebody does to a dispute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DisputeAct<'a> {
    /// The event, as in `speak`.
    pub event: &'a str,
    /// How many events there were when it was decided on.
    pub version: u32,
    /// What is thought of it, or why.
    pub reason: &'a str,
    /// The class that was decided on; empty for the one that was wanted.
    pub class: &'a str,
    /// Title and number of the document of a decision.
    pub document: &'a str,
    /// The day of the decision.
    pub decided_on: &'a str,
}

impl Portal {
    /// Takes a step in a dispute: write down what is thought, agree, withdraw, put it before the next of the
    /// chain, settle it, record what was decided above.
    ///
    /// # Errors
    ///
    /// As any act on a case; `InvalidInput` naming each field of a decision.
    pub async fn act_on_dispute(
        &self,
        caller: &Caller,
        id: i64,
        done: &DisputeAct<'_>,
        lang: Lang,
    ) -> Result<()> {
        let case = self.visible_case(caller, id).await?;
        if case.file.kind != CaseKind::Dispute {
            return Err(Error::not_found("case", id.to_string()));
        }
        if case.file.n_events != done.version {
            return Err(moved_on(lang));
        }
        let side = self.side(caller, &case);
        let mut faults = Faults::new(lang);
        let mut facts = self.decision_facts(&case, done, &mut faults);
        if let Some(side) = side.filter(|_| done.event == "speak") {
            facts.insert(format!("heard.{}", side.as_str()), self.today().to_string());
        }
        let event = done.event.to_owned();
        let wanted = Wanted {
            caller,
            lang,
            act: Act { event, reason: done.reason.to_owned(), facts, ..Act::default() },
            holds: &|guard| self.holds_for_dispute(guard, (caller, side), (&case, done), lang),
            idempotency_key: None,
        };
        let decided = self.decide(CaseKind::Dispute, &case.about, Some(&case), wanted)?;
        // Whoever may not decide does not learn what is wrong with the decision.
        faults.into_result()?;
        let transaction = self.inner.store.begin().await?;
        let key = &self.inner.log_key;
        kaishu_store::cases::add(&transaction, key, &case, &decided.happening()).await?;
        Ok(transaction.commit().await?)
    }

    /// The class that was decided on, and the document of it.
    fn decision_facts(
        &self,
        case: &Case,
        done: &DisputeAct<'_>,
        faults: &mut Faults,
    ) -> BTreeMap<String, String> {
        let known = |name: &str| case.file.facts.get(name).cloned().unwrap_or_default();
        let mut facts = BTreeMap::new();
        let decided = match done.event {
            "settle_keep" | "rule_keep" => Some(known("from")),
            "concede" => Some(known("wanted")),
            "settle_change" | "rule_change" => {
                let class = known("class").parse::<DisputedClass>().ok();
                let decided = match done.class.trim() {
                    "" => known("wanted"),
                    class => class.to_owned(),
                };
                let is_one = class.is_some_and(|it| word_of(it, &decided, Lang::Zh).is_some());
                if !is_one || decided == known("from") {
                    faults.add("class", "请选择另一类", "Choose another class");
                }
                Some(decided)
            }
            _ => None,
        };
        facts.extend(decided.map(|class| ("decided".to_owned(), class)));
        if done.event.starts_with("rule_") {
            let document = faults.text("document", done.document, MAX_DOCUMENT);
            let day = faults.day("decided_on", done.decided_on);
            if day.is_some_and(|day| day > self.today()) {
                faults.add("decided_on", "不能晚于今天", "Is not in the future");
            }
            facts.extend(document.map(|it| ("document".to_owned(), it)));
            facts.extend(day.map(|it| ("decided_on".to_owned(), it.to_string())));
        }
        facts
    }

    /// The side that somebody is on; `None` for who is on neither.
    fn side(&self, caller: &Caller, case: &Case) -> Option<Side> {
        let facts = &case.file.facts;
        let party = facts.get("party");
        let subject = self.subject_of(&case.about, false);
        let parsed = party.and_then(|code| code.parse::<OrganizationCode>().ok());
        let subject = Subject { party: parsed, ..subject };
        let action = match case.file.state.as_str() {
            "consulting_authority" => Action::DisputeClasses,
            _ => Action::ConsultAgencies,
        };
        let held = caller.role_for(action, &subject)?;
        let organization = held.organization.as_ref().map(ToString::to_string);
        match organization {
            Some(code) if Some(&code) == party => Some(Side::Claimant),
            Some(_) => Some(Side::Provider),
            None => match facts.get("authority_side")?.as_str() {
                "claimant" => Some(Side::Claimant),
                _ => Some(Side::Provider),
            },
        }
    }

    fn holds_for_dispute(
        &self,
        guard: Guard,
        (caller, side): (&Caller, Option<Side>),
        (case, done): (&Case, &DisputeAct<'_>),
        lang: Lang,
    ) -> std::result::Result<(), String> {
        let file = &case.file;
        let found = machine(CaseKind::Dispute).find(done.event, Some(&file.state));
        let leads_to = found.and_then(|it| match it.to {
            To::State(to) => Some(to),
            _ => None,
        });
        let is_of = |code: Option<&String>| {
            let roles = caller.roles().iter().filter_map(|held| held.organization.as_ref());
            code.is_some_and(|code| roles.into_iter().any(|it| it.as_str() == code))
        };
        let (holds, zh, en) = match guard {
            Guard::OwnSide => (
                side.is_some() && side == Side::of_event(done.event),
                "同意变更由提供单位办理，撤回由提出单位办理",
                "the provider agrees to another class; whoever disputes it withdraws",
            ),
            Guard::BothHeard => (
                were_both_heard(file, self.instant()),
                "双方都记录协商意见以后才能上报；一方逾期不记录的，期限过后也可以上报",
                "both sides write down what they think before; where one is silent, it can be done after the \
                 time for it is over",
            ),
            Guard::NextInChain => (
                leads_to.is_some() && next_in_chain(file) == leads_to,
                "现行规则的处理程序没有这一步",
                "the chain of the rules in force does not go there",
            ),
            Guard::NotAParty => (
                !is_of(case.about.organization.as_ref()) && !is_of(file.facts.get("party")),
                "您在争议的一方任职，由主管部门的其他人办理",
                "you belong to one of the two sides; somebody else of the authority must do this",
            ),
            Guard::DocumentNamed => (
                !done.document.trim().is_empty() && !done.decided_on.trim().is_empty(),
                "写明决定文件的名称、文号和日期",
                "name the document of the decision, its number and its day",
            ),
            _ => (true, "", ""),
        };
        if holds { Ok(()) } else { Err(lang.pick(zh, en).to_owned()) }
    }

    /// The disputes that a revision carries out.
    pub(in crate::publishing) async fn answered_disputes(
        &self,
        code: &DatasetCode,
        document: &DraftDocument,
    ) -> Result<Vec<Case>> {
        let cases = self.open_disputes(code).await?;
        let is_answered = |case: &Case| {
            case.file.state == "revising"
                && class_in(case, document).as_ref() == case.file.facts.get("decided")
        };
        Ok(cases.into_iter().filter(is_answered).collect())
    }

    async fn open_disputes(&self, code: &DatasetCode) -> Result<Vec<Case>> {
        let store = &self.inner.store;
        let kind = CaseKind::Dispute;
        let cases = kaishu_store::cases::of_subject(store, code.as_str(), kind).await?;
        Ok(cases.into_iter().filter(|case| case.file.closed_at.is_none()).collect())
    }

    /// Until a dispute is decided the class stays what it is, whoever revises the entry; afterwards it becomes
    /// what was decided on, or stays (CLS-16).
    pub(in crate::publishing) async fn refuse_disputed(
        &self,
        code: &DatasetCode,
        document: &DraftDocument,
        lang: Lang,
    ) -> Result<()> {
        for case in self.open_disputes(code).await? {
            let (facts, class) = (&case.file.facts, class_in(&case, document));
            let is_decided = case.file.state == "revising";
            let is_as_decided = is_decided && class.as_ref() == facts.get("decided");
            if class.as_ref() == facts.get("from") || is_as_decided {
                continue;
            }
            return Err(Error::Refused {
                code: ErrorCode::Conflict,
                message: match is_decided {
                    false => lang.pick(
                        format!("类型争议（事项 {}）还没有决定，决定以前类型不变", case.id),
                        format!(
                            "the class is disputed (case {}): it stays until that is decided",
                            case.id
                        ),
                    ),
                    true => lang.pick(
                        format!("类型与争议（事项 {}）的决定不一致", case.id),
                        format!("the class is not the one that was decided on in case {}", case.id),
                    ),
                },
                rule: Some(self.dispute_rule(Some(&case), lang)),
                remedy: None,
            });
        }
        Ok(())
    }
}
