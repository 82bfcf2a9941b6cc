//! Materials, messages and renewals at the door: forms that lose nothing, files that only both sides take, pages in both
//! languages.

use axum::body::Body;
use http::{Method, Request};
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granted::{CODE, Everybody, everybody, granted, site};
use kaishu_testkit::people::{LANG, with_session};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::Role;

use crate::browser::Browser;
use crate::support::{Answer, TestSite};

/// Fields of an application that says all it has to.
const WHOLE: [(&str, &str); 14] = [
    ("kind", "person"),
    ("name", "王敏"),
    ("contact", "王敏"),
    ("phone", "0837-0000000"),
    ("title", "研究用电"),
    ("reason", "课题需要"),
    ("purpose", "research"),
    ("purpose_text", "分析行业用电"),
    ("application_type", "new"),
    ("items", "power"),
    ("mode", "download"),
    ("last_day", "2027-06-30"),
    ("result_form", "publication"),
    ("leaves_mainland", "no"),
];

/// A site with a table for which a material is demanded.
async fn demanding() -> (TestSite, Everybody) {
    let test_portal = TestPortal::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "用电", "conditional")
        .on_conditions("有安全保障能力", "download")
        .demanding("security_rules")
        .item(CODE, "name", "unconditional")
        .item(CODE, "power", "conditional")
        .file(CODE, "power.csv", "name,power\n一厂,10\n".as_bytes());
    test_portal.import(catalogue.folder()).await;
    let people = everybody(test_portal.portal()).await;
    (TestSite::of(test_portal, Assets::none(), Limits::default()), people)
}

/// Sends a file with its last day.
async fn give(
    site: &TestSite,
    cookie: &str,
    path: &str,
    (day, name, text): (&str, &str, &str),
) -> Answer {
    let part = "content-disposition: form-data; name=";
    let body = format!(
        "--x\r\n{part}\"valid_until\"\r\n\r\n{day}\r\n--x\r\n{part}\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n--x--\r\n"
    );
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("host", "127.0.0.1:3000")
        .header("cookie", cookie)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=x");
    site.send(request.body(Body::from(body)).unwrap()).await
}

// Part of APP-09 at the door: a part of the rows is asked for with the form; what is wrong is said and stays as it was typed.
#[tokio::test]
async fn a_part_of_the_rows_is_asked_for_with_the_form() {
    let (site, people) = demanding().await;
    let mut holder = Browser::with_session(&site, &people.holder_session);
    let begun = holder.post(&format!("/datasets/{CODE}/apply"), &[]).await;
    let application = begun.header("location").to_owned();
    let typed = |operator, revision, then| {
        let mut fields = WHOLE.to_vec();
        fields.extend([("rows", "name"), ("rows_operator_0", operator)]);
        fields.extend([("rows_values_0", "一厂、二厂"), ("revision", revision), ("then", then)]);
        fields
    };
    let refused = holder.post(&application, &typed("between", "1", "submit")).await;
    assert_eq!(refused.status, 400);
    refused.assert_well_formed_page(&application);
    let said = refused.texts("main [role=alert]").concat();
    assert!(said.contains("不能用“在两者之间（含两端）”限定"), "{said}");
    assert!(refused.text().contains("value=\"一厂、二厂\""));

    let saved = holder.post(&application, &typed("one_of", "2", "")).await;
    assert_eq!(saved.status, 303);
    let id = application.rsplit('/').next().unwrap().parse().unwrap();
    let portal = site.test_portal.portal();
    let found = portal.application(&people.holder.0, id, LANG).await.unwrap();
    let [condition] = found.document.rows.as_slice() else { panic!("{:?}", found.document.rows) };
    assert_eq!((condition.column.as_str(), condition.operator.as_str()), ("name", "one_of"));
    assert_eq!(condition.values, ["一厂", "二厂"]);
}

