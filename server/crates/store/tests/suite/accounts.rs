//! Accounts, and how their access begins and ends.

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_store::StoreError;
use kaishu_store::accounts::{
    self, Attempt, Contract, Email, NewAccount, NewSession, NewToken, Purpose,
};
use kaishu_types::account::{AccountKind, AccountState, Login, Role, RoleGrant, TokenScope};

use crate::database::TestDb;

fn now() -> DateTime<Utc> {
    "2026-11-21T04:00:00Z".parse().unwrap()
}

pub(crate) fn new(login: &str) -> NewAccount {
    NewAccount {
        login: login.parse().unwrap(),
        kind: AccountKind::Person,
        name: "李娜".to_owned(),
        email: Some(Email { sealed: "~".to_owned(), hash: format!("hash of {login}") }),
        password_hash: Some("$argon2id$".to_owned()),
        state: AccountState::Active,
        contract: None,
        roles: vec![RoleGrant {
            role: Role::Officer,
            organization: Some("YX-FGW".parse().unwrap()),
            region: None,
        }],
    }
}

fn session(account_id: i64, hash: &str) -> NewSession {
    NewSession {
        hash: hash.to_owned(),
        account_id,
        has_second_factor: false,
        expires_at: now() + TimeDelta::hours(12),
        user_agent: Some("Firefox".to_owned()),
        address: None,
    }
}

fn token(account_id: i64, hash: &str) -> NewToken {
    NewToken {
        account_id,
        name: "nightly".to_owned(),
        scope: TokenScope::Read,
        hash: hash.to_owned(),
        start: "kst_ab".to_owned(),
        expires_at: now() + TimeDelta::days(30),
        grant: None,
    }
}

pub(crate) async fn create(database: &TestDb, new: &NewAccount) -> Result<i64, StoreError> {
    let transaction = database.store.begin().await.unwrap();
    let id = accounts::create(&transaction, new, now()).await?;
    transaction.commit().await.unwrap();
    Ok(id)
}

pub(crate) async fn an_account_is_found_as_it_was_made(database: &TestDb) {
    let made = new("li.na");
    let id = create(database, &made).await.unwrap();

    let found = accounts::find(&database.store, &made.login).await.unwrap().unwrap();
    assert_eq!((found.id, &found.name, &found.roles), (id, &made.name, &made.roles));
    assert!(found.is_usable(now()));
    assert_eq!(accounts::find_by_id(&database.store, id).await.unwrap().unwrap(), found);
    let by_mail = accounts::find_by_email(&database.store, "hash of li.na").await.unwrap();
    assert_eq!(by_mail.unwrap(), found);
    assert_eq!(accounts::list(&database.store).await.unwrap(), [found]);
    let nobody = "nobody".parse().unwrap();
    assert!(accounts::find(&database.store, &nobody).await.unwrap().is_none());
}

pub(crate) async fn a_login_and_an_active_address_are_of_one_account(database: &TestDb) {
    let made = new("li.na");
    create(database, &made).await.unwrap();

    let again = create(database, &made).await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })));
    let mut other = NewAccount { email: made.email.clone(), ..new("li.na2") };
    assert!(matches!(create(database, &other).await, Err(StoreError::Conflict { .. })));
    // Whoever does not confirm an address keeps nobody from it.
    other.state = AccountState::Pending;
    let id = create(database, &other).await.unwrap();
    let transaction = database.store.begin().await.unwrap();
    let taken = accounts::set_state(&transaction, id, AccountState::Active, now()).await;
    assert!(matches!(taken, Err(StoreError::Conflict { .. })));
}

pub(crate) async fn what_is_not_committed_is_not_kept(database: &TestDb) {
    let transaction = database.store.begin().await.unwrap();
    accounts::create(&transaction, &new("li.na"), now()).await.unwrap();
    drop(transaction);
    assert!(accounts::list(&database.store).await.unwrap().is_empty());
}

