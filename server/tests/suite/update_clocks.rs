//! Data that is not renewed in time (PUB-04).

use chrono::{DateTime, Utc};
use kaishu_portal::accounts::Caller;
use kaishu_portal::{Portal, publishing::OwnFilter};
use kaishu_store::log::{self, Search};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, people};
use kaishu_types::dataset::Freshness;
use kaishu_types::vocabulary::Frequency;

use crate::recording::rewrite;
use crate::support::TestSite;

const CODE: &str = "YX-T-0001";

fn at(text: &str) -> DateTime<Utc> {
    format!("{text}T04:00:00Z").parse().unwrap()
}

/// How often somebody was told that data is overdue.
async fn told(portal: &Portal, caller: &Caller) -> usize {
    let inbox = portal.inbox(caller, None, LANG).await.unwrap();
    let is_told = |text: &str| text.contains("逾期未更新");
    inbox.notices.iter().filter(|it| is_told(&it.text) && it.title == "公交站点").count()
}

// Proves PUB-04 (aba 16, guangdong 21, anshan 12): the clock of an entry runs by its frequency and ends on a working day;
// a missed cycle marks the data overdue, tells the provider and the authority once, however many nodes look, and
// counts in supervision; renewed data is overdue no more.
#[tokio::test]
async fn data_that_is_not_renewed_is_overdue() {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "公交站点", "unconditional")
        .item(CODE, "name", "unconditional")
        .file(CODE, "stops.csv", "name\n汽车站\n".as_bytes())
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    let test_portal = &site.test_portal;
    let people = people(test_portal.portal()).await;
    // Renewed on Saturday, 2026-11-21: a week later is a Saturday, so it is due on Monday.
    rewrite(&site, CODE, |entry| entry.fields.frequency = Frequency::Weekly).await;
    let code = CODE.parse().unwrap();
    let dataset = test_portal.portal().dataset(&code).await.unwrap();
    let monday = at("2026-11-30").date_naive();
    assert_eq!(dataset.next_due, Some(monday));
    test_portal.portal().look_at_clocks().await.unwrap();
    let events = async || {
        let search = Search {
            kind: Some("dataset".to_owned()),
            subjects: vec![CODE.to_owned()],
            events: vec!["update_overdue".to_owned()],
            ..Search::default()
        };
        log::search(test_portal.store(), &search, 10).await.unwrap()
    };
    for day in ["2026-11-29", "2026-11-30"] {
        let portal = test_portal.open_at(at(day)).await;
        portal.look_at_clocks().await.unwrap();
        assert_eq!(events().await.len(), 0, "{day}");
        let board = portal.overdue_board(&people.authority, LANG).await.unwrap();
        assert!(board.datasets.iter().all(|it| it.row.code != code), "{day}");
    }

    let portal = test_portal.open_at(at("2026-12-01")).await;
    let another = test_portal.open_at(at("2026-12-01")).await;
    let (one, other) = tokio::join!(portal.look_at_clocks(), another.look_at_clocks());
    one.unwrap();
    other.unwrap();
    portal.look_at_clocks().await.unwrap();
    let logged = events().await;
    assert_eq!(logged.len(), 1, "once, however many nodes look");
    assert_eq!(logged[0].event.body.facts["due"], "2026-11-30");
    assert_eq!(logged[0].event.by.login, "system");
    for caller in [&people.officer, &people.head, &people.authority] {
        assert_eq!(told(&portal, caller).await, 1, "{:?}", caller.login());
    }
    assert_eq!(told(&portal, &people.stranger).await, 0, "another agency");
    let shown = portal.dataset(&code).await.unwrap();
    let expected = Freshness::Overdue { due: monday, days: 1 };
    assert_eq!(shown.freshness(at("2026-12-01").date_naive()), expected);
    let board = portal.overdue_board(&people.authority, LANG).await.unwrap();
    assert!(board.datasets.iter().any(|it| it.row.code == code), "it counts in supervision");
    let own = portal.own_datasets(&people.officer, OwnFilter::Overdue, ("", None), LANG).await;
    assert!(own.unwrap().rows.iter().any(|it| it.code == code));

    // Renewed, its next cycle begins, and nothing is told of it again.
    rewrite(&site, CODE, |entry| {
        entry.updated_at = at("2026-12-01");
        entry.fields.summary = "更新过".to_owned();
    })
    .await;
    portal.look_at_clocks().await.unwrap();
    assert_eq!(events().await.len(), 1);
    let shown = portal.dataset(&code).await.unwrap();
    assert_eq!(shown.next_due, Some(at("2026-12-08").date_naive()));
    let later = test_portal.open_at(at("2026-12-09")).await;
    later.look_at_clocks().await.unwrap();
    assert_eq!(events().await.len(), 2, "each missed cycle is told of");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of SUP-02 for data that is renewed each month or less often: its provider is reminded on the working day before
// and on the day, each once; the authority only hears when it is overdue, and of shorter cycles nobody is reminded.
#[tokio::test]
async fn providers_are_reminded_of_data_that_is_due() {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "公交站点", "unconditional")
        .dataset("YX-T-0002", "公交班次", "unconditional")
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    let people = people(site.test_portal.portal()).await;
    rewrite(&site, CODE, |entry| entry.fields.frequency = Frequency::Monthly).await;
    rewrite(&site, "YX-T-0002", |entry| entry.fields.frequency = Frequency::Weekly).await;
    let due = site.test_portal.portal().dataset(&CODE.parse().unwrap()).await.unwrap().next_due;
    let due = due.unwrap();
    assert_eq!(due.to_string(), "2026-12-22", "a Tuesday");
    let heard = async |caller: &Caller, portal: &Portal, text: &str| {
        let inbox = portal.inbox(caller, None, LANG).await.unwrap();
        inbox.notices.iter().filter(|it| it.text.contains(text)).count()
    };
    for (day, [soon, today, over]) in [
        ("2026-12-18", [0, 0, 0]),
        ("2026-12-21", [1, 0, 0]),
        ("2026-12-22", [1, 1, 0]),
        ("2026-12-23", [1, 1, 1]),
    ] {
        let portal = site.test_portal.open_at(at(day)).await;
        portal.look_at_clocks().await.unwrap();
        portal.look_at_clocks().await.unwrap();
        let told = async |caller: &Caller| {
            let mut told = Vec::new();
            for text in ["即将到期", "今天应当更新"] {
                told.push(heard(caller, &portal, text).await);
            }
            told
        };
        assert_eq!(told(&people.officer).await, [soon, today], "{day}");
        assert_eq!(told(&people.authority).await, [0, 0], "{day}");
        assert_eq!(told(&people.stranger).await, [0, 0], "{day}");
        let overdue = self::told(&portal, &people.authority).await;
        assert_eq!(overdue, over, "{day}");
    }
    assert_eq!(site.test_portal.portal().verify_log().await.unwrap().faults, []);
}
