//! What of a table differs since a version: the feed of open data, and of what a grant opens while it lasts (DL-09).
//!
//! Both tables are read through what the asker may have of both: a grant opens of an older version what it opens
//! today, as far as that was no less open then. A version in which nothing of that differs is none to ask from, so
//! that a change of what is hidden leaves no trace.

use chrono::NaiveDate;
use kaishu_domain::visibility::OpenColumns;
use kaishu_tables::{DiffRequest, Keys};
use kaishu_types::china::day_in_china;
use kaishu_types::dataset::ResourceView;
use kaishu_types::table::address::ChangesRequest;
use kaishu_types::table::{TableDiff, TableQuery};
use kaishu_types::vocabulary::OpenClass;
use kaishu_types::{DatasetCode, ErrorCode, Lang};

use super::comparing::{same_file, wanted};
use super::opening::table_of;
use super::{Compared, Comparison, Counts, OpenTable, TableState};
use crate::access::Granted;
use crate::accounts::Caller;
use crate::rules::{FileAccess, PublicView};
use crate::{Error, Portal, Result};

/// A version that may be asked from.
struct Step {
    number: u32,
    /// The last day on which it was the current one.
    last_day: NaiveDate,
    resources: Vec<ResourceView>,
}

/// What somebody follows.
struct Feed<'a> {
    caller: &'a Caller,
    lang: Lang,
    granted: Granted,
    view: PublicView,
    /// Newest first.
    steps: Vec<Step>,
}

impl Portal {
    /// Compares a table with what it was at a version, as the asker may have both.
    pub(super) async fn follow(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        id: i64,
        (request, since): (&ChangesRequest, u32),
        lang: Lang,
    ) -> Result<Compared> {
        let feed = Box::pin(self.feed(caller, code, lang)).await?;
        let hidden = || Error::not_found("resource", format!("{id} of {code}"));
        let file = current_file(&feed.steps, id).ok_or_else(hidden)?;
        if file.in_place.is_some() {
            return Err(has_no_versions(lang));
        }
        let (of, how) = ((code, file.id, request.table, None), (Counts::Refusals, lang));
        let state = Box::pin(self.state_under(caller, &feed.granted, of, how)).await?;
        let new = match state {
            TableState::Open(table) => table,
            state => return Ok(Compared::NoTable(state)),
        };
        let (newest, same) = Box::pin(self.newest_change(&feed, file, &new)).await?;
        let old = match since {
            0 => None,
            _ if since == newest => None,
            _ => {
                let found = Box::pin(self.table_since(&feed, file, &new, (since, newest))).await?;
                Some(found.ok_or_else(|| unknown_version(since, newest, lang))?)
            }
        };
        // Whichever way granted rows are read, it is a retrieval (SEC-02, DL-04).
        if new.under.grant.is_some() {
            self.issue_answer_receipt(&new, None, "", None).await?;
        }
        let (old, diff) = match old {
            None => (same, self.unchanged(&new).await?),
            Some(old) => {
                let engine = &self.inner.engine;
                let diff = engine.diff(&old.governed, &new.governed, &wanted(request)).await;
                match diff {
                    Ok(diff) => (old, diff),
                    Err(error) => return Err(self.refused_column(&new, error).await),
                }
            }
        };
        let found = Comparison { old, new, diff, next_since: Some(newest) };
        Ok(Compared::Tables(Box::new(found)))
    }

    /// Finds what somebody may follow of a dataset.
    async fn feed<'a>(
        &self,
        caller: &'a Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<Feed<'a>> {
        let mut granted = self.granted(caller, code).await?;
        // What agencies share with each other has a way of its own.
        granted.shared = None;
        let hidden = || Error::not_found("dataset", code.as_str());
        let view = self.find_granted(code, &granted).await?.ok_or_else(hidden)?;
        self.check_serves(&view, lang)?;
        // No grant leads there, and a refusal would tell why.
        if view.closes_silently || view.dataset.fields.open.class == OpenClass::None {
            return Err(hidden());
        }
        if self.needs_login(caller) {
            return Err(self.login_needed(lang));
        }
        let steps = match view.files {
            FileAccess::Free => self.open_steps(&view),
            _ if granted.case.is_none() => {
                return Err(Box::pin(self.feed_refused(caller, &view.dataset, lang)).await?);
            }
            _ => self.granted_steps(code, &granted).await?,
        };
        Ok(Feed { caller, lang, granted, view, steps })
    }

