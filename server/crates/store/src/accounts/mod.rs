//! Accounts: who can log in, what they do and for whom; their sessions, tokens and links.
//!
//! Every write takes a [`Transaction`], so that what tells of it (a line of the log, a mail) is kept with
//! it or not at all. Addresses and secrets come encrypted, passwords and tokens as hashes: nothing here
//! can be used by who steals the database.

mod access;
mod found;
mod identities;
mod letters;
mod once;
mod proofs;
mod requests;
mod row;
mod sessions;
mod tokens;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_types::account::{AccountKind, AccountState, Login, Role, RoleGrant};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany};

use crate::convert::{check_optional, check_text, stored_number, to_stored, word};
use crate::entity::{account, account_role};
use crate::{Result, Store, StoreError, Transaction};

pub use access::{end_access, end_expired, end_tokens, sweep};
pub use found::{Wanted, n_tokens, search};
pub use identities::{end_identities, find_by_identity, identities_of, join_identity};
pub use letters::{
    Delivered, Letter, LetterKind, MailStanding, add_letter, failed_letters, forget_letters,
    mail_standing, post_letter, take_letter,
};
pub use once::{Purpose, add_link, has_link, use_link};
pub use proofs::{
    NewProof, Proof, ProofDocument, add_proof, end_proof, proof_of, proofs_of, proven_by,
};
pub use requests::{drop_request, find_request, keep_request, of_organization};
pub use sessions::{
    NewSession, Session, begin_session, end_other_sessions, end_session, find_session,
    pass_second_factor, see_session, sessions_of,
};
pub use tokens::{NewToken, Token, add_token, find_token, revoke_token, tokens_of, use_token};

/// The address of somebody for mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// The encrypted address.
    pub sealed: String,
    /// What it is found by: the same for the same address.
    pub hash: String,
}

/// An account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// The name by which somebody logs in.
    pub login: Login,
    /// Whose it is.
    pub kind: AccountKind,
    /// The name people read.
    pub name: String,
    /// The address for mail.
    pub email: Option<Email>,
    /// The hash of the password; none where another system knows it.
    pub password_hash: Option<String>,
    /// Whether it can be used at once.
    pub state: AccountState,
    /// When the contract ends, the record of the security review, and the contract (ORG-08).
    pub contract: Option<Contract>,
    /// What it does.
    pub roles: Vec<RoleGrant>,
}

/// What a contractor's account rests on (ORG-08).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Where the security review is recorded.
    pub security_review: String,
    /// Where the signed contract on security and confidentiality is.
    pub contract: String,
    /// The instant from which the account cannot be used.
    pub ends_at: DateTime<Utc>,
}

/// An account as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: i64,
    /// The name by which somebody logs in.
    pub login: Login,
    /// Whose it is.
    pub kind: AccountKind,
    /// The name people read.
    pub name: String,
    /// The encrypted address for mail.
    pub email: Option<String>,
    /// The hash of the password.
    pub password_hash: Option<String>,
    /// Whether it can be used.
    pub state: AccountState,
    /// Until when nobody can log in with a password.
    pub locked_until: Option<DateTime<Utc>>,
    /// The encrypted secret of one-time codes.
    pub totp_secret: Option<String>,
    /// What a contractor's account rests on.
    pub contract: Option<Contract>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When somebody last logged in.
    pub last_login_at: Option<DateTime<Utc>>,
    /// What it does, and for whom.
    pub roles: Vec<RoleGrant>,
}

impl Account {
    /// Whether it can be used at a time.
    pub fn is_usable(&self, now: DateTime<Utc>) -> bool {
        self.state == AccountState::Active
            && self.contract.as_ref().is_none_or(|contract| now < contract.ends_at)
    }
}

