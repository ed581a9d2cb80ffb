//! The ways sessions take: steps from left to right, ribbons as wide as the
//! sessions that go from one to the next; what is left of a step ends there.

use std::collections::BTreeMap;

use super::About;
use super::canvas::{Anchor, Area, Canvas};
use super::column::Rows;
use super::theme::{self, Caption, Color};
use super::{font, format};
use crate::error::Result;

/// Steps that have room beside one another.
const MOST_STEPS: i64 = 5;

/// Kinds of events that have room in a step; rarer ones are drawn as one.
const MOST_KINDS: usize = 7;

/// Sessions from one kind of event to the next.
struct Link {
    depth: i64,
    from: String,
    to: String,
    sessions: f64,
    ended: f64,
}

/// A kind of event at a step.
#[derive(Default, Clone)]
struct Node {
    sessions: f64,
    ended: f64,
    top: f64,
    height: f64,
    /// How far down its sides ribbons have come and gone.
    come: f64,
    gone: f64,
}

/// Nodes by step and kind.
type Nodes = BTreeMap<(i64, String), Node>;

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let links = folded(read(rows)?);
    let all: f64 = links.iter().filter(|link| link.depth == 1).map(|link| link.sessions).sum();
    let steps = links.iter().map(|link| link.depth).max().unwrap_or(0);
    let caption = Caption {
        title: title(&links, all),
        subtitle: format!(
            "The first {} of {}, {}",
            format::plural(steps.max(1), "step"),
            format::plural(all as i64, "session"),
            about.period.text()
        ),
        note: "A step is a kind of event that differs from the one before it. Red: sessions that end there. Shares \
               are of all sessions. Bots are left out."
            .to_owned(),
    };
    if all == 0.0 {
        theme::blank(canvas, &caption, "There are no sessions in this period.");
        return Ok(caption);
    }
    sankey(canvas, theme::frame(canvas, &caption), &links, all, steps);
    Ok(caption)
}

fn read(rows: &Rows) -> Result<Vec<Link>> {
    let (depths, from, to) = (rows.counts("depth")?, rows.texts("from_step")?, rows.texts("to_step")?);
    let (sessions, ended) = (rows.floats("sessions")?, rows.floats("ended_sessions")?);
    let links = (0..rows.len()).filter(|row| depths[*row] <= MOST_STEPS).map(|row| Link {
        depth: depths[row],
        from: from[row].clone(),
        to: to[row].clone(),
        sessions: sessions[row],
        ended: ended[row],
    });
    Ok(links.collect())
}

/// What rare kinds are called together.
const OTHERS: &str = "others";

/// The links with the rare kinds of each step as one.
fn folded(links: Vec<Link>) -> Vec<Link> {
    let mut sums: BTreeMap<(i64, String), f64> = BTreeMap::new();
    for link in &links {
        *sums.entry((link.depth, link.to.clone())).or_default() += link.sessions;
    }
    let is_rare = |depth: i64, kind: &str| {
        let mut kinds: Vec<_> = sums.iter().filter(|((of, _), _)| *of == depth).collect();
        kinds.sort_by(|a, b| b.1.total_cmp(a.1).then_with(|| a.0.cmp(b.0)));
        kinds.len() > MOST_KINDS
            && kinds.iter().position(|((_, name), _)| name == kind) >= Some(MOST_KINDS - 1)
    };
    let mut merged: BTreeMap<(i64, String, String), (f64, f64)> = BTreeMap::new();
    for link in links {
        let from = if is_rare(link.depth - 1, &link.from) { OTHERS.to_owned() } else { link.from };
        let to = if is_rare(link.depth, &link.to) { OTHERS.to_owned() } else { link.to };
        let sum = merged.entry((link.depth, from, to)).or_default();
        *sum = (sum.0 + link.sessions, sum.1 + link.ended);
    }
    let links = merged.into_iter();
    links.map(|((depth, from, to), (sessions, ended))| Link { depth, from, to, sessions, ended }).collect()
}

/// A kind of event for people.
fn shown(kind: &str) -> String {
    format::capitalized(&kind.replace('_', " "))
}

