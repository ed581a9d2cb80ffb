//! What changed: the latest whole weeks against as many before them, and a
//! year ago. Nothing is claimed where the two are not comparable.

use super::super::format::{self, Money};
use super::days::{Day, Pair};
use super::thresholds::{
    CARRIES, CHANGE, COMPARED_DAYS, ORDERS_COMPARED, SESSIONS_COMPARED, SURE, SURE_RATE,
};

/// How a figure moved between two periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moved {
    /// By less than counts as a change.
    Level,
    /// By more, which chance alone could bring.
    Perhaps,
    /// By more, and hardly by chance.
    Surely,
}

impl Moved {
    fn new(change: f64, is_sure: bool) -> Self {
        match (change.abs() >= CHANGE, is_sure) {
            (false, _) => Self::Level,
            (true, false) => Self::Perhaps,
            (true, true) => Self::Surely,
        }
    }
}

/// The sentences about the latest period; at least one, which says why where nothing can be told.
pub(super) fn changes(days: &[Day], money: &Money) -> Vec<String> {
    let Some(pair) = Pair::latest(days) else {
        let whole = days.iter().filter(|day| day.is_complete).count();
        return vec![format!(
            "No change is claimed: it takes {} days that the data covers whole, one after the other; there {} {}.",
            2 * COMPARED_DAYS[COMPARED_DAYS.len() - 1],
            if whole == 1 { "is" } else { "are" },
            if whole == 0 { "none".to_owned() } else { format::count(whole as f64) },
        )];
    };
    let (now, before) = pair.sums(|day| day.sessions);
    let periods = format!("{} against {}", span(pair.now), span(pair.before));
    if now.min(before) < SESSIONS_COMPARED {
        return vec![format!(
            "No change is claimed ({periods}): {} after {} are too few to compare.",
            format::plural(now as i64, "session"),
            format::count(before)
        )];
    }
    let mut sentences = vec![format!("Compared are {periods}, {} days each.", pair.now.len())];
    sentences.extend(amount("Sessions", &pair, |day| day.sessions, &format::count));
    if has_orders(&pair) {
        sentences.extend(amount("Orders", &pair, |day| day.orders, &format::count));
        if pair.sums(|day| day.revenue) != (0.0, 0.0) {
            sentences.extend(amount("Revenue", &pair, |day| day.revenue, &|value| money.full(value)));
            sentences.extend(carried(&pair, money));
        }
        sentences.extend(rate("Conversion", &pair, |day| day.converted_sessions, |day| day.sessions));
    }
    let carts = pair.sums(|day| day.cart_sessions);
    if carts.0.min(carts.1) >= SESSIONS_COMPARED {
        let sentence = rate("Abandonment", &pair, |day| day.abandoned_sessions, |day| day.cart_sessions);
        sentences.extend(sentence);
    }
    if let Some(year) = Pair::year_before(days, pair.now.len()) {
        sentences.extend(since_last_year(&year, money));
    }
    sentences
}

/// Whether one of the periods has orders enough to speak of them.
fn has_orders(pair: &Pair) -> bool {
    let (now, before) = pair.sums(|day| day.orders);
    now.max(before) >= ORDERS_COMPARED
}

fn span(days: &[Day]) -> String {
    days.first()
        .zip(days.last())
        .map_or_else(String::new, |(first, last)| format::span(first.date, last.date))
}

/// A signed percentage: `+12%`, `–3.4%`.
fn signed(change: f64) -> String {
    format!("{}{}", if change < 0.0 { "–" } else { "+" }, format::percent(change.abs()))
}

/// How an amount of each day moved, relatively and in kind; nothing where there was none before.
fn moved(pair: &Pair, measure: fn(&Day) -> f64) -> Option<(f64, Moved)> {
    let (now, before) = pair.sums(measure);
    let change = format::ratio(now - before, before)?;
    let needed = SURE.iter().find(|(length, _)| *length == pair.now.len()).map(|(_, needed)| *needed)?;
    Some((change, Moved::new(change, pair.certainty(measure) >= needed)))
}

