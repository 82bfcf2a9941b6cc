//! Systems and deliveries.

use kaishu_store::deliveries::{self, Delivery};
use kaishu_store::exchange::{self, Exchange};
use kaishu_store::sources::{self, SourceDispute};
use kaishu_store::systems::{self, System};
use kaishu_store::{Store, StoreError};
use kaishu_types::exchange::{ExchangeFields, ExchangeRegister};
use kaishu_types::register::{Connection, DeliveryStanding};
use kaishu_types::sources::{SourceFields, SourceResult, SourceStanding};

use crate::build::{self, day, entry, time};
use crate::database::TestDb;

const NOW: &str = "2026-11-21T04:00:00Z";

fn system(organization: &str, region: &str) -> System {
    System {
        id: 0,
        name: "调度系统".to_owned(),
        organization: organization.to_owned(),
        region: region.to_owned(),
        purpose: "调度".to_owned(),
        connection: Connection::NotConnected,
        reason: String::new(),
        plan: "年内对接".to_owned(),
        planned_on: Some(day("2026-12-31")),
        uses: None,
        ended_on: None,
        revision: 0,
    }
}

async fn add(store: &Store, new: &System) -> i64 {
    let transaction = store.begin().await.unwrap();
    let id = systems::add(&transaction, new, time(NOW)).await.unwrap();
    transaction.commit().await.unwrap();
    id
}

