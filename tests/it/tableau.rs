//! The files for Tableau: as committed, well-formed, in the order that Tableau
//! writes, every reference resolved, no password.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use clickmill::tableau::View;
use roxmltree::{Document, Node};

use super::workdir::Workdir;

/// What may stand in an element of the parts we write: its place (last names
/// first decide), its children in order, its attributes. `?` may be missing,
/// `*` may repeat, `|` is a choice. The order is Tableau's own.
const SCHEMA: &[(&str, &str, &str)] = &[
    ("workbook", "datasources worksheets dashboards windows", "original-version source-build version"),
    ("workbook/datasources", "datasource*", ""),
    (
        "datasources/datasource",
        "connection aliases column* drill-paths? layout date-options filter*",
        "caption inline name version",
    ),
    (
        "datasource",
        "connection aliases column* drill-paths? layout date-options filter*",
        "formatted-name inline version",
    ),
    ("datasource/connection", "named-connections relation metadata-records", "class"),
    ("named-connections", "named-connection", ""),
    ("named-connection", "connection", "caption name"),
    (
        "named-connection/connection",
        "",
        "authentication class dbname odbc-native-protocol one-time-sql port server sslmode? username",
    ),
    ("relation", "", "connection name table type"),
    ("metadata-records", "metadata-record*", ""),
    (
        "metadata-record",
        "remote-name remote-type local-name parent-name remote-alias ordinal local-type aggregation \
      contains-null collation?",
        "class",
    ),
    ("metadata-record/collation", "", "flag name"),
    ("aliases", "", "enabled"),
    (
        "column",
        "calculation? desc",
        "aggregation? caption datatype default-format? name role semantic-role? type",
    ),
    ("calculation", "", "class formula"),
    ("desc", "formatted-text", ""),
    ("formatted-text", "run*", ""),
    ("drill-paths", "drill-path*", ""),
    ("drill-path", "field*", "name"),
    ("layout", "", "dim-ordering measure-ordering show-structure"),
    ("date-options", "", "start-of-week"),
    ("filter", "groupfilter", "class column filter-group"),
    ("groupfilter", "", "function level member ui-domain ui-enumeration ui-marker"),
    ("worksheets", "worksheet*", ""),
    ("worksheet", "layout-options table simple-id", "name"),
    ("layout-options", "title", ""),
    ("title", "formatted-text", ""),
    ("table", "view style panes rows cols", ""),
    ("table/view", "datasources datasource-dependencies aggregation", ""),
    ("view/datasources", "datasource*", ""),
    ("view/datasources/datasource", "", "caption name"),
    ("view/aggregation", "", "value"),
    ("datasource-dependencies", "column* column-instance*", "datasource"),
    ("column-instance", "", "column derivation name pivot type"),
    ("panes", "pane*", ""),
    ("pane", "view mark encodings? style?", ""),
    ("pane/view", "breakdown", ""),
    ("breakdown", "", "value"),
    ("mark", "", "class"),
    ("encodings", "color? text?", ""),
    ("color", "", "column"),
    ("text", "", "column"),
    ("style", "style-rule*", ""),
    ("style-rule", "format*", "element"),
    ("format", "", "attr value"),
    ("simple-id", "", "uuid"),
    ("dashboards", "dashboard*", ""),
    ("dashboard", "style size zones simple-id", "name"),
    ("size", "", "maxheight maxwidth minheight minwidth"),
    ("zones", "zone*", ""),
    ("zone", "zone*", "h id name? type-v2? w x y"),
    ("windows", "window*", "source-height"),
    ("window", "cards? viewpoints? active? simple-id", "class maximized? name"),
    ("viewpoints", "viewpoint*", ""),
    ("viewpoint", "zoom", "name"),
    ("zoom", "", "type"),
    ("active", "", "id"),
    ("cards", "edge*", ""),
    ("edge", "strip*", "name"),
    ("strip", "card*", "size"),
    ("card", "", "type"),
];

/// Elements that hold text alone.
const TEXTS: &[&str] = &[
    "remote-name",
    "remote-type",
    "local-name",
    "parent-name",
    "remote-alias",
    "ordinal",
    "local-type",
    "metadata-record/aggregation",
    "contains-null",
    "run",
    "field",
    "rows",
    "cols",
];

#[test]
fn the_files_are_as_committed() {
    let dir = Workdir::new();
    let said = dir.done("tableau");
    assert!(said.contains("25 data sources and a workbook for clickmill on 127.0.0.1:5432"), "{said}");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tableau");
    let names = dir.files("tableau");
    let mut committed: Vec<_> =
        fs::read_dir(&kept).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    committed.sort();
    assert_eq!(committed, names);
    for name in names {
        let written = fs::read_to_string(dir.path("tableau").join(&name)).unwrap();
        assert!(
            fs::read_to_string(kept.join(&name)).unwrap() == written,
            "tableau/{name} is stale: clickmill tableau --database-url \
             postgresql://clickmill@127.0.0.1:5432/clickmill"
        );
    }
}

