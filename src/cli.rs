//! What was typed. Below this file nobody has heard of clap: a flag becomes an
//! [`Override`] of a configuration key.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::config::Override;

/// Make realistic e-commerce clickstreams, and mill any clickstream into a star
/// schema, PostgreSQL views and charts.
#[derive(Debug, Parser)]
#[command(name = "clickmill", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// Flags of every verb.
    #[command(flatten)]
    pub global: Global,
}

/// Flags of every verb.
#[derive(Debug, Args)]
pub struct Global {
    /// Configuration file [default: ./clickmill.toml where it is]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Data folder: raw, bronze, silver, gold, private PostgreSQL [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<String>,
    /// Folder of charts, summary.md, index.html and run.json [default: reports]
    #[arg(long, global = true, value_name = "DIR")]
    reports_dir: Option<String>,
    /// Worker threads; 0 means one per core [default: 0]
    #[arg(long, global = true, value_name = "N")]
    threads: Option<u32>,
    /// Memory for sorts and joins before they spill to disk, such as 4GiB
    #[arg(long, global = true, value_name = "SIZE")]
    memory_limit: Option<String>,
    /// Say more (twice: still more)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Messages on stderr as text or json [default: text]
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Do it all: generate, ingest, transform, load, report
    Run(Box<RunArgs>),
    /// Make raw files: users, products, sessions and events
    Generate(Box<GenerateArgs>),
    /// Bring raw files of any known source to bronze
    Ingest(InputFlags),
    /// Make silver and gold from bronze, and check them
    Transform(TransformArgs),
    /// Load gold into PostgreSQL, with Tableau-ready views
    Load(LoadArgs),
    /// Draw charts, write summary.md and the page index.html from gold
    Report(ReportFlags),
    /// Write Tableau data sources and a workbook over the warehouse's views
    Tableau(TableauArgs),
    /// Answer an SQL query from bronze, silver and gold
    Query(QueryArgs),
    /// Answer a business question from gold: trends, funnels, segments, products, churn, ...
    Ask(AskArgs),
    /// Run the data-quality checks over what is there
    Check(CheckArgs),
    /// Print the SQL models: order, grain, lineage
    Models(ModelsArgs),
    /// List the raw formats that can be read
    Sources,
    /// Try a source on a file: what its rows become, which would be quarantined
    Source(SourceArgs),
    /// List the profiles that made visitors follow, or print one
    Profile(ProfileArgs),
    /// Start, stop or reach the private PostgreSQL
    Db(DbArgs),
    /// Print the configuration in force and where each value came from
    Config,
    /// Remove what was made: raw, bronze, silver, gold and the private PostgreSQL
    Clean,
    /// Print a completion script for a shell
    Completions {
        /// bash, zsh, fish, powershell or elvish
        shell: clap_complete::Shell,
    },
}

/// What `run` takes: the flags of all stages.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// First stage to run: generate, ingest, transform, load or report
    #[arg(long, value_name = "STAGE", value_parser = stage)]
    pub from: Option<crate::pipeline::Stage>,
    /// Last stage to run
    #[arg(long, value_name = "STAGE", value_parser = stage)]
    pub until: Option<crate::pipeline::Stage>,
    /// Made data.
    #[command(flatten)]
    pub generate: GenerateFlags,
    /// Data of the user's own.
    #[command(flatten)]
    pub input: InputFlags,
    /// Silver and gold.
    #[command(flatten)]
    pub model: ModelFlags,
    /// PostgreSQL.
    #[command(flatten)]
    pub load: LoadFlags,
    /// Charts.
    #[command(flatten)]
    pub chart: RunChartFlags,
}

fn stage(verb: &str) -> Result<crate::pipeline::Stage, String> {
    crate::pipeline::Stage::parse(verb)
        .ok_or_else(|| "one of generate, ingest, transform, load, report".to_owned())
}

