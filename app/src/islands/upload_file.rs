//! Sends a file part by part: it goes on after a break, and where the same file is chosen again after the page
//! was loaded again. Without scripts the form sends the file at once.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use kaishu_types::Lang;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsValue;
use leptos::web_sys::js_sys::Date;

use super::browser::{
    base64, call, fetch_text, fill_all, header, json, listen, make, number, property, rest, send,
    set, status, text,
};
use super::live_part::put;

/// Bytes of a part: as many as go in about two seconds, between these.
const LEAST: f64 = 262_144.0;
const MOST: f64 = 8_388_608.0;
/// How long it waits before it tries again, and at most.
const RETRY: Duration = Duration::from_secs(2);
const LONGEST_RETRY: Duration = Duration::from_secs(15);
/// How long those who hear the page are not told of progress again, in milliseconds.
const SAY_PAUSE: f64 = 5_000.0;
/// What every request of the protocol says.
const TUS: (&str, &str) = ("tus-resumable", "1.0.0");

/// Takes the form over whose file is to be sent.
#[island]
pub fn UploadFile(
    /// The `id` of the form.
    form: String,
    /// Where uploads begin.
    address: String,
    /// What the file is for: `draft` or `dataset`, and its number or code.
    kind: String,
    target: String,
    /// The page that shows the file when it is there.
    page: String,
    /// The `id` of the part of it that takes the place of the one here; empty where the page is opened.
    part: String,
    /// Whether the page is in English.
    is_english: bool,
) -> impl IntoView {
    let shown = Shown {
        percent: RwSignal::new(None),
        figures: RwSignal::new(String::new()),
        said: RwSignal::new(String::new()),
        is_paused: RwSignal::new(false),
    };
    let lang = if is_english { Lang::En } else { Lang::Zh };
    let sender = StoredValue::new_local(None::<Rc<Sender>>);
    let is_awake = RwSignal::new(false);
    Effect::new(move |_| {
        let Some(found) = document().get_element_by_id(&form) else { return };
        let woken = Rc::new(Sender {
            form: found.into(),
            address: address.clone(),
            kind: kind.clone(),
            target: target.clone(),
            page: page.clone(),
            part: part.clone(),
            lang,
            shown,
            is_busy: Cell::new(false),
            stop: RefCell::new(None),
            said_at: Cell::new(0.0),
        });
        let watched = Rc::clone(&woken);
        let form = woken.form.clone();
        listen(&form, "submit", move |event| watched.submitted(&event));
        sender.set_value(Some(woken));
        is_awake.set(true);
    });
    let pause = move |_| {
        let is_paused = !shown.is_paused.get_untracked();
        shown.is_paused.set(is_paused);
        sender.with_value(|it| it.iter().filter(|_| is_paused).for_each(|it| it.interrupt()));
    };
    let button = move || match shown.is_paused.get() {
        true => lang.pick("继续", "Go on"),
        false => lang.pick("暂停", "Pause"),
    };
    let resumes = lang.pick(
        "连接中断后会接着上传；离开页面的，回来选同一个文件即可继续。",
        "A broken upload goes on by itself; if you leave the page, choose the same file again.",
    );
    let percent = move || shown.percent.get().unwrap_or_default();
    view! {
        <p class="mt-2 text-sm ks-mute" hidden=move || !is_awake.get()>{resumes}</p>
        <div class="mt-4" hidden=move || shown.percent.get().is_none()>
            <progress class="progress progress-primary w-full" max="100" prop:value=percent aria-label=lang.pick("上传进度", "Progress of the upload")></progress>
            <p class="mt-1 flex flex-wrap items-center justify-between gap-3 text-sm num">
                <span>{shown.figures}</span>
                <button class="btn btn-sm btn-outline" type="button" on:click=pause>{button}</button>
            </p>
        </div>
        <p class="mt-2 text-sm" role="status" aria-live="polite">{shown.said}</p>
    }
}

/// What the page shows.
#[derive(Clone, Copy)]
struct Shown {
    percent: RwSignal<Option<f64>>,
    figures: RwSignal<String>,
    said: RwSignal<String>,
    is_paused: RwSignal<bool>,
}

struct Sender {
    form: JsValue,
    address: String,
    kind: String,
    target: String,
    page: String,
    part: String,
    lang: Lang,
    shown: Shown,
    is_busy: Cell<bool>,
    /// Stops the request that is under way.
    stop: RefCell<Option<JsValue>>,
    said_at: Cell<f64>,
}

