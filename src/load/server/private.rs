//! The private cluster: made from the machine's own server programs, under the
//! data folder, reachable from this machine only.
//!
//! It has no Unix socket (their paths may have about 100 bytes, data folders
//! have more), one port on 127.0.0.1 kept from run to run, and one user with a
//! random password.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use postgres::error::SqlState;
use postgres::{Client, NoTls};

use super::account::Account;
use super::binaries::Binaries;
use super::{given, port};
use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::load::url::DatabaseUrl;
use crate::load::{fingerprint, hex};

const USER: &str = "clickmill";
const DATABASE: &str = "clickmill";
/// The first start after a kill may fail once or twice, until the old server's memory is gone.
const ATTEMPTS: u32 = 5;
/// How long a server may take to recover from a kill.
const RECOVERY: Duration = Duration::from_secs(60);

/// Durable, and sized for a laptop. With the least log (no replicas here),
/// rows copied into a table of the same transaction are written once. Locks are
/// enough for years of days, each two partitions with their indexes, in one load.
const SETTINGS: &str = "
# clickmill's own settings
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 50
shared_buffers = '256MB'
work_mem = '32MB'
maintenance_work_mem = '256MB'
effective_cache_size = '1GB'
random_page_cost = 1.1
jit = off
wal_level = minimal
max_wal_senders = 0
max_locks_per_transaction = 1024
max_wal_size = '4GB'
checkpoint_timeout = '15min'
timezone = 'UTC'
log_timezone = 'UTC'
";

/// A lake's private cluster, made or not.
#[derive(Debug)]
pub(super) struct Cluster {
    /// Holds `cluster/`, `password` and `port`.
    home: PathBuf,
    account: Option<Account>,
    /// Why the cluster is not in the data folder, where it is not.
    pub(super) notice: Option<String>,
}

impl Cluster {
    /// The cluster of `lake`; nothing is made or started.
    pub(super) fn of(lake: &Lake) -> Result<Self> {
        let root = std::path::absolute(lake.root()).map_err(Error::io("find", lake.root()))?;
        let usual = Lake::new(&root).postgres();
        let account = Account::needed()?;
        if account.is_none_or(|account| account.reaches(&usual)) {
            return Ok(Self { home: usual, account, notice: None });
        }
        let home = std::env::temp_dir()
            .join(format!("clickmill-{}", &fingerprint(root.as_os_str().as_encoded_bytes())[..12]));
        let notice = format!(
            "the server does not run as root, and its own user cannot enter {}: the database lives in {}",
            root.display(),
            home.display()
        );
        Ok(Self { home, account, notice: Some(notice) })
    }

    /// The folder that holds the cluster.
    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    /// The cluster's address; none before it is made.
    pub(super) fn url(&self) -> Result<Option<DatabaseUrl>> {
        self.url_of(DATABASE)
    }

    /// Whether it is up, and ours: its password opens it.
    pub(super) fn is_running(&self) -> Result<bool> {
        Ok(self.login("postgres")?.is_some())
    }

    /// Makes the cluster if it is not there and starts it if it is not up.
    /// None where the machine has no server programs.
    pub(super) fn start(&self, port: Option<u16>) -> Result<Option<DatabaseUrl>> {
        if !self.is_running()? {
            let Some(binaries) = self.binaries()? else { return Ok(None) };
            if !self.data().join("PG_VERSION").exists() {
                self.make(&binaries)?;
            }
            self.launch(&binaries, port)?;
        }
        self.ensure_database()?;
        self.url()
    }

    /// Stops the server; false when it was not up.
    pub(super) fn stop(&self) -> Result<bool> {
        if !self.data().join("postmaster.pid").exists() {
            return Ok(false);
        }
        let Some(binaries) = self.binaries()? else { return Ok(false) };
        let was_running = self.is_running()?;
        let mut command = self.command(&binaries, "pg_ctl");
        command.arg("-D").arg(self.data()).args(["-m", "fast", "-w", "-t", "60", "stop"]);
        let output = command.output().map_err(Error::io("run", binaries.program("pg_ctl")))?;
        if was_running && !output.status.success() {
            return Err(failed("the private server does not stop", &output.stderr));
        }
        Ok(was_running)
    }

    /// Removes the home folder, in the temp folder too, where the lake's own going would not reach it.
    pub(super) fn remove(self) -> Result<Option<PathBuf>> {
        if !self.home.exists() {
            return Ok(None);
        }
        fs::remove_dir_all(&self.home).map_err(Error::io("remove", &self.home))?;
        Ok(Some(self.home))
    }

