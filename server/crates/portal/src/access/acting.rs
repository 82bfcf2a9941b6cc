//! What happens to an application: submitted, decided, signed, in force, ended.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Months, NaiveDate};
use kaishu_domain::application::{self, items_to_apply_for};
use kaishu_domain::cases::{Act, Actor, Guard};
use kaishu_domain::permission::Action;
use kaishu_domain::policy::Filing;
use kaishu_store::agreements::{self, Document, Side, Signature};
use kaishu_store::applications::Application;
use kaishu_store::cases::{self, Case, CaseSubject};
use kaishu_store::grants::{self, Becomes, Grant};
use kaishu_store::{StoreError, Transaction};
use kaishu_types::access::{ApplicationDocument, DeliveryMode, GrantScope};
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::DatasetView;
use kaishu_types::vocabulary::{DatasetState, OpenClass};
use kaishu_types::{ErrorCode, Lang};
use sha2::{Digest, Sha256};

use super::applying::written;
use super::terms::{are_unchanged, hex, offer_hash};
use super::{number_of, scope_of};
use crate::accounts::Caller;
use crate::cases::{Decided, Wanted, moved_on, request_key};
use crate::{Error, Portal, Result};

/// Longest filing number, in characters.
const MAX_FILING: usize = 100;
/// Cases that are ended in a round; the others wait for the next.
const ENDED_AT_ONCE: u64 = 1_000;

/// What somebody does to an application.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplicationAct {
    /// The event, as in `approve`.
    pub event: String,
    /// How many events there were when it was decided on.
    pub version: u32,
    /// Why.
    pub reason: String,
    /// The published condition that a refusal rests on (APP-06).
    pub condition: String,
    /// The data items that are granted, where the decision names them; else all that were asked for (APP-09).
    pub items: Option<BTreeSet<String>>,
    /// The last day that is granted, where the decision names one.
    pub last_day: Option<NaiveDate>,
    /// The number under which it is filed (APP-10).
    pub filing: String,
    /// The hash of the documents that were shown to who signs.
    pub terms: String,
    /// A one-time code, to sign (AGR-05).
    pub code: String,
    /// What makes a repeated request one.
    pub idempotency_key: Option<String>,
}

/// Events of the applicant; only a complaint says why.
const OWN_EVENTS: [&str; 6] = ["submit", "resubmit", "discard", "withdraw", "sign", "give_back"];

/// How whoever acts stands to an application.
#[derive(Debug, Clone, Copy)]
struct Acts {
    /// Whether they belong to an organization of the applicant.
    is_of_applicant: bool,
    /// Whether they act for the authority of its region.
    is_authority: bool,
}

/// What an act is decided with.
struct Desk {
    case: Case,
    stored: Application,
    /// What is decided about: what was submitted, or is.
    document: ApplicationDocument,
    /// As the public reads it; none where it is public no more.
    dataset: Option<DatasetView>,
    documents: Vec<Document>,
}

