//! Which PostgreSQL server: the one the user names, else a private one.
//!
//! `--database-url` or DATABASE_URL, then PGHOST or PGSERVICE, always win.
//! Otherwise a private cluster is made and started under the data folder from
//! the server programs found on the machine; it stays up after the run. Where
//! there are none either, the answer is [`ServerFound::None`], and the rest of
//! the pipeline goes on without.

mod account;
mod binaries;
mod given;
mod port;
mod private;
mod tls;

use std::path::PathBuf;
use std::process::Command;

use postgres::Client;
use postgres::config::Host;

use self::binaries::Binaries;
use self::private::Cluster;
use super::Options;
use super::url::DatabaseUrl;
use crate::error::{Error, Result};
use crate::lake::Lake;

/// What was found on the way to a server.
#[derive(Debug)]
pub enum ServerFound {
    /// A server, given or private; a private one is up.
    Server(Server),
    /// No server is named, and the machine has no server programs.
    None {
        /// The one command that adds them, such as `sudo apt-get install postgresql`.
        how_to_add: &'static str,
    },
}

/// A PostgreSQL server that can be asked for connections.
#[derive(Debug, Clone)]
pub struct Server {
    url: DatabaseUrl,
    is_private: bool,
    notice: Option<String>,
}

impl Server {
    /// The server at an address that the user gave.
    pub fn given(url: DatabaseUrl) -> Self {
        Self { url, is_private: false, notice: None }
    }

    /// Its address; prints without the password.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Whether it is our own private cluster.
    pub fn is_private(&self) -> bool {
        self.is_private
    }

    /// What the user should know about it, such as a private cluster living in the temp folder.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// A new connection.
    ///
    /// # Errors
    /// [`Error::Load`] when the server cannot be reached or refuses, [`Error::Usage`] when the address
    /// cannot be read.
    pub fn connect(&self) -> Result<Client> {
        given::connect(&self.url)
    }

    /// A new connection for the time of a load: the closing transaction is open, and idle, while
    /// days are staged on others.
    pub(super) fn connect_for_long(&self) -> Result<Client> {
        let mut client = self.connect()?;
        client
            .batch_execute(
                "set client_min_messages = warning; \
                 set idle_in_transaction_session_timeout = 0; set idle_session_timeout = 0",
            )
            .map_err(|error| super::failed("cannot talk to the server", error))?;
        Ok(client)
    }

    /// The same, acting as the warehouse's owner, where there is one.
    pub(super) fn connect_to_load(&self) -> Result<Client> {
        let mut client = self.connect_for_long()?;
        super::rights::become_owner(&mut client)?;
        Ok(client)
    }
}

/// How a lake's private server stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It was never made.
    Absent,
    /// It is made, but not up.
    Stopped,
    /// It is up and takes connections.
    Running,
}

/// What `clickmill db status` says.
#[derive(Debug, Clone)]
pub struct Status {
    /// How it stands.
    pub state: State,
    /// Where it lives.
    pub folder: PathBuf,
    /// Its address, once it is made; prints without the password.
    pub url: Option<DatabaseUrl>,
}

/// The server to load into: the given one (not yet connected to), else the
/// lake's private one, made and started as needed.
///
/// # Errors
/// [`Error::Load`] when the private server does not start, [`Error::Io`] when its folder cannot be written.
pub fn find(lake: &Lake, options: &Options) -> Result<ServerFound> {
    match given_url(options)? {
        Some(url) => Ok(ServerFound::Server(Server::given(url))),
        None => start(lake, options.port),
    }
}

/// Makes and starts the lake's private server; nothing happens where it is up.
/// `port` is asked for at a start only; a taken one is replaced by a free one.
///
/// # Errors
/// As [`find`].
pub fn start(lake: &Lake, port: Option<u16>) -> Result<ServerFound> {
    let cluster = Cluster::of(lake)?;
    Ok(match cluster.start(port)? {
        Some(url) => ServerFound::Server(Server { url, is_private: true, notice: cluster.notice }),
        None => ServerFound::None { how_to_add: binaries::how_to_add() },
    })
}

/// Stops the lake's private server; false when it was not up.
///
/// # Errors
/// [`Error::Load`] when it does not stop.
pub fn stop(lake: &Lake) -> Result<bool> {
    Cluster::of(lake)?.stop()
}

/// Removes the lake's private cluster with its databases, wherever it lives; it
/// must be down. Returns its folder, where there was one.
///
/// # Errors
/// [`Error::Io`] when it cannot be removed.
pub fn remove(lake: &Lake) -> Result<Option<PathBuf>> {
    Cluster::of(lake)?.remove()
}

/// How the lake's private server stands.
///
/// # Errors
/// [`Error::Io`] when its folder cannot be read.
pub fn status(lake: &Lake) -> Result<Status> {
    let cluster = Cluster::of(lake)?;
    let url = cluster.url()?;
    let state = match url {
        None => State::Absent,
        Some(_) if cluster.is_running()? => State::Running,
        Some(_) => State::Stopped,
    };
    Ok(Status { state, folder: cluster.home().to_owned(), url })
}

/// The address that [`find`] would load into; nothing is started.
///
/// # Errors
/// [`Error::Load`] when none is given and no private server was made yet.
pub fn url(lake: &Lake, options: &Options) -> Result<DatabaseUrl> {
    if let Some(url) = given_url(options)? {
        return Ok(url);
    }
    Cluster::of(lake)?.url()?.ok_or_else(|| Error::Load {
        message: "there is no private server yet; make one with `clickmill db start`".into(),
        source: None,
    })
}

/// `psql` on that address, ready to be run; the password goes by the environment,
/// not by the command line, which everybody on the machine can see.
///
/// # Errors
/// [`Error::Usage`] when the address cannot be read, [`Error::Load`] when there is no `psql`.
pub fn psql_command(url: &DatabaseUrl) -> Result<Command> {
    let config = given::parse(url)?;
    let on_path = std::env::var_os("PATH").is_some_and(|path| {
        let name = format!("psql{}", std::env::consts::EXE_SUFFIX);
        std::env::split_paths(&path).any(|folder| folder.join(&name).is_file())
    });
    let program = if on_path {
        PathBuf::from("psql")
    } else {
        Binaries::find(None)
            .map(|binaries| binaries.program("psql"))
            .filter(|psql| psql.is_file())
            .ok_or_else(|| Error::Load {
                message: format!("there is no psql here; add it with {}", binaries::how_to_add()),
                source: None,
            })?
    };
    let mut command = Command::new(program);
    let host = config.get_hosts().first().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(folder) => folder.to_string_lossy().into_owned(),
    });
    let port = config.get_ports().first().map(ToString::to_string);
    let password = config.get_password().map(|password| String::from_utf8_lossy(password).into_owned());
    let user = config.get_user().map(str::to_owned);
    let database = config.get_dbname().map(str::to_owned);
    let variables = [
        ("PGHOST", host),
        ("PGPORT", port),
        ("PGUSER", user),
        ("PGPASSWORD", password),
        ("PGDATABASE", database),
    ];
    for (name, value) in variables {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let tls = given::tls_of(url).0;
    if let Some(mode) = tls.mode {
        command.env("PGSSLMODE", mode);
    }
    if let Some(root) = tls.root {
        command.env("PGSSLROOTCERT", root);
    }
    command.env_remove("PGSERVICE");
    Ok(command)
}

fn given_url(options: &Options) -> Result<Option<DatabaseUrl>> {
    match &options.database_url {
        Some(url) => Ok(Some(url.clone())),
        None => given::from_environment(|name| std::env::var(name).ok().filter(|value| !value.is_empty())),
    }
}
