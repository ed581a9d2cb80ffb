//! What was meant: defaults, file, environment and flags, laid over one
//! another key by key. `clickmill.toml` at the project's root is the list of
//! keys, their defaults and their manual.

mod options;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::Value;

use crate::error::{Error, Result};
use crate::load::mask_url;

pub use options::profile;

/// The embedded file of defaults.
const DEFAULTS: &str = include_str!("../../clickmill.toml");

/// Keys whose values are never printed.
const SECRET_KEYS: [&str; 1] = ["load.database_url"];

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The embedded defaults.
    Default,
    /// A configuration file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// A flag.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(path) => write!(f, "{}", path.display()),
            Origin::Environment(name) => write!(f, "${name}"),
            Origin::Flag(flag) => f.write_str(flag),
        }
    }
}

/// A value in force and where it came from.
#[derive(Debug, Clone, PartialEq)]
struct Setting {
    value: Value,
    origin: Origin,
}

/// A value as a flag or variable gives it: key, text, where from.
#[derive(Debug, Clone)]
pub struct Override {
    /// Dotted key: `session.gap`.
    pub key: Cow<'static, str>,
    /// The value as text; several for list keys.
    pub values: Vec<String>,
    /// The flag as the user knows it: `--session-gap`.
    pub flag: String,
}

/// Every key with the value in force.
#[derive(Debug, Clone)]
pub struct Config {
    settings: BTreeMap<String, Setting>,
}

impl Config {
    /// The embedded defaults alone.
    ///
    /// # Errors
    /// Never for the file that is embedded; a test holds that.
    pub fn defaults() -> Result<Self> {
        let table: toml::Table =
            DEFAULTS.parse().map_err(|error| Error::Usage(format!("clickmill.toml (embedded): {error}")))?;
        let mut settings = BTreeMap::new();
        for (key, value) in flatten(&table) {
            settings.insert(key, Setting { value, origin: Origin::Default });
        }
        Ok(Self { settings })
    }

    /// Defaults, then `file` (or `./clickmill.toml` where it is), then
    /// `environment`, then `overrides`.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown key (with the nearest known one), a value
    /// of the wrong type, or a file that is no TOML; [`Error::Io`] when a named
    /// file cannot be read.
    pub fn layered(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        overrides: &[Override],
    ) -> Result<Self> {
        let mut config = Self::defaults()?;
        let beside = Path::new("clickmill.toml");
        let path = file.or_else(|| beside.is_file().then_some(beside));
        if let Some(path) = path {
            let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
            config.lay_file(path, &text)?;
        }
        config.lay_environment(environment)?;
        for given in overrides {
            let value = config.typed(&given.key, &given.values, &given.flag)?;
            config.set(&given.key, value, Origin::Flag(given.flag.clone()));
        }
        Ok(config)
    }

    fn lay_file(&mut self, path: &Path, text: &str) -> Result<()> {
        let table: toml::Table = text
            .parse()
            .map_err(|error| Error::Usage(format!("{} is not valid TOML: {error}", path.display())))?;
        for (key, value) in flatten(&table) {
            let Some(known) = self.settings.get(&key) else {
                return Err(self.unknown(&key, &path.display().to_string()));
            };
            let value = match (&known.value, value) {
                (Value::Float(_), Value::Integer(whole)) => Value::Float(whole as f64),
                (known, value) if known.same_type(&value) => value,
                (known, value) => {
                    return Err(Error::Usage(format!(
                        "{}: {key} = {value} must be {}",
                        path.display(),
                        type_name(known)
                    )));
                }
            };
            self.set(&key, value, Origin::File(path.to_owned()));
        }
        Ok(())
    }

