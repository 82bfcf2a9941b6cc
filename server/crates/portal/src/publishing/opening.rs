//! The review of an entry, and its publication.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use kaishu_domain::cases::{Act, Actor, Guard, Step};
use kaishu_domain::permission::Action;
use kaishu_domain::policy::ReviewTrigger;
use kaishu_store::cases::Case;
use kaishu_store::datasets::{EntryWrite, ResourceWrite};
use kaishu_store::drafts::Draft;
use kaishu_types::account::Role;
use kaishu_types::case::CaseKind;
use kaishu_types::draft::{DraftDocument, DraftResource, TriggerQuestion};
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, Lang, OrganizationCode};

use super::content_hash;
use super::review::{self, ReviewDesk};
use crate::accounts::Caller;
use crate::cases::{Wanted, moved_on, request_key};
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

impl Portal {
    /// Takes a step in the review of an entry: submit, pass, return, recall, publish, discard.
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
        let store = &self.inner.store;
        let sent = done.idempotency_key.as_deref();
        let sent = sent.map(|key| request_key(caller, case.id, &done.event, key));
        if let Some(key) = &sent
            && kaishu_store::log::find_by_key(store, key).await?.is_some()
        {
            // The same request, sent twice: it was done the first time.
            return Ok(());
        }
        if case.file.n_events != done.version {
            return Err(moved_on(lang));
        }
        let (draft, document) = self.stored_draft(&case).await?;
        let is_opinion = case.file.waits_for() == Some(Action::GiveOpinion);
        let is_decision = matches!(done.event.as_str(), "pass" | "return");
        if done.event == "opine" || (is_opinion && is_decision) {
            self.check_expert(caller, &document, lang).await?;
        }
        // What the step asks is looked up for whoever passes it only.
        let desk = match done.event.as_str() {
            "pass" => self.desk_of(&case, &draft.code, &document, lang).await?,
            _ => None,
        };
        let mut act = self.opening_act(caller, &case, (&draft, &document), &done, desk.as_ref())?;
        if done.event == "submit" {
            // What it was checked against (CAT-03).
            act.facts.insert("guide".to_owned(), self.guide_in_force().await?.to_string());
        }
        let has_people = self.has_people(&document.organization).await?;
        let step = case.file.current_step().map(|(_, step)| step);
        let holds = |guard| match (guard, &desk) {
            (Guard::StepAnswered, Some(desk)) => {
                review::check_answers(desk, &document, &done.answers, lang)
            }
            (Guard::ExpertStep, _) if !step.is_some_and(review::is_expert) => Err(lang
                .pick("现在不是专家审查环节", "the step that is on is no expert review")
                .to_owned()),
            _ => self.holds_for(guard, &document, has_people, lang),
        };
        let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key: sent };
        let decided = self.decide(CaseKind::Opening, &case.about, Some(&case), wanted)?;
        let is_published = decided.event.name == "publish";
        let is_submitted = decided.event.name == "submit";
        let changes = match is_submitted {
            true => self.open_changes(&draft.code).await?,
            false => Vec::new(),
        };
        let life = match is_published {
            true => self.life_case(&draft.code).await?,
            false => None,
        };
        let flags = match is_published {
            true => self.flags(&draft.code, &document).await?,
            false => Vec::new(),
        };
        // What was done to the data was done by whoever submitted it, not by who publishes.
        let submitter = self.submitter(&case).await?;
        let transaction = match is_published {
            true => store.begin_catalogue().await?,
            false => store.begin().await?,
        };
        let key = &self.inner.log_key;
        if is_published {
            let before = kaishu_store::datasets::standing(&transaction, &draft.code).await?;
            let mut entry = self.entry_of(&draft.code, &document);
            if let Some(before) = before {
                entry.published_at = before.published_at;
                if matches!(before.state, DatasetState::Suspended | DatasetState::Withdrawn) {
                    self.reopen(&transaction, life, &draft.code, lang).await?;
                }
            }
            kaishu_store::datasets::publish(&transaction, &entry).await?;
            let (done, items) = (&document.processing, &document.items);
            self.log_processing(&transaction, &draft.code, submitter, done, items).await?;
            for (about, flag) in &flags {
                let flag = flag.happening();
                kaishu_store::cases::open(&transaction, key, about, &flag).await?;
            }
        }
        kaishu_store::cases::add(&transaction, key, &case, &decided.happening()).await?;
        self.follow_changes(&transaction, &changes, "report").await?;
        // The case is held now: what was read is what is decided on, or nothing is.
        if !kaishu_store::drafts::is_at(&transaction, case.id, draft.revision).await? {
            return Err(moved_on(lang));
        }
        transaction.commit().await?;
        if is_published {
            self.reload_directory().await?;
            self.wake_index();
        }
        Ok(())
    }

    /// An expert takes part only without a conflict of interest (ORG-10); who is none is refused later.
    async fn check_expert(
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
        desk: Option<&ReviewDesk>,
    ) -> Result<Act> {
        let answer = |name: &str| done.answers.get(name).map_or("", |it| it.trim());
        let content = || content_hash(document).map(|hash| ("content".to_owned(), hash));
        let mut act =
            Act { event: done.event.clone(), reason: done.reason.clone(), ..Act::default() };
        match done.event.as_str() {
            "submit" => {
                let authors = ("authors".to_owned(), authors(case, draft, caller));
                act.facts = BTreeMap::from([content()?, authors]);
                act.steps = Some(self.steps_of(document));
            }
            "publish" => act.facts = BTreeMap::from([content()?]),
            "pass" => {
                act.facts =
                    desk.map(|desk| review::answer_facts(desk, &done.answers)).unwrap_or_default();
            }
            "add_steps" => {
                let asked = answer("add").split_whitespace();
                let asked = asked.filter_map(|code| code.parse::<TriggerQuestion>().ok());
                let added = asked.flat_map(|question| self.triggered(question));
                let is_new = |step: &Step| !case.file.steps.iter().any(|it| it.kind == step.kind);
                act.added_steps = added.filter(is_new).collect();
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
            _ => {}
        }
        Ok(act)
    }

    /// The steps that the profile demands for an entry, triggered ones by its answers (REV-02, REV-05).
    fn steps_of(&self, document: &DraftDocument) -> Vec<Step> {
        let is_on = |trigger: ReviewTrigger| match trigger {
            ReviewTrigger::Always => true,
            other => document.triggers.iter().any(|question| review::trigger(*question) == other),
        };
        let steps = self.policy().rules.review.steps.value.iter();
        steps.filter(|step| is_on(step.when)).map(|step| Step::new(step.step, step.by)).collect()
    }

    /// Whether an agency has named its head and an officer (ORG-02).
    async fn has_people(&self, organization: &str) -> Result<bool> {
        for role in [Role::Head, Role::Officer] {
            let store = &self.inner.store;
            if !kaishu_store::accounts::has_role(store, role, organization).await? {
                return Ok(false);
            }
        }
        Ok(true)
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
        }
    }
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
