//! Files from the web, such as a product catalogue behind an address.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::content::Format;
use super::refused;
use crate::error::{Error, Result};
use crate::lake::PartFile;

/// Downloads a file into a folder and returns where it lies. Its name is the
/// last part of the address; one of that name is replaced.
///
/// # Errors
/// [`Error::Ingest`] when the server cannot be reached or refuses,
/// [`Error::Io`] when the file cannot be written.
pub fn fetch(url: &str, into: &Path) -> Result<PathBuf> {
    let shown = without_secrets(url);
    let failed = |message: String| refused(&shown, message);
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_connect(Some(Duration::from_secs(15)))
        .timeout_recv_response(Some(Duration::from_secs(60)))
        .user_agent(concat!("clickmill/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let response = agent.get(url).call().map_err(|error| match error {
        ureq::Error::StatusCode(code) => failed(format!("the server answered with status {code}")),
        other => failed(format!("cannot be fetched ({other})")),
    })?;
    let media_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
    let place = into.join(file_name(url, media_type.unwrap_or_default()));
    let mut part = PartFile::create(&place)?;
    let mut body = response.into_body().into_reader();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = std::io::Read::read(&mut body, &mut buffer)
            .map_err(|error| failed(format!("broke off while being fetched ({error})")))?;
        if read == 0 {
            break;
        }
        std::io::Write::write_all(&mut part, &buffer[..read]).map_err(Error::io("write", &place))?;
    }
    part.publish()?;
    Ok(place)
}

/// An address without user and password.
pub(super) fn without_secrets(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..host_end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

/// A file name for what an address answers with. A name without a known ending
/// gets one from the media type, so that the file explains itself.
fn file_name(url: &str, media_type: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let name: String = last
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '_' })
        .collect();
    let name = name.trim_start_matches('.');
    let name = if name.is_empty() { "import" } else { name };
    if Format::of_name(Path::new(name)).is_some() {
        return name.to_owned();
    }
    let ending = match media_type.split(';').next().unwrap_or_default().trim() {
        "application/json" => ".json",
        "application/x-ndjson" | "application/jsonl" => ".jsonl",
        "text/csv" => ".csv",
        _ => "",
    };
    format!("{name}{ending}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn names_come_from_the_address() {
        assert_eq!(
            file_name("https://shop.example/products", "application/json; charset=utf-8"),
            "products.json"
        );
        assert_eq!(file_name("https://shop.example/a/b.csv.gz?x=1", "text/html"), "b.csv.gz");
        assert_eq!(file_name("https://shop.example/", ""), "shop.example");
        assert_eq!(file_name("https://shop.example/..%2f..", "text/csv"), "_2f...csv");
    }

    #[test]
    fn secrets_are_not_shown() {
        assert_eq!(without_secrets("https://me:pw@shop.example/a@b"), "https://shop.example/a@b");
        assert_eq!(without_secrets("https://shop.example/a@b"), "https://shop.example/a@b");
    }
}
