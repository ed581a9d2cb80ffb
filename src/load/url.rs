//! The address of a database, which holds a password and so never prints it.

use std::fmt;

/// A connection URL or `key=value` string. Debug and Display mask the
/// password; only [`DatabaseUrl::expose`] gives it away.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address in `text`, unchecked.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The address with its password: for the driver, and for a user who asks for it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask_url(&self.0))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

/// The same address with `***` for every password in it, whatever its form:
/// `user:password@host`, `?password=...`, `password=... host=...`.
pub fn mask_url(text: &str) -> String {
    let mut masked = text.to_owned();
    if let Some(start) = masked.find("://").map(|scheme| scheme + 3) {
        // A password may hold an unescaped @ or /, so the last @ ends it.
        if let Some(end) = masked.rfind('@').filter(|end| *end > start)
            && let Some(colon) = masked[start..end].find(':').map(|colon| start + colon)
        {
            masked.replace_range(colon + 1..end, "***");
        }
    }
    let mut from = 0;
    while let Some(start) = masked[from..].find("password=").map(|key| from + key + "password=".len()) {
        let rest = &masked[start..];
        let length = match rest.strip_prefix('\'') {
            Some(quoted) => quoted.find('\'').map_or(rest.len(), |end| end + 2),
            None => rest.find(['&', ' ']).unwrap_or(rest.len()),
        };
        masked.replace_range(start..start + length, "***");
        from = start + 3;
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_form_of_an_address_prints_its_password() {
        for address in [
            "postgresql://me:s3cret@host:5432/db?sslmode=require",
            "postgres://me:s3c/r@et:s3cret@host/db",
            "postgresql://host/db?user=me&password=s3cret&sslmode=require",
            "host=h password=s3cret user=me",
            "host=h password='s3cret s3cret' user=me",
        ] {
            let url = DatabaseUrl::new(address);
            for print in [url.to_string(), format!("{url:?}")] {
                assert!(!print.contains("s3c"), "{print}");
                assert!(print.contains("***"), "{print}");
            }
        }
    }

    #[test]
    fn what_is_no_password_stays_readable() {
        let masked = mask_url("postgresql://me:s3cret@host:5432/db?sslmode=require");
        assert_eq!(masked, "postgresql://me:***@host:5432/db?sslmode=require");
        assert_eq!(mask_url("postgresql://host:5432/db"), "postgresql://host:5432/db");
        assert_eq!(mask_url("host=h password=a user=me"), "host=h password=*** user=me");
    }
}
