//! Quality of tables: what is told of it, and that nothing hidden counts.

use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use serde_json::{Value, json};

use crate::support::TestSite;

const OPEN: &str = "YX-T-0001";
const SOUND: &str = "YX-T-0002";
const FAULTY: &str = "YX-T-0003";

async fn site(policy: &'static str) -> TestSite {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let open = "编号,统一社会信用代码,开始日期,结束日期\n\
        1,91350100M000100Y43,2020-01-01,2021-01-01\n\
        2,91350100M000100Y44,2020-01-01,2019-01-01\n\
        2,91350100M000100Y44,2020-01-01\n";
    // One table twice: what differs are the columns that are not open.
    let sound = "区县,电话,secret,开始日期,结束日期\n甲,0837-2822233,a,2020-01-01,2021-01-01\n\
        乙,0837-2822234,b,2020-01-01,2021-01-01\n";
    let faulty = "区县,电话,secret,开始日期,结束日期\n甲,1,,2020-01-01,9999-01-01\n\
        乙, 无,b,2020-01-01,1021-01-01\n";
    let mut catalogue = Catalogue::default().dataset(OPEN, "企业", "unconditional").file(
        OPEN,
        "firms.csv",
        open.as_bytes(),
    );
    for (code, text) in [(SOUND, sound), (FAULTY, faulty)] {
        catalogue = catalogue
            .dataset(code, "名册", "conditional")
            .item(code, "区县", "unconditional")
            .item(code, "开始日期", "unconditional")
            .item(code, "电话", "conditional")
            .item(code, "secret", "none")
            .item(code, "missing", "none")
            .item(code, "结束日期", "none")
            .file(code, "people.csv", text.as_bytes());
    }
    let report = site.test_portal.import(catalogue.folder()).await;
    assert_eq!(report.created, 3, "{report:?}");
    site
}

async fn path(site: &TestSite, code: &str) -> String {
    let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
    let id = entry["resources"][0]["id"].as_i64().unwrap();
    format!("/datasets/{code}/resources/{id}/quality")
}

