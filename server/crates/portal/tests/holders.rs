//! What becomes of grants when their dataset is suspended, withdrawn, retired or classed more strictly.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

use std::collections::BTreeSet;

use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::LifeAct;
use kaishu_portal::tables::TableState;
use kaishu_testkit::agreements::publish_defaults;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granting::{Holder, application, approved, granted};
use kaishu_testkit::people::{LANG, People, act, complete, people, review};
use kaishu_testkit::{Setup, TestPortal, now};
use kaishu_types::DatasetCode;
use kaishu_types::ErrorCode;
use kaishu_types::access::DeliveryMode;
use kaishu_types::case::CaseKind;
use kaishu_types::draft::DraftDocument;
use kaishu_types::vocabulary::{DatasetState, OpenClass};

const CODE: &str = "YX-T-0001";

/// A portal with a table that somebody holds a grant of.
struct Site {
    test_portal: TestPortal,
    people: People,
    holder: Holder,
}

async fn site() -> Site {
    let test_portal = TestPortal::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "用电", "conditional")
        .on_conditions("有安全保障能力", "download")
        .item(CODE, "name", "unconditional")
        .item(CODE, "power", "conditional")
        .item(CODE, "price", "conditional")
        .file(CODE, "power.csv", "name,power,price\n一厂,10,3\n二厂,20,4\n".as_bytes())
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    test_portal.import(catalogue.folder()).await;
    let portal = test_portal.portal();
    let wanted = application(&["power", "price"], DeliveryMode::Download);
    let holder = Box::pin(granted(portal, CODE, &wanted)).await;
    let people = people(portal).await;
    publish_defaults(portal).await;
    Site { people, holder, test_portal }
}

fn code() -> DatasetCode {
    CODE.parse().unwrap()
}

async fn live(portal: &Portal, caller: &Caller, event: &str) -> Result<(), ErrorCode> {
    let version = portal.own_dataset(caller, &code(), LANG).await.unwrap().version;
    let done = LifeAct { event: event.to_owned(), version, reason: "核查属实".to_owned() };
    portal.act_on_life(caller, &code(), done, LANG).await.map_err(|error| error.code())
}

