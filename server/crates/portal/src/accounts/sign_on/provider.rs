//! The provider of identities, asked by OpenID Connect: where to log in, and who came back from there.
//!
//! Signatures, issuer, audience, expiry and nonce are checked by `openidconnect`; nothing is believed that
//! is not in a checked token, or in what the provider tells of the same subject.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    Scope, SignatureVerificationError, TokenResponse,
};
use thiserror::Error;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::OidcSettings;
use super::http::{Http, HttpFault};
use crate::{Error, Result};

/// How long the addresses and keys of the provider are believed without asking again.
const FRESH: Duration = Duration::from_secs(600);

/// A provider that did not answer is not asked again for so long, so that nobody waits behind others.
const PAUSE: Duration = Duration::from_secs(5);

/// Signatures that are accepted: those that only the provider can make.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Values of `acr` that stand for a login with a second factor.
const STRONG_CONTEXTS: [&str; 5] = [
    "mfa",
    "phr",
    "phrh",
    "https://refeds.org/profile/mfa",
    "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
];

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why nobody came back from the provider.
#[derive(Debug, Error)]
pub(super) enum Fault {
    /// It does not answer, or not as a provider does.
    #[error("the provider of identities does not answer: {0}")]
    Unreachable(String),
    /// What it sent, or somebody in its place, was not accepted.
    #[error("what came back from the provider of identities is not accepted: {0}")]
    Refused(String),
}

/// Where a browser is sent to, and what has to come back with it.
pub(super) struct Request {
    pub(super) url: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

/// What is proved by a code: its own, and what was kept of the request.
pub(super) struct Proof<'a> {
    pub(super) code: &'a str,
    pub(super) nonce: &'a str,
    pub(super) verifier: &'a str,
}

/// Who came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    /// Names the person for ever, together with the issuer.
    pub(super) subject: String,
    /// The address for mail, and whether the provider confirmed it.
    pub(super) email: Option<(String, bool)>,
    /// The name people read.
    pub(super) name: Option<String>,
    /// The name by which they log in there.
    pub(super) username: Option<String>,
    /// Whether they gave a second factor there.
    pub(super) has_second_factor: bool,
}

/// What the provider says of itself, and since when it is known.
enum Found {
    Nothing,
    Provider(Arc<CoreProviderMetadata>, Instant),
    Silence(String, Instant),
}

/// The provider of identities.
pub(super) struct Provider {
    settings: OidcSettings,
    issuer: IssuerUrl,
    return_to: RedirectUrl,
    http: Http,
    found: Mutex<Found>,
}

impl Provider {
    /// Reads the settings; nothing is asked before somebody logs in.
    ///
    /// # Errors
    ///
    /// Names the setting that cannot be used.
    pub(super) fn new(settings: &OidcSettings, return_to: String) -> Result<Self> {
        let named = |setting: &str, what: String| {
            Error::Configuration(format!("`{setting}` cannot be used: {what}"))
        };
        let issuer = IssuerUrl::new(settings.issuer.clone())
            .map_err(|error| named("oidc_issuer", error.to_string()))?;
        if !is_safe(&issuer) {
            let what = "it must begin with https:// (http:// is for this machine only)";
            return Err(named("oidc_issuer", what.to_owned()));
        }
        if settings.client_id.is_empty() {
            return Err(named("oidc_client_id", "it is empty".to_owned()));
        }
        let return_to = RedirectUrl::new(return_to)
            .map_err(|error| named("site.base_url", error.to_string()))?;
        let http = Http::new().map_err(|error| named("oidc_issuer", error.to_string()))?;
        Ok(Self {
            settings: settings.clone(),
            issuer,
            return_to,
            http,
            found: Mutex::new(Found::Nothing),
        })
    }

    pub(super) fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    pub(super) fn trusts_second_factor(&self) -> bool {
        self.settings.trusts_second_factor
    }

    pub(super) fn proves_identity(&self) -> bool {
        self.settings.proves_identity
    }

