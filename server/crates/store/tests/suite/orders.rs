//! Orders to put something right: answered, sent back, accepted, told of, escalated.

use kaishu_domain::policy::Party;
use kaishu_store::StoreError;
use kaishu_store::cases::Telling;
use kaishu_store::orders::{self, Order};

use crate::build::day;
use crate::database::TestDb;

fn order(organization: &str, region: &str) -> Order {
    Order {
        id: 0,
        organization: organization.parse().unwrap(),
        region: region.to_owned(),
        issuer: Party::LocalGovernment,
        article: "某办法第三十五条".to_owned(),
        about: String::new(),
        facts: "目录长期不更新".to_owned(),
        issued_on: day("2026-03-02"),
        issued_by: "主管部门".to_owned(),
        due: day("2026-03-09"),
        answer: None,
        n_returned: 0,
        returned: String::new(),
        verified: None,
        escalated: None,
    }
}

async fn add(database: &TestDb, order: &Order) -> Order {
    let transaction = database.store.begin().await.unwrap();
    let id = orders::add(&transaction, order).await.unwrap();
    transaction.commit().await.unwrap();
    read(database, id).await
}

async fn read(database: &TestDb, id: i64) -> Order {
    orders::find(&database.store, id).await.unwrap().unwrap()
}

fn is_conflict(result: Result<(), StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict { .. }))
}

// Part of SUP-05: an order is answered once, its answer is sent back with a new day or accepted, and who read it before
// that changes nothing; it is listed in its places and in no other.
pub(crate) async fn an_order_is_answered_and_sent_back(database: &TestDb) {
    let store = &database.store;
    let new = order("YX-FGW", "YX");
    let issued = add(database, &new).await;
    assert_eq!(issued, Order { id: issued.id, ..new });
    let (first, second) = (day("2026-03-05"), day("2026-03-20"));
    let transaction = store.begin().await.unwrap();
    assert!(is_conflict(orders::close(&transaction, &issued, ("某人", first)).await));
    assert!(is_conflict(orders::send_back(&transaction, &issued, ("缺", second)).await));
    orders::answer(&transaction, &issued, ("已更新", first)).await.unwrap();
    assert!(is_conflict(orders::answer(&transaction, &issued, ("又", first)).await));
    orders::send_back(&transaction, &issued, ("仍有缺失", second)).await.unwrap();
    assert!(is_conflict(orders::answer(&transaction, &issued, ("旧", first)).await));
    transaction.commit().await.unwrap();
    let returned = read(database, issued.id).await;
    let expected =
        Order { due: second, n_returned: 1, returned: "仍有缺失".to_owned(), ..issued.clone() };
    assert_eq!(returned, expected);
    let transaction = store.begin().await.unwrap();
    orders::answer(&transaction, &returned, ("补齐了", second)).await.unwrap();
    assert!(is_conflict(orders::close(&transaction, &issued, ("某人", second)).await));
    orders::close(&transaction, &returned, ("某人", second)).await.unwrap();
    assert!(is_conflict(orders::close(&transaction, &returned, ("某人", second)).await));
    transaction.commit().await.unwrap();
    let closed = read(database, issued.id).await;
    assert_eq!(closed.answer, Some(("补齐了".to_owned(), second)));
    assert_eq!(closed.verified, Some(("某人".to_owned(), second)));

    let open = add(database, &order("YX-SJJ", "YX")).await;
    let listed = async |organizations: &[&str], regions: &[&str], is_closed| {
        let named = |codes: &[&str]| codes.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let (organizations, regions) = (named(organizations), named(regions));
        orders::list(store, (&organizations, &regions), is_closed, 10).await.unwrap()
    };
    assert_eq!(listed(&[], &["YX"], false).await, std::slice::from_ref(&open));
    assert_eq!(listed(&["YX-SJJ"], &[], false).await, [open]);
    assert_eq!(listed(&["YX-FGW"], &[], true).await, [closed]);
    assert_eq!(listed(&["YX-FGW"], &["YX-LC"], false).await, []);
    assert_eq!(listed(&[], &[], true).await, []);
    assert_eq!(orders::find(store, 999).await.unwrap(), None);
}

// Part of SUP-05: an order is told of once before its last day, on it and after it, when it is escalated; not while an
// answer waits, and anew when that was sent back.
pub(crate) async fn an_order_is_told_of_once(database: &TestDb) {
    let store = &database.store;
    let issued = add(database, &order("YX-FGW", "YX")).await;
    let due = async |today: &str, until: &str, telling| {
        let days = (day(today), day(until));
        orders::due_untold(store, days, telling, 10).await.unwrap().len()
    };
    let told = [
        (Telling::Soon, "2026-03-06", "2026-03-09"),
        (Telling::Today, "2026-03-09", "2026-03-09"),
        (Telling::Over, "2026-03-10", "2026-03-09"),
    ];
    assert_eq!(due("2026-03-05", "2026-03-06", Telling::Soon).await, 0, "there is time");
    assert_eq!(due("2026-03-09", "2026-03-08", Telling::Over).await, 0, "there is time all day");
    for (telling, today, until) in told {
        assert_eq!(due(today, until, telling).await, 1, "{telling:?}");
        for is_first in [true, false] {
            let transaction = store.begin().await.unwrap();
            let told = orders::mark_told(&transaction, &issued, telling).await.unwrap();
            assert_eq!(told, is_first, "{telling:?}");
            transaction.commit().await.unwrap();
        }
        assert_eq!(due(today, until, telling).await, 0, "{telling:?}");
    }
    let on = day("2026-03-10");
    let transaction = store.begin().await.unwrap();
    orders::escalate(&transaction, &issued, (Party::SuperiorAuthority, on)).await.unwrap();
    orders::answer(&transaction, &issued, ("已更新", on)).await.unwrap();
    orders::send_back(&transaction, &issued, ("缺", day("2026-03-16"))).await.unwrap();
    transaction.commit().await.unwrap();
    let returned = read(database, issued.id).await;
    assert_eq!(returned.escalated, Some((Party::SuperiorAuthority, on)));
    assert_eq!(due("2026-03-17", "2026-03-16", Telling::Over).await, 1, "it has a new last day");
    let transaction = store.begin().await.unwrap();
    orders::answer(&transaction, &returned, ("补齐了", on)).await.unwrap();
    assert!(!orders::mark_told(&transaction, &returned, Telling::Over).await.unwrap());
    transaction.commit().await.unwrap();
    assert_eq!(due("2026-03-17", "2026-03-16", Telling::Over).await, 0, "an answer waits");
}
