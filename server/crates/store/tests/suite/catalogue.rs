//! Writing datasets and reading them back.

use kaishu_domain::Calendar;
use kaishu_store::datasets::{self, EntryWrite, Outcome};
use kaishu_store::{Listed, StoreError, feed};
use kaishu_types::vocabulary::{DatasetState, Frequency, OpenClass};
use sea_orm::ConnectionTrait;

use crate::build::{self, code, day, entry, file, find, imported, item, places, time, write};
use crate::database::TestDb;

pub(crate) async fn a_dataset_is_found_as_it_was_written(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let written = EntryWrite { code: Some(code("YX-FGW-0217")), ..imported("x1", "停车场") };

    let (given, outcome) = write(store, written.clone()).await;

    assert_eq!((given.as_str(), outcome), ("YX-FGW-0217", Outcome::Created));
    let found = find(store, &given).await;
    assert_eq!(found.fields, written.fields);
    assert_eq!(found.items, written.items);
    assert_eq!(found.organization.name, "机构YX-FGW");
    assert_eq!(found.region.code, "YX");
    assert_eq!(found.updated_at, written.updated_at);
    assert_eq!(found.state, DatasetState::Published);
    assert_eq!(found.source_id.as_deref(), Some("x1"));
    assert_eq!(found.origin.unwrap().name, "other");
    assert_eq!((found.version, found.versions.len()), (1, 1));
    assert_eq!(found.versions[0].note, "首次发布");
    let titles: Vec<_> = found.resources.iter().map(|file| file.title.as_str()).collect();
    assert_eq!(titles, ["停车场", "泊位"]);
    assert_eq!(found.resources[0].size_bytes, Some(5_000_000_000));
    assert_eq!(found.resources[0].updated_at, time("2026-03-01T08:00:00.123456Z"));

    let id = found.resources[1].id;
    let blob_key = datasets::blob_key(store, &given, id).await.unwrap();
    assert_eq!(blob_key, written.resources[1].blob_key);
    assert_eq!(datasets::blob_key(store, &code("YX-1"), id).await.unwrap(), None);
    assert_eq!(datasets::find(store, &code("YX-1")).await.unwrap(), None);
}

/// Proves SRCH-04: what is hidden is not found, like what never was.
pub(crate) async fn what_a_rule_hides_is_not_found(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let (hidden, _) = write(store, entry("底册")).await;
    let find = async |rule: Listed| datasets::find_shown(store, &hidden, rule).await.unwrap();

    assert_eq!(find(|_, _| true).await, Some(build::find(store, &hidden).await));
    assert_eq!(find(|_, _| false).await, None);
    assert_eq!(find(|_, class| class == OpenClass::None).await, None);
    assert_eq!(find(|state, _| state == DatasetState::Draft).await, None);
}

pub(crate) async fn codes_are_assigned_and_never_used_twice(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let chosen = |text: &str| EntryWrite { code: Some(code(text)), ..entry("自选") };
    // `YX-SJJ-0001` is kept by another organization, before `YX-SJJ` has a dataset of its own.
    write(store, chosen("YX-SJJ-0001")).await;

    let batch = [
        entry("一"),
        chosen("YX-FGW-0005"),
        entry("二"),
        EntryWrite { organization: "YX-SJJ".to_owned(), ..entry("三") },
    ];
    let verdicts = datasets::upsert_batch(store, &batch).await.unwrap();

    let codes: Vec<_> =
        verdicts.into_iter().map(|verdict| verdict.unwrap().code.to_string()).collect();
    assert_eq!(codes, ["YX-FGW-0006", "YX-FGW-0005", "YX-FGW-0007", "YX-SJJ-0002"]);
    let (next, _) = write(store, entry("四")).await;
    assert_eq!(next.as_str(), "YX-FGW-0008");
}

