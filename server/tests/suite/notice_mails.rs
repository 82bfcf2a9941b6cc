//! Mails of notices: how often they go out, to whom, and what becomes of those that a server does not take.

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, people};
use kaishu_types::vocabulary::Frequency;

use crate::browser::login;
use crate::post_box::PostBox;
use crate::recording::rewrite;
use crate::support::TestSite;

const CODE: &str = "YX-T-0001";
/// Whoever is told that data of the agency is overdue.
const TOLD: [&str; 3] = ["authority@example.cn", "head@example.cn", "officer@example.cn"];

/// When they were told.
fn told_at() -> DateTime<Utc> {
    "2026-12-01T04:00:00Z".parse().unwrap()
}

/// A portal that told three people that data is overdue, and sent no mail of it yet.
async fn site() -> TestSite {
    let site = TestSite::open(Setup::default()).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "公交站点", "unconditional")
        .item(CODE, "name", "unconditional")
        .file(CODE, "stops.csv", "name\n汽车站\n".as_bytes())
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    people(site.test_portal.portal()).await;
    rewrite(&site, CODE, |entry| entry.fields.frequency = Frequency::Weekly).await;
    let portal = site.test_portal.open_at(told_at()).await;
    portal.look_at_clocks().await.unwrap();
    assert_eq!(standing(&portal).await, (3, 0));
    site
}

/// The portal in a process of its own, some time after they were told, with this server for mail.
async fn after(site: &TestSite, post_box: &PostBox, span: TimeDelta) -> Portal {
    let url = post_box.url();
    let later = site.test_portal.open_later(told_at() + span, |settings| {
        settings.mail.url = Some(url);
        settings.mail.from = Some("数据 <data@example.cn>".to_owned());
    });
    later.await
}

/// How many mails of notices wait, and how many were given up.
async fn standing(portal: &Portal) -> (u64, u64) {
    let notices = portal.mail_health(&Caller::command(), LANG).await.unwrap().notices;
    (notices.n_waiting, notices.n_failed)
}

/// For whom mails came that nobody looked at yet, in the order of the alphabet.
fn came_for(post_box: &PostBox) -> Vec<String> {
    let letters = post_box.taken().into_iter();
    let mut addresses: Vec<String> =
        letters.map(|it| it.to.trim_matches(['<', '>']).to_owned()).collect();
    addresses.sort();
    addresses
}

/// Whoever was told gets one mail that says what and where, however many nodes send and however often they are
/// started anew.
#[tokio::test]
async fn a_notice_is_mailed_once() {
    let (site, post_box) = (site().await, PostBox::open().await);
    let one = after(&site, &post_box, TimeDelta::zero()).await;
    let other = after(&site, &post_box, TimeDelta::zero()).await;
    let (first, second) = tokio::join!(one.send_notices(), other.send_notices());
    assert_eq!(first.unwrap() + second.unwrap(), 3);
    let letters = post_box.taken();
    let mut addresses: Vec<&str> =
        letters.iter().map(|it| it.to.trim_matches(['<', '>'])).collect();
    addresses.sort_unstable();
    assert_eq!(addresses, TOLD);
    for letter in &letters {
        assert!(letter.body.contains("公交站点") && letter.body.contains("数据已经逾期未更新"));
        assert_eq!(letter.link("/workbench/"), format!("/workbench/datasets/{CODE}"));
    }

    for span in [TimeDelta::zero(), TimeDelta::minutes(3), TimeDelta::days(1)] {
        let later = after(&site, &post_box, span).await;
        assert_eq!(later.send_notices().await.unwrap(), 0, "{span}");
    }
    assert_eq!(came_for(&post_box), [""; 0]);
    assert_eq!(standing(&one).await, (0, 0));
}

/// A process that dies after the server took a mail, and before that is kept, leaves it to the next one: for two minutes
/// nobody sends it, then it goes out once more, and never again. At least once is what is promised then.
#[tokio::test]
async fn a_death_before_it_is_kept_sends_a_mail_once_more() {
    let (site, post_box) = (site().await, PostBox::open().await);
    post_box.fall_silent();
    let dying = after(&site, &post_box, TimeDelta::zero()).await;
    let sending = tokio::spawn(async move { dying.send_notices().await });
    let twice = post_box.last().await.to;
    let twice = twice.trim_matches(['<', '>']);
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    post_box.speak_again();

    let soon = after(&site, &post_box, TimeDelta::minutes(1)).await;
    assert_eq!(soon.send_notices().await.unwrap(), 2);
    let others: Vec<&str> = TOLD.into_iter().filter(|it| *it != twice).collect();
    assert_eq!(came_for(&post_box), others);
    assert_eq!(standing(&soon).await, (1, 0));
    let later = after(&site, &post_box, TimeDelta::minutes(2)).await;
    assert_eq!(later.send_notices().await.unwrap(), 1);
    assert_eq!(came_for(&post_box), [twice]);
    let long_after = after(&site, &post_box, TimeDelta::days(1)).await;
    assert_eq!(long_after.send_notices().await.unwrap(), 0);
    assert_eq!((came_for(&post_box).len(), standing(&long_after).await), (0, (0, 0)));
}

