//! Verification under a grant: whether something is so, in one word (可用不可见核验; DL-07, DL-03; aba 30, jiamusi 19).
//!
//! The governed view of the grant is the only door: what is not granted, closed or masked cannot be asked about. Each
//! call is counted before anything is looked up, and has a receipt of its own that carries numbers, not values.

mod counting;
mod question;

use std::time::Duration;

use kaishu_domain::verification::VerifyLimits;
use kaishu_store::grants::Grant;
use kaishu_store::receipts::Under;
use kaishu_store::tables::is_tabular;
use kaishu_tables::TableError;
use kaishu_types::dataset::DatasetView;
use kaishu_types::receipt::{ReceiptView, Retrieved};
use kaishu_types::table::{Filter, Literal, Operator, TableColumn, TableQuery};
use kaishu_types::verification::{VerifyAnswer, VerifyQuestion};
use kaishu_types::vocabulary::OpenClass;
use kaishu_types::{DatasetCode, ErrorCode, Lang, Remedy, RuleRef};

use super::Granted;
use crate::accounts::{Caller, log_in_first};
use crate::downloads::Facts;
use crate::tables::{Counts, OpenTable, TableState, rule};
use crate::{Error, Portal, Result};

/// Most tables that a page offers.
const MAX_TABLES: usize = 20;
/// Most time of a call, so that none is under way when it is forgotten (`Verified::admitted`).
const MAX_TIME: Duration = Duration::from_secs(60);

/// What was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// One word for each tuple, in their order.
    pub answers: Vec<VerifyAnswer>,
    /// Proof of the call: it carries numbers, not values.
    pub receipt: ReceiptView,
    /// Tuples that are left of the day.
    pub n_left: u32,
    /// Misses that are left of the day.
    pub n_misses_left: u32,
}

/// What somebody can verify of a dataset.
pub struct VerifyDesk {
    /// The dataset.
    pub dataset: DatasetView,
    /// The grant.
    pub grant: Grant,
    /// Its tables.
    pub tables: Vec<VerifyTable>,
    /// How much the grant verifies.
    pub limits: VerifyLimits,
    /// Tuples and misses that are left of the day.
    pub left: (u32, u32),
}

/// A table about which somebody can ask.
pub struct VerifyTable {
    /// Number of the file.
    pub resource: i64,
    /// Which table of the file, from 1.
    pub number: usize,
    /// What people call it.
    pub title: String,
    /// What can be key and what can be compared.
    pub columns: Vec<TableColumn>,
}

impl Portal {
    /// Answers whether records are so. Every tuple is counted, whatever comes of it.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` and `Forbidden` without a grant for it; `InvalidInput` naming what is wrong with the question;
    /// `Forbidden` where an item is not granted or is masked; `TooManyRequests` where the grant answers no more now.
    pub async fn verify(
        &self,
        caller: &Caller,
        (code, id): (&DatasetCode, i64),
        question: &VerifyQuestion,
        lang: Lang,
    ) -> Result<Answered> {
        let grants = self.grants_to_verify(caller, code, lang).await?;
        let faults = question::faults(question, &self.inner.verify, lang);
        if !faults.is_empty() {
            return Err(Error::InvalidInput(faults));
        }
        let (case, table) =
            Box::pin(self.table_to_verify(caller, &grants, (code, id), question, lang)).await?;
        self.check_values(&table, question)?;
        let n = u32::try_from(question.tuples.len()).unwrap_or(u32::MAX);
        self.begin_verifying(case, n, lang).await?;
        let answers = tokio::time::timeout(MAX_TIME, self.answers(&table, question)).await;
        let answers = answers.unwrap_or(Err(TableError::TooLong { time: MAX_TIME }.into()));
        let told = answers.as_deref().unwrap_or_default();
        let (n_left, n_misses_left) = self.end_verifying(case, n, told).await?;
        let answers = answers?;
        let facts = Facts {
            kind: Retrieved::Verified,
            question: Some(question::numbers(question, &answers)),
            resource: Some(&table.resource),
            version: table.resource.version,
            file_name: String::new(),
            size_bytes: None,
            sha256: None,
            sm3: None,
            under: Under { grant: Some(case), ..Under::default() },
        };
        let receipt = self.issue_new_receipt(&table.entry, facts, self.now()).await?;
        Ok(Answered { answers, receipt, n_left, n_misses_left })
    }

