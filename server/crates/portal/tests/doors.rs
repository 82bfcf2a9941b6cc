//! What may leave, and what a refusal may tell.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;
use std::net::IpAddr;

use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::retrieval::Client;
use kaishu_store::usage::Used;
use kaishu_testkit::portal::now;
use kaishu_testkit::{Setup, TestPortal, catalogue::Catalogue};
use kaishu_types::dataset::DatasetView;
use kaishu_types::stats::GroupStats;
use kaishu_types::vocabulary::{DatasetState, OpenClass, RegionLevel};
use kaishu_types::{DatasetCode, ErrorCode, Lang};

const OPEN: &str = "unconditional";
const CONDITIONAL: &str = "conditional";
const NONE: &str = "none";

fn code(text: &str) -> DatasetCode {
    text.parse().unwrap()
}

async fn refusal(site: &TestPortal, dataset: &str, id: i64) -> ErrorCode {
    let opened =
        site.portal().open_download(&Caller::visitor(), &code(dataset), id, Lang::Zh).await;
    opened.map(|_| ()).unwrap_err().code()
}

/// The number of the first file of the entry as the store knows it.
async fn first_file(site: &TestPortal, dataset: &str) -> i64 {
    let entry = kaishu_store::datasets::find(site.store(), &code(dataset)).await.unwrap().unwrap();
    entry.resources[0].id
}

/// Proves DL-02: what a version holds decides about its files, not what the entry says today.
#[tokio::test]
async fn a_file_of_a_closed_version_stays_when_a_later_version_is_open() {
    let site = TestPortal::open(Setup::default()).await;
    let entry =
        || Catalogue::default().dataset("YX-T-0001", "登记", OPEN).item("YX-T-0001", "a", OPEN);
    let closed = entry().item("YX-T-0001", "idno", CONDITIONAL).file(
        "YX-T-0001",
        "v1.csv",
        b"a,idno\n1,2\n",
    );
    site.import(closed.folder()).await;
    let old = first_file(&site, "YX-T-0001").await;
    site.import(entry().file("YX-T-0001", "v2.csv", b"a\n1\n").folder()).await;
    let new = first_file(&site, "YX-T-0001").await;

    assert_eq!(refusal(&site, "YX-T-0001", old).await, ErrorCode::NotFound);
    assert!(
        site.portal()
            .open_download(&Caller::visitor(), &code("YX-T-0001"), new, Lang::Zh)
            .await
            .is_ok()
    );

    let shown = site.portal().dataset(&code("YX-T-0001")).await.unwrap();
    let ids: Vec<i64> =
        shown.versions.iter().flat_map(|it| it.resources.iter().map(|file| file.id)).collect();
    assert_eq!(ids, [new]);
}

/// Proves DL-10: a version that was open stays retrievable after a newer one.
#[tokio::test]
async fn a_file_of_an_open_version_stays_retrievable() {
    let site = TestPortal::open(Setup::default()).await;
    let entry = |name: &str, bytes: &[u8]| {
        Catalogue::default().dataset("YX-T-0001", "登记", OPEN).item("YX-T-0001", "a", OPEN).file(
            "YX-T-0001",
            name,
            bytes,
        )
    };
    site.import(entry("v1.csv", b"a\n1\n").folder()).await;
    let old = first_file(&site, "YX-T-0001").await;
    site.import(entry("v2.csv", b"a\n2\n").folder()).await;

    let download = site
        .portal()
        .open_download(&Caller::visitor(), &code("YX-T-0001"), old, Lang::Zh)
        .await
        .unwrap();

    assert_eq!(download.resource.version, 1);
}

