//! Rows that go on while one scrolls. What is far from the window is taken out of the page again, so
//! that it stays small however long the table is; the table remains one to those who hear it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use kaishu_types::Lang;
use kaishu_types::table::TableColumn;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::web_sys::{Element, HtmlElement};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::browser::fetch_text;
use crate::cell::{shown, thousands};

/// The `id` of the frame that scrolls, of the link to the rows that follow, and of how many they are.
const FRAME: &str = "rows";
const FURTHER: &str = "next-rows";
const LEFT: &str = "rows-left";
/// Rows of a part.
const PART: u64 = 100;
/// Parts that come so near to the window, in pixels, are drawn; those that are farther away are not.
const NEAR: i32 = 1_500;
const FAR: i32 = 4_000;

/// Says which rows there are, and goes on with them.
#[island]
pub fn LiveRows(
    /// Where rows are asked for: the question without the part, so that parameters can follow.
    address: String,
    /// The rows that the server has drawn: their cursor, how many were asked for, the number of the
    /// first, how many there are.
    cursor: Option<String>,
    limit: u64,
    first: u64,
    n: u64,
    /// Where the next rows begin.
    next: Option<String>,
    /// What is said of the rows, and with `{}` in place of the number of the last row.
    status: String,
    pattern: String,
    /// How many rows there are in all.
    total: u64,
    /// What is said of those that follow, with `{}` in place of their number.
    left: String,
    /// The page that begins after the last row, but for its cursor and the number of its first row.
    further: String,
    /// What stands where there is no value.
    no_value: String,
    /// What is said when rows do not come, and the button that tries again.
    failed: String,
    again: String,
    /// Whether the page is in English.
    is_english: bool,
) -> impl IntoView {
    let said = RwSignal::new(status);
    let has_failed = RwSignal::new(false);
    let rows = StoredValue::new_local(None::<Rc<Rows>>);
    Effect::new(move |_| {
        let drawn = Part { cursor: cursor.clone(), limit, first, n, body: None, is_drawn: true };
        let ask =
            Ask { address: address.clone(), no_value: no_value.clone(), lang: lang(is_english) };
        let (pattern, left, further) = (pattern.clone(), left.clone(), further.clone());
        let told = Told { pattern, total, left, further, said, has_failed };
        let woken = Rows::wake(ask, told, drawn, next.clone());
        rows.set_value(woken);
    });
    let retry = move |_| {
        has_failed.set(false);
        rows.with_value(|rows| rows.iter().for_each(Rows::look));
    };
    view! {
        <p class="py-2 text-sm ks-mute num" role="status">{said}</p>
        <p class="pb-2 text-sm" role="alert">
            {move || has_failed.get().then(|| failed.clone())}
            <button class="btn btn-sm btn-outline ml-3" type="button" hidden=move || !has_failed.get() on:click=retry>{again}</button>
        </p>
    }
}

fn lang(is_english: bool) -> Lang {
    if is_english { Lang::En } else { Lang::Zh }
}

/// How rows are asked for and shown.
struct Ask {
    address: String,
    no_value: String,
    lang: Lang,
}

/// What is said of them.
struct Told {
    pattern: String,
    total: u64,
    left: String,
    further: String,
    said: RwSignal<String>,
    has_failed: RwSignal<bool>,
}

impl Told {
    /// Lets the link below lead on from the last row that is there, and says how many follow.
    fn lead_on(&self, last: u64, next: Option<&str>) -> Option<()> {
        let link = document().get_element_by_id(FURTHER)?;
        let line = document().get_element_by_id(LEFT)?;
        let Some(cursor) = next else {
            line.set_text_content(None);
            return link.set_attribute("hidden", "").ok();
        };
        let target = format!("{}cursor={cursor}&from={}", self.further, last + 1);
        link.set_attribute("href", &target).ok()?;
        let n = thousands(self.total.saturating_sub(last));
        line.set_text_content(Some(&self.left.replace("{}", &n)));
        Some(())
    }
}

/// Rows that are drawn and taken away together: a `tbody`.
#[derive(Clone)]
struct Part {
    cursor: Option<String>,
    limit: u64,
    first: u64,
    n: u64,
    body: Option<HtmlElement>,
    is_drawn: bool,
}

struct Rows {
    ask: Ask,
    told: Told,
    frame: HtmlElement,
    table: Element,
    parts: RefCell<Vec<Part>>,
    next: RefCell<Option<String>>,
    is_busy: Cell<bool>,
}

/// An answer; a value stays as it is written.
#[derive(Deserialize)]
struct Answer<'a> {
    columns: Vec<TableColumn>,
    #[serde(borrow)]
    rows: Vec<Vec<&'a RawValue>>,
    next: Option<String>,
}

impl Rows {
    /// Takes the table over that the server has drawn, where there is more to come.
    fn wake(ask: Ask, told: Told, mut drawn: Part, next: Option<String>) -> Option<Rc<Self>> {
        next.as_ref()?;
        let frame: HtmlElement = document().get_element_by_id(FRAME)?.dyn_into().ok()?;
        let table = frame.query_selector("table").ok()??;
        drawn.body = table.query_selector("tbody").ok()??.dyn_into().ok();
        told.lead_on((drawn.first + drawn.n).saturating_sub(1), next.as_deref());
        let rows = Rc::new(Self {
            ask,
            told,
            frame,
            table,
            parts: RefCell::new(vec![drawn]),
            next: RefCell::new(next),
            is_busy: Cell::new(false),
        });
        let (watched, is_waiting) = (Rc::clone(&rows), Rc::new(Cell::new(false)));
        let on_scroll = Closure::<dyn FnMut()>::new(move || {
            if is_waiting.replace(true) {
                return;
            }
            let (watched, is_waiting) = (Rc::clone(&watched), Rc::clone(&is_waiting));
            request_animation_frame(move || {
                is_waiting.set(false);
                watched.look();
            });
        });
        let listener = on_scroll.as_ref().unchecked_ref();
        rows.frame.add_event_listener_with_callback("scroll", listener).ok()?;
        on_scroll.forget();
        Some(rows)
    }