impl Portal {
    /// Does something to an application.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not see it; `Conflict` where something else happened since; refused with the
    /// rule where one stands against it.
    pub async fn act_on_application(
        &self,
        caller: &Caller,
        id: i64,
        done: ApplicationAct,
        lang: Lang,
    ) -> Result<()> {
        let case = self.application_case(caller, id).await?;
        if case.file.n_events != done.version {
            return Err(moved_on(lang));
        }
        check_filing(&done, lang)?;
        let is_submitted = matches!(done.event.as_str(), "submit" | "resubmit");
        let (stored, document) = self.stored_application(id, is_submitted).await?;
        let dataset = self.find_public(&stored.dataset).await?.map(|view| view.dataset);
        let documents = agreements::of_case(&self.inner.store, id).await?;
        let desk = Desk { case, stored, document, dataset, documents };
        let scope = granted_scope(&desk, &done);
        let offer = self.offer(&desk, &done, &scope);
        let act = self.act_of(caller, &desk, &done, (&scope, &offer))?;
        let acts = Acts {
            is_of_applicant: self.is_of_applicant(&desk.case, caller).await?,
            is_authority: self.is_authority_over(&desk.case, caller),
        };
        let holds = |guard: Guard| self.holds(&desk, &done, (guard, acts), &scope, lang);
        let key = done.idempotency_key.as_deref();
        let key = key.map(|key| request_key(caller, id, &done.event, key));
        let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key: key };
        // With its submission it becomes a matter of the provider and the authority, who are told.
        let about = match &desk.dataset {
            Some(dataset) if is_submitted => placed(&desk.case.about, dataset),
            _ => desk.case.about.clone(),
        };
        let decided = self.decide(CaseKind::Application, &about, Some(&desk.case), wanted)?;
        // A code counts once, so it is used when nothing else stands against it.
        if matches!(done.event.as_str(), "sign" | "countersign") {
            self.use_code_of(caller, &done.code, lang).await?;
        }
        let transaction = self.inner.store.begin().await?;
        self.keep_decided(&transaction, &desk, decided, (&done, &scope, &offer)).await?;
        Ok(transaction.commit().await?)
    }

    /// Writes what was decided, with all that comes of it, in one transaction (AGR-08).
    async fn keep_decided(
        &self,
        transaction: &Transaction,
        desk: &Desk,
        decided: Decided,
        (done, scope, offer): (&ApplicationAct, &GrantScope, &[Document]),
    ) -> Result<()> {
        let (key, now) = (&self.inner.log_key, self.instant());
        let case = &desk.case;
        cases::add(transaction, key, case, &decided.happening()).await?;
        let by = &decided.event.by;
        let signature =
            Signature { account: by.account.unwrap_or_default(), name: by.name.clone(), at: now };
        match done.event.as_str() {
            "submit" | "resubmit" => {
                kaishu_store::applications::submit(transaction, &desk.stored).await?;
            }
            "approve" if decided.file.state == "approved" => {
                for document in offer {
                    agreements::offer(transaction, document).await?;
                }
            }
            "sign" => {
                self.sign_all(transaction, &desk.documents, Side::Applicant, &signature).await?;
            }
            "countersign" => {
                self.sign_all(transaction, &desk.documents, Side::Provider, &signature).await?;
                if self.policy().rules.open_app.filing.value == Filing::Automatic {
                    let after = Case { file: decided.file.clone(), ..case.clone() };
                    let act =
                        Act { event: "activate".to_owned(), by: Actor::system(), ..Act::default() };
                    let wanted = Wanted {
                        caller: &Caller::visitor(),
                        lang: Lang::Zh,
                        act,
                        holds: &|_| Ok(()),
                        idempotency_key: None,
                    };
                    let active =
                        self.decide(CaseKind::Application, &case.about, Some(&after), wanted)?;
                    cases::add(transaction, key, &after, &active.happening()).await?;
                    let filing = number_of(case);
                    grants::begin(transaction, &self.grant_of(desk, scope, filing)?).await?;
                }
            }
            "file" => {
                let filing = done.filing.trim().to_owned();
                grants::begin(transaction, &self.grant_of(desk, scope, filing)?).await?;
            }
            "suspend" => {
                grants::set(transaction, case.id, Becomes::Suspended, now).await?;
            }
            "revoke" | "give_back" => {
                grants::set(transaction, case.id, Becomes::Over, now).await?;
            }
            "restore" => {
                grants::set(transaction, case.id, Becomes::Active, now).await?;
            }
            _ => {}
        }
        Ok(())
    }

    fn grant_of(&self, desk: &Desk, scope: &GrantScope, filing: String) -> Result<Grant> {
        let case = &desk.case;
        let missing = || Error::Internal(format!("application {} names nobody", case.id));
        let unknown = |_| Error::not_found("dataset", case.about.subject.clone());
        let first_day = scope.first_day.map_or(self.today(), |day| day.max(self.today()));
        let year = first_day.checked_add_months(Months::new(12)).and_then(|day| day.pred_opt());
        Ok(Grant {
            case: case.id,
            account: case.file.submitter.ok_or_else(missing)?,
            dataset: case.about.subject.parse().map_err(unknown)?,
            items: scope.items.clone(),
            mode: scope.mode.unwrap_or(DeliveryMode::Download),
            first_day,
            last_day: scope.last_day.or(year).unwrap_or(first_day),
            is_active: true,
            filing,
            updated_at: self.instant(),
        })
    }

    /// What is offered to be signed, where this is the last approval.
    fn offer(&self, desk: &Desk, done: &ApplicationAct, scope: &GrantScope) -> Vec<Document> {
        let n_left = desk.case.file.steps.iter().filter(|step| step.result.is_none()).count();
        match &desk.dataset {
            Some(dataset) if done.event == "approve" && n_left == 1 => {
                self.terms_of(&desk.case, dataset, &desk.document, scope)
            }
            _ => Vec::new(),
        }
    }

    fn act_of(
        &self,
        caller: &Caller,
        desk: &Desk,
        done: &ApplicationAct,
        (scope, offer): (&GrantScope, &[Document]),
    ) -> Result<Act> {
        // What the applicant does says nothing to anybody's inbox, but for a complaint.
        let is_said = !OWN_EVENTS.contains(&done.event.as_str());
        let reason = if is_said { done.reason.clone() } else { String::new() };
        let mut act = Act { event: done.event.clone(), reason, ..Act::default() };
        let mut fact = |name: &str, value: String| act.facts.insert(name.to_owned(), value);
        let submitted = desk.stored.submitted.as_ref();
        let decided_on = submitted.filter(|_| !OWN_EVENTS.contains(&done.event.as_str()));
        let decided_on = decided_on.unwrap_or(&desk.stored.document);
        let content = hex(&Sha256::digest(decided_on.as_bytes()));
        match done.event.as_str() {
            "submit" | "resubmit" => {
                fact("content", content);
                fact("scope", written(&desk.document.scope())?);
                if let Some(dataset) = &desk.dataset {
                    fact("organization", dataset.organization.code.clone());
                    fact("region", dataset.region.code.clone());
                }
                // Another text is decided on anew, by every side.
                act.steps = Some(application::steps(self.policy()));
            }
            "return" => {
                fact("returned", self.today().to_string());
            }
            "approve" => {
                fact("content", content);
                fact("scope", written(scope)?);
                if !offer.is_empty() {
                    fact("terms", offer_hash(offer));
                }
            }
            "refuse" => {
                fact("condition", done.condition.trim().to_owned());
                fact("refused_on", self.today().to_string());
                if let Some(account) = caller.account() {
                    fact("refused_by", account.to_string());
                }
            }
            "complain" => {
                fact("complained", self.today().to_string());
            }
            "reopen" => act.steps = Some(application::steps(self.policy())),
            "suspend" => {
                let is_authority = self.is_authority_over(&desk.case, caller);
                fact("suspended_by_authority", is_authority.to_string());
            }
            "file" => {
                fact("filing", done.filing.trim().to_owned());
            }
            "sign" | "countersign" => {
                fact(&format!("{}.method", done.event), "account_code".to_owned());
            }
            _ => {}
        }
        Ok(act)
    }

    fn holds(
        &self,
        desk: &Desk,
        done: &ApplicationAct,
        (guard, acts): (Guard, Acts),
        scope: &GrantScope,
        lang: Lang,
    ) -> std::result::Result<(), String> {
        let rule = |is_met: bool, zh: &str, en: &str| match is_met {
            true => Ok(()),
            false => Err(lang.pick(zh, en).to_owned()),
        };
        let dataset = desk.dataset.as_ref();
        match guard {
            Guard::DatasetOpenOnConditions => rule(
                dataset.is_some_and(|it| {
                    it.state == DatasetState::Published
                        && it.fields.open.class == OpenClass::Conditional
                }),
                "数据集现在没有以有条件开放的方式发布，不能继续办理",
                "the dataset is not published as conditional now; this cannot go on",
            ),
            Guard::ApplicationComplete => {
                let lacks = dataset.map(|it| self.lacks(it, &desk.document, lang));
                match lacks.as_deref().unwrap_or_default() {
                    [] => Ok(()),
                    lacks => {
                        let texts: Vec<_> = lacks.iter().map(|it| it.message.as_str()).collect();
                        Err(texts.join(lang.pick("；", "; ")))
                    }
                }
            }
            Guard::NotOwnOrganization => rule(
                !acts.is_of_applicant,
                "申请人与您在同一单位，请由其他单位的人员或者主管部门办理",
                "the applicant belongs to your organization; somebody else must decide",
            ),
            Guard::StaysOnTheMainland => rule(
                desk.document.leaves_mainland == Some(false),
                "申请人没有说明数据不出境；完成安全评估以前不能同意",
                "the applicant does not say that data stays on the mainland; it cannot be approved before the assessment",
            ),
            Guard::WithinWhatIsAsked => {
                let asked = scope_of(&desk.case, &desk.document);
                let offered = dataset.map(|it| items_to_apply_for(&it.fields, &it.items));
                let is_offered = scope.items.is_subset(&offered.unwrap_or_default());
                let begins = scope.first_day.unwrap_or(self.today()).max(self.today());
                let is_time = scope.last_day.is_none_or(|last| last >= begins);
                rule(
                    scope.is_within(&asked) && is_offered && is_time && !scope.items.is_empty(),
                    "同意的范围不能超出申请的范围和目录现在公布的数据项，不能为空，也不能已经到期",
                    "what is approved is a part of what was asked for and is offered now, not nothing, and not over",
                )
            }
            Guard::SuspendedBySame => {
                let by_authority = desk.case.file.facts.get("suspended_by_authority");
                rule(
                    by_authority.is_none_or(|it| it != "true") || acts.is_authority,
                    "由数据主管部门中止的，由数据主管部门恢复",
                    "what the authority suspended, the authority restores",
                )
            }
            Guard::PublishedCondition => {
                let published = dataset.map(|it| it.fields.open.conditions.as_slice());
                let named = done.condition.trim();
                rule(
                    published.unwrap_or_default().iter().any(|it| it.trim() == named),
                    "不同意的理由须从目录公布的开放条件中选择",
                    "a refusal rests on one of the conditions that the entry publishes",
                )
            }
            Guard::TermsAsOffered => rule(
                !desk.documents.is_empty()
                    && are_unchanged(&desk.documents)
                    && offer_hash(&desk.documents) == done.terms
                    && desk.case.file.facts.get("terms") == Some(&done.terms),
                "签署的文本与出具的文本不一致，请重新打开页面阅读后签署",
                "the text is not the one that was offered; open the page again, read it and sign",
            ),
            Guard::FirstComplaint => rule(
                self.may_complain(&desk.case),
                "已经申请过复核，或者申请复核的期限已过；不服的可以依法寻求其他途径",
                "a complaint was made before, or the time for it is over; what is left is the law",
            ),
            Guard::FiledAutomatically => rule(
                self.policy().rules.open_app.filing.value == Filing::Automatic,
                "获取数据以前须备案",
                "it is filed before data is obtained",
            ),
            _ => Ok(()),
        }
    }

    /// Whether the applicant may still complain of a refusal: once, in the time of the profile (APP-06).
    fn may_complain(&self, case: &Case) -> bool {
        let facts = &case.file.facts;
        let refused_on = facts.get("refused_on").and_then(|day| day.parse::<NaiveDate>().ok());
        let days = self.policy().rules.appeal.filing_wd.value.get();
        let last = refused_on.and_then(|day| self.inner.calendar.add_working_days(day, days).ok());
        !facts.contains_key("complained") && last.is_some_and(|last| self.today() <= last.last_day)
    }

    fn is_authority_over(&self, case: &Case, caller: &Caller) -> bool {
        let subject = self.subject(None, case.about.region.as_deref(), false);
        caller.role_for(Action::FileGrants, &subject).is_some()
    }

    /// Whether somebody who decides belongs to an organization that the applicant belongs to (ORG-03).
    async fn is_of_applicant(&self, case: &Case, caller: &Caller) -> Result<bool> {
        let Some(applicant) = case.file.submitter else { return Ok(false) };
        if caller.account() == Some(applicant) {
            return Ok(false);
        }
        let account = kaishu_store::accounts::find_by_id(&self.inner.store, applicant).await?;
        let roles = account.map(|account| account.roles).unwrap_or_default();
        let own: BTreeSet<_> = roles.iter().filter_map(|it| it.organization.as_ref()).collect();
        let mut held = caller.roles().iter().filter_map(|it| it.organization.as_ref());
        Ok(held.any(|organization| own.contains(organization)))
    }

    /// Ends what is over by its day (APP-12), and what nobody completed or signed in time (APP-08, AGR-06). Returns
    /// how many cases ended.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn end_what_is_over(&self) -> Result<usize> {
        let store = &self.inner.store;
        let mut over: Vec<(i64, &str)> = Vec::new();
        let expired = grants::over(store, self.today(), ENDED_AT_ONCE).await?;
        over.extend(expired.into_iter().map(|id| (id, "expire")));
        for (rule, event) in [
            ("open_app.complete_wd", "give_up"),
            ("agreement.offer_wd", "let_lapse"),
            ("appeal.filing_wd", "let_stand"),
        ] {
            let late = cases::overdue_by(store, rule, self.today(), ENDED_AT_ONCE).await?;
            over.extend(late.into_iter().map(|id| (id, event)));
        }
        let mut n_ended = 0;
        for (id, event) in over {
            match self.end_by_itself(id, event).await {
                Ok(is_ended) => n_ended += usize::from(is_ended),
                // One case that cannot be ended must not hold up the others.
                Err(error) => tracing::error!(
                    case = id,
                    event,
                    error = &error as &dyn std::error::Error,
                    "an application could not be ended"
                ),
            }
        }
        Ok(n_ended)
    }

    async fn end_by_itself(&self, id: i64, event: &str) -> Result<bool> {
        let store = &self.inner.store;
        let Some(case) = kaishu_store::cases::find(store, id).await? else { return Ok(false) };
        let facts = BTreeMap::new();
        let act = Act { event: event.to_owned(), by: Actor::system(), facts, ..Act::default() };
        let key = Some(format!("system/{event}-{id}"));
        let caller = &Caller::visitor();
        let wanted =
            Wanted { caller, lang: Lang::Zh, act, holds: &|_| Ok(()), idempotency_key: key };
        let decided = match self.decide(CaseKind::Application, &case.about, Some(&case), wanted) {
            Ok(decided) => decided,
            // Somebody acted meanwhile.
            Err(Error::Refused { code: ErrorCode::Conflict, .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        let transaction = store.begin().await?;
        let (log_key, now) = (&self.inner.log_key, self.instant());
        match cases::add(&transaction, log_key, &case, &decided.happening()).await {
            Ok(_) => {}
            // Another node was faster.
            Err(StoreError::Conflict { .. }) => return Ok(false),
            Err(error) => return Err(Error::from(error)),
        }
        grants::set(&transaction, id, Becomes::Over, now).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// What an application belongs to: the provider of its dataset.
fn placed(about: &CaseSubject, dataset: &DatasetView) -> CaseSubject {
    CaseSubject {
        organization: Some(dataset.organization.code.clone()),
        region: Some(dataset.region.code.clone()),
        ..about.clone()
    }
}

/// What is filed has a number (APP-10, jiamusi 13).
fn check_filing(done: &ApplicationAct, lang: Lang) -> Result<()> {
    let is_number = (1..=MAX_FILING).contains(&done.filing.trim().chars().count());
    match done.event == "file" && !is_number {
        true => Err(Error::field(
            "filing",
            lang.pick(
                "请填写备案编号，不超过 100 字",
                "give the filing number, 100 characters at most",
            ),
        )),
        false => Ok(()),
    }
}

/// What a decision grants: what was asked for, narrowed where the decision says so.
fn granted_scope(desk: &Desk, done: &ApplicationAct) -> GrantScope {
    let mut scope = scope_of(&desk.case, &desk.document);
    if done.event == "approve" {
        if let Some(items) = &done.items {
            scope.items.clone_from(items);
        }
        scope.last_day = done.last_day.or(scope.last_day);
    }
    scope
}