    fn data(&self) -> PathBuf {
        self.home.join("cluster")
    }

    fn log(&self) -> PathBuf {
        self.data().join("server.log")
    }

    fn url_of(&self, database: &str) -> Result<Option<DatabaseUrl>> {
        let (Some(password), Some(port)) = (self.read("password")?, self.read("port")?) else {
            return Ok(None);
        };
        Ok(Some(DatabaseUrl::new(format!("postgresql://{USER}:{password}@127.0.0.1:{port}/{database}"))))
    }

    /// A short file of the home folder, if it is there.
    fn read(&self, name: &str) -> Result<Option<String>> {
        let path = self.home.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("read", &path)(error)),
        }
    }

    /// The programs of the cluster's own version, or of any before it is made.
    fn binaries(&self) -> Result<Option<Binaries>> {
        let version = self.data().join("PG_VERSION");
        let Ok(text) = fs::read_to_string(&version) else { return Ok(Binaries::find(None)) };
        let major = text.trim();
        match Binaries::find(major.parse().ok()) {
            Some(binaries) => Ok(Some(binaries)),
            None => Err(load_error(format!(
                "the cluster in {} was made by PostgreSQL {major}, whose programs are gone; install them, \
                 or remove that folder and load again",
                self.home.display()
            ))),
        }
    }

    /// A server program, run as the account that may, where it may be.
    fn command(&self, binaries: &Binaries, name: &str) -> Command {
        let mut command = Command::new(binaries.program(name));
        command.stdin(Stdio::null()).env_remove("PGDATA").env("LC_ALL", "C");
        if let Some(account) = self.account {
            account.run(&mut command);
            command.current_dir("/");
        }
        command
    }

    /// Makes the cluster under another name first, so that one half made is never started.
    fn make(&self, binaries: &Binaries) -> Result<()> {
        self.make_home()?;
        let data = self.home.join(".cluster.new");
        let password_copy = self.home.join(".password.new");
        if data.exists() {
            fs::remove_dir_all(&data).map_err(Error::io("remove", &data))?;
        }
        fs::create_dir(&data).map_err(Error::io("create", &data))?;
        let password = match self.read("password")? {
            Some(password) => password,
            None => random_password()?,
        };
        write_secret(&self.home.join("password"), &password)?;
        // Root's own file is not readable for the account that runs initdb.
        write_secret(&password_copy, &password)?;
        if let Some(account) = self.account {
            account.own(&data)?;
            account.own(&password_copy)?;
        }
        let mut command = self.command(binaries, "initdb");
        command.arg("-D").arg(&data).arg("--pwfile").arg(&password_copy).args(["--username", USER]);
        command.args([
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        ]);
        let output = command.output().map_err(Error::io("run", binaries.program("initdb")))?;
        fs::remove_file(&password_copy).map_err(Error::io("remove", &password_copy))?;
        if !output.status.success() {
            return Err(failed("initdb cannot make a cluster", &output.stderr));
        }
        let settings = data.join("postgresql.conf");
        fs::OpenOptions::new()
            .append(true)
            .open(&settings)
            .and_then(|mut file| file.write_all(SETTINGS.as_bytes()))
            .map_err(Error::io("write", &settings))?;
        fs::rename(&data, self.data()).map_err(Error::io("rename", &data))
    }

    /// The home folder; in the shared temp folder it must be nobody else's.
    fn make_home(&self) -> Result<()> {
        fs::create_dir_all(&self.home).map_err(Error::io("create", &self.home))?;
        #[cfg(unix)]
        if self.notice.is_some() {
            use std::os::unix::fs::MetadataExt;
            let metadata = fs::symlink_metadata(&self.home).map_err(Error::io("read", &self.home))?;
            if !metadata.is_dir() || metadata.uid() != 0 || metadata.mode() & 0o022 != 0 {
                return Err(load_error(format!(
                    "{} belongs to somebody else; remove it, or move the data folder where the server's \
                     user may go",
                    self.home.display()
                )));
            }
        }
        Ok(())
    }

    /// Starts the server, on another port where the old one is taken.
    fn launch(&self, binaries: &Binaries, wanted: Option<u16>) -> Result<()> {
        let kept = self.read("port")?.and_then(|port| port.parse().ok());
        let mut port = wanted.or(kept).unwrap_or(0);
        for attempt in 1..=ATTEMPTS {
            if port == 0 || !port::is_free(port) {
                port = port::free(&self.home)?;
            }
            let path = self.home.join("port");
            fs::write(&path, port.to_string()).map_err(Error::io("write", &path))?;
            let mut command = self.command(binaries, "pg_ctl");
            command.arg("-D").arg(self.data()).arg("-l").arg(self.log());
            command.args(["-w", "-t", "60", "-o", &format!("-p {port}"), "start"]);
            let output = command.output().map_err(Error::io("run", binaries.program("pg_ctl")))?;
            if output.status.success() {
                return Ok(());
            }
            if self.adopt_running()? {
                return Ok(());
            }
            self.remove_stale_pid();
            tracing::debug!(attempt, port, "the private server did not start");
            std::thread::sleep(Duration::from_millis(200) * attempt);
        }
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let tail: Vec<_> = log.lines().rev().take(5).collect();
        let tail: Vec<_> = tail.into_iter().rev().collect();
        Err(load_error(format!(
            "the private server does not start; {} ends with: {}",
            self.log().display(),
            tail.join(" / ")
        )))
    }

    /// Finds the server that is up although the port file does not say so.
    fn adopt_running(&self) -> Result<bool> {
        let Ok(text) = fs::read_to_string(self.data().join("postmaster.pid")) else { return Ok(false) };
        let Some(port) = text.lines().nth(3).and_then(|line| line.trim().parse::<u16>().ok()) else {
            return Ok(false);
        };
        let path = self.home.join("port");
        fs::write(&path, port.to_string()).map_err(Error::io("write", &path))?;
        self.is_running()
    }

    /// A pid file left by a kill, whose number another program has since got,
    /// keeps the server from starting; the server itself clears all others.
    fn remove_stale_pid(&self) {
        let path = self.data().join("postmaster.pid");
        let Ok(text) = fs::read_to_string(&path) else { return };
        let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<u32>().ok()) else { return };
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok().or_else(|| {
            let output = Command::new("ps").args(["-o", "comm=", "-p", &pid.to_string()]).output().ok()?;
            String::from_utf8(output.stdout).ok()
        });
        if name.is_some_and(|name| !name.contains("postgres")) {
            tracing::warn!(pid, "removing the pid file that a killed server left");
            if let Err(error) = fs::remove_file(&path) {
                tracing::warn!(%error, "it cannot be removed");
            }
        }
    }

    /// A connection, if the server is up and takes our password; waits while it recovers.
    fn login(&self, database: &str) -> Result<Option<Client>> {
        let Some(url) = self.url_of(database)? else { return Ok(None) };
        let config = given::parse(&url)?;
        // A stranger on our port may accept connections and never say a word.
        if !config.get_ports().iter().all(|port| port::speaks_postgres(*port)) {
            return Ok(None);
        }
        let started = Instant::now();
        loop {
            match config.connect(NoTls) {
                Ok(client) => return Ok(Some(client)),
                Err(error)
                    if error.code() == Some(&SqlState::CANNOT_CONNECT_NOW)
                        && started.elapsed() < RECOVERY =>
                {
                    std::thread::sleep(Duration::from_millis(100));
                }
                Err(_) => return Ok(None),
            }
        }
    }

    fn ensure_database(&self) -> Result<()> {
        let Some(mut client) = self.login("postgres")? else {
            return Err(load_error(format!(
                "the private server in {} started and then did not answer; see {}",
                self.home.display(),
                self.log().display()
            )));
        };
        let source = |error: postgres::Error| Error::Load {
            message: format!("the private server cannot make database {DATABASE}"),
            source: Some(error.into()),
        };
        let found = client.query_opt("select 1 from pg_database where datname = $1", &[&DATABASE]);
        if found.map_err(source)?.is_none() {
            client.batch_execute(&format!("create database {DATABASE}")).map_err(source)?;
            // What every role may do elsewhere, here only those do who are given it.
            let revoke = format!("revoke temporary on database {DATABASE} from public");
            client.batch_execute(&revoke).map_err(source)?;
        }
        Ok(())
    }
}

/// 16 random bytes in hexadecimal, so that no URL need escape them.
fn random_password() -> Result<String> {
    let mut bytes = [0_u8; 16];
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut bytes)
        .map_err(|_| load_error("the system gives no random numbers for a password".into()))?;
    Ok(hex(&bytes))
}

/// A file that only its owner reads.
fn write_secret(path: &Path, text: &str) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(Error::io("write", path))
}

fn failed(what: &str, stderr: &[u8]) -> Error {
    load_error(format!("{what}: {}", String::from_utf8_lossy(stderr).trim()))
}

fn load_error(message: String) -> Error {
    Error::Load { message, source: None }
}
