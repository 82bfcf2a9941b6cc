//! Verification under a grant: one word and no more, and no other door.

use http::Method;
use kaishu_portal::access::VerifyLimits;
use kaishu_portal::accounts::Caller;
use kaishu_portal::tables::TableState;
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_store::receipts::Copies;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granting::{Holder, application, granted};
use kaishu_testkit::people::{LANG, account, with_session};
use kaishu_testkit::{Setup, TestPortal, now};
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::verification::VerifyQuestion;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support::{Answer, TestSite};

const CODE: &str = "YX-T-0001";
const FILE: &[u8] = "name,code,power,price,phone,secret\n\
    一厂,KEY-0001,31337,3.50,13812345678,anna\n\
    二厂,KEY-0002,41338,4.00,13912345678,otto\n\
    三厂,KEY-0002,51339,5.00,13712345678,eva\n"
    .as_bytes();

/// A portal with a table that is offered for downloads, too: what the grant says decides.
async fn site(limits: VerifyLimits, mode: DeliveryMode) -> (TestSite, Holder, i64) {
    let setup = Setup { policy: "aba", with_demo: false };
    let portal = TestPortal::open_with(setup, |settings| settings.verify = limits).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "企业用电", "conditional")
        .on_conditions("有安全保障能力", "download;api;query_verify")
        .item(CODE, "name", "unconditional")
        .item(CODE, "code", "conditional")
        .typed_item(CODE, "power", "integer", "conditional")
        .typed_item(CODE, "price", "decimal", "conditional")
        .masked_item(CODE, "phone", "partial:3:4")
        .item(CODE, "secret", "none")
        .file(CODE, "power.csv", FILE);
    portal.import(catalogue.folder()).await;
    let holder = granted(portal.portal(), CODE, &application(&["code", "power"], mode)).await;
    let dataset = kaishu_store::datasets::find(portal.store(), &CODE.parse().unwrap()).await;
    let id = dataset.unwrap().unwrap().resources[0].id;
    (TestSite::of(portal, Assets::none(), Limits::default()), holder, id)
}

async fn token(site: &TestSite, login: &str) -> String {
    let (portal, login) = (site.test_portal.portal(), login.parse().unwrap());
    let wanted = ("verifies", TokenScope::Read, 1);
    portal.make_token_for(&Caller::command(), &login, wanted, LANG).await.unwrap()
}

async fn ask(site: &TestSite, token: &str, id: i64, body: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("content-type", "application/json")];
    if !token.is_empty() {
        headers.push(("authorization", bearer.as_str()));
    }
    let path = format!("/api/v1/datasets/{CODE}/resources/{id}/verify");
    site.ask(Method::POST, &path, &headers, &body.to_string()).await
}

/// Asks with a key for repeated requests; returns the receipt.
async fn asked_by(site: &TestSite, token: &str, id: i64, body: &Value) -> String {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("content-type", "application/json"),
        ("authorization", bearer.as_str()),
        ("idempotency-key", "k1"),
    ];
    let path = format!("/api/v1/datasets/{CODE}/resources/{id}/verify");
    let answer = site.ask(Method::POST, &path, &headers, &body.to_string()).await;
    assert_eq!(answer.header("idempotent-replayed"), "", "{}", answer.text());
    answer.header("x-receipt").to_owned()
}

fn question(tuples: Value) -> Value {
    json!({ "key": ["code"], "compare": ["power"], "tuples": tuples })
}

