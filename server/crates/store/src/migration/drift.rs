//! The entities and the migrations describe the same tables.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Schema};

use crate::Store;
use crate::entity::{
    access_grant, account, account_identity, account_role, agreement_document, agreement_paper,
    agreement_template, api_token, application, case_attachment, case_clock, case_event, case_file,
    change_feed, condemned_blob, consultation, consultation_comment, data_item, dataset,
    dataset_version, delegation, delivery, draft, draft_copy, entry_authorisation, entry_compiler,
    expert, expert_assignment, expert_conflict, filing, grading_rule, guide_draft, guide_version,
    identity_proof, import_run, in_place_copy, information_system, inspection, job, log_checkpoint,
    log_head, notification, one_time_token, organization, platform_acceptance, preview_link,
    quality_assessment, quality_score, reconciliation, record_batch, region, release_decision,
    resource, resource_table, retrieval_receipt, sector_mark, session, share_account,
    share_request, share_verification, standing_approval, upload, upload_part, usage_day,
    verification_day, vocabulary_term,
};

/// Columns as `name type nullability key`, then the unique sets of columns.
type Shape = BTreeSet<String>;

async fn rows(connection: &DatabaseConnection, sql: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let statement = sea_orm::Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| columns.iter().map(|name| row.try_get::<String>("", name).unwrap()).collect())
        .collect()
}

async fn shape(connection: &DatabaseConnection, table: &str) -> Shape {
    let (columns_sql, unique_sql) = match connection.get_database_backend() {
        DbBackend::Postgres => (
            format!(
                "SELECT column_name || ' ' || data_type || ' ' || is_nullable || ' ' ||
                 is_identity AS line FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name = '{table}'"
            ),
            format!(
                "SELECT 'unique ' || string_agg(a.attname, ',' ORDER BY a.attname) AS line
                 FROM pg_index i JOIN pg_attribute a
                 ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
                 WHERE i.indisunique AND i.indrelid = '{table}'::regclass GROUP BY i.indexrelid"
            ),
        ),
        _ => (
            format!(
                "SELECT name || ' ' || lower(type) || ' ' || \"notnull\" || ' ' || pk AS line
                 FROM pragma_table_info('{table}')"
            ),
            format!(
                "SELECT 'unique ' || (SELECT group_concat(name, ',') FROM
                 (SELECT name FROM pragma_index_info(list.name) ORDER BY name)) AS line
                 FROM pragma_index_list('{table}') list WHERE list.\"unique\" = 1"
            ),
        ),
    };
    let mut lines = rows(connection, &columns_sql, &["line"]).await;
    assert!(!lines.is_empty(), "there is no table `{table}`");
    lines.extend(rows(connection, &unique_sql, &["line"]).await);
    lines.into_iter().flatten().collect()
}

async fn create<E: EntityTrait>(connection: &DatabaseConnection, entity: E) -> String {
    let schema = Schema::new(connection.get_database_backend());
    let mut table = schema.create_table_from_entity(entity);
    // The order of creation does not matter here, and relations are not compared.
    connection.execute(table.if_not_exists()).await.unwrap();
    for index in schema.create_index_from_entity(entity) {
        connection.execute(&index).await.unwrap();
    }
    entity.table_name().to_owned()
}

