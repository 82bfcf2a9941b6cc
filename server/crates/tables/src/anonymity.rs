//! How far columns together tell persons apart (k-anonymity).

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::functions_aggregate::expr_fn::{count, min, sum};
use datafusion::logical_expr::{Expr, lit, when};
use datafusion::prelude::col;

use crate::TableError;
use crate::engine::Engine;
use crate::plan::{self, Visible, shown_text};
use crate::view::Governed;

/// How far a group of columns tells rows apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Anonymity {
    /// Rows that have all these values in common with the fewest others, themselves included; 0 of a
    /// table without rows.
    pub k: u64,
    /// Different combinations of values.
    pub n_groups: u64,
    /// Combinations that fewer rows have than was asked for.
    pub n_small_groups: u64,
    /// The rows in them.
    pub n_rows_in_small_groups: u64,
}

impl Engine {
    /// Counts the rows that each combination of values of these columns has, as the actor sees them.
    ///
    /// # Errors
    ///
    /// Fails where a column is not there, where none is named, and where it takes more time or memory
    /// than one may have.
    pub async fn anonymity(
        &self,
        governed: &Governed,
        columns: &[String],
        k: u64,
    ) -> Result<Anonymity, TableError> {
        if columns.is_empty() {
            return Err(TableError::Limit("name at least one column".to_owned()));
        }
        let visible = Visible::of(governed);
        let keys = visible.selected(columns)?.into_iter().map(|place| col(shown_text(place)));
        let groups = plan::base(self, governed)?
            .aggregate(keys.collect(), vec![count(lit(1_i64)).alias("n")])?;
        let is_small = || col("n").lt(lit(i64::try_from(k).unwrap_or(i64::MAX)));
        let of_small = |what: Expr| when(is_small(), what).otherwise(lit(0_i64));
        let numbers = vec![
            min(col("n")).alias("k"),
            count(lit(1_i64)).alias("groups"),
            sum(of_small(lit(1_i64))?).alias("small"),
            sum(of_small(col("n"))?).alias("rows"),
        ];
        let found = self.collect(groups.aggregate(vec![], numbers)?).await?;
        let number = |name: &str| {
            let values = found.first()?.column_by_name(name)?.as_primitive_opt::<Int64Type>()?;
            values.iter().next().flatten().and_then(|value| u64::try_from(value).ok())
        };
        Ok(Anonymity {
            k: number("k").unwrap_or(0),
            n_groups: number("groups").unwrap_or(0),
            n_small_groups: number("small").unwrap_or(0),
            n_rows_in_small_groups: number("rows").unwrap_or(0),
        })
    }
}