    /// Draws what a login there is bound by, and says where it is.
    pub(super) async fn request(&self) -> Result<Request, Fault> {
        let client = self.client(&*self.known().await?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(["profile", "email"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        Ok(Request {
            url: url.to_string(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        })
    }

    /// Exchanges a code for who it proves to be there.
    pub(super) async fn person(
        &self,
        proof: Proof<'_>,
        now: DateTime<Utc>,
    ) -> Result<Person, Fault> {
        let client = self.client(&*self.known().await?);
        let answer = self.exchange(&client, &proof).await?;
        let token = answer.id_token().ok_or_else(|| refused("it came without an ID token"))?;
        let nonce = Nonce::new(proof.nonce.to_owned());
        let (claims, client) = match checked(&client, token, &nonce, now) {
            Ok(claims) => (claims, client),
            // Keys are replaced from time to time.
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let client = self.client(&*self.known_anew().await?);
                (checked(&client, token, &nonce, now).map_err(refused)?, client)
            }
            Err(error) => return Err(refused(error)),
        };
        check_access_token(&client, &answer, token, claims)?;
        let more = self.told(&client, &answer, claims).await?;
        Ok(person(claims, more.as_ref()))
    }

    async fn exchange(
        &self,
        client: &Client,
        proof: &Proof<'_>,
    ) -> Result<CoreTokenResponse, Fault> {
        let http = |request| self.http.send(request);
        client
            .exchange_code(AuthorizationCode::new(proof.code.to_owned()))
            .map_err(|error| Fault::Unreachable(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(proof.verifier.to_owned()))
            .request_async(&http)
            .await
            .map_err(|error| match error {
                RequestTokenError::Request(error) => unreachable(&error),
                RequestTokenError::ServerResponse(answer) => refused(answer),
                other => refused(other),
            })
    }

    /// Asks for the address for mail where the token does not name it, as most providers do not.
    async fn told(
        &self,
        client: &Client,
        answer: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> Result<Option<CoreUserInfoClaims>, Fault> {
        if claims.email().is_some() || client.user_info_url().is_none() {
            return Ok(None);
        }
        let http = |request| self.http.send(request);
        let request = client
            .user_info(answer.access_token().clone(), Some(claims.subject().clone()))
            .map_err(refused)?;
        let told = request.request_async(&http).await.map_err(|error| match error {
            openidconnect::UserInfoError::Request(error) => unreachable(&error),
            other => refused(other),
        })?;
        Ok(Some(told))
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Client {
        let secret = self.settings.client_secret.clone().map(ClientSecret::new);
        let id = ClientId::new(self.settings.client_id.clone());
        let client = CoreClient::from_provider_metadata(metadata.clone(), id, secret)
            .set_redirect_uri(self.return_to.clone());
        // Where nothing is said, the secret goes into the header.
        let methods = metadata.token_endpoint_auth_methods_supported();
        let takes = |method| methods.is_some_and(|all| all.contains(&method));
        let is_in_body = takes(CoreClientAuthMethod::ClientSecretPost)
            && !takes(CoreClientAuthMethod::ClientSecretBasic);
        if is_in_body { client.set_auth_type(AuthType::RequestBody) } else { client }
    }

    async fn known(&self) -> Result<Arc<CoreProviderMetadata>, Fault> {
        let mut found = self.found.lock().await;
        match &*found {
            Found::Provider(metadata, since) if since.elapsed() < FRESH => {
                return Ok(Arc::clone(metadata));
            }
            Found::Silence(why, since) if since.elapsed() < PAUSE => {
                return Err(Fault::Unreachable(why.clone()));
            }
            _ => {}
        }
        self.discover(&mut found).await
    }

    async fn known_anew(&self) -> Result<Arc<CoreProviderMetadata>, Fault> {
        self.discover(&mut *self.found.lock().await).await
    }

    async fn discover(&self, found: &mut Found) -> Result<Arc<CoreProviderMetadata>, Fault> {
        let http = |request| self.http.send(request);
        match CoreProviderMetadata::discover_async(self.issuer.clone(), &http).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *found = Found::Provider(Arc::clone(&metadata), Instant::now());
                Ok(metadata)
            }
            Err(error) => {
                let why = chained(&error);
                *found = Found::Silence(why.clone(), Instant::now());
                Err(Fault::Unreachable(why))
            }
        }
    }
}

/// Secrets go to this address: over https, or to this machine.
fn is_safe(issuer: &IssuerUrl) -> bool {
    let url = issuer.url();
    let is_own = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    url.scheme() == "https" || (url.scheme() == "http" && is_own)
}

fn checked<'a>(
    client: &Client,
    token: &'a CoreIdToken,
    nonce: &Nonce,
    now: DateTime<Utc>,
) -> Result<&'a CoreIdTokenClaims, ClaimsVerificationError> {
    let verifier = client.id_token_verifier().set_allowed_algs(SIGNATURES).set_time_fn(move || now);
    token.claims(&verifier, nonce)
}

/// The token of the questions that follow must be the one that came with the person.
fn check_access_token(
    client: &Client,
    answer: &CoreTokenResponse,
    token: &CoreIdToken,
    claims: &CoreIdTokenClaims,
) -> Result<(), Fault> {
    let Some(expected) = claims.access_token_hash() else { return Ok(()) };
    let verifier = client.id_token_verifier();
    let algorithm = token.signing_alg().map_err(refused)?;
    let key = token.signing_key(&verifier).map_err(refused)?;
    let found =
        AccessTokenHash::from_token(answer.access_token(), algorithm, key).map_err(refused)?;
    if found == *expected { Ok(()) } else { Err(refused("the access token is another one")) }
}

fn person(claims: &CoreIdTokenClaims, more: Option<&CoreUserInfoClaims>) -> Person {
    let email = claims.email().map(|email| (email, claims.email_verified()));
    let email =
        email.or_else(|| more.and_then(|more| Some((more.email()?, more.email_verified()))));
    let name = claims.name().or_else(|| more.and_then(CoreUserInfoClaims::name));
    let name = name.and_then(|name| name.iter().next()).map(|(_, name)| name.to_string());
    let username = claims
        .preferred_username()
        .or_else(|| more.and_then(CoreUserInfoClaims::preferred_username));
    let methods = claims.auth_method_refs().map(|all| all.iter().map(|it| it.as_str()));
    let methods: Vec<&str> = methods.into_iter().flatten().collect();
    Person {
        subject: claims.subject().to_string(),
        email: email.map(|(email, is_verified)| (email.to_string(), is_verified == Some(true))),
        name,
        username: username.map(|name| name.to_string()),
        has_second_factor: is_strong(&methods, claims.auth_context_ref().map(|it| it.as_str())),
    }
}

/// Whether a login was with a second factor: said as such, or by naming one beside a password (RFC 8176).
fn is_strong(methods: &[&str], context: Option<&str>) -> bool {
    let has = |names: &[&str]| methods.iter().any(|method| names.contains(method));
    has(&["mfa"])
        || (has(&["pwd", "pin"]) && has(&["otp", "hwk", "swk", "sc", "sms", "tel"]))
        || context.is_some_and(|context| STRONG_CONTEXTS.contains(&context))
}

fn refused(why: impl ToString) -> Fault {
    Fault::Refused(why.to_string())
}

fn unreachable(error: &HttpFault) -> Fault {
    Fault::Unreachable(chained(error))
}

/// Writes an error with what it came from.
fn chained(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_factor_is_believed_where_it_is_named() {
        assert!(is_strong(&["mfa"], None));
        assert!(is_strong(&["pwd", "otp"], None));
        assert!(is_strong(&["pwd"], Some("phr")));
        assert!(!is_strong(&[], None));
        assert!(!is_strong(&["pwd"], None));
        assert!(!is_strong(&["otp"], None), "one factor is no second one");
        assert!(!is_strong(&["pwd", "kba"], Some("0")));
        assert!(!is_strong(&["pwd"], Some("urn:mace:incommon:iap:silver")));
    }

    #[test]
    fn secrets_go_out_over_https_only() {
        let is_safe =
            |url: &str| IssuerUrl::new(url.to_owned()).is_ok_and(|url| super::is_safe(&url));
        assert!(is_safe("https://id.example.cn") && is_safe("http://127.0.0.1:4000/oidc"));
        assert!(!is_safe("http://id.example.cn") && !is_safe("ftp://127.0.0.1"));
        assert!(!is_safe("http://127.0.0.1.example.cn"));
    }
}
