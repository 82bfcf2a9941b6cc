//! What people see on the pages of a review, of the guide and of figures, read by their programs, and by nobody's else.

use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::GuideForm;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, People, act, at_browser, complete, people, whole_draft,
};
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::draft::ReviewCheck;
use serde_json::{Value, json};

use crate::automating::{Tokens, get, post, tokens};
use crate::support::TestSite;

const IDENTIFIER: &str = "统一社会信用代码";

/// A portal where another agency has opened an entry of the same title with an identifying item.
async fn site() -> (TestSite, People, Tokens) {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset("YX-T-0001", "旧数据", "unconditional")
        .dataset("YX-U-0001", "公交站点", "unconditional")
        .item("YX-U-0001", IDENTIFIER, "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    let portal = site.test_portal.portal();
    portal.catch_up(|_| ()).await.unwrap();
    let people = people(portal).await;
    let tokens = tokens(portal).await;
    (site, people, tokens)
}

/// Whoever has the step reads what it asks, with what was found; others who see the case read what changed, and another
/// agency nothing.
#[tokio::test]
async fn a_reviewer_reads_by_program_what_the_step_asks() {
    let (site, people, tokens) = site().await;
    let portal = site.test_portal.portal();
    let login = "reviewer".parse().unwrap();
    let scope = ("api", TokenScope::Decide, 1);
    let reviewer = portal.make_token_for(&Caller::command(), &login, scope, LANG).await.unwrap();
    let officer = &people.officer;
    let case = whole_draft(portal, officer, ORGANIZATION).await;
    complete(portal, officer, case, |document| {
        document.items[0].label = IDENTIFIER.to_owned();
    })
    .await;
    let path = format!("/cases/{case}/review");
    act(portal, officer, case, "submit").await.unwrap();
    for (token, status) in [(tokens.stranger.as_str(), 404), ("kst_nothing", 401)] {
        let answer = get(&site, token, &path).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    for token in [&tokens.reader, &tokens.officer, &tokens.authority] {
        let seen = get(&site, token, &path).await;
        assert_eq!((seen.status.as_u16(), seen.header("cache-control")), (200, "no-store"));
        for part in ["asks", "published", "submitted", "waiting", "experts"] {
            assert_eq!(seen.json()[part], Value::Null, "{part}");
        }
    }
    let asks = get(&site, &reviewer, &path).await.json()["asks"].clone();
    let checks = ReviewCheck::ALL
        .iter()
        .map(|check| json!({ "code": check.as_str(), "label": check.label(LANG) }));
    assert_eq!(asks["checklist"], checks.collect::<Value>());
    assert_eq!(
        (&asks["step"], &asks["alike"], &asks["risk"]),
        (&json!(0), &Value::Null, &Value::Null)
    );

    // What is submitted again is compared with what was returned.
    act(portal, &people.reviewer, case, "return").await.unwrap();
    complete(portal, officer, case, |document| {
        document.fields.summary = "全市公交站点的位置".to_owned();
    })
    .await;
    act(portal, officer, case, "submit").await.unwrap();
    let again = get(&site, &reviewer, &path).await.json();
    assert_eq!(again["waiting"], json!([]));
    let changes = again["submitted"]["changes"].as_array().unwrap();
    let parts: Vec<_> = changes.iter().map(|it| (&it["part"], &it["after"])).collect();
    assert_eq!(parts, [(&json!("summary"), &json!("全市公交站点的位置"))]);

    act(portal, &people.reviewer, case, "pass").await.unwrap();
    assert_eq!(get(&site, &reviewer, &path).await.json()["asks"], Value::Null, "it is done");
    let asks = get(&site, &tokens.authority, &path).await.json()["asks"].clone();
    assert_eq!((&asks["step"], &asks["checklist"]), (&json!(1), &json!([])));
    assert_eq!(asks["alike"][0]["code"], "YX-U-0001");
    assert_eq!(asks["sharing"][0]["items"], json!([IDENTIFIER]));
    let found = &asks["risk"]["found"][0];
    assert_eq!((&asks["risk"]["state"], &found["columns"]), (&json!("done"), &json!(["name"])));
    assert_eq!((&found["n_rows"], &found["n_unique"]), (&json!(1), &json!(1)));
}

/// Of a revision one reads which fields it changes; what is no review of an entry has none.
#[tokio::test]
async fn a_program_reads_what_a_revision_changes() {
    let (site, people, tokens) = site().await;
    let portal = site.test_portal.portal();
    let code = "YX-T-0001".parse().unwrap();
    let case = portal.begin_revision(&people.officer, &code, LANG).await.unwrap();
    complete(portal, &people.officer, case, |document| {
        document.fields.title = "新数据".to_owned();
    })
    .await;
    let path = format!("/cases/{case}/review");
    let read = get(&site, &tokens.reader, &path).await.json();
    let changed = read["published"].as_array().unwrap();
    assert!(changed.contains(&json!("title")), "{read}");
    assert_eq!(get(&site, &tokens.stranger, &path).await.status, 404);

    let change = json!({ "kind": "law_changed", "happened_on": "2026-11-20", "evidence": "依据" });
    let noted = post(&site, &tokens.officer, "/datasets/YX-T-0001/change-events", &change).await;
    let other = format!("/cases/{}/review", noted.json()["id"]);
    assert_eq!(get(&site, &tokens.officer, &other).await.status, 404);
}

/// Whoever is logged in reads what is published of the guide, in their language, and nobody what is being written.
#[tokio::test]
async fn the_guide_is_read_by_program() {
    let (site, _, tokens) = site().await;
    let portal = site.test_portal.portal();
    let keeper = at_browser(portal, Role::Authority, ("keeper", "YX")).await;
    let before = get(&site, &tokens.reader, "/guide").await.json();
    assert_eq!((&before["version"], &before["is_in_force"]), (&Value::Null, &json!(true)));
    let desk = portal.guide_desk(&keeper, LANG).await.unwrap();
    let field = desk.choices[0].as_str().to_owned();
    let form = GuideForm {
        added: vec![field.clone()],
        notes: vec![(field.clone(), "填写部门全称".to_owned(), "The whole name".to_owned())],
        revision: desk.revision,
    };
    portal.save_guide(&keeper, &form, LANG).await.unwrap();
    assert_eq!(get(&site, &tokens.officer, "/guide").await.json(), before, "it is a draft");

    assert_eq!(portal.publish_guide(&keeper, ("第一版", ""), LANG).await.unwrap(), 1);
    for token in [&tokens.reader, &tokens.officer, &tokens.stranger, &tokens.head] {
        let answer = get(&site, token, "/guide").await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
        let guide = answer.json();
        assert_eq!(guide["version"]["number"], 1);
        assert_eq!(guide["version"]["note"], "第一版");
        let of = |name: &str| {
            let fields = guide["fields"].as_array().unwrap();
            fields.iter().find(|it| it["field"] == name).unwrap().clone()
        };
        let said = of(&field);
        assert_eq!((&said["demand"], &said["note"]), (&json!("guide"), &json!("填写部门全称")));
        assert_eq!(of("title")["demand"], "regulation");
    }
    let bearer = format!("Bearer {}", tokens.officer);
    let headers = [("authorization", bearer.as_str()), ("accept-language", "en")];
    let english = site.get_with("/api/v1/guide?version=1", &headers).await.json();
    let fields = english["fields"].as_array().unwrap();
    assert!(fields.iter().any(|it| it["note"] == "The whole name"), "{english}");
    for (asked, status) in [("version=2", 404), ("version=x", 404), ("of=title", 400)] {
        let answer = get(&site, &tokens.officer, &format!("/guide?{asked}")).await;
        assert_eq!(answer.status, status, "{asked}");
    }
    assert_eq!(get(&site, "kst_nothing", "/guide").await.status, 401);
}
