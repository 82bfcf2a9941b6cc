//! What rules of quality, comparisons and inspections found in a dataset over its versions: who mends it until
//! when, and which version did (PUB-06).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use chrono::NaiveDate;
use kaishu_domain::quality::{Measure, Rule};
use kaishu_store::tables::{StoredTable, is_tabular};
use kaishu_types::china::day_in_china;
use kaishu_types::dataset::{DatasetView, Freshness, ResourceView};
use kaishu_types::organization::Named;
use kaishu_types::vocabulary::Format;
use kaishu_types::{DatasetCode, Lang};

use super::gate::Gate;
use super::opening::{OpenFile, governed, table_of};
use crate::accounts::Caller;
use crate::monitoring::Inspection;
use crate::publishing::{LISTED, Reconciliation};
use crate::rules::{FileAccess, PublicView};
use crate::{Error, Portal, Result};

/// Older versions than so many are not followed.
const VERSIONS: usize = 100;

/// A rule that did not hold for a part of a dataset, in one version or several in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityIssue {
    /// The rule that found it.
    pub rule: Rule,
    /// The columns; none for whole rows, the whole table and the dataset.
    pub columns: Vec<String>,
    /// Where it was last found; `None` where it is of the whole dataset.
    pub place: Option<IssuePlace>,
    /// The first version that has it.
    pub found_in: u32,
    /// The day from which it was there to be found.
    pub found_on: NaiveDate,
    /// The version in which the same was checked and held; `None` while the issue is open.
    pub fixed_in: Option<u32>,
    /// The day until which the next update, that has to mend it, is due; `None` where it is mended and
    /// where the dataset is updated in no cycle.
    pub due: Option<NaiveDate>,
}

/// Where an issue was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuePlace {
    /// The number of the file.
    pub resource: i64,
    /// Its title.
    pub title: String,
    /// Which table of it, from 1.
    pub table: usize,
    /// The name of the sheet; empty where the file is one table.
    pub sheet: String,
    /// Cells, rows or columns that were checked.
    pub n_checked: u64,
    /// How many of them the rule does not hold for.
    pub n_failed: u64,
}

/// What rules of quality found in a dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityIssues {
    /// Who has to mend it: the organization that provides the dataset.
    pub owner: Named,
    /// What is open, oldest first, and behind it what was mended, newest first.
    pub issues: Vec<QualityIssue>,
    /// What stands inconsistent with what the provider holds (PUB-13), the newest first: of files that anyone
    /// may have whole.
    pub inconsistent: Vec<Reconciliation>,
    /// What inspections of the authority found, with a deadline of its own, the newest first.
    pub inspected: Vec<Inspection>,
}