    /// Looks at what is near the window: draws it, takes away what is far, and asks for more at the end.
    fn look(self: &Rc<Self>) {
        let (top, height) = (self.frame.scroll_top(), self.frame.client_height());
        let mut wanted = None;
        for (place, part) in self.parts.borrow_mut().iter_mut().enumerate() {
            let Some(body) = part.body.clone() else { continue };
            let (from, length) = (body.offset_top(), body.offset_height());
            let distance = (from - top - height).max(top - from - length);
            if part.is_drawn && distance > FAR {
                empty(&body, length);
                part.is_drawn = false;
            } else if !part.is_drawn && distance < NEAR {
                wanted = Some((place, part.clone()));
            }
        }
        // After a failure the reader decides when to try again.
        if self.is_busy.get() || self.told.has_failed.get_untracked() {
            return;
        }
        if let Some((place, part)) = wanted {
            return self.bring(Some(place), part);
        }
        let is_near_end = self.frame.scroll_height() - top - height < NEAR;
        let Some(cursor) = self.next.borrow().clone().filter(|_| is_near_end) else { return };
        let first = self.parts.borrow().last().map_or(1, |last| last.first + last.n);
        let part =
            Part { cursor: Some(cursor), limit: PART, first, n: 0, body: None, is_drawn: true };
        self.bring(None, part);
    }

    /// Asks for the rows of a part: one that was taken away, or the next.
    fn bring(self: &Rc<Self>, place: Option<usize>, part: Part) {
        self.is_busy.set(true);
        let rows = Rc::clone(self);
        spawn_local(async move {
            let cursor = part.cursor.as_ref().map(|it| format!("&cursor={it}")).unwrap_or_default();
            let address = format!("{}&limit={}{cursor}", rows.ask.address, part.limit);
            let text = fetch_text(&address).await;
            rows.is_busy.set(false);
            let is_there = text.and_then(|text| rows.put(&text, place, part)).is_some();
            rows.told.has_failed.set(!is_there);
            if is_there {
                rows.look();
            }
        });
    }

    fn put(&self, text: &str, place: Option<usize>, mut part: Part) -> Option<()> {
        let answer: Answer = serde_json::from_str(text).ok()?;
        if let Some(place) = place {
            fill(part.body.as_ref()?, &answer, &self.ask, part.first)?;
            self.parts.borrow_mut().get_mut(place)?.is_drawn = true;
            return Some(());
        }
        let body: HtmlElement = document().create_element("tbody").ok()?.dyn_into().ok()?;
        fill(&body, &answer, &self.ask, part.first)?;
        self.table.append_child(&body).ok()?;
        part.n = answer.rows.len() as u64;
        part.body = Some(body);
        let last = part.first + part.n.saturating_sub(1);
        self.told.said.set(self.told.pattern.replace("{}", &thousands(last)));
        self.told.lead_on(last, answer.next.as_deref());
        self.parts.borrow_mut().push(part);
        *self.next.borrow_mut() = answer.next;
        Some(())
    }
}

/// Takes the rows of a part away and keeps their height.
fn empty(body: &HtmlElement, height: i32) -> Option<()> {
    let document = document();
    let cell = document.create_element("td").ok()?;
    cell.set_attribute("height", &height.to_string()).ok()?;
    cell.set_attribute("class", "!p-0 !border-0").ok()?;
    let row = document.create_element("tr").ok()?;
    row.set_attribute("aria-hidden", "true").ok()?;
    row.append_child(&cell).ok()?;
    body.set_text_content(None);
    body.append_child(&row).ok().map(drop)
}

/// Draws the rows of an answer as the server does.
fn fill(body: &HtmlElement, answer: &Answer<'_>, ask: &Ask, first: u64) -> Option<()> {
    let document = document();
    body.set_text_content(None);
    for (number, values) in (first..).zip(&answer.rows) {
        let row = document.create_element("tr").ok()?;
        row.set_attribute("aria-rowindex", &(number + 1).to_string()).ok()?;
        let head = document.create_element("td").ok()?;
        head.set_attribute("class", "r ks-mute").ok()?;
        head.set_text_content(Some(&thousands(number)));
        row.append_child(&head).ok()?;
        for (value, column) in values.iter().zip(&answer.columns) {
            let shown = shown(ask.lang, column.item_type, &written(value));
            let cell = document.create_element("td").ok()?;
            for (name, value) in [("class", shown.class), ("lang", shown.lang)] {
                if let Some(value) = value {
                    cell.set_attribute(name, value).ok()?;
                }
            }
            match shown.text {
                Some(text) => cell.set_text_content(Some(&text)),
                None => {
                    let none = document.create_element("span").ok()?;
                    none.set_attribute("class", "ks-mute").ok()?;
                    none.set_text_content(Some(&ask.no_value));
                    cell.append_child(&none).ok()?;
                }
            }
            row.append_child(&cell).ok()?;
        }
        body.append_child(&row).ok()?;
    }
    Some(())
}

/// A value as it is written in the file: a number stays as it stands in the answer.
fn written(value: &RawValue) -> String {
    match value.get() {
        "null" => String::new(),
        text if text.starts_with('"') => serde_json::from_str(text).unwrap_or_default(),
        number => number.to_owned(),
    }
}
