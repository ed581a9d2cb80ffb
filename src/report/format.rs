//! Numbers as people read them: thousands separators, short forms, money, shares, days.

use chrono::{Datelike, NaiveDate};

use super::locale::spoken;

/// A whole number with thousands separators: `12,345`.
pub(super) fn count(value: f64) -> String {
    let locale = spoken();
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        let left = digits.len() - position;
        let ends_group = if locale.by_twos && left > 3 { (left - 3) % 2 == 0 } else { left % 3 == 0 };
        if position > 0 && ends_group {
            text.push_str(locale.group);
        }
        text.push(digit);
    }
    if value <= -0.5 { format!("–{text}") } else { text }
}

/// A number with so many decimals.
fn decimals(value: f64, places: usize) -> String {
    format!("{value:.places$}").replace('.', spoken().decimal)
}

/// At most four figures: `950`, `12.3k`, `1.2M`, `3.0B`.
pub(super) fn compact(value: f64) -> String {
    match unit(value) {
        Some((unit, letter)) => format!("{}{letter}", decimals(value / unit, 1)),
        None => count(value),
    }
}

/// The unit that a short form counts in. The bound is what would round up to
/// the next unit: 999,950 is 1M, not 1000k.
fn unit(value: f64) -> Option<(f64, &'static str)> {
    [(999.95e9, 1e12, "T"), (999.95e6, 1e9, "B"), (999_950.0, 1e6, "M"), (9_999.5, 1e3, "k")]
        .into_iter()
        .find(|(bound, ..)| value.abs() >= *bound)
        .map(|(_, unit, letter)| (unit, letter))
}

/// The same along an axis, without a zero behind the point: `10k`, `2.5M`.
pub(super) fn tick(value: f64) -> String {
    match unit(value) {
        Some((unit, letter)) => {
            let scaled = value / unit;
            let places = usize::from((scaled - scaled.round()).abs() >= 0.05);
            format!("{}{letter}", decimals(scaled, places))
        }
        None => count(value),
    }
}

/// A plain number with as many decimals as it needs below ten: `7`, `6.3`, `0.25`.
pub(super) fn number(value: f64) -> String {
    let text = match value.abs() {
        large if large >= 100.0 => return count(value),
        medium if medium >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    };
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.replace('.', spoken().decimal)
}

/// A number that was chosen, in full: `1.25`, `1,000`.
pub(super) fn exact(value: f64) -> String {
    if value.fract() == 0.0 { count(value) } else { value.to_string().replace('.', spoken().decimal) }
}

/// How numbers below a hundred are written side by side: with one decimal, if one of them needs it.
pub(super) fn side_by_side(values: &[f64]) -> impl Fn(f64) -> String + use<> {
    let places = usize::from(values.iter().any(|value| *value < 100.0 && value.fract() != 0.0));
    move |value| if value < 100.0 { decimals(value, places) } else { compact(value) }
}

/// A number in two figures: `12`, `1.0`, `0.76`.
pub(super) fn figures(value: f64) -> String {
    match value.abs() {
        0.0 => count(value),
        // 9.95 would round to 10.0, and 0.995 to 1.00.
        large if large >= 9.95 => count(value),
        medium if medium >= 0.995 => decimals(value, 1),
        _ => decimals(value, 2),
    }
}

/// A currency, and how its amounts are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Money {
    /// Its sign, or its code where it has none that all know.
    sign: String,
}

impl Money {
    /// The currency of that ISO 4217 code; one without a sign of its own is written `CHF 12`.
    pub(super) fn new(code: &str) -> Self {
        let sign = match code {
            "USD" => "$",
            "EUR" => "€",
            "GBP" => "£",
            "JPY" => "¥",
            "INR" => "₹",
            "BRL" => "R$",
            "PLN" => "zł",
            "CZK" => "Kč",
            "TRY" => "₺",
            "RUB" => "₽",
            other => other,
        };
        Self { sign: sign.to_owned() }
    }

    /// In full: `$12,345`, with cents below a hundred: `$87.20`.
    pub(super) fn full(&self, amount: f64) -> String {
        if amount != 0.0 && amount.abs() < 100.0 {
            return self.signed(amount, &decimals(amount.abs(), 2));
        }
        self.signed(amount, &count(amount.abs()))
    }

