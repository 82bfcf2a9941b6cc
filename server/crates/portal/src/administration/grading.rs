//! The rules by which data gets its security level, and the entries that a change of them concerns (CLS-12,
//! anshan 39, yulin 14).

use std::collections::{BTreeMap, BTreeSet};

use kaishu_domain::cases::{Act, Actor};
use kaishu_domain::grading::{GradingRule, LEVELS, grade};
use kaishu_domain::permission::Action;
use kaishu_store::cases::CaseSubject;
use kaishu_store::{Transaction, datasets, grading};
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::DatasetView;
use kaishu_types::oversight::GradedBy;
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, ErrorCode, Lang};

use super::{Faults, MAX_NAME, MAX_TEXT};
use crate::accounts::Caller;
use crate::cases::{Decided, LogAct, Wanted};
use crate::{Error, Portal, Result};

/// Datasets that are read at once.
const PAGE: u64 = 500;
/// The fact by which the task to grade an entry anew is known.
const GRADING: &str = "grading";

/// A rule as somebody wrote it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GradingForm<'a> {
    /// The level, 1 to 4.
    pub level: &'a str,
    /// To which entries it applies.
    pub applies: &'a str,
    /// Only to those of a domain; empty for all.
    pub theme: &'a str,
    /// What it says.
    pub text: &'a str,
    /// The document and the article it comes from.
    pub basis: &'a str,
}

/// A rule as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradingView {
    /// The rule.
    pub rule: GradingRule,
    /// Name of the domain.
    pub theme: Option<String>,
}

/// A published entry whose level is not the one that the rules give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misgraded {
    /// Its code.
    pub code: DatasetCode,
    /// Its title.
    pub title: String,
    /// Name of its provider.
    pub organization: String,
    /// The level it carries.
    pub level: u8,
    /// The least level that the rules give it.
    pub least: u8,
    /// The rule that gives it.
    pub rule: i64,
    /// The open task to grade it anew.
    pub task: Option<i64>,
}

impl Portal {
    /// Who keeps the grading rules: they are of the whole portal, so of the authority of its region.
    fn grader(&self, caller: &Caller, lang: Lang) -> Result<Actor> {
        let site = self.site();
        let subject = self.subject(None, Some(&site.region), false);
        self.permitted(caller, Action::KeepGrading, &subject, lang)
    }

    /// Returns the number of the version of the grading rules in force; 0 before the first rule.
    pub fn grading_version(&self) -> u32 {
        version(&self.directory().grading)
    }

    /// Lists the grading rules that are in force, the highest level first.
    pub fn grading_in_force(&self, lang: Lang) -> Vec<GradingView> {
        let mut rules = self.grading_views(lang);
        rules.retain(|it| it.rule.until.is_none());
        rules.sort_by_key(|it| (std::cmp::Reverse(it.rule.level), it.rule.id));
        rules
    }

    fn grading_views(&self, lang: Lang) -> Vec<GradingView> {
        let directory = self.directory();
        let view = |rule: &GradingRule| GradingView {
            theme: rule.theme.as_deref().map(|theme| directory.label("theme", theme, lang)),
            rule: rule.clone(),
        };
        directory.grading.iter().map(view).collect()
    }

    /// Lists all grading rules there ever were, and the published entries that carry a lower level than those in
    /// force give them.
    ///
    /// # Errors
    ///
    /// Refused for who does not keep them.
    pub async fn grading_rules(
        &self,
        caller: &Caller,
        lang: Lang,
    ) -> Result<(Vec<GradingView>, Vec<Misgraded>)> {
        self.grader(caller, lang)?;
        let directory = self.directory();
        let mut misgraded = Vec::new();
        for dataset in self.published().await? {
            let rule = grade(&directory.grading, &dataset.fields, &dataset.items);
            let Some(rule) = rule.filter(|it| it.level > dataset.fields.security_level) else {
                continue;
            };
            misgraded.push(Misgraded {
                task: self.regrading(&dataset.code).await?,
                organization: dataset.organization.label(lang).to_owned(),
                level: dataset.fields.security_level,
                least: rule.level,
                rule: rule.id,
                title: dataset.fields.title,
                code: dataset.code,
            });
        }
        Ok((self.grading_views(lang), misgraded))
    }

