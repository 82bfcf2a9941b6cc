//! Migrations: append-only, one subject a file, both ways.

use sea_orm_migration::prelude::{MigrationTrait, MigratorTrait, async_trait};

#[cfg(test)]
mod drift;
mod m20261121_000001_places;
mod m20261121_000002_vocabulary;
mod m20261121_000003_datasets;
mod m20261121_000004_versions;
mod m20261121_000005_change_feed;
mod m20261121_000006_receipts;
mod m20261121_000007_import_runs;
mod m20261121_000008_usage;
mod m20261122_000001_version_facts;
mod m20261122_000002_imported_organizations;
mod m20261122_000003_jobs;
mod m20261122_000004_decisions;
mod m20261122_000005_receipts_of_answers;
mod m20261122_000006_guards;
mod m20261122_000007_accounts;
mod m20261122_000008_cases;
mod m20261122_000009_overdue;
mod m20261122_000010_administration;
mod m20261122_000011_account_requests;
mod m20261123_000001_desk;
mod m20261123_000021_review;
mod m20261123_000031_uploads;
mod m20261123_000041_account_identities;
mod m20261124_000011_catalogued;
mod m20261125_000011_registers;
mod m20261126_000011_disputes;
mod m20261126_000012_sectors;
mod m20261126_000013_grading;
mod m20261127_000011_previews;
mod m20261127_000012_trail;
mod m20261127_000013_reconciliations;
mod m20261127_000014_monitoring;
mod m20261128_000001_identity_proofs;
mod m20261128_000101_record_batches;
mod m20261128_000102_in_place;
mod m20261129_000001_access;

/// The list of migrations, oldest first.
pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_places::Migration),
            Box::new(m20261121_000002_vocabulary::Migration),
            Box::new(m20261121_000003_datasets::Migration),
            Box::new(m20261121_000004_versions::Migration),
            Box::new(m20261121_000005_change_feed::Migration),
            Box::new(m20261121_000006_receipts::Migration),
            Box::new(m20261121_000007_import_runs::Migration),
            Box::new(m20261121_000008_usage::Migration),
            Box::new(m20261122_000001_version_facts::Migration),
            Box::new(m20261122_000002_imported_organizations::Migration),
            Box::new(m20261122_000003_jobs::Migration),
            Box::new(m20261122_000004_decisions::Migration),
            Box::new(m20261122_000005_receipts_of_answers::Migration),
            Box::new(m20261122_000006_guards::Migration),
            Box::new(m20261122_000007_accounts::Migration),
            Box::new(m20261122_000008_cases::Migration),
            Box::new(m20261122_000009_overdue::Migration),
            Box::new(m20261122_000010_administration::Migration),
            Box::new(m20261122_000011_account_requests::Migration),
            Box::new(m20261123_000001_desk::Migration),
            Box::new(m20261123_000021_review::Migration),
            Box::new(m20261123_000031_uploads::Migration),
            Box::new(m20261123_000041_account_identities::Migration),
            Box::new(m20261124_000011_catalogued::Migration),
            Box::new(m20261125_000011_registers::Migration),
            Box::new(m20261126_000011_disputes::Migration),
            Box::new(m20261126_000012_sectors::Migration),
            Box::new(m20261126_000013_grading::Migration),
            Box::new(m20261127_000011_previews::Migration),
            Box::new(m20261127_000012_trail::Migration),
            Box::new(m20261127_000013_reconciliations::Migration),
            Box::new(m20261127_000014_monitoring::Migration),
            Box::new(m20261128_000001_identity_proofs::Migration),
            Box::new(m20261129_000001_access::Migration),
            Box::new(m20261128_000101_record_batches::Migration),
            Box::new(m20261128_000102_in_place::Migration),
        ]
    }
}