    /// Of open data, every version that is shown.
    fn open_steps(&self, view: &PublicView) -> Vec<Step> {
        let last_day = self.today();
        let versions = view.dataset.versions.iter();
        let step = versions.map(|version| Step {
            number: version.number,
            last_day,
            resources: version.resources.clone(),
        });
        step.collect()
    }

    /// Of granted data, the version that was current when the grant began, and what came since.
    async fn granted_steps(&self, code: &DatasetCode, granted: &Granted) -> Result<Vec<Step>> {
        let found = kaishu_store::datasets::find(&self.inner.store, code).await?;
        let whole = found.ok_or_else(|| Error::not_found("dataset", code.as_str()))?;
        let mut last_day = self.today();
        let mut steps = Vec::new();
        for version in whole.versions {
            let (number, first_day) = (version.number, day_in_china(version.published_at));
            if version.is_public && !granted.begun_on(last_day).items.is_empty() {
                steps.push(Step { number, last_day, resources: version.resources });
            }
            last_day = first_day;
        }
        Ok(steps)
    }

    /// The newest version in which something differs that the asker may have, and the table as it came with it: later
    /// ones have other files, with the same to see.
    async fn newest_change(
        &self,
        feed: &Feed<'_>,
        file: &ResourceView,
        new: &OpenTable,
    ) -> Result<(u32, Box<OpenTable>)> {
        let mut newest = feed.steps.first().map_or(feed.view.dataset.version, |it| it.number);
        let mut same = Box::new(new.clone());
        for step in feed.steps.iter().skip(1) {
            let old = Box::pin(self.table_at(feed, step, file, new)).await?;
            let Some(old) = old else { break };
            if self.differs(&old, new).await? {
                break;
            }
            (newest, same) = (step.number, old);
        }
        Ok((newest, same))
    }

    /// Finds the table as it was at a version; none where that is no version to ask from.
    async fn table_since(
        &self,
        feed: &Feed<'_>,
        file: &ResourceView,
        new: &OpenTable,
        (since, newest): (u32, u32),
    ) -> Result<Option<Box<OpenTable>>> {
        // What is newer than that tells nothing, not even its number.
        let found = feed.steps.iter().find(|step| step.number <= since);
        match found.filter(|_| since < newest) {
            Some(step) => Box::pin(self.table_at(feed, step, file, new)).await,
            None => Ok(None),
        }
    }

    /// Finds the same table in a version, with what the asker may have of it.
    async fn table_at(
        &self,
        feed: &Feed<'_>,
        step: &Step,
        file: &ResourceView,
        new: &OpenTable,
    ) -> Result<Option<Box<OpenTable>>> {
        let Some(file) = same_file(&step.resources, file) else { return Ok(None) };
        let open = match feed.view.files {
            FileAccess::Free => table_of(&feed.view, file.id).map(|(_, open)| open),
            FileAccess::NeedsGrant | FileAccess::ModuleOff => self.open_then(feed, step).await?,
        };
        let Some(open) = open else { return Ok(None) };
        // Of an older version, in the rows that were granted then.
        let then = feed.granted.begun_on(step.last_day);
        let Some(first) = Box::pin(self.table_in(feed, &then, (file, &open), 1)).await? else {
            return Ok(None);
        };
        if first.names.len() == 1 && new.names.len() == 1 {
            return Ok(Some(first));
        }
        let name = new.names.get(new.number - 1);
        match first.names.iter().position(|it| Some(it) == name) {
            None => Ok(None),
            Some(0) => Ok(Some(first)),
            Some(place) => Box::pin(self.table_in(feed, &then, (file, &open), place + 1)).await,
        }
    }

