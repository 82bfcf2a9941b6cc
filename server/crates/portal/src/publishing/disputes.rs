//! Disputes on the class of a published entry, by the chain of the profile (CLS-16, aba 24¶5).
//!
//! Nothing here changes a class: what was decided is carried out by a revision, which is reviewed like any other.

use std::collections::BTreeMap;

use kaishu_domain::cases::{Act, Guard, Side, To, machine, next_in_chain, were_both_heard};
use kaishu_domain::permission::{Action, Subject};
use kaishu_domain::policy::DisputeStep;
use kaishu_store::cases::Case;
use kaishu_types::account::RoleGrant;
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::DatasetView;
use kaishu_types::draft::DraftDocument;
use kaishu_types::organization::Named;
use kaishu_types::oversight::DisputedClass;
use kaishu_types::vocabulary::{DatasetState, OpenClass, ShareClass};
use kaishu_types::{DatasetCode, ErrorCode, Lang, OrganizationCode, RuleRef};

use crate::accounts::Caller;
use crate::administration::Faults;
use crate::cases::{Wanted, moved_on, not_covered};
use crate::{Error, Portal, Result};

/// Longest name and number of a document, in characters.
const MAX_DOCUMENT: usize = 200;

/// A dispute as somebody wrote it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewDispute<'a> {
    /// Which class: `share` or `open`.
    pub class: &'a str,
    /// What it should be.
    pub wanted: &'a str,
    /// Why.
    pub grounds: &'a str,
    /// Code of the organization for which; empty for the authority, or the only one there is.
    pub claimant: &'a str,
}

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

/// What is needed to dispute the class of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeForm {
    /// Code of the entry.
    pub code: DatasetCode,
    /// Its title.
    pub title: String,
    /// Its provider.
    pub provider: Named,
    /// Its share class.
    pub share: ShareClass,
    /// Its open class.
    pub open: OpenClass,
    /// Whether the reader may dispute it as the authority.
    pub is_authority: bool,
    /// The organizations for which the reader may.
    pub claimants: Vec<Named>,
    /// The rule of the chain.
    pub rule: RuleRef,
}

/// What a dispute is about, as its file shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeView {
    /// Which class.
    pub class: DisputedClass,
    /// The name of what it is, and of what it should be.
    pub from: String,
    /// See above.
    pub wanted: String,
    /// What was decided on, and the document of it.
    pub decided: Option<String>,
    /// See above.
    pub document: Option<String>,
    /// Who disputes it; none for the authority.
    pub claimant: Option<String>,
    /// The steps of the chain in words.
    pub chain: Vec<String>,
    /// The rule of the chain.
    pub rule: RuleRef,
    /// The classes that can be decided on: code and words.
    pub choices: Vec<(String, String)>,
    /// Whether the decision of somebody above is recorded now, with its document.
    pub needs_document: bool,
    /// Whether a class is decided on now.
    pub needs_class: bool,
}

