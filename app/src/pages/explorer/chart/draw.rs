//! Charts as SVG. Places across are in per cent and heights in pixels, so that a chart takes the width
//! there is and its letters keep their size; only lines and dots are stretched, without their strokes.

use kaishu_types::Lang;
use kaishu_types::table::Bin;
use leptos::prelude::*;

use super::figures::Mark;
use super::scale::{Scale, ends, said};

/// Height of charts with axes, and of what stands above and below their plot.
const HEIGHT: f64 = 320.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 26.0;
const PLOT: f64 = HEIGHT - TOP - BOTTOM;

/// Where the plot begins and how wide it is, in per cent.
const LEFT: f64 = 12.0;
const WIDTH: f64 = 87.0;

/// How far words below the plot are apart at least, in per cent: a letter is so wide on a phone and on a
/// wide screen.
const LETTER: [f64; 2] = [2.4, 1.1];

/// What a drawing is called and what it shows.
pub(super) struct Told {
    pub(super) title: String,
    pub(super) text: String,
    /// What the scales measure.
    pub(super) up: String,
}

/// Draws groups as bars that lie, each with its name and number; the greatest in ink.
pub(super) fn ranked(told: &Told, marks: &[Mark], no_value: &'static str) -> AnyView {
    const ROW: f64 = 28.0;
    const FROM: f64 = 29.0;
    const LENGTH: f64 = 53.0;
    let numbers = marks.iter().filter_map(|mark| mark.value);
    let scale = Scale::from_zero(numbers.clone(), 1);
    // Bars are compared with each other, so the greatest takes the width there is.
    let greatest = numbers.clone().fold(0.0, f64::max);
    let least = numbers.fold(0.0, f64::min);
    let span = if greatest > least { greatest - least } else { scale.to };
    let at = |number: f64| FROM + (number - least) / span * LENGTH;
    let rows: Vec<_> = marks
        .iter()
        .enumerate()
        .map(|(place, mark)| {
            let y = count(place) * ROW;
            let label = mark.label.as_deref().unwrap_or(no_value);
            let bar = mark.value.map(|value| {
                let (from, to) = (at(value.min(0.0)), at(value.max(0.0)));
                let class = (value == greatest && least >= 0.0).then_some("is-top");
                view! { <rect class=class x=per_cent(from) y=px(y + 6.0) width=per_cent((to - from).max(0.15)) height="16"></rect> }
            });
            let end = at(mark.value.unwrap_or(0.0).max(0.0));
            view! {
                <text class="is-narrow" x=per_cent(FROM) dx="-8" y=px(y + 19.0) text-anchor="end">{cut(label, 12)}</text>
                <text class="is-wide" x=per_cent(FROM) dx="-8" y=px(y + 19.0) text-anchor="end">{cut(label, 24)}</text>
                {bar}
                <text class="figure" x=per_cent(end) dx="6" y=px(y + 19.0)>{said(&mark.text)}</text>
            }
        })
        .collect();
    let zero = per_cent(at(0.0));
    let height = count(marks.len()) * ROW;
    let axis = view! { <line class="axis" x1=zero.clone() x2=zero y1="0" y2=px(height)></line> };
    picture(told, height, view! { {rows}{axis} }.into_any())
}

/// Draws groups in their own order as columns.
pub(super) fn columns(lang: Lang, told: &Told, marks: &[Mark], no_value: &'static str) -> AnyView {
    let scale = Scale::from_zero(marks.iter().filter_map(|mark| mark.value), 5);
    let width = WIDTH / count(marks.len());
    let bars = marks
        .iter()
        .enumerate()
        .filter_map(|(place, mark)| {
            let from = LEFT + count(place) * width;
            Some(column(scale, from + width * 0.1, width * 0.8, mark.value?))
        })
        .collect::<Vec<_>>();
    let below = labels(marks, no_value, |place| LEFT + (count(place) + 0.5) * width);
    picture(told, HEIGHT, view! { {axes(lang, told, scale, below)}{bars} }.into_any())
}

