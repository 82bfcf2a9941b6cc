//! Sharing between agencies: a catalogue that only agencies see, data that is taken at once or asked for, and what
//! came of it, visible to both sides (SRCH-05, SHR; anshan 21 and 22, guangdong 16 and 19, aba 25, jiamusi 13 to 15).

mod acting;
mod catalogue;
mod certifying;
mod delivering;
mod doubting;
mod guarding;
mod outside;
mod pushed;
mod pushing;
mod requesting;
mod resharing;
mod retrievable;
mod settling;
mod sources;
mod using;
mod verifying;
mod viewing;

use std::collections::BTreeSet;

use kaishu_domain::permission::Action;
use kaishu_domain::policy::Module;
use kaishu_store::cases::Case;
use kaishu_store::shares::{self, ShareRequest};
use kaishu_types::access::GrantScope;
use kaishu_types::case::{CaseKind, CaseView};
use kaishu_types::dataset::{DataItemView, EntryFields};
use kaishu_types::organization::Named;
use kaishu_types::sharing::ShareDocument;
use kaishu_types::{DatasetCode, ErrorCode, Lang};

pub use acting::ShareAct;
pub use catalogue::{ShareCard, ShareCatalogue, SharedEntry};
pub use certifying::ShareCertificate;
pub use delivering::ShareDelivery;
pub use kaishu_store::share_pushes::PushSent;
pub use outside::{OutsideAct, OutsideRequests};
pub use pushed::PushView;
pub use retrievable::{Retrievable, RetrievableCard, RetrievableList};
pub use settling::SourceStep;
pub use sources::{SourceForm, SourceNote, SourcePage, SourceStepView, SourceView};
pub use using::ShareUse;
pub(crate) use verifying::is_verification;
pub use verifying::{VerifyAct, VerifyCard, VerifyForm, VerifyView};
pub(crate) use viewing::Shared;

use crate::access::Grant;
use crate::accounts::{Caller, log_in_first};
use crate::cases::not_covered;
use crate::{Error, Portal, Result};

/// Most requests that a page lists.
const LISTED: u64 = 100;

/// A share request as both sides read it (SHR-24).
pub struct ShareView {
    /// Its number.
    pub number: String,
    /// Its case, with its whole timeline.
    pub case: CaseView,
    /// Code of the dataset.
    pub code: DatasetCode,
    /// The fields of the entry, as long as it may be shared.
    pub entry: Option<(EntryFields, Vec<DataItemView>)>,
    /// The provider.
    pub provider: Named,
    /// The agency that asks.
    pub user: Named,
    /// What is asked for.
    pub document: ShareDocument,
    /// What would be granted: what was asked for, as far as deciders narrowed it.
    pub scope: GrantScope,
    /// Whom to ask at the provider for guidance and technical support (SHR-06).
    pub contact: String,
    /// What came of it.
    pub grant: Option<Grant>,
    /// Whether the reader belongs to the agency that asks.
    pub is_asking: bool,
    /// Whether the reader may use the data, and works on this matter now; none where they are not declared for it.
    pub works_on_it: Option<bool>,
    /// The last offline delivery (SHR-10).
    pub delivery: Option<ShareDelivery>,
    /// How the data is sent, and what came of it (SHR-23); none where that was not asked for.
    pub push: Option<PushView>,
    /// Names of the data items that could be handed over now.
    pub deliverable: BTreeSet<String>,
    /// Who took what of it, where the reader may know.
    pub uses: Vec<ShareUse>,
}

/// A request in a list.
pub struct RequestCard {
    /// Its case.
    pub case: i64,
    /// Title of the dataset.
    pub title: String,
    /// Code of the dataset.
    pub code: DatasetCode,
    /// The business matter.
    pub matter: String,
    /// The agency that asks.
    pub user: Named,
    /// Where it is, in words.
    pub state: String,
    /// The last day of the clock that ends first.
    pub due: Option<chrono::NaiveDate>,
    /// What came of it.
    pub grant: Option<Grant>,
}

impl Portal {
    /// Refuses whoever is no agency, and everybody where the rules in force know no sharing (SRCH-05): before
    /// anything is looked up, so that nobody learns what there is.
    pub(crate) fn permit_sharing(&self, caller: &Caller, lang: Lang) -> Result<()> {
        if !caller.is_logged_in() {
            return Err(log_in_first(lang));
        }
        if !caller.may_ever(Action::SeeShares) {
            return Err(not_covered(caller, Action::SeeShares, lang));
        }
        if self.policy().has_module(Module::Share) {
            return Ok(());
        }
        Err(Error::Refused {
            code: ErrorCode::Forbidden,
            message: lang
                .pick("现行规则没有规定共享", "the rules in force do not know sharing")
                .to_owned(),
            rule: Some(self.policy().rules.general.modules.reference("modules", lang)),
            remedy: None,
        })
    }

