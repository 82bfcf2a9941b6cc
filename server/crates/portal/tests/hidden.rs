//! What the public may not know leaves no trace: in no figure, no version and no list of changes.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use kaishu_portal::accounts::Caller;
use kaishu_portal::catalogue::{CatalogueView, Window};
use kaishu_testkit::{Setup, TestPortal, catalogue::Catalogue};
use kaishu_types::dataset::{DatasetView, VersionView};
use kaishu_types::search::{Facet, SearchRequest};
use kaishu_types::vocabulary::{Format, OpenClass};
use kaishu_types::{DatasetCode, ErrorCode, Lang};

const CODE: &str = "YX-T-0001";
const OPEN: &str = "unconditional";
const CONDITIONAL: &str = "conditional";
const NONE: &str = "none";

fn code() -> DatasetCode {
    CODE.parse().unwrap()
}

/// An entry with data items, named and classed.
fn entry(class: &str, items: &[(&str, &str)]) -> Catalogue {
    let entry = Catalogue::default().dataset(CODE, "登记", class);
    items.iter().fold(entry, |entry, (name, class)| entry.item(CODE, name, class))
}

async fn import(site: &TestPortal, catalogue: Catalogue) {
    let report = site.import(catalogue.folder()).await;
    assert_eq!(report.created + report.updated, 1, "{report:?}");
}

async fn shown(site: &TestPortal) -> DatasetView {
    site.portal().dataset(&code()).await.unwrap()
}

/// The numbers of the versions with what each is said to change.
fn history(versions: &[VersionView]) -> Vec<(u32, Vec<&str>)> {
    versions
        .iter()
        .map(|it| (it.number, it.changed_fields.iter().map(String::as_str).collect()))
        .collect()
}

async fn current_file(site: &TestPortal) -> i64 {
    kaishu_store::datasets::find(site.store(), &code()).await.unwrap().unwrap().resources[0].id
}

async fn everything(site: &TestPortal) -> CatalogueView {
    let window = Window::After { cursor: None, limit: 10 };
    site.portal().search(&SearchRequest::default(), window, Lang::Zh).await.unwrap()
}

/// Proves SRCH-04: lists and figures tell as little of a file that stays back as the page.
#[tokio::test]
async fn formats_of_hidden_files_are_neither_found_nor_counted() {
    let site = TestPortal::open(Setup::default()).await;
    let hidden = entry(OPEN, &[("a", OPEN), ("idno", NONE)]).file(CODE, "a.csv", b"a,idno\n1,2\n");
    import(&site, hidden).await;

    let found = everything(&site).await;
    let figures = site.portal().labelled_figures(Lang::Zh).await.unwrap();
    let page = site.portal().dataset_page(&Caller::visitor(), &code()).await.unwrap();

    assert_eq!(found.total, 1);
    assert_eq!(found.hits[0].card.formats, page.formats);
    assert_eq!(page.formats, [] as [Format; 0]);
    let facet = found.facets.iter().find(|it| it.facet == Facet::Format).unwrap();
    assert!(facet.options.iter().all(|option| option.count == 0), "{:?}", facet.options);
    assert!(figures.by_format.is_empty());
    assert_eq!((figures.n_resources, figures.n_items), (0, 1));

    // What is offered on application is announced on the page and in the list alike.
    let conditional = entry(CONDITIONAL, &[("a", CONDITIONAL), ("idno", NONE)]);
    import(&site, conditional.file(CODE, "a.csv", b"a,idno\n1,2\n")).await;
    let page = site.portal().dataset_page(&Caller::visitor(), &code()).await.unwrap();
    assert_eq!(page.formats, [Format::Csv]);
    assert_eq!(everything(&site).await.hits[0].card.formats, page.formats);
    let figures = site.portal().labelled_figures(Lang::Zh).await.unwrap();
    assert_eq!(figures.n_resources, 1);
}

