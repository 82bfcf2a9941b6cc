//! Differences of tables: exact, whole, and blind for what is hidden.

#![expect(clippy::unwrap_used, reason = "a table that does not read must fail the test")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use kaishu_tables::{DiffRequest, Engine, Governed, Keys, TableError, View};
use kaishu_types::table::{Cell, ChangeKind, ColumnChange, RowChange, TableDiff};
use proptest::prelude::*;
use support::{engine, run, take_in, visible, whole};

/// Takes in a table of its own folder.
fn table(text: &str) -> (tempfile::TempDir, Governed) {
    let folder = tempfile::tempdir().unwrap();
    let stored = take_in(folder.path(), text);
    let view = whole(&stored);
    (folder, Governed::new(stored, view))
}

fn request(keys: Keys) -> DiffRequest {
    DiffRequest { keys, limit: 100, ..DiffRequest::default() }
}

fn by(names: &[&str]) -> Keys {
    Keys::Columns(names.iter().map(|name| (*name).to_owned()).collect())
}

fn differences(old: &str, new: &str, keys: Keys) -> Result<TableDiff, TableError> {
    let ((folder, old), (_kept, new)) = (table(old), table(new));
    run(engine(folder.path()).diff(&old, &new, &request(keys)))
}

/// Writes the rows that differ: `~` changed, `+` added, `-` removed.
fn written(diff: &TableDiff) -> Vec<String> {
    let text = |cells: &Option<Vec<Cell>>| {
        let cells = cells.iter().flatten();
        cells.map(|cell| cell.clone().unwrap_or_default()).collect::<Vec<_>>().join("|")
    };
    diff.rows
        .iter()
        .map(|row| match row.kind {
            ChangeKind::Changed => format!("~{} → {}", text(&row.before), text(&row.after)),
            ChangeKind::Added => format!("+{}", text(&row.after)),
            ChangeKind::Removed => format!("-{}", text(&row.before)),
        })
        .collect()
}

const OLD: &str = "id,name,n\n1,甲,10\n2,乙,20\n3,丙,30\n4,丁,\n";
const NEW: &str = "id,name,n\n5,戊,50\n1,甲,10\n3,丙,31\n4,丁,\n2,乙,20\n";

/// Proves CAT-10, DL-10 (row differences).
#[test]
fn rows_are_told_by_a_key_or_whole() {
    let keyed = differences(OLD, NEW, by(&["id"])).unwrap();
    assert_eq!(written(&keyed), ["~3|丙|30 → 3|丙|31", "+5|戊|50"]);
    let counts = (keyed.n_same, keyed.n_changed, keyed.n_added, keyed.n_removed);
    assert_eq!(counts, (3, 1, 1, 0));

    let guessed = differences(OLD, NEW, Keys::Guess).unwrap();
    assert_eq!(
        (guessed.key.as_slice(), written(&guessed)),
        (keyed.key.as_slice(), written(&keyed))
    );

    let whole = differences(OLD, NEW, Keys::Rows).unwrap();
    assert_eq!(written(&whole), ["+5|戊|50", "+3|丙|31", "-3|丙|30"]);
    assert_eq!((whole.key.len(), whole.n_same), (0, 3));
}

#[test]
fn a_key_that_repeats_is_refused_and_never_guessed() {
    let old = "id,k,n\n1,a,1\n1,b,2\n";
    let new = "id,k,n\n1,a,1\n1,b,3\n1,b,3\n";
    let refused = differences(old, new, by(&["id"])).unwrap_err();
    assert!(refused.is_of_question(), "{refused}");
    assert!(refused.to_string().starts_with("3 rows have the same values in id"), "{refused}");
    // By both columns the second table repeats, too.
    assert!(differences(old, new, by(&["id", "k"])).is_err());
    let whole = differences(old, new, Keys::Guess).unwrap();
    assert_eq!(whole.key, Vec::<String>::new());
    assert_eq!(written(&whole), ["+1|b|3", "+1|b|3", "-1|b|2"]);
    let unknown = differences(old, new, by(&["nothing"])).unwrap_err();
    assert!(matches!(unknown, TableError::NoColumn(_)), "{unknown}");
}

#[test]
fn columns_that_differ_are_named_with_what_they_break() {
    let old = "id,name,n,gone,when,mixed\n1,甲,1,x,2020-01-01,1\n2,乙,2,y,2020-01-02,2\n3,丙,3,z,2020-01-03,3\n";
    let new = "id,title,n,new,when,mixed\n1,甲,1.5,p,2020-01-01,a\n2,乙,2,q,2020-01-02,2\n3,丙,3,q,2020-01-03,3\n";

    let diff = differences(old, new, by(&["id"])).unwrap();

    let column = |name: &str| name.to_owned();
    let said: Vec<_> =
        diff.column_changes.iter().map(|it| (it.clone(), it.is_breaking())).collect();
    use kaishu_types::vocabulary::ItemType::{Decimal, Integer, Text};
    let retyped = |name, from, to| ColumnChange::Retyped { column: column(name), from, to };
    assert_eq!(
        said,
        [
            (ColumnChange::Renamed { column: column("name"), to: column("title") }, true),
            (retyped("n", Integer, Decimal), false),
            (ColumnChange::Removed { column: column("gone") }, true),
            (retyped("mixed", Integer, Text), true),
            (ColumnChange::Added { column: column("new") }, false),
        ]
    );
    assert!(diff.is_breaking());
    assert_eq!(written(&diff), ["~1|1|2020-01-01|1 → 1|1.5|2020-01-01|a"]);
}

