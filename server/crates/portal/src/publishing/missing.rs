//! Resources that are open without an entry: registered, entered by their provider (CAT-17, yulin 15¶1).

use std::collections::{BTreeMap, BTreeSet};

use kaishu_domain::cases::{Act, Actor, Guard};
use kaishu_domain::permission::Action;
use kaishu_store::Transaction;
use kaishu_store::cases::{Case, CaseSubject};
use kaishu_types::case::CaseKind;
use kaishu_types::draft::DraftDocument;
use kaishu_types::organization::OrganizationView;
use kaishu_types::vocabulary::{DatasetState, ShareClass};
use kaishu_types::{DatasetCode, ErrorCode, Lang, RuleRef};
use sha2::{Digest, Sha256};

use crate::accounts::Caller;
use crate::administration::Faults;
use crate::cases::{Decided, Wanted, moved_on, not_covered};
use crate::{Error, Portal, Result};

/// Longest address, in characters.
const MAX_ADDRESS: usize = 500;
/// Longest name, in characters.
const MAX_TITLE: usize = 200;

/// A resource that somebody found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewMissing<'a> {
    /// What it is called where it was found.
    pub title: &'a str,
    /// Code of the organization that opened it.
    pub organization: &'a str,
    /// Where it was found: an address of the web.
    pub address: &'a str,
    /// What was found, in the words of whoever registers it.
    pub reason: &'a str,
}

/// What somebody does about a missing entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MissingAct {
    /// The event, as in `compile`.
    pub event: String,
    /// How many events there were when it was decided on.
    pub version: u32,
    /// Why.
    pub reason: String,
    /// Code of the entry that is there already.
    pub entry: String,
}

impl Portal {
    /// Returns the rule of missing entries, and whether they are registered at all.
    pub fn missing_rule(&self, lang: Lang) -> (RuleRef, bool) {
        let rule = &self.policy().rules.catalogue.missing_entries;
        (rule.reference("catalogue.missing_entries", lang), rule.value)
    }

    /// The refusal of whoever registers nothing.
    pub fn may_not_report(&self, caller: &Caller, lang: Lang) -> Error {
        not_covered(caller, Action::ReportMissing, lang)
    }

    /// Lists the organizations whose resources somebody may register.
    pub fn reports_missing_of(&self, caller: &Caller) -> BTreeSet<String> {
        let directory = self.directory();
        let may = |organization: &&OrganizationView| {
            let (code, region) = (&organization.named.code, &organization.region.code);
            let subject = self.subject(Some(code), Some(region), false);
            caller.role_for(Action::ReportMissing, &subject).is_some()
        };
        directory.organizations.iter().filter(may).map(|it| it.named.code.clone()).collect()
    }

    /// Registers a resource that is open without an entry, as a task of its provider. Returns the case.
    ///
    /// # Errors
    ///
    /// Refused for who may not, and where the profile knows no such task; `InvalidInput` naming each field,
    /// and where the same address is registered and not entered yet.
    pub async fn register_missing(
        &self,
        caller: &Caller,
        new: NewMissing<'_>,
        lang: Lang,
    ) -> Result<i64> {
        if !caller.may_ever(Action::ReportMissing) {
            return Err(not_covered(caller, Action::ReportMissing, lang));
        }
        let (rule, is_on) = self.missing_rule(lang);
        if !is_on {
            let message = lang.pick(
                "现行规则没有补编任务，请通知提供单位自行编入目录",
                "the rules in force know no such task; tell the provider to enter it",
            );
            let message = message.to_owned();
            return Err(Error::Refused {
                code: ErrorCode::Forbidden,
                message,
                rule: Some(rule),
                remedy: None,
            });
        }
        let about = self.read_missing(&new, lang)?;
        let store = &self.inner.store;
        let kind = CaseKind::MissingEntry;
        let before = kaishu_store::cases::of_subject(store, &about.subject, kind).await?;
        if before.iter().any(|case| case.file.closed_at.is_none()) {
            let message =
                lang.pick("这个地址已经登记，等待编入", "this address is registered already");
            return Err(Error::field("address", message));
        }
        let address = ("address".to_owned(), new.address.trim().to_owned());
        let wanted = Wanted {
            caller,
            lang,
            act: Act {
                event: "register".to_owned(),
                reason: new.reason.to_owned(),
                facts: BTreeMap::from([address]),
                ..Act::default()
            },
            holds: &|_| Ok(()),
            idempotency_key: Some(format!("missing/{}/{}", about.subject, before.len())),
        };
        let decided = self.decide(kind, &about, None, wanted)?;
        let transaction = store.begin().await?;
        let key = &self.inner.log_key;
        let happening = decided.happening();
        let (case, _) = kaishu_store::cases::open(&transaction, key, &about, &happening).await?;
        transaction.commit().await?;
        Ok(case)
    }