/// Proves SRCH-04: what changes in hidden items and in files nobody sees is no version to the public.
#[tokio::test]
async fn a_change_of_hidden_items_is_not_told() {
    for class in [OPEN, CONDITIONAL] {
        let site = TestPortal::open(Setup::default()).await;
        let written = |hidden: &str, bytes: &[u8]| {
            entry(class, &[("a", class), (hidden, NONE)]).file(CODE, "a.csv", bytes)
        };
        import(&site, written("idno", b"a,idno\n1,2\n")).await;
        let before = shown(&site).await;

        import(&site, written("passport", b"a,passport\n1,2\n")).await;

        assert_eq!(shown(&site).await, before, "{class}");
        assert_eq!(history(&before.versions), [(1, vec![])]);
        let gone = site
            .portal()
            .version_page(&Caller::visitor(), &code(), 2)
            .await
            .map(|_| ())
            .unwrap_err();
        assert_eq!(gone.code(), ErrorCode::NotFound);

        // The next change that may be told is compared with what was told before.
        let public = entry(class, &[("b", class), ("passport", NONE)]);
        import(&site, public.file(CODE, "a.csv", b"b,passport\n1,2\n")).await;
        let after = shown(&site).await;
        assert_eq!(history(&after.versions), [(3, vec!["items"]), (1, vec![])], "{class}");
        assert_eq!(after.version, 3);
    }
}

/// Proves SRCH-04: nothing of the time when an entry was not public becomes public with it.
#[tokio::test]
async fn versions_from_before_an_entry_was_public_stay_hidden() {
    let site = TestPortal::open(Setup::default()).await;
    let file = |class| entry(class, &[("a", class)]).file(CODE, "a.csv", b"a\n1\n");
    import(&site, file(NONE)).await;
    assert!(site.portal().dataset(&code()).await.is_err());
    import(&site, file(OPEN)).await;

    let open = shown(&site).await;

    assert_eq!(history(&open.versions), [(2, vec![])]);
    let gone =
        site.portal().version_page(&Caller::visitor(), &code(), 1).await.map(|_| ()).unwrap_err();
    assert_eq!(gone.code(), ErrorCode::NotFound);
    // The file is open now; that it was there before is not told.
    assert_eq!(open.resources[0].version, 2);
    assert_eq!(open.versions[0].resources[0].version, 2);
    let id = open.resources[0].id;
    let download =
        site.portal().open_download(&Caller::visitor(), &code(), id, Lang::Zh).await.unwrap();
    assert_eq!(download.resource.version, 2);

    // Closed for a while, and public again.
    import(&site, file(NONE)).await;
    import(&site, file(OPEN)).await;
    let again = shown(&site).await;
    assert_eq!(history(&again.versions), [(4, vec![]), (2, vec![])]);
}

