//! Orders to put something right, which agencies answer by a day (SUP-05).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, TableCreateStatement,
    async_trait,
};
use sea_orm_migration::schema::{big_pk_auto, boolean, date, date_null, integer, string, text};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const TABLE: &str = "rectification_order";

const INDEXES: &[(&str, &[&str])] = &[
    // `orders::list`: the orders to organizations and in regions.
    ("rectification_order_organization", &["organization", "id"]),
    ("rectification_order_region", &["region", "id"]),
    // `orders::due_untold`: what is to be answered by a day.
    ("rectification_order_due", &["due", "id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(rectification_order()).await?;
        for (name, columns) in INDEXES {
            let mut index = Index::create();
            index.name(*name).table(TABLE);
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index.to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(TABLE).to_owned()).await
    }
}

fn rectification_order() -> TableCreateStatement {
    Table::create()
        .table(TABLE)
        .col(big_pk_auto("id"))
        .col(string("organization"))
        .col(string("region"))
        .col(string("issuer"))
        .col(text("article"))
        .col(string("about"))
        .col(text("facts"))
        .col(date("issued_on"))
        .col(text("issued_by"))
        .col(date("due"))
        .col(text("answer"))
        .col(date_null("answered_on"))
        .col(integer("n_returned"))
        .col(text("returned"))
        .col(text("verified_by"))
        .col(date_null("closed_on"))
        .col(string("escalated_to"))
        .col(date_null("escalated_on"))
        .col(boolean("is_told"))
        .col(boolean("is_reminded"))
        .col(boolean("is_due_told"))
        .to_owned()
}
