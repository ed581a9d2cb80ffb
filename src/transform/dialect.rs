//! The few expressions in which engines differ, as macros with a text per
//! dialect. Models call them in `{{ }}`; everything else in a model is the
//! common subset of DataFusion, Spark SQL and DuckDB.

use minijinja::{Environment, Error as TemplateError, ErrorKind, UndefinedBehavior};

use crate::error::{Error, Result};

/// An SQL dialect that models can be compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// DataFusion, the engine in this process.
    DataFusion,
    /// DuckDB, the second opinion in tests.
    DuckDb,
    /// Spark SQL, for clusters.
    Spark,
}

impl Dialect {
    /// The dialect of that name: datafusion, duckdb, spark.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "datafusion" => Some(Self::DataFusion),
            "duckdb" => Some(Self::DuckDb),
            "spark" => Some(Self::Spark),
            _ => None,
        }
    }

    /// A null of the type of all our timestamps.
    pub(super) fn no_timestamp(self) -> &'static str {
        match self {
            Self::DataFusion => {
                "arrow_cast(cast(null as timestamp), 'Timestamp(Microsecond, Some(\"UTC\"))')"
            }
            Self::DuckDb => "cast(null as timestamptz)",
            Self::Spark => "cast(null as timestamp)",
        }
    }

    /// The MD5 of a row as it was received: of `head`, then of `name=value` and
    /// a separator for every column that has a value, in the order given.
    pub(super) fn row_md5(self, head: &str, columns: &[String]) -> String {
        let columns = columns.iter().map(|column| (column.replace('\'', "''"), quoted(column)));
        match self {
            // One pass over the row; the texts in between are never made.
            Dialect::DataFusion => {
                columns.fold(format!("row_md5({head}"), |sql, (label, column)| {
                    sql + &format!(", '{label}', {column}")
                }) + ")"
            }
            Dialect::DuckDb | Dialect::Spark => {
                columns.fold(format!("md5(concat(coalesce({head}, '')"), |sql, (label, column)| {
                    sql + &format!(", coalesce('{label}=' || {column} || chr(31), '')")
                }) + "))"
            }
        }
    }
}

/// A column name as SQL wants it.
pub(super) fn quoted(column: &str) -> String {
    format!("\"{}\"", column.replace('"', "\"\""))
}

/// A macro: its name, how many arguments it takes, and its text in DataFusion,
/// DuckDB and Spark. `{0}`, `{1}` are the arguments.
struct Macro(&'static str, usize, [&'static str; 3]);

/// A macro whose text is the same in all three.
const fn same(name: &'static str, arguments: usize, text: &'static str) -> Macro {
    Macro(name, arguments, [text, text, text])
}

/// What `masked_ip` of the engine does, where there is no such function.
const MASKED_IP: &str = "case when {0} like '%:%' then split_part({0}, ':', 1) || ':' || split_part({0}, ':', 2) || ':' || split_part({0}, ':', 3) || '::' when {0} like '%.%.%.%' then split_part({0}, '.', 1) || '.' || split_part({0}, '.', 2) || '.' || split_part({0}, '.', 3) || '.0' end";