/// What `generate` takes.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// What to make.
    #[command(flatten)]
    pub flags: GenerateFlags,
    /// Share the event files among N machines; this one makes part K
    #[arg(long, value_name = "N", requires = "part")]
    pub parts: Option<u32>,
    /// Which of the parts to make, from 1; gather all, then run without it to close
    #[arg(long, value_name = "K", requires = "parts")]
    pub part: Option<u32>,
    /// Write the events to stdout, as csv or jsonl, and nothing else anywhere
    #[arg(long, conflicts_with = "overwrite")]
    pub stdout: bool,
}

/// What to make.
#[derive(Debug, Args)]
#[command(next_help_heading = "Made data")]
pub struct GenerateFlags {
    /// How visitors behave: a built-in profile or a TOML file [default: marketplace]
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// Sessions in the period (kept within 2%) [default: 10000]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    sessions: Option<u64>,
    /// Accounts [default: as many as give about 3 sessions each]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    users: Option<u64>,
    /// Products in the catalogue [default: 500]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    products: Option<u32>,
    /// Whole days [default: 30]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    days: Option<u32>,
    /// First day [default: 2026-01-05]
    #[arg(long, value_name = "YYYY-MM-DD")]
    start_date: Option<String>,
    /// The number that everything random follows from [default: 42]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Multiplies sessions and users [default: 1]
    #[arg(long, value_name = "FACTOR", allow_negative_numbers = true)]
    scale: Option<f64>,
    /// Raw files as csv, jsonl or parquet [default: csv]
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Share of the events that goes wrong on the way, of all kinds, or of each: duplicate=0.02,late=0.01
    /// (kinds: clickmill.toml) [default: 0]
    #[arg(long, value_name = "SHARE|KIND=SHARE,...", value_delimiter = ',', allow_negative_numbers = true)]
    dirt: Vec<String>,
    /// Replace raw files that were made with other settings
    #[arg(long)]
    overwrite: bool,
}

/// What to read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub struct InputFlags {
    /// File, folder, pattern or http(s) address; may be repeated [default: the made raw files]
    #[arg(long, value_name = "PATH")]
    input: Vec<String>,
    /// Known source or mapping file (.sql) [default: the header decides]
    #[arg(long, value_name = "NAME|FILE")]
    source: Option<String>,
    /// Put before every id of this input, to mix sources in one data folder
    #[arg(long, value_name = "TEXT")]
    id_prefix: Option<String>,
}

/// How to model.
#[derive(Debug, Args)]
#[command(next_help_heading = "Models")]
pub struct ModelFlags {
    /// What ends a session: gap or source [default: gap]
    #[arg(long, value_name = "MODE")]
    session_mode: Option<String>,
    /// A longer pause starts a new session [default: 30m]
    #[arg(long, value_name = "DURATION")]
    session_gap: Option<String>,
    /// Business time zone (IANA name): decides dates and hours [default: UTC]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Day that recency is measured from [default: the last day with events]
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<String>,
    /// Build silver and gold again even if nothing changed
    #[arg(long)]
    full_refresh: bool,
}

/// What `transform` takes.
#[derive(Debug, Args)]
pub struct TransformArgs {
    /// How to model.
    #[command(flatten)]
    pub model: ModelFlags,
    /// Redo a window of days: its first one
    #[arg(long, value_name = "YYYY-MM-DD", requires = "until")]
    from: Option<String>,
    /// ... and its last one
    #[arg(long, value_name = "YYYY-MM-DD", requires = "from")]
    until: Option<String>,
}

/// What `check` takes.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Compare gold with what the generator knows to be true, instead
    #[arg(long)]
    pub truth: bool,
    /// How the report is printed
    #[arg(long, value_enum, default_value_t = CheckFormat::Table, conflicts_with = "truth")]
    pub format: CheckFormat,
}

/// How the report of `check` is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// Lines, for people.
    Table,
    /// One object, for programs.
    Json,
}

