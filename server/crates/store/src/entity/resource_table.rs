//! The tables of a file, as they can be asked.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_table")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The sheet, the file in the archive; empty where the file is one table.
    pub name: String,
    /// The key of its Parquet file.
    pub blob_key: String,
    pub size_bytes: i64,
    pub n_rows: i64,
    /// Columns, profiles and problems, JSON in the words of whoever wrote it.
    #[sea_orm(column_type = "Text")]
    pub facts: String,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
