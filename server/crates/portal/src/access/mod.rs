//! Access to data that is open on conditions: one unbroken chain from the application over decisions and signatures
//! to the grant, and to its end (APP, AGR, DL-02; anshan 27, aba 32, yulin 23, jiamusi 13 and 17).

mod accusing;
mod acting;
mod advising;
mod applying;
mod dossier;
mod duties;
mod ending;
mod evidence;
mod experience;
mod feeding;
mod felt;
mod granting;
mod guarding;
mod holding;
mod material_file;
mod materials;
mod messaging;
mod papers;
mod platform;
mod precedents;
mod register;
mod renewing;
mod reporting;
mod templates;
mod terms;
mod verifying;
mod violations;
mod watching;

use std::collections::BTreeSet;

use kaishu_domain::application::{self, Asked};
use kaishu_domain::permission::Action;
use kaishu_store::cases::Case;
use kaishu_types::access::{ApplicationDocument, GrantScope};
use kaishu_types::case::{CaseKind, CaseView};
use kaishu_types::dataset::{DatasetView, ResourceView};
use kaishu_types::organization::Named;
use kaishu_types::{DatasetCode, ErrorCode, FieldError, Lang, RuleRef};

pub use accusing::NewViolation;
pub use acting::ApplicationAct;
pub use advising::Transfer;
pub use dossier::Dossier;
pub use duties::{DutyCard, GrantDuties, UsageReportView, Use};
pub use evidence::Evidence;
pub use experience::{Experience, Given};
pub(crate) use granting::Granted;
pub use kaishu_domain::verification::VerifyLimits;
pub use kaishu_store::agreements::{Document, Signature};
pub use kaishu_store::grants::Grant;
pub use kaishu_store::templates::{Owner, TemplateVersion};
pub use materials::{MaterialNeed, NewMaterial};
pub use messaging::MAX_MESSAGE_CHARS;
pub use papers::{ProvenDocument, SignedPaper};
pub use platform::PlatformTerms;
pub use precedents::{ApprovalRate, Precedent};
pub(crate) use register::Cache as GrantCache;
pub use reporting::UsageReportAct;
pub(crate) use templates::templates_there;
pub use templates::{TemplateCard, TemplateDesk, TemplateForm, TemplatePreview};
pub use verifying::{Answered, VerifyDesk, VerifyTable};
pub use violations::{ViolationAct, ViolationView};
pub(crate) use watching::Refusals;

use crate::accounts::{Caller, log_in_first};
use crate::cases::not_covered;
use crate::publishing::Assignable;
use crate::{Error, Portal, Result};

/// Most applications that a page lists.
const LISTED: u64 = 100;

/// An application as those who may see it read it.
pub struct ApplicationView {
    /// Its number, as documents name it.
    pub number: String,
    /// Its case.
    pub case: CaseView,
    /// The dataset, as the public reads it; none where it is public no more.
    pub dataset: Option<DatasetView>,
    /// Code of the dataset.
    pub code: DatasetCode,
    /// The provider.
    pub provider: Named,
    /// What is asked for.
    pub document: ApplicationDocument,
    /// What would be granted: what was asked, as far as deciders narrowed it.
    pub scope: GrantScope,
    /// Names of the data items that can be applied for.
    pub offered: BTreeSet<String>,
    /// How often it was saved.
    pub revision: u32,
    /// What stands against submitting it.
    pub missing: Vec<FieldError>,
    /// Whether the reader writes it.
    pub is_own: bool,
    /// Whether the reader may open its materials (APP-03).
    pub opens_materials: bool,
    /// Whether it is proven who is behind the account that applies (ORG-09).
    pub is_proven: bool,
    /// What is signed.
    pub documents: Vec<Document>,
    /// What came of it.
    pub grant: Option<Grant>,
    /// The files whose tables the reader follows under it (DL-09).
    pub followed: Vec<ResourceView>,
    /// What is owed under the grant; none where there is none.
    pub duties: Option<GrantDuties>,
    /// The rule of who decides.
    pub approvers: RuleRef,
    /// Experts whom the reader may ask (APP-11).
    pub committee: Vec<Assignable>,
    /// Earlier decisions on the dataset, for who decides (APP-07).
    pub precedents: Vec<Precedent>,
    /// Whether what came of it ends within ten working days (APP-12).
    pub ends_soon: bool,
}

