//! The same for forms with a file: of the workbench, of the authority, and of what is somebody else's.

use http::Method;
use kaishu_domain::permission::Action;
use kaishu_store::drafts;
use kaishu_testkit::people::LANG;
use kaishu_types::account::Role;

use super::Need;
use crate::browser::Browser;
use crate::overreach::{self, browser, placed};
use crate::overreach_own::somebody;
use crate::support::Answer;

/// A form with a file: where it goes, the fields before its file, and what somebody must be allowed to do to send it.
pub(super) type Upload = (String, Vec<(&'static str, &'static str)>, Need);

/// The forms with a file of the workbench and of the authority.
pub(super) fn uploads(things: &overreach::Things) -> Vec<Upload> {
    let edit = Need::Here(&[Action::EditDatasets]);
    let draft = |rest: &str| format!("/workbench/drafts/{}/{rest}", things.draft);
    let assessment = vec![
        ("region", "YX"),
        ("assessor", "某评估公司"),
        ("credit_code", "91513200MA0000000X"),
        ("signed_by", "王敏"),
        ("signed_on", "2026-11-20"),
        ("first_day", "2025-11-01"),
        ("last_day", "2026-10-31"),
        ("conclusion", "合格"),
    ];
    vec![
        (draft("files"), Vec::new(), edit),
        (draft("authorisation"), Vec::new(), edit),
        (draft("relaxation"), Vec::new(), edit),
        (
            "/workbench/datasets/YX-T-0001/versions".to_owned(),
            vec![("note", "十一月"), ("processing", "clean")],
            edit,
        ),
        (
            format!("/workbench/cases/{}/attachments", things.review),
            Vec::new(),
            Need::Here(&[Action::ReviewForProvider]),
        ),
        ("/authority/quality".to_owned(), assessment, Need::Here(&[Action::FileAssessments])),
    ]
}

/// Sends a form whose file stands behind the fields, as a browser does.
async fn send(
    browser: &mut Browser<'_>,
    path: &str,
    fields: &[(&str, &str)],
    (name, text): (&str, &str),
) -> Answer {
    let head = "content-disposition: form-data; name=";
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--x\r\n{head}\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += &format!("--x\r\n{head}\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n--x--\r\n");
    let headers =
        [("content-type", "multipart/form-data; boundary=x"), ("sec-fetch-site", "same-origin")];
    browser.ask(Method::POST, path, &headers, &body).await
}

/// A file that the form at an address takes: a table for data, a scan for a record.
fn file_for(path: &str) -> (&'static str, &'static str) {
    match path.ends_with("/files") || path.ends_with("/versions") {
        true => ("stops.csv", "name\n火车站\n"),
        false => ("a.pdf", "%PDF-1.7 扫描件"),
    }
}

// Part of SEC-05, for forms with a file: with every role, held for the place and for another, what the table does not
// allow is refused, adds no file to anything and leaves nothing in the log; nor does anybody give a file to an
// application of somebody else.
#[tokio::test]
async fn no_role_uploads_farther_than_the_table() {
    let (site, things) = overreach::site().await;
    let (applicant, own) = somebody(&site).await;
    let (portal, store) = (site.test_portal.portal(), site.test_portal.store());
    let revision = async || drafts::find(store, things.draft).await.unwrap().unwrap().revision;
    let saved = revision().await;
    let material = format!("/applications/{}/materials/security_rules", own.application);
    let mut n_refused = 0;
    for (n, role) in Role::ALL.iter().enumerate() {
        for (place, held) in placed(*role) {
            let mut browser = browser(&site, &format!("u{n}-{place}"), held.clone()).await;
            let before = portal.verify_log().await.unwrap().n_entries;
            let refused = uploads(&things).into_iter().filter(|(.., need)| !need.is_met(&held));
            let mut refused: Vec<_> = refused.map(|(path, fields, _)| (path, fields)).collect();
            refused.push((material.clone(), Vec::new()));
            for (path, fields) in refused {
                let answer = send(&mut browser, &path, &fields, file_for(&path)).await;
                let status = answer.status;
                assert!(status.is_client_error(), "{role} ({place}): {path} {status}");
                n_refused += 1;
            }
            let after = portal.verify_log().await.unwrap();
            assert_eq!(after.faults, []);
            assert_eq!(after.n_entries, before, "{role} ({place}) left something in the log");
        }
    }
    assert!(n_refused > 100, "{n_refused} forms refused");
    assert_eq!(revision().await, saved);
    assert_eq!(portal.dataset(&"YX-T-0001".parse().unwrap()).await.unwrap().version, 1);
    assert!(portal.application(&applicant, own.application, LANG).await.is_ok());
}

/// The same forms are let in for who may send them, so that a refusal is no accident of the form. Nobody assesses under
/// these rules: `monitoring` files an assessment where somebody does.
#[tokio::test]
async fn the_forms_with_a_file_are_open_to_who_may_send_them() {
    let (site, things) = overreach::site().await;
    let all = uploads(&things).into_iter().filter(|(path, ..)| path != "/authority/quality");
    for (n, (path, fields, need)) in all.enumerate() {
        let able = Role::ALL.iter().flat_map(|role| placed(*role)).find(|(place, held)| {
            *place == "own" && need.is_met(held) && held.role != Role::CountyAuthority
        });
        let (_, held) = able.unwrap();
        let mut browser = browser(&site, &format!("y{n}"), held).await;
        let answer = send(&mut browser, &path, &fields, file_for(&path)).await;
        let status = answer.status.as_u16();
        assert!(![401, 403, 404].contains(&status), "{path} {status} {}", answer.text());
    }
}
