//! A part of a page that follows a choice without loading the page again: the server draws it, as it
//! does for those who press the button.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::encode_uri_component;
use leptos::web_sys::{Element, HtmlTemplateElement};

use super::browser::{call, fetch_text, property, set};

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
pub(super) fn put(page: &str, part: &str) -> Option<()> {
    let template: HtmlTemplateElement =
        document().create_element("template").ok()?.dyn_into().ok()?;
    template.set_inner_html(page);
    let fresh: Element = template.content().query_selector(&format!("#{part}")).ok()??;
    let old = document().get_element_by_id(part)?;
    carry(&old, &fresh);
    let focused = document().active_element().filter(|it| old.contains(Some(it)));
    old.replace_with_with_node_1(&fresh).ok()?;
    // Whoever types already types on.
    if let Some(again) = focused.and_then(|it| document().get_element_by_id(&it.id())) {
        call(&again.into(), "focus", &[]);
    }
    Some(())
}

/// Takes over what was typed or chosen while the part was on its way, where the fresh part has the
/// same field and can hold it.
fn carry(old: &Element, fresh: &Element) {
    let fields = "input[id]:not([type=checkbox]), select[id]";
    let Some(fields) = call(old.as_ref(), "querySelectorAll", &[fields.into()]) else { return };
    let field_at =
        |place: u32| call(&fields, "item", &[place.into()]).filter(|field| !field.is_null());
    for field in (0..).map_while(field_at) {
        let value = property(&field, "value").and_then(|value| value.as_string());
        let Some((value, id)) = value.zip(property(&field, "id").and_then(|id| id.as_string()))
        else {
            continue;
        };
        if Some(&value) == untouched(&field).as_ref() {
            continue;
        }
        let Ok(Some(target)) = fresh.query_selector(&format!("#{id}")) else { continue };
        let target: JsValue = target.into();
        let Some(before) = property(&target, "value") else { continue };
        set(&target, "value", &value.as_str().into());
        // A choice that is not among the fresh ones is none.
        if property(&target, "value").and_then(|it| it.as_string()) != Some(value) {
            set(&target, "value", &before);
        }
    }
}

/// What a field says before anybody has touched it.
fn untouched(field: &JsValue) -> Option<String> {
    if let Some(value) = property(field, "defaultValue") {
        return value.as_string();
    }
    let find = |selector: &str| call(field, "querySelector", &[selector.into()]);
    let option = find("option[selected]").filter(|it| !it.is_null()).or_else(|| find("option"))?;
    property(&option, "value")?.as_string()
}

fn keep(address: &str) -> Option<JsValue> {
    let history = property(&window().into(), "history")?;
    call(&history, "replaceState", &[JsValue::NULL, "".into(), address.into()])
}
