//! Mails to accounts are not lost, whatever happens to the server for mail and to the process.

use chrono::TimeDelta;
use kaishu_portal::accounts::{Caller, MailHealth, Registration};
use kaishu_portal::{Clock, Error, Portal, Settings};
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_testkit::portal::now;
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::Lang;
use kaishu_types::account::Role;
use tokio::net::TcpListener;

use crate::browser::{Browser, PASSWORD, add, assert_goes_to};
use crate::post_box::PostBox;
use crate::support::TestSite;

/// A portal whose server for mail is dead, and the address where it may come back.
async fn dead() -> (TestPortal, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let test_portal = TestPortal::open_with(Setup::default(), |it| send_to(port, it)).await;
    (test_portal, port)
}

fn send_to(port: u16, settings: &mut Settings) {
    settings.mail.url = Some(format!("smtp://127.0.0.1:{port}"));
    settings.mail.from = Some("数据 <data@example.cn>".to_owned());
}

/// The same portal after its process was started anew, some time later.
async fn after(test_portal: &TestPortal, port: u16, span: TimeDelta) -> Portal {
    let later = |settings: &mut Settings| {
        send_to(port, settings);
        settings.clock = Clock::Fixed(now() + span);
    };
    test_portal.open_again_with(later).await
}

async fn register(portal: &Portal, login: &str) -> Result<(), Error> {
    let typed = Registration {
        kind: "person".to_owned(),
        login: login.to_owned(),
        name: "李娜".to_owned(),
        email: format!("{login}@example.cn"),
        password: PASSWORD.to_owned(),
        terms: String::new(),
    };
    portal.register(&typed, None, Lang::Zh).await
}

async fn health(portal: &Portal) -> MailHealth {
    portal.mail_health(&Caller::command(), Lang::Zh).await.unwrap()
}

/// Tries what is due, until one mail is left that the server does not take.
async fn tried(portal: &Portal) {
    portal.send_letters().await.unwrap();
    while health(portal).await.letters.n_waiting != 1 {
        tokio::task::yield_now().await;
    }
}

/// A confirmation that the server for mail does not take waits through the death of the process, is told to those who
/// run the system, and goes out with a link that works once the server is back.
#[tokio::test]
async fn a_mail_outlives_its_server_and_its_process() {
    let (test_portal, port) = dead().await;
    let portal = test_portal.portal();
    add(portal, "runs", &[Role::SystemAdmin]).await;
    register(portal, "li.na").await.unwrap();
    tried(portal).await;
    let waiting = health(portal).await;
    assert_eq!((waiting.is_set, waiting.letters.n_failed), (true, 0));
    assert!(waiting.letters.oldest.is_some());
    let files = test_portal.folder().read_dir().unwrap().map(|it| it.unwrap().path());
    for file in files.filter(|it| it.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|it| it == text.as_bytes());
        assert!(!holds("li.na@example.cn") && !holds("/confirm/"), "an address or a link waits");
    }

    // The process dies, and another one comes a day later; so does the server for mail.
    let later = after(&test_portal, port, TimeDelta::days(1)).await;
    let post_box = PostBox::open_at(port).await;
    later.send_letters().await.unwrap();
    let letter = post_box.last().await;
    assert!(letter.to.contains("li.na@example.cn"), "{}", letter.to);
    let token = letter.link("/confirm/").replace("/confirm/", "");
    later.confirm(&token).await.unwrap();
    assert_eq!(health(&later).await.letters.n_waiting, 0);
    assert_eq!(later.send_letters().await.unwrap(), 0, "nothing is sent twice");
}

/// What is of no use any more is given up and told, with whom it was for; it is not sent afterwards.
#[tokio::test]
async fn a_mail_that_is_too_late_is_given_up() {
    let (test_portal, port) = dead().await;
    let portal = test_portal.portal();
    add(portal, "li.na", &[Role::DataUser]).await;
    portal.forgot("li.na", Lang::Zh).await.unwrap();
    portal.forgot("nobody.here", Lang::Zh).await.unwrap();
    tried(portal).await;
    let later = after(&test_portal, port, TimeDelta::hours(2)).await;
    let _post_box = PostBox::open_at(port).await;
    assert_eq!(later.send_letters().await.unwrap(), 0);
    let found = health(&later).await;
    assert_eq!((found.letters.n_waiting, found.letters.n_failed), (0, 1));
    let failed = &found.failed[0];
    assert_eq!((failed.login.as_ref().unwrap().as_str(), failed.what), ("li.na", "重新设置密码"));
    // After a month nobody needs to know.
    let long_after = after(&test_portal, port, TimeDelta::days(40)).await;
    long_after.sweep_accounts().await.unwrap();
    assert_eq!(health(&long_after).await.failed, []);
}

/// How mail stands is shown to whoever runs the system, and to nobody else.
#[tokio::test]
async fn mail_that_waits_is_shown() {
    let (test_portal, _) = dead().await;
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    let portal = site.test_portal.portal();
    add(portal, "runs", &[Role::SystemAdmin]).await;
    add(portal, "guards", &[Role::SecurityAdmin]).await;
    register(portal, "li.na").await.unwrap();
    tried(portal).await;
    let mut runs = Browser::of_staff(&site, "runs").await;
    let page = runs.get("/authority/system").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.texts("tbody tr:first-child td")[0], "1");
    assert!(!page.text().contains("li.na@example.cn"));
    let mut guards = Browser::of_staff(&site, "guards").await;
    assert_eq!(guards.get("/authority/system").await.status, 403);
}

/// Whoever was invited and gets a role before the first login is invited anew: the change ends the link they have.
#[tokio::test]
async fn an_invitation_outlives_the_role_that_follows_it() {
    let (site, post_box) = crate::browser::with_post_box().await;
    let portal = site.test_portal.portal();
    let command = Caller::command();
    let new = kaishu_portal::accounts::NewStaff {
        password: String::new(),
        ..crate::browser::staff("zhang.wei", &[])
    };
    portal.add_account(&command, new, Lang::Zh).await.unwrap();
    let first = post_box.last().await.link("/reset/");
    let login = "zhang.wei".parse().unwrap();
    let added = vec![crate::browser::role(Role::AuditAdmin)];
    portal.change_roles(&command, &login, (added, Vec::new()), Lang::Zh).await.unwrap();
    let second = post_box.last().await.link("/reset/");
    let mut browser = Browser::new(&site);
    assert_eq!(browser.get(&first).await.status, 404);
    let chosen = browser.post(&second, &[("password", PASSWORD)]).await;
    assert_goes_to(&chosen, "/login?done=reset");
}