#[rustfmt::skip]
static MACROS: &[Macro] = &[
    // The first 60 bits of a text's MD5, never negative: the same key on every engine.
    Macro("hash60", 1, [
        "hash60({0})",
        "cast('0x' || substr(md5({0}), 1, 15) as bigint)",
        "cast(conv(substr(md5({0}), 1, 15), 16, 10) as bigint)",
    ]),
    // The same number of the first 15 digits of a text in hex.
    Macro("hex60", 1, [
        "hex60({0})",
        "cast('0x' || substr({0}, 1, 15) as bigint)",
        "cast(conv(substr({0}, 1, 15), 16, 10) as bigint)",
    ]),
    // The key of a session: of source, visitor, start in microseconds, and tracker's session (':' before it) if it is not '.'.
    Macro("session_key", 4, [
        "session_key({0}, {1}, {2}, {3})",
        "cast('0x' || substr(md5({0} || '|' || {1} || '|' || cast({2} as string) || case when {3} = '.' then '' else '|' || substr({3}, 2) end), 1, 15) as bigint)",
        "cast(conv(substr(md5({0} || '|' || {1} || '|' || cast({2} as string) || case when {3} = '.' then '' else '|' || substr({3}, 2) end), 1, 15), 16, 10) as bigint)",
    ]),
    // A text without blanks around it; null where nothing is left.
    Macro("clean", 1, ["clean({0})", "nullif(trim({0}), '')", "nullif(trim({0}), '')"]),
    // A text; null where it is empty.
    Macro("given", 1, ["given({0})", "nullif({0}, '')", "nullif({0}, '')"]),
    // An address without the last octet of an IPv4, or all but three groups of an IPv6 address; else null.
    Macro("masked_ip", 1, ["masked_ip({0})", MASKED_IP, MASKED_IP]),
    // The value of the row before, and the greatest up to this row, in the window {1}; of bigint.
    Macro("previous", 2, ["previous({0}) over ({1})", "lag({0}) over ({1})", "lag({0}) over ({1})"]),
    Macro("running_max", 2, [
        "running_max({0}) over ({1})",
        "max({0}) over ({1} rows between unbounded preceding and current row)",
        "max({0}) over ({1} rows between unbounded preceding and current row)",
    ]),
    // Whether a row is the first of those alike in {0} (a list), within the partition {1} in the order {2}.
    Macro("first_of", 3, [
        "first_of({0}) over (partition by {1} order by {2})",
        "(row_number() over (partition by {1}, {0} order by {2}) = 1)",
        "(row_number() over (partition by {1}, {0} order by {2}) = 1)",
    ]),
    // Whether another row before has the same {0}; of rows that have it all but one are told.
    Macro("is_repeat", 1, [
        "not first_of({0}) over ()",
        "(row_number() over (partition by {0} order by {0}) > 1)",
        "(row_number() over (partition by {0} order by {0}) > 1)",
    ]),
    // Days from {0} to {1}.
    Macro("days_between", 2, [
        "(cast({1} as int) - cast({0} as int))",
        "datediff('day', {0}, {1})",
        "datediff({1}, {0})",
    ]),
    Macro("add_days", 2, [
        "cast(cast({0} as int) + cast({1} as int) as date)",
        "cast({0} + cast({1} as int) as date)",
        "date_add({0}, cast({1} as int))",
    ]),
    // Microseconds since 1970 to a date, a timestamp, and back.
    Macro("date_of_us", 1, [
        "date_of_us({0})",
        "cast(make_timestamp({0}) as date)",
        "cast(timestamp_micros({0}) as date)",
    ]),
    Macro("timestamp_of_us", 1, [
        "arrow_cast({0}, 'Timestamp(Microsecond, Some(\"UTC\"))')",
        "make_timestamp({0}) at time zone 'UTC'",
        "timestamp_micros({0})",
    ]),
    Macro("us", 1, [
        "cast(arrow_cast({0}, 'Timestamp(Microsecond, Some(\"UTC\"))') as bigint)",
        "epoch_us({0})",
        "unix_micros({0})",
    ]),
    // A date's midnight as microseconds of its own wall clock.
    Macro("us_of_date", 1, [
        "(cast(cast({0} as int) as bigint) * 86400000000)",
        "epoch_us(cast({0} as timestamp))",
        "(unix_date({0}) * 86400000000)",
    ]),
    // A text to a timestamp in microseconds UTC; null where it is none. A number of
    // 10, 13 or 16 digits is an epoch in seconds, milliseconds or microseconds.
    Macro("try_timestamp", 1, [
        "case when length({0}) in (10, 13, 16) and try_cast({0} as bigint) is not null then arrow_cast(try_cast({0} as bigint) * case length({0}) when 10 then 1000000 when 13 then 1000 else 1 end, 'Timestamp(Microsecond, Some(\"UTC\"))') else arrow_cast(try_cast({0} as timestamp(6)), 'Timestamp(Microsecond, Some(\"UTC\"))') end",
        "case when length({0}) in (10, 13, 16) and try_cast({0} as bigint) is not null then make_timestamp(try_cast({0} as bigint) * case length({0}) when 10 then 1000000 when 13 then 1000 else 1 end) at time zone 'UTC' else try_cast({0} as timestamptz) end",
        "case when length({0}) in (10, 13, 16) and try_cast({0} as bigint) is not null then timestamp_micros(try_cast({0} as bigint) * case length({0}) when 10 then 1000000 when 13 then 1000 else 1 end) else try_cast({0} as timestamp) end",
    ]),
    // Epoch milliseconds as text to RFC 3339 text; the text itself where it is no number.
    Macro("from_epoch_ms", 1, [
        "coalesce(cast(to_timestamp_millis(try_cast({0} as bigint)) as string), {0})",
        "coalesce(cast(make_timestamp(try_cast({0} as bigint) * 1000) as string), {0})",
        "coalesce(cast(timestamp_millis(try_cast({0} as bigint)) as string), {0})",
    ]),
    // Microseconds UTC to microseconds of the business clock.
    Macro("local_us", 2, [
        "local_us({0}, {1})",
        "epoch_us(make_timestamp({0}) at time zone 'UTC' at time zone {1})",
        "unix_micros(from_utc_timestamp(timestamp_micros({0}), {1}))",
    ]),
    Macro("date_part", 2, [
        "cast(date_part('{0}', {1}) as int)",
        "cast(date_part('{0}', {1}) as int)",
        "cast(date_part('{0}', {1}) as int)",
    ]),
    // The Monday of a date's week, 1 = Monday, and ISO 8601 week numbers.
    Macro("iso_week_start", 1, [
        "cast(date_trunc('week', {0}) as date)",
        "cast(date_trunc('week', {0}) as date)",
        "cast(date_trunc('week', {0}) as date)",
    ]),
    same("month_start", 1, "cast(date_trunc('month', {0}) as date)"),
    // The first day of the month {1} months after that of the date {0}.
    same("add_months", 2, "cast(cast(cast(((date_part('year', {0}) * 12 + date_part('month', {0}) - 1 + {1}) - (date_part('year', {0}) * 12 + date_part('month', {0}) - 1 + {1}) % 12) / 12 as int) as string) || '-' || lpad(cast(cast((date_part('year', {0}) * 12 + date_part('month', {0}) - 1 + {1}) % 12 + 1 as int) as string), 2, '0') || '-01' as date)"),
    Macro("iso_day_of_week", 1, [
        "cast((cast({0} as int) + 3) % 7 + 1 as smallint)",
        "cast(isodow({0}) as smallint)",
        "cast(weekday({0}) + 1 as smallint)",
    ]),
    same("iso_week", 1, "cast(date_part('week', {0}) as int)"),
    // The year that holds the week's Thursday.
    Macro("iso_year", 1, [
        "cast(date_part('year', cast(cast(cast(date_trunc('week', {0}) as date) as int) + 3 as date)) as int)",
        "cast(isoyear({0}) as int)",
        "cast(date_part('yearofweek', {0}) as int)",
    ]),
    // Days from {0} to {1}, both included, as a relation with one column, `date`.
    Macro("date_series", 2, [
        "(select cast(cast({0} as int) + n as date) as date from silver.numbers where n <= cast({1} as int) - cast({0} as int))",
        "(select {0} + cast(n as int) as date from silver.numbers where n <= datediff('day', {0}, {1}))",
        "(select date_add({0}, cast(n as int)) as date from silver.numbers where n <= datediff({1}, {0}))",
    ]),
    // Whether a text matches a regular expression (anchored, or anywhere in it).
    Macro("matches", 2, ["({0} ~ '{1}')", "regexp_matches({0}, '{1}')", "({0} rlike '{1}')"]),
    // Order of event types within one instant: views, then cart, then checkout, then purchase.
    same("event_rank", 1, "cast(case {0} when 'add_to_cart' then 1 when 'remove_from_cart' then 1 when 'checkout' then 2 when 'purchase' then 3 when 'refund' then 4 else 0 end as int)"),
    // Whether an event (type {0}, outcome {1}) is a purchase line that counts: a failed payment is none.
    same("counts_as_purchase", 2, "({0} = 'purchase' and coalesce({1}, 'success') <> 'failure')"),
    // The product of an event (type {0}, product {1}); one about a product that names none has '(unknown)'.
    same("product_of", 2, "case when {1} is null and {0} in ('product_view', 'add_to_cart', 'remove_from_cart', 'purchase', 'refund') then '(unknown)' else {1} end"),
    // The customer of a fact row: the account on the row, else the visitor's.
    same("customer_id", 2, "coalesce({0}.user_id, {1}.customer_id)"),
    // Lower-case host of a URL, without www., port, path and query.
    same("url_host", 1, "substr(replace('//' || split_part(split_part(split_part(split_part(case when {0} like '%://%' then split_part(lower({0}), '://', 2) else lower({0}) end, '/', 1), '?', 1), '#', 1), ':', 1), '//www.', '//'), 3)"),
    same("month_name", 1, "case date_part('month', {0}) when 1 then 'January' when 2 then 'February' when 3 then 'March' when 4 then 'April' when 5 then 'May' when 6 then 'June' when 7 then 'July' when 8 then 'August' when 9 then 'September' when 10 then 'October' when 11 then 'November' else 'December' end"),
    Macro("day_name", 1, [
        "case (cast({0} as int) + 3) % 7 when 0 then 'Monday' when 1 then 'Tuesday' when 2 then 'Wednesday' when 3 then 'Thursday' when 4 then 'Friday' when 5 then 'Saturday' else 'Sunday' end",
        "dayname({0})",
        "date_format({0}, 'EEEE')",
    ]),
    Macro("is_uuid", 1, [
        "is_uuid({0})",
        "(try_cast({0} as uuid) is not null and length({0}) = 36)",
        "({0} rlike '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$')",
    ]),
    // A hash written as a UUID.
    Macro("uuid_of", 1, [
        "uuid_of({0})",
        "substr({0}, 1, 8) || '-' || substr({0}, 9, 4) || '-' || substr({0}, 13, 4) || '-' || substr({0}, 17, 4) || '-' || substr({0}, 21, 12)",
        "substr({0}, 1, 8) || '-' || substr({0}, 9, 4) || '-' || substr({0}, 13, 4) || '-' || substr({0}, 17, 4) || '-' || substr({0}, 21, 12)",
    ]),
];

