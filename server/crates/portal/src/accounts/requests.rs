//! Requests of agencies for accounts: what is asked for, and by whom (ORG-06, yulin 21). Deciding them is in
//! `granting`.

use std::collections::BTreeMap;

use kaishu_domain::cases::Act;
use kaishu_domain::permission::Action;
use kaishu_store::accounts::{self, Account};
use kaishu_store::cases::{Case, CaseSubject};
use kaishu_types::account::{AccountWish, Login, Role, RoleGrant};
use kaishu_types::case::{CaseCard, CaseKind};
use kaishu_types::{FieldError, Lang, OrganizationCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::mail::is_address;
use super::manage::{Known, known};
use super::register::MAX_NAME;
use super::secrets::Kind;
use super::{Caller, IS_RESERVED, is_reserved, log_in_first};
use crate::cases::{DeskFilter, Wanted, not_covered};
use crate::{Error, Portal, Result};

/// The roles that an agency asks for: those of its own work.
pub const REQUESTED_ROLES: [Role; 3] = [Role::Officer, Role::Head, Role::Reviewer];

/// What an officer or a head types.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestForm {
    /// `make`, `change` or `cancel`.
    pub wish: String,
    /// Code of the organization that asks.
    pub organization: String,
    /// Whose account.
    pub login: String,
    /// The name of the person; for a new account.
    pub name: String,
    /// The address to which the invitation goes; for a new account.
    pub email: String,
    /// What the account is to do for the organization.
    pub roles: Vec<String>,
    /// Why.
    pub reason: String,
}

/// An organization with its accounts, as its officers see them.
#[derive(Debug, Clone, PartialEq)]
pub struct AgencyAccounts {
    /// Code of the organization.
    pub organization: OrganizationCode,
    /// Its accounts, by login.
    pub accounts: Vec<Known>,
}

/// What is asked for, as it is kept until it is decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wish {
    pub(super) wish: AccountWish,
    pub(super) organization: OrganizationCode,
    pub(super) login: Login,
    pub(super) name: String,
    /// Encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    pub(super) roles: Vec<Role>,
}

impl Wish {
    /// Reads what was kept.
    pub(super) fn read(document: &str) -> Result<Self> {
        serde_json::from_str(document).map_err(unreadable)
    }

    fn written(&self) -> Result<String> {
        serde_json::to_string(self).map_err(unreadable)
    }

