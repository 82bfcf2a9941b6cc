//! Records of organizations.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use kaishu_portal::administration::OrganizationForm;
use kaishu_portal::catalogue::Window;
use kaishu_portal::importing::{Folder, Input, Options};
use kaishu_testkit::people::at_browser;
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::ErrorCode;
use kaishu_types::account::Role;
use kaishu_types::search::SearchRequest;

use super::{LANG, logged, outsiders, record, site};

// Proves ORG-01: a record holds what it is and where it belongs, and a kind that the profile does not cover
// is refused with the article; the same kind is recorded under a profile that covers it.
#[tokio::test]
async fn a_kind_that_the_profile_does_not_cover_is_refused() {
    let operator = OrganizationForm {
        kind: "public_service_operator",
        sector: "供水",
        name_en: "Water Works",
        parent: "YX-T",
        contact: "0837-1",
        ..record("YX-SW", "YX")
    };
    for (policy, refused) in [
        ("default", None),
        ("anshan", None),
        ("guangdong", Some("第三十二条")),
        ("aba", None),
        ("yulin", None),
        ("jiamusi", None),
    ] {
        let site = site(policy).await;
        let portal = site.portal();
        let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
        let saved = portal.save_organization(&authority, &operator, LANG).await;
        match refused {
            Some(article) => {
                let error = saved.unwrap_err();
                assert_eq!(error.code(), ErrorCode::InvalidInput, "{policy}");
                assert!(error.message(LANG).contains(article), "{}", error.message(LANG));
                assert!(logged(portal, "organization").await.is_empty());
            }
            None => {
                saved.unwrap();
                let row = portal.organization_record(&authority, "YX-SW", LANG).await.unwrap();
                let view = &row.record.view;
                assert_eq!(view.kind.as_str(), "public_service_operator");
                assert_eq!((view.level.as_str(), &*view.region.code), ("county", "YX"));
                assert_eq!(view.parent.as_ref().unwrap().code, "YX-T");
                assert_eq!(row.record.sector.as_deref(), Some("供水"));
                // Nobody holds its roles yet (ORG-02).
                assert!(row.heads.is_empty() && row.officers.is_empty());
            }
        }
        // Only one of the five names stationed agencies (aba 3¶4).
        let stationed = OrganizationForm { kind: "stationed_agency", ..record("YX-SH", "YX") };
        let saved = portal.save_organization(&authority, &stationed, LANG).await;
        assert_eq!(saved.is_ok(), ["default", "aba"].contains(&policy), "{policy}");
    }
}