/// Makes an account and returns its number.
///
/// # Errors
///
/// `Conflict` where the login has an account, or the address an active one; `Invalid` for text that
/// cannot be stored.
pub async fn create(
    transaction: &Transaction,
    new: &NewAccount,
    now: DateTime<Utc>,
) -> Result<i64> {
    check(new)?;
    let is_taken = find_in(transaction, account::COLUMN.login.eq(new.login.as_str())).await?;
    if is_taken.is_some() {
        return Err(conflict(format!("there is an account `{}` already", new.login)));
    }
    let hash = new.email.as_ref().map(|email| email.hash.clone());
    let taken = hash.clone().filter(|_| new.state == AccountState::Active);
    if let Some(taken) = &taken {
        refuse_taken(transaction, taken, None).await?;
    }
    let contract = new.contract.as_ref();
    let row = account::ActiveModel {
        id: NotSet,
        login: Set(new.login.to_string()),
        kind: Set(new.kind.to_string()),
        name: Set(new.name.clone()),
        email: Set(new.email.as_ref().map(|email| email.sealed.clone())),
        email_hash: Set(hash),
        email_taken: Set(taken),
        password_hash: Set(new.password_hash.clone()),
        state: Set(new.state.to_string()),
        n_attempts: Set(0),
        locked_until: Set(None),
        totp_secret: Set(None),
        totp_step: Set(0),
        valid_until: Set(contract.map(|contract| to_stored(contract.ends_at))),
        security_review: Set(contract.map(|contract| contract.security_review.clone())),
        contract: Set(contract.map(|contract| contract.contract.clone())),
        created_at: Set(to_stored(now)),
        last_login_at: Set(None),
    };
    let row = account::Entity::insert(row).exec_with_returning(&transaction.inner).await?;
    add_roles(transaction, row.id, &new.roles, now).await?;
    Ok(row.id)
}

fn check(new: &NewAccount) -> Result<()> {
    check_text(&new.name, "the name of an account")?;
    check_optional(new.password_hash.as_deref(), "the hash of a password")?;
    if let Some(contract) = &new.contract {
        check_text(&contract.security_review, "the security review of an account")?;
        check_text(&contract.contract, "the contract of an account")?;
    }
    Ok(())
}

fn conflict(what: String) -> StoreError {
    StoreError::Conflict { what }
}

async fn refuse_taken(transaction: &Transaction, hash: &str, own: Option<i64>) -> Result<()> {
    let other = find_in(transaction, account::COLUMN.email_taken.eq(hash)).await?;
    match other {
        Some(other) if Some(other.id) != own => {
            Err(conflict("another active account has this address for mail".to_owned()))
        }
        _ => Ok(()),
    }
}

async fn find_in(
    transaction: &Transaction,
    condition: sea_orm::sea_query::SimpleExpr,
) -> Result<Option<account::Model>> {
    Ok(account::Entity::find().filter(condition).one(&transaction.inner).await?)
}

async fn add_roles(
    transaction: &Transaction,
    account_id: i64,
    roles: &[RoleGrant],
    now: DateTime<Utc>,
) -> Result<()> {
    if roles.is_empty() {
        return Ok(());
    }
    let rows = roles.iter().map(|held| account_role::ActiveModel {
        id: NotSet,
        account_id: Set(account_id),
        role: Set(held.role.to_string()),
        organization_code: Set(held.organization.as_ref().map(ToString::to_string)),
        region_code: Set(held.region.as_ref().map(ToString::to_string)),
        granted_at: Set(to_stored(now)),
    });
    account_role::Entity::insert_many(rows).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Finds an account by its login.
pub async fn find(store: &Store, login: &Login) -> Result<Option<Account>> {
    let found = account::Entity::find()
        .filter(account::COLUMN.login.eq(login.as_str()))
        .one(&store.connection)
        .await?;
    row::with_roles(&store.connection, found).await
}

/// Finds an account by its number.
pub async fn find_by_id(store: &Store, id: i64) -> Result<Option<Account>> {
    let found = account::Entity::find_by_id(id).one(&store.connection).await?;
    row::with_roles(&store.connection, found).await
}

/// Finds the active account that has an address for mail.
pub async fn find_by_email(store: &Store, hash: &str) -> Result<Option<Account>> {
    let found = account::Entity::find()
        .filter(account::COLUMN.email_taken.eq(hash))
        .one(&store.connection)
        .await?;
    row::with_roles(&store.connection, found).await
}

/// Finds an account that was taken out of use and had an address for mail.
pub async fn find_disabled_by_email(store: &Store, hash: &str) -> Result<Option<Account>> {
    let found = account::Entity::find()
        .filter(account::COLUMN.email_hash.eq(hash))
        .filter(account::COLUMN.state.eq(AccountState::Disabled.as_str()))
        .order_by_asc(account::COLUMN.id)
        .one(&store.connection)
        .await?;
    row::with_roles(&store.connection, found).await
}

/// Lists all accounts by login.
pub async fn list(store: &Store) -> Result<Vec<Account>> {
    let rows =
        account::Entity::find().order_by_asc(account::COLUMN.login).all(&store.connection).await?;
    let mut roles = row::all_roles(&store.connection).await?;
    rows.into_iter()
        .map(|row| {
            let held = roles.remove(&row.id).unwrap_or_default();
            row::account(row, held)
        })
        .collect()
}

/// What becomes of an attempt to log in with a password, before the password is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// There is no such account.
    Unknown,
    /// Nobody can log in for now, whatever the password is.
    Locked(Account),
    /// The password decides. `locked_until` says until when the login is suspended if it is wrong.
    Open(Account),
}

