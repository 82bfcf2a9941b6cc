//! Private previews of drafts: what they show, whom, and how they end.

use bytes::Bytes;
use chrono::TimeDelta;
use futures::stream;
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::AuditFilter;
use kaishu_portal::retrieval::Client;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, People, act, complete, people, person, review, whole_draft};
use kaishu_testkit::{Setup, now};
use kaishu_types::ErrorCode;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::draft::{DraftDocument, Sensitivity, TriggerQuestion};
use kaishu_types::vocabulary::OpenClass;

use crate::support::{Answer, TestSite};

async fn site() -> (TestSite, People) {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "旧数据", "unconditional");
    let other =
        catalogue.dataset("YX-U-0001", "别的", "unconditional").under("open-licence", "YX-U");
    site.test_portal.import(other.folder()).await;
    let people = people(site.test_portal.portal()).await;
    (site, people)
}

/// A draft with a public and a hidden column; what is hidden is called and holds what `hidden` says.
async fn half_hidden(portal: &Portal, officer: &Caller, hidden: &str) -> i64 {
    let case = portal.begin_draft(officer, "YX-T", "车辆定位", LANG).await.unwrap();
    let csv = format!("station,{hidden}\n汽车站,{hidden} 的值\n");
    let bytes = stream::iter([Ok(Bytes::from(csv))]);
    let revision = portal.add_draft_file(officer, case, 1, "buses.csv", bytes, LANG).await.unwrap();
    portal.take_items_from_files(officer, case, revision, LANG).await.unwrap();
    complete(portal, officer, case, |document: &mut DraftDocument| {
        for item in &mut document.items {
            item.open_class = match item.name == hidden {
                true => OpenClass::None,
                false => OpenClass::Unconditional,
            };
            item.description = Some(format!("{} 的说明", item.name));
        }
        if hidden == "driver" {
            document.sensitivity.insert(Sensitivity::PersonalInfo);
            document.relaxed_by = "已经脱敏".to_owned();
            document.triggers.insert(TriggerQuestion::LegalIssue);
        }
    })
    .await;
    case
}

async fn open(site: &TestSite, token: &str) -> Answer {
    site.get(&format!("/preview/{token}")).await
}

/// The page without the token, which its own links hold.
fn without(token: &str, answer: &Answer) -> String {
    answer.text().replace(token, "TOKEN")
}

// Of two drafts that differ in nothing but what is hidden, the previews are the same, byte for byte.
#[tokio::test]
async fn nothing_hidden_is_on_a_preview() {
    let mut pages = Vec::new();
    for hidden in ["driver", "plate"] {
        let (site, people) = site().await;
        let portal = site.test_portal.portal();
        let case = half_hidden(portal, &people.officer, hidden).await;
        let token = portal.make_preview(&people.officer, case, "7", LANG).await.unwrap();
        let page = open(&site, &token).await;
        assert_eq!(page.status, 200);
        page.assert_well_formed_page("/preview");
        let text = page.text();
        assert!(text.contains("预览：尚未公开") && text.contains("车辆定位"));
        assert!(text.contains("station") && !text.contains(hidden), "{hidden}");
        // Neither the code nor the file leads anywhere yet.
        assert!(!text.contains("/download") && !text.contains("/resources/"));
        assert!(!text.contains("application/ld+json"));
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert!(page.header("x-robots-tag").contains("noindex"));
        assert_eq!(page.attributes("meta[name=robots]", "content"), ["noindex"]);
        let code = portal.draft(&people.officer, case, LANG).await.unwrap().code;
        assert_eq!(site.get(&format!("/datasets/{code}")).await.status, 404);
        assert!(!site.get("/datasets").await.text().contains("车辆定位"));
        pages.push(without(&token, &page));
    }
    assert_eq!(pages[0], pages[1]);
}

