//! The verbs as a user sees them: run a stage, print what it did.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchReader};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::util::pretty::pretty_format_batches;
use chrono::{DateTime, Utc};
use clap::CommandFactory;
use clickmill::cli::{
    AnswerFormat, AnswerPlace, AskArgs, CheckFormat, Cli, Command, DbAction, DbArgs, GenerateArgs,
    ModelsArgs, ProfileAction, QueryArgs, RowFormat, RunArgs, SourceAction, TableauArgs,
};
use clickmill::config::Config;
use clickmill::emit::{self, Part};
use clickmill::engine::{Engine, LocalEngine};
use clickmill::generate::{Plan, Profile};
use clickmill::lake::{Lake, Layer};
use clickmill::load::Server;
use clickmill::load::server::{self, ServerFound, State};
use clickmill::pipeline::{self, Stage};
use clickmill::progress::Progress;
use clickmill::source::Source;
use clickmill::summary::{ClosingTable, grouped};
use clickmill::tableau::{self, Address};
use clickmill::transform;
use clickmill::{Error, Result, ask, quality, schema, trial, truth};

/// Runs the verb that was typed.
pub fn execute(cli: &Cli, config: &Config, now: DateTime<Utc>, progress: &Progress) -> Result<ExitCode> {
    match &cli.command {
        Command::Run(args) => run(args, config, now, progress),
        Command::Generate(args) => generate(args, config, now, progress),
        Command::Ingest(_) => stage(Stage::Ingest, config, now, progress),
        Command::Transform(_) => stage(Stage::Transform, config, now, progress),
        Command::Load(_) => stage(Stage::Load, config, now, progress),
        Command::Report(_) => stage(Stage::Report, config, now, progress),
        Command::Tableau(args) => tableau(args, config),
        Command::Query(args) => query(args, config),
        Command::Ask(args) => answer(args, config, cli.global.quiet),
        Command::Check(args) if args.truth => check_truth(config),
        Command::Check(args) => check(args.format, config, now),
        Command::Models(args) => models(args, config),
        Command::Sources => sources(),
        Command::Source(args) => source(&args.action, config, now),
        Command::Profile(args) => profile(&args.action),
        Command::Db(args) => db(args, config),
        Command::Config => print_config(config),
        Command::Clean => clean(config),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "clickmill", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
    }
}

