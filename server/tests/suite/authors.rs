//! Who submitted each version of a dataset, and whose it is.

use bytes::Bytes;
use futures::stream;
use kaishu_portal::publishing::NewVersion;
use kaishu_testkit::people::{LANG, ORGANIZATION, act, at_browser, people, review, whole_draft};
use kaishu_types::account::Role;
use kaishu_types::draft::Processing;

use crate::blocking::site;

// Proves CAT-10 and PUB-14 for what a version names: who submitted it and its provider, in the API and on its page;
// newer data names who published it. What was imported has a provider and no author.
#[tokio::test]
async fn every_version_names_its_author_and_its_provider() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let code = portal.draft(&people.officer, case, LANG).await.unwrap().code;
    let chief = at_browser(portal, Role::Head, ("chief", ORGANIZATION)).await;
    act(portal, &chief, case, "submit").await.unwrap();
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
    let new = NewVersion {
        file_name: "stops.csv",
        note: "十一月",
        processing: std::collections::BTreeSet::from([Processing::Clean]),
        record: "",
        upload: None,
    };
    let bytes = stream::iter([Ok(Bytes::from_static("name,n\n火车站,008\n".as_bytes()))]);
    portal.publish_version(&people.officer, &code, new, bytes, LANG).await.unwrap();
    portal.take_in_files(|_| ()).await.unwrap();
    portal.catch_up(|_| ()).await.unwrap();

    let versions = site.get(&format!("/api/v1/datasets/{code}/versions")).await.json();
    let named = |of: &serde_json::Value| {
        let text = |name: &str| of[name].as_str().map(str::to_owned);
        (text("author"), text("provider"))
    };
    let items = versions["items"].as_array().unwrap();
    let expected = |author: &str| (Some(author.to_owned()), Some(ORGANIZATION.to_owned()));
    let found: Vec<_> = items.iter().map(named).collect();
    assert_eq!(found, [expected("officer 的名字"), expected("chief 的名字")]);

    let list = site.get(&format!("/datasets/{code}")).await;
    let said = list.texts("section:has(#h-ver) li").concat();
    assert!(said.contains("officer 的名字") && said.contains("chief 的名字"), "{said}");
    let path = format!("/datasets/{code}/versions/1");
    let page = site.get(&path).await;
    page.assert_well_formed_page(&path);
    let facts = page.texts("aside").concat();
    let provider = portal.dataset(&code).await.unwrap().organization.label(LANG).to_owned();
    assert!(facts.contains("chief 的名字") && facts.contains(&provider), "{facts}");
    assert!(!facts.contains("officer 的名字"), "{facts}");

    let imported = site.get("/api/v1/datasets/YX-T-0001/versions").await.json();
    assert_eq!(named(&imported["items"][0]), (None, Some(ORGANIZATION.to_owned())));
}
