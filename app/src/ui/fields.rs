//! Fields of long forms: each with its label, what is expected, and what is wrong with it.

use leptos::prelude::*;

use super::form::Typed;
use super::icon::icon;

/// What a field of a long form shows besides its value.
#[derive(Debug, Clone, Default)]
pub(crate) struct Label {
    /// The name of the field, which is its address on the page too.
    pub(crate) name: String,
    /// What people call it.
    pub(crate) text: String,
    /// What is expected.
    pub(crate) hint: Option<String>,
    /// What is wrong with it.
    pub(crate) faults: Vec<String>,
    /// What the authority says of it.
    pub(crate) said: Vec<Note>,
}

/// What the authority says of a field.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    /// Where it is said.
    pub(crate) head: &'static str,
    /// What.
    pub(crate) text: String,
    /// Its language, where that is not the one of the page.
    pub(crate) tag: Option<&'static str>,
}

/// Draws what the authority says of a field; nothing where it says nothing.
pub(crate) fn said(name: &str, notes: &[Note]) -> Option<AnyView> {
    if notes.is_empty() {
        return None;
    }
    let lines: Vec<_> = notes
        .iter()
        .map(|note| {
            view! {
                <p class="whitespace-pre-line">
                    <b class="font-semibold">{note.head}</b>
                    <span lang=note.tag>{note.text.clone()}</span>
                </p>
            }
        })
        .collect();
    Some(view! { <div class="hint" id=format!("{name}-g")>{lines}</div> }.into_any())
}

impl Label {
    fn described(&self) -> Option<String> {
        let hint = self.hint.is_some().then(|| format!("{}-h", self.name));
        let fault = (!self.faults.is_empty()).then(|| format!("{}-e", self.name));
        let said = (!self.said.is_empty()).then(|| format!("{}-g", self.name));
        let parts: Vec<String> = [hint, said, fault].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    fn class(&self) -> &'static str {
        if self.faults.is_empty() { "ks-field" } else { "ks-field is-bad" }
    }

    fn notes(&self) -> AnyView {
        let hint = self.hint.clone();
        let hint =
            hint.map(|hint| view! { <p class="hint" id=format!("{}-h", self.name)>{hint}</p> });
        let id = format!("{}-e", self.name);
        let faults: Vec<_> = self
            .faults
            .iter()
            .map(|fault| {
                view! { <span class="ks-bad">{icon("late")}<span>{fault.clone()}</span></span> }
            })
            .collect();
        let faults =
            (!faults.is_empty()).then(|| view! { <p id=id class="grid gap-1">{faults}</p> });
        view! { {hint} {said(&self.name, &self.said)} {faults} }.into_any()
    }
}

/// The label of a field with what is wrong with what was typed; without a hint where there is none to give.
pub(crate) fn label(typed: &Typed, name: &str, text: &str, hint: &str) -> Label {
    Label {
        name: name.to_owned(),
        text: text.to_owned(),
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
        faults: typed.faults(name),
        ..Label::default()
    }
}

/// Draws a field of one line; `kind` as in `text`, `date`, `url`.
pub(crate) fn line(label: &Label, kind: &'static str, value: &str) -> AnyView {
    let name = label.name.clone();
    view! {
        <div class=label.class()>
            <label for=name.clone()>{label.text.clone()}</label>
            {label.notes()}
            <input
                class="input w-full"
                id=name.clone()
                name=name
                type=kind
                value=value.to_owned()
                maxlength="1000"
                autocomplete="off"
                aria-describedby=label.described()
                aria-invalid=(!label.faults.is_empty()).then_some("true")
            />
        </div>
    }
    .into_any()
}

/// Draws a field of several lines. Leptos writes the text of this element as it is, so it is escaped here.
pub(crate) fn area(label: &Label, rows: u8, value: &str) -> AnyView {
    let name = label.name.clone();
    // The first line break after the tag belongs to the tag.
    let text = format!("\n{}", escaped(value));
    view! {
        <div class=label.class()>
            <label for=name.clone()>{label.text.clone()}</label>
            {label.notes()}
            <textarea
                class="textarea w-full"
                id=name.clone()
                name=name
                rows=rows.to_string()
                aria-describedby=label.described()
                aria-invalid=(!label.faults.is_empty()).then_some("true")
            >
                {text}
            </textarea>
        </div>
    }
    .into_any()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A value that can be chosen, with its words.
pub(crate) type Choice = (String, String);

/// Draws a list of which one is chosen; the first line chooses nothing.
pub(crate) fn select(label: &Label, none: &str, options: &[Choice], value: &str) -> AnyView {
    let name = label.name.clone();
    let options: Vec<_> = options
        .iter()
        .map(|(code, text)| {
            view! { <option value=code.clone() selected=code == value>{text.clone()}</option> }
        })
        .collect();
    view! {
        <div class=label.class()>
            <label for=name.clone()>{label.text.clone()}</label>
            {label.notes()}
            <select
                class="select w-full"
                id=name.clone()
                name=name
                aria-describedby=label.described()
                aria-invalid=(!label.faults.is_empty()).then_some("true")
            >
                <option value="">{none.to_owned()}</option>
                {options}
            </select>
        </div>
    }
    .into_any()
}

/// Draws a choice of one (`radio`) or of any number (`checkbox`).
pub(crate) fn options(
    label: &Label,
    kind: &'static str,
    options: &[Choice],
    is_chosen: impl Fn(&str) -> bool,
) -> AnyView {
    let class = if kind == "radio" { "radio" } else { "checkbox" };
    let options: Vec<_> = options
        .iter()
        .enumerate()
        .map(|(place, (code, text))| {
            // The summary of what is missing leads to the first one.
            let id = (place == 0).then(|| label.name.clone());
            view! {
                <label class="ks-opt !py-2">
                    <input
                        type=kind
                        class=class
                        id=id
                        name=label.name.clone()
                        value=code.clone()
                        checked=is_chosen(code)
                    />
                    <span>{text.clone()}</span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class=label.class()>
            <legend>{label.text.clone()}</legend>
            {label.notes()}
            <div class="grid sm:grid-cols-2">{options}</div>
        </fieldset>
    }
    .into_any()
}
