//! Who may put which entry into the catalogue, under rules that say so and under rules that do not.

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use http::{Method, Request};
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::cases::DeskFilter;
use kaishu_store::organizations::{self, NewOrganization};
use kaishu_store::regions::{self, NewRegion};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, act, complete, people, person, whole_draft, with_session};
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::dataset::Acquisition;
use kaishu_types::draft::DraftDocument;
use kaishu_types::vocabulary::{CatalogueKind, OrganizationKind, RegionLevel};
use serde_json::Value;

use crate::browser::Browser;
use crate::drafting::{ask, token};
use crate::support::TestSite;

/// What `YX-U` provides already.
const THEIRS: &str = "YX-U-0001";

/// A prefecture whose authority is `YX-T`, a county with an authority of its own, and `YX-S`, which is stationed.
async fn site(policy: &'static str) -> TestSite {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset("YX-T-0001", "旧数据", "unconditional")
        .dataset(THEIRS, "公交站台", "unconditional")
        .under("open-licence", "YX-U")
        .item(THEIRS, "stop", "unconditional")
        .file(THEIRS, "stops.csv", "stop\n汽车站\n".as_bytes());
    site.test_portal.import(catalogue.folder()).await;
    let organization = |code: &str, kind, level, region: &str| NewOrganization {
        code: code.parse().unwrap(),
        name: format!("{code}局"),
        name_en: None,
        kind,
        level,
        region: region.parse().unwrap(),
        parent: None,
        description: None,
        responsible_head: None,
        contact: None,
        homepage: None,
        is_imported: false,
    };
    let county = organization("YX-Q", OrganizationKind::StateOrgan, RegionLevel::County, "YX-QH");
    let stationed = OrganizationKind::StationedAgency;
    let stationed = organization("YX-S", stationed, RegionLevel::Prefecture, "YX");
    organizations::upsert(site.test_portal.store(), &[county, stationed]).await.unwrap();
    let region = |code: &str, level, parent: Option<&str>, authority: &str| NewRegion {
        code: code.parse().unwrap(),
        name: format!("{code}地区"),
        name_en: None,
        level,
        parent: parent.map(|code| code.parse().unwrap()),
        description: None,
        authority: Some(authority.to_owned()),
        position: 0,
    };
    let places = [
        region("YX", RegionLevel::Prefecture, None, "YX-T"),
        region("YX-QH", RegionLevel::County, Some("YX"), "YX-Q"),
    ];
    regions::upsert(site.test_portal.store(), &places).await.unwrap();
    site.test_portal.portal().reload_directory().await.unwrap();
    site
}

/// Head and officer of an agency; the officer.
async fn officer_of(portal: &Portal, organization: &str) -> Caller {
    let name = |role: &str| format!("{role}.{}", organization.to_lowercase());
    let head = name("head");
    person(portal, Role::Head, (&head, organization), TokenScope::Decide).await;
    person(portal, Role::Officer, (&name("officer"), organization), TokenScope::Publish).await
}

/// Begins an entry that lacks nothing, and changes it.
async fn entry(
    portal: &Portal,
    officer: &Caller,
    organization: &str,
    change: impl FnOnce(&mut DraftDocument),
) -> i64 {
    let case = whole_draft(portal, officer, organization).await;
    complete(portal, officer, case, change).await;
    case
}

fn base(document: &mut DraftDocument) {
    document.fields.kind = CatalogueKind::Base;
    document.fields.base_db = Some("population".to_owned());
}

fn topic(document: &mut DraftDocument) {
    document.fields.kind = CatalogueKind::Topic;
}

/// What stands against an entry: field, article and link of each.
async fn faults(
    portal: &Portal,
    caller: &Caller,
    case: i64,
) -> Vec<(&'static str, String, Option<String>)> {
    let draft = portal.draft(caller, case, LANG).await.unwrap();
    draft.faults.into_iter().map(|it| (it.field, it.article, it.link)).collect()
}

