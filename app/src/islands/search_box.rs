//! The search field. Without scripts it is an ordinary input; awake, it offers suggestions.

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
    /// The words of the last option.
    as_typed: String,
    /// `/en` on English pages.
    prefix: String,
) -> impl IntoView {
    let (text, set_text) = signal(initial);
    let (options, set_options) = signal(Vec::<Suggestion>::new());
    let (open, set_open) = signal(false);
    let (active, set_active) = signal(None::<usize>);
    let english = prefix == "/en";
    let prefix = StoredValue::new(prefix);
    let as_typed = StoredValue::new(as_typed);

    let load = move |typed: String| {
        spawn_local(async move {
            let Ok(found) = suggest(typed.clone()).await else { return };
            // A slower answer to an older text is dropped.
            if text.get_untracked() == typed {
                set_active.set(None);
                set_open.set(!found.is_empty());
                set_options.set(found);
            }
        });
    };
    let on_input = move |event| {
        let typed = event_target_value(&event);
        set_text.set(typed.clone());
        if typed.trim().is_empty() {
            set_options.set(Vec::new());
            set_open.set(false);
        } else {
            load(typed);
        }
    };
    let on_keydown = move |event: KeyboardEvent| {
        let n_options = options.with(Vec::len);
        match event.key().as_str() {
            "Escape" => set_open.set(false),
            "ArrowDown" if n_options > 0 => {
                event.prevent_default();
                set_open.set(true);
                set_active.update(|place| {
                    *place = Some(place.map_or(0, |place| (place + 1).min(n_options)));
                });
            }
            "ArrowUp" if n_options > 0 => {
                event.prevent_default();
                set_active.update(|place| *place = place.and_then(|place| place.checked_sub(1)));
            }
            "Enter" => {
                let chosen = active.get().and_then(|place| {
                    options.with(|options| options.get(place).map(|option| option.path.clone()))
                });
                if let (true, Some(path)) = (open.get(), chosen) {
                    event.prevent_default();
                    go(&format!("{}{path}", prefix.get_value()));
                }
            }
            _ => {}
        }
    };
    let expanded = move || if open.get() { "true" } else { "false" };
    let rows = move || {
        let mut rows: Vec<AnyView> = options
            .get()
            .into_iter()
            .enumerate()
            .map(|(place, option)| row(place, option, active, english, &prefix.get_value()))
            .collect();
        let place = rows.len();
        rows.push(last_row(place, active, as_typed.get_value(), text));
        rows
    };

    view! {
        <input
            id="q"
            name="q"
            type="search"
            role="combobox"
            autocomplete="off"
            aria-autocomplete="list"
            aria-controls="suggestions"
            aria-expanded=expanded
            aria-activedescendant=move || active.get().map(|place| format!("suggestion-{place}"))
            maxlength="1000"
            placeholder=placeholder
            value=text.get_untracked()
            on:input=on_input
            on:keydown=on_keydown
            on:blur=move |_| set_open.set(false)
        />
        <ul
            id="suggestions"
            class="ks-suggest"
            role="listbox"
            aria-label=label
            hidden=move || !open.get()
        >
            {move || open.get().then(rows)}
        </ul>
    }
}

fn row(
    place: usize,
    option: Suggestion,
    active: ReadSignal<Option<usize>>,
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
    active: ReadSignal<Option<usize>>,
    as_typed: String,
    text: ReadSignal<String>,
) -> AnyView {
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
            <span>{as_typed}" "<b>{text}</b></span>
        </li>
    }
    .into_any()
}

fn go(path: &str) {
    if let Err(error) = window().location().set_href(path) {
        leptos::logging::error!("cannot go to `{path}`: {error:?}");
    }
}

fn submit() {
    use leptos::wasm_bindgen::JsCast;

    let field = document().get_element_by_id("q");
    let form = field
        .and_then(|field| field.dyn_into::<leptos::web_sys::HtmlInputElement>().ok())
        .and_then(|field| field.form());
    if let Some(form) = form
        && let Err(error) = form.submit()
    {
        leptos::logging::error!("cannot submit the search: {error:?}");
    }
}
