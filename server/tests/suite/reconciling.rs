//! What the portal holds compared with what the provider says that it holds (PUB-13).

use std::collections::BTreeMap;

use http::Method;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::AuditFilter;
use kaishu_portal::publishing::Stated;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, People, people};
use kaishu_types::account::TokenScope;
use kaishu_types::{DatasetCode, ErrorCode};
use serde_json::json;

use crate::support::TestSite;

const OPEN: &str = "YX-T-0001";
const PART: &str = "YX-T-0002";
const STOPS: &str = "code,name,n\n007,汽车站,3\n008,火车站,4\n008,火车站,4\n";

async fn site(policy: &'static str) -> (TestSite, People) {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let mut catalogue = Catalogue::default()
        .dataset(OPEN, "公交站点", "unconditional")
        .file(OPEN, "stops.csv", STOPS.as_bytes())
        .dataset(PART, "部分开放", "unconditional")
        .file(PART, "part.csv", STOPS.as_bytes());
    for item in ["code", "name", "n"] {
        catalogue = catalogue.item(OPEN, item, "unconditional").item(
            PART,
            item,
            if item == "n" { "none" } else { "unconditional" },
        );
    }
    site.test_portal.import(catalogue.folder()).await;
    let people = people(site.test_portal.portal()).await;
    (site, people)
}