/// The sentence about an amount of each day.
fn amount(name: &str, pair: &Pair, measure: fn(&Day) -> f64, text: &dyn Fn(f64) -> String) -> Option<String> {
    let (now, before) = pair.sums(measure);
    let Some((change, moved)) = moved(pair, measure) else {
        return Some(format!("{name} began: {}, none before.", text(now)));
    };
    Some(sentence(name, change, moved, &text(now), &text(before)))
}

fn sentence(name: &str, change: f64, moved: Moved, now: &str, before: &str) -> String {
    let change_text = signed(change);
    match moved {
        Moved::Level => format!("{name} stayed level: {now} after {before} ({change_text})."),
        Moved::Perhaps => {
            format!("{name}: {now} after {before} ({change_text}), no more than chance brings.")
        }
        Moved::Surely => {
            let verb = if change > 0.0 { "rose" } else { "fell" };
            format!("{name} {verb} by {}, from {before} to {now}.", format::percent(change.abs()))
        }
    }
}

/// The sentence about a rate, a sum divided by a sum.
fn rate(name: &str, pair: &Pair, part: fn(&Day) -> f64, whole: fn(&Day) -> f64) -> Option<String> {
    let ((part_now, part_before), (whole_now, whole_before)) = (pair.sums(part), pair.sums(whole));
    let (now, before) = (format::ratio(part_now, whole_now)?, format::ratio(part_before, whole_before)?);
    let change = format::ratio(now - before, before)?;
    let certainty = rates_apart((part_now, whole_now), (part_before, whole_before));
    let moved = Moved::new(change, certainty >= SURE_RATE);
    Some(sentence(name, change, moved, &format::percent(now), &format::percent(before)))
}

/// How many standard errors two rates (part, whole) lie apart, if both were one.
pub(super) fn rates_apart(one: (f64, f64), other: (f64, f64)) -> f64 {
    let common = (one.0 + other.0) / (one.1 + other.1);
    let error = (common * (1.0 - common) * (1.0 / one.1 + 1.0 / other.1)).sqrt();
    let apart = (one.0 / one.1 - other.0 / other.1).abs();
    if error > 0.0 { apart / error } else { 0.0 }
}

/// What a sure change of revenue comes from: sessions, orders a session, or
/// order value. Their changes multiply to that of revenue.
fn carried(pair: &Pair, money: &Money) -> Option<String> {
    let (change, Moved::Surely) = moved(pair, |day| day.revenue)? else { return None };
    let (sessions, orders) = (pair.sums(|day| day.sessions), pair.sums(|day| day.orders));
    let (priced, revenue) = (pair.sums(|day| day.priced_orders), pair.sums(|day| day.revenue));
    // Orders without a price would make the three no factors of it.
    if priced != orders || orders.0.min(orders.1) < ORDERS_COMPARED {
        return None;
    }
    let each = |part: (f64, f64), whole: (f64, f64)| (part.0 / whole.0, part.1 / whole.1);
    let (orders_each, value) = (each(orders, sessions), each(revenue, orders));
    let factors = [
        ("the number of sessions", sessions),
        ("orders per session", orders_each),
        ("the value of an order", value),
    ];
    let whole = (1.0 + change).ln();
    let share = |(now, before): (f64, f64)| (now / before).ln() / whole;
    let (name, (now, before)) = factors.into_iter().max_by(|a, b| share(a.1).total_cmp(&share(b.1)))?;
    let text = |value: f64| match name {
        "orders per session" => format!("{} per 100", format::number(100.0 * value)),
        "the value of an order" => money.full(value),
        _ => format::count(value),
    };
    (share((now, before)) >= CARRIES).then(|| {
        format!(
            "Most of that comes from {name}: {} after {} ({}).",
            text(now),
            text(before),
            signed(now / before - 1.0)
        )
    })
}

