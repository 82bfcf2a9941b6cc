//! A provider of identities on this machine, which signs what a test wants.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode};
use kaishu_portal::accounts::OidcSettings;
use kaishu_testkit::now;
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const CLIENT: &str = "kaishu";
const SECRET: &str = "secret of the portal";

/// A provider of identities.
pub(crate) struct IdentityProvider {
    pub(crate) issuer: String,
    inner: Arc<Inner>,
    task: JoinHandle<()>,
}

struct Inner {
    issuer: String,
    keys: Mutex<Keys>,
    /// What a code is good for, until it is used.
    codes: Mutex<BTreeMap<String, Grant>>,
    /// What the provider tells of a subject when it is asked.
    told: Mutex<Value>,
}

/// The key that signs, and the one that is published.
struct Keys {
    signs: (String, [u8; 32]),
    published: (String, [u8; 32]),
}

struct Grant {
    challenge: String,
    token: String,
}

/// What a browser asks of the provider.
pub(crate) struct Asked {
    parameters: BTreeMap<String, String>,
}

impl Asked {
    /// Reads the address that a browser was sent to.
    pub(crate) fn of(location: &str) -> Self {
        let query = location.split_once('?').unwrap().1;
        let parameters = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { parameters }
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        &self.parameters[name]
    }
}

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signed {
    /// By the key of the provider.
    Well,
    /// By another key that calls itself the same.
    ByAnother,
    /// Not at all.
    Not,
    /// With the public key as if it were a shared secret.
    WithThePublicKey,
}

impl IdentityProvider {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let key = ("one".to_owned(), [1; 32]);
        let inner = Arc::new(Inner {
            issuer: issuer.clone(),
            keys: Mutex::new(Keys { signs: key.clone(), published: key }),
            codes: Mutex::default(),
            told: Mutex::default(),
        });
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/token", post(exchange))
            .route("/me", get(tell))
            .with_state(Arc::clone(&inner));
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { issuer, inner, task }
    }

    pub(crate) fn settings(&self) -> OidcSettings {
        OidcSettings {
            issuer: self.issuer.clone(),
            client_id: CLIENT.to_owned(),
            client_secret: Some(SECRET.to_owned()),
            trusts_second_factor: false,
            proves_identity: false,
        }
    }

    /// Stops answering.
    pub(crate) fn close(&self) {
        self.task.abort();
    }

    /// Signs with another key from now on, and publishes it.
    pub(crate) fn replace_key(&self) {
        let key = ("two".to_owned(), [2; 32]);
        *self.inner.keys.lock().unwrap() = Keys { signs: key.clone(), published: key };
    }

    /// Says what is told of a subject that is asked about.
    pub(crate) fn tells(&self, told: Value) {
        *self.inner.told.lock().unwrap() = told;
    }

    /// Lets somebody in, with claims of the token, and returns the code for it.
    pub(crate) fn grant(&self, asked: &Asked, claims: Value, signed: Signed) -> String {
        let mut all = json!({
            "iss": self.issuer,
            "aud": CLIENT,
            "nonce": asked.value("nonce"),
            "iat": now().timestamp() - 1,
            "exp": now().timestamp() + 60,
        });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        let token = self.sign(&all, signed);
        let mut codes = self.inner.codes.lock().unwrap();
        let code = format!("code-{}-{}", codes.len(), asked.value("state"));
        let challenge = asked.value("code_challenge").to_owned();
        codes.insert(code.clone(), Grant { challenge, token });
        code
    }

    fn sign(&self, claims: &Value, signed: Signed) -> String {
        let (name, seed) = self.inner.keys.lock().unwrap().signs.clone();
        let algorithm = match signed {
            Signed::Not => "none",
            Signed::WithThePublicKey => "HS256",
            Signed::Well | Signed::ByAnother => "EdDSA",
        };
        let header = json!({ "alg": algorithm, "kid": name });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(claims));
        let seed = if signed == Signed::ByAnother { [9; 32] } else { seed };
        let signature = match signed {
            Signed::Not => Vec::new(),
            Signed::WithThePublicKey => {
                let public = serde_json::to_value(key(&name, seed).as_verification_key()).unwrap();
                let public = URL_SAFE_NO_PAD.decode(public["x"].as_str().unwrap()).unwrap();
                hmac(&public, text.as_bytes())
            }
            _ => key(&name, seed).sign(&CoreJwsSigningAlgorithm::EdDsa, text.as_bytes()).unwrap(),
        };
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// A key of a seed, in the form in which keys are read (RFC 8410).
fn key(name: &str, seed: [u8; 32]) -> CoreEdDsaPrivateSigningKey {
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let body = STANDARD.encode([head.as_slice(), &seed].concat());
    let label = "PRIVATE KEY";
    let pem = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
    let name = JsonWebKeyId::new(name.to_owned());
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(name)).unwrap()
}

/// HMAC with SHA-256 and a key of 32 bytes (RFC 2104).
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |byte: u8| block.map(|it| it ^ byte);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

async fn describe(State(inner): State<Arc<Inner>>) -> Json<Value> {
    let issuer = &inner.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/login"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/me"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
    }))
}

async fn keys(State(inner): State<Arc<Inner>>) -> Json<Value> {
    let (name, seed) = inner.keys.lock().unwrap().published.clone();
    Json(json!({ "keys": [key(&name, seed).as_verification_key()] }))
}

/// Takes a code once, with the secret of the portal and what proves that it asked.
async fn exchange(
    State(inner): State<Arc<Inner>>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    let secret: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let expected = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{secret}")));
    assert_eq!(headers["authorization"].to_str().unwrap(), expected);
    assert_eq!(form["redirect_uri"], "http://127.0.0.1:3000/login/provider/return");
    let grant = inner.codes.lock().unwrap().remove(&form["code"]);
    let verifier = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    let Some(grant) = grant.filter(|grant| grant.challenge == verifier) else {
        let refused = json!({ "error": "invalid_grant" });
        return (StatusCode::BAD_REQUEST, Json(refused)).into_response();
    };
    Json(json!({
        "access_token": "opaque",
        "token_type": "Bearer",
        "id_token": grant.token,
    }))
    .into_response()
}

async fn tell(State(inner): State<Arc<Inner>>) -> Json<Value> {
    Json(inner.told.lock().unwrap().clone())
}
