//! What a request to the API says besides its path: parameters, language, what it has already.

use std::collections::BTreeMap;

use axum::extract::{FromRequestParts, Path};
use http::HeaderMap;
use http::request::Parts;
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::retrieval::Client;
use kaishu_types::Lang;

use super::problem::Problem;
use crate::negotiation;
use crate::state::State;

/// What a request says besides its path.
pub(super) struct Asked {
    /// The language of words.
    pub(super) lang: Lang,
    /// The query string as sent.
    pub(super) query: String,
    /// Its headers.
    pub(super) headers: HeaderMap,
    /// Who asks.
    pub(super) caller: Caller,
    /// From where, where that is known.
    pub(super) client: Option<Client>,
}

impl Asked {
    /// Reads the parameters, which are these and no others, each given once.
    ///
    /// # Errors
    ///
    /// Names every parameter that is not known or given twice.
    pub(super) fn only(&self, known: &[&str]) -> Result<BTreeMap<String, String>, Problem> {
        kaishu_types::query::only(&self.query, known, self.lang).map_err(Problem::fields)
    }
}

impl FromRequestParts<State> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Self::Rejection> {
        Ok(Self {
            lang: negotiation::language(&parts.headers),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers.clone(),
            caller: parts.extensions.get::<Caller>().cloned().unwrap_or_default(),
            client: parts.extensions.get::<Client>().copied(),
        })
    }
}

/// A request that takes no parameters.
pub(super) struct Plain(pub(super) Asked);

impl FromRequestParts<State> for Plain {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        let asked = match Asked::from_request_parts(parts, state).await {
            Ok(asked) => asked,
            Err(never) => match never {},
        };
        asked.only(&[])?;
        Ok(Self(asked))
    }
}

/// Reads a code out of a path; what is no code names nothing.
pub(super) fn code<T: std::str::FromStr>(
    what: &'static str,
    Path(text): Path<String>,
) -> Result<T, Problem> {
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(80).collect();
        Problem::from(Error::not_found(what, shown))
    })
}
