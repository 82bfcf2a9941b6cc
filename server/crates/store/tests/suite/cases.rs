//! Cases, the log of their events, and what was done to it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use kaishu_domain::Calendar;
use kaishu_domain::cases::{Actor, Body, CaseFile, Clock, Event};
use kaishu_store::cases::{self, Case, CaseSubject, Desk, Drawer, Happening, Recipients, Telling};
use kaishu_store::log::{self, Entry, Fault, SealKey};
use kaishu_store::{Store, StoreError, accounts};
use kaishu_types::account::{AccountKind, AccountState, Role, RoleGrant};
use kaishu_types::case::CaseKind;
use sea_orm::ConnectionTrait;

use crate::build::{day, time};
use crate::database::TestDb;

const CHILD_URL: &str = "KAISHU_STORE_LOG_CHILD";

pub(crate) fn key() -> SealKey {
    SealKey::new([7; 32])
}

fn about() -> CaseSubject {
    CaseSubject {
        subject: "YX-JT-0001".to_owned(),
        title: "公交站点".to_owned(),
        organization: Some("YX-JT".to_owned()),
        region: Some("YX".to_owned()),
        policy: "default".to_owned(),
        policy_revision: 1,
    }
}

fn event(name: &str, to: &str) -> Event {
    Event {
        name: name.to_owned(),
        by: Actor {
            account: None,
            login: "li".to_owned(),
            name: "李娜".to_owned(),
            ..Actor::default()
        },
        at: time("2026-03-02T04:00:00.123456Z"),
        body: Body { to: to.to_owned(), reason: "理由".to_owned(), ..Body::default() },
    }
}

fn clock(day_zero: &str) -> Clock {
    Clock::start("account.reply_wd", day(day_zero), 5, &Calendar::load().unwrap()).unwrap()
}

/// A request for an account, with its clock.
fn filed() -> Event {
    let mut event = event("file", "filed");
    event.body.clocks = vec![clock("2026-03-02")];
    event
}

pub(crate) async fn open(store: &Store, tells: &[Recipients], request: Option<&str>) -> (i64, i64) {
    let event = filed();
    let file = CaseFile::open(CaseKind::AccountRequest, &event).unwrap();
    let happening = Happening { event: &event, file: &file, idempotency_key: request, tells };
    let transaction = store.begin().await.unwrap();
    let opened = cases::open(&transaction, &key(), &about(), &happening).await.unwrap();
    transaction.commit().await.unwrap();
    opened
}

async fn grant(store: &Store, case: &Case, request: Option<&str>) -> Result<i64, StoreError> {
    granted(store, case, (request, &[])).await
}

/// Grants a request, and tells some of it.
pub(crate) async fn grant_telling(store: &Store, case: &Case, tells: &[Recipients]) {
    granted(store, case, (None, tells)).await.unwrap();
}

async fn granted(
    store: &Store,
    case: &Case,
    (request, tells): (Option<&str>, &[Recipients]),
) -> Result<i64, StoreError> {
    let mut event = event("grant", "granted");
    event.body.clocks = vec![Clock { ended_on: Some(day("2026-03-03")), ..clock("2026-03-02") }];
    let mut file = case.file.clone();
    file.apply(&event).unwrap();
    let happening = Happening { event: &event, file: &file, idempotency_key: request, tells };
    let transaction = store.begin().await.unwrap();
    let seq = cases::add(&transaction, &key(), case, &happening).await?;
    transaction.commit().await?;
    Ok(seq)
}

async fn act(store: &Store, subject: &str) -> i64 {
    let event = event("log_in", "");
    let entry =
        Entry { case: None, kind: "account", subject, event: &event, idempotency_key: None };
    let transaction = store.begin().await.unwrap();
    let seq = log::append(&transaction, &key(), &entry).await.unwrap();
    transaction.commit().await.unwrap();
    seq
}

