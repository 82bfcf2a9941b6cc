//! Logging in with the identity of another system, by OpenID Connect: the way there, the way back, and to
//! which account it leads.
//!
//! State, nonce and verifier are drawn for one login and stay with the browser that began it, encrypted, for
//! ten minutes. An identity is issuer and subject; an address for mail alone opens no account (`people`).

mod http;
mod people;
mod provider;

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_types::{ErrorCode, Lang, Remedy};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

use self::provider::{Fault, Proof, Provider};
use super::login::{Begun, Browser};
use super::secrets::{Kind, token_hash};
use crate::{Error, Portal, Result};

pub use people::Joining;

/// How long somebody may take at the provider, and to type the password that joins an account.
pub const SIGN_ON_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// Where the provider sends a browser back to, below the address of the portal.
pub const RETURN_PATH: &str = "/login/provider/return";

/// Logins that came back and are remembered, so that none comes back twice.
const MAX_RETURNED: usize = 10_000;

/// How the provider of identities is reached.
#[derive(Clone, PartialEq, Eq)]
pub struct OidcSettings {
    /// Its address, exactly as it names itself.
    pub issuer: String,
    /// The name of this portal there.
    pub client_id: String,
    /// The secret that proves it is this portal; none where proof of the code alone is asked for.
    pub client_secret: Option<String>,
    /// Whether a second factor that was given there counts here.
    pub trusts_second_factor: bool,
    /// Whether it proves who people are: it looked at their identity documents before (ORG-09).
    pub proves_identity: bool,
}

/// What a login by another system needs.
pub(super) struct SignOn {
    provider: Provider,
    returned: Cache<String, ()>,
}

impl SignOn {
    /// Reads the settings.
    ///
    /// # Errors
    ///
    /// Names the setting that cannot be used.
    pub(super) fn new(settings: &OidcSettings, base_url: &str) -> Result<Self> {
        let provider = Provider::new(settings, format!("{base_url}{RETURN_PATH}"))?;
        Ok(Self { provider, returned: Cache::new(MAX_RETURNED) })
    }
}

/// What stays with a browser while somebody logs in elsewhere.
#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    state: String,
    nonce: String,
    verifier: String,
    next: Option<String>,
    lang: Lang,
    since: DateTime<Utc>,
}

/// A login that was begun: where the browser goes, and what it holds meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOnBegun {
    /// The address of the login at the provider.
    pub url: String,
    /// What the browser brings back, encrypted.
    pub kept: String,
}

/// What a browser came back with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Returned {
    /// What proves who it is.
    pub code: Option<String>,
    /// What was sent along.
    pub state: Option<String>,
    /// Who says so, where the provider names itself (RFC 9207).
    pub issuer: Option<String>,
    /// Why nothing is proved.
    pub error: Option<String>,
}

/// What came of a login at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedOn {
    /// A session is begun; the page that was asked for before the login.
    In(Begun, Option<String>),
    /// The address has an account already: its password joins the two.
    Asks(String),
}

impl Portal {
    /// Whether people can log in with the identity of another system.
    pub fn has_sign_on(&self) -> bool {
        self.inner.accounts.sign_on.is_some()
    }

    /// Whether logging in there proves who somebody is (ORG-09).
    pub fn proves_by_sign_on(&self) -> bool {
        let sign_on = self.inner.accounts.sign_on.as_ref();
        sign_on.is_some_and(|it| it.provider.proves_identity())
    }

    fn sign_on(&self) -> Result<&SignOn> {
        let sign_on = self.inner.accounts.sign_on.as_ref();
        sign_on.ok_or_else(|| Error::not_found("page", "login/provider"))
    }

    /// Begins a login at the provider, to go on with a page of this site after it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no provider; `Unavailable` where it does not answer.
    pub async fn begin_sign_on(&self, next: Option<String>, lang: Lang) -> Result<SignOnBegun> {
        let request = self.sign_on()?.provider.request().await;
        let request = request.map_err(|fault| told(&fault, lang))?;
        let waiting = Waiting {
            state: request.state,
            nonce: request.nonce,
            verifier: request.verifier,
            next,
            lang,
            since: self.now(),
        };
        Ok(SignOnBegun { url: request.url, kept: self.hand_out(Kind::SignOn, &waiting)? })
    }

    /// Names the language in which a login was begun: the provider knows one way back only.
    pub fn language_of_sign_on(&self, kept: &str) -> Option<Lang> {
        self.handed_back::<Waiting>(Kind::SignOn, kept).map(|waiting| waiting.lang)
    }

