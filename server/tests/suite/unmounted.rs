//! An entry that is open and lost its last file: its publisher is told where they work.

use kaishu_portal::publishing::OwnFilter;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, ORGANIZATION, with_session};
use kaishu_types::account::Role;

use crate::browser::Browser;
use crate::support::TestSite;

const CODE: &str = "YX-T-0001";
const OTHER: &str = "YX-T-0002";

/// An open dataset, one beside it that has a file, one that is not open, and one of whose items none is.
fn catalogue() -> Catalogue {
    Catalogue::default()
        .dataset(CODE, "公交站点", "unconditional")
        .item(CODE, "name", "unconditional")
        .dataset(OTHER, "公交线路", "unconditional")
        .item(OTHER, "name", "unconditional")
        .file(OTHER, "lines.csv", "name\n一路\n".as_bytes())
        .dataset("YX-T-0003", "内部数据", "none")
        .dataset("YX-T-0004", "没有公开的数据项", "unconditional")
        .item("YX-T-0004", "name", "none")
}

// Proves PUB-01 for what becomes of an entry after its publication: once its last file is gone, its publisher is told in
// the list of datasets and on its page, with the article, and nobody is told of what has data or need not have any; once
// there is a file again, nothing is said.
#[tokio::test]
async fn who_publishes_is_told_of_an_entry_without_its_last_file() {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let whole = || catalogue().file(CODE, "stops.csv", "name\n汽车站\n".as_bytes());
    site.test_portal.import(whole().folder()).await;
    let portal = site.test_portal.portal();
    let session = with_session(portal, Role::Officer, ("publishes", ORGANIZATION)).await;
    let officer = portal.caller_of_session(&session).await.unwrap();
    let mut browser = Browser::with_session(&site, &session);
    for (folder, is_bare) in
        [(whole().folder(), false), (catalogue().folder(), true), (whole().folder(), false)]
    {
        site.test_portal.import(folder).await;
        let entry = portal.dataset(&CODE.parse().unwrap()).await.unwrap();
        assert_eq!(entry.resources.is_empty(), is_bare);
        let found = portal.own_datasets(&officer, OwnFilter::All, ("", None), LANG).await.unwrap();
        assert_eq!(found.rows.len(), 4);
        for row in found.rows {
            assert_eq!(row.is_bare, is_bare && row.code.as_str() == CODE, "{}", row.code);
        }
        for (lang, mark, article) in
            [("", "没有挂接数据", "第二十二条"), ("/en", "No data mounted", "article 22")]
        {
            let path = format!("{lang}/workbench/datasets");
            let page = browser.get(&path).await;
            page.assert_well_formed_page(&path);
            let marked = page.attributes(".ks-mark a", "href");
            let expected = format!("{path}/{CODE}#bare");
            assert_eq!(marked, if is_bare { vec![expected] } else { Vec::new() }, "{path}");
            assert_eq!(page.texts(".ks-mark").concat().contains(mark), is_bare, "{path}");
            assert_eq!(page.texts(".ks-note").concat().contains(article), is_bare, "{path}");
            for (code, is_told) in [(CODE, is_bare), (OTHER, false)] {
                let path = format!("{path}/{code}");
                let page = browser.get(&path).await;
                page.assert_well_formed_page(&path);
                let told = page.texts("#bare").concat();
                assert_eq!(told.contains(mark) && told.contains(article), is_told, "{path}");
                assert_eq!(told.is_empty(), !is_told, "{path}: {told}");
            }
        }
    }
}
