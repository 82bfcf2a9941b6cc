//! What islands ask of the browser beyond what Leptos names.

use leptos::prelude::window;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen_futures::JsFuture;

/// Fetches a text; `None` where it does not come.
pub(super) async fn fetch_text(address: &str) -> Option<String> {
    let response = JsFuture::from(window().fetch_with_str(address)).await.ok()?;
    let is_ok = Reflect::get(&response, &"ok".into()).ok()?.as_bool()?;
    if !is_ok {
        return None;
    }
    waited(call(&response, "text", &[])?).await?.as_string()
}

/// Waits for a promise; `None` where it is broken.
pub(super) async fn waited(promise: JsValue) -> Option<JsValue> {
    let promise: Promise = promise.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

/// Reads a property.
pub(super) fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_null_or_undefined())
}

/// Calls a function of an object.
pub(super) fn call(object: &JsValue, name: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let function: Function = property(object, name)?.dyn_into().ok()?;
    Reflect::apply(&function, object, &arguments.iter().collect::<Array>()).ok()
}

/// Sets a property; what cannot be set stays as it is.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    Reflect::set(object, &name.into(), value).ok();
}
