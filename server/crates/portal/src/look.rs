//! A safe look at conditional data before somebody applies (SRCH-03, APP-07): its schema with rows that are made up,
//! and, where its provider lets them be seen, figures of which none is small.
//!
//! Made-up rows come of the public entry and a secret of the portal, of no value. Figures are made of values that
//! nobody may have without a grant, so that none is shown before somebody of the provider has seen them and decided;
//! what comes into the table under another name is not among them.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use kaishu_domain::look::make_up;
use kaishu_domain::permission::Action;
use kaishu_store::looks::{self, Released};
use kaishu_types::dataset::DatasetView;
use kaishu_types::look::{MadeUp, SafeTable};
use kaishu_types::vocabulary::{DatasetState, OpenClass};
use kaishu_types::{DatasetCode, ErrorCode, Lang};
use sha2::{Digest, Sha256};

use crate::accounts::Caller;
use crate::cases::LogAct;
use crate::tables::derived;
use crate::{Error, Portal, Result};

/// Longest reason, in characters.
const MAX_REASON: usize = 500;

/// What every look rests on.
pub(crate) struct Looks {
    key: [u8; 32],
    least: u64,
}

impl Looks {
    pub(crate) fn new(secret: &[u8; 32], least: NonZeroU32) -> Self {
        Self { key: derived(secret, b"look"), least: least.get().into() }
    }

    /// Draws a number that nobody without the secret can guess, always the same one.
    fn draw(&self, code: &DatasetCode, text: &str) -> u64 {
        let digest = Sha256::new()
            .chain_update(self.key)
            .chain_update(code.as_str())
            .chain_update(b"/")
            .chain_update(text)
            .finalize();
        digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }
}

/// What can be seen before an application.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Rows that are made up.
    pub sample: MadeUp,
    /// Figures of the tables, where their provider lets them be seen.
    pub tables: Vec<SafeTable>,
    /// The least count that is shown.
    pub least: u64,
}

/// What whoever decides about the figures sees.
#[derive(Debug, Clone, PartialEq)]
pub struct LookDesk {
    /// The entry, as the public reads it.
    pub dataset: DatasetView,
    /// What would be shown.
    pub tables: Vec<SafeTable>,
    /// What was decided.
    pub released: Option<Released>,
    /// The least count that is shown.
    pub least: u64,
}

/// What is decided about the figures.
#[derive(Debug, Clone, Copy)]
pub struct FiguresWanted<'a> {
    /// Whether everybody sees them.
    pub is_shown: bool,
    /// The columns whose figures were seen before: no other is shown. None for all that there are now.
    pub seen: Option<&'a BTreeSet<String>>,
    /// Why.
    pub reason: &'a str,
}