pub(crate) async fn attempts_at_the_same_time_do_not_outrun_the_lock(database: &TestDb) {
    let made = new("li.na");
    let id = create(database, &made).await.unwrap();
    let lock = |n: u32| n.is_multiple_of(5).then(|| TimeDelta::minutes(15));
    let attempt = async || {
        let transaction = database.store.begin().await.unwrap();
        let attempt = accounts::attempt(&transaction, &made.login, now(), lock).await.unwrap();
        transaction.commit().await.unwrap();
        matches!(attempt, Attempt::Open(_))
    };
    let begun = (0..12).map(|_| attempt());
    let open = futures::future::join_all(begun).await.into_iter().filter(|open| *open).count();
    assert_eq!(open, 5);

    let transaction = database.store.begin().await.unwrap();
    accounts::logged_in(&transaction, id, now()).await.unwrap();
    let after = accounts::attempt(&transaction, &made.login, now(), lock).await.unwrap();
    transaction.commit().await.unwrap();
    let Attempt::Open(after) = after else { panic!("{after:?}") };
    assert_eq!((after.locked_until, after.last_login_at), (None, Some(now())));
}

/// Part of ORG-06: whoever used the account is out with the same commit.
pub(crate) async fn other_roles_and_a_disabled_account_end_all_access(database: &TestDb) {
    let store = &database.store;
    let id = create(database, &new("li.na")).await.unwrap();
    let other = create(database, &new("wang.wu")).await.unwrap();
    for (round, by_roles) in [("a", true), ("b", false)] {
        let transaction = store.begin().await.unwrap();
        for (whose, account) in [("own", id), ("other", other)] {
            let hash = format!("{round} {whose}");
            accounts::begin_session(&transaction, &session(account, &hash), now()).await.unwrap();
            accounts::add_token(&transaction, &token(account, &hash), now()).await.unwrap();
            let times = (now(), now() + TimeDelta::hours(1));
            accounts::add_link(&transaction, account, Purpose::Reset, &hash, times).await.unwrap();
        }
        transaction.commit().await.unwrap();
        let own = format!("{round} own");
        let (found, account) = accounts::find_session(store, &own).await.unwrap().unwrap();
        assert_eq!((account.id, found.user_agent.as_deref()), (id, Some("Firefox")));

        let transaction = store.begin().await.unwrap();
        if by_roles {
            let held = account.roles.as_slice();
            accounts::set_roles(&transaction, id, (held, &[]), now()).await.unwrap();
        } else {
            accounts::set_state(&transaction, id, AccountState::Disabled, now()).await.unwrap();
        }
        transaction.commit().await.unwrap();

        assert!(accounts::find_session(store, &own).await.unwrap().is_none());
        let (token, account) = accounts::find_token(store, &own).await.unwrap().unwrap();
        assert!(!token.is_usable(now()));
        assert!(account.roles.is_empty());
        let link = accounts::has_link(store, Purpose::Reset, &own, now()).await.unwrap();
        assert_eq!(link, None);
        let others = format!("{round} other");
        assert!(accounts::find_session(store, &others).await.unwrap().is_some());
        let (token, _) = accounts::find_token(store, &others).await.unwrap().unwrap();
        assert!(token.is_usable(now()));
        assert!(!token.is_usable(now() + TimeDelta::days(31)));
    }
}

/// Part of SEC-19: of two changes that were decided on the same roles one is made.
pub(crate) async fn roles_change_once_of_what_they_were(database: &TestDb) {
    let store = &database.store;
    let id = create(database, &new("li.na")).await.unwrap();
    let held = async || accounts::find_by_id(store, id).await.unwrap().unwrap().roles;
    let read = held().await;
    let with = |role| {
        let added = RoleGrant { role, organization: None, region: None };
        [read.clone(), vec![added]].concat()
    };
    let change = async |roles: Vec<RoleGrant>| {
        let transaction = store.begin().await.unwrap();
        accounts::set_roles(&transaction, id, (&read, &roles), now()).await?;
        transaction.commit().await
    };
    let admin = with(Role::SystemAdmin);
    let (one, other) = tokio::join!(change(admin.clone()), change(with(Role::Auditor)));
    let made = [one.is_ok(), other.is_ok()];
    assert_eq!(made.iter().filter(|is_made| **is_made).count(), 1, "{one:?} {other:?}");
    let lost = one.err().or(other.err());
    assert!(matches!(lost, Some(StoreError::Conflict { .. })), "{lost:?}");
    assert_eq!(held().await.len(), 2);
    assert!(matches!(change(admin).await, Err(StoreError::Conflict { .. })), "nor later");
}

