//! What was done to data before it leaves: sorting, cleaning, desensitising, converting (PUB-02).
//!
//! Each is an entry of the log: who did it, when, to which columns, and what a measure of it came to. It is
//! written in the transaction of what it belongs to, so neither is there without the other.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kaishu_domain::cases::Actor;
use kaishu_domain::processing::{About, Lack, Said, lack};
use kaishu_domain::release::Decision;
use kaishu_store::Transaction;
use kaishu_store::decisions::{Decided, Subject};
use kaishu_store::log::{self, Logged};
use kaishu_tables::Anonymity;
use kaishu_types::dataset::{DataItemView, DatasetView};
use kaishu_types::draft::{DraftDocument, Processing};
use kaishu_types::vocabulary::OpenClass;
use kaishu_types::{DatasetCode, ErrorCode, Lang, Remedy, RuleRef};

use crate::cases::LogAct;
use crate::{Error, Portal, Result};

/// Kind of what acts on datasets are written under.
const DATASET: &str = "dataset";
/// Data came in, with what was done to it before and which masks its items have.
const PROCESSED: &str = "processed";
/// A person decided what becomes of a column or of a file.
const DECIDED: &str = "decided";
/// A person measured how far columns tell persons apart.
const MEASURED: &str = "measured";

/// Longest name of a record, in characters.
const MAX_RECORD_CHARS: usize = 500;

/// Most entries that are listed.
const MAX_LISTED: u64 = 500;

/// Something that was done to the data of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processed {
    /// Its place in the log.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub by: String,
    /// What was done, in words.
    pub text: String,
    /// Why; empty where nobody said so.
    pub reason: String,
}

/// The question whose answer is written down: which columns of which table, and the k that is wanted.
pub(crate) struct Measured<'a> {
    pub(crate) file: i64,
    pub(crate) table: usize,
    pub(crate) columns: &'a [String],
    pub(crate) k: u64,
    /// Rows of the table.
    pub(crate) n_rows: u64,
}

impl Portal {
    /// Lists what was done to the data of a dataset, the newest first: 500 at most.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn processing(&self, code: &DatasetCode, lang: Lang) -> Result<Vec<Processed>> {
        let search = log::Search {
            kind: Some(DATASET.to_owned()),
            subjects: vec![code.to_string()],
            events: [PROCESSED, DECIDED, MEASURED].map(str::to_owned).to_vec(),
            ..log::Search::default()
        };
        let found = log::search(&self.inner.store, &search, MAX_LISTED).await?;
        Ok(found.into_iter().map(|entry| processed(entry, lang)).collect())
    }

    /// Writes down what was done to data that comes in, the masks through which its items leave, and the record by
    /// which it does. Nothing is written where nothing is said.
    pub(crate) async fn log_processing(
        &self,
        transaction: &Transaction,
        code: &DatasetCode,
        by: Actor,
        said: Said<'_>,
        items: &[DataItemView],
    ) -> Result<()> {
        let masks = masks(items);
        let mut done = said.done.clone();
        if !masks.is_empty() {
            done.remove(&Processing::None);
            done.insert(Processing::Desensitise);
        }
        if done.is_empty() {
            return Ok(());
        }
        let codes: Vec<&str> = done.iter().map(|it| it.as_str()).collect();
        let mut facts = BTreeMap::from([("done".to_owned(), codes.join(" "))]);
        if !masks.is_empty() {
            facts.insert("masks".to_owned(), masks);
        }
        let (kind, subject) = (DATASET, code.as_str());
        let reason = said.record.trim();
        self.log(transaction, LogAct { kind, subject, event: PROCESSED, by, reason, facts })
            .await?;
        Ok(())
    }

    /// Checks what is said of new data of a dataset before it is published.
    ///
    /// # Errors
    ///
    /// Invalid `processing`, with the article, where nothing is said or two things exclude each other; refused with it
    /// where sensitive data is neither desensitised nor masked and no record covers it.
    pub(crate) async fn check_processing(
        &self,
        dataset: &DatasetView,
        said: Said<'_>,
        lang: Lang,
    ) -> Result<()> {
        if said.record.chars().count() > MAX_RECORD_CHARS {
            let message =
                lang.pick("处理记录不能超过 500 字", "the record has 500 characters at most");
            return Err(Error::field("record", message));
        }
        let entry = self.document_of(dataset).await?;
        let Some(lack) = lack(said, about(&entry)) else { return Ok(()) };
        let article = self.policy().rules.class.open_basis.ground.words(lang);
        let message = match lack {
            Lack::Choice => lang.pick(
                "请说明上传前做过的处理；没有处理的，选“未作处理”（none）",
                "say what was done to the data before; where nothing was, say so (`none`)",
            ),
            Lack::Contradiction => lang.pick(
                "“未作处理”不能与其他处理同时选",
                "nothing was done, or something was: not both",
            ),
            Lack::Record => {
                return Err(Error::Refused {
                    code: ErrorCode::InvalidInput,
                    message: lang
                        .pick(
                            "目录标明数据含有敏感内容。请先脱敏（desensitise），或者写明处理记录、权利人同意书（record）",
                            "the entry says that the data is sensitive: desensitise it first (`desensitise`), or name the record or the consent that covers it (`record`)",
                        )
                        .to_owned(),
                    rule: Some(RuleRef {
                        id: "PUB-02".to_owned(),
                        article,
                    }),
                    remedy: Some(Remedy {
                        text: lang.pick("打开数据集", "Open the dataset").to_owned(),
                        link: format!("/workbench/datasets/{}", dataset.code),
                    }),
                });
            }
        };
        let message =
            lang.pick(format!("{message}（{article}）"), format!("{message} ({article})"));
        Err(Error::field("processing", message))
    }

    pub(crate) async fn log_decision(
        &self,
        transaction: &Transaction,
        code: &DatasetCode,
        by: Actor,
        decided: &Decided,
    ) -> Result<()> {
        let subject = match &decided.subject {
            Subject::Column(name) => ("column", name.clone()),
            Subject::File(id) => ("file", id.to_string()),
        };
        let decision = match &decided.decision {
            Decision::Mask(mask) => format!("mask {mask}"),
            Decision::Restrict => "restrict".to_owned(),
            Decision::Justify(_) => "release".to_owned(),
        };
        let facts =
            BTreeMap::from([(subject.0.to_owned(), subject.1), ("decision".to_owned(), decision)]);
        let (subject, reason) = (code.as_str(), decided.reason.as_str());
        let act = LogAct { kind: DATASET, subject, event: DECIDED, by, reason, facts };
        self.log(transaction, act).await?;
        Ok(())
    }

    pub(crate) async fn log_measure(
        &self,
        code: &DatasetCode,
        by: Actor,
        asked: Measured<'_>,
        found: &Anonymity,
    ) -> Result<()> {
        let facts = [
            ("file", asked.file.to_string()),
            ("table", asked.table.to_string()),
            ("columns", asked.columns.join(" ")),
            ("wanted", asked.k.to_string()),
            ("k", found.k.to_string()),
            ("rows", asked.n_rows.to_string()),
            ("groups", found.n_groups.to_string()),
            ("small_groups", found.n_small_groups.to_string()),
            ("rows_in_small_groups", found.n_rows_in_small_groups.to_string()),
        ];
        let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let (kind, subject) = (DATASET, code.as_str());
        self.record(LogAct { kind, subject, event: MEASURED, by, facts, ..LogAct::default() }).await
    }
}

