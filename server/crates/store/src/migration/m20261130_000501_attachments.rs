//! Files that are attached to cases: records by which something is opened further (CLS-10), and what comes with a
//! step (REV-02).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, TableCreateStatement,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, integer_null, string, text,
    timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const INDEXES: &[(&str, &[&str])] = &[
    // `attachments::of_case`: what was attached to a case.
    ("case_attachment_case", &["case_id", "id"]),
    // `attachments::of_subject`: the records of a dataset.
    ("case_attachment_subject", &["subject", "purpose", "id"]),
    // `condemned::used`: whether bytes are an attachment.
    ("case_attachment_blob", &["blob_key"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(case_attachment()).await?;
        for (name, columns) in INDEXES {
            let mut index = Index::create();
            index.name(*name).table("case_attachment");
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index.to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("case_attachment").to_owned()).await
    }
}

fn case_attachment() -> TableCreateStatement {
    Table::create()
        .table("case_attachment")
        .col(big_pk_auto("id"))
        .col(big_integer("case_id"))
        .col(string("subject"))
        .col(string("purpose"))
        .col(integer_null("event_no"))
        .col(text("file_name"))
        .col(big_integer("size_bytes"))
        .col(string("sha256"))
        .col(string("blob_key"))
        .col(big_integer_null("account_id"))
        .col(text("attached_by"))
        .col(timestamp_with_time_zone("attached_at"))
        .to_owned()
}