// Proves DL-07: whoever holds a grant to verify is answered in one word for each tuple, with a receipt that carries
// numbers and no values; no row and no value leaves, masked and closed items cannot be asked about, and neither can
// ranges or a question without a key.
#[tokio::test]
async fn a_question_is_answered_in_one_word() {
    let (site, holder, id) = site(VerifyLimits::default(), DeliveryMode::QueryVerify).await;
    let own = token(&site, "holder").await;
    let tuples = json!([
        ["KEY-0001", 31337],
        ["KEY-0001", "31337"],
        ["KEY-0001", 31338],
        ["KEY-0002", 31337],
        ["KEY-0009", 31337],
        ["KEY-%", 31337]
    ]);
    let answered = ask(&site, &own, id, &question(tuples)).await;
    assert_eq!(answered.status, 200, "{}", answered.text());
    let said = answered.json();
    let expected = ["match", "match", "no_match", "no_match", "not_held", "not_held"];
    assert_eq!(said["answers"], json!(expected));
    assert_eq!((&said["left_today"], &said["misses_left_today"]), (&json!(994), &json!(96)));
    assert_eq!(answered.header("cache-control"), "no-store");
    let receipt = answered.header("x-receipt").to_owned();
    assert_eq!(said["receipt"], json!(receipt));
    let keys: Vec<&String> = said.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["answers", "left_today", "misses_left_today", "receipt"]);

    let kept = site.get(&format!("/api/v1/receipts/{receipt}")).await;
    assert_eq!(kept.json()["kind"], "verified");
    let numbers = "key=code&compare=power&n=6&match=2&no_match=2&not_held=2";
    assert_eq!(kept.json()["question"], numbers);
    assert!(!kept.text().contains("KEY-") && !kept.text().contains("31337"), "{}", kept.text());
    let of_grant = Copies { grant: Some(holder.case), ..Copies::default() };
    let copies = kaishu_store::receipts::search(site.test_portal.store(), of_grant, 10).await;
    assert_eq!(copies.unwrap().len(), 1);

    // Asked again by the same key it is answered anew, under the grant as it is then.
    let again = question(json!([["KEY-0001", 31337]]));
    let receipts =
        [asked_by(&site, &own, id, &again).await, asked_by(&site, &own, id, &again).await];
    assert_ne!(receipts[0], receipts[1]);

    // Whether there is such a record; an item that is open to anyone finds it as well.
    for (key, value, expected) in [("code", "KEY-0002", "match"), ("name", "四厂", "not_held")] {
        let body = json!({ "key": [key], "tuples": [[value]] });
        assert_eq!(ask(&site, &own, id, &body).await.json()["answers"], json!([expected]));
    }
    for (body, status) in [
        (json!({ "key": [], "compare": ["power"], "tuples": [[31337]] }), 400),
        (json!({ "compare": ["power"], "tuples": [[31337]] }), 400),
        (question(json!([["KEY-0001", { "from": 1, "to": 99999 }]])), 400),
        (question(json!([["KEY-0001", [31337, 31338]]])), 400),
        (question(json!([["KEY-0001", null]])), 400),
        (question(json!([["KEY-0001", " "]])), 400),
        (question(json!([["KEY-0001"]])), 400),
        (question(json!([])), 400),
        (question(json!([["KEY-0001", "much"]])), 400),
        (
            json!({ "key": ["code"], "compare": ["code"], "tuples": [["KEY-0001", "KEY-0001"]] }),
            400,
        ),
        (json!({ "key": ["code"], "filter": "power > 1", "tuples": [["KEY-0001"]] }), 400),
        (
            json!({ "key": ["code"], "compare": ["phone"], "tuples": [["KEY-0001", "138****5678"]] }),
            403,
        ),
        (json!({ "key": ["code"], "compare": ["price"], "tuples": [["KEY-0001", 3.5]] }), 403),
        (json!({ "key": ["secret"], "tuples": [["anna"]] }), 403),
        (json!({ "key": ["no_such"], "tuples": [["anna"]] }), 403),
    ] {
        let refused = ask(&site, &own, id, &body).await;
        assert_eq!(refused.status, status, "{body}: {}", refused.text());
        assert!(!refused.has("x-receipt"), "{body}");
    }
    assert_eq!(ask(&site, &own, id + 99, &question(json!([["a", 1]]))).await.status, 404);
}

// Part of DL-07: an error says nothing of what is held. A value that its item cannot have is refused alike whether or
// not there is the record, before anything is counted or looked up.
#[tokio::test]
async fn no_error_depends_on_what_is_held() {
    let (site, _, id) = site(VerifyLimits::default(), DeliveryMode::QueryVerify).await;
    let own = token(&site, "holder").await;
    let mut refusals = Vec::new();
    for key in ["KEY-0001", "KEY-0009"] {
        for before in [json!(["KEY-0002", 41338]), json!(["KEY-0008", 1])] {
            let refused = ask(&site, &own, id, &question(json!([before, [key, "much"]]))).await;
            refusals.push((refused.status, refused.json()["detail"].clone()));
        }
    }
    assert_eq!(refusals[0].0, 400, "{refusals:?}");
    refusals.dedup();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    let said = ask(&site, &own, id, &question(json!([["KEY-0001", 31337]]))).await.json();
    assert_eq!((&said["left_today"], &said["misses_left_today"]), (&json!(999), &json!(100)));
}

