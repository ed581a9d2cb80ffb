//! One private server for all tests of this binary, and a database for each.

use std::sync::{Mutex, PoisonError};

use clickmill::engine::LocalEngine;
use clickmill::error::Result;
use clickmill::lake::Lake;
use clickmill::load::{self, DatabaseUrl, Options, Outcome, Server, ServerFound, server};
use clickmill::progress::Progress;
use clickmill::summary::TableSummary;
use postgres::{Client, NoTls};

/// How many tests use the shared server now; the first starts it, the last stops it.
static USERS: Mutex<usize> = Mutex::new(0);

pub(super) fn shared_lake() -> Lake {
    Lake::new(concat!(env!("CARGO_TARGET_TMPDIR"), "/shared"))
}

/// The lake's private server, up; none, said aloud, where there are no server programs.
pub(super) fn start(lake: &Lake) -> Option<Server> {
    match server::start(lake, None).unwrap() {
        ServerFound::Server(server) => Some(server),
        ServerFound::None { how_to_add } => {
            eprintln!("skipped: there are no PostgreSQL server programs; add them with: {how_to_add}");
            None
        }
    }
}

/// The server that tests share: the one that is named, else a private one.
fn shared_server() -> Option<String> {
    match std::env::var("DATABASE_URL") {
        Ok(url) if !url.is_empty() => Some(url),
        _ => start(&shared_lake()).as_ref().map(url_of),
    }
}

pub(super) fn url_of(server: &Server) -> String {
    server.url().expose().to_owned()
}

/// A database of its own for a test on the shared server, dropped afterwards.
pub(super) struct Database {
    name: String,
    admin_url: String,
}

impl Database {
    /// None, said aloud, where there is no server.
    pub(super) fn new(test: &str) -> Option<Self> {
        let mut users = USERS.lock().unwrap_or_else(PoisonError::into_inner);
        let admin_url = shared_server()?;
        *users += 1;
        let name = format!("test_{test}_{}", std::process::id());
        let mut client = Client::connect(&admin_url, NoTls).unwrap();
        client.batch_execute(&format!("drop database if exists {name} with (force)")).unwrap();
        client.batch_execute(&format!("create database {name}")).unwrap();
        Some(Self { name, admin_url })
    }

    pub(super) fn url(&self) -> String {
        let (address, parameters) = match self.admin_url.split_once('?') {
            Some((address, parameters)) => (address, format!("?{parameters}")),
            None => (self.admin_url.as_str(), String::new()),
        };
        let (server, _) = address.rsplit_once('/').unwrap();
        format!("{server}/{}{parameters}", self.name)
    }

    pub(super) fn server(&self) -> Server {
        Server::given(DatabaseUrl::new(self.url()))
    }

    pub(super) fn client(&self) -> Client {
        Client::connect(&self.url(), NoTls).unwrap()
    }

    pub(super) fn load(&self, engine: &LocalEngine) -> Result<Vec<TableSummary>> {
        self.load_with(engine, &Options::default()).map(|outcome| outcome.tables)
    }

    pub(super) fn load_with(&self, engine: &LocalEngine, options: &Options) -> Result<Outcome> {
        load::load(engine, &self.server(), options, &Progress::hidden())
    }

    /// One text made of a query's rows, to be compared.
    pub(super) fn text(&self, query: &str) -> String {
        let rows = self.client().simple_query(query).unwrap();
        let rows = rows.iter().filter_map(|message| match message {
            postgres::SimpleQueryMessage::Row(row) => Some(
                (0..row.len()).map(|column| row.get(column).unwrap_or("null")).collect::<Vec<_>>().join(" "),
            ),
            _ => None,
        });
        rows.collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let mut users = USERS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(mut client) = Client::connect(&self.admin_url, NoTls) {
            let _ = client.batch_execute(&format!("drop database if exists {} with (force)", self.name));
        }
        *users -= 1;
        if *users == 0 {
            let _ = server::stop(&shared_lake());
        }
    }
}
