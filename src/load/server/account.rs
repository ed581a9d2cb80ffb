//! As whom the server runs: `initdb` and `postgres` refuse root.

use std::path::Path;
use std::process::Command;

use crate::error::Result;

/// The account that runs the server in root's stead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    uid: u32,
    gid: u32,
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::process::CommandExt;

    use super::*;
    use crate::error::Error;

    impl Account {
        /// The account to run as: none (our own) unless we are root; then
        /// `postgres`, else `nobody`.
        pub(in super::super) fn needed() -> Result<Option<Self>> {
            // The owner of a file just made is who we are; std has no geteuid.
            let folder = std::env::temp_dir();
            let own = tempfile::tempfile()
                .and_then(|file| file.metadata())
                .map_err(Error::io("write a temporary file in", &folder))?;
            if own.uid() != 0 {
                return Ok(None);
            }
            let path = Path::new("/etc/passwd");
            let accounts = fs::read_to_string(path).map_err(Error::io("read", path))?;
            ["postgres", "nobody"].iter().find_map(|name| find(&accounts, name)).map(Some).ok_or_else(|| {
                Error::Load {
                    message: "PostgreSQL does not run as root, and neither user postgres nor nobody exists; \
                              run as another user, or name a server with --database-url"
                        .into(),
                    source: None,
                }
            })
        }

        /// Makes `command` run as this account, away from our own folder, which it may not enter.
        pub(in super::super) fn run(self, command: &mut Command) {
            command.uid(self.uid).gid(self.gid);
        }

        /// Gives `path` to this account.
        pub(in super::super) fn own(self, path: &Path) -> Result<()> {
            chown(path, Some(self.uid), Some(self.gid)).map_err(Error::io("change the owner of", path))
        }

        /// Whether this account may walk into `folder` (or into what exists of it).
        pub(in super::super) fn reaches(self, folder: &Path) -> bool {
            folder.ancestors().filter_map(|ancestor| ancestor.metadata().ok()).all(|metadata| {
                let mode = metadata.permissions().mode();
                let bit = if metadata.uid() == self.uid {
                    0o100
                } else if metadata.gid() == self.gid {
                    0o010
                } else {
                    0o001
                };
                mode & bit != 0
            })
        }
    }

    fn find(accounts: &str, name: &str) -> Option<Account> {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some(Account { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn accounts_are_found_by_their_whole_name() {
            let accounts =
                "root:x:0:0::/root:/bin/sh\npostgresql:x:7:7::/:\npostgres:x:101:103:,,:/var:/bin/sh\n";
            assert_eq!(find(accounts, "postgres"), Some(Account { uid: 101, gid: 103 }));
            assert_eq!(find(accounts, "nobody"), None);
        }
    }
}

#[cfg(not(unix))]
impl Account {
    /// Elsewhere the server runs as whoever we are.
    pub(super) fn needed() -> Result<Option<Self>> {
        Ok(None)
    }

    pub(super) fn run(self, _command: &mut Command) {}

    pub(super) fn own(self, _path: &Path) -> Result<()> {
        Ok(())
    }

    pub(super) fn reaches(self, _folder: &Path) -> bool {
        true
    }
}