/// Counts an attempt to log in before its password is looked at, so that attempts at the same time
/// cannot outrun the lock. `lock` says for how long an account is locked after so many of them.
pub async fn attempt(
    transaction: &Transaction,
    login: &Login,
    now: DateTime<Utc>,
    lock: impl Fn(u32) -> Option<TimeDelta>,
) -> Result<Attempt> {
    let found = account::Entity::find()
        .filter(account::COLUMN.login.eq(login.as_str()))
        .lock_exclusive()
        .one(&transaction.inner)
        .await?;
    let Some(found) = found else { return Ok(Attempt::Unknown) };
    let (id, n_before) = (found.id, found.n_attempts);
    let Some(account) = row::with_roles(&transaction.inner, Some(found)).await? else {
        return Ok(Attempt::Unknown);
    };
    if account.locked_until.is_some_and(|until| now < until) {
        return Ok(Attempt::Locked(account));
    }
    let n_attempts = n_before.saturating_add(1);
    let lock = lock(u32::try_from(n_attempts).unwrap_or(u32::MAX));
    let until = lock.and_then(|lock| now.checked_add_signed(lock)).map(to_stored);
    change(id)
        .col_expr(account::Column::NAttempts, Expr::value(n_attempts))
        .col_expr(account::Column::LockedUntil, Expr::value(until))
        .exec(&transaction.inner)
        .await?;
    Ok(Attempt::Open(Account { locked_until: until, ..account }))
}

fn change(id: i64) -> UpdateMany<account::Entity> {
    account::Entity::update_many().filter(account::COLUMN.id.eq(id))
}

