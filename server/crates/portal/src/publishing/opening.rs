//! The review of an entry, and its publication.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use kaishu_domain::cases::{Act, Actor, Guard, Step};
use kaishu_domain::catalogued::{approver_step, needs_consent};
use kaishu_domain::entry::EntryFault;
use kaishu_domain::permission::Action;
use kaishu_domain::policy::{AgreementDocument, Party, ReviewStepKind, ReviewTrigger};
use kaishu_domain::processing::Said;
use kaishu_store::Transaction;
use kaishu_store::approvals::Approval;
use kaishu_store::cases::Case;
use kaishu_store::consultations::Consultation;
use kaishu_store::datasets::{EntryWrite, ResourceWrite};
use kaishu_store::drafts::Draft;
use kaishu_types::account::Role;
use kaishu_types::case::CaseKind;
use kaishu_types::draft::{DraftDocument, DraftResource, TriggerQuestion};
use kaishu_types::vocabulary::{DatasetState, OpenClass};
use kaishu_types::{DatasetCode, FieldError, Lang, OrganizationCode};

use super::assigning::Chosen;
use super::attaching::{self, Attachment};
use super::bases::basis_facts;
use super::consultation::Asking;
use super::copies::SUBMITTED;
use super::review::{self, ReviewDesk};
use super::{consultation, content_hash, filing};
use crate::access::templates_there;
use crate::accounts::Caller;
use crate::cases::{Decided, Wanted, moved_on, request_key};
use crate::{Error, Portal, Result};

/// What somebody does to the review of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpeningAct {
    /// The event, as in `submit`.
    pub event: String,
    /// How many events there were when it was decided on.
    pub version: u32,
    /// Why.
    pub reason: String,
    /// What makes a repeated request one.
    pub idempotency_key: Option<String>,
    /// What was answered to the questions of the step (REV-03, REV-05, REV-07, REV-09, CAT-07).
    pub answers: BTreeMap<String, String>,
}

/// What is looked up before an act is decided on.
struct Known {
    /// What the step asks.
    desk: Option<ReviewDesk>,
    /// The notice that somebody wrote, or what is wrong with it.
    notice: Option<std::result::Result<Consultation, Vec<FieldError>>>,
    /// Which of its head and an officer the agency has not named.
    lacking: Vec<Role>,
    /// What stands against submitting the entry.
    faults: Vec<EntryFault>,
    /// The approval that stood for a step and was ended since.
    ended_approval: Option<Approval>,
    /// What would be signed for the entry and has no template (AGR-02).
    without_template: Vec<AgreementDocument>,
    /// Changes and assessments that the submission answers, or that are open again.
    changes: Vec<Case>,
    /// The experts that are to be assigned, or what stands against them.
    experts: Option<std::result::Result<Chosen, String>>,
    /// Files that come with the act.
    attached: Vec<Attachment>,
}

impl Known {
    /// How the consultation of the step stands.
    fn asking(&self) -> Option<&Asking> {
        self.desk.as_ref()?.consultation.as_ref()
    }
}

