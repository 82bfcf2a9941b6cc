//! What a step of the review asks of whoever takes it, and what they answer (REV-03, REV-05, REV-07, REV-09,
//! CAT-07). Answers are facts of the event, which nobody edits afterwards.

use std::collections::{BTreeMap, BTreeSet};

use kaishu_domain::cases::{CaseFile, Step};
use kaishu_domain::permission::Action;
use kaishu_domain::personal::identifies;
use kaishu_domain::policy::{ReviewStepKind, ReviewTrigger};
use kaishu_store::cases::Case;
use kaishu_store::drafts::Draft;
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::{DataItemView, DatasetView};
use kaishu_types::draft::{DraftDocument, ReviewCheck, TriggerQuestion};
use kaishu_types::search::{SearchHit, SearchRequest};
use kaishu_types::{DatasetCode, Lang, RuleRef};

use super::consultation::{Asking, is_consultation};
use super::opening::is_opened;
use super::risk::Measuring;
use crate::accounts::Caller;
use crate::catalogue::Window;
use crate::{Portal, Result};

/// Entries that are looked at for being alike.
const N_CANDIDATES: usize = 10;
/// Data items by which such entries are looked for.
const N_LABELS: usize = 12;
/// How much of two titles must be the same pairs of characters before they are alike.
const LEAST_ALIKE: f64 = 0.5;
/// How large a part of the items of the smaller entry must be shared before two overlap.
const LEAST_OVERLAP: f64 = 0.5;
/// Entries that share an identifying item and are listed.
const N_SHARING: usize = 20;
/// Tables whose figures stay with the step.
const MAX_RISKS: usize = 20;
/// Opinions that an expert review needs at least (*proposed*, REV-07).
pub const MIN_OPINIONS: usize = 3;

/// What the step that is on asks.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewDesk {
    /// The step, from 0.
    pub step: usize,
    /// The checklist of security and secrecy (REV-03).
    pub checklist: Vec<ReviewCheck>,
    /// Entries of other agencies that are alike; none where the step does not ask (CAT-07).
    pub alike: Option<Vec<AlikeEntry>>,
    /// Opened datasets that share identifying items; none where the step does not ask (REV-09).
    pub sharing: Option<Vec<SharingEntry>>,
    /// How far the tables are measured for that; none where the step does not ask (REV-09).
    pub risk: Option<Measuring>,
    /// Which opinions there are; none where the step is no expert review (REV-07).
    pub opinions: Option<Opinions>,
    /// How the consultation of the public stands; none where the step does not ask (REV-06).
    pub consultation: Option<Asking>,
    /// Questions that were answered with no and may be answered with yes now (REV-05).
    pub addable: Vec<TriggerQuestion>,
    /// The rule of the steps.
    pub rule: RuleRef,
    /// The rule of the catalogue check.
    pub catalogue_rule: RuleRef,
}

/// What the experts said that were assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opinions {
    /// Experts that were assigned.
    pub n_assigned: usize,
    /// Those of them who gave an opinion.
    pub n_given: usize,
}

/// An entry of another agency with a similar title or the same items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlikeEntry {
    /// Its code.
    pub code: DatasetCode,
    /// Its title.
    pub title: String,
    /// Its provider.
    pub organization: String,
    /// Labels of the items both have.
    pub shared: Vec<String>,
}

/// An opened dataset that shares items which tell who or what a row is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharingEntry {
    /// Its code.
    pub code: DatasetCode,
    /// Its title.
    pub title: String,
    /// Its provider.
    pub organization: String,
    /// Labels of the identifying items both have.
    pub items: Vec<String>,
}

