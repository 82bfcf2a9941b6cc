//! Regions, organizations and vocabularies.

use kaishu_store::organizations::{self, NewOrganization};
use kaishu_store::regions::{self, NewRegion};
use kaishu_store::{StoreError, vocabulary};
use kaishu_types::vocabulary::{DatasetState, Term};

use crate::build::{self, entry, listed, organization, places, region};
use crate::database::TestDb;

pub(crate) async fn regions_form_a_tree(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    build::write(store, entry("甲")).await;
    let mut hidden = entry("乙");
    hidden.state = DatasetState::Draft;
    build::write(store, hidden).await;
    let renamed = NewRegion { name: "新名".to_owned(), ..region("YX-LC", Some("YX")) };
    regions::upsert(store, &[renamed]).await.unwrap();

    let found = regions::list(store, listed).await.unwrap();

    let summary: Vec<_> = found
        .iter()
        .map(|view| {
            let parent = view.parent.as_ref().map(|parent| parent.code.as_str());
            (view.named.code.as_str(), view.named.name.as_str(), parent, view.n_datasets)
        })
        .collect();
    assert_eq!(summary, [("YX", "地区YX", None, 1), ("YX-LC", "新名", Some("YX"), 0)]);
    assert_eq!(found[0].authority.as_ref().unwrap().name, "机构YX-SJJ");
}

pub(crate) async fn a_ring_of_regions_is_refused(database: &TestDb) {
    let store = &database.store;
    places(store).await;

    let ring = regions::upsert(store, &[region("YX", Some("YX-LC"))]).await;
    let orphan = regions::upsert(store, &[region("YX-ZZ", Some("NOWHERE"))]).await;

    assert!(matches!(ring, Err(StoreError::Invalid { .. })), "{ring:?}");
    assert!(orphan.unwrap_err().to_string().contains("NOWHERE"));
    let found = regions::list(store, listed).await.unwrap();
    assert_eq!(found.len(), 2, "nothing of a refused call stays");
    assert_eq!(found[0].parent, None);
}

pub(crate) async fn organizations_know_their_place(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    build::write(store, entry("甲")).await;
    let child = NewOrganization {
        parent: Some("YX-FGW".parse().unwrap()),
        ..organization("YX-FGW-JT", "YX-LC")
    };

    organizations::upsert(store, &[child]).await.unwrap();

    let code = "yx-fgw-jt".parse().unwrap();
    let found = organizations::find(store, &code, listed).await.unwrap().unwrap();
    assert_eq!(found.parent.unwrap().code, "YX-FGW");
    assert_eq!(found.region.name, "地区YX-LC");
    assert_eq!(found.n_datasets, 0);
    let all = organizations::list(store, listed).await.unwrap();
    let counts: Vec<_> =
        all.iter().map(|view| (view.named.code.as_str(), view.n_datasets)).collect();
    assert_eq!(counts, [("YX-FGW", 1), ("YX-FGW-JT", 0), ("YX-LC-JTJ", 0), ("YX-SJJ", 0)]);
    let lost = organizations::upsert(store, &[organization("LOST", "NOWHERE")]).await;
    assert!(lost.unwrap_err().to_string().contains("NOWHERE"));
    let nobody = "NOBODY".parse().unwrap();
    assert_eq!(organizations::find(store, &nobody, listed).await.unwrap(), None);
}

pub(crate) async fn terms_are_listed_in_order(database: &TestDb) {
    let store = &database.store;
    let term = |code: &str, position| Term {
        vocabulary: "theme".to_owned(),
        code: code.to_owned(),
        label_zh: format!("主题{code}"),
        label_en: code.to_owned(),
        uri: Some(format!("https://example.org/{code}")),
        position,
    };
    vocabulary::upsert(store, &[term("b", 0), term("a", 1)]).await.unwrap();

    vocabulary::upsert(store, &[term("b", 2), term("c", 0)]).await.unwrap();

    let terms = vocabulary::list(store).await.unwrap();
    assert_eq!(terms, [term("c", 0), term("a", 1), term("b", 2)]);
}
