//! Materials that applicants gave (APP-03).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, date_null, string, text, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const INDEXES: &[(&str, &[&str])] = &[
    // `materials::holding`: what somebody gave before.
    ("application_material_account", &["account_id", "id"]),
    // `materials::n_given`: what was given with an application.
    ("application_material_case", &["case_id"]),
    // `condemned::used`: whether bytes are a material.
    ("application_material_blob", &["blob_key"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut of_case = ForeignKey::create()
            .from("application_material", "case_id")
            .to("case_file", "id")
            .to_owned();
        let table = Table::create()
            .table("application_material")
            .col(big_pk_auto("id"))
            .col(big_integer("account_id"))
            .col(big_integer("case_id"))
            .col(string("kind"))
            .col(text("file_name"))
            .col(big_integer("size_bytes"))
            .col(string("sha256"))
            .col(string("blob_key"))
            .col(date_null("valid_until"))
            .col(timestamp_with_time_zone("given_at"))
            .foreign_key(&mut of_case)
            .to_owned();
        manager.create_table(table).await?;
        for (name, columns) in INDEXES {
            let mut index = Index::create();
            index.name(*name).table("application_material");
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index.to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("application_material").to_owned()).await
    }
}
