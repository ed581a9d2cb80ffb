//! What each room is told: its options, parsed from the keys in force.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use super::Config;
use crate::error::{Error, Result};
use crate::generate::{Defect, Dirt};
use crate::lake::Lake;
use crate::load::DatabaseUrl;
use crate::transform::Analysis;
use crate::{emit, engine, generate, ingest, load, page, quality, report, transform};

impl Config {
    /// The lake.
    pub fn lake(&self) -> Lake {
        Lake::new(self.text("lake.data_dir"))
    }

    /// Where log files go, if anywhere.
    pub fn log_dir(&self) -> Option<PathBuf> {
        self.optional_text("log.dir").map(PathBuf::from)
    }

    /// Whether messages on stderr are JSON.
    ///
    /// # Errors
    /// [`Error::Usage`] when `log.format` is neither.
    pub fn log_json(&self) -> Result<bool> {
        self.parsed("log.format", "text or json", |text| match text {
            "text" => Some(false),
            "json" => Some(true),
            _ => None,
        })
    }

    /// Where and how to load, and what the warehouse is to say of itself.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the key and what it must be.
    pub fn load(&self) -> Result<load::Options> {
        let positive = |text: &str| duration_us(text).filter(|length| *length > 0);
        let duration = |key: &str| -> Result<Duration> {
            let length = self.parsed(key, "a duration such as 60s or 5m", positive)?;
            Ok(Duration::from_micros(length.unsigned_abs()))
        };
        Ok(load::Options {
            database_url: self.optional_text("load.database_url").map(DatabaseUrl::new),
            time_zone: self.text("business.time_zone").to_owned(),
            currency: self.text("business.currency").to_owned(),
            config_hash: self.gold_fingerprint(),
            full_refresh: self.flag("load.full_refresh"),
            since: self.optional("load.since", "a date that exists, as YYYY-MM-DD", date)?,
            prune: self.flag("load.prune"),
            dry_run: self.flag("load.dry_run"),
            spill_dir: Some(self.lake().root().to_owned()),
            swap_patience: duration("load.swap_patience")?,
            reader_timeout: duration("load.reader_timeout")?,
            ..load::Options::default()
        })
    }

