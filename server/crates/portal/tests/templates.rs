//! Templates of agreements: whose they are, what they must say, and what becomes of offers when they change.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

use kaishu_portal::access::{Owner, TemplateForm};
use kaishu_portal::accounts::Caller;
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::{Error, Portal};
use kaishu_testkit::agreements::{publish, publish_defaults};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granted::{self, everybody, step};
use kaishu_testkit::people::{
    LANG, ORGANIZATION, People, act, at_browser, complete, people, review, whole_draft,
};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::Role;
use kaishu_types::vocabulary::OpenClass;
use kaishu_types::{DatasetCode, ErrorCode};

const KIND: &str = "usage_agreement";

fn own() -> Owner {
    Owner::Organization(ORGANIZATION.to_owned())
}

/// An entry that is open on conditions, approved and not yet published; the region and the agency are there.
async fn approved(portal: &Portal, people: &People) -> i64 {
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    complete(portal, &people.officer, case, |draft| {
        let fields = &mut draft.fields;
        fields.open.class = OpenClass::Conditional;
        fields.open.grounds = vec!["high_demands".to_owned()];
        fields.open.modes = vec!["download".to_owned()];
        fields.open.conditions = vec!["说明用途".to_owned()];
        fields.open.security_measures = Some("登记领取".to_owned());
        fields.open.agreement = Some("standard".to_owned());
    })
    .await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    review(portal, people, case).await;
    case
}

async fn site(policy: &'static str) -> TestPortal {
    let site = TestPortal::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "旧数据", "unconditional");
    let other =
        catalogue.dataset("YX-U-0001", "别的", "unconditional").under("open-licence", "YX-U");
    site.import(other.folder()).await;
    site
}

async fn desk_text(portal: &Portal, caller: &Caller, owner: &Owner) -> String {
    portal.template_desk(caller, (owner, KIND), LANG).await.unwrap().proposed
}

// Proves AGR-02: what is open on conditions is not published before there is a template of each document that is
// signed for it, the provider's own or its authority's; what is missing is named.
#[tokio::test]
async fn without_a_template_nothing_conditional_is_published() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = people(portal).await;
    let case = approved(portal, &people).await;
    let refused = act(portal, &people.authority, case, "publish").await.unwrap_err();
    let message = refused.message(LANG);
    assert!(message.contains("安全承诺书") && message.contains("使用协议"), "{message}");
    let Error::Refused { rule, .. } = refused else { panic!("{refused:?}") };
    assert_eq!(rule.unwrap().id, "agreement.docs");
    // One of the two is not enough.
    let head = at_browser(portal, Role::Head, ("heads", ORGANIZATION)).await;
    let text = desk_text(portal, &head, &own()).await;
    assert_eq!(publish(portal, &head, (&own(), KIND), &text).await, 1);
    let refused = act(portal, &people.authority, case, "publish").await.unwrap_err();
    let message = refused.message(LANG);
    assert!(message.contains("安全承诺书") && !message.contains("使用协议"), "{message}");
    publish_defaults(portal).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
    // What is open needs none.
    let open = whole_draft(portal, &people.officer, ORGANIZATION).await;
    act(portal, &people.officer, open, "submit").await.unwrap();
    review(portal, &people, open).await;
    act(portal, &people.authority, open, "publish").await.unwrap();
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Proves AGR-02, and AGR-04 where it is published: versions are only ever added, each on record; a text without a
// clause, with an unknown blank or over one that was not read is refused and changes nothing.
#[tokio::test]
async fn versions_are_added_and_never_changed() {
    let site = site("yulin").await;
    let portal = site.portal();
    let head = at_browser(portal, Role::Head, ("heads", ORGANIZATION)).await;
    let officer = at_browser(portal, Role::Officer, ("writes", ORGANIZATION)).await;
    let owner = own();
    let first = desk_text(portal, &head, &owner).await;
    assert_eq!(publish(portal, &head, (&owner, KIND), &first).await, 1);
    let form = |text, read| TemplateForm { text, note: "变化", read };
    let lacks = first.replace("{no_transfer}", "").replace("{mode}", "{way}");
    let error =
        portal.publish_template(&officer, (&owner, KIND), form(&lacks, 1), LANG).await.unwrap_err();
    let Error::InvalidInput(faults) = error else { panic!("{error:?}") };
    let told: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].contains("way") && told[0].contains("第 10 行"), "{told:?}");
    assert!(told[1].contains("使用方式") && told[2].contains("不得转让"), "{told:?}");
    let second = first.replace("第五条", "第五条（补充）");
    let unread = portal.publish_template(&officer, (&owner, KIND), form(&second, 0), LANG).await;
    assert_eq!(unread.unwrap_err().code(), ErrorCode::Conflict);
    let same = portal.publish_template(&officer, (&owner, KIND), form(&first, 1), LANG).await;
    assert_eq!(same.unwrap_err().code(), ErrorCode::InvalidInput);
    assert_eq!(publish(portal, &officer, (&owner, KIND), &second).await, 2);
    let desk = portal.template_desk(&head, (&owner, KIND), LANG).await.unwrap();
    let texts: Vec<_> = desk.versions.iter().map(|it| (it.number, it.text.as_str())).collect();
    assert_eq!(texts, [(2, second.as_str()), (1, first.as_str())]);
    let preview = portal.preview_template(&head, (&owner, KIND), &first, LANG).await.unwrap();
    assert_eq!(preview.changes.iter().filter(|it| is_change(it)).count(), 2);
    assert!(preview.text.contains("示例数据集") && !preview.text.contains('{'));
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

