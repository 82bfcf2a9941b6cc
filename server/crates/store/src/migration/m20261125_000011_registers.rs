//! The registers of an authority: information systems of agencies, and what they deliver of each entry.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    TableCreateStatement, async_trait,
};
use sea_orm_migration::schema::{
    big_integer_null, big_pk_auto, date_null, integer, string, string_uniq, text,
    timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// New tables, in the order in which they are made.
const TABLES: [&str; 2] = ["information_system", "delivery"];

const INDEXES: &[(&str, &str, &[&str])] = &[
    // `systems::list`: the systems of organizations and regions.
    ("information_system_organization", "information_system", &["organization", "id"]),
    ("information_system_region", "information_system", &["region", "id"]),
    // `systems::n_exempt`: what a system exempts.
    ("delivery_system", "delivery", &["system_id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [information_system(), delivery()] {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in INDEXES {
            let mut index = Index::create();
            index.name(*name).table(*table);
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index.to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.into_iter().rev() {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn information_system() -> TableCreateStatement {
    Table::create()
        .table("information_system")
        .col(big_pk_auto("id"))
        .col(text("name"))
        .col(string("organization"))
        .col(string("region"))
        .col(text("purpose"))
        .col(string("connection"))
        .col(text("reason"))
        .col(text("plan"))
        .col(date_null("planned_on"))
        .col(big_integer_null("uses"))
        .col(date_null("ended_on"))
        .col(integer("revision"))
        .col(timestamp_with_time_zone("changed_at"))
        .foreign_key(
            ForeignKey::create().from("information_system", "uses").to("information_system", "id"),
        )
        .to_owned()
}

fn delivery() -> TableCreateStatement {
    Table::create()
        .table("delivery")
        .col(big_pk_auto("id"))
        // `deliveries::of`: one record an entry.
        .col(string_uniq("dataset"))
        .col(string("standing"))
        .col(date_null("held_since"))
        .col(big_integer_null("system_id"))
        .col(text("basis_title"))
        .col(text("basis_article"))
        .col(text("basis_level"))
        .col(text("reason"))
        .col(integer("revision"))
        .col(timestamp_with_time_zone("changed_at"))
        .foreign_key(
            ForeignKey::create().from("delivery", "system_id").to("information_system", "id"),
        )
        .to_owned()
}
