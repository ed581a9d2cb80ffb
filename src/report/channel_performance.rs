//! The channels: what share of the sessions they bring beside what share of the revenue.

use super::About;
use super::canvas::Canvas;
use super::column::Rows;
use super::format;
use super::ranking::{self, Cell, Column, Line};
use super::theme::{self, Caption};
use crate::error::Result;

/// Channels that have room; smaller ones are drawn as one.
const MOST: usize = 11;

/// A smaller difference between two shares is not worth a sentence.
const APART: f64 = 0.05;

/// Fewer orders than this are too few to tell one channel from another.
const FEW_ORDERS: f64 = 30.0;

/// Sums of a channel.
#[derive(Default, Clone)]
struct Channel {
    name: String,
    sessions: f64,
    converted: f64,
    orders: f64,
    revenue: f64,
}

impl Channel {
    /// Not what the source does not record.
    fn is_known(&self) -> bool {
        !matches!(self.name.as_str(), "Not recorded" | "(unknown)")
    }

    fn add(mut self, other: &Self) -> Self {
        self.sessions += other.sessions;
        self.converted += other.converted;
        self.orders += other.orders;
        self.revenue += other.revenue;
        self
    }
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let channels = read(rows)?;
    let all = channels.iter().fold(Channel::default(), Channel::add);
    let before = rows.before.as_deref().map(read).transpose()?;
    let caption = Caption {
        title: title(&channels, &all),
        subtitle: format!(
            "Share of {}{} by channel, {}",
            format::plural(all.sessions as i64, "session"),
            if all.revenue > 0.0 {
                format!(" and of {} of revenue", about.money.compact(all.revenue))
            } else {
                String::new()
            },
            about.period.text()
        ),
        note: format!(
            "A session has one channel, that of its first event, and so has what is bought in it. Conversion = \
             sessions with an order / sessions. Bots are left out.{}",
            about.before_note("line across a bar")
        ),
    };
    if all.sessions == 0.0 || !channels.iter().any(Channel::is_known) {
        let why = match all.sessions {
            0.0 => "There are no sessions in this period.",
            _ => "The source records neither referrers nor campaigns, so that no session has a channel.",
        };
        theme::blank(canvas, &caption, why);
        return Ok(caption);
    }
    table(canvas, &folded(channels), &all, before.as_deref(), about, &caption);
    Ok(caption)
}

fn read(rows: &Rows) -> Result<Vec<Channel>> {
    let (names, revenue) = (rows.texts("channel_group")?, rows.numbers("revenue")?);
    let (sessions, converted) = (rows.floats("sessions")?, rows.floats("converted_sessions")?);
    let orders = rows.floats("orders")?;
    let channel = |row: usize| Channel {
        name: names[row].clone(),
        sessions: sessions[row],
        converted: converted[row],
        orders: orders[row],
        revenue: revenue[row],
    };
    Ok((0..rows.len()).map(channel).collect())
}

/// The channel whose revenue is furthest from its sessions, if one is far; else the largest.
fn title(channels: &[Channel], all: &Channel) -> String {
    if all.sessions == 0.0 {
        return "No sessions in this period".to_owned();
    }
    let known = || channels.iter().filter(|channel| channel.is_known());
    let Some(largest) = known().next() else { return "No channels are recorded".to_owned() };
    let shares = |channel: &Channel| {
        Some((channel.sessions / all.sessions, format::ratio(channel.revenue, all.revenue)?))
    };
    let gap = |channel: &Channel| shares(channel).map_or(0.0, |(sessions, revenue)| revenue - sessions);
    let telling = known()
        .filter(|channel| channel.orders >= FEW_ORDERS && gap(channel).abs() >= APART)
        .max_by(|a, b| gap(a).abs().total_cmp(&gap(b).abs()));
    let told = telling.unwrap_or(largest);
    let but = if telling.is_some() { "but" } else { "and" };
    match shares(told) {
        Some((sessions, revenue)) => format!(
            "{} brings {} of sessions {but} {} of revenue",
            told.name,
            format::percent(sessions),
            format::percent(revenue)
        ),
        None => format!("{} brings {} of sessions", told.name, format::share(told.sessions, all.sessions)),
    }
}

/// At most [`MOST`] channels, the smallest ones as one.
fn folded(mut channels: Vec<Channel>) -> (Vec<Channel>, usize) {
    if channels.len() <= MOST {
        return (channels, 0);
    }
    let rest = channels.split_off(MOST - 1);
    channels.push(rest.iter().fold(Channel::default(), Channel::add));
    (channels, rest.len())
}

fn table(
    canvas: &Canvas,
    (channels, folded): &(Vec<Channel>, usize),
    all: &Channel,
    before: Option<&[Channel]>,
    about: &About,
    caption: &Caption,
) {
    let area = theme::frame(canvas, caption);
    let has_money = all.revenue > 0.0;
    let is_rest = |place: usize| *folded > 0 && place + 1 == channels.len();
    let lines: Vec<Line> = channels
        .iter()
        .enumerate()
        .map(|(place, channel)| match is_rest(place) {
            true => Line::rest(*folded, "channels"),
            false => Line::new(&channel.name),
        })
        .collect();
    let cells = |cell: &dyn Fn(&Channel) -> Cell| channels.iter().map(cell).collect::<Vec<_>>();
    let rate_before = |channel: &Channel| {
        let found = before?.iter().find(|other| other.name == channel.name)?;
        format::ratio(found.converted, found.sessions)
    };
    let sessions = |channel: &Channel| channel.sessions / all.sessions;
    let conversion = Column {
        head: vec![("Conversion", theme::CONVERSION)],
        share: 0.24,
        cells: cells(&|channel| match format::ratio(channel.converted, channel.sessions) {
            Some(rate) => Cell::bar(rate, format::percent(rate)).with_before(rate_before(channel)),
            None => Cell::None,
        }),
    };
    let counts = Column {
        head: vec![("Sessions", theme::SESSIONS)],
        share: 0.11,
        cells: cells(&|channel| Cell::Text(format::compact(channel.sessions))),
    };
    let columns = if has_money {
        let pair = |channel: &Channel| {
            let (sessions, revenue) = (sessions(channel), channel.revenue / all.revenue);
            Cell::Pair([(sessions, format::percent(sessions)), (revenue, format::percent(revenue))])
        };
        let pairs = Column {
            head: vec![("Share of sessions", theme::SESSIONS), ("and revenue", theme::REVENUE)],
            share: 0.42,
            cells: cells(&pair),
        };
        let money = Column {
            head: vec![("Revenue", theme::REVENUE)],
            share: 0.13,
            cells: cells(&|channel| Cell::Text(about.money.compact(channel.revenue))),
        };
        vec![pairs, counts, money, conversion]
    } else {
        let bars = Column {
            head: vec![("Share of sessions", theme::SESSIONS)],
            share: 0.42,
            cells: cells(&|channel| Cell::bar(sessions(channel), format::percent(sessions(channel)))),
        };
        vec![bars, counts, conversion]
    };
    ranking::draw(canvas, area, &lines, 0.2, &columns);
}