    /// What the case and the log keep: everything but the address.
    pub(super) fn facts(&self) -> Result<BTreeMap<String, String>> {
        let roles: Vec<&str> = self.roles.iter().map(|role| role.as_str()).collect();
        let hash = Sha256::digest(self.written()?.as_bytes());
        let facts = [
            ("wish", self.wish.to_string()),
            ("login", self.login.to_string()),
            ("name", self.name.clone()),
            ("roles", roles.join(" ")),
            ("content", hash.iter().map(|byte| format!("{byte:02x}")).collect()),
        ];
        Ok(facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    pub(super) fn grants(&self) -> impl Iterator<Item = RoleGrant> {
        let organization = self.organization.clone();
        let grant = move |role: &Role| RoleGrant {
            role: *role,
            organization: Some(organization.clone()),
            region: None,
        };
        self.roles.iter().map(grant)
    }
}

impl Portal {
    /// Lists the organizations for which a caller asks for accounts.
    ///
    /// # Errors
    ///
    /// `Forbidden` for who asks for none.
    pub fn asks_accounts_for(&self, caller: &Caller, lang: Lang) -> Result<Vec<OrganizationCode>> {
        let mut codes: Vec<OrganizationCode> = Vec::new();
        for code in caller.roles().iter().filter_map(|held| held.organization.as_ref()) {
            let subject = self.subject(Some(code.as_str()), None, false);
            let may = caller.role_for(Action::RequestAccounts, &subject).is_some();
            if may && !codes.contains(code) {
                codes.push(code.clone());
            }
        }
        match codes.is_empty() {
            true => Err(not_covered(caller, Action::RequestAccounts, lang)),
            false => Ok(codes),
        }
    }

    /// Lists the accounts of the organizations for which a caller asks for accounts.
    ///
    /// # Errors
    ///
    /// `Forbidden` for who asks for none.
    pub async fn agency_accounts(
        &self,
        caller: &Caller,
        lang: Lang,
    ) -> Result<Vec<AgencyAccounts>> {
        let codes = self.asks_accounts_for(caller, lang)?;
        let mut found = Vec::with_capacity(codes.len());
        for organization in codes {
            let of = accounts::of_organization(&self.inner.store, organization.as_str()).await?;
            // What somebody does for others is not for the agency to know.
            let own = of.into_iter().map(|mut account| {
                account.roles.retain(|held| held.organization.as_ref() == Some(&organization));
                known(account)
            });
            found.push(AgencyAccounts { accounts: own.collect(), organization });
        }
        Ok(found)
    }

    /// Lists the requests that a caller may see and that wait for a decision.
    pub async fn open_account_requests(
        &self,
        caller: &Caller,
        lang: Lang,
    ) -> Result<Vec<CaseCard>> {
        self.desk(caller, DeskFilter::Open, &[CaseKind::AccountRequest], lang).await
    }

    /// Asks for an account to be made, changed or ended. Returns the number of the case.
    ///
    /// # Errors
    ///
    /// `InvalidInput` with every field that is wrong; `Forbidden` for who may not ask for this
    /// organization; `Conflict` where the same is asked for already.
    pub async fn request_account(
        &self,
        caller: &Caller,
        form: &RequestForm,
        lang: Lang,
    ) -> Result<i64> {
        if !caller.is_logged_in() {
            return Err(log_in_first(lang));
        }
        let wish = self.read_wish(caller, form, lang).await?;
        let about = self.request_subject(&wish)?;
        let store = &self.inner.store;
        self.check_not_asked(&about, lang).await?;
        let wanted = Wanted {
            caller,
            lang,
            act: Act {
                event: "file".to_owned(),
                reason: form.reason.clone(),
                facts: wish.facts()?,
                ..Act::default()
            },
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        let decided = self.decide(CaseKind::AccountRequest, &about, None, wanted)?;
        let transaction = store.begin().await?;
        let happening = decided.happening();
        let key = &self.inner.log_key;
        let (case, _) = kaishu_store::cases::open(&transaction, key, &about, &happening).await?;
        accounts::keep_request(&transaction, case, &wish.written()?).await?;
        transaction.commit().await?;
        Ok(case)
    }

    fn request_subject(&self, wish: &Wish) -> Result<CaseSubject> {
        let directory = self.directory();
        let code = wish.organization.as_str();
        let organization = directory.organization(code);
        let organization = organization.ok_or_else(|| Error::not_found("organization", code))?;
        let header = &self.policy().header;
        let who = match wish.name.as_str() {
            "" => wish.login.to_string(),
            name => format!("{}（{name}）", wish.login),
        };
        Ok(CaseSubject {
            subject: wish.login.to_string(),
            title: format!("{}：{who}", wish.wish.label(Lang::Zh)),
            organization: Some(code.to_owned()),
            region: Some(organization.region.code.clone()),
            policy: header.code.clone(),
            policy_revision: header.revision,
        })
    }

    /// Two open requests about one account would decide against each other.
    async fn check_not_asked(&self, about: &CaseSubject, lang: Lang) -> Result<()> {
        let (store, kind) = (&self.inner.store, CaseKind::AccountRequest);
        let cases = kaishu_store::cases::of_subject(store, &about.subject, kind).await?;
        let is_same = |case: &Case| {
            case.file.closed_at.is_none() && case.about.organization == about.organization
        };
        match cases.iter().any(is_same) {
            false => Ok(()),
            true => Err(Error::field(
                "login",
                lang.pick(
                    "这个账号已经有一件申请在办理，等办结以后再提。",
                    "a request about this account is open; wait until it is decided",
                ),
            )),
        }
    }

    /// Checks all that was typed at once.
    async fn read_wish(&self, caller: &Caller, form: &RequestForm, lang: Lang) -> Result<Wish> {
        let mut faults = Faults { lang, found: Vec::new() };
        let own = self.asks_accounts_for(caller, lang)?;
        let organization = own.iter().find(|code| code.as_str() == form.organization.trim());
        if organization.is_none() {
            faults.add("organization", "选择您所在的单位。", "Choose your organization.");
        }
        let wish = form.wish.parse::<AccountWish>().ok();
        if wish.is_none() {
            faults.add(
                "wish",
                "选择开立、变更或者注销。",
                "Choose whether to make, change or cancel an account.",
            );
        }
        if form.reason.trim().is_empty() {
            faults.add("reason", "请写明理由。", "Say why.");
        }
        let login = form.login.trim().parse::<Login>().ok();
        if login.is_none() {
            faults.add(
                "login",
                "登录名用 2 至 40 个小写字母、数字、点、短横或者下划线，以字母开头。",
                "A login name has 2 to 40 lower-case letters, digits, dots, hyphens and underscores, and begins with a letter.",
            );
        }
        let roles = read_roles(form, wish, &mut faults);
        let (name, email) = read_person(form, wish, &mut faults);
        let (Some(wish), Some(login), Some(organization)) = (wish, login, organization.cloned())
        else {
            return Err(Error::InvalidInput(faults.found));
        };
        let found = accounts::find(&self.inner.store, &login).await?;
        check_account(wish, (&login, found.as_ref()), &organization, &mut faults);
        if !faults.found.is_empty() {
            return Err(Error::InvalidInput(faults.found));
        }
        let own_name = found.map(|account| account.name).unwrap_or_default();
        let name = if wish == AccountWish::Make { name } else { own_name };
        let email = email.map(|email| self.account_secrets().seal(Kind::Mail, email.as_bytes()));
        Ok(Wish { wish, organization, login, name, email: email.transpose()?, roles })
    }
}

/// Faults of a form, in the language of its reader.
struct Faults {
    lang: Lang,
    found: Vec<FieldError>,
}

impl Faults {
    fn add(&mut self, field: &str, zh: &str, en: &str) {
        let message = self.lang.pick(zh, en).to_owned();
        self.found.push(FieldError { field: field.to_owned(), message });
    }
}

fn read_roles(form: &RequestForm, wish: Option<AccountWish>, faults: &mut Faults) -> Vec<Role> {
    if wish == Some(AccountWish::Cancel) {
        return Vec::new();
    }
    let mut roles: Vec<Role> = Vec::new();
    for role in form.roles.iter().filter_map(|role| role.parse::<Role>().ok()) {
        if REQUESTED_ROLES.contains(&role) && !roles.contains(&role) {
            roles.push(role);
        }
    }
    if roles.is_empty() || roles.len() < form.roles.len() {
        faults.add(
            "roles",
            "从列出的角色里至少选一个；都不要的，提注销。",
            "Choose at least one of the roles that are listed; where none is needed, ask to cancel.",
        );
    }
    roles
}

fn read_person(
    form: &RequestForm,
    wish: Option<AccountWish>,
    faults: &mut Faults,
) -> (String, Option<String>) {
    if wish.is_some_and(|wish| wish != AccountWish::Make) {
        return (String::new(), None);
    }
    let (name, email) = (form.name.trim(), form.email.trim());
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        faults.add(
            "name",
            "填写使用人的姓名，最多 100 个字。",
            "Give the name of the person, up to 100 characters.",
        );
    }
    if !is_address(email) {
        faults.add(
            "email",
            "填写使用人完整的邮箱地址，邀请链接发到这里，例如 li.na@example.cn。",
            "Give the person's whole address for mail, as in li.na@example.cn; the invitation goes there.",
        );
    }
    (name.to_owned(), Some(email.to_owned()))
}

/// A new login must be free; an account to change must be one of the organization.
fn check_account(
    wish: AccountWish,
    (login, found): (&Login, Option<&Account>),
    organization: &OrganizationCode,
    faults: &mut Faults,
) {
    let is_own = found.is_some_and(|account| {
        account.roles.iter().any(|held| held.organization.as_ref() == Some(organization))
    });
    match (wish, found) {
        (AccountWish::Make, None) if is_reserved(login) => {
            faults.add("login", IS_RESERVED.0, IS_RESERVED.1);
        }
        (AccountWish::Make, Some(_)) if is_own => faults.add(
            "login",
            "本单位已经有这个账号；要改角色的，提变更。",
            "Your organization has this account already; to change its roles, ask for a change.",
        ),
        (AccountWish::Make, Some(_)) => faults.add(
            "login",
            "这个登录名已经有人用。换一个，例如加上单位简称。",
            "This login name is taken. Choose another one.",
        ),
        (AccountWish::Change | AccountWish::Cancel, _) if !is_own => faults.add(
            "login",
            "本单位没有这个账号。从账号列表里选。",
            "Your organization has no such account. Choose one from the list.",
        ),
        _ => {}
    }
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::Internal(format!("a request for an account cannot be read or written: {error}"))
}