pub(crate) async fn a_case_is_what_its_events_come_to(database: &TestDb) {
    let store = &database.store;
    let (id, seq) = open(store, &[], None).await;
    assert_eq!(seq, 1);
    let case = cases::find(store, id).await.unwrap().unwrap();
    assert_eq!((case.file.state.as_str(), case.due), ("filed", Some(day("2026-03-09"))));
    assert_eq!(case.waits_for.as_deref(), Some("account.decide"));

    assert_eq!(grant(store, &case, None).await.unwrap(), 2);
    let ended = cases::find(store, id).await.unwrap().unwrap();
    assert_eq!((ended.file.state.as_str(), ended.due), ("granted", None));
    // Whoever decided on the old state is told that it is old.
    assert!(matches!(grant(store, &case, None).await, Err(StoreError::Conflict { .. })));

    let events = log::of_case(store, id).await.unwrap();
    let mut again = CaseFile::open(CaseKind::AccountRequest, &events[0].event).unwrap();
    again.apply(&events[1].event).unwrap();
    assert_eq!(again, ended.file);
    let verified = log::verify(store, &key()).await.unwrap();
    assert_eq!((verified.n_entries, verified.faults), (2, Vec::new()));
}

pub(crate) async fn a_request_that_comes_twice_is_one(database: &TestDb) {
    let store = &database.store;
    let (id, _) = open(store, &[], Some("file-1")).await;
    let case = cases::find(store, id).await.unwrap().unwrap();
    let twice = grant(store, &case, Some("file-1")).await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })));
    assert_eq!(log::find_by_key(store, "file-1").await.unwrap().unwrap().case, Some((id, 1)));
    // Of what was refused, nothing is kept: neither the event nor the state.
    let case = cases::find(store, id).await.unwrap().unwrap();
    assert_eq!(case.file.state, "filed");
    assert_eq!(log::verify(store, &key()).await.unwrap().faults, []);
}

pub(crate) async fn account(store: &Store, login: &str, role: Role) -> i64 {
    let organization = role.is_of_organization().then(|| "YX-JT".parse().unwrap());
    let region = role.is_of_region().then(|| "YX".parse().unwrap());
    let new = accounts::NewAccount {
        login: login.parse().unwrap(),
        kind: AccountKind::Person,
        name: login.to_owned(),
        email: None,
        password_hash: None,
        state: AccountState::Active,
        contract: None,
        roles: vec![RoleGrant { role, organization, region }],
    };
    let transaction = store.begin().await.unwrap();
    let id = accounts::create(&transaction, &new, time("2026-03-01T00:00:00Z")).await.unwrap();
    transaction.commit().await.unwrap();
    id
}

pub(crate) async fn whom_it_concerns_is_told_once(database: &TestDb) {
    let store = &database.store;
    let officer = account(store, "officer", Role::Officer).await;
    let head = account(store, "head", Role::Head).await;
    let authority = account(store, "authority", Role::Authority).await;
    let tells = [
        Recipients::OfOrganization(vec![Role::Officer, Role::Head], "YX-JT".to_owned()),
        Recipients::Account(officer),
        Recipients::OfRegions(vec![Role::Authority], vec!["YX-QS".to_owned(), "YX".to_owned()]),
        Recipients::OfOrganization(vec![Role::Officer], "YX-SW".to_owned()),
    ];
    let (id, seq) = open(store, &tells, None).await;

    for account in [officer, head, authority] {
        let told = cases::inbox(store, account, None, 10).await.unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].seq, told[0].case, told[0].is_read), (seq, Some(id), false));
    }
    let transaction = store.begin().await.unwrap();
    let newest = cases::inbox(store, head, None, 1).await.unwrap()[0].id;
    cases::read_inbox(&transaction, head, newest).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(cases::inbox(store, head, None, 10).await.unwrap()[0].is_read);
    assert!(!cases::inbox(store, officer, None, 10).await.unwrap()[0].is_read);

    // Each mail is taken by one node, and is there again when it was put off.
    let now = time("2026-03-02T05:00:00Z");
    let mut mails = Vec::new();
    while let Some(mail) = cases::take_mail(store, now).await.unwrap() {
        mails.push(mail);
    }
    assert_eq!(mails.len(), 3);
    cases::post_mail(store, mails[0].id, cases::Posted::Sent).await.unwrap();
    cases::post_mail(store, mails[1].id, cases::Posted::Later(now)).await.unwrap();
    let again = cases::take_mail(store, now).await.unwrap().unwrap();
    assert_eq!((again.id, again.n_attempts), (mails[1].id, 2));
    assert!(cases::take_mail(store, now).await.unwrap().is_none());
    // Whoever took it and was not heard of again leaves it to others.
    let later = time("2026-03-02T05:02:00Z");
    let left = cases::take_mail(store, later).await.unwrap().unwrap();
    assert_eq!((left.id, left.n_attempts), (mails[1].id, 3));
}

