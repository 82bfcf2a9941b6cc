//! Agreements at the door: templates in forms, the terms of the platform, the evidence of a grant.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use futures::StreamExt;
use kaishu_portal::Portal;
use kaishu_portal::access::{NewViolation, Owner};
use kaishu_portal::accounts::Caller;
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_testkit::agreements::{publish, publish_defaults};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granted::{CODE, Everybody, everybody, granted, site};
use kaishu_testkit::people::{LANG, ORGANIZATION};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::ErrorCode;
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::TokenScope;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::browser::Browser;
use crate::support::{Answer, TestSite};

const PATH: &str = "/workbench/agreements/YX-T/usage_agreement";

/// A site with a grant in force, and everybody whom it concerns.
async fn with_grant(policy: &'static str) -> (TestSite, Everybody, i64) {
    let test_portal = site(policy).await;
    let people = everybody(test_portal.portal()).await;
    let case = granted(test_portal.portal(), &people, DeliveryMode::Download).await;
    (TestSite::of(test_portal, Assets::none(), Limits::default()), people, case)
}

// Part of AGR-02 and AGR-04 at the door: a template is written with a form, previewed with an example and compared,
// refused with every fault and with what was typed, published, and read with its difference to the version before.
#[tokio::test]
async fn a_template_is_written_with_a_form() {
    let test_portal = site("yulin").await;
    let people = everybody(test_portal.portal()).await;
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    let mut officer = Browser::with_session(&site, &people.officer_session);
    let list = officer.get("/workbench/agreements").await;
    list.assert_well_formed_page("/workbench/agreements");
    assert!(list.attributes("main a", "href").contains(&PATH.to_owned()));
    let page = officer.get(PATH).await;
    page.assert_well_formed_page(PATH);
    let text = page.texts("main textarea").concat();
    assert!(text.contains("{no_transfer}") && text.contains("第十三条"), "{text}");
    let lacking = text.replace("{closing}", "{close}");
    let fields =
        |text, act, read| [("text", text), ("note", "第一版"), ("read", read), ("act", act)];
    let refused = officer.post(PATH, &fields(&lacking, "publish", "0")).await;
    assert_eq!(refused.status, 400);
    let said = refused.texts("main .ks-error").concat();
    assert!(said.contains("close") && said.contains("缺少必备条款“关闭权限”"), "{said}");
    assert!(refused.texts("main textarea").concat().contains("{close}"), "what was typed stays");
    let preview = officer.post(PATH, &fields(&text, "preview", "0")).await;
    assert_eq!(preview.status, 200);
    preview.assert_well_formed_page("a preview");
    assert!(preview.text().contains("示例数据集"));
    let portal = site.test_portal.portal();
    let desk = portal.template_desk(&people.officer, (&own(), "usage_agreement"), LANG).await;
    assert!(desk.unwrap().versions.is_empty(), "a preview publishes nothing");
    assert_eq!(officer.post(PATH, &fields(&text, "publish", "0")).await.status, 303);
    let second = text.replace("第六条", "第六条之一");
    let late = officer.post(PATH, &fields(&second, "publish", "0")).await;
    assert_eq!(late.status, 409);
    assert!(late.text().contains("第六条之一"), "what was typed stays");
    assert_eq!(officer.post(PATH, &fields(&second, "publish", "1")).await.status, 303);
    let shown = officer.get(&format!("{PATH}?version=2")).await;
    shown.assert_well_formed_page("a version");
    assert_eq!(shown.texts("main ins").len(), 1);
    assert_eq!(shown.texts("main del").len(), 1);
    assert_eq!(officer.get(&format!("{PATH}?version=9")).await.status, 404);
    assert_eq!(officer.get(&format!("/en{PATH}")).await.status, 200);
}

fn own() -> Owner {
    Owner::Organization(ORGANIZATION.to_owned())
}

async fn ask(site: &TestSite, token: &str, path: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    site.get_with(path, &[("authorization", bearer.as_str())]).await
}

async fn rows_of(site: &TestSite) -> String {
    let code = CODE.parse().unwrap();
    let store = site.test_portal.store();
    let dataset = kaishu_store::datasets::find(store, &code).await.unwrap().unwrap();
    format!("/api/v1/datasets/{CODE}/resources/{}/rows", dataset.resources[0].id)
}

fn columns(answer: &Answer) -> Vec<String> {
    let columns = answer.json()["columns"].as_array().unwrap().clone();
    columns.iter().map(|column| column["name"].as_str().unwrap().to_owned()).collect()
}