    fn read_missing(&self, new: &NewMissing<'_>, lang: Lang) -> Result<CaseSubject> {
        let mut faults = Faults::new(lang);
        let title = faults.text("title", new.title, MAX_TITLE).unwrap_or_default();
        if title.is_empty() && !faults.has("title") {
            faults.add("title", "请填写资源名称", "Name the resource");
        }
        let address = new.address.trim();
        let is_address = ["https://", "http://"].iter().any(|it| address.starts_with(it));
        let is_broken = address.chars().any(|sign| sign.is_whitespace() || sign.is_control());
        if !is_address || is_broken || address.chars().count() > MAX_ADDRESS {
            faults.add(
                "address",
                format!("写成 https:// 或者 http:// 开头的网址，不超过 {MAX_ADDRESS} 字"),
                format!("An address that begins with https:// or http://, {MAX_ADDRESS} characters at most"),
            );
        }
        let directory = self.directory();
        let provider = directory.organization(new.organization.trim());
        if provider.is_none() {
            faults.add("organization", "请选择提供单位", "Choose the provider");
        }
        if new.reason.trim().is_empty() {
            faults.add("reason", "请写明发现的情况", "Say what was found");
        }
        faults.into_result()?;
        let provider = provider
            .ok_or_else(|| Error::not_found("organization", new.organization.to_owned()))?;
        let profile = self.policy();
        let digest = Sha256::digest(address.as_bytes());
        let digest: String = digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
        Ok(CaseSubject {
            subject: format!("missing-{digest}"),
            title,
            organization: Some(provider.named.code.clone()),
            region: Some(provider.region.code.clone()),
            policy: profile.header.code.clone(),
            policy_revision: profile.header.revision,
        })
    }

    /// Does something about a missing entry: begin it, name one that is there, find that there is nothing to
    /// enter. Returns the case of the entry that was begun.
    ///
    /// # Errors
    ///
    /// As any act on a case; refused where the entry that is named is not published, or another agency's.
    pub async fn act_on_missing(
        &self,
        caller: &Caller,
        id: i64,
        done: MissingAct,
        lang: Lang,
    ) -> Result<Option<i64>> {
        let case = self.visible_case(caller, id).await?;
        if case.file.kind != CaseKind::MissingEntry {
            return Err(Error::not_found("case", id.to_string()));
        }
        if case.file.n_events != done.version {
            return Err(moved_on(lang));
        }
        let there = match done.event.as_str() {
            "name" => self.entry_there(&case, done.entry.trim(), lang).await?,
            _ => Ok(()),
        };
        let mut act =
            Act { event: done.event.clone(), reason: done.reason.clone(), ..Act::default() };
        if done.event == "name" {
            act.facts.insert("entry".to_owned(), done.entry.trim().to_owned());
        }
        let decided = self.decide_missing(caller, &case, (act.clone(), &there), lang)?;
        if done.event == "compile" {
            // What is being compiled already is gone on with.
            return match self.draft_for(&case).await? {
                Some(draft) => Ok(Some(draft)),
                None => self.compile_missing(caller, &case, act, lang).await.map(Some),
            };
        }
        let transaction = self.inner.store.begin().await?;
        let key = &self.inner.log_key;
        kaishu_store::cases::add(&transaction, key, &case, &decided.happening()).await?;
        transaction.commit().await?;
        Ok(None)
    }