    /// Ends a login at the provider: begins a session, or asks for the password that joins the identity to
    /// the account of its address.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where the browser did not begin this login, took too long, was refused there, or
    /// what it came back with is not accepted, and where the account is locked or disabled; `Unavailable`
    /// where the provider does not answer; `TooManyRequests` where the client failed too often.
    pub async fn end_sign_on(
        &self,
        kept: Option<&str>,
        returned: &Returned,
        browser: &Browser,
        lang: Lang,
    ) -> Result<SignedOn> {
        let sign_on = self.sign_on()?;
        let waiting = kept.and_then(|kept| self.handed_back::<Waiting>(Kind::SignOn, kept));
        let waiting = waiting.filter(|it| self.is_in_time(it.since));
        let waiting = waiting.ok_or_else(|| not_begun(lang))?;
        // The hashes are compared, so that the time tells nothing.
        let is_same = |state: &String| token_hash(state) == token_hash(&waiting.state);
        if !returned.state.as_ref().is_some_and(is_same) {
            return Err(not_begun(lang));
        }
        let state = token_hash(&waiting.state);
        if sign_on.returned.get(&state).is_some() {
            return Err(not_begun(lang));
        }
        sign_on.returned.insert(state, ());
        let issuer = sign_on.provider.issuer();
        if returned.issuer.as_ref().is_some_and(|named| named != issuer) {
            let why = "it came from another provider".to_owned();
            return Err(told(&Fault::Refused(why), lang));
        }
        let Some(code) = returned.code.as_deref().filter(|_| returned.error.is_none()) else {
            return Err(denied(returned.error.as_deref(), lang));
        };
        // What did not begin here costs nothing and is not counted: another site could send it in the name
        // of its visitors, and nobody of their network could log in.
        self.begin_try(browser.client, lang)?;
        let result = self.sign_on_by(code, &waiting, browser, lang).await;
        self.end_proof(browser.client, &result);
        result
    }

    /// Asks the provider who somebody is, and logs them in.
    async fn sign_on_by(
        &self,
        code: &str,
        waiting: &Waiting,
        browser: &Browser,
        lang: Lang,
    ) -> Result<SignedOn> {
        let provider = &self.sign_on()?.provider;
        let (nonce, verifier) = (waiting.nonce.as_str(), waiting.verifier.as_str());
        let person = provider.person(Proof { code, nonce, verifier }, self.now()).await;
        let person = person.map_err(|fault| told(&fault, lang))?;
        self.sign_on_as(person, waiting.next.clone(), browser, lang).await
    }

    fn is_in_time(&self, since: DateTime<Utc>) -> bool {
        self.now().signed_duration_since(since) < SIGN_ON_WITHIN
    }

    fn hand_out(&self, kind: Kind, value: &impl Serialize) -> Result<String> {
        let text = serde_json::to_vec(value)
            .map_err(|error| Error::Internal(format!("a login cannot be kept: {error}")))?;
        self.account_secrets().seal(kind, &text)
    }

    fn handed_back<T: serde::de::DeserializeOwned>(&self, kind: Kind, sealed: &str) -> Option<T> {
        serde_json::from_slice(&self.account_secrets().open(kind, sealed)?).ok()
    }
}

/// A refusal that leads back to the login.
fn refusal(code: ErrorCode, lang: Lang, zh: &str, en: &str) -> Error {
    Error::Refused {
        code,
        message: lang.pick(zh, en).to_owned(),
        rule: None,
        remedy: Some(Remedy {
            text: lang.pick("回到登录页", "Back to the login").to_owned(),
            link: "/login".to_owned(),
        }),
    }
}

fn not_begun(lang: Lang) -> Error {
    refusal(
        ErrorCode::Unauthenticated,
        lang,
        "这次登录不是在这个浏览器里开始的，或者超过了 10 分钟，或者已经用过。回到登录页重新开始。",
        "This login was not begun in this browser, took more than 10 minutes, or was used before. Go back to the login and begin again.",
    )
}

/// What the provider says instead of a proof: people decline, or may not log in there.
fn denied(error: Option<&str>, lang: Lang) -> Error {
    let error: String = error.unwrap_or("no code").chars().take(60).collect();
    tracing::info!(error, "the provider of identities let nobody in");
    if error == "temporarily_unavailable" || error == "server_error" {
        return told(&Fault::Unreachable(error), lang);
    }
    refusal(
        ErrorCode::Unauthenticated,
        lang,
        "统一身份认证没有让你登录：可能你在那里取消了，或者没有使用本平台的权限。可以再试一次，也可以用密码登录。",
        "The single sign-on did not let you in: you may have cancelled there, or may not use this portal. Try again, or log in with a password.",
    )
}

/// Tells a fault of the provider: the reason is for the log, what to do is for the reader.
fn told(fault: &Fault, lang: Lang) -> Error {
    tracing::warn!(error = fault as &dyn std::error::Error, "a single sign-on failed");
    match fault {
        Fault::Unreachable(_) => refusal(
            ErrorCode::Unavailable,
            lang,
            "统一身份认证现在连接不上。过几分钟再试，或者用密码登录。",
            "The single sign-on does not answer now. Try again in a few minutes, or log in with a password.",
        ),
        Fault::Refused(_) => refusal(
            ErrorCode::Unauthenticated,
            lang,
            "统一身份认证送来的登录凭证没有通过检查，没有登录。重新登录一次；总是这样的，告诉本平台的系统管理员。",
            "What the single sign-on sent could not be verified, and nobody was logged in. Log in again; if that does not help, tell the system administrator of this portal.",
        ),
    }
}