#[test]
fn parts_follow_each_other() {
    let ((folder, old), (_kept, new)) = (table(OLD), table("id,name,n\n1,a,1\n2,b,2\n9,i,9\n"));
    let engine = engine(folder.path());
    let all = run(engine.diff(&old, &new, &request(Keys::Guess))).unwrap();
    let mut rows: Vec<RowChange> = Vec::new();
    let mut offset = Some(0);
    while let Some(from) = offset {
        let wanted = DiffRequest { offset: from, limit: 2, ..DiffRequest::default() };
        let part = run(engine.diff(&old, &new, &wanted)).unwrap();
        assert!(part.rows.len() <= 2);
        rows.extend(part.rows);
        offset = part.next;
    }
    assert_eq!(rows, all.rows);
    let removed = DiffRequest { only: Some(ChangeKind::Removed), ..request(Keys::Guess) };
    let removed = run(engine.diff(&old, &new, &removed)).unwrap();
    assert_eq!(written(&removed), ["-3|丙|30", "-4|丁|"]);
    assert_eq!(removed.n_changed, all.n_changed);
}

/// Proves CAT-10 (differences are behind the view).
#[test]
fn a_hidden_column_changes_nothing() {
    let view = || View { columns: vec![visible(0), visible(2)], rows: None };
    let answer = |old: &str, new: &str| {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let old = Governed::new(take_in(a.path(), old), view());
        let new = Governed::new(take_in(b.path(), new), view());
        let engine = engine(folder.path());
        let diff = run(engine.diff(&old, &new, &request(Keys::Guess))).unwrap();
        let refused = run(engine.diff(&old, &new, &request(by(&["secret"])))).unwrap_err();
        let unknown = run(engine.diff(&old, &new, &request(by(&["nothing"])))).unwrap_err();
        assert_eq!(refused.to_string().replace("secret", "nothing"), unknown.to_string());
        diff
    };
    let quiet = answer("id,secret,n\n1,a,1\n2,b,2\n", "id,secret,n\n1,a,1\n2,b,3\n");
    let loud = answer("id,secret,n\n1,a,1\n2,b,2\n", "id,other,n\n1,7,1\n2,8,3\n");
    assert_eq!(quiet, loud);
    assert_eq!((quiet.n_same, quiet.n_changed), (1, 1));
    assert_eq!(quiet.column_changes, []);
}

fn csv(rows: &[(u8, u8)]) -> String {
    let mut text = "id,n\n".to_owned();
    for (id, n) in rows {
        writeln!(text, "K{id},V{n}").unwrap();
    }
    text
}

/// All differences, part by part.
fn all(engine: &Engine, old: &Governed, new: &Governed, keys: &Keys) -> Vec<RowChange> {
    let (mut rows, mut offset) = (Vec::new(), Some(0));
    while let Some(from) = offset {
        let wanted = DiffRequest { keys: keys.clone(), only: None, offset: from, limit: 3 };
        let part = run(engine.diff(old, new, &wanted)).unwrap();
        rows.extend(part.rows);
        offset = part.next;
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Proves CAT-10: the old table with its differences is the new one.
    #[test]
    fn differences_lead_from_the_old_table_to_the_new(
        old in proptest::collection::vec((0_u8..6, 0_u8..3), 1..14),
        new in proptest::collection::vec((0_u8..6, 0_u8..3), 1..14),
    ) {
        let ((folder, before), (_kept, after)) = (table(&csv(&old)), table(&csv(&new)));
        let engine = engine(folder.path());
        let row = |(id, n): &(u8, u8)| vec![Some(format!("K{id}")), Some(format!("V{n}"))];
        let mut rows: Vec<Vec<Cell>> = old.iter().map(row).collect();
        for change in all(&engine, &before, &after, &Keys::Rows) {
            prop_assert_ne!(change.kind, ChangeKind::Changed);
            if let Some(gone) = change.before {
                let place = rows.iter().position(|row| *row == gone).unwrap();
                rows.swap_remove(place);
            }
            rows.extend(change.after);
        }
        rows.sort();
        let mut wanted: Vec<Vec<Cell>> = new.iter().map(row).collect();
        wanted.sort();
        prop_assert_eq!(rows, wanted);
    }

    /// The same by a key.
    #[test]
    fn differences_by_a_key_lead_to_the_new_table(
        old in proptest::collection::btree_map(0_u8..9, 0_u8..3, 1..9),
        new in proptest::collection::btree_map(0_u8..9, 0_u8..3, 1..9),
    ) {
        let as_rows = |map: &BTreeMap<u8, u8>| -> Vec<(u8, u8)> { map.iter().map(|(a, b)| (*a, *b)).collect() };
        let ((folder, before), (_kept, after)) =
            (table(&csv(&as_rows(&old))), table(&csv(&as_rows(&new))));
        let engine = engine(folder.path());
        let row = |(id, n): (&u8, &u8)| (Some(format!("K{id}")), Some(format!("V{n}")));
        let mut found: BTreeMap<Cell, Cell> = old.iter().map(row).collect();
        for change in all(&engine, &before, &after, &by(&["id"])) {
            let pair = |cells: Option<Vec<Cell>>| cells.map(|cells| (cells[0].clone(), cells[1].clone()));
            let (gone, come) = (pair(change.before), pair(change.after));
            prop_assert_eq!(change.kind == ChangeKind::Changed, gone.is_some() && come.is_some());
            if let Some((key, value)) = gone {
                prop_assert_eq!(found.remove(&key), Some(value));
            }
            if let Some((key, value)) = come {
                prop_assert_eq!(found.insert(key, value), None);
            }
        }
        let wanted: BTreeMap<Cell, Cell> = new.iter().map(row).collect();
        prop_assert_eq!(found, wanted);
    }
}
