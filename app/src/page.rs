//! A page on its way out: what it shows, its status and how long it may be kept.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use leptos::prelude::*;
use leptos::reactive::owner::Owner;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::shell;
use crate::ui::form::Typed;

/// Where a page belongs in the main navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Datasets,
    Organizations,
    Regions,
    Demands,
    Showcases,
    Stats,
    Rules,
}

/// How long a page may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// The same for every anonymous reader until the catalogue changes.
    Catalogue,
    /// Made for one request.
    Never,
}

/// A page on its way out.
pub(crate) struct Page {
    pub(crate) title: String,
    /// What it is about; the portal's own words where nothing is said.
    pub(crate) description: Option<String>,
    pub(crate) section: Option<Section>,
    pub(crate) status: StatusCode,
    pub(crate) keep: Keep,
    /// Whether search engines may list it.
    pub(crate) listed: bool,
    /// Whether it takes the width of the window, as tables do.
    pub(crate) is_wide: bool,
    /// schema.org, for `<script type="application/ld+json">`.
    pub(crate) json_ld: Option<serde_json::Value>,
    /// Goes on by itself, as in `0;url=/…`.
    pub(crate) refresh: Option<String>,
    /// What is wrong, for programs.
    pub(crate) error: Option<AppError>,
    pub(crate) body: AnyView,
}

impl Page {
    /// Makes a page that anybody may keep until the catalogue changes.
    pub(crate) fn new(title: impl Into<String>, body: impl IntoAny) -> Self {
        Self {
            title: title.into(),
            description: None,
            section: None,
            status: StatusCode::OK,
            keep: Keep::Catalogue,
            listed: true,
            is_wide: false,
            json_ld: None,
            refresh: None,
            error: None,
            body: body.into_any(),
        }
    }

    /// Names the place in the main navigation.
    pub(crate) fn section(mut self, section: Section) -> Self {
        self.section = Some(section);
        self
    }

    /// Says in a sentence what the page is about.
    pub(crate) fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Shows a form again whose fields are wrong.
    pub(crate) fn refused(mut self, lang: kaishu_types::Lang, typed: &Typed) -> Self {
        if typed.is_refused() {
            self.title = format!("{} · {}", typed.n_faults(lang), self.title);
            self.status = StatusCode::BAD_REQUEST;
            self.error = Some(typed.error());
        }
        self
    }

    /// Shows a form again whose sender has to wait, or that something stands against.
    pub(crate) fn stopped(mut self, error: AppError) -> Self {
        self.status = StatusCode::from_u16(error.code.http_status()).unwrap_or(self.status);
        self.error = Some(error);
        self
    }

    /// Keeps search engines and caches away.
    pub(crate) fn private(mut self) -> Self {
        self.listed = false;
        self.keep = Keep::Never;
        self
    }
}

/// Draws with a reactive owner of its own, which a view needs while it is made and written.
pub(crate) fn draw<T>(make: impl FnOnce() -> T) -> T {
    let owner = Owner::new();
    let drawn = owner.with(make);
    owner.cleanup();
    drawn
}

/// Draws the page that `make` returns, or the page of its error.
pub(crate) fn respond(ctx: &Ctx, make: impl FnOnce() -> Result<Page, AppError>) -> Response {
    draw(|| {
        let mut page = make().unwrap_or_else(|error| error.page(ctx));
        let error = page.error.take();
        let status = page.status;
        let keep = page.keep;
        let html = shell::document(ctx, page);
        let mut response = (status, html).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        let cache = match keep {
            // The frame shows who reads.
            Keep::Catalogue if ctx.caller.came().is_some() => "private, no-cache",
            Keep::Catalogue => "public, max-age=0, must-revalidate",
            Keep::Never => "no-store",
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(ctx.lang.tag()));
        if let Some(error) = error {
            if let Some(seconds) = error.retry_after {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response.extensions_mut().insert(error);
        }
        response
    })
}
