//! What is kept around applications: materials, messages, of which ends people were told.

use kaishu_store::grants::{self, Becomes};
use kaishu_store::materials::{self, Given};
use kaishu_store::messages::{self, Message};
use kaishu_store::{applications, condemned};
use kaishu_types::material::{Material, MaterialKind};

use crate::build::{day, time};
use crate::database::TestDb;
use crate::duties::{ACCOUNT, case, grant};

// Part of APP-03: what somebody gave is offered to them alone, up to its last day, and its bytes are not swept.
pub(crate) async fn a_material_is_offered_while_it_holds_and_its_bytes_stay(database: &TestDb) {
    let store = &database.store;
    let case = case(store).await;
    let mut given = Vec::new();
    for (n, valid_until) in [Some("2026-12-31"), None].into_iter().enumerate() {
        let material = Material {
            kind: MaterialKind::ALL[n],
            id: 0,
            file_name: "制度.pdf".to_owned(),
            size_bytes: 8,
            sha256: "ab".to_owned(),
            valid_until: valid_until.map(day),
        };
        let mut new = Given {
            material,
            account: ACCOUNT,
            case,
            blob_key: format!("sealed {n}"),
            given_at: time("2026-03-02T04:00:00Z"),
        };
        let transaction = store.begin().await.unwrap();
        new.material.id = materials::add(&transaction, &new).await.unwrap();
        transaction.commit().await.unwrap();
        given.push(new);
    }
    let found = materials::find(store, given[0].material.id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&given[0]));
    assert_eq!(materials::n_given(store, case).await.unwrap(), 2);
    let offered = async |account: i64, today: &str| {
        let held = materials::holding(store, account, day(today), 10).await.unwrap();
        held.into_iter().map(|it| it.material.id).collect::<Vec<_>>()
    };
    let (first, last) = (given[0].material.id, given[1].material.id);
    assert_eq!(offered(ACCOUNT, "2026-12-31").await, [last, first]);
    assert_eq!(offered(ACCOUNT, "2027-01-01").await, [last]);
    assert!(offered(8, "2026-03-02").await.is_empty());
    let keys = ["sealed 0", "sealed 1", "of nobody"].map(str::to_owned);
    let used = condemned::used(store, &keys).await.unwrap();
    assert_eq!(used.into_iter().collect::<Vec<_>>(), keys[..2]);
}

// Part of APP-08: messages are kept in the order of their events, one with each.
pub(crate) async fn messages_stand_with_their_events(database: &TestDb) {
    let store = &database.store;
    let (case, other) = (case(store).await, case(store).await);
    let message = |event_no: u32, body: &str| Message {
        case,
        event_no,
        account: ACCOUNT,
        body: body.to_owned(),
        written_at: time("2026-03-02T04:00:00Z"),
    };
    let written = [message(3, "问"), message(5, "答\n两行")];
    for new in written.iter().rev() {
        let transaction = store.begin().await.unwrap();
        messages::add(&transaction, new).await.unwrap();
        transaction.commit().await.unwrap();
    }
    assert_eq!(messages::of_case(store, case).await.unwrap(), written);
    assert!(messages::of_case(store, other).await.unwrap().is_empty());
    let transaction = store.begin().await.unwrap();
    assert!(messages::add(&transaction, &written[0]).await.is_err(), "one with each event");
}

// Part of APP-12: a grant that ends within some days is listed until one node has told of it, and not once it is over.
pub(crate) async fn the_end_of_a_grant_is_told_once(database: &TestDb) {
    let store = &database.store;
    let (told, over) = (grant(store).await, grant(store).await);
    let ending = async |first: &str, last: &str| {
        let found = grants::ending_untold(store, (day(first), day(last)), 10).await.unwrap();
        found.into_iter().map(|it| it.case).collect::<Vec<_>>()
    };
    assert!(ending("2027-02-01", "2027-02-28").await.is_empty(), "they end on 1 March");
    assert_eq!(ending("2027-02-15", "2027-03-01").await, [told.case, over.case]);
    assert!(ending("2027-03-02", "2027-03-16").await.is_empty());
    let tell = async || {
        let transaction = store.begin().await.unwrap();
        let is_first = grants::end_told(&transaction, told.case).await.unwrap();
        transaction.commit().await.unwrap();
        is_first
    };
    assert!(tell().await);
    assert!(!tell().await, "another node was faster");
    let transaction = store.begin().await.unwrap();
    let now = time("2027-02-20T04:00:00Z");
    assert!(grants::set(&transaction, over.case, Becomes::Over, now).await.unwrap());
    transaction.commit().await.unwrap();
    assert!(ending("2027-02-15", "2027-03-01").await.is_empty());
}

// Part of APP-07: only what belongs to an organization is counted, and what is being written belongs to none.
pub(crate) async fn applications_are_counted_by_state(database: &TestDb) {
    let store = &database.store;
    case(store).await;
    assert!(applications::states(store).await.unwrap().is_empty());
}
