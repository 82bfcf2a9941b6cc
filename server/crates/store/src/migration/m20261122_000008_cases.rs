//! Cases, the log of their events, what is told to whom, and drafts.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    TableCreateStatement, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, boolean, date, date_null, integer, integer_null,
    string, string_null, text, timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [case_file(), case_event(), log_head(), log_checkpoint(), case_clock()] {
            manager.create_table(table).await?;
        }
        for table in [notification(), draft()] {
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
        for table in [
            "draft",
            "notification",
            "case_clock",
            "log_checkpoint",
            "log_head",
            "case_event",
            "case_file",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

const INDEXES: &[(&str, &str, &[&str])] = &[
    // `cases::of_subject`: the cases of a dataset.
    ("case_file_subject", "case_file", &["subject", "kind"]),
    // `cases::desk`: what waits for a kind of role, the first that is due before the others.
    ("case_file_waits_for", "case_file", &["waits_for", "due", "id"]),
    // `cases::desk`: the open cases of an organization.
    ("case_file_organization", "case_file", &["organization", "is_open", "id"]),
    // `log::search`: what was done to something.
    ("case_event_subject", "case_event", &["subject", "seq"]),
    // `log::search`: what somebody did.
    ("case_event_account", "case_event", &["account_id", "seq"]),
    // `clocks::due`: clocks that run, the first that is due before the others.
    ("case_clock_due", "case_clock", &["ended_on", "last_day"]),
    // `inbox::of`: what somebody was told, the newest first.
    ("notification_account", "notification", &["account_id", "id"]),
];

fn case_file() -> TableCreateStatement {
    Table::create()
        .table("case_file")
        .col(big_pk_auto("id"))
        .col(string("kind"))
        .col(string("subject"))
        .col(text("title"))
        .col(string_null("organization"))
        .col(string_null("region"))
        .col(string("policy"))
        .col(integer("policy_revision"))
        .col(string("state"))
        .col(boolean("is_open"))
        .col(integer("version"))
        .col(string_null("waits_for"))
        .col(date_null("due"))
        .col(text("file"))
        .col(timestamp_with_time_zone("opened_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .to_owned()
}

fn case_event() -> TableCreateStatement {
    Table::create()
        .table("case_event")
        // Given by the log itself, without gaps.
        .col(big_integer("seq").primary_key())
        .col(big_integer_null("case_id"))
        .col(integer_null("n"))
        .col(string("kind"))
        .col(string("subject"))
        .col(string("event"))
        .col(big_integer_null("account_id"))
        .col(timestamp_with_time_zone("at"))
        .col(text("body"))
        .col(string_null("idempotency_key").unique_key())
        .col(string("previous"))
        .col(string("hash"))
        // `log::append`: an event of a case has one place.
        .index(Index::create().unique().name("place").col("case_id").col("n"))
        .foreign_key(ForeignKey::create().from("case_event", "case_id").to("case_file", "id"))
        .to_owned()
}

fn log_head() -> TableCreateStatement {
    Table::create()
        .table("log_head")
        .col(integer("id").primary_key())
        .col(big_integer("seq"))
        .col(string("hash"))
        .col(string("mac"))
        .col(timestamp_with_time_zone("at"))
        .to_owned()
}

fn log_checkpoint() -> TableCreateStatement {
    Table::create()
        .table("log_checkpoint")
        .col(date("day").primary_key())
        .col(big_integer("seq"))
        .col(string("hash"))
        .col(string("mac"))
        .to_owned()
}

fn case_clock() -> TableCreateStatement {
    Table::create()
        .table("case_clock")
        .col(big_integer("case_id"))
        .col(string("rule"))
        .col(date("day_zero"))
        .col(date("last_day"))
        .col(boolean("is_paused"))
        .col(date_null("ended_on"))
        .col(boolean("is_reminded"))
        .col(boolean("is_overdue"))
        .primary_key(Index::create().col("case_id").col("rule").col("day_zero"))
        .foreign_key(ForeignKey::create().from("case_clock", "case_id").to("case_file", "id"))
        .to_owned()
}

fn notification() -> TableCreateStatement {
    Table::create()
        .table("notification")
        .col(big_pk_auto("id"))
        .col(big_integer("account_id"))
        .col(big_integer("seq"))
        .col(big_integer_null("case_id"))
        .col(timestamp_with_time_zone("at"))
        .col(timestamp_with_time_zone_null("read_at"))
        .col(string("mail_state"))
        .col(integer("n_mail_attempts"))
        .col(timestamp_with_time_zone("mail_after"))
        // `log::append`: nobody is told twice of the same.
        .index(Index::create().unique().name("told_once").col("account_id").col("seq"))
        .foreign_key(ForeignKey::create().from("notification", "account_id").to("account", "id"))
        .to_owned()
}

fn draft() -> TableCreateStatement {
    Table::create()
        .table("draft")
        .col(big_integer("case_id").primary_key())
        .col(string("code"))
        .col(text("document"))
        .col(integer("revision"))
        .col(string("updated_by"))
        .col(text("authors"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(ForeignKey::create().from("draft", "case_id").to("case_file", "id"))
        .to_owned()
}
