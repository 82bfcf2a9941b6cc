//! Webhooks: an applicant or an agency is called when something happens to their applications, decisions, grants and
//! reports on use. A call says what happened to which case and nothing of its content; who may see that asks for it.

mod address;
mod delivering;
mod posting;
mod signing;

use std::collections::BTreeMap;

use kaishu_domain::permission::{Action, Subject};
use kaishu_domain::webhooks::FAMILIES;
use kaishu_store::Transaction;
use kaishu_store::webhooks;
pub use kaishu_store::webhooks::{Told, Webhook, WebhookState};
use kaishu_types::account::Role;
use kaishu_types::{ErrorCode, FieldError, Lang};
use reqwest::Url;

pub use address::WebhookSettings;
pub(crate) use delivering::RETRIES;
pub(crate) use posting::Post;
pub(crate) use signing::new_secret;

use crate::accounts::{Caller, log_in_first};
use crate::cases::{LogAct, not_covered};
use crate::{Error, Portal, Result};

/// Most webhooks of one account or organization.
const MOST: usize = 10;
/// Events that a page lists.
const LISTED: u64 = 100;

/// A webhook that is registered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookForm {
    /// Where it is called.
    pub url: String,
    /// The families of events, as `grant`; or `grant.*`.
    pub events: Vec<String>,
    /// Code of the organization whose it is; empty for the caller's own.
    pub organization: String,
}

/// A webhook with what it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookView {
    /// The webhook.
    pub webhook: Webhook,
    /// What it was and is to be told, the newest first: 100 at most.
    pub told: Vec<Told>,
}

/// What makes a call one that was made before, for receivers to tell: the same for each try.
pub fn number_of_message(told: &Told) -> String {
    format!("msg_{}_{}", told.webhook, told.seq)
}