// Proves PUB-05: a score for each dimension of the regulation, and errors by row.
#[tokio::test]
async fn quality_is_told_by_the_dimensions_of_the_regulation() {
    for (policy, dimensions, article) in [
        (
            "anshan",
            ["completeness", "accuracy", "consistency", "timeliness", "truthfulness", "usability"]
                .as_slice(),
            "第十二条",
        ),
        ("aba", &["truthfulness", "accuracy", "completeness", "timeliness"], "第十六条"),
    ] {
        let site = site(policy).await;
        let reply = site.get(&format!("/api/v1{}", path(&site, OPEN).await)).await.json();

        let codes: Vec<&str> = reply["dimensions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, dimensions);
        assert!(reply["rule"]["ground"]["citation"].as_str().unwrap().contains(article));
        let fixes = reply["fixes"].as_array().unwrap();
        let fix = |rule: &str| fixes.iter().find(|fix| fix["rule"] == rule).unwrap();
        assert_eq!(fixes[0]["rule"], "row.shape", "what blocks is first");
        let credit = &fix("code.credit")["places"][0];
        assert_eq!(credit["columns"], json!(["统一社会信用代码"]));
        assert_eq!((&credit["n_failed"], &credit["n_checked"]), (&json!(2), &json!(3)));
        assert_eq!(credit["rows"][0]["row"], 2);
        assert_eq!(credit["rows"][0]["fault"], "check_character");
        assert_eq!(fix("date.order")["places"][0]["rows"][0]["row"], 2);
        assert_eq!(fixes[0]["places"][0]["rows"][0]["row"], 3);

        for lang in ["", "/en"] {
            let page = site.get(&format!("{lang}{}", path(&site, OPEN).await)).await;
            assert_eq!(page.status, 200);
            assert!(page.text().contains("91350100M000100Y44"));
        }
    }
}

// Proves PUB-05, SEC-05: columns that are not open count for nothing, whatever is in them.
#[tokio::test]
async fn hidden_columns_count_for_nothing() {
    let site = site("default").await;
    let reply = async |code: &str| {
        let path = path(&site, code).await;
        let reply = site.get(&format!("/api/v1{path}")).await.json();
        let page = site.get(&path).await.text().replace(code, "CODE");
        let issues = site.get(&format!("/api/v1/datasets/{code}/quality-issues")).await.json();
        let listed = site.get(&format!("/datasets/{code}/quality")).await.text().to_owned();
        let told = [page, listed, reply.to_string(), issues.to_string()].concat();
        for hidden in ["secret", "missing", "结束日期"] {
            assert!(!told.contains(hidden), "{hidden}");
        }
        let rules = issues["issues"].as_array().unwrap().iter().map(|it| it["rule"].clone());
        (reply, rules.collect::<Vec<_>>())
    };
    let (sound, issues) = reply(SOUND).await;
    assert_eq!((sound.clone(), issues), reply(FAULTY).await);
    assert_eq!(sound["is_measured"], true);
    let rules: Vec<&Value> =
        sound["fixes"].as_array().unwrap().iter().map(|it| &it["rule"]).collect();
    assert!(rules.iter().all(|rule| **rule == "update.in_time"), "{rules:?}");
}

#[tokio::test]
async fn an_address_that_is_wrong_is_refused() {
    let site = site("default").await;
    let path = path(&site, OPEN).await;
    site.get(&format!("/api/v1{path}?table=x")).await.assert_problem_of(400, "table");
    site.get(&format!("/api/v1{path}?x=1")).await.assert_problem_of(400, "x");
    assert_eq!(site.get(&format!("/api/v1{path}?table=2")).await.status, 404);
    assert_eq!(site.get(&format!("{path}?table=x")).await.status, 400);
    assert_eq!(
        site.get(&format!("/api/v1/datasets/{OPEN}/resources/99/quality")).await.status,
        404
    );
    assert_eq!(site.get(&format!("/datasets/{OPEN}/resources/99/quality")).await.status, 404);
}

// Proves PUB-06 (issues that rules find): each has who mends it until when, and the version that did.
#[tokio::test]
async fn issues_are_listed_over_the_versions() {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let versions = [
        "信用代码,电话\n91350100M000100Y44,1\n91350100M000100Y43,0837-2822233\n",
        "信用代码,电话\n91350100M000100Y43,1\n91350100M000100Y43,0837-2822233\n",
        "信用代码,电话\n91350100M000100Y43,0837-2822234\n91350100M000100Y44,0837-2822233\n",
    ];
    for text in versions {
        let catalogue = Catalogue::default().dataset(OPEN, "企业", "unconditional").overdue().file(
            OPEN,
            "firms.csv",
            text.as_bytes(),
        );
        site.test_portal.import(catalogue.folder()).await;
    }
    // Renewed on the first of the National Day holidays, and every day: due on the first day after them.
    let due = json!("2026-10-08");
    let reply = site.get(&format!("/api/v1/datasets/{OPEN}/quality-issues")).await.json();
    let owner = site.get(&format!("/api/v1/datasets/{OPEN}")).await.json()["organization"].clone();
    assert_eq!(reply["owner"], owner);
    let issues: Vec<_> = reply["issues"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["rule"] == "code.credit" || it["rule"] == "phone.form")
        .map(|it| {
            let rule = it["rule"].as_str().unwrap();
            (rule, &it["found_in"], &it["fixed_in"], &it["columns"][0], &it["due"])
        })
        .collect();
    assert_eq!(
        issues,
        [
            ("code.credit", &json!(3), &Value::Null, &json!("信用代码"), &due),
            ("phone.form", &json!(1), &json!(3), &json!("电话"), &Value::Null),
            ("code.credit", &json!(1), &json!(2), &json!("信用代码"), &Value::Null),
        ]
    );
    for lang in ["", "/en"] {
        let page = site.get(&format!("{lang}/datasets/{OPEN}/quality")).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("/versions/3"));
        let days = page.attributes("main tbody td:last-child time", "datetime");
        assert!(!days.is_empty() && days.iter().all(|day| due == day.as_str()), "{days:?}");
    }
    site.get(&format!("/api/v1/datasets/{OPEN}/quality-issues?x=1"))
        .await
        .assert_problem_of(400, "x");
    assert_eq!(site.get("/datasets/NO-0001/quality").await.status, 404);
}
