//! Calling webhooks: what happened is queued out of the log, each entry once, and told in its order; what fails is
//! tried again after a longer and longer pause, and a webhook that fails for too long is disabled with a notice.

use std::time::Duration;

use chrono::TimeDelta;
use kaishu_domain::cases::Actor;
use kaishu_domain::permission::{Action, Subject, role_for};
use kaishu_domain::webhooks::{KINDS, event_name, family};
use kaishu_store::StoreError;
use kaishu_store::accounts;
use kaishu_store::cases::{self, Case, Recipients};
use kaishu_store::log::Logged;
use kaishu_store::webhooks::{self, NewTold, Told, Webhook, WebhookState};
use kaishu_types::account::Role;
use kaishu_types::case::CaseKind;
use serde_json::json;

use super::posting::{Answer, Post};
use super::{event_facts, number_of_message};
use crate::cases::LogAct;
use crate::{Portal, Result};

/// How often a node looks for what is to be told.
const PAUSE: Duration = Duration::from_secs(5);
/// How long is waited after the first failure, the second, and so on; after the last a webhook is disabled.
pub(crate) const RETRIES: [TimeDelta; 7] = [
    TimeDelta::seconds(10),
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
];
/// Entries of the log that are looked at together, and calls of a webhook in a round.
const AT_ONCE: u64 = 200;
const CALLS: usize = 50;
/// What was delivered is listed for so long.
const KEPT: TimeDelta = TimeDelta::days(90);
/// The receiver wants to be called no more.
const GONE: u16 = 410;

