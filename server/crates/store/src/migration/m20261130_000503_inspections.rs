//! What inspections found wrong with data, with a deadline of its own (PUB-06, aba 20).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, TableCreateStatement,
    async_trait,
};
use sea_orm_migration::schema::{
    big_pk_auto, boolean, date, date_null, integer, integer_null, string, text,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const INDEXES: &[(&str, &[&str])] = &[
    // `inspections::of_dataset`: what was found in a dataset.
    ("inspection_dataset", &["dataset", "id"]),
    // `inspections::due_untold`: what is to be mended by a day.
    ("inspection_due", &["due", "id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(inspection()).await?;
        for (name, columns) in INDEXES {
            let mut index = Index::create();
            index.name(*name).table("inspection");
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index.to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("inspection").to_owned()).await
    }
}

fn inspection() -> TableCreateStatement {
    Table::create()
        .table("inspection")
        .col(big_pk_auto("id"))
        .col(string("dataset"))
        .col(text("finding"))
        .col(integer("found_in"))
        .col(date("found_on"))
        .col(date("due"))
        .col(string("owner"))
        .col(text("inspected_by"))
        .col(integer_null("fixed_in"))
        .col(date_null("closed_on"))
        .col(boolean("is_told"))
        .to_owned()
}
