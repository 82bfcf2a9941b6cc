//! Imports that can go on where they stopped.

use chrono::{DateTime, Utc};
use kaishu_types::import::MergeReport;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::convert::{check_text, now, number, stored_number};
use crate::datasets::{EntryWrite, Verdicts, upsert_in};
use crate::entity::import_run;
use crate::{Result, Store, StoreError, Transaction};

/// An import and how far it got.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportRun {
    /// Its number.
    pub id: i64,
    /// Name of the catalogue it takes over.
    pub source: String,
    /// How far the file is taken over, in the importer's own measure; 0 at the beginning.
    pub position: u64,
    /// What it did so far.
    pub report: MergeReport,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it came to its end.
    pub finished_at: Option<DateTime<Utc>>,
}

/// Begins an import. The fingerprint says which file it is.
pub async fn start(store: &Store, source: &str, fingerprint: &str) -> Result<ImportRun> {
    check_text(source, "the name of the source")?;
    check_text(fingerprint, "the fingerprint of the file")?;
    let now = now();
    let row = import_run::ActiveModel {
        id: NotSet,
        source: Set(source.to_owned()),
        fingerprint: Set(fingerprint.to_owned()),
        position: Set(0),
        report: Set(to_json(&MergeReport::default())?),
        started_at: Set(now),
        progressed_at: Set(now),
        finished_at: Set(None),
    };
    let row = import_run::Entity::insert(row).exec_with_returning(&store.connection).await?;
    view(row)
}

/// Finds the last import of a file, if it did not come to its end.
pub async fn find_resumable(
    store: &Store,
    source: &str,
    fingerprint: &str,
) -> Result<Option<ImportRun>> {
    check_text(source, "the name of the source")?;
    check_text(fingerprint, "the fingerprint of the file")?;
    let row = import_run::Entity::find()
        .filter(import_run::COLUMN.source.eq(source))
        .filter(import_run::COLUMN.fingerprint.eq(fingerprint))
        .order_by_desc(import_run::COLUMN.id)
        .one(&store.connection)
        .await?;
    match row {
        Some(row) if row.finished_at.is_none() => view(row).map(Some),
        _ => Ok(None),
    }
}

/// Finds the last import of a catalogue, come to its end or not.
pub async fn latest(store: &Store, source: &str) -> Result<Option<ImportRun>> {
    check_text(source, "the name of the source")?;
    let row = import_run::Entity::find()
        .filter(import_run::COLUMN.source.eq(source))
        .order_by_desc(import_run::COLUMN.id)
        .one(&store.connection)
        .await?;
    row.map(view).transpose()
}

/// Writes a batch of entries and how far the import got with it, in a transaction of
/// [`Store::begin_catalogue`]: after a kill either both are there or neither. `report` adds the verdicts to
/// what was reported before. Returns the run as it is once the transaction is kept.
pub async fn apply_batch(
    transaction: &Transaction,
    run: &ImportRun,
    entries: &[EntryWrite],
    position: u64,
    report: impl FnOnce(&Verdicts, MergeReport) -> MergeReport,
) -> Result<(Verdicts, ImportRun)> {
    let verdicts = upsert_in(&transaction.inner, &transaction.calendar, entries).await?;
    let report = report(&verdicts, run.report.clone());
    record(&transaction.inner, run.id, position, &report, None).await?;
    Ok((verdicts, ImportRun { position, report, ..run.clone() }))
}

/// Says how far an import got with records that wrote nothing.
pub async fn progress(
    store: &Store,
    run: &mut ImportRun,
    position: u64,
    report: MergeReport,
) -> Result<()> {
    record(&store.connection, run.id, position, &report, None).await?;
    run.position = position;
    run.report = report;
    Ok(())
}

/// Says that an import came to its end, with its final report.
pub async fn finish(
    transaction: &Transaction,
    run: &ImportRun,
    report: &MergeReport,
) -> Result<()> {
    record(&transaction.inner, run.id, run.position, report, Some(now())).await
}

async fn record(
    connection: &impl ConnectionTrait,
    id: i64,
    position: u64,
    report: &MergeReport,
    finished_at: Option<DateTime<Utc>>,
) -> Result<()> {
    let position: i64 = stored_number(position, "the position of an import")?;
    let updated = import_run::Entity::update_many()
        .col_expr(import_run::Column::Position, Expr::value(position))
        .col_expr(import_run::Column::Report, Expr::value(to_json(report)?))
        .col_expr(import_run::Column::ProgressedAt, Expr::value(now()))
        .col_expr(import_run::Column::FinishedAt, Expr::value(finished_at))
        .filter(import_run::COLUMN.id.eq(id))
        .exec(connection)
        .await?;
    if updated.rows_affected == 0 {
        return Err(StoreError::not_found(format!("import {id}")));
    }
    Ok(())
}

fn to_json(report: &MergeReport) -> Result<String> {
    // JSON escapes a NUL, so that any reason can be kept.
    serde_json::to_string(report)
        .map_err(|error| StoreError::invalid(format!("the report cannot be written: {error}")))
}

fn view(row: import_run::Model) -> Result<ImportRun> {
    let what = format!("import {}", row.id);
    let report = serde_json::from_str(&row.report)
        .map_err(|error| StoreError::corrupt(format!("{what}, column `report`: {error}")))?;
    Ok(ImportRun {
        id: row.id,
        source: row.source,
        position: number(row.position, &what, "position")?,
        report,
        started_at: row.started_at,
        finished_at: row.finished_at,
    })
}
