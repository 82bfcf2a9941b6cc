//! Who reads the log, how far, and what is taken away.

use futures::TryStreamExt;
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::{AuditFilter, AuditFormat};
use kaishu_testkit::TestPortal;
use kaishu_testkit::people::at_browser;
use kaishu_types::ErrorCode;
use kaishu_types::account::Role;

use super::{LANG, logged, outsiders, record, site};

/// A log with entries of a dataset, of the county, of another agency and of nowhere.
async fn filled() -> TestPortal {
    let site = site("default").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let county = at_browser(portal, Role::CountyAuthority, ("county", "YX-LC")).await;
    portal.save_organization(&county, &record("YX-LC-JT", "YX-LC"), LANG).await.unwrap();
    portal.save_organization(&authority, &record("YX-JT", "YX"), LANG).await.unwrap();
    portal.publish_guide(&authority, ("=HYPERLINK(\"x\")", ""), LANG).await.unwrap();
    site
}

async fn seen(portal: &Portal, caller: &Caller, filter: &AuditFilter) -> Vec<String> {
    let found = portal.search_audit(caller, filter, 1_000, LANG).await.unwrap();
    found.iter().map(|it| format!("{}/{}/{}", it.kind.code, it.subject, it.event.code)).collect()
}

fn by(change: impl FnOnce(&mut AuditFilter)) -> AuditFilter {
    let mut filter = AuditFilter::default();
    change(&mut filter);
    filter
}

// Proves ORG-11 for the audit: the authorities, each of the watchdogs and the auditor read what belongs to their region
// and below, the audit administrator everything, and nobody else anything. Part of SEC-19: what belongs nowhere, as
// accounts, is the audit administrator's alone.
#[tokio::test]
async fn the_log_is_read_as_far_as_one_watches() {
    let site = filled().await;
    let portal = site.portal();
    let all = AuditFilter::default();
    let admin = at_browser(portal, Role::AuditAdmin, ("audit", "YX")).await;
    let everything = seen(portal, &admin, &all).await;
    assert!(everything.contains(&"account/county/made".to_owned()));
    let others: Vec<_> = everything.iter().filter(|it| !it.starts_with("account/")).collect();
    assert_eq!(
        others,
        [
            "vocabulary/guide/guide",
            "organization/YX-JT/added",
            "organization/YX-LC-JT/added",
            "import/local/imported",
        ]
    );
    let watchdogs = [
        Role::CyberspaceOffice,
        Role::PublicSecurity,
        Role::SecrecyDept,
        Role::CommsAdministration,
        Role::Auditor,
        Role::Authority,
        Role::CountyAuthority,
    ];
    for (n, role) in watchdogs.into_iter().enumerate() {
        let (wide, narrow) = (format!("wide{n}"), format!("narrow{n}"));
        let wide = at_browser(portal, role, (&wide, "YX")).await;
        let narrow = at_browser(portal, role, (&narrow, "YX-LC")).await;
        let of_region = ["organization/YX-JT/added", "organization/YX-LC-JT/added"];
        assert_eq!(seen(portal, &wide, &all).await, of_region, "{role}");
        assert_eq!(seen(portal, &narrow, &all).await, ["organization/YX-LC-JT/added"], "{role}");
        // A filter does not reach around the region.
        let other = by(|it| it.subject = Some("YX-JT".to_owned()));
        assert!(seen(portal, &narrow, &other).await.is_empty(), "{role}");
    }
    for caller in outsiders(portal).await {
        let refused = portal.search_audit(&caller, &all, 10, LANG).await.unwrap_err();
        assert!(matches!(refused.code(), ErrorCode::Forbidden | ErrorCode::Unauthenticated));
        let export = portal.export_audit(&caller, &all, AuditFormat::Csv, LANG).await;
        assert!(export.is_err());
    }
    assert!(logged(portal, "log").await.is_empty(), "a refused export is none");
}

