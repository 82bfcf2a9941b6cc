//! Text and rows that mean harm.

use kaishu_store::datasets;
use kaishu_store::{StoreError, vocabulary};
use kaishu_types::vocabulary::Term;
use sea_orm::ConnectionTrait;

use crate::build::{entry, file, find, imported, places, write};
use crate::database::TestDb;

pub(crate) async fn hostile_text_comes_back_as_it_was(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let texts = [
        "👩‍👩‍👧‍👦🇨🇳𠮷野家".to_owned(),
        "Robert'); DROP TABLE dataset;--".to_owned(),
        "\u{202e}gnp.exe\u{feff}\u{1}\u{1f}\u{7f}".to_owned(),
        "\\u0000 is six characters, \\\\ two".to_owned(),
        "长".repeat(350_000),
    ];

    for (n, text) in texts.iter().enumerate() {
        let title: String = text.chars().take(1_000).collect();
        let mut hostile = imported(&format!("id {text:.40} {n}"), &title);
        hostile.fields.summary = text.clone();
        hostile.fields.extras.insert(text.chars().take(30).collect(), text.clone());
        hostile.items[0].description = Some(text.clone());
        hostile.resources[0].url = Some(text.clone());
        hostile.version_note = text.clone();
        let (given, _) = write(store, hostile.clone()).await;

        let found = find(store, &given).await;
        assert_eq!(found.fields, hostile.fields);
        assert_eq!(found.items, hostile.items);
        assert_eq!(found.resources[0].url.as_ref(), Some(text));
        assert_eq!(found.versions[0].note, *text);
        assert_eq!(found.source_id, hostile.origin.map(|origin| origin.source_id));
    }
}

pub(crate) async fn a_long_title_is_refused_alone(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let mut in_english = imported("b", "乙");
    in_english.fields.title_en = Some("e".repeat(1_001));
    let mut with_room = imported("c", &"题".repeat(1_000));
    with_room.fields.summary = "长".repeat(350_000);
    let batch = [imported("a", &"题".repeat(1_001)), in_english, with_room];

    let verdicts = datasets::upsert_batch(store, &batch).await.unwrap();

    for verdict in &verdicts[..2] {
        assert_eq!(
            verdict.as_ref().unwrap_err().reason,
            "the title has 1001 characters, at most 1000 can be kept; shorten it, the summary has \
             room"
        );
    }
    assert!(verdicts[2].is_ok());
}

pub(crate) async fn a_nul_is_refused_by_name(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let mut in_title = entry("停\0车场");
    in_title.fields.title_en = None;
    let mut in_item = entry("甲");
    in_item.items[1].label = "地\0址".to_owned();
    let mut in_file = entry("乙");
    in_file.resources.push(file("名\0字"));
    let in_origin = imported("a\0b", "丙");
    let mut in_organization = entry("丁");
    in_organization.organization = "YX\0".to_owned();
    let mut in_note = entry("戊");
    in_note.version_note = "\0".to_owned();
    let batch = [in_title, in_item, in_file, in_origin, in_organization, in_note, entry("好")];

    let verdicts = datasets::upsert_batch(store, &batch).await.unwrap();

    for verdict in &verdicts[..6] {
        let reason = &verdict.as_ref().unwrap_err().reason;
        assert!(reason.contains("NUL"), "{reason}");
    }
    assert!(verdicts[6].is_ok());
    let term = Term {
        vocabulary: "theme".to_owned(),
        code: "a".to_owned(),
        label_zh: "\0".to_owned(),
        label_en: String::new(),
        uri: None,
        position: 0,
    };
    let error = vocabulary::upsert(store, &[term]).await.unwrap_err();
    assert!(matches!(error, StoreError::Invalid { .. }), "{error}");
}

pub(crate) async fn corrupt_rows_are_errors(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let (given, _) = write(store, entry("甲")).await;
    let door = database.back_door().await;
    let damages = [
        ("UPDATE dataset SET state = 'sold'", "UPDATE dataset SET state = 'published'", "sold"),
        ("UPDATE dataset SET version = 9", "UPDATE dataset SET version = 1", "no version 9"),
        ("UPDATE dataset SET n_views = -1", "UPDATE dataset SET n_views = 0", "n_views"),
        ("UPDATE data_item SET item_type = 'x'", "UPDATE data_item SET item_type = 'text'", "`x`"),
        ("UPDATE dataset SET fields = '{}'", "DELETE FROM change_feed", "fields"),
    ];

    for (damage, repair, part) in damages {
        door.execute_unprepared(damage).await.unwrap();
        let error = datasets::find(store, &given).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
        assert!(error.to_string().contains(part), "{error}");
        door.execute_unprepared(repair).await.unwrap();
    }
    door.close().await.unwrap();
}
