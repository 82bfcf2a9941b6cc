//! `kaishu user`

use std::io::Read;
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use kaishu_portal::Portal;
use kaishu_portal::accounts::{Caller, Contract, Known, NewStaff};
use kaishu_server::assets::Assets;
use kaishu_types::account::{AccountKind, Login, Role, RoleGrant};
use kaishu_types::china::end_of_day_in_china;
use kaishu_types::{Lang, OrganizationCode, RegionCode};
use serde_json::json;

use super::Common;

/// Longest password that is read.
const MAX_BYTES: u64 = 4_096;

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an account; its password is read from stdin
    Add(Adding),
    /// List all accounts
    List(Listing),
    /// Take an account out of use: whoever uses it is logged out at once
    Disable(Named),
    /// Let an account be used again
    Enable(Named),
    /// Give and take roles: whoever uses the account is logged out at once
    Role(Changing),
    /// Forget the one-time codes of an account whose phone is lost
    ForgetCodes(Named),
}

/// An account to make.
#[derive(Debug, Args)]
pub(crate) struct Adding {
    /// The name to log in with
    login: Login,
    /// What it does; may be given several times. See `kaishu doctor --permissions`
    #[arg(long, value_name = "ROLE", required = true)]
    role: Vec<Role>,
    #[command(flatten)]
    place: Place,
    /// The name people read [default: the login]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The address for mail
    #[arg(long, value_name = "MAIL")]
    email: Option<String>,
    /// Whose account it is: person, organization or contractor
    #[arg(long, value_name = "KIND", default_value = "person")]
    kind: AccountKind,
    #[command(flatten)]
    contract: ContractArguments,
    /// Read the password from stdin: its first line
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// For whom or where roles are held.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// Code of the organization that the role is held for
    #[arg(long, value_name = "CODE")]
    org: Option<OrganizationCode>,
    /// Code of the region that the role is held for [default: that of the portal]
    #[arg(long, value_name = "CODE")]
    region: Option<RegionCode>,
}

/// What the account of a contractor rests on.
#[derive(Debug, Args)]
#[group(requires_all = ["security_review", "contract", "until"])]
pub(crate) struct ContractArguments {
    /// Where the security review of the contractor is recorded
    #[arg(long, value_name = "RECORD")]
    security_review: Option<String>,
    /// Where the signed contract on security and confidentiality is
    #[arg(long, value_name = "RECORD")]
    contract: Option<String>,
    /// The last day of the contract; the account is disabled after it
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<NaiveDate>,
}

/// How accounts are listed.
#[derive(Debug, Args)]
pub(crate) struct Listing {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// An account.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The name to log in with
    login: Login,
}

/// Roles to give and to take.
#[derive(Debug, Args)]
pub(crate) struct Changing {
    /// The name to log in with
    login: Login,
    /// A role to give; may be given several times
    #[arg(long, value_name = "ROLE", required_unless_present = "remove")]
    add: Vec<Role>,
    /// A role to take; may be given several times
    #[arg(long, value_name = "ROLE")]
    remove: Vec<Role>,
    #[command(flatten)]
    place: Place,
}

