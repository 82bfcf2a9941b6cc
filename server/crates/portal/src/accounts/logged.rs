//! Acts on accounts in the log (SEC-01): who did what to whose account.
//!
//! Each entry is written in the transaction of its act. Passwords, tokens, codes and addresses are in none.

use kaishu_domain::cases::Actor;
use kaishu_store::Transaction;
use kaishu_store::accounts::Account;
use kaishu_types::account::{Login, RoleGrant, TokenScope};

use crate::cases::LogAct;
use crate::{Portal, Result};

/// Kind of what acts on accounts are written under.
const ACCOUNT: &str = "account";

/// What was done to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Somebody made it for somebody else.
    Made,
    /// Its owner made it.
    Registered,
    /// Its owner proved the address for mail.
    Confirmed,
    /// Nobody did, and the login is free again.
    Forgotten,
    Enabled,
    Disabled,
    /// The contract that it rests on came to its end.
    ContractEnded,
    RolesChanged,
    LoggedIn,
    /// An identity of another system opens it from now on.
    IdentityJoined,
    /// None opens it any more.
    IdentityEnded,
    /// Somebody proved who they are.
    Proven,
    /// The proof counts no more.
    ProofWithdrawn,
    /// Too many wrong passwords or codes in a row suspended the login.
    Locked,
    /// A session of the owner was ended from another one.
    SessionEnded,
    /// All sessions, tokens and links were, by somebody else.
    AccessEnded,
    /// All sessions of the owner but one were.
    SessionsEnded,
    PasswordChanged,
    /// Set by the link of a mail.
    PasswordReset,
    CodesSetUp,
    CodesGivenUp,
    /// Somebody else took them away, for a device that was lost.
    CodesForgotten,
    TokenMade,
    TokenEnded,
}

impl Act {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Registered => "registered",
            Self::Confirmed => "confirmed",
            Self::Forgotten => "forgotten",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::ContractEnded => "contract_ended",
            Self::RolesChanged => "roles_changed",
            Self::LoggedIn => "logged_in",
            Self::IdentityJoined => "identity_joined",
            Self::IdentityEnded => "identity_ended",
            Self::Proven => "proven",
            Self::ProofWithdrawn => "proof_withdrawn",
            Self::Locked => "locked",
            Self::SessionEnded => "session_ended",
            Self::AccessEnded => "access_ended",
            Self::SessionsEnded => "sessions_ended",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::CodesSetUp => "codes_set_up",
            Self::CodesGivenUp => "codes_given_up",
            Self::CodesForgotten => "codes_forgotten",
            Self::TokenMade => "token_made",
            Self::TokenEnded => "token_ended",
        }
    }
}

/// A fact that stays with an act: its name and its value.
pub(super) type Fact = (&'static str, String);

impl Portal {
    /// Writes an act on an account into the log, together with the act itself.
    pub(super) async fn log_account(
        &self,
        transaction: &Transaction,
        by: Actor,
        login: &Login,
        act: Act,
        facts: impl IntoIterator<Item = Fact>,
    ) -> Result<()> {
        let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let (kind, subject, event) = (ACCOUNT, login.as_str(), act.as_str());
        let act = LogAct { kind, subject, event, by, facts, ..LogAct::default() };
        self.log(transaction, act).await?;
        Ok(())
    }
}

/// The owner of an account, as the log names who acts.
pub(super) fn owner(account: &Account) -> Actor {
    Actor {
        account: Some(account.id),
        login: account.login.to_string(),
        name: account.name.clone(),
        ..Actor::default()
    }
}

/// Writes roles as the log keeps them, as in `officer YX-FGW; authority YX`.
pub(super) fn roles(roles: &[RoleGrant]) -> String {
    let role = |held: &RoleGrant| {
        let organization = held.organization.as_ref().map(ToString::to_string);
        let region = held.region.as_ref().map(ToString::to_string);
        let place = organization.or(region).map(|place| format!(" {place}"));
        format!("{}{}", held.role, place.unwrap_or_default())
    };
    roles.iter().map(role).collect::<Vec<_>>().join("; ")
}

/// What a change of roles gave and took.
pub(super) fn changed_roles(before: &[RoleGrant], after: &[RoleGrant]) -> Vec<Fact> {
    let only_of = |one: &[RoleGrant], other: &[RoleGrant]| -> Vec<RoleGrant> {
        one.iter().filter(|held| !other.contains(held)).cloned().collect()
    };
    let (given, taken) = (only_of(after, before), only_of(before, after));
    let facts = [("given", given), ("taken", taken)];
    let facts = facts.into_iter().filter(|(_, held)| !held.is_empty());
    facts.map(|(name, held)| (name, roles(&held))).collect()
}

/// What a token is for and good for; never the token.
pub(super) fn token_facts(id: i64, name: &str, scope: TokenScope) -> Vec<Fact> {
    vec![("token", id.to_string()), ("name", name.to_owned()), ("scope", scope.to_string())]
}