/// Prints to stdout.
fn print(text: &str) -> Result<ExitCode> {
    write_out(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Writes to stdout, where a reader that went away is an error like any other.
fn write_out(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(Error::io("write to", Path::new("stdout")))
}

/// All raw files, one part of them, or the events as a stream.
fn generate(
    args: &GenerateArgs,
    config: &Config,
    now: DateTime<Utc>,
    progress: &Progress,
) -> Result<ExitCode> {
    let part = match (args.part, args.parts) {
        (Some(number), Some(of)) => Some(Part::new(number, of)?),
        _ => None,
    };
    let options = emit::Options { part, ..config.emit()? };
    if args.stdout {
        let plan = Plan::new(&config.generate()?)?;
        emit::pour(&plan, &options, &mut io::stdout().lock(), progress)?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(part) = part else {
        return stage(Stage::Generate, config, now, progress);
    };
    let plan = Plan::new(&config.generate()?)?;
    let lake = config.lake();
    let _lock = lake.lock()?;
    let tables = emit::emit(&plan, &lake, &options, progress)?;
    let rows: u64 = tables.iter().map(|table| table.rows).sum();
    print(&format!(
        "part {} of {}: {} events in {}\nnext: gather the raw folders of all parts into one, \
         and run the same command there without --parts and --part\n",
        part.number,
        part.of,
        grouped(rows),
        lake.raw().display()
    ))
}

/// One line per table of a single stage.
fn stage(stage: Stage, config: &Config, now: DateTime<Utc>, progress: &Progress) -> Result<ExitCode> {
    pipeline::read_options(config)?;
    let _lock = config.lake().lock()?;
    let started = Instant::now();
    let report = pipeline::run(config, stage, stage, now, progress)?;
    let mut text = String::new();
    for table in report.stages.iter().flat_map(|stage| &stage.tables) {
        let state = if table.changed { format!("{:.2} s", table.seconds) } else { "unchanged".to_owned() };
        text += &format!(
            "{:<34} {:>12} rows {:>14} bytes  {state}\n",
            table.table,
            grouped(table.rows),
            grouped(table.bytes)
        );
    }
    if let Some(extent) = &report.extent {
        text += &format!("{extent}\n");
    }
    if !report.checks.is_empty() {
        text += &format!("{} checks passed\n", report.checks.len());
    }
    for notice in &report.notices {
        text += &format!("note: {notice}\n");
    }
    text += &format!("{stage} done in {:.2} s\n", started.elapsed().as_secs_f64(), stage = stage.as_str());
    print(&text)
}

/// Everything, then where it all is and what to type next.
fn run(args: &RunArgs, config: &Config, now: DateTime<Utc>, progress: &Progress) -> Result<ExitCode> {
    let (from, until) = (args.from.unwrap_or(Stage::Generate), args.until.unwrap_or(Stage::Report));
    if from > until {
        return Err(Error::Usage(format!("--from {} comes after --until {}", from.as_str(), until.as_str())));
    }
    pipeline::read_options(config)?;
    let lake = config.lake();
    let _lock = lake.lock()?;
    let report = pipeline::run(config, from, until, now, progress)?;
    let reports = config.report()?.dir;
    let mut text = format!("{}\n\n", ClosingTable(&report.stages));
    if let Some(extent) = &report.extent {
        text += &format!("transform  {extent}\n");
    }
    if !report.checks.is_empty() {
        text += &format!("checks     {} passed\n", report.checks.len());
    }
    if let Some(truth) = &report.truth {
        text += &format!("truth      {}\n", truth.verdict());
    }
    text += &format!("data       {}\n", lake.root().display());
    text += &format!("reports    {}\n", reports.display());
    if let Some(url) = &report.database {
        text += &format!("database   {url}\n");
    }
    for notice in &report.notices {
        text += &format!("note       {notice}\n");
    }
    let at = match lake.root() == Path::new("data") {
        true => String::new(),
        false => format!(" --data-dir {}", shell_word(&lake.root().to_string_lossy())),
    };
    // As it was called, so that the line works when the program is not on the PATH.
    let clickmill =
        shell_word(&std::env::args_os().next().unwrap_or_else(|| "clickmill".into()).to_string_lossy());
    let next = match (&report.database, until) {
        (Some(_), _) => {
            format!("db psql{at} -- -c 'select * from analytics.vw_tableau_executive_kpis limit 5'")
        }
        (None, Stage::Generate) => format!("ingest{at}"),
        (None, Stage::Ingest) => format!("transform{at}"),
        (None, _) => format!("query{at} 'select * from fact_daily_metrics limit 5'"),
    };
    text += &format!("next       {clickmill} {next}\n");
    print(&text)
}

/// A word that a shell takes for one, whatever is in it.
fn shell_word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./:+@,=".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Completes what a killed run left half done, unless a run is at work: what
/// it is building is not ours to clear away.
fn settle(lake: &Lake) -> Result<()> {
    if lake.is_staged()
        && let Ok(_lock) = lake.lock()
    {
        lake.recover()?;
    }
    Ok(())
}

/// Files for Tableau, over the server that a load would go to.
fn tableau(args: &TableauArgs, config: &Config) -> Result<ExitCode> {
    let (lake, options) = (config.lake(), config.load()?);
    let address = match server::url(&lake, &options) {
        Ok(url) => Address::of(&url)?,
        // Without a server yet, the files name this machine.
        Err(Error::Load { .. }) => Address::default(),
        Err(error) => return Err(error),
    };
    let files = tableau::write(&args.out, &address)?;
    let mut text = String::new();
    for file in &files {
        text += &format!("{}\n", file.display());
    }
    text += &format!(
        "{} data sources and a workbook for {} on {}:{}; Tableau asks for the password of {}\n",
        files.len() - 1,
        address.database,
        address.server,
        address.port,
        address.user
    );
    print(&text)
}

fn query(args: &QueryArgs, config: &Config) -> Result<ExitCode> {
    let lake = config.lake();
    settle(&lake)?;
    if Layer::ALL.iter().all(|layer| lake.tables(*layer).is_ok_and(|tables| tables.is_empty())) {
        return Err(Error::Usage(format!(
            "{} holds no tables to query; run `clickmill run` first, or name the folder with --data-dir",
            lake.root().display()
        )));
    }
    let engine = LocalEngine::open(&lake, &config.engine()?)?;
    let reader = (&engine as &dyn Engine).query(&args.sql)?;
    print_rows(reader, args.format)
}

/// A business question: its words to stderr, the answer to stdout.
fn answer(args: &AskArgs, config: &Config, quiet: bool) -> Result<ExitCode> {
    if args.list {
        let line = |question: &ask::Question| format!("{:<30} {}\n", question.name, question.question);
        return print(&ask::questions()?.iter().map(line).collect::<String>());
    }
    let lake = config.lake();
    let open = || {
        settle(&lake)?;
        if lake.tables(Layer::Gold)?.is_empty() {
            return Err(Error::Usage(format!(
                "{} holds no gold to answer from; run `clickmill run` first, or name the folder with --data-dir",
                lake.root().display()
            )));
        }
        LocalEngine::open(&lake, &config.engine()?)
    };
    let Some(name) = &args.name else {
        return print(&ask::markdown(&open()?)?);
    };
    let question = ask::question(name)?;
    let bound = question.bind(&args.param)?;
    if args.show {
        return print(&format!("{};\n", bound.trim_end()));
    }
    let answer = match args.on {
        AnswerPlace::Lake => question.ask(&open()?, &args.param)?,
        AnswerPlace::Postgres => question.ask_postgres(&database(&lake, config)?, &args.param)?,
    };
    let format = match args.format {
        AnswerFormat::Table => ask::Format::Table,
        AnswerFormat::Csv => ask::Format::Csv,
        AnswerFormat::Json => ask::Format::Json,
        AnswerFormat::Md => ask::Format::Markdown,
    };
    if args.format == AnswerFormat::Table && !quiet {
        // Where nobody hears it, the answer still counts.
        let _ = writeln!(io::stderr(), "{}\n{}\n", question.question, question.reading);
    }
    print(&answer.print(format))
}

/// The database that `load` fills; a private one that sleeps is woken.
fn database(lake: &Lake, config: &Config) -> Result<Server> {
    let url = server::url(lake, &config.load()?)?;
    let private = server::status(lake)?;
    if private.state == State::Stopped && private.url.as_ref() == Some(&url) {
        server::start(lake, None)?;
    }
    Ok(Server::given(url))
}

fn print_rows(reader: Box<dyn RecordBatchReader + Send>, format: RowFormat) -> Result<ExitCode> {
    let fail = |error: arrow::error::ArrowError| Error::Engine {
        context: "cannot answer the query".to_owned(),
        source: error.into(),
    };
    let schema = reader.schema();
    // Each batch is encoded apart from being printed: the writers turn a reader
    // that went away into an error in words, which nobody could tell from others.
    match format {
        RowFormat::Table => {
            let mut batches: Vec<_> = reader.collect::<std::result::Result<_, _>>().map_err(fail)?;
            if batches.is_empty() {
                batches.push(RecordBatch::new_empty(schema));
            }
            let table = pretty_format_batches(&batches).map_err(fail)?;
            print(&format!("{table}\n"))
        }
        RowFormat::Csv => {
            let mut with_header = true;
            for batch in std::iter::once(Ok(RecordBatch::new_empty(schema))).chain(reader) {
                let mut text = Vec::new();
                let mut writer = arrow::csv::WriterBuilder::new().with_header(with_header).build(&mut text);
                writer.write(&batch.map_err(fail)?).map_err(fail)?;
                drop(writer);
                write_out(&text)?;
                with_header = false;
            }
            Ok(ExitCode::SUCCESS)
        }
        RowFormat::Json => {
            let mut writer = arrow::json::ArrayWriter::new(Vec::new());
            for batch in reader {
                writer.write(&keys_as_text(&batch.map_err(fail)?).map_err(fail)?).map_err(fail)?;
                write_out(&std::mem::take(writer.get_mut()))?;
            }
            writer.finish().map_err(fail)?;
            writer.get_mut().push(b'\n');
            write_out(writer.get_ref())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// 60-bit keys (`*_id`, `*_key` that are whole numbers) as text: JSON readers hold 53 bits.
fn keys_as_text(batch: &RecordBatch) -> std::result::Result<RecordBatch, arrow::error::ArrowError> {
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let is_key = field.name().ends_with("_id") || field.name().ends_with("_key");
        let wanted = match field.data_type() {
            DataType::Int64 if is_key => DataType::Utf8,
            other => other.clone(),
        };
        columns.push(cast(column, &wanted)?);
        fields.push(Field::new(field.name(), wanted, field.is_nullable()));
    }
    RecordBatch::try_new(Schema::new(fields).into(), columns)
}

fn check(format: CheckFormat, config: &Config, now: DateTime<Utc>) -> Result<ExitCode> {
    let lake = config.lake();
    settle(&lake)?;
    let outcomes = transform::check(&lake, &config.engine()?)?;
    let quality = quality::measure(&lake, &config.quality()?, &config.transform()?, now)?;
    match format {
        CheckFormat::Json => {
            let report = serde_json::json!({ "checks": outcomes, "quality": quality });
            print(&format!("{report:#}\n"))?;
        }
        CheckFormat::Table => {
            let mut text = String::new();
            for outcome in &outcomes {
                let verdict = match outcome.bad_rows {
                    0 => "ok".to_owned(),
                    rows => format!("{rows} bad rows"),
                };
                text += &format!("{:<44} {verdict:<14} {}\n", outcome.name, outcome.says);
                if !outcome.sample.is_empty() {
                    text += &format!("{}\n", outcome.sample);
                }
            }
            print(&format!("{text}\n{quality}"))?;
        }
    }
    let failed = outcomes.iter().filter(|outcome| outcome.bad_rows > 0).count();
    if failed > 0 {
        return Err(Error::Check(format!("{failed} of {} data-quality checks failed", outcomes.len())));
    }
    quality.verdict().map(|()| ExitCode::SUCCESS)
}

fn check_truth(config: &Config) -> Result<ExitCode> {
    let lake = config.lake();
    settle(&lake)?;
    let Some(truth) = truth::compare(&lake, &config.engine()?)? else {
        return Err(Error::Usage(format!(
            "there is nothing to compare with in {}: it holds no truth/answers.json of `clickmill generate`, \
             or sessions and days are not cut as the generator cuts them (gap of 30m, UTC)",
            lake.raw().display()
        )));
    };
    print(&format!("{truth}"))?;
    if truth.agrees() { Ok(ExitCode::SUCCESS) } else { Err(Error::Check(truth.verdict())) }
}

fn models(args: &ModelsArgs, config: &Config) -> Result<ExitCode> {
    if args.markdown {
        return print(&transform::markdown()?);
    }
    if args.schema {
        return print(&schema::page()?);
    }
    if args.diagram {
        return print(&schema::diagram());
    }
    if args.script {
        return print(&transform::script(&config.lake(), &config.transform()?, args.dialect)?);
    }
    let graph = transform::models()?;
    if args.graph {
        return print(&transform::graph(&graph));
    }
    if let Some(wanted) = &args.show {
        let model = graph.models().iter().find(|model| model.table.to_string() == *wanted);
        let model = model.ok_or_else(|| {
            Error::Usage(format!("no model {wanted}; `clickmill models` lists them as layer.name"))
        })?;
        return print(&transform::compiled(model, args.dialect)?);
    }
    let mut text = String::new();
    for (position, model) in graph.models().iter().enumerate() {
        let inputs: Vec<_> = graph.inputs(&model.table).iter().map(ToString::to_string).collect();
        let (name, storage) = (model.table.to_string(), model.storage.as_str());
        text += &format!("{:>3}  {name:<30} {storage:<7} {}\n", position + 1, model.grain);
        if !inputs.is_empty() {
            text += &format!("{:44}from {}\n", "", inputs.join(", "));
        }
    }
    print(&text)
}

fn sources() -> Result<ExitCode> {
    let mut text = String::new();
    for source in Source::built_in()? {
        text += &format!("{:<20} {:<9} {}\n", source.name, source.kind.as_str(), source.title);
        text += &format!("{:30} {}: {}\n", "", source.formats.join("/"), source.requires.join(", "));
    }
    print(&text)
}

fn source(action: &SourceAction, config: &Config, now: DateTime<Utc>) -> Result<ExitCode> {
    let SourceAction::Check { file, source, rows } = action;
    let trial = trial::check(file, source.clone(), *rows, &config.transform()?, now)?;
    print(&trial.to_string())?;
    if trial.fits() {
        return Ok(ExitCode::SUCCESS);
    }
    let (bad, all) = (grouped(trial.quarantined()), grouped(trial.rows));
    Err(Error::Check(format!("{bad} of {all} rows of {} would be quarantined", file.display())))
}

fn profile(action: &ProfileAction) -> Result<ExitCode> {
    match action {
        ProfileAction::List => {
            let line = |(name, title)| format!("{name:<14} {title}\n");
            print(&Profile::built_in().map(line).collect::<String>())
        }
        ProfileAction::Show { profile } => {
            let (_, text) = clickmill::config::profile(profile)?;
            print(&text)
        }
    }
}

fn db(args: &DbArgs, config: &Config) -> Result<ExitCode> {
    let lake = config.lake();
    match &args.action {
        DbAction::Start => match server::start(&lake, None)? {
            ServerFound::Server(server) => {
                let notice = server.notice().map(|notice| format!("note: {notice}\n")).unwrap_or_default();
                print(&format!("{notice}running at {}\n", server.url()))
            }
            ServerFound::None { how_to_add } => Err(Error::Load {
                message: format!(
                    "there are no PostgreSQL server programs here; add them with `{how_to_add}`"
                ),
                source: None,
            }),
        },
        DbAction::Stop => {
            let was_up = server::stop(&lake)?;
            print(if was_up { "stopped\n" } else { "it was not running\n" })
        }
        DbAction::Status => {
            let status = server::status(&lake)?;
            let state = match status.state {
                State::Absent => "not made yet",
                State::Stopped => "stopped",
                State::Running => "running",
            };
            let url = status.url.map(|url| format!(" at {url}")).unwrap_or_default();
            print(&format!("{state}{url}\nfolder {}\n", status.folder.display()))
        }
        DbAction::Url => print(&format!("{}\n", server::url(&lake, &config.load()?)?.expose())),
        DbAction::Psql { arguments } => {
            let status = server::psql_command(database(&lake, config)?.url())?
                .args(arguments)
                .status()
                .map_err(Error::io("start", Path::new("psql")))?;
            Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
        }
    }
}

fn print_config(config: &Config) -> Result<ExitCode> {
    let mut text = String::new();
    for (key, value, origin) in config.in_force() {
        text += &format!("{key:<26} = {value:<28} # {origin}\n");
    }
    print(&text)
}

fn clean(config: &Config) -> Result<ExitCode> {
    let lake = config.lake();
    let _lock = lake.lock()?;
    lake.recover()?;
    let mut text = String::new();
    if server::stop(&lake)? {
        text += "stopped the private PostgreSQL\n";
    }
    let mut folders = vec![lake.raw()];
    folders.extend(Layer::ALL.map(|layer| lake.layer(layer)));
    folders.retain(|folder| folder.exists());
    for folder in &folders {
        lake.clear(folder)?;
    }
    folders.extend(server::remove(&lake)?);
    for folder in &folders {
        text += &format!("removed {}\n", folder.display());
    }
    print(if text.is_empty() { "nothing to remove\n" } else { &text })
}