    /// Finds what somebody can verify of a dataset by their newest grant for it.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify); `Gone` where the dataset serves no data now.
    pub async fn verify_desk(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<VerifyDesk> {
        let grants = self.grants_to_verify(caller, code, lang).await?;
        let Some(grant) = grants.into_iter().next() else {
            return Err(self.needs_verify_grant(None, lang));
        };
        let granted = Granted::by(&grant);
        let view = self.find_granted(code, &granted).await?;
        let view = view.ok_or_else(|| Error::not_found("dataset", code.as_str()))?;
        self.check_serves(&view, lang)?;
        let mut tables = Vec::new();
        for resource in view.dataset.resources.iter().filter(|it| is_tabular(it)) {
            for number in 1..=MAX_TABLES.saturating_sub(tables.len()) {
                let of = (code, resource.id, number, None);
                // What of other files is not granted was not asked for.
                let how = (Counts::Nothing, lang);
                let state = Box::pin(self.state_under(caller, &granted, of, how)).await?;
                let TableState::Open(table) = state else { break };
                let is_last = number >= table.names.len();
                tables.extend(offered(&table));
                if is_last {
                    break;
                }
            }
        }
        let (limits, dataset) = (self.inner.verify, view.dataset);
        let left = self.left_to_verify(grant.case).await?;
        Ok(VerifyDesk { dataset, grant, tables, limits, left })
    }

    /// Lists the grants by which somebody verifies, the newest first: one at least.
    async fn grants_to_verify(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<Vec<Grant>> {
        if caller.account().is_none() {
            return Err(log_in_first(lang));
        }
        let dataset = self.dataset(code).await?;
        let grants = self.granted_to_verify(caller, code).await?;
        if grants.is_empty() {
            return Err(self.needs_verify_grant(Some(&dataset), lang));
        }
        match self.refused_for_terms(caller, code, lang).await? {
            Some(refusal) => Err(refusal),
            None => Ok(grants),
        }
    }

    /// Opens the table under the newest grant that covers the whole question.
    async fn table_to_verify(
        &self,
        caller: &Caller,
        grants: &[Grant],
        (code, id): (&DatasetCode, i64),
        question: &VerifyQuestion,
        lang: Lang,
    ) -> Result<(i64, Box<OpenTable>)> {
        let mut refusal = None;
        for grant in grants {
            let of = (code, id, question.table, None);
            let granted = Granted::by(grant);
            let how = (Counts::Refusals, lang);
            let state = Box::pin(self.state_under(caller, &granted, of, how)).await;
            let found = match state {
                Ok(TableState::Open(table)) => match self.beyond_grant(&table, question, lang) {
                    None => return Ok((grant.case, table)),
                    Some(beyond) => beyond,
                },
                Ok(_) => no_table(lang),
                Err(error) => error,
            };
            refusal.get_or_insert(found);
        }
        Err(refusal.unwrap_or_else(|| self.needs_verify_grant(None, lang)))
    }

    /// Says which item of a question cannot be asked about.
    fn beyond_grant(
        &self,
        table: &OpenTable,
        question: &VerifyQuestion,
        lang: Lang,
    ) -> Option<Error> {
        let columns = table.governed.columns();
        let mut asked = question.key.iter().chain(&question.compare);
        asked.find_map(|name| {
            let shown: String = name.chars().take(80).collect();
            let remedy = Remedy {
                text: lang.pick("查看数据项", "See the data items").to_owned(),
                link: format!("/datasets/{}", table.dataset()),
            };
            let (message, rule) = match columns.iter().find(|column| column.name == *name) {
                Some(column) if column.mask.is_none() => return None,
                Some(_) => (
                    lang.pick(
                        format!("“{shown}”脱敏后提供，不能核验"),
                        format!("`{shown}` is released masked and cannot be asked about"),
                    ),
                    rule(),
                ),
                None => (
                    lang.pick(
                        format!("“{shown}”不在您获准核验的数据项里"),
                        format!("`{shown}` is none of the items that you may verify"),
                    ),
                    self.rule_of_grants(lang),
                ),
            };
            let (rule, remedy) = (Some(rule), Some(remedy));
            Some(Error::Refused { code: ErrorCode::Forbidden, message, rule, remedy })
        })
    }

    /// Refuses values that their items cannot have, of every tuple alike and before any is looked up: an error that
    /// came with a record only would tell that there is one.
    fn check_values(&self, table: &OpenTable, question: &VerifyQuestion) -> Result<()> {
        let names = [question.key.as_slice(), question.compare.as_slice()].concat();
        for tuple in &question.tuples {
            self.inner.engine.check(&table.governed, &Filter::And(equal(&names, tuple)))?;
        }
        Ok(())
    }

    /// Looks every tuple up through the view.
    async fn answers(
        &self,
        table: &OpenTable,
        question: &VerifyQuestion,
    ) -> Result<Vec<VerifyAnswer>> {
        let n_keys = question.key.len();
        let mut answers = Vec::with_capacity(question.tuples.len());
        for tuple in &question.tuples {
            let (key, compared) = tuple.split_at(n_keys.min(tuple.len()));
            let key = equal(&question.key, key);
            let is_held = self.is_there(table, key.clone()).await?;
            answers.push(match (is_held, compared) {
                (false, _) => VerifyAnswer::NotHeld,
                (true, []) => VerifyAnswer::Match,
                (true, compared) => {
                    let both = [key, equal(&question.compare, compared)].concat();
                    match self.is_there(table, both).await? {
                        true => VerifyAnswer::Match,
                        false => VerifyAnswer::NoMatch,
                    }
                }
            });
        }
        Ok(answers)
    }

    async fn is_there(&self, table: &OpenTable, parts: Vec<Filter>) -> Result<bool> {
        let query = TableQuery { filter: Some(Filter::And(parts)), ..TableQuery::default() };
        Ok(self.inner.engine.count(&table.governed, &query).await? > 0)
    }

    fn rule_of_grants(&self, lang: Lang) -> RuleRef {
        self.policy().rules.open_app.approvers.reference("open_app.approvers", lang)
    }

    fn needs_verify_grant(&self, dataset: Option<&DatasetView>, lang: Lang) -> Error {
        let is_conditional = |it: &&DatasetView| it.fields.open.class == OpenClass::Conditional;
        let remedy = dataset.filter(is_conditional).map(|dataset| Remedy {
            text: lang.pick("申请使用", "Apply to use").to_owned(),
            link: format!("/datasets/{}/apply", dataset.code),
        });
        Error::Refused {
            code: ErrorCode::Forbidden,
            message: lang
                .pick(
                    "核验须有使用方式为“可用不可见核验”的有效授权。",
                    "Verifying needs a grant in force whose mode is query and verify.",
                )
                .to_owned(),
            rule: Some(self.rule_of_grants(lang)),
            remedy,
        }
    }
}

/// A table as a page offers it; none where nothing of it can be asked about.
fn offered(table: &OpenTable) -> Option<VerifyTable> {
    let mut columns = table.governed.columns();
    columns.retain(|column| column.mask.is_none());
    let title = match table.names.get(table.number - 1).filter(|_| table.names.len() > 1) {
        Some(name) => format!("{} · {name}", table.resource.title),
        None => table.resource.title.clone(),
    };
    let (resource, number) = (table.resource.id, table.number);
    (!columns.is_empty()).then_some(VerifyTable { resource, number, title, columns })
}

fn equal(names: &[String], values: &[Literal]) -> Vec<Filter> {
    let part = |(name, value): (&String, &Literal)| Filter::Compare {
        column: name.clone(),
        operator: Operator::Equal,
        value: value.clone(),
    };
    names.iter().zip(values).map(part).collect()
}

fn no_table(lang: Lang) -> Error {
    let message = lang.pick(
        "这个文件现在没有可以核验的表格，过一会儿再试，或者与提供单位联系",
        "there is no table to verify against now; try again later, or ask the provider",
    );
    Error::refused(ErrorCode::Conflict, message)
}