/// What is surely other than a year ago, in one sentence.
fn since_last_year(pair: &Pair, money: &Money) -> Option<String> {
    let (now, before) = pair.sums(|day| day.sessions);
    if now.min(before) < SESSIONS_COMPARED {
        return None;
    }
    let mut parts = Vec::new();
    let mut part = |name: &str, measure: fn(&Day) -> f64, text: &dyn Fn(f64) -> String| {
        if let Some((change, Moved::Surely)) = moved(pair, measure) {
            let (now, before) = pair.sums(measure);
            parts.push(format!("{name} {} ({} after {})", signed(change), text(now), text(before)));
        }
    };
    part("sessions", |day| day.sessions, &format::count);
    if has_orders(pair) {
        part("orders", |day| day.orders, &format::count);
        part("revenue", |day| day.revenue, &|value| money.full(value));
    }
    (!parts.is_empty()).then(|| {
        format!("Against the same weekdays a year before ({}): {}.", span(pair.before), parts.join(", "))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::days::tests::alike;
    use super::*;

    fn told(days: &[Day]) -> Vec<String> {
        changes(days, &Money::new("USD"))
    }

    /// The sentence that begins with a word.
    fn about(days: &[Day], word: &str) -> String {
        let told = told(days);
        let found = told.iter().find(|sentence| sentence.starts_with(word));
        found.unwrap_or_else(|| panic!("nothing on {word}: {told:#?}")).clone()
    }

    /// Two weeks, the second with this change to each day.
    fn second_week(change: impl Fn(&mut Day)) -> Vec<Day> {
        let mut days = alike(14);
        days[7..].iter_mut().for_each(change);
        days
    }

    #[test]
    fn no_change_is_claimed_without_two_whole_weeks() {
        let none = "No change is claimed: it takes 14 days that the data covers whole, one after the other; ";
        assert_eq!(told(&alike(13)), [format!("{none}there are 13.")]);
        assert_eq!(told(&alike(1)), [format!("{none}there is 1.")]);
        let mut days = alike(14);
        days[13].is_complete = false;
        assert_eq!(told(&days), [format!("{none}there are 13.")]);
        assert!(
            told(&alike(14))[0].starts_with("Compared are 12–18 Jan 2026 against 5–11 Jan 2026, 7 days each")
        );
        assert!(told(&alike(56))[0].ends_with("28 days each."));
    }

    #[test]
    fn few_sessions_are_not_compared() {
        let week = |sessions: f64| {
            let mut days = alike(14);
            days.iter_mut().for_each(|day| day.sessions = 50.0);
            days[7..].iter_mut().for_each(|day| day.sessions = 0.0);
            days[13].sessions = sessions;
            told(&days)
        };
        assert_eq!(
            week(99.0),
            [
                "No change is claimed (12–18 Jan 2026 against 5–11 Jan 2026): 99 sessions after 350 are too few \
              to compare."
            ]
        );
        assert!(week(100.0)[0].starts_with("Compared are"));
    }

    #[test]
    fn below_the_threshold_a_figure_is_level() {
        let days = second_week(|day| day.sessions = 104.9);
        assert_eq!(about(&days, "Sessions"), "Sessions stayed level: 734 after 700 (+4.9%).");
        let days = second_week(|day| day.sessions = 105.0);
        assert_eq!(about(&days, "Sessions"), "Sessions rose by 5.0%, from 700 to 735.");
        let days = second_week(|day| day.sessions = 95.0);
        assert_eq!(about(&days, "Sessions"), "Sessions fell by 5.0%, from 700 to 665.");
    }

    #[test]
    fn a_change_that_days_make_by_chance_is_not_claimed() {
        // One day moves the whole week by 20%: t = 1.
        let mut days = alike(14);
        days[13].sessions = 240.0;
        assert_eq!(about(&days, "Sessions"), "Sessions: 840 after 700 (+20%), no more than chance brings.");
        // A mean difference of 10 and its error at both sides of t = 2.45.
        let with = |swing: f64| {
            let mut days = alike(14);
            for (day, sign) in days[7..].iter_mut().zip([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 0.0]) {
                day.sessions = 110.0 + sign * swing;
            }
            about(&days, "Sessions")
        };
        // The variance of the differences is swing squared: t = 10 sqrt(7) / swing.
        assert!(with(10.79).starts_with("Sessions rose by 10%"), "{}", with(10.79));
        assert!(with(10.81).ends_with("no more than chance brings."), "{}", with(10.81));
    }

    #[test]
    fn orders_and_revenue_need_orders() {
        let with = |orders: f64| {
            let mut days = second_week(|_| ());
            days.iter_mut().for_each(|day| (day.orders, day.priced_orders, day.revenue) = (0.0, 0.0, 0.0));
            days[10].orders = orders;
            days[10].revenue = orders * 10.0;
            told(&days).join("\n")
        };
        for word in ["Orders", "Revenue", "Conversion"] {
            assert!(!with(19.0).contains(word), "{}", with(19.0));
            assert!(with(20.0).contains(word), "{}", with(20.0));
        }
        assert!(with(20.0).contains("Revenue began: $200, none before."), "{}", with(20.0));
    }

    #[test]
    fn without_prices_there_is_no_word_on_revenue() {
        let mut days = alike(14);
        days.iter_mut().for_each(|day| day.revenue = 0.0);
        assert!(told(&days).iter().all(|sentence| !sentence.contains("Revenue") && !sentence.contains('$')));
    }

    #[test]
    fn conversion_is_judged_as_a_rate() {
        // 70 of 700 against c of 700: 1.96 standard errors lie between 93 and 94.
        let with =
            |converted: f64| about(&second_week(|day| day.converted_sessions = converted / 7.0), "Conver");
        assert_eq!(with(70.0), "Conversion stayed level: 10% after 10% (+0%).");
        assert!(with(93.0).ends_with("(+33%), no more than chance brings."), "{}", with(93.0));
        assert_eq!(with(94.0), "Conversion rose by 34%, from 10% to 13%.");
        assert_eq!(rates_apart((0.0, 10.0), (0.0, 10.0)), 0.0);
        assert_eq!(rates_apart((10.0, 10.0), (10.0, 10.0)), 0.0);
    }

    #[test]
    fn abandonment_needs_carts() {
        let with = |carts: f64| {
            told(&second_week(|day| day.cart_sessions = carts / 7.0))
                .iter()
                .any(|sentence| sentence.starts_with("Abandonment"))
        };
        assert!(!with(99.0));
        assert!(with(100.0));
    }

    #[test]
    fn a_change_of_revenue_names_what_carries_it() {
        let days = second_week(|day| day.revenue = 600.0);
        assert_eq!(
            about(&days, "Most of that"),
            "Most of that comes from the value of an order: $60.00 after $50.00 (+20%)."
        );
        let days = second_week(|day| {
            (day.sessions, day.orders, day.priced_orders, day.revenue) = (120.0, 12.0, 12.0, 600.0)
        });
        assert_eq!(
            about(&days, "Most of that"),
            "Most of that comes from the number of sessions: 840 after 700 (+20%)."
        );
        let days = second_week(|day| (day.orders, day.priced_orders, day.revenue) = (12.0, 12.0, 600.0));
        assert!(about(&days, "Most of that").contains("orders per session: 12 per 100 after 10 per 100"));
        // Three factors share it evenly: none carries half.
        let third = 1.3_f64.powf(1.0 / 3.0);
        let even = second_week(|day| {
            day.sessions *= third;
            day.orders *= third * third;
            day.priced_orders = day.orders;
            day.revenue *= 1.3;
        });
        assert!(about(&even, "Revenue").starts_with("Revenue rose by 30%"));
        assert!(told(&even).iter().all(|sentence| !sentence.starts_with("Most")));
        // An order without a price makes order value no factor.
        let unpriced = second_week(|day| (day.priced_orders, day.revenue) = (9.0, 600.0));
        assert!(told(&unpriced).iter().all(|sentence| !sentence.starts_with("Most")));
    }

    #[test]
    fn a_year_ago_is_compared_where_it_is_there() {
        let mut days = alike(364 + 28);
        assert!(told(&days).iter().all(|sentence| !sentence.contains("year")));
        days[..364].iter_mut().for_each(|day| day.sessions = 80.0);
        days[364 - 28..].iter_mut().for_each(|day| day.sessions = 100.0);
        assert_eq!(
            about(&days, "Against"),
            "Against the same weekdays a year before (5 Jan – 1 Feb 2026): sessions +25% (2,800 after 2,240)."
        );
        assert!(told(&days[1..]).iter().all(|sentence| !sentence.contains("year")));
    }
}
