//! Every figure of every view against the same figure from gold, computed by
//! the engine from the facts (`tests/views/*.sql`, one for each view), and the
//! laws that hold within a view.

use std::fs;
use std::path::Path;

use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use clickmill::engine::{self, Engine, LocalEngine, Params};
use clickmill::sql;
use clickmill::tableau::View;
use clickmill::tableau::view::Format;

use super::workdir::Workdir;

/// Between the cells of a row that psql prints.
const CELL: char = '\u{1f}';

#[test]
fn every_figure_of_every_view_is_that_of_gold() {
    let dir = Workdir::new();
    if !dir.has_postgres() {
        return;
    }
    dir.done("run --until load --sessions 4000 --days 40 --products 60 --dirt 0.05 --seed 7");
    let engine = LocalEngine::open(&dir.lake(), &engine::Options::default()).unwrap();
    let mut cells = 0;
    for file in sql::folder("sql/postgres/views") {
        let expected = engine_rows(&engine, &reference(file.stem()));
        let found = view_rows(&dir, file.stem());
        assert_eq!(expected.len(), found.len(), "rows of {}", file.stem());
        for (expected, found) in expected.iter().zip(&found) {
            assert_eq!(expected, found, "{}", file.stem());
            cells += expected.len();
        }
    }
    eprintln!("{cells} cells of {} views agree", sql::folder("sql/postgres/views").count());
    heads_are_true(&dir);
    only_what_is_asked_for_is_read(&dir);
    page_is_whole(&dir);
    laws_hold(&dir);
    ratios_hold(&dir);
}

/// What the files say of their views is what the server has.
fn heads_are_true(dir: &Workdir) {
    for view in View::all().unwrap() {
        let columns = dir.psql(&format!(
            "select attname || ' ' || format_type(atttypid, -1) || ' ' || col_description(attrelid, attnum)
            from pg_attribute where attrelid = 'analytics.{}'::regclass and attnum > 0 order by attnum",
            view.name
        ));
        let told: Vec<_> = view
            .columns
            .iter()
            .map(|column| format!("{} {} {}", column.name, column.of_type.postgres(), column.comment))
            .collect();
        assert_eq!(columns.lines().collect::<Vec<_>>(), told, "{}", view.name);
        let comment = dir.psql(&format!("select obj_description('analytics.{}'::regclass)", view.name));
        assert_eq!(comment, view.comment);
    }
}

/// The views over facts become part of the query, and dimensions that it does not ask for fall away:
/// a dashboard over a month of sessions waits for nothing else.
fn only_what_is_asked_for_is_read(dir: &Workdir) {
    for view in ["vw_session_funnel", "vw_tableau_session_analytics", "vw_user_purchase_history"] {
        let measure = if view == "vw_session_funnel" { "reached_cart" } else { "revenue" };
        let plan = dir.psql(&format!("explain (costs off) select sum({measure}) from analytics.{view}"));
        for unasked in ["Subquery Scan", "dim_users", "dim_visitors visitors", "dim_products", "dim_device"] {
            assert!(!plan.contains(unasked), "{view} reads {unasked}:\n{plan}");
        }
    }
}

/// The page about the warehouse has every column of every table, in order.
fn page_is_whole(dir: &Workdir) {
    let page = dir.done("models --schema");
    let tables = dir.psql(
        "select c.relname || ':' || string_agg(a.attname, ',' order by a.attnum)
        from pg_class as c inner join pg_attribute as a on c.oid = a.attrelid
        where c.relnamespace = 'gold'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            and c.relname <> 'schema_history' and a.attnum > 0 and not a.attisdropped
        group by c.relname",
    );
    for line in tables.lines() {
        let (table, columns) = line.split_once(':').unwrap();
        let section = page.split("\n### ").find(|section| section.starts_with(&format!("gold.{table}\n")));
        let rows = section.unwrap_or_else(|| panic!("docs/schema.md lacks {table}")).lines();
        let told: Vec<_> = rows
            .filter_map(|line| line.strip_prefix("| ")?.split(' ').next())
            .filter(|name| *name != "column")
            .collect();
        assert_eq!(told.join(","), columns, "{table}");
    }
}

/// Ratios can be calculated, and shares of the whole lie between 0 and 1.
fn ratios_hold(dir: &Workdir) {
    for view in View::all().unwrap() {
        for ratio in &view.ratios {
            let above = dir.psql(&format!(
                "select coalesce(sum({}) / nullif(sum({den}), 0.0), 0) from analytics.{} where {den} is not null",
                ratio.numerator,
                view.name,
                den = ratio.denominator,
            ));
            let value: f64 = above.parse().unwrap();
            let name = format!("{} of {}: {value}", ratio.caption, view.name);
            assert!(value >= 0.0, "{name}");
            let is_growth = ratio.caption.contains("against");
            assert!(ratio.format != Format::Percent || is_growth || value <= 1.0, "{name}");
        }
    }
}