/// Draws how numbers are spread.
pub(super) fn histogram(lang: Lang, told: &Told, bins: &[Bin]) -> AnyView {
    #[expect(clippy::cast_precision_loss, reason = "a drawing")]
    let heights: Vec<f64> = bins.iter().map(|bin| bin.count as f64).collect();
    let scale = Scale::from_zero(heights.iter().copied(), 5);
    let width = WIDTH / count(bins.len());
    let bars: Vec<_> = heights
        .iter()
        .enumerate()
        .filter(|(_, height)| **height > 0.0)
        .map(|(place, height)| {
            column(scale, LEFT + count(place) * width + width * 0.03, width * 0.94, *height)
        })
        .collect();
    let (from, to) = ends(bins);
    let across = Scale::holding(from, to, 4);
    let below = across
        .marks(lang)
        .into_iter()
        .filter(|(mark, _)| *mark >= from - (to - from) * 1e-9 && *mark <= to + (to - from) * 1e-9)
        .map(|(mark, word)| (LEFT + (mark - from) / (to - from) * WIDTH, word));
    let below = scale_below(below);
    picture(told, HEIGHT, view! { {axes(lang, told, scale, below)}{bars} }.into_any())
}

/// Draws groups in their own order as a line; it breaks where a group has no number.
pub(super) fn line(lang: Lang, told: &Told, marks: &[Mark], no_value: &'static str) -> AnyView {
    let numbers = marks.iter().filter_map(|mark| mark.value);
    let least = numbers.clone().fold(f64::INFINITY, f64::min);
    let greatest = numbers.clone().fold(f64::NEG_INFINITY, f64::max);
    // What varies little far from zero would be a flat line in a scale from zero.
    let is_far = least > 0.0 && least > (greatest - least) * 2.0;
    let scale =
        if is_far { Scale::holding(least, greatest, 5) } else { Scale::from_zero(numbers, 5) };
    let places: Vec<f64> = marks.iter().filter_map(|mark| mark.place).collect();
    let first = places.first().copied().unwrap_or(0.0);
    let length = places.last().map_or(1.0, |last| last - first).max(f64::MIN_POSITIVE);
    let across = |place: usize| places.get(place).map_or(0.0, |at| (at - first) / length);
    let mut path = String::new();
    let mut is_begun = false;
    for (place, mark) in marks.iter().enumerate() {
        let Some(value) = mark.value else {
            is_begun = false;
            continue;
        };
        let (x, y) = (across(place) * 1_000.0, (1.0 - scale.place(value)) * 1_000.0);
        path.push_str(&format!("{}{x:.1} {y:.1}", if is_begun { "L" } else { "M" }));
        // A point between two gaps is a dot: a line to itself.
        if !is_begun {
            path.push_str("h0");
        }
        is_begun = true;
    }
    let below = labels(marks, no_value, |place| LEFT + across(place) * WIDTH);
    let plot = plot(
        view! { <path class="line" d=path vector-effect="non-scaling-stroke"></path> }.into_any(),
    );
    let from = is_far.then(|| view! { <tspan class="from">{lang.pick("（纵轴不从 0 开始）", " (not from 0)")}</tspan> });
    let note = from
        .map(|from| view! { <text class="tick" x="100%" y="12" text-anchor="end">{from}</text> });
    picture(told, HEIGHT, view! { {axes(lang, told, scale, below)}{note}{plot} }.into_any())
}

/// Draws rows as dots over two scales.
pub(super) fn scatter(lang: Lang, told: &Told, dots: &[(f64, f64)]) -> AnyView {
    let span = |numbers: &mut dyn Iterator<Item = f64>| {
        numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), number| {
            (least.min(number), greatest.max(number))
        })
    };
    let (left, right) = span(&mut dots.iter().map(|dot| dot.0));
    let (lower, upper) = span(&mut dots.iter().map(|dot| dot.1));
    let across = Scale::holding(left, right, 4);
    let up = Scale::holding(lower, upper, 5);
    let below = across
        .marks(lang)
        .into_iter()
        .map(|(mark, word)| (LEFT + across.place(mark) * WIDTH, word));
    let path = path_of(dots.iter().map(|(x, y)| (across.place(*x), 1.0 - up.place(*y))));
    let plot = plot(
        view! { <path class="dots" d=path vector-effect="non-scaling-stroke"></path> }.into_any(),
    );
    picture(told, HEIGHT, view! { {axes(lang, told, up, scale_below(below))}{plot} }.into_any())
}