pub(crate) async fn desks_list_what_is_due_first(database: &TestDb) {
    let store = &database.store;
    let (first, _) = open(store, &[], None).await;
    let (second, _) = open(store, &[], None).await;
    let drawer = |organization: &str, waits_for: &[&str]| Drawer {
        parties: Vec::new(),
        organizations: vec![organization.to_owned()],
        waits_for: waits_for.iter().map(|it| (*it).to_owned()).collect(),
        ..Drawer::default()
    };
    let desk = Desk { drawers: vec![drawer("YX-JT", &[])], ..Desk::default() };
    let ids = async |desk: &Desk, limit| {
        let cases = cases::desk(store, desk, limit).await.unwrap();
        cases.iter().map(|case| case.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&desk, 10).await, [first, second]);
    let after = Some((Some(day("2026-03-09")), first));
    assert_eq!(ids(&Desk { after, ..desk.clone() }, 10).await, [second]);
    let other = Desk { drawers: vec![drawer("YX-SW", &[])], ..Desk::default() };
    assert!(ids(&other, 10).await.is_empty());
    assert!(ids(&Desk::default(), 10).await.is_empty(), "a desk of nowhere");

    let case = cases::find(store, first).await.unwrap().unwrap();
    grant(store, &case, None).await.unwrap();
    assert_eq!(ids(&desk, 10).await, [second]);
    assert_eq!(ids(&Desk { is_closed: true, ..desk.clone() }, 10).await, [first]);
    let waiting = Desk { drawers: vec![drawer("YX-JT", &["account.decide"])], ..desk.clone() };
    assert_eq!(ids(&waiting, 10).await, [second]);
    let other = Desk { drawers: vec![drawer("YX-JT", &["dataset.publish"])], ..desk.clone() };
    assert!(ids(&other, 10).await.is_empty());
    // What lies in one drawer lies on the desk, once, and what waits elsewhere lets nothing else in.
    let drawers = vec![
        drawer("YX-SW", &["account.decide"]),
        drawer("YX-JT", &["dataset.publish"]),
        drawer("YX-JT", &["account.decide"]),
        drawer("YX-JT", &[]),
    ];
    assert_eq!(ids(&Desk { drawers: drawers.clone(), ..desk.clone() }, 10).await, [second]);
    let drawers = drawers[..2].to_vec();
    assert!(ids(&Desk { drawers, ..desk }, 10).await.is_empty());
}

pub(crate) async fn a_clock_is_told_of_once(database: &TestDb) {
    let store = &database.store;
    let (id, _) = open(store, &[], None).await;
    let due = async |until: &str, telling| {
        cases::due_clocks(store, day(until), telling, 10).await.unwrap()
    };
    assert!(due("2026-03-08", Telling::Soon).await.is_empty());
    let found = due("2026-03-09", Telling::Soon).await;
    assert_eq!((found.len(), found[0].case), (1, id));
    for (is_first, n_left) in [(true, 0), (false, 0)] {
        let transaction = store.begin().await.unwrap();
        let told = cases::mark_clock(&transaction, &found[0], Telling::Soon).await.unwrap();
        assert_eq!(told, is_first);
        transaction.commit().await.unwrap();
        assert_eq!(due("2026-03-09", Telling::Soon).await.len(), n_left);
    }
    for other in ["2026-03-08", "2026-03-10"] {
        assert!(due(other, Telling::Today).await.is_empty(), "{other} is not the last day");
    }
    assert_eq!(due("2026-03-09", Telling::Today).await.len(), 1, "it ends on that day");
    assert_eq!(
        due("2026-03-09", Telling::Over).await.len(),
        1,
        "a reminder is no notice of default"
    );
    let case = cases::find(store, id).await.unwrap().unwrap();
    grant(store, &case, None).await.unwrap();
    for telling in [Telling::Today, Telling::Over] {
        assert!(due("2026-03-09", telling).await.is_empty(), "it was done");
    }
}

/// Does something behind the store's back, and says what `verify` finds.
async fn tampered(database: &TestDb, sql: &str) -> Vec<Fault> {
    database.back_door().await.execute_unprepared(sql).await.unwrap();
    log::verify(&database.store, &key()).await.unwrap().faults
}

