//! Who compiles which base register or topic (CAT-04), and the authorisations of stationed agencies (PUB-16).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, TableCreateStatement,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, string, text, timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const INDEXES: &[(&str, &str, &[&str])] = &[
    // `compilers::naming`: who compiles a register or topic.
    ("entry_compiler_subject", "entry_compiler", &["kind", "subject", "id"]),
    // `authorisations::of_dataset`: what a dataset comes with.
    ("entry_authorisation_dataset", "entry_authorisation", &["dataset", "id"]),
    // `condemned::used`: whether bytes are an authorisation.
    ("entry_authorisation_blob", "entry_authorisation", &["blob_key"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [entry_compiler(), entry_authorisation()] {
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
        for table in ["entry_authorisation", "entry_compiler"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn entry_compiler() -> TableCreateStatement {
    Table::create()
        .table("entry_compiler")
        .col(big_pk_auto("id"))
        .col(string("kind"))
        .col(string("subject"))
        .col(string("region"))
        .col(string("organization"))
        .col(text("basis"))
        .col(timestamp_with_time_zone("recorded_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .to_owned()
}

fn entry_authorisation() -> TableCreateStatement {
    Table::create()
        .table("entry_authorisation")
        .col(big_pk_auto("id"))
        .col(big_integer("case_id"))
        .col(string("dataset"))
        .col(text("file_name"))
        .col(big_integer("size_bytes"))
        .col(string("sha256"))
        .col(string("blob_key"))
        .col(text("attached_by"))
        .col(timestamp_with_time_zone("attached_at"))
        .to_owned()
}
