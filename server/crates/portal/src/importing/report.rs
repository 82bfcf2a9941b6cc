//! What an import tells of records and values that it could not take over.

use std::collections::BTreeMap;

use kaishu_types::import::{MergeReport, Note, Rejection, Unmapped};

/// Rejections, and notes, kept word for word; a file that is all wrong must not fill the memory.
const MAX_REJECTIONS: usize = 10_000;

/// Adds rejections; those beyond the limit are named in the log.
pub(super) fn add_rejections(report: &mut MergeReport, rejected: Vec<Rejection>) {
    for rejection in rejected {
        if report.rejected.len() < MAX_REJECTIONS {
            report.rejected.push(rejection);
        } else {
            let Rejection { record, reason } = rejection;
            tracing::warn!(%record, %reason, "a record was rejected and is not in the report");
        }
    }
}

/// Adds notes; those beyond the limit are in the log.
pub(super) fn add_notes(report: &mut MergeReport, notes: Vec<Note>) {
    for note in notes {
        if report.notes.len() < MAX_REJECTIONS {
            report.notes.push(note);
        } else {
            let Note { record, text } = note;
            tracing::warn!(%record, %text, "a note is not in the report");
        }
    }
}

/// Says how many rejections of `n_records` records are not listed one by one.
pub(super) fn note_unlisted(report: &mut MergeReport, n_records: u64) {
    let n_taken = report.created + report.updated + report.unchanged;
    let n_rejected = n_records.saturating_sub(n_taken);
    let n_more = n_rejected.saturating_sub(report.rejected.len() as u64);
    if n_more > 0 {
        report.rejected.push(Rejection {
            record: "…".to_owned(),
            reason: format!(
                "{n_more} more records were rejected for like reasons; the log names them"
            ),
        });
    }
}

/// Adds counts of unmapped values to a report.
pub(super) fn add_unmapped(report: &mut MergeReport, unmapped: BTreeMap<(String, String), u64>) {
    let known = std::mem::take(&mut report.unmapped);
    let mut counts: BTreeMap<(String, String), u64> =
        known.into_iter().map(|it| ((it.vocabulary, it.value), it.count)).collect();
    for (value, count) in unmapped {
        *counts.entry(value).or_default() += count;
    }
    let all = counts.into_iter();
    report.unmapped =
        all.map(|((vocabulary, value), count)| Unmapped { vocabulary, value, count }).collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejections(n: usize) -> Vec<Rejection> {
        let one = |n| Rejection { record: format!("line {n}"), reason: "wrong".to_owned() };
        (1..=n).map(one).collect()
    }

    // Proves ZON-05: no rejection is silently missing.
    #[test]
    fn rejections_beyond_the_limit_are_counted() {
        let mut report = MergeReport { created: 3, unchanged: 1, ..MergeReport::default() };
        add_rejections(&mut report, rejections(MAX_REJECTIONS - 1));
        add_rejections(&mut report, rejections(8));

        assert_eq!(report.rejected.len(), MAX_REJECTIONS);
        note_unlisted(&mut report, MAX_REJECTIONS as u64 + 4 + 7);

        assert_eq!(report.rejected.len(), MAX_REJECTIONS + 1);
        let last = report.rejected.last();
        assert_eq!(last.map(|it| it.record.as_str()), Some("…"));
        assert_eq!(
            last.map(|it| it.reason.as_str()),
            Some("7 more records were rejected for like reasons; the log names them")
        );
    }

    #[test]
    fn a_report_with_all_rejections_stays_as_it_is() {
        let mut report = MergeReport { updated: 5, rejected: rejections(2), ..Default::default() };
        note_unlisted(&mut report, 7);
        assert_eq!(report.rejected, rejections(2));
    }

    #[test]
    fn counts_of_values_add_up_over_batches() {
        let batch = |pairs: &[(&str, &str, u64)]| {
            pairs
                .iter()
                .map(|(list, value, n)| ((list.to_string(), value.to_string()), *n))
                .collect()
        };
        let mut report = MergeReport::default();
        add_unmapped(&mut report, batch(&[("theme", "x", 2), ("format", "x", 1)]));
        add_unmapped(&mut report, batch(&[("theme", "x", 3), ("theme", "y", 1)]));

        let found: Vec<_> = report
            .unmapped
            .iter()
            .map(|it| (it.vocabulary.as_str(), it.value.as_str(), it.count))
            .collect();
        assert_eq!(found, [("format", "x", 1), ("theme", "x", 5), ("theme", "y", 1)]);
    }
}
