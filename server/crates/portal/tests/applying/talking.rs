//! Messages between the two sides of an application.

use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_store::log::{Search, search};
use kaishu_testkit::granted::{everybody, site};
use kaishu_testkit::people::LANG;
use kaishu_types::ErrorCode;

use super::{act, event, whole, written};

async fn talked(portal: &Portal, caller: &Caller, case: i64) -> Vec<String> {
    let events = portal.application(caller, case, LANG).await.unwrap().case.events;
    let is_message = |code: &str| ["write", "answer"].contains(&code);
    events.into_iter().filter(|it| is_message(&it.event.code)).map(|it| it.reason).collect()
}

// Proves APP-08 for what is asked in between: both sides write to each other while the case goes on; each is told, the text
// is in no notice and no log, nobody else reads it, no clock moves, and with the end of the case it is over.
#[tokio::test]
async fn both_sides_write_to_each_other_until_the_case_ends() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let (holder, reviewer) = (&people.holder.0, &people.reviewer);
    let case = written(portal, holder, &whole()).await;
    let write = async |caller: &Caller, text: &str| {
        portal.write_message(caller, case, (text, None), LANG).await.map_err(|it| it.code())
    };
    assert_eq!(write(holder, "在吗").await, Err(ErrorCode::Conflict), "it is being written");
    act(portal, holder, case, event("submit")).await.unwrap();
    let clocks = portal.application(holder, case, LANG).await.unwrap().case.clocks;
    assert_eq!(write(holder, " ").await, Err(ErrorCode::InvalidInput));
    assert_eq!(write(holder, &"长".repeat(2_001)).await, Err(ErrorCode::InvalidInput));
    write(holder, "课题组几个人可以接触数据？").await.unwrap();
    write(reviewer, "请写明姓名，三人以内。").await.unwrap();
    for side in [holder, reviewer] {
        assert_eq!(
            talked(portal, side, case).await,
            ["课题组几个人可以接触数据？", "请写明姓名，三人以内。"]
        );
    }
    let found = portal.application(holder, case, LANG).await.unwrap();
    assert_eq!(found.case.clocks, clocks, "no clock moves");
    assert_eq!(found.case.state.code, "in_review");
    // Whoever sees the case and decides nothing reads that there was one, and not what it says.
    assert_eq!(talked(portal, &people.officer, case).await, ["", ""]);
    for person in [&people.officer, &people.stranger, &Caller::visitor()] {
        assert!(write(person, "我也说一句").await.is_err());
    }
    for (person, text) in [(reviewer, "申请人留言"), (holder, "审核单位留言")] {
        let inbox = portal.inbox(person, None, LANG).await.unwrap();
        let notice = inbox.notices.iter().find(|it| it.text.contains(text)).unwrap();
        assert_eq!(notice.reason, "");
    }
    let logged = search(site.store(), &Search::default(), 1_000).await.unwrap();
    assert!(logged.iter().all(|it| !format!("{it:?}").contains("三人以内")));
    // No act stands for a message.
    assert!(act(portal, holder, case, event("write")).await.is_err());
    let twice = ("同一条", Some("key"));
    portal.write_message(holder, case, twice, LANG).await.unwrap();
    assert!(portal.write_message(holder, case, twice, LANG).await.is_err());
    act(portal, holder, case, event("withdraw")).await.unwrap();
    assert_eq!(write(holder, "再问一句").await, Err(ErrorCode::Conflict));
    assert_eq!(write(reviewer, "再答一句").await, Err(ErrorCode::Conflict));
    assert_eq!(talked(portal, holder, case).await.len(), 3);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}