/// Where to load.
#[derive(Debug, Args)]
#[command(next_help_heading = "PostgreSQL")]
pub struct LoadFlags {
    /// postgresql://user:password@host:port/database [default: DATABASE_URL, PGHOST, or a private server]
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

/// What `load` takes.
#[derive(Debug, Args)]
pub struct LoadArgs {
    /// Where to load.
    #[command(flatten)]
    pub flags: LoadFlags,
    /// Which days to load.
    #[command(flatten)]
    pub day: LoadDayFlags,
    /// Replace every row, whatever was loaded before
    #[arg(long)]
    full_refresh: bool,
    /// Say what would be loaded, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Which days to load.
#[derive(Debug, Args)]
#[command(next_help_heading = "PostgreSQL")]
pub struct LoadDayFlags {
    /// Leave days before this one alone in PostgreSQL [default: compare all days]
    #[arg(long, value_name = "YYYY-MM-DD")]
    since: Option<String>,
    /// Delete days from PostgreSQL that gold no longer has; otherwise they stop the load
    #[arg(long)]
    prune: bool,
}

/// What `report` takes; the longer names are those of `run`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Charts")]
pub struct ReportFlags {
    /// png or svg [default: png]
    #[arg(long, visible_alias = "chart-format", value_name = "FORMAT")]
    format: Option<String>,
    /// First day to draw [default: the data's first]
    #[arg(long, visible_alias = "chart-since", value_name = "YYYY-MM-DD")]
    since: Option<String>,
    /// Last day to draw [default: the data's last]
    #[arg(long, visible_alias = "chart-until", value_name = "YYYY-MM-DD")]
    until: Option<String>,
    /// Which charts.
    #[command(flatten)]
    chart: ChartFlags,
}

/// What `run` takes of these; its --format is that of the raw files, its --until a stage.
#[derive(Debug, Args)]
#[command(next_help_heading = "Charts")]
pub struct RunChartFlags {
    /// Charts as png or svg [default: png]
    #[arg(long, value_name = "FORMAT")]
    chart_format: Option<String>,
    /// First day to draw [default: the data's first]
    #[arg(long, visible_alias = "since", value_name = "YYYY-MM-DD")]
    chart_since: Option<String>,
    /// Last day to draw [default: the data's last]
    #[arg(long, value_name = "YYYY-MM-DD")]
    chart_until: Option<String>,
    /// Which charts.
    #[command(flatten)]
    chart: ChartFlags,
}

/// Which charts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Charts")]
pub struct ChartFlags {
    /// Charts to draw, separated by commas [default: all]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    chart: Vec<String>,
    /// Pixels, or small, readme, slide, a4 or 4k [default: 1600x900]
    #[arg(long, value_name = "WxH|NAME")]
    size: Option<String>,
    /// Light on dark
    #[arg(long)]
    dark: bool,
    /// How numbers and money are written: en-US, de-DE, fr-FR, ... [default: en-US]
    #[arg(long, value_name = "LOCALE")]
    locale: Option<String>,
    /// Hold the period against another: previous is as many days right before it
    #[arg(long, value_name = "PERIOD")]
    compare: Option<String>,
}

/// What `tableau` takes.
#[derive(Debug, Args)]
pub struct TableauArgs {
    /// Folder of the files
    #[arg(long, value_name = "DIR", default_value = "tableau")]
    pub out: PathBuf,
    /// Where the warehouse is; no password goes into the files.
    #[command(flatten)]
    pub load: LoadFlags,
}

/// What `query` takes.
#[derive(Debug, Args)]
pub struct QueryArgs {
    /// The statement; tables are layer.name, a bare name is gold
    pub sql: String,
    /// How rows are printed
    #[arg(long, value_enum, default_value_t = RowFormat::Table)]
    pub format: RowFormat,
}

/// How query results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    /// Boxes, for people.
    Table,
    /// Comma separated, with a header.
    Csv,
    /// One array of objects; 60-bit keys as text.
    Json,
}

/// What `ask` takes.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["name", "list", "markdown"]))]
pub struct AskArgs {
    /// The question, as --list names it
    pub name: Option<String>,
    /// Print the names of all questions, with their words
    #[arg(long)]
    pub list: bool,
    /// Print the page docs/questions.md, with the first rows of each answer
    #[arg(long)]
    pub markdown: bool,
    /// Change a parameter of the question; may be repeated (--show tells which there are)
    #[arg(long, value_name = "NAME=VALUE", requires = "name")]
    pub param: Vec<String>,
    /// Print the statement, to be pasted into psql, instead of the answer
    #[arg(long, requires = "name")]
    pub show: bool,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = AnswerFormat::Table)]
    pub format: AnswerFormat,
    /// Where the answer comes from
    #[arg(long, value_enum, default_value_t = AnswerPlace::Lake)]
    pub on: AnswerPlace,
    /// Where the database is, if not private.
    #[command(flatten)]
    pub load: LoadFlags,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerFormat {
    /// Aligned columns, for people.
    Table,
    /// Comma separated, with a header.
    Csv,
    /// One array of objects.
    Json,
    /// A Markdown table.
    Md,
}

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerPlace {
    /// The data folder's gold.
    Lake,
    /// The gold that `load` put into PostgreSQL.
    Postgres,
}