    /// A hash of the settings that every figure of gold rests on.
    fn gold_fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for (key, value, _) in self.in_force() {
            if ["silver.", "session.", "business."].iter().any(|section| key.starts_with(section)) {
                hash.update(format!("{key}={value}\n"));
            }
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What to generate.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the key and what it must be.
    pub fn generate(&self) -> Result<generate::Options> {
        let users: u64 = self.number("generate.users")?;
        if users == 0 && self.is_flag("generate.users") {
            return Err(
                self.refuse("generate.users", "at least 1; leave it out for about three sessions each")
            );
        }
        let options = generate::Options {
            sessions: self.number("generate.sessions")?,
            users: (users > 0).then_some(users),
            products: self.number("generate.products")?,
            days: self.number("generate.days")?,
            start_date: self.parsed("generate.start_date", "a date that exists, as YYYY-MM-DD", date)?,
            seed: self.number("generate.seed")?,
            scale: self.real("generate.scale"),
            dirt: self.dirt()?,
            profile: profile(self.text("generate.profile"))?.0,
        };
        options.validate()?;
        Ok(options)
    }

    /// What goes wrong on the way to the collector.
    fn dirt(&self) -> Result<Dirt> {
        let share_of = |key: &str| match self.real(key) {
            share if (0.0..=1.0).contains(&share) => Ok(share),
            _ => Err(self.refuse(key, "a share between 0 and 1")),
        };
        let is_text = self.emit()?.format != emit::Format::Parquet;
        let fits = |kind: &Defect| is_text || !kind.needs_text();
        let each = share_of("dirt.share")? / Defect::ALL.iter().filter(|kind| fits(kind)).count() as f64;
        Defect::ALL.into_iter().try_fold(Dirt::default(), |dirt, kind| {
            let own = share_of(&format!("dirt.{}", kind.as_str()))?;
            Ok(dirt.with(kind, own + if fits(&kind) { each } else { 0.0 }))
        })
    }

    /// How raw files are written.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the key and what it must be.
    pub fn emit(&self) -> Result<emit::Options> {
        Ok(emit::Options {
            format: self.parsed("generate.format", "csv, jsonl or parquet", emit::Format::parse)?,
            threads: self.number("engine.threads")?,
            overwrite: self.flag("generate.overwrite"),
            part: None,
        })
    }

    /// What to ingest.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the key and what it must be.
    pub fn ingest(&self) -> Result<ingest::Options> {
        Ok(ingest::Options {
            inputs: self.list("ingest.input").into_iter().map(PathBuf::from).collect(),
            source: self.optional_text("ingest.source"),
            id_prefix: self.optional_text("ingest.id_prefix"),
            threads: self.number("engine.threads")?,
        })
    }

    /// How the engine runs.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the key and what it must be.
    pub fn engine(&self) -> Result<engine::Options> {
        Ok(engine::Options {
            threads: self.number("engine.threads")?,
            memory_limit: self.optional("engine.memory_limit", "a size such as 512MiB or 4GiB", size)?,
        })
    }

    /// How silver and gold are made.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the key and what it must be.
    pub fn transform(&self) -> Result<transform::Options> {
        let positive = |text: &str| duration_us(text).filter(|length| *length > 0);
        Ok(transform::Options {
            session_mode: self.parsed("session.mode", "gap or source", |text| match text {
                "gap" => Some(transform::SessionMode::Gap),
                "source" => Some(transform::SessionMode::Source),
                _ => None,
            })?,
            session_gap_us: self.parsed("session.gap", "a duration such as 30m or 1h", positive)?,
            session_max_length_us: self.parsed("session.max_length", "a duration such as 24h", positive)?,
            min_time: self.parsed("silver.min_time", "a time such as 1995-01-01T00:00:00Z", time)?,
            max_time: self.optional("silver.max_time", "a time such as 2030-01-01T00:00:00Z", time)?,
            time_zone: self.parsed(
                "business.time_zone",
                "the IANA name of a time zone, such as Europe/Berlin",
                |text| text.parse::<Tz>().ok().map(|zone| zone.name().to_owned()),
            )?,
            as_of: self.optional("business.as_of", "a date that exists, as YYYY-MM-DD", date)?,
            analysis: self.analysis()?,
            full_refresh: self.flag("transform.full_refresh"),
            window: self.window()?,
            engine: self.engine()?,
        })
    }

    /// The days to make anew in any case.
    fn window(&self) -> Result<Option<(NaiveDate, NaiveDate)>> {
        let day = |key| self.optional(key, "a date that exists, as YYYY-MM-DD", date);
        match (day("transform.from")?, day("transform.until")?) {
            (None, None) => Ok(None),
            (Some(first), Some(last)) if first <= last => Ok(Some((first, last))),
            (Some(first), Some(last)) => Err(Error::Usage(format!(
                "transform.from is {first} and transform.until is {last}; a window begins before it ends"
            ))),
            _ => Err(Error::Usage(
                "transform.from and transform.until are the two ends of a window; set both or neither"
                    .to_owned(),
            )),
        }
    }

    /// What the quality of the data is held to.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the key and what it must be.
    pub fn quality(&self) -> Result<quality::Options> {
        // A level below 0 is never reached, and so is none.
        let levels = |section: &str| {
            let names = quality::MEASURES.iter().map(|(name, _)| *name);
            let levels = names.map(|name| (name.to_owned(), self.real(&format!("check.{section}.{name}"))));
            levels.filter(|(_, level)| *level >= 0.0).collect()
        };
        Ok(quality::Options {
            late_us: self.parsed("check.late", "a duration such as 1h", duration_us)?,
            warn: levels("warn"),
            fail: levels("fail"),
            engine: self.engine()?,
        })
    }

    /// What the analyses of gold ask.
    fn analysis(&self) -> Result<Analysis> {
        let positive = |text: &str| duration_us(text).filter(|length| *length > 0);
        let window = |text: &str| positive(text).filter(|length| *length <= Analysis::MAX_WINDOW_US);
        let funnel_steps = self.list("funnel.steps");
        if !Analysis::are_steps(&funnel_steps) {
            let known = Analysis::STEPS.join(", ");
            return Err(self.refuse("funnel.steps", &format!("two to nine of {known}, none twice")));
        }
        let journey_depth: u32 = self.number("journey.depth")?;
        if !(1..=Analysis::MAX_DEPTH).contains(&journey_depth) {
            let must_be = format!("a whole number from 1 to {}", Analysis::MAX_DEPTH);
            return Err(self.refuse("journey.depth", &must_be));
        }
        Ok(Analysis {
            attribution_lookback_us: self.parsed(
                "attribution.lookback",
                "a duration such as 30d",
                positive,
            )?,
            funnel_steps,
            funnel_window_us: self.parsed("funnel.window", "a duration such as 7d, up to 1000d", window)?,
            journey_depth,
            affinity_max_basket: self.number("affinity.max_basket")?,
        })
    }

    /// Where the page goes.
    pub fn page(&self) -> page::Options {
        page::Options {
            dir: PathBuf::from(self.text("report.dir")),
            currency: self.text("business.currency").to_owned(),
        }
    }

    /// What to draw.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the key and what it must be.
    pub fn report(&self) -> Result<report::Options> {
        let (width, height) = self.parsed(
            "report.size",
            "pixels such as 1600x900, or small, readme, slide, a4 or 4k",
            report::size,
        )?;
        let locales: Vec<_> = report::Locale::names().collect();
        let options = report::Options {
            dir: PathBuf::from(self.text("report.dir")),
            width,
            height,
            dark: self.flag("report.dark"),
            locale: self.parsed(
                "report.locale",
                &format!("one of {}", locales.join(", ")),
                report::Locale::parse,
            )?,
            since: self.optional("report.since", "a date that exists, as YYYY-MM-DD", date)?,
            until: self.optional("report.until", "a date that exists, as YYYY-MM-DD", date)?,
            compare: self.parsed("report.compare", "previous, or empty for none", report::Compare::parse)?,
            threads: self.number("engine.threads")?,
            format: self.parsed("report.format", "png or svg", report::Format::parse)?,
            currency: self.text("business.currency").to_owned(),
            charts: self.list("report.charts"),
        };
        options.validate()?;
        Ok(options)
    }
}

/// The profile of that name with its TOML text, or the one that lies in the
/// file of that name: what has a slash in it or ends in `.toml` is a file.
///
/// # Errors
/// [`Error::Usage`] when there is none, or a key of it cannot be meant;
/// [`Error::Io`] when the file cannot be read.
pub fn profile(name_or_file: &str) -> Result<(generate::Profile, String)> {
    if !name_or_file.contains(['/', '\\']) && !name_or_file.ends_with(".toml") {
        let text = generate::Profile::text(name_or_file)?;
        return Ok((generate::Profile::named(name_or_file)?, text.to_owned()));
    }
    let path = Path::new(name_or_file);
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    Ok((generate::Profile::parse(name_or_file, &text)?, text))
}

fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
}

/// `90s`, `30m`, `24h`, `2d` in microseconds.
pub(super) fn duration_us(text: &str) -> Option<i64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let seconds = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    digits.parse::<i64>().ok()?.checked_mul(seconds)?.checked_mul(1_000_000)
}

/// `512MiB`, `4GiB`, `100MB` in bytes.
pub(super) fn size(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "B" | "" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return None,
    };
    digits.parse::<usize>().ok()?.checked_mul(unit)
}