// Proves APP-03 at the door: the page of the dataset says what is demanded, the form names what is missing and keeps what
// was typed, files are given on a page of their own without scripts, and taken by both sides, never shown.
#[tokio::test]
async fn materials_are_given_and_taken_with_forms() {
    let (site, people) = demanding().await;
    let portal = site.test_portal.portal();
    let mut holder = Browser::with_session(&site, &people.holder_session);
    for path in [format!("/datasets/{CODE}"), format!("/datasets/{CODE}/apply")] {
        assert!(site.get(&path).await.text().contains("数据安全管理制度"), "{path}");
    }
    let begun = holder.post(&format!("/datasets/{CODE}/apply"), &[]).await;
    let application = begun.header("location").to_owned();
    let mut fields = WHOLE.to_vec();
    fields.extend([("revision", "1"), ("then", "submit")]);
    let refused = holder.post(&application, &fields).await;
    assert_eq!(refused.status, 400);
    refused.assert_well_formed_page(&application);
    let said = refused.texts("main [role=alert]").concat();
    assert!(said.contains("数据安全管理制度") && refused.text().contains("分析行业用电"), "{said}");

    let page = format!("{application}/materials");
    fields.truncate(WHOLE.len());
    fields.extend([("revision", "2"), ("then", "materials")]);
    assert_eq!(holder.post(&application, &fields).await.header("location"), page);
    for lang in ["", "/en"] {
        let path = format!("{lang}{page}");
        holder.get(&path).await.assert_well_formed_page(&path);
    }
    let form = format!("{page}/security_rules");
    let cookie = holder.cookie();
    for file in [("", "制度.docm", "PK"), ("", "制度.pdf", "MZ"), ("明年", "制度.pdf", "%PDF-1.7")]
    {
        let wrong = give(&site, &cookie, &form, file).await;
        assert_eq!(wrong.status, 400, "{file:?}");
        wrong.assert_well_formed_page(&form);
    }
    let unknown =
        give(&site, &cookie, &format!("{page}/anything"), ("", "a.pdf", "%PDF-1.7")).await;
    assert_eq!(unknown.status, 400);
    let given =
        give(&site, &cookie, &form, ("2026-12-31", "../../制度.pdf", "%PDF-1.7 制度")).await;
    assert_eq!((given.status.as_u16(), given.header("location")), (303, page.as_str()));
    let listed = holder.get(&page).await;
    assert!(listed.text().contains("制度.pdf") && !listed.text().contains("../"));
    let file = listed.attributes("main section a", "href").remove(0);

    let read = holder.get(&application).await;
    let revision = read.attributes("main input[name=revision]", "value").remove(0);
    fields.truncate(WHOLE.len());
    fields.extend([("revision", revision.as_str()), ("then", "submit")]);
    let submitted = holder.post(&application, &fields).await;
    assert_eq!(submitted.status, 303, "{}", submitted.text());
    let late = give(&site, &cookie, &form, ("", "制度.pdf", "%PDF-1.7")).await;
    assert_eq!(late.status, 409);

    let reviewing = with_session(portal, Role::Reviewer, ("reviews.too", "YX-T")).await;
    let mut reviewer = Browser::with_session(&site, &reviewing);
    let shown = reviewer.get(&application).await;
    shown.assert_well_formed_page(&application);
    assert!(shown.attributes("main a", "href").contains(&file));
    let taken = reviewer.get(&file).await;
    assert_eq!((taken.status.as_u16(), taken.text()), (200, "%PDF-1.7 制度"));
    assert!(taken.header("content-disposition").starts_with("attachment"));
    assert_eq!(taken.header("content-type"), "application/octet-stream");
    assert_eq!(taken.header("cache-control"), "no-store");
    let mut officer = Browser::with_session(&site, &people.officer_session);
    assert!(!officer.get(&application).await.attributes("main a", "href").contains(&file));
    assert_eq!(officer.get(&file).await.status, 404);
    assert_eq!(site.get(&file).await.status, 303, "to the login");
}