    /// Short: `$12.3k`, `$1.2M`.
    pub(super) fn compact(&self, amount: f64) -> String {
        if amount.abs() < 9_999.5 { self.full(amount) } else { self.signed(amount, &compact(amount.abs())) }
    }

    /// In full while it is short enough to stand in a line of a picture.
    pub(super) fn brief(&self, amount: f64) -> String {
        if amount.abs() < 1e6 { self.full(amount) } else { self.compact(amount) }
    }

    /// Along an axis: no cents where the steps have none.
    pub(super) fn tick(&self, amount: f64) -> String {
        let text = if amount.abs() < 9_999.5 { number(amount.abs()) } else { tick(amount.abs()) };
        self.signed(amount, &text)
    }

    fn signed(&self, amount: f64, text: &str) -> String {
        let minus = if amount < 0.0 { "–" } else { "" };
        // A code or a sign of letters needs a blank, at which no line breaks.
        let blank = if self.sign.chars().next().is_some_and(char::is_alphabetic) { "\u{a0}" } else { "" };
        match spoken().money_after {
            true => format!("{minus}{text}\u{a0}{}", self.sign),
            false => format!("{minus}{}{blank}{text}", self.sign),
        }
    }
}

/// The digits of a percentage with the sign where the locale has it.
fn percent_sign(text: &str) -> String {
    let (before, after) = spoken().percent;
    format!("{before}{text}{after}")
}

/// A share as a percentage: `61%`, `3.4%`, `0.25%`.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let text = match percent.abs() {
        0.0 => "0".to_owned(),
        // All but a few is not all.
        most if (99.5..100.0).contains(&most) => decimals(percent.clamp(-99.9, 99.9), 1),
        // 9.95 would round to 10.0.
        large if large >= 9.95 => count(percent),
        medium if medium >= 0.995 => decimals(percent, 1),
        small if small >= 0.005 => decimals(percent, 2),
        _ => return format!("<{}", percent_sign(&decimals(0.01, 2))),
    };
    percent_sign(&text)
}

/// A share with at least one decimal, beside another that it differs from by so many points: `12.3%`.
pub(super) fn percent_fine(share: f64) -> String {
    // All but a few is not all, which percent minds.
    match share.abs() {
        some if (0.0995..0.995).contains(&some) => percent_sign(&decimals(share * 100.0, 1)),
        _ => percent(share),
    }
}

/// A change as a percentage with its sign, or `±0%`: `+5.2%`, `–12%`.
pub(super) fn change(ratio: f64) -> String {
    let change = ratio - 1.0;
    match change.abs() {
        level if level < 0.0005 => format!("±{}", percent(0.0)),
        _ if change > 0.0 => format!("+{}", percent(change)),
        _ => format!("–{}", percent(-change)),
    }
}

/// A difference of two shares in percentage points: `+0.4 points`.
pub(super) fn points(difference: f64) -> String {
    let points = difference * 100.0;
    let sign = if points > 0.0 { "+" } else { "–" };
    match points.abs() {
        level if level < 0.005 => "±0 points".to_owned(),
        small if small < 0.095 => format!("{sign}{} points", decimals(small, 2)),
        medium if medium < 9.95 => format!("{sign}{} points", decimals(medium, 1)),
        large => format!("{sign}{} points", decimals(large, 0)),
    }
}

/// A percentage along an axis: no more decimals than the steps need.
pub(super) fn percent_tick(share: f64) -> String {
    percent_sign(&number((share * 1e6).round() / 1e4))
}

/// A share of a whole, `a / b`; nothing where there is no whole.
pub(super) fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// The same as a percentage, or a dash.
pub(super) fn share(part: f64, whole: f64) -> String {
    ratio(part, whole).map_or_else(|| "–".to_owned(), percent)
}

/// A day in full: `3 Jan 2026`.
pub(super) fn day(date: NaiveDate) -> String {
    format!("{} {}", date.day(), date.format("%b %Y"))
}

/// A day without its year: `3 Jan`.
pub(super) fn short_day(date: NaiveDate) -> String {
    format!("{} {}", date.day(), date.format("%b"))
}

