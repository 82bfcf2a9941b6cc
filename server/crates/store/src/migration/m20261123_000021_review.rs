//! What a review asks beside its steps: consultations of the public with their comments, filings, and
//! standing approvals of the cyberspace office.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ForeignKey, Index, MigrationTrait, SchemaManager, Table,
    TableCreateStatement, async_trait,
};
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, date, date_null, integer, string, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// New tables, in the order in which they are made.
const TABLES: [&str; 4] = ["consultation", "consultation_comment", "filing", "standing_approval"];

const INDEXES: &[(&str, &str, &[&str])] = &[
    // `consultations::of_case`: what was asked in a case.
    ("consultation_case", "consultation", &["case_id", "id"]),
    // `consultations::list`: what can be answered, and what could.
    ("consultation_last_day", "consultation", &["last_day", "id"]),
    // `consultations::comments`: what people wrote.
    ("consultation_comment_of", "consultation_comment", &["consultation_id", "id"]),
    // `filings::of_dataset`: the filing that a dataset was published with.
    ("filing_dataset", "filing", &["dataset", "id"]),
    // `approvals::covering`: what covers a category.
    ("standing_approval_theme", "standing_approval", &["theme", "id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [consultation(), consultation_comment(), filing(), standing_approval()] {
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
        // `filings::next`: a number is given once in a year.
        let mut numbers = Index::create();
        numbers.name("filing_number").table("filing").col("year").col("number").unique();
        manager.create_index(numbers.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.into_iter().rev() {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn consultation() -> TableCreateStatement {
    Table::create()
        .table("consultation")
        .col(big_pk_auto("id"))
        .col(big_integer("case_id"))
        // `consultations::open`: one goes on in a case at a time.
        .col(big_integer_null("live_case").unique_key())
        .col(string("dataset"))
        .col(text("title"))
        .col(string("organization"))
        .col(string("region"))
        .col(text("planned"))
        .col(string("mode"))
        .col(text("notice"))
        .col(date("first_day"))
        .col(date("last_day"))
        .col(date_null("ended_on"))
        .col(text_null("summary"))
        .col(date_null("summarised_on"))
        .col(date_null("stopped_on"))
        .foreign_key(ForeignKey::create().from("consultation", "case_id").to("case_file", "id"))
        .to_owned()
}

fn consultation_comment() -> TableCreateStatement {
    Table::create()
        .table("consultation_comment")
        .col(big_pk_auto("id"))
        .col(big_integer("consultation_id"))
        .col(big_integer_null("account_id"))
        .col(text_null("name"))
        .col(text_null("contact"))
        .col(text("body"))
        .col(timestamp_with_time_zone("at"))
        .foreign_key(
            ForeignKey::create()
                .from("consultation_comment", "consultation_id")
                .to("consultation", "id"),
        )
        .to_owned()
}

fn filing() -> TableCreateStatement {
    Table::create()
        .table("filing")
        .col(big_pk_auto("id"))
        .col(integer("year"))
        .col(integer("number"))
        .col(big_integer("case_id"))
        .col(string("dataset"))
        .col(text("title"))
        .col(string("organization"))
        .col(string("region"))
        .col(date("filed_on"))
        .foreign_key(ForeignKey::create().from("filing", "case_id").to("case_file", "id"))
        .to_owned()
}

fn standing_approval() -> TableCreateStatement {
    Table::create()
        .table("standing_approval")
        .col(big_pk_auto("id"))
        .col(string("region"))
        .col(string("theme"))
        .col(text("approved_by"))
        .col(text("evidence"))
        .col(date("first_day"))
        .col(date("last_day"))
        .col(timestamp_with_time_zone("recorded_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .to_owned()
}
