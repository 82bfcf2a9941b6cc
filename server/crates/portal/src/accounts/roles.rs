//! Giving and taking roles, and which of them go together (SEC-19).

use kaishu_domain::permission::{self, Action, Reach};
use kaishu_store::StoreError;
use kaishu_store::accounts::{self, Account, LetterKind};
use kaishu_types::account::{Login, Role, RoleGrant};
use kaishu_types::{ErrorCode, Lang, RegionCode, RuleRef};

use super::logged::{self, Act};
use super::manage::permit;
use super::{Caller, wrong};
use crate::directory::Directory;
use crate::{Error, Portal, Result};

/// Codes of organizations that are named where one is unknown.
const SHOWN: usize = 20;

/// The article by which the three administrators are kept apart.
pub(super) const SEPARATION: &str = "广东省政务数据资源共享管理办法（试行）第二十八条";

impl Portal {
    /// Checks roles against each other and against the organizations and regions there are. What reaches
    /// over a region is of the portal's own where none is named.
    pub(super) fn check_roles(&self, roles: Vec<RoleGrant>, lang: Lang) -> Result<Vec<RoleGrant>> {
        let directory = self.directory();
        let own_region: Option<RegionCode> = self.site().region.parse().ok();
        let mut checked: Vec<RoleGrant> = Vec::new();
        for mut held in roles {
            check_organization(&directory, &held, lang)?;
            if reaches_region(held.role) {
                held.region = held.region.or_else(|| own_region.clone());
            }
            check_region(&directory, &held, lang)?;
            if !checked.contains(&held) {
                checked.push(held);
            }
        }
        match permission::conflict(&checked) {
            Some(conflict) => Err(kept_apart(conflict, lang)),
            None => Ok(checked),
        }
    }

    /// Gives and takes roles. Whoever uses the account is logged out at once, and its tokens end (ORG-06).
    /// Returns the roles it has then.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such account; `Forbidden` for the own one (SEC-19); `Conflict` with the article for roles that nobody holds
    /// together (SEC-19), or where somebody else changed them meanwhile; `InvalidInput` for a role that is to be taken
    /// and is not there.
    pub async fn change_roles(
        &self,
        caller: &Caller,
        login: &Login,
        (added, removed): (Vec<RoleGrant>, Vec<Role>),
        lang: Lang,
    ) -> Result<Vec<RoleGrant>> {
        permit(caller, Action::AssignRoles, lang)?;
        let account = self.account_of_another(caller, login, lang).await?;
        let missing = removed.iter().find(|role| !account.roles.iter().any(|it| it.role == **role));
        if let Some(role) = missing {
            let held: Vec<&str> = account.roles.iter().map(|it| it.role.as_str()).collect();
            return Err(Error::field(
                "remove",
                format!("`{login}` does not hold `{role}`; it holds {}", held.join(", ")),
            ));
        }
        let kept = account.roles.iter().filter(|held| !removed.contains(&held.role)).cloned();
        let roles = self.check_roles(kept.chain(added).collect(), lang)?;
        self.keep_roles(caller, &account, &roles, lang).await?;
        Ok(roles)
    }

    /// Takes one role away, for the organization or the region that it is held for; other places of the same
    /// role stay. Whoever uses the account is logged out at once, and its tokens end (ORG-06).
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such account; `Forbidden` for the own one (SEC-19); `InvalidInput` where it does
    /// not hold the role any more; `Conflict` where its roles changed meanwhile.
    pub async fn take_role(
        &self,
        caller: &Caller,
        login: &Login,
        taken: &RoleGrant,
        lang: Lang,
    ) -> Result<()> {
        permit(caller, Action::AssignRoles, lang)?;
        let account = self.account_of_another(caller, login, lang).await?;
        let kept: Vec<RoleGrant> =
            account.roles.iter().filter(|held| *held != taken).cloned().collect();
        if kept.len() == account.roles.len() {
            return Err(wrong(
                "role",
                lang,
                "这个账号已经没有这个角色了。",
                "The account does not hold this role any more.",
            ));
        }
        self.keep_roles(caller, &account, &kept, lang).await
    }