impl Portal {
    /// Calls webhooks for as long as the process lives.
    pub async fn follow_webhooks(self) {
        loop {
            if let Err(error) = Box::pin(self.deliver_webhooks()).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "webhooks could not be called"
                );
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Tells every webhook that is due what is to be told, and returns how many events were delivered.
    ///
    /// # Errors
    ///
    /// Fails where the store does; a receiver that fails is tried again.
    pub async fn deliver_webhooks(&self) -> Result<usize> {
        let store = &self.inner.store;
        let (mut seen, mut n_delivered) = (Vec::new(), 0);
        let head = webhooks::head(store).await?;
        while let Some(webhook) = webhooks::take(store, (&seen, head), self.instant()).await? {
            seen.push(webhook.id);
            match Box::pin(self.tell_webhook(&webhook)).await {
                Ok(n) => n_delivered += n,
                Err(error) => {
                    // One that cannot be told must not hold up the others.
                    tracing::error!(
                        webhook = webhook.id,
                        error = &error as &dyn std::error::Error,
                        "a webhook could not be told"
                    );
                    let after = self.instant() + TimeDelta::minutes(1);
                    webhooks::give_back(store, webhook.id, webhook.n_failures, after).await?;
                }
            }
        }
        Ok(n_delivered)
    }

    async fn tell_webhook(&self, webhook: &Webhook) -> Result<usize> {
        let store = &self.inner.store;
        let give_back = async |n_failures, after| {
            webhooks::give_back(store, webhook.id, n_failures, after).await
        };
        if !self.is_usable(webhook).await? {
            // Whoever left is told nothing; what happens meanwhile is told when they are back.
            give_back(webhook.n_failures, self.instant() + TimeDelta::minutes(10)).await?;
            return Ok(0);
        }
        self.queue_events(webhook).await?;
        let mut n_failures = webhook.n_failures;
        for n_delivered in 0..CALLS {
            let Some(told) = webhooks::next(store, webhook.id).await? else {
                if n_delivered > 0 {
                    webhooks::forget(store, webhook.id, self.instant() - KEPT).await?;
                }
                give_back(n_failures, self.instant()).await?;
                return Ok(n_delivered);
            };
            let answer = self.call(webhook, &told).await;
            let came = (answer.status, answer.note.as_deref(), answer.is_taken());
            webhooks::tried(store, &told, came, self.instant()).await?;
            if answer.is_taken() {
                n_failures = 0;
                continue;
            }
            let place = usize::try_from(n_failures).unwrap_or(usize::MAX);
            match RETRIES.get(place).filter(|_| answer.status != Some(GONE)) {
                // What comes later waits behind it: events are told in their order.
                Some(pause) => give_back(n_failures + 1, self.instant() + *pause).await?,
                None => self.disable(webhook, &answer).await?,
            }
            return Ok(n_delivered);
        }
        give_back(n_failures, self.instant()).await?;
        Ok(CALLS)
    }

    /// Whether whose webhook it is may still use the portal; one of an organization goes on without who made it.
    async fn is_usable(&self, webhook: &Webhook) -> Result<bool> {
        if webhook.organization.is_some() {
            return Ok(true);
        }
        let account = accounts::find_by_id(&self.inner.store, webhook.account).await?;
        let own = Subject { is_own: true, ..Subject::default() };
        Ok(account.is_some_and(|account| {
            account.is_usable(self.now())
                && role_for(&account.roles, Action::SeeApplications, &own).is_some()
        }))
    }

    /// Queues what happened since the last time, and concerns whose webhook it is.
    async fn queue_events(&self, webhook: &Webhook) -> Result<()> {
        let store = &self.inner.store;
        let kinds = KINDS.map(CaseKind::as_str);
        let head = webhooks::head(store).await?;
        let mut after = webhook.after_seq;
        while after < head {
            let entries = webhooks::entries(store, &kinds, (after, head), AT_ONCE).await?;
            let is_all = u64::try_from(entries.len()).unwrap_or(AT_ONCE) < AT_ONCE;
            let up_to = entries.last().filter(|_| !is_all).map_or(head, |entry| entry.seq);
            let mut new = Vec::new();
            for entry in &entries {
                new.extend(self.event_for(webhook, entry).await?);
            }
            let transaction = store.begin().await?;
            let span = (after, up_to);
            match webhooks::queue(&transaction, webhook.id, span, &new, self.instant()).await {
                Ok(()) => transaction.commit().await?,
                // Another node was faster.
                Err(StoreError::Conflict { .. }) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
            after = up_to;
        }
        Ok(())
    }

    /// What a webhook is told of an entry of the log; none where it is not asked for, or concerns others.
    async fn event_for(&self, webhook: &Webhook, entry: &Logged) -> Result<Option<NewTold>> {
        let kind = KINDS.into_iter().find(|kind| kind.as_str() == entry.kind);
        let name = kind.and_then(|kind| event_name(kind, &entry.event.name));
        let (Some(kind), Some(name), Some((id, _))) = (kind, name, entry.case) else {
            return Ok(None);
        };
        if !webhook.events.iter().any(|asked| asked == family(name)) {
            return Ok(None);
        }
        let case = cases::find(&self.inner.store, id).await?;
        let Some(case) = case.filter(|case| concerns(webhook, case)) else { return Ok(None) };
        let application = match kind {
            CaseKind::UsageReport => {
                let duty = kaishu_store::duties::find(&self.inner.store, id).await?;
                duty.map_or(id, |duty| duty.grant)
            }
            _ => id,
        };
        let page = match kind {
            CaseKind::UsageReport => format!("/usage-reports/{id}"),
            _ => format!("/applications/{id}"),
        };
        let at = entry.event.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let body = json!({
            "type": name,
            "timestamp": at,
            "data": {
                "case": id,
                "application": application,
                "dataset": entry.subject,
                "provider": case.about.organization,
                "link": format!("{}{page}", self.site().base_url),
            },
        });
        Ok(Some(NewTold { seq: entry.seq, event: name.to_owned(), body: body.to_string() }))
    }

    /// Calls a webhook once.
    async fn call(&self, webhook: &Webhook, told: &Told) -> Answer {
        let post = Post {
            url: &webhook.url,
            secret: &webhook.secret,
            id: &number_of_message(told),
            content_type: "application/json",
            headers: &[],
            body: &told.body,
            seconds: self.inner.webhooks.seconds,
        };
        self.post_signed(&post).await
    }

    /// Calls a webhook no more, and tells those whose it is (what waits is told once it is enabled again).
    async fn disable(&self, webhook: &Webhook, answer: &Answer) -> Result<()> {
        let mut facts = event_facts(webhook);
        facts.extend(answer.note.clone().map(|note| ("fault".to_owned(), note)));
        let subject = webhook.id.to_string();
        let (event, by) = ("webhook_disabled", Actor::system());
        let act = LogAct { kind: "webhook", subject: &subject, event, by, reason: "", facts };
        let tells = match &webhook.organization {
            None => Recipients::Account(webhook.account),
            Some(organization) => {
                let people = vec![Role::Officer, Role::Head];
                Recipients::OfOrganization(people, organization.clone())
            }
        };
        let transaction = self.inner.store.begin().await?;
        webhooks::set(&transaction, webhook.id, WebhookState::Disabled, self.instant()).await?;
        let (seq, event) = self.log_event(&transaction, act).await?;
        cases::tell(&transaction, seq, None, &event, &[tells]).await?;
        Ok(transaction.commit().await?)
    }
}

/// Whether a case concerns whose webhook it is: the applicant, or the agency that provides the data.
fn concerns(webhook: &Webhook, case: &Case) -> bool {
    match &webhook.organization {
        Some(organization) => case.about.organization.as_ref() == Some(organization),
        None => case.file.submitter == Some(webhook.account),
    }
}
