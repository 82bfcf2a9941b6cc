//! The mark of a copy that is taken under a grant.

use std::io::{Cursor, Read};

use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::TrailAsked;
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_store::grants::{self, Grant};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granting::{Holder, application, granted};
use kaishu_testkit::people::{LANG, ORGANIZATION, with_session};
use kaishu_testkit::{Setup, TestPortal, now};
use kaishu_types::DatasetCode;
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::Role;

use crate::browser::Browser;
use crate::support::{Answer, TestSite};

const CODE: &str = "YX-T-0001";

/// A table with a column that is open on conditions, its holder by the whole chain, and what the browser of another
/// holder holds.
async fn site() -> (TestSite, Holder, String) {
    let test_portal = TestPortal::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "用电", "conditional")
        .on_conditions("有安全保障能力", "download;api")
        .item(CODE, "name", "unconditional")
        .item(CODE, "power", "conditional")
        .file(CODE, "power.csv", "name,power\n一厂,10\n二厂,20\n".as_bytes());
    assert_eq!(test_portal.import(catalogue.folder()).await.created, 1);
    let document = application(&["power"], DeliveryMode::Download);
    let holder = Box::pin(granted(test_portal.portal(), CODE, &document)).await;
    let other = grant_another(&test_portal).await;
    (TestSite::of(test_portal, Assets::none(), Limits::default()), holder, other)
}

async fn grant_another(test_portal: &TestPortal) -> String {
    let portal = test_portal.portal();
    let session = with_session(portal, Role::DataUser, ("other", "")).await;
    let caller = portal.caller_of_session(&session).await.unwrap();
    let dataset: DatasetCode = CODE.parse().unwrap();
    let grant = Grant {
        case: portal.begin_application(&caller, &dataset, LANG).await.unwrap(),
        account: caller.account().unwrap(),
        holder: None,
        dataset,
        items: ["power".to_owned()].into(),
        rows: Vec::new(),
        mode: DeliveryMode::Download,
        first_day: "2026-11-01".parse().unwrap(),
        last_day: "2027-06-30".parse().unwrap(),
        is_active: true,
        filing: "1".to_owned(),
        updated_at: now(),
    };
    let transaction = test_portal.store().begin().await.unwrap();
    grants::begin(&transaction, &grant).await.unwrap();
    transaction.commit().await.unwrap();
    session
}

async fn path(site: &TestSite) -> String {
    let code: DatasetCode = CODE.parse().unwrap();
    let store = site.test_portal.store();
    let dataset = kaishu_store::datasets::find(store, &code).await.unwrap().unwrap();
    format!("/api/v1/datasets/{CODE}/resources/{}/export", dataset.resources[0].id)
}

/// What is in a file; of what is packed, the names and the contents of its parts.
fn inside(answer: &Answer) -> String {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(answer.bytes.as_slice())) else {
        return String::from_utf8_lossy(&answer.bytes).into_owned();
    };
    let mut all = String::new();
    for place in 0..archive.len() {
        let mut part = archive.by_index(place).unwrap();
        all += &format!("\n{}\n", part.name().unwrap());
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        all += &String::from_utf8_lossy(&bytes);
    }
    all
}

fn number(answer: &Answer) -> &str {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.header("x-receipt")
}

// Proves SEC-02 for what leaked: a copy under a grant bears the number of its receipt, which leads to the grant; two
// copies differ in it alone, and what anyone may have bears none.
#[tokio::test]
async fn a_copy_under_a_grant_bears_its_receipt() {
    let (site, holder, other) = Box::pin(site()).await;
    let portal = site.test_portal.portal();
    let base = path(&site).await;
    for (ending, has_place) in [
        ("csv", false),
        ("json", false),
        ("ndjson", false),
        ("xlsx", true),
        ("xml", true),
        ("parquet", true),
    ] {
        let path = format!("{base}.{ending}");
        let one = Browser::with_session(&site, &holder.session).get(&path).await;
        let two = Browser::with_session(&site, &other).get(&path).await;
        let [mark, other_mark] = [&one, &two].map(number);
        assert_ne!(mark, other_mark, "{ending}");
        for (copy, mark) in [(&one, mark), (&two, other_mark)] {
            let disposition = copy.header("content-disposition");
            assert!(disposition.contains(&format!("-{mark}.{ending}")), "{disposition}");
            assert_eq!(inside(copy).contains(mark), has_place, "{ending}");
            assert!(!copy.has("etag"), "{ending}: no copy is like another one");
        }
        assert!(inside(&one).replace(mark, other_mark) == inside(&two), "{ending}");

        let receipt = site.get(&format!("/api/v1/receipts/{mark}")).await.json();
        let file_name = receipt["file_name"].as_str().unwrap();
        assert!(file_name.ends_with(&format!("-{mark}.{ending}")), "{file_name}");
        let asked = TrailAsked::read(mark).unwrap();
        let trail = portal.trail(&Caller::command(), &asked, None, LANG).await.unwrap();
        assert_eq!(trail.requests[0].case, holder.case, "{ending}");

        let [open, again] = [site.get(&path).await, site.get(&path).await];
        assert!(open.bytes == again.bytes && open.has("etag"), "{ending}");
        let told = format!("{} {}", inside(&open), open.header("content-disposition"));
        assert!(!told.contains(number(&open)) && !told.contains("R-2026"), "{ending}");
    }
}