// Part of SEC-01: whatever is done to the log behind the portal's back is found, with its place.
pub(crate) async fn what_is_done_to_the_log_is_found(database: &TestDb) {
    let store = &database.store;
    for n in 0..3 {
        act(store, &format!("person{n}")).await;
    }
    let (id, _) = open(store, &[], None).await;
    act(store, "person3").await;
    assert_eq!(log::verify(store, &key()).await.unwrap().faults, []);

    // A flipped byte, in the event and in a column beside it; then back as it was.
    let flip = |from: &str, to: &str| {
        format!("UPDATE case_event SET body = REPLACE(body, '{from}', '{to}') WHERE seq = 2")
    };
    let found = tampered(database, &flip("李娜", "李那")).await;
    assert_eq!(found, [Fault::Changed { seq: 2 }]);
    assert_eq!(tampered(database, &flip("李那", "李娜")).await, []);
    let column = "UPDATE case_event SET account_id = 5 WHERE seq = 2";
    assert_eq!(tampered(database, column).await, [Fault::Changed { seq: 2 }]);
    let column = "UPDATE case_event SET account_id = NULL WHERE seq = 2";
    assert_eq!(tampered(database, column).await, []);
    let subject = "UPDATE case_event SET subject = 'person9' WHERE seq = 3";
    assert_eq!(tampered(database, subject).await, [Fault::Changed { seq: 3 }]);
    let subject = "UPDATE case_event SET subject = 'person2' WHERE seq = 3";
    assert_eq!(tampered(database, subject).await, []);

    // A case that says something else than its events.
    let case = format!("UPDATE case_file SET state = 'granted', is_open = {{}} WHERE id = {id}");
    let is_open = if database.url.starts_with("sqlite") { ["0", "1"] } else { ["false", "true"] };
    let found = tampered(database, &case.replace("{}", is_open[0])).await;
    assert_eq!(found, [Fault::Case { id }]);
    let back = case.replace("granted", "filed").replace("{}", is_open[1]);
    assert_eq!(tampered(database, &back).await, []);
    let waits = format!("UPDATE case_file SET waits_for = 'dataset.edit' WHERE id = {id}");
    assert_eq!(tampered(database, &waits).await, [Fault::Case { id }]);
    let back = format!("UPDATE case_file SET waits_for = 'account.decide' WHERE id = {id}");
    assert_eq!(tampered(database, &back).await, []);

    // A cut tail, and then a head that somebody without the key wrote for what is left.
    let found = tampered(database, "DELETE FROM case_event WHERE seq = 5").await;
    assert_eq!(found, [Fault::Missing { seq: 5, last: 5 }]);
    let forged = "UPDATE log_head SET seq = 4, hash = (SELECT hash FROM case_event WHERE seq = 4)";
    assert_eq!(tampered(database, forged).await, [Fault::Seal { day: None }]);

    // On a log whose end somebody else wrote nothing is built.
    let event = event("log_in", "");
    let entry =
        Entry { case: None, kind: "account", subject: "a", event: &event, idempotency_key: None };
    let transaction = store.begin().await.unwrap();
    let refused = log::append(&transaction, &key(), &entry).await;
    assert!(matches!(refused, Err(StoreError::Corrupt { .. })));
    drop(transaction);

    // A hole in the middle.
    let found = tampered(database, "DELETE FROM case_event WHERE seq = 2").await;
    assert_eq!(found, [Fault::Missing { seq: 2, last: 2 }]);
    assert_eq!(log::verify(store, &SealKey::new([8; 32])).await.unwrap().faults.len(), 1);
}

// Part of SEC-01: the last entry of a day is sealed by the first of the next, and the seal is of that day.
async fn begin_anew(store: &Store, key: &SealKey, faults: &str) -> Result<i64, StoreError> {
    let transaction = store.begin().await.unwrap();
    let told = |last: i64, hash: &str| {
        let mut event = event(log::BEGUN_ANEW, "");
        let facts = [("last", last.to_string()), ("last_hash", hash.to_owned())];
        event.body.facts = facts.map(|(name, value)| (name.to_owned(), value)).into();
        event.body.facts.insert("faults".to_owned(), faults.to_owned());
        event
    };
    let seq = log::begin_anew(&transaction, key, told).await?;
    transaction.commit().await?;
    Ok(seq)
}

