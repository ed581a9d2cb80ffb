//! Pictures drawn from small gold layers of every awkward kind, and read back.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::HashSet;
use std::sync::OnceLock;

use resvg::tiny_skia::Pixmap;
use resvg::usvg::{Group, Node, Rect};

use super::fixture::Gold;
use super::*;
use crate::engine::LocalEngine;

/// Gold layers that have broken charts before, or could.
fn layers() -> Vec<(&'static str, Gold)> {
    let gold = Gold::default();
    vec![
        ("month", Gold { partial: true, ..gold.clone() }),
        ("day", Gold { days: 1, ..gold.clone() }),
        ("week", Gold { days: 7, sessions: 40, ..gold.clone() }),
        ("two_days", Gold { days: 2, partial: true, ..gold.clone() }),
        ("years", Gold { days: 1_096, sessions: 12, order_every: 7, ..gold.clone() }),
        ("empty", Gold { days: 0, products: 0, ..gold.clone() }),
        ("no_sessions", Gold { days: 5, sessions: 0, products: 1, order_every: 0, ..gold.clone() }),
        (
            "one_visitor",
            Gold { days: 1, sessions: 1, products: 1, devices: 1, order_every: 0, ..gold.clone() },
        ),
        ("no_orders", Gold { order_every: 0, ..gold.clone() }),
        ("no_prices", Gold { price: 0.0, ..gold.clone() }),
        ("all_buy", Gold { order_every: 1, days: 15, ..gold.clone() }),
        ("huge", Gold { price: 98_765_432_109.5, days: 60, ..gold.clone() }),
        ("many", Gold { devices: 200, products: 5_000, ..gold.clone() }),
        (
            "names",
            Gold {
                name: "Ein sehr langer Name: Καρέκλα, Кресло, كرسي, 椅子, 🪑 <b>&\"quoted\"</b> | *star* _under_ and on and on",
                ..gold
            },
        ),
    ]
}

