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
mod m20261130_000001_papers;
mod m20261130_000101_duties;
mod m20261130_000201_sharing;
mod m20261130_000301_verification;
mod m20261130_000302_keys;
mod m20261130_000401_draft_copies;
mod m20261130_000402_version_authors;
mod m20261130_000501_attachments;
mod m20261130_000502_assignments;
mod m20261130_000503_inspections;
mod m20261130_000601_receipt_completions;
mod m20261130_000602_account_letters;
mod m20261130_000603_policy_texts;
mod m20261130_000701_materials;
mod m20261130_000702_messages;
mod m20261130_000703_grant_ends;
mod m20261130_000801_clocks_on_their_last_day;
mod m20261130_000801_templates;
mod m20261130_000802_told;
mod m20261130_000901_looks;
mod m20261130_000902_results;
mod m20261130_000903_webhooks;
mod m20261130_001001_kept_profiles;
mod m20261130_001002_guide_drafts;
mod m20261130_001101_requests;
mod m20261201_000001_share_verifications;
mod m20261201_000101_exchange;
mod m20261201_000101_granted_rows;
mod m20261201_000101_inspection_reminders;
mod m20261201_000201_share_pushes;
mod m20261202_000001_erased_verifications;
mod m20261202_000101_rectification_orders;
mod m20261202_000101_source_disputes;

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
            Box::new(m20261130_000401_draft_copies::Migration),
            Box::new(m20261130_000402_version_authors::Migration),
            Box::new(m20261130_000501_attachments::Migration),
            Box::new(m20261130_000502_assignments::Migration),
            Box::new(m20261130_000503_inspections::Migration),
            Box::new(m20261130_000601_receipt_completions::Migration),
            Box::new(m20261130_000602_account_letters::Migration),
            Box::new(m20261130_000603_policy_texts::Migration),
            Box::new(m20261130_000101_duties::Migration),
            Box::new(m20261130_000201_sharing::Migration),
            Box::new(m20261130_000301_verification::Migration),
            Box::new(m20261130_000302_keys::Migration),
            Box::new(m20261130_000001_papers::Migration),
            Box::new(m20261130_000701_materials::Migration),
            Box::new(m20261130_000702_messages::Migration),
            Box::new(m20261130_000703_grant_ends::Migration),
            Box::new(m20261130_000801_clocks_on_their_last_day::Migration),
            Box::new(m20261130_000801_templates::Migration),
            Box::new(m20261130_000802_told::Migration),
            Box::new(m20261130_000901_looks::Migration),
            Box::new(m20261130_000902_results::Migration),
            Box::new(m20261130_000903_webhooks::Migration),
            Box::new(m20261130_001101_requests::Migration),
            Box::new(m20261130_001001_kept_profiles::Migration),
            Box::new(m20261130_001002_guide_drafts::Migration),
            Box::new(m20261201_000001_share_verifications::Migration),
            Box::new(m20261201_000101_inspection_reminders::Migration),
            Box::new(m20261202_000001_erased_verifications::Migration),
            Box::new(m20261201_000101_granted_rows::Migration),
            Box::new(m20261201_000101_exchange::Migration),
            Box::new(m20261201_000201_share_pushes::Migration),
            Box::new(m20261202_000101_rectification_orders::Migration),
            Box::new(m20261202_000101_source_disputes::Migration),
        ]
    }
}
