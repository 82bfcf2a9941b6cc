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
            let text = if copy().await.is_some() { copied } else { refused };
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

async fn copy() -> Option<JsValue> {
    let window: JsValue = window().into();
    let address = property(&property(&window, "location")?, "href")?;
    let clipboard = property(&property(&window, "navigator")?, "clipboard")?;
    waited(call(&clipboard, "writeText", &[address])?).await
}