/// Whoever was taken out of use after they were told is sent nothing, not even once they are back; the others are.
#[tokio::test]
async fn an_account_out_of_use_is_mailed_nothing() {
    let (site, post_box) = (site().await, PostBox::open().await);
    let portal = after(&site, &post_box, TimeDelta::zero()).await;
    let (command, head) = (Caller::command(), login("head"));
    portal.set_enabled(&command, &head, false, LANG).await.unwrap();
    assert_eq!(portal.send_notices().await.unwrap(), 2);
    assert_eq!(came_for(&post_box), ["authority@example.cn", "officer@example.cn"]);
    assert_eq!(standing(&portal).await, (0, 0), "it is no fault of the server");

    portal.set_enabled(&command, &head, true, LANG).await.unwrap();
    let later = after(&site, &post_box, TimeDelta::days(1)).await;
    assert_eq!(later.send_notices().await.unwrap(), 0);
    assert_eq!(came_for(&post_box), [""; 0]);
}

/// What a server does not take now is tried again when its time has come, and not before.
#[tokio::test]
async fn a_server_that_refuses_is_asked_again() {
    let (site, post_box) = (site().await, PostBox::open().await);
    post_box.refuse("@", "451 4.3.0 not now");
    let portal = after(&site, &post_box, TimeDelta::zero()).await;
    assert_eq!(portal.send_notices().await.unwrap(), 0);
    assert_eq!(standing(&portal).await, (3, 0));

    post_box.refuse_nothing();
    let early = after(&site, &post_box, TimeDelta::seconds(59)).await;
    assert_eq!((early.send_notices().await.unwrap(), standing(&early).await), (0, (3, 0)));
    assert_eq!(came_for(&post_box), [""; 0]);
    let later = after(&site, &post_box, TimeDelta::minutes(1)).await;
    assert_eq!((later.send_notices().await.unwrap(), standing(&later).await), (3, (0, 0)));
    assert_eq!(came_for(&post_box), TOLD);
}

/// A server that refuses for half a day and longer is asked six times; then the mails are given up, and told as such to
/// whoever runs the system. The inbox has what they say.
#[tokio::test]
async fn a_mail_that_nobody_takes_is_given_up() {
    let (site, post_box) = (site().await, PostBox::open().await);
    post_box.refuse("@", "451 4.3.0 not now");
    let tries = [0, 1, 5, 30, 3 * 60, 12 * 60].map(TimeDelta::minutes);
    let mut span = TimeDelta::zero();
    for (n, pause) in tries.into_iter().enumerate() {
        span += pause;
        let portal = after(&site, &post_box, span).await;
        assert_eq!(portal.send_notices().await.unwrap(), 0);
        let expected = if n + 1 < tries.len() { (3, 0) } else { (0, 3) };
        assert_eq!(standing(&portal).await, expected, "try {n}");
    }
    post_box.refuse_nothing();
    let later = after(&site, &post_box, TimeDelta::days(2)).await;
    assert_eq!(later.send_notices().await.unwrap(), 0);
    assert_eq!(came_for(&post_box), [""; 0]);
}

/// An address that the server does not know is given up at once; those told after it get their mails.
#[tokio::test]
async fn a_broken_address_stops_nobody_else() {
    let (site, post_box) = (site().await, PostBox::open().await);
    post_box.refuse("officer@", "550 5.1.1 nobody of this name");
    let portal = after(&site, &post_box, TimeDelta::zero()).await;
    assert_eq!(portal.send_notices().await.unwrap(), 2);
    assert_eq!(came_for(&post_box), ["authority@example.cn", "head@example.cn"]);
    assert_eq!(standing(&portal).await, (0, 1));

    post_box.refuse_nothing();
    let later = after(&site, &post_box, TimeDelta::days(1)).await;
    assert_eq!((later.send_notices().await.unwrap(), standing(&later).await), (0, (0, 1)));
    assert_eq!(came_for(&post_box), [""; 0], "it is not tried again");
}
