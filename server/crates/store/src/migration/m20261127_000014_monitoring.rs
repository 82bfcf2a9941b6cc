//! What monitoring found, and the periodic assessments that were filed (PUB-07).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, TableCreateStatement,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, date, integer, integer_null, string, text, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(quality_score()).await?;
        manager.create_table(quality_assessment()).await?;
        let mut days = Index::create();
        // `monitoring::add`: a dataset has one score a day; `monitoring::of_dataset`: its course.
        days.name("quality_score_day").table("quality_score").col("dataset").col("day").unique();
        manager.create_index(days.to_owned()).await?;
        let mut keys = Index::create();
        // `condemned::used`: which bytes are those of an assessment.
        keys.name("quality_assessment_blob").table("quality_assessment").col("blob_key");
        manager.create_index(keys.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["quality_assessment", "quality_score"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn quality_score() -> TableCreateStatement {
    Table::create()
        .table("quality_score")
        .col(big_pk_auto("id"))
        .col(string("dataset"))
        .col(date("day"))
        .col(integer("version"))
        .col(integer_null("score"))
        .col(text("dimensions"))
        .col(integer("n_tables"))
        .to_owned()
}

fn quality_assessment() -> TableCreateStatement {
    Table::create()
        .table("quality_assessment")
        .col(big_pk_auto("id"))
        .col(string("region"))
        .col(string("assessor"))
        .col(string("credit_code"))
        .col(string("signed_by"))
        .col(date("signed_on"))
        .col(date("first_day"))
        .col(date("last_day"))
        .col(text("conclusion"))
        .col(string("file_name"))
        .col(big_integer("size_bytes"))
        .col(string("sha256"))
        .col(string("blob_key"))
        .col(string("filed_by"))
        .col(timestamp_with_time_zone("filed_at"))
        .to_owned()
}
