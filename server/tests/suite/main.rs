//! The web server, asked over HTTP, by area.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod account_commands;
mod account_log;
mod account_requests;
mod accounts;
mod addresses;
mod administration;
mod api;
mod awkward;
mod browser;
mod bundles;
mod caching;
mod changes;
mod closed;
mod config;
mod connections;
mod consultations;
mod demonstration;
mod doors;
mod downloads;
mod drafting;
mod entries;
mod explorer;
mod governed;
mod hostile;
mod identity_provider;
mod kill;
mod language;
mod login_door;
mod login_limit;
mod mandatory;
mod overreach;
mod overreach_administration;
mod pages;
mod places;
mod post_box;
mod publishing;
mod quality;
mod real_tables;
mod reassessing;
mod release;
mod sign_on;
mod reviewing;
mod support;
mod tables;
