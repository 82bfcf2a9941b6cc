//! What happens to an application: submitted, decided, signed, in force, ended.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Months, NaiveDate};
use kaishu_domain::application;
use kaishu_domain::cases::{Act, Actor, Guard};
use kaishu_domain::policy::Filing;
use kaishu_store::Transaction;
use kaishu_store::agreements::{self, Document, Side, Signature};
use kaishu_store::applications::Application;
use kaishu_store::cases::{self, Case, CaseSubject};
use kaishu_store::grants::{self, Becomes, Grant};
use kaishu_types::access::{ApplicationDocument, DeliveryMode, GrantScope};
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::DatasetView;
use kaishu_types::row_scope::RowCondition;
use kaishu_types::{ErrorCode, Lang, Remedy, RuleRef};
use sha2::{Digest, Sha256};

use super::advising::{Asked, Transfer};
use super::applying::written;
use super::guarding::Acts;
use super::terms::{hex, offer_hash};
use super::{number_of, scope_of};
use crate::accounts::{Caller, Came};
use crate::cases::{Decided, Wanted, moved_on, request_key};
use crate::{Error, Portal, Result};

/// Longest filing number, in characters.
const MAX_FILING: usize = 100;

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
    /// Conditions of rows that are added to those that were asked for (APP-09).
    pub rows: Vec<RowCondition>,
    /// The last day that is granted, where the decision names one.
    pub last_day: Option<NaiveDate>,
    /// The number under which it is filed (APP-10).
    pub filing: String,
    /// The hash of the documents that were shown to who signs.
    pub terms: String,
    /// A one-time code, to sign (AGR-05).
    pub code: String,
    /// The experts who are asked, by their logins (APP-11).
    pub experts: BTreeSet<String>,
    /// The documents of a transfer abroad (SEC-16).
    pub transfer: Transfer,
    /// What makes a repeated request one.
    pub idempotency_key: Option<String>,
}

/// Events of the applicant; only a complaint says why.
const OWN_EVENTS: [&str; 6] = ["submit", "resubmit", "discard", "withdraw", "sign", "give_back"];

/// Events that come with more than an act says.
const BY_OTHER_WAYS: [&str; 3] = ["write", "answer", "renew"];

