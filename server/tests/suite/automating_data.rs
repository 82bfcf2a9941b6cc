//! What a department does in the workbench with what is published and with the registers, done by its program; and that
//! nobody else's program does it.

use http::Method;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, People, people};
use serde_json::{Value, json};

use crate::automating::{Tokens, ask, get, post, refuses, tokens};
use crate::support::{Answer, TestSite};

const CODE: &str = "YX-T-0001";
const BARE: &str = "YX-T-0002";
const HIDDEN: &str = "YX-T-0009";
const PHONE: &str = "13812345678";
const FILE: &str = "district,phone\n甲,13812345678\n乙,13912345678\n丙,13712345678\n";

async fn site(policy: &'static str) -> (TestSite, People, Tokens) {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "网点", "unconditional")
        .file(CODE, "offices.csv", FILE.as_bytes())
        .dataset(BARE, "线路", "unconditional")
        .dataset(HIDDEN, "内部数据", "none")
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let tokens = tokens(portal).await;
    (site, people, tokens)
}

fn of(rest: &str) -> String {
    format!("/datasets/{CODE}/{rest}")
}

/// The codes of the items of a list.
fn codes(answer: &Answer) -> Vec<String> {
    let list = answer.json();
    let items = list["items"].as_array().unwrap().iter();
    items.map(|it| it["code"].as_str().unwrap().to_owned()).collect()
}

