//! Terms of the vocabularies that an authority edits: themes, licences, priorities.

use chrono::{DateTime, Utc};
use kaishu_types::vocabulary::Term;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{CHUNK_ROWS, check_optional, check_text, to_stored};
use crate::entity::vocabulary_term;
use crate::{Result, Store, StoreError, Transaction};

/// Adds a term at the end of its vocabulary.
///
/// # Errors
///
/// `Conflict` where the vocabulary has the code.
pub async fn add(transaction: &Transaction, term: &Term) -> Result<()> {
    check(term)?;
    let last: Option<i32> = vocabulary_term::Entity::find()
        .select_only()
        .column(vocabulary_term::Column::Position)
        .filter(vocabulary_term::COLUMN.vocabulary.eq(term.vocabulary.as_str()))
        .order_by_desc(vocabulary_term::COLUMN.position)
        .into_tuple()
        .one(&transaction.inner)
        .await?;
    let row = vocabulary_term::ActiveModel {
        id: NotSet,
        vocabulary: Set(term.vocabulary.clone()),
        code: Set(term.code.clone()),
        label_zh: Set(term.label_zh.clone()),
        label_en: Set(term.label_en.clone()),
        uri: Set(term.uri.clone()),
        position: Set(last.unwrap_or(0).saturating_add(1)),
        retired_at: Set(None),
    };
    let n_added = vocabulary_term::Entity::insert_many([row])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&transaction.inner)
        .await?;
    match n_added {
        0 => Err(StoreError::Conflict {
            what: format!("`{}` has the code `{}` already", term.vocabulary, term.code),
        }),
        _ => Ok(()),
    }
}

/// Changes the words of a term. `false` where there is no such term.
pub async fn relabel(transaction: &Transaction, term: &Term) -> Result<bool> {
    check(term)?;
    let changed = vocabulary_term::Entity::update_many()
        .col_expr(vocabulary_term::Column::LabelZh, Expr::value(term.label_zh.clone()))
        .col_expr(vocabulary_term::Column::LabelEn, Expr::value(term.label_en.clone()))
        .filter(vocabulary_term::COLUMN.vocabulary.eq(term.vocabulary.as_str()))
        .filter(vocabulary_term::COLUMN.code.eq(term.code.as_str()))
        .exec(&transaction.inner)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Takes a term out of use, or offers it again. What uses it keeps it: terms are never deleted.
pub async fn retire(
    transaction: &Transaction,
    vocabulary: &str,
    code: &str,
    retired_at: Option<DateTime<Utc>>,
) -> Result<bool> {
    let changed = vocabulary_term::Entity::update_many()
        .col_expr(vocabulary_term::Column::RetiredAt, Expr::value(retired_at.map(to_stored)))
        .filter(vocabulary_term::COLUMN.vocabulary.eq(vocabulary))
        .filter(vocabulary_term::COLUMN.code.eq(code))
        .exec(&transaction.inner)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Lists vocabulary and code of the terms that are no longer offered.
pub async fn retired(store: &Store) -> Result<Vec<(String, String)>> {
    let query = vocabulary_term::Entity::find()
        .select_only()
        .column(vocabulary_term::Column::Vocabulary)
        .column(vocabulary_term::Column::Code)
        .filter(vocabulary_term::COLUMN.retired_at.is_not_null());
    Ok(query.into_tuple().all(&store.connection).await?)
}

fn check(term: &Term) -> Result<()> {
    let what = format!("term `{}` of `{}`", term.code.escape_debug(), term.vocabulary);
    for text in [&term.vocabulary, &term.code, &term.label_zh, &term.label_en] {
        check_text(text, &what)?;
    }
    check_optional(term.uri.as_deref(), &what)
}

/// Writes terms; a term with the same vocabulary and code takes the new words.
pub async fn upsert(store: &Store, terms: &[Term]) -> Result<()> {
    for term in terms {
        check(term)?;
    }
    let transaction = store.begin_immediate().await?;
    for chunk in terms.chunks(CHUNK_ROWS) {
        let rows = chunk.iter().map(|term| vocabulary_term::ActiveModel {
            id: NotSet,
            vocabulary: Set(term.vocabulary.clone()),
            code: Set(term.code.clone()),
            label_zh: Set(term.label_zh.clone()),
            label_en: Set(term.label_en.clone()),
            uri: Set(term.uri.clone()),
            position: Set(term.position),
            retired_at: NotSet,
        });
        let conflict = OnConflict::columns(["vocabulary", "code"])
            .update_columns(["label_zh", "label_en", "uri", "position"])
            .to_owned();
        vocabulary_term::Entity::insert_many(rows)
            .on_conflict(conflict)
            .exec_without_returning(&transaction)
            .await?;
    }
    Ok(transaction.commit().await?)
}

/// Offers terms that there are not yet; what is there stays as it is, words and all.
pub async fn offer(store: &Store, terms: &[Term]) -> Result<()> {
    for term in terms {
        check(term)?;
    }
    for chunk in terms.chunks(CHUNK_ROWS) {
        let rows = chunk.iter().map(|term| vocabulary_term::ActiveModel {
            id: NotSet,
            vocabulary: Set(term.vocabulary.clone()),
            code: Set(term.code.clone()),
            label_zh: Set(term.label_zh.clone()),
            label_en: Set(term.label_en.clone()),
            uri: Set(term.uri.clone()),
            position: Set(term.position),
            retired_at: Set(None),
        });
        vocabulary_term::Entity::insert_many(rows)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&store.connection)
            .await?;
    }
    Ok(())
}

/// Lists all terms by vocabulary and place.
pub async fn list(store: &Store) -> Result<Vec<Term>> {
    let rows = vocabulary_term::Entity::find()
        .order_by_asc(vocabulary_term::COLUMN.vocabulary)
        .order_by_asc(vocabulary_term::COLUMN.position)
        .order_by_asc(vocabulary_term::COLUMN.code)
        .all(&store.connection)
        .await?;
    let terms = rows.into_iter().map(|row| {
        let vocabulary_term::Model { vocabulary, code, label_zh, label_en, uri, position, .. } =
            row;
        Term { vocabulary, code, label_zh, label_en, uri, position }
    });
    Ok(terms.collect())
}
