//! Shared data that is sent to the agency it is shared with, in its cycle, as long as the grant is in force (SHR-23):
//! each table as CSV in a signed call, with a receipt; what fails is tried again, and then told to both sides.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Months, TimeDelta, Utc};
use kaishu_domain::cases::Actor;
use kaishu_domain::policy::Module;
use kaishu_store::blobs::hex;
use kaishu_store::cases::{self, Recipients};
use kaishu_store::grants;
use kaishu_store::receipts::Under;
use kaishu_store::share_pushes::{self, PushPlan, PushSent, SharePush};
use kaishu_types::account::Role;
use kaishu_types::receipt::Retrieved;
use kaishu_types::sharing::PushCycle;
use kaishu_types::table::TableQuery;
use kaishu_types::{ErrorCode, Lang};
use sha2::{Digest, Sha256};

use crate::access::{Grant, Granted};
use crate::accounts::Caller;
use crate::cases::LogAct;
use crate::downloads::Facts;
use crate::rules::FileAccess;
use crate::tables::{Counts, ExportFormat, OpenTable, TableState};
use crate::webhooks::{Post, RETRIES};
use crate::{Error, Portal, Result};

/// How often a node looks for what is due.
const PAUSE: Duration = Duration::from_secs(15);
/// How often it is looked whether something changed.
const LOOK: TimeDelta = TimeDelta::minutes(1);
/// When it is looked again after data that is not to be had now.
const UNREADY: TimeDelta = TimeDelta::minutes(10);
/// Largest table that is sent, in bytes; what is larger is asked for by program.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// How long a call may take, in seconds.
const SECONDS: u64 = 60;
/// Deliveries that a page lists.
pub(super) const LISTED: u64 = 100;

/// What is sent in one turn.
struct Turn<'a> {
    push: &'a SharePush,
    grant: &'a Grant,
    /// The version of the dataset.
    version: u32,
    /// What was sent before.
    known: Vec<PushSent>,
}

/// What came of a table.
enum Came {
    Taken,
    /// Nothing that was not sent before.
    NothingNew,
    Failed,
    /// The grant is another one meanwhile, or none.
    Over,
}

impl Portal {
    /// Sends shared data for as long as the process lives.
    pub async fn follow_share_pushes(self) {
        loop {
            if let Err(error) = Box::pin(self.push_shares()).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "shared data could not be sent"
                );
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Sends whatever is due, and returns how many tables were taken.
    ///
    /// # Errors
    ///
    /// Fails where the store does; a receiver that fails is tried again.
    pub async fn push_shares(&self) -> Result<usize> {
        if !self.policy().has_module(Module::Share) {
            return Ok(0);
        }
        let store = &self.inner.store;
        let (mut seen, mut n_taken) = (Vec::new(), 0);
        loop {
            let now = (self.instant(), self.today());
            let Some(push) = share_pushes::take(store, &seen, now).await? else {
                return Ok(n_taken);
            };
            seen.push(push.case);
            match Box::pin(self.push_share(&push)).await {
                Ok(n) => n_taken += n,
                Err(error) => {
                    // One that cannot be sent must not hold up the others.
                    tracing::error!(
                        case = push.case,
                        error = &error as &dyn std::error::Error,
                        "shared data could not be sent"
                    );
                    self.put_off(&push).await?;
                }
            }
        }
    }

    async fn push_share(&self, push: &SharePush) -> Result<usize> {
        let store = &self.inner.store;
        let grant = grants::find(store, push.case).await?;
        let Some(grant) = grant.filter(|it| it.is_in_force(self.today())) else {
            self.put_off(push).await?;
            return Ok(0);
        };
        let Some((version, tables)) = Box::pin(self.pushed_tables(&grant)).await? else {
            self.put_off(push).await?;
            return Ok(0);
        };
        let is_known = push.cycle == PushCycle::OnChange && push.plan.version == Some(version);
        let mut n_taken = 0;
        if !is_known {
            let known = share_pushes::sent_of(store, push.case, LISTED).await?;
            let turn = Turn { push, grant: &grant, version, known };
            for table in &tables {
                match Box::pin(self.push_table(&turn, table)).await? {
                    Came::Taken => n_taken += 1,
                    Came::NothingNew => {}
                    Came::Failed => {
                        self.try_again(push, version).await?;
                        return Ok(n_taken);
                    }
                    Came::Over => {
                        self.put_off(push).await?;
                        return Ok(n_taken);
                    }
                }
            }
        }
        share_pushes::plan(store, push.case, &self.next_turn(push, version)).await?;
        Ok(n_taken)
    }

    /// The tables that a grant opens now, with the version of the dataset; none where it opens none, or not yet.
    async fn pushed_tables(&self, grant: &Grant) -> Result<Option<(u32, Vec<OpenTable>)>> {
        let granted = Granted { shared: Some(grant.clone()), ..Granted::default() };
        let Some(view) = self.find_granted(&grant.dataset, &granted).await? else {
            return Ok(None);
        };
        if view.shared.is_none() && view.files != FileAccess::Free {
            return Ok(None);
        }
        let caller = Caller::command();
        let mut tables: Vec<OpenTable> = Vec::new();
        for resource in &view.dataset.resources {
            let (mut number, mut count) = (1, 1);
            while number <= count {
                let of = (&grant.dataset, resource.id, number, None);
                let how = (Counts::Nothing, Lang::Zh);
                match Box::pin(self.state_under(&caller, &granted, of, how)).await {
                    Ok(TableState::Open(table)) => {
                        count = table.names.len();
                        tables.push(*table);
                    }
                    Ok(TableState::Preparing(_)) => return Ok(None),
                    Ok(TableState::Failed(_) | TableState::NoTable | TableState::Stopped(_)) => {
                        break;
                    }
                    Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::Gone) => {
                        return Ok(None);
                    }
                    Err(error) => return Err(error),
                }
                number += 1;
            }
        }
        Ok((!tables.is_empty()).then_some((view.dataset.version, tables)))
    }