    /// The columns that a grant opens of a version: those that it opens today, where it had begun while the version
    /// was current and the version said no less of them.
    async fn open_then(&self, feed: &Feed<'_>, step: &Step) -> Result<Option<OpenColumns>> {
        let (store, code) = (&self.inner.store, &feed.view.dataset.code);
        let found = kaishu_store::datasets::version(store, code, step.number).await?;
        Ok(found.map(|said| {
            let granted = feed.granted.begun_on(step.last_day).items;
            let then = OpenColumns::of(said.fields.open.class, &said.items);
            feed.view.open_columns.clone().within(&then.and(&granted, &said.items))
        }))
    }

    async fn table_in(
        &self,
        feed: &Feed<'_>,
        granted: &Granted,
        (file, open): (&ResourceView, &OpenColumns),
        number: usize,
    ) -> Result<Option<Box<OpenTable>>> {
        let of = (file.clone(), open.clone(), number, None);
        let how = (Counts::Nothing, feed.lang);
        let state = self.state_of_file(feed.caller, granted, &feed.view, of, how);
        Ok(match Box::pin(state).await? {
            TableState::Open(table) => Some(table),
            _ => None,
        })
    }

    /// Nothing differs.
    async fn unchanged(&self, table: &OpenTable) -> Result<TableDiff> {
        let all = TableQuery::default();
        let n_same = self.inner.engine.count(&table.governed, &all).await?;
        Ok(TableDiff { columns: table.governed.columns(), n_same, ..TableDiff::default() })
    }

    /// Whether two tables differ in what the asker may have of both; found out once, as stored bytes never change.
    async fn differs(&self, old: &OpenTable, new: &OpenTable) -> Result<bool> {
        let all = TableQuery::default();
        let [before, after] = [self.fingerprint(old, &all)?, self.fingerprint(new, &all)?];
        if before == after {
            return Ok(false);
        }
        let question = format!("{before} {after}");
        if let Some(known) = self.inner.counts.get(&question) {
            return Ok(known > 0);
        }
        let one = DiffRequest { keys: Keys::Rows, only: None, offset: 0, limit: 1 };
        let diff = self.inner.engine.diff(&old.governed, &new.governed, &one).await?;
        let n_columns = diff.column_changes.len() as u64;
        let n_changes = diff.n_changed + diff.n_added + diff.n_removed + n_columns;
        self.inner.counts.insert(question, n_changes);
        Ok(n_changes > 0)
    }
}

/// Finds the file that stands today where one of any version stood, so that an address goes on.
fn current_file(steps: &[Step], id: i64) -> Option<&ResourceView> {
    let mut files = steps.iter().flat_map(|step| &step.resources);
    let known = files.find(|file| file.id == id)?;
    same_file(&steps.first()?.resources, known)
}

fn unknown_version(since: u32, newest: u32, lang: Lang) -> Error {
    let message = match lang {
        Lang::Zh => format!(
            "不能从第 {since} 版开始：没有这一版，或者它在您的授权期限以前，或者那时没有这个表格。\
             先用 since=0 询问从哪一版开始（现在是 {newest}），用 rows 取一次全部数据，以后按 next_since 接着取"
        ),
        Lang::En => format!(
            "cannot begin at version {since}: there is none, or it is older than your grant, or it had no such table; \
             ask with since=0 where to begin (now {newest}), take all rows once, and go on from `next_since`"
        ),
    };
    Error::field("since", message)
}

fn has_no_versions(lang: Lang) -> Error {
    let message = lang.pick(
        "这个文件的数据在提供单位，随时变化，没有版本可以比较；请用 rows 读取当前数据。",
        "The data of this file stands at its provider and has no versions to compare; read it with `rows`.",
    );
    Error::refused(ErrorCode::Conflict, message)
}