/// How sessions begin, and how many of these end at once.
fn title(links: &[Link], all: f64) -> String {
    let first = links.iter().filter(|link| link.depth == 1);
    let Some(largest) = first.max_by(|a, b| a.sessions.total_cmp(&b.sessions).then_with(|| b.to.cmp(&a.to)))
    else {
        return "No sessions in this period".to_owned();
    };
    let begin = format!(
        "{} of sessions begin with {}",
        format::share(largest.sessions, all),
        match largest.to.as_str() {
            OTHERS | "other" => "an event of another kind".to_owned(),
            kind if kind.starts_with(['a', 'e', 'i', 'o', 'u']) =>
                format!("an {}", shown(kind).to_lowercase()),
            kind => format!("a {}", shown(kind).to_lowercase()),
        }
    );
    match largest.ended {
        0.0 => format!("{begin}, and all of these go on"),
        ended => format!("{begin}; {} of these end there", format::share(ended, largest.sessions)),
    }
}

fn color(kind: &str) -> Color {
    match kind {
        "purchase" => theme::CONVERSION,
        "add_to_cart" | "checkout" => theme::REVENUE,
        "remove_from_cart" => theme::ABANDONED,
        "product_view" => theme::PEOPLE,
        OTHERS | "other" | "login" => theme::BACK,
        _ => theme::SESSIONS,
    }
}

/// Width of a node, and of what ends there beside it.
const NODE: f64 = 20.0;
/// The least height of a node with its name.
const NAMED: f64 = 32.0;

fn sankey(canvas: &Canvas, area: Area, links: &[Link], all: f64, steps: i64) {
    let mut nodes = Nodes::new();
    for link in links {
        let node = nodes.entry((link.depth, link.to.clone())).or_default();
        node.sessions += link.sessions;
        node.ended += link.ended;
    }
    let step_width = area.width() / steps.max(1) as f64;
    let left = |depth: i64| area.left + step_width * (depth - 1) as f64;
    let body = Area { top: area.top + theme::HEAD, ..area };
    let gap = 8.0;
    let scale = (1..=steps)
        .map(|step| scale_of(&nodes, step, body.height(), gap))
        .fold(body.height() / all, f64::min);
    for step in 1..=steps {
        let reached: f64 =
            nodes.iter().filter(|((depth, _), _)| *depth == step).map(|(_, node)| node.sessions).sum();
        let head = format!("Step {step}");
        canvas.text(left(step), area.top + 18.0, Anchor::Left, theme::LABEL.bold(), &head);
        let x = left(step) + font::width(&head, theme::LABEL.bold()) + 10.0;
        let share = font::fit(&format::share(reached, all), theme::LABEL, step_width - (x - left(step)));
        canvas.text(x, area.top + 18.0, Anchor::Left, theme::LABEL.colored(theme::SOFT), &share);
        let mut order: Vec<(i64, String)> =
            nodes.keys().filter(|(depth, _)| *depth == step).cloned().collect();
        // What buys ends below; the rest by size.
        let rank = |key: &(i64, String)| (key.1 == OTHERS, nodes[key].sessions);
        order.sort_by(|a, b| {
            let (a_rank, b_rank) = (rank(a), rank(b));
            a_rank.0.cmp(&b_rank.0).then_with(|| b_rank.1.total_cmp(&a_rank.1)).then_with(|| a.cmp(b))
        });
        let mut top = body.top;
        for key in order {
            if let Some(node) = nodes.get_mut(&key) {
                node.top = top;
                node.height = node.sessions * scale;
                top += node.height.max(NAMED) + gap;
            }
        }
    }
    ribbons(canvas, links, &mut nodes, scale, &left);
    for ((depth, kind), node) in &nodes {
        label(canvas, left(*depth), step_width, kind, node, all, scale);
    }
}

