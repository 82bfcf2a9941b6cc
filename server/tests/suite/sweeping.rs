//! Bytes that nothing refers to, step by step: no test waits for a clock.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use futures::stream;
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::sweeping::{CONDEMNED_FOR, Sweep};
use kaishu_store::jobs;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::now;
use kaishu_testkit::people::{LANG, person};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::ErrorCode;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::draft::DraftDocument;

/// A sweep that looks at bytes of any age.
const ALL: Sweep =
    Sweep { is_dry: false, is_whole: true, min_age: Duration::ZERO, pause: CONDEMNED_FOR };

/// A portal with a draft and a file in it.
struct Bench {
    site: TestPortal,
    officer: Caller,
    case: i64,
    /// The entry with the file.
    document: DraftDocument,
    key: String,
}

impl Bench {
    async fn open() -> Self {
        let site = TestPortal::open(Setup { policy: "aba", with_demo: false }).await;
        let catalogue = Catalogue::default().dataset("YX-T-0001", "旧数据", "unconditional");
        site.import(catalogue.folder()).await;
        let portal = site.portal();
        let officer = person(portal, Role::Officer, ("officer", "YX-T"), TokenScope::Publish).await;
        let case = portal.begin_draft(&officer, "YX-T", "公交站点", LANG).await.unwrap();
        let mut bench = Self {
            site,
            officer,
            case,
            document: DraftDocument::new("", "", ""),
            key: String::new(),
        };
        bench.add().await;
        bench.document = bench.draft().await.1;
        bench.key = bench.document.resources[0].blob_key.clone().unwrap();
        bench
    }

    async fn add(&self) {
        let csv = stream::iter([Ok(Bytes::from_static(b"name,n\nx,7\n"))]);
        let revision = self.draft().await.0;
        let portal = self.site.portal();
        portal
            .add_draft_file(&self.officer, self.case, revision, "stops.csv", csv, LANG)
            .await
            .unwrap();
    }

    async fn draft(&self) -> (u32, DraftDocument) {
        let portal = self.site.portal();
        let draft = portal.draft(&self.officer, self.case, LANG).await.unwrap();
        (draft.revision, draft.document)
    }

    async fn take_out(&self) {
        let revision = self.draft().await.0;
        let portal = self.site.portal();
        portal.remove_draft_file(&self.officer, self.case, revision, 0, LANG).await.unwrap();
    }

    /// The same portal so many minutes later.
    async fn after(&self, minutes: i64) -> Portal {
        self.site.open_at(now() + TimeDelta::minutes(minutes)).await
    }

    fn live(&self) -> PathBuf {
        self.site.folder().join("blobs").join(&self.key)
    }

    fn condemned(&self) -> PathBuf {
        let hash = self.key.rsplit('/').next().unwrap();
        self.site.folder().join("blobs/condemned").join(hash)
    }

    #[track_caller]
    fn assert_at(&self, is_live: bool, is_condemned: bool) {
        assert_eq!((self.live().exists(), self.condemned().exists()), (is_live, is_condemned));
    }
}

/// Part of SEC-13: what nothing refers to goes after a pause and a second look, and nothing else goes.
#[tokio::test]
async fn what_nothing_refers_to_goes_after_a_second_look() {
    let bench = Box::pin(Bench::open()).await;
    let portal = bench.site.portal();
    assert_eq!(portal.sweep(ALL).await.unwrap(), Default::default(), "all of it is in use");
    bench.take_out().await;
    let young = portal.sweep(Sweep::default()).await.unwrap();
    assert_eq!(young, Default::default(), "what becomes of young bytes is not decided yet");

    let dry = portal.sweep(Sweep { is_dry: true, ..ALL }).await.unwrap();
    assert_eq!(dry.condemned, std::slice::from_ref(&bench.key));
    bench.assert_at(true, false);
    let swept = portal.sweep(ALL).await.unwrap();
    assert_eq!(swept.condemned, std::slice::from_ref(&bench.key));
    bench.assert_at(false, true);

    assert_eq!(bench.after(59).await.sweep(ALL).await.unwrap(), Default::default());
    bench.assert_at(false, true);
    let later = bench.after(60).await;
    let dry = later.sweep(Sweep { is_dry: true, ..ALL }).await.unwrap();
    assert_eq!(dry.gone, std::slice::from_ref(&bench.key));
    bench.assert_at(false, true);
    assert_eq!(later.sweep(ALL).await.unwrap().gone, std::slice::from_ref(&bench.key));
    bench.assert_at(false, false);
    assert_eq!(later.sweep(ALL).await.unwrap(), Default::default(), "it is gone once");
    // Files of the catalogue are all there.
    assert_eq!(portal.check_files(10).await.unwrap().missing, Vec::<String>::new());
}

/// The same bytes are uploaded again between the two looks: they are kept, whoever comes first.
#[tokio::test]
async fn bytes_that_are_uploaded_again_are_kept() {
    let bench = Box::pin(Bench::open()).await;
    bench.take_out().await;
    bench.site.portal().sweep(ALL).await.unwrap();
    bench.add().await;
    bench.assert_at(true, true);
    let later = bench.after(60).await;
    assert_eq!(later.sweep(ALL).await.unwrap().kept, std::slice::from_ref(&bench.key));
    bench.assert_at(true, false);
    assert_eq!(later.sweep(ALL).await.unwrap(), Default::default());
}