/// Writes dots as lines without length, whose round ends are the dots. Those on one spot are drawn once.
pub(super) fn path_of(places: impl Iterator<Item = (f64, f64)>) -> String {
    let mut spots: Vec<String> =
        places.map(|(x, y)| format!("M{:.0} {:.0}h0", x * 1_000.0, y * 1_000.0)).collect();
    spots.sort_unstable();
    spots.dedup();
    spots.concat()
}

/// Draws parts of a whole as a circle; each slice has the number that stands before its name beside it.
pub(super) fn pie(told: &Told, marks: &[Mark]) -> AnyView {
    const R: f64 = 90.0;
    let whole: f64 = marks.iter().filter_map(|mark| mark.value).sum();
    let at = |share: f64, r: f64| {
        let angle = (share - 0.25) * std::f64::consts::TAU;
        (100.0 + r * angle.cos(), 100.0 + r * angle.sin())
    };
    let mut before = 0.0;
    let mut slices = Vec::new();
    for (place, mark) in marks.iter().enumerate() {
        let share = mark.value.unwrap_or(0.0) / whole;
        let class = format!("slice s{}", place % 8);
        let slice = if share > 0.999 {
            view! { <circle class=class cx="100" cy="100" r=R></circle> }.into_any()
        } else {
            let ((x1, y1), (x2, y2)) = (at(before, R), at(before + share, R));
            let is_large = i32::from(share > 0.5);
            let d = format!("M100 100L{x1:.2} {y1:.2}A{R} {R} 0 {is_large} 1 {x2:.2} {y2:.2}Z");
            view! { <path class=class d=d></path> }.into_any()
        };
        // A slice that is too narrow for its number is found by its neighbours.
        let number = (share >= 0.04).then(|| {
            let (x, y) = at(before + share / 2.0, R * 0.72);
            let class = format!("number n{}", place % 8);
            view! { <text class=class x=format!("{x:.1}") y=format!("{:.1}", y + 4.5) text-anchor="middle">{place + 1}</text> }
        });
        slices.push(view! { {slice}{number} });
        before += share;
    }
    view! {
        <svg class="ks-pie" viewBox="0 0 200 200" role="img" aria-labelledby="chart-title chart-text">
            <title id="chart-title">{told.title.clone()}</title>
            <desc id="chart-text">{told.text.clone()}</desc>
            {slices}
        </svg>
    }
    .into_any()
}

fn column(scale: Scale, x: f64, width: f64, value: f64) -> AnyView {
    let (low, high) = (scale.place(value.min(0.0)), scale.place(value.max(0.0)));
    let height = ((high - low) * PLOT).max(1.0);
    let y = TOP + (1.0 - high) * PLOT;
    view! { <rect x=per_cent(x) y=px(y) width=per_cent(width) height=px(height)></rect> }.into_any()
}

/// A word below the plot, and whether there is room for it on a phone.
struct Below {
    x: f64,
    word: String,
    is_narrow: bool,
}

/// The words below the plot: so many of the groups as have room.
fn labels(marks: &[Mark], no_value: &'static str, x: impl Fn(usize) -> f64) -> Vec<Below> {
    let word = |mark: &Mark| cut(mark.label.as_deref().unwrap_or(no_value), 10);
    let widest = marks.iter().map(|mark| width_of(&word(mark))).max().unwrap_or(1) + 2;
    let mut taken = [f64::NEG_INFINITY; 2];
    let mut below = Vec::new();
    for (place, mark) in marks.iter().enumerate() {
        let x = x(place);
        let has_room = |at: usize, taken: [f64; 2]| {
            taken
                .get(at)
                .zip(LETTER.get(at))
                .is_some_and(|(last, letter)| x - last >= letter * count(widest))
        };
        let [on_phone, on_desk] = [has_room(0, taken), has_room(1, taken)];
        if on_desk {
            taken[1] = x;
            // What a phone shows, every screen shows.
            if on_phone {
                taken[0] = x;
            }
            below.push(Below { x, word: word(mark), is_narrow: on_phone });
        }
    }
    below
}