/// From one day to another, saying nothing twice: `3–30 Jan 2026`.
pub(super) fn span(first: NaiveDate, last: NaiveDate) -> String {
    if first == last {
        day(first)
    } else if first.year() != last.year() {
        format!("{} – {}", day(first), day(last))
    } else if first.month() != last.month() {
        format!("{} – {}", short_day(first), day(last))
    } else {
        format!("{}–{}", first.day(), day(last))
    }
}

/// A noun in the number that fits: `1 day`, `12 days`.
pub(super) fn plural(value: i64, noun: &str) -> String {
    let ending = match value {
        1 => "",
        _ if noun.ends_with("ch") => "es",
        _ => "s",
    };
    format!("{} {noun}{ending}", count(value as f64))
}

/// A name of the data for people; what the source did not record says so.
pub(super) fn recorded(name: &str) -> String {
    if name == "(unknown)" { "Not recorded".to_owned() } else { capitalized(name) }
}

/// The same text with a capital first letter.
pub(super) fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1_234_567.4), "1,234,567");
        assert_eq!(count(-1_234.0), "–1,234");
        assert_eq!(count(0.0), "0");
        assert_eq!(compact(950.0), "950");
        assert_eq!(compact(12_345.0), "12.3k");
        assert_eq!(compact(999_960.0), "1.0M");
        assert_eq!(tick(20_000.0), "20k");
        assert_eq!(compact(1.25e9), "1.2B");
        assert_eq!(number(6.30), "6.3");
        assert_eq!(number(100.0), "100");
        assert_eq!(number(0.0), "0");
        assert_eq!([54.0, 56.5, 101.2].map(side_by_side(&[54.0, 56.5, 101.2])), ["54.0", "56.5", "101"]);
        assert_eq!([21.0, 2.0].map(side_by_side(&[21.0, 2.0])), ["21", "2"]);
        assert_eq!([1.25, 3.0, 1_000.0].map(exact), ["1.25", "3", "1,000"]);
        assert_eq!(
            [0.0, 0.757, 0.996, 1.0, 9.94, 9.96].map(figures),
            ["0", "0.76", "1.0", "1.0", "9.9", "10"]
        );
    }

    #[test]
    fn money_has_its_sign() {
        assert_eq!(Money::new("USD").full(12_345.6), "$12,346");
        assert_eq!(Money::new("EUR").full(87.2), "€87.20");
        assert_eq!(Money::new("CHF").compact(1_250_000.0), "CHF\u{a0}1.2M");
        assert_eq!(Money::new("USD").full(-250.0), "–$250");
        assert_eq!(Money::new("USD").full(0.0), "$0");
    }

    #[test]
    fn percentages_keep_two_figures() {
        assert_eq!(percent(0.614), "61%");
        assert_eq!(percent(0.0341), "3.4%");
        assert_eq!(percent(0.09949), "9.9%");
        assert_eq!(percent(0.0025), "0.25%");
        assert_eq!(percent(1.0), "100%");
        assert_eq!(percent(0.9999), "99.9%");
        assert_eq!(percent(0.00001), "<0.01%");
        assert_eq!(percent_tick(0.025), "2.5%");
        assert_eq!(share(1.0, 0.0), "–");
        assert_eq!(
            [0.0, 0.034, 0.5128, 0.9999, 1.0].map(percent_fine),
            ["0%", "3.4%", "51.3%", "99.9%", "100%"]
        );
        assert_eq!([1.052, 0.88, 1.0].map(change), ["+5.2%", "–12%", "±0%"]);
        assert_eq!([0.0043, -0.12, 0.0].map(points), ["+0.4 points", "–12 points", "±0 points"]);
    }

    #[test]
    fn spans_say_nothing_twice() {
        let date = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        assert_eq!(span(date(2026, 1, 3), date(2026, 1, 30)), "3–30 Jan 2026");
        assert_eq!(span(date(2026, 1, 3), date(2026, 2, 1)), "3 Jan – 1 Feb 2026");
        assert_eq!(span(date(2025, 12, 3), date(2026, 2, 1)), "3 Dec 2025 – 1 Feb 2026");
        assert_eq!(span(date(2026, 1, 3), date(2026, 1, 3)), "3 Jan 2026");
        assert_eq!(plural(1, "day"), "1 day");
        assert_eq!(plural(1_200, "day"), "1,200 days");
    }
}