    /// Sends a table, unless it was taken in this turn.
    async fn push_table(&self, turn: &Turn<'_>, table: &OpenTable) -> Result<Came> {
        let (store, push) = (&self.inner.store, turn.push);
        let number = u32::try_from(table.number).unwrap_or(u32::MAX);
        // A file has another number in each version that changes it.
        let mut of_table =
            turn.known.iter().filter(|it| it.title == table.resource.title && it.table == number);
        let in_turn = of_table.clone().find(|it| {
            let is_same_file = it.resource == table.resource.id;
            is_same_file && it.slot_at == push.plan.slot_at && it.version == turn.version
        });
        if in_turn.is_some_and(|it| it.delivered_at.is_some()) {
            return Ok(Came::NothingNew);
        }
        let text = self.text_of(table).await?;
        let sha256 = text.as_ref().map(|it| hex(&Sha256::digest(it.as_bytes())));
        let sha256 = sha256.unwrap_or_default();
        let last = of_table.find(|it| it.delivered_at.is_some());
        if push.cycle == PushCycle::OnChange && last.is_some_and(|it| it.sha256 == sha256) {
            return Ok(Came::NothingNew);
        }
        // What was taken away since the turn began counts.
        if grants::find(store, push.case).await?.as_ref() != Some(turn.grant) {
            return Ok(Came::Over);
        }
        let sent = match in_turn.filter(|it| it.sha256 == sha256) {
            Some(sent) => sent.clone(),
            None => self.new_sent(turn, table, (number, text.as_deref(), sha256.as_str())).await?,
        };
        let now = self.instant();
        let Some(text) = text else {
            let note = format!("it is larger than {} MB", MOST_BYTES / 1024 / 1024);
            share_pushes::tried(store, &sent, (None, Some(note.as_str()), false), now).await?;
            return Ok(Came::Failed);
        };
        let post = Post {
            url: &push.url,
            secret: &push.secret,
            id: &format!("push_{}_{}", push.case, sent.id),
            content_type: "text/csv; charset=utf-8",
            headers: &headers_of(&sent, turn.grant),
            body: &text,
            seconds: SECONDS,
        };
        let answer = self.post_signed(&post).await;
        let came = (answer.status, answer.note.as_deref(), answer.is_taken());
        share_pushes::tried(store, &sent, came, now).await?;
        Ok(if answer.is_taken() { Came::Taken } else { Came::Failed })
    }

    /// A table as CSV; none where it is too large to be sent.
    async fn text_of(&self, table: &OpenTable) -> Result<Option<String>> {
        let (query, format) = (TableQuery::default(), ExportFormat::Csv);
        let chunks = self.inner.engine.export(&table.governed, &query, format).await;
        let mut chunks = chunks.map_err(Error::Table)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = chunks.recv().await {
            bytes.extend_from_slice(&chunk.map_err(Error::Table)?);
            if bytes.len() > MOST_BYTES {
                return Ok(None);
            }
        }
        let text = String::from_utf8(bytes);
        text.map(Some).map_err(|_| Error::Internal("an export is no text".to_owned()))
    }

    /// Keeps what is about to be sent, with its receipt: whoever was sent the bytes may have them, answer or not.
    async fn new_sent(
        &self,
        turn: &Turn<'_>,
        table: &OpenTable,
        (number, text, sha256): (u32, Option<&str>, &str),
    ) -> Result<PushSent> {
        let store = &self.inner.store;
        let mut receipt = String::new();
        if let Some(text) = text {
            let under = Under {
                grant: Some(turn.grant.case),
                account: Some(turn.grant.account),
                organization: turn.grant.holder.clone(),
            };
            let facts = Facts {
                kind: Retrieved::Export,
                question: None,
                resource: Some(&table.resource),
                version: table.resource.version,
                file_name: table.file_name(&TableQuery::default(), ExportFormat::Csv),
                size_bytes: u64::try_from(text.len()).ok(),
                sha256: Some(sha256.to_owned()),
                sm3: None,
                under,
            };
            let issued = self.issue_new_receipt(&table.entry, facts, self.now()).await?;
            receipt = issued.code.to_string();
        }
        let new = PushSent {
            id: 0,
            case: turn.grant.case,
            slot_at: turn.push.plan.slot_at,
            resource: table.resource.id,
            table: number,
            title: table.resource.title.clone(),
            version: turn.version,
            sha256: sha256.to_owned(),
            receipt,
            n_attempts: 0,
            status: None,
            note: None,
            tried_at: self.instant(),
            delivered_at: None,
        };
        let id = share_pushes::keep(store, &new).await?;
        Ok(PushSent { id, ..new })
    }