impl Portal {
    /// Lists the webhooks of the caller and of the organizations that they act for, the newest first.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in; refused for who sees no applications.
    pub async fn webhooks(&self, caller: &Caller, lang: Lang) -> Result<Vec<Webhook>> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        if caller.key_of().is_some() || !caller.may_ever(Action::SeeApplications) {
            return Err(not_covered(caller, Action::SeeApplications, lang));
        }
        let mut found =
            webhooks::of(&self.inner.store, account, &self.hooked_organizations(caller)).await?;
        found.retain(|webhook| self.may_see_webhook(caller, webhook));
        Ok(found)
    }

    /// Lists the organizations that the caller can register webhooks for.
    pub fn hooked_organizations(&self, caller: &Caller) -> Vec<String> {
        let is_of = |role| matches!(role, Role::Officer | Role::Head);
        let held = caller.roles().iter().filter(|held| is_of(held.role));
        let mut found: Vec<String> =
            held.filter_map(|held| held.organization.as_ref().map(ToString::to_string)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether the caller can register a webhook of their own.
    pub fn may_hook(&self, caller: &Caller) -> bool {
        caller.may_ever(Action::ApplyForData)
    }

    /// Shows a webhook with what it was told.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller may see.
    pub async fn webhook(&self, caller: &Caller, id: i64, lang: Lang) -> Result<WebhookView> {
        caller.account().ok_or_else(|| log_in_first(lang))?;
        let webhook = self.seen_webhook(caller, id).await?;
        let told = webhooks::told_of(&self.inner.store, id, LISTED).await?;
        Ok(WebhookView { webhook, told })
    }

    /// Registers a webhook. Returns its number and its secret, which is never shown again.
    ///
    /// # Errors
    ///
    /// `InvalidInput` with everything that is wrong; refused for who may not; `Conflict` where there are too many.
    pub async fn register_webhook(
        &self,
        caller: &Caller,
        form: &WebhookForm,
        lang: Lang,
    ) -> Result<(i64, String)> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        let organization = Some(form.organization.trim()).filter(|code| !code.is_empty());
        self.check_keeps(caller, organization, lang)?;
        let (url, events) = self.read_form(form, lang)?;
        let store = &self.inner.store;
        let theirs: Vec<String> = organization.iter().map(|code| (*code).to_owned()).collect();
        let known = webhooks::of(store, account, &theirs).await?;
        let of_same = known.iter().filter(|it| it.organization.as_deref() == organization);
        if of_same.count() >= MOST {
            let message = lang.pick("最多登记 10 个推送地址", "ten webhooks at most");
            return Err(Error::refused(ErrorCode::Conflict, message));
        }
        let secret = signing::new_secret();
        let now = self.instant();
        let new = Webhook {
            id: 0,
            account,
            organization: organization.map(str::to_owned),
            url: url.to_string(),
            events,
            secret: self.account_secrets().webhook(&secret)?,
            state: WebhookState::Active,
            after_seq: 0,
            n_failures: 0,
            try_after: now,
            made_by: caller.name().unwrap_or_default().to_owned(),
            made_at: now,
        };
        let transaction = store.begin().await?;
        let id = webhooks::add(&transaction, &new).await?;
        let new = Webhook { id, ..new };
        self.log_webhook(&transaction, caller, &new, "webhook_registered").await?;
        transaction.commit().await?;
        Ok((id, secret))
    }

    /// Puts another secret in the place of one, and returns it; it is never shown again. Calls are signed with it from
    /// now on.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller keeps no such webhook.
    pub async fn rotate_webhook(&self, caller: &Caller, id: i64, lang: Lang) -> Result<String> {
        let webhook = self.kept_webhook(caller, id, lang).await?;
        let secret = signing::new_secret();
        let sealed = self.account_secrets().webhook(&secret)?;
        let transaction = self.inner.store.begin().await?;
        webhooks::rotate(&transaction, id, &sealed).await?;
        self.log_webhook(&transaction, caller, &webhook, "webhook_rotated").await?;
        transaction.commit().await?;
        Ok(secret)
    }

    /// Calls a webhook again that was disabled, beginning with what waits.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller keeps no such webhook.
    pub async fn enable_webhook(&self, caller: &Caller, id: i64, lang: Lang) -> Result<()> {
        let webhook = self.kept_webhook(caller, id, lang).await?;
        let transaction = self.inner.store.begin().await?;
        webhooks::set(&transaction, id, WebhookState::Active, self.instant()).await?;
        self.log_webhook(&transaction, caller, &webhook, "webhook_enabled").await?;
        Ok(transaction.commit().await?)
    }

    /// Takes a webhook away, with what waits for it.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller keeps no such webhook.
    pub async fn end_webhook(&self, caller: &Caller, id: i64, lang: Lang) -> Result<()> {
        let webhook = self.kept_webhook(caller, id, lang).await?;
        let transaction = self.inner.store.begin().await?;
        if !webhooks::end(&transaction, id).await? {
            return Err(unknown(id));
        }
        self.log_webhook(&transaction, caller, &webhook, "webhook_ended").await?;
        Ok(transaction.commit().await?)
    }

    /// Whether the caller may keep webhooks of an organization, or of their own.
    fn keeps_webhooks(&self, caller: &Caller, organization: Option<&str>) -> bool {
        let (action, subject) = self.kept_as(organization, Action::FollowUse);
        caller.role_for(action, &subject).is_some()
    }

    /// What keeping or seeing a webhook is, as permissions see it: nobody above an organization keeps its webhooks.
    fn kept_as(&self, organization: Option<&str>, theirs: Action) -> (Action, Subject) {
        match organization {
            None => (Action::ApplyForData, Subject { is_own: true, ..Subject::default() }),
            Some(code) => (theirs, self.subject(Some(code), None, false)),
        }
    }

    fn check_keeps(&self, caller: &Caller, organization: Option<&str>, lang: Lang) -> Result<()> {
        let (action, _) = self.kept_as(organization, Action::FollowUse);
        match self.keeps_webhooks(caller, organization) {
            true => Ok(()),
            false => Err(not_covered(caller, action, lang)),
        }
    }

    fn may_see_webhook(&self, caller: &Caller, webhook: &Webhook) -> bool {
        if caller.key_of().is_some() {
            return false;
        }
        match webhook.organization.as_deref() {
            None => {
                let own = Subject { is_own: true, ..Subject::default() };
                caller.account() == Some(webhook.account)
                    && caller.role_for(Action::SeeApplications, &own).is_some()
            }
            Some(code) => {
                let (action, subject) = self.kept_as(Some(code), Action::SeeApplications);
                caller.role_for(action, &subject).is_some()
                    && self.hooked_organizations(caller).iter().any(|it| it == code)
            }
        }
    }

    async fn seen_webhook(&self, caller: &Caller, id: i64) -> Result<Webhook> {
        let found = webhooks::find(&self.inner.store, id).await?;
        found.filter(|webhook| self.may_see_webhook(caller, webhook)).ok_or_else(|| unknown(id))
    }

    /// Finds a webhook that the caller may change.
    async fn kept_webhook(&self, caller: &Caller, id: i64, lang: Lang) -> Result<Webhook> {
        caller.account().ok_or_else(|| log_in_first(lang))?;
        let webhook = self.seen_webhook(caller, id).await?;
        self.check_keeps(caller, webhook.organization.as_deref(), lang)?;
        Ok(webhook)
    }

    fn read_form(&self, form: &WebhookForm, lang: Lang) -> Result<(Url, Vec<String>)> {
        let mut faults = Vec::new();
        let url = match self.inner.webhooks.read(&form.url, lang) {
            Ok(url) => Some(url),
            Err(Error::InvalidInput(wrong)) => {
                faults.extend(wrong);
                None
            }
            Err(error) => return Err(error),
        };
        let asked: Vec<&str> =
            form.events.iter().map(|it| it.trim().trim_end_matches(".*")).collect();
        let events: Vec<String> = FAMILIES
            .iter()
            .filter(|family| asked.contains(family))
            .map(|family| (*family).to_owned())
            .collect();
        if events.is_empty() || asked.iter().any(|it| !FAMILIES.contains(it)) {
            let message = lang.pick("请选择要推送的事件", "choose which events it is told");
            faults.push(FieldError { field: "events".to_owned(), message: message.to_owned() });
        }
        match url {
            Some(url) if faults.is_empty() => Ok((url, events)),
            _ => Err(Error::InvalidInput(faults)),
        }
    }

    /// Writes what was done to a webhook into the log: its host, not its address, which may be a secret.
    async fn log_webhook(
        &self,
        transaction: &Transaction,
        caller: &Caller,
        webhook: &Webhook,
        event: &'static str,
    ) -> Result<()> {
        let (subject, by) = (webhook.id.to_string(), self.actor(caller));
        let facts = event_facts(webhook);
        let act = LogAct { kind: "webhook", subject: &subject, event, by, reason: "", facts };
        self.log(transaction, act).await?;
        Ok(())
    }
}

/// What the log says of a webhook.
fn event_facts(webhook: &Webhook) -> BTreeMap<String, String> {
    let url = Url::parse(&webhook.url).ok();
    let host = url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let mut facts = BTreeMap::from([
        ("title".to_owned(), host),
        ("events".to_owned(), webhook.events.join(" ")),
    ]);
    facts.extend(webhook.organization.clone().map(|code| ("organization".to_owned(), code)));
    facts
}

fn unknown(id: i64) -> Error {
    Error::not_found("webhook", id.to_string())
}
