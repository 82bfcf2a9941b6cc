//! Failed logins of one client, beside the lock of an account: who tries one password at many accounts locks
//! none of them. What else one client may do only so often is counted in the same way.

use std::convert::Infallible;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_types::china::{day_in_china, time_in_china};
use kaishu_types::{ErrorCode, Lang};
use quick_cache::sync::Cache;

use crate::retrieval::Client;
use crate::{Error, Portal, Result};

/// Clients that are remembered.
const MAX_CLIENTS: usize = 10_000;

/// How often one client may fail to log in, or do what else is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginLimit {
    /// Most failures within the time.
    pub failures: NonZeroU32,
    /// The time, and how long the client waits after the last of them.
    pub span: TimeDelta,
}

impl Default for LoginLimit {
    /// As many as an office behind one address makes on a Monday, far fewer than a guesser needs.
    fn default() -> Self {
        let failures = NonZeroU32::MIN.saturating_add(29);
        Self { failures, span: TimeDelta::minutes(15) }
    }
}

/// Failures of a client since it first failed; once there are too many, since the last one.
#[derive(Debug, Default)]
struct Failed {
    since: DateTime<Utc>,
    n: u32,
}

/// The clients that failed to log in a short while ago, or whatever else is counted by a key.
pub(crate) struct Tries<Key = Client> {
    limit: LoginLimit,
    of: Cache<Key, Arc<Mutex<Failed>>>,
}

impl<Key: Clone + Eq + Hash> Tries<Key> {
    pub(crate) fn new(limit: LoginLimit) -> Self {
        Self { limit, of: Cache::new(MAX_CLIENTS) }
    }

    /// Counts a try before anything is looked at, so that many at once do not outrun the count.
    ///
    /// # Errors
    ///
    /// The instant from which the client may try again.
    pub(crate) fn begin(&self, client: Key, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        let failed = self.of.get_or_insert_with(&client, || Ok::<_, Infallible>(Arc::default()));
        let Ok(failed) = failed;
        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
        let LoginLimit { failures, span } = self.limit;
        if failed.n == 0 || now >= failed.since + span {
            *failed = Failed { since: now, n: 0 };
        }
        if failed.n >= failures.get() {
            return Err(failed.since + span);
        }
        failed.n += 1;
        if failed.n == failures.get() {
            failed.since = now;
        }
        Ok(())
    }

    /// Takes a try back that did not fail. The failures before it stand: otherwise an account of one's own
    /// would wipe them out.
    fn take_back(&self, client: Key) {
        let Some(failed) = self.of.get(&client) else { return };
        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.n = failed.n.saturating_sub(1);
    }
}

impl Portal {
    /// Counts a login of a client that may fail.
    ///
    /// # Errors
    ///
    /// `TooManyRequests` with the time from which it can be tried again.
    pub(super) fn begin_try(&self, client: Option<Client>, lang: Lang) -> Result<()> {
        let (Some(client), now) = (client, self.now()) else { return Ok(()) };
        self.inner
            .accounts
            .tries
            .begin(client.customer(), now)
            .map_err(|until| later(now, until, lang))
    }

    /// Ends what [`begin_try`](Self::begin_try) began. A failure is what is wrong with what was typed.
    pub(super) fn end_try<T>(&self, client: Option<Client>, result: &Result<T>) {
        self.end_try_that(matches!(result, Err(Error::InvalidInput(_))), client);
    }

    /// Ends a try with what another system sent. A failure is a proof that is refused.
    pub(super) fn end_proof<T>(&self, client: Option<Client>, result: &Result<T>) {
        let refused = |error: &Error| error.code() == ErrorCode::Unauthenticated;
        self.end_try_that(result.as_ref().is_err_and(refused), client);
    }

    fn end_try_that(&self, has_failed: bool, client: Option<Client>) {
        if let Some(client) = client.filter(|_| !has_failed) {
            self.inner.accounts.tries.take_back(client.customer());
        }
    }
}

fn later(now: DateTime<Utc>, until: DateTime<Utc>, lang: Lang) -> Error {
    // Rounded up: who comes at the minute that is named is let in.
    let shown = time_in_china(until + TimeDelta::seconds(59));
    let format = if day_in_china(now) == shown.date_naive() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    let time = shown.format(format);
    let message = match lang {
        Lang::Zh => format!(
            "从你所在的网络登录失败的次数太多，已经暂停。{time}（北京时间）以后再试；忘记密码的，现在就可以重新设置。"
        ),
        Lang::En => format!(
            "Too many logins from your network failed, so that logging in from there is suspended. Try again after {time} (UTC+8); a forgotten password can be set anew at once."
        ),
    };
    let seconds = (until - now).num_milliseconds().div_euclid(1000) + 1;
    Error::TryLater { message, seconds: u64::try_from(seconds).unwrap_or(1) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]
    use std::net::IpAddr;

    use super::*;

    fn client(last: u8) -> Client {
        Client::from(IpAddr::from([192, 0, 2, last]))
    }

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn tries(failures: u32) -> Tries {
        let failures = NonZeroU32::new(failures).unwrap();
        Tries::new(LoginLimit { failures, span: TimeDelta::minutes(15) })
    }

    #[test]
    fn a_client_that_failed_often_waits_and_others_do_not() {
        let tries = tries(3);
        for minute in [0, 5, 14] {
            assert_eq!(tries.begin(client(1), at(minute)), Ok(()));
        }
        for minute in [14, 20, 28] {
            assert_eq!(tries.begin(client(1), at(minute)), Err(at(29)), "{minute}");
            assert_eq!(tries.begin(client(2), at(minute)), Ok(()));
        }
        assert_eq!(tries.begin(client(1), at(29)), Ok(()), "the time is over");
    }

    #[test]
    fn failures_of_long_ago_do_not_count() {
        let tries = tries(3);
        for minute in [0, 14, 16, 30, 45, 60] {
            assert_eq!(tries.begin(client(1), at(minute)), Ok(()), "{minute}");
        }
    }

    #[test]
    fn a_login_that_succeeds_is_no_failure_and_forgives_none() {
        let tries = tries(3);
        for _ in 0..10 {
            tries.begin(client(1), at(0)).unwrap();
            tries.take_back(client(1));
        }
        for _ in 0..2 {
            tries.begin(client(1), at(1)).unwrap();
        }
        for _ in 0..10 {
            tries.begin(client(1), at(2)).unwrap();
            tries.take_back(client(1));
        }
        tries.begin(client(1), at(3)).unwrap();
        assert_eq!(tries.begin(client(1), at(4)), Err(at(18)));
    }

    #[test]
    fn no_more_clients_are_remembered_than_there_is_room_for() {
        let tries = tries(3);
        for n in 0..u32::try_from(MAX_CLIENTS).unwrap() * 3 {
            tries.begin(Client::from(IpAddr::from(n.to_be_bytes())), at(0)).unwrap();
        }
        assert!(tries.of.len() <= MAX_CLIENTS + MAX_CLIENTS / 10, "{}", tries.of.len());
    }
}
