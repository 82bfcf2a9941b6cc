//! Earlier decisions on a dataset.

use kaishu_portal::access::ApplicationAct;
use kaishu_testkit::granted::{everybody, site};
use kaishu_testkit::people::LANG;
use kaishu_types::ErrorCode;
use kaishu_types::access::{ApplicationDocument, UsePurpose};

use super::{act, event, submitted, whole};

// Proves APP-07: those who decide see earlier decisions in the same situation, a decision that deviates says why and
// stays on record, and how many each provider approved is public.
#[tokio::test]
async fn the_same_situation_meets_the_same_conditions() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let (holder, reviewer) = (&people.holder.0, &people.reviewer);
    assert_eq!(portal.approval_rates().await.unwrap(), []);
    let first = submitted(portal, holder, &whole()).await;
    let seen = portal.application(reviewer, first, LANG).await.unwrap();
    assert_eq!(seen.precedents, []);
    act(portal, reviewer, first, event("approve")).await.unwrap();

    let second = submitted(portal, holder, &whole()).await;
    let seen = portal.application(reviewer, second, LANG).await.unwrap().precedents;
    assert_eq!(seen.len(), 1);
    assert!(seen[0].is_same && seen[0].is_approved && seen[0].case == first);
    assert_eq!(portal.application(holder, second, LANG).await.unwrap().precedents, []);
    act(portal, reviewer, second, event("refuse")).await.unwrap();
    let facts = portal.application(reviewer, second, LANG).await.unwrap().case.facts;
    assert_eq!(facts["deviates_from"], seen[0].number);

    // Another purpose is another situation; with both decisions before there is nothing to deviate from.
    let news = ApplicationDocument { purpose: Some(UsePurpose::Journalism), ..whole() };
    let third = submitted(portal, holder, &news).await;
    let seen = portal.application(reviewer, third, LANG).await.unwrap().precedents;
    assert_eq!(seen.iter().filter(|it| it.is_same).count(), 0);
    assert_eq!(seen.len(), 2);
    act(portal, reviewer, third, event("refuse")).await.unwrap();
    let fourth = submitted(portal, holder, &news).await;
    let silent = ApplicationAct { reason: String::new(), ..event("approve") };
    let refused = act(portal, reviewer, fourth, silent).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidInput);
    assert!(refused.message(LANG).contains("同类申请"), "{}", refused.message(LANG));
    act(portal, reviewer, fourth, event("approve")).await.unwrap();

    let withdrawn = submitted(portal, holder, &whole()).await;
    act(portal, holder, withdrawn, event("withdraw")).await.unwrap();
    let rates = portal.approval_rates().await.unwrap();
    assert_eq!(rates.len(), 1);
    assert_eq!(
        (rates[0].organization.code.as_str(), rates[0].n_approved, rates[0].n_refused),
        ("YX-T", 2, 2)
    );
}