/// What `models` takes.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("view").multiple(false))]
pub struct ModelsArgs {
    /// Print the lineage as a Mermaid flowchart
    #[arg(long, group = "view")]
    pub graph: bool,
    /// Print one model's compiled SQL
    #[arg(long, value_name = "LAYER.NAME", group = "view")]
    pub show: Option<String>,
    /// Print the page docs/models.md: every model with its story, grain and columns
    #[arg(long, group = "view")]
    pub markdown: bool,
    /// Print the page docs/schema.md: every table and view of the warehouse
    #[arg(long, group = "view")]
    pub schema: bool,
    /// Print the diagram docs/schema.svg: the warehouse's tables and their keys
    #[arg(long, group = "view")]
    pub diagram: bool,
    /// Print all models as one script that makes silver and gold of the data folder's bronze
    #[arg(long, group = "view")]
    pub script: bool,
    /// The SQL of --show and --script: datafusion, duckdb or spark
    #[arg(long, value_name = "NAME", default_value = "datafusion", value_parser = dialect)]
    pub dialect: crate::transform::Dialect,
}

fn dialect(name: &str) -> Result<crate::transform::Dialect, String> {
    crate::transform::Dialect::parse(name).ok_or_else(|| "one of datafusion, duckdb, spark".to_owned())
}

/// What `source` takes.
#[derive(Debug, Args)]
pub struct SourceArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: SourceAction,
}

/// What can be done with sources.
#[derive(Debug, Subcommand)]
pub enum SourceAction {
    /// Show what a file's first rows become; exit code 3 if rows would be quarantined
    Check {
        /// The file; of a large one, its beginning is read
        file: PathBuf,
        /// Known source or mapping file (.sql) [default: the header decides]
        #[arg(long, value_name = "NAME|FILE")]
        source: Option<String>,
        /// How many rows to show
        #[arg(long, value_name = "N", default_value_t = 3)]
        rows: usize,
    },
}

/// What `profile` takes.
#[derive(Debug, Args)]
pub struct ProfileArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: ProfileAction,
}

/// What can be done with profiles.
#[derive(Debug, Subcommand)]
pub enum ProfileAction {
    /// List the built-in profiles
    List,
    /// Print a profile, to be read or changed
    Show {
        /// A built-in profile, or a file (which is checked first)
        #[arg(value_name = "NAME|FILE")]
        profile: String,
    },
}

/// What `db` takes.
#[derive(Debug, Args)]
pub struct DbArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub action: DbAction,
    /// Where the database is, if not private.
    #[command(flatten)]
    pub load: LoadFlags,
}