impl Portal {
    /// Takes a step in the review of an entry: submit, pass, return, recall, publish, discard; ask the public
    /// and say what came of it.
    ///
    /// # Errors
    ///
    /// `Conflict` where something else happened since; refused with the rule where a guard does not hold.
    pub async fn act_on_opening(
        &self,
        caller: &Caller,
        case: i64,
        done: OpeningAct,
        lang: Lang,
    ) -> Result<()> {
        let case = self.visible_case(caller, case).await?;
        if case.file.kind != CaseKind::Opening {
            return Err(Error::not_found("case", case.id.to_string()));
        }
        let sent = done.idempotency_key.as_deref();
        let sent = sent.map(|key| request_key(caller, case.id, &done.event, key));
        if let Some(key) = &sent
            && kaishu_store::log::find_by_key(&self.inner.store, key).await?.is_some()
        {
            // The same request, sent twice: it was done the first time.
            return Ok(());
        }
        if case.file.n_events != done.version {
            return Err(moved_on(lang));
        }
        let (draft, document) = self.stored_draft(&case).await?;
        let entry = (&case, &draft.code, &document);
        self.check_before(caller, entry, &done.event, lang).await?;
        let looked = self.look_up((caller, &case), (&draft, &document), &done, lang);
        let known = Box::pin(looked).await?;
        let mut act = self.opening_act(caller, &case, (&draft, &document), &done, &known)?;
        if done.event == "submit" {
            // What it was checked against (CAT-03).
            act.facts.insert("guide".to_owned(), self.guide_in_force().await?.to_string());
            act.facts.insert(SUBMITTED.to_owned(), draft.revision.to_string());
            let authorisation = self.authorisation(&draft.code, &document).await?;
            act.facts.extend(authorisation.map(|it| ("authorisation".to_owned(), it.sha256)));
            let (_, records) = self.relaxing_records(case.id, &draft.code).await?;
            let record = records.into_iter().next();
            act.facts.extend(record.map(|it| ("relaxation".to_owned(), it.sha256)));
            act.facts.extend(basis_facts(&case, &document, &known.changes));
            self.cover(&mut act, &case.file, &document).await?;
        }
        let holds = |guard| self.holds_now(guard, (&case, &document), (&known, &done), lang);
        let decide = |act: Act| {
            let idempotency_key = sent.clone();
            let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key };
            self.decide(CaseKind::Opening, &case.about, Some(&case), wanted)
        };
        let decided = decide(act.clone())?;
        // Whoever may not ask the public does not learn what is wrong with the notice.
        let notice = known.notice.as_ref().and_then(|it| it.as_ref().ok());
        if let Some(Err(faults)) = &known.notice {
            return Err(Error::InvalidInput(faults.clone()));
        }
        if matches!(done.event.as_str(), "submit" | "publish") {
            Box::pin(self.refuse_blocked(&document, lang)).await?;
        }
        if done.event == "publish" {
            let entry = (&draft, &document);
            return Box::pin(self.release(&case, entry, (decided, &known.changes), lang)).await;
        }
        let (transaction, decided) = match filing::files(&case, &done.event) {
            true => {
                let transaction = self.inner.store.begin_catalogue().await?;
                let filed = self.file(&transaction, (&case, &draft.code), &document).await?;
                act.facts.insert("filing".to_owned(), filed.shown());
                (transaction, decide(act)?)
            }
            false => (self.inner.store.begin().await?, decided),
        };
        if let Some(Ok(chosen)) = &known.experts {
            kaishu_store::cases::assign(&transaction, case.id, &chosen.accounts()).await?;
        }
        for file in &known.attached {
            let event_no = case.file.n_events + 1;
            kaishu_store::attachments::came_with(&transaction, file.id, event_no).await?;
        }
        let wrote = (done.reason.as_str(), lang);
        let asked = (notice, known.asking());
        Box::pin(self.keep_consultation(&transaction, (&case, &done.event), asked, wrote)).await?;
        Box::pin(self.keep_act(transaction, (&case, &draft), &decided, (&known.changes, lang)))
            .await
    }

    /// Refuses what is refused whoever wants it with whichever answers: to publish what is not filed, and an
    /// expert with a conflict of interest.
    async fn check_before(
        &self,
        caller: &Caller,
        (case, code, document): (&Case, &DatasetCode, &DraftDocument),
        event: &str,
        lang: Lang,
    ) -> Result<()> {
        let file = &case.file;
        if event == "publish" {
            self.refuse_unfiled(case, lang)?;
        }
        if matches!(event, "submit" | "publish") {
            Box::pin(self.refuse_disputed(code, document, lang)).await?;
        }
        let is_opinion = file.waits_for() == Some(Action::GiveOpinion);
        let is_decision = matches!(event, "pass" | "return");
        if event == "opine" || (is_opinion && is_decision) {
            self.check_expert(caller, document, lang).await?;
        }
        if is_decision && file.waits_for() == Some(Action::ConsentToCounty) {
            self.check_consent(caller, document, lang)?;
        }
        Ok(())
    }

    /// Publishes what was approved, in one transaction with the event.
    async fn release(
        &self,
        case: &Case,
        (draft, document): (&Draft, &DraftDocument),
        (decided, changes): (Decided, &[Case]),
        lang: Lang,
    ) -> Result<()> {
        let life = self.life_case(&draft.code).await?;
        let published = kaishu_store::datasets::find(&self.inner.store, &draft.code).await?;
        let flags = self.flags(&draft.code, document).await?;
        // What was done to the data was done by whoever submitted it, not by who publishes.
        let submitter = self.submitter(case).await?;
        let missing = self.answered_missing(case, document, lang).await?;
        let transaction = self.inner.store.begin_catalogue().await?;
        let before = kaishu_store::datasets::standing(&transaction, &draft.code).await?;
        let provider = kaishu_store::datasets::provider(&transaction, &draft.code).await?;
        if provider.is_some_and(|it| it != document.organization) {
            return Err(super::transfer::in_the_way(lang.pick(
                "这个数据集已经移交给其他单位，这份修订不能发布",
                "the dataset is another organization's by now; this revision cannot be published",
            )));
        }
        let mut entry = self.entry_of(&draft.code, document);
        entry.author = submitter.account.map(|_| submitter.name.clone());
        if let Some(before) = before {
            entry.published_at = before.published_at;
            if matches!(before.state, DatasetState::Suspended | DatasetState::Withdrawn) {
                self.reopen(&transaction, (life, before.state), &draft.code, lang).await?;
            }
        }
        kaishu_store::datasets::publish(&transaction, &entry).await?;
        if let Some(published) = &published {
            let entries = (published, document);
            Box::pin(self.follow_entry(&transaction, &draft.code, entries)).await?;
        }
        if let Some(after) = kaishu_store::datasets::standing(&transaction, &draft.code).await? {
            kaishu_store::drafts::became(&transaction, case.id, after.version).await?;
        }
        let said = Said { done: &document.processing, record: &document.relaxed_by };
        self.log_processing(&transaction, &draft.code, submitter, said, &document.items).await?;
        for (about, flag) in &flags {
            let (key, flag) = (&self.inner.log_key, flag.happening());
            kaishu_store::cases::open(&transaction, key, about, &flag).await?;
        }
        if let Some((about, entered)) = &missing {
            let (key, entered) = (&self.inner.log_key, entered.happening());
            kaishu_store::cases::add(&transaction, key, about, &entered).await?;
        }
        self.keep_act(transaction, (case, draft), &decided, (changes, lang)).await?;
        self.reload_directory().await?;
        self.wake_index();
        Ok(())
    }

    /// Keeps an event of a review, and what follows from it for the changes of the dataset.
    async fn keep_act(
        &self,
        transaction: Transaction,
        (case, draft): (&Case, &Draft),
        decided: &Decided,
        (changes, lang): (&[Case], Lang),
    ) -> Result<()> {
        let key = &self.inner.log_key;
        kaishu_store::cases::add(&transaction, key, case, &decided.happening()).await?;
        let what_follows = match decided.event.name.as_str() {
            "recall" => "recalled",
            "discard" => "discarded",
            _ => "report",
        };
        self.follow_changes(&transaction, changes, what_follows).await?;
        if decided.event.name == "submit" {
            // What it said when it was submitted, for whoever reviews it again (REV-10).
            kaishu_store::drafts::keep(&transaction, case.id, true).await?;
        }
        // The case is held now: what was read is what is decided on, or nothing is.
        if !kaishu_store::drafts::is_at(&transaction, case.id, draft.revision).await? {
            return Err(moved_on(lang));
        }
        Ok(transaction.commit().await?)
    }

    /// Looks up what the decision about an act depends on.
    async fn look_up(
        &self,
        (caller, case): (&Caller, &Case),
        (draft, document): (&Draft, &DraftDocument),
        done: &OpeningAct,
        lang: Lang,
    ) -> Result<Known> {
        let event = done.event.as_str();
        // What the step asks is looked up for whoever takes it only.
        let desk = match event {
            "pass" | "consult" | "summarise" => self.desk_of(case, (draft, document), lang).await?,
            _ => None,
        };
        Ok(Known {
            desk,
            notice: (event == "consult")
                .then(|| self.notice(case, (&draft.code, document), done, lang)),
            lacking: self.lacking_people(&document.organization).await?,
            faults: match event {
                "submit" => Box::pin(self.entry_faults((case, &draft.code), document)).await?,
                _ => Vec::new(),
            },
            ended_approval: match event {
                "publish" => self.ended_approval(&case.file).await?,
                _ => None,
            },
            without_template: match event {
                "publish" => self.without_template(document).await?,
                _ => Vec::new(),
            },
            experts: match event {
                "assign_experts" => {
                    let logins = done.answers.get("experts").map_or("", String::as_str);
                    Some(Box::pin(self.chosen_experts(case, logins, lang)).await?)
                }
                _ => None,
            },
            attached: self.attached_to(caller, case, done, lang).await?,
            changes: match event {
                "submit" => {
                    let mut answered = self.open_changes(&draft.code).await?;
                    answered.extend(self.answered_assessments(&draft.code, document).await?);
                    answered
                }
                "recall" | "discard" => self.unanswered(case, &draft.code).await?,
                // A decision is carried out when the class is what was decided on, not when somebody asks for it.
                "publish" => self.answered_disputes(&draft.code, document).await?,
                _ => Vec::new(),
            },
        })
    }

    /// Whether what an act demands holds now; what is missing where it does not.
    fn holds_now(
        &self,
        guard: Guard,
        (case, document): (&Case, &DraftDocument),
        (known, done): (&Known, &OpeningAct),
        lang: Lang,
    ) -> std::result::Result<(), String> {
        let step = case.file.current_step().map(|(_, step)| step);
        match (guard, &known.desk) {
            (Guard::StepAnswered, Some(desk)) => {
                review::check_answers(desk, document, &done.answers, lang)
            }
            (Guard::ExpertStep, _) if !step.is_some_and(review::is_expert) => Err(lang
                .pick("现在不是专家审查环节", "the step that is on is no expert review")
                .to_owned()),
            (Guard::ConsultationStep | Guard::ConsultationOver, _) => match known.asking() {
                Some(asking) if guard == Guard::ConsultationStep => asking.check_ask(lang),
                Some(asking) => asking.check_summary(lang),
                None => Err(lang
                    .pick(
                        "现在不是公开听取意见的环节",
                        "the public is not asked in the step that is on",
                    )
                    .to_owned()),
            },
            (Guard::ExpertsChosen, _) => match &known.experts {
                Some(Err(message)) => Err(message.clone()),
                _ => Ok(()),
            },
            (Guard::Filed, _) => self.check_filed(case, lang),
            (Guard::ApprovalHolds, _) => match &known.ended_approval {
                Some(approval) => Err(filing::approval_ended(approval, lang)),
                None => Ok(()),
            },
            (Guard::TemplatesThere, _) => templates_there(&known.without_template, lang),
            _ => self.holds_for(guard, document, (&known.lacking, &known.faults), lang),
        }
    }

    /// An expert takes part only without a conflict of interest (ORG-10); who is none is refused later.
    pub(super) async fn check_expert(
        &self,
        caller: &Caller,
        document: &DraftDocument,
        lang: Lang,
    ) -> Result<()> {
        let account = caller.account().filter(|_| caller.may_ever(Action::GiveOpinion));
        let provider = document.organization.parse::<OrganizationCode>();
        let (Some(account), Ok(provider)) = (account, provider) else { return Ok(()) };
        self.may_be_assigned(account, &provider, lang).await
    }

    /// Who submitted the entry last; the system where nobody has.
    async fn submitter(&self, case: &Case) -> Result<Actor> {
        let events = kaishu_store::log::of_case(&self.inner.store, case.id).await?;
        let submitted = events.into_iter().rev().find(|it| it.event.name == "submit");
        Ok(submitted.map_or_else(Actor::system, |it| it.event.by))
    }

    /// The act with what comes with it: the steps and the hash of the content, answers, opinions.
    fn opening_act(
        &self,
        caller: &Caller,
        case: &Case,
        (draft, document): (&Draft, &DraftDocument),
        done: &OpeningAct,
        known: &Known,
    ) -> Result<Act> {
        let answer = |name: &str| done.answers.get(name).map_or("", |it| it.trim());
        let content = || content_hash(document).map(|hash| ("content".to_owned(), hash));
        let mut act =
            Act { event: done.event.clone(), reason: done.reason.clone(), ..Act::default() };
        match done.event.as_str() {
            "submit" => {
                let authors = ("authors".to_owned(), authors(case, draft, caller));
                act.facts = BTreeMap::from([content()?, authors]);
                let stale = review::stale_opinions(&case.file);
                act.facts.extend(stale.map(|name| (name, String::new())));
                act.steps = Some(self.steps_of(case, document));
            }
            "publish" => act.facts = BTreeMap::from([content()?]),
            "pass" => {
                let desk = known.desk.as_ref();
                act.facts =
                    desk.map(|desk| review::answer_facts(desk, &done.answers)).unwrap_or_default();
            }
            "consult" => {
                let notice = known.notice.as_ref().and_then(|it| it.as_ref().ok());
                act.facts = notice.map(consultation::notice_facts).unwrap_or_default();
            }
            "add_steps" => {
                let asked = answer("add").split_whitespace();
                let asked = asked.filter_map(|code| code.parse::<TriggerQuestion>().ok());
                let is_new = |step: &Step| !case.file.steps.iter().any(|it| it.kind == step.kind);
                for question in asked {
                    let added = self.triggered(case, question, document);
                    let added = added.into_iter().filter(is_new);
                    act.added_steps.extend(added);
                    act.facts.insert(review::trigger_fact(question), "yes".to_owned());
                }
            }
            "opine" => {
                let (Some((step, _)), Some(account)) = (case.file.current_step(), caller.account())
                else {
                    return Ok(act);
                };
                let opinion = match answer("opinion") {
                    "agree" => "agree",
                    _ => "disagree",
                };
                let fact = (review::opinion_fact(step, account), opinion.to_owned());
                act.facts = BTreeMap::from([fact]);
            }
            "assign_experts" => {
                let chosen = known.experts.as_ref().and_then(|it| it.as_ref().ok());
                act.facts = chosen.map(Chosen::facts).unwrap_or_default();
            }
            _ => {}
        }
        act.facts.extend(attaching::facts(&case.file, &known.attached));
        Ok(act)
    }

    /// The steps that the profile demands for an entry, triggered ones by its answers (REV-02, REV-05): that under
    /// which it was submitted first (ORG-12).
    fn steps_of(&self, case: &Case, document: &DraftDocument) -> Vec<Step> {
        let profile = self.policy_of(case);
        let said = |question: &TriggerQuestion| review::said_yes(*question, &case.file, document);
        let is_on = |trigger: ReviewTrigger| match trigger {
            ReviewTrigger::Always => true,
            other => TriggerQuestion::ALL
                .iter()
                .filter(|question| said(question))
                .any(|question| review::trigger(*question) == other),
        };
        let steps = profile.rules.review.steps.value.iter();
        let steps = steps.filter(|step| is_on(step.when)).map(|step| Step::new(step.step, step.by));
        // Nobody is asked about the opening of what is not opened.
        let steps =
            steps.filter(|step| is_opened(document) || !consultation::is_consultation(step));
        // The authority above agrees first (CAT-11).
        let consent = needs_consent(profile, document)
            .then(|| Step::new(ReviewStepKind::AuthorityConsent, Party::SuperiorAuthority));
        let directory = self.directory();
        let level = directory.region(&document.region).map(|region| region.level);
        let check = approver_step(profile, level);
        consent.into_iter().chain(steps).chain(check).collect()
    }

    /// Which of its head and an officer an agency has not named (ORG-02).
    async fn lacking_people(&self, organization: &str) -> Result<Vec<Role>> {
        let (store, mut lacking) = (&self.inner.store, Vec::new());
        for role in [Role::Head, Role::Officer] {
            if !kaishu_store::accounts::has_role(store, role, organization).await? {
                lacking.push(role);
            }
        }
        Ok(lacking)
    }

    pub(super) fn entry_of(&self, code: &DatasetCode, document: &DraftDocument) -> EntryWrite {
        let now = self.instant();
        EntryWrite {
            code: Some(code.clone()),
            organization: document.organization.clone(),
            region: document.region.clone(),
            state: DatasetState::Published,
            state_reason: None,
            fields: document.fields.clone(),
            items: document.items.clone(),
            resources: document.resources.iter().map(|it| resource_write(it, now)).collect(),
            published_at: now,
            updated_at: now,
            is_dated: true,
            origin: None,
            version_note: document.version_note.clone(),
            author: None,
        }
    }
}

