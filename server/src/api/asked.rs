//! What a request to the API says besides its path: parameters, language, what it has already.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use axum::extract::{FromRequestParts, Path};
use http::HeaderMap;
use http::request::Parts;
use kaishu_portal::Error;
use kaishu_types::{FieldError, Lang};

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
}

impl Asked {
    /// Reads the parameters, which are these and no others, each given once.
    ///
    /// # Errors
    ///
    /// Names every parameter that is not known or given twice.
    pub(super) fn only(&self, known: &[&str]) -> Result<BTreeMap<String, String>, Problem> {
        let pairs = kaishu_types::query::decode(&self.query, self.lang).map_err(Problem::fields)?;
        let mut values = BTreeMap::new();
        let mut faults = Vec::new();
        let mut fault = |field: &str, zh: String, en: String| {
            let field = field.chars().take(60).collect();
            faults.push(FieldError { field, message: self.lang.pick(zh, en) });
        };
        let all = known.join(", ");
        for (name, value) in pairs {
            if !known.contains(&name.as_str()) {
                let (zh, en) = if known.is_empty() {
                    (
                        "不是这个地址的参数，这个地址不接受参数".to_owned(),
                        "is not a parameter of this address, which takes none".to_owned(),
                    )
                } else {
                    (
                        format!("不是这个地址的参数，可用的是：{all}"),
                        format!("is not a parameter of this address; known are {all}"),
                    )
                };
                fault(&name, zh, en);
                continue;
            }
            match values.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(place) => fault(
                    place.key(),
                    "出现了两次，只能写一次".to_owned(),
                    "is given twice; give it once".to_owned(),
                ),
            }
        }
        if faults.is_empty() { Ok(values) } else { Err(Problem::fields(faults)) }
    }
}

impl FromRequestParts<State> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Self::Rejection> {
        Ok(Self {
            lang: negotiation::language(&parts.headers),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers.clone(),
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
