//! What is said of new data before it is published: what was done to it, and by which record sensitive data leaves
//! (PUB-02, yulin 22; CLS-10).

use std::collections::BTreeSet;

use kaishu_types::draft::{DraftDocument, DraftResource, Processing, Sensitivity};

use crate::entry::EntryFault;
use crate::policy::PolicyProfile;

/// What its publisher says of new data.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// What was done to it.
    pub done: &'a BTreeSet<Processing>,
    /// The record of desensitising this data, or the consent that covers it; empty where there is none.
    pub record: &'a str,
}

/// What the entry says of its data.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// What it may be too sensitive for.
    pub sensitivity: &'a BTreeSet<Sensitivity>,
    /// Whether it is opened, on conditions or without.
    pub is_opened: bool,
    /// Whether an item of it leaves through a mask.
    pub is_masked: bool,
}

/// What is missing of what a publisher says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Nothing is chosen; who did nothing says so.
    Choice,
    /// Nothing was done, and something was.
    Contradiction,
    /// Sensitive data that was neither desensitised nor is masked, and that no record lets leave.
    Record,
}

/// Whether new data needs a record where it is not desensitised: whatever flag an entry has, as when it was opened.
pub fn needs_record(about: About<'_>) -> bool {
    about.is_opened && !about.is_masked && !about.sensitivity.is_empty()
}

/// Finds what is missing before new data may be published.
pub fn lack(said: Said<'_>, about: About<'_>) -> Option<Lack> {
    let Said { done, record } = said;
    if done.is_empty() {
        return Some(Lack::Choice);
    }
    if done.contains(&Processing::None) && done.len() > 1 {
        return Some(Lack::Contradiction);
    }
    let is_covered = done.contains(&Processing::Desensitise) || !record.trim().is_empty();
    (needs_record(about) && !is_covered).then_some(Lack::Record)
}

/// Finds the files that are new in an entry while nobody says what was done to the data in them. Of those that are
/// `served`, by the hashes of their bytes, it was said when they came.
pub fn check(
    profile: &PolicyProfile,
    served: &BTreeSet<&str>,
    entry: &DraftDocument,
) -> Option<EntryFault> {
    if !entry.processing.is_empty() {
        return None;
    }
    let is_new = |file: &&DraftResource| {
        let hash = file.sha256.as_deref().filter(|_| file.blob_key.is_some());
        hash.is_some_and(|hash| !served.contains(hash))
    };
    let new = entry.resources.iter().filter(is_new);
    let names: Vec<&str> =
        new.map(|file| file.file_name.as_deref().unwrap_or(file.title.as_str())).collect();
    if names.is_empty() {
        return None;
    }
    let text = (
        format!("请说明上传前对 {} 做过的处理；没有处理的，选“未作处理”", names.join("、")),
        format!(
            "say what was done to the data of {} before it was uploaded; where nothing was, say so",
            names.join(", ")
        ),
    );
    let rule = ("class.open_basis", &profile.rules.class.open_basis);
    Some(EntryFault::new("processing", text, rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: (bool, bool) = (true, false);

    fn found(
        done: &[Processing],
        record: &str,
        flags: &[Sensitivity],
        (is_opened, is_masked): (bool, bool),
    ) -> Option<Lack> {
        let done = done.iter().copied().collect();
        let sensitivity = flags.iter().copied().collect();
        let about = About { sensitivity: &sensitivity, is_opened, is_masked };
        lack(Said { done: &done, record }, about)
    }

    // Part of PUB-02: a choice is made each time, and nothing is no silence.
    #[test]
    fn something_is_said_each_time() {
        use Processing::{Clean, None as Nothing, Sort};
        assert_eq!(found(&[], "", &[], OPEN), Some(Lack::Choice));
        assert_eq!(found(&[Nothing], "", &[], OPEN), None);
        assert_eq!(found(&[Clean, Sort], "", &[], OPEN), None);
        assert_eq!(found(&[Nothing, Clean], "", &[], OPEN), Some(Lack::Contradiction));
    }

    // Part of PUB-02, CLS-10: sensitive data leaves desensitised, through a mask or with a record.
    #[test]
    fn sensitive_data_is_covered() {
        use Processing::{Clean, Desensitise, None as Nothing};
        for flag in Sensitivity::ALL.iter().copied() {
            assert_eq!(found(&[Nothing], "", &[flag], OPEN), Some(Lack::Record), "{flag}");
            assert_eq!(found(&[Clean], " ", &[flag], OPEN), Some(Lack::Record), "{flag}");
            assert_eq!(found(&[Desensitise], "", &[flag], OPEN), None, "{flag}");
            assert_eq!(found(&[Nothing], "同意书〔2026〕3号", &[flag], OPEN), None, "{flag}");
            assert_eq!(found(&[Nothing], "", &[flag], (true, true)), None, "{flag}");
            assert_eq!(found(&[Nothing], "", &[flag], (false, false)), None, "{flag}");
        }
    }
}
