//! Drafts: begun, saved, checked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kaishu_domain::PolicyProfile;
use kaishu_domain::basis_of_change;
use kaishu_domain::cases::{Act, Guard};
use kaishu_domain::entry::{EntryFault, check, is_state_secret, lack};
use kaishu_domain::guide::FieldNote;
use kaishu_domain::permission::Action;
use kaishu_store::Transaction;
use kaishu_store::attachments::Attachment;
use kaishu_store::authorisations::Authorisation;
use kaishu_store::cases::Case;
use kaishu_store::drafts::Author;
use kaishu_types::account::Role;
use kaishu_types::case::CaseKind;
use kaishu_types::draft::DraftDocument;
use kaishu_types::{DatasetCode, ErrorCode, FieldError, Lang, RuleRef};

use super::written;
use crate::accounts::{Caller, log_in_first};
use crate::cases::{LogAct, Wanted};
use crate::{Error, Portal, Result};

/// Longest title, in characters.
const MAX_TITLE_CHARS: usize = 200;
/// Longest draft, in bytes of JSON.
const MAX_DRAFT_BYTES: usize = 2 << 20;

/// What is done with a draft as it is saved.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Saving<'a> {
    /// The upload that became a file of it.
    pub upload: Option<&'a str>,
    /// Whether what it said before stays as a copy, even where the same person wrote it.
    pub keeps: bool,
}

/// A draft as its publisher sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftView {
    /// The case that it is reviewed in.
    pub case: i64,
    /// The code of the dataset that it becomes.
    pub code: DatasetCode,
    /// The entry.
    pub document: DraftDocument,
    /// How often it was saved; the next save names it.
    pub revision: u32,
    /// Who saved it last.
    pub updated_by: String,
    /// When.
    pub updated_at: DateTime<Utc>,
    /// Whether it can be edited now.
    pub is_editable: bool,
    /// Whether the reader may open its files.
    pub may_read_files: bool,
    /// What stands against submitting it.
    pub faults: Vec<FaultView>,
    /// Whether it revises what is published: then it says on what it rests (CAT-09).
    pub is_revision: bool,
    /// The rule by which it comes with a written authorisation; none where it needs none (PUB-16).
    pub authorisation_rule: Option<RuleRef>,
    /// The authorisation that is attached.
    pub authorisation: Option<Authorisation>,
    /// The records by which the entry was opened further, in this draft and before, the newest first (CLS-10).
    pub relaxations: Vec<Attachment>,
    /// What the guide in force says of the fields of the form, by their names (CAT-03).
    pub notes: BTreeMap<&'static str, Vec<FieldNote>>,
}

/// Something that stands against submitting an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultView {
    /// The field of the form.
    pub field: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
    /// The article that demands it.
    pub article: String,
    /// Where to go on: the path of a page.
    pub link: Option<String>,
}

impl Portal {
    /// Begins an entry. Returns the number of its case.
    ///
    /// # Errors
    ///
    /// Refused where the caller may not edit for this organization; invalid without a title.
    pub async fn begin_draft(
        &self,
        caller: &Caller,
        organization: &str,
        title: &str,
        lang: Lang,
    ) -> Result<i64> {
        let title = title.trim();
        if title.is_empty() || title.chars().count() > MAX_TITLE_CHARS {
            let message = lang.pick("名称为 1 至 200 个字", "the title has 1 to 200 characters");
            return Err(Error::field("title", message));
        }
        let directory = self.directory();
        let known = directory.organization(organization);
        let known =
            known.ok_or_else(|| Error::not_found("organization", organization.to_owned()))?;
        let document = DraftDocument::new(organization, &known.region.code, title);
        let subject = self.subject(Some(organization), Some(&known.region.code), false);
        if caller.role_for(Action::EditDatasets, &subject).is_none() {
            return Err(may_not_edit(caller, lang));
        }
        let transaction = self.inner.store.begin_catalogue().await?;
        let case = self.begin_in(&transaction, caller, (&document, BTreeMap::new()), lang).await?;
        transaction.commit().await?;
        Ok(case)
    }