    /// All published entries.
    async fn published(&self) -> Result<Vec<DatasetView>> {
        let store = &self.inner.store;
        let (mut after, mut found) = (Some(0), Vec::new());
        while let Some(from) = after {
            let page = datasets::page_of_codes(store, from, PAGE).await?;
            for code in page.codes.iter().filter_map(|code| code.parse::<DatasetCode>().ok()) {
                let dataset = datasets::find(store, &code).await?;
                found.extend(dataset.filter(|it| it.state == DatasetState::Published));
            }
            after = page.next_after_id;
        }
        Ok(found)
    }

    /// The open task to grade an entry anew.
    async fn regrading(&self, code: &DatasetCode) -> Result<Option<i64>> {
        let store = &self.inner.store;
        let cases = kaishu_store::cases::of_subject(store, code.as_str(), CaseKind::Change).await?;
        let mut open = cases.into_iter().filter(|case| case.file.closed_at.is_none());
        Ok(open.find(|case| case.file.facts.contains_key(GRADING)).map(|case| case.id))
    }

    /// Adds a rule with a new version of the rules, and opens a task for each published entry that carries a lower
    /// level than it has to now. Returns how many tasks.
    ///
    /// # Errors
    ///
    /// Refused for who does not keep the rules; `InvalidInput` naming each field.
    pub async fn add_grading_rule(
        &self,
        caller: &Caller,
        form: &GradingForm<'_>,
        lang: Lang,
    ) -> Result<usize> {
        let by = self.grader(caller, lang)?;
        let mut rule = self.read_grading(form, lang)?;
        let mut rules = grading::list(&self.inner.store).await?;
        let known = version(&rules);
        rule.since = known + 1;
        rules.push(rule.clone());
        let tasks = self.regradings((&rule, &rules), rule.since).await?;
        let transaction = self.begin_grading(known, lang).await?;
        rule.id = grading::add(&transaction, &rule).await?;
        self.open_regradings(&transaction, &tasks).await?;
        self.log_grading(&transaction, ("added", by), &rule, (rule.since, tasks.len())).await?;
        transaction.commit().await?;
        self.reload_directory().await?;
        Ok(tasks.len())
    }

    /// Takes a rule out of force with a new version, and opens a task for each published entry that it covered and
    /// that carries a higher level than the others give it. Returns how many tasks.
    ///
    /// # Errors
    ///
    /// Refused for who does not keep the rules; `NotFound` where it is not in force.
    pub async fn retire_grading_rule(&self, caller: &Caller, id: i64, lang: Lang) -> Result<usize> {
        let by = self.grader(caller, lang)?;
        let unknown = || Error::not_found("grading rule", id.to_string());
        let mut rules = grading::list(&self.inner.store).await?;
        let known = version(&rules);
        let next = known + 1;
        let rule = rules.iter_mut().find(|it| it.id == id && it.until.is_none());
        let rule = rule.ok_or_else(unknown)?;
        rule.until = Some(next);
        let rule = rule.clone();
        let tasks = self.regradings((&rule, &rules), next).await?;
        let transaction = self.begin_grading(known, lang).await?;
        if !grading::retire(&transaction, id, next).await? {
            return Err(unknown());
        }
        self.open_regradings(&transaction, &tasks).await?;
        self.log_grading(&transaction, ("retired", by), &rule, (next, tasks.len())).await?;
        transaction.commit().await?;
        self.reload_directory().await?;
        Ok(tasks.len())
    }

    /// Begins to write the rules, if their version is still the one that the tasks were found under.
    async fn begin_grading(&self, known: u32, lang: Lang) -> Result<Transaction> {
        let transaction = self.inner.store.begin_catalogue().await?;
        if version(&grading::list(&transaction).await?) == known {
            return Ok(transaction);
        }
        let message = lang.pick(
            "分级规则刚刚有了新的版本，请看过以后再提交",
            "the grading rules have just got a new version; look at it and submit again",
        );
        Err(Error::refused(ErrorCode::Conflict, message))
    }