/// Turns a model's template into the SQL of one dialect.
pub struct Compiler {
    environment: Environment<'static>,
}

impl Compiler {
    /// A compiler for `dialect` that knows the macros.
    pub fn new(dialect: Dialect) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for Macro(name, arguments, texts) in MACROS {
            let text = texts[dialect as usize];
            environment.add_function(*name, move |given: minijinja::value::Rest<String>| {
                expand(name, *arguments, text, &given)
            });
        }
        Self { environment }
    }

    /// Adds a function of the caller's, such as `received("events")`.
    pub fn add_function(
        &mut self,
        name: &'static str,
        function: impl Fn(&str) -> String + Send + Sync + 'static,
    ) {
        self.environment.add_function(name, move |argument: &str| function(argument));
    }

    /// Adds a value that every template can read, such as the steps of a funnel.
    pub(super) fn add_value(&mut self, name: &'static str, value: impl Into<minijinja::Value>) {
        self.environment.add_global(name, value);
    }

    /// The SQL of a template.
    ///
    /// # Errors
    /// [`Error::Transform`] naming `model` when the template does not render.
    pub fn compile(&self, model: &str, template: &str) -> Result<String> {
        self.compile_with(model, template, minijinja::context! {})
    }

    /// As [`Compiler::compile`], with variables.
    pub(super) fn compile_with(
        &self,
        model: &str,
        template: &str,
        variables: minijinja::Value,
    ) -> Result<String> {
        self.environment
            .render_str(template, variables)
            .map_err(|error| Error::Transform { model: model.to_owned(), message: format!("{error:#}") })
    }
}