    /// Begins an entry in a transaction of the catalogue, with facts that stay with its case.
    pub(super) async fn begin_in(
        &self,
        transaction: &Transaction,
        caller: &Caller,
        (document, facts): (&DraftDocument, BTreeMap<String, String>),
        lang: Lang,
    ) -> Result<i64> {
        let organization = &document.organization;
        let code = kaishu_store::datasets::reserve_code(transaction, organization).await?;
        let about = self.opening_subject(code.as_str(), document);
        let wanted = Wanted {
            caller,
            lang,
            act: Act { event: "create".to_owned(), facts, ..Act::default() },
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        let decided = self.decide(CaseKind::Opening, &about, None, wanted)?;
        let key = &self.inner.log_key;
        let happening = decided.happening();
        let (case, _) = kaishu_store::cases::open(transaction, key, &about, &happening).await?;
        let name = decided.event.by.name.clone();
        let by = Author { account: caller.account(), name: &name };
        kaishu_store::drafts::create(transaction, case, &code, &written(document)?, by).await?;
        Ok(case)
    }

    /// Finds a draft for somebody who may see it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller may see.
    pub async fn draft(&self, caller: &Caller, case: i64, lang: Lang) -> Result<DraftView> {
        let case = self.visible_case(caller, case).await?;
        let (draft, document) = self.stored_draft(&case).await?;
        let faults = Box::pin(self.entry_faults((&case, &draft.code), &document)).await?;
        let faults = faults.into_iter().map(|fault| {
            let rule = lang.pick(&fault.rule.0, &fault.rule.1);
            FaultView {
                field: fault.field,
                message: lang.pick(&fault.zh, &fault.en).clone(),
                article: rule.article.clone(),
                link: fault.link,
            }
        });
        let published = kaishu_store::datasets::find(&self.inner.store, &draft.code).await?;
        let may_read_files = self.may_read_files(caller, (&case, &document), lang).await;
        Ok(DraftView {
            case: case.id,
            is_revision: published.is_some(),
            authorisation_rule: self.authorisation_rule(&document, lang),
            authorisation: self.authorisation(&draft.code, &document).await?,
            relaxations: self.relaxing_records(case.id, &draft.code).await?.1,
            notes: self.published_guide().await?.1.notes_of_form(),
            code: draft.code,
            faults: faults.collect(),
            document,
            revision: draft.revision,
            updated_by: draft.updated_by,
            updated_at: draft.updated_at,
            is_editable: case.file.state == "draft" && self.may_edit(caller, &case),
            may_read_files,
        })
    }

    pub(super) fn may_edit(&self, caller: &Caller, case: &Case) -> bool {
        let subject = self.subject_of(&case.about, false);
        caller.role_for(Action::EditDatasets, &subject).is_some()
    }

    pub(super) fn check_editor(&self, caller: &Caller, case: &Case, lang: Lang) -> Result<()> {
        if self.may_edit(caller, case) {
            return Ok(());
        }
        let message = lang.pick("您的角色不能修改这份目录", "your roles cannot edit this entry");
        Err(Error::refused(ErrorCode::Forbidden, message))
    }

    /// Checks that somebody may add to a draft now.
    pub(super) async fn check_takes_files(
        &self,
        caller: &Caller,
        case: i64,
        lang: Lang,
    ) -> Result<()> {
        let case = self.visible_case(caller, case).await?;
        self.check_editor(caller, &case, lang)?;
        if case.file.state == "draft" {
            return Ok(());
        }
        let message = lang.pick(
            "这份目录现在不在编制中，不能添加文件",
            "the entry is not being edited now; it takes no files",
        );
        Err(Error::refused(ErrorCode::Conflict, message))
    }

    /// Saves a draft that was read at a revision. Returns the new revision.
    ///
    /// Organization and region stay as they are: an entry is given to another organization by itself.
    ///
    /// # Errors
    ///
    /// `Conflict` where somebody saved it since, or it is under review; refused where it says of itself
    /// that it holds a state secret: then nothing of it is kept (CLS-09).
    pub async fn save_draft(
        &self,
        caller: &Caller,
        case: i64,
        revision: u32,
        document: DraftDocument,
        lang: Lang,
    ) -> Result<u32> {
        let place = (case, revision);
        self.save_draft_with(caller, place, document, Saving::default(), lang).await
    }

    /// As [`save_draft`](Self::save_draft); what the draft said before stays as a copy, whoever wrote it.
    ///
    /// # Errors
    ///
    /// As [`save_draft`](Self::save_draft).
    pub async fn replace_draft(
        &self,
        caller: &Caller,
        place: (i64, u32),
        document: DraftDocument,
        lang: Lang,
    ) -> Result<u32> {
        let saving = Saving { keeps: true, ..Saving::default() };
        self.save_draft_with(caller, place, document, saving, lang).await
    }

    /// As [`save_draft`](Self::save_draft); where an upload became a file of the draft, that is noted with it.
    pub(super) async fn save_draft_with(
        &self,
        caller: &Caller,
        (case, revision): (i64, u32),
        mut document: DraftDocument,
        saving: Saving<'_>,
        lang: Lang,
    ) -> Result<u32> {
        let case = self.visible_case(caller, case).await?;
        self.check_editor(caller, &case, lang)?;
        if is_state_secret(&document) {
            return Err(self.secret_refused(caller, &case, lang).await?);
        }
        let (draft, before) = self.stored_draft(&case).await?;
        document.organization = before.organization;
        document.region = before.region;
        let text = written(&document)?;
        if text.len() > MAX_DRAFT_BYTES {
            let message = lang.pick("内容超过 2 MB，没有保存", "the entry has 2 MB at most");
            return Err(Error::field("items", message));
        }
        // A revision that says on what it rests is what an open change asked for (CAT-09).
        let changes = match basis_of_change::is_named(&document) {
            true => self.open_changes(&draft.code).await?,
            false => Vec::new(),
        };
        // What nothing referred to until now may be about to go.
        let is_new = |key: &&String| {
            before.resources.iter().all(|file| file.blob_key.as_ref() != Some(*key))
        };
        let keys = document.resources.iter().filter_map(|file| file.blob_key.as_ref());
        for key in keys.filter(is_new) {
            self.inner.blobs.ensure(key).await?;
        }
        let transaction = self.inner.store.begin().await?;
        let name = self.actor(caller).name;
        let by = Author { account: caller.account(), name: &name };
        if saving.keeps {
            kaishu_store::drafts::keep(&transaction, case.id, false).await?;
        }
        let revision =
            kaishu_store::drafts::save(&transaction, case.id, revision, &text, by).await?;
        if let Some(upload) = saving.upload {
            kaishu_store::uploads::finish(&transaction, upload, revision).await?;
        }
        self.follow_changes(&transaction, &changes, "revise").await?;
        transaction.commit().await?;
        Ok(revision)
    }

    /// Keeps that somebody tried, and nothing of what they wrote.
    async fn secret_refused(&self, caller: &Caller, case: &Case, lang: Lang) -> Result<Error> {
        let mut by = self.actor(caller);
        by.role = Some(Role::Officer);
        let subject = &case.about.subject;
        let kind = "dataset";
        self.record(LogAct { kind, subject, event: "secret_refused", by, ..LogAct::default() })
            .await?;
        let message = lang.pick(
            "国家秘密不得在本平台编目、共享或者开放。填写的内容没有保存，请按保密规定处理",
            "state secrets must not be on this platform; nothing was saved, follow the rules of secrecy",
        );
        Ok(Error::InvalidInput(vec![FieldError {
            field: "sensitivity".to_owned(),
            message: message.to_owned(),
        }]))
    }

    /// Everything that stands against submitting an entry: by the profile, and by the grading rules (CLS-12).
    pub(super) fn faults_of(
        &self,
        profile: &PolicyProfile,
        document: &DraftDocument,
    ) -> Vec<EntryFault> {
        let mut faults = check(profile, document);
        faults.extend(kaishu_domain::grading::fault(&self.directory().grading, document));
        faults
    }

    /// Whether what a review demands holds for an entry; what is missing where it does not.
    pub(super) fn holds_for(
        &self,
        guard: Guard,
        document: &DraftDocument,
        (lacking, faults): (&[Role], &[EntryFault]),
        lang: Lang,
    ) -> Result<(), String> {
        match guard {
            Guard::NoStateSecret if is_state_secret(document) => {
                Err(lang.pick("含有国家秘密", "it holds a state secret").to_owned())
            }
            Guard::HeadAndOfficerNamed if !lacking.is_empty() => {
                let roles: Vec<&str> = lacking.iter().map(|role| role.label(lang)).collect();
                Err(lang.pick(
                    format!("提供单位还没有{}，请先登记账号", roles.join("和")),
                    format!(
                        "the provider has not named: {}; ask for the account first",
                        roles.join(", ")
                    ),
                ))
            }
            Guard::EntryComplete if document.fields.title.chars().count() > MAX_TITLE_CHARS => {
                Err(lang.pick("名称不能超过 200 个字", "the title has 200 characters at most").to_owned())
            }
            Guard::EntryComplete => {
                if faults.is_empty() {
                    return Ok(());
                }
                let all: Vec<String> = faults.iter().map(|it| it.shown(lang).message).collect();
                Err(lang.pick(
                    format!("还缺 {} 项：{}", faults.len(), all.join("；")),
                    format!("{} things are missing: {}", faults.len(), all.join("; ")),
                ))
            }
            Guard::ResourceMounted => match lack(document) {
                Some(lack) => {
                    let (zh, en) = lack.words();
                    Err(lang.pick(zh, en).to_owned())
                }
                None => Ok(()),
            },
            Guard::OpenToThePublic
                if document.fields.open.class == kaishu_types::vocabulary::OpenClass::None =>
            {
                Err(lang
                    .pick(
                        "不予开放的目录不向公众听取意见",
                        "the public is not asked about an entry that is not open",
                    )
                    .to_owned())
            }
            Guard::NoStateSecret
            | Guard::HeadAndOfficerNamed
            | Guard::OpenToThePublic
            // Whoever decides is looked at where it is decided.
            | Guard::NotTheSubmitter
            | Guard::ExtensionAllowed
            | Guard::ExtensionAsked
            | Guard::NotTheAsker => Ok(()),
            // These belong to other cases, and to what is looked at beside the entry.
            Guard::DatasetOpenOnConditions
            | Guard::ApplicationComplete
            | Guard::NotOwnOrganization
            | Guard::OtherPerson
            | Guard::FirstReturn
            | Guard::StaysOnTheMainland
            | Guard::TransferAssessed
            | Guard::CommitteeChosen
            | Guard::WithinWhatIsAsked
            | Guard::PublishedCondition
            | Guard::TermsAsOffered
            | Guard::SecondFactor
            | Guard::FiledAutomatically
            | Guard::FirstComplaint
            | Guard::SuspendedBySame
            | Guard::NoViolationOpen
            | Guard::UsageReportWhole
            | Guard::UserHeard
            | Guard::ObjectionOver
            | Guard::SharedDirectly
            | Guard::SharedOnConditions
            | Guard::RequestComplete
            | Guard::ContactNamed
            | Guard::RefusalGrounded
            | Guard::ParticipantsNamed
            | Guard::OfflineAllowed
            | Guard::DeliveryWhole
            | Guard::DeliveryWaits
            | Guard::DeliveryAnswered
            | Guard::DoubtWaits
            | Guard::DoubtAnswered
            | Guard::CorrectedSince
            | Guard::VerifyOffered
            | Guard::AnswersWhole
            | Guard::TemplatesThere
            | Guard::OwnSide
            | Guard::BothHeard
            | Guard::NextInChain
            | Guard::NotAParty
            | Guard::DocumentNamed
            | Guard::ClockOver
            | Guard::RetentionOver
            | Guard::EntryThere
            | Guard::StepAnswered
            | Guard::ConsultationStep
            | Guard::ConsultationOver
            | Guard::Filed
            | Guard::ApprovalHolds
            | Guard::ExpertStep
            | Guard::ExpertsChosen
            // Those of projects are theirs.
            | Guard::EntriesPlanned
            | Guard::InitiallyReviewed
            | Guard::SecurityPlanned
            | Guard::EntriesDelivered
            | Guard::ReportWhole => Ok(()),
        }
    }
}

fn may_not_edit(caller: &Caller, lang: Lang) -> Error {
    if !caller.is_logged_in() {
        return log_in_first(lang);
    }
    Error::Refused {
        code: ErrorCode::Forbidden,
        message: lang
            .pick(
                "您的角色不能编制这个单位的目录",
                "your roles do not cover the entries of this organization",
            )
            .to_owned(),
        rule: None,
        remedy: None,
    }
}
