//! The search field. Without scripts it is an ordinary input; awake, it offers suggestions.

use std::time::Duration;

use kaishu_types::search::{Suggestion, SuggestionKind};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::server_fns::catalogue::suggest;

/// The search field with its suggestions: a combobox as the ARIA practices describe it.
#[island]
pub fn SearchBox(
    /// What was searched.
    initial: String,
    /// The example shown in the empty field.
    placeholder: String,
    /// Name of the list, for screen readers.
    label: String,
    /// What a screen reader says when suggestions come, with `{}` for how many.
    help: String,
    /// The words of the last option, with `{}` for what was typed.
    as_typed: String,
    /// `/en` on English pages.
    prefix: String,
) -> impl IntoView {
    let (text, set_text) = signal(initial);
    let list = List {
        options: RwSignal::new(Vec::new()),
        open: RwSignal::new(false),
        active: RwSignal::new(None),
    };
    let english = prefix == "/en";
    let prefix = StoredValue::new(prefix);
    let as_typed = StoredValue::new(as_typed);

    let on_input = move |event| {
        let typed = event_target_value(&event);
        set_text.set(typed.clone());
        // What was chosen belonged to the text before.
        list.active.set(None);
        if typed.trim().is_empty() {
            list.options.set(Vec::new());
            list.close();
        } else {
            // Somebody who goes on typing is not asked for in between.
            let still_typed = move || text.get_untracked() == typed;
            set_timeout(
                move || {
                    if still_typed() {
                        list.load(text)
                    }
                },
                PAUSE,
            );
        }
    };
    let on_keydown = move |event| list.on_key(&event, &prefix.get_value());
    let expanded = move || if list.open.get() { "true" } else { "false" };
    // Heard, not seen: the list itself is beside the field for those who see it.
    let heard = move || {
        let n_rows = list.options.with(Vec::len) + 1;
        list.open.get().then(|| help.replace("{}", &n_rows.to_string()))
    };
    let rows = move || {
        let mut rows: Vec<AnyView> = list
            .options
            .get()
            .into_iter()
            .enumerate()
            .map(|(place, option)| row(place, option, list.active, english, &prefix.get_value()))
            .collect();
        let place = rows.len();
        rows.push(last_row(place, list.active, &as_typed.get_value(), english, text));
        rows
    };

    view! {
        <input
            id=FIELD
            name="q"
            type="search"
            role="combobox"
            autocomplete="off"
            aria-autocomplete="list"
            aria-controls="suggestions"
            aria-expanded=expanded
            aria-activedescendant=move || list.active.get().map(|place| format!("suggestion-{place}"))
            maxlength="1000"
            placeholder=placeholder
            value=text.get_untracked()
            on:input=on_input
            on:keydown=on_keydown
            on:blur=move |_| list.close()
        />
        <span role="status" class="sr-only">{heard}</span>
        <ul
            id="suggestions"
            class="ks-suggest"
            role="listbox"
            aria-label=label
            hidden=move || !list.open.get()
        >
            {move || list.open.get().then(rows)}
        </ul>
    }
}

/// The `id` of the field.
const FIELD: &str = "q";

/// How long the typing must rest before suggestions are asked for.
const PAUSE: Duration = Duration::from_millis(120);

/// The suggestions and which of them is chosen.
#[derive(Clone, Copy)]
struct List {
    options: RwSignal<Vec<Suggestion>>,
    open: RwSignal<bool>,
    active: RwSignal<Option<usize>>,
}

impl List {
    fn load(self, text: ReadSignal<String>) {
        let typed = text.get_untracked();
        spawn_local(async move {
            let Ok(found) = suggest(typed.clone()).await else { return };
            // A slower answer to an older text is dropped.
            if text.get_untracked() == typed {
                self.active.set(None);
                // Nothing opens under a field that was left meanwhile.
                self.open.set(!found.is_empty() && has_focus());
                self.options.set(found);
            }
        });
    }

    fn close(self) {
        self.open.set(false);
        self.active.set(None);
    }

