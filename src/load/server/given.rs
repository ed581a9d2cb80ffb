//! A server that the user named, and the way to connect to any server.

use std::path::PathBuf;
use std::time::Duration;

use postgres::config::{Host, SslMode};
use postgres::error::SqlState;
use postgres::{Client, Config, NoTls};

use super::tls::Tls;
use crate::error::{Error, Result};
use crate::load::url::DatabaseUrl;

/// How long a server may take to answer before it counts as unreachable.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The server that libpq's variables name, if PGHOST or PGSERVICE is set:
/// PGSERVICE's entry first, then PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE and PGSSLROOTCERT.
pub(super) fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Option<DatabaseUrl>> {
    let service = variable("PGSERVICE");
    if service.is_none() && variable("PGHOST").is_none() {
        return Ok(None);
    }
    let mut settings = match service {
        Some(name) => service_entry(&name, &variable)?,
        None => Vec::new(),
    };
    for (key, name) in [
        ("host", "PGHOST"),
        ("port", "PGPORT"),
        ("user", "PGUSER"),
        ("password", "PGPASSWORD"),
        ("dbname", "PGDATABASE"),
        ("sslmode", "PGSSLMODE"),
        ("sslrootcert", "PGSSLROOTCERT"),
    ] {
        if let Some(value) = variable(name).filter(|_| settings.iter().all(|(known, _)| known != key)) {
            settings.push((key.to_owned(), value));
        }
    }
    let text: Vec<_> = settings
        .iter()
        .map(|(key, value)| format!("{key}='{}'", value.replace('\\', "\\\\").replace('\'', "\\'")))
        .collect();
    Ok(Some(DatabaseUrl::new(text.join(" "))))
}

/// The settings of a service in the user's `.pg_service.conf`, or in PGSERVICEFILE.
fn service_entry(name: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Vec<(String, String)>> {
    let path = match (variable("PGSERVICEFILE"), std::env::home_dir()) {
        (Some(file), _) => PathBuf::from(file),
        (None, Some(home)) => home.join(".pg_service.conf"),
        (None, None) => PathBuf::from(".pg_service.conf"),
    };
    let text =
        std::fs::read_to_string(&path).map_err(Error::io("read the service of PGSERVICE in", &path))?;
    let heading = format!("[{name}]");
    let entry: Vec<_> = text
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != heading)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
        .collect();
    if entry.is_empty() {
        return Err(Error::Usage(format!("PGSERVICE names {name}, which {} does not have", path.display())));
    }
    Ok(entry)
}

/// The parts of an address.
///
/// # Errors
/// [`Error::Usage`] when it cannot be read.
pub(super) fn parse(url: &DatabaseUrl) -> Result<Config> {
    let (_, text) = tls_of(url);
    let mut config: Config = text.parse().map_err(|error: postgres::Error| {
        let reason = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        Error::Usage(format!(
            "the database URL {url} cannot be read ({reason}); \
             write it as postgresql://user:password@host:5432/database"
        ))
    })?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_application_name().is_none() {
        config.application_name("clickmill");
    }
    Ok(config)
}

/// The TLS settings of an address, and the rest of it.
pub(super) fn tls_of(url: &DatabaseUrl) -> (Tls, String) {
    Tls::take(url, |name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// A connection to the server at `url`. As with libpq, sslmode `require` means TLS, `verify-ca`
/// that an authority of `sslrootcert` (or the system) vouches for the certificate, `verify-full`
/// that it also names this server, `prefer` (the default) TLS where a distant server has it.
pub(super) fn connect(url: &DatabaseUrl) -> Result<Client> {
    let (config, tls) = (parse(url)?, tls_of(url).0);
    let result = match config.get_ssl_mode() {
        SslMode::Disable => config.connect(NoTls),
        SslMode::Prefer if is_near(&config) => config.connect(NoTls),
        SslMode::Prefer => match config.connect(tls.connector()?) {
            // As libpq does: a server that cannot speak TLS is still used, plainly.
            Err(error) if error.as_db_error().is_none() => config.connect(NoTls),
            result => result,
        },
        _ => config.connect(tls.connector()?),
    };
    result.map_err(|error| explain(error, &config, url))
}

fn is_near(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => ["localhost", "127.0.0.1", "::1"].contains(&name.as_str()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

/// What went wrong, for whom, and what to do.
fn explain(error: postgres::Error, config: &Config, url: &DatabaseUrl) -> Error {
    let user = config.get_user().unwrap_or("(none)");
    let database = config.get_dbname().unwrap_or(user);
    let message = match error.code() {
        Some(&SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => format!(
            "the server at {url} refused user {user}; \
             check user and password in DATABASE_URL (or PGUSER and PGPASSWORD)"
        ),
        Some(&SqlState::INVALID_CATALOG_NAME) => format!(
            "the server at {url} has no database {database}; create it (createdb {database}) or name another"
        ),
        Some(_) => format!("the server at {url} refused the connection"),
        None => format!(
            "cannot reach a PostgreSQL server at {url}; check that it runs and that host, port and sslmode are \
             right, or leave DATABASE_URL and PGHOST out to use a private server"
        ),
    };
    Error::Load { message, source: Some(error.into()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use std::io::Write;

    use super::*;

    fn found(variables: &[(&str, &str)]) -> Option<Config> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        from_environment(variable).unwrap().map(|url| parse(&url).unwrap())
    }

    #[test]
    fn without_a_host_or_service_no_server_is_given() {
        assert!(found(&[("PGUSER", "me"), ("PGPASSWORD", "secret")]).is_none());
    }

    #[test]
    fn the_variables_of_libpq_are_read_whatever_they_hold() {
        let config = found(&[
            ("PGHOST", "db.example"),
            ("PGPORT", "6543"),
            ("PGUSER", "me"),
            ("PGPASSWORD", r"it's \ 1"),
            ("PGDATABASE", "shop"),
            ("PGSSLMODE", "verify-full"),
        ])
        .unwrap();
        assert_eq!(config.get_hosts(), [Host::Tcp("db.example".into())]);
        assert_eq!(config.get_ports(), [6543]);
        assert_eq!(config.get_password(), Some(br"it's \ 1".as_slice()));
        assert_eq!(config.get_dbname(), Some("shop"));
        assert_eq!(config.get_ssl_mode(), SslMode::Require);
    }

    #[test]
    fn a_service_goes_before_single_variables() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "[other]\nhost=no\n\n[shop]\n# ours\nhost = yes\nport=6000\n[next]\nport=1").unwrap();
        let path = file.path().to_string_lossy().into_owned();
        let config =
            found(&[("PGSERVICE", "shop"), ("PGSERVICEFILE", &path), ("PGHOST", "env"), ("PGUSER", "me")])
                .unwrap();
        assert_eq!(config.get_hosts(), [Host::Tcp("yes".into())]);
        assert_eq!(config.get_ports(), [6000]);
        assert_eq!(config.get_user(), Some("me"));
    }

    #[test]
    fn an_unreadable_address_is_named_without_its_password() {
        let error = parse(&DatabaseUrl::new("postgresql://me:s3cret@host:port/db")).err().unwrap();
        assert!(matches!(error, Error::Usage(_)));
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }

    #[test]
    fn an_unreachable_server_is_named_with_what_to_do() {
        let error = connect(&DatabaseUrl::new("postgresql://me:s3cret@127.0.0.1:1/db")).err().unwrap();
        let text = error.to_string();
        assert!(text.contains("127.0.0.1:1") && text.contains("check that it runs"), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}