#[test]
fn every_element_stands_where_tableau_writes_it() {
    let files = written(&Workdir::new());
    for (name, text) in &files {
        let document = Document::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut faults = Vec::new();
        document
            .root_element()
            .descendants()
            .filter(Node::is_element)
            .for_each(|node| fits(node, &mut faults));
        assert_eq!(faults, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn every_view_is_a_source_with_all_its_fields() {
    let files = written(&Workdir::new());
    let views = View::all().unwrap();
    assert_eq!(files.len(), views.len() + 1);
    for view in &views {
        let document = Document::parse(&files[&format!("{}.tds", view.name)]).unwrap();
        let root = document.root_element();
        let relation = root.descendants().find(|node| node.has_tag_name("relation")).unwrap();
        assert_eq!(relation.attribute("table"), Some(format!("[analytics].[{}]", view.name).as_str()));
        let fields: Vec<_> = children(root, "column").collect();
        assert_eq!(fields.len(), view.columns.len() + view.ratios.len(), "{}", view.name);
        for (column, field) in view.columns.iter().zip(&fields) {
            assert_eq!(field.attribute("name"), Some(format!("[{}]", column.name).as_str()));
            let described: String = field
                .descendants()
                .filter(|node| node.has_tag_name("run"))
                .filter_map(|run| run.text())
                .collect();
            assert_eq!(described, column.comment, "{}.{}", view.name, column.name);
        }
        let records = root.descendants().filter(|node| node.has_tag_name("remote-name"));
        let records: Vec<_> = records.filter_map(|record| record.text()).collect();
        assert_eq!(records, view.columns.iter().map(|column| column.name).collect::<Vec<_>>());
        let names: BTreeSet<_> = fields.iter().filter_map(|field| field.attribute("name")).collect();
        assert_eq!(names.len(), fields.len(), "names of {} repeat", view.name);
        let captions: BTreeSet<_> = fields.iter().filter_map(|field| field.attribute("caption")).collect();
        assert_eq!(captions.len(), fields.len(), "captions of {} repeat", view.name);
        for calculation in root.descendants().filter(|node| node.has_tag_name("calculation")) {
            resolve(calculation.attribute("formula").unwrap(), &names, view.name);
        }
        for filter in children(root, "filter") {
            assert!(names.contains(filter.attribute("column").unwrap()), "{filter:?}");
        }
    }
}

#[test]
fn the_workbook_shows_what_is_there() {
    let files = written(&Workdir::new());
    let document = Document::parse(&files["clickmill.twb"]).unwrap();
    let all = |name: &'static str| document.descendants().filter(move |node| node.has_tag_name(name));
    let sources = all("datasources").next().unwrap();
    let sources: BTreeSet<_> =
        children(sources, "datasource").filter_map(|node| node.attribute("name")).collect();
    let sheets: Vec<_> = all("worksheet").collect();
    assert_eq!((sources.len(), sheets.len(), all("dashboard").count()), (4, 4, 1));
    for sheet in &sheets {
        let used = sheet.descendants().find(|node| node.has_tag_name("datasource-dependencies")).unwrap();
        let source = used.attribute("datasource").unwrap();
        assert!(sources.contains(source), "{source}");
        let columns: BTreeSet<_> =
            children(used, "column").filter_map(|node| node.attribute("name")).collect();
        for instance in children(used, "column-instance") {
            assert!(columns.contains(instance.attribute("column").unwrap()), "{instance:?}");
        }
        for calculation in used.descendants().filter(|node| node.has_tag_name("calculation")) {
            resolve(calculation.attribute("formula").unwrap(), &columns, source);
        }
        let instances: BTreeSet<_> = children(used, "column-instance")
            .map(|node| format!("[{source}].{}", node.attribute("name").unwrap()))
            .collect();
        let shelves =
            sheet.descendants().filter(|node| node.has_tag_name("rows") || node.has_tag_name("cols"));
        let shown = shelves.filter_map(|node| node.text()).map(|text| text.trim_matches(['(', ')']));
        let encoded = sheet.descendants().filter(|node| ["color", "text"].contains(&node.tag_name().name()));
        let encoded = encoded.filter_map(|node| node.attribute("column"));
        for field in shown.flat_map(|text| text.split(" / ")).chain(encoded) {
            assert!(instances.contains(field), "{field} is not among {instances:?}");
        }
    }
    let names: Vec<_> = sheets.iter().filter_map(|sheet| sheet.attribute("name")).collect();
    let zones: Vec<_> = all("zone").filter_map(|zone| zone.attribute("name")).collect();
    assert_eq!(zones, names);
    let viewpoints: Vec<_> = all("viewpoint").filter_map(|node| node.attribute("name")).collect();
    assert_eq!(viewpoints, names);
    let windows: Vec<_> = all("window").filter_map(|window| window.attribute("name")).collect();
    assert_eq!(windows[0], "Overview");
    assert_eq!(windows[1..], names);
    let ids: Vec<_> = all("simple-id").filter_map(|node| node.attribute("uuid")).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}

#[test]
fn the_server_is_named_and_the_password_is_not() {
    let dir = Workdir::new();
    let url = "postgresql://ann:s3cret@db.example:6543/shop?sslmode=require";
    let said = dir.done(&format!("tableau --out files --database-url {url}"));
    assert!(said.contains("shop on db.example:6543; Tableau asks for the password of ann"), "{said}");
    for name in dir.files("files") {
        let text = fs::read_to_string(dir.path("files").join(&name)).unwrap();
        assert!(!text.contains("s3cret") && !text.contains("password="), "{name}");
        for part in
            ["server='db.example'", "port='6543'", "dbname='shop'", "username='ann'", "sslmode='require'"]
        {
            assert!(text.contains(part), "{name} lacks {part}");
        }
    }
    // What is another's stays; what is ours and no view's goes.
    dir.write("files/mine.tds", "mine");
    dir.write("files/vw_gone.tds", "gone");
    dir.done(&format!("tableau --out files --database-url {url}"));
    let names = dir.files("files");
    assert!(
        names.contains(&"mine.tds".to_owned()) && !names.contains(&"vw_gone.tds".to_owned()),
        "{names:?}"
    );
    let refused = dir.refused(2, "tableau --database-url postgresql://h:none/x");
    assert!(refused.contains("cannot be read"), "{refused}");
}

/// The files by name.
fn written(dir: &Workdir) -> BTreeMap<String, String> {
    dir.done("tableau --out files");
    let read = |name: String| {
        let text = fs::read_to_string(dir.path("files").join(&name)).unwrap();
        (name, text)
    };
    dir.files("files").into_iter().map(read).collect()
}

fn children<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |child| child.has_tag_name(name))
}

/// Every `[field]` of a formula is there.
fn resolve(formula: &str, names: &BTreeSet<&str>, place: &str) {
    for part in formula.split('[').skip(1) {
        let name = format!("[{}]", part.split(']').next().unwrap());
        assert!(names.contains(name.as_str()), "{place}: {formula} needs {name}");
    }
}

/// Notes what is wrong with an element by the schema.
fn fits(node: Node<'_, '_>, faults: &mut Vec<String>) {
    let path =
        node.ancestors().filter(Node::is_element).map(|node| node.tag_name().name()).collect::<Vec<_>>();
    let path = path.into_iter().rev().collect::<Vec<_>>().join("/");
    let is_at = |place: &str| path == place || path.ends_with(&format!("/{place}"));
    let found: Vec<_> =
        node.children().filter(Node::is_element).map(|child| child.tag_name().name()).collect();
    if TEXTS.iter().any(|place| is_at(place)) {
        if !found.is_empty() || node.attributes().len() > 0 || node.text().is_none_or(str::is_empty) {
            faults.push(format!("{path} is more than text"));
        }
        return;
    }
    let rule =
        SCHEMA.iter().filter(|(place, ..)| is_at(place)).max_by_key(|(place, ..)| place.matches('/').count());
    let Some((_, children, attributes)) = rule else { return faults.push(format!("{path} is unknown")) };
    let mut rest = found.as_slice();
    for wanted in children.split_whitespace() {
        let (name, least, most) = match wanted.chars().last() {
            Some('?') => (&wanted[..wanted.len() - 1], 0, 1),
            Some('*') => (&wanted[..wanted.len() - 1], 0, usize::MAX),
            _ => (wanted, 1, 1),
        };
        let count = rest.iter().take_while(|child| **child == name).count();
        if count < least || count > most {
            faults.push(format!("{path} has {count} {name} where {wanted} is wanted"));
        }
        rest = &rest[count..];
    }
    if !rest.is_empty() {
        faults.push(format!("{path} has {rest:?} out of place"));
    }
    let given: BTreeSet<_> = node.attributes().map(|attribute| attribute.name()).collect();
    let known: BTreeSet<_> = attributes.split_whitespace().map(|name| name.trim_end_matches('?')).collect();
    let needed: BTreeSet<_> = attributes.split_whitespace().filter(|name| !name.ends_with('?')).collect();
    if !given.is_subset(&known) || !needed.is_subset(&given) {
        faults.push(format!("{path} has {given:?}, of {attributes}"));
    }
}
