//! One catalogue: nothing is had without its entry, and no two agencies enter the same unseen.

use std::collections::BTreeMap;

use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, act, act_with, answers, complete, people, review, whole_draft, with_session,
};
use kaishu_types::ErrorCode;
use kaishu_types::account::Role;

use crate::browser::Browser;
use crate::support::TestSite;

const THEIRS: &str = "YX-U-0001";

async fn site(policy: &'static str) -> TestSite {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset("YX-T-0001", "旧数据", "unconditional")
        .dataset(THEIRS, "公交站点", "unconditional")
        .under("open-licence", "YX-U")
        .item(THEIRS, "name", "unconditional")
        .file(THEIRS, "stops.csv", "name\n汽车站\n".as_bytes());
    site.test_portal.import(catalogue.folder()).await;
    site
}

/// Whether search finds an entry by its title.
async fn is_found(site: &TestSite, code: &str) -> bool {
    let asked = form_urlencoded::byte_serialize("公交站点".as_bytes()).collect::<String>();
    let found = site.get(&format!("/api/v1/datasets?q={asked}")).await.json();
    found["items"].as_array().unwrap().iter().any(|it| it["code"] == code)
}

// Proves CAT-01: before its entry is published a resource is not searched, not fetched and not called; then it is,
// and by its own entry only.
#[tokio::test]
async fn nothing_is_had_without_its_entry() {
    let site = site("aba").await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let code = portal.draft(&people.officer, case, LANG).await.unwrap().code.to_string();
    let paths = ["", "/items", "/resources", "/versions", "/export.zip"];
    let mut closed: Vec<String> =
        paths.iter().map(|rest| format!("/api/v1/datasets/{code}{rest}")).collect();
    closed.push(format!("/datasets/{code}"));
    for step in ["submit", "review"] {
        assert!(!is_found(&site, &code).await, "before `{step}`");
        for path in &closed {
            assert_eq!(site.get(path).await.status, 404, "{path} before `{step}`");
        }
        match step {
            "submit" => act(portal, &people.officer, case, "submit").await.unwrap(),
            _ => assert!(review(portal, &people, case).await > 0),
        }
    }
    assert!(!is_found(&site, &code).await, "approved is not published");

    act(portal, &people.authority, case, "publish").await.unwrap();
    portal.take_in_files(|_| ()).await.unwrap();
    portal.catch_up(|_| ()).await.unwrap();
    assert!(is_found(&site, &code).await);
    for path in &closed {
        assert_eq!(site.get(path).await.status, 200, "{path}");
    }
    let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
    let resource = entry["resources"][0]["id"].as_i64().unwrap();
    let of = |code: &str| format!("/api/v1/datasets/{code}/resources/{resource}/original");
    assert_eq!(site.get(&of(&code)).await.status, 200);
    assert_eq!(site.get(&of(THEIRS)).await.status, 404, "it belongs to one entry");
    assert_eq!(site.get(&of("YX-T-0001")).await.status, 404);
}

/// Passes the step that is on with answers of one's own.
async fn pass(
    portal: &Portal,
    caller: &Caller,
    case: i64,
    changed: &[(&str, &str)],
) -> Result<(), String> {
    let mut answers: BTreeMap<String, String> = answers();
    answers.remove("duplicate");
    for (name, value) in changed {
        answers.insert((*name).to_owned(), (*value).to_owned());
    }
    act_with(portal, caller, case, ("pass", answers)).await.map_err(|error| {
        assert_eq!(error.code(), ErrorCode::InvalidInput);
        error.message(LANG)
    })
}

// Proves CAT-07: the catalogue check shows entries of other agencies that are alike, by title or by items, and passes
// only with "no duplicate" or the one department that collects on record.
#[tokio::test]
async fn a_duplicate_is_decided_on_before_the_check_passes() {
    let site = site("aba").await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let (officer, authority) = (&people.officer, &people.authority);
    let session = with_session(portal, Role::Authority, ("checks", "YX")).await;
    let mut browser = Browser::with_session(&site, &session);
    for (title, label, decided) in [
        // The title is theirs; the items are others.
        ("公交站点", "编号", [("duplicate", "none"), ("collector", "")]),
        // The items are theirs, whatever the title.
        ("便民服务设施一览", "name标签", [("duplicate", "collected_by"), ("collector", "试验局")]),
    ] {
        let case = whole_draft(portal, officer, ORGANIZATION).await;
        complete(portal, officer, case, |document| {
            document.fields.title = title.to_owned();
            document.items.truncate(1);
            document.items[0].label = label.to_owned();
        })
        .await;
        act(portal, officer, case, "submit").await.unwrap();
        act(portal, &people.reviewer, case, "pass").await.unwrap();

        let page = browser.get(&format!("/workbench/cases/{case}")).await;
        page.assert_well_formed_page("the catalogue check");
        let links = page.attributes("main a", "href");
        assert!(links.contains(&format!("/datasets/{THEIRS}")), "{title}: {links:?}");
        for undecided in [&[][..], &[("duplicate", "collected_by")], &[("duplicate", "perhaps")]] {
            let refused = pass(portal, authority, case, undecided).await.unwrap_err();
            assert!(refused.contains("不重复"), "{refused}");
        }
        pass(portal, authority, case, &decided).await.unwrap();
        let view = portal.case_view(officer, case, LANG).await.unwrap();
        let found = browser.get(&format!("/workbench/cases/{case}")).await;
        let told = found.texts("#h-steps ~ ol li dl").concat();
        let collector = decided[1].1;
        for text in ["查重认定", THEIRS, collector] {
            assert!(told.contains(text), "{title}, {text}: {told}");
        }
        assert_eq!(told.contains("由一个部门采集"), !collector.is_empty(), "{told}");
        let facts = view.facts;
        assert_eq!(facts["step.1.duplicate"], decided[0].1);
        assert_eq!(facts["step.1.alike"], THEIRS);
        assert_eq!(facts.get("step.1.collector").map_or("", String::as_str), decided[1].1);
    }

    // What resembles nothing is not asked about.
    let case = whole_draft(portal, officer, ORGANIZATION).await;
    complete(portal, officer, case, |document| {
        document.fields.title = "灌溉渠道巡查".to_owned();
        document.items.truncate(1);
        document.items[0].label = "渠道".to_owned();
    })
    .await;
    act(portal, officer, case, "submit").await.unwrap();
    act(portal, &people.reviewer, case, "pass").await.unwrap();
    pass(portal, authority, case, &[]).await.unwrap();
}
