//! A part of a page that follows a choice without loading the page again: the server draws it, as it
//! does for those who press the button.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::encode_uri_component;
use leptos::web_sys::{Element, HtmlTemplateElement};

use super::browser::{call, fetch_text, property};

/// Watches a choice and replaces a part of the page by that of another address.
#[island]
pub fn LivePart(
    /// The `id` of the `select`.
    choice: String,
    /// The `id` of the part.
    part: String,
    /// The address that has the part, with `{}` for what is chosen.
    address: String,
    /// What is said then, with `{}` for the words of what is chosen.
    said: String,
    /// Whether the address of the page becomes that of the part.
    is_kept: bool,
) -> impl IntoView {
    let heard = RwSignal::new(String::new());
    Effect::new(move |_| {
        let Some(select) = document().get_element_by_id(&choice) else { return };
        let watched: JsValue = select.clone().into();
        let (part, address, said) = (part.clone(), address.clone(), said.clone());
        let follow = Closure::<dyn FnMut()>::new(move || {
            let text = |name: &str| property(&watched, name).and_then(|value| value.as_string());
            let Some(value) = text("value") else { return };
            let label = label_of(&watched).unwrap_or_else(|| value.clone());
            let encoded = String::from(encode_uri_component(&value));
            let (target, part) = (address.replace("{}", &encoded), part.clone());
            let said = said.replace("{}", &label);
            let is_current = {
                let watched = watched.clone();
                move || property(&watched, "value").and_then(|it| it.as_string()) == Some(value)
            };
            spawn_local(async move {
                let found = fetch_text(&target).await;
                // A slower answer to an older choice is dropped.
                if !is_current() {
                    return;
                }
                if found.and_then(|page| put(&page, &part)).is_some() {
                    heard.set(said);
                    if is_kept {
                        keep(&target);
                    }
                }
            });
        });
        let listener = follow.as_ref().unchecked_ref();
        if select.add_event_listener_with_callback("change", listener).is_ok() {
            follow.forget();
        }
    });
    view! { <span role="status" class="sr-only">{heard}</span> }
}

fn label_of(select: &JsValue) -> Option<String> {
    let options = property(select, "selectedOptions")?;
    property(&call(&options, "item", &[0.into()])?, "text")?.as_string()
}

/// Puts the part of a page into this one.
fn put(page: &str, part: &str) -> Option<()> {
    let template: HtmlTemplateElement =
        document().create_element("template").ok()?.dyn_into().ok()?;
    template.set_inner_html(page);
    let fresh: Element = template.content().query_selector(&format!("#{part}")).ok()??;
    let old = document().get_element_by_id(part)?;
    old.replace_with_with_node_1(&fresh).ok()
}

fn keep(address: &str) -> Option<JsValue> {
    let history = property(&window().into(), "history")?;
    call(&history, "replaceState", &[JsValue::NULL, "".into(), address.into()])
}