/// What the submission is refused with; empty where it goes on.
async fn submitted(portal: &Portal, caller: &Caller, case: i64) -> String {
    let refused = act(portal, caller, case, "submit").await.err();
    refused.map(|error| error.message(LANG)).unwrap_or_default()
}

// Proves CAT-04: a base entry is submitted by the body that the authority named for the register, a topic entry
// by the lead of the topic, a business entry by the agency itself; others are told by which article, who does,
// and where to go, by form and API alike.
#[tokio::test]
async fn registers_and_topics_are_compiled_by_who_is_named() {
    let site = site("anshan").await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let theirs = officer_of(portal, "YX-U").await;
    let register = entry(portal, &theirs, "YX-U", base).await;
    let lead = entry(portal, &theirs, "YX-U", topic).await;
    let business = entry(portal, &theirs, "YX-U", |_| ()).await;

    for (case, subject, article) in [(register, "人口", "第二款"), (lead, "交通", "第三款")]
    {
        let found = faults(portal, &theirs, case).await;
        let [(field, cited, link)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((*field, link.as_deref()), ("kind", Some("/organizations/YX-T")));
        assert!(cited.contains("第十一条") && cited.contains(article), "{cited}");
        let told = submitted(portal, &theirs, case).await;
        assert!(told.contains(subject) && told.contains("还没有登记编制部门"), "{told}");
    }
    assert_eq!(submitted(portal, &theirs, business).await, "", "its own business");
    let publish = token(&site, "officer.yx-u", TokenScope::Publish).await;
    let path = format!("/{register}/submit");
    let refused = ask(&site, &publish, Method::POST, &path, &Value::Null).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("第十一条"), "{}", refused.text());
    let session = with_session(portal, Role::Officer, ("at.form", "YX-U")).await;
    let mut browser = Browser::with_session(&site, &session);
    let page = browser.get(&format!("/workbench/drafts/{register}?done=checked")).await;
    page.assert_well_formed_page("the editor");
    let links = page.attributes("main .ks-error a", "href");
    assert!(links.contains(&"/organizations/YX-T".to_owned()), "{links:?}");

    // The authority names who compiles.
    let session = with_session(portal, Role::Authority, ("names", "YX")).await;
    let mut authority = Browser::with_session(&site, &session);
    let form = |subject| {
        [
            ("subject", subject),
            ("organization", "YX-U"),
            ("region", "YX"),
            ("basis", "云政办〔2026〕3号"),
        ]
    };
    for subject in ["base:population", "topic:transport"] {
        let named = authority.post("/authority/compilers", &form(subject)).await;
        assert_eq!(named.status, 303, "{}", named.text());
    }
    for wrong in ["base:credit_of_nobody", "business:transport", ""] {
        assert_eq!(authority.post("/authority/compilers", &form(wrong)).await.status, 400);
    }
    let twice = authority.post("/authority/compilers", &form("base:population")).await;
    assert_eq!(twice.status, 400, "named already");
    let list = authority.get("/authority/compilers").await;
    list.assert_well_formed_page("/authority/compilers");
    assert!(list.text().contains("第十一条") && list.text().contains("云政办〔2026〕3号"));

    let other = entry(portal, &people.officer, "YX-T", base).await;
    let told = submitted(portal, &people.officer, other).await;
    assert!(told.contains("由试验局编制"), "{told}");
    assert_eq!(submitted(portal, &theirs, register).await, "");
    assert_eq!(submitted(portal, &theirs, lead).await, "");

    // What ended lets nobody submit from then on.
    assert_eq!(authority.post("/authority/compilers/1/end", &[]).await.status, 303);
    assert_eq!(authority.post("/authority/compilers/1/end", &[]).await.status, 404);
    act(portal, &theirs, register, "recall").await.unwrap();
    assert!(submitted(portal, &theirs, register).await.contains("还没有登记编制部门"));
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Proves CAT-04 where the authority compiles registers itself (guangdong 10), and where no rule narrows it
// (yulin).
#[tokio::test]
async fn the_rules_in_force_say_who_compiles() {
    for (policy, is_refused) in [("guangdong", true), ("yulin", false), ("jiamusi", false)] {
        let site = site(policy).await;
        let portal = site.test_portal.portal();
        let people = people(portal).await;
        let theirs = entry(portal, &people.stranger, "YX-U", base).await;
        let of_authority = entry(portal, &people.officer, "YX-T", base).await;

        let found = faults(portal, &people.stranger, theirs).await;
        assert_eq!(found.iter().any(|it| it.0 == "kind"), is_refused, "{policy}: {found:?}");
        assert_eq!(faults(portal, &people.officer, of_authority).await, [], "{policy}");
        if is_refused {
            assert!(found[0].1.contains("第十条"), "{found:?}");
        }
    }
}

/// What `YX-T` collects although `YX-U` provides it.
fn collects(document: &mut DraftDocument) {
    document.fields.theme = "other".to_owned();
    document.fields.provenance.acquisition = Some(Acquisition::Statutory);
    document.fields.provenance.duty = Some("某条例第三条".to_owned());
    document.fields.provenance.necessity = Some("履行职责必需".to_owned());
    document.items[0].label = "stop标签".to_owned();
}

// Proves PUB-15: an item that an entry of another agency provides is not collected again, with a link to that
// entry; a law that is cited, data that nobody gave, and rules that say nothing let it pass.
#[tokio::test]
async fn what_can_be_shared_is_not_collected_again() {
    let site = site("anshan").await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let officer = &people.officer;
    let case = entry(portal, officer, "YX-T", collects).await;

    let found = faults(portal, officer, case).await;
    let [(field, article, link)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((*field, link.as_deref()), ("collection_law", Some("/datasets/YX-U-0001")));
    assert!(article.contains("第十四条第二款"), "{article}");
    let told = submitted(portal, officer, case).await;
    assert!(told.contains("公交站台") && told.contains("stop标签"), "{told}");
    let session = with_session(portal, Role::Officer, ("second", "YX-T")).await;
    let mut browser = Browser::with_session(&site, &session);
    let page = browser.get(&format!("/workbench/drafts/{case}?done=checked")).await;
    let links = page.attributes("main .ks-error a", "href");
    assert!(links.contains(&"/datasets/YX-U-0001".to_owned()), "{links:?}");

    // It is the collected item that is refused: another one is not, nor what the agency makes itself.
    complete(portal, officer, case, |document| {
        collects(document);
        document.items[0].label = "候车亭".to_owned();
    })
    .await;
    assert_eq!(faults(portal, officer, case).await, []);
    complete(portal, officer, case, |document| {
        collects(document);
        document.fields.provenance.acquisition = Some(Acquisition::Produced);
    })
    .await;
    assert_eq!(faults(portal, officer, case).await, []);
    complete(portal, officer, case, |document| {
        collects(document);
        document.collection_law = "《某法》第九条".to_owned();
    })
    .await;
    assert_eq!(submitted(portal, officer, case).await, "");

    for (policy, is_refused) in [("guangdong", true), ("aba", true), ("yulin", false)] {
        let portal = site.test_portal.open_under(policy).await;
        let case = entry(&portal, officer, "YX-T", collects).await;
        let found = faults(&portal, officer, case).await;
        let is_told = found.iter().any(|it| it.0 == "collection_law");
        assert_eq!(is_told, is_refused, "{policy}: {found:?}");
    }
}

/// Sends a file with the form of the authorisation.
async fn attach(site: &TestSite, cookie: &str, case: i64, text: &str) -> u16 {
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"授权书.pdf\"\r\n\r\n{text}\r\n--x--\r\n"
    );
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/workbench/drafts/{case}/authorisation"))
        .header("host", "127.0.0.1:3000")
        .header("cookie", cookie)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=x");
    site.send(request.body(Body::from(body)).unwrap()).await.status.as_u16()
}

// Proves PUB-16: data of a stationed agency is submitted with its written authorisation only, which its reviewers
// read and nobody else; other agencies and other rules ask for none.
#[tokio::test]
async fn a_stationed_agency_gives_its_authorisation() {
    let site = site("aba").await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let officer = officer_of(portal, "YX-S").await;
    let case = entry(portal, &officer, "YX-S", |_| ()).await;
    let found = faults(portal, &officer, case).await;
    assert!(
        matches!(found.as_slice(), [("authorisation", article, _)] if article.contains("第三条第四款"))
    );
    assert!(submitted(portal, &officer, case).await.contains("书面授权"));

    let session = with_session(portal, Role::Officer, ("at.form", "YX-S")).await;
    let mut browser = Browser::with_session(&site, &session);
    let path = format!("/workbench/drafts/{case}");
    let page = browser.get(&path).await;
    page.assert_well_formed_page(&path);
    assert!(page.text().contains("还没有附上授权文件"));
    assert_eq!(browser.get(&format!("{path}/authorisation")).await.status, 404);
    assert_eq!(attach(&site, &browser.cookie(), case, "").await, 400, "an empty file");
    let session = with_session(portal, Role::Officer, ("elsewhere", "YX-U")).await;
    let mut stranger = Browser::with_session(&site, &session);
    assert_eq!(attach(&site, &stranger.cookie(), case, "冒名").await, 404);
    assert_eq!(attach(&site, &browser.cookie(), case, "盖章的授权书").await, 303);
    assert_eq!(faults(portal, &officer, case).await, []);
    assert_eq!(submitted(portal, &officer, case).await, "");
    assert_eq!(attach(&site, &browser.cookie(), case, "换一份").await, 409, "it is under review");

    // Its reviewers read it; others do not learn of it.
    let session = with_session(portal, Role::Authority, ("reads", "YX")).await;
    let mut authority = Browser::with_session(&site, &session);
    assert!(authority.get(&path).await.text().contains("授权书.pdf"));
    let read = authority.get(&format!("{path}/authorisation")).await;
    assert_eq!((read.status.as_u16(), read.text()), (200, "盖章的授权书"));
    assert!(read.header("content-disposition").starts_with("attachment"));
    assert_eq!(stranger.get(&format!("{path}/authorisation")).await.status, 404);
    assert_eq!(site.get(&format!("{path}/authorisation")).await.status, 303);
    let facts = portal.case_view(&officer, case, LANG).await.unwrap().facts;
    assert_eq!(facts["authorisation"].len(), 64, "{facts:?}");

    // An agency that is not stationed needs none; nor does any under other rules.
    let own = entry(portal, &people.officer, "YX-T", |_| ()).await;
    assert_eq!(faults(portal, &people.officer, own).await, []);
    let other = site.test_portal.open_under("default").await;
    let case = entry(&other, &officer, "YX-S", |_| ()).await;
    assert_eq!(faults(&other, &officer, case).await, []);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

fn individual(document: &mut DraftDocument) {
    document.fields.kind = CatalogueKind::Individual;
    document.fields.title = "灌溉渠道巡查".to_owned();
}

// Proves CAT-11: a county authority compiles an individual entry for data that the prefecture's catalogue lacks,
// after the prefecture's authority agreed; it does not agree with itself, and nobody else compiles one.
#[tokio::test]
async fn a_county_asks_the_prefecture_first() {
    let site = site("aba").await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let officer = officer_of(portal, "YX-Q").await;
    let case = entry(portal, &officer, "YX-Q", individual).await;
    // The prefecture has it: with the same title there is nothing to compile.
    complete(portal, &officer, case, |document| {
        individual(document);
        document.fields.title = "公交站台".to_owned();
    })
    .await;
    let found = faults(portal, &officer, case).await;
    let [(field, article, link)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((*field, link.as_deref()), ("title", Some("/datasets/YX-U-0001")));
    assert!(article.contains("第十五条第二款"), "{article}");
    assert!(submitted(portal, &officer, case).await.contains("公交站台"));

    complete(portal, &officer, case, individual).await;
    assert_eq!(submitted(portal, &officer, case).await, "");
    let steps = portal.case_view(&officer, case, LANG).await.unwrap().steps;
    assert_eq!(steps[0].label, "主管部门同意（上级主管部门）");
    for (name, role, place) in [
        ("county", Role::CountyAuthority, "YX-QH"),
        ("county.too", Role::Authority, "YX-QH"),
        ("county.head", Role::Head, "YX-Q"),
    ] {
        let session = with_session(portal, role, (name, place)).await;
        let county = portal.caller_of_session(&session).await.unwrap();
        assert!(act(portal, &county, case, "pass").await.is_err(), "{name} is of the county");
    }
    let waits = portal.desk(&people.authority, DeskFilter::Mine, &[], LANG).await.unwrap();
    assert!(waits.iter().any(|card| card.id == case), "it is on the prefecture's desk");
    act(portal, &people.authority, case, "pass").await.unwrap();
    let steps = portal.case_view(&officer, case, LANG).await.unwrap().steps;
    assert_eq!(steps[0].verdict.as_deref(), Some("passed"));
    assert!(steps.len() > 1 && steps[1].is_current, "then the review begins");

    // Nobody but a county authority, and under no other rules.
    let own = entry(portal, &people.officer, "YX-T", individual).await;
    let found = faults(portal, &people.officer, own).await;
    assert!(found.iter().any(|it| it.0 == "kind"), "{found:?}");
    let other = site.test_portal.open_under("yulin").await;
    let case = entry(&other, &officer, "YX-Q", individual).await;
    let found = faults(&other, &officer, case).await;
    assert!(found.iter().any(|it| it.0 == "kind"), "{found:?}");
    let case = entry(portal, &officer, "YX-Q", |_| ()).await;
    act(portal, &officer, case, "submit").await.unwrap();
    let steps = portal.case_view(&officer, case, LANG).await.unwrap().steps;
    assert!(steps.iter().all(|step| !step.label.contains("上级")), "its own business needs none");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// The bytes of a file as they come, for what goes past the form.
fn bytes(text: &'static str) -> impl futures::Stream<Item = std::io::Result<Bytes>> + Send {
    stream::iter([Ok(Bytes::from_static(text.as_bytes()))])
}

// Part of PUB-16: what has more than its 20 MB is refused, and a program attaches nothing to what is not its own.
#[tokio::test]
async fn an_authorisation_is_a_file_of_its_own_agency() {
    let site = site("aba").await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let officer = officer_of(portal, "YX-S").await;
    let case = portal.begin_draft(&officer, "YX-S", "税收统计", LANG).await.unwrap();
    let attached = portal.attach_authorisation(&people.authority, case, "a.pdf", bytes("a"), LANG);
    assert!(attached.await.is_err(), "the authority gives nobody's data");
    let attached = portal.attach_authorisation(&people.stranger, case, "a.pdf", bytes("a"), LANG);
    assert!(attached.await.is_err());
    let many = stream::iter((0..21).map(|_| Ok(Bytes::from(vec![0_u8; 1 << 20]))));
    let large = portal.attach_authorisation(&officer, case, "a.pdf", many, LANG).await.unwrap_err();
    assert!(large.message(LANG).contains("20 MB"), "{}", large.message(LANG));
    portal.attach_authorisation(&officer, case, "a.pdf", bytes("a"), LANG).await.unwrap();
    assert!(portal.read_authorisation(&officer, case).await.is_ok());
}
