//! What is new in a table since a version, as programs follow it.

use chrono::NaiveDate;
use kaishu_portal::access::Grant;
use kaishu_portal::accounts::Caller;
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_store::grants::{self, Becomes};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granting::{application, granted};
use kaishu_testkit::people::{LANG, signing_session};
use kaishu_testkit::{Setup, TestPortal, now};
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::{DatasetCode, ReceiptCode};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support::{Answer, TestSite};

const CODES: [&str; 4] = ["YX-T-0001", "YX-T-0002", "YX-T-0003", "YX-T-0004"];
const CODE: &str = CODES[0];

/// A table, another version of which what is granted is the same, and one in which that differs.
const VERSIONS: [&str; 3] = [
    "id,power,price\n1,10,3\n2,20,4\n",
    "id,power,price\n1,10,9\n2,20,4\n",
    "id,power,price\n1,11,9\n3,30,1\n",
];

/// A column of each version that nobody is granted.
const HIDDEN: &str = "price";

async fn import(portal: &TestPortal, class: &str, bytes: &str) {
    import_with(portal, class, class, bytes).await;
}

/// The same with a class of its own for `power`.
async fn import_with(portal: &TestPortal, class: &str, power: &str, bytes: &str) {
    let mut catalogue = Catalogue::default();
    for code in CODES {
        catalogue = catalogue.dataset(code, code, class);
        if class == "conditional" {
            catalogue = catalogue.on_conditions("有安全保障能力", "download;api");
        }
        catalogue = catalogue
            .item(code, "id", "unconditional")
            .item(code, "power", power)
            .item(code, HIDDEN, class)
            .file(code, &format!("{code}.csv"), bytes.as_bytes());
    }
    portal.import(catalogue.folder()).await;
}

async fn site(policy: &'static str, class: &str) -> TestSite {
    let portal = TestPortal::open(Setup { policy, with_demo: false }).await;
    import(&portal, class, VERSIONS[0]).await;
    TestSite::of(portal, Assets::none(), Limits::default())
}

