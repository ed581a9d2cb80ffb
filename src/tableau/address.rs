//! Where the views are, as a data source says it: no password.

use postgres::config::{Config, Host, SslMode};

use crate::error::{Error, Result};
use crate::load::DatabaseUrl;

/// A server, its database and whom to connect as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Name or IP address.
    pub server: String,
    /// TCP port.
    pub port: u16,
    /// The database.
    pub database: String,
    /// The account; its password is asked for by Tableau.
    pub user: String,
    /// Whether the connection has to be encrypted.
    pub needs_tls: bool,
}

/// This machine: where a private server and the container of `docker/` listen.
impl Default for Address {
    fn default() -> Self {
        let name = || "clickmill".to_owned();
        Self { server: "127.0.0.1".into(), port: 5432, database: name(), user: name(), needs_tls: false }
    }
}

impl Address {
    /// The parts of a database's address; what it leaves out is as by default.
    ///
    /// # Errors
    /// [`Error::Usage`] when it cannot be read.
    pub fn of(url: &DatabaseUrl) -> Result<Self> {
        // The driver knows no verify-*; for Tableau both are TLS.
        let text = url.expose().replace("verify-full", "require").replace("verify-ca", "require");
        let config: Config = text.parse().map_err(|_| {
            Error::Usage(format!(
                "the database URL {url} cannot be read; write it as postgresql://user:password@host:5432/database"
            ))
        })?;
        let default = Self::default();
        let server = config.get_hosts().iter().find_map(|host| match host {
            Host::Tcp(name) => Some(name.clone()),
            // A socket's folder means nothing to Tableau; it is on this machine.
            #[cfg(unix)]
            Host::Unix(_) => None,
        });
        Ok(Self {
            server: server.unwrap_or(default.server),
            port: config.get_ports().first().copied().unwrap_or(default.port),
            database: config.get_dbname().or(config.get_user()).map_or(default.database, str::to_owned),
            user: config.get_user().map_or(default.user, str::to_owned),
            needs_tls: config.get_ssl_mode() == SslMode::Require,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_address_has_everything_but_the_password() {
        let url = DatabaseUrl::new("postgresql://ann:s3cret@db.example:6543/shop?sslmode=verify-full");
        let address = Address::of(&url).unwrap();
        let expected = Address {
            server: "db.example".into(),
            port: 6543,
            database: "shop".into(),
            user: "ann".into(),
            needs_tls: true,
        };
        assert_eq!(address, expected);
        assert!(!format!("{address:?}").contains("s3cret"));
        let socket = Address::of(&DatabaseUrl::new("host=/var/run/postgresql user=ann")).unwrap();
        assert_eq!(
            (socket.server.as_str(), socket.port, socket.database.as_str()),
            ("127.0.0.1", 5432, "ann")
        );
    }
}