// Part of PUB-09: the register is cut by organization and region, goes on at a number, and of two editors the second one
// is told.
pub(crate) async fn systems_are_listed_and_saved_over_what_was_read(database: &TestDb) {
    let store = &database.store;
    let city = add(store, &system("YX-FGW", "YX")).await;
    let county = add(store, &system("YX-LC-JTJ", "YX-LC")).await;
    let listed = async |organizations: &[&str], regions: &[&str], after: i64| {
        let owned = |codes: &[&str]| codes.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let places = (owned(organizations), owned(regions));
        let found = systems::list(store, (&places.0, &places.1), (after, 10)).await.unwrap();
        found.into_iter().map(|it| it.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(&[], &["YX", "YX-LC"], 0).await, [city, county]);
    assert_eq!(listed(&["YX-FGW"], &["YX-LC"], 0).await, [city, county]);
    assert_eq!(listed(&[], &["YX", "YX-LC"], city).await, [county]);
    assert_eq!(listed(&["YX-FGW"], &[], 0).await, [city]);
    assert_eq!(listed(&[], &[], 0).await, [] as [i64; 0]);

    let read = systems::find(store, city).await.unwrap().unwrap();
    assert_eq!((read.revision, read.planned_on), (1, Some(day("2026-12-31"))));
    // It stays with its agency, whatever is written.
    let changed =
        System { name: "新系统".to_owned(), organization: "YX-SJJ".to_owned(), ..read };
    for expected in [true, false] {
        let transaction = store.begin().await.unwrap();
        let saved = systems::save(&transaction, &changed, time(NOW)).await;
        assert_eq!(saved.is_ok(), expected);
        assert!(expected || matches!(saved, Err(StoreError::Conflict { .. })));
        transaction.commit().await.unwrap();
    }
    let read = systems::find(store, city).await.unwrap().unwrap();
    assert_eq!((read.name.as_str(), read.organization.as_str()), ("新系统", "YX-FGW"));
    assert_eq!((read.revision, systems::find(store, 99).await.unwrap()), (2, None));
}

// Part of PUB-08, PUB-10: what is there of an entry and what was said of it come together; what a system exempted is due
// again once it ends.
pub(crate) async fn deliveries_say_what_is_there(database: &TestDb) {
    let store = &database.store;
    build::places(store).await;
    let (code, _) = build::write(store, entry("站点")).await;
    let (other, _) = build::write(store, entry("线路")).await;
    let used = add(store, &system("YX-FGW", "YX")).await;
    let found = deliveries::entry(store, &code).await.unwrap().unwrap();
    assert_eq!((found.said.standing, found.said.revision), (DeliveryStanding::Due, 0));
    assert_eq!((found.organization.as_str(), found.version), ("YX-FGW", 1));

    let exempt = Delivery {
        standing: DeliveryStanding::Exempt,
        system: Some(used),
        held_since: Some(day("2020-01-01")),
        ..Delivery::default()
    };
    for expected in [true, false] {
        let transaction = store.begin().await.unwrap();
        let saved = deliveries::save(&transaction, &code, &exempt, time(NOW)).await;
        assert_eq!(saved.is_ok(), expected, "said once by one who read nothing");
        transaction.commit().await.unwrap();
    }
    let n_exempt = systems::n_exempt(store, &[used, 99]).await.unwrap();
    assert_eq!((n_exempt.len(), n_exempt[&used]), (1, 1));
    let places = (["YX-FGW".to_owned()], []);
    let listed = deliveries::entries(store, (&places.0, &places.1), (0, 10)).await.unwrap();
    let standing: Vec<_> = listed.iter().map(|it| (&it.code, it.said.standing)).collect();
    let expected = [(&code, DeliveryStanding::Exempt), (&other, DeliveryStanding::Due)];
    assert_eq!(standing, expected);
    let behind = deliveries::entries(store, (&places.0, &places.1), (listed[0].id, 10)).await;
    assert_eq!(behind.unwrap().len(), 1);

    let transaction = store.begin().await.unwrap();
    let ended = deliveries::end_exemptions(&transaction, used, time(NOW)).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(ended, [code.to_string()]);
    let said = deliveries::entry(store, &code).await.unwrap().unwrap().said;
    assert_eq!((said.standing, said.system, said.revision), (DeliveryStanding::Due, None, 2));
    assert_eq!(said.held_since, Some(day("2020-01-01")));
    let transaction = store.begin().await.unwrap();
    let stale = Delivery { revision: 1, ..exempt };
    let saved = deliveries::save(&transaction, &code, &stale, time(NOW)).await;
    assert!(matches!(saved, Err(StoreError::Conflict { .. })), "{saved:?}");
}

// Part of SHR-16, SHR-20: a register of exchange is cut by who keeps a record and by who answers it, its records stay in
// it, and of two editors the second one is told.
pub(crate) async fn exchanges_are_listed_for_both_sides(database: &TestDb) {
    let store = &database.store;
    let place = |code: &str, region: &str| (code.to_owned(), region.to_owned());
    let demand = Exchange {
        id: 0,
        register: ExchangeRegister::ReturnDemands,
        place: place("YX-LC-JTJ", "YX-LC"),
        addressee: Some(place("YX-JT", "YX")),
        title: "客运站点".to_owned(),
        fields: ExchangeFields { scope: "龙川县".to_owned(), ..ExchangeFields::default() },
        dataset: None,
        revision: 0,
    };
    let channel =
        Exchange { register: ExchangeRegister::Channels, addressee: None, ..demand.clone() };
    let mut ids = Vec::new();
    for new in [&demand, &channel] {
        let transaction = store.begin().await.unwrap();
        ids.push(exchange::add(&transaction, new, time(NOW)).await.unwrap());
        transaction.commit().await.unwrap();
    }
    let listed = async |organizations: &[&str], regions: &[&str], after: i64| {
        let owned = |codes: &[&str]| codes.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let places = (owned(organizations), owned(regions));
        let register = ExchangeRegister::ReturnDemands;
        let found = exchange::list(store, register, (&places.0, &places.1), (after, 10)).await;
        found.unwrap().into_iter().map(|it| it.id).collect::<Vec<_>>()
    };
    for (organizations, regions) in
        [(vec!["YX-LC-JTJ"], vec![]), (vec!["YX-JT"], vec![]), (vec![], vec!["YX"])]
    {
        assert_eq!(
            listed(organizations.as_slice(), regions.as_slice(), 0).await,
            [ids[0]],
            "{organizations:?}"
        );
    }
    assert_eq!(listed(&["YX-FGW"], &["YX-PS"], 0).await, [] as [i64; 0]);
    assert_eq!(listed(&["YX-JT"], &[], ids[0]).await, [] as [i64; 0]);

    let other = exchange::find(store, ExchangeRegister::Channels, ids[0]).await.unwrap();
    assert_eq!(other, None, "it is in another register");
    let read = exchange::find(store, demand.register, ids[0]).await.unwrap().unwrap();
    assert_eq!(read, Exchange { id: ids[0], revision: 1, ..demand });
    let changed = Exchange { dataset: Some("YX-T-0001".parse().unwrap()), ..read };
    for expected in [true, false] {
        let transaction = store.begin().await.unwrap();
        let saved = exchange::save(&transaction, &changed, time(NOW)).await;
        assert_eq!(saved.is_ok(), expected);
        assert!(expected || matches!(saved, Err(StoreError::Conflict { .. })));
        transaction.commit().await.unwrap();
    }
    let read = exchange::find(store, changed.register, ids[0]).await.unwrap().unwrap();
    assert_eq!(read, Exchange { revision: 2, ..changed });
}

// Part of SHR-12: a dispute between sources is listed for both providers, for who opened it and for the region, and is found
// from both entries; what it is about stays, and of two people the second one is told.
pub(crate) async fn disputes_are_found_from_both_entries(database: &TestDb) {
    let store = &database.store;
    let dispute = SourceDispute {
        id: 0,
        entries: ["YX-T-0001".parse().unwrap(), "YX-U-0001".parse().unwrap()],
        providers: ["YX-JT".to_owned(), "YX-FGW".to_owned()],
        opener: "YX-LC-JTJ".to_owned(),
        region: "YX".to_owned(),
        item: "住址".to_owned(),
        standing: SourceStanding::Consultation,
        fields: SourceFields { difference: "两处不同".to_owned(), ..SourceFields::default() },
        revision: 0,
    };
    let transaction = store.begin().await.unwrap();
    let id = sources::add(&transaction, &dispute, time(NOW)).await.unwrap();
    transaction.commit().await.unwrap();
    let listed = async |organizations: &[&str], regions: &[&str], after: i64| {
        let owned = |codes: &[&str]| codes.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let places = (owned(organizations), owned(regions));
        let found = sources::list(store, (&places.0, &places.1), (after, 10)).await;
        found.unwrap().into_iter().map(|it| it.id).collect::<Vec<_>>()
    };
    for organization in ["YX-JT", "YX-FGW", "YX-LC-JTJ"] {
        assert_eq!(listed(&[organization], &[], 0).await, [id], "{organization}");
    }
    assert_eq!(listed(&[], &["YX"], 0).await, [id]);
    assert_eq!(listed(&["YX-GA"], &["YX-LC"], 0).await, [] as [i64; 0]);
    assert_eq!(listed(&["YX-JT"], &[], id).await, [] as [i64; 0]);
    for code in &dispute.entries {
        let found = sources::of_dataset(store, code, 10).await.unwrap();
        assert_eq!(found, [SourceDispute { id, revision: 1, ..dispute.clone() }], "{code}");
    }

    let mut changed = sources::find(store, id).await.unwrap().unwrap();
    changed.standing = SourceStanding::Closed;
    let source = Some(dispute.entries[1].clone());
    changed.fields.decided = Some(SourceResult { source, value: "东街".to_owned() });
    for expected in [true, false] {
        let transaction = store.begin().await.unwrap();
        let saved = sources::save(&transaction, &changed, time(NOW)).await;
        assert_eq!(saved.is_ok(), expected);
        assert!(expected || matches!(saved, Err(StoreError::Conflict { .. })));
        transaction.commit().await.unwrap();
    }
    let read = sources::find(store, id).await.unwrap().unwrap();
    assert_eq!(read, SourceDispute { revision: 2, ..changed });
}