/// Says that somebody logged in: the attempts before are forgotten.
pub async fn logged_in(transaction: &Transaction, id: i64, now: DateTime<Utc>) -> Result<()> {
    unlock(id)
        .col_expr(account::Column::LastLoginAt, Expr::value(Some(to_stored(now))))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

fn unlock(id: i64) -> UpdateMany<account::Entity> {
    change(id)
        .col_expr(account::Column::NAttempts, Expr::value(0))
        .col_expr(account::Column::LockedUntil, Expr::value(Option::<DateTime<Utc>>::None))
}

/// Puts another password in the place of the old one, and unlocks the account.
pub async fn set_password(transaction: &Transaction, id: i64, hash: &str) -> Result<()> {
    check_text(hash, "the hash of a password")?;
    unlock(id)
        .col_expr(account::Column::PasswordHash, Expr::value(Some(hash.to_owned())))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// Makes an account active, or takes it out of use. Whoever uses it then is logged out (ORG-06).
///
/// # Errors
///
/// `Conflict` where another account has become active with the same address meanwhile.
pub async fn set_state(
    transaction: &Transaction,
    id: i64,
    state: AccountState,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = account::Entity::find_by_id(id).one(&transaction.inner).await?;
    let row = row.ok_or_else(|| StoreError::not_found(format!("account {id}")))?;
    let taken = row.email_hash.filter(|_| state == AccountState::Active);
    if let Some(hash) = &taken {
        refuse_taken(transaction, hash, Some(id)).await?;
    }
    unlock(id)
        .col_expr(account::Column::State, Expr::value(state.as_str()))
        .col_expr(account::Column::EmailTaken, Expr::value(taken))
        .exec(&transaction.inner)
        .await?;
    if state != AccountState::Active {
        end_access(transaction, id, now).await?;
    }
    Ok(())
}

/// Whether an active account holds a role for an organization.
pub async fn has_role(store: &Store, role: Role, organization: &str) -> Result<bool> {
    let found: Option<i64> = account_role::Entity::find()
        .select_only()
        .column(account_role::Column::AccountId)
        .inner_join(account::Entity)
        .filter(account::COLUMN.state.eq(AccountState::Active.as_str()))
        .filter(account_role::COLUMN.role.eq(role.as_str()))
        .filter(account_role::COLUMN.organization_code.eq(organization))
        .into_tuple()
        .one(&store.connection)
        .await?;
    Ok(found.is_some())
}

/// Lists who holds one of some roles for an organization: its code, the role and the name, of active
/// accounts only.
pub async fn holders(store: &Store, roles: &[Role]) -> Result<Vec<(String, Role, String)>> {
    let found: Vec<(String, String, String)> = account_role::Entity::find()
        .select_only()
        .column(account_role::Column::OrganizationCode)
        .column(account_role::Column::Role)
        .column(account::Column::Name)
        .inner_join(account::Entity)
        .filter(account::COLUMN.state.eq(AccountState::Active.as_str()))
        .filter(account_role::COLUMN.role.is_in(roles.iter().map(|role| role.as_str())))
        .filter(account_role::COLUMN.organization_code.is_not_null())
        .order_by_asc(account_role::COLUMN.id)
        .into_tuple()
        .all(&store.connection)
        .await?;
    let holders = found.into_iter().map(|(organization, role, name)| {
        let role = word(&role, "a role that is held", "role")?;
        Ok((organization, role, name))
    });
    holders.collect()
}

/// Puts other roles in the place of those an account has, which are those on which it was decided. Whoever uses it is
/// logged out (ORG-06).
///
/// # Errors
///
/// `Conflict` where it has other roles meanwhile: each of two changes may be right, and both together forbidden
/// (SEC-19).
pub async fn set_roles(
    transaction: &Transaction,
    id: i64,
    (before, roles): (&[RoleGrant], &[RoleGrant]),
    now: DateTime<Utc>,
) -> Result<()> {
    // Held until the end of the transaction: changes at once are made one after the other.
    let held = account::Entity::find_by_id(id).lock_exclusive().one(&transaction.inner).await?;
    let held = row::with_roles(&transaction.inner, held).await?;
    let held = held.ok_or_else(|| StoreError::not_found(format!("account {id}")))?;
    let [is, was] =
        [held.roles.as_slice(), before].map(|roles| roles.iter().collect::<BTreeSet<_>>());
    if is != was {
        let what = format!("the roles of `{}` were changed meanwhile", held.login);
        return Err(StoreError::Conflict { what });
    }
    account_role::Entity::delete_many()
        .filter(account_role::COLUMN.account_id.eq(id))
        .exec(&transaction.inner)
        .await?;
    add_roles(transaction, id, roles, now).await?;
    end_access(transaction, id, now).await
}

/// Keeps the encrypted secret of one-time codes with the step of the code that proved it, or forgets it.
pub async fn set_second_factor(
    transaction: &Transaction,
    id: i64,
    secret: Option<&str>,
    step: u64,
) -> Result<()> {
    check_optional(secret, "the secret of one-time codes")?;
    let step: i64 = stored_number(step, "the step of a one-time code")?;
    change(id)
        .col_expr(account::Column::TotpSecret, Expr::value(secret.map(str::to_owned)))
        .col_expr(account::Column::TotpStep, Expr::value(step))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// Uses a one-time code of a step. `false` where it, or a later one, was used before.
pub async fn use_code(transaction: &Transaction, id: i64, step: u64) -> Result<bool> {
    let step: i64 = stored_number(step, "the step of a one-time code")?;
    let updated = change(id)
        .col_expr(account::Column::TotpStep, Expr::value(step))
        .filter(account::Column::TotpStep.lt(step))
        .exec(&transaction.inner)
        .await?;
    Ok(updated.rows_affected > 0)
}