impl Portal {
    /// Returns what the step that is on asks of the caller; none where it is not theirs to take.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such case that the caller may see.
    pub async fn review_desk(
        &self,
        caller: &Caller,
        case: i64,
        lang: Lang,
    ) -> Result<Option<ReviewDesk>> {
        let case = self.visible_case(caller, case).await?;
        if case.file.kind != CaseKind::Opening || case.file.state != "in_review" {
            return Ok(None);
        }
        let subject = self.subject_of_case(caller, &case);
        let Some(action) = case.file.waits_for() else { return Ok(None) };
        if caller.role_for(action, &subject).is_none() {
            let is_asked = caller.role_for(Action::GiveOpinion, &subject).is_some();
            return Ok(is_asked.then(|| self.opinion_desk(&case, lang)).flatten());
        }
        let (draft, document) = self.stored_draft(&case).await?;
        self.desk_of(&case, (&draft, &document), lang).await
    }

    /// What a step that is another's asks of an expert: an opinion, where experts are heard in it.
    fn opinion_desk(&self, case: &Case, lang: Lang) -> Option<ReviewDesk> {
        let (place, _) = case.file.current_step().filter(|(_, step)| is_expert(step))?;
        let rules = &self.policy_of(case).rules;
        Some(ReviewDesk {
            step: place,
            checklist: Vec::new(),
            alike: None,
            sharing: None,
            risk: None,
            opinions: Some(opinions(&case.file, place)),
            consultation: None,
            addable: Vec::new(),
            rule: rules.review.steps.reference("review.steps", lang),
            catalogue_rule: rules.catalogue.approver.reference("catalogue.approver", lang),
        })
    }

    pub(super) async fn desk_of(
        &self,
        case: &Case,
        (draft, document): (&Draft, &DraftDocument),
        lang: Lang,
    ) -> Result<Option<ReviewDesk>> {
        let Some((place, step)) = case.file.current_step() else { return Ok(None) };
        let rules = &self.policy_of(case).rules;
        let checks_catalogue = checks_catalogue(&case.file, place);
        let is_security = [ReviewStepKind::SecuritySecrecy, ReviewStepKind::Secrecy];
        let (mut alike, mut sharing, mut risk) = (None, None, None);
        if checks_catalogue {
            let code = &draft.code;
            alike = Some(self.alike(code, document, lang).await?);
            sharing = Some(self.sharing(code, document, lang).await?);
            risk = Some(self.measured(draft, document).await);
        }
        Ok(Some(ReviewDesk {
            step: place,
            checklist: match is_security.contains(&step.kind) {
                true => ReviewCheck::ALL.to_vec(),
                false => Vec::new(),
            },
            alike,
            sharing,
            risk,
            consultation: match is_consultation(step) {
                true => Some(self.asking(case, lang).await?),
                false => None,
            },
            opinions: is_expert(step).then(|| opinions(&case.file, place)),
            addable: self.addable(case, document),
            rule: rules.review.steps.reference("review.steps", lang),
            catalogue_rule: rules.catalogue.approver.reference("catalogue.approver", lang),
        }))
    }

    /// Lists entries of other agencies that are alike, for whoever writes an entry (CAT-07).
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such draft that the caller may see.
    pub async fn draft_alike(
        &self,
        caller: &Caller,
        case: i64,
        lang: Lang,
    ) -> Result<Vec<AlikeEntry>> {
        let case = self.visible_case(caller, case).await?;
        let (draft, document) = self.stored_draft(&case).await?;
        self.alike(&draft.code, &document, lang).await
    }

    /// Entries of other agencies with a similar title or overlapping items (CAT-07).
    pub(super) async fn alike(
        &self,
        code: &DatasetCode,
        document: &DraftDocument,
        lang: Lang,
    ) -> Result<Vec<AlikeEntry>> {
        let title: String = document.fields.title.chars().take(60).collect();
        let asked = SearchRequest { q: title.replace('"', " "), ..SearchRequest::default() };
        let mut candidates = self.hits(&asked, N_CANDIDATES, lang).await?;
        for item in document.items.iter().take(N_LABELS) {
            let item = Some(item.label.clone());
            let asked = SearchRequest { item, exact: true, ..SearchRequest::default() };
            candidates.extend(self.hits(&asked, N_CANDIDATES, lang).await?);
        }
        let mut seen = BTreeSet::new();
        candidates.retain(|hit| seen.insert(hit.card.code.clone()));
        let mut alike = Vec::new();
        for hit in candidates {
            let is_own =
                hit.card.code == *code || hit.card.organization.code == document.organization;
            let Some(entry) = self.find_public(&hit.card.code).await?.filter(|_| !is_own) else {
                continue;
            };
            let shared = shared_items(&document.items, &entry.dataset);
            let least = document.items.len().min(entry.dataset.items.len()).max(1);
            let overlaps = shared.len() as f64 / least as f64 >= LEAST_OVERLAP;
            if overlaps || likeness(&title, &hit.card.title) >= LEAST_ALIKE {
                alike.push(AlikeEntry {
                    code: hit.card.code,
                    title: hit.card.title,
                    organization: hit.card.organization.label(lang).to_owned(),
                    shared,
                });
            }
        }
        Ok(alike)
    }