pub(crate) async fn the_same_entry_again_changes_nothing(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let batch = [imported("a", "甲"), imported("b", "乙")];
    let first = datasets::upsert_batch(store, &batch).await.unwrap();
    let head = feed::head(store).await.unwrap();
    let before = find(store, &first[0].as_ref().unwrap().code).await;

    let second = datasets::upsert_batch(store, &batch).await.unwrap();

    for (first, second) in first.iter().zip(&second) {
        let (first, second) = (first.as_ref().unwrap(), second.as_ref().unwrap());
        assert_eq!(first.code, second.code);
        assert_eq!(second.outcome, Outcome::Unchanged);
    }
    assert_eq!(feed::head(store).await.unwrap(), head, "what did not change is not announced");
    assert_eq!(find(store, &before.code).await, before);
}

/// Proves CAT-10 and PUB-14.
pub(crate) async fn an_entry_without_dates_keeps_the_dates_it_has(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let undated = |at: &str, title: &str| {
        let at = time(at);
        let mut written = imported("x1", title);
        written.resources.iter_mut().for_each(|resource| resource.updated_at = at);
        EntryWrite { published_at: at, updated_at: at, is_dated: false, ..written }
    };
    let (given, _) = write(store, undated("2026-05-01T00:00:00Z", "停车场")).await;

    let (_, again) = write(store, undated("2026-06-01T00:00:00Z", "停车场")).await;
    assert_eq!(again, Outcome::Unchanged);
    assert_eq!(find(store, &given).await.updated_at, time("2026-05-01T00:00:00Z"));

    let (_, changed) = write(store, undated("2026-07-01T00:00:00Z", "停车场泊位")).await;
    assert_eq!(changed, Outcome::Updated);
    assert_eq!(find(store, &given).await.updated_at, time("2026-07-01T00:00:00Z"));
}

pub(crate) async fn a_change_makes_a_version_and_keeps_the_old_one(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let (given, _) = write(store, imported("a", "甲")).await;
    let before = find(store, &given).await;
    let mut changed = imported("a", "甲（修订）");
    changed.fields.keywords.clear();
    changed.items.push(item("phone", OpenClass::None));
    changed.resources[1] = file("泊位二");
    changed.updated_at = time("2026-04-01T00:00:00Z");
    changed.version_note = "修订".to_owned();

    let (same, outcome) = write(store, changed.clone()).await;

    assert_eq!((same, outcome), (given.clone(), Outcome::Updated));
    let after = find(store, &given).await;
    assert_eq!(after.fields, changed.fields);
    assert_eq!(after.items, changed.items);
    assert_eq!(after.version, 2);
    let newest = &after.versions[0];
    assert_eq!((newest.number, newest.note.as_str()), (2, "修订"));
    assert_eq!(newest.changed_fields, ["keywords", "title", "items", "resources", "updated_at"]);
    assert_eq!(newest.resources, after.resources);
    assert_eq!(after.versions[1], before.versions[0], "a version never changes");
    let old = datasets::version(store, &given, 1).await.unwrap().unwrap();
    assert_eq!(old.fields, before.fields);
    assert_eq!(old.items, before.items);
    assert_eq!(old.version, before.versions[0]);
    let new = datasets::version(store, &given, 2).await.unwrap().unwrap();
    assert_eq!(new.fields, changed.fields);
    assert_eq!(datasets::version(store, &given, 3).await.unwrap(), None);
}

pub(crate) async fn unchanged_resources_keep_their_numbers(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let (given, _) = write(store, imported("a", "甲")).await;
    let before = find(store, &given).await;
    let mut changed = imported("a", "甲");
    changed.resources.insert(0, file("说明"));

    write(store, changed).await;

    let after = find(store, &given).await;
    let numbers: Vec<_> = after.resources.iter().map(|file| (file.id, file.version)).collect();
    let old: Vec<_> = before.resources.iter().map(|file| (file.id, 1)).collect();
    assert_eq!(numbers[1..], old, "links to files that stay keep working");
    assert_eq!(numbers[0].1, 2);
    assert_eq!(after.versions[0].changed_fields, ["resources"]);
    assert_eq!(after.versions[1].resources, before.resources);
}

