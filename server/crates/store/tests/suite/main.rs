//! The store on SQLite and on PostgreSQL: one suite, run on both.
//!
//! The PostgreSQL half needs `KAISHU_TEST_POSTGRES`, the address of a server where databases can be
//! made; without it, each of these tests says so and ends.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

mod accounts;
mod administration;
mod applying;
mod batches;
mod blobs;
mod build;
mod cases;
mod catalogue;
mod database;
mod duties;
mod hidden;
mod hostile;
mod in_place;
mod jobs;
mod kill;
mod killed_walk;
mod letters;
mod orders;
mod oversight;
mod places;
mod proofs;
mod records;
mod registers;
mod requests;
mod reviewing;
mod search;
mod templates;
mod uploads;
mod walked_cases;

/// Runs each function twice: on a SQLite file and on a PostgreSQL database of its own.
macro_rules! on_both {
    ($($module:ident::$name:ident,)+) => {
        mod sqlite {
            $(
                #[tokio::test]
                async fn $name() {
                    let database = crate::database::TestDb::sqlite().await;
                    crate::$module::$name(&database).await;
                    database.close().await;
                }
            )+
        }

        mod postgres {
            $(
                #[tokio::test]
                async fn $name() {
                    let Some(database) = crate::database::TestDb::postgres().await else {
                        return;
                    };
                    crate::$module::$name(&database).await;
                    database.close().await;
                }
            )+
        }
    };
}

on_both! {
    accounts::an_account_is_found_as_it_was_made,
    applying::a_material_is_offered_while_it_holds_and_its_bytes_stay,
    applying::messages_stand_with_their_events,
    applying::the_end_of_a_grant_is_told_once,
    applying::applications_are_counted_by_state,
    batches::a_batch_is_kept_once_by_its_key,
    duties::a_grant_is_looked_at_until_its_last_report,
    duties::a_report_is_written_once,
    duties::what_was_taken_under_a_grant_is_counted,
    in_place::a_copy_takes_the_place_of_the_one_before_and_goes,
    accounts::a_login_and_an_active_address_are_of_one_account,
    accounts::what_is_not_committed_is_not_kept,
    accounts::attempts_at_the_same_time_do_not_outrun_the_lock,
    accounts::other_roles_and_a_disabled_account_end_all_access,
    accounts::roles_change_once_of_what_they_were,
    accounts::a_link_works_once_and_for_a_time,
    accounts::a_code_counts_once,
    accounts::a_contract_ends_the_account,
    accounts::what_ran_out_is_swept,
    proofs::an_account_is_proven_once,
    proofs::a_document_proves_one_account,
    administration::the_log_is_searched_within_regions,
    administration::a_record_is_saved_over_the_one_that_was_read,
    administration::terms_and_guides_are_kept_in_order,
    administration::the_next_guide_is_saved_over_what_was_read,
    cases::a_case_is_what_its_events_come_to,
    cases::a_request_that_comes_twice_is_one,
    cases::whom_it_concerns_is_told_once,
    cases::desks_list_what_is_due_first,
    cases::a_clock_is_told_of_once,
    cases::what_is_done_to_the_log_is_found,
    cases::a_log_is_begun_anew,
    cases::days_are_sealed,
    cases::the_log_is_searched,
    cases::writers_at_the_same_time_make_one_chain,
    cases::a_kill_leaves_a_whole_log,
    cases::facts_stay_with_an_act,
    killed_walk::a_kill_in_a_transition_leaves_nothing_half,
    walked_cases::rows_are_what_their_events_come_to,
    letters::a_mail_waits_until_it_is_sent,
    jobs::a_job_is_done_by_one_node,
    jobs::a_job_is_cancelled_and_repeated,
    uploads::parts_go_on_where_the_upload_is,
    uploads::one_sender_goes_on_and_what_ran_out_goes,
    uploads::condemned_bytes_are_listed_from_their_last_condemnation,
    places::regions_form_a_tree,
    places::a_ring_of_regions_is_refused,
    places::organizations_know_their_place,
    places::terms_are_listed_in_order,
    catalogue::a_dataset_is_found_as_it_was_written,
    catalogue::what_a_rule_hides_is_not_found,
    catalogue::codes_are_assigned_and_never_used_twice,
    catalogue::the_same_entry_again_changes_nothing,
    catalogue::an_entry_without_dates_keeps_the_dates_it_has,
    catalogue::a_change_makes_a_version_and_keeps_the_old_one,
    catalogue::unchanged_resources_keep_their_numbers,
    catalogue::one_entry_twice_in_a_batch_is_one_dataset,
    catalogue::refused_entries_do_not_stop_the_others,
    catalogue::an_import_does_not_undo_a_suspension,
    catalogue::a_state_alone_makes_no_version,
    catalogue::the_next_update_is_due_after_the_period,
    catalogue::another_calendar_moves_what_is_due,
    catalogue::large_batches_are_written,
    search::documents_hold_only_what_is_public,
    hidden::formats_of_files_that_stay_back_are_not_told,
    hidden::an_entry_of_class_none_is_told_by_name_only,
    hidden::an_imported_provider_is_told_with_what_is_not_closed,
    hidden::versions_know_what_was_public,
    hidden::versions_from_before_know_it_too,
    hidden::a_hidden_change_moves_no_date,
    search::pages_of_codes_reach_every_dataset,
    search::the_feed_follows_the_commits,
    search::writers_at_the_same_time_leave_a_complete_feed,
    oversight::a_case_lies_on_the_desks_of_both_sides,
    oversight::a_clock_with_more_time_reminds_once_more,
    oversight::an_organization_is_marked_under_one_sector,
    oversight::grading_rules_are_kept_in_versions,
    oversight::a_fault_is_told_of_once,
    orders::an_order_is_answered_and_sent_back,
    orders::an_order_is_told_of_once,
    oversight::datasets_are_counted_by_organization,
    oversight::entries_are_counted_by_their_tags,
    oversight::topics_of_a_profile_are_offered_once,
    oversight::scores_are_added_up_by_organization,
    oversight::the_log_is_searched_within_organizations,
    registers::systems_are_listed_and_saved_over_what_was_read,
    registers::deliveries_say_what_is_there,
    registers::exchanges_are_listed_for_both_sides,
    registers::disputes_are_found_from_both_entries,
    reviewing::one_consultation_of_a_case_goes_on,
    reviewing::filings_are_numbered_by_the_year,
    reviewing::an_approval_covers_what_it_says,
    requests::a_request_is_kept_once_by_its_key,
    requests::a_request_is_noted_with_what_it_does,
    records::receipts_are_kept,
    records::what_is_done_to_receipts_is_found,
    records::usage_adds_up,
    records::usage_of_an_unknown_dataset_does_not_hold_up_the_others,
    records::statistics_count_what_is_listed,
    records::an_import_goes_on_where_it_stopped,
    templates::versions_of_a_template_are_kept,
    templates::acceptances_are_kept_once,
    hostile::hostile_text_comes_back_as_it_was,
    hostile::a_long_title_is_refused_alone,
    hostile::a_nul_is_refused_by_name,
    hostile::corrupt_rows_are_errors,
    kill::a_kill_loses_nothing_that_was_reported,
    database::migrations_go_up_down_and_up,
}
