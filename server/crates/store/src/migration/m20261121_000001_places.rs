//! Regions and organizations.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, integer, string, string_null, string_uniq,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let region = Table::create()
            .table("region")
            .col(big_pk_auto("id"))
            .col(string_uniq("code"))
            .col(string("name"))
            .col(string_null("name_en"))
            .col(string("level"))
            .col(big_integer_null("parent_id"))
            .col(string_null("description"))
            .col(string_null("authority_code"))
            .col(integer("position"))
            .foreign_key(ForeignKey::create().from("region", "parent_id").to("region", "id"))
            .to_owned();
        manager.create_table(region).await?;

        let organization = Table::create()
            .table("organization")
            .col(big_pk_auto("id"))
            .col(string_uniq("code"))
            .col(string("name"))
            .col(string_null("name_en"))
            .col(string("kind"))
            .col(string("level"))
            .col(big_integer("region_id"))
            .col(big_integer_null("parent_id"))
            .col(string_null("description"))
            .col(string_null("responsible_head"))
            .col(string_null("contact"))
            .col(string_null("homepage"))
            .col(big_integer("next_serial"))
            .foreign_key(ForeignKey::create().from("organization", "region_id").to("region", "id"))
            .foreign_key(
                ForeignKey::create().from("organization", "parent_id").to("organization", "id"),
            )
            .to_owned();
        manager.create_table(organization).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("organization").to_owned()).await?;
        manager.drop_table(Table::drop().table("region").to_owned()).await
    }
}