/// What no data may break, whatever the figures are.
fn laws_hold(dir: &Workdir) {
    for (law, broken) in [
        (
            "sessions never rise from step to step",
            "select * from analytics.vw_tableau_customer_journey_funnel
            where sessions_at_step > sessions_at_previous_step or sessions_at_step > sessions_at_first_step",
        ),
        (
            "entries never rise from step to step",
            "select * from analytics.vw_tableau_customer_funnel
            where entries > entries_at_previous_step or entries > entries_at_first_step",
        ),
        (
            "no more customers of a cohort are active than it has",
            "select period_number from analytics.vw_tableau_cohort_retention where active_customers > cohort_size
            union all
            select period_number from analytics.vw_tableau_cohort_retention_daily
            where active_customers > cohort_size
            union all
            select period_number from analytics.vw_tableau_cohort_retention_monthly
            where active_customers > cohort_size or period_number = 0 and active_customers <> cohort_size",
        ),
        (
            "what goes on from a path and what ends there is the path",
            "select session_date, sum(ended_sessions) from analytics.vw_tableau_user_journeys group by 1
            having sum(ended_sessions) > sum(sessions) filter (where depth = 1)",
        ),
        (
            "five models owe the same revenue",
            "select order_date from (
                select order_date, model, sum(credit) as credit
                from analytics.vw_tableau_channel_attribution group by 1, 2
            ) as by_model
            group by order_date having count(*) <> 5 or min(credit) <> max(credit)",
        ),
        (
            "in a week the states partition the customers",
            "select week_start from analytics.vw_tableau_customer_lifecycle group by week_start
            having count(*) <> 4 or sum(customers) < coalesce((
                select sum(earlier.customers) from analytics.vw_tableau_customer_lifecycle as earlier
                where earlier.week_start = vw_tableau_customer_lifecycle.week_start - 7
            ), 0)",
        ),
        (
            "scores lie between 1 and 5",
            "select * from analytics.vw_tableau_rfm
            where least(r_score, f_score, m_score) < 1 or greatest(r_score, f_score, m_score) > 5
                or days_since_last_order < 0",
        ),
        (
            "support, confidence and lift follow from the counts",
            "select lift from analytics.vw_tableau_product_recommendations
            where confidence not between support and 1 or lift <= 1 or orders_both > orders_product
            union all
            select lift from analytics.vw_product_affinity
            where greatest(confidence_a_to_b, confidence_b_to_a) > 1 or support <= 0",
        ),
        (
            "customers, orders and revenue are the same wherever they are told",
            "select * from (
                select
                    (select sum(customers) from analytics.vw_tableau_time_to_first_purchase) as customers,
                    (select sum(customers) from analytics.vw_tableau_user_segment_performance) as in_segments,
                    (select sum(revenue) from analytics.vw_tableau_executive_kpis) as revenue,
                    (select sum(session_revenue) from analytics.vw_tableau_campaign_revenue) as of_sessions,
                    (select sum(linear_revenue) from analytics.vw_tableau_campaign_revenue) as of_touches,
                    (select sum(revenue) from analytics.vw_tableau_customer_lifecycle) as of_weeks,
                    (select sum(revenue) from analytics.vw_tableau_category_performance) as of_categories,
                    (select sum(revenue) from analytics.vw_tableau_rfm) as of_buyers
            ) as told
            where customers <> in_segments or revenue <> of_sessions or revenue <> of_touches
                or revenue <> of_weeks or revenue <> of_categories or revenue <> of_buyers",
        ),
    ] {
        assert_eq!(dir.psql(broken), "", "{law}");
    }
}

/// The statement that computes a view's rows from the facts.
fn reference(view: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/views/{view}.sql"));
    fs::read_to_string(&path).unwrap_or_else(|_| panic!("{view} has no reference: write {}", path.display()))
}

fn engine_rows(engine: &LocalEngine, sql: &str) -> Vec<Vec<String>> {
    let options = FormatOptions::default().with_null(".");
    let mut rows = Vec::new();
    for batch in (engine as &dyn Engine).collect(sql, &Params::new()).unwrap() {
        let cells: Vec<_> = batch
            .columns()
            .iter()
            .map(|column| {
                let is_time = matches!(column.data_type(), DataType::Timestamp(..));
                (is_time, ArrayFormatter::try_new(column.as_ref(), &options).unwrap())
            })
            .collect();
        for row in 0..batch.num_rows() {
            let cell = |(is_time, cell): &(bool, ArrayFormatter)| {
                let text = cell.value(row).to_string();
                // A time on the business clock, which is UTC here.
                if *is_time { text.trim_end_matches('Z').replace('T', " ") } else { text }
            };
            rows.push(cells.iter().map(cell).map(plain).collect());
        }
    }
    rows.sort();
    rows
}

fn view_rows(dir: &Workdir, view: &str) -> Vec<Vec<String>> {
    let columns = dir.psql(&format!(
        "select string_agg(format('coalesce(%I::text, ''.'')', attname), ', ' order by attnum)
        from pg_attribute where attrelid = 'analytics.{view}'::regclass and attnum > 0"
    ));
    let text = dir.psql(&format!("select concat_ws(chr(31), {columns}) from analytics.{view}"));
    let mut rows: Vec<Vec<_>> =
        text.lines().map(|line| line.split(CELL).map(str::to_owned).map(plain).collect()).collect();
    rows.sort();
    rows
}

/// The same number or time in one spelling: `2` and `2.0`, `10:00:01.5` and `10:00:01.500`.
fn plain(cell: String) -> String {
    let is_fraction =
        cell.contains('.') && cell.len() > 1 && cell.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    if !is_fraction || cell.contains(' ') && !cell.contains(':') {
        return cell;
    }
    cell.trim_end_matches('0').trim_end_matches('.').to_owned()
}
