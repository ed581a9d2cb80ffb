//! `_manifest.json`: what made the raw files, what they cover, and each
//! file's rows, size and hash. Written last; no clock time is in it, so the
//! same command makes the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::{DateTime, Days, NaiveTime, SecondsFormat};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::file::{self, FileEntry, RawFile};
use super::{Format, Options, truth};
use crate::error::{Error, Result};
use crate::generate::{Defect, Plan};

/// Its name in the raw folder.
pub(super) const NAME: &str = "_manifest.json";

/// What may make other bytes of the same command: who compares two folders
/// need look no further.
const MAY_CHANGE_BYTES: [&str; 4] = [
    "another version of clickmill",
    "other numbers in a profile of the same name: profile_sha256 tells",
    "another release of the Parquet writer or of zstd, in Parquet files",
    "the mathematical library of another operating system or processor",
];

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// `clickmill`.
    pub generator: String,
    /// Its version: another one may make other bytes.
    pub version: String,
    /// All that may make other bytes.
    #[serde(default)]
    pub may_change_bytes: Vec<String>,
    /// What was asked for.
    pub options: Asked,
    /// Start of the first day, RFC 3339.
    pub covers_from: String,
    /// End of the last day, exclusive.
    pub covers_until: String,
    /// The tables.
    pub tables: Vec<Table>,
    /// All files, by path.
    pub files: Vec<FileEntry>,
}

/// The options that decide bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Asked {
    pub seed: u64,
    pub profile: String,
    /// Hash of the profile's numbers: another file may bear the same name.
    pub profile_sha256: String,
    pub sessions: u64,
    pub users: Option<u64>,
    pub products: u32,
    pub days: u32,
    pub start_date: String,
    pub scale: f64,
    /// Shares of defects, where there are any.
    #[serde(default)]
    pub dirt: BTreeMap<String, f64>,
    pub format: Format,
}

/// A table as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Table {
    /// `raw.events`, ...
    pub table: String,
    pub rows: u64,
    pub bytes: u64,
    /// Time of the first event; of events only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub first_event_time: Option<String>,
    /// Time of the last event.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_event_time: Option<String>,
}

/// The table a raw file belongs to; the answers are none.
fn table_of(path: &str) -> Option<&'static str> {
    match path {
        "users.csv" => Some("raw.users"),
        "products.csv" => Some("raw.products"),
        truth::SESSIONS => Some("raw.truth_sessions"),
        truth::VISITORS => Some("raw.truth_visitors"),
        truth::SUPPLY => Some("raw.truth_supply"),
        truth::DEFECTS => Some("raw.truth_defects"),
        path => path.starts_with("events/").then_some("raw.events"),
    }
}

/// The tables, in the order in which they are told.
pub(super) const TABLES: [&str; 7] = [
    "raw.users",
    "raw.products",
    "raw.events",
    "raw.truth_sessions",
    "raw.truth_visitors",
    "raw.truth_supply",
    "raw.truth_defects",
];

impl Asked {
    pub(super) fn new(plan: &Plan, options: &Options) -> Self {
        let asked = plan.options();
        Self {
            seed: asked.seed,
            profile: asked.profile.name().to_owned(),
            profile_sha256: profile_hash(plan),
            sessions: asked.sessions,
            users: asked.users,
            products: asked.products,
            days: asked.days,
            start_date: asked.start_date.to_string(),
            scale: asked.scale,
            dirt: Defect::ALL
                .into_iter()
                .map(|defect| (defect.as_str().to_owned(), asked.dirt.share(defect)))
                .filter(|(_, share)| *share > 0.0)
                .collect(),
            format: options.format,
        }
    }

    /// The first difference to what is asked for now, in words: (made with, asked for).
    fn difference(&self, now: &Self) -> Option<(String, String)> {
        let (Ok(made), Ok(now)) = (serde_json::to_value(self), serde_json::to_value(now)) else {
            return None;
        };
        made.as_object()?.iter().find_map(|(key, made)| {
            let now = now.get(key).unwrap_or(&serde_json::Value::Null);
            (made != now).then(|| (in_words(key, made), in_words(key, now)))
        })
    }
}