/// Number of the file of a dataset.
async fn file(site: &TestSite, code: &str) -> i64 {
    let code: DatasetCode = code.parse().unwrap();
    let store = site.test_portal.store();
    kaishu_store::datasets::find(store, &code).await.unwrap().unwrap().resources[0].id
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Grants `power` to somebody for these days. Returns the case.
async fn grant(
    site: &TestSite,
    holder: &Caller,
    code: &str,
    (first, last): (&str, &str),
    mode: DeliveryMode,
) -> i64 {
    let dataset: DatasetCode = code.parse().unwrap();
    let case = site.test_portal.portal().begin_application(holder, &dataset, LANG).await.unwrap();
    let grant = Grant {
        case,
        account: holder.account().unwrap(),
        holder: None,
        dataset,
        items: ["power".to_owned()].into(),
        rows: Vec::new(),
        mode,
        first_day: day(first),
        last_day: day(last),
        is_active: true,
        filing: "1".to_owned(),
        updated_at: now(),
    };
    let transaction = site.test_portal.store().begin().await.unwrap();
    grants::begin(&transaction, &grant).await.unwrap();
    transaction.commit().await.unwrap();
    case
}

/// Somebody with a browser, called `holder`, and a token of theirs.
async fn holder(site: &TestSite) -> (Caller, String) {
    let portal = site.test_portal.portal();
    let (session, _) = signing_session(portal, Role::DataUser, ("holder", "")).await;
    let caller = portal.caller_of_session(&session).await.unwrap();
    (caller, token(site).await)
}

async fn token(site: &TestSite) -> String {
    let (login, wanted) = ("holder".parse().unwrap(), ("feed", TokenScope::Read, 1));
    let portal = site.test_portal.portal();
    portal.make_token_for(&Caller::command(), &login, wanted, LANG).await.unwrap()
}

/// What is new of a file since a version, with a token; with none where that is empty.
async fn since(site: &TestSite, token: &str, (code, id): (&str, i64), query: &str) -> Answer {
    let path = format!("/api/v1/datasets/{code}/resources/{id}/changes?since={query}");
    let bearer = format!("Bearer {token}");
    match token {
        "" => site.get(&path).await,
        _ => site.get_with(&path, &[("authorization", bearer.as_str())]).await,
    }
}

fn rows() -> Value {
    json!([
        {"kind": "changed", "before": ["1", "10"], "after": ["1", "11"]},
        {"kind": "added", "before": null, "after": ["3", "30"]},
        {"kind": "removed", "before": ["2", "20"], "after": null},
    ])
}

// Proves DL-09: the holder of a grant takes what is new of the granted columns since a version, each time with a
// receipt; a change of what is hidden is none.
#[tokio::test]
async fn a_grant_is_followed_version_by_version() {
    let site = site("aba", "conditional").await;
    let (caller, token) = holder(&site).await;
    let id = file(&site, CODE).await;
    let days = ("2026-01-01", "2027-12-31");
    let case = grant(&site, &caller, CODE, days, DeliveryMode::Api).await;

    let begin = since(&site, &token, (CODE, id), "0").await;
    assert_eq!(begin.status, 200, "{}", begin.text());
    let begun = begin.json();
    assert_eq!((&begun["next_since"], &begun["rows"]), (&json!(1), &json!([])));
    assert!(begin.header("cache-control").starts_with("private"));
    let before = since(&site, &token, (CODE, id), "1").await;
    assert_eq!((before.status.as_u16(), before.json()), (200, begun), "nothing is new");

    import(&site.test_portal, "conditional", VERSIONS[1]).await;
    assert_ne!(file(&site, CODE).await, id, "another version");
    let hidden = since(&site, &token, (CODE, id), "1").await;
    assert_eq!(hidden.text(), before.text(), "what is hidden changed, and nothing else");
    since(&site, &token, (CODE, id), "2").await.assert_problem_of(400, "since");
    let bearer = format!("Bearer {token}");
    let known = [("authorization", bearer.as_str()), ("if-none-match", before.header("etag"))];
    let path = format!("/api/v1/datasets/{CODE}/resources/{id}/changes?since=1");
    assert_eq!(site.get_with(&path, &known).await.status, 304);

    import(&site.test_portal, "conditional", VERSIONS[2]).await;
    let answer = since(&site, &token, (CODE, id), "1").await;
    assert!(!answer.text().contains(HIDDEN), "{}", answer.text());
    let found = answer.json();
    assert_eq!((&found["rows"], &found["next_since"]), (&rows(), &json!(3)));
    assert_eq!((&found["key"], &found["n_same"]), (&json!(["id"]), &json!(0)));
    let code: ReceiptCode = answer.header("x-receipt").parse().unwrap();
    let store = site.test_portal.store();
    assert_eq!(kaishu_store::receipts::grants(store, &[code]).await.unwrap(), [case]);
    let part = since(&site, &token, (CODE, id), "1&limit=1&offset=1").await.json();
    assert_eq!((&part["rows"][0], &part["next"]), (&rows()[1], &json!(2)));
    let current = file(&site, CODE).await;
    let same = since(&site, &token, (CODE, current), "3").await.json();
    assert_eq!((&same["rows"], &same["next_since"]), (&json!([]), &json!(3)));
    let unknown = since(&site, &token, (CODE, id), "9").await;
    unknown.assert_problem_of(400, "since");
    assert!(unknown.text().contains("since=0"), "{}", unknown.text());
    let column = since(&site, &token, (CODE, id), &format!("1&key={HIDDEN}")).await;
    assert_eq!(column.status, 400, "{}", column.text());
}

#[track_caller]
fn assert_refused(answer: &Answer, link: &str) {
    answer.assert_problem(403, "DL-09");
    let problem = answer.json();
    assert_eq!(problem["remedy"]["link"], link, "{problem}");
    assert!(problem["rows"].is_null() && !answer.has("x-receipt"));
}

// Part of DL-09: before a grant begins, after it ends and while it is suspended the feed gives nothing and says why;
// nor does it without a grant, or to a program that follows what is only verified.
#[tokio::test]
async fn the_feed_lasts_as_long_as_the_grant() {
    let site = site("aba", "conditional").await;
    let (caller, token) = holder(&site).await;
    let id = file(&site, CODE).await;
    import(&site.test_portal, "conditional", VERSIONS[2]).await;
    let apply = format!("/datasets/{CODE}/apply");
    assert_refused(&since(&site, "", (CODE, id), "1").await, &apply);
    assert_refused(&since(&site, &token, (CODE, id), "1").await, &apply);

    let mut answers = Vec::new();
    for (code, days, mode) in [
        (CODES[1], ("2026-12-01", "2027-12-31"), DeliveryMode::Api),
        (CODES[2], ("2026-01-01", "2026-11-20"), DeliveryMode::Download),
        (CODES[3], ("2026-01-01", "2027-12-31"), DeliveryMode::QueryVerify),
    ] {
        let case = grant(&site, &caller, code, days, mode).await;
        let other = file(&site, code).await;
        let answer = since(&site, &token, (code, other), "1").await;
        assert_refused(&answer, &format!("/applications/{case}"));
        answers.push(answer.json()["detail"].clone());
    }
    let days = ("2026-01-01", "2027-12-31");
    let case = grant(&site, &caller, CODE, days, DeliveryMode::Download).await;
    assert_eq!(since(&site, &token, (CODE, id), "1").await.json()["rows"], rows());
    for (becomes, is_open) in [(Becomes::Suspended, false), (Becomes::Active, true)] {
        let transaction = site.test_portal.store().begin().await.unwrap();
        grants::set(&transaction, case, becomes, now()).await.unwrap();
        transaction.commit().await.unwrap();
        let answer = since(&site, &token, (CODE, id), "1").await;
        if is_open {
            assert_eq!(answer.json()["rows"], rows());
        } else {
            assert_refused(&answer, &format!("/applications/{case}"));
            answers.push(answer.json()["detail"].clone());
        }
    }
    let n = answers.len();
    answers.sort_by_key(Value::to_string);
    answers.dedup();
    assert_eq!((answers.len(), n), (4, 4), "each says why: {answers:?}");
}

// Part of DL-09: the feed begins with the grant: what was there before is not told; the page of the grant says where
// the feed is, to its holder only.
#[tokio::test]
async fn the_feed_begins_with_the_grant() {
    let site = site("aba", "conditional").await;
    import(&site.test_portal, "conditional", VERSIONS[2]).await;
    let portal = site.test_portal.portal();
    let holder = granted(portal, CODE, &application(&["power"], DeliveryMode::Api)).await;
    let (id, token) = (file(&site, CODE).await, token(&site).await);

    let begin = since(&site, &token, (CODE, id), "0").await.json();
    assert_eq!((&begin["next_since"], &begin["rows"]), (&json!(2), &json!([])));
    since(&site, &token, (CODE, id), "1").await.assert_problem_of(400, "since");

    let path = format!("/applications/{}", holder.case);
    let mut browser = Browser::with_session(&site, &holder.session);
    let page = browser.get(&path).await;
    page.assert_well_formed_page(&path);
    let address = format!("/api/v1/datasets/{CODE}/resources/{id}/changes");
    assert!(page.texts("[aria-labelledby=h-feed] li pre")[0].ends_with(&address));
    let seen = portal.application(&holder.head, holder.case, LANG).await.unwrap();
    assert!(seen.followed.is_empty(), "who decides does not follow");
}

// Part of DL-09, SEC-05: what nobody could have of a version is not told later, though the grant opens it today.
#[tokio::test]
async fn what_was_closed_then_is_not_told_now() {
    let portal = TestPortal::open(Setup { policy: "aba", with_demo: false }).await;
    import_with(&portal, "conditional", "none", "id,power,price\n1,7654321,3\n2,20,4\n").await;
    let site = TestSite::of(portal, Assets::none(), Limits::default());
    import(&site.test_portal, "conditional", "id,power,price\n1,11,3\n2,20,4\n").await;
    let (caller, token) = holder(&site).await;
    let id = file(&site, CODE).await;
    grant(&site, &caller, CODE, ("2026-01-01", "2027-12-31"), DeliveryMode::Api).await;

    let answer = since(&site, &token, (CODE, id), "1").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(!answer.text().contains("7654321"), "{}", answer.text());
    let found = answer.json();
    assert_eq!(found["column_changes"], json!([{"kind": "added", "column": "power"}]));
    assert_eq!((&found["rows"], &found["n_same"]), (&json!([]), &json!(2)));
    assert_eq!(found["next_since"], 2);
}

// Part of DL-09: open data is followed by anybody, from any version that is shown.
#[tokio::test]
async fn open_data_is_followed_without_a_grant() {
    let site = site("default", "unconditional").await;
    let id = file(&site, CODE).await;
    import(&site.test_portal, "unconditional", VERSIONS[2]).await;
    let answer = since(&site, "", (CODE, id), "1").await;
    let found = answer.json();
    assert_eq!((&found["next_since"], &found["n_changed"]), (&json!(2), &json!(1)));
    assert_eq!(found["rows"][1]["after"], json!(["3", "30", "1"]));
    assert!(answer.header("x-receipt").parse::<ReceiptCode>().is_ok());
    let nothing = since(&site, "", (CODE, id), "2").await.json();
    assert_eq!((&nothing["rows"], &nothing["next_since"]), (&json!([]), &json!(2)));
    since(&site, "", (CODE, id), "7").await.assert_problem_of(400, "since");
    since(&site, "", (CODE, id), "1&from=1").await.assert_problem_of(400, "since");
}
