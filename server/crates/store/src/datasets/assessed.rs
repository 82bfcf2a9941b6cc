//! Datasets whose class nobody looked at for a while (CLS-13).

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::case::CaseKind;
use kaishu_types::vocabulary::{DatasetState, OpenClass};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::word;
use crate::entity::{case_file, dataset};
use crate::{Result, Store};

/// Lists published datasets that are not unconditional, were published before an instant and not assessed
/// since. What was taken over from another catalogue is that catalogue's to assess.
pub async fn unassessed_since(
    store: &Store,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<DatasetCode>> {
    let is_fresh = Condition::any()
        .add(case_file::Column::IsOpen.eq(true))
        .add(case_file::Column::UpdatedAt.gt(before));
    let assessed = Query::select()
        .column(case_file::Column::Subject)
        .from(case_file::Entity)
        .cond_where(
            Condition::all()
                .add(case_file::Column::Kind.eq(CaseKind::Reassessment.as_str()))
                .add(is_fresh),
        )
        .to_owned();
    let codes: Vec<String> = dataset::Entity::find()
        .select_only()
        .column(dataset::Column::Code)
        .filter(dataset::Column::State.eq(DatasetState::Published.as_str()))
        .filter(dataset::Column::OpenClass.ne(OpenClass::Unconditional.as_str()))
        .filter(dataset::Column::SourceName.is_null())
        .filter(dataset::Column::PublishedAt.lte(before))
        .filter(dataset::Column::Code.not_in_subquery(assessed))
        .order_by_asc(dataset::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(&store.connection)
        .await?;
    codes.iter().map(|code| word(code, "a dataset", "code")).collect()
}