    /// Opened datasets that share identifying items with an entry (REV-09).
    async fn sharing(
        &self,
        code: &DatasetCode,
        document: &DraftDocument,
        lang: Lang,
    ) -> Result<Vec<SharingEntry>> {
        let mut found: BTreeMap<DatasetCode, SharingEntry> = BTreeMap::new();
        for item in identifying_items(document) {
            let label = item.label.clone();
            let item = Some(label.clone());
            let asked = SearchRequest { item, exact: true, ..SearchRequest::default() };
            for hit in self.hits(&asked, N_SHARING, lang).await? {
                if hit.card.code == *code {
                    continue;
                }
                let entry = found.entry(hit.card.code.clone()).or_insert_with(|| SharingEntry {
                    code: hit.card.code,
                    title: hit.card.title,
                    organization: hit.card.organization.label(lang).to_owned(),
                    items: Vec::new(),
                });
                if !entry.items.contains(&label) {
                    entry.items.push(label.clone());
                }
            }
        }
        let mut found: Vec<SharingEntry> = found.into_values().collect();
        found.sort_by_key(|entry| std::cmp::Reverse(entry.items.len()));
        found.truncate(N_SHARING);
        Ok(found)
    }

    async fn hits(
        &self,
        asked: &SearchRequest,
        limit: usize,
        lang: Lang,
    ) -> Result<Vec<SearchHit>> {
        let window = Window::Page { number: 1, per_page: limit };
        Ok(self.search(asked, window, lang).await?.hits)
    }

    /// The questions that add a step of the profile and were answered with no.
    fn addable(&self, case: &Case, document: &DraftDocument) -> Vec<TriggerQuestion> {
        let file = &case.file;
        let has = |question: &TriggerQuestion| {
            let steps = self.triggered(case, *question, document);
            let is_there = |step: &Step| file.steps.iter().any(|it| it.kind == step.kind);
            said_yes(*question, file, document) || steps.is_empty() || steps.iter().all(is_there)
        };
        TriggerQuestion::ALL.iter().copied().filter(|question| !has(question)).collect()
    }

    /// The steps that a question adds to the review of an entry when it is answered with yes.
    pub(super) fn triggered(
        &self,
        case: &Case,
        question: TriggerQuestion,
        document: &DraftDocument,
    ) -> Vec<Step> {
        let when = trigger(question);
        let steps = self.policy_of(case).rules.review.steps.value.iter();
        let steps =
            steps.filter(|step| step.when == when).map(|step| Step::new(step.step, step.by));
        steps.filter(|step| is_opened(document) || !is_consultation(step)).collect()
    }
}

/// What a question triggers when it is answered with yes.
pub(super) fn trigger(question: TriggerQuestion) -> ReviewTrigger {
    match question {
        TriggerQuestion::LegalIssue => ReviewTrigger::LegalIssue,
        TriggerQuestion::SpecialisedIssue => ReviewTrigger::SpecialisedIssue,
        TriggerQuestion::SecretOrPrivacy => ReviewTrigger::SecretOrPrivacy,
        TriggerQuestion::PublicInterest => ReviewTrigger::PublicInterest,
    }
}

