//! Duties under grants: when a report is due, what was reported, what was taken.

use kaishu_domain::cases::{Actor, Body, CaseFile, Event};
use kaishu_store::cases::{self, CaseSubject, Happening};
use kaishu_store::duties::{self, Duty};
use kaishu_store::grants::{self, Becomes, Grant};
use kaishu_store::log::SealKey;
use kaishu_store::receipts::{self, Under};
use kaishu_store::{Store, StoreError};
use kaishu_types::access::DeliveryMode;
use kaishu_types::case::CaseKind;
use kaishu_types::organization::Named;
use kaishu_types::receipt::{ReceiptView, Retrieved};

use crate::build::{code, day, time};
use crate::database::TestDb;

pub(crate) const ACCOUNT: i64 = 7;

pub(crate) async fn case(store: &Store) -> i64 {
    let event = Event {
        name: "start".to_owned(),
        by: Actor { login: "wang".to_owned(), name: "王敏".to_owned(), ..Actor::default() },
        at: time("2026-03-02T04:00:00Z"),
        body: Body { to: "draft".to_owned(), ..Body::default() },
    };
    let about = CaseSubject {
        subject: "YX-FGW-0001".to_owned(),
        title: "停车场".to_owned(),
        organization: None,
        region: None,
        policy: "aba".to_owned(),
        policy_revision: 1,
    };
    let file = CaseFile::open(CaseKind::Application, &event).unwrap();
    let happening = Happening { event: &event, file: &file, idempotency_key: None, tells: &[] };
    let transaction = store.begin().await.unwrap();
    let key = SealKey::new([7; 32]);
    let (case, _) = cases::open(&transaction, &key, &about, &happening).await.unwrap();
    transaction.commit().await.unwrap();
    case
}

pub(crate) async fn grant(store: &Store) -> Grant {
    let new = Grant {
        case: case(store).await,
        account: ACCOUNT,
        holder: None,
        dataset: code("YX-FGW-0001"),
        items: ["power".to_owned()].into(),
        rows: Vec::new(),
        mode: DeliveryMode::Download,
        first_day: day("2026-03-02"),
        last_day: day("2027-03-01"),
        is_active: true,
        filing: "1".to_owned(),
        updated_at: time("2026-03-02T04:00:00Z"),
    };
    let transaction = store.begin().await.unwrap();
    grants::begin(&transaction, &new).await.unwrap();
    transaction.commit().await.unwrap();
    new
}

// Part of USE-01: a grant is looked at on the day that was said, by one node, and once more when it ends, however it does;
// after its last report never again.
pub(crate) async fn a_grant_is_looked_at_until_its_last_report(database: &TestDb) {
    let store = &database.store;
    let grant = grant(store).await;
    let due = async |today: &str| grants::to_report(store, day(today), 10).await.unwrap();
    assert!(due("2026-03-01").await.is_empty(), "not before it begins");
    let [seen] = due("2026-03-02").await.try_into().unwrap();
    assert_eq!((&seen.grant, seen.reported_until, seen.is_over), (&grant, None, false));
    let keep = async |seen: &grants::ToReport, until: Option<&str>, next: Option<&str>| {
        let transaction = store.begin().await.unwrap();
        let kept = (until.map(day), next.map(day));
        let is_kept = grants::keep_reporting(&transaction, seen, kept).await.unwrap();
        transaction.commit().await.unwrap();
        is_kept
    };
    assert!(keep(&seen, None, Some("2026-09-02")).await);
    assert!(!keep(&seen, None, Some("2026-09-02")).await, "another node was faster");
    assert!(due("2026-09-01").await.is_empty());
    let [seen] = due("2026-09-02").await.try_into().unwrap();
    // It ends while it is looked at.
    let transaction = store.begin().await.unwrap();
    let now = time("2026-09-02T04:00:00Z");
    assert!(grants::set(&transaction, grant.case, Becomes::Over, now).await.unwrap());
    transaction.commit().await.unwrap();
    assert!(!keep(&seen, Some("2026-09-01"), Some("2027-03-02")).await);
    let [seen] = due("2026-09-02").await.try_into().unwrap();
    assert!(seen.is_over);
    assert!(keep(&seen, Some("2026-09-02"), None).await);
    assert!(due("2030-01-01").await.is_empty());
    let held = grants::held(store, ACCOUNT, &grant.dataset).await.unwrap();
    assert_eq!(held.len(), 1, "what is over was held");
    assert!(grants::held(store, 8, &grant.dataset).await.unwrap().is_empty());
    // What is shared with an agency is neither reported on nor held by whoever asked for it.
    let holder = Some("YX-B".to_owned());
    let shared = Grant { case: case(store).await, holder, ..grant.clone() };
    let transaction = store.begin().await.unwrap();
    grants::begin(&transaction, &shared).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(due("2030-01-01").await.is_empty());
    assert_eq!(grants::held(store, ACCOUNT, &grant.dataset).await.unwrap(), [held[0].clone()]);
}