/// Proves DL-10: a file that is wholly open now may be taken, though an older version with the same
/// bytes was closed.
#[tokio::test]
async fn a_file_is_open_again_when_the_hidden_item_is_gone() {
    let site = TestPortal::open(Setup::default()).await;
    let open = [("a", OPEN)];
    let closed = [("a", OPEN), ("idno", NONE)];
    let with_file = |items: &[_]| entry(OPEN, items).file(CODE, "a.csv", b"a\n1\n");
    import(&site, with_file(&open)).await;
    let before = shown(&site).await;
    let id = current_file(&site).await;
    import(&site, with_file(&closed)).await;
    assert_eq!(current_file(&site).await, id, "the same bytes are the same resource");
    let refused = site.portal().open_download(&Caller::visitor(), &code(), id, Lang::Zh).await;
    assert_eq!(refused.map(|_| ()).unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(history(&shown(&site).await.versions), [(1, vec![])]);

    import(&site, with_file(&open)).await;

    assert_eq!(shown(&site).await, before);
    let download =
        site.portal().open_download(&Caller::visitor(), &code(), id, Lang::Zh).await.unwrap();
    assert_eq!(download.resource.id, id);
}

/// Proves DL-02: the page of a version that was closed goes on hiding its files.
#[tokio::test]
async fn a_closed_version_shows_no_file_that_is_open_now() {
    let site = TestPortal::open(Setup::default()).await;
    let with_file = |items: &[_]| entry(OPEN, items).file(CODE, "a.csv", b"a\n1\n");
    import(&site, with_file(&[("a", OPEN), ("b", CONDITIONAL)])).await;
    import(&site, with_file(&[("a", OPEN)])).await;

    let open = shown(&site).await;

    assert_eq!(history(&open.versions), [(2, vec!["open", "items", "resources"]), (1, vec![])]);
    assert!(open.versions[1].resources.is_empty());
    let id = open.resources[0].id;
    assert!(site.portal().open_download(&Caller::visitor(), &code(), id, Lang::Zh).await.is_ok());
}

/// Proves SRCH-04 under `list_none`: an entry of class none is there by title, provider and basis.
#[tokio::test]
async fn an_entry_that_is_listed_by_name_tells_nothing_else() {
    let site = TestPortal::listing_none().await;
    let closed = entry(NONE, &[("chixiao", OPEN)]).file(CODE, "a.csv", b"chixiao\n1\n");
    import(&site, closed).await;
    let id = current_file(&site).await;

    let page = site.portal().dataset_page(&Caller::visitor(), &code()).await.unwrap();
    let found = everything(&site).await;
    let figures = site.portal().labelled_figures(Lang::Zh).await.unwrap();

    let DatasetView { fields, items, resources, versions, .. } = &page.dataset;
    assert_eq!((fields.title.as_str(), fields.open.class), ("登记", OpenClass::None));
    assert_eq!((fields.summary.as_str(), fields.keywords.len()), ("", 0));
    assert!(fields.contact.is_none() && fields.extras.is_empty());
    assert!(items.is_empty() && resources.is_empty() && versions.is_empty());
    assert!(page.formats.is_empty());
    let card = &found.hits[0].card;
    assert_eq!((card.summary.as_str(), card.n_items, card.formats.len()), ("", 0, 0));
    assert_eq!((figures.n_datasets, figures.n_items, figures.n_resources), (1, 0, 0));
    let by_item = SearchRequest { q: "chixiao".to_owned(), ..Default::default() };
    let window = Window::After { cursor: None, limit: 10 };
    assert_eq!(site.portal().search(&by_item, window, Lang::Zh).await.unwrap().total, 0);
    let refused = site.portal().open_download(&Caller::visitor(), &code(), id, Lang::Zh).await;
    assert_eq!(refused.map(|_| ()).unwrap_err().code(), ErrorCode::NotFound);
}

/// Proves SRCH-04: rules that list less than before are followed from the start.
#[tokio::test]
async fn an_index_made_under_another_rule_of_listing_is_made_anew() {
    let site = TestPortal::listing_none().await;
    import(&site, entry(NONE, &[("chixiao", OPEN)])).await;
    assert_eq!(everything(&site).await.total, 1);

    let again = site.open_again().await;

    let window = Window::After { cursor: None, limit: 10 };
    let found = again.search(&SearchRequest::default(), window, Lang::Zh).await.unwrap();
    assert_eq!(found.total, 0);
}

/// Proves SRCH-04 and CAT-10: the page of an old version says what it said, without what was closed
/// since; what is open again is told again.
#[tokio::test]
async fn an_old_version_tells_no_item_that_was_closed_since() {
    let site = TestPortal::open(Setup::default()).await;
    let first = [("a", OPEN), ("chixiao", CONDITIONAL)];
    for items in [&first[..], &[("a", OPEN), ("chixiao", NONE)], &first[..1]] {
        import(&site, entry(OPEN, items)).await;
    }
    let items = async || {
        let page = site.portal().version_page(&Caller::visitor(), &code(), 1).await.unwrap();
        let names: Vec<_> = page.said.dataset.items.iter().map(|it| it.name.clone()).collect();
        (page.said.dataset.fields.open.class, names)
    };

    assert_eq!(items().await, (OpenClass::Unconditional, vec!["a".to_owned()]));
    import(&site, entry(OPEN, &first)).await;
    let told = vec!["a".to_owned(), "chixiao".to_owned()];
    assert_eq!(items().await, (OpenClass::Conditional, told));
}