/// The columns that the holder sees of the table; none where there is no table for them.
async fn columns(site: &Site) -> BTreeSet<String> {
    let store = site.test_portal.store();
    let dataset = kaishu_store::datasets::find(store, &code()).await.unwrap().unwrap();
    let (id, caller) = (dataset.resources[0].id, &site.holder.caller);
    match site.test_portal.portal().table_state(caller, &code(), id, 1, None, LANG).await {
        Ok(TableState::Open(table)) => {
            table.governed.columns().into_iter().map(|column| column.name).collect()
        }
        _ => BTreeSet::new(),
    }
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The state of the grant, and the last that happened to it.
async fn grant(site: &Site) -> (String, String) {
    let holder = &site.holder;
    let portal = site.test_portal.portal();
    let case = portal.application(&holder.caller, holder.case, LANG).await.unwrap().case;
    (case.state.code, case.events.last().unwrap().event.code.clone())
}

fn is(found: &(String, String), state: &str, event: &str) -> bool {
    (found.0.as_str(), found.1.as_str()) == (state, event)
}

/// What the holder was told last: what happened, and the page that shows it.
async fn told(site: &Site) -> (String, Option<String>) {
    let inbox = site.test_portal.portal().inbox(&site.holder.caller, None, LANG).await.unwrap();
    let notice = inbox.notices.into_iter().next().unwrap();
    (notice.text, notice.link)
}

fn conditional(document: &mut DraftDocument) {
    let open = &mut document.fields.open;
    open.class = OpenClass::Conditional;
    open.grounds = vec!["high_demands".to_owned()];
    open.reason = Some("对安全保障能力要求高".to_owned());
    open.conditions = vec!["有安全保障能力".to_owned()];
    open.modes = vec!["download".to_owned()];
    open.security_measures = Some("内网保存".to_owned());
    open.agreement = Some("usage".to_owned());
    document.version_note = "修订".to_owned();
}

/// Not open any more, on a ground that the profile names.
fn closed(document: &mut DraftDocument) {
    conditional(document);
    document.fields.open.class = OpenClass::None;
    document.fields.open.grounds = vec!["trade_secret".to_owned()];
}

/// Takes a revision through its review to publication.
async fn revised(site: &Site, change: impl FnOnce(&mut DraftDocument)) {
    let (portal, people) = (site.test_portal.portal(), &site.people);
    let case = portal.begin_revision(&people.officer, &code(), LANG).await.unwrap();
    complete(portal, &people.officer, case, change).await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    review(portal, people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
    portal.take_in_files(|_| ()).await.unwrap();
}

// Part of FBK-12, FBK-14 and section 5.1: whoever holds a grant is told when the dataset is suspended, restored and
// withdrawn, on the page of their own application; with its withdrawal the grant ends, and no later version opens it.
#[tokio::test]
async fn what_is_withdrawn_ends_its_grants_for_good() {
    let site = Box::pin(site()).await;
    let portal = site.test_portal.portal();
    let head = &site.people.head;
    let all = names(&["name", "power", "price"]);
    assert_eq!(columns(&site).await, all);
    let link = Some(format!("/workbench/cases/{}", site.holder.case));

    live(portal, head, "suspend").await.unwrap();
    assert!(is(&grant(&site).await, "active", "dataset_suspended"));
    let (text, page) = told(&site).await;
    assert!(text.contains("数据集中止开放") && page == link, "{text} {page:?}");
    assert_eq!(columns(&site).await, names(&[]), "nothing leaves meanwhile");
    live(portal, head, "restore").await.unwrap();
    assert!(is(&grant(&site).await, "active", "dataset_reopened"));
    assert_eq!(columns(&site).await, all, "the grant goes on");

    live(portal, head, "withdraw").await.unwrap();
    assert!(is(&grant(&site).await, "ended", "end_with_dataset"));
    let (text, page) = told(&site).await;
    assert!(text.contains("权限终止") && page == link, "{text} {page:?}");
    let store = site.test_portal.store();
    let ended = kaishu_store::grants::find(store, site.holder.case).await.unwrap().unwrap();
    assert!(!ended.is_active);

    revised(&site, conditional).await;
    assert_eq!(portal.dataset(&code()).await.unwrap().state, DatasetState::Published);
    assert_eq!(columns(&site).await, names(&["name"]), "the old grant opens nothing of it");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of CLS-06 and section 5.1: an entry that is classed more strictly narrows its grants to what is still open, for
// good; what is not open at all ends them.
#[tokio::test]
async fn a_stricter_class_narrows_and_ends_grants() {
    let site = Box::pin(site()).await;
    let portal = site.test_portal.portal();
    let class_of_price = |class: OpenClass| {
        move |document: &mut DraftDocument| {
            conditional(document);
            let price = document.items.iter_mut().find(|it| it.name == "price");
            price.unwrap().open_class = class;
        }
    };
    revised(&site, class_of_price(OpenClass::None)).await;
    assert!(is(&grant(&site).await, "active", "narrow_with_dataset"));
    assert_eq!(columns(&site).await, names(&["name", "power"]));
    let case = portal.application(&site.holder.caller, site.holder.case, LANG).await.unwrap().case;
    assert!(!case.facts["scope"].contains("price"), "{}", case.facts["scope"]);

    revised(&site, closed).await;
    assert!(is(&grant(&site).await, "ended", "end_with_dataset"));
    assert_eq!(columns(&site).await, names(&[]));
    assert!(portal.dataset(&code()).await.is_err(), "it has no public page any more");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of APP-09, CLS-06 and section 5.1: what was approved and nobody has signed lapses with an entry that gives less of
// it out, and with the withdrawal; what comes back later is applied for anew.
#[tokio::test]
async fn approvals_lapse_with_what_they_approved() {
    let site = Box::pin(site()).await;
    let portal = site.test_portal.portal();
    let wanted = application(&["power", "price"], DeliveryMode::Download);
    let waits = Box::pin(approved(portal, CODE, &wanted)).await;
    let state = async || {
        let found = portal.application(&waits.caller, waits.case, LANG).await.unwrap().case;
        (found.state.code, found.is_open, found.events.last().unwrap().event.code.clone())
    };
    revised(&site, conditional).await;
    assert_eq!(state().await.0, "approved", "the entry gives out what it gave");
    revised(&site, |document| {
        conditional(document);
        let price = document.items.iter_mut().find(|it| it.name == "price");
        price.unwrap().open_class = OpenClass::None;
    })
    .await;
    let lapsed = ("lapsed".to_owned(), false, "lapse_with_dataset".to_owned());
    assert_eq!(state().await, lapsed);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of SEC-13, SEC-17 and section 5.1: withdrawn data is destroyed without being retired first, after its time, which
// counts from its withdrawal.
#[tokio::test]
async fn withdrawn_data_is_destroyed_after_its_time() {
    let site = Box::pin(site()).await;
    let portal = site.test_portal.portal();
    let (head, authority) = (&site.people.head, &site.people.authority);
    live(portal, head, "withdraw").await.unwrap();
    live(portal, head, "ask_destroy").await.unwrap();
    assert_eq!(live(portal, authority, "destroy").await, Err(ErrorCode::InvalidInput));
    live(portal, authority, "spare").await.unwrap();
    assert_eq!(portal.dataset(&code()).await.unwrap().state, DatasetState::Withdrawn);
    live(portal, head, "ask_destroy").await.unwrap();
    let later = site.test_portal.open_at(now() + chrono::TimeDelta::days(3 * 366)).await;
    live(&later, authority, "destroy").await.unwrap();
    let store = site.test_portal.store();
    let life = kaishu_store::cases::of_subject(store, CODE, CaseKind::Life).await.unwrap();
    assert_eq!(life[0].file.state, "destroyed");
    assert_eq!(life[0].file.facts["n_destroyed"], "1");
}