pub(crate) async fn one_entry_twice_in_a_batch_is_one_dataset(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let batch = [imported("a", "甲"), imported("a", "甲二"), imported("a", "甲二")];

    let verdicts = datasets::upsert_batch(store, &batch).await.unwrap();

    let outcomes: Vec<_> = verdicts.iter().map(|v| v.as_ref().unwrap().outcome).collect();
    assert_eq!(outcomes, [Outcome::Created, Outcome::Updated, Outcome::Unchanged]);
    let found = find(store, &verdicts[0].as_ref().unwrap().code).await;
    assert_eq!((found.fields.title.as_str(), found.version), ("甲二", 2));
}

pub(crate) async fn refused_entries_do_not_stop_the_others(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let (given, _) = write(store, imported("a", "甲")).await;
    let batch = [
        EntryWrite { organization: "NOBODY".to_owned(), ..entry("乙") },
        EntryWrite { region: "NOWHERE".to_owned(), ..entry("丙") },
        EntryWrite { code: Some(code("YX-OTHER")), ..imported("a", "丁") },
        EntryWrite { code: Some(given.clone()), ..imported("b", "戊") },
        entry("  "),
        imported("", "己"),
        imported(&"长".repeat(400), "庚"),
        entry("辛"),
    ];

    let verdicts = datasets::upsert_batch(store, &batch).await.unwrap();

    let reasons: Vec<_> = verdicts
        .iter()
        .map(|verdict| verdict.as_ref().err().map(|refusal| refusal.reason.as_str()))
        .collect();
    let expected = ["NOBODY", "NOWHERE", "YX-OTHER", "entry `a`", "title", "source_id", "1000"];
    for (reason, part) in reasons.iter().zip(expected) {
        assert!(reason.unwrap().contains(part), "{reason:?} does not speak of {part}");
    }
    assert_eq!(reasons[7], None);
    assert_eq!(find(store, &given).await.fields.title, "甲");
}

/// Proves that an import leaves decisions alone (SRCH-08).
pub(crate) async fn an_import_does_not_undo_a_suspension(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let (given, _) = write(store, imported("a", "甲")).await;
    let at = time("2026-05-01T00:00:00Z");

    datasets::set_state(store, &given, DatasetState::Suspended, Some("数据有误"), at)
        .await
        .unwrap();
    let (_, same) = write(store, imported("a", "甲")).await;
    let (_, changed) = write(store, imported("a", "甲二")).await;

    assert_eq!((same, changed), (Outcome::Unchanged, Outcome::Updated));
    let found = find(store, &given).await;
    assert_eq!(found.state, DatasetState::Suspended);
    assert_eq!(found.state_reason.as_deref(), Some("数据有误"));
    assert_eq!(found.state_since, at);
    let lost = datasets::set_state(store, &code("NO-1"), DatasetState::Retired, None, at).await;
    assert!(matches!(lost, Err(StoreError::NotFound { .. })), "{lost:?}");
}

pub(crate) async fn a_state_alone_makes_no_version(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let draft = EntryWrite { state: DatasetState::Draft, ..imported("a", "甲") };
    let (given, _) = write(store, draft).await;
    let head = feed::head(store).await.unwrap();

    let (_, outcome) = write(store, imported("a", "甲")).await;

    let found = find(store, &given).await;
    assert_eq!((outcome, found.version), (Outcome::Updated, 1));
    assert_eq!(found.state, DatasetState::Published);
    let changes = feed::since(store, head, 10).await.unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].dataset_code, given);
}

/// Proves PUB-04.
pub(crate) async fn the_next_update_is_due_after_the_period(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let (monthly, _) = write(store, imported("a", "甲")).await;
    let mut late = imported("c", "丙");
    // One o'clock on 2 March in China.
    late.updated_at = time("2026-03-01T17:00:00Z");
    let (late, _) = write(store, late).await;
    let mut fixed = imported("b", "乙");
    fixed.fields.frequency = Frequency::Static;

    let (fixed, _) = write(store, fixed).await;

    assert_eq!(find(store, &monthly).await.next_due, Some(day("2026-04-01")));
    assert_eq!(find(store, &late).await.next_due, Some(day("2026-04-02")));
    assert_eq!(find(store, &fixed).await.next_due, None);
}