impl Portal {
    /// What can be seen of a public entry before an application; none where none is needed, or none taken.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn look(&self, dataset: &DatasetView) -> Result<Option<Look>> {
        if !is_looked_at(dataset) {
            return Ok(None);
        }
        let draw = |text: &str| self.inner.looks.draw(&dataset.code, text);
        let Some(sample) = make_up(&dataset.items, &draw) else { return Ok(None) };
        let least = self.inner.looks.least;
        let tables = match looks::find(&self.inner.store, &dataset.code).await? {
            Some(released) => {
                let mut tables = self.all_figures(dataset).await?;
                for table in &mut tables {
                    table.columns.retain(|it| released.columns.contains(&it.column.name));
                }
                tables.retain(|table| !table.columns.is_empty());
                tables
            }
            None => Vec::new(),
        };
        Ok(Some(Look { sample, tables, least }))
    }

    /// Finds the same by the code of an entry.
    ///
    /// # Errors
    ///
    /// `NotFound` for an unknown code and for an entry that is not public, and where nothing is applied for.
    pub async fn look_at(&self, code: &DatasetCode) -> Result<Look> {
        let found = self.look(&self.dataset(code).await?).await?;
        found.ok_or_else(|| Error::not_found("look", code.as_str()))
    }

    /// Shows whoever decides about the figures what everybody would see.
    ///
    /// # Errors
    ///
    /// Refused where no role of the caller covers it; `NotFound` where there is no such public entry that is open on
    /// conditions.
    pub async fn look_desk(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<LookDesk> {
        let dataset = self.dataset(code).await?;
        self.actor_on(caller, Action::DecideFindings, &dataset, lang).await?;
        if !is_looked_at(&dataset) {
            return Err(Error::not_found("look", code.as_str()));
        }
        let tables = self.all_figures(&dataset).await?;
        let released = looks::find(&self.inner.store, code).await?;
        Ok(LookDesk { dataset, tables, released, least: self.inner.looks.least })
    }

    /// Lets everybody see the figures of the columns that were seen and are there now, or nobody any more.
    ///
    /// # Errors
    ///
    /// As [`look_desk`](Self::look_desk); `InvalidInput` without a reason; `Conflict` where there are no figures.
    pub async fn show_figures(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        wanted: FiguresWanted<'_>,
        lang: Lang,
    ) -> Result<()> {
        let desk = self.look_desk(caller, code, lang).await?;
        let by = self.actor_on(caller, Action::DecideFindings, &desk.dataset, lang).await?;
        let FiguresWanted { is_shown, seen, reason } = wanted;
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON {
            let text = lang.pick("写明理由，最多 500 个字", "Say why, in up to 500 characters");
            return Err(Error::field("reason", text));
        }
        let names = desk.tables.iter().flat_map(|table| &table.columns);
        let names = names.map(|it| it.column.name.clone());
        let columns: BTreeSet<String> =
            names.filter(|name| seen.is_none_or(|seen| seen.contains(name))).collect();
        let changes = if is_shown { !columns.is_empty() } else { desk.released.is_some() };
        if !changes {
            let text = lang.pick(
                "现在没有可以显示或者停止显示的统计",
                "there are no figures to show, or to show no more",
            );
            return Err(Error::refused(ErrorCode::Conflict, text));
        }
        let mut facts = std::collections::BTreeMap::new();
        facts.insert("title".to_owned(), desk.dataset.fields.title.clone());
        let transaction = self.inner.store.begin_catalogue().await?;
        let event = match is_shown {
            true => {
                let listed: Vec<&str> = columns.iter().map(String::as_str).collect();
                facts.insert("columns".to_owned(), listed.join("、"));
                let (by, at) = (by.name.clone(), self.instant());
                let released = Released { columns, reason: reason.to_owned(), by, at };
                looks::keep(&transaction, code, &released).await?;
                "figures_shown"
            }
            false => {
                looks::end(&transaction, code).await?;
                "figures_hidden"
            }
        };
        let subject = code.as_str();
        let act = LogAct { kind: "dataset", subject, event, by, reason, facts };
        self.log(&transaction, act).await?;
        transaction.commit().await?;
        self.wake_index();
        Ok(())
    }

    /// The figures of everything that can be applied for, and of what is open beside it.
    async fn all_figures(&self, dataset: &DatasetView) -> Result<Vec<SafeTable>> {
        let conditional =
            dataset.items.iter().filter(|item| item.open_class == OpenClass::Conditional);
        let mut items: BTreeSet<String> = conditional.map(|item| item.name.clone()).collect();
        if items.is_empty() {
            // The condition is on the whole.
            items = dataset.items.iter().map(|item| item.name.clone()).collect();
        }
        Box::pin(self.safe_tables(&dataset.code, items, self.inner.looks.least)).await
    }
}

/// Whether there is something to look at before an application.
fn is_looked_at(dataset: &DatasetView) -> bool {
    dataset.state == DatasetState::Published
        && dataset.fields.open.class == OpenClass::Conditional
        && !dataset.items.is_empty()
}
