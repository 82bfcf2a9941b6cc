//! Finding delivered copies: by the hash of a file, by the dataset that they are of, and by the draft that
//! became its version (SEC-02).

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager, Table, async_trait,
};
use sea_orm_migration::schema::integer_null;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const INDEXES: [(&str, &str, &[&str]); 4] = [
    // `receipts::search`: by hash, and by dataset.
    ("retrieval_receipt_sha256", "retrieval_receipt", &["sha256", "id"]),
    ("retrieval_receipt_dataset", "retrieval_receipt", &["dataset_code", "id"]),
    // `datasets::with_sha256`: the files that hold some bytes.
    ("resource_sha256", "resource", &["sha256", "id"]),
    // `drafts::approving`: the draft behind a version.
    ("draft_became", "draft", &["code", "became_version"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = integer_null("became_version").to_owned();
        let add = Table::alter().table("draft").add_column(column).to_owned();
        manager.alter_table(add).await?;
        for (name, table, columns) in INDEXES {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index.to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, _) in INDEXES {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        let drop = Table::alter().table("draft").drop_column("became_version").to_owned();
        manager.alter_table(drop).await
    }
}