/// What an act is decided with.
pub(super) struct Desk {
    pub(super) case: Case,
    pub(super) stored: Application,
    /// What is decided about: what was submitted, or is.
    pub(super) document: ApplicationDocument,
    /// As the public reads it; none where it is public no more.
    pub(super) dataset: Option<DatasetView>,
    pub(super) documents: Vec<Document>,
    /// Who is asked for an opinion.
    pub(super) experts: Asked,
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
        check_in_person(caller, &done, id, lang)?;
        let key = done.idempotency_key.as_deref();
        let key = key.map(|key| request_key(caller, id, &done.event, key));
        if let Some(key) = &key
            && kaishu_store::log::find_by_key(&self.inner.store, key).await?.is_some()
        {
            // The same request, sent twice: it was done the first time.
            return Ok(());
        }
        if case.file.n_events != done.version {
            return Err(moved_on(lang));
        }
        check_filing(&done, lang)?;
        if BY_OTHER_WAYS.contains(&done.event.as_str()) {
            let message = lang.pick("这一项在别处办理", "this is done in another way");
            return Err(Error::refused(ErrorCode::InvalidInput, message));
        }
        let is_submitted = matches!(done.event.as_str(), "submit" | "resubmit");
        let (stored, document) = self.stored_application(id, is_submitted).await?;
        let dataset = Box::pin(self.find_public(&stored.dataset)).await?.map(|view| view.dataset);
        let documents = agreements::of_case(&self.inner.store, id).await?;
        let experts = Box::pin(self.asked_experts(&case, &done, lang)).await?;
        let desk = Desk { case, stored, document, dataset, documents, experts };
        let scope = granted_scope(&desk, &done);
        let offer = Box::pin(self.offer(&desk, &done, &scope)).await?;
        let mut act = self.act_of(caller, &desk, &done, (&scope, &offer))?;
        act.facts.extend(around(&desk, &done));
        let acts = Acts {
            is_of_applicant: self.is_of_applicant(&desk.case, caller).await?,
            is_authority: self.is_authority_over(&desk.case, caller),
        };
        let holds = |guard: Guard| self.holds(&desk, &done, (guard, acts), &scope, lang);
        let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key: key };
        // With its submission it becomes a matter of the provider and the authority, who are told.
        let about = match &desk.dataset {
            Some(dataset) if is_submitted => placed(&desk.case.about, dataset),
            _ => desk.case.about.clone(),
        };
        let mut decided = self.decide(CaseKind::Application, &about, Some(&desk.case), wanted)?;
        // Whoever may not decide does not learn what was decided before (APP-07).
        if let Some(numbers) = Box::pin(self.deviation(&desk, &done, lang)).await? {
            decided.note("deviates_from", numbers);
        }
        // A code counts once, so it is used when nothing else stands against it.
        if is_signature(&done) {
            self.use_code_of(caller, &done.code, lang).await?;
        }
        let transaction = self.inner.store.begin().await?;
        let kept = self.keep_decided(&transaction, &desk, decided, (&done, &scope, &offer));
        Box::pin(kept).await?;
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
                if self.policy_of(case).rules.open_app.filing.value == Filing::Automatic {
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
            "ask_experts" => {
                cases::assign(transaction, case.id, &desk.expert_accounts()).await?;
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
            holder: None,
            dataset: case.about.subject.parse().map_err(unknown)?,
            items: scope.items.clone(),
            rows: scope.rows.clone(),
            mode: scope.mode.unwrap_or(DeliveryMode::Download),
            first_day,
            last_day: scope.last_day.or(year).unwrap_or(first_day),
            is_active: true,
            filing,
            updated_at: self.instant(),
        })
    }

    /// What is offered to be signed, where this is the last approval.
    async fn offer(
        &self,
        desk: &Desk,
        done: &ApplicationAct,
        scope: &GrantScope,
    ) -> Result<Vec<Document>> {
        let n_left = desk.case.file.steps.iter().filter(|step| step.result.is_none()).count();
        match &desk.dataset {
            Some(dataset) if done.event == "approve" && n_left == 1 => {
                self.terms_of(&desk.case, dataset, &desk.document, scope).await
            }
            _ => Ok(Vec::new()),
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
                act.steps = Some(application::steps(self.policy_of(&desk.case)));
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
            "reopen" => {
                act.steps = Some(application::steps(self.policy_of(&desk.case)));
            }
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
}

/// What comes with an act that leaves the application where it is.
fn around(desk: &Desk, done: &ApplicationAct) -> BTreeMap<String, String> {
    match done.event.as_str() {
        "ask_experts" => desk.expert_facts(),
        "record_transfer" => desk.transfer_facts(&done.transfer),
        _ => BTreeMap::new(),
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

fn is_signature(done: &ApplicationAct) -> bool {
    matches!(done.event.as_str(), "sign" | "countersign")
}

/// Whoever signs is there in person, with a browser and a one-time code: no token signs for anybody (AGR-05).
fn check_in_person(caller: &Caller, done: &ApplicationAct, id: i64, lang: Lang) -> Result<()> {
    if !is_signature(done) || !matches!(caller.came(), Some(Came::Token(..))) {
        return Ok(());
    }
    Err(Error::Refused {
        code: ErrorCode::Forbidden,
        message: lang
            .pick(
                "签署须本人登录后在网页上办理，并用一次性验证码确认",
                "whoever signs does so on the page, logged in and with a one-time code",
            )
            .to_owned(),
        rule: Some(RuleRef { id: "AGR-05".to_owned(), article: String::new() }),
        remedy: Some(Remedy {
            text: lang.pick("打开申请", "Open the application").to_owned(),
            link: format!("/applications/{id}"),
        }),
    })
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
        for condition in &done.rows {
            if !scope.rows.contains(condition) {
                scope.rows.push(condition.clone());
            }
        }
        scope.last_day = done.last_day.or(scope.last_day);
    }
    scope
}
