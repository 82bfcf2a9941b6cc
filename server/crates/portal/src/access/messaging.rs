//! Messages between the applicant and those who decide, within their case and while it goes on. The text is for the two
//! sides only: the log, notices and mails say that there is one.

use std::collections::BTreeMap;

use kaishu_domain::cases::Act;
use kaishu_store::cases::{self, Case};
use kaishu_store::messages::{self, Message};
use kaishu_types::case::{CaseKind, CaseView};
use kaishu_types::china::day_in_china;
use kaishu_types::{ErrorCode, Lang};

use super::reporting::not_own;
use crate::accounts::{Caller, log_in_first};
use crate::cases::{Wanted, request_key};
use crate::{Error, Portal, Result};

/// Longest message, in characters.
pub const MAX_MESSAGE_CHARS: usize = 2_000;
/// Most messages of a case, and of one person in it on a day (*proposed*).
const MAX_KEPT: usize = 500;
const MAX_A_DAY: usize = 30;

impl Portal {
    /// Writes to the other side of an application: its applicant to those who decide, or one of those to the applicant.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not see it; `InvalidInput` (`message`) for a text that is empty or too long;
    /// `Conflict` once the case has ended; refused for whoever is neither side, and where too much was written.
    pub async fn write_message(
        &self,
        caller: &Caller,
        id: i64,
        (text, key): (&str, Option<&str>),
        lang: Lang,
    ) -> Result<()> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        let case = self.application_case(caller, id).await?;
        let body = text.trim();
        if !(1..=MAX_MESSAGE_CHARS).contains(&body.chars().count()) {
            let message = lang.pick(
                format!("请写留言，不超过 {MAX_MESSAGE_CHARS} 字"),
                format!("write a message of {MAX_MESSAGE_CHARS} characters at most"),
            );
            return Err(Error::field("message", message));
        }
        self.check_room_for_message(&case, account, lang).await?;
        let is_own = case.file.submitter == Some(account);
        let event = if is_own { "write" } else { "answer" };
        let event_no = case.file.n_events + 1;
        let place = i64::from(event_no);
        let keyed_hash = self.account_secrets().comment_hash(place, &format!("{id} {body}"));
        let act = Act {
            event: event.to_owned(),
            facts: BTreeMap::from([("message".to_owned(), keyed_hash)]),
            ..Act::default()
        };
        let is_of_applicant = self.is_of_applicant(&case, caller).await?;
        let holds = |guard| not_own(guard, is_of_applicant, lang);
        let idempotency_key = key.map(|key| request_key(caller, id, event, key));
        let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key };
        let decided = self.decide(CaseKind::Application, &case.about, Some(&case), wanted)?;
        let transaction = self.inner.store.begin().await?;
        cases::add(&transaction, &self.inner.log_key, &case, &decided.happening()).await?;
        let written_at = self.instant();
        let new = Message { case: id, event_no, account, body: body.to_owned(), written_at };
        messages::add(&transaction, &new).await?;
        Ok(transaction.commit().await?)
    }

    async fn check_room_for_message(&self, case: &Case, account: i64, lang: Lang) -> Result<()> {
        let kept = messages::of_case(&self.inner.store, case.id).await?;
        let today = self.today();
        let is_of_today =
            |it: &&Message| it.account == account && day_in_china(it.written_at) == today;
        if kept.len() < MAX_KEPT && kept.iter().filter(is_of_today).count() < MAX_A_DAY {
            return Ok(());
        }
        let message = lang.pick(
            format!("一天最多留言 {MAX_A_DAY} 次，一份申请最多 {MAX_KEPT} 次；请改用电话联系"),
            format!(
                "{MAX_A_DAY} messages a day and {MAX_KEPT} in a case at most; use the telephone"
            ),
        );
        Err(Error::refused(ErrorCode::TooManyRequests, message))
    }

    /// Puts the texts of messages beside their events, for those of either side.
    pub(super) async fn with_messages(
        &self,
        caller: &Caller,
        case: &Case,
        mut view: CaseView,
    ) -> Result<CaseView> {
        if !self.may_open_materials(caller, case).await? {
            return Ok(view);
        }
        for message in messages::of_case(&self.inner.store, case.id).await? {
            let place = usize::try_from(message.event_no).unwrap_or(usize::MAX);
            if let Some(event) = view.events.get_mut(place.saturating_sub(1)) {
                event.reason = message.body;
            }
        }
        Ok(view)
    }
}