/// Telephone numbers that were found are listed without being told, masked by program, and leave through the mask only.
#[tokio::test]
async fn findings_are_answered_by_program() {
    let (site, _, tokens) = site("default").await;
    let portal = site.test_portal.portal();
    let listed = get(&site, &tokens.reader, &of("findings")).await;
    assert_eq!(listed.status, 200, "{}", listed.text());
    assert!(!listed.text().contains(PHONE));
    let report = listed.json();
    assert_eq!(report["may_decide"], false, "it only reads");
    let phone = report["files"][0]["tables"][0]["columns"][1].clone();
    assert_eq!((&phone["name"], &phone["release"]), (&json!("phone"), &json!("held")));
    assert_eq!(phone["findings"][0]["code"], "mobile");
    assert_eq!(get(&site, &tokens.stranger, &of("findings")).await.status, 404);

    let decisions = of("findings/decisions");
    let decision = |verdict: &str, reason: &str| json!({ "column": "phone", "verdict": verdict, "reason": reason });
    let masked = decision("partial:3:4", "公开需要，保留首尾");
    refuses(&site, &tokens, (Method::POST, &decisions), (&masked, 403)).await;
    let no_verdict = post(&site, &tokens.officer, &decisions, &decision("blur", "理由")).await;
    no_verdict.assert_problem_of(400, "verdict");
    let no_reason = post(&site, &tokens.officer, &decisions, &decision("release", " ")).await;
    no_reason.assert_problem_of(400, "reason");
    let other = json!({ "column": "email", "verdict": "restrict", "reason": "理由" });
    assert_eq!(post(&site, &tokens.officer, &decisions, &other).await.status, 404);

    let decided = post(&site, &tokens.officer, &decisions, &masked).await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    let report = decided.json();
    let phone = &report["files"][0]["tables"][0]["columns"][1];
    assert_eq!((&phone["release"], &phone["mask"]), (&json!("masked"), &json!("partial:3:4")));
    assert_eq!(report["processing"][0]["reason"], "公开需要，保留首尾");
    portal.catch_up(|_| ()).await.unwrap();
    let file = &report["files"][0]["id"];
    let rows = site.get(&format!("/api/v1{}", of(&format!("resources/{file}/rows")))).await;
    assert!(rows.text().contains("138****5678") && !rows.text().contains(PHONE), "{}", rows.text());

    // How far what leaves tells persons apart is measured, and stays on record.
    let measure = json!({ "file": file, "columns": ["district", "phone"], "k": 2 });
    let anonymity = of("anonymity");
    refuses(&site, &tokens, (Method::POST, &anonymity), (&measure, 403)).await;
    let measured = post(&site, &tokens.officer, &anonymity, &measure).await.json();
    assert_eq!((&measured["k"], &measured["n_small_groups"]), (&json!(1), &json!(3)), "{measured}");
    for (columns, k, field) in [(json!([]), 2, "columns"), (json!(["district"]), 1, "k")] {
        let wrong = json!({ "file": file, "columns": columns, "k": k });
        post(&site, &tokens.officer, &anonymity, &wrong).await.assert_problem_of(400, field);
    }
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// A program sees what it looks after, hidden parts and days included, and nothing of others.
#[tokio::test]
async fn a_program_lists_what_it_looks_after() {
    let (site, _, tokens) = site("default").await;
    let all = get(&site, &tokens.reader, "/own-datasets").await;
    let mut found = codes(&all);
    found.sort_unstable();
    assert_eq!(found, [CODE, BARE, HIDDEN]);
    assert!(all.json()["next"].is_null());
    let of_others = get(&site, &tokens.stranger, "/own-datasets").await;
    assert_eq!(codes(&of_others), ["YX-U-0001"]);
    assert_eq!(
        codes(&get(&site, &tokens.officer, "/own-datasets?q=%E7%BA%BF%E8%B7%AF").await),
        [BARE]
    );
    assert!(codes(&get(&site, &tokens.officer, "/own-datasets?show=overdue").await).is_empty());
    for wrong in ["show=late", "cursor=x", "n=1"] {
        let answer = get(&site, &tokens.officer, &format!("/own-datasets?{wrong}")).await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
    assert_eq!(get(&site, "kst_nothing", "/own-datasets").await.status, 401);

    let standing = get(&site, &tokens.officer, &of("standing")).await.json();
    assert!(standing["next_due"].is_string() && standing["transfer"].is_null(), "{standing}");
    let change = json!({ "kind": "law_changed", "happened_on": "2026-11-20", "evidence": "依据" });
    let noted = post(&site, &tokens.officer, &of("change-events"), &change).await;
    assert_eq!(noted.status, 201, "{}", noted.text());
    let standing = get(&site, &tokens.officer, &of("standing")).await.json();
    let case = &standing["cases"][0];
    assert_eq!((&case["id"], &case["is_overdue"]), (&noted.json()["id"], &json!(false)));
    assert!(case["due"].is_string(), "the day by which the entry follows");
}

/// Several datasets are revised alike: what stands against one of them does not stop the others, and somebody else's
/// stay as they are.
#[tokio::test]
async fn several_datasets_are_revised_by_program() {
    let (site, people, tokens) = site("default").await;
    let portal = site.test_portal.portal();
    let edit = |datasets: Value| json!({ "datasets": datasets, "frequency": "monthly", "keywords": ["公交"], "note": "改为每月更新" });
    refuses(&site, &tokens, (Method::POST, "/revisions"), (&edit(json!([CODE])), 403)).await;
    let none = post(&site, &tokens.officer, "/revisions", &edit(json!([]))).await;
    none.assert_problem_of(400, "datasets");
    let bad = post(&site, &tokens.officer, "/revisions", &edit(json!(["？"]))).await;
    bad.assert_problem_of(400, "datasets");
    let nothing = json!({ "datasets": [CODE], "note": "无" });
    let nothing = post(&site, &tokens.officer, "/revisions", &nothing).await;
    assert_eq!(nothing.status, 400, "{}", nothing.text());

    let asked = edit(json!([CODE, "YX-U-0001", BARE, CODE]));
    let done = post(&site, &tokens.officer, "/revisions", &asked).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(codes(&done), [CODE, "YX-U-0001", BARE]);
    let items = done.json()["items"].clone();
    assert_eq!((&items[1]["draft"], &items[1]["problem"]["status"]), (&Value::Null, &json!(403)));
    for (place, code) in [(0_usize, CODE), (2, BARE)] {
        let draft = items[place]["draft"].as_i64().unwrap();
        let read = get(&site, &tokens.officer, &format!("/drafts/{draft}")).await.json();
        assert_eq!((&read["code"], &read["state"]), (&json!(code), &json!("draft")));
        assert_eq!(read["document"]["fields"]["frequency"], "monthly");
        assert_eq!(read["document"]["version_note"], "改为每月更新");
    }
    // Asked again, it changes nothing that is under way.
    let again = post(&site, &tokens.officer, "/revisions", &edit(json!([CODE, BARE]))).await;
    let again = again.json();
    for place in 0..2_usize {
        assert_eq!(again["items"][place]["problem"]["status"], 409, "{again}");
    }
    let code = "YX-U-0001".parse().unwrap();
    let theirs = portal.own_dataset(&people.stranger, &code, LANG).await.unwrap();
    assert!(theirs.revision.is_none());
}

/// An offer to another organization is seen and taken back by who may give the dataset away.
#[tokio::test]
async fn an_offer_is_taken_back_by_program() {
    let (site, _, tokens) = site("default").await;
    let offer = json!({ "to": "YX-U", "reason": "职能划转" });
    let offered = post(&site, &tokens.head, &of("transfers"), &offer).await;
    assert_eq!(offered.status, 201, "{}", offered.text());
    let standing = get(&site, &tokens.head, &of("standing")).await.json();
    assert_eq!(standing["transfer"]["case"], offered.json()["case"]);
    let of_officer = get(&site, &tokens.officer, &of("standing")).await.json();
    assert!(of_officer["transfer"].is_null(), "an officer gives nothing away");

    let withdraw = of("transfers/withdraw");
    let reason = json!({ "reason": "暂不移交" });
    refuses(&site, &tokens, (Method::POST, &withdraw), (&reason, 403)).await;
    let no_reason = post(&site, &tokens.head, &withdraw, &json!({ "reason": "" })).await;
    assert_eq!(no_reason.status, 400, "{}", no_reason.text());
    let back = post(&site, &tokens.head, &withdraw, &reason).await;
    assert_eq!(back.status, 200, "{}", back.text());
    assert!(back.json()["transfer"].is_null());
    assert_eq!(post(&site, &tokens.head, &withdraw, &reason).await.status, 409);
    let portal = site.test_portal.portal();
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// Another agency disputes a class by program; the provider revises its own entry instead.
#[tokio::test]
async fn a_class_is_disputed_by_program() {
    let (site, _, tokens) = site("aba").await;
    let portal = site.test_portal.portal();
    let login = "stranger".parse().unwrap();
    let scope = ("api", kaishu_types::account::TokenScope::Decide, 1);
    let command = kaishu_portal::accounts::Caller::command();
    let claims = portal.make_token_for(&command, &login, scope, LANG).await.unwrap();
    let dispute = json!({ "class": "share", "wanted": "conditional", "grounds": "含企业信息" });
    // Tokens of these scopes do not dispute, whoever holds them.
    refuses(&site, &tokens, (Method::POST, &of("disputes")), (&dispute, 403)).await;
    let own = post(&site, &tokens.head, &of("disputes"), &dispute).await;
    own.assert_problem(403, "第二十四条");
    assert_eq!(get(&site, &tokens.reader, &of("disputes")).await.status, 403);

    let shown = get(&site, &claims, &of("disputes")).await.json();
    assert_eq!(
        (&shown["share_class"], &shown["is_authority"]),
        (&json!("unconditional"), &json!(false))
    );
    assert_eq!(shown["claimants"][0]["code"], "YX-U");
    let same = json!({ "class": "share", "wanted": "unconditional", "grounds": "" });
    let same = post(&site, &claims, &of("disputes"), &same).await;
    same.assert_problem_of(400, "wanted");
    same.assert_problem_of(400, "grounds");
    let opened = post(&site, &claims, &of("disputes"), &dispute).await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    assert_eq!(
        (&opened.json()["kind"], &opened.json()["facts"]["party"]),
        (&json!("dispute"), &json!("YX-U"))
    );
    let case = opened.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!(get(&site, &claims, &case).await.status, 200);
    assert_eq!(post(&site, &claims, &of("disputes"), &dispute).await.status, 409);
    let hidden = format!("/datasets/{HIDDEN}/disputes");
    assert_eq!(post(&site, &claims, &hidden, &dispute).await.status, 404);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// What inspections, monitoring and comparisons found is read by the provider's program; the authority's records it.
#[tokio::test]
async fn findings_of_inspections_are_followed_by_program() {
    let (site, _, tokens) = site("aba").await;
    let path = of("inspections");
    let finding = json!({ "finding": "缺少汽车站以北的网点", "due": "2026-12-01" });
    refuses(&site, &tokens, (Method::POST, &path), (&finding, 404)).await;
    assert_eq!(post(&site, &tokens.head, &path, &finding).await.status, 403);
    let late = json!({ "finding": "缺行", "due": "2020-01-01" });
    post(&site, &tokens.authority, &path, &late).await.assert_problem_of(400, "due");
    let kept = post(&site, &tokens.authority, &path, &finding).await;
    assert_eq!(kept.status, 201, "{}", kept.text());
    let listed = get(&site, &tokens.reader, &path).await.json();
    assert_eq!(
        (&listed["may_inspect"], &listed["items"][0]["due"]),
        (&json!(false), &json!("2026-12-01"))
    );
    assert_eq!(get(&site, &tokens.stranger, &path).await.status, 404);
    let close = format!("{path}/{}/close", listed["items"][0]["id"]);
    let version = json!({ "version": 2 });
    refuses(&site, &tokens, (Method::POST, &close), (&version, 404)).await;
    let early = post(&site, &tokens.authority, &close, &version).await;
    early.assert_problem_of(400, "version");
    assert_eq!(get(&site, &tokens.reader, &of("monitoring")).await.json()["items"], json!([]));
    assert_eq!(get(&site, &tokens.stranger, &of("monitoring")).await.status, 404);

    let compared = post(&site, &tokens.officer, &of("comparisons"), &json!({ "rows": 5 })).await;
    assert_eq!(compared.status, 201, "{}", compared.text());
    let listed = get(&site, &tokens.reader, &of("comparisons")).await.json();
    assert_eq!(
        (&listed["items"][0]["consistent"], &listed["items"][0]["rows_found"]),
        (&json!(false), &json!(3))
    );
    assert_eq!(get(&site, &tokens.stranger, &of("comparisons")).await.status, 404);
    for (token, n) in [(&tokens.officer, 1), (&tokens.authority, 1), (&tokens.stranger, 0)] {
        let open = get(&site, token, "/comparisons").await.json();
        assert_eq!(open["items"].as_array().unwrap().len(), n);
    }
}

/// An agency keeps its systems and says of its deliveries by program; without a law none is refused.
#[tokio::test]
async fn the_registers_are_kept_by_program() {
    let (site, _, tokens) = site("aba").await;
    let record = json!({
        "organization": "YX-T", "name": "公交调度系统", "purpose": "调度公交车辆", "connection": "connected",
    });
    refuses(&site, &tokens, (Method::POST, "/systems"), (&record, 403)).await;
    let bare = json!({ "organization": "YX-T", "name": "", "purpose": "", "connection": "" });
    post(&site, &tokens.officer, "/systems", &bare).await.assert_problem_of(400, "name");
    let added = post(&site, &tokens.officer, "/systems", &record).await;
    assert_eq!(added.status, 201, "{}", added.text());
    let place = added.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!(get(&site, &tokens.reader, &place).await.json(), added.json());
    assert_eq!(get(&site, &tokens.stranger, &place).await.status, 404);
    let mut changed = record.clone();
    changed["name"] = json!("智能调度系统");
    changed["revision"] = added.json()["revision"].clone();
    refuses(&site, &tokens, (Method::PUT, &place), (&changed, 404)).await;
    let saved = ask(&site, &tokens.officer, (Method::PUT, &place), &changed).await;
    assert_eq!((saved.status.as_u16(), &saved.json()["name"]), (200, &json!("智能调度系统")));
    let late = ask(&site, &tokens.officer, (Method::PUT, &place), &changed).await;
    assert_eq!(late.status, 409);

    let delivery = format!("/deliveries/{BARE}");
    let shown = get(&site, &tokens.reader, &delivery).await.json();
    assert_eq!(
        (&shown["standing"], &shown["parts"][0]["is_outstanding"]),
        (&json!("due"), &json!(true))
    );
    let refusal = json!({
        "act": "refuse", "revision": shown["revision"], "basis_title": "中华人民共和国统计法",
        "basis_article": "第二十八条", "basis_level": "law", "reason": "统计资料",
    });
    refuses(&site, &tokens, (Method::POST, &delivery), (&refusal, 404)).await;
    let unfounded = json!({ "act": "refuse", "revision": shown["revision"], "reason": "不便" });
    let unfounded = post(&site, &tokens.officer, &delivery, &unfounded).await;
    assert_eq!(unfounded.status, 400);
    assert!(unfounded.json()["rule"]["article"].as_str().unwrap().contains("第十八条第二款"));
    let refused = post(&site, &tokens.officer, &delivery, &refusal).await;
    assert_eq!(refused.status, 200, "{}", refused.text());
    assert_eq!(refused.json()["standing"], "refused");
    assert_eq!(post(&site, &tokens.officer, &delivery, &refusal).await.status, 409);
    let portal = site.test_portal.portal();
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// A project is registered, planned and handed on by program, and what is open without an entry becomes a task.
#[tokio::test]
async fn projects_and_missing_entries_are_registered_by_program() {
    let (site, _, tokens) = site("aba").await;
    let project = json!({ "organization": "YX-T", "code": "2611-513200", "name": "智慧公交" });
    refuses(&site, &tokens, (Method::POST, "/projects"), (&project, 403)).await;
    let opened = post(&site, &tokens.officer, "/projects", &project).await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    post(&site, &tokens.officer, "/projects", &project).await.assert_problem_of(400, "code");
    let id = opened.json()["id"].as_i64().unwrap();
    let acts = format!("/cases/{id}/acts");
    let act = |(event, version): (&str, u32), answers: Value| json!({ "event": event, "version": version, "reason": "发改批复1号", "answers": answers });
    let plan = act(("plan", 1), json!({ "planned": "线路\n站点" }));
    refuses(&site, &tokens, (Method::POST, &acts), (&plan, 404)).await;
    let approve = act(("approve", 2), json!({}));
    let link = act(("link", 3), json!({ "entry": "1", "dataset": BARE }));
    for done in [plan, approve, link] {
        let answer = post(&site, &tokens.officer, &acts, &done).await;
        assert_eq!(answer.status, 200, "{done} {}", answer.text());
    }
    let path = format!("/projects/{id}");
    let shown = get(&site, &tokens.reader, &path).await.json();
    let entry = |place: usize| {
        (shown["planned"][place]["title"].clone(), shown["planned"][place]["is_delivered"].clone())
    };
    assert_eq!(entry(0), (json!("线路"), json!(true)));
    assert_eq!(entry(1), (json!("站点"), json!(false)));
    assert!(shown["before"]["rule"]["article"].as_str().unwrap().contains("第十二条"));
    assert_eq!(get(&site, &tokens.stranger, &path).await.status, 404);

    let (site, _, tokens) = self::site("default").await;
    let missing = json!({
        "title": "公交实时位置", "organization": "YX-T", "address": "https://jt.example.cn/bus", "reason": "网站上可以下载",
    });
    refuses(&site, &tokens, (Method::POST, "/missing-entries"), (&missing, 403)).await;
    let task = post(&site, &tokens.officer, "/missing-entries", &missing).await;
    assert_eq!((task.status.as_u16(), &task.json()["kind"]), (201, &json!("missing_entry")));
    post(&site, &tokens.officer, "/missing-entries", &missing)
        .await
        .assert_problem_of(400, "address");
}
