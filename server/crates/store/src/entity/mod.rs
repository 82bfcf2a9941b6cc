//! The tables as sea-orm sees them. They never leave this crate.
//!
//! Words of closed vocabularies and codes are stored as text and checked when a row becomes a view:
//! a word that nobody knows is a corrupt row, and the error names it.

pub(crate) mod access_grant;
pub(crate) mod account;
pub(crate) mod account_identity;
pub(crate) mod account_request;
pub(crate) mod account_role;
pub(crate) mod agreement_document;
pub(crate) mod api_token;
pub(crate) mod application;
pub(crate) mod case_clock;
pub(crate) mod case_event;
pub(crate) mod case_file;
pub(crate) mod change_feed;
pub(crate) mod condemned_blob;
pub(crate) mod consultation;
pub(crate) mod consultation_comment;
pub(crate) mod data_item;
pub(crate) mod dataset;
pub(crate) mod dataset_version;
pub(crate) mod delegation;
pub(crate) mod delivery;
pub(crate) mod draft;
pub(crate) mod entry_authorisation;
pub(crate) mod entry_compiler;
pub(crate) mod expert;
pub(crate) mod expert_conflict;
pub(crate) mod filing;
pub(crate) mod grading_rule;
pub(crate) mod guide_version;
pub(crate) mod identity_proof;
pub(crate) mod import_run;
pub(crate) mod information_system;
pub(crate) mod job;
pub(crate) mod log_checkpoint;
pub(crate) mod log_head;
pub(crate) mod notification;
pub(crate) mod one_time_token;
pub(crate) mod organization;
pub(crate) mod preview_link;
pub(crate) mod quality_assessment;
pub(crate) mod quality_score;
pub(crate) mod reconciliation;
pub(crate) mod region;
pub(crate) mod release_decision;
pub(crate) mod resource;
pub(crate) mod resource_table;
pub(crate) mod retrieval_receipt;
pub(crate) mod sector_mark;
pub(crate) mod session;
pub(crate) mod standing_approval;
pub(crate) mod upload;
pub(crate) mod upload_part;
pub(crate) mod usage_day;
pub(crate) mod vocabulary_term;
