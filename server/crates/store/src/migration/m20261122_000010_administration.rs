//! What the authority administers: records of organizations that two may edit, delegations, experts,
//! retired terms, the compiling guide; and the indexes by which the log is searched.

use sea_orm_migration::prelude::{
    ColumnDef, DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    TableCreateStatement, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, date, date_null, integer, string, string_null,
    text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// New tables, in the order in which they are made.
const TABLES: [&str; 4] = ["delegation", "expert", "expert_conflict", "guide_version"];

const INDEXES: &[(&str, &str, &[&str])] = &[
    // `log::search` within regions: the cases of a region.
    ("case_file_region", "case_file", &["region", "id"]),
    // `log::search`: acts of a kind, the newest first.
    ("case_event_kind", "case_event", &["kind", "seq"]),
    // `log::search`: what was done in a time.
    ("case_event_at", "case_event", &["at"]),
    // `delegations::to`: what an organization may do in another's place.
    ("delegation_organization", "delegation", &["organization", "id"]),
    // `experts::of_account`: the appointments of somebody.
    ("expert_account", "expert", &["account_id", "id"]),
    // `experts::conflicts`: what an expert declared.
    ("expert_conflict_expert", "expert_conflict", &["expert_id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let revision = integer("revision").default(1).to_owned();
        for (table, column) in [
            ("organization", text_null("sector")),
            ("organization", revision),
            ("vocabulary_term", timestamp_with_time_zone_null("retired_at")),
        ] {
            add(manager, table, column).await?;
        }
        for table in [delegation(), expert(), expert_conflict(), guide_version()] {
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
        for (name, table, _) in INDEXES.iter().take(3) {
            manager.drop_index(Index::drop().name(*name).table(*table).to_owned()).await?;
        }
        for table in TABLES.into_iter().rev() {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for (table, column) in [
            ("vocabulary_term", "retired_at"),
            ("organization", "revision"),
            ("organization", "sector"),
        ] {
            let drop = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}

async fn add(
    manager: &SchemaManager<'_>,
    table: &'static str,
    column: ColumnDef,
) -> Result<(), DbErr> {
    let add = Table::alter().table(table).add_column(column).to_owned();
    manager.alter_table(add).await
}

fn delegation() -> TableCreateStatement {
    Table::create()
        .table("delegation")
        .col(big_pk_auto("id"))
        .col(string("function"))
        .col(string("delegated_by"))
        .col(string("region"))
        .col(string("organization"))
        .col(date("first_day"))
        .col(date_null("last_day"))
        .col(text("basis"))
        .col(timestamp_with_time_zone("made_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .to_owned()
}

fn expert() -> TableCreateStatement {
    Table::create()
        .table("expert")
        .col(big_pk_auto("id"))
        .col(big_integer("account_id"))
        .col(string("affiliation_kind"))
        .col(text("affiliation"))
        .col(string_null("organization"))
        .col(text("field"))
        .col(timestamp_with_time_zone("appointed_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        // `experts::appoint`: nobody is appointed twice at a time.
        .col(big_integer_null("appointed_account").unique_key())
        .foreign_key(ForeignKey::create().from("expert", "account_id").to("account", "id"))
        .to_owned()
}

fn expert_conflict() -> TableCreateStatement {
    Table::create()
        .table("expert_conflict")
        .col(big_pk_auto("id"))
        .col(big_integer("expert_id"))
        .col(string("organization"))
        .col(text("reason"))
        .col(timestamp_with_time_zone("declared_at"))
        .foreign_key(ForeignKey::create().from("expert_conflict", "expert_id").to("expert", "id"))
        .to_owned()
}

fn guide_version() -> TableCreateStatement {
    Table::create()
        .table("guide_version")
        .col(integer("number").primary_key())
        .col(date("published_on"))
        .col(text("note"))
        .col(text_null("link"))
        .col(text("content"))
        .col(string("hash"))
        .to_owned()
}