    /// Looks at what is not to be had now a while later.
    async fn put_off(&self, push: &SharePush) -> Result<()> {
        let plan = PushPlan { due_at: self.instant() + UNREADY, ..push.plan.clone() };
        Ok(share_pushes::plan(&self.inner.store, push.case, &plan).await?)
    }

    /// Waits longer and longer, then tells both sides and leaves it at this turn.
    async fn try_again(&self, push: &SharePush, version: u32) -> Result<()> {
        let n_failures = push.plan.n_failures;
        let pause = RETRIES.get(usize::try_from(n_failures).unwrap_or(usize::MAX));
        let plan = match pause {
            Some(pause) => PushPlan {
                due_at: self.instant() + *pause,
                n_failures: n_failures + 1,
                ..push.plan.clone()
            },
            None => {
                self.tell_failed(push).await?;
                self.next_turn(push, version)
            }
        };
        Ok(share_pushes::plan(&self.inner.store, push.case, &plan).await?)
    }

    fn next_turn(&self, push: &SharePush, version: u32) -> PushPlan {
        let at = next_slot(push.cycle, push.plan.slot_at, self.instant());
        PushPlan { slot_at: at, due_at: at, n_failures: 0, version: Some(version) }
    }

    async fn tell_failed(&self, push: &SharePush) -> Result<()> {
        let store = &self.inner.store;
        let Some(case) = cases::find(store, push.case).await? else { return Ok(()) };
        let facts = BTreeMap::from([
            ("case".to_owned(), push.case.to_string()),
            ("title".to_owned(), case.about.title.clone()),
        ]);
        let (subject, by) = (case.about.subject.as_str(), Actor::system());
        let event = "push_failed";
        let act = LogAct { kind: "share", subject, event, by, reason: "", facts };
        let sides = [case.file.facts.get("party"), case.about.organization.as_ref()];
        let people = || vec![Role::Officer, Role::Reviewer, Role::Head];
        let tells: Vec<Recipients> = sides
            .into_iter()
            .flatten()
            .map(|side| Recipients::OfOrganization(people(), side.clone()))
            .collect();
        let transaction = store.begin().await?;
        let (seq, event) = self.log_event(&transaction, act).await?;
        cases::tell(&transaction, seq, None, &event, &tells).await?;
        Ok(transaction.commit().await?)
    }
}

/// What a call says of the table in it.
fn headers_of(sent: &PushSent, grant: &Grant) -> Vec<(&'static str, String)> {
    vec![
        ("kaishu-dataset", grant.dataset.to_string()),
        ("kaishu-version", sent.version.to_string()),
        ("kaishu-resource", sent.resource.to_string()),
        ("kaishu-table", sent.table.to_string()),
        ("kaishu-receipt", sent.receipt.clone()),
        ("kaishu-sha256", sent.sha256.clone()),
    ]
}

/// The turn after one: the first that is not over.
fn next_slot(cycle: PushCycle, slot: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let step = |at: DateTime<Utc>| match cycle {
        PushCycle::Daily => at + TimeDelta::days(1),
        PushCycle::Weekly => at + TimeDelta::days(7),
        PushCycle::Monthly => {
            at.checked_add_months(Months::new(1)).unwrap_or(at + TimeDelta::days(31))
        }
        PushCycle::OnChange => now + LOOK,
    };
    let mut next = step(slot);
    while next <= now {
        next = step(next);
    }
    next
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a time that cannot be read must fail the test")]
    use super::*;

    #[track_caller]
    fn check(cycle: PushCycle, slot: &str, now: &str, expected: &str) {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(next_slot(cycle, at(slot), at(now)), at(expected));
    }

    #[test]
    fn a_turn_that_was_missed_is_not_made_up_for() {
        let slot = "2026-11-21T04:00:00Z";
        check(PushCycle::Daily, slot, "2026-11-21T04:01:00Z", "2026-11-22T04:00:00Z");
        check(PushCycle::Daily, slot, "2026-11-24T04:00:00Z", "2026-11-25T04:00:00Z");
        check(PushCycle::Weekly, slot, "2026-11-21T04:00:00Z", "2026-11-28T04:00:00Z");
        check(PushCycle::Monthly, slot, "2026-12-01T00:00:00Z", "2026-12-21T04:00:00Z");
        check(PushCycle::OnChange, slot, "2026-12-01T00:00:00Z", "2026-12-01T00:01:00Z");
    }
}
