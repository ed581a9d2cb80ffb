//! What silver and gold were made from, kept beside them, and what of them a
//! run has to make anew.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::mapping::Batch;
use super::model::Model;
use super::{Options, Outcome};
use crate::error::{Error, Result};
use crate::lake::{Lake, Layer, Staging, TableRef};
use crate::source::Kind;
use crate::summary::TableSummary;

/// What the published silver and gold were made from and how.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    /// A hash of program, SQL and parameters.
    #[serde(default)]
    recipe: String,
    /// The batches of bronze, each with a hash of what is known of it.
    #[serde(default)]
    batches: BTreeMap<String, String>,
    pub(super) options: Options,
    /// Rows of each table.
    tables: BTreeMap<String, u64>,
}

const STATE_FILE: &str = "_state.json";

impl State {
    /// What is to be published, tables apart.
    pub(super) fn new(models: &[Model], batches: &[Batch], options: &Options) -> Self {
        let mut hash = Sha256::new();
        hash.update(env!("CARGO_PKG_VERSION"));
        for file in ["sql/sources", "sql/checks"].into_iter().flat_map(crate::sql::folder) {
            hash.update(file.text);
        }
        for model in models {
            hash.update(&model.text);
        }
        hash.update(format!("{:?}", options.params()));
        let of_batch = |batch: &Batch| (batch.id.clone(), hex(Sha256::digest(format!("{batch:?}"))));
        Self {
            recipe: hex(hash.finalize()),
            batches: batches.iter().map(of_batch).collect(),
            options: options.clone(),
            tables: BTreeMap::new(),
        }
    }

    /// What is known of the published tables, if anything.
    pub(super) fn read(lake: &Lake) -> Option<Self> {
        let text = std::fs::read_to_string(lake.layer(Layer::Gold).join(STATE_FILE)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes it beside the tables that were made.
    pub(super) fn write(mut self, staging: &Staging, outcome: &Outcome) -> Result<()> {
        self.tables = outcome.tables.iter().map(|table| (table.table.clone(), table.rows)).collect();
        let text = serde_json::to_vec_pretty(&self)
            .map_err(|error| Error::Usage(format!("cannot write the state file: {error}")))?;
        let file = staging.layer(Layer::Gold).join(STATE_FILE);
        std::fs::write(&file, text).map_err(Error::io("write", &file))
    }

    /// The outcome of making nothing, because all is as it should be.
    pub(super) fn unchanged(self) -> Outcome {
        let unchanged = |(table, rows)| TableSummary::unchanged(table, rows, 0.0);
        Outcome { tables: self.tables.into_iter().map(unchanged).collect(), checks: Vec::new(), extent: None }
    }

    /// A table whose files are gone.
    fn missing(&self, lake: &Lake) -> Result<Option<TableRef>> {
        for table in self.tables.keys().filter_map(|name| TableRef::parse(name)) {
            if lake.files(&table)?.is_empty() {
                return Ok(Some(table));
            }
        }
        Ok(None)
    }
}

fn hex(hash: impl AsRef<[u8]>) -> String {
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What of silver and gold a run has to make.
pub(super) enum Extent {
    /// Nothing: what is published is of these batches, made so.
    Nothing(State),
    /// All of it, for that reason.
    All(String),
    /// What came since, and what that touches.
    Part(Since),
}

/// What came since silver and gold were published.
#[derive(Debug, Clone)]
pub(super) struct Since {
    /// Batches that they were made from.
    pub(super) old: Vec<Batch>,
    /// Batches that are new.
    pub(super) fresh: Vec<Batch>,
    /// Days to redo in any case, the first and the last.
    pub(super) window: Option<(NaiveDate, NaiveDate)>,
}

impl Extent {
    /// What there is to make, where `due` is to be published.
    pub(super) fn of(lake: &Lake, due: &State, batches: &[Batch], options: &Options) -> Result<Self> {
        let all = |reason: &str| Ok(Self::All(reason.to_owned()));
        if options.full_refresh {
            return all("--full-refresh asks for it");
        }
        let Some(published) = State::read(lake) else { return all("there was nothing before") };
        if let Some(table) = published.missing(lake)? {
            return Ok(Self::All(format!("files of {table} are gone")));
        }
        if published.recipe != due.recipe {
            return all("settings, SQL or program have changed");
        }
        let is_due = |(id, hash): (&String, &String)| due.batches.get(id) == Some(hash);
        if !published.batches.iter().all(is_due) {
            return all("a batch of before is gone from bronze, or another now");
        }
        let (old, fresh): (Vec<_>, Vec<_>) =
            batches.iter().cloned().partition(|batch| published.batches.contains_key(&batch.id));
        if fresh.is_empty() && options.window.is_none() {
            return Ok(Self::Nothing(published));
        }
        if event_rows(&fresh) > event_rows(&old) {
            // Looking for what they touch would cost more than it saves.
            return all("more events came than there were");
        }
        Ok(Self::Part(Since { old, fresh, window: options.window }))
    }
}

/// How many rows of events batches hold.
pub(super) fn event_rows(batches: &[Batch]) -> u64 {
    let events = batches.iter().filter(|batch| batch.kind == Kind::Events.as_str());
    events.map(|batch| batch.rows).sum()
}