/// What somebody else took out of a draft stays for as long as the draft is open: it can be put back.
#[tokio::test]
async fn bytes_that_somebody_else_took_out_stay() {
    let bench = Box::pin(Bench::open()).await;
    let portal = bench.site.portal();
    let other = person(portal, Role::Officer, ("other", "YX-T"), TokenScope::Publish).await;
    let (revision, _) = bench.draft().await;
    portal.remove_draft_file(&other, bench.case, revision, 0, LANG).await.unwrap();
    assert!(bench.draft().await.1.resources.is_empty());
    assert_eq!(portal.sweep(ALL).await.unwrap(), Default::default());
    bench.assert_at(true, false);
    let old = portal.old_drafts(&other, bench.case).await.unwrap().remove(0).revision;
    let (revision, _) = bench.draft().await;
    portal.restore_draft(&other, (bench.case, revision), old, LANG).await.unwrap();
    assert_eq!(bench.draft().await.1.resources, bench.document.resources);
}

/// Somebody found the bytes before they were condemned, and refers to them only afterwards.
#[tokio::test]
async fn bytes_that_are_referred_to_late_come_back() {
    let bench = Box::pin(Bench::open()).await;
    let portal = bench.site.portal();
    bench.take_out().await;
    portal.sweep(ALL).await.unwrap();
    bench.assert_at(false, true);
    let (revision, _) = bench.draft().await;
    let (officer, case) = (&bench.officer, bench.case);
    portal.save_draft(officer, case, revision, bench.document.clone(), LANG).await.unwrap();
    bench.assert_at(true, false);
    let later = bench.after(60).await;
    assert_eq!(later.sweep(ALL).await.unwrap().kept, std::slice::from_ref(&bench.key));
    bench.assert_at(true, false);

    // Once they are gone, nothing can refer to them any more.
    bench.take_out().await;
    later.sweep(ALL).await.unwrap();
    bench.after(120).await.sweep(ALL).await.unwrap();
    bench.assert_at(false, false);
    let (revision, _) = bench.draft().await;
    let late = portal.save_draft(officer, case, revision, bench.document.clone(), LANG).await;
    assert!(late.is_err());
    assert_eq!(bench.draft().await.1.resources, []);
}

/// Somebody who was reading brings condemned bytes back, and nothing refers to them: they wait once more,
/// and go.
#[tokio::test]
async fn bytes_that_only_a_reader_needs_go_in_the_end() {
    let bench = Box::pin(Bench::open()).await;
    bench.take_out().await;
    bench.site.portal().sweep(ALL).await.unwrap();
    std::fs::rename(bench.condemned(), bench.live()).unwrap();
    bench.after(60).await.sweep(Sweep { is_whole: false, ..ALL }).await.unwrap();
    bench.assert_at(false, true);
    bench.after(119).await.sweep(Sweep { is_whole: false, ..ALL }).await.unwrap();
    bench.assert_at(false, true);
    bench.after(120).await.sweep(Sweep { is_whole: false, ..ALL }).await.unwrap();
    bench.assert_at(false, false);
}

/// By the clock or by hand, one sweep is under way at a time; one that only looks may look.
#[tokio::test]
async fn one_sweep_is_under_way_at_a_time() {
    let bench = Box::pin(Bench::open()).await;
    let (portal, store) = (bench.site.portal(), bench.site.store());
    bench.take_out().await;
    portal.sweep(ALL).await.unwrap();
    jobs::repeat(store, "sweep", 0).await.unwrap();
    let turn = jobs::take(store, "sweep", "other").await.unwrap().unwrap();

    let later = bench.after(60).await;
    let refused = later.sweep(ALL).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Conflict);
    assert!(refused.to_string().contains("another sweep"), "{refused}");
    later.sweep_when_due("a").await.unwrap();
    bench.assert_at(false, true);
    let dry = later.sweep(Sweep { is_dry: true, ..ALL }).await.unwrap();
    assert_eq!(dry.gone, std::slice::from_ref(&bench.key));

    jobs::finish(store, turn.id, "other", jobs::JobState::Done, None).await.unwrap();
    later.sweep_when_due("a").await.unwrap();
    bench.assert_at(false, false);
}

/// Of several nodes one sweeps, each hour and each day.
#[tokio::test]
async fn one_node_sweeps() {
    let bench = Box::pin(Bench::open()).await;
    let store = bench.site.store();
    let other = bench.after(0).await;
    bench.site.portal().sweep_when_due("a").await.unwrap();
    other.sweep_when_due("b").await.unwrap();
    for (kind, n) in [("sweep_condemned", 1), ("sweep_blobs", 1)] {
        let jobs = jobs::list(store, kind, 10).await.unwrap();
        assert_eq!(jobs.iter().map(|job| job.n_attempts).collect::<Vec<_>>(), vec![1; n], "{kind}");
        assert!(jobs.iter().all(|job| job.state == jobs::JobState::Done), "{kind}");
    }
    bench.after(60).await.sweep_when_due("b").await.unwrap();
    assert_eq!(jobs::list(store, "sweep_condemned", 10).await.unwrap().len(), 2);
    assert_eq!(jobs::list(store, "sweep_blobs", 10).await.unwrap().len(), 1);
}
