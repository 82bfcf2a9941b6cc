//! Saves the form of an entry while somebody writes it. The button stays; without scripts it is the only way.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use kaishu_types::Lang;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsValue;

use super::browser::{
    call, fill_all, json, listen, make, number, property, rest, send, status, text,
};

/// How long the typing must rest before it is saved.
const PAUSE: Duration = Duration::from_millis(2_500);
/// How long it waits before it tries again, and at most.
const RETRY: Duration = Duration::from_secs(5);
const LONGEST_RETRY: Duration = Duration::from_secs(60);

/// Watches a form and saves it.
#[island]
pub fn Autosave(
    /// The `id` of the form; it is sent to where its button would send it.
    form: String,
    /// Where one logs in again.
    login: String,
    /// Whether the page is in English.
    is_english: bool,
) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let is_logged_out = RwSignal::new(false);
    Effect::new(move |_| {
        let lang = if is_english { Lang::En } else { Lang::Zh };
        let Some(form) = document().get_element_by_id(&form) else { return };
        let saver = Rc::new(Saver {
            form: form.into(),
            lang,
            said,
            is_logged_out,
            n_changes: Cell::new(0),
            is_busy: Cell::new(false),
            is_sending: Cell::new(false),
            is_over: Cell::new(false),
            is_pressed: Cell::new(false),
            pressed: RefCell::new(None),
            wait: Cell::new(RETRY),
            last_said: RefCell::new(String::new()),
        });
        for event in ["input", "change"] {
            let saver = Rc::clone(&saver);
            let form = saver.form.clone();
            listen(&form, event, move |_| saver.changed());
        }
        let form = saver.form.clone();
        listen(&form, "submit", move |event| saver.submitted(&event));
    });
    let label = if is_english { "Log in in a new tab" } else { "在新标签页登录" };
    view! {
        <p class="mt-3 text-sm ks-mute">
            <span role="status">{said}</span>
            " "
            <a class="ks-link" href=login target="_blank" rel="noopener" hidden=move || !is_logged_out.get()>{label}</a>
        </p>
    }
}

struct Saver {
    form: JsValue,
    lang: Lang,
    said: RwSignal<String>,
    is_logged_out: RwSignal<bool>,
    /// How often something changed: what changed while it was saved is saved once more.
    n_changes: Cell<u32>,
    is_busy: Cell<bool>,
    is_sending: Cell<bool>,
    /// Whether somebody else saved it.
    is_over: Cell<bool>,
    /// Whether a button was pressed, which saves everything, and which it was while something was on its way.
    is_pressed: Cell<bool>,
    pressed: RefCell<Option<JsValue>>,
    wait: Cell<Duration>,
    last_said: RefCell<String>,
}

/// What came of a request.
enum Answer {
    Saved { revision: String, at: String },
    Conflict(Option<String>),
    LoggedOut,
    Refused(Option<String>),
    Later,
}

impl Saver {
    fn changed(self: &Rc<Self>) {
        let n = self.n_changes.get().wrapping_add(1);
        self.n_changes.set(n);
        self.is_pressed.set(false);
        let saver = Rc::clone(self);
        set_timeout(
            move || {
                // Somebody who goes on typing is not saved in between.
                if saver.n_changes.get() == n {
                    saver.begin();
                }
            },
            PAUSE,
        );
    }

    /// A button saves under the revision that the page knows: it waits for the one that is on its way.
    fn submitted(&self, event: &JsValue) {
        self.is_pressed.set(true);
        if self.is_sending.get() {
            call(event, "preventDefault", &[]);
            self.pressed.replace(property(event, "submitter"));
        }
    }

    fn begin(self: &Rc<Self>) {
        if self.is_over.get() || self.is_pressed.get() || self.is_busy.replace(true) {
            return;
        }
        let saver = Rc::clone(self);
        spawn_local(async move {
            saver.save().await;
            saver.is_busy.set(false);
        });
    }