/// Why a file does not get there.
enum Fault {
    /// It may go a moment later.
    Later,
    /// The login has ended.
    LoggedOut,
    /// The upload is not there any more.
    Gone,
    /// It is elsewhere than was thought.
    Elsewhere,
    /// It makes no sense to try again; what the server said.
    Refused(String),
}

/// A file that somebody chose.
struct Chosen {
    file: JsValue,
    name: String,
    size: f64,
    /// Under which the browser remembers its upload.
    key: String,
}

impl Sender {
    fn submitted(self: &Rc<Self>, event: &JsValue) {
        // Without a file the form says so itself.
        let Some(chosen) = self.chosen() else { return };
        call(event, "preventDefault", &[]);
        if self.is_busy.replace(true) {
            return;
        }
        self.shown.is_paused.set(false);
        let sender = Rc::clone(self);
        spawn_local(async move {
            if let Err(text) = sender.send_all(&chosen).await {
                sender.say(text, true);
            }
            sender.shown.percent.set(None);
            sender.is_busy.set(false);
        });
    }

    fn chosen(&self) -> Option<Chosen> {
        let input = call(&self.form, "querySelector", &["input[type=file]".into()])?;
        let file =
            call(&property(&input, "files")?, "item", &[0.into()]).filter(|it| !it.is_null())?;
        let (name, size) = (text(&file, "name")?, number(&file, "size")?);
        let changed = number(&file, "lastModified").unwrap_or_default();
        let key = format!("kaishu-upload {} {} {name} {size} {changed}", self.kind, self.target);
        Some(Chosen { file, name, size, key })
    }

    /// Sends a file from where it is to its end, however often the line breaks.
    async fn send_all(&self, chosen: &Chosen) -> Result<(), String> {
        let mut wait = RETRY;
        let mut place = self.remembered(chosen).await;
        loop {
            let step = match &place {
                None => match self.begin(chosen).await {
                    Ok(path) => {
                        place = Some((path, 0.0));
                        Ok(())
                    }
                    Err(fault) => Err(fault),
                },
                Some((path, offset)) => match self.go_on(chosen, path, *offset).await {
                    Ok(()) => return self.finish(chosen, path).await,
                    Err(fault) => Err(fault),
                },
            };
            let Err(fault) = step else { continue };
            match fault {
                Fault::Refused(text) => return Err(text),
                Fault::Gone => {
                    forget(&chosen.key);
                    place = None;
                    continue;
                }
                Fault::Elsewhere => {}
                Fault::LoggedOut => self.say(self.words(LOGGED_OUT), true),
                Fault::Later if self.shown.is_paused.get_untracked() => {
                    self.say(self.words(PAUSED), true);
                    while self.shown.is_paused.get_untracked() {
                        rest(Duration::from_millis(200)).await;
                    }
                    wait = Duration::ZERO;
                }
                Fault::Later => self.say(self.words(BROKEN), true),
            }
            rest(wait).await;
            wait = (wait * 2).clamp(RETRY, LONGEST_RETRY);
            if let Some((path, before)) = place.take() {
                let at = self.asked_again(&path, &mut wait).await?;
                if at.is_some_and(|at| at > before) {
                    wait = RETRY;
                }
                place = at.map(|at| (path, at));
            }
        }
    }

    /// Where an upload goes on, asked until somebody answers; `None` where it is gone.
    async fn asked_again(&self, path: &str, wait: &mut Duration) -> Result<Option<f64>, String> {
        loop {
            match self.offset(path).await {
                Ok(at) => return Ok(Some(at)),
                Err(Fault::Gone) => return Ok(None),
                Err(Fault::Refused(text)) => return Err(text),
                Err(_) => rest(*wait).await,
            }
            *wait = (*wait * 2).clamp(RETRY, LONGEST_RETRY);
        }
    }

    /// The upload of this file that was begun before, where it can go on.
    async fn remembered(&self, chosen: &Chosen) -> Option<(String, f64)> {
        let storage = property(&window().into(), "localStorage")?;
        let path = call(&storage, "getItem", &[chosen.key.as_str().into()])?.as_string()?;
        let offset = self.offset(&path).await.ok()?;
        if offset > 0.0 {
            let at = percent(offset, chosen.size);
            self.say(
                self.lang.pick(format!("从 {at:.0}% 继续。"), format!("Going on from {at:.0}%.")),
                true,
            );
        }
        Some((path, offset))
    }

