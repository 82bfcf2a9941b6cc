//! Entries that are not open, and what becomes of open ones that are classed so.

use kaishu_portal::publishing::{DisputeAct, NewDispute};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, act, at_browser, complete, people, review, whole_draft, with_session,
};
use kaishu_types::account::Role;
use kaishu_types::draft::{DraftDocument, TriggerQuestion};
use kaishu_types::vocabulary::OpenClass;

use crate::browser::Browser;
use crate::support::{TestSite, all_items};

const CODE: &str = "YX-T-0001";

async fn site(policy: &'static str) -> TestSite {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "公交用电", "unconditional")
        .item(CODE, "name", "unconditional")
        .file(CODE, "power.csv", "name\n一厂\n".as_bytes())
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    site
}

/// Not open, on a ground that each of the profiles knows.
fn closed(document: &mut DraftDocument) {
    document.fields.open.class = OpenClass::None;
    document.fields.open.grounds = vec!["trade_secret".to_owned()];
    document.fields.open.reason = Some("含企业商业秘密".to_owned());
    document.version_note = "不予开放".to_owned();
}

/// Whether agencies find an entry in the share catalogue.
async fn is_shared(site: &TestSite, caller: &kaishu_portal::accounts::Caller, code: &str) -> bool {
    let portal = site.test_portal.portal();
    let found = portal.share_catalogue(caller, ("", None), LANG).await.unwrap();
    found.cards.iter().any(|card| card.code.as_str() == code)
}

// Proves the row of section 5.1 "publish to share catalogue only": an entry that is not open passes its review and is
// published to agencies; no door of the public knows of it.
#[tokio::test]
async fn an_entry_that_is_not_open_is_published_to_agencies_only() {
    let site = site("aba").await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    complete(portal, &people.officer, case, closed).await;
    let code = portal.draft(&people.officer, case, LANG).await.unwrap().code;
    act(portal, &people.officer, case, "submit").await.unwrap();
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
    portal.catch_up(|_| ()).await.unwrap();

    let published = portal.case_view(&people.officer, case, LANG).await.unwrap();
    assert_eq!((published.state.code.as_str(), published.is_open), ("published", false));
    assert!(is_shared(&site, &people.stranger, code.as_str()).await);
    let session = with_session(portal, Role::Officer, ("browser", ORGANIZATION)).await;
    let mut officer = Browser::with_session(&site, &session);
    let page = officer.get(&format!("/workbench/cases/{case}")).await;
    page.assert_well_formed_page("a case of an entry that is not open");
    assert!(page.text().contains("公众门户不显示这份目录"));
    assert!(!page.text().contains(&format!("href=\"/datasets/{code}\"")));
    for path in [format!("/datasets/{code}"), format!("/api/v1/datasets/{code}")] {
        assert_eq!(site.get(&path).await.status, 404, "{path}");
    }
    let listed = all_items(&site, "").await;
    assert!(listed.iter().all(|item| item["code"] != code.as_str()), "{listed:?}");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Proves CAT-01 for entries that are closed, and the rows of section 5.1 on stricter classes: from the publication on
// page, API, search, files, tables and exports know nothing of what was open before; a dispute that decided so is
// settled by it (CLS-16).
#[tokio::test]
async fn an_open_entry_is_closed_at_every_door_with_the_next_request() {
    let site = site("aba").await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let wanted =
        NewDispute { class: "open", wanted: "none", grounds: "含商业秘密", claimant: "" };
    let code = CODE.parse().unwrap();
    let claimant = at_browser(portal, Role::Officer, ("claims", "YX-U")).await;
    let provider = at_browser(portal, Role::Officer, ("provides", ORGANIZATION)).await;
    let dispute = portal.open_dispute(&claimant, &code, &wanted, LANG).await.unwrap();
    let version = portal.case_view(&people.head, dispute, LANG).await.unwrap().version;
    let concede =
        DisputeAct { event: "concede", version, reason: "理由", ..DisputeAct::default() };
    portal.act_on_dispute(&provider, dispute, &concede, LANG).await.unwrap();

    let entry = site.get(&format!("/api/v1/datasets/{CODE}")).await.json();
    let file = &entry["resources"][0]["id"];
    let doors = [
        format!("/datasets/{CODE}"),
        format!("/datasets/{CODE}/versions/1"),
        format!("/datasets/{CODE}/resources/{file}"),
        format!("/api/v1/datasets/{CODE}"),
        format!("/api/v1/datasets/{CODE}/export.zip"),
        format!("/api/v1/datasets/{CODE}/resources/{file}/original"),
        format!("/api/v1/datasets/{CODE}/resources/{file}/rows"),
        format!("/api/v1/datasets/{CODE}/resources/{file}/export.csv"),
    ];
    for door in &doors {
        assert_eq!(site.get(door).await.status, 200, "{door}");
    }
    let case = portal.begin_revision(&people.officer, &code, LANG).await.unwrap();
    complete(portal, &people.officer, case, closed).await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    review(portal, &people, case).await;
    assert_eq!(site.get(&doors[0]).await.status, 200, "the open entry serves until then");
    act(portal, &people.authority, case, "publish").await.unwrap();
    portal.catch_up(|_| ()).await.unwrap();
    for door in &doors {
        assert_eq!(site.get(door).await.status, 404, "{door}");
    }
    assert!(all_items(&site, "").await.iter().all(|item| item["code"] != CODE));
    let found = site.get("/datasets?q=%E5%85%AC%E4%BA%A4%E7%94%A8%E7%94%B5").await;
    assert!(!found.text().contains(&format!("/datasets/{CODE}")));
    let settled = portal.case_view(&people.officer, dispute, LANG).await.unwrap();
    assert_eq!((settled.state.code.as_str(), settled.is_open), ("changed", false));
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of REV-06: the public is asked about what is to be opened, and about nothing else; so no review waits for it.
#[tokio::test]
async fn nobody_is_asked_about_what_is_not_opened() {
    let site = site("yulin").await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    for (is_closed, n_asked) in [(false, 1), (true, 0)] {
        let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
        complete(portal, &people.officer, case, |document| {
            document.triggers.insert(TriggerQuestion::PublicInterest);
            document.fields.open.conditions = vec!["只在本机使用".to_owned()];
            if is_closed {
                closed(document);
            }
        })
        .await;
        act(portal, &people.officer, case, "submit").await.unwrap();
        let steps = portal.case_view(&people.officer, case, LANG).await.unwrap().steps;
        let asked = steps.iter().filter(|step| step.label.contains("公开听取意见"));
        assert_eq!(asked.count(), n_asked, "{is_closed}");
    }
}