/// Whether a question was answered with yes, by the provider or by a reviewer, now or before a return: nobody turns
/// a yes of a reviewer into a no (REV-05).
pub(super) fn said_yes(
    question: TriggerQuestion,
    file: &CaseFile,
    document: &DraftDocument,
) -> bool {
    document.triggers.contains(&question) || file.facts.contains_key(&trigger_fact(question))
}

/// The fact that a reviewer's yes leaves.
pub(super) fn trigger_fact(question: TriggerQuestion) -> String {
    format!("trigger.{question}")
}

/// Checks what was answered at a step; says what is missing where something is.
pub(super) fn check_answers(
    desk: &ReviewDesk,
    document: &DraftDocument,
    answers: &BTreeMap<String, String>,
    lang: Lang,
) -> std::result::Result<(), String> {
    let answer = |name: &str| answers.get(name).map(|it| it.trim()).unwrap_or_default();
    if let Some(asking) = &desk.consultation {
        asking.check_pass(lang)?;
    }
    for check in &desk.checklist {
        let label = check.label(lang);
        let found = match answer(&format!("check.{check}")) {
            "no" => false,
            "yes" => true,
            _ => {
                return Err(lang.pick(
                    format!("请逐项回答安全保密审查清单：{label}"),
                    format!("answer each question of the checklist: {label}"),
                ));
            }
        };
        let is_processed = !document.relaxed_by.trim().is_empty();
        if found && (check.forbids() || !is_processed) {
            return Err(lang.pick(
                format!("{label}：选“是”的不能通过，请退回处理"),
                format!("{label}: with yes it cannot pass; return it"),
            ));
        }
    }
    if desk.alike.as_ref().is_some_and(|alike| !alike.is_empty()) {
        let decided = answer("duplicate");
        let names_one = decided == "collected_by" && !answer("collector").is_empty();
        if decided != "none" && !names_one {
            return Err(lang
                .pick(
                    "有相似的目录：请认定不重复，或者指定由哪一个部门采集",
                    "there are similar entries: find that it is no duplicate, or name the one collector",
                )
                .to_owned());
        }
    }
    let shares = desk.sharing.as_ref().is_some_and(|sharing| !sharing.is_empty());
    if shares && answer("mosaic") != "acceptable" {
        return Err(lang
            .pick(
                "已开放的数据有相同的标识项：请认定汇聚后的风险可以接受，否则退回",
                "opened datasets share identifying items: find the risk acceptable, or return it",
            )
            .to_owned());
    }
    if desk.risk == Some(Measuring::Running) {
        return Err(lang
            .pick(
                "正在测算重新识别风险，请稍后再办理",
                "the risk of re-identification is being measured; come back in a while",
            )
            .to_owned());
    }
    match desk.opinions {
        Some(Opinions { n_assigned: 0, .. }) => Err(lang
            .pick(
                "还没有指派专家，请数据主管部门指派",
                "no expert is assigned yet; the authority does",
            )
            .to_owned()),
        Some(Opinions { n_assigned, n_given: n }) if n < n_assigned => Err(lang.pick(
            format!("专家意见有 {n} 份；指派了 {n_assigned} 位专家，每一位都要提交意见"),
            format!("there are {n} opinions of {n_assigned} experts; each of them gives one"),
        )),
        _ => Ok(()),
    }
}