/// A chart's name, its SVG and its words.
type Drawing = (&'static str, String, Caption);

/// Every drawing of every layer, made once for all tests.
fn all_drawings() -> &'static [(&'static str, Vec<Drawing>)] {
    static DRAWINGS: OnceLock<Vec<(&'static str, Vec<Drawing>)>> = OnceLock::new();
    DRAWINGS.get_or_init(|| layers().iter().map(|(layer, gold)| (*layer, drawings(gold))).collect())
}

/// Every drawing of a gold layer.
fn drawings(gold: &Gold) -> Vec<Drawing> {
    let engine = gold.engine();
    let engine: &dyn Engine = &engine;
    let options = Options::default();
    let about = About { period: Period::read(engine).unwrap(), money: format::Money::new("USD") };
    CHARTS
        .iter()
        .map(|chart| {
            let rows = Rows::read(engine, chart.name).unwrap();
            let (svg, caption) = draw(chart, &rows, &about, &options).unwrap();
            (chart.name, svg, caption)
        })
        .collect()
}

/// The texts of a drawing with the boxes that resvg gives them.
fn texts(group: &Group, into: &mut Vec<(String, Rect)>) {
    for node in group.children() {
        match node {
            Node::Text(text) => {
                let words = text.chunks().iter().map(|chunk| chunk.text()).collect::<String>();
                into.push((words, text.abs_bounding_box()));
            }
            Node::Group(group) => texts(group, into),
            _ => {}
        }
    }
}

#[test]
fn text_stays_inside_and_apart_on_any_data() {
    let mut faults = Vec::new();
    for (layer, drawings) in all_drawings() {
        for (chart, svg, _) in drawings {
            let tree = raster::tree(svg).unwrap();
            let mut found = Vec::new();
            texts(tree.root(), &mut found);
            assert!(found.len() >= 3, "{layer} {chart}: no words");
            for (position, (text, area)) in found.iter().enumerate() {
                if area.left() < 0.0 || area.top() < 0.0 || area.right() > 1600.0 || area.bottom() > 900.0 {
                    faults.push(format!("{layer} {chart}: {text:?} stands out: {area:?}"));
                }
                for (other, next) in &found[position + 1..] {
                    // A line's box is as high as its tallest letters could be; their middles must not touch.
                    let across = area.right().min(next.right()) - area.left().max(next.left());
                    let down = area.bottom().min(next.bottom()) - area.top().max(next.top());
                    if across > 1.0 && down > 0.35 * area.height().min(next.height()) {
                        faults.push(format!(
                            "{layer} {chart}: {text:?} and {other:?} overlap by {across} x {down}"
                        ));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn pictures_are_png_of_the_size_asked_and_not_blank() {
    let folder = tempfile::tempdir().unwrap();
    for (layer, gold) in layers().into_iter().filter(|(layer, _)| ["month", "empty", "huge"].contains(layer))
    {
        let options = Options {
            dir: folder.path().join(layer),
            width: 1_000,
            height: 600,
            currency: "CHF".into(),
            ..Options::default()
        };
        let summaries = render(&gold.engine(), &options, &Progress::hidden()).unwrap();
        assert_eq!(summaries.len(), CHARTS.len() + 1);
        for summary in &summaries[..CHARTS.len()] {
            let path = options.dir.join(format!("{}.png", summary.table.trim_start_matches("report.")));
            let bytes = std::fs::read(&path).unwrap();
            assert_eq!(bytes.len() as u64, summary.bytes);
            assert_eq!(
                bytes[16..24],
                [0, 0, 3, 232, 0, 0, 2, 88],
                "{path:?}: width and height of the header"
            );
            let colors: HashSet<[u8; 4]> = Pixmap::decode_png(&bytes)
                .unwrap()
                .pixels()
                .iter()
                .map(|pixel| [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()])
                .collect();
            assert!(colors.len() > 20, "{path:?} holds {} colours", colors.len());
        }
    }
}

#[test]
fn the_same_gold_gives_the_same_bytes() {
    let once: Vec<String> = drawings(&Gold::default()).into_iter().map(|(_, svg, _)| svg).collect();
    let again: Vec<String> = drawings(&Gold::default()).into_iter().map(|(_, svg, _)| svg).collect();
    assert_eq!(once, again);
}

#[test]
fn titles_say_what_the_data_says() {
    let titles = |gold: &Gold| -> Vec<String> {
        drawings(gold).into_iter().map(|(_, _, caption)| caption.title).collect()
    };
    let empty = titles(&Gold { days: 0, products: 0, ..Gold::default() });
    assert!(empty.iter().all(|title| title.starts_with("No ")), "{empty:?}");
    let unsold = titles(&Gold { order_every: 0, days: 3, ..Gold::default() });
    assert!(unsold[1].starts_with("No order in "), "{unsold:?}");
    assert_eq!(unsold[2], "No buyers in this period");
    assert!(unsold[7].starts_with("100% of sessions with a cart"), "{unsold:?}");
}

/// FAULTS 10 and 18: steps that rise, rates above one.
#[test]
fn no_percentage_of_a_share_passes_one_hundred() {
    for (layer, drawings) in all_drawings() {
        for (chart, svg, _) in drawings {
            let tree = raster::tree(svg).unwrap();
            let mut found = Vec::new();
            texts(tree.root(), &mut found);
            for (text, _) in found {
                for word in text.split([' ', ',', ';', '−', '(', ')']) {
                    let Some(Ok(percent)) = word.strip_suffix('%').map(str::parse::<f64>) else { continue };
                    // A change may pass it, and the last tick of an axis.
                    let exempt = text.contains("above the") || *chart == "daily_trends";
                    assert!(percent <= 100.0 || exempt, "{layer} {chart}: {text}");
                }
            }
        }
    }
}

#[test]
fn the_note_holds_the_figures_and_every_picture() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { dir: folder.path().to_owned(), format: Format::Svg, ..Options::default() };
    let gold = Gold { days: 3, sessions: 10, order_every: 2, ..Gold::default() };
    render(&gold.engine(), &options, &Progress::hidden()).unwrap();
    let note = std::fs::read_to_string(folder.path().join("summary.md")).unwrap();
    for chart in charts() {
        assert!(note.contains(&format!("({chart}.svg)")), "{chart} is not in the note");
        assert!(folder.path().join(format!("{chart}.svg")).is_file());
    }
    let engine = gold.engine();
    let engine: &dyn Engine = &engine;
    let sessions = Rows::read(engine, "summary").unwrap().counts("sessions").unwrap()[0];
    assert!(note.contains(&format!("| Sessions | {sessions} |")), "{note}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), CHARTS.len() + 1, "no temporary file is left");
}

#[test]
fn wrong_requests_are_refused_with_the_way_out() {
    let gold = Gold { days: 1, ..Gold::default() };
    let refuse =
        |options: Options| render(&gold.engine(), &options, &Progress::hidden()).unwrap_err().to_string();
    let unknown = refuse(Options { charts: vec!["funnel_conversion".into()], ..Options::default() });
    assert!(unknown.contains("did you mean") && unknown.contains("conversion_funnel"), "{unknown}");
    let flat = refuse(Options { height: 90, ..Options::default() });
    assert!(flat.contains("1600 x 90"), "{flat}");
    let bare = LocalEngine::empty(&crate::engine::Options::default()).unwrap();
    let missing = render(&bare, &Options::default(), &Progress::hidden()).unwrap_err().to_string();
    assert!(missing.contains("fact_daily_metrics") && missing.contains("transform"), "{missing}");
}

/// Pictures to look at: `CLICKMILL_PICTURES=folder cargo test pictures_to_look_at`.
#[test]
fn pictures_to_look_at() {
    let Some(folder) = std::env::var_os("CLICKMILL_PICTURES") else { return };
    for (layer, gold) in layers() {
        let options = Options { dir: PathBuf::from(&folder).join(layer), ..Options::default() };
        render(&gold.engine(), &options, &Progress::hidden()).unwrap();
    }
}
