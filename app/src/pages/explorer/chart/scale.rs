//! Scales of charts: round steps, and numbers as an axis or a table says them.

use kaishu_types::Lang;
use kaishu_types::table::Bin;

use crate::pages::explorer::column::short;
use crate::ui::numbers::thousands;

/// A scale with round marks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// Where it begins.
    pub(super) from: f64,
    /// Where it ends.
    pub(super) to: f64,
    step: f64,
}

impl Scale {
    /// Makes a scale that holds these numbers, with about so many marks.
    pub(super) fn holding(least: f64, greatest: f64, n_marks: u32) -> Self {
        let step = round_step((greatest - least) / f64::from(n_marks));
        let from = (least / step).floor() * step;
        let to = (greatest / step).ceil() * step;
        // Numbers that are all the same stand in the middle.
        if to > from {
            Self { from, to, step }
        } else {
            Self { from: from - step, to: to + step, step }
        }
    }

    /// Makes a scale of lengths: it holds zero.
    pub(super) fn from_zero(numbers: impl Iterator<Item = f64> + Clone, n_marks: u32) -> Self {
        let least = numbers.clone().fold(0.0, f64::min);
        let greatest = numbers.fold(0.0, f64::max);
        if least == 0.0 && greatest == 0.0 {
            return Self { from: 0.0, to: 1.0, step: 1.0 };
        }
        Self::holding(least, greatest, n_marks)
    }

    /// Returns the place of a number, from 0 to 1.
    pub(super) fn place(self, number: f64) -> f64 {
        (number - self.from) / (self.to - self.from)
    }

    /// Returns the marks with their words.
    pub(super) fn marks(self, lang: Lang) -> Vec<(f64, String)> {
        const MOST: u32 = 30;
        (0..MOST)
            .map(|n| self.from + f64::from(n) * self.step)
            .take_while(|mark| *mark <= self.to + self.step / 1e6)
            .map(|mark| {
                // Sums of steps leave a little behind zero.
                let mark = if mark.abs() < self.step / 1e6 { 0.0 } else { mark };
                (mark, self.say(mark, lang))
            })
            .collect()
    }

    /// Says a number as finely as the steps are.
    fn say(self, number: f64, lang: Lang) -> String {
        if are_years(self.from, self.to, self.step) {
            return format!("{number:.0}");
        }
        let widest = self.from.abs().max(self.to.abs());
        let (unit, word) = match lang {
            Lang::Zh if widest >= 1e8 => (1e8, "亿"),
            Lang::Zh if widest >= 1e5 => (1e4, "万"),
            Lang::En if widest >= 1e9 => (1e9, "bn"),
            Lang::En if widest >= 1e6 => (1e6, "m"),
            Lang::En if widest >= 1e5 => (1e3, "k"),
            _ => (1.0, ""),
        };
        let text = with_decimals(number / unit, decimals_of(self.step / unit));
        if number == 0.0 { "0".to_owned() } else { format!("{text}{word}") }
    }
}

/// Returns the next of 1, 2, 5, 10, … that is not below a number.
pub(super) fn round_step(least: f64) -> f64 {
    if !least.is_finite() || least <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(least.log10().floor());
    let first = [1.0, 2.0, 5.0].into_iter().find(|step| step * power >= least * (1.0 - 1e-9));
    first.unwrap_or(10.0) * power
}

/// Tells whether numbers look like years, which take no commas.
fn are_years(from: f64, to: f64, step: f64) -> bool {
    from >= 1_000.0 && to <= 2_200.0 && step.fract() == 0.0
}

/// Says where a bin begins and ends.
pub(super) fn said_bin(bins: &[Bin], bin: &Bin) -> (String, String) {
    let step = bin.to - bin.from;
    let (first, last) = ends(bins);
    if are_years(first, last, step) {
        return (format!("{:.0}", bin.from), format!("{:.0}", bin.to));
    }
    let n_decimals = decimals_of(step);
    (with_decimals(bin.from, n_decimals), with_decimals(bin.to, n_decimals))
}

/// Where a histogram begins and ends.
pub(super) fn ends(bins: &[Bin]) -> (f64, f64) {
    bins.first().zip(bins.last()).map_or((0.0, 1.0), |(first, last)| (first.from, last.to))
}

/// Returns how many decimals tell numbers apart that lie so far from each other.
pub(super) fn decimals_of(step: f64) -> usize {
    (0..9)
        .find(|n| {
            let scaled = step * 10_f64.powi(*n);
            (scaled - scaled.round()).abs() < 1e-6 * scaled
        })
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(6)
}

/// Writes a number with so many decimals and with commas between thousands.
pub(super) fn with_decimals(number: f64, n_decimals: usize) -> String {
    let text = format!("{number:.n_decimals$}");
    grouped(&text).unwrap_or(text)
}

/// Writes a number of an answer for people: commas between thousands; of a fraction, two decimals, or
/// four digits that count. What is no number stays as it is.
pub(super) fn said(text: &str) -> String {
    let Ok(number) = text.parse::<f64>() else { return text.to_owned() };
    let is_whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_whole {
        return grouped(text).unwrap_or_else(|| text.to_owned());
    }
    if number.abs() < 1.0 {
        return short(number);
    }
    let text = with_decimals(number, 2);
    text.strip_suffix(".00").map(ToOwned::to_owned).unwrap_or(text)
}

fn grouped(text: &str) -> Option<String> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (whole, fraction) = match rest.split_once('.') {
        Some((whole, fraction)) => (whole, format!(".{fraction}")),
        None => (rest, String::new()),
    };
    let whole = thousands(whole.parse().ok()?);
    Some(format!("{sign}{whole}{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(least: f64, greatest: f64, lang: Lang) -> Vec<String> {
        Scale::holding(least, greatest, 5).marks(lang).into_iter().map(|(_, word)| word).collect()
    }

    #[test]
    fn marks_are_round() {
        assert_eq!(words(0.0, 97.0, Lang::Zh), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(words(-3.0, 4.0, Lang::Zh), ["-4", "-2", "0", "2", "4"]);
        assert_eq!(words(0.0, 0.31, Lang::Zh), ["0", "0.1", "0.2", "0.3", "0.4"]);
        assert_eq!(words(0.0, 600_000.0, Lang::Zh), ["0", "20万", "40万", "60万"]);
        assert_eq!(words(0.0, 600_000.0, Lang::En), ["0", "200k", "400k", "600k"]);
        assert_eq!(words(7.0, 7.0, Lang::En), ["6", "7", "8"]);
        assert_eq!(words(1987.0, 2025.0, Lang::En)[0], "1980");
        assert_eq!(words(1000.0, 4000.0, Lang::En)[0], "1,000");
    }

    #[test]
    fn a_scale_of_lengths_holds_zero() {
        let scale = Scale::from_zero([40.0, 60.0].into_iter(), 5);
        assert_eq!((scale.from, scale.to), (0.0, 60.0));
        let nothing = Scale::from_zero([0.0].into_iter(), 5);
        assert_eq!((nothing.from, nothing.to), (0.0, 1.0));
    }

    #[test]
    fn numbers_of_answers_are_said() {
        assert_eq!(said("1234567"), "1,234,567");
        assert_eq!(said("-1234567.891"), "-1,234,567.89");
        assert_eq!(said("34.0"), "34");
        assert_eq!(said("0.00012347"), "0.0001235");
        assert_eq!(said("2020-02"), "2020-02");
        // More digits than 64 bits hold are not touched.
        assert_eq!(said("123456789012345678901234567890"), "123456789012345678901234567890");
    }
}