// Part of SEC-01: a log whose key is lost goes on under another one, bound to what is there; what is done to either
// part is found.
pub(crate) async fn a_log_is_begun_anew(database: &TestDb) {
    let store = &database.store;
    let (id, _) = open(store, &[], None).await;
    act(store, "zhang.wei").await;
    let again = begin_anew(store, &key(), "").await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })), "it goes on by itself");

    let other = SealKey::new([8; 32]);
    let append = async |subject: &str| {
        let event = event("log_in", "");
        let entry =
            Entry { case: None, kind: "account", subject, event: &event, idempotency_key: None };
        let transaction = store.begin().await.unwrap();
        let seq = log::append(&transaction, &other, &entry).await?;
        transaction.commit().await?;
        Ok::<_, StoreError>(seq)
    };
    assert!(append("li.na").await.is_err(), "nothing is added under another key");
    assert_eq!(begin_anew(store, &other, "").await.unwrap(), 3);
    assert_eq!(append("li.na").await.unwrap(), 4);
    let found = log::verify(store, &other).await.unwrap();
    assert_eq!(
        (found.faults.as_slice(), found.n_entries, found.has_cases),
        ([].as_slice(), 4, true)
    );
    assert_eq!(found.ended.len(), 1);
    assert_eq!((found.ended[0].begun_at, found.ended[0].faults.len()), (3, 0));
    let under_the_old = log::verify(store, &key()).await.unwrap();
    assert_eq!(under_the_old.faults, [Fault::Seal { day: None }]);

    // What is done afterwards to the part that was left behind is found, and to the new one.
    let change = async |sql: String| {
        database.back_door().await.execute_unprepared(&sql).await.unwrap();
    };
    change("UPDATE case_event SET subject = 'somebody' WHERE seq = 2".to_owned()).await;
    let found = log::verify(store, &other).await.unwrap();
    assert_eq!((found.faults, found.has_cases), (vec![Fault::Changed { seq: 2 }], false));
    change("UPDATE case_event SET subject = 'zhang.wei' WHERE seq = 2".to_owned()).await;
    change("UPDATE case_event SET subject = 'nobody' WHERE seq = 4".to_owned()).await;
    let found = log::verify(store, &other).await.unwrap();
    assert_eq!(found.faults, [Fault::Changed { seq: 4 }]);
    change("UPDATE case_event SET subject = 'li.na' WHERE seq = 4".to_owned()).await;
    change(format!("UPDATE case_file SET state = 'granted' WHERE id = {id}")).await;
    let found = log::verify(store, &other).await.unwrap();
    assert_eq!(found.faults, [Fault::Case { id }]);
    change(format!("UPDATE case_file SET state = 'filed' WHERE id = {id}")).await;

    // A part that was not whole when it was left behind is known to be so, and no fault of today.
    change("UPDATE case_event SET subject = 'somebody' WHERE seq = 4".to_owned()).await;
    let third = SealKey::new([9; 32]);
    let known = log::verify(store, &third).await.unwrap();
    assert!(known.faults.contains(&Fault::Changed { seq: 4 }));
    assert_eq!(begin_anew(store, &third, "entry 4 was changed").await.unwrap(), 5);
    let found = log::verify(store, &third).await.unwrap();
    assert_eq!((found.faults.as_slice(), found.has_cases), ([].as_slice(), false));
    assert_eq!(found.ended[1].faults, [Fault::Changed { seq: 4 }]);
    assert!(found.ended.iter().all(log::Ended::is_as_left));
    change("UPDATE case_event SET subject = 'li.na' WHERE seq = 4".to_owned()).await;
    let found = log::verify(store, &third).await.unwrap();
    assert_eq!(found.faults, [Fault::Changed { seq: 5 }], "a fault that is gone is a change");
}