// Proves ZON-03 for records: a county's authority keeps those of its county, the authority above all; a head
// keeps how to reach the agency, not what it is; others keep nothing.
#[tokio::test]
async fn a_record_is_kept_within_the_region() {
    let site = site("default").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let county = at_browser(portal, Role::CountyAuthority, ("county", "YX-LC")).await;
    let head = at_browser(portal, Role::Head, ("head", "YX-T")).await;
    let code = |error: kaishu_portal::Error| error.code();

    let above = portal.save_organization(&county, &record("YX-A", "YX"), LANG).await;
    assert_eq!(code(above.unwrap_err()), ErrorCode::Forbidden);
    portal.save_organization(&county, &record("YX-LC-A", "YX-LC"), LANG).await.unwrap();
    portal.save_organization(&authority, &record("YX-LC-B", "YX-LC"), LANG).await.unwrap();
    // Neither up into the prefecture, nor from there into the county.
    let up = OrganizationForm { revision: Some(1), ..record("YX-LC-A", "YX") };
    assert_eq!(
        code(portal.save_organization(&county, &up, LANG).await.unwrap_err()),
        ErrorCode::Forbidden
    );
    let down = OrganizationForm { revision: Some(1), ..record("YX-T", "YX-LC") };
    assert_eq!(
        code(portal.save_organization(&county, &down, LANG).await.unwrap_err()),
        ErrorCode::NotFound
    );
    let seen = portal.organization_records(&county, LANG).await.unwrap();
    let codes: Vec<_> = seen.iter().map(|row| row.record.view.named.code.as_str()).collect();
    assert_eq!(codes, ["YX-LC-A", "YX-LC-B"]);

    let own = OrganizationForm {
        name: "测试局",
        level: "prefecture",
        contact: "0837-2",
        revision: Some(1),
        ..record("YX-T", "YX")
    };
    portal.save_organization(&head, &own, LANG).await.unwrap();
    let row = portal.organization_record(&head, "YX-T", LANG).await.unwrap();
    assert_eq!(row.record.view.contact.as_deref(), Some("0837-2"));
    assert_eq!(row.heads, ["head 的名字"]);
    let other = OrganizationForm { kind: "public_institution", revision: Some(2), ..own.clone() };
    assert_eq!(
        code(portal.save_organization(&head, &other, LANG).await.unwrap_err()),
        ErrorCode::Forbidden
    );
    let hidden = portal.organization_record(&head, "YX-U", LANG).await.unwrap_err();
    assert_eq!(hidden.code(), ErrorCode::NotFound);

    for caller in outsiders(portal).await {
        assert!(portal.organization_records(&caller, LANG).await.is_err());
        let saved = portal.save_organization(&caller, &record("YX-Z", "YX"), LANG).await;
        assert!(matches!(
            saved.unwrap_err().code(),
            ErrorCode::Forbidden | ErrorCode::Unauthenticated
        ));
    }
    let entries = logged(portal, "organization").await;
    assert_eq!(entries.len(), 3);
    assert_eq!((entries[0].event.code.as_str(), entries[0].login.as_str()), ("changed", "head"));
    // What changed is told with what it was.
    assert_eq!(entries[0].facts["contact"], " → 0837-2");
}

// Part of ORG-01: of two who edit a record the second one is told, and nothing is lost or overwritten.
#[tokio::test]
async fn of_two_editors_the_second_is_told() {
    let site = site("default").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let save = |name: &'static str, revision: Option<i32>| {
        let form = OrganizationForm { name, revision, ..record("YX-JT", "YX") };
        let authority = authority.clone();
        async move { portal.save_organization(&authority, &form, LANG).await }
    };
    save("交通局", None).await.unwrap();
    let taken = save("另一个", None).await.unwrap_err();
    assert_eq!(taken.code(), ErrorCode::InvalidInput);
    save("交通运输局", Some(1)).await.unwrap();
    let late = save("运输局", Some(1)).await.unwrap_err();
    assert_eq!(late.code(), ErrorCode::Conflict);
    let row = portal.organization_record(&authority, "YX-JT", LANG).await.unwrap();
    assert_eq!((row.record.view.named.name.as_str(), row.record.revision), ("交通运输局", 2));
    // What is shown is what was saved.
    assert_eq!(portal.directory().organization("YX-JT").unwrap().named.name, "交通运输局");
    assert_eq!(logged(portal, "organization").await.len(), 2, "what was refused is no entry");
}

#[tokio::test]
async fn what_is_wrong_with_a_record_is_told_by_field() {
    let site = site("default").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let wrong = OrganizationForm {
        code: "县 交通局",
        name: " ",
        kind: "company",
        level: "",
        region: "NOWHERE",
        parent: "YX-NONE",
        contact: "a\0b",
        homepage: "javascript:alert(1)",
        ..OrganizationForm::default()
    };
    let error = portal.save_organization(&authority, &wrong, LANG).await.unwrap_err();
    let kaishu_portal::Error::InvalidInput(faults) = error else { panic!("{error}") };
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(
        fields,
        ["code", "name", "kind", "level", "region", "parent", "contact", "homepage"]
    );
    let operator = OrganizationForm { kind: "public_service_operator", ..record("YX-SW", "YX") };
    let error = portal.save_organization(&authority, &operator, LANG).await.unwrap_err();
    assert!(error.message(LANG).contains("行业"), "{}", error.message(LANG));

    portal.save_organization(&authority, &record("YX-A", "YX"), LANG).await.unwrap();
    let below = OrganizationForm { parent: "YX-A", ..record("YX-B", "YX") };
    portal.save_organization(&authority, &below, LANG).await.unwrap();
    let ring = OrganizationForm { parent: "YX-B", revision: Some(1), ..record("YX-A", "YX") };
    let error = portal.save_organization(&authority, &ring, LANG).await.unwrap_err();
    let kaishu_portal::Error::InvalidInput(faults) = error else { panic!("{error}") };
    assert_eq!(faults[0].field, "parent");
}

