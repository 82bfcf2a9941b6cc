//! What every page knows of its request: language, address, words, the day.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, OriginalUri};
use axum::response::Response;
use chrono::NaiveDate;
use http::header;
use http::request::Parts;
use kaishu_portal::accounts::Caller;
use kaishu_portal::{Portal, Site};
use kaishu_types::Lang;

use crate::error::AppError;
use crate::page::respond;
use crate::words::Words;

/// The reader's own choice between light and dark; without one the system decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
}

/// What a page knows of its request.
#[derive(Clone)]
pub(crate) struct Ctx {
    /// The language of the address.
    pub(crate) lang: Lang,
    /// The words of that language.
    pub(crate) words: &'static Words,
    /// Name and keeper of this portal.
    pub(crate) site: Arc<Site>,
    /// The path without the language, as in `/datasets`.
    pub(crate) path: String,
    /// The query string as sent, without the question mark.
    pub(crate) query: String,
    /// The reader's choice of colours.
    pub(crate) theme: Option<Theme>,
    /// Today in the portal's time zone.
    pub(crate) today: NaiveDate,
    /// Who reads.
    pub(crate) caller: Caller,
}

impl Ctx {
    /// Reads the head of a request.
    pub(crate) fn of(portal: &Portal, parts: &Parts) -> Self {
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        let path = uri.path();
        let (lang, path) = match path.strip_prefix("/en") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => (Lang::En, rest),
            _ => (Lang::Zh, path),
        };
        Self {
            lang,
            words: Words::of(lang),
            site: portal.site(),
            path: local_path(path),
            query: uri.query().unwrap_or_default().to_owned(),
            theme: chosen_theme(parts),
            today: portal.today(),
            caller: parts.extensions.get::<Caller>().cloned().unwrap_or_default(),
        }
    }

    /// Goes on in another language, where the address cannot tell it.
    pub(crate) fn in_language(self, lang: Lang) -> Self {
        Self { lang, words: Words::of(lang), ..self }
    }

    /// Refuses parameters, for a page that takes none: a filter that does nothing would mislead.
    ///
    /// # Errors
    ///
    /// Names every parameter, and leads to the page without them.
    pub(crate) fn without_parameters(&self) -> Result<(), AppError> {
        self.only(&[]).map(drop)
    }

    /// Reads the parameters, which are these and no others.
    ///
    /// # Errors
    ///
    /// Names every parameter that is not known, and leads to the page without them.
    pub(crate) fn only(&self, known: &[&str]) -> Result<BTreeMap<String, String>, AppError> {
        kaishu_types::query::only(&self.query, known, self.lang).map_err(|faults| {
            let open = self.lang.pick("不带参数打开这个页面", "Open this page without parameters");
            AppError::fields(faults).with_remedy(open, self.path.as_str())
        })
    }

    /// Returns the address of a path in this language.
    pub(crate) fn href(&self, path: &str) -> String {
        match (self.lang, path) {
            (Lang::Zh, path) => path.to_owned(),
            (Lang::En, "/") => "/en".to_owned(),
            (Lang::En, path) => format!("/en{path}"),
        }
    }

    /// Returns what stands between a sentence and what follows it: nothing in Chinese, whose full
    /// stop holds its own space.
    pub(crate) fn gap(&self) -> Option<&'static str> {
        // Not an empty text: Leptos writes that as a space.
        (self.lang == Lang::En).then_some(" ")
    }

    /// Returns the address of this page in the other language.
    pub(crate) fn other_language(&self) -> String {
        let path = match (self.lang, self.path.as_str()) {
            (Lang::Zh, "/") => "/en".to_owned(),
            (Lang::Zh, path) => format!("/en{path}"),
            (Lang::En, path) => path.to_owned(),
        };
        if self.query.is_empty() { path } else { format!("{path}?{}", self.query) }
    }
}

/// The request of a page that takes no parameters; one that has some is refused.
impl<S> FromRequestParts<S> for Ctx
where
    Portal: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let ctx = Self::of(&Portal::from_ref(state), parts);
        match ctx.without_parameters() {
            Ok(()) => Ok(ctx),
            Err(error) => Err(respond(&ctx, || Err(error))),
        }
    }
}

/// The request of a page that reads its parameters itself.
pub(crate) struct Asked(pub(crate) Ctx);

impl<S> FromRequestParts<S> for Asked
where
    Portal: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Ctx::of(&Portal::from_ref(state), parts)))
    }
}

/// Makes a path that cannot lead to another site: `//host` would.
fn local_path(path: &str) -> String {
    format!("/{}", path.trim_start_matches(['/', '\\']))
}

fn chosen_theme(parts: &Parts) -> Option<Theme> {
    let cookies = parts.headers.get(header::COOKIE)?.to_str().ok()?;
    let value = cookies.split(';').find_map(|pair| pair.trim().strip_prefix("theme="))?;
    match value {
        "light" => Some(Theme::Light),
        "dark" => Some(Theme::Dark),
        _ => None,
    }
}
