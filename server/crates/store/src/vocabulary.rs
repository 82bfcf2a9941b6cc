//! Terms of the vocabularies that an authority edits: themes, licences, priorities.

use kaishu_types::vocabulary::Term;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, QueryOrder};

use crate::convert::{CHUNK_ROWS, check_optional, check_text};
use crate::entity::vocabulary_term;
use crate::{Result, Store};

/// Writes terms; a term with the same vocabulary and code takes the new words.
pub async fn upsert(store: &Store, terms: &[Term]) -> Result<()> {
    for term in terms {
        let what = format!("term `{}` of `{}`", term.code.escape_debug(), term.vocabulary);
        for text in [&term.vocabulary, &term.code, &term.label_zh, &term.label_en] {
            check_text(text, &what)?;
        }
        check_optional(term.uri.as_deref(), &what)?;
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

/// Lists all terms by vocabulary and place.
pub async fn list(store: &Store) -> Result<Vec<Term>> {
    let rows = vocabulary_term::Entity::find()
        .order_by_asc(vocabulary_term::COLUMN.vocabulary)
        .order_by_asc(vocabulary_term::COLUMN.position)
        .order_by_asc(vocabulary_term::COLUMN.code)
        .all(&store.connection)
        .await?;
    let terms = rows.into_iter().map(|row| {
        let vocabulary_term::Model { id: _, vocabulary, code, label_zh, label_en, uri, position } =
            row;
        Term { vocabulary, code, label_zh, label_en, uri, position }
    });
    Ok(terms.collect())
}