// Part of SEC-02: one question gives all that was done about a subject, or by somebody, in order.
#[tokio::test]
async fn the_log_is_filtered_and_paged() {
    let site = filled().await;
    let portal = site.portal();
    let admin = at_browser(portal, Role::AuditAdmin, ("audit", "YX")).await;
    let ask = async |filter: AuditFilter| seen(portal, &admin, &filter).await.len();
    let organizations = by(|it| it.kind = Some("organization".to_owned()));
    let of = |change: fn(&mut AuditFilter)| {
        let mut filter = organizations.clone();
        change(&mut filter);
        filter
    };
    assert_eq!(ask(organizations.clone()).await, 2);
    assert_eq!(ask(by(|it| it.event = Some("imported".to_owned()))).await, 1);
    assert_eq!(ask(of(|it| it.account = Some("County".to_owned()))).await, 1);
    for nobody in ["nobody", "李娜", "a\0b", ""] {
        assert_eq!(ask(by(|it| it.account = Some(nobody.to_owned()))).await, 0, "{nobody}");
    }
    assert_eq!(ask(by(|it| it.subject = Some("a\0b".to_owned()))).await, 0);
    assert_eq!(ask(of(|it| it.from = "2026-11-21".parse().ok())).await, 2);
    assert_eq!(ask(of(|it| it.from = "2026-11-22".parse().ok())).await, 0);
    assert_eq!(ask(of(|it| it.to = "2026-11-20".parse().ok())).await, 0);
    assert_eq!(ask(of(|it| it.to = "2026-11-21".parse().ok())).await, 2);

    let first = portal.search_audit(&admin, &organizations, 1, LANG).await.unwrap();
    assert_eq!((first.len(), first[0].subject.as_str()), (1, "YX-JT"));
    let rest = AuditFilter { before: Some(first[0].seq), ..organizations.clone() };
    let rest = portal.search_audit(&admin, &rest, 5, LANG).await.unwrap();
    assert_eq!((rest.len(), rest[0].subject.as_str()), (1, "YX-LC-JT"));
    assert_eq!(first[0].acting.as_deref(), Some("数据主管部门 · YX"));
    assert_eq!((first[0].facts["kind"].as_str(), first[0].hash.len()), ("state_organ", 64));
}

async fn export(portal: &Portal, caller: &Caller, format: AuditFormat) -> String {
    let filter = AuditFilter::default();
    let chunks = portal.export_audit(caller, &filter, format, LANG).await.unwrap();
    let chunks: Vec<_> = chunks.try_collect().await.unwrap();
    String::from_utf8(chunks.concat()).unwrap()
}

// Proves SEC-01 for the export of the log: what is filtered is what leaves, no spreadsheet runs anything of
// it, and that it left is an entry with who, as what, and what was asked for.
#[tokio::test]
async fn an_export_holds_what_is_filtered_and_is_logged() {
    let site = filled().await;
    let portal = site.portal();
    let admin = at_browser(portal, Role::AuditAdmin, ("audit", "YX")).await;
    let csv = export(portal, &admin, AuditFormat::Csv).await;
    let lines: Vec<&str> = csv.strip_prefix('\u{FEFF}').unwrap().lines().collect();
    assert!(lines[0].starts_with("seq,at,kind,subject,event,login"));
    let guide = lines.iter().find(|line| line.contains(",vocabulary,guide,")).unwrap();
    assert!(guide.contains(",\"'=HYPERLINK(\"\"x\"\")\","), "{guide}");

    let own = logged(portal, "log").await[0].seq;
    assert_eq!(
        i64::try_from(lines.len()).unwrap(),
        own,
        "the head, and all that is older than the export"
    );
    let lines = export(portal, &admin, AuditFormat::Ndjson).await;
    let seqs: Vec<i64> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|entry| entry["seq"].as_i64().unwrap())
        .collect();
    // The first export is an entry now; the second one is not in itself.
    assert_eq!(seqs, (1..=own).rev().collect::<Vec<_>>());

    let auditor = at_browser(portal, Role::Auditor, ("auditor", "YX-LC")).await;
    let csv = export(portal, &auditor, AuditFormat::Csv).await;
    assert_eq!((csv.lines().count(), csv.contains("YX-LC-JT")), (2, true), "{csv}");

    let authority = at_browser(portal, Role::Authority, ("authority2", "YX")).await;
    let csv = export(portal, &authority, AuditFormat::Csv).await;
    assert_eq!(csv.lines().count(), 3, "the head and what concerns its region: {csv}");

    let exports = logged(portal, "log").await;
    assert_eq!(exports.len(), 4);
    let by = |place: usize| (exports[place].login.as_str(), &*exports[place].facts["format"]);
    assert_eq!((by(0), by(1)), (("authority2", "csv"), ("auditor", "csv")));
    assert_eq!(exports[0].acting.as_deref(), Some("数据主管部门 · YX"));
    assert_eq!(exports[1].acting.as_deref(), Some("第三方审计 · YX-LC"));
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}
