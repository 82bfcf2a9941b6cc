//! The datasets that somebody looks after, with what each of them needs.

use chrono::NaiveDate;
use kaishu_portal::publishing::{LifeAct, NewChange, OwnFilter};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, ORGANIZATION, people, with_session};
use kaishu_types::DatasetCode;
use kaishu_types::account::Role;

use crate::browser::Browser;
use crate::support::TestSite;

const CODE: &str = "YX-T-0001";
const PLAIN: &str = "YX-T-0002";

// Part of PUB-04, PUB-07, CAT-08: each dataset stands with its state, its freshness, the quality that was found last and
// what waits about it; what has ended or waits for nobody is no task.
#[tokio::test]
async fn each_dataset_stands_with_its_quality_and_its_tasks() {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "公交站点", "unconditional")
        .item(CODE, "name", "unconditional")
        .file(CODE, "stops.csv", "name\n汽车站\n".as_bytes())
        .dataset(PLAIN, "公交线路", "unconditional");
    site.test_portal.import(catalogue.folder()).await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let code: DatasetCode = CODE.parse().unwrap();
    let rows = async || {
        let found = portal.own_datasets(&people.officer, OwnFilter::All, ("", None), LANG).await;
        let mut rows = found.unwrap().rows;
        rows.sort_by(|one, other| one.code.cmp(&other.code));
        rows.iter().map(|row| (row.score, row.n_tasks)).collect::<Vec<_>>()
    };
    assert_eq!(rows().await, [(None, 0), (None, 0)]);

    portal.monitor_when_due("one").await.unwrap();
    let change = NewChange {
        kind: "law_changed".to_owned(),
        happened_on: "2026-11-20".parse::<NaiveDate>().ok(),
        evidence: "依据".to_owned(),
    };
    portal.note_change(&people.officer, &code, change, LANG).await.unwrap();
    let revision = portal.begin_revision(&people.officer, &code, LANG).await.unwrap();
    // A life that was begun waits for nobody.
    for (event, version) in [("suspend", 0), ("restore", 2)] {
        let done = LifeAct { event: event.to_owned(), version, reason: "核实".to_owned() };
        portal.act_on_life(&people.head, &code, done, LANG).await.unwrap();
    }
    let (_, course) = portal.quality_course(&people.officer, &code).await.unwrap();
    let score = course[0].score;
    assert!(score.is_some());
    assert_eq!(rows().await[0], (score, 2));
    assert_eq!(rows().await[1].1, 0);

    let session = with_session(portal, Role::Officer, ("desk", ORGANIZATION)).await;
    let mut browser = Browser::with_session(&site, &session);
    for path in ["/workbench/datasets", "/en/workbench/datasets"] {
        let page = browser.get(path).await;
        page.assert_well_formed_page(path);
        let shown = page.texts("td[data-l='待办'], td[data-l='Tasks']").join(" ");
        assert!(shown.contains('2'), "{shown}");
        let quality = page.texts("td[data-l='质量'], td[data-l='Quality']").join(" ");
        let score = score.unwrap();
        assert!(quality.contains(&format!("{}.{}", score / 10, score % 10)), "{quality}");
    }
    let page = browser.get(&format!("/workbench/datasets/{CODE}")).await;
    let links = page.attributes("#cases a", "href");
    assert!(links.contains(&format!("/workbench/cases/{revision}")), "{links:?}");
}