/// The facts that answers leave with the step, as in `step.0.check.trade_secret`.
pub(super) fn answer_facts(
    desk: &ReviewDesk,
    answers: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    let mut keep = |name: &str, value: &str| {
        if !value.trim().is_empty() {
            let value: String = value.trim().chars().take(500).collect();
            facts.insert(format!("step.{}.{name}", desk.step), value);
        }
    };
    for (name, value) in answers {
        let is_check = desk.checklist.iter().any(|check| *name == format!("check.{check}"));
        let is_known = ["duplicate", "collector", "mosaic", "mosaic_note"].contains(&name.as_str());
        if is_check || is_known {
            keep(name, value);
        }
    }
    let codes =
        |all: Vec<&DatasetCode>| all.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(" ");
    if let Some(alike) = &desk.alike {
        keep("alike", &codes(alike.iter().map(|it| &it.code).collect()));
    }
    if let Some(sharing) = &desk.sharing {
        keep("sharing", &codes(sharing.iter().map(|it| &it.code).collect()));
    }
    match &desk.risk {
        Some(Measuring::Done(risks)) => {
            for (n, risk) in risks.iter().take(MAX_RISKS).enumerate() {
                keep(&format!("risk.{n}"), &risk.told(Lang::Zh));
            }
        }
        Some(Measuring::Failed(why)) => keep("risk.0", &format!("未能测算：{why}")),
        Some(Measuring::Running) | None => {}
    }
    facts
}

/// The fact that an opinion leaves: one of each expert counts, the last.
pub(super) fn opinion_fact(step: usize, account: i64) -> String {
    format!("opinion.{step}.{account}")
}

/// Which of the experts that are assigned gave an opinion in a step.
fn opinions(file: &CaseFile, step: usize) -> Opinions {
    let has_given = |account: &i64| {
        file.facts.get(&opinion_fact(step, *account)).is_some_and(|opinion| !opinion.is_empty())
    };
    Opinions {
        n_assigned: file.experts().count(),
        n_given: file.experts().filter(has_given).count(),
    }
}

/// Opinions on what was submitted before: they say nothing of what is submitted now.
pub(super) fn stale_opinions(file: &CaseFile) -> impl Iterator<Item = String> {
    file.facts.keys().filter(|name| name.starts_with("opinion.")).cloned()
}

/// Whether experts are asked in a step.
pub(super) fn is_expert(step: &Step) -> bool {
    [ReviewStepKind::ExpertHearing, ReviewStepKind::ExpertCommittee].contains(&step.kind)
}

/// Whether the catalogue is checked in a step: the last of the authority, or of whom the profile has approve it; the
/// last of all in a review that was submitted without one.
fn checks_catalogue(file: &CaseFile, place: usize) -> bool {
    let checks = [Action::ReviewForAuthority, Action::CheckCatalogue];
    let is_authoritys = |step: &Step| checks.contains(&step.action());
    let last = file.steps.iter().rposition(is_authoritys);
    last.or(file.steps.len().checked_sub(1)) == Some(place)
}

/// The items by which rows of several datasets can be put together.
pub(super) fn identifying_items(document: &DraftDocument) -> Vec<&DataItemView> {
    let is_out = |item: &DataItemView| item.open_class != kaishu_types::vocabulary::OpenClass::None;
    let tells =
        |item: &DataItemView| item.sensitive || identifies(&item.name) || identifies(&item.label);
    document.items.iter().filter(|item| is_out(item) && tells(item)).collect()
}

fn shared_items(items: &[DataItemView], other: &DatasetView) -> Vec<String> {
    let labels: BTreeSet<&str> = other.items.iter().map(|item| item.label.as_str()).collect();
    let shared = items.iter().filter(|item| labels.contains(item.label.as_str()));
    shared.map(|item| item.label.clone()).collect()
}

/// How alike two titles are: the pairs of characters they share (Dice), 0 to 1.
fn likeness(one: &str, other: &str) -> f64 {
    let pairs = |text: &str| -> BTreeSet<(char, char)> {
        let chars: Vec<char> = text.chars().filter(|it| it.is_alphanumeric()).collect();
        chars.iter().copied().zip(chars.iter().copied().skip(1)).collect()
    };
    let (one, other) = (pairs(one), pairs(other));
    match one.len() + other.len() {
        0 => 0.0,
        all => 2.0 * one.intersection(&other).count() as f64 / all as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_alike_that_share_most_of_their_pairs() {
        assert!(likeness("全市公交站点信息", "公交站点信息") > LEAST_ALIKE);
        assert!(likeness("全市公交站点信息", "企业登记信息") < LEAST_ALIKE);
        assert_eq!(likeness("", ""), 0.0);
    }
}
