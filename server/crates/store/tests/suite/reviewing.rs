//! What a review asks beside its steps: consultations, filings, standing approvals.

use kaishu_domain::cases::{Actor, Body, CaseFile, Event};
use kaishu_store::approvals::{self, Approval};
use kaishu_store::cases::{self, CaseSubject, Happening};
use kaishu_store::consultations::{self, Comment, Consultation};
use kaishu_store::filings::{self, NewFiling};
use kaishu_store::log::SealKey;
use kaishu_store::{Store, StoreError};
use kaishu_types::case::CaseKind;
use kaishu_types::consultation::{ConsultationMode, PlannedOpening};
use kaishu_types::vocabulary::OpenClass;

use crate::build::{day, time};
use crate::database::TestDb;

/// Opens a case to ask and to file in.
async fn case(store: &Store) -> i64 {
    let event = Event {
        name: "begin".to_owned(),
        by: Actor::system(),
        at: time("2026-03-02T04:00:00Z"),
        body: Body { to: "published".to_owned(), ..Body::default() },
    };
    let about = CaseSubject {
        subject: "YX-JT-0001".to_owned(),
        title: "站点".to_owned(),
        organization: None,
        region: None,
        policy: "yulin".to_owned(),
        policy_revision: 1,
    };
    let file = CaseFile::open(CaseKind::Life, &event).unwrap();
    let happening = Happening { event: &event, file: &file, idempotency_key: None, tells: &[] };
    let transaction = store.begin().await.unwrap();
    let key = SealKey::new([7; 32]);
    let (id, _) = cases::open(&transaction, &key, &about, &happening).await.unwrap();
    transaction.commit().await.unwrap();
    id
}

fn consultation(case: i64) -> Consultation {
    Consultation {
        id: 0,
        case,
        is_live: true,
        dataset: "YX-JT-0001".parse().unwrap(),
        title: "站点".to_owned(),
        organization: "YX-JT".to_owned(),
        region: "YX".to_owned(),
        planned: PlannedOpening {
            summary: "全市站点".to_owned(),
            theme: "transport".to_owned(),
            class: OpenClass::Unconditional,
            grounds: Vec::new(),
            reason: None,
            basis: Vec::new(),
        },
        mode: ConsultationMode::Comments,
        notice: "有什么意见？".to_owned(),
        first_day: day("2026-03-02"),
        last_day: day("2026-03-09"),
        ended_on: None,
        summary: None,
        summarised_on: None,
        stopped_on: None,
    }
}

/// In a case one consultation goes on at a time; what was stopped or summed up stays as it was.
pub(crate) async fn one_consultation_of_a_case_goes_on(database: &TestDb) {
    let store = &database.store;
    let case = case(store).await;
    let new = consultation(case);
    let transaction = store.begin().await.unwrap();
    let first = consultations::open(&transaction, &new).await.unwrap();
    let twice = consultations::open(&transaction, &new).await.unwrap_err();
    assert!(matches!(twice, StoreError::Conflict { .. }));
    let comment = Comment {
        id: 0,
        account: None,
        name: Some("李娜".to_owned()),
        contact: None,
        body: "同意".to_owned(),
        at: time("2026-03-03T04:00:00Z"),
    };
    consultations::add_comment(&transaction, first, &comment).await.unwrap();
    transaction.commit().await.unwrap();
    let kept = consultations::find(store, first).await.unwrap().unwrap();
    assert_eq!(kept, Consultation { id: first, ..new.clone() });
    assert!(kept.is_open_on(day("2026-03-09")) && !kept.is_open_on(day("2026-03-10")));
    assert_eq!(consultations::n_comments(store, first).await.unwrap(), 1);
    let found = consultations::comments(store, first, (0, 10)).await.unwrap();
    assert_eq!(found[0], Comment { id: found[0].id, ..comment });
    assert!(consultations::over_untold(store, day("2026-03-09"), 9).await.unwrap().is_empty());
    assert_eq!(consultations::over_untold(store, day("2026-03-10"), 9).await.unwrap().len(), 1);

    let transaction = store.begin().await.unwrap();
    consultations::stop(&transaction, case, day("2026-03-05")).await.unwrap();
    let summed = consultations::summarise(&transaction, first, ("好", day("2026-03-10"))).await;
    assert!(!summed.unwrap(), "what was stopped is not summed up");
    let second = consultations::open(&transaction, &new).await.unwrap();
    for (is_first, summary) in [(true, "采纳一条"), (false, "改写")] {
        let summed = consultations::summarise(&transaction, second, (summary, day("2026-03-11")));
        assert_eq!(summed.await.unwrap(), is_first);
    }
    consultations::stop(&transaction, case, day("2026-03-12")).await.unwrap();
    transaction.commit().await.unwrap();
    let all = consultations::of_case(store, case).await.unwrap();
    let facts: Vec<_> = all.iter().map(|it| (it.id, it.is_live, it.summary.as_deref())).collect();
    assert_eq!(facts, [(second, false, Some("采纳一条")), (first, false, None)]);
    assert_eq!(all[0].stopped_on, None);
    assert!(consultations::answerable(store, day("2026-03-05"), 9).await.unwrap().is_empty());
    assert_eq!(consultations::past(store, day("2026-03-05"), 9).await.unwrap().len(), 2);

    // What was written is erased once its time is over; that somebody wrote stays.
    let ended = async |last| consultations::ended_with_comments(store, day(last), 9).await.unwrap();
    assert_eq!(ended("2026-03-04").await, [] as [i64; 0]);
    assert_eq!(ended("2026-03-05").await, [first]);
    let transaction = store.begin().await.unwrap();
    assert_eq!(consultations::erase_comments(&transaction, first).await.unwrap(), 1);
    assert_eq!(consultations::erase_comments(&transaction, first).await.unwrap(), 0);
    transaction.commit().await.unwrap();
    assert_eq!(ended("2026-03-05").await, [] as [i64; 0]);
    let found = consultations::comments(store, first, (0, 10)).await.unwrap();
    assert_eq!((found[0].body.as_str(), &found[0].name, found.len()), ("", &None, 1));
}

