//! How many cases wait, by what they are about.

use kaishu_types::case::CaseKind;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::convert::number;
use crate::entity::case_file;
use crate::{Result, Store};

/// The cases of one organization about one thing that wait for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What they are about.
    pub subject: String,
    /// Code of the organization that they belong to.
    pub organization: Option<String>,
    /// How many there are.
    pub n: u32,
}

/// Counts the cases of some kinds that wait for somebody, about each of some things; what has none is left out.
pub async fn waiting(
    store: &Store,
    subjects: &[String],
    kinds: &[CaseKind],
) -> Result<Vec<Waiting>> {
    let rows: Vec<(String, Option<String>, i64)> = case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Subject)
        .column(case_file::Column::Organization)
        .column_as(case_file::Column::Id.count(), "n")
        .filter(case_file::Column::Subject.is_in(subjects.iter().map(String::as_str)))
        .filter(case_file::Column::Kind.is_in(kinds.iter().map(|kind| kind.as_str())))
        .filter(case_file::Column::IsOpen.eq(true))
        .filter(case_file::Column::WaitsFor.is_not_null())
        .group_by(case_file::Column::Subject)
        .group_by(case_file::Column::Organization)
        .into_tuple()
        .all(&store.connection)
        .await?;
    let counted = rows.into_iter().map(|(subject, organization, n)| {
        let n = number(n, &format!("the cases of `{subject}`"), "n")?;
        Ok(Waiting { subject, organization, n })
    });
    counted.collect()
}