fn is_change(change: &kaishu_domain::templates::LineChange) -> bool {
    !matches!(change, kaishu_domain::templates::LineChange::Same(_))
}

// Proves AGR-02 for who writes what: a provider its own text, the authority what those inherit that have none, and
// nobody another's.
#[tokio::test]
async fn a_provider_inherits_what_it_does_not_write() {
    let site = site("yulin").await;
    let portal = site.portal();
    let head = at_browser(portal, Role::Head, ("heads", ORGANIZATION)).await;
    let region = Owner::Region("YX".to_owned());
    let authority = publish_defaults(portal).await;
    let card = portal.template_desk(&head, (&own(), KIND), LANG).await.unwrap().card;
    assert!(card.own.is_none());
    assert_eq!(card.inherited.unwrap().owner, region);
    let stranger = at_browser(portal, Role::Officer, ("stranger", "YX-U")).await;
    let reviewer = at_browser(portal, Role::Reviewer, ("reviews", ORGANIZATION)).await;
    for (caller, owner) in [
        (&stranger, &own()),
        (&reviewer, &own()),
        (&authority, &own()),
        (&head, &region),
        (&Caller::visitor(), &region),
    ] {
        let seen = portal.template_desk(caller, (owner, KIND), LANG).await;
        assert!(seen.is_err(), "{owner}");
        let form = TemplateForm { text: "{parties}", note: "变化", read: 0 };
        let written = portal.publish_template(caller, (owner, KIND), form, LANG).await;
        let code = written.unwrap_err().code();
        assert!([ErrorCode::Forbidden, ErrorCode::Unauthenticated].contains(&code), "{code:?}");
    }
    let text = desk_text(portal, &head, &own()).await.replace("第六条", "第六条（本单位）");
    publish(portal, &head, (&own(), KIND), &text).await;
    let card = portal.template_desk(&head, (&own(), KIND), LANG).await.unwrap().card;
    assert_eq!((card.own.unwrap().number, card.inherited), (1, None));
    let unknown = portal.template_desk(&head, (&own(), "platform_agreement"), LANG).await;
    assert_eq!(unknown.err().unwrap().code(), ErrorCode::NotFound, "the authority's alone");
}