/// The marks of a scale below the plot.
fn scale_below(marks: impl Iterator<Item = (f64, String)>) -> Vec<Below> {
    marks.map(|(x, word)| Below { x, word, is_narrow: true }).collect()
}

/// Draws lines across with their numbers, the words below, and what both scales measure.
fn axes(lang: Lang, told: &Told, scale: Scale, below: Vec<Below>) -> AnyView {
    let lines: Vec<_> = scale
        .marks(lang)
        .into_iter()
        .map(|(mark, word)| {
            let y = TOP + (1.0 - scale.place(mark)) * PLOT;
            let class = if mark == 0.0 { "axis" } else { "grid" };
            view! {
                <line class=class x1=per_cent(LEFT) x2="100%" y1=px(y) y2=px(y)></line>
                <text class="tick" x=per_cent(LEFT) dx="-6" y=px(y + 4.0) text-anchor="end">{word}</text>
            }
        })
        .collect();
    let words: Vec<_> = below
        .into_iter()
        .map(|Below { x, word, is_narrow }| {
            let anchor = if x > 96.0 { "end" } else { "middle" };
            let class = if is_narrow { "tick" } else { "tick is-wide" };
            view! { <text class=class x=per_cent(x) y=px(HEIGHT - 8.0) text-anchor=anchor>{word}</text> }
        })
        .collect();
    view! {
        <text class="tick" x="0" y="12">{cut(&told.up, 40)}</text>
        {lines}
        {words}
    }
    .into_any()
}

/// A part of the picture that is stretched to the plot: a thousand across and a thousand down.
fn plot(inner: AnyView) -> AnyView {
    view! {
        <svg x=per_cent(LEFT) y=px(TOP) width=per_cent(WIDTH) height=px(PLOT) viewBox="0 0 1000 1000" preserveAspectRatio="none" overflow="visible" role="presentation">{inner}</svg>
    }
    .into_any()
}

fn picture(told: &Told, height: f64, inner: AnyView) -> AnyView {
    view! {
        <svg class="ks-plot" width="100%" height=px(height) role="img" aria-labelledby="chart-title chart-text">
            <title id="chart-title">{told.title.clone()}</title>
            <desc id="chart-text">{told.text.clone()}</desc>
            {inner}
        </svg>
    }
    .into_any()
}

/// Cuts a text to a width, counted in Latin letters; a Chinese character takes two.
fn cut(text: &str, most: usize) -> String {
    if width_of(text) <= most {
        return text.to_owned();
    }
    let mut room = most - 1;
    let fits = |letter: &char| {
        let is_room = width(*letter) <= room;
        room = room.saturating_sub(width(*letter));
        is_room
    };
    let start: String = text.chars().take_while(fits).collect();
    format!("{}…", start.trim_end())
}

fn width(letter: char) -> usize {
    if letter.is_ascii() { 1 } else { 2 }
}

fn width_of(text: &str) -> usize {
    text.chars().map(width).sum()
}

fn per_cent(number: f64) -> String {
    format!("{number:.2}%")
}

fn px(number: f64) -> String {
    format!("{number:.1}")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a drawing has far fewer parts than a float can count"
)]
fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_by_their_width() {
        assert_eq!(cut("云溪市", 6), "云溪市");
        assert_eq!(cut("云溪市人民政府", 6), "云溪…");
        assert_eq!(cut("Yunxi Prefecture", 6), "Yunxi…");
    }

    #[test]
    fn dots_on_one_spot_are_drawn_once() {
        let path = path_of([(0.5, 0.5), (0.500_01, 0.5), (1.0, 0.0)].into_iter());
        assert_eq!(path, "M1000 0h0M500 500h0");
    }
}
