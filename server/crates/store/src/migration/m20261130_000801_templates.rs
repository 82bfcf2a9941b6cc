//! Templates of agreements in versions, and who accepted the terms of the platform (AGR-02, AGR-03).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, ForeignKeyAction, Index, MigrationTrait, SchemaManager,
    Table, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, integer, string, text, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let template = Table::create()
            .table("agreement_template")
            .col(big_pk_auto("id"))
            .col(string("owner"))
            .col(string("kind"))
            .col(integer("number"))
            .col(text("text"))
            .col(text("note"))
            .col(string("sha256"))
            .col(big_integer_null("account_id"))
            .col(string("published_by"))
            .col(timestamp_with_time_zone("published_at"))
            .to_owned();
        manager.create_table(template).await?;
        let accepted = Table::create()
            .table("platform_acceptance")
            .col(big_pk_auto("id"))
            .col(big_integer("account_id"))
            .col(integer("number"))
            .col(string("sha256"))
            .col(timestamp_with_time_zone("accepted_at"))
            .foreign_key(
                // An account that nobody confirmed goes, and what it accepted with it.
                ForeignKey::create()
                    .from("platform_acceptance", "account_id")
                    .to("account", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(accepted).await?;
        let mut once = Index::create();
        // `templates::publish`: a version is published once; `templates::current`: the newest of an owner.
        once.name("agreement_template_once").table("agreement_template");
        once.col("owner").col("kind").col("number").unique();
        manager.create_index(once.to_owned()).await?;
        let mut once = Index::create();
        // `templates::accepted`: asked with each use of a grant.
        once.name("platform_acceptance_once").table("platform_acceptance");
        once.col("account_id").col("number").unique();
        manager.create_index(once.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["platform_acceptance", "agreement_template"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
