//! What happens to an application: submitted, decided, signed, in force, ended.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Months, NaiveDate};
use kaishu_domain::application;
use kaishu_domain::cases::{Act, Actor, Guard, Step, Verdict};
use kaishu_domain::policy::Filing;
use kaishu_store::Transaction;
use kaishu_store::agreements::{self, Document, Side, Signature};
use kaishu_store::cases::{Case, CaseSubject};
use kaishu_store::grants::{self, Grant};
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
    /// The data items that are granted; none for all that were asked for (APP-09).
    pub items: BTreeSet<String>,
    /// The last day that is granted, where it is an earlier one than was asked for.
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

/// What an act is decided with.
struct Desk {
    case: Case,
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
        let (stored, document) = self.stored_application(id).await?;
        let dataset = self.find_public(&stored.dataset).await?.map(|view| view.dataset);
        let documents = agreements::of_case(&self.inner.store, id).await?;
        let desk = Desk { case, document, dataset, documents };
        let scope = granted_scope(&desk, &done);
        let offer = self.offer(&desk, &done, &scope);
        let act = self.act_of(&desk, &done, (&scope, &offer))?;
        let is_own_provider = self.is_of_applicant(&desk.case, caller).await?;
        let holds = |guard: Guard| self.holds(&desk, &done, (guard, is_own_provider), &scope, lang);
        let key = done.idempotency_key.as_deref();
        let key = key.map(|key| request_key(caller, id, &done.event, key));
        let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key: key };
        // With its submission it becomes a matter of the provider and the authority, who are told.
        let about = match &desk.dataset {
            Some(dataset) => placed(&desk.case.about, dataset),
            None => desk.case.about.clone(),
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
        kaishu_store::cases::add(transaction, key, case, &decided.happening()).await?;
        let by = &decided.event.by;
        let signature =
            Signature { account: by.account.unwrap_or_default(), name: by.name.clone(), at: now };
        match done.event.as_str() {
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
                    kaishu_store::cases::add(transaction, key, &after, &active.happening()).await?;
                    let filing = number_of(case);
                    grants::begin(transaction, &self.grant_of(desk, scope, filing)?).await?;
                }
            }
            "file" => {
                let filing = done.filing.trim().to_owned();
                grants::begin(transaction, &self.grant_of(desk, scope, filing)?).await?;
            }
            "suspend" | "revoke" | "give_back" => {
                grants::set_active(transaction, case.id, false, now).await?;
            }
            "restore" => {
                grants::set_active(transaction, case.id, true, now).await?;
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
        desk: &Desk,
        done: &ApplicationAct,
        (scope, offer): (&GrantScope, &[Document]),
    ) -> Result<Act> {
        let mut act =
            Act { event: done.event.clone(), reason: done.reason.clone(), ..Act::default() };
        let mut fact = |name: &str, value: String| act.facts.insert(name.to_owned(), value);
        let content = hex(&Sha256::digest(written(&desk.document)?.as_bytes()));
        match done.event.as_str() {
            "submit" | "resubmit" => {
                fact("content", content);
                if let Some(dataset) = &desk.dataset {
                    fact("organization", dataset.organization.code.clone());
                    fact("region", dataset.region.code.clone());
                }
                act.steps = Some(self.deciding_steps(&desk.case));
            }
            "return" => {
                fact("returned", self.today().to_string());
            }
            "approve" => {
                fact("content", content);
                let scope = serde_json::to_string(scope)
                    .map_err(|error| Error::Internal(format!("a scope: {error}")))?;
                fact("scope", scope);
                if !offer.is_empty() {
                    fact("terms", offer_hash(offer));
                }
            }
            "refuse" => {
                fact("condition", done.condition.trim().to_owned());
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

    /// The steps of the profile; what was passed before an application was returned stays passed.
    fn deciding_steps(&self, case: &Case) -> Vec<Step> {
        let mut steps = application::steps(self.policy());
        for step in &mut steps {
            let before = case.file.steps.iter().find(|it| it.by == step.by);
            step.result =
                before.and_then(|it| it.result.clone()).filter(|it| it.verdict == Verdict::Passed);
        }
        steps
    }

    fn holds(
        &self,
        desk: &Desk,
        done: &ApplicationAct,
        (guard, is_of_applicant): (Guard, bool),
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
                !is_of_applicant,
                "申请人与您在同一单位，请由其他单位的人员或者主管部门办理",
                "the applicant belongs to your organization; somebody else must decide",
            ),
            Guard::StaysOnTheMainland => rule(
                desk.document.leaves_mainland != Some(true),
                "申请人说明数据将出境；完成安全评估以前不能同意",
                "the applicant says that data leaves the mainland; it cannot be approved before the assessment",
            ),
            Guard::WithinWhatIsAsked => {
                let asked = scope_of(&desk.case, &desk.document);
                rule(
                    scope.is_within(&asked) && !scope.items.is_empty(),
                    "同意的范围不能超出申请的范围，也不能为空",
                    "what is approved is a part of what was asked for, and not nothing",
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
            Guard::FiledAutomatically => rule(
                self.policy().rules.open_app.filing.value == Filing::Automatic,
                "获取数据以前须备案",
                "it is filed before data is obtained",
            ),
            _ => Ok(()),
        }
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
        let mut ended = 0;
        for id in grants::over(store, self.today(), 1_000).await? {
            ended += usize::from(self.end_by_itself(id, "expire").await?);
        }
        for (rule, event) in
            [("open_app.complete_wd", "give_up"), ("agreement.offer_wd", "let_lapse")]
        {
            for id in kaishu_store::cases::overdue_by(store, rule, self.today(), 1_000).await? {
                ended += usize::from(self.end_by_itself(id, event).await?);
            }
        }
        Ok(ended)
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
        kaishu_store::cases::add(&transaction, log_key, &case, &decided.happening()).await?;
        grants::set_active(&transaction, id, false, now).await?;
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

/// What a decision grants: what was asked for, narrowed where the decision says so.
fn granted_scope(desk: &Desk, done: &ApplicationAct) -> GrantScope {
    let mut scope = scope_of(&desk.case, &desk.document);
    if done.event == "approve" {
        if !done.items.is_empty() {
            scope.items.clone_from(&done.items);
        }
        scope.last_day = done.last_day.or(scope.last_day);
    }
    scope
}