// A link ends when it is taken back, runs out, or its draft is closed; every link that is not good gets the same
// answer.
#[tokio::test]
async fn links_that_are_not_good_look_alike() {
    let (site, people) = site().await;
    let portal = site.test_portal.portal();
    let officer = &people.officer;
    let wrong = "A".repeat(43);
    let expected = without(&wrong, &open(&site, &wrong).await);
    let check = |token: &str, answer: &Answer| {
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(without(token, answer), expected);
    };

    let case = whole_draft(portal, officer, "YX-T").await;
    let revoked = portal.make_preview(officer, case, "1", LANG).await.unwrap();
    let head = person(portal, Role::Head, ("chief", "YX-T"), TokenScope::Publish).await;
    let kept = portal.make_preview(&head, case, "30", LANG).await.unwrap();
    assert_eq!(open(&site, &revoked).await.status, 200);
    let links = portal.previews(officer, case, LANG).await.unwrap().links;
    assert_eq!(links.len(), 2);
    assert!(links[1].last_opened_at.is_some() && links[0].last_opened_at.is_none());
    portal.revoke_preview(officer, case, links[1].id, LANG).await.unwrap();
    let again = portal.revoke_preview(officer, case, links[1].id, LANG).await.unwrap_err();
    assert_eq!(again.code(), ErrorCode::NotFound);
    check(&revoked, &open(&site, &revoked).await);
    assert_eq!(open(&site, &kept).await.status, 200);

    // It runs out by itself.
    for (days, is_good) in [(29, true), (30, false)] {
        let later = site.test_portal.open_at(now() + TimeDelta::days(days)).await;
        let opened = later.preview(&Caller::visitor(), &kept, None, LANG).await;
        assert_eq!(opened.is_ok(), is_good, "after {days} days");
    }

    // During the review it is good; once the entry is public there is the public page.
    act(portal, officer, case, "submit").await.unwrap();
    assert_eq!(open(&site, &kept).await.status, 200);
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
    check(&kept, &open(&site, &kept).await);
    let closed = portal.make_preview(officer, case, "7", LANG).await.unwrap_err();
    assert_eq!(closed.code(), ErrorCode::Conflict);

    let case = whole_draft(portal, officer, "YX-T").await;
    let discarded = portal.make_preview(officer, case, "7", LANG).await.unwrap();
    assert_eq!(open(&site, &discarded).await.status, 200);
    act(portal, officer, case, "discard").await.unwrap();
    check(&discarded, &open(&site, &discarded).await);
}

// Officers and heads of the organization make links, nobody else; who may edit no more takes no access along; and
// the log knows of each link, but not its token.
#[tokio::test]
async fn links_are_made_by_who_edits_and_end_with_them() {
    let (site, people) = site().await;
    let portal = site.test_portal.portal();
    let case = whole_draft(portal, &people.officer, "YX-T").await;
    for (caller, code) in [
        (&people.reviewer, ErrorCode::Forbidden),
        (&people.authority, ErrorCode::Forbidden),
        (&people.stranger, ErrorCode::NotFound),
        (&Caller::visitor(), ErrorCode::NotFound),
    ] {
        let refused = portal.make_preview(caller, case, "7", LANG).await.unwrap_err();
        assert_eq!(refused.code(), code);
        let refused = portal.previews(caller, case, LANG).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::NotFound);
    }
    for days in ["", "0", "31", "-1", "七"] {
        let refused = portal.make_preview(&people.officer, case, days, LANG).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidInput, "{days}");
    }
    let token = portal.make_preview(&people.officer, case, "7", LANG).await.unwrap();
    let link = portal.previews(&people.officer, case, LANG).await.unwrap().links[0].id;
    // The token of the head that decides edits nothing; one that publishes does.
    let refused = portal.make_preview(&people.head, case, "7", LANG).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    let head = person(portal, Role::Head, ("chief", "YX-T"), TokenScope::Publish).await;
    let of_head = portal.make_preview(&head, case, "7", LANG).await.unwrap();
    portal.revoke_preview(&head, case, link + 1, LANG).await.unwrap();

    let code = portal.draft(&people.officer, case, LANG).await.unwrap().code;
    let filter = AuditFilter { subject: Some(code.to_string()), ..AuditFilter::default() };
    let entries = portal.search_audit(&Caller::command(), &filter, 100, LANG).await.unwrap();
    let n = |event: &str| entries.iter().filter(|it| it.event.code == event).count();
    assert_eq!((n("preview_made"), n("preview_revoked")), (2, 1));
    let log = format!("{entries:?}");
    assert!(!log.contains(&token) && !log.contains(&of_head));

    assert_eq!(open(&site, &token).await.status, 200);
    let store = site.test_portal.store();
    let transaction = store.begin().await.unwrap();
    let account = people.officer.account().unwrap();
    let held = kaishu_store::accounts::find_by_id(store, account).await.unwrap().unwrap().roles;
    let taken = (held.as_slice(), [].as_slice());
    kaishu_store::accounts::set_roles(&transaction, account, taken, now()).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(open(&site, &token).await.status, 404);
}

/// A client that tries many tokens is told to wait, whatever they are.
#[tokio::test]
async fn previews_are_not_guessed_by_trying() {
    let (site, _) = site().await;
    let portal = site.test_portal.portal();
    let client = Some(Client::from("192.0.2.7".parse::<std::net::IpAddr>().unwrap()));
    let visitor = Caller::visitor();
    let mut codes = Vec::new();
    for n in 0..121 {
        let token = format!("{n:043}");
        let refused = portal.preview(&visitor, &token, client, LANG).await.err().unwrap();
        codes.push(refused.code());
    }
    assert!(codes[..120].iter().all(|code| *code == ErrorCode::NotFound));
    assert_eq!(codes[120], ErrorCode::TooManyRequests);
    let other = Some(Client::from("192.0.2.8".parse::<std::net::IpAddr>().unwrap()));
    let refused = portal.preview(&visitor, "x", other, LANG).await.err().unwrap();
    assert_eq!(refused.code(), ErrorCode::NotFound);
}