/// The hash of the numbers of a plan's profile.
fn profile_hash(plan: &Plan) -> String {
    let text = serde_json::to_string(plan.profile()).unwrap_or_default();
    file::hex(&Sha256::digest(text))
}

/// `seed 42`, `no users`.
fn in_words(key: &str, value: &serde_json::Value) -> String {
    let key = key.replace('_', "-");
    match value {
        serde_json::Value::Null => format!("no {key}"),
        serde_json::Value::String(text) => format!("{key} {text}"),
        value => format!("{key} {value}"),
    }
}

impl Manifest {
    /// The manifest of finished files.
    pub(super) fn new(
        plan: &Plan,
        options: &Options,
        mut files: Vec<FileEntry>,
        event_times: Option<(i64, i64)>,
    ) -> Self {
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let asked = plan.options();
        let midnight = |days: u32| {
            let date =
                asked.start_date.checked_add_days(Days::new(u64::from(days))).unwrap_or(asked.start_date);
            date.and_time(NaiveTime::MIN).and_utc().to_rfc3339_opts(SecondsFormat::Secs, true)
        };
        let time = |milliseconds: i64| {
            DateTime::from_timestamp_millis(milliseconds)
                .map(|time| time.to_rfc3339_opts(SecondsFormat::Millis, true))
        };
        let tables = TABLES
            .into_iter()
            .map(|table| {
                let own = || files.iter().filter(|file| table_of(&file.path) == Some(table));
                let times = event_times.filter(|_| table == "raw.events");
                Table {
                    table: table.to_owned(),
                    rows: own().map(|file| file.rows).sum(),
                    bytes: own().map(|file| file.bytes).sum(),
                    first_event_time: times.and_then(|(first, _)| time(first)),
                    last_event_time: times.and_then(|(_, last)| time(last)),
                }
            })
            .collect();
        Self {
            generator: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            may_change_bytes: MAY_CHANGE_BYTES.map(str::to_owned).into(),
            options: Asked::new(plan, options),
            covers_from: midnight(0),
            covers_until: midnight(asked.days),
            tables,
            files,
        }
    }

    /// The manifest in the folder `raw`, if there is one that can be read.
    pub(super) fn read(raw: &Path) -> Result<Option<Self>> {
        let path = raw.join(NAME);
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        Ok(serde_json::from_str(&text).ok())
    }

    /// Writes the manifest into the folder `raw`.
    pub(super) fn write(&self, raw: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| Error::Generate(format!("the manifest cannot be written: {error}")))?;
        let mut file = RawFile::create(raw, NAME.to_owned())?;
        file.append(text.as_bytes())?;
        file.append(b"\n")?;
        file.publish(0).map(drop)
    }

    /// True when every file is there with its size.
    pub(super) fn holds(&self, raw: &Path) -> bool {
        self.files
            .iter()
            .all(|file| fs::metadata(raw.join(&file.path)).is_ok_and(|found| found.len() == file.bytes))
    }

    /// Refuses files that were made with other options than asked for now.
    pub(super) fn compare(&self, plan: &Plan, options: &Options, raw: &Path) -> Result<()> {
        self.options.compare(&self.version, &Asked::new(plan, options), raw)
    }
}

impl Asked {
    /// Refuses files that were made with these options, or by that version, where others are asked for.
    pub(super) fn compare(&self, version: &str, asked: &Self, raw: &Path) -> Result<()> {
        let refuse = |made: &str, now: &str| {
            Err(Error::Usage(format!(
                "the raw files in {} were made with {made}, you asked for {now}: \
                 add --overwrite or another --data-dir",
                raw.display()
            )))
        };
        if let Some((made, now)) = self.difference(asked) {
            return refuse(&made, &now);
        }
        if version != env!("CARGO_PKG_VERSION") {
            let now = format!("clickmill {}", env!("CARGO_PKG_VERSION"));
            return refuse(&format!("clickmill {version}"), &now);
        }
        Ok(())
    }
}
