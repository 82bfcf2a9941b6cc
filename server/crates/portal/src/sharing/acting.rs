//! What happens to a share request: answered, escalated, in force, ended.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use kaishu_domain::cases::{Act, Guard};
use kaishu_domain::offline;
use kaishu_store::Transaction;
use kaishu_store::cases::{self, Case};
use kaishu_store::grants::{self, Becomes, Grant};
use kaishu_store::shares::{self, ShareRequest};
use kaishu_types::Lang;
use kaishu_types::access::GrantScope;
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::DatasetView;
use kaishu_types::sharing::ShareDocument;
use sha2::{Digest, Sha256};

use super::requesting::written;
use super::{delivering, doubting, scope_of};
use crate::accounts::Caller;
use crate::cases::{Decided, Wanted, moved_on, request_key};
use crate::{Portal, Result};

/// Events that open data.
const GRANTING: [&str; 3] = ["approve", "settle_grant", "decide_grant"];

/// What somebody does to a share request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShareAct {
    /// The event, as in `approve`.
    pub event: String,
    /// How many events there were when it was decided on.
    pub version: u32,
    /// Why.
    pub reason: String,
    /// The published condition that is not met, of a refusal (SHR-05).
    pub condition: String,
    /// Level of the norm that a refusal rests on, as in `law`.
    pub level: String,
    /// Title of the norm.
    pub norm: String,
    /// Its article.
    pub article: String,
    /// Whom to ask at the provider; that of the entry where nobody is named (SHR-06).
    pub contact: String,
    /// Who took part in a mediation (SHR-15).
    pub participants: String,
    /// The document of a decision from above (SHR-15).
    pub document: String,
    /// On what data was handed over (SHR-10).
    pub medium: String,
    /// The data items that are granted, where the decision names them; else all that were asked for. Those that were
    /// handed over.
    pub items: Option<BTreeSet<String>>,
    /// The last day that is granted, where the decision names one.
    pub last_day: Option<NaiveDate>,
    /// What makes a repeated request one.
    pub idempotency_key: Option<String>,
}

/// What an act is decided with.
pub(super) struct Desk {
    pub(super) case: Case,
    stored: ShareRequest,
    pub(super) document: ShareDocument,
    /// The entry; none where it is shared no more.
    pub(super) dataset: Option<DatasetView>,
    /// What came of it.
    pub(super) grant: Option<Grant>,
}

impl Desk {
    /// Whom to ask at the provider.
    pub(super) fn contact(&self, done: &ShareAct) -> String {
        let said = done.contact.trim();
        let known = self.stored.contact.trim();
        if said.is_empty() { known.to_owned() } else { said.to_owned() }
    }
}

