//! The demo workbook (`.twb`): four sheets, and a dashboard of them.

use super::sheet::{Sheet, simple_id};
use super::source;
use super::view::View;
use super::xml::Element;
use super::{Address, VERSION};
use crate::error::Result;

const SHEETS: [Sheet; 4] = [
    Sheet {
        name: "Revenue by day",
        view: "vw_tableau_executive_kpis",
        mark: "Line",
        rows: &["revenue"],
        columns: &["date"],
        colour: None,
        label: None,
    },
    Sheet {
        name: "Conversion funnel",
        view: "vw_tableau_customer_journey_funnel",
        mark: "Bar",
        rows: &["step_number", "step_name"],
        columns: &["sessions_at_step"],
        colour: None,
        label: Some("Step conversion"),
    },
    Sheet {
        name: "Retention by cohort",
        view: "vw_tableau_cohort_retention",
        mark: "Square",
        rows: &["cohort_week"],
        columns: &["period_number"],
        colour: Some("Retention"),
        label: Some("Retention"),
    },
    Sheet {
        name: "Revenue by channel",
        view: "vw_tableau_touchpoint_performance",
        mark: "Bar",
        rows: &["channel_group"],
        columns: &["revenue"],
        colour: Some("Conversion"),
        label: Some("Conversion"),
    },
];

const DASHBOARD: &str = "Overview";

/// The document of the workbook, in the order that Tableau writes.
pub(super) fn document(views: &[View], address: &Address) -> Result<Element> {
    let shown = |sheet: &Sheet| views.iter().find(|view| view.name == sheet.view);
    let sources = SHEETS.iter().filter_map(shown).map(|view| source::inline(view, address));
    let sheets = SHEETS.iter().map(|sheet| sheet.element(views)).collect::<Result<Vec<_>>>()?;
    Ok(Element::new("workbook")
        .with("original-version", VERSION)
        .with("source-build", "0.0.0 (0000.0.0.0)")
        .with("version", VERSION)
        .with("xmlns:user", source::USER_NAMESPACE)
        .holding([
            Element::new("datasources").holding(sources),
            Element::new("worksheets").holding(sheets),
            Element::new("dashboards").holding([dashboard()]),
            Element::new("windows")
                .with("source-height", "30")
                .holding([dashboard_window()])
                .holding(SHEETS.iter().map(sheet_window)),
        ]))
}

/// Two by two. A dashboard is 100,000 wide and high, whatever its pixels.
fn dashboard() -> Element {
    let zone = |id: usize, x: usize, y: usize, w: usize, h: usize| {
        Element::new("zone")
            .with("id", id.to_string())
            .with("x", x.to_string())
            .with("y", y.to_string())
            .with("w", w.to_string())
            .with("h", h.to_string())
    };
    let quarters = SHEETS.iter().enumerate().map(|(position, sheet)| {
        zone(position + 2, position % 2 * 50_000, position / 2 * 50_000, 50_000, 50_000)
            .with("name", sheet.name)
    });
    Element::new("dashboard").with("name", DASHBOARD).holding([
        Element::new("style"),
        Element::new("size")
            .with("maxheight", "900")
            .with("maxwidth", "1400")
            .with("minheight", "900")
            .with("minwidth", "1400"),
        Element::new("zones")
            .holding([zone(1, 0, 0, 100_000, 100_000).with("type-v2", "layout-basic").holding(quarters)]),
        simple_id(&format!("dashboard {DASHBOARD}")),
    ])
}

fn dashboard_window() -> Element {
    let zoom = || Element::new("zoom").with("type", "entire-view");
    let viewpoints =
        SHEETS.iter().map(|sheet| Element::new("viewpoint").with("name", sheet.name).holding([zoom()]));
    Element::new("window")
        .with("class", "dashboard")
        .with("maximized", "true")
        .with("name", DASHBOARD)
        .holding([
            Element::new("viewpoints").holding(viewpoints),
            Element::new("active").with("id", "-1"),
            simple_id(&format!("window {DASHBOARD}")),
        ])
}

/// The cards around a sheet, as a new one has them.
fn sheet_window(sheet: &Sheet) -> Element {
    let card = |of_type: &str| Element::new("card").with("type", of_type);
    let strip = |size: &str, cards: Vec<Element>| Element::new("strip").with("size", size).holding(cards);
    // As many pixels as there may be.
    let all = i32::MAX.to_string();
    Element::new("window").with("class", "worksheet").with("name", sheet.name).holding([
        Element::new("cards").holding([
            Element::new("edge")
                .with("name", "left")
                .holding([strip("160", vec![card("pages"), card("filters"), card("marks")])]),
            Element::new("edge").with("name", "top").holding([
                strip(&all, vec![card("columns")]),
                strip(&all, vec![card("rows")]),
                strip("31", vec![card("title")]),
            ]),
        ]),
        simple_id(&format!("window {}", sheet.name)),
    ])
}
