//! A button that loads the charts that answer to the pointer, and goes back to the drawn one.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;

use super::browser::call;

/// The button of the one chart of a page.
#[island]
pub fn ChartButton(
    /// The words that ask for it.
    show: String,
    /// The words that go back.
    back: String,
    /// The address of the code of the charts.
    script: String,
) -> impl IntoView {
    let is_awake = RwSignal::new(false);
    let is_live = RwSignal::new(false);
    Effect::new(move |_| is_awake.set(true));
    let on_click = move |_| {
        is_live.update(|is_live| *is_live = !*is_live);
        turn(is_live.get_untracked(), &script);
    };
    let label = move || if is_live.get() { back.clone() } else { show.clone() };
    view! {
        <button class="btn btn-sm btn-outline" type="button" hidden=move || !is_awake.get() on:click=on_click>
            {label}
        </button>
    }
}

/// The `id` of the element that loads the code.
const LOADER: &str = "chart-code";

fn turn(is_live: bool, script: &str) -> Option<()> {
    let document = document();
    let figure = document.query_selector("figure[data-chart]").ok()??;
    match is_live {
        true => figure.set_attribute("data-live", "1").ok()?,
        false => figure.remove_attribute("data-live").ok()?,
    }
    if !is_live {
        return Some(());
    }
    if document.get_element_by_id(LOADER).is_some() {
        let event = leptos::web_sys::Event::new("ks-chart").ok()?;
        call(&JsValue::from(document), "dispatchEvent", &[event.into()])?;
        return Some(());
    }
    let loader = document.create_element("script").ok()?;
    for (name, value) in [("id", LOADER), ("type", "module"), ("src", script)] {
        loader.set_attribute(name, value).ok()?;
    }
    document.head()?.append_child(&loader).ok()?;
    Some(())
}
