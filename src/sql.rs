//! The project's SQL (and profile) files, embedded in the binary.

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

/// The comma-separated values of a `-- key: a, b` line in the head; none where there is no such line.
pub fn head_list(text: &str, key: &str) -> Vec<String> {
    head(text, key)
        .map(|list| list.split(',').map(|item| item.trim().to_owned()).collect())
        .unwrap_or_default()
}