// Proves AGR-02 for offers: an offer is written from the provider's template; another version between offer and
// signature changes neither the text that is shown nor its hash, and both sides sign it. The next offer is written from
// the new one.
#[tokio::test]
async fn another_version_changes_no_offer() {
    let site = granted::site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    publish_defaults(portal).await;
    let head = &people.head.0;
    let first = desk_text(portal, head, &own()).await.replace("第六条", "第六条（甲）");
    publish(portal, head, (&own(), KIND), &first).await;
    let case = offered(portal, &people).await;
    let holder = &people.holder.0;
    let before = portal.application(holder, case, LANG).await.unwrap().documents;
    assert_eq!(before[0].template, "region:YX/commitment_letter/1");
    assert_eq!(before[1].template, "organization:YX-T/usage_agreement/1");
    assert!(before[1].text.contains("第六条（甲）"));
    publish(portal, head, (&own(), KIND), &first.replace("（甲）", "（乙）")).await;
    let after = portal.application(holder, case, LANG).await.unwrap().documents;
    assert_eq!(after, before);
    step(portal, (holder, &people.holder.1), case, "sign").await;
    step(portal, (head, &people.head.1), case, "countersign").await;
    let signed = portal.application(holder, case, LANG).await.unwrap();
    assert_eq!(signed.case.state.code, "active");
    assert_eq!(signed.documents[1].sha256, before[1].sha256);
    let next = offered(portal, &people).await;
    let next = portal.application(holder, next, LANG).await.unwrap().documents;
    assert_eq!(next[1].template, "organization:YX-T/usage_agreement/2");
    assert!(next[1].text.contains("第六条（乙）"));
}

/// An application that waits for its signatures.
async fn offered(portal: &Portal, people: &granted::Everybody) -> i64 {
    let holder = &people.holder.0;
    let code: DatasetCode = granted::CODE.parse().unwrap();
    let case = portal.begin_application(holder, &code, LANG).await.unwrap();
    let revision = portal.application(holder, case, LANG).await.unwrap().revision;
    let asked = kaishu_testkit::granting::application(&["power"], DeliveryMode::Download);
    portal.save_application(holder, (case, revision), &asked, LANG).await.unwrap();
    step(portal, (holder, ""), case, "submit").await;
    for person in [&people.authority, &people.reviewer] {
        let desk = portal.desk(person, DeskFilter::Mine, &[], LANG).await.unwrap();
        if desk.iter().any(|card| card.id == case) {
            step(portal, (person, ""), case, "approve").await;
        }
    }
    case
}

// Proves AGR-06: an offer that nobody signs lapses after the time of the profile, the approval with it; the applicant is
// told, and cannot sign any more.
#[tokio::test]
async fn an_offer_lapses_and_the_applicant_is_told() {
    let site = granted::site("yulin").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let holder = &people.holder.0;
    let case = offered(portal, &people).await;
    let found = portal.application(holder, case, LANG).await.unwrap();
    let clock = found.case.clocks.iter().find(|it| it.is_open).unwrap();
    assert_eq!((clock.rule.id.as_str(), clock.working_days), ("agreement.offer_wd", 10));
    let noon = |day: chrono::NaiveDate| day.and_hms_opt(4, 0, 0).unwrap().and_utc();
    let last = site.open_at(noon(clock.last_day)).await;
    assert_eq!(last.end_what_is_over().await.unwrap(), 0, "the last day counts");
    let n_told = portal.n_unread(holder).await.unwrap();
    let late = site.open_at(noon(clock.last_day + chrono::Days::new(1))).await;
    assert_eq!(late.end_what_is_over().await.unwrap(), 1);
    assert_eq!(late.end_what_is_over().await.unwrap(), 0, "once");
    assert_eq!(portal.n_unread(holder).await.unwrap(), n_told + 1);
    let inbox = portal.inbox(holder, None, LANG).await.unwrap();
    assert!(inbox.notices[0].text.contains("失效"), "{}", inbox.notices[0].text);
    let after = portal.application(holder, case, LANG).await.unwrap();
    assert_eq!((after.case.state.code.as_str(), after.grant.is_none()), ("lapsed", true));
    assert!(!after.case.actions.iter().any(|it| it.event.code == "sign"));
}