    fn read_grading(&self, form: &GradingForm<'_>, lang: Lang) -> Result<GradingRule> {
        let mut faults = Faults::new(lang);
        let level: Option<u8> = faults.choice("level", form.level);
        if level.is_some_and(|level| !LEVELS.contains(&level)) {
            faults.add("level", "第 1 级到第 4 级", "1 to 4");
        }
        let applies: Option<GradedBy> = faults.choice("applies", form.applies);
        let theme = faults.text("theme", form.theme, MAX_NAME);
        if theme.as_deref().is_some_and(|theme| self.directory().term("theme", theme).is_none()) {
            faults.add("theme", "请选择数据领域", "Choose a domain");
        }
        let text = faults.text("text", form.text, MAX_TEXT);
        if text.is_none() && !faults.has("text") {
            faults.add("text", "请写明规则", "Say what the rule is");
        }
        let basis = faults.name("basis", form.basis);
        faults.into_result()?;
        match (level, applies, text) {
            (Some(level), Some(applies), Some(text)) => {
                Ok(GradingRule { id: 0, level, applies, theme, text, basis, since: 0, until: None })
            }
            _ => Err(Error::Internal("a grading rule without a fault is not whole".to_owned())),
        }
    }

    async fn log_grading(
        &self,
        transaction: &Transaction,
        (event, by): (&str, Actor),
        rule: &GradingRule,
        (version, n_tasks): (u32, usize),
    ) -> Result<()> {
        let facts = BTreeMap::from([
            ("version".to_owned(), version.to_string()),
            ("level".to_owned(), rule.level.to_string()),
            ("applies".to_owned(), rule.applies.to_string()),
            ("theme".to_owned(), rule.theme.clone().unwrap_or_default()),
            ("basis".to_owned(), rule.basis.clone()),
            ("n_tasks".to_owned(), n_tasks.to_string()),
        ]);
        let (subject, reason) = (rule.id.to_string(), rule.text.as_str());
        let act = LogAct { kind: GRADING, subject: &subject, event, by, reason, facts };
        self.log(transaction, act).await?;
        Ok(())
    }

    /// Finds the tasks for the published entries that a change of a rule concerns; none for what another catalogue
    /// grades.
    async fn regradings(
        &self,
        (changed, rules): (&GradingRule, &[GradingRule]),
        version: u32,
    ) -> Result<Vec<(CaseSubject, Decided)>> {
        let mut tasks = Vec::new();
        for dataset in self.published().await? {
            let (fields, items) = (&dataset.fields, &dataset.items);
            let least = grade(rules, fields, items).map_or(*LEVELS.start(), |it| it.level);
            let level = fields.security_level;
            let is_wrong = match changed.until {
                None => level < least,
                Some(_) => level > least,
            };
            if !changed.covers(fields, items) || !is_wrong || dataset.origin.is_some() {
                continue;
            }
            if self.regrading(&dataset.code).await?.is_some() {
                continue;
            }
            let about = self.life_subject(&dataset);
            let wanted = Wanted {
                caller: &Caller::visitor(),
                lang: Lang::Zh,
                act: Act {
                    event: "regrade".to_owned(),
                    facts: BTreeMap::from([(GRADING.to_owned(), version.to_string())]),
                    by: Actor::system(),
                    reason: format!(
                        "分级规则第 {version} 版：现在是第 {level} 级，按规则为第 {least} 级（{}）",
                        changed.text
                    ),
                    day_zero: Some(self.today()),
                    ..Act::default()
                },
                holds: &|_| Ok(()),
                idempotency_key: None,
            };
            let decided = self.decide(CaseKind::Change, &about, None, wanted)?;
            tasks.push((about, decided));
        }
        Ok(tasks)
    }

    async fn open_regradings(
        &self,
        transaction: &Transaction,
        tasks: &[(CaseSubject, Decided)],
    ) -> Result<()> {
        let key = &self.inner.log_key;
        for (about, decided) in tasks {
            kaishu_store::cases::open(transaction, key, about, &decided.happening()).await?;
        }
        Ok(())
    }
}

/// The newest version with which a rule came or went.
fn version(rules: &[GradingRule]) -> u32 {
    let versions: BTreeSet<u32> =
        rules.iter().flat_map(|rule| [Some(rule.since), rule.until]).flatten().collect();
    versions.last().copied().unwrap_or(0)
}