// Part of USE-01: a report is written once.
pub(crate) async fn a_report_is_written_once(database: &TestDb) {
    let store = &database.store;
    let grant = grant(store).await.case;
    let mut owed = Vec::new();
    for _ in 0..2 {
        let case = case(store).await;
        let duty = Duty { case, grant, account: ACCOUNT, document: None };
        let transaction = store.begin().await.unwrap();
        duties::create(&transaction, &duty).await.unwrap();
        transaction.commit().await.unwrap();
        owed.push(duty);
    }
    owed.reverse();
    assert_eq!(duties::of_grant(store, grant, 10).await.unwrap(), owed);
    assert_eq!(duties::of_account(store, ACCOUNT, 1).await.unwrap(), owed[..1]);
    assert!(duties::of_account(store, 8, 10).await.unwrap().is_empty());
    let case = owed[0].case;
    for is_first in [true, false] {
        let transaction = store.begin().await.unwrap();
        let written = duties::report(&transaction, case, "{}").await;
        match is_first {
            true => written.unwrap(),
            false => assert!(matches!(written, Err(StoreError::Conflict { .. }))),
        }
        transaction.commit().await.unwrap();
    }
    let found = duties::find(store, case).await.unwrap().unwrap();
    assert_eq!(found.document.as_deref(), Some("{}"));
    assert_eq!(duties::find(store, grant).await.unwrap(), None);
}

// Part of USE-06: what was taken under a grant is counted by what it was, with the bytes that are known and the last
// time; what was taken without it is not.
pub(crate) async fn what_was_taken_under_a_grant_is_counted(database: &TestDb) {
    let store = &database.store;
    let grant = grant(store).await.case;
    let receipt = |kind, size_bytes, at: &str| {
        let retrieved_at = time(at);
        move |number| ReceiptView {
            code: number,
            dataset: code("YX-FGW-0001"),
            dataset_title: "停车场".to_owned(),
            version: 1,
            kind,
            question: None,
            resource_id: Some(1),
            resource_title: "泊位".to_owned(),
            file_name: "泊位.csv".to_owned(),
            size_bytes,
            sha256: None,
            sm3: None,
            provider: Named {
                code: "YX-FGW".to_owned(), name: "发改委".to_owned(), name_en: None
            },
            licence: "open".to_owned(),
            licence_accepted: false,
            retrieved_at,
            attribution: "来源：发改委".to_owned(),
        }
    };
    assert_eq!(receipts::use_of(store, grant).await.unwrap(), receipts::Use::default());
    let taken = [
        (Some(grant), Retrieved::Rows, None, "2026-04-01T04:00:00Z"),
        (Some(grant), Retrieved::Export, Some(5_000_000_000), "2026-05-01T04:00:00Z"),
        (Some(grant), Retrieved::Rows, None, "2026-04-02T04:00:00Z"),
        (None, Retrieved::Original, Some(9), "2026-06-01T04:00:00Z"),
    ];
    for (under, kind, size, at) in taken {
        let under = Under { grant: under, ..Under::default() };
        receipts::create(store, day("2026-06-01"), &under, receipt(kind, size, at)).await.unwrap();
    }
    let found = receipts::use_of(store, grant).await.unwrap();
    assert_eq!(found.retrievals, [(Retrieved::Export, 1), (Retrieved::Rows, 2)]);
    assert_eq!(found.size_bytes, 5_000_000_000);
    assert_eq!(found.last_at, Some(time("2026-05-01T04:00:00Z")));
}