pub(crate) async fn days_are_sealed(database: &TestDb) {
    let store = &database.store;
    for day in ["2026-03-02", "2026-03-02", "2026-03-03", "2026-03-05"] {
        let event = Event { at: time(&format!("{day}T04:00:00Z")), ..event("log_in", "") };
        let entry = Entry {
            case: None,
            kind: "account",
            subject: "a",
            event: &event,
            idempotency_key: None,
        };
        let transaction = store.begin().await.unwrap();
        log::append(&transaction, &key(), &entry).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let sealed = log::checkpoints(store).await.unwrap();
    let sealed: Vec<_> = sealed.iter().map(|(day, seq, _)| (day.to_string(), *seq)).collect();
    assert_eq!(sealed, [("2026-03-02".to_owned(), 2), ("2026-03-03".to_owned(), 3)]);
    assert_eq!(log::verify(store, &key()).await.unwrap().faults, []);

    // The end cannot be moved back to a sealed day, nor can a day lose its seal.
    let cut = "DELETE FROM case_event WHERE seq > 2";
    database.back_door().await.execute_unprepared(cut).await.unwrap();
    let moved = "UPDATE log_head SET (seq, hash, mac) = (SELECT seq, hash, mac FROM log_checkpoint WHERE seq = 2)";
    database.back_door().await.execute_unprepared(moved).await.unwrap();
    let found = tampered(database, "DELETE FROM log_checkpoint WHERE seq = 3").await;
    assert!(found.contains(&Fault::Seal { day: None }), "{found:?}");

    // Nor is what was done put behind by beginning anew: the key that sealed the first day is not lost.
    let laundered = begin_anew(store, &key(), "").await;
    assert!(matches!(laundered, Err(StoreError::Conflict { .. })), "{laundered:?}");
    let other = SealKey::new([8; 32]);
    begin_anew(store, &other, "").await.unwrap();
    assert_eq!(log::verify(store, &other).await.unwrap().faults, []);
}

pub(crate) async fn the_log_is_searched(database: &TestDb) {
    let store = &database.store;
    for n in 0..5 {
        act(store, if n % 2 == 0 { "even" } else { "odd" }).await;
    }
    let search = log::Search { subjects: vec!["even".to_owned()], ..log::Search::default() };
    let places = async |search: &log::Search| {
        let found = log::search(store, search, 2).await.unwrap();
        found.iter().map(|logged| logged.seq).collect::<Vec<_>>()
    };
    assert_eq!(places(&search).await, [5, 3]);
    assert_eq!(places(&log::Search { before: Some(3), ..search.clone() }).await, [1]);
    let later = Some(time("2027-01-01T00:00:00Z"));
    assert!(places(&log::Search { from: later, ..search.clone() }).await.is_empty());
    assert_eq!(places(&log::Search { until: later, ..search }).await, [5, 3]);
}

pub(crate) async fn writers_at_the_same_time_make_one_chain(database: &TestDb) {
    let store = &database.store;
    let writers = (0..4).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 0..10 {
                act(&store, &format!("w{writer}-{n}")).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let verified = log::verify(store, &key()).await.unwrap();
    assert_eq!((verified.n_entries, verified.faults), (40, Vec::new()));
}

/// Opens cases until somebody kills it, saying how many after each.
async fn open_for_ever(store: &Store) {
    for n in 1..100_000 {
        open(store, &[], None).await;
        eprintln!("reported {n}");
    }
}

// Part of SEC-01 under faults: after a kill in the middle of a transaction the log is whole.
pub(crate) async fn a_kill_leaves_a_whole_log(database: &TestDb) {
    if let Ok(url) = std::env::var(CHILD_URL) {
        open_for_ever(&Store::connect(&url, 2).await.unwrap()).await;
        return;
    }
    let engine = if database.url.starts_with("sqlite") { "sqlite" } else { "postgres" };
    let test = format!("{engine}::a_kill_leaves_a_whole_log");
    let url = database.url.clone();
    let killed = move || {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &test, "--nocapture"])
            .env(CHILD_URL, url)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut n_reported = 0;
        while n_reported < 25 {
            let line = lines.next().unwrap().unwrap();
            if let Some(n) = line.strip_prefix("reported ") {
                n_reported = n.parse().unwrap();
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        n_reported
    };
    let n_reported: u64 = tokio::task::spawn_blocking(killed).await.unwrap();

    let store = &database.store;
    let verified = log::verify(store, &key()).await.unwrap();
    assert_eq!(verified.faults, []);
    assert!(verified.n_entries >= n_reported);
    // It goes on as if nothing had happened.
    open(store, &[], None).await;
    let after = log::verify(store, &key()).await.unwrap();
    assert_eq!((after.n_entries, after.faults), (verified.n_entries + 1, Vec::new()));
}

// Part of SEC-02: an act is found by what it is about, with who did it and its facts.
pub(crate) async fn facts_stay_with_an_act(database: &TestDb) {
    let store = &database.store;
    let mut exported = event("export", "");
    exported.body.facts = BTreeMap::from([("receipt".to_owned(), "R-20260302-1".to_owned())]);
    let entry = Entry {
        case: None,
        kind: "dataset",
        subject: "YX-JT-0001",
        event: &exported,
        idempotency_key: None,
    };
    let transaction = store.begin().await.unwrap();
    log::append(&transaction, &key(), &entry).await.unwrap();
    transaction.commit().await.unwrap();
    let search = log::Search { subjects: vec!["YX-JT-0001".to_owned()], ..log::Search::default() };
    assert_eq!(log::search(store, &search, 5).await.unwrap()[0].event, exported);
}