    fn lay_environment(&mut self, environment: impl Iterator<Item = (String, String)>) -> Result<()> {
        let variables: BTreeMap<String, String> = environment.collect();
        if let Some(url) = variables.get("DATABASE_URL").filter(|url| !url.is_empty()) {
            let origin = Origin::Environment("DATABASE_URL".to_owned());
            self.set("load.database_url", Value::String(url.clone()), origin);
        }
        for (name, text) in &variables {
            let Some(rest) = name.strip_prefix("CLICKMILL_") else { continue };
            let key =
                self.settings.keys().find(|key| key.replace('.', "_").eq_ignore_ascii_case(rest)).cloned();
            // Variables that belong to the tests and scripts around us are not keys.
            let Some(key) = key else {
                if matches!(rest, "FUZZ_SECONDS" | "SHARED" | "TEST_DATABASE_URL") {
                    continue;
                }
                return Err(self.unknown(&rest.to_lowercase().replacen('_', ".", 1), &format!("${name}")));
            };
            let values: Vec<_> = match self.settings[&key].value {
                Value::Array(_) => text.split(',').map(|item| item.trim().to_owned()).collect(),
                _ => vec![text.clone()],
            };
            let value = self.typed(&key, &values, &format!("${name}"))?;
            self.set(&key, value, Origin::Environment(name.clone()));
        }
        Ok(())
    }

    fn set(&mut self, key: &str, value: Value, origin: Origin) {
        self.settings.insert(key.to_owned(), Setting { value, origin });
    }

    /// The refusal of a key that does not exist, naming the nearest that does.
    fn unknown(&self, key: &str, place: &str) -> Error {
        let nearest = self
            .settings
            .keys()
            .max_by(|a, b| strsim::jaro_winkler(a, key).total_cmp(&strsim::jaro_winkler(b, key)))
            .cloned()
            .unwrap_or_default();
        Error::Usage(format!(
            "{place}: unknown key {key}; did you mean {nearest}? (`clickmill config` lists all)"
        ))
    }

    /// A text as the type that the key's default has.
    fn typed(&self, key: &str, texts: &[String], place: &str) -> Result<Value> {
        let Some(known) = self.settings.get(key) else { return Err(self.unknown(key, place)) };
        let text = texts.first().map(String::as_str).unwrap_or_default();
        let parsed = match &known.value {
            Value::String(_) => Some(Value::String(text.to_owned())),
            Value::Integer(_) => text.replace('_', "").parse().ok().map(Value::Integer),
            Value::Float(_) => text.parse().ok().map(Value::Float),
            Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
            Value::Array(_) => Some(Value::Array(texts.iter().cloned().map(Value::String).collect())),
            _ => None,
        };
        parsed.ok_or_else(|| {
            Error::Usage(format!("{place}: {key} = {text:?} must be {}", type_name(&known.value)))
        })
    }

    /// Every key, its value as TOML (secrets masked) and where it came from.
    pub fn in_force(&self) -> impl Iterator<Item = (&str, String, &Origin)> {
        self.settings.iter().map(|(key, setting)| {
            let shown = match &setting.value {
                Value::String(text) if SECRET_KEYS.contains(&key.as_str()) && !text.is_empty() => {
                    format!("{:?}", mask_url(text))
                }
                value => value.to_string(),
            };
            (key.as_str(), shown, &setting.origin)
        })
    }

    /// Whether a flag gave the value.
    fn is_flag(&self, key: &str) -> bool {
        self.settings.get(key).is_some_and(|setting| matches!(setting.origin, Origin::Flag(_)))
    }

    fn text(&self, key: &str) -> &str {
        self.settings.get(key).and_then(|setting| setting.value.as_str()).unwrap_or_default()
    }