    /// The keys of a combobox with a list, by the ARIA practices.
    fn on_key(self, event: &KeyboardEvent, prefix: &str) {
        // These keys belong to the input method, which composes a Chinese word.
        if event.is_composing() {
            return;
        }
        let n_options = self.options.with_untracked(Vec::len);
        let is_open = self.open.get_untracked();
        match event.key().as_str() {
            // A search field would also empty itself.
            "Escape" if is_open => {
                event.prevent_default();
                self.close();
            }
            "ArrowUp" if event.alt_key() => {
                event.prevent_default();
                self.close();
            }
            "ArrowDown" if n_options > 0 => {
                event.prevent_default();
                self.open.set(true);
                if !event.alt_key() {
                    // The last option stands behind the suggestions; after it comes the field.
                    self.active.update(|place| {
                        *place =
                            place.map_or(Some(0), |place| (place < n_options).then_some(place + 1));
                    });
                }
            }
            "ArrowUp" if n_options > 0 => {
                event.prevent_default();
                self.open.set(true);
                self.active.update(|place| {
                    *place = place.map_or(Some(n_options), |place| place.checked_sub(1));
                });
            }
            // They move in the text, so that nothing in the list is chosen any more.
            "Home" | "End" | "ArrowLeft" | "ArrowRight" => self.active.set(None),
            "Enter" if is_open => {
                if let Some(path) = self.chosen() {
                    event.prevent_default();
                    go(&format!("{prefix}{path}"));
                }
            }
            _ => {}
        }
    }

    /// Where the chosen suggestion leads; the last option is the words as typed and leads nowhere.
    fn chosen(self) -> Option<String> {
        let place = self.active.get_untracked()?;
        self.options.with_untracked(|options| options.get(place).map(|option| option.path.clone()))
    }
}

fn row(
    place: usize,
    option: Suggestion,
    active: RwSignal<Option<usize>>,
    english: bool,
    prefix: &str,
) -> AnyView {
    let kind = match (option.kind, english) {
        (SuggestionKind::Dataset, false) => "数据集",
        (SuggestionKind::Dataset, true) => "Dataset",
        (SuggestionKind::Item, false) => "数据项",
        (SuggestionKind::Item, true) => "Item",
        (SuggestionKind::Organization, false) => "机构",
        (SuggestionKind::Organization, true) => "Body",
        (SuggestionKind::Keyword, false) => "关键词",
        (SuggestionKind::Keyword, true) => "Keyword",
    };
    let target = format!("{prefix}{}", option.path);
    let spans: Vec<AnyView> = option
        .spans
        .into_iter()
        .map(|span| {
            if span.hit {
                view! { <mark>{span.text}</mark> }.into_any()
            } else {
                span.text.into_any()
            }
        })
        .collect();
    view! {
        <li
            id=format!("suggestion-{place}")
            role="option"
            aria-selected=move || if active.get() == Some(place) { "true" } else { "false" }
            on:mousedown=move |event| {
                event.prevent_default();
                go(&target);
            }
        >
            <span class="ks-mute w-16 shrink-0">{kind}</span>
            <span>{spans}</span>
        </li>
    }
    .into_any()
}

/// The last option searches the words as typed: it submits the form like the button does.
fn last_row(
    place: usize,
    active: RwSignal<Option<usize>>,
    as_typed: &str,
    english: bool,
    text: ReadSignal<String>,
) -> AnyView {
    let (before, after) = as_typed.split_once("{}").unwrap_or((as_typed, ""));
    let (before, after) = (before.to_owned(), after.to_owned());
    let kind = if english { "Search" } else { "查找" };
    view! {
        <li
            id=format!("suggestion-{place}")
            role="option"
            aria-selected=move || if active.get() == Some(place) { "true" } else { "false" }
            on:mousedown=move |event| {
                event.prevent_default();
                submit();
            }
        >
            <span class="ks-mute w-16 shrink-0">{kind}</span>
            <span>{before}<b class="font-semibold">{text}</b>{after}</span>
        </li>
    }
    .into_any()
}

fn has_focus() -> bool {
    document().active_element().is_some_and(|element| element.id() == FIELD)
}

fn go(path: &str) {
    if let Err(error) = window().location().set_href(path) {
        leptos::logging::error!("cannot go to `{path}`: {error:?}");
    }
}

fn submit() {
    use leptos::wasm_bindgen::JsCast;

    let field = document().get_element_by_id(FIELD);
    let form = field
        .and_then(|field| field.dyn_into::<leptos::web_sys::HtmlInputElement>().ok())
        .and_then(|field| field.form());
    if let Some(form) = form
        && let Err(error) = form.submit()
    {
        leptos::logging::error!("cannot submit the search: {error:?}");
    }
}