/// An application in the list of who applied.
pub struct ApplicationCard {
    /// Its case.
    pub case: i64,
    /// Title of the dataset.
    pub title: String,
    /// Code of the dataset.
    pub code: DatasetCode,
    /// Where it is, in words.
    pub state: String,
    /// Whether it waits for who applied.
    pub is_mine: bool,
    /// The last day of the clock that ends first.
    pub due: Option<chrono::NaiveDate>,
    /// What came of it.
    pub grant: Option<Grant>,
    /// Whether that ends within ten working days (APP-12).
    pub ends_soon: bool,
}

impl Portal {
    /// Shows an application to somebody who may see it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller may see.
    pub async fn application(
        &self,
        caller: &Caller,
        id: i64,
        lang: Lang,
    ) -> Result<ApplicationView> {
        let case = self.application_case(caller, id).await?;
        // What is rewritten after a return is read by others when it is submitted.
        let is_own = case.file.submitter == caller.account();
        let (stored, mut document) = self.stored_application(id, is_own).await?;
        // Experts say what the use would risk; whom to call is nothing to them.
        if !is_own && self.is_only_expert(caller, &case) {
            document.applicant.contact.clear();
            document.applicant.phone.clear();
        }
        let dataset = self.find_public(&stored.dataset).await?.map(|view| view.dataset);
        let store = &self.inner.store;
        let offered = dataset
            .as_ref()
            .map(|it| application::items_to_apply_for(&it.fields, &it.items))
            .unwrap_or_default();
        let missing = match &dataset {
            Some(dataset) if is_own => self.lacks(&case, dataset, &document, lang),
            _ => Vec::new(),
        };
        let is_proven = match case.file.submitter {
            Some(applicant) => self.is_account_proven(applicant).await?,
            None => false,
        };
        let organization = case.about.organization.as_deref().unwrap_or_default();
        let rules = &self.policy_of(&case).rules.open_app;
        let grant = kaishu_store::grants::find(store, id).await?;
        let duties = match &grant {
            Some(_) => Some(self.duties_under(caller, &case, lang).await?),
            None => None,
        };
        let ends_soon = self.is_ending(grant.as_ref());
        let own_grant = grant.as_ref().filter(|_| is_own);
        let followed = Box::pin(self.followed_files(own_grant)).await?;
        let view = self.case_view(caller, id, lang).await?;
        Ok(ApplicationView {
            number: number_of(&case),
            case: self.with_messages(caller, &case, view).await?,
            opens_materials: self.may_open_materials(caller, &case).await?,
            provider: self.organization_named(organization),
            scope: scope_of(&case, &document),
            documents: kaishu_store::agreements::of_case(store, id).await?,
            grant,
            followed,
            duties,
            approvers: rules.approvers.reference("open_app.approvers", lang),
            committee: self.askable_experts(caller, &case, lang).await?,
            precedents: self.precedents(caller, &case, (&stored.dataset, &document)).await?,
            ends_soon,
            code: stored.dataset,
            revision: stored.revision,
            dataset,
            document,
            offered,
            missing,
            is_own,
            is_proven,
        })
    }