impl Portal {
    /// Does something to a share request.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not see it; `Conflict` where something else happened since; refused with the
    /// rule where one stands against it.
    pub async fn act_on_share(
        &self,
        caller: &Caller,
        id: i64,
        done: ShareAct,
        lang: Lang,
    ) -> Result<()> {
        let case = self.share_case(caller, id).await?;
        if case.file.n_events != done.version {
            return Err(moved_on(lang));
        }
        Self::check_share_act(&done, lang)?;
        if GRANTING.contains(&done.event.as_str()) {
            self.check_free(&case, &done, lang)?;
        }
        let (stored, document) = self.stored_request(id).await?;
        let dataset = self.find_shared(&stored.dataset).await?;
        let grant = grants::find(&self.inner.store, id).await?;
        let desk = Desk { case, stored, document, dataset, grant };
        let scope = granted_scope(&desk, &done);
        let act = self.share_event(caller, &desk, &done, &scope)?;
        let holds =
            |guard: Guard| self.holds_for_share((caller, &desk), (guard, &done), &scope, lang);
        let key = done.idempotency_key.as_deref();
        let key = key.map(|key| request_key(caller, id, &done.event, key));
        let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key: key };
        let about = &desk.case.about;
        let mut decided = self.decide(CaseKind::ShareRequest, about, Some(&desk.case), wanted)?;
        let accounts = match opens(&done, &decided) {
            true => self.accounts_of(&desk.document, lang).await?,
            false => Vec::new(),
        };
        // What was received is told whether or not it is still shared.
        let received = match done.event.as_str() {
            "receive" => {
                let code = &desk.stored.dataset;
                kaishu_store::datasets::find(&self.inner.store, code).await?.map(Box::new)
            }
            _ => None,
        };
        let transaction = self.inner.store.begin().await?;
        if let Some(dataset) = &received {
            let by = (caller, &desk.case);
            let receipt = Box::pin(self.receipt_of_delivery(&transaction, by, dataset)).await?;
            decided.note(offline::RECEIPT, receipt.code.to_string());
        }
        self.keep_share(&transaction, caller, (&desk, &done), (&decided, &scope, &accounts))
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Writes what was decided, with all that comes of it, in one transaction: what was approved is open at once
    /// (SHR-06).
    async fn keep_share(
        &self,
        transaction: &Transaction,
        caller: &Caller,
        (desk, done): (&Desk, &ShareAct),
        (decided, scope, accounts): (&Decided, &GrantScope, &[i64]),
    ) -> Result<()> {
        let (case, now) = (&desk.case, self.instant());
        cases::add(transaction, &self.inner.log_key, case, &decided.happening()).await?;
        if GRANTING.contains(&done.event.as_str()) {
            let contact = desk.contact(done);
            let changed = ShareRequest { contact, updated_at: now, ..desk.stored.clone() };
            shares::change(transaction, &changed).await?;
        }
        if opens(done, decided) {
            let document = ShareDocument {
                items: scope.items.clone(),
                first_day: scope.first_day,
                last_day: scope.last_day,
                ..desk.document.clone()
            };
            let mut grant = self.share_grant(caller, (case.id, &desk.stored.dataset), &document)?;
            grant.account = case.file.submitter.unwrap_or(grant.account);
            grants::begin(transaction, &grant).await?;
            self.begin_push(transaction, case.id, &document).await?;
            shares::declare(transaction, case.id, accounts, now).await?;
        }
        let becomes = match done.event.as_str() {
            "suspend" => Becomes::Suspended,
            "restore" => Becomes::Active,
            "revoke" | "give_back" => Becomes::Over,
            _ => return Ok(()),
        };
        grants::set(transaction, case.id, becomes, now).await?;
        Ok(())
    }

    fn share_event(
        &self,
        caller: &Caller,
        desk: &Desk,
        done: &ShareAct,
        scope: &GrantScope,
    ) -> Result<Act> {
        let (event, reason) = (done.event.clone(), done.reason.clone());
        let mut act = Act { event, reason, ..Act::default() };
        let mut fact = |name: &str, value: &str| {
            let value = value.trim();
            if !value.is_empty() {
                act.facts.insert(name.to_owned(), value.to_owned());
            }
        };
        match done.event.as_str() {
            "return" => fact("returned", &self.today().to_string()),
            "approve" => {
                let text = desk.stored.document.as_bytes();
                fact("content", &kaishu_store::blobs::hex(&Sha256::digest(text)));
                fact("scope", &written(scope)?);
            }
            "settle_grant" | "decide_grant" => fact("scope", &written(scope)?),
            "refuse" => {
                fact("condition", &done.condition);
                fact("norm.level", &done.level);
                fact("norm", &done.norm);
                fact("norm.article", &done.article);
            }
            "consent" => fact("may_publish", "true"),
            "deliver" | "receive" | "not_received" => {
                for (name, value) in delivering::facts_of(desk, done)? {
                    fact(name, &value);
                }
            }
            "doubt" | "doubt_corrected" | "doubt_sound" => {
                for (name, value) in doubting::facts_of(desk, &done.event) {
                    fact(name, &value);
                }
            }
            "suspend" => {
                let is_authority = self.is_authority_over(&desk.case, caller);
                fact("suspended_by_authority", &is_authority.to_string());
            }
            _ => {}
        }
        if matches!(done.event.as_str(), "settle_grant" | "settle_refuse" | "pass_up") {
            fact("participants", &done.participants);
        }
        if matches!(done.event.as_str(), "decide_grant" | "decide_refuse") {
            fact("document", &done.document);
        }
        Ok(act)
    }
}

/// Whether data is open from now on.
fn opens(done: &ShareAct, decided: &Decided) -> bool {
    GRANTING.contains(&done.event.as_str()) && decided.file.state == "active"
}

/// What a decision grants: what was asked for, narrowed where the decision says so.
fn granted_scope(desk: &Desk, done: &ShareAct) -> GrantScope {
    let mut scope = scope_of(&desk.case, &desk.document);
    if GRANTING.contains(&done.event.as_str()) {
        if let Some(items) = &done.items {
            scope.items.clone_from(items);
        }
        scope.last_day = done.last_day.or(scope.last_day);
    }
    scope
}
