//! Kept pages are the same as fresh ones, and never older than the catalogue.

use http::Method;
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_types::DatasetCode;

use crate::support::TestSite;

#[tokio::test]
async fn a_page_is_not_sent_again_to_who_has_it() {
    let site = TestSite::demo().await;
    for path in ["/", "/en/datasets", "/datasets?q=%E5%AD%A6%E6%A0%A1"] {
        let first = site.get(path).await;
        let second = site.get(path).await;
        assert_eq!(first.status, 200);
        assert_eq!(first.bytes, second.bytes, "{path}");
        let etag = first.header("etag").to_owned();
        assert!(!etag.is_empty());
        assert_eq!(second.header("etag"), etag);
        let vary = first.header("vary").to_ascii_lowercase();
        assert!(vary.contains("cookie") && vary.contains("accept-encoding"), "{vary}");
        let known = site.get_with(path, &[("if-none-match", &etag)]).await;
        assert_eq!(known.status, 304);
        assert!(known.bytes.is_empty());
        let head = site.ask(Method::HEAD, path, &[], "").await;
        assert_eq!(head.header("content-length"), first.bytes.len().to_string());
        assert!(head.bytes.is_empty());
    }
}

#[tokio::test]
async fn every_encoding_holds_the_same_page() {
    let site = TestSite::demo().await;
    let plain = site.get("/datasets").await;
    assert!(!plain.has("content-encoding"));
    for (accepts, expected) in
        [("br, gzip", "br"), ("gzip", "gzip"), ("gzip, br;q=0.1", "br"), ("deflate", "")]
    {
        let first = site.get_with("/datasets", &[("accept-encoding", accepts)]).await;
        let kept = site.get_with("/datasets", &[("accept-encoding", accepts)]).await;
        assert_eq!(first.header("content-encoding"), expected, "{accepts}");
        assert_eq!(kept.header("content-encoding"), expected, "{accepts}");
        assert_eq!(kept.bytes, first.bytes);
        assert_eq!(kept.header("content-length"), kept.bytes.len().to_string());
        if expected.is_empty() {
            assert_eq!(kept.bytes, plain.bytes);
        } else {
            assert!(kept.bytes.len() < plain.bytes.len() / 2, "{accepts}");
            assert_ne!(kept.header("etag"), plain.header("etag"));
        }
    }
}

#[tokio::test]
async fn a_change_of_the_catalogue_is_seen_at_once() {
    let site = TestSite::empty().await;
    let before = site.get("/datasets").await;
    let folder = Catalogue::default().dataset("YX-T-0001", "新来的数据", "unconditional").folder();
    site.test_portal.import(folder).await;
    let after = site.get("/datasets").await;
    assert!(!before.text().contains("新来的数据"));
    assert!(after.text().contains("新来的数据"));
    assert_ne!(before.header("etag"), after.header("etag"));
}

#[tokio::test]
async fn readers_of_kept_pages_are_counted() {
    let site = TestSite::demo().await;
    let found = site.get("/api/v1/datasets").await.json();
    let code = found["items"][0]["code"].as_str().unwrap().to_owned();
    let views = || async {
        site.test_portal.portal().flush_usage().await.unwrap();
        let parsed: DatasetCode = code.parse().unwrap();
        site.test_portal.portal().dataset(&parsed).await.unwrap().n_views
    };
    let before = views().await;
    for _ in 0..5 {
        site.get(&format!("/datasets/{code}")).await;
    }
    assert_eq!(views().await, before + 5);
    // A robot that only asks whether the page is there reads nothing.
    site.ask(Method::HEAD, &format!("/datasets/{code}"), &[], "").await;
    assert_eq!(views().await, before + 5);
}

#[tokio::test]
async fn only_colours_and_logins_tell_readers_apart() {
    let site = TestSite::demo().await;
    let shared = site.get("/datasets").await;
    assert!(shared.header("cache-control").starts_with("public"));
    let own = site.get_with("/datasets", &[("authorization", "Bearer x")]).await;
    assert_eq!(own.status, 200);
    assert!(!own.has("etag"), "it was neither kept nor taken from the kept ones");
    assert_eq!(own.header("cache-control"), "private, no-cache");
    assert_eq!(own.header("vary"), "Cookie, Accept-Encoding");

    let mut looks = Vec::new();
    for cookie in ["", "theme=", "analytics=1", "theme=blue", "theme=light", "a=b; theme=dark"] {
        let answer = site.get_with("/datasets", &[("cookie", cookie)]).await;
        assert_eq!(answer.header("vary"), shared.header("vary"), "`{cookie}`");
        looks.push(answer.header("etag").to_owned());
    }
    let plain = shared.header("etag");
    assert!(looks[..4].iter().all(|it| it == plain), "{looks:?}");
    assert!(looks[4] != plain && looks[5] != plain && looks[4] != looks[5], "{looks:?}");
    let errors = site.get("/datasets?open=all").await;
    assert_eq!(errors.header("cache-control"), "no-store");
    assert!(!errors.has("etag"));
}

#[tokio::test]
async fn only_the_own_version_of_a_file_is_kept_for_good() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("pkg")).unwrap();
    std::fs::write(folder.path().join("pkg/kaishu.css"), "a{}").unwrap();
    let assets = Assets::find(Some(folder.path())).unwrap();
    let version = assets.version().to_owned();
    let site = TestSite::open_with(Setup::default(), assets, Limits::default()).await;
    let path = "/pkg/kaishu.css";
    let own = site.get(&format!("{path}?v={version}")).await;
    assert!(own.header("cache-control").contains("immutable"));
    for query in ["", "?v=", "?v=0000000000000000", "?w=1"] {
        let other = site.get(&format!("{path}{query}")).await;
        assert_eq!((other.status.as_u16(), other.text()), (200, "a{}"), "{query}");
        assert_eq!(other.header("cache-control"), "public, no-cache", "{query}");
        assert!(other.has("etag"));
    }
}
