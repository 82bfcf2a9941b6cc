//! A clock that is set back: nobody is told twice, the log stays whole, and what waits can be done.

use chrono::Days;
use kaishu_testkit::people::{LANG, act, review};

use crate::extending::{aba, noon, told};

// Part of SUP-01 and SEC-01: the order of the log is the order in which things happened, whatever the clock says; a
// day that was told comes again without being told again.
#[tokio::test]
async fn a_clock_that_is_set_back_tells_nothing_twice() {
    let (site, people, case) = aba().await;
    let portal = site.test_portal.portal();
    let last_day = portal.case_view(&people.officer, case, LANG).await.unwrap().clocks[0].last_day;
    let due = site.test_portal.open_at(noon(last_day)).await;
    assert!(due.look_at_clocks().await.unwrap() > 0);
    let late = site.test_portal.open_at(noon(last_day + Days::new(1))).await;
    assert!(late.look_at_clocks().await.unwrap() > 0);
    assert_eq!(told(&late, &people.reviewer, "已经超期").await, 1);

    for day in [last_day, last_day + Days::new(1)] {
        let again = site.test_portal.open_at(noon(day)).await;
        assert_eq!(again.look_at_clocks().await.unwrap(), 0, "{day}");
    }
    // By the clock that was set back, what was overdue is done: after it, in the log.
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
    let shown = portal.case_view(&people.officer, case, LANG).await.unwrap();
    let place = |event: &str| shown.events.iter().position(|it| it.event.code == event);
    assert!(place("overdue").unwrap() < place("publish").unwrap(), "{:?}", shown.events);
    let at = |event: &str| shown.events[place(event).unwrap()].at;
    assert!(at("publish") < at("overdue"), "each with the time that was believed then");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);

    let forward = site.test_portal.open_at(noon(last_day + Days::new(2))).await;
    forward.look_at_clocks().await.unwrap();
    assert_eq!(told(&forward, &people.reviewer, "已经超期").await, 1);
    assert_eq!(forward.verify_log().await.unwrap().faults, []);
}
