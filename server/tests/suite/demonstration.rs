//! The demonstration catalogue as `kaishu demo` loads it.

use kaishu_portal::accounts::Caller;
use kaishu_store::Store;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::Lang;
use kaishu_types::vocabulary::{DatasetState, OpenClass, ResourceKind};

use crate::kill::kaishu;

/// How many days each entry is late, counted from a day.
async fn days_late(store: &Store, today: chrono::NaiveDate) -> Vec<(String, Option<i64>)> {
    let mut found = Vec::new();
    let mut next = Some(0);
    while let Some(from) = next {
        let page = kaishu_store::datasets::page_of_codes(store, from, 1_000).await.unwrap();
        for code in page.codes {
            let entry =
                kaishu_store::datasets::find(store, &code.parse().unwrap()).await.unwrap().unwrap();
            let late = entry.next_due.map(|due| (today - due).num_days());
            found.push((code, late));
        }
        next = page.next_after_id;
    }
    found.sort();
    found
}

/// Whatever day it is, entries are on time and late as on the day the dates were written, but for days off.
#[test]
fn the_demonstration_does_not_grow_old() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let output = kaishu(folder.path()).arg("demo").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("sqlite://{}", folder.path().join("data/kaishu.sqlite").display());
        let loaded = Store::connect(&url, 1).await.unwrap();
        let today = kaishu_portal::Clock::System.today();
        let written = TestPortal::open(Setup { with_demo: true, ..Setup::default() }).await;
        let found = days_late(&loaded, today).await;

        let then = days_late(written.store(), written.portal().today()).await;
        assert_eq!(found.len(), then.len());
        for ((code, late), (same, was)) in found.iter().zip(&then) {
            assert_eq!((code, late.is_some()), (same, was.is_some()));
            // Last days that are days off move to the next working day: the longest holiday is nine days.
            let moved = late.zip(*was).map_or(0, |(late, was)| (late - was).abs());
            assert!(moved <= 9, "{code}: {was:?} days then, {late:?} now");
        }
        assert!(found.iter().any(|(_, late)| late.is_some_and(|days| days > 0)));
        assert!(found.iter().any(|(_, late)| late.is_some_and(|days| days <= 0)));
        for (code, state, n_versions) in [
            ("YX-ZFB-0007", DatasetState::Published, 2),
            ("YX-BY-JYJ-0002", DatasetState::Suspended, 1),
            ("YX-BY-MZJ-0002", DatasetState::Withdrawn, 1),
        ] {
            let code = code.parse().unwrap();
            let entry = kaishu_store::datasets::find(&loaded, &code).await.unwrap().unwrap();
            assert_eq!((entry.state, entry.versions.len()), (state, n_versions), "{code}");
            assert_eq!(entry.state_reason.is_some(), state != DatasetState::Published);
        }
    });
}

/// Proves PUB-01 in part: what is published without a resource is flagged, by the import and after it.
#[tokio::test]
async fn an_open_entry_without_a_resource_is_flagged() {
    let site = TestPortal::open(Setup::default()).await;
    let folder = Catalogue::default()
        .dataset("YX-T-0001", "没有文件的清单", "unconditional")
        .dataset("YX-T-0002", "不予开放的清单", "none")
        .folder();

    let report = site.import(folder).await;

    let notes: Vec<_> = report.notes.iter().map(|note| note.record.as_str()).collect();
    assert_eq!(notes, ["YX-T-0001"], "{report:?}");
    assert!(report.notes[0].text.contains("PUB-01"));
    assert_eq!(site.portal().check_files(10).await.unwrap().without_resource, ["YX-T-0001"]);
}

/// Proves PUB-03 in part: an open entry that programs cannot read is flagged, by the import and after it.
#[tokio::test]
async fn an_open_entry_of_prose_only_is_flagged() {
    let site = TestPortal::open(Setup::default()).await;
    let files = ["a.pdf", "b.csv", "c.pdf"];
    let folder = files.iter().zip(1..).fold(Catalogue::default(), |it, (name, n)| {
        let code = format!("YX-T-000{n}");
        it.dataset(&code, "清单", "unconditional").file(&code, name, b"a\n1\n")
    });
    let report = site.import(folder.folder()).await;

    let flagged: Vec<_> = report
        .notes
        .iter()
        .filter(|note| note.text.contains("PUB-03"))
        .map(|note| note.record.as_str())
        .collect();
    assert_eq!(flagged, ["YX-T-0001", "YX-T-0003"], "{report:?}");
    let check = site.portal().check_files(10).await.unwrap();
    assert_eq!(check.unreadable, ["YX-T-0001", "YX-T-0003"]);
    assert_eq!(check.without_resource, [""; 0]);
}

/// Proves PUB-01 for the demonstration: an entry that is unconditional or conditional is published
/// together with a mounted resource; what is mounted on a conditional one stays closed.
#[tokio::test]
async fn every_open_or_conditional_entry_has_a_resource() {
    let site = TestPortal::open(Setup { with_demo: true, ..Setup::default() }).await;
    assert_eq!(site.portal().check_files(1_000).await.unwrap().without_resource, [""; 0]);

    let (mut n_files, mut n_interfaces) = (0, 0);
    for (code, _) in days_late(site.store(), site.portal().today()).await {
        let code = code.parse().unwrap();
        let entry = kaishu_store::datasets::find(site.store(), &code).await.unwrap().unwrap();
        if entry.fields.open.class != OpenClass::Conditional {
            continue;
        }
        let resource = &entry.resources[0];
        n_files += usize::from(resource.kind == ResourceKind::File);
        n_interfaces += usize::from(resource.kind == ResourceKind::Api);
        let refused = site
            .portal()
            .open_download(&Caller::visitor(), &code, resource.id, Lang::Zh)
            .await
            .unwrap_err();
        let kaishu_portal::Error::Refused { code: reason, remedy, rule, .. } = refused else {
            panic!("{code}: {refused}");
        };
        assert_eq!(reason, kaishu_types::ErrorCode::Forbidden);
        assert!(remedy.is_some_and(|it| it.link.contains(code.as_str())), "the way to apply");
        assert!(rule.is_some());
        let shown = site.portal().dataset(&code).await.unwrap();
        // A file may be listed for the columns of it that are open, never with what opens the whole.
        assert!(shown.resources.iter().all(|it| it.sha256.is_none() && it.url.is_none()));
    }
    assert_eq!((n_files, n_interfaces), (25, 5));
}
