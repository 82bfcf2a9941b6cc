//! What islands ask of the browser beyond what Leptos names.

use std::time::Duration;

use leptos::prelude::{document, set_timeout, window};
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::{Array, Function, Object, Promise, Reflect, encode_uri_component};
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

/// Sends a request; `None` where no answer comes.
pub(super) async fn send(
    address: &str,
    method: &str,
    headers: &[(&str, &str)],
    body: Option<&JsValue>,
    stop: Option<&JsValue>,
) -> Option<JsValue> {
    let (init, named): (JsValue, JsValue) = (Object::new().into(), Object::new().into());
    for (name, value) in headers {
        set(&named, name, &(*value).into());
    }
    set(&init, "method", &method.into());
    set(&init, "headers", &named);
    for (name, value) in [("body", body), ("signal", stop)] {
        if let Some(value) = value {
            set(&init, name, value);
        }
    }
    waited(call(&window().into(), "fetch", &[address.into(), init])?).await
}

/// The status of an answer; 0 where there is none.
pub(super) fn status(answer: &JsValue) -> u16 {
    property(answer, "status").and_then(|it| it.as_f64()).map_or(0, |status| status as u16)
}

/// A header of an answer.
pub(super) fn header(answer: &JsValue, name: &str) -> Option<String> {
    call(&property(answer, "headers")?, "get", &[name.into()])?.as_string()
}

/// Reads the JSON in an answer.
pub(super) async fn json(answer: &JsValue) -> Option<JsValue> {
    waited(call(answer, "json", &[])?).await
}

/// Reads a property as text.
pub(super) fn text(object: &JsValue, name: &str) -> Option<String> {
    property(object, name)?.as_string()
}

/// Reads a property as a number.
pub(super) fn number(object: &JsValue, name: &str) -> Option<f64> {
    property(object, name)?.as_f64()
}

/// Makes an object of a class of the browser.
pub(super) fn make(class: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let class: Function = property(&window().into(), class)?.dyn_into().ok()?;
    Reflect::construct(&class, &arguments.iter().collect::<Array>()).ok()
}

/// Waits a while.
pub(super) async fn rest(pause: Duration) {
    let promise = Promise::new(&mut |resolve, _| {
        set_timeout(
            move || {
                resolve.call0(&JsValue::NULL).ok();
            },
            pause,
        );
    });
    JsFuture::from(promise).await.ok();
}

/// Listens to an element for as long as the page lives.
pub(super) fn listen(element: &JsValue, event: &str, heard: impl FnMut(JsValue) + 'static) {
    let heard = Closure::<dyn FnMut(JsValue)>::new(heard);
    if call(element, "addEventListener", &[event.into(), heard.as_ref().clone()]).is_some() {
        heard.forget();
    }
}

/// Puts a value into all fields of a name, in whatever form they are.
pub(super) fn fill_all(name: &str, value: &str) {
    let found =
        call(&document().into(), "querySelectorAll", &[format!("input[name={name}]").into()]);
    let Some(fields) = found else { return };
    let field = |place: u32| call(&fields, "item", &[place.into()]).filter(|it| !it.is_null());
    for field in (0..).map_while(field) {
        set(&field, "value", &value.into());
    }
}

/// Writes a text as base64 of its UTF-8.
pub(super) fn base64(text: &str) -> Option<String> {
    let bytes: String = percent_decoded(&String::from(encode_uri_component(text)));
    call(&window().into(), "btoa", &[bytes.as_str().into()])?.as_string()
}

/// Bytes in percent signs as characters of the same numbers, which is what `btoa` takes.
fn percent_decoded(text: &str) -> String {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        decoded.push_str(before);
        let byte = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(char::from(byte.unwrap_or(b'?')));
        rest = after.get(2..).unwrap_or_default();
    }
    decoded + rest
}

#[cfg(test)]
mod tests {
    use super::percent_decoded;

    #[test]
    fn bytes_become_characters_of_their_numbers() {
        assert_eq!(percent_decoded("a%E7%AB%99.csv"), "a\u{e7}\u{ab}\u{99}.csv");
        assert_eq!(percent_decoded("100%25"), "100%");
        assert_eq!(percent_decoded(""), "");
    }
}