// Proves DL-03: a grant to verify opens no other door, and a grant for downloads verifies nothing.
#[tokio::test]
async fn no_other_door_opens() {
    let (site, _, id) = site(VerifyLimits::default(), DeliveryMode::QueryVerify).await;
    let portal = site.test_portal.portal();
    account(portal, Role::DataUser, ("other", "")).await;
    let (own, other) = (token(&site, "holder").await, token(&site, "other").await);
    let of = |rest: &str| format!("/api/v1/datasets/{CODE}{rest}");
    let table = |rest: &str| of(&format!("/resources/{id}/{rest}"));
    let doors = [
        table("rows"),
        table("rows?select=power"),
        table("rows?filter=power=31337"),
        table("rows?sort=power"),
        table("rows?q=31337"),
        table("rows?group_by=power&aggregate=count()"),
        table("rows?aggregate=max(power)"),
        table("rows?explain=1"),
        table("export.csv"),
        table("export.json?select=code"),
        table("export.ndjson"),
        table("original"),
        table("table"),
        table("quality"),
        of("/issues"),
        of(""),
        of("/items"),
        of("/resources"),
    ];
    for door in doors {
        let mut answers = Vec::new();
        for token in [&own, &other] {
            let bearer = format!("Bearer {token}");
            let answer = site.get_with(&door, &[("authorization", bearer.as_str())]).await;
            for value in ["31337", "KEY-0001", "anna"] {
                let is_repeated = door.contains(value);
                assert!(is_repeated || !answer.text().contains(value), "{door} tells {value}");
            }
            answers.push((answer.status, answer.text().to_owned()));
        }
        assert_eq!(answers[0], answers[1], "{door}");
    }
    let session = with_session(portal, Role::DataUser, ("third", "")).await;
    let mut browser = Browser::with_session(&site, &session);
    let refused = browser.get(&format!("/datasets/{CODE}/verify")).await;
    assert_eq!(refused.status, 403, "whoever holds nothing verifies nothing");

    let body = question(json!([["KEY-0001", 31337]]));
    assert_eq!(ask(&site, "", id, &body).await.status, 401);
    let refused = ask(&site, &other, id, &body).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["remedy"]["link"], format!("/datasets/{CODE}/apply"));
}

// Part of DL-03: the mode is the one that was agreed on.
#[tokio::test]
async fn a_grant_for_downloads_verifies_nothing() {
    let (site, _, id) = site(VerifyLimits::default(), DeliveryMode::Download).await;
    let own = token(&site, "holder").await;
    let refused = ask(&site, &own, id, &question(json!([["KEY-0001", 31337]]))).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
}

// Proves DL-07: answers are limited by call, minute and day; whoever misses too often is stopped for the day, of which
// the provider is told once, and goes on the next day; a grant that is revoked answers nothing.
#[tokio::test]
async fn whoever_tries_values_out_is_stopped() {
    let limits = VerifyLimits { per_call: 3, per_minute: 6, per_day: 20, misses_per_day: 4 };
    let (site, holder, id) = site(limits, DeliveryMode::QueryVerify).await;
    let portal = site.test_portal.portal();
    let own = token(&site, "holder").await;
    let hits = |n: usize| question(json!(vec![json!(["KEY-0001", 31337]); n]));
    let misses = |n: usize| question(json!(vec![json!(["KEY-0001", 1]); n]));
    assert_eq!(ask(&site, &own, id, &hits(4)).await.status, 400, "more than a call may have");
    for _ in 0..2 {
        assert_eq!(ask(&site, &own, id, &hits(3)).await.status, 200);
    }
    let often = ask(&site, &own, id, &hits(1)).await;
    assert_eq!(often.status, 429, "more than a minute has");
    assert!(often.header("retry-after").parse::<u32>().unwrap() <= 60);

    let before = portal.n_unread(&holder.head).await.unwrap();
    let minute = |n: i64| now() + chrono::TimeDelta::minutes(n);
    let verify = async |at, body: &Value| {
        let later = site.test_portal.open_later(at, |it| it.verify = limits).await;
        let tuples = body["tuples"].as_array().unwrap().iter();
        let literal = |value: &Value| kaishu_types::table::Literal::Text(text(value));
        let tuples = tuples.map(|tuple| tuple.as_array().unwrap().iter().map(literal).collect());
        let question = VerifyQuestion {
            table: 1,
            key: vec!["code".to_owned()],
            compare: vec!["power".to_owned()],
            tuples: tuples.collect(),
        };
        let caller = later.caller_of_token(&own, LANG).await.unwrap();
        let code = CODE.parse().unwrap();
        let answered = Box::pin(later.verify(&caller, (&code, id), &question, LANG)).await;
        answered.map(|it| it.n_misses_left).map_err(|error| error.code().as_str())
    };
    assert_eq!(verify(minute(1), &misses(3)).await, Ok(1));
    assert_eq!(verify(minute(2), &misses(1)).await, Ok(0));
    for n in 3..5 {
        assert_eq!(verify(minute(n), &hits(1)).await, Err("too_many_requests"), "stopped");
    }
    assert_eq!(portal.n_unread(&holder.head).await.unwrap(), before + 1, "told once");
    let case = portal.application(&holder.caller, holder.case, LANG).await.unwrap().case;
    let told = case.events.iter().filter(|it| it.event.code == "stop_verifying").count();
    assert_eq!((told, case.state.code.as_str()), (1, "active"));
    assert_eq!(portal.verify_log().await.unwrap().faults, []);

    let tomorrow = now() + chrono::TimeDelta::hours(20);
    assert_eq!(verify(tomorrow, &hits(3)).await, Ok(4), "the next day is another one");
    let done = kaishu_portal::access::ApplicationAct {
        event: "revoke".to_owned(),
        version: case.version,
        reason: "违反协议".to_owned(),
        ..Default::default()
    };
    Box::pin(portal.act_on_application(&holder.head, holder.case, done, LANG)).await.unwrap();
    assert_eq!(verify(tomorrow, &hits(1)).await, Err("forbidden"));
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

// Part of USE-07: what comes with ordinary use is no refusal of what somebody asks for: the page of verification, a
// bundle, a page about a file. Who asks for the data itself by another way is told of.
#[tokio::test]
async fn ordinary_use_is_not_held_against_a_holder() {
    let setup = Setup { policy: "aba", with_demo: false };
    let site = TestPortal::open(setup).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "企业用电", "conditional")
        .on_conditions("有安全保障能力", "download;api;query_verify")
        .item(CODE, "name", "unconditional")
        .item(CODE, "code", "conditional")
        .item(CODE, "price", "conditional")
        .file(CODE, "codes.csv", "name,code\n一厂,KEY-0001\n".as_bytes())
        .file(CODE, "prices.csv", b"price\n3.50\n");
    site.import(catalogue.folder()).await;
    let portal = site.portal();
    let mode = DeliveryMode::QueryVerify;
    let holder = granted(portal, CODE, &application(&["code"], mode)).await;
    let code = CODE.parse().unwrap();
    let dataset = kaishu_store::datasets::find(site.store(), &code).await.unwrap().unwrap();
    let prices = dataset.resources.iter().find(|it| it.title.contains("prices")).unwrap().id;
    let before = portal.n_unread(&holder.head).await.unwrap();
    for _ in 0..6 {
        let desk = Box::pin(portal.verify_desk(&holder.caller, &code, LANG)).await.unwrap();
        assert_eq!(desk.tables.len(), 1);
        Box::pin(portal.open_bundle(&holder.caller, &code, LANG)).await.unwrap();
        let of = (prices, 1);
        let page = Box::pin(portal.look_at_table(&holder.caller, &code, of, LANG)).await;
        assert!(matches!(page, Ok(TableState::NoTable)));
    }
    assert_eq!(portal.n_unread(&holder.head).await.unwrap(), before);
    for _ in 0..5 {
        let state =
            Box::pin(portal.table_state(&holder.caller, &code, prices, 1, None, LANG)).await;
        assert!(matches!(state, Ok(TableState::NoTable)));
    }
    assert_eq!(portal.n_unread(&holder.head).await.unwrap(), before + 1);
}

