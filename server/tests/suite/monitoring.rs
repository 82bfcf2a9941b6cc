//! Quality is looked at as the profile says, and assessed by whom the profile says (PUB-07).

use bytes::Bytes;
use chrono::TimeDelta;
use futures::stream;
use kaishu_portal::accounts::Caller;
use kaishu_portal::monitoring::AssessmentForm;
use kaishu_portal::{Error, Portal};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, People, at_browser, people};
use kaishu_testkit::{Setup, now};
use kaishu_types::account::Role;
use kaishu_types::{DatasetCode, ErrorCode};
use sha2::{Digest, Sha256};

use crate::support::TestSite;

const CODE: &str = "YX-T-0001";
const REPORT: &[u8] = b"%PDF-1.7 signed";

async fn site(policy: &'static str) -> (TestSite, People) {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "公交站点", "unconditional")
        .item(CODE, "name", "unconditional")
        .file(CODE, "stops.csv", "name\n汽车站\n".as_bytes());
    site.test_portal.import(catalogue.folder()).await;
    let people = people(site.test_portal.portal()).await;
    (site, people)
}

async fn days(portal: &Portal, caller: &Caller) -> Vec<String> {
    let code: DatasetCode = CODE.parse().unwrap();
    let (_, course) = portal.quality_course(caller, &code).await.unwrap();
    assert!(course.iter().all(|it| it.n_tables == 1 && it.score.is_some_and(|it| it <= 1000)));
    course.iter().map(|it| it.day.to_string()).collect()
}

// Part of PUB-07: under jiamusi each day is looked, under the others each quarter, once however many nodes look;
// every look stays with its date.
#[tokio::test]
async fn quality_is_looked_at_in_the_period_of_the_profile() {
    for (policy, next_day, next_quarter) in [("jiamusi", 2, 3), ("aba", 1, 2)] {
        let (site, people) = site(policy).await;
        let portal = site.test_portal.portal();
        let n_before = portal.verify_log().await.unwrap().n_entries;
        for node in ["one", "other"] {
            portal.monitor_when_due(node).await.unwrap();
        }
        assert_eq!(days(portal, &people.officer).await, ["2026-11-21"], "{policy}");
        let entries = portal.verify_log().await.unwrap().n_entries;
        assert_eq!(entries, n_before + 1, "{policy}: a look is one entry of the log");
        for (ahead, n) in [(1, next_day), (60, next_quarter)] {
            let later = site.test_portal.open_at(now() + TimeDelta::days(ahead)).await;
            later.monitor_when_due("one").await.unwrap();
            assert_eq!(days(portal, &people.officer).await.len(), n, "{policy} after {ahead} days");
        }
        let stranger = portal.quality_course(&people.stranger, &CODE.parse().unwrap()).await;
        assert_eq!(stranger.unwrap_err().code(), ErrorCode::NotFound);
        let desk = portal.quality_desk(&people.authority, LANG).await.unwrap();
        assert_eq!(desk.lowest.len(), 1);
        assert!(desk.rule.value.contains(if policy == "aba" {
            "每季度"
        } else {
            "实时监测"
        }));
    }
}

fn form() -> AssessmentForm {
    AssessmentForm {
        region: "YX".to_owned(),
        assessor: "某数据质量测评中心".to_owned(),
        credit_code: "91350100M000100Y43".to_owned(),
        signed_by: "王敏".to_owned(),
        signed_on: "2026-11-20".to_owned(),
        first_day: "2026-07-01".to_owned(),
        last_day: "2026-09-30".to_owned(),
        conclusion: "总体良好".to_owned(),
        ..AssessmentForm::default()
    }
}

async fn file(portal: &Portal, caller: &Caller, form: &AssessmentForm) -> Result<i64, Error> {
    let bytes = stream::iter([Ok(Bytes::from_static(REPORT))]);
    portal.file_assessment(caller, form, ("报告.pdf", bytes), LANG).await
}

// Proves PUB-07 with the test above: an assessment signed by a third party is kept with its file where the profile
// has a third party assess (jiamusi 12); where the authority evaluates, departments are told (anshan 17); where
// providers inspect themselves, none is filed, and the refusal names the rule.
#[tokio::test]
async fn assessments_are_signed_by_whom_the_profile_says() {
    let (site, people) = site("jiamusi").await;
    let portal = site.test_portal.portal();
    let authority = at_browser(portal, Role::Authority, ("files", "YX")).await;
    let nobody = AssessmentForm { credit_code: String::new(), ..form() };
    let refused = file(portal, &authority, &nobody).await.unwrap_err();
    assert_eq!(refused.into_detail().fields[0].field, "credit_code");
    // A token files nothing, not even one of the authority.
    for caller in [&people.officer, &people.authority] {
        let refused = file(portal, caller, &form()).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Forbidden);
    }
    let elsewhere = AssessmentForm { region: "XX".to_owned(), ..form() };
    let refused = file(portal, &authority, &elsewhere).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    let id = file(portal, &authority, &form()).await.unwrap();
    let desk = portal.quality_desk(&authority, LANG).await.unwrap();
    let [kept] = desk.assessments.as_slice() else { panic!() };
    let sha256: String = Sha256::digest(REPORT).iter().map(|it| format!("{it:02x}")).collect();
    assert_eq!((&kept.sha256, kept.size_bytes), (&sha256, REPORT.len() as u64));
    assert_eq!(
        (kept.assessor.as_str(), kept.filed_by.as_str()),
        ("某数据质量测评中心", "files 的名字")
    );
    // Its bytes are there, and nobody sweeps them away.
    let store = site.test_portal.store();
    assert!(kaishu_store::condemned::is_used(store, &kept.blob_key).await.unwrap());
    assert!(portal.assessment_file(&authority, id).await.is_ok());
    let hidden = portal.assessment_file(&people.officer, id).await.err().unwrap();
    assert_eq!(hidden.code(), ErrorCode::NotFound);
    let desk = portal.quality_desk(&people.officer, LANG).await.err().unwrap();
    assert_eq!(desk.code(), ErrorCode::Forbidden);
}

// Part of PUB-07: see above.
#[tokio::test]
async fn departments_are_told_where_the_authority_evaluates() {
    for (policy, is_filed) in [("anshan", true), ("aba", false), ("default", false)] {
        let (site, people) = site(policy).await;
        let portal = site.test_portal.portal();
        let authority = at_browser(portal, Role::Authority, ("files", "YX")).await;
        let own = AssessmentForm { credit_code: String::new(), ..form() };
        let filed = file(portal, &authority, &own).await;
        let told = portal.quality_desk(&people.officer, LANG).await;
        if is_filed {
            let id = filed.unwrap();
            assert_eq!(told.unwrap().assessments.len(), 1, "{policy}");
            assert!(portal.assessment_file(&people.stranger, id).await.is_ok());
            continue;
        }
        let refused = filed.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Forbidden, "{policy}");
        assert_eq!(refused.into_detail().rule.unwrap().id, "quality.monitor");
        assert_eq!(told.err().unwrap().code(), ErrorCode::Forbidden, "{policy}");
    }
}