const FIRST_OF_APRIL_OFF: &str = r#"
[[year]]
year = 2026
notice = "通知"
links = []
off = [
  { name = "元旦", first = 2026-01-01, last = 2026-01-01 },
  { name = "清明节", first = 2026-04-01, last = 2026-04-01 },
  { name = "劳动节", first = 2026-05-01, last = 2026-05-01 },
  { name = "国庆节", first = 2026-10-01, last = 2026-10-01 },
]
work = []
"#;

/// Proves SUP-01 for data: another calendar moves the day of each cycle that runs, once, and search hears of it; what
/// ended, and a missed cycle that was told, stays as it was.
pub(crate) async fn another_calendar_moves_what_is_due(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let (moved, _) = write(store, imported("a", "甲")).await;
    let (same, _) = write(store, imported("b", "乙")).await;
    let (told, _) = write(store, imported("c", "丙")).await;
    let (gone, _) = write(store, imported("d", "丁")).await;
    let mut fixed = imported("e", "戊");
    fixed.fields.frequency = Frequency::Static;
    let (fixed, _) = write(store, fixed).await;
    let right = find(store, &same).await.next_due;
    let back_door = database.back_door().await;
    for (code, columns) in [
        (&moved, "next_due = '2026-03-30'"),
        (&told, "next_due = '2026-03-30', overdue_told = '2026-03-30'"),
        (&gone, "next_due = '2026-03-30', state = 'retired'"),
    ] {
        let sql = format!("UPDATE dataset SET {columns} WHERE code = '{code}'");
        back_door.execute_unprepared(&sql).await.unwrap();
    }
    let head = feed::head(store).await.unwrap();
    let recount = async || {
        let (mut after, mut n_moved) = (0, 0);
        while let Some((last, n)) = datasets::recount_due(store, after, 2).await.unwrap() {
            (after, n_moved) = (last, n_moved + n);
        }
        n_moved
    };

    assert_eq!(recount().await, 1);

    assert_eq!(right, Some(day("2026-04-01")));
    for (code, due) in [
        (&moved, right),
        (&same, right),
        (&told, Some(day("2026-03-30"))),
        (&gone, Some(day("2026-03-30"))),
        (&fixed, None),
    ] {
        assert_eq!(find(store, code).await.next_due, due, "{code}");
    }
    let changes = feed::since(store, head, 10).await.unwrap();
    let changed: Vec<_> = changes.iter().map(|it| &it.dataset_code).collect();
    assert_eq!(changed, [&moved]);
    assert_eq!(recount().await, 0, "there is nothing left to count");

    // By a calendar in which that day is off, for what is there and for what is written.
    let calendar = Calendar::load().unwrap().with_years(FIRST_OF_APRIL_OFF).unwrap();
    let other = store.clone().with_calendar(calendar);
    let counted = datasets::recount_due(&other, 0, 10).await.unwrap();
    assert_eq!(counted.map(|(_, n_moved)| n_moved), Some(2));
    let (new, _) = write(&other, imported("f", "己")).await;
    for code in [&moved, &same, &new] {
        assert_eq!(find(store, code).await.next_due, Some(day("2026-04-02")), "{code}");
    }
}

pub(crate) async fn large_batches_are_written(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let mut batch: Vec<_> =
        (0..1203).map(|n| imported(&format!("id-{n}"), &format!("数据集{n}"))).collect();
    // Far more parts than a statement has room for.
    batch[7].items =
        (0..3000).map(|n| item(&format!("column_{n}"), OpenClass::Unconditional)).collect();

    let verdicts = datasets::upsert_batch(store, &batch).await.unwrap();

    assert!(verdicts.iter().all(|v| v.as_ref().unwrap().outcome == Outcome::Created));
    let found = find(store, &verdicts[7].as_ref().unwrap().code).await;
    assert_eq!(found.items, batch[7].items);
    let last = find(store, &verdicts[1202].as_ref().unwrap().code).await;
    assert_eq!(last.fields.title, "数据集1202");
    assert_eq!(last.resources.len(), 2);
    assert_eq!(build::find(store, &code("YX-FGW-1203")).await, last);
}