// Proves AGR-03: under Yulin the terms of the platform are accepted before what was granted is used, and again after
// each new version; programs are refused with the way to the page. What is open needs no acceptance, and a version that
// is not in force cannot be accepted.
#[tokio::test]
async fn new_terms_are_accepted_before_the_next_use() {
    let (site, people, _) = with_grant("yulin").await;
    let portal = site.test_portal.portal();
    let login = "holds".parse().unwrap();
    let wanted = ("t", TokenScope::Read, 1);
    let token = portal.make_token_for(&Caller::command(), &login, wanted, LANG).await.unwrap();
    let rows = rows_of(&site).await;
    let power = format!("{rows}?select=power");
    assert_eq!(columns(&ask(&site, &token, &rows).await), ["name", "power"], "no terms yet");
    let authority = publish_defaults(portal).await;
    let mut holder = Browser::with_session(&site, &people.holder_session);
    for version in ["1", "2"] {
        let open = ask(&site, &token, &rows).await;
        assert_eq!(columns(&open), ["name"], "open data is read all the same");
        let refused = ask(&site, &token, &power).await;
        refused.assert_problem(403, "/me/agreement");
        assert!(holder.get("/me").await.text().contains("阅读并接受平台协议"));
        assert!(holder.get(&format!("/datasets/{CODE}")).await.text().contains("阅读并接受"));
        let page = holder.get("/me/agreement").await;
        page.assert_well_formed_page("/me/agreement");
        assert_eq!(page.attributes("main button[name=terms]", "value"), [version]);
        let other = holder.post("/me/agreement", &[("terms", "7")]).await;
        assert_eq!(other.status, 409);
        assert_eq!(holder.post("/me/agreement", &[("terms", version)]).await.status, 303);
        assert_eq!(columns(&ask(&site, &token, &power).await), ["power"]);
        let page = holder.get("/me/agreement").await;
        assert!(page.attributes("main button[name=terms]", "value").is_empty());
        if version == "1" {
            publish_next_terms(portal, &authority).await;
        }
    }
    assert_eq!(holder.get("/en/me/agreement").await.status, 200);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

async fn publish_next_terms(portal: &Portal, authority: &Caller) {
    let (owner, kind) = (Owner::Region("YX".to_owned()), "platform_agreement");
    let desk = portal.template_desk(authority, (&owner, kind), LANG).await.unwrap();
    let text = desk.proposed.replace("第一条", "第一条（修订）");
    assert_eq!(publish(portal, authority, (&owner, kind), &text).await, 2);
}

// Part of AGR-03: who registers accepts the terms that are in force with it, and uses nothing else of the form; where
// the profile asks for none there are none.
#[tokio::test]
async fn who_registers_accepts_the_terms() {
    for policy in ["yulin", "aba"] {
        let test_portal = site(policy).await;
        publish_defaults(test_portal.portal()).await;
        let site = TestSite::of(test_portal, Assets::none(), Limits::default());
        let mut browser = Browser::new(&site);
        let page = browser.get("/register").await;
        page.assert_well_formed_page("/register");
        let boxes = page.attributes("main input[name=terms]", "value");
        if policy == "aba" {
            assert!(boxes.is_empty(), "{policy}");
            continue;
        }
        assert_eq!(boxes, ["1"]);
        let mut fields = vec![
            ("kind", "person"),
            ("login", "li.na"),
            ("name", "李娜"),
            ("email", "li.na@example.cn"),
            ("password", "correct horse battery"),
        ];
        let refused = browser.post("/register", &fields).await;
        assert_eq!(refused.status, 400);
        assert!(refused.text().contains("请阅读并接受现行的平台协议"));
        fields.push(("terms", "1"));
        assert_eq!(browser.post("/register", &fields).await.status, 303);
        let store = site.test_portal.store();
        let login = "li.na".parse().unwrap();
        let account = kaishu_store::accounts::find(store, &login).await.unwrap().unwrap();
        let accepted = kaishu_store::templates::accepted(store, account.id).await.unwrap();
        assert_eq!(accepted.unwrap().number, 1);
    }
}

// Part of AGR-02 and AGR-10: under Yulin each agency writes the licence of its open data, or takes that of the authority
// over; the page of a dataset leads to it.
#[tokio::test]
async fn open_data_leads_to_the_licence_of_its_agency() {
    let setup = Setup { policy: "yulin", with_demo: false };
    let test_portal = TestPortal::open(setup).await;
    let catalogue = Catalogue::default().dataset(CODE, "公交站点", "unconditional");
    test_portal.import(catalogue.folder()).await;
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    let path = "/organizations/YX-T/licence";
    assert_eq!(site.get(path).await.status, 404);
    publish_defaults(site.test_portal.portal()).await;
    let page = site.get(path).await;
    page.assert_well_formed_page(path);
    assert!(page.text().contains("数据提供单位：测试局"), "{}", page.text());
    assert_eq!(site.get(&format!("/en{path}")).await.status, 200);
    assert_eq!(site.get("/organizations/NOBODY/licence").await.status, 404);
    let links = site.get(&format!("/datasets/{CODE}")).await.attributes("main a", "href");
    assert!(links.contains(&path.to_owned()), "{links:?}");
}

fn unpacked(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|place| {
            let mut file = archive.by_index(place).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

// Proves AGR-09: the provider takes the evidence of a grant away: the application, every event, the decisions, what was
// signed, whom the portal told, the receipts, and what was supervised; the manifest has the SHA-256 of each file. That
// it was taken stands in the log. Nobody else gets it: not the holder, not a reviewer, not another agency.
#[tokio::test]
async fn the_provider_takes_the_evidence_of_a_grant() {
    let (site, people, case) = with_grant("aba").await;
    let portal = site.test_portal.portal();
    let login = "holds".parse().unwrap();
    let wanted = ("t", TokenScope::Read, 1);
    let token = portal.make_token_for(&Caller::command(), &login, wanted, LANG).await.unwrap();
    assert_eq!(ask(&site, &token, &rows_of(&site).await).await.status, 200);
    let path = format!("/applications/{case}/evidence");
    let mut holder = Browser::with_session(&site, &people.holder_session);
    let mut officer = Browser::with_session(&site, &people.officer_session);
    let application = format!("/applications/{case}");
    let offered = |answer: &Answer| answer.attributes("main form", "action").contains(&path);
    assert!(!offered(&holder.get(&application).await));
    assert!(offered(&officer.get(&application).await));
    let before = portal.verify_log().await.unwrap().n_entries;
    assert_eq!(holder.post(&path, &[]).await.status, 403);
    for (caller, code) in [
        (&people.reviewer, ErrorCode::Forbidden),
        (&people.stranger, ErrorCode::NotFound),
        (&Caller::visitor(), ErrorCode::NotFound),
    ] {
        let refused = portal.grant_dossier(caller, case, LANG).await.err().unwrap();
        assert_eq!(refused.code(), code);
    }
    assert_eq!(portal.verify_log().await.unwrap().n_entries, before, "nothing was taken");

    let answer = officer.post(&path, &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/zip"));
    assert!(answer.header("content-disposition").contains("-evidence.zip"));
    let files = unpacked(&answer.bytes);
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len() + 1, files.len());
    for entry in listed {
        let bytes = &files[entry["path"].as_str().unwrap()];
        let sum: String = Sha256::digest(bytes).iter().map(|it| format!("{it:02x}")).collect();
        assert_eq!((&entry["sha256"], &entry["size_bytes"]), (&sum.into(), &bytes.len().into()));
    }
    let json = |name: &str| serde_json::from_slice::<Value>(&files[name]).unwrap();
    let events = json("events.json");
    let names: Vec<&str> =
        events.as_array().unwrap().iter().map(|it| it["event"]["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"approve") && names.contains(&"countersign"), "{names:?}");
    assert!(events[0]["hash"].as_str().unwrap().len() == 64);
    assert!(json("decisions.json").as_array().unwrap().len() >= 2);
    assert!(!json("notices.json").as_array().unwrap().is_empty());
    assert_eq!(json("application.json")["purpose_text"], "分析行业用电");
    let signed = json("agreements/signatures.json");
    let documents = portal.application(&people.officer, case, LANG).await.unwrap().documents;
    for (document, entry) in documents.iter().zip(signed["documents"].as_array().unwrap()) {
        let text = &files[&format!("agreements/{}-{}.txt", document.id, document.kind)];
        assert_eq!(text, document.text.as_bytes());
        assert_eq!(entry["sha256"], document.sha256.as_str());
    }
    let receipts = String::from_utf8(files["receipts.ndjson"].clone()).unwrap();
    assert_eq!(receipts.lines().count(), 1, "{receipts}");
    let after = portal.verify_log().await.unwrap();
    assert_eq!((after.faults, after.n_entries > before), (vec![], true));
    // The authority may, too, and what was supervised comes with it.
    let violation = NewViolation {
        event: "open".to_owned(),
        kind: portal.violation_types(LANG)[0].0.clone(),
        evidence: "数据出现在第三方网站".to_owned(),
        receipts: String::new(),
    };
    let opened = portal.open_violation(&people.officer, case, violation, LANG).await.unwrap();
    let dossier = portal.grant_dossier(&people.authority, case, LANG).await.unwrap();
    let chunks: Vec<_> = portal.write_dossier(dossier).collect().await;
    let bytes: Vec<u8> = chunks.into_iter().flat_map(|chunk| chunk.unwrap()).collect();
    let supervised = format!("supervision/{opened}-violation.json");
    assert!(unpacked(&bytes).contains_key(&supervised));
}
