//! How numbers and money are written where the reader lives. Words stay English.

use std::cell::Cell;

/// The signs of a language and country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locale {
    /// Its name, language and country: `de-CH`.
    pub name: &'static str,
    /// Between whole and decimals.
    pub(super) decimal: &'static str,
    /// Between thousands.
    pub(super) group: &'static str,
    /// After the first three digits by twos: lakh and crore.
    pub(super) by_twos: bool,
    /// Before and after a percentage.
    pub(super) percent: (&'static str, &'static str),
    /// The currency stands after the amount.
    pub(super) money_after: bool,
}

/// A blank at which no line breaks, and a narrow one.
const BLANK: &str = "\u{a0}";
const NARROW: &str = "\u{202f}";

const fn locale(
    name: &'static str,
    (decimal, group): (&'static str, &'static str),
    percent: (&'static str, &'static str),
    money_after: bool,
) -> Locale {
    Locale { name, decimal, group, by_twos: false, percent, money_after }
}

const CLOSE: (&str, &str) = ("", "%");
const APART: (&str, &str) = ("", "\u{a0}%");

/// All that are known, as the Unicode locale data (CLDR) has them.
static LOCALES: [Locale; 22] = [
    locale("en-US", (".", ","), CLOSE, false),
    locale("en-GB", (".", ","), CLOSE, false),
    Locale { by_twos: true, ..locale("en-IN", (".", ","), CLOSE, false) },
    locale("cs-CZ", (",", BLANK), APART, true),
    locale("da-DK", (",", "."), APART, true),
    locale("de-AT", (",", BLANK), APART, false),
    locale("de-CH", (".", "’"), CLOSE, false),
    locale("de-DE", (",", "."), APART, true),
    locale("el-GR", (",", "."), CLOSE, true),
    locale("es-ES", (",", "."), APART, true),
    locale("es-MX", (".", ","), APART, false),
    locale("fi-FI", (",", BLANK), APART, true),
    locale("fr-FR", (",", NARROW), ("", "\u{202f}%"), true),
    locale("it-IT", (",", "."), CLOSE, true),
    locale("ja-JP", (".", ","), CLOSE, false),
    locale("nl-NL", (",", "."), CLOSE, false),
    locale("pl-PL", (",", BLANK), CLOSE, true),
    locale("pt-BR", (",", "."), CLOSE, false),
    locale("ru-RU", (",", BLANK), APART, true),
    locale("sv-SE", (",", BLANK), APART, true),
    locale("tr-TR", (",", "."), ("%", ""), false),
    locale("zh-CN", (".", ","), CLOSE, false),
];

impl Default for Locale {
    fn default() -> Self {
        LOCALES[0]
    }
}

impl Locale {
    /// The locale of that name; `de` and `de_DE` mean `de-DE`.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.replace('_', "-");
        let exact = LOCALES.iter().find(|locale| locale.name.eq_ignore_ascii_case(&name));
        let language = |locale: &&Locale| {
            locale.name.split('-').next().is_some_and(|part| part.eq_ignore_ascii_case(&name))
        };
        // The larger country of two is the language's own: de is de-DE, es is es-ES.
        let own = |locale: &&Locale| {
            let (language, country) = locale.name.split_once('-').unwrap_or((locale.name, ""));
            language.eq_ignore_ascii_case(country)
        };
        let of_language = || LOCALES.iter().filter(language);
        exact.or_else(|| of_language().find(own)).or_else(|| of_language().next()).copied()
    }

    /// The names of all that are known.
    pub fn names() -> impl Iterator<Item = &'static str> {
        LOCALES.iter().map(|locale| locale.name)
    }
}

thread_local! {
    /// What this thread writes its numbers in. A figure is written in a hundred
    /// places, each deep in a chart; the locale is one for all of them.
    static SPOKEN: Cell<Locale> = const { Cell::new(locale("en-US", (".", ","), CLOSE, false)) };
}

/// The locale of this thread.
pub(super) fn spoken() -> Locale {
    SPOKEN.get()
}

/// Does some work with numbers written as `locale` has them.
pub(super) fn speak<T>(locale: Locale, work: impl FnOnce() -> T) -> T {
    let before = SPOKEN.replace(locale);
    let done = work();
    SPOKEN.set(before);
    done
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::format::{self, Money};
    use super::*;

    #[test]
    fn a_language_finds_its_own_country() {
        let name = |text: &str| Locale::parse(text).map(|locale| locale.name);
        assert_eq!(name("de"), Some("de-DE"));
        assert_eq!(name("en"), Some("en-US"));
        assert_eq!(name("pt"), Some("pt-BR"));
        assert_eq!(name("de_ch"), Some("de-CH"));
        assert_eq!(name("xx"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn numbers_money_and_shares_follow_the_locale() {
        let write = |name: &str, currency: &str| {
            speak(Locale::parse(name).unwrap(), || {
                let money = Money::new(currency);
                [
                    format::count(1_234_567.0),
                    money.full(87.2),
                    money.compact(-1_250_000.0),
                    format::percent(0.034),
                ]
            })
        };
        assert_eq!(write("en-US", "USD"), ["1,234,567", "$87.20", "–$1.2M", "3.4%"]);
        assert_eq!(write("de-DE", "EUR"), ["1.234.567", "87,20\u{a0}€", "–1,2M\u{a0}€", "3,4\u{a0}%"]);
        assert_eq!(write("de-CH", "CHF"), ["1’234’567", "CHF\u{a0}87.20", "–CHF\u{a0}1.2M", "3.4%"]);
        assert_eq!(write("en-IN", "INR"), ["12,34,567", "₹87.20", "–₹1.2M", "3.4%"]);
        assert_eq!(write("tr-TR", "TRY"), ["1.234.567", "₺87,20", "–₺1,2M", "%3,4"]);
        assert_eq!(format::count(1_234.0), "1,234", "and the thread goes on as before");
    }
}
