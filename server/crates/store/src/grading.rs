//! The rules by which data gets its security level, in versions: a rule comes with one and goes with another
//! (CLS-12).

use kaishu_domain::grading::GradingRule;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use crate::convert::{check_optional, check_text, number, stored_number, word};
use crate::entity::grading_rule;
use crate::{Reads, Result, StoreError, Transaction};

/// Keeps a rule under the version that it says it came with, and returns its number.
pub async fn add(transaction: &Transaction, rule: &GradingRule) -> Result<i64> {
    let what = "a grading rule";
    for text in [&rule.text, &rule.basis] {
        check_text(text, what)?;
    }
    check_optional(rule.theme.as_deref(), what)?;
    let row = grading_rule::ActiveModel {
        id: NotSet,
        level: Set(i16::from(rule.level)),
        applies: Set(rule.applies.to_string()),
        theme: Set(rule.theme.clone()),
        text: Set(rule.text.clone()),
        basis: Set(rule.basis.clone()),
        since: Set(stored_number(rule.since, what)?),
        until: Set(None),
    };
    Ok(grading_rule::Entity::insert(row).exec(&transaction.inner).await?.last_insert_id)
}

/// Takes a rule out of force with a version. `false` where it is not in force.
pub async fn retire(transaction: &Transaction, id: i64, version: u32) -> Result<bool> {
    let version: i32 = stored_number(version, "a grading rule")?;
    let retired = grading_rule::Entity::update_many()
        .col_expr(grading_rule::Column::Until, Expr::value(Some(version)))
        .filter(grading_rule::COLUMN.id.eq(id))
        .filter(grading_rule::COLUMN.until.is_null())
        .exec(&transaction.inner)
        .await?;
    Ok(retired.rows_affected > 0)
}

/// Lists all rules there ever were, the oldest first.
pub async fn list(store: &impl Reads) -> Result<Vec<GradingRule>> {
    let query = grading_rule::Entity::find().order_by_asc(grading_rule::Column::Id);
    query.all(store.connection()).await?.into_iter().map(read).collect()
}

fn read(row: grading_rule::Model) -> Result<GradingRule> {
    let what = format!("grading rule {}", row.id);
    let level = u8::try_from(row.level);
    Ok(GradingRule {
        id: row.id,
        level: level.map_err(|_| StoreError::corrupt(format!("{what} gives no level")))?,
        applies: word(&row.applies, &what, "applies")?,
        theme: row.theme,
        text: row.text,
        basis: row.basis,
        since: number(row.since, &what, "since")?,
        until: row.until.map(|it| number(it, &what, "until")).transpose()?,
    })
}
