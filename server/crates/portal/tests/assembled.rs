//! Datasets that are assembled from others: named, linked, and flagged when one of the others changes.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

use kaishu_domain::cases::Actor;
use kaishu_portal::accounts::Caller;
use kaishu_portal::cases::DeskFilter;
use kaishu_testkit::agreements::publish_defaults;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, act, complete, people, review, whole_draft};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::DatasetCode;
use kaishu_types::case::CaseKind;
use kaishu_types::vocabulary::OpenClass;

const SOURCE: &str = "YX-T-0001";
const UNKNOWN: &str = "YX-T-0999";

// Proves CAT-20, CAT-15, CAT-19: an entry names the entries that it is assembled from, the system of a higher level
// and the matter it comes from; another class of a source flags it, with a time to follow. What the public may
// not know of is not named to it.
#[tokio::test]
async fn another_class_of_a_source_flags_what_is_assembled_from_it() {
    let site = TestPortal::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(SOURCE, "公交站点", "unconditional")
        .item(SOURCE, "name", "unconditional")
        .file(SOURCE, "stops.csv", "name\n汽车站\n".as_bytes());
    site.import(catalogue.folder()).await;
    let portal = site.portal();
    let people = people(portal).await;
    publish_defaults(portal).await;
    let officer = &people.officer;
    let case = whole_draft(portal, officer, "YX-T").await;
    complete(portal, officer, case, |draft| {
        let fields = &mut draft.fields;
        fields.business_matter = Some("线路审批".to_owned());
        fields.provenance.upper_system = Some("全国公交系统".to_owned());
        fields.provenance.flows_back = true;
        fields.provenance.sources = vec![SOURCE.to_owned(), UNKNOWN.to_owned()];
    })
    .await;
    act(portal, officer, case, "submit").await.unwrap();
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();

    let code: DatasetCode =
        portal.case_view(officer, case, LANG).await.unwrap().subject.parse().unwrap();
    let shown = portal.dataset(&code).await.unwrap().fields;
    assert_eq!(shown.provenance.sources, [SOURCE]);
    assert!(shown.provenance.flows_back);
    assert_eq!(shown.business_matter.as_deref(), Some("线路审批"));
    let own = portal.own_dataset(officer, &code, LANG).await.unwrap();
    assert_eq!(own.dataset.fields.provenance.sources, [SOURCE, UNKNOWN]);

    // The same classes again flag nothing.
    let source: DatasetCode = SOURCE.parse().unwrap();
    for class in [OpenClass::Unconditional, OpenClass::Conditional] {
        let flagged = || async {
            let desk = portal.desk(officer, DeskFilter::Mine, &[CaseKind::Change], LANG).await;
            desk.unwrap()
        };
        assert!(flagged().await.is_empty());
        let revision = portal.begin_revision(officer, &source, LANG).await.unwrap();
        complete(portal, officer, revision, |draft| {
            let fields = &mut draft.fields;
            fields.open.class = class;
            fields.open.grounds = vec!["high_demands".to_owned()];
            fields.open.modes = vec!["download".to_owned()];
            fields.open.conditions = vec!["说明用途".to_owned()];
            fields.open.security_measures = Some("登记领取".to_owned());
            fields.open.agreement = Some("standard".to_owned());
            draft.version_note = "重新分类".to_owned();
        })
        .await;
        act(portal, officer, revision, "submit").await.unwrap();
        review(portal, &people, revision).await;
        act(portal, &people.authority, revision, "publish").await.unwrap();
        if class == OpenClass::Unconditional {
            continue;
        }
        let waiting = flagged().await;
        assert_eq!(waiting.len(), 1);
        assert_eq!(waiting[0].subject, code.as_str());
        let duty = portal.case_view(officer, waiting[0].id, LANG).await.unwrap();
        assert!(duty.events[0].reason.contains(SOURCE), "{}", duty.events[0].reason);
        assert_eq!(duty.events[0].by, Actor::system().name);
        assert_eq!(duty.clocks[0].working_days, 10);
    }
    // The link stays: the entry is conditional now and still listed.
    assert_eq!(portal.dataset(&code).await.unwrap().fields.provenance.sources, [SOURCE]);
    assert!(portal.dataset_page(&Caller::visitor(), &code).await.is_ok());
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}