    /// Lists what somebody applied for, the newest first: 100 at most.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in.
    pub async fn own_applications(
        &self,
        caller: &Caller,
        lang: Lang,
    ) -> Result<Vec<ApplicationCard>> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        if caller.key_of().is_some() {
            return Err(not_covered(caller, Action::SeeApplications, lang));
        }
        let store = &self.inner.store;
        let mut cards = Vec::new();
        for stored in kaishu_store::applications::of_account(store, account, LISTED).await? {
            let Some(case) = kaishu_store::cases::find(store, stored.case).await? else { continue };
            let card = self.card(&case, lang);
            let grant = kaishu_store::grants::find(store, stored.case).await?;
            cards.push(ApplicationCard {
                ends_soon: self.is_ending(grant.as_ref()),
                case: case.id,
                title: card.title,
                code: stored.dataset,
                state: card.state.label,
                is_mine: case.waits_for.as_deref() == Some("application.file"),
                due: case.due,
                grant,
            });
        }
        Ok(cards)
    }

    /// Names who decides on applications, in the order of the profile.
    pub fn deciders_of(&self, lang: Lang) -> Vec<&'static str> {
        let approvers = &self.policy().rules.open_app.approvers.value;
        approvers.iter().map(|party| party.label(lang)).collect()
    }

    /// The day by which an application that is submitted today is answered; none where no calendar reaches so far.
    pub fn answered_by(&self) -> Option<chrono::NaiveDate> {
        let days = self.policy().rules.open_app.reply_wd.value.get();
        let deadline = self.inner.calendar.add_working_days(self.today(), days);
        deadline.ok().map(|deadline| deadline.last_day)
    }

    /// Finds the case of an application that the caller may see.
    pub(crate) async fn application_case(&self, caller: &Caller, id: i64) -> Result<Case> {
        let case = self.visible_case(caller, id).await?;
        // What is being written is nobody else's.
        let is_own = caller.account().is_some() && case.file.submitter == caller.account();
        let is_written = case.file.state == "draft" || case.file.steps.is_empty();
        match case.file.kind == CaseKind::Application && (is_own || !is_written) {
            true => Ok(case),
            false => Err(Error::not_found("case", id.to_string())),
        }
    }

    /// Finds what an applicant wrote: as it is now, or as it was submitted.
    pub(crate) async fn stored_application(
        &self,
        id: i64,
        as_written: bool,
    ) -> Result<(kaishu_store::applications::Application, ApplicationDocument)> {
        let found = kaishu_store::applications::find(&self.inner.store, id).await?;
        let stored = found.ok_or_else(|| Error::not_found("case", id.to_string()))?;
        let submitted = stored.submitted.as_ref().filter(|_| !as_written);
        let document = serde_json::from_str(submitted.unwrap_or(&stored.document))
            .map_err(|error| Error::Internal(format!("application {id}: {error}")))?;
        Ok((stored, document))
    }

    /// Lists what stands against submitting an application.
    fn lacks(
        &self,
        case: &Case,
        dataset: &DatasetView,
        document: &ApplicationDocument,
        lang: Lang,
    ) -> Vec<FieldError> {
        let asked = Asked { fields: &dataset.fields, items: &dataset.items, today: self.today() };
        let faults = application::check(self.policy_of(case), asked, document);
        faults.iter().map(|fault| fault.shown(lang)).collect()
    }
}

/// The number of an application, as its documents name it.
pub(crate) fn number_of(case: &Case) -> String {
    format!("SQ-{}-{:06}", case.file.opened_at.format("%Y"), case.id)
}

/// What would be granted: what was asked for, as far as deciders narrowed it (APP-09).
pub(crate) fn scope_of(case: &Case, document: &ApplicationDocument) -> GrantScope {
    let narrowed = case.file.facts.get("scope").and_then(|it| serde_json::from_str(it).ok());
    narrowed.unwrap_or_else(|| document.scope())
}

/// The refusal of what is not open on conditions.
fn not_conditional(lang: Lang) -> Error {
    Error::refused(
        ErrorCode::InvalidInput,
        lang.pick(
            "这项数据不是有条件开放的，不需要申请，或者不能申请",
            "this data is not open on conditions; it needs no application, or takes none",
        ),
    )
}