/// Numbers of filings follow each other within a year, whatever was filed and undone.
pub(crate) async fn filings_are_numbered_by_the_year(database: &TestDb) {
    let store = &database.store;
    let case = case(store).await;
    let code = "YX-JT-0001".parse().unwrap();
    let file = async |on: &str, is_kept: bool| {
        let new = NewFiling {
            case,
            dataset: &code,
            title: "站点",
            organization: "YX-JT",
            region: "YX",
            day: day(on),
        };
        let transaction = store.begin_catalogue().await.unwrap();
        let filed = filings::add(&transaction, new).await.unwrap();
        if is_kept {
            transaction.commit().await.unwrap();
        }
        filed.shown()
    };
    assert_eq!(file("2026-03-02", true).await, "2026-0001");
    assert_eq!(file("2026-03-02", false).await, "2026-0002");
    assert_eq!(file("2026-03-03", true).await, "2026-0002");
    assert_eq!(file("2027-01-04", true).await, "2027-0001");
    let all = filings::list(store, &["YX".to_owned()], (None, 2)).await.unwrap();
    let shown: Vec<String> = all.iter().map(filings::Filing::shown).collect();
    assert_eq!(shown, ["2027-0001", "2026-0002"]);
    assert!(filings::list(store, &["YX-LC".to_owned()], (None, 2)).await.unwrap().is_empty());
    assert_eq!(filings::of_dataset(store, &code).await.unwrap().len(), 3);
}

/// An approval covers its category, in its region, on its days, until it is ended.
pub(crate) async fn an_approval_covers_what_it_says(database: &TestDb) {
    let store = &database.store;
    let new = Approval {
        id: 0,
        region: "YX".parse().unwrap(),
        theme: "transport".to_owned(),
        approved_by: "网信办".to_owned(),
        evidence: "12号".to_owned(),
        first_day: day("2026-03-02"),
        last_day: day("2026-03-09"),
        ended_at: None,
    };
    let transaction = store.begin().await.unwrap();
    let id = approvals::add(&transaction, &new, time("2026-03-02T04:00:00Z")).await.unwrap();
    transaction.commit().await.unwrap();
    let regions = ["YX-LC".to_owned(), "YX".to_owned()];
    let covers = async |theme: &str, regions: &[String], on: &str| {
        approvals::covering(store, (theme, regions), day(on)).await.unwrap().is_some()
    };
    assert!(covers("transport", &regions, "2026-03-02").await);
    assert!(covers("transport", &regions, "2026-03-09").await);
    assert!(!covers("transport", &regions, "2026-03-01").await);
    assert!(!covers("transport", &regions, "2026-03-10").await);
    assert!(!covers("transport", &regions[..1], "2026-03-05").await);
    assert!(!covers("energy", &regions, "2026-03-05").await);
    for is_first in [true, false] {
        let transaction = store.begin().await.unwrap();
        let ended = approvals::end(&transaction, id, time("2026-03-05T04:00:00Z")).await.unwrap();
        assert_eq!(ended, is_first);
        transaction.commit().await.unwrap();
    }
    assert!(!covers("transport", &regions, "2026-03-05").await);
    let kept = approvals::find(store, id).await.unwrap().unwrap();
    assert_eq!(kept.ended_at, Some(time("2026-03-05T04:00:00Z")));
}