/// Proves DL-04: what one client asks for again and again is one retrieval.
#[tokio::test]
async fn requests_of_one_client_share_a_receipt() {
    let site = TestPortal::open(Setup::default()).await;
    let entry = Catalogue::default().dataset("YX-T-0001", "登记", OPEN);
    let entry = entry.item("YX-T-0001", "a", OPEN).file("YX-T-0001", "v1.csv", b"a\n1\n");
    site.import(entry.folder()).await;
    let id = first_file(&site, "YX-T-0001").await;
    let [one, other] = [[192, 0, 2, 1], [192, 0, 2, 2]].map(|it| Client::from(IpAddr::from(it)));

    let mut receipts = Vec::new();
    for client in [Some(one), Some(one), Some(other), None, None] {
        let download = site
            .portal()
            .open_download(&Caller::visitor(), &code("YX-T-0001"), id, Lang::Zh)
            .await
            .unwrap();
        receipts.push(site.portal().issue_receipt(&download, client).await.unwrap().code);
    }

    assert_eq!(receipts[0], receipts[1]);
    let distinct: BTreeSet<_> = receipts.iter().collect();
    assert_eq!(distinct.len(), 4);
    site.portal().flush_usage().await.unwrap();
    let dataset = site.portal().dataset(&code("YX-T-0001")).await.unwrap();
    assert_eq!(dataset.n_downloads, 4);
}

/// Proves SRCH-04: a hidden item makes no difference that can be seen.
#[tokio::test]
async fn a_hidden_item_closes_the_file_without_a_word() {
    let site = TestPortal::open(Setup::default()).await;
    let catalogue = Catalogue::default()
        .dataset("YX-T-0001", "登记", OPEN)
        .item("YX-T-0001", "a", OPEN)
        .item("YX-T-0001", "idno", NONE)
        .file("YX-T-0001", "a.csv", b"a,idno\n1,2\n");
    site.import(catalogue.folder()).await;
    let file = first_file(&site, "YX-T-0001").await;

    assert_eq!(refusal(&site, "YX-T-0001", file).await, ErrorCode::NotFound);
    assert_eq!(refusal(&site, "YX-T-0001", 999_999).await, ErrorCode::NotFound);
    let shown = site.portal().dataset(&code("YX-T-0001")).await.unwrap();
    assert_eq!(shown.items.len(), 1);
    assert!(shown.resources.is_empty());
}

/// A refusal for want of a grant is the same for numbers that exist and for those that do not.
#[tokio::test]
async fn a_conditional_dataset_does_not_tell_which_files_it_has() {
    let site = TestPortal::open(Setup::default()).await;
    let catalogue = Catalogue::default()
        .dataset("YX-T-0001", "登记", CONDITIONAL)
        .item("YX-T-0001", "a", CONDITIONAL)
        .file("YX-T-0001", "a.csv", b"a\n1\n");
    site.import(catalogue.folder()).await;
    let file = first_file(&site, "YX-T-0001").await;

    assert_eq!(refusal(&site, "YX-T-0001", file).await, ErrorCode::Forbidden);
    assert_eq!(refusal(&site, "YX-T-0001", 999_999).await, ErrorCode::Forbidden);
}

/// The class of an entry is the strictest of its public items (design section 3).
#[tokio::test]
async fn one_conditional_item_makes_the_dataset_conditional() {
    let site = TestPortal::open(Setup::default()).await;
    let catalogue = Catalogue::default()
        .dataset("YX-T-0001", "登记", OPEN)
        .item("YX-T-0001", "a", OPEN)
        .item("YX-T-0001", "b", CONDITIONAL);
    site.import(catalogue.folder()).await;

    let shown = site.portal().dataset(&code("YX-T-0001")).await.unwrap();

    assert_eq!(shown.fields.open.class, OpenClass::Conditional);
    let home = site.portal().home(Lang::Zh).await.unwrap();
    let conditional = home.by_class.iter().find(|it| it.value == CONDITIONAL).unwrap();
    assert_eq!(conditional.count, 1);
}

/// The switches of ORG-12: `modules` decides, under each profile, whether anything leaves to the public.
#[tokio::test]
async fn without_the_module_of_opening_nothing_is_downloaded() {
    for policy in ["default", "anshan", "guangdong", "aba", "yulin"] {
        let site = TestPortal::open(Setup { policy, with_demo: false }).await;
        let catalogue = Catalogue::default()
            .dataset("YX-T-0001", "登记", OPEN)
            .item("YX-T-0001", "a", OPEN)
            .file("YX-T-0001", "a.csv", b"a\n1\n");
        site.import(catalogue.folder()).await;
        let file = first_file(&site, "YX-T-0001").await;

        let opened = site
            .portal()
            .open_download(&Caller::visitor(), &code("YX-T-0001"), file, Lang::Zh)
            .await;

        match (policy, opened) {
            ("guangdong", Err(Error::Refused { code, rule, .. })) => {
                assert_eq!(code, ErrorCode::Forbidden);
                assert_eq!(rule.unwrap().id, "modules");
            }
            ("guangdong", _) => panic!("guangdong knows no opening to the public"),
            (_, opened) => assert!(opened.is_ok(), "{policy}"),
        }
    }
}

