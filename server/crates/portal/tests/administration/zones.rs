//! Regions: what their zones say, their data authorities, and new ones.

use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::{RegionForm, RegionRow};
use kaishu_testkit::people::at_browser;
use kaishu_types::account::Role;
use kaishu_types::{ErrorCode, RegionCode};

use super::{LANG, logged, outsiders, record, site};

async fn row(portal: &Portal, caller: &Caller, code: &str) -> RegionRow {
    portal.region_record(caller, code, LANG).await.unwrap()
}

/// The form of a record as it is.
fn as_it_is(row: &RegionRow) -> RegionForm<'_> {
    RegionForm {
        code: &row.record.code,
        name: &row.record.name,
        name_en: row.record.name_en.as_deref().unwrap_or_default(),
        description: row.record.description.as_deref().unwrap_or_default(),
        authority: row.record.authority.as_deref().unwrap_or_default(),
        revision: Some(&row.revision),
        ..RegionForm::default()
    }
}

async fn fault(portal: &Portal, caller: &Caller, form: &RegionForm<'_>) -> String {
    let refused = portal.save_region(caller, form, LANG).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidInput, "{refused}");
    refused.into_detail().fields[0].field.clone()
}

// Proves ZON-01 for new regions: a region is added below another one, has its zone at once, and roles reach it; what
// does not fit into the tree is refused by its field.
#[tokio::test]
async fn a_region_is_added_below_another() {
    let site = site("default").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let new = RegionForm {
        code: "YX-QS",
        name: "清水县",
        level: "county",
        parent: "YX",
        description: "清水县数据专区",
        ..RegionForm::default()
    };
    for (wrong, field) in [
        (RegionForm { code: "清水", ..new.clone() }, "code"),
        (RegionForm { code: "YX-LC", ..new.clone() }, "code"),
        (RegionForm { name: " ", ..new.clone() }, "name"),
        (RegionForm { level: "prefecture", ..new.clone() }, "level"),
        (RegionForm { level: "", ..new.clone() }, "level"),
        (RegionForm { parent: "", ..new.clone() }, "parent"),
        (RegionForm { parent: "YX-NO", ..new.clone() }, "parent"),
        (RegionForm { authority: "YX-NO", ..new.clone() }, "authority"),
    ] {
        assert_eq!(fault(portal, &authority, &wrong).await, field, "{wrong:?}");
    }
    portal.save_region(&authority, &new, LANG).await.unwrap();
    let code: RegionCode = "YX-QS".parse().unwrap();
    let zone = portal.region_page(&code, LANG).await.unwrap();
    assert_eq!(zone.region.description.as_deref(), Some("清水县数据专区"));
    assert_eq!(zone.region.parent.unwrap().code, "YX");
    portal.save_organization(&authority, &record("YX-QS-JT", "YX-QS"), LANG).await.unwrap();
    let entry = &logged(portal, "region").await[0];
    assert_eq!((entry.subject.as_str(), entry.event.code.as_str()), ("YX-QS", "added"));
    assert_eq!((entry.facts["parent"].as_str(), entry.facts["level"].as_str()), ("YX", "county"));
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of ORG-04: each region has one data authority, of its own or from above, which is exchanged and never taken away;
// it is named by the authority of the region above, and so is the region; what the zone says is the region's own.
#[tokio::test]
async fn each_region_has_one_authority() {
    let site = site("default").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let county = at_browser(portal, Role::CountyAuthority, ("county", "YX-LC")).await;
    portal.save_organization(&county, &record("YX-LC-SJ", "YX-LC"), LANG).await.unwrap();

    let of_county = row(portal, &county, "YX-LC").await;
    assert!(!of_county.is_whole);
    let form = RegionForm {
        name: "改名",
        authority: "YX-T",
        description: "县专区",
        ..as_it_is(&of_county)
    };
    portal.save_region(&county, &form, LANG).await.unwrap();
    let now = row(portal, &authority, "YX-LC").await;
    assert_eq!((now.record.name.as_str(), now.record.authority.as_deref()), ("YX-LC", None));
    assert_eq!(now.record.description.as_deref(), Some("县专区"));

    let hidden = portal.region_record(&county, "YX", LANG).await.unwrap_err();
    assert_eq!(hidden.code(), ErrorCode::NotFound);
    let new = RegionForm {
        code: "YX-QS",
        name: "清水县",
        level: "county",
        parent: "YX",
        ..RegionForm::default()
    };
    let refused = portal.save_region(&county, &new, LANG).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    let town =
        RegionForm {
            code: "YX-LC-CG", name: "城关镇", level: "township", parent: "YX-LC", ..new
        };
    portal.save_region(&county, &town, LANG).await.unwrap();

    let form = RegionForm { authority: "YX-LC-SJ", ..as_it_is(&now) };
    portal.save_region(&authority, &form, LANG).await.unwrap();
    // Who read it before is told, and nothing is written over.
    let late = RegionForm { description: "旧的", ..as_it_is(&now) };
    let refused = portal.save_region(&authority, &late, LANG).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Conflict);
    let named = portal.directory().region("YX-LC").unwrap().authority.clone();
    assert_eq!(named.unwrap().code, "YX-LC-SJ");
    let now = row(portal, &authority, "YX-LC").await;
    assert_eq!(now.record.description.as_deref(), Some("县专区"));
    let none = RegionForm { authority: "", ..as_it_is(&now) };
    assert_eq!(fault(portal, &authority, &none).await, "authority");
    let whole = row(portal, &authority, "YX").await;
    let from_below = RegionForm { authority: "YX-LC-SJ", ..as_it_is(&whole) };
    assert_eq!(fault(portal, &authority, &from_below).await, "authority");

    let entries = logged(portal, "region").await;
    let events: Vec<_> =
        entries.iter().map(|it| (it.subject.as_str(), it.event.code.as_str())).collect();
    assert_eq!(events, [("YX-LC", "changed"), ("YX-LC-CG", "added"), ("YX-LC", "changed")]);
    assert_eq!(entries[0].facts["authority"], " → YX-LC-SJ");
    for caller in outsiders(portal).await {
        let refused = portal.region_records(&caller, LANG).await.unwrap_err();
        assert!(matches!(refused.code(), ErrorCode::Forbidden | ErrorCode::Unauthenticated));
    }
}
