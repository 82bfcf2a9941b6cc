//! Forms: what was typed stays, what is wrong stands beside its field and in a summary above.

use std::collections::BTreeMap;

use kaishu_portal::Error;
use kaishu_types::{ErrorCode, FieldError, Lang};
use leptos::prelude::*;

use super::icon::icon;
use crate::ctx::Ctx;
use crate::error::AppError;

/// What was typed into a form, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed {
    values: BTreeMap<String, String>,
    faults: Vec<FieldError>,
    notice: Option<String>,
}

impl Typed {
    /// Reads the fields of a form; of two of the same name the last one counts.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Self {
        Self { values: pairs.into_iter().collect(), ..Self::default() }
    }

    /// Begins with a value that is not typed.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    /// Returns what was typed into a field.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.values.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Takes over what a use case found wrong.
    ///
    /// # Errors
    ///
    /// Gives an error back that is not about fields.
    pub(crate) fn refused(mut self, error: Error) -> Result<Self, AppError> {
        match error {
            Error::InvalidInput(faults) => {
                self.faults = faults;
                Ok(self)
            }
            other => Err(other.into()),
        }
    }

    /// Says what stands against the form as a whole.
    pub(crate) fn noticed(mut self, notice: impl Into<String>) -> Self {
        self.notice = Some(notice.into());
        self
    }

    /// Lists what is wrong with a field.
    pub(crate) fn faults(&self, name: &str) -> Vec<String> {
        let faults = self.faults.iter().filter(|fault| fault.field == name);
        faults.map(|fault| fault.message.clone()).collect()
    }

    /// Returns what is wrong with a field.
    fn fault(&self, name: &str) -> Option<&str> {
        self.faults.iter().find(|fault| fault.field == name).map(|fault| fault.message.as_str())
    }

    /// Whether something is wrong.
    pub(crate) fn is_refused(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Says how much is wrong: the heading of the summary, and the beginning of the title.
    pub(crate) fn n_faults(&self, lang: Lang) -> String {
        match (lang, self.faults.len()) {
            (Lang::Zh, n) => format!("有 {n} 处需要更正"),
            (Lang::En, 1) => "There is 1 thing to correct".to_owned(),
            (Lang::En, n) => format!("There are {n} things to correct"),
        }
    }

    /// Returns the same for programs.
    pub(crate) fn error(&self) -> AppError {
        AppError { code: ErrorCode::InvalidInput, ..AppError::fields(self.faults.clone()) }
    }
}

/// Draws the key of a form, so that what is sent twice is done once.
pub(crate) fn once() -> AnyView {
    view! { <input type="hidden" name="once" value=kaishu_portal::requests::form_key()/> }
        .into_any()
}

/// Draws the summary of what is wrong, which takes the focus; nothing where all is right.
pub(crate) fn summary(ctx: &Ctx, typed: &Typed) -> Option<AnyView> {
    if let Some(notice) = &typed.notice {
        let notice = view! {
            <div class="ks-error mb-8" role="alert" tabindex="-1" autofocus=true>
                <p>{notice.clone()}</p>
            </div>
        };
        return Some(notice.into_any());
    }
    if !typed.is_refused() {
        return None;
    }
    let rows: Vec<_> = typed
        .faults
        .iter()
        .map(|fault| {
            view! { <li><a href=format!("#{}", fault.field)>{fault.message.clone()}</a></li> }
        })
        .collect();
    let summary = view! {
        <div class="ks-error mb-8" role="alert" aria-labelledby="h-error" tabindex="-1" autofocus=true>
            <h2 id="h-error">{typed.n_faults(ctx.lang)}</h2>
            <ul class="mt-2 space-y-1">{rows}</ul>
        </div>
    };
    Some(summary.into_any())
}

/// A field of one line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: Option<&'static str>,
    /// `text`, `email`, `password`, `number`.
    pub(crate) kind: &'static str,
    /// What browsers fill in by themselves.
    pub(crate) autocomplete: &'static str,
    pub(crate) inputmode: Option<&'static str>,
    pub(crate) maxlength: u32,
    pub(crate) required: bool,
}