impl Portal {
    /// Shows what is needed to dispute the class of an entry.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not know of the entry; refused for who may dispute nothing.
    pub async fn dispute_form(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<DisputeForm> {
        let dataset = self.known_dataset(caller, code).await?;
        let (is_authority, claimants) = self.claimants(caller, &dataset);
        if !is_authority && claimants.is_empty() {
            return Err(self.may_not_dispute(caller, &dataset, lang));
        }
        let directory = self.directory();
        let named = |code: &String| {
            let known = directory.organization(code).map(|it| it.named.clone());
            known.unwrap_or_else(|| Named { code: code.clone(), name: code.clone(), name_en: None })
        };
        Ok(DisputeForm {
            code: code.clone(),
            title: dataset.fields.title.clone(),
            provider: dataset.organization.clone(),
            share: dataset.fields.share.class,
            open: dataset.fields.open.class,
            is_authority,
            claimants: claimants.iter().map(named).collect(),
            rule: self.dispute_rule(lang),
        })
    }

    async fn known_dataset(&self, caller: &Caller, code: &DatasetCode) -> Result<DatasetView> {
        let hidden = || Error::not_found("dataset", code.to_string());
        let found = kaishu_store::datasets::find(&self.inner.store, code).await?;
        let dataset = found.ok_or_else(hidden)?;
        match self.knows(caller, &dataset).await? {
            true => Ok(dataset),
            false => Err(hidden()),
        }
    }

    /// For whom somebody may dispute a class: for the authority of its region, and for organizations other than
    /// its provider.
    fn claimants(&self, caller: &Caller, dataset: &DatasetView) -> (bool, Vec<String>) {
        let region = dataset.region.code.as_str();
        let subject = self.subject(None, Some(region), false);
        let provider = dataset.organization.code.as_str();
        let belongs =
            |held: &RoleGrant| held.organization.as_ref().is_some_and(|it| it.as_str() == provider);
        // Nobody stands on both sides (ORG-03).
        let is_authority = caller.role_for(Action::SettleDisputes, &subject).is_some()
            && !caller.roles().iter().any(belongs);
        let mut claimants: Vec<String> = Vec::new();
        for held in caller.held_for(Action::DisputeClasses) {
            let Some(organization) = held.organization.as_ref().map(ToString::to_string) else {
                continue;
            };
            let is_new = !claimants.contains(&organization);
            if is_new && held.region.is_none() && organization != dataset.organization.code {
                claimants.push(organization);
            }
        }
        (is_authority, claimants)
    }

    fn may_not_dispute(&self, caller: &Caller, dataset: &DatasetView, lang: Lang) -> Error {
        let (organization, region) = (&dataset.organization.code, &dataset.region.code);
        let subject = self.subject(Some(organization), Some(region), false);
        if caller.role_for(Action::DisputeClasses, &subject).is_none() {
            return not_covered(caller, Action::DisputeClasses, lang);
        }
        Error::Refused {
            code: ErrorCode::Forbidden,
            message: lang
                .pick(
                    "本单位的目录不用提出争议，直接修订",
                    "it is an entry of your own organization: revise it",
                )
                .to_owned(),
            rule: Some(self.dispute_rule(lang)),
            remedy: None,
        }
    }

    /// The data authority of a region, or of the nearest one above that has one (ORG-04).
    fn authority_of(&self, region: &str) -> Option<String> {
        let directory = self.directory();
        let above = directory.region_and_above(region);
        above.iter().find_map(|it| it.authority.as_ref().map(|it| it.code.clone()))
    }

    /// Opens a dispute on the class of a published entry, and returns the case. The chain depends on whether the
    /// authority is a side of it.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not know of the entry; refused for who may not dispute it;
    /// `InvalidInput` naming each field; `Conflict` where it is not published, or disputed already.
    pub async fn open_dispute(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        new: &NewDispute<'_>,
        lang: Lang,
    ) -> Result<i64> {
        let dataset = self.known_dataset(caller, code).await?;
        let (is_authority, claimants) = self.claimants(caller, &dataset);
        let claimant = match new.claimant {
            "" if is_authority => None,
            "" => Some(claimants.first()),
            chosen => Some(claimants.iter().find(|it| *it == chosen)),
        };
        let claimant = match claimant {
            None => None,
            Some(Some(claimant)) => Some(claimant.as_str()),
            Some(None) => return Err(self.may_not_dispute(caller, &dataset, lang)),
        };
        let facts = self.dispute_facts(&dataset, claimant, new, lang)?;
        if dataset.state != DatasetState::Published {
            let message = lang.pick("只有正在开放的数据集可以提出争议", "it is not published now");
            return Err(super::transfer::in_the_way(message));
        }
        let event = match facts.contains_key("authority_side") {
            true => "dispute_with_authority",
            false => "dispute",
        };
        let about = self.life_subject(&dataset);
        let reason = new.grounds.to_owned();
        let wanted = Wanted {
            caller,
            lang,
            act: Act { event: event.to_owned(), reason, facts, ..Act::default() },
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        let decided = self.decide(CaseKind::Dispute, &about, None, wanted)?;
        let transaction = self.inner.store.begin_catalogue().await?;
        if kaishu_store::cases::has_open(&transaction, code.as_str(), CaseKind::Dispute).await? {
            return Err(super::transfer::in_the_way(lang.pick(
                "这个数据集已经有一件类型争议在办理",
                "a dispute on this entry is under way already",
            )));
        }
        let key = &self.inner.log_key;
        let happening = decided.happening();
        let (id, _) = kaishu_store::cases::open(&transaction, key, &about, &happening).await?;
        transaction.commit().await?;
        Ok(id)
    }

    fn dispute_facts(
        &self,
        dataset: &DatasetView,
        claimant: Option<&str>,
        new: &NewDispute<'_>,
        lang: Lang,
    ) -> Result<BTreeMap<String, String>> {
        let mut faults = Faults::new(lang);
        let class: Option<DisputedClass> = faults.choice("class", new.class);
        let from = class
            .map(|class| class_of(class, &dataset.fields.share.class, &dataset.fields.open.class));
        let is_known = class.is_some_and(|class| word_of(class, new.wanted, lang).is_some());
        if !is_known {
            faults.add("wanted", "请选择应当是哪一类", "Choose what it should be");
        } else if from.as_deref() == Some(new.wanted) {
            faults.add("wanted", "现在就是这一类", "It is in this class already");
        }
        if new.grounds.trim().is_empty() {
            faults.add("grounds", "请写明理由", "Say why");
        }
        faults.into_result()?;
        let (provider, authority) =
            (dataset.organization.code.as_str(), self.authority_of(&dataset.region.code));
        let is_authority = |code: &str| authority.as_deref() == Some(code);
        let authority_side = match claimant {
            None => Some(Side::Claimant),
            Some(claimant) if is_authority(claimant) => Some(Side::Claimant),
            Some(_) if is_authority(provider) => Some(Side::Provider),
            Some(_) => None,
        };
        let chain = &self.policy().rules.class.dispute.value;
        let chain = match authority_side {
            Some(_) => &chain.with_authority,
            None => &chain.between_agencies,
        };
        let chain: Vec<&str> = chain.iter().map(|step| step.as_str()).collect();
        let facts = [
            ("class", class.map(|class| class.to_string())),
            ("from", from),
            ("wanted", Some(new.wanted.to_owned())),
            ("chain", Some(chain.join(" "))),
            ("party", claimant.map(str::to_owned)),
            ("authority_side", authority_side.map(|side| side.as_str().to_owned())),
        ];
        let facts = facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Ok(facts.collect())
    }

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

    /// The disputes that a submitted revision carries out.
    pub(super) async fn answered_disputes(
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
    pub(super) async fn refuse_disputed(
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
                rule: Some(self.dispute_rule(lang)),
                remedy: None,
            });
        }
        Ok(())
    }