impl Portal {
    /// Lists what the rules of quality found in a dataset, in the newest hundred versions whose tables
    /// anyone may see (PUB-06). Columns that are not open count for nothing; an issue of what can no
    /// longer be checked is left out.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such public dataset; `Unauthenticated` with the rule where open data
    /// needs a login; `Gone` where the dataset serves no data now; `Forbidden` where the profile opens
    /// nothing.
    pub async fn quality_issues(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<QualityIssues> {
        let unknown = || Error::not_found("dataset", code.as_str());
        let view = self.find_public(code).await?.ok_or_else(unknown)?;
        self.check_serves(&view, lang)?;
        if self.needs_login(caller) {
            return Err(self.login_needed(lang));
        }
        let dataset = &view.dataset;
        let measured = self.measured_files(code, &view).await?;
        let mut history = History::default();
        let older = dataset.versions.iter().filter(|it| it.number < dataset.version);
        let older: Vec<_> = older.take(VERSIONS).map(|it| (it.number, &it.resources)).collect();
        let current = (dataset.version, &dataset.resources);
        for (version, resources) in older.into_iter().rev().chain([current]) {
            let published =
                dataset.versions.iter().find(|it| it.number == version).map(|it| it.published_at);
            let day = day_in_china(published.unwrap_or(dataset.updated_at));
            let mut step = Step::default();
            for resource in resources.iter().filter(|it| is_tabular(it)) {
                match measured.get(&resource.id) {
                    Some(tables) => tables.iter().for_each(|it| step.add(it, version, day)),
                    None => drop(step.unknown.insert((resource.title.clone(), resource.format))),
                }
            }
            history.add(version, step);
        }
        let mut issues: Vec<_> = history.open.into_values().collect();
        issues.extend(late(dataset, self.today()));
        for issue in &mut issues {
            issue.due = dataset.next_due;
        }
        issues.sort_by_key(|issue| issue.found_in);
        history.mended.sort_by_key(|issue| Reverse(issue.fixed_in));
        issues.extend(history.mended);
        let inconsistent = self.told_inconsistencies(&view).await?;
        let inspected = kaishu_store::inspections::of_dataset(&self.inner.store, code).await?;
        let shown = dataset.versions.iter().map(|it| it.number).chain([dataset.version]).collect();
        let inspected = inspected.into_iter().filter_map(|it| told_inspection(it, &shown));
        let inspected = inspected.collect();
        Ok(QualityIssues { owner: view.dataset.organization, issues, inconsistent, inspected })
    }

    /// The last comparison of each table with its source, where it was inconsistent. Of a file that nobody may
    /// have whole nothing is told: what differs may be hidden.
    async fn told_inconsistencies(&self, view: &PublicView) -> Result<Vec<Reconciliation>> {
        if view.files != FileAccess::Free {
            return Ok(Vec::new());
        }
        let code = &view.dataset.code;
        let all =
            kaishu_store::reconciliations::of_dataset(&self.inner.store, code, LISTED).await?;
        let mut seen = HashSet::new();
        let is_told = |it: &Reconciliation| {
            let (id, kept_back) = (it.resource, &view.kept_back);
            table_of(view, id).is_some() && !kept_back.contains_key(&id)
        };
        let last = all.into_iter().filter(|it| seen.insert((it.resource_title.clone(), it.table)));
        Ok(last.filter(|it| !it.is_consistent() && is_told(it)).collect())
    }

    /// What was measured of the tables of all files, as far as anyone may know. Files of which nothing can
    /// be said now are left out.
    async fn measured_files(
        &self,
        code: &DatasetCode,
        view: &PublicView,
    ) -> Result<HashMap<i64, Vec<MeasuredTable>>> {
        let dataset = &view.dataset;
        let of_versions = dataset.versions.iter().take(VERSIONS + 1).flat_map(|it| &it.resources);
        let ids: HashSet<i64> =
            dataset.resources.iter().chain(of_versions).map(|it| it.id).collect();
        let ids: Vec<i64> = ids.into_iter().collect();
        let gate = self.gate(code, &view.described).await?;
        let mut files: HashMap<i64, Vec<StoredTable>> = HashMap::new();
        for table in kaishu_store::tables::of_resources(&self.inner.store, &ids).await? {
            files.entry(table.resource_id).or_default().push(table);
        }
        let mut measured = HashMap::with_capacity(files.len());
        for (id, tables) in files {
            if let Some(tables) = self.measured_tables(view, &gate, id, tables).await? {
                measured.insert(id, tables);
            }
        }
        Ok(measured)
    }

    async fn measured_tables(
        &self,
        view: &PublicView,
        gate: &Gate,
        id: i64,
        tables: Vec<StoredTable>,
    ) -> Result<Option<Vec<MeasuredTable>>> {
        let Some((resource, open)) = table_of(view, id) else { return Ok(None) };
        let OpenFile { shown, names, .. } = self.open_file(id, &open, gate, tables).await?;
        let mut measured = Vec::with_capacity(shown.len());
        for (place, (table, sheet)) in shown.into_iter().zip(names).enumerate() {
            let ingested = &table.loaded.ingested;
            // Whose quality was never measured is not without faults.
            if ingested.quality.is_empty() {
                return Ok(None);
            }
            // No row is read, so it does not matter where the rows are.
            let nowhere = PathBuf::new();
            let items = &view.dataset.items;
            let governed = governed(ingested, &table.opened.columns, items, nowhere);
            let mut measures =
                self.told_measures(&ingested.quality, &governed, &view.dataset, &resource);
            measures.retain(|it| it.rule != Rule::UpdatedInTime);
            let ResourceView { title, format, .. } = resource.clone();
            measured.push(MeasuredTable {
                resource: id,
                title,
                format,
                place: place + 1,
                sheet,
                measures,
            });
        }
        Ok((!measured.is_empty()).then_some(measured))
    }
}

/// What an inspection found, as far as anyone may know: of a version that is not shown nothing is told. What a hidden
/// version mended is mended for everybody in the next one that is shown.
fn told_inspection(found: Inspection, shown: &BTreeSet<u32>) -> Option<Inspection> {
    if !shown.contains(&found.found_in) {
        return None;
    }
    let fixed_in = found.fixed_in.and_then(|version| shown.range(version..).next().copied());
    let closed_on = found.closed_on.filter(|_| fixed_in.is_some());
    Some(Inspection { fixed_in, closed_on, ..found })
}

/// The issue that a dataset is not updated in time.
fn late(dataset: &DatasetView, today: NaiveDate) -> Option<QualityIssue> {
    let is_late = matches!(dataset.freshness(today), Freshness::Overdue { .. });
    is_late.then(|| QualityIssue {
        rule: Rule::UpdatedInTime,
        columns: Vec::new(),
        place: None,
        found_in: dataset.version,
        found_on: dataset.next_due.unwrap_or(today),
        fixed_in: None,
        due: None,
    })
}

/// What was measured of a table, as far as anyone may know.
struct MeasuredTable {
    resource: i64,
    title: String,
    format: Format,
    place: usize,
    sheet: String,
    measures: Vec<Measure>,
}

/// Tells issues apart across versions: a file has another number in each version that changes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct IssueKey {
    file: (String, Format),
    sheet: String,
    rule: &'static str,
    columns: Vec<String>,
}

