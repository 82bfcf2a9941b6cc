//! A button that copies the address of the view.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsValue;

use super::browser::{call, property, waited};

/// The button; it appears when it can do something.
#[island]
pub fn CopyLink(
    /// Its words.
    label: String,
    /// The version whose words the view has; the address names it, so that it always shows the same.
    version: u32,
    /// What is said when the address is copied.
    copied: String,
    /// What is said when the browser does not allow it.
    refused: String,
) -> impl IntoView {
    let is_awake = RwSignal::new(false);
    let said = RwSignal::new(String::new());
    Effect::new(move |_| is_awake.set(true));
    let on_click = move |_| {
        let (copied, refused) = (copied.clone(), refused.clone());
        spawn_local(async move {
            let text = if copy(version).await.is_some() { copied } else { refused };
            // Emptied first, so that the same words are heard again.
            said.set(String::new());
            request_animation_frame(move || said.set(text));
        });
    };
    view! {
        <button class="btn btn-sm btn-outline" type="button" hidden=move || !is_awake.get() on:click=on_click>
            <svg class="ks-ic" aria-hidden="true" focusable="false"><use href="#i-link"></use></svg>
            {label}
        </button>
        // An empty one takes no place among the buttons.
        <span role="status" class=move || if said.with(String::is_empty) { "sr-only" } else { "text-sm ks-mute self-center" }>{said}</span>
    }
}

async fn copy(version: u32) -> Option<JsValue> {
    let window: JsValue = window().into();
    let address = property(&property(&window, "location")?, "href")?.as_string()?;
    let address = JsValue::from(bound(&address, version));
    let clipboard = property(&property(&window, "navigator")?, "clipboard")?;
    waited(call(&clipboard, "writeText", &[address])?).await
}

/// An address that names a version: its own, or this one.
fn bound(address: &str, version: u32) -> String {
    let (address, fragment) = match address.split_once('#') {
        Some((address, fragment)) => (address, format!("#{fragment}")),
        None => (address, String::new()),
    };
    let query = address.split_once('?').map_or("", |(_, query)| query);
    if query.split('&').any(|part| part.starts_with("version=")) {
        return format!("{address}{fragment}");
    }
    let sign = if query.is_empty() { "?" } else { "&" };
    format!("{}{sign}version={version}{fragment}", address.trim_end_matches('?'))
}

#[cfg(test)]
mod tests {
    use super::bound;

    #[test]
    fn an_address_names_one_version() {
        let check = |address, expected| assert_eq!(bound(address, 3), expected);
        check("https://a.b/d/1", "https://a.b/d/1?version=3");
        check("https://a.b/d/1?", "https://a.b/d/1?version=3");
        check("https://a.b/d/1?q=x#rows", "https://a.b/d/1?q=x&version=3#rows");
        check("https://a.b/d/1?version=2&q=x", "https://a.b/d/1?version=2&q=x");
    }
}