/// The pixels per session with which the nodes of a step just fill the height,
/// the flat ones having room for their names.
fn scale_of(nodes: &Nodes, step: i64, height: f64, gap: f64) -> f64 {
    let sessions: Vec<f64> =
        nodes.iter().filter(|((depth, _), _)| *depth == step).map(|(_, node)| node.sessions).collect();
    let filled =
        |scale: f64| sessions.iter().map(|sessions| (sessions * scale).max(NAMED) + gap).sum::<f64>();
    let (mut fits, mut too_large) = (0.0, height / sessions.iter().sum::<f64>().max(1.0));
    for _ in 0..40 {
        let middle = f64::midpoint(fits, too_large);
        if filled(middle) <= height { fits = middle } else { too_large = middle }
    }
    fits
}

/// The flows, the ones from the upper nodes above.
fn ribbons(canvas: &Canvas, links: &[Link], nodes: &mut Nodes, scale: f64, left: &dyn Fn(i64) -> f64) {
    let top = |nodes: &Nodes, depth: i64, kind: &str| {
        nodes.get(&(depth, kind.to_owned())).map_or(0.0, |node| node.top)
    };
    let mut order: Vec<&Link> = links.iter().filter(|link| link.depth > 1).collect();
    order.sort_by(|a, b| {
        let key = |link: &Link| (top(nodes, link.depth - 1, &link.from), top(nodes, link.depth, &link.to));
        let (a_key, b_key) = (key(a), key(b));
        (a.depth.cmp(&b.depth)).then(a_key.0.total_cmp(&b_key.0)).then(a_key.1.total_cmp(&b_key.1))
    });
    for link in order {
        let height = link.sessions * scale;
        let Some(from) = nodes.get_mut(&(link.depth - 1, link.from.clone())) else { continue };
        let from_top = from.top + from.gone;
        from.gone += height;
        let Some(to) = nodes.get_mut(&(link.depth, link.to.clone())) else { continue };
        let to_top = to.top + to.come;
        to.come += height;
        let (x0, x1) = (left(link.depth - 1) + NODE, left(link.depth));
        canvas.polygon(&ribbon((x0, from_top), (x1, to_top), height), theme::tint(color(&link.to), 0.22));
    }
}

/// The outline of a flow that leaves and comes in level.
fn ribbon((x0, y0): (f64, f64), (x1, y1): (f64, f64), height: f64) -> Vec<(f64, f64)> {
    let steps = 32;
    let edge = |shift: f64| {
        (0..=steps).map(move |step| {
            let share = f64::from(step) / f64::from(steps);
            let ease = share * share * (3.0 - 2.0 * share);
            (x0 + (x1 - x0) * share, y0 + (y1 - y0) * ease + shift)
        })
    };
    // A flow of few sessions is still seen.
    let height = height.max(0.75);
    edge(0.0).chain(edge(height).rev()).collect()
}

/// A node, what ends there, and its name and share on the ribbons.
fn label(canvas: &Canvas, left: f64, room: f64, kind: &str, node: &Node, all: f64, scale: f64) {
    let bar = Area { left, right: left + NODE, top: node.top, bottom: node.top + node.height.max(2.0) };
    canvas.fill(bar, color(kind));
    let ended = node.ended * scale;
    if ended >= 1.0 {
        canvas.fill(Area { top: bar.bottom - ended, ..bar }, theme::ABANDONED);
    }
    let share = format::share(node.sessions, all);
    let share_width = font::width(&share, theme::LABEL.bold());
    let x = left + NODE + 10.0;
    let name_room = room - NODE - 10.0 - share_width - 10.0 - 16.0;
    let name = font::fit(&shown(kind), theme::LABEL, name_room.max(0.0));
    // A high node has its name at its top, a flat one in the middle of its slot.
    let y = node.top + node.height.clamp(NAMED, 44.0) / 2.0;
    canvas.text(x, y, Anchor::Left, theme::LABEL, &name);
    canvas.text(x + font::width(&name, theme::LABEL) + 10.0, y, Anchor::Left, theme::LABEL.bold(), &share);
    if ended >= 40.0 {
        let text = format!("{} end", format::share(node.ended, all));
        if font::width(&text, theme::AXIS) <= room - NODE - 26.0 && node.height >= 90.0 {
            let kind = theme::AXIS.colored(theme::ABANDONED);
            canvas.text(x, bar.bottom - ended / 2.0, Anchor::Left, kind, &text);
        }
    }
}