    /// Saves until nothing more has changed, or it makes no sense to try again.
    async fn save(&self) {
        while !self.is_over.get() && !self.is_pressed.get() {
            let n = self.n_changes.get();
            let read_at = self.revision();
            self.is_sending.set(true);
            let answer = self.send().await;
            self.is_sending.set(false);
            if let Answer::Saved { revision, .. } = &answer {
                fill_all("revision", revision);
            }
            if let Some(button) = self.pressed.take() {
                call(&self.form, "requestSubmit", &[button]);
                return;
            }
            self.is_logged_out.set(matches!(answer, Answer::LoggedOut));
            match answer {
                Answer::Saved { at, .. } => {
                    self.wait.set(RETRY);
                    self.say(
                        self.lang.pick(format!("已自动保存，{at}。"), format!("Saved at {at}.")),
                    );
                    if self.n_changes.get() == n {
                        return;
                    }
                }
                Answer::Conflict(detail) => {
                    // A file of the same page may have been faster; then the page knows of it in a moment.
                    rest(RETRY).await;
                    if self.revision() != read_at {
                        continue;
                    }
                    self.is_over.set(true);
                    let what = self.lang.pick(
                        "有人同时保存了这份目录，自动保存已停止，您填写的内容还在这一页。点“保存”可以看到是谁，并决定用哪一份。",
                        "Somebody else saved this entry, so it is no longer saved by itself. What you wrote is still on this page; press Save to see who it was and to decide.",
                    );
                    return self
                        .say(detail.map_or(what.to_owned(), |detail| format!("{what} {detail}")));
                }
                Answer::Refused(detail) => {
                    let what = self.lang.pick("没有自动保存：", "Not saved: ");
                    return self.say(format!("{what}{}", detail.unwrap_or_default()));
                }
                Answer::LoggedOut => {
                    let text = self.lang.pick(
                        "登录已经结束，还没有保存。您填写的内容还在这一页，登录后会自动保存。",
                        "Your login has ended and this is not saved yet. What you wrote is still on this page and is saved once you have logged in.",
                    );
                    self.say(text.to_owned());
                    self.rest().await;
                }
                Answer::Later => {
                    let text = self.lang.pick(
                        "现在连接不上，还没有保存。您填写的内容还在这一页，连上后会自动保存。",
                        "There is no connection and this is not saved yet. What you wrote is still on this page and is saved once there is one.",
                    );
                    self.say(text.to_owned());
                    self.rest().await;
                }
            }
        }
    }

    async fn send(&self) -> Answer {
        let Some(body) = self.written() else { return Answer::Refused(None) };
        let Some(action) = text(&self.form, "action") else { return Answer::Refused(None) };
        let headers = [("accept", "application/json")];
        let Some(answer) = send(&action, "POST", &headers, Some(&body), None).await else {
            return Answer::Later;
        };
        let status = status(&answer);
        let said = json(&answer).await.unwrap_or(JsValue::NULL);
        let detail = text(&said, "detail");
        match status {
            200 => match (number(&said, "revision"), text(&said, "saved_at")) {
                (Some(revision), Some(at)) => Answer::Saved { revision: revision.to_string(), at },
                _ => Answer::Refused(None),
            },
            409 => Answer::Conflict(detail),
            401 => Answer::LoggedOut,
            429 | 500.. => Answer::Later,
            _ => Answer::Refused(detail),
        }
    }

    /// The form as its button would send it, and that nobody pressed it.
    fn written(&self) -> Option<JsValue> {
        let fields = make("FormData", std::slice::from_ref(&self.form))?;
        let body = make("URLSearchParams", &[fields])?;
        call(&body, "set", &["then".into(), "autosave".into()])?;
        Some(body)
    }

    fn revision(&self) -> Option<String> {
        text(&call(&self.form, "querySelector", &["input[name=revision]".into()])?, "value")
    }

    async fn rest(&self) {
        let wait = self.wait.get();
        self.wait.set((wait * 2).min(LONGEST_RETRY));
        rest(wait).await;
    }

    /// Says something, unless it was said last: nobody hears the same again and again.
    fn say(&self, text: String) {
        if *self.last_said.borrow() != text {
            self.last_said.replace(text.clone());
            self.said.set(text);
        }
    }
}