/// What can be done with the private server.
#[derive(Debug, Subcommand)]
pub enum DbAction {
    /// Start it (made at the first start)
    Start,
    /// Stop it
    Stop,
    /// Say whether it runs
    Status,
    /// Print its address, password included
    Url,
    /// Open psql on it
    Psql {
        /// Arguments for psql
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

impl Cli {
    /// The flags that were given, as configuration keys.
    pub fn overrides(&self) -> Vec<Override> {
        let mut list = Overrides::default();
        let global = &self.global;
        list.put("lake.data_dir", "--data-dir", &global.data_dir);
        list.put("report.dir", "--reports-dir", &global.reports_dir);
        list.put("engine.threads", "--threads", &global.threads);
        list.put("engine.memory_limit", "--memory-limit", &global.memory_limit);
        list.put("log.format", "--log-format", &global.log_format);
        match &self.command {
            Command::Run(run) => {
                list.generate(&run.generate);
                list.input(&run.input);
                list.model(&run.model);
                list.load(&run.load);
                // Of a whole run, it means everything that is made.
                list.put("load.full_refresh", "--full-refresh", &run.model.full_refresh.then_some(true));
                list.put("report.format", "--chart-format", &run.chart.chart_format);
                list.put("report.since", "--chart-since", &run.chart.chart_since);
                list.put("report.until", "--chart-until", &run.chart.chart_until);
                list.chart(&run.chart.chart);
            }
            Command::Generate(args) => list.generate(&args.flags),
            Command::Ingest(flags) => list.input(flags),
            Command::Transform(args) => {
                list.model(&args.model);
                list.put("transform.from", "--from", &args.from);
                list.put("transform.until", "--until", &args.until);
            }
            Command::Load(args) => {
                list.load(&args.flags);
                list.load_day(&args.day);
                list.put("load.full_refresh", "--full-refresh", &args.full_refresh.then_some(true));
                list.put("load.dry_run", "--dry-run", &args.dry_run.then_some(true));
            }
            Command::Report(flags) => {
                list.put("report.format", "--format", &flags.format);
                list.put("report.since", "--since", &flags.since);
                list.put("report.until", "--until", &flags.until);
                list.chart(&flags.chart);
            }
            Command::Db(db) => list.load(&db.load),
            Command::Ask(ask) => list.load(&ask.load),
            Command::Tableau(args) => list.load(&args.load),
            _ => {}
        }
        list.0
    }
}

#[derive(Default)]
struct Overrides(Vec<Override>);

impl Overrides {
    fn put(&mut self, key: &'static str, flag: &str, value: &Option<impl ToString>) {
        if let Some(value) = value {
            self.0.push(Override { key: key.into(), values: vec![value.to_string()], flag: flag.to_owned() });
        }
    }

    fn put_list(&mut self, key: &'static str, flag: &str, values: &[String]) {
        if !values.is_empty() {
            self.0.push(Override { key: key.into(), values: values.to_vec(), flag: flag.to_owned() });
        }
    }

    /// A share of all kinds, or of one: `0.01`, `out-of-order=0.02`.
    fn dirt(&mut self, given: &[String]) {
        for text in given {
            let (kind, share) = text.split_once('=').unwrap_or(("share", text));
            let key = format!("dirt.{}", kind.trim().replace('-', "_")).into();
            let flag = format!("--dirt {text}");
            self.0.push(Override { key, values: vec![share.trim().to_owned()], flag });
        }
    }

    fn generate(&mut self, flags: &GenerateFlags) {
        self.put("generate.profile", "--profile", &flags.profile);
        self.put("generate.sessions", "--sessions", &flags.sessions);
        self.put("generate.users", "--users", &flags.users);
        self.put("generate.products", "--products", &flags.products);
        self.put("generate.days", "--days", &flags.days);
        self.put("generate.start_date", "--start-date", &flags.start_date);
        self.put("generate.seed", "--seed", &flags.seed);
        self.put("generate.scale", "--scale", &flags.scale);
        self.dirt(&flags.dirt);
        self.put("generate.format", "--format", &flags.format);
        self.put("generate.overwrite", "--overwrite", &flags.overwrite.then_some(true));
    }

    fn input(&mut self, flags: &InputFlags) {
        self.put_list("ingest.input", "--input", &flags.input);
        self.put("ingest.source", "--source", &flags.source);
        self.put("ingest.id_prefix", "--id-prefix", &flags.id_prefix);
    }

    fn model(&mut self, flags: &ModelFlags) {
        self.put("session.mode", "--session-mode", &flags.session_mode);
        self.put("session.gap", "--session-gap", &flags.session_gap);
        self.put("business.time_zone", "--time-zone", &flags.time_zone);
        self.put("business.as_of", "--as-of", &flags.as_of);
        self.put("transform.full_refresh", "--full-refresh", &flags.full_refresh.then_some(true));
    }

    fn load(&mut self, flags: &LoadFlags) {
        self.put("load.database_url", "--database-url", &flags.database_url);
    }

    fn load_day(&mut self, flags: &LoadDayFlags) {
        self.put("load.since", "--since", &flags.since);
        self.put("load.prune", "--prune", &flags.prune.then_some(true));
    }

    fn chart(&mut self, flags: &ChartFlags) {
        self.put_list("report.charts", "--chart", &flags.chart);
        self.put("report.size", "--size", &flags.size);
        self.put("report.dark", "--dark", &flags.dark.then_some(true));
        self.put("report.locale", "--locale", &flags.locale);
        self.put("report.compare", "--compare", &flags.compare);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    /// clap looks for this in debug builds only, and then refuses to run.
    #[test]
    fn no_verb_has_two_arguments_of_one_name() {
        let mut command = Cli::command();
        command.build();
        for verb in command.get_subcommands() {
            let mut names: Vec<_> = verb.get_arguments().map(|argument| argument.get_id().as_str()).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "clickmill {}", verb.get_name());
        }
    }

    #[test]
    fn flags_become_keys() {
        let cli = Cli::parse_from(["clickmill", "run", "--sessions", "5", "--overwrite", "--data-dir", "d"]);
        let keys: Vec<_> =
            cli.overrides().iter().map(|given| (given.key.to_string(), given.values[0].clone())).collect();
        assert!(keys.contains(&("generate.sessions".to_owned(), "5".to_owned())));
        assert!(keys.contains(&("generate.overwrite".to_owned(), "true".to_owned())));
        assert!(keys.contains(&("lake.data_dir".to_owned(), "d".to_owned())));
    }

    #[test]
    fn run_and_report_name_the_same_of_the_charts() {
        let given = |line: &str| {
            let overrides = Cli::parse_from(line.split(' ')).overrides();
            let mut keys: Vec<_> =
                overrides.into_iter().map(|given| (given.key.to_string(), given.values)).collect();
            keys.sort();
            keys
        };
        let flags =
            "--chart-format svg --chart-since 2026-01-06 --chart-until 2026-01-07 --dark --chart order_value";
        let run = given(&format!("clickmill run --format jsonl --until report {flags}"));
        assert!(run.contains(&("report.format".to_owned(), vec!["svg".to_owned()])), "{run:?}");
        assert!(run.contains(&("generate.format".to_owned(), vec!["jsonl".to_owned()])), "{run:?}");
        let of_charts: Vec<_> = run.into_iter().filter(|(key, _)| key.starts_with("report.")).collect();
        assert_eq!(of_charts, given(&format!("clickmill report {flags}")));
        let short = flags.replace("chart-format", "format").replace("chart-since", "since");
        assert_eq!(of_charts, given(&format!("clickmill report {}", short.replace("chart-until", "until"))));
    }
}
