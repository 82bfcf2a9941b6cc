//! What the rules of a profile were under each of its revisions (ORG-12).

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::convert::{check_optional, check_text, number, stored_number, to_stored};
use crate::entity::policy_text;
use crate::{Result, Store};

/// The rules of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRules {
    /// Code of the profile, as in `aba`.
    pub code: String,
    /// Its revision.
    pub revision: u32,
    /// The rules as people read them, JSON.
    pub view: String,
    /// The text of the profile, TOML; none where only what people read was kept.
    pub profile: Option<String>,
    /// The text of the file whose rules prevailed over it, TOML; none where there was none.
    pub prevailing: Option<String>,
}

/// Keeps the rules of a revision, unless they are kept already, and returns those that are.
pub async fn keep(store: &Store, new: &KeptRules, now: DateTime<Utc>) -> Result<KeptRules> {
    if let Some(kept) = find(store, &new.code, new.revision).await? {
        return Ok(kept);
    }
    check_text(&new.code, "the code of a profile")?;
    check_text(&new.view, "the rules of a profile")?;
    check_optional(new.profile.as_deref(), "the text of a profile")?;
    check_optional(new.prevailing.as_deref(), "the rules that prevail over a profile")?;
    let row = policy_text::ActiveModel {
        id: NotSet,
        code: Set(new.code.clone()),
        revision: Set(stored_number(new.revision, "the revision of a profile")?),
        text: Set(new.view.clone()),
        profile: Set(new.profile.clone()),
        prevailing: Set(new.prevailing.clone()),
        kept_at: Set(to_stored(now)),
    };
    policy_text::Entity::insert(row)
        .on_conflict_do_nothing_on([policy_text::Column::Code, policy_text::Column::Revision])
        .exec_without_returning(&store.connection)
        .await?;
    Ok(find(store, &new.code, new.revision).await?.unwrap_or_else(|| new.clone()))
}

/// Adds the texts to rules of which only what people read was kept.
pub async fn complete(store: &Store, known: &KeptRules) -> Result<()> {
    check_optional(known.profile.as_deref(), "the text of a profile")?;
    check_optional(known.prevailing.as_deref(), "the rules that prevail over a profile")?;
    let revision: i32 = stored_number(known.revision, "the revision of a profile")?;
    policy_text::Entity::update_many()
        .col_expr(policy_text::Column::Profile, Expr::value(known.profile.clone()))
        .col_expr(policy_text::Column::Prevailing, Expr::value(known.prevailing.clone()))
        .filter(policy_text::COLUMN.code.eq(known.code.as_str()))
        .filter(policy_text::COLUMN.revision.eq(revision))
        .filter(policy_text::Column::Profile.is_null())
        .exec(&store.connection)
        .await?;
    Ok(())
}

/// Finds the rules of a revision.
pub async fn find(store: &Store, code: &str, revision: u32) -> Result<Option<KeptRules>> {
    let revision: i32 = stored_number(revision, "the revision of a profile")?;
    let found = policy_text::Entity::find()
        .filter(policy_text::COLUMN.code.eq(code))
        .filter(policy_text::COLUMN.revision.eq(revision))
        .one(&store.connection)
        .await?;
    found.map(read).transpose()
}

/// Lists the rules of all revisions, in the order in which they were kept.
pub async fn list(store: &Store) -> Result<Vec<KeptRules>> {
    let query = policy_text::Entity::find().order_by_asc(policy_text::COLUMN.id);
    query.all(&store.connection).await?.into_iter().map(read).collect()
}

fn read(row: policy_text::Model) -> Result<KeptRules> {
    Ok(KeptRules {
        revision: number(row.revision, "the rules of a profile", "revision")?,
        code: row.code,
        view: row.text,
        profile: row.profile,
        prevailing: row.prevailing,
    })
}
