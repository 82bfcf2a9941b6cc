//! Datasets with their data items and resources.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    TableCreateStatement, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, boolean, date_null, integer, integer_null, string,
    string_null, string_uniq, text, timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(dataset()).await?;
        manager.create_table(data_item()).await?;
        manager.create_table(resource()).await?;
        let indexes = [
            // `stats::counts` and the `n_datasets` of organizations: grouped over listed datasets.
            Index::create()
                .name("dataset_organization")
                .table("dataset")
                .col("organization_id")
                .col("state")
                .col("open_class")
                .to_owned(),
            // The `n_datasets` of regions: grouped over listed datasets.
            Index::create()
                .name("dataset_region")
                .table("dataset")
                .col("region_id")
                .col("state")
                .col("open_class")
                .to_owned(),
            // `stats::counts`: datasets whose due date has passed.
            Index::create().name("dataset_due").table("dataset").col("next_due").to_owned(),
            // `datasets::find` and `datasets::search_documents`: items of a dataset in order.
            Index::create()
                .name("data_item_dataset")
                .table("data_item")
                .col("dataset_id")
                .col("position")
                .to_owned(),
            // `datasets::find` and `datasets::search_documents`: resources of a dataset in order.
            Index::create()
                .name("resource_dataset")
                .table("resource")
                .col("dataset_id")
                .col("position")
                .to_owned(),
        ];
        for index in indexes {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("resource").to_owned()).await?;
        manager.drop_table(Table::drop().table("data_item").to_owned()).await?;
        manager.drop_table(Table::drop().table("dataset").to_owned()).await
    }
}

fn dataset() -> TableCreateStatement {
    Table::create()
        .table("dataset")
        .col(big_pk_auto("id"))
        .col(string_uniq("code"))
        .col(string("title"))
        .col(string("theme"))
        .col(big_integer("organization_id"))
        .col(big_integer("region_id"))
        .col(string("open_class"))
        .col(string("state"))
        .col(string_null("state_reason"))
        .col(timestamp_with_time_zone("state_since"))
        .col(string("frequency"))
        .col(timestamp_with_time_zone("published_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(date_null("next_due"))
        .col(integer("version"))
        .col(string_null("source_name"))
        .col(string_null("source_id"))
        .col(string_null("source_url"))
        .col(timestamp_with_time_zone_null("imported_at"))
        .col(string("content_hash"))
        .col(big_integer("n_downloads"))
        .col(big_integer("n_views"))
        .col(text("fields"))
        .foreign_key(
            ForeignKey::create().from("dataset", "organization_id").to("organization", "id"),
        )
        .foreign_key(ForeignKey::create().from("dataset", "region_id").to("region", "id"))
        // One dataset for an entry of another catalogue; `datasets::upsert_batch` finds it by this.
        .index(Index::create().unique().name("origin").col("source_name").col("source_id"))
        .to_owned()
}

fn data_item() -> TableCreateStatement {
    Table::create()
        .table("data_item")
        .col(big_pk_auto("id"))
        .col(big_integer("dataset_id"))
        .col(integer("position"))
        .col(string("name"))
        .col(string("label"))
        .col(string("item_type"))
        .col(string_null("unit"))
        .col(big_integer_null("length"))
        .col(string_null("description"))
        .col(string("open_class"))
        .col(string("share_class"))
        .col(boolean("sensitive"))
        .foreign_key(ForeignKey::create().from("data_item", "dataset_id").to("dataset", "id"))
        .to_owned()
}

fn resource() -> TableCreateStatement {
    Table::create()
        .table("resource")
        .col(big_pk_auto("id"))
        .col(big_integer("dataset_id"))
        .col(integer("first_version"))
        .col(integer_null("last_version"))
        .col(integer("position"))
        .col(string("title"))
        .col(string_null("description"))
        .col(string("kind"))
        .col(string("format"))
        .col(string_null("media_type"))
        .col(string_null("url"))
        .col(string_null("file_name"))
        .col(big_integer_null("size_bytes"))
        .col(string_null("sha256"))
        .col(string_null("sm3"))
        .col(string_null("encoding"))
        .col(big_integer_null("n_rows"))
        .col(big_integer_null("n_columns"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(string_null("source_id"))
        .col(string_null("blob_key"))
        .foreign_key(ForeignKey::create().from("resource", "dataset_id").to("dataset", "id"))
        .to_owned()
}