    fn decide_missing(
        &self,
        caller: &Caller,
        case: &Case,
        (act, there): (Act, &std::result::Result<(), String>),
        lang: Lang,
    ) -> Result<Decided> {
        let holds = |guard| match guard {
            Guard::EntryThere => there.clone(),
            Guard::NotAParty if belongs_to(caller, case.about.organization.as_deref()) => Err(lang
                .pick(
                    "您在提供单位任职，由主管部门的其他人办理",
                    "you belong to the provider; somebody else of the authority must do this",
                )
                .to_owned()),
            _ => Ok(()),
        };
        let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key: None };
        self.decide(CaseKind::MissingEntry, &case.about, Some(case), wanted)
    }

    /// Begins the entry that a task asks for: its publication ends the task.
    async fn compile_missing(
        &self,
        caller: &Caller,
        case: &Case,
        mut act: Act,
        lang: Lang,
    ) -> Result<i64> {
        let transaction = self.inner.store.begin_catalogue().await?;
        let draft = self.begin_for(&transaction, caller, case, lang).await?;
        act.facts.insert("draft".to_owned(), draft.to_string());
        let decided = self.decide_missing(caller, case, (act, &Ok(())), lang)?;
        let key = &self.inner.log_key;
        kaishu_store::cases::add(&transaction, key, case, &decided.happening()).await?;
        transaction.commit().await?;
        Ok(draft)
    }

    /// Begins the entry that a case asks for, in a transaction of the catalogue: its publication ends the case.
    pub(crate) async fn begin_for(
        &self,
        transaction: &Transaction,
        caller: &Caller,
        case: &Case,
        lang: Lang,
    ) -> Result<i64> {
        let place = (case.about.organization.as_deref(), case.about.region.as_deref());
        let (Some(organization), Some(region)) = place else {
            return Err(Error::Internal(format!("case {} names no place", case.id)));
        };
        let document = DraftDocument::new(organization, region, &case.about.title);
        let facts = BTreeMap::from([("missing".to_owned(), case.id.to_string())]);
        self.begin_in(transaction, caller, (&document, facts), lang).await
    }

    /// The entry that is being compiled for a task.
    pub(crate) async fn draft_for(&self, case: &Case) -> Result<Option<i64>> {
        let Some(draft) = case.file.facts.get("draft").and_then(|it| it.parse().ok()) else {
            return Ok(None);
        };
        let found = kaishu_store::cases::find(&self.inner.store, draft).await?;
        let is_open = found.is_some_and(|draft| draft.file.closed_at.is_none());
        Ok(is_open.then_some(draft))
    }

    /// Whether an entry is there: published, and of the provider that was asked for it.
    async fn entry_there(
        &self,
        case: &Case,
        entry: &str,
        lang: Lang,
    ) -> Result<std::result::Result<(), String>> {
        let missing = lang.pick(
            "这个编码不是本单位已发布的目录，请填写已发布目录的编码",
            "this is no code of a published entry of the provider",
        );
        let missing = Err(missing.to_owned());
        let Ok(code) = entry.parse::<DatasetCode>() else { return Ok(missing) };
        let found = kaishu_store::datasets::find(&self.inner.store, &code).await?;
        let is_there = found.is_some_and(|dataset| {
            dataset.state == DatasetState::Published
                && case.about.organization.as_ref() == Some(&dataset.organization.code)
        });
        Ok(if is_there { Ok(()) } else { missing })
    }

    /// The task that the publication of an entry answers, with the event that ends it. What was asked for by another
    /// agency is answered once it is shared (SHR-13).
    pub(super) async fn answered_missing(
        &self,
        opening: &Case,
        document: &DraftDocument,
        lang: Lang,
    ) -> Result<Option<(Case, Decided)>> {
        let Some(task) = opening.file.facts.get("missing").and_then(|it| it.parse().ok()) else {
            return Ok(None);
        };
        let task = kaishu_store::cases::find(&self.inner.store, task).await?;
        let Some(task) = task.filter(|task| task.file.closed_at.is_none()) else {
            return Ok(None);
        };
        let kind = task.file.kind;
        if kind == CaseKind::OutsideRequest && document.fields.share.class == ShareClass::None {
            return Ok(None);
        }
        let entry = ("entry".to_owned(), opening.about.subject.clone());
        let wanted = Wanted {
            caller: &Caller::visitor(),
            lang,
            act: Act {
                event: "enter".to_owned(),
                by: Actor::system(),
                facts: BTreeMap::from([entry]),
                ..Act::default()
            },
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        let entered = self.decide(kind, &task.about, Some(&task), wanted)?;
        Ok(Some((task, entered)))
    }
}

/// Whether somebody holds a role for an organization (ORG-03).
fn belongs_to(caller: &Caller, organization: Option<&str>) -> bool {
    let held = caller.roles().iter().filter_map(|held| held.organization.as_ref());
    organization.is_some_and(|code| held.into_iter().any(|it| it.as_str() == code))
}