fn row(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn code(text: &str) -> DatasetCode {
    text.parse().unwrap()
}

// Proves PUB-13: rows, hash and sample are compared with what is stored; what differs is kept with its date, is on
// the desks of the provider and the authority and among the quality issues, and goes with a consistent comparison.
#[tokio::test]
async fn what_differs_is_found_kept_and_shown() {
    for policy in ["anshan", "aba", "default"] {
        let (site, people) = site(policy).await;
        let portal = site.test_portal.portal();
        let officer = &people.officer;
        let same = Stated {
            rows: Some(3),
            sample: vec![
                row(&[("code", "007"), ("name", "汽车站")]),
                row(&[("code", "008"), ("n", "4")]),
                row(&[("code", "008"), ("n", "4")]),
            ],
            ..Stated::default()
        };
        let kept = portal.reconcile(officer, &code(OPEN), &same, LANG).await.unwrap();
        assert!(kept.is_consistent() && kept.missing.is_empty(), "{policy}: {kept:?}");
        assert!(portal.inconsistencies(officer).await.unwrap().is_empty());

        let other = Stated {
            rows: Some(5),
            sha256: Some("0".repeat(64)),
            sample: vec![
                row(&[("code", "7")]),
                row(&[("code", "007"), ("name", "没有的站")]),
                row(&[("n", "不是数字")]),
                row(&[("code", "007"), ("n", "3")]),
            ],
            ..Stated::default()
        };
        let kept = portal.reconcile(officer, &code(OPEN), &other, LANG).await.unwrap();
        assert_eq!(kept.rows, Some((5, 3)));
        assert_eq!(kept.missing, [1, 2, 3], "007 is not 7");
        assert_eq!(kept.stated_at, portal.now());
        for (caller, n) in [(officer, 1), (&people.authority, 1), (&people.stranger, 0)] {
            assert_eq!(portal.inconsistencies(caller).await.unwrap().len(), n, "{policy}");
        }
        // Only an open portal has a public page of issues.
        let path = format!("/api/v1/datasets/{OPEN}/quality-issues");
        let issues = site.get(&path).await.json();
        let [issue] = issues["comparisons"].as_array().unwrap().as_slice() else {
            panic!("{policy}: {issues}")
        };
        assert_eq!(issue["source"], "comparison");
        assert_eq!(issue["rows"], json!({"stated": 5, "found": 3}));
        assert_eq!((&issue["same_sha256"], &issue["missing"]), (&json!(false), &json!([1, 2, 3])));
        let page = site.get(&format!("/datasets/{OPEN}/quality")).await;
        assert!(page.text().contains("行数：提供单位 5，平台 3"), "{policy}");

        // It is an event of the log; the values of the sample are nowhere.
        let filter = AuditFilter {
            subject: Some(OPEN.to_owned()),
            event: Some("reconciled".to_owned()),
            ..AuditFilter::default()
        };
        let entries = portal.search_audit(&Caller::command(), &filter, 10, LANG).await.unwrap();
        assert_eq!(entries.len(), 2);
        let all = portal.reconciliations(officer, &code(OPEN)).await.unwrap();
        assert!(!format!("{entries:?} {all:?} {issues}").contains("没有的站"));

        portal.reconcile(officer, &code(OPEN), &same, LANG).await.unwrap();
        assert!(portal.inconsistencies(&people.authority).await.unwrap().is_empty());
        let issues = site.get(&path).await.json();
        assert_eq!(issues["comparisons"], json!([]), "{policy}");
    }
}

// Of a file that nobody may have whole nothing is told in public: what differs may be hidden.
#[tokio::test]
async fn what_differs_in_a_part_that_is_not_open_stays_on_the_desk() {
    let (site, people) = site("aba").await;
    let portal = site.test_portal.portal();
    let path = format!("/datasets/{PART}/quality");
    let before = site.get(&path).await;
    assert_eq!(before.status, 200);
    let stated = Stated { sample: vec![row(&[("n", "99")])], ..Stated::default() };
    let kept = portal.reconcile(&people.officer, &code(PART), &stated, LANG).await.unwrap();
    assert_eq!(kept.missing, [1]);
    assert_eq!(site.get(&path).await.text(), before.text());
    assert_eq!(portal.inconsistencies(&people.authority).await.unwrap().len(), 1);
}

#[tokio::test]
async fn only_the_provider_states_and_what_cannot_be_compared_is_named() {
    let (site, people) = site("aba").await;
    let portal = site.test_portal.portal();
    let rows = Stated { rows: Some(3), ..Stated::default() };
    for caller in [&people.reviewer, &people.authority, &people.stranger, &Caller::visitor()] {
        let refused = portal.reconcile(caller, &code(OPEN), &rows, LANG).await.unwrap_err();
        let codes = [ErrorCode::Forbidden, ErrorCode::NotFound];
        assert!(codes.contains(&refused.code()), "{refused}");
    }
    let wrong = |stated: Stated| {
        let portal = portal.clone();
        let officer = people.officer.clone();
        async move { portal.reconcile(&officer, &code(OPEN), &stated, LANG).await.unwrap_err() }
    };
    let sample = |pairs: &[(&str, &str)]| Stated { sample: vec![row(pairs)], ..Stated::default() };
    for (stated, field) in [
        (Stated::default(), "rows"),
        (Stated { sha256: Some("没有".to_owned()), ..Stated::default() }, "sha256"),
        (sample(&[("nothing", "1")]), "sample"),
        (sample(&[("code", " ")]), "sample"),
        (Stated { sample: vec![row(&[("code", "1")]); 21], ..Stated::default() }, "sample"),
    ] {
        let refused = wrong(stated).await;
        assert_eq!(refused.code(), ErrorCode::InvalidInput);
        assert_eq!(refused.into_detail().fields[0].field, field);
    }
    for stated in [
        Stated { version: Some(9), ..rows.clone() },
        Stated { resource: Some(999), ..rows.clone() },
        Stated { table: Some(2), ..rows.clone() },
        Stated { table: Some(0), ..rows.clone() },
    ] {
        assert_eq!(wrong(stated).await.code(), ErrorCode::NotFound);
    }
    assert!(Stated::read_sample("a,a\n1,2\n", LANG).is_err());
    assert_eq!(Stated::read_sample("code\tname\n007\t汽车站\n", LANG).unwrap().len(), 1);

    // By the API, with a token of the scope `publish` and not with one that reads.
    let (command, login) = (Caller::command(), "officer".parse().unwrap());
    let path = format!("/api/v1/datasets/{OPEN}/comparisons");
    for (scope, status) in [(TokenScope::Publish, 201), (TokenScope::Read, 403)] {
        let token = portal.make_token_for(&command, &login, ("t", scope, 1), LANG).await.unwrap();
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let body = r#"{"rows": 2, "sample": [{"code": "007"}]}"#;
        let answer = site.ask(Method::POST, &path, &headers, body).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        if status == 201 {
            assert_eq!(
                (&answer.json()["consistent"], &answer.json()["rows_found"]),
                (&json!(false), &json!(3))
            );
        }
    }
}