pub(crate) async fn a_link_works_once_and_for_a_time(database: &TestDb) {
    let store = &database.store;
    let id = create(database, &new("li.na")).await.unwrap();
    let ends = now() + TimeDelta::hours(1);
    let transaction = store.begin().await.unwrap();
    for hash in ["first", "second"] {
        accounts::add_link(&transaction, id, Purpose::Reset, hash, (now(), ends)).await.unwrap();
    }
    accounts::add_link(&transaction, id, Purpose::Confirm, "other", (now(), ends)).await.unwrap();
    transaction.commit().await.unwrap();
    let has = async |hash: &str, at| {
        accounts::has_link(store, Purpose::Reset, hash, at).await.unwrap() == Some(id)
    };
    assert!(!has("first", now()).await, "a later link takes its place");
    assert!(!has("other", now()).await, "it is for another purpose");
    assert!(has("second", now()).await);
    assert!(!has("second", ends).await);

    let transaction = store.begin().await.unwrap();
    for expected in [Some(id), None] {
        let used = accounts::use_link(&transaction, Purpose::Reset, "second", now()).await.unwrap();
        assert_eq!(used, expected);
    }
    transaction.commit().await.unwrap();
    assert!(!has("second", now()).await);
}

pub(crate) async fn a_code_counts_once(database: &TestDb) {
    let id = create(database, &new("li.na")).await.unwrap();
    let transaction = database.store.begin().await.unwrap();
    accounts::set_second_factor(&transaction, id, Some("sealed"), 100).await.unwrap();
    for (step, expected) in [(100, false), (101, true), (101, false), (99, false), (102, true)] {
        assert_eq!(accounts::use_code(&transaction, id, step).await.unwrap(), expected, "{step}");
    }
    transaction.commit().await.unwrap();
}

/// Proves ORG-08 in the store: at the end of the contract the account is disabled.
pub(crate) async fn a_contract_ends_the_account(database: &TestDb) {
    let store = &database.store;
    let ends_at = now() + TimeDelta::days(1);
    let contract = Contract {
        security_review: "AQ-2026-7".to_owned(),
        contract: "HT-2026-19".to_owned(),
        ends_at,
    };
    let made = NewAccount { contract: Some(contract.clone()), ..new("firm") };
    let id = create(database, &made).await.unwrap();
    create(database, &new("li.na")).await.unwrap();
    let found = accounts::find(store, &made.login).await.unwrap().unwrap();
    assert_eq!(found.contract, Some(contract));
    assert!(found.is_usable(now()) && !found.is_usable(ends_at));
    let transaction = store.begin().await.unwrap();
    accounts::begin_session(&transaction, &session(id, "s"), now()).await.unwrap();
    assert_eq!(accounts::end_expired(&transaction, now()).await.unwrap(), []);
    let ended = accounts::end_expired(&transaction, ends_at).await.unwrap();
    assert_eq!(ended.iter().map(Login::as_str).collect::<Vec<_>>(), ["firm"]);
    transaction.commit().await.unwrap();

    let found = accounts::find(store, &made.login).await.unwrap().unwrap();
    assert_eq!(found.state, AccountState::Disabled);
    assert_eq!(accounts::sessions_of(store, id, now()).await.unwrap(), []);
}

pub(crate) async fn what_ran_out_is_swept(database: &TestDb) {
    let store = &database.store;
    let active = create(database, &new("li.na")).await.unwrap();
    let pending = NewAccount { state: AccountState::Pending, ..new("wang.wu") };
    let id = create(database, &pending).await.unwrap();
    let transaction = store.begin().await.unwrap();
    accounts::begin_session(&transaction, &session(active, "s"), now()).await.unwrap();
    let ends = now() + TimeDelta::days(9);
    accounts::add_link(&transaction, id, Purpose::Confirm, "l", (now(), ends)).await.unwrap();
    transaction.commit().await.unwrap();
    let sweep = async |at| {
        let transaction = store.begin().await.unwrap();
        let forgotten = accounts::sweep(&transaction, at, TimeDelta::days(7)).await.unwrap();
        transaction.commit().await.unwrap();
        forgotten
    };
    assert_eq!(sweep(now() + TimeDelta::hours(1)).await, []);
    assert!(accounts::find_session(store, "s").await.unwrap().is_some());
    assert!(accounts::find(store, &pending.login).await.unwrap().is_some());

    let forgotten = sweep(now() + TimeDelta::days(7)).await;
    assert_eq!(forgotten, std::slice::from_ref(&pending.login));

    assert!(accounts::find_session(store, "s").await.unwrap().is_none());
    assert!(accounts::find(store, &pending.login).await.unwrap().is_none());
    assert!(accounts::find_by_id(store, active).await.unwrap().is_some());
}