fn expand(
    name: &str,
    arguments: usize,
    text: &str,
    given: &[String],
) -> std::result::Result<String, TemplateError> {
    if given.len() != arguments {
        let message = format!("{name} takes {arguments} arguments, not {}", given.len());
        return Err(TemplateError::new(ErrorKind::InvalidOperation, message));
    }
    let mut expanded = text.to_owned();
    for (position, argument) in given.iter().enumerate() {
        expanded = expanded.replace(&format!("{{{position}}}"), argument);
    }
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use arrow::array::AsArray;

    use super::*;
    use crate::engine::{Engine, LocalEngine, Options, Params};

    /// The one text that an expression gives in the engine.
    fn evaluate(expression: &str) -> String {
        let compiler = Compiler::new(Dialect::DataFusion);
        let sql = compiler.compile("test", &format!("select cast({expression} as string)")).unwrap();
        let engine = LocalEngine::empty(&Options { threads: 1, memory_limit: None }).unwrap();
        let batches = (&engine as &dyn Engine).collect(&sql, &Params::new()).unwrap();
        batches[0].column(0).as_string::<i32>().value(0).to_owned()
    }

    #[test]
    fn hosts_lose_scheme_www_port_path_and_query() {
        for url in [
            "https://www.Example.com/a?b",
            "example.com?x=1",
            "http://example.com:8080#top",
            "www.example.com",
        ] {
            assert_eq!(evaluate(&format!("{{{{ url_host(\"'{url}'\") }}}}")), "example.com", "{url}");
        }
    }

    #[test]
    fn calendars_follow_iso_8601() {
        // 2027-01-03 is the Sunday of week 53 of 2026.
        let date = "cast('2027-01-03' as date)";
        assert_eq!(evaluate(&format!("{{{{ iso_year(\"{date}\") }}}}")), "2026");
        assert_eq!(evaluate(&format!("{{{{ iso_week(\"{date}\") }}}}")), "53");
        assert_eq!(evaluate(&format!("{{{{ iso_day_of_week(\"{date}\") }}}}")), "7");
        assert_eq!(evaluate(&format!("{{{{ iso_week_start(\"{date}\") }}}}")), "2026-12-28");
        assert_eq!(evaluate(&format!("{{{{ day_name(\"{date}\") }}}}")), "Sunday");
    }

    #[test]
    fn keys_are_the_first_sixty_bits_of_md5() {
        // md5('abc') = 900150983cd24fb0d6963f7d28e17f72; its first 15 digits:
        assert_eq!(evaluate("{{ hash60(\"'abc'\") }}"), 0x0900_1509_83cd_24fb_i64.to_string());
        assert_eq!(evaluate("md5('abc')"), "900150983cd24fb0d6963f7d28e17f72");
    }

    #[test]
    fn the_business_clock_follows_summer_time() {
        // 2026-03-29 01:00 UTC is the moment Berlin's clocks go from 2 to 3.
        let local = |us: i64| evaluate(&format!("{{{{ local_us(\"{us}\", \"'Europe/Berlin'\") }}}}"));
        let spring: i64 = 1_774_746_000_000_000;
        assert_eq!(local(spring - 1), (spring - 1 + 3_600_000_000).to_string());
        assert_eq!(local(spring), (spring + 7_200_000_000).to_string());
    }

    #[test]
    fn a_macro_refuses_the_wrong_number_of_arguments() {
        let error = Compiler::new(Dialect::Spark).compile("gold.x", "{{ add_days('a') }}").unwrap_err();
        assert!(error.to_string().contains("add_days takes 2 arguments"), "{error}");
    }
}
