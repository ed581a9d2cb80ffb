//! Ports of this machine: which is free, and who listens on the others.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// How long the first byte of an answer may take.
const ANSWER: Duration = Duration::from_secs(2);

/// Whether who listens on `port` answers a request for TLS (with yes or no) as PostgreSQL does.
pub(super) fn speaks_postgres(port: u16) -> bool {
    const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
    let answer = || -> std::io::Result<[u8; 1]> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.write_all(&TLS_REQUEST)?;
        let mut answer = [0];
        stream.read_exact(&mut answer)?;
        Ok(answer)
    };
    answer().is_ok_and(|answer| matches!(&answer, b"S" | b"N" | b"E"))
}

/// Whether nobody listens on `port`.
pub(super) fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

/// A free port, for each folder tried from another number on, below those the system hands out.
pub(super) fn free(home: &Path) -> Result<u16> {
    let first = Sha256::digest(home.as_os_str().as_encoded_bytes())[..2]
        .iter()
        .fold(0, |sum, byte| sum * 256 + u16::from(*byte));
    (0..500).map(|step| 15_432 + (first % 5_000) + step).find(|port| is_free(*port)).ok_or_else(|| {
        Error::Load {
            message:
                "no port is free for the private server; stop some servers, or name one with --database-url"
                    .into(),
            source: None,
        }
    })
}