async fn compare(migrated: &Store, fresh: &Store) {
    migrated.migrate().await.unwrap();
    let connection = &fresh.connection;
    let tables = [
        create(connection, region::Entity).await,
        create(connection, sector_mark::Entity).await,
        create(connection, grading_rule::Entity).await,
        create(connection, organization::Entity).await,
        create(connection, vocabulary_term::Entity).await,
        create(connection, dataset::Entity).await,
        create(connection, data_item::Entity).await,
        create(connection, resource::Entity).await,
        create(connection, dataset_version::Entity).await,
        create(connection, change_feed::Entity).await,
        create(connection, retrieval_receipt::Entity).await,
        create(connection, import_run::Entity).await,
        create(connection, usage_day::Entity).await,
        create(connection, verification_day::Entity).await,
        create(connection, job::Entity).await,
        create(connection, resource_table::Entity).await,
        create(connection, release_decision::Entity).await,
        create(connection, account::Entity).await,
        create(connection, application::Entity).await,
        create(connection, agreement_document::Entity).await,
        create(connection, agreement_paper::Entity).await,
        create(connection, agreement_template::Entity).await,
        create(connection, platform_acceptance::Entity).await,
        create(connection, access_grant::Entity).await,
        create(connection, share_request::Entity).await,
        create(connection, share_account::Entity).await,
        create(connection, share_verification::Entity).await,
        create(connection, account_identity::Entity).await,
        create(connection, account_role::Entity).await,
        create(connection, identity_proof::Entity).await,
        create(connection, session::Entity).await,
        create(connection, api_token::Entity).await,
        create(connection, preview_link::Entity).await,
        create(connection, reconciliation::Entity).await,
        create(connection, record_batch::Entity).await,
        create(connection, in_place_copy::Entity).await,
        create(connection, quality_score::Entity).await,
        create(connection, quality_assessment::Entity).await,
        create(connection, one_time_token::Entity).await,
        create(connection, case_file::Entity).await,
        create(connection, case_event::Entity).await,
        create(connection, case_clock::Entity).await,
        create(connection, log_head::Entity).await,
        create(connection, log_checkpoint::Entity).await,
        create(connection, notification::Entity).await,
        create(connection, draft::Entity).await,
        create(connection, draft_copy::Entity).await,
        create(connection, delegation::Entity).await,
        create(connection, expert::Entity).await,
        create(connection, expert_conflict::Entity).await,
        create(connection, guide_version::Entity).await,
        create(connection, guide_draft::Entity).await,
        create(connection, consultation::Entity).await,
        create(connection, consultation_comment::Entity).await,
        create(connection, filing::Entity).await,
        create(connection, standing_approval::Entity).await,
        create(connection, information_system::Entity).await,
        create(connection, delivery::Entity).await,
        create(connection, entry_compiler::Entity).await,
        create(connection, entry_authorisation::Entity).await,
        create(connection, case_attachment::Entity).await,
        create(connection, expert_assignment::Entity).await,
        create(connection, inspection::Entity).await,
        create(connection, upload::Entity).await,
        create(connection, upload_part::Entity).await,
        create(connection, condemned_blob::Entity).await,
        create(connection, crate::entity::exchange_record::Entity).await,
        create(connection, crate::entity::rectification_order::Entity).await,
        create(connection, crate::entity::look_release::Entity).await,
        create(connection, crate::entity::share_push::Entity).await,
        create(connection, crate::entity::share_push_sent::Entity).await,
        create(connection, crate::entity::source_dispute::Entity).await,
        create(connection, crate::entity::use_result::Entity).await,
        create(connection, crate::entity::webhook::Entity).await,
        create(connection, crate::entity::webhook_delivery::Entity).await,
    ];
    for table in tables {
        let (is, said) =
            (shape(&migrated.connection, &table).await, shape(connection, &table).await);
        assert_eq!(is, said, "table `{table}`: migrations (left) and entity (right) differ");
    }
}

#[tokio::test]
async fn entities_and_migrations_agree_on_sqlite() {
    let migrated = Store::connect("sqlite::memory:", 1).await.unwrap();
    let fresh = Store::connect("sqlite::memory:", 1).await.unwrap();

    compare(&migrated, &fresh).await;
}

#[tokio::test]
async fn entities_and_migrations_agree_on_postgres() {
    let Ok(url) = std::env::var("KAISHU_TEST_POSTGRES") else {
        eprintln!("KAISHU_TEST_POSTGRES is not set: nothing was compared on PostgreSQL");
        return;
    };
    let admin = Store::connect(&url, 1).await.unwrap();
    let mut stores = Vec::new();
    for _ in 0..2 {
        let schema = format!("drift_{:016x}", rand::random::<u64>());
        let create = format!("CREATE SCHEMA {schema}");
        admin.connection.execute_unprepared(&create).await.unwrap();
        let glue = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{glue}options=-csearch_path%3D{schema}");
        stores.push((schema, Store::connect(&url, 1).await.unwrap()));
    }

    compare(&stores[0].1, &stores[1].1).await;

    for (schema, store) in stores {
        store.close().await.unwrap();
        let drop = format!("DROP SCHEMA {schema} CASCADE");
        admin.connection.execute_unprepared(&drop).await.unwrap();
    }
}
