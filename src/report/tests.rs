//! Pictures drawn from small gold layers of every awkward kind, and read back.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use resvg::tiny_skia::Pixmap;
use resvg::usvg::{Group, Node, Rect};

use super::fixture::Gold;
use super::*;
use crate::engine::{LocalEngine, Params};

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
        ("many", Gold { devices: 200, kinds: 200, products: 5_000, ..gold.clone() }),
        ("one_kind", Gold { devices: 1, kinds: 1, products: 12, ..gold.clone() }),
        (
            "names",
            Gold {
                name: "\u{7}椅子 🪑 كرسي Стул <b>&\"quoted\"</b> | *star* _under_ and a tail of words that nobody reads",
                ..gold
            },
        ),
    ]
}

/// A chart's name, its SVG and its words.
type Drawing = (&'static str, String, Caption);

/// Every drawing of every layer, and of ways to draw, made once for all tests.
fn all_drawings() -> &'static [(&'static str, Vec<Drawing>)] {
    static DRAWINGS: OnceLock<Vec<(&'static str, Vec<Drawing>)>> = OnceLock::new();
    let day = |month, day| chrono::NaiveDate::from_ymd_opt(2026, month, day);
    let plain = Options::default();
    let ways = [
        ("tall", Gold::default(), Options { height: 1_200, ..plain.clone() }),
        ("low", Gold { kinds: 30, ..Gold::default() }, Options { height: 800, ..plain.clone() }),
        (
            "compared",
            Gold { days: 60, ..Gold::default() },
            Options { since: day(1, 31), compare: Compare::Previous, ..plain.clone() },
        ),
        (
            "dark_french",
            Gold { price: 1_234_567.8, ..Gold::default() },
            Options {
                dark: true,
                locale: Locale::parse("fr").unwrap(),
                currency: "CHF".into(),
                ..plain.clone()
            },
        ),
        (
            "years_dark_russian",
            Gold { days: 1_096, sessions: 12, order_every: 7, price: 98_765.4, ..Gold::default() },
            Options {
                dark: true,
                locale: Locale::parse("ru").unwrap(),
                currency: "RUB".into(),
                ..plain.clone()
            },
        ),
        (
            "one_of_many_days",
            Gold::default(),
            Options { since: day(1, 9), until: day(1, 9), ..plain.clone() },
        ),
    ];
    DRAWINGS.get_or_init(|| {
        let layers = layers().into_iter().map(|(layer, gold)| (layer, gold, plain.clone()));
        let drawn = layers.chain(ways).map(|(layer, gold, options)| (layer, drawings_as(&gold, &options)));
        drawn.collect()
    })
}

/// Every drawing of a gold layer.
fn drawings(gold: &Gold) -> Vec<Drawing> {
    drawings_as(gold, &Options::default())
}

/// Every drawing of a gold layer, drawn as the options say.
fn drawings_as(gold: &Gold, options: &Options) -> Vec<Drawing> {
    let engine = gold.engine();
    let chosen: Vec<&'static Chart> = CHARTS.iter().collect();
    let (about, before) = prepare(&engine, options, &chosen).unwrap();
    for_each(&chosen, options, |place, chart| {
        let mut rows = Rows::read(&engine, chart.name)?;
        rows.before = before.get(place).map(|rows| Box::new(rows.clone()));
        let (svg, caption) = draw(chart, &rows, &about, options)?;
        Ok((chart.name, svg, caption))
    })
    .unwrap()
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
                let (right, bottom) = (tree.size().width(), tree.size().height());
                if area.left() < 0.0 || area.top() < 0.0 || area.right() > right || area.bottom() > bottom {
                    faults.push(format!("{layer} {chart}: {text:?} stands out: {area:?}"));
                }
                for (other, next) in &found[position + 1..] {
                    // A line's box is as high as its tallest letters could be; their middles must not touch; kerning may
                    // move a letter by a hair.
                    let across = area.right().min(next.right()) - area.left().max(next.left());
                    let down = area.bottom().min(next.bottom()) - area.top().max(next.top());
                    if across > 3.0 && down > 0.35 * area.height().min(next.height()) {
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

/// A name of the data may be longer than any picture; our own words are not.
#[test]
fn the_words_around_a_chart_are_never_cut() {
    let room = 1_600.0 - 2.0 * theme::MARGIN;
    let mut faults = Vec::new();
    for (layer, drawings) in all_drawings().iter().filter(|(layer, _)| *layer != "names") {
        for (chart, _, caption) in drawings {
            for (text, kind, most) in [
                (&caption.title, theme::TITLE, theme::TITLE_LINES),
                (&caption.subtitle, theme::SUBTITLE, theme::SUBTITLE_LINES),
                (&caption.note, theme::NOTE, theme::NOTE_LINES),
            ] {
                let lines = font::wrap(text, kind, room, most);
                if lines.join(" ").replace('\u{a0}', " ") != text.replace('\u{a0}', " ") {
                    faults.push(format!("{layer} {chart}: {lines:?}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The marked column is the darkest on a light page and the brightest on a dark one.
#[test]
fn no_word_names_what_only_one_theme_shows() {
    for (layer, drawings) in all_drawings() {
        for (chart, svg, _) in drawings.iter().filter(|_| *layer != "names") {
            let tree = raster::tree(svg).unwrap();
            let mut found = Vec::new();
            texts(tree.root(), &mut found);
            for (text, _) in found {
                let mut words = text.split(|character: char| !character.is_alphabetic());
                let theme_word = |word: &str| {
                    ["dark", "light", "darker", "lighter", "black", "white", "pale"]
                        .contains(&word.to_lowercase().as_str())
                };
                assert!(!words.any(theme_word), "{layer} {chart}: {text}");
            }
        }
    }
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
    let titles = |gold: &Gold| -> HashMap<&'static str, String> {
        drawings(gold).into_iter().map(|(chart, _, caption)| (chart, caption.title)).collect()
    };
    let empty = titles(&Gold { days: 0, sessions: 0, products: 0, ..Gold::default() });
    assert!(empty.values().all(|title| title.starts_with("No ")), "{empty:?}");
    let unsold = titles(&Gold { order_every: 0, days: 3, ..Gold::default() });
    assert!(unsold["conversion_funnel"].starts_with("No order in "), "{unsold:?}");
    assert_eq!(unsold["user_segments"], "No buyers in this period");
    assert_eq!(unsold["order_value"], "No orders with a price in this period");
    assert!(unsold["cart_abandonment"].starts_with("100% of sessions with a cart"), "{unsold:?}");
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
    for (typed, meant) in [("funel", "conversion_funnel"), ("cohorts", "cohort_retention")] {
        let unknown = refuse(Options { charts: vec![typed.into()], ..Options::default() });
        assert!(unknown.contains(&format!("did you mean {meant}?")), "{unknown}");
    }
    let flat = refuse(Options { height: 90, ..Options::default() });
    assert!(flat.contains("1600 x 90"), "{flat}");
    let bare = LocalEngine::empty(&crate::engine::Options::default()).unwrap();
    let missing = render(&bare, &Options::default(), &Progress::hidden()).unwrap_err().to_string();
    assert!(missing.contains("fact_daily_metrics") && missing.contains("transform"), "{missing}");
}

/// The chart of that name.
fn chart(name: &str) -> &'static Chart {
    CHARTS.iter().find(|chart| chart.name == name).unwrap()
}

/// An engine over the fixture with one table replaced.
fn with_table(gold: &Gold, table: &str, sql: &str) -> LocalEngine {
    let engine = gold.engine();
    engine.define_view("gold", table, sql, &Params::new()).unwrap();
    engine
}

/// FAULTS 8: the denominator is the whole cohort, counted apart from who came back.
#[test]
fn retention_divides_by_the_whole_cohort() {
    // 1 to 18 January 2026: the end of a week, and two whole ones.
    let engine = with_table(
        &Gold { days: 18, ..Gold::default() },
        "agg_user_weekly",
        "select column1 as customer_id, cast(column2 as date) as week_start, column3 as sessions
        from (values
            ('a', '2026-01-05', 1), ('b', '2026-01-05', 4), ('c', '2026-01-05', 1),
            ('a', '2026-01-12', 2), ('c', '2026-01-12', 0), ('d', '2026-01-12', 1)
        )",
    );
    let rows = Rows::read(&engine, "cohort_retention").unwrap();
    assert_eq!(rows.counts("period_number").unwrap(), [0, 1, 0]);
    assert_eq!(rows.counts("cohort_size").unwrap(), [3, 3, 1]);
    assert_eq!(rows.counts("active_customers").unwrap(), [3, 1, 1]);
    assert_eq!(rows.flags("is_complete").unwrap(), [true, true, true]);
}

#[test]
fn a_week_without_anybody_is_a_zero_and_a_running_one_is_marked() {
    // 1 to 20 January 2026: the last week has two days.
    let engine = with_table(
        &Gold { days: 20, ..Gold::default() },
        "agg_user_weekly",
        "select 'a' as customer_id, date '2025-12-29' as week_start, 1 as sessions",
    );
    let rows = Rows::read(&engine, "cohort_retention").unwrap();
    assert_eq!(rows.counts("active_customers").unwrap(), [1, 0, 0, 0]);
    assert_eq!(rows.flags("is_complete").unwrap(), [false, true, true, false]);
    assert_eq!(rows.flags("is_cohort_complete").unwrap(), [false; 4]);
}

#[test]
fn bots_are_in_no_chart_that_reads_visitors() {
    let engine = with_table(
        &Gold::default(),
        "dim_visitors",
        "select distinct visitor_id, 'v:' || visitor_id as customer_id, visitor_id as user_id, true as is_bot
        from gold.fact_sessions",
    );
    for query in ["session_analysis", "hour_by_weekday"] {
        assert!(Rows::read(&engine, query).unwrap().is_empty(), "{query} counts bots");
    }
}

/// FAULTS 18: a day covered in part would make its weekday look calm.
#[test]
fn partial_days_stay_out_of_the_week() {
    let hours = |gold: &Gold| {
        let engine: &dyn Engine = &gold.engine();
        Rows::read(engine, "hour_by_weekday").unwrap().counts("day_of_week").unwrap().into_iter().collect()
    };
    let whole: HashSet<i64> = hours(&Gold { days: 3, ..Gold::default() });
    let partial: HashSet<i64> = hours(&Gold { days: 3, partial: true, ..Gold::default() });
    let none_whole: HashSet<i64> = hours(&Gold { days: 1, partial: true, ..Gold::default() });
    assert_eq!(whole, HashSet::from([4, 5, 6]), "1 January 2026 is a Thursday");
    assert_eq!(partial, HashSet::from([5]));
    assert_eq!(none_whole, HashSet::from([4]), "what there is gets drawn");
}

/// A source that records no checkout loses nobody there.
#[test]
fn a_step_that_is_not_recorded_is_no_loss() {
    let gold = Gold::default();
    let daily = gold.engine();
    let columns: Vec<String> = daily
        .columns("gold", "agg_session_daily")
        .into_iter()
        .map(|(name, _)| match name.as_str() {
            "checkouts" | "strict_checkout" | "strict_purchase" => format!("0 as {name}"),
            "reached_checkout" => "reached_purchase as reached_checkout".to_owned(),
            _ => name,
        })
        .collect();
    let engine = with_table(
        &gold,
        "agg_session_daily",
        &format!("select {} from gold.agg_session_daily", columns.join(", ")),
    );
    let engine: &dyn Engine = &engine;
    let (about, _) = prepare(engine, &Options::default(), &[]).unwrap();
    let rows = Rows::read(engine, "conversion_funnel").unwrap();
    let (svg, caption) = draw(chart("conversion_funnel"), &rows, &about, &Options::default()).unwrap();
    assert_eq!(svg.matches("none recorded").count(), 2);
    assert_eq!(svg.matches("needs the step before it").count(), 1);
    assert!(!svg.contains("100% lost") && caption.title.contains("cart to order"), "{}", caption.title);
}

/// FAULTS 8: a part of the time is a part of every sum, and the days before it are the ones right before it.
#[test]
fn a_part_of_the_time_is_all_that_is_drawn() {
    let gold = Gold { days: 20, ..Gold::default() };
    let day = |day| chrono::NaiveDate::from_ymd_opt(2026, 1, day);
    let options = Options { since: day(8), until: day(12), compare: Compare::Previous, ..Options::default() };
    let sessions = |rows: &Rows| -> f64 { rows.floats("sessions").unwrap().iter().sum() };
    let whole = gold.engine();
    let of_days = |from: u32, until: u32| {
        let sql = format!(
            "select cast(count(*) as double) from gold.fact_sessions
            where session_date between date '2026-01-{from:02}' and date '2026-01-{until:02}'"
        );
        let rows = (&whole as &dyn Engine).collect(&sql, &Params::new()).unwrap();
        arrow::array::AsArray::as_primitive::<arrow::datatypes::Float64Type>(rows[0].column(0)).value(0)
    };
    let engine = gold.engine();
    let charts = ["daily_trends", "channel_performance", "session_analysis"].map(chart);
    let (about, before) = prepare(&engine, &options, &charts).unwrap();
    assert_eq!(about.period.text(), "8–12 Jan 2026");
    assert_eq!(about.before.unwrap().text(), "3–7 Jan 2026");
    for (place, chart) in charts.iter().enumerate() {
        let rows = Rows::read(&engine, chart.name).unwrap();
        assert_eq!(sessions(&rows), of_days(8, 12), "{}", chart.name);
        assert_eq!(sessions(&before[place]), of_days(3, 7), "{}", chart.name);
    }
    // Shown once more, the engine shows other days, not a part of the part.
    let later = Options { since: day(18), ..Options::default() };
    let all = Period { ends: day(1).zip(day(20)), partial: Vec::new() };
    all.between(later.since, None).unwrap().show(&engine).unwrap();
    assert_eq!(sessions(&Rows::read(&engine, "daily_trends").unwrap()), of_days(18, 20));
}

#[test]
fn a_period_without_days_is_refused_with_the_days_there_are() {
    let gold = Gold { days: 10, ..Gold::default() };
    let day = |year, day| chrono::NaiveDate::from_ymd_opt(year, 1, day);
    let refuse = |options: Options| {
        let error = render(&gold.engine(), &options, &Progress::hidden()).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        error.to_string()
    };
    let later = refuse(Options { since: day(2030, 1), ..Options::default() });
    assert!(later.contains("since 2030-01-01") && later.contains("2026-01-10"), "{later}");
    let turned = refuse(Options { since: day(2026, 5), until: day(2026, 4), ..Options::default() });
    assert!(turned.contains("2026-01-05, is after the last, 2026-01-04"), "{turned}");
    let early = refuse(Options { since: day(2026, 4), compare: Compare::Previous, ..Options::default() });
    assert!(early.contains("no 7 days before 2026-01-04") && early.contains("--since 2026-01-06"), "{early}");
}

#[test]
fn a_missing_table_leaves_no_half_picture() {
    let engine = Gold::default().engine();
    engine.detach(&crate::lake::TableRef::parse("gold.agg_journey_daily").unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = Options { dir: folder.path().to_owned(), ..Options::default() };
    let error = render(&engine, &options, &Progress::hidden()).unwrap_err();
    assert_eq!(error.exit_code(), 1);
    let said = error.to_string();
    assert!(said.contains("user_journeys: there is no gold.agg_journey_daily"), "{said}");
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        assert!(Pixmap::load_png(&path).is_ok(), "{path:?} is no whole picture");
    }
    assert!(!folder.path().join("summary.md").exists() && !folder.path().join("user_journeys.png").exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("reports");
    std::fs::write(&file, "a file where the folder should be").unwrap();
    let options = Options { dir: file.clone(), ..Options::default() };
    let error = render(&Gold::default().engine(), &options, &Progress::hidden()).unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error:?}");
    assert!(error.to_string().contains(&file.display().to_string()), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "a file where the folder should be");
}

/// Chinese and emoji in a catalogue: drawn with a font of the machine, or a box for each, never nothing.
#[test]
fn a_name_in_letters_of_the_world_is_seen() {
    let kind = theme::LABEL;
    for name in ["椅子", "🪑", "كرسي", "Стул", "Καρέκλα"] {
        let mut svg = String::new();
        let canvas = Canvas::new(&mut svg, (1600, 900), false);
        canvas.text(100.0, 100.0, canvas::Anchor::Left, kind, name);
        canvas.finish().unwrap();
        let png = raster::png(&Canvas::sized(&svg, (1600, 900)), 1600, 900).unwrap();
        let pixels = Pixmap::decode_png(&png).unwrap();
        let inked = pixels.pixels().iter().filter(|pixel| pixel.red() < 128).count();
        assert!(inked > 30, "{name}: {inked} dark pixels");
        assert!(font::width(name, kind) > 10.0, "{name}");
    }
}

#[test]
fn a_dark_picture_is_dark_and_sizes_have_names() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        dir: folder.path().to_owned(),
        dark: true,
        width: 800,
        height: 450,
        charts: vec!["conversion_funnel".into()],
        ..Options::default()
    };
    render(&Gold::default().engine(), &options, &Progress::hidden()).unwrap();
    let picture = Pixmap::load_png(folder.path().join("conversion_funnel.png")).unwrap();
    let (dark, all) =
        (picture.pixels().iter().filter(|pixel| pixel.red() < 60).count(), picture.pixels().len());
    assert!(dark * 2 > all, "{dark} of {all} pixels are dark");
    assert_eq!(
        (size("slide"), size("1200x800"), size("1200"), size("x")),
        (Some((1920, 1080)), Some((1200, 800)), None, None)
    );
}
