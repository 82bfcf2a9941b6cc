//! What comes before the end of a grant.

use std::collections::BTreeSet;

use kaishu_testkit::granted::{everybody, granted, site, step};
use kaishu_testkit::people::LANG;
use kaishu_types::ErrorCode;
use kaishu_types::access::{ApplicationDocument, ApplicationType, DeliveryMode};

// Proves APP-12: ten working days before the end the holder is told once; the renewal is filled in from the grant and
// names it; or it is given back.
#[tokio::test]
async fn a_grant_is_renewed_or_given_back_before_it_ends() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let holder = &people.holder.0;
    let case = granted(portal, &people, DeliveryMode::Download).await;
    assert_eq!(portal.remind_of_ends().await.unwrap(), 0);
    // The last day is 31 December 2027, a Friday.
    let early = site.open_at("2027-12-10T04:00:00Z".parse().unwrap()).await;
    assert_eq!(early.remind_of_ends().await.unwrap(), 0);
    let near = site.open_at("2027-12-20T04:00:00Z".parse().unwrap()).await;
    assert_eq!(near.remind_of_ends().await.unwrap(), 1);
    assert_eq!(near.remind_of_ends().await.unwrap(), 0, "once");
    let inbox = near.inbox(holder, None, LANG).await.unwrap();
    assert!(inbox.notices.iter().any(|it| it.text.contains("即将到期")));
    assert!(near.own_applications(holder, LANG).await.unwrap()[0].ends_soon);

    let stolen = near.renew(&people.reviewer, case, LANG).await.unwrap_err();
    assert_eq!(stolen.code(), ErrorCode::NotFound);
    let renewal = near.renew(holder, case, LANG).await.unwrap();
    assert_ne!(renewal, case);
    assert_eq!(near.renew(holder, case, LANG).await.unwrap(), renewal, "one at a time");
    let found = near.application(holder, renewal, LANG).await.unwrap();
    let (document, old) = (&found.document, near.application(holder, case, LANG).await.unwrap());
    assert_eq!(document.renews, Some(case));
    assert_eq!(document.application_type, Some(ApplicationType::Renewal));
    assert_eq!(document.first_day, Some("2028-01-01".parse().unwrap()));
    assert_eq!(document.items, BTreeSet::from(["power".to_owned()]));
    assert_eq!(document.purpose_text, old.document.purpose_text);
    assert_eq!(found.missing, [], "it can be submitted as it is");
    assert_eq!(old.case.facts["renewed_by"], renewal.to_string());
    assert_eq!(old.case.state.code, "active");
    // Saving the form changes nothing of what it renews.
    let forged = ApplicationDocument { renews: None, ..document.clone() };
    near.save_application(holder, (renewal, found.revision), &forged, LANG).await.unwrap();
    step(&near, (holder, ""), renewal, "submit").await;
    let decided = near.application(&people.reviewer, renewal, LANG).await.unwrap();
    assert_eq!(decided.document.renews, Some(case));

    step(&near, (holder, ""), case, "give_back").await;
    let late = near.renew(holder, case, LANG).await.unwrap_err();
    assert_eq!(late.code(), ErrorCode::Conflict);
    assert_eq!(near.verify_log().await.unwrap().faults, []);
}