/// Runs a command.
pub(super) async fn run(common: &Common, command: Command) -> anyhow::Result<ExitCode> {
    let config = common.load(false, None)?;
    let portal = super::open(&config, &Assets::none()).await?;
    let caller = Caller::command();
    match command {
        Command::Add(adding) => add(&portal, &caller, adding).await?,
        Command::List(listing) => list(&portal, &caller, listing.json).await?,
        Command::Disable(Named { login }) => {
            portal.set_enabled(&caller, &login, false, Lang::En).await?;
            super::print(&format!("{login} is disabled, and whoever used it is logged out"))?;
        }
        Command::Enable(Named { login }) => {
            portal.set_enabled(&caller, &login, true, Lang::En).await?;
            super::print(&format!("{login} can be used"))?;
        }
        Command::Role(changing) => change(&portal, &caller, changing).await?,
        Command::ForgetCodes(Named { login }) => {
            portal.forget_second_factor(&caller, &login, Lang::En).await?;
            super::print(&format!(
                "{login} is logged out; staff set new one-time codes up at the next login"
            ))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(portal: &Portal, caller: &Caller, adding: Adding) -> anyhow::Result<()> {
    let Adding { login, role, place, name, email, kind, contract, password_stdin: _ } = adding;
    let contract = match contract {
        ContractArguments {
            security_review: Some(security_review),
            contract: Some(contract),
            until: Some(until),
        } => Some(Contract { security_review, contract, ends_at: end_of_day_in_china(until) }),
        _ => None,
    };
    let roles = role.into_iter().map(|role| place.of(role)).collect();
    let password = read_password()?;
    let new = NewStaff { login: login.clone(), kind, name, email, password, contract, roles };
    let is_staff = new.roles.iter().any(|held: &RoleGrant| held.role.is_staff());
    portal.add_account(caller, new, Lang::En).await?;
    let next = if is_staff { "; one-time codes are set up at the first login" } else { "" };
    super::print(&format!("{login} can log in{next}"))
}

/// Reads the first line of stdin.
fn read_password() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(MAX_BYTES)
        .read_to_string(&mut text)
        .context("the password could not be read from stdin; it must be UTF-8")?;
    let password = text.lines().next().unwrap_or_default().to_owned();
    if password.is_empty() {
        bail!("stdin holds no password; write it there, as in `kaishu user add … < password`");
    }
    Ok(password)
}

impl Place {
    /// The role for the organization or the region, whichever it is held for.
    fn of(&self, role: Role) -> RoleGrant {
        RoleGrant {
            role,
            organization: self.org.clone().filter(|_| role.is_of_organization()),
            region: self.region.clone().filter(|_| !role.is_of_organization()),
        }
    }
}

async fn list(portal: &Portal, caller: &Caller, as_json: bool) -> anyhow::Result<()> {
    let accounts = portal.accounts(caller, Lang::En).await?;
    let text = if as_json {
        let accounts: Vec<_> = accounts.iter().map(to_json).collect();
        serde_json::to_string(&accounts).context("the accounts could not be written")?
    } else if accounts.is_empty() {
        "there are no accounts; make one with `kaishu user add`".to_owned()
    } else {
        accounts.iter().map(in_words).collect::<Vec<_>>().join("\n")
    };
    super::print(&text)
}

fn to_json(account: &Known) -> serde_json::Value {
    json!({
        "login": account.login,
        "kind": account.kind,
        "name": account.name,
        "state": account.state,
        "roles": account.roles,
        "has_second_factor": account.has_second_factor,
        "contract_ends_at": account.contract.as_ref().map(|contract| contract.ends_at),
        "created_at": account.created_at,
        "last_login_at": account.last_login_at,
    })
}

fn in_words(account: &Known) -> String {
    let roles: Vec<String> = account.roles.iter().map(role_in_words).collect();
    let last = match account.last_login_at {
        Some(at) => format!("last logged in {}", at.format("%Y-%m-%d")),
        None => "never logged in".to_owned(),
    };
    let codes = if account.has_second_factor { "one-time codes" } else { "no one-time codes" };
    format!(
        "{} ({}), {}: {}; {codes}; {last}",
        account.login,
        account.name,
        account.state,
        roles.join(", ")
    )
}

fn role_in_words(held: &RoleGrant) -> String {
    match (&held.organization, &held.region) {
        (Some(organization), _) => format!("{} of {organization}", held.role),
        (None, Some(region)) => format!("{} of {region}", held.role),
        (None, None) => held.role.to_string(),
    }
}

async fn change(portal: &Portal, caller: &Caller, changing: Changing) -> anyhow::Result<()> {
    let Changing { login, add, remove, place } = changing;
    let added = add.into_iter().map(|role| place.of(role)).collect();
    let roles = portal.change_roles(caller, &login, (added, remove), Lang::En).await?;
    let roles: Vec<String> = roles.iter().map(role_in_words).collect();
    let roles = if roles.is_empty() { "no role".to_owned() } else { roles.join(", ") };
    super::print(&format!("{login} holds {roles}; whoever used it is logged out"))
}