// Part of DL-07: the same by hand, without scripts; the answer is in words, and what was typed stays.
#[tokio::test]
async fn a_holder_verifies_by_hand() {
    let (site, holder, id) = site(VerifyLimits::default(), DeliveryMode::QueryVerify).await;
    let path = format!("/datasets/{CODE}/verify");
    let mut visitor = Browser::new(&site);
    assert_eq!(visitor.get(&path).await.status, 303);
    let mut browser = Browser::with_session(&site, &holder.session);
    let dataset = browser.get(&format!("/datasets/{CODE}")).await;
    assert!(dataset.attributes("main a", "href").contains(&path), "the way to it is shown");
    let shown = browser.get(&path).await;
    shown.assert_well_formed_page(&path);
    let labels = shown.texts("main label");
    for column in ["name", "code", "power"] {
        assert!(labels.iter().any(|label| label.contains(column)), "{labels:?}");
    }
    for column in ["price", "phone", "secret"] {
        assert!(!labels.iter().any(|label| label.contains(column)), "{labels:?}");
    }
    // The columns that can be asked about, in the order of the table: name, code, power.
    let drawn = format!("{id}.1");
    let form = |values: [(&'static str, &'static str); 2]| {
        [("drawn", drawn.as_str()), values[0], values[1]]
    };
    for (values, said) in [
        ([("k1", "KEY-0001"), ("c2", "31337")], "相符：有这样的记录"),
        ([("k1", "KEY-0001"), ("c2", "1")], "不相符：有这条记录"),
        ([("k0", "四厂"), ("c2", "")], "没有这条记录"),
    ] {
        let answered = browser.post(&path, &form(values)).await;
        assert_eq!(answered.status, 200, "{}", answered.text());
        answered.assert_well_formed_page(&path);
        assert!(answered.text().contains(said), "{said}");
        let typed = answered.attributes("main input", "value");
        assert!(typed.contains(&values[0].1.to_owned()), "what was typed stays");
    }
    let refused = browser.post(&path, &form([("k0", ""), ("c2", "31337")])).await;
    assert!(refused.text().contains("至少要有一个查找依据"), "{}", refused.text());
    assert!(refused.attributes("main input", "value").contains(&"31337".to_owned()));
}