// Part of APP-08 and APP-12 at the door: messages stand among what happened, what is too long is not lost, the list of
// applications says what ends soon, and one button begins the renewal.
#[tokio::test]
async fn messages_and_renewals_are_forms() {
    let test_portal = site("aba").await;
    let people = everybody(test_portal.portal()).await;
    let grant = granted(test_portal.portal(), &people, DeliveryMode::Download).await;
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    let reviewing =
        with_session(site.test_portal.portal(), Role::Reviewer, ("reviews.too", "YX-T")).await;
    let mut reviewer = Browser::with_session(&site, &reviewing);
    let mut holder = Browser::with_session(&site, &people.holder_session);
    let application = format!("/applications/{grant}");
    let path = format!("{application}/message");
    let long = "长".repeat(2_001);
    let wrong = reviewer.post(&path, &[("message", long.as_str())]).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text().contains(&long), "nothing is lost");
    assert_eq!(reviewer.post(&path, &[("message", "请提前准备续期")]).await.status, 303);
    let page = holder.get(&application).await;
    page.assert_well_formed_page(&application);
    assert!(page.text().contains("请提前准备续期"));
    assert_eq!(holder.post(&path, &[("message", "好的")]).await.status, 303);
    assert!(reviewer.get(&application).await.text().contains("好的"));
    let mut officer = Browser::with_session(&site, &people.officer_session);
    let seen = officer.get(&application).await;
    assert!(seen.text().contains("审核单位留言") && !seen.text().contains("请提前准备续期"));

    let renew = format!("{application}/renew");
    assert_eq!(reviewer.post(&renew, &[]).await.status, 404);
    let renewed = holder.post(&renew, &[]).await;
    assert_eq!(renewed.status, 303, "{}", renewed.text());
    let renewal = renewed.header("location").to_owned();
    assert_ne!(renewal, application);
    for lang in ["", "/en"] {
        let path = format!("{lang}{renewal}");
        let page = holder.get(&path).await;
        page.assert_well_formed_page(&path);
        assert!(page.attributes("main a", "href").contains(&format!("{lang}{application}")));
    }
    let page = holder.get(&renewal).await;
    assert_eq!(page.attributes("main option[value=renewal][selected]", "value"), ["renewal"]);
    assert_eq!(page.attributes("main input[name=first_day]", "value"), ["2028-01-01"]);
}

// Proves APP-07 at the door: how many applications each provider approved is public, in both languages.
#[tokio::test]
async fn approval_rates_are_public() {
    let test_portal = site("aba").await;
    let people = everybody(test_portal.portal()).await;
    granted(test_portal.portal(), &people, DeliveryMode::Download).await;
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    for path in ["/stats/applications", "/en/stats/applications"] {
        let page = site.get(path).await;
        assert_eq!(page.status, 200);
        page.assert_well_formed_page(path);
        assert_eq!(page.texts("main tbody td"), ["1", "1", "0", "100%"]);
    }
    let all = site.get("/stats").await;
    assert!(all.attributes("main a", "href").contains(&"/stats/applications".to_owned()));
}

// Part of APP-07: the register of grants is public, and says nothing of a single one.
#[tokio::test]
async fn the_register_of_grants_is_public() {
    let test_portal = site("aba").await;
    let people = everybody(test_portal.portal()).await;
    granted(test_portal.portal(), &people, DeliveryMode::Download).await;
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    for path in ["/stats/grants", "/en/stats/grants"] {
        let page = site.get(path).await;
        assert_eq!(page.status, 200);
        page.assert_well_formed_page(path);
        assert!(page.texts("main tbody td").is_empty(), "{}", page.text());
    }
    let counts = site.get("/api/v1/stats/grants").await.json();
    assert_eq!(counts["items"].as_array().map(Vec::len), Some(0), "{counts}");
    let all = site.get("/stats").await;
    assert!(all.attributes("main a", "href").contains(&"/stats/grants".to_owned()));
}

// Proves AGR-10: an open dataset names its licence, says that whoever takes it accepts it, and the receipt of the download
// keeps which one that was, sealed into the log.
#[tokio::test]
async fn taking_open_data_accepts_its_licence() {
    let test_portal = TestPortal::open(Setup { policy: "default", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset("YX-T-0002", "站点", "unconditional")
        .item("YX-T-0002", "name", "unconditional")
        .file("YX-T-0002", "stops.csv", "name\n汽车站\n".as_bytes());
    test_portal.import(catalogue.folder()).await;
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    let entry = site.get("/api/v1/datasets/YX-T-0002").await.json();
    assert_eq!(entry["licence"], "open-licence", "{entry}");
    let page = site.get("/datasets/YX-T-0002").await;
    assert!(page.text().contains("下载即表示接受授权协议"));
    let english = site.get("/en/datasets/YX-T-0002").await;
    assert!(english.text().contains("By taking it you accept its licence"));
    let id = entry["resources"][0]["id"].as_i64().unwrap();
    let taken = site.get(&format!("/datasets/YX-T-0002/resources/{id}/download")).await;
    assert_eq!(taken.status, 200);
    let links = taken.attributes("main a", "href");
    let verify = links.iter().find(|link| link.starts_with("/verify/")).unwrap();
    let code = verify.trim_start_matches("/verify/");
    let receipt = site.get(&format!("/api/v1/receipts/{code}")).await.json();
    assert_eq!(receipt["licence"], "open-licence", "{receipt}");
    assert_eq!(site.test_portal.portal().seal_receipts().await.unwrap(), 1);
    assert_eq!(site.test_portal.portal().verify_log().await.unwrap().faults, []);
}