    /// Says what a dispute is about, to somebody who may see it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller may see.
    pub async fn dispute_view(&self, caller: &Caller, id: i64, lang: Lang) -> Result<DisputeView> {
        let case = self.visible_case(caller, id).await?;
        let facts = &case.file.facts;
        let known = |name: &str| facts.get(name).map(String::as_str).unwrap_or_default();
        let class: DisputedClass =
            known("class").parse().map_err(|_| Error::not_found("case", id.to_string()))?;
        let word = |code: &str| word_of(class, code, lang).unwrap_or_default().to_owned();
        let directory = self.directory();
        let chain = known("chain").split(' ').filter_map(|code| {
            let step = DisputeStep::ALL.iter().find(|step| step.as_str() == code)?;
            Some(step.label(lang).to_owned())
        });
        let codes: Vec<&str> = match class {
            DisputedClass::Share => ShareClass::ALL.iter().map(|it| it.as_str()).collect(),
            DisputedClass::Open => OpenClass::ALL.iter().map(|it| it.as_str()).collect(),
        };
        let others = codes.into_iter().filter(|code| *code != known("from"));
        let state = case.file.state.as_str();
        let document = facts.get("document").map(|document| match facts.get("decided_on") {
            Some(day) => lang.pick(format!("{document}（{day}）"), format!("{document} ({day})")),
            None => document.clone(),
        });
        Ok(DisputeView {
            class,
            from: word(known("from")),
            wanted: word(known("wanted")),
            decided: facts.get("decided").map(|code| word(code)),
            document,
            claimant: facts.get("party").map(|code| {
                let named = directory.organization(code);
                named.map_or(code.as_str(), |it| it.named.label(lang)).to_owned()
            }),
            chain: chain.collect(),
            rule: self.dispute_rule(lang),
            choices: others.map(|code| (code.to_owned(), word(code))).collect(),
            needs_document: matches!(state, "at_government" | "at_leading_group"),
            needs_class: matches!(state, "at_authority" | "at_government" | "at_leading_group"),
        })
    }
}

/// The code of one of the two classes.
fn class_of(class: DisputedClass, share: &ShareClass, open: &OpenClass) -> String {
    match class {
        DisputedClass::Share => share.to_string(),
        DisputedClass::Open => open.to_string(),
    }
}

/// The class of a draft that a dispute is about.
fn class_in(case: &Case, document: &DraftDocument) -> Option<String> {
    let class: DisputedClass = case.file.facts.get("class")?.parse().ok()?;
    Some(class_of(class, &document.fields.share.class, &document.fields.open.class))
}

/// The words for the code of a class; `None` for a code that is none.
fn word_of(class: DisputedClass, code: &str, lang: Lang) -> Option<&'static str> {
    match class {
        DisputedClass::Share => code.parse().ok().map(|it: ShareClass| it.label(lang)),
        DisputedClass::Open => code.parse().ok().map(|it: OpenClass| it.label(lang)),
    }
}