    fn optional_text(&self, key: &str) -> Option<String> {
        Some(self.text(key)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn flag(&self, key: &str) -> bool {
        self.settings.get(key).and_then(|setting| setting.value.as_bool()).unwrap_or_default()
    }

    fn list(&self, key: &str) -> Vec<String> {
        let items = self.settings.get(key).and_then(|setting| setting.value.as_array());
        items.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    /// A whole number that is not negative and fits its type.
    fn number<T: TryFrom<i64>>(&self, key: &str) -> Result<T> {
        let value = self.settings.get(key).and_then(|setting| setting.value.as_integer()).unwrap_or_default();
        T::try_from(value).map_err(|_| self.refuse(key, "a whole number that is not negative"))
    }

    fn real(&self, key: &str) -> f64 {
        self.settings.get(key).and_then(|setting| setting.value.as_float()).unwrap_or_default()
    }

    /// The refusal of a key's value: where it was set, what it must be.
    fn refuse(&self, key: &str, must_be: &str) -> Error {
        let (value, origin) = match self.settings.get(key) {
            Some(setting) => (setting.value.to_string(), setting.origin.to_string()),
            None => (String::new(), String::new()),
        };
        Error::Usage(format!("{key} = {value} (from {origin}) must be {must_be}"))
    }

    /// A key parsed by `parse`; refused with `must_be` where that fails.
    fn parsed<T>(&self, key: &str, must_be: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
        parse(self.text(key)).ok_or_else(|| self.refuse(key, must_be))
    }

    /// As [`Config::parsed`], where the empty text means "not set".
    fn optional<T>(&self, key: &str, must_be: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        if self.text(key).is_empty() { Ok(None) } else { self.parsed(key, must_be, parse).map(Some) }
    }
}

/// Dotted keys of a table's leaves.
fn flatten(table: &toml::Table) -> Vec<(String, Value)> {
    let mut leaves = Vec::new();
    for (name, value) in table {
        match value {
            Value::Table(inner) => {
                leaves
                    .extend(flatten(inner).into_iter().map(|(key, value)| (format!("{name}.{key}"), value)));
            }
            value => leaves.push((name.clone(), value.clone())),
        }
    }
    leaves
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Array(_) => "a list of texts",
        _ => "of another type",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::options::{duration_us, size};
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)], flags: &[Override]) -> Result<Config> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clickmill.toml");
        std::fs::write(&path, file).unwrap();
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::layered(Some(&path), environment, flags)
    }

    #[test]
    fn every_default_means_something() {
        let config = load("", &[], &[]).unwrap();
        assert_eq!(config.generate().unwrap().sessions, 10_000);
        assert_eq!(config.transform().unwrap().session_gap_us, 1_800_000_000);
        config.emit().unwrap();
        config.report().unwrap();
    }

    #[test]
    fn stronger_layers_win_and_say_so() {
        let flag = Override {
            key: "session.gap".into(),
            values: vec!["3h".to_owned()],
            flag: "--session-gap".to_owned(),
        };
        let file = "[session]\ngap = \"1h\"\n[generate]\nseed = 7\n";
        let config = load(file, &[("CLICKMILL_SESSION_GAP", "2h")], &[flag]).unwrap();
        assert_eq!(config.transform().unwrap().session_gap_us, 3 * 3_600_000_000);
        assert_eq!(config.generate().unwrap().seed, 7);
        let origins: BTreeMap<_, _> =
            config.in_force().map(|(key, _, origin)| (key, origin.to_string())).collect();
        assert_eq!(origins["session.gap"], "--session-gap");
        assert_eq!(origins["session.mode"], "default");
        assert!(origins["generate.seed"].ends_with("clickmill.toml"));
    }

    #[test]
    fn unknown_keys_are_refused_with_the_nearest_known_one() {
        for (file, environment) in
            [("[session]\ngapp = \"1h\"", vec![]), ("", vec![("CLICKMILL_SESSION_GAPP", "1h")])]
        {
            let error = load(file, &environment, &[]).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            assert!(error.to_string().contains("did you mean session.gap?"), "{error}");
        }
    }

    #[test]
    fn wrong_values_name_key_and_place() {
        let error = load("[session]\ngap = 30", &[], &[]).unwrap_err().to_string();
        assert!(error.contains("session.gap") && error.contains("a text"), "{error}");
        let config = load("[session]\ngap = \"-5m\"", &[], &[]).unwrap();
        let error = config.transform().unwrap_err().to_string();
        assert!(error.contains("session.gap") && error.contains("clickmill.toml"), "{error}");
        let config = load("[generate]\nstart_date = \"2026-02-30\"", &[], &[]).unwrap();
        assert!(config.generate().unwrap_err().to_string().contains("generate.start_date"));
    }

    #[test]
    fn secrets_are_masked() {
        let config =
            load("", &[("DATABASE_URL", "postgresql://ann:s3cret@db:5432/shop?password=s3cret")], &[])
                .unwrap();
        let shown = config.in_force().map(|(_, value, _)| value).collect::<String>();
        assert!(!shown.contains("s3cret"));
        assert!(shown.contains("ann:***@db:5432/shop"));
    }

    #[test]
    fn durations_and_sizes_have_units() {
        assert_eq!(duration_us("90s"), Some(90_000_000));
        assert_eq!(duration_us("2d"), Some(172_800_000_000));
        assert_eq!(duration_us("30"), None);
        assert_eq!(duration_us("9999999999999h"), None);
        assert_eq!(size("4GiB"), Some(1 << 32));
        assert_eq!(size("4 potatoes"), None);
    }
}