/// The counts and names of the topics of SRCH-06 are those of the search.
#[tokio::test]
async fn priority_topics_lead_from_the_home_page_to_their_datasets() {
    let site = TestPortal::open(Setup { policy: "aba", with_demo: true }).await;

    let home = site.portal().home(Lang::Zh).await.unwrap();

    assert!(!home.by_priority.is_empty());
    for topic in home.by_priority {
        let request = kaishu_types::search::SearchRequest {
            priority: vec![topic.value.clone()],
            ..Default::default()
        };
        let window = kaishu_portal::catalogue::Window::After { cursor: None, limit: 1 };
        let found = site.portal().search(&request, window, Lang::Zh).await.unwrap();
        assert_eq!(found.total, topic.count);
        assert_eq!(found.priority, [(topic.value, topic.label)]);
    }
}

fn used(dataset: &DatasetCode, views: u64, downloads: u64) -> Used {
    let day = now().date_naive();
    Used { dataset: dataset.clone(), day, views, downloads }
}

fn figures_of(groups: &[GroupStats], value: &str) -> (u64, u64) {
    let group = groups.iter().find(|it| it.value == value);
    group.map_or((0, 0), |it| (it.n_views, it.n_downloads))
}

/// Proves SHOW-07: the use of a dataset counts for its class, its region and all regions above it,
/// and that of a dataset the public does not find counts nowhere.
#[tokio::test]
async fn figures_of_use_count_by_class_and_region_what_is_listed() {
    let site = TestPortal::open(Setup { policy: "aba", with_demo: true }).await;
    let codes = kaishu_store::datasets::page_of_codes(site.store(), 0, 1_000).await.unwrap().codes;
    let mut entries = Vec::new();
    for code in codes {
        let code: DatasetCode = code.parse().unwrap();
        entries.extend(kaishu_store::datasets::find(site.store(), &code).await.unwrap());
    }
    let is_open_in_county = |it: &&DatasetView| {
        it.level == RegionLevel::County && it.fields.open.class == OpenClass::Unconditional
    };
    let county = entries.iter().find(is_open_in_county).unwrap();
    let closed = entries.iter().find(|it| it.fields.open.class == OpenClass::None).unwrap();
    let uses = [used(&county.code, 5, 2), used(&closed.code, 1_000, 1_000)];
    kaishu_store::usage::add(site.store(), &uses).await.unwrap();

    let figures = site.portal().labelled_figures(Lang::En).await.unwrap();

    assert_eq!((figures.n_views, figures.n_downloads), (5, 2));
    assert_eq!(figures_of(&figures.by_class, OPEN), (5, 2));
    assert_eq!(figures_of(&figures.by_class, CONDITIONAL), (0, 0));
    assert_eq!(figures_of(&figures.by_class, NONE), (0, 0));
    assert_eq!(figures_of(&figures.by_region, &county.region.code), (5, 2));
    assert_eq!(figures_of(&figures.by_region, "YX"), (5, 2));
    let others = figures.by_region.iter().filter(|it| it.n_views > 0).count();
    assert_eq!(others, 2, "only the county and what is above it: {:?}", figures.by_region);
    let by_class: u64 = figures.by_class.iter().map(|it| it.count).sum();
    let whole = figures.by_region.iter().find(|it| it.value == "YX").unwrap();
    assert_eq!((by_class, whole.count), (figures.n_datasets, figures.n_datasets));
    assert_eq!(whole.label, "Yunxi Prefecture");
    let today = figures.by_day.last().unwrap();
    assert_eq!((today.views, today.downloads), (5, 2));

    site.set_state(county.code.as_str(), DatasetState::Suspended, "核对").await;

    let figures = site.portal().labelled_figures(Lang::En).await.unwrap();
    assert_eq!((figures.n_views, figures.n_downloads), (0, 0));
    assert!(figures.by_region.iter().all(|it| it.n_views == 0));
    assert_eq!(figures.by_day.last().unwrap().views, 0);
}
