//! The project's SQL (and profile) files, embedded in the binary.

use std::collections::BTreeMap;

/// A file of the project, as it was when the binary was built.
#[derive(Debug, Clone, Copy)]
pub struct EmbeddedFile {
    /// Path from the project's root, with forward slashes: `sql/gold/dim_date.sql`.
    pub path: &'static str,
    /// Its whole text.
    pub text: &'static str,
}

impl EmbeddedFile {
    /// The file's name without folder and extension: `dim_date`.
    pub fn stem(&self) -> &'static str {
        let name = self.path.rsplit('/').next().unwrap_or(self.path);
        name.split('.').next().unwrap_or(name)
    }

    /// The value of a `-- key: value` line in the comment at the file's head.
    pub fn head(&self, key: &str) -> Option<&'static str> {
        head(self.text, key)
    }
}

static FILES: &[EmbeddedFile] = include!(concat!(env!("OUT_DIR"), "/embedded_files.rs"));

/// The files directly inside `folder` (such as `sql/gold`), sorted by name.
pub fn folder(folder: &str) -> impl Iterator<Item = &'static EmbeddedFile> {
    FILES.iter().filter(move |file| file.path.rsplit_once('/').is_some_and(|(parent, _)| parent == folder))
}

/// The file at `path`, such as `sql/reports/daily_trends.sql`.
pub fn file(path: &str) -> Option<&'static EmbeddedFile> {
    FILES.iter().find(|file| file.path == path)
}

/// The value of a `-- key: value` line in the comment that heads an SQL text.
pub fn head<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().map_while(|line| line.strip_prefix("--")).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        (found.trim() == key).then_some(value.trim())
    })
}

/// As [`head`], with the lines that go on with the value, set in by four spaces or more.
pub fn whole_head(text: &str, key: &str) -> Option<String> {
    let comment = || text.lines().map_while(|line| line.strip_prefix("--"));
    let value = head(text, key)?;
    let begins = |line: &str| line.split_once(':').is_some_and(|(found, _)| found.trim() == key);
    let rest = comment().skip_while(|line| !begins(line)).skip(1);
    let rest = rest.take_while(|line| line.starts_with("    "));
    Some(rest.fold(value.to_owned(), |whole, line| whole + " " + line.trim()))
}

/// The lines that follow a `-- key:` line in the head, set in by four spaces or more.
pub fn head_lines<'a>(text: &'a str, key: &str) -> Vec<&'a str> {
    let comment = text.lines().map_while(|line| line.strip_prefix("--"));
    let rest = comment.skip_while(|line| line.trim().strip_suffix(':') != Some(key)).skip(1);
    rest.take_while(|line| line.starts_with("    ")).map(str::trim).collect()
}

/// What `comment on` statements say, by what they speak of: `gold.dim_date.year`, `analytics.vw_user_retention`.
pub fn comments(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for statement in text.split("\ncomment on ").skip(1) {
        let Some((target, rest)) = statement.split_once(" is") else { continue };
        let Some((_, target)) = target.split_once(' ') else { continue };
        let Some(quoted) = rest.trim_start().strip_prefix('\'') else { continue };
        let end = quoted.find("';").unwrap_or(quoted.len());
        found.insert(target.trim().to_owned(), quoted[..end].replace("''", "'"));
    }
    found
}

/// The comma-separated values of a `-- key: a, b` line in the head; none where there is no such line.
pub fn head_list(text: &str, key: &str) -> Vec<String> {
    head(text, key)
        .map(|list| list.split(',').map(|item| item.trim().to_owned()).collect())
        .unwrap_or_default()
}
