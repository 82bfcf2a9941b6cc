//! The error at the reader's edge: logged once, drawn as a page that helps.

use axum::response::Response;
use http::StatusCode;
use kaishu_domain::regulation::Citation;
use kaishu_portal::Error;
use kaishu_types::query::told_apart;
use kaishu_types::{DatasetCode, ErrorCode, FieldError, Lang, Remedy, RuleRef};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::pages::account::login_path;
use crate::ui::data::{data, foreign};
use crate::ui::law::citation_text;

/// The rule under which open data is for those who are logged in.
const LOGIN_RULE: &str = "login.unconditional";

/// What a reader learns of an error. A response with its page carries it, for programs that want
/// JSON instead.
#[derive(Debug, Clone)]
pub struct AppError {
    /// Of which kind it is.
    pub code: ErrorCode,
    /// What happened, in a sentence; `None` takes the sentence of the code.
    pub message: Option<String>,
    /// Fields that are wrong.
    pub fields: Vec<FieldError>,
    /// The rule behind a refusal.
    pub rule: Option<RuleRef>,
    /// What the reader can do.
    pub remedy: Option<Remedy>,
    /// What can be found in the log.
    pub reference: Option<String>,
    /// Seconds after which it can be tried again.
    pub retry_after: Option<u64>,
}

impl AppError {
    /// Makes an error of a code with a sentence.
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::bare(code) }
    }

    fn bare(code: ErrorCode) -> Self {
        Self {
            code,
            message: None,
            fields: Vec::new(),
            rule: None,
            remedy: None,
            reference: None,
            retry_after: None,
        }
    }

    /// Makes the error of an address whose parameters are wrong.
    pub(crate) fn fields(fields: Vec<FieldError>) -> Self {
        Self { fields, ..Self::bare(ErrorCode::InvalidInput) }
    }

    /// Makes the error of a code that nothing has: `one` and `all` name what was looked for, and
    /// `path` leads to all of them.
    pub(crate) fn unknown(lang: Lang, code: &str, one: &str, all: &str, path: &str) -> Self {
        let code: String = code.chars().take(80).collect();
        let (message, remedy) = match lang {
            Lang::Zh => (format!("没有编号为 {code} 的{one}。"), format!("查看全部{all}")),
            Lang::En => (format!("There is no {one} {code}."), format!("See all {all}")),
        };
        Self::new(ErrorCode::NotFound, message).with_remedy(remedy, path)
    }

    /// Takes over the error of a use case, with a page's own words for what is not there.
    pub(crate) fn or_unknown(error: Error, unknown: impl FnOnce() -> Self) -> Self {
        if error.code() == ErrorCode::NotFound { unknown() } else { error.into() }
    }

    /// Adds what the reader can do.
    pub(crate) fn with_remedy(mut self, text: impl Into<String>, link: impl Into<String>) -> Self {
        self.remedy = Some(Remedy { text: text.into(), link: link.into() });
        self
    }

    /// Draws the page of this error.
    pub(crate) fn page(self, ctx: &Ctx) -> Page {
        let words = ctx.words;
        let told = self.clone();
        let title = words.error_title(self.code);
        let status = StatusCode::from_u16(self.code.http_status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let message = self.message.unwrap_or_else(|| words.error_text(self.code).to_owned());
        let fields = (!self.fields.is_empty()).then(|| {
            let rows: Vec<_> = self.fields.into_iter().map(|fault| fault_row(ctx, fault)).collect();
            view! { <ul class="mt-4 list-disc pl-5 space-y-1">{rows}</ul> }
        });
        // What was asked for is read only, so it can be asked for again after the login.
        let is_for_login = self.rule.as_ref().is_some_and(|rule| rule.id == LOGIN_RULE);
        let rule = self.rule.filter(|rule| !rule.article.is_empty()).map(|rule| basis(ctx, &rule));
        let to_dataset = refused_dataset(ctx, self.code).map(|path| {
            view! { <a class="btn btn-outline" href=ctx.href(&path)>{words.to_the_dataset}</a> }
        });
        let leads = self.remedy.is_some();
        let remedy = self.remedy.map(|remedy| {
            let target = if is_for_login { back_from_login(ctx) } else { ctx.href(&remedy.link) };
            view! { <a class="btn btn-primary" href=target>{remedy.text}</a> }
        });
        let reference = self.reference.map(|reference| {
            view! { <p class="mt-6 ks-mute text-sm">{words.error_reference}" "<span class="font-mono">{reference}</span></p> }
        });
        let search_class = if leads { "btn btn-outline" } else { "btn btn-primary" };
        let body = view! {
            <main id="main" class="ks-wrap pt-12 md:pt-20 pb-10">
                <div class="max-w-[44rem]" role="alert">
                    <p class="ks-mute num">{status.as_u16()}</p>
                    <h1 class="mt-1 text-3xl">{title}</h1>
                    <p class="mt-4 text-lg">{data(ctx.lang, message)}</p>
                    {fields}
                    {rule}
                </div>
                <p class="mt-8 flex flex-wrap gap-2">
                    {remedy}
                    {to_dataset}
                    <a class=search_class href=ctx.href("/datasets")>{words.search_datasets}</a>
                    <a class="btn btn-outline" href=ctx.href("/")>{words.back_home}</a>
                </p>
                {reference}
            </main>
        };
        let mut page = Page::new(title, body).private();
        page.status = status;
        page.error = Some(told);
        page
    }
}

impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        let code = error.code();
        if code == ErrorCode::Internal {
            let reference = error.reference();
            tracing::error!(error = &error as &dyn std::error::Error, %reference, "use case failed");
            return Self { reference: Some(reference), ..Self::bare(code) };
        }
        let message = error.to_string();
        let detail = error.into_detail();
        let message = if detail.fields.is_empty() { Some(message) } else { None };
        Self {
            code,
            message,
            fields: detail.fields,
            rule: detail.rule,
            remedy: detail.remedy,
            reference: None,
            retry_after: detail.retry_after,
        }
    }
}

/// Draws a fault of the address; the list of what would be right is for those who write addresses.
fn fault_row(ctx: &Ctx, fault: FieldError) -> AnyView {
    let (said, known) = told_apart(&fault.message);
    let known = known.map(|known| {
        view! {
            <details class="text-sm">
                <summary class="cursor-pointer ks-mute w-fit">{ctx.words.known_parameters}</summary>
                <p class="font-mono text-[.8125rem]">{known.to_owned()}</p>
            </details>
        }
    });
    view! { <li><code class="ks-fmt">{fault.field}</code>" "{said.to_owned()}{known}</li> }
        .into_any()
}

/// The address of the login that leads back to where the reader is.
fn back_from_login(ctx: &Ctx) -> String {
    let query = if ctx.query.is_empty() { String::new() } else { format!("?{}", ctx.query) };
    login_path(ctx, &format!("{}{query}", ctx.path))
}

/// Names the article behind a refusal, with a way to its text.
fn basis(ctx: &Ctx, rule: &RuleRef) -> AnyView {
    let text = citation_text(ctx.lang, &rule.article, "");
    let named = match Citation::new(&rule.article).link() {
        Some(path) => {
            let tag = foreign(ctx.lang, &text);
            view! { <a class="ks-link" lang=tag href=ctx.href(&path)>{text}</a> }.into_any()
        }
        None => data(ctx.lang, text),
    };
    let colon = ctx.lang.pick("：", ": ");
    view! { <p class="mt-4">{ctx.words.legal_basis}{colon}{named}</p> }.into_any()
}

/// Finds the dataset whose file was refused to the reader: there is one, or it would be unknown.
fn refused_dataset(ctx: &Ctx, code: ErrorCode) -> Option<String> {
    if !matches!(code, ErrorCode::Unauthenticated | ErrorCode::Forbidden) {
        return None;
    }
    let (dataset, _) = ctx.path.strip_prefix("/datasets/")?.split_once('/')?;
    let dataset: DatasetCode = dataset.parse().ok()?;
    Some(format!("/datasets/{dataset}"))
}

/// Draws the page of an error that arose outside the pages, as in the middleware.
pub fn error_page(
    portal: &kaishu_portal::Portal,
    parts: &http::request::Parts,
    error: Error,
) -> Response {
    let ctx = Ctx::of(portal, parts);
    respond(&ctx, || Err(error.into()))
}
