//! Shared data that the agency using it doubts (SHR-11, anshan 23, guangdong 21): its provider verifies it, answers, and
//! corrects what is wrong. One doubt waits at a time, so that each answer is to one.

use std::collections::BTreeMap;

/// The fact that says where the last doubt of a case is.
pub const STANDING: &str = "doubt";
/// The fact that names the version of the dataset that was doubted.
pub const VERSION: &str = "doubt.version";

/// The provider has not answered.
pub const WAITING: &str = "waiting";
/// It was wrong, and is corrected.
pub const CORRECTED: &str = "corrected";
/// Nothing was wrong.
pub const SOUND: &str = "sound";

/// Whether a doubt waits for the provider.
pub fn waits(facts: &BTreeMap<String, String>) -> bool {
    facts.get(STANDING).is_some_and(|standing| standing == WAITING)
}

/// Whether a newer version than the doubted one was published.
pub fn is_newer(facts: &BTreeMap<String, String>, version: Option<u32>) -> bool {
    let doubted = facts.get(VERSION).and_then(|version| version.parse::<u32>().ok());
    doubted.zip(version).is_some_and(|(doubted, version)| version > doubted)
}
