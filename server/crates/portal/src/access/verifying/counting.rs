//! What is verified under a grant, held against its limits: before anything is looked up, and by every node alike.

use std::collections::BTreeMap;

use chrono::Timelike;
use kaishu_domain::cases::{Act, Actor};
use kaishu_domain::verification::{Verified, VerifyStop};
use kaishu_store::{StoreError, cases, verifications};
use kaishu_types::case::CaseKind;
use kaishu_types::china::time_in_china;
use kaishu_types::verification::VerifyAnswer;
use kaishu_types::{ErrorCode, Lang};

use crate::accounts::Caller;
use crate::cases::Wanted;
use crate::{Error, Portal, Result};

const SECONDS_OF_A_DAY: u32 = 86_400;

impl Portal {
    /// Counts tuples before they are looked up.
    ///
    /// # Errors
    ///
    /// `TooManyRequests` with the time from which it can be tried again.
    pub(super) async fn begin_verifying(&self, case: i64, n: u32, lang: Lang) -> Result<()> {
        let limits = &self.inner.verify;
        let minute = self.now().timestamp().div_euclid(60);
        let transaction = self.inner.store.begin().await?;
        let used = verifications::hold(&transaction, case, self.today()).await?;
        let stop = match used.admitted(limits, n, minute) {
            Ok(admitted) => {
                verifications::keep(&transaction, case, self.today(), &admitted).await?;
                return Ok(transaction.commit().await?);
            }
            Err(stop) => stop,
        };
        transaction.commit().await?;
        if stop == VerifyStop::Misses && !used.is_stopped {
            self.stop_or_log(case).await;
        }
        Err(self.not_now(stop, lang))
    }

    /// Counts what was answered, and stops the grant for the day where its misses are used up: whatever did not match
    /// is a miss, also where a call broke off. Returns the tuples and the misses that are left.
    pub(super) async fn end_verifying(
        &self,
        case: i64,
        n: u32,
        answers: &[VerifyAnswer],
    ) -> Result<(u32, u32)> {
        let n_matched = answers.iter().filter(|it| **it == VerifyAnswer::Match).count();
        let n_matched = u32::try_from(n_matched).unwrap_or(u32::MAX);
        let transaction = self.inner.store.begin().await?;
        let used = verifications::hold(&transaction, case, self.today()).await?;
        let used = used.answered(n, n_matched);
        verifications::keep(&transaction, case, self.today(), &used).await?;
        transaction.commit().await?;
        let limits = &self.inner.verify;
        if used.has_too_many_misses(limits) && !used.is_stopped {
            self.stop_or_log(case).await;
        }
        Ok(used.left(limits))
    }

    /// Says how many tuples and misses of a grant are left of the day.
    pub(super) async fn left_to_verify(&self, case: i64) -> Result<(u32, u32)> {
        let used = verifications::find(&self.inner.store, case, self.today()).await?;
        Ok(used.left(&self.inner.verify))
    }

    /// Whoever is to be told is told by the next call where it fails now: the count stands either way.
    async fn stop_or_log(&self, case: i64) {
        if let Err(error) = self.stop_verifying(case).await {
            tracing::error!(
                case,
                error = &error as &dyn std::error::Error,
                "nobody could be told that verification stopped"
            );
        }
    }

    /// Stops a grant for the day and tells the provider, the authority and whoever holds it, once.
    async fn stop_verifying(&self, id: i64) -> Result<()> {
        let (store, day) = (&self.inner.store, self.today());
        let Some(case) = cases::find(store, id).await? else { return Ok(()) };
        let transaction = store.begin().await?;
        let used = verifications::hold(&transaction, id, day).await?;
        if used.is_stopped {
            return Ok(transaction.commit().await?);
        }
        let stopped = Verified { is_stopped: true, ..used };
        verifications::keep(&transaction, id, day, &stopped).await?;
        let facts = BTreeMap::from([
            ("verify.day".to_owned(), day.to_string()),
            ("verify.asked".to_owned(), used.n_asked.to_string()),
            ("verify.missed".to_owned(), used.n_missed.to_string()),
        ]);
        let event = "stop_verifying".to_owned();
        let act = Act { event, by: Actor::system(), facts, ..Act::default() };
        let caller = &Caller::visitor();
        let key = Some(format!("system/stop-verifying-{id}-{day}"));
        let wanted =
            Wanted { caller, lang: Lang::Zh, act, holds: &|_| Ok(()), idempotency_key: key };
        let decided = match self.decide(CaseKind::Application, &case.about, Some(&case), wanted) {
            Ok(decided) => decided,
            // It ended meanwhile: nothing is verified under it any more.
            Err(Error::Refused { code: ErrorCode::Conflict, .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        match cases::add(&transaction, &self.inner.log_key, &case, &decided.happening()).await {
            Ok(_) => Ok(transaction.commit().await?),
            // Something else happened to it; the next call tells of it.
            Err(StoreError::Conflict { .. }) => Ok(()),
            Err(error) => Err(Error::from(error)),
        }
    }

    fn not_now(&self, stop: VerifyStop, lang: Lang) -> Error {
        let now = time_in_china(self.now());
        let of_day = SECONDS_OF_A_DAY.saturating_sub(now.num_seconds_from_midnight());
        let (message, seconds) = match stop {
            VerifyStop::Minute(left) => (
                lang.pick(
                    format!("这一分钟还能核验 {left} 条，过一分钟再试"),
                    format!("{left} tuples are left of this minute; try again in a minute"),
                ),
                60 - now.second().min(59),
            ),
            VerifyStop::Day(left) => (
                lang.pick(
                    format!("今天还能核验 {left} 条；不够用的，请与提供单位联系"),
                    format!("{left} tuples are left of today; ask the provider if you need more"),
                ),
                of_day,
            ),
            VerifyStop::Misses => (
                lang.pick(
                    "今天核验不符的次数太多，已经停止，明天恢复；提供单位已收到通知，有疑问的请与其联系"
                        .to_owned(),
                    "too many answers of today were no match, so that verification is stopped until tomorrow; the provider was told, ask them"
                        .to_owned(),
                ),
                of_day,
            ),
            VerifyStop::UnderWay => (
                lang.pick(
                    "前面的核验还没有答完，过一会儿再试".to_owned(),
                    "what was asked before is still being answered; try again in a moment".to_owned(),
                ),
                2,
            ),
        };
        Error::TryLater { message, seconds: seconds.into() }
    }
}
