//! Forms with a file that come after the login has ended: what was typed is given back.

use http::Method;
use kaishu_testkit::people::{LANG, with_session};
use kaishu_types::account::Role;

use crate::blocking::site;
use crate::browser::Browser;
use crate::once::ruled;
use crate::support::{Answer, TestSite};

/// Fields with what was typed into them.
type Fields<'a> = [(&'a str, &'a str)];

/// Sends a form with a file, which stands behind the fields.
async fn send(browser: &mut Browser<'_>, path: &str, fields: &Fields<'_>) -> Answer {
    let head = "content-disposition: form-data; name=";
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--x\r\n{head}\"{name}\"\r\n\r\n{value}\r\n");
    }
    body +=
        &format!("--x\r\n{head}\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7 qiongyu\r\n--x--\r\n");
    let headers =
        [("content-type", "multipart/form-data; boundary=x"), ("sec-fetch-site", "same-origin")];
    browser.ask(Method::POST, path, &headers, &body).await
}

/// The fields that a page gives back, in their order.
fn given_back(page: &Answer, path: &str) -> Vec<(String, String)> {
    let form = format!("form[action='{path}'][enctype='multipart/form-data']");
    let of = |name: &str| page.attributes(&format!("{form} input[type=hidden]"), name);
    assert_eq!(page.attributes(&format!("{form} input[type=file]"), "name"), ["file"], "{path}");
    of("name").into_iter().zip(of("value")).collect()
}

/// Sends a form without a login and looks at what comes back.
async fn assert_given_back(site: &TestSite, path: &str, fields: &Fields<'_>) {
    for lang in ["", "/en"] {
        let path = format!("{lang}{path}");
        let page = send(&mut Browser::new(site), &path, fields).await;
        assert_eq!(page.status, 401, "{path}");
        page.assert_well_formed_page(&path);
        let typed: Vec<_> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(given_back(&page, &path), typed, "{path}");
        let told = if lang.is_empty() { "重新选择文件" } else { "choose the file again" };
        assert!(page.text().contains(told), "{path}: {}", page.text());
        assert!(!page.text().contains("qiongyu"), "{path} shows the file");
    }
}

// Part of PUB-02, REV-11: the note, each kind of processing and the record of new data.
#[tokio::test]
async fn the_words_of_new_data_are_given_back() {
    let fields = [
        ("note", "十一月\"数据\" <b>&amp;"),
        ("processing", "sort"),
        ("processing", "clean"),
        ("record", "同意书〔2026〕3号"),
    ];
    assert_given_back(&site().await, "/workbench/datasets/YX-T-0001/versions", &fields).await;
}

// Part of PUB-02, PUB-16, CLS-10: files of drafts, with the state that was read, authorisations and records.
#[tokio::test]
async fn the_files_of_drafts_are_asked_for_again() {
    let site = site().await;
    assert_given_back(&site, "/workbench/drafts/1/files", &[("revision", "7")]).await;
    for kind in ["authorisation", "relaxation"] {
        assert_given_back(&site, &format!("/workbench/drafts/1/{kind}"), &[]).await;
    }
}

// Part of REV-02: files that come with a step.
#[tokio::test]
async fn the_files_of_steps_are_asked_for_again() {
    assert_given_back(&site().await, "/workbench/cases/1/attachments", &[]).await;
}

// Part of APP-03: how long a material holds.
#[tokio::test]
async fn the_day_of_a_material_is_given_back() {
    let fields = [("valid_until", "2027-06-30")];
    assert_given_back(&site().await, "/applications/1/materials/security_rules", &fields).await;
}

// Part of PUB-07: an assessment, which is filed by what was given back once its author is logged in again. Of a form
// that has more text than any has, the rest is left out.
#[tokio::test]
async fn an_assessment_is_filed_with_what_was_given_back() {
    let site = ruled("anshan").await;
    let portal = site.test_portal.portal();
    let path = "/authority/quality";
    let fields = [
        ("once", "k"),
        ("region", "YX"),
        ("assessor", "某测评中心"),
        ("signed_by", "王敏"),
        ("signed_on", "2026-11-20"),
        ("first_day", "2026-07-01"),
        ("last_day", "2026-09-30"),
        ("conclusion", "总体良好。\n两张表需要改正。"),
    ];
    assert_given_back(&site, path, &fields).await;
    let many = [("conclusion", "良好"); 100];
    let page = send(&mut Browser::new(&site), path, &many).await;
    assert_eq!(given_back(&page, path).len(), 32);

    let page = send(&mut Browser::new(&site), path, &fields).await;
    let typed = given_back(&page, path);
    let typed: Vec<_> = typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let session = with_session(portal, Role::Authority, ("files", "YX")).await;
    let done = send(&mut Browser::with_session(&site, &session), path, &typed).await;
    assert_eq!(done.status, 303, "{}", done.text());
    let authority = portal.caller_of_session(&session).await.unwrap();
    let desk = portal.quality_desk(&authority, LANG).await.unwrap();
    assert_eq!(desk.assessments.len(), 1);
    assert_eq!(desk.assessments[0].conclusion, "总体良好。\n两张表需要改正。");
}