// Part of ORG-01: a new name is found and shown with the datasets of the organization, and the old one is not.
#[tokio::test]
async fn a_new_name_is_that_of_the_datasets() {
    let site = site("default").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let renamed = OrganizationForm {
        name: "水文勘测中心",
        level: "prefecture",
        revision: Some(1),
        ..record("YX-U", "YX")
    };
    portal.save_organization(&authority, &renamed, LANG).await.unwrap();
    portal.catch_up(|_| ()).await.unwrap();
    for (words, n) in [("水文勘测中心", 1), ("试验局", 0)] {
        let request = SearchRequest { q: words.to_owned(), ..SearchRequest::default() };
        let window = Window::After { cursor: None, limit: 10 };
        let found = portal.search(&request, window, LANG).await.unwrap();
        assert_eq!(found.total, n, "{words}");
    }
}

// Proves ORG-01 for imports: an organization of a kind that the profile does not cover is not recorded, nor are its
// entries; where the profile covers it, it is.
#[tokio::test]
async fn an_import_records_only_kinds_that_the_rules_cover() {
    let folder = |kind: &str| {
        let table = |text: String| Bytes::from(text);
        let organizations = format!(
            "code,name,kind,region\nYX-K,县供水公司,{kind},YX\nYX-L,县水利局,state_organ,YX\n"
        );
        let catalogue = "code,title,organization,region,open_class,frequency\n\
            YX-K-0001,水质,YX-K,YX,unconditional,daily\nYX-L-0001,水位,YX-L,YX,unconditional,daily\n";
        let files = BTreeMap::from([
            ("regions.csv".to_owned(), table("code,name,level\nYX,云溪州,prefecture\n".to_owned())),
            ("organizations.csv".to_owned(), table(organizations)),
            ("catalogue.csv".to_owned(), table(catalogue.to_owned())),
        ]);
        Input::CsvDir(Folder::Memory(Arc::new(files)))
    };
    let operator = "public_service_operator";
    for (policy, kind, covers) in [
        ("guangdong", operator, false),
        ("yulin", operator, true),
        ("yulin", "stationed_agency", false),
    ] {
        let site = TestPortal::open(Setup { policy, with_demo: false }).await;
        let portal = site.portal();
        let report = portal.import(folder(kind), Options::default(), |_| ()).await.unwrap();
        let is_recorded = portal.directory().organization("YX-K").is_some();
        assert_eq!(is_recorded, covers, "{policy} {kind}");
        assert_eq!(report.created, if covers { 2 } else { 1 }, "{policy} {kind}: {report:?}");
        let rejected: Vec<&str> = report.rejected.iter().map(|it| it.record.as_str()).collect();
        if covers {
            assert!(rejected.is_empty(), "{rejected:?}");
        } else {
            assert_eq!(rejected[0], "organizations.csv, YX-K");
            assert!(report.rejected[0].reason.contains("do not cover"), "{:?}", report.rejected[0]);
            assert_eq!(rejected.len(), 2, "the organization and its entry: {rejected:?}");
        }
        let listed = portal.directory().organization("YX-L").is_some();
        assert!(listed, "others are taken over");
    }
    // What was recorded before the rules changed stays as it is, and is still renewed.
    let site = TestPortal::open(Setup { policy: "yulin", with_demo: false }).await;
    site.portal().import(folder(operator), Options::default(), |_| ()).await.unwrap();
    let under_others = site.open_under("guangdong").await;
    let report = under_others.import(folder(operator), Options::default(), |_| ()).await.unwrap();
    assert_eq!(report.rejected, []);
}
