//! What agencies share costs nothing.

use kaishu_portal::sharing::ShareAct;
use kaishu_testkit::people::LANG;

use super::{act, code, decide, event, everybody, site, state, whole};

// Proves SHR-14: whoever opens data sets no price, neither for the grant nor beside it; the refusal names the rule.
#[tokio::test]
async fn nobody_opens_data_for_a_price() {
    let site = site("guangdong").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let case = portal.request_share(&people.asks, &code(), &whole(), LANG).await.unwrap();
    for priced in [
        ShareAct { reason: "同意，付费后开通".to_owned(), ..event("approve") },
        ShareAct { contact: "数据科，按次收费".to_owned(), ..event("approve") },
    ] {
        let found = portal.share_request(&people.authority, case, LANG).await.unwrap();
        let done = ShareAct { version: found.case.version, ..priced };
        let refused = portal.act_on_share(&people.authority, case, done, LANG).await;
        let rule = refused.unwrap_err().into_detail().rule.unwrap();
        assert_eq!(rule.id, "fees");
        assert!(rule.article.contains("第十六条"), "{}", rule.article);
    }
    let free = ShareAct {
        reason: "同意，无偿共享，不收取费用".to_owned(), ..event("approve")
    };
    act(portal, &people.authority, case, free).await.unwrap();
    decide(portal, &people, case).await;
    assert_eq!(state(portal, &people.asks, case).await, "active");
}
