//! Accounts, their roles, and what people and programs log in with.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    TableCreateStatement, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, boolean, integer, string, string_null, string_uniq, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// What belongs to an account, in the order in which it is made.
const PARTS: [&str; 4] = ["account_role", "session", "api_token", "one_time_token"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [account(), account_role(), session(), api_token(), one_time_token()] {
            manager.create_table(table).await?;
        }
        // `accounts`, `sessions`, `tokens`: all that an account has.
        for table in PARTS {
            let index = Index::create()
                .name(format!("{table}_account_id"))
                .table(table)
                .col("account_id")
                .to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in PARTS.into_iter().rev().chain(["account"]) {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn account() -> TableCreateStatement {
    Table::create()
        .table("account")
        .col(big_pk_auto("id"))
        .col(string_uniq("login"))
        .col(string("kind"))
        .col(text("name"))
        .col(text_null("email"))
        .col(string_null("email_hash"))
        // `accounts::find_by_email`, and no address is of two active accounts.
        .col(string_null("email_taken").unique_key())
        .col(text_null("password_hash"))
        .col(string("state"))
        .col(integer("n_attempts"))
        .col(timestamp_with_time_zone_null("locked_until"))
        .col(text_null("totp_secret"))
        .col(big_integer("totp_step"))
        .col(timestamp_with_time_zone_null("valid_until"))
        .col(text_null("security_review"))
        .col(text_null("contract"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("last_login_at"))
        .to_owned()
}

/// Begins a table of what belongs to an account.
fn part(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(big_pk_auto("id"))
        .col(big_integer("account_id"))
        .foreign_key(ForeignKey::create().from(table, "account_id").to("account", "id"))
        .to_owned()
}

fn account_role() -> TableCreateStatement {
    part("account_role")
        .col(string("role"))
        .col(string_null("organization_code"))
        .col(string_null("region_code"))
        .col(timestamp_with_time_zone("granted_at"))
        .to_owned()
}

fn session() -> TableCreateStatement {
    part("session")
        .col(string_uniq("hash"))
        .col(boolean("has_second_factor"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("last_seen_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(text_null("user_agent"))
        .col(text_null("address"))
        .to_owned()
}

fn api_token() -> TableCreateStatement {
    part("api_token")
        .col(text("name"))
        .col(string("scope"))
        .col(string_uniq("hash"))
        .col(string("start"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("last_used_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .to_owned()
}

fn one_time_token() -> TableCreateStatement {
    part("one_time_token")
        .col(string("purpose"))
        .col(string_uniq("hash"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .to_owned()
}