    async fn begin(&self, chosen: &Chosen) -> Result<String, Fault> {
        let size = chosen.size.to_string();
        let pairs =
            [("filename", chosen.name.as_str()), (self.kind.as_str(), self.target.as_str())];
        let pairs =
            pairs.map(|(name, value)| format!("{name} {}", base64(value).unwrap_or_default()));
        let metadata = pairs.join(",");
        let headers =
            [TUS, ("upload-length", size.as_str()), ("upload-metadata", metadata.as_str())];
        let answer = send(&self.address, "POST", &headers, None, None).await.ok_or(Fault::Later)?;
        self.check(&answer, 201).await?;
        let path = header(&answer, "location").ok_or(Fault::Later)?;
        if let Some(storage) = property(&window().into(), "localStorage") {
            call(&storage, "setItem", &[chosen.key.as_str().into(), path.as_str().into()]);
        }
        Ok(path)
    }

    async fn offset(&self, path: &str) -> Result<f64, Fault> {
        // Not HEAD: what stands against it is in the body.
        let answer = send(path, "GET", &[TUS], None, None).await.ok_or(Fault::Later)?;
        self.check(&answer, 200).await?;
        header(&answer, "upload-offset").and_then(|it| it.parse().ok()).ok_or(Fault::Later)
    }

    /// Sends parts, each as long as the line makes it.
    async fn go_on(&self, chosen: &Chosen, path: &str, mut offset: f64) -> Result<(), Fault> {
        let mut length = LEAST;
        self.show(offset, chosen.size);
        while offset < chosen.size {
            if self.shown.is_paused.get_untracked() {
                return Err(Fault::Later);
            }
            let end = (offset + length).min(chosen.size);
            let part =
                call(&chosen.file, "slice", &[offset.into(), end.into()]).ok_or(Fault::Later)?;
            let from = offset.to_string();
            let headers = [
                TUS,
                ("content-type", "application/offset+octet-stream"),
                ("upload-offset", from.as_str()),
            ];
            let begun = Date::now();
            let stop = make("AbortController", &[]);
            let signal = stop.as_ref().and_then(|stop| property(stop, "signal"));
            self.stop.replace(stop);
            let answer = send(path, "PATCH", &headers, Some(&part), signal.as_ref()).await;
            self.stop.replace(None);
            let answer = answer.ok_or(Fault::Later)?;
            self.check(&answer, 204).await?;
            let at = header(&answer, "upload-offset").and_then(|it| it.parse().ok());
            offset = at.unwrap_or(end);
            let took = Date::now() - begun;
            length = match took {
                took if took < 1_000.0 => (length * 2.0).min(MOST),
                took if took > 4_000.0 => (length / 2.0).max(LEAST),
                _ => length,
            };
            self.show(offset, chosen.size);
        }
        Ok(())
    }

    /// Says that all of it is there, and shows what became of it.
    async fn finish(&self, chosen: &Chosen, path: &str) -> Result<(), String> {
        self.say(self.words(FINISHING), true);
        let answer = loop {
            let wanted = self.wanted();
            let (body, headers) = (wanted.as_str().into(), [("content-type", "application/json")]);
            let answer = send(&format!("{path}/finish"), "POST", &headers, Some(&body), None).await;
            let answer = answer.ok_or_else(|| self.words(UNFINISHED))?;
            match self.check(&answer, 200).await {
                Ok(()) => break answer,
                Err(Fault::Refused(text)) => {
                    // What is written beside it may have been saved meanwhile; the page knows in a moment.
                    rest(RETRY).await;
                    if status(&answer) != 409 || self.wanted() == wanted {
                        return Err(text);
                    }
                }
                Err(Fault::LoggedOut) => return Err(self.words(LOGGED_OUT)),
                Err(_) => return Err(self.words(UNFINISHED)),
            }
        };
        forget(&chosen.key);
        let said = json(&answer).await.unwrap_or(JsValue::NULL);
        let result = number(&said, "result").unwrap_or_default();
        if !self.part.is_empty() {
            fill_all("revision", &result.to_string());
            let fresh = fetch_text(&self.page).await;
            if fresh.and_then(|page| put(&page, &self.part)).is_some() {
                call(&self.form, "reset", &[]);
                fill_all("revision", &result.to_string());
                let name = &chosen.name;
                let text =
                    self.lang.pick(format!("{name} 已上传。"), format!("{name} is uploaded."));
                self.say(text, true);
                return Ok(());
            }
        }
        let location = property(&window().into(), "location").unwrap_or(JsValue::NULL);
        set(&location, "href", &self.page.as_str().into());
        Ok(())
    }