// Part of SEC-02: from the number that a file bears the provider, the holder and whoever traces copies are led to the
// grant; nobody else is.
#[tokio::test]
async fn the_number_leads_those_concerned_to_the_grant() {
    let (site, holder, other) = Box::pin(site()).await;
    let portal = site.test_portal.portal();
    let path = format!("{}.csv", path(&site).await);
    let copy = Browser::with_session(&site, &holder.session).get(&path).await;
    let mark = number(&copy);
    let open = site.get(&path).await;
    let head = with_session(portal, Role::Head, ("heads", ORGANIZATION)).await;
    let stranger = with_session(portal, Role::Officer, ("serves", "YX-U")).await;
    let authority = with_session(portal, Role::Authority, ("traces", "YX")).await;
    let request = format!("/applications/{}", holder.case);
    let trail = format!("/authority/trail?of={mark}");
    for (session, who, leads) in [
        (&holder.session, "the holder", (true, false)),
        (&head, "the provider", (true, false)),
        (&authority, "the authority", (true, true)),
        (&other, "another holder", (false, false)),
        (&stranger, "another agency", (false, false)),
    ] {
        let mut browser = Browser::with_session(&site, session);
        let page = browser.get(&format!("/verify/{mark}")).await;
        page.assert_well_formed_page(who);
        let links = page.attributes("main a", "href");
        assert_eq!((links.contains(&request), links.contains(&trail)), leads, "{who}");
        if leads.0 {
            assert_eq!(browser.get(&request).await.status, 200, "{who}");
        }
        if leads.1 {
            assert!(browser.get(&trail).await.text().contains(&request), "{who}");
        }
        let of_open = browser.get(&format!("/verify/{}", number(&open))).await;
        assert!(!of_open.attributes("main a", "href").contains(&request), "{who}");
    }
    let visitor = site.get(&format!("/verify/{mark}")).await;
    assert_eq!(visitor.status, 200);
    let links = visitor.attributes("main a", "href");
    assert!(!links.contains(&request) && !links.contains(&trail));
}

// Part of SEC-02: whoever takes granted data is told of the mark where the formats are chosen, and nobody else is.
#[tokio::test]
async fn the_mark_is_told_where_a_copy_is_taken() {
    let (site, holder, _) = Box::pin(site()).await;
    let page = path(&site).await.replace("/api/v1", "").replace("/export", "");
    let mut browser = Browser::with_session(&site, &holder.session);
    let granted = browser.get(&page).await;
    granted.assert_well_formed_page("a granted table");
    assert!(granted.text().contains("带有这次获取的回执编号"), "{}", granted.text());
    assert!(browser.get(&format!("/en{page}")).await.text().contains("bears the number"));
    let open = site.get(&page).await;
    assert_eq!(open.status, 200);
    assert!(!open.text().contains("带有这次获取的回执编号"));
}

// Proves SEC-02 for archives: the archive and the granted tables in it have the number in their names.
#[tokio::test]
async fn an_archive_under_a_grant_bears_its_receipt() {
    let (site, holder, _) = Box::pin(site()).await;
    let path = format!("/api/v1/datasets/{CODE}/export.zip");
    let granted = Browser::with_session(&site, &holder.session).get(&path).await;
    let mark = number(&granted);
    let end = format!("-{mark}.zip");
    assert!(granted.header("content-disposition").contains(&end));
    assert!(inside(&granted).contains(&format!("-{mark}.csv\n")));
    let open = site.get(&path).await;
    let mark = number(&open);
    assert!(!open.header("content-disposition").contains(mark));
    assert!(!inside(&open).contains(&format!("-{mark}")), "no name in it has the number");
}
