//! Work that outlives a request.

use kaishu_store::jobs::{self, JobState};

use crate::database::TestDb;

pub(crate) async fn a_job_is_done_by_one_node(database: &TestDb) {
    let store = &database.store;
    assert_eq!(jobs::enqueue(store, "ingest", &[7, 8]).await.unwrap(), 2);
    assert_eq!(jobs::enqueue(store, "ingest", &[7]).await.unwrap(), 0);

    let first = jobs::take(store, "ingest", "a").await.unwrap().unwrap();
    let second = jobs::take(store, "ingest", "b").await.unwrap().unwrap();

    assert_eq!((first.subject, second.subject), (7, 8));
    assert!(jobs::take(store, "ingest", "c").await.unwrap().is_none());
    assert!(jobs::take(store, "export", "c").await.unwrap().is_none());
    assert!(jobs::report(store, first.id, "a", 5, 10).await.unwrap());
    assert!(!jobs::report(store, first.id, "b", 5, 10).await.unwrap());
    assert!(!jobs::finish(store, first.id, "b", JobState::Done, None).await.unwrap());
    assert!(jobs::finish(store, first.id, "a", JobState::Failed, Some("why")).await.unwrap());
    let found = jobs::find(store, "ingest", 7).await.unwrap().unwrap();
    assert_eq!(
        (found.state, found.note.as_deref(), found.done),
        (JobState::Failed, Some("why"), 5)
    );
}

pub(crate) async fn a_job_is_cancelled_and_repeated(database: &TestDb) {
    let store = &database.store;
    jobs::enqueue(store, "ingest", &[1, 2]).await.unwrap();
    let running = jobs::take(store, "ingest", "a").await.unwrap().unwrap();

    assert!(jobs::cancel(store, "ingest", 1).await.unwrap());
    assert!(jobs::cancel(store, "ingest", 2).await.unwrap());
    assert!(!jobs::cancel(store, "ingest", 3).await.unwrap());

    // Who works on it hears of it at the next report.
    assert!(!jobs::report(store, running.id, "a", 1, 2).await.unwrap());
    assert!(jobs::finish(store, running.id, "a", JobState::Cancelled, None).await.unwrap());
    assert!(jobs::take(store, "ingest", "a").await.unwrap().is_none());
    assert!(jobs::repeat(store, "ingest", 2).await.unwrap());
    let again = jobs::take(store, "ingest", "a").await.unwrap().unwrap();
    assert_eq!(again.subject, 2);
    assert!(!jobs::repeat(store, "ingest", 2).await.unwrap());
    assert_eq!(jobs::list(store, "ingest", 10).await.unwrap().len(), 2);

    // What has come to its end long ago is forgotten; what is under way is not.
    jobs::forget(store, "ingest", 3).await.unwrap();
    let left = jobs::list(store, "ingest", 10).await.unwrap();
    assert_eq!(left.iter().map(|job| job.subject).collect::<Vec<_>>(), [2]);
    jobs::finish(store, left[0].id, "a", JobState::Done, None).await.unwrap();
    jobs::forget(store, "ingest", 2).await.unwrap();
    assert_eq!(jobs::list(store, "ingest", 10).await.unwrap().len(), 1);
}