/// What an entry says of its data.
pub(crate) fn about(entry: &DraftDocument) -> About<'_> {
    About {
        sensitivity: &entry.sensitivity,
        is_opened: entry.fields.open.class != OpenClass::None,
        is_masked: entry.items.iter().any(|item| item.mask.is_some()),
    }
}

/// The masks of data items, as in `born year; phone partial:3:4`.
fn masks(items: &[DataItemView]) -> String {
    let masks = items.iter().filter_map(|item| Some((&item.name, item.mask.as_ref()?)));
    let masks: Vec<String> = masks.map(|(name, mask)| format!("{name} {mask}")).collect();
    masks.join("; ")
}

fn processed(entry: Logged, lang: Lang) -> Processed {
    let body = entry.event.body;
    let fact = |name: &str| body.facts.get(name).map(String::as_str).unwrap_or_default();
    let text = match entry.event.name.as_str() {
        DECIDED => {
            let (column, file, decision) = (fact("column"), fact("file"), fact("decision"));
            match column.is_empty() {
                false => lang.pick(
                    format!("数据项 {column}：{decision}"),
                    format!("item {column}: {decision}"),
                ),
                true => lang
                    .pick(format!("文件 {file}：{decision}"), format!("file {file}: {decision}")),
            }
        }
        MEASURED => {
            let (columns, k, wanted) = (fact("columns"), fact("k"), fact("wanted"));
            let (groups, small) = (fact("groups"), fact("small_groups"));
            let (rows, few) = (fact("rows"), fact("rows_in_small_groups"));
            lang.pick(
                format!("k-匿名检查 {columns}：k = {k}（要求 {wanted}），{groups} 种组合中 {small} 种不足，涉及 {rows} 行中的 {few} 行"),
                format!(
                    "k-anonymity of {columns}: k = {k} ({wanted} wanted), {small} of {groups} combinations are below, {few} of {rows} rows"
                ),
            )
        }
        _ => {
            let done = fact("done").split(' ').filter_map(|code| code.parse::<Processing>().ok());
            let done: Vec<&str> = done.map(|it| it.label(lang)).collect();
            let done = done.join(lang.pick("、", ", "));
            match fact("masks") {
                "" => done,
                masks => lang.pick(format!("{done}（{masks}）"), format!("{done} ({masks})")),
            }
        }
    };
    Processed {
        seq: entry.seq,
        at: entry.event.at,
        by: entry.event.by.name,
        text,
        reason: body.reason,
    }
}