/// What was measured of a version.
#[derive(Default)]
struct Step {
    failed: BTreeMap<IssueKey, QualityIssue>,
    held: HashSet<IssueKey>,
    /// Files of which nothing can be said.
    unknown: HashSet<(String, Format)>,
}

impl Step {
    fn add(&mut self, table: &MeasuredTable, found_in: u32, found_on: NaiveDate) {
        for measure in &table.measures {
            let key = IssueKey {
                file: (table.title.clone(), table.format),
                sheet: table.sheet.clone(),
                rule: measure.rule.as_str(),
                columns: measure.columns.clone(),
            };
            if measure.n_failed == 0 {
                self.held.insert(key);
                continue;
            }
            let place = IssuePlace {
                resource: table.resource,
                title: table.title.clone(),
                table: table.place,
                sheet: table.sheet.clone(),
                n_checked: measure.n_checked,
                n_failed: measure.n_failed,
            };
            let issue = QualityIssue {
                rule: measure.rule,
                columns: measure.columns.clone(),
                place: Some(place),
                found_in,
                found_on,
                fixed_in: None,
                due: None,
            };
            self.failed.insert(key, issue);
        }
    }
}

/// Issues from one version to the next.
#[derive(Default)]
struct History {
    open: BTreeMap<IssueKey, QualityIssue>,
    mended: Vec<QualityIssue>,
}

impl History {
    /// Goes on with a later version. What was open stays open where its file cannot be looked into, is
    /// mended where the same was checked and holds, and is forgotten where it is no longer checked: the
    /// column may be gone, or closed.
    fn add(&mut self, version: u32, mut step: Step) {
        for (key, before) in std::mem::take(&mut self.open) {
            if let Some(now) = step.failed.get_mut(&key) {
                (now.found_in, now.found_on) = (before.found_in, before.found_on);
            } else if step.unknown.contains(&key.file) {
                step.failed.insert(key, before);
            } else if step.held.contains(&key) {
                self.mended.push(QualityIssue { fixed_in: Some(version), ..before });
            }
        }
        self.open = step.failed;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]
    use super::*;

    // Part of PUB-06: the numbers of versions that nobody may know of stand in no finding.
    #[test]
    fn findings_name_shown_versions_only() {
        let told = |found_in, fixed_in: Option<u32>| {
            let found = Inspection {
                id: 1,
                dataset: "YX-T-0001".parse().unwrap(),
                finding: "名称有误".to_owned(),
                found_in,
                found_on: NaiveDate::MIN,
                due: NaiveDate::MAX,
                owner: "YX-FGW".parse().unwrap(),
                inspected_by: "李娜".to_owned(),
                fixed_in,
                closed_on: fixed_in.map(|_| NaiveDate::MIN),
            };
            let told = told_inspection(found, &BTreeSet::from([1, 3, 6]));
            told.map(|it| (it.found_in, it.fixed_in, it.closed_on.is_some()))
        };
        assert_eq!(told(1, None), Some((1, None, false)));
        assert_eq!(told(1, Some(3)), Some((1, Some(3), true)));
        assert_eq!(told(3, Some(4)), Some((3, Some(6), true)), "mended in a hidden version");
        assert_eq!(told(6, Some(7)), Some((6, None, false)), "and none is shown since");
        assert_eq!(told(2, Some(3)), None);
        assert_eq!(told(7, None), None);
    }

    #[test]
    fn an_issue_is_mended_only_where_the_same_was_checked() {
        let table = |n_failed| MeasuredTable {
            resource: 1,
            title: "firms".to_owned(),
            format: Format::Csv,
            place: 1,
            sheet: String::new(),
            measures: vec![Measure {
                rule: Rule::Phone,
                columns: vec!["phone".to_owned()],
                n_checked: 2,
                n_failed,
                rows: Vec::new(),
                is_partial: false,
            }],
        };
        let step = |version, tables: &[MeasuredTable]| {
            let mut step = Step::default();
            tables.iter().for_each(|it| step.add(it, version, NaiveDate::MIN));
            step
        };
        let told = |history: &History| {
            let both = history.open.values().chain(&history.mended);
            both.map(|it| (it.found_in, it.fixed_in)).collect::<Vec<_>>()
        };
        let mut history = History::default();
        history.add(1, step(1, &[table(2)]));
        let unreadable = HashSet::from([("firms".to_owned(), Format::Csv)]);
        history.add(2, Step { unknown: unreadable, ..Step::default() });
        history.add(3, step(3, &[table(1)]));
        assert_eq!(told(&history), [(1, None)]);
        history.add(4, step(4, &[table(0)]));
        assert_eq!(told(&history), [(1, Some(4))]);
        history.add(5, step(5, &[table(1)]));
        assert_eq!(told(&history), [(5, None), (1, Some(4))]);
        history.add(6, Step::default());
        assert_eq!(told(&history), [(1, Some(4))], "nothing is said of what is not checked");
    }
}