/// Whether an entry is to be opened at all.
pub(super) fn is_opened(document: &DraftDocument) -> bool {
    document.fields.open.class != OpenClass::None
}

/// Whoever wrote or submitted the entry, now or before: numbers of accounts between commas (REV-02).
fn authors(case: &Case, draft: &Draft, caller: &Caller) -> String {
    let before = case.file.facts.get("authors").map(String::as_str).unwrap_or_default();
    let mut authors: BTreeSet<i64> =
        before.split(',').filter_map(|author| author.parse().ok()).collect();
    authors.extend(&draft.authors);
    authors.extend(caller.account());
    authors.extend(case.file.submitter);
    authors.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// A file of a draft as the catalogue keeps it.
pub(super) fn resource_write(it: &DraftResource, now: DateTime<Utc>) -> ResourceWrite {
    ResourceWrite {
        title: it.title.clone(),
        description: it.description.clone(),
        kind: it.kind,
        format: it.format,
        media_type: it.media_type.clone(),
        url: it.url.clone(),
        in_place: it.in_place.clone(),
        file_name: it.file_name.clone(),
        size_bytes: it.size_bytes,
        sha256: it.sha256.clone(),
        sm3: it.sm3.clone(),
        encoding: None,
        n_rows: None,
        n_columns: None,
        updated_at: now,
        source_id: None,
        blob_key: it.blob_key.clone(),
    }
}