    async fn keep_roles(
        &self,
        caller: &Caller,
        account: &Account,
        roles: &[RoleGrant],
        lang: Lang,
    ) -> Result<()> {
        let transaction = self.inner.store.begin().await?;
        let change = (account.roles.as_slice(), roles);
        let set = accounts::set_roles(&transaction, account.id, change, self.now()).await;
        set.map_err(|error| changed_meanwhile(error, lang))?;
        let (by, facts) = (self.actor(caller), logged::changed_roles(&account.roles, roles));
        self.log_account(&transaction, by, &account.login, Act::RolesChanged, facts).await?;
        // The change ended the link by which somebody new chooses a password: they get another one.
        let is_new = account.password_hash.is_none() && account.last_login_at.is_none();
        let is_invited = is_new && account.email.is_some() && account.is_usable(self.now());
        if is_invited {
            self.write_to(&transaction, account.id, LetterKind::Invite, lang).await?;
        }
        transaction.commit().await?;
        if is_invited {
            self.send_soon();
        }
        Ok(())
    }
}

/// Refuses an organization that does not exist, that is missing, or that the role is not held for.
fn check_organization(directory: &Directory, held: &RoleGrant, lang: Lang) -> Result<()> {
    let (role, word) = (held.role, held.role.label(lang));
    let message = match &held.organization {
        None if role.is_of_organization() => lang.pick(
            format!("“{word}”是为一个单位担任的角色，请选择单位。"),
            format!("the role `{role}` is held for an organization; name it with --org"),
        ),
        Some(_) if !role.is_of_organization() => lang.pick(
            format!("“{word}”不是为一个单位担任的角色，不要选单位。"),
            format!("the role `{role}` is not held for an organization; leave --org out"),
        ),
        Some(code) if directory.organization(code.as_str()).is_none() => {
            let known = directory.organizations.iter().map(|it| it.named.code.as_str());
            lang.pick(
                format!("没有编码为“{code}”的单位，请从列表里选。"),
                format!("there is no organization `{code}`; there are {}", first_of(known)),
            )
        }
        _ => return Ok(()),
    };
    Err(Error::field("org", message))
}

/// Refuses a region that does not exist, or that the role is not held for.
fn check_region(directory: &Directory, held: &RoleGrant, lang: Lang) -> Result<()> {
    let (role, word) = (held.role, held.role.label(lang));
    let message = match &held.region {
        None if reaches_region(role) => lang.pick(
            format!("“{word}”是为一个地区担任的角色，请选择地区。"),
            format!("the role `{role}` is held for a region; name it with --region"),
        ),
        Some(_) if !reaches_region(role) => lang.pick(
            format!("“{word}”不是为一个地区担任的角色，不要选地区。"),
            format!("the role `{role}` is not held for a region; leave --region out"),
        ),
        Some(code) if directory.region(code.as_str()).is_none() => {
            let known = directory.regions.iter().map(|it| it.named.code.as_str());
            lang.pick(
                format!("没有编码为“{code}”的地区，请从列表里选。"),
                format!(
                    "there is no region `{code}`; name one of {} with --region",
                    first_of(known)
                ),
            )
        }
        _ => return Ok(()),
    };
    Err(Error::field("region", message))
}

/// Names the first few of many codes.
fn first_of<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    let mut codes: Vec<&str> = codes.take(SHOWN + 1).collect();
    if codes.len() > SHOWN {
        codes.truncate(SHOWN);
        codes.push("…");
    }
    if codes.is_empty() { "none yet".to_owned() } else { codes.join(", ") }
}

/// Whether a role reaches over a region in anything.
pub(super) fn reaches_region(role: Role) -> bool {
    let reaches = |action: &Action| action.roles().contains(&(role, Reach::Region));
    role.is_of_region() || Action::ALL.iter().any(reaches)
}

/// Says that somebody else changed the same roles first.
pub(super) fn changed_meanwhile(error: StoreError, lang: Lang) -> Error {
    let StoreError::Conflict { .. } = error else { return error.into() };
    let message = lang.pick(
        "这个账号的角色刚被别人改过，没有保存。请重新打开页面，看过现在的角色再改",
        "somebody else has just changed the roles of this account, so nothing was saved; look at what it holds now and try again",
    );
    Error::refused(ErrorCode::Conflict, message)
}

fn kept_apart(conflict: permission::Conflict, lang: Lang) -> Error {
    let permission::Conflict { one, other } = conflict;
    let message = match lang {
        Lang::Zh => format!(
            "“{}”和“{}”不能由同一个人担任：安全运营、安全管理和安全监管相互分开。换一个人，或者先取消其中一个角色。",
            one.label(lang),
            other.label(lang)
        ),
        Lang::En => format!(
            "nobody holds `{one}` and `{other}` together: running, watching and supervising security are kept apart; give one of them to another person"
        ),
    };
    Error::Refused {
        code: ErrorCode::Conflict,
        message,
        rule: Some(RuleRef { id: "SEC-19".to_owned(), article: SEPARATION.to_owned() }),
        remedy: None,
    }
}