impl Field {
    /// A field of text.
    pub(crate) fn text(name: &'static str, label: &'static str) -> Self {
        Self {
            name,
            label,
            hint: None,
            kind: "text",
            autocomplete: "off",
            inputmode: None,
            maxlength: 200,
            required: true,
        }
    }

    /// A field for a password; what was typed is never sent back.
    pub(crate) fn password(
        name: &'static str,
        label: &'static str,
        autocomplete: &'static str,
    ) -> Self {
        Self { kind: "password", autocomplete, maxlength: 400, ..Self::text(name, label) }
    }

    /// A field for a one-time code.
    pub(crate) fn code(label: &'static str) -> Self {
        Self {
            autocomplete: "one-time-code",
            inputmode: Some("numeric"),
            maxlength: 12,
            ..Self::text("code", label)
        }
    }

    /// Says what is expected.
    pub(crate) fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Says that it may be left empty.
    pub(crate) fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Says what browsers fill in by themselves.
    pub(crate) fn autocomplete(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }

    /// Draws the field with its label, its hint and what is wrong with it.
    pub(crate) fn draw(self, typed: &Typed) -> AnyView {
        let Self { name, label, hint, kind, autocomplete, inputmode, maxlength, required } = self;
        let fault = typed.fault(name);
        let described = described(name, hint.is_some(), fault.is_some());
        let value = (kind != "password").then(|| typed.value(name).to_owned());
        let is_plain = matches!(name, "login" | "code") || kind != "text";
        let width = if name == "code" { "input w-full max-w-[12rem] num" } else { "input w-full" };
        let hint = hint.map(|hint| view! { <p class="hint" id=format!("{name}-h")>{hint}</p> });
        view! {
            <div class=field_class(fault)>
                <label for=name>{label}</label>
                {hint}
                {fault.map(|fault| bad(name, fault))}
                <input
                    class=width
                    id=name
                    name=name
                    type=kind
                    value=value
                    required=required
                    maxlength=maxlength.to_string()
                    autocomplete=autocomplete
                    inputmode=inputmode
                    autocapitalize=is_plain.then_some("none")
                    spellcheck=is_plain.then_some("false")
                    aria-describedby=described
                    aria-invalid=fault.map(|_| "true")
                />
            </div>
        }
        .into_any()
    }
}

/// Draws a choice of one out of a few; each has its value, its word and a hint.
pub(crate) fn choice(
    typed: &Typed,
    name: &'static str,
    legend: &'static str,
    options: Vec<(&str, &str, Option<&str>)>,
) -> AnyView {
    let fault = typed.fault(name);
    let chosen = typed.value(name).to_owned();
    let options: Vec<_> = options
        .into_iter()
        .enumerate()
        .map(|(place, (value, word, hint))| {
            // The summary leads to the first one.
            let id = (place == 0).then_some(name);
            let is_chosen = chosen == value;
            let hint = hint.map(str::to_owned);
            let hint = hint.map(|hint| view! { <span class="block text-sm ks-mute">{hint}</span> });
            view! {
                <label class="ks-opt !py-2.5">
                    <input type="radio" class="radio" id=id name=name value=value.to_owned() checked=is_chosen/>
                    <span>{word.to_owned()}{hint}</span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class=field_class(fault)>
            <legend>{legend}</legend>
            {fault.map(|fault| bad(name, fault))}
            <div class="grid">{options}</div>
        </fieldset>
    }
    .into_any()
}

fn field_class(fault: Option<&str>) -> &'static str {
    if fault.is_some() { "ks-field is-bad" } else { "ks-field" }
}

fn bad(name: &str, fault: &str) -> AnyView {
    view! {
        <p class="ks-bad" id=format!("{name}-e")>{icon("alert")}<span>{fault.to_owned()}</span></p>
    }
    .into_any()
}

fn described(name: &str, has_hint: bool, has_fault: bool) -> Option<String> {
    match (has_hint, has_fault) {
        (true, true) => Some(format!("{name}-h {name}-e")),
        (true, false) => Some(format!("{name}-h")),
        (false, true) => Some(format!("{name}-e")),
        (false, false) => None,
    }
}
