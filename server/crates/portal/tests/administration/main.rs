//! What the authority administers, and who may not.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

mod audit;
mod committee;
mod delegated;
mod records;
mod words;
mod zones;

use kaishu_portal::Portal;
use kaishu_portal::administration::{AuditEntry, AuditFilter, OrganizationForm};
use kaishu_store::regions::{self, NewRegion};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::at_browser;
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::Lang;
use kaishu_types::account::Role;
use kaishu_types::vocabulary::RegionLevel;

const LANG: Lang = Lang::Zh;

/// A prefecture with its authority `YX-T` and another agency, and a county below it.
async fn site(policy: &'static str) -> TestPortal {
    let site = TestPortal::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "旧数据", "unconditional");
    let other =
        catalogue.dataset("YX-U-0001", "别的", "unconditional").under("open-licence", "YX-U");
    site.import(other.folder()).await;
    let region = |code: &str, level, parent: Option<&str>, authority: Option<&str>| NewRegion {
        code: code.parse().unwrap(),
        name: code.to_owned(),
        name_en: None,
        level,
        parent: parent.map(|code| code.parse().unwrap()),
        description: None,
        authority: authority.map(str::to_owned),
        position: 0,
    };
    let places = [
        region("YX", RegionLevel::Prefecture, None, Some("YX-T")),
        region("YX-LC", RegionLevel::County, Some("YX"), None),
    ];
    regions::upsert(site.store(), &places).await.unwrap();
    site.portal().reload_directory().await.unwrap();
    site
}

/// A record of an agency, whole and new.
fn record<'a>(code: &'a str, region: &'a str) -> OrganizationForm<'a> {
    OrganizationForm {
        code,
        name: "县交通局",
        kind: "state_organ",
        level: "county",
        region,
        ..OrganizationForm::default()
    }
}

/// What stands in the log, as whoever reads all of it sees it.
async fn logged(portal: &Portal, kind: &str) -> Vec<AuditEntry> {
    let filter = AuditFilter { kind: Some(kind.to_owned()), ..AuditFilter::default() };
    let command = kaishu_portal::accounts::Caller::command();
    portal.search_audit(&command, &filter, 1_000, LANG).await.unwrap()
}

/// Whoever has nothing to do with the authority.
async fn outsiders(portal: &Portal) -> [kaishu_portal::accounts::Caller; 3] {
    [
        at_browser(portal, Role::Officer, ("officer", "YX-T")).await,
        at_browser(portal, Role::SystemAdmin, ("system.admin", "YX")).await,
        kaishu_portal::accounts::Caller::visitor(),
    ]
}