    /// Lists the agencies for which somebody may ask, by their codes.
    pub(crate) fn asks_for(&self, caller: &Caller) -> BTreeSet<String> {
        let held = caller.held_for(Action::RequestShares);
        held.filter_map(|held| Some(held.organization.as_ref()?.to_string())).collect()
    }

    /// Shows a share request to somebody of either side, or of the authority.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller may see.
    pub async fn share_request(&self, caller: &Caller, id: i64, lang: Lang) -> Result<ShareView> {
        let case = self.share_case(caller, id).await?;
        let (stored, document) = self.stored_request(id).await?;
        let entry = self.shared_fields(&stored.dataset).await?;
        let store = &self.inner.store;
        let grant = kaishu_store::grants::find(store, id).await?;
        let organization = case.about.organization.as_deref().unwrap_or_default();
        let works_on_it = match (caller.account(), &grant) {
            (Some(account), Some(grant))
                if shares::declared(store, id).await?.contains(&account) =>
            {
                let used = self.share_in_force(caller, &grant.dataset).await?;
                Some(used.is_some_and(|used| used.case == id))
            }
            _ => None,
        };
        let mut view = self.case_view(caller, id, lang).await?;
        delivering::offer(&mut view, self.policy_of(&case).rules.share_app.offline.value);
        doubting::offer(&mut view);
        let shared = entry.as_ref().map(|(fields, items)| (fields, items.as_slice()));
        let deliverable = delivering::opened(grant.as_ref(), shared, self.today());
        Ok(ShareView {
            number: number_of(&case),
            delivery: delivering::last_of(&case.file.facts),
            push: self.push_view(caller, id, &document).await?,
            deliverable: deliverable.unwrap_or_default(),
            case: view,
            provider: self.organization_named(organization),
            user: self.organization_named(&stored.organization),
            scope: scope_of(&case, &document),
            is_asking: self.is_of(caller, &stored.organization),
            uses: self.uses_of(&stored.dataset, Some(id)).await?,
            code: stored.dataset,
            contact: stored.contact,
            entry,
            document,
            grant,
            works_on_it,
        })
    }

    /// Lists what the agencies of somebody asked for, the newest first: 100 at most.
    ///
    /// # Errors
    ///
    /// Refused for who is no agency.
    pub async fn own_share_requests(
        &self,
        caller: &Caller,
        lang: Lang,
    ) -> Result<Vec<RequestCard>> {
        self.permit_sharing(caller, lang)?;
        let (own, _) = self.reach(caller, Action::SeeShares);
        let found = shares::of_organizations(&self.inner.store, &own, LISTED).await?;
        self.request_cards(found, lang).await
    }

    pub(crate) async fn request_cards(
        &self,
        found: Vec<ShareRequest>,
        lang: Lang,
    ) -> Result<Vec<RequestCard>> {
        let store = &self.inner.store;
        let mut cards = Vec::with_capacity(found.len());
        for stored in found {
            let Some(case) = kaishu_store::cases::find(store, stored.case).await? else { continue };
            let card = self.card(&case, lang);
            cards.push(RequestCard {
                case: case.id,
                title: card.title,
                matter: read(&stored)?.matter,
                user: self.organization_named(&stored.organization),
                state: card.state.label,
                due: case.due,
                grant: kaishu_store::grants::find(store, stored.case).await?,
                code: stored.dataset,
            });
        }
        Ok(cards)
    }

    /// Finds the case of a request that the caller may see.
    pub(crate) async fn share_case(&self, caller: &Caller, id: i64) -> Result<Case> {
        let case = self.visible_case(caller, id).await?;
        match case.file.kind == CaseKind::ShareRequest {
            true => Ok(case),
            false => Err(Error::not_found("case", id.to_string())),
        }
    }

    pub(crate) async fn stored_request(&self, id: i64) -> Result<(ShareRequest, ShareDocument)> {
        let found = shares::find(&self.inner.store, id).await?;
        let stored = found.ok_or_else(|| Error::not_found("case", id.to_string()))?;
        let document = read(&stored)?;
        Ok((stored, document))
    }

    /// Whether somebody holds a role of an organization.
    pub(crate) fn is_of(&self, caller: &Caller, organization: &str) -> bool {
        let mut places = caller.roles().iter().filter_map(|held| held.organization.as_ref());
        places.any(|code| code.as_str() == organization)
    }
}

fn read(stored: &ShareRequest) -> Result<ShareDocument> {
    serde_json::from_str(&stored.document)
        .map_err(|error| Error::Internal(format!("share request {}: {error}", stored.case)))
}

/// The number of a request, as people name it.
pub(crate) fn number_of(case: &Case) -> String {
    format!("GX-{}-{:06}", case.file.opened_at.format("%Y"), case.id)
}

/// What would be granted: what was asked for, as far as deciders narrowed it.
fn scope_of(case: &Case, document: &ShareDocument) -> GrantScope {
    let narrowed = case.file.facts.get("scope").and_then(|it| serde_json::from_str(it).ok());
    narrowed.unwrap_or_else(|| document.scope_asked())
}
