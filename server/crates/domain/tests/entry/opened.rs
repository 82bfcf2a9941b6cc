//! What is opened further than it was, and what comes with it.

use super::*;

const NO_RECORD: Records = Records { to_this: false, to_any: false };
const OLD_RECORD: Records = Records { to_this: false, to_any: true };
const NEW_RECORD: Records = Records { to_this: true, to_any: true };

// Proves CLS-10 (aba 30¶2, yulin 22): what was not open, or open on conditions, is opened further only with the
// record in words and as a file of this very revision, be it the entry or one item of it; what stays or is
// narrowed needs none.
#[test]
fn what_is_opened_further_comes_with_its_record() {
    use OpenClass::{Conditional, None, Unconditional};
    for (before, after, is_wider) in [
        (None, Unconditional, true),
        (None, Conditional, true),
        (Conditional, Unconditional, true),
        (Unconditional, Conditional, false),
        (Conditional, None, false),
        (Conditional, Conditional, false),
    ] {
        for of_item in [false, true] {
            let mut entry = whole();
            let mut published = whole();
            match of_item {
                true => {
                    published.items[0].open_class = before;
                    entry.items[0].open_class = after;
                    // Another name does not make it another item.
                    entry.items[0].name = "renamed".to_owned();
                }
                false => {
                    published.fields.open.class = before;
                    entry.fields.open.class = after;
                }
            }
            let found = |entry: &DraftDocument, records| {
                let class = published.fields.open.class;
                let published = Published { class, items: &published.items };
                let faults = relaxing::check(&profile("aba"), Some(published), entry, records);
                fields(&faults).into_iter().collect::<Vec<_>>()
            };
            let all = ["relaxation", "relaxed_by"];
            let expected = if is_wider { all.as_slice() } else { &[] };
            assert_eq!(found(&entry, NO_RECORD), expected, "{before} to {after}");
            entry.relaxed_by = "脱敏记录 2026-11".to_owned();
            let expected = if is_wider { ["relaxation"].as_slice() } else { &[] };
            assert_eq!(found(&entry, OLD_RECORD), expected, "an old record, {before} to {after}");
            assert_eq!(found(&entry, NEW_RECORD), [""; 0], "{before} to {after}");
        }
    }
}

// Part of CLS-09: sensitive data that is opened for the first time comes with the file, too; a later revision goes
// by what was attached before.
#[test]
fn sensitive_data_is_opened_with_a_file() {
    let mut entry = whole();
    entry.sensitivity = BTreeSet::from([Sensitivity::PersonalPrivacy]);
    entry.relaxed_by = "脱敏记录 2026-11".to_owned();
    let found = |entry: &DraftDocument, records| -> Vec<&'static str> {
        relaxing::check(&profile("aba"), None, entry, records).iter().map(|it| it.field).collect()
    };
    assert_eq!(found(&entry, NO_RECORD), ["relaxation"]);
    assert_eq!(found(&entry, OLD_RECORD), [""; 0]);
    entry.fields.open.class = OpenClass::None;
    assert_eq!(found(&entry, NO_RECORD), [""; 0]);
}
