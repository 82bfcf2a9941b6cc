//! Requests that come twice are done once: by the key that a program or a form gives them, for each account.
//!
//! Keys are known for two days, and an account has so many of them at most.
//!
//! A key is noted before anything is done, so that of two at once one is done. What was done is answered again as it
//! was; what did nothing can be sent again. A request that was broken off half-way stays noted: whether it was done
//! says what it was about, and it is never done twice.

use std::time::Duration;

use chrono::TimeDelta;
use kaishu_store::Transaction;
use kaishu_store::requests::{self, Kept, Request};
use kaishu_types::{ErrorCode, Lang};
use sha2::{Digest, Sha256};

use crate::accounts::{Caller, Came};
use crate::{Error, Portal, Result};

pub use kaishu_store::requests::Answer;

/// How long a request is known by its key.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(48);
/// Longest key, in bytes.
pub const MAX_KEY_BYTES: usize = 100;
/// Stands for the account of a visitor; no account has this number.
const NOBODY: i64 = 0;
/// How often, and how many times, somebody asks whether the one before is done.
const PAUSE: Duration = Duration::from_millis(100);
const N_TRIES: usize = 100;

/// What a request says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Repeatable<'a> {
    /// What its sender calls it.
    pub key: &'a str,
    /// Method and path.
    pub request: &'a str,
    /// SHA-256 of what is sent, hex; empty where that is not looked at.
    pub sha256: &'a str,
}

/// Whether a request is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It is the first of its key: whoever asked ends it with [`Portal::end_request`].
    First,
    /// It was done before, with this answer.
    Again(Answer),
}

/// Makes a key for a form: another one each time that the form is drawn.
pub fn form_key() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// The hash by which what is sent is told from something else.
pub fn sha256(sent: &[u8]) -> String {
    kaishu_store::blobs::hex(&Sha256::digest(sent))
}

impl Portal {
    /// Notes that a request of somebody who is logged in is being done, unless it came before. Where the one before
    /// is under way, its answer is waited for.
    ///
    /// # Errors
    ///
    /// Invalid for a key that is none; `Conflict` where another request came by the key, where the one before was
    /// broken off, and where the caller has other roles than then: what was taken away is not answered again;
    /// `TryLater` where the account has too many that are known by their keys.
    pub async fn begin_request(
        &self,
        caller: &Caller,
        asked: Repeatable<'_>,
        lang: Lang,
    ) -> Result<Begun> {
        let Some(account) = caller.account() else { return Ok(Begun::First) };
        let is_key = (1..=MAX_KEY_BYTES).contains(&asked.key.len())
            && asked.key.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_key {
            let message = lang.pick(
                "Idempotency-Key 为 1 至 100 个可见的 ASCII 字符",
                "an `Idempotency-Key` has 1 to 100 visible ASCII characters",
            );
            return Err(Error::field("Idempotency-Key", message));
        }
        let new = Request {
            account,
            key: asked.key.to_owned(),
            request: asked.request.to_owned(),
            sha256: asked.sha256.to_owned(),
            held: held(caller),
        };
        let (store, now) = (&self.inner.store, self.instant());
        let mut before = requests::begin(store, &new, (now, now - KEPT_FOR)).await?;
        for _ in 0..N_TRIES {
            let Some(kept) = before else {
                self.check_room_for_request(account, asked.key, lang).await?;
                return Ok(Begun::First);
            };
            check_same(&kept, &new, lang)?;
            if let Some(answer) = kept.answer {
                return Ok(Begun::Again(answer));
            }
            tokio::time::sleep(PAUSE).await;
            before = requests::begin(store, &new, (now, now - KEPT_FOR)).await?;
        }
        Err(conflict(lang.pick(
            "同样的请求正在办理，或者办到一半中断了。请先查看是否已经办成，没有办成的再重新提交",
            "the same request is being done, or was broken off: look whether it was done before you send it anew",
        )))
    }