    /// What the form says besides the file.
    fn wanted(&self) -> String {
        let value = |name: &str| {
            let fields = make("FormData", std::slice::from_ref(&self.form))?;
            let all = call(&fields, "getAll", &[name.into()])?;
            call(&all, "join", &[",".into()])?.as_string()
        };
        let value = |name: &str| value(name).unwrap_or_default();
        let wanted = match self.kind.as_str() {
            "draft" => {
                serde_json::json!({ "revision": value("revision").parse::<u32>().unwrap_or_default() })
            }
            _ => serde_json::json!({
                "note": value("note"), "processing": value("processing"), "record": value("record")
            }),
        };
        wanted.to_string()
    }

    async fn check(&self, answer: &JsValue, expected: u16) -> Result<(), Fault> {
        let status = status(answer);
        if status == expected {
            return Ok(());
        }
        Err(match status {
            401 => Fault::LoggedOut,
            404 | 410 => Fault::Gone,
            // Only a part can be sent to where the upload is not.
            409 if expected == 204 => Fault::Elsewhere,
            0 | 408 | 423 | 429 | 500 | 502 | 504 => Fault::Later,
            _ => Fault::Refused(self.detail(answer).await),
        })
    }

    async fn detail(&self, answer: &JsValue) -> String {
        let said = json(answer).await.unwrap_or(JsValue::NULL);
        text(&said, "detail").unwrap_or_else(|| self.words(UNFINISHED))
    }

    fn interrupt(&self) {
        if let Some(stop) = self.stop.borrow().as_ref() {
            call(stop, "abort", &[]);
        }
    }

    fn show(&self, done: f64, total: f64) {
        let at = percent(done, total);
        self.shown.percent.set(Some(at));
        let figures = format!("{at:.0}% · {} / {}", mega(done), mega(total));
        self.say(
            self.lang.pick(format!("已上传 {at:.0}%。"), format!("{at:.0}% uploaded.")),
            false,
        );
        self.shown.figures.set(figures);
    }

    /// Says something now, or unless something was said a moment ago.
    fn say(&self, text: String, is_now: bool) {
        let now = Date::now();
        if is_now || now - self.said_at.get() >= SAY_PAUSE {
            self.said_at.set(now);
            self.shown.said.set(text);
        }
    }

    fn words(&self, (zh, en): (&str, &str)) -> String {
        self.lang.pick(zh, en).to_owned()
    }
}

const BROKEN: (&str, &str) = (
    "连接中断，连上后自动继续。已经上传的部分不会丢失。",
    "The connection broke; it goes on by itself. What is uploaded is not lost.",
);
const PAUSED: (&str, &str) = ("已暂停。", "Paused.");
const LOGGED_OUT: (&str, &str) = (
    "登录已经结束。请在新标签页登录，登录后自动继续。",
    "Your login has ended. Log in in a new tab; it goes on by itself.",
);
const FINISHING: (&str, &str) =
    ("已全部上传，正在检查文件…", "All of it is uploaded; it is being looked at…");
const UNFINISHED: (&str, &str) = (
    "文件已经上传，但是没有办成。请再点一次上传，不会从头开始。",
    "The file is uploaded, but it could not be taken over. Press the button again; it does not begin anew.",
);

fn percent(done: f64, total: f64) -> f64 {
    if total > 0.0 { (done / total * 100.0).floor() } else { 100.0 }
}

fn mega(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1_000_000.0)
}

fn forget(key: &str) {
    if let Some(storage) = property(&window().into(), "localStorage") {
        call(&storage, "removeItem", &[key.into()]);
    }
}

#[cfg(test)]
mod tests {
    use super::{mega, percent};

    #[test]
    fn progress_is_never_more_than_there_is() {
        assert_eq!((percent(999.0, 1_000.0), percent(1_000.0, 1_000.0)), (99.0, 100.0));
        assert_eq!(percent(0.0, 0.0), 100.0);
        assert_eq!(mega(1_550_000.0), "1.6 MB");
    }
}