    /// Forgets a new request where its account has too many already: none that was done is forgotten before its time, for
    /// it would be done twice.
    async fn check_room_for_request(&self, account: i64, key: &str, lang: Lang) -> Result<()> {
        let (store, now) = (&self.inner.store, self.instant());
        let most = self.inner.kept_requests.get();
        let (n_kept, oldest) = requests::of_account(store, account, now - KEPT_FOR).await?;
        if n_kept <= u64::from(most) {
            return Ok(());
        }
        requests::release(store, account, key).await?;
        let left = oldest.unwrap_or(now) + KEPT_FOR - now;
        let message = lang.pick(
            format!("两天之内带 Idempotency-Key 的请求和表单已经有 {most} 件，这一次没有办理，请稍后再提交"),
            format!(
                "{most} forms and requests with an `Idempotency-Key` came within two days; nothing was done, send it later"
            ),
        );
        // The first of them is forgotten then.
        Err(Error::TryLater {
            message,
            seconds: u64::try_from(left.num_seconds()).unwrap_or(0) + 1,
        })
    }

    /// Keeps the answer of a request that was begun; without one it did nothing, and can be sent again.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn end_request(
        &self,
        caller: &Caller,
        key: &str,
        answer: Option<&Answer>,
    ) -> Result<()> {
        let Some(account) = caller.account() else { return Ok(()) };
        let store = &self.inner.store;
        match answer {
            Some(answer) => Ok(requests::finish(store, account, key, answer).await?),
            None => Ok(requests::release(store, account, key).await?),
        }
    }

    /// Notes a form in the transaction of what it does, by its key and all that was sent with it: so do those whose
    /// sender may be nobody we know, and those whose file is known only once it is here. Returns whether it is to be
    /// done; a form without a key always is.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub(crate) async fn note_form(
        &self,
        transaction: &Transaction,
        caller: &Caller,
        (form, once): (&str, &str),
        sent: &[&str],
    ) -> Result<bool> {
        if once.is_empty() {
            return Ok(true);
        }
        let whole = format!("{form}\n{once}\n{sent:?}");
        let new = Request {
            account: caller.account().unwrap_or(NOBODY),
            key: format!("form-{}", sha256(whole.as_bytes())),
            request: form.to_owned(),
            sha256: String::new(),
            held: held(caller),
        };
        Ok(requests::note(transaction, &new, self.instant()).await?)
    }

    /// Forgets the requests whose time is over.
    pub(crate) async fn forget_requests(&self) -> Result<()> {
        requests::forget(&self.inner.store, self.instant() - KEPT_FOR).await?;
        Ok(())
    }
}

fn check_same(kept: &Kept, new: &Request, lang: Lang) -> Result<()> {
    let Kept { request: before, .. } = kept;
    if (&before.request, &before.sha256) != (&new.request, &new.sha256) {
        return Err(conflict(lang.pick(
            "这个 Idempotency-Key 用于过别的请求，这一次没有办理。请换一个",
            "another request came by this `Idempotency-Key`; nothing was done, give this one its own",
        )));
    }
    if before.held != new.held {
        return Err(conflict(lang.pick(
            "上次提交以后您的角色有了变化，不再重复上次的结果。请查看是否已经办成",
            "your roles changed since it was sent first, so its answer is not repeated: look whether it was done",
        )));
    }
    Ok(())
}

/// What somebody may do, as far as it tells whether that changed.
fn held(caller: &Caller) -> String {
    let scope = match caller.came() {
        Some(Came::Token(_, scope)) => scope.as_str(),
        _ => "",
    };
    let places: Vec<String> = caller.places().map(|it| format!("{it:?}")).collect();
    let text = format!("{scope} {}", places.join(" "));
    sha256(text.as_bytes())
}

fn conflict(message: &str) -> Error {
    Error::refused(ErrorCode::Conflict, message)
}
