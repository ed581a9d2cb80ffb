//! A profile: every number that shapes behaviour, read from TOML.
//!
//! The built-in profiles lie in `profiles/`; each number is commented there
//! with where it comes from. The fields here follow the file key by key.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::sql;

/// How visitors of one kind of shop behave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub(crate) name: String,
    pub(crate) site: String,
    pub(crate) season: Season,
    #[serde(default)]
    pub(crate) campaign: Vec<Campaign>,
    pub(crate) growth: Growth,
    pub(crate) country: Vec<Home>,
    pub(crate) user: User,
    pub(crate) account: Account,
    pub(crate) bot: Bot,
    pub(crate) intent: Intent,
    pub(crate) interest: Interest,
    pub(crate) pace: Pace,
    pub(crate) page: Page,
    pub(crate) order: Order,
    pub(crate) catalogue: Catalogue,
    pub(crate) stock: Stock,
    pub(crate) promotion: Promotion,
    pub(crate) channel: Vec<Channel>,
    pub(crate) device: Vec<Device>,
    pub(crate) experiment: Experiment,
    pub(crate) category: Vec<Category>,
}

/// When people come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Season {
    pub month: [f64; 12],
    pub weekday: [f64; 7],
    pub hour: [f64; 24],
    pub buying_hour: [f64; 24],
    pub noise: f64,
    pub noise_memory: f64,
    pub payday_days: Vec<u32>,
    pub payday_lift: f64,
    pub holiday: Vec<Holiday>,
}

/// A day of the year on which traffic differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Holiday {
    pub month: u32,
    pub day: u32,
    pub lift: f64,
}

/// Days of the year on which the shop advertises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Campaign {
    pub name: String,
    /// The channel that carries it, by name.
    pub channel: String,
    pub month: u32,
    pub day: u32,
    pub days: u32,
    pub traffic: f64,
    pub buying: f64,
}

/// How the base of visitors changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Growth {
    pub per_month: f64,
    pub churn_per_month: f64,
}

/// A country that visitors come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Home {
    pub code: String,
    pub weight: f64,
    pub apple: f64,
}

/// Who comes, and how often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct User {
    pub sessions_per_user: f64,
    pub visits: Vec<[f64; 2]>,
    pub most_visits_per_day: u64,
    pub second_device: f64,
    pub main_device: f64,
    pub return_soon: f64,
    pub return_after_hours: f64,
    pub return_after_sigma: f64,
    pub signup_years: f64,
    pub signup_in_period: f64,
    pub female: f64,
    pub birth_year_mean: f64,
    pub birth_year_sigma: f64,
}

/// Who is known to the shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub known_at_first: f64,
    pub login: f64,
    pub login_of_buyer: f64,
    pub stay: f64,
}

/// Programs among the visitors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bot {
    pub share: f64,
    #[serde(default)]
    pub kind: Vec<BotKind>,
}

/// A kind of program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BotKind {
    pub name: String,
    pub weight: f64,
    /// What it says it is: browsers of the devices.
    pub browsers: Vec<String>,
    pub visits: u32,
    pub every_hours: f64,
    pub night: f64,
    pub least_pages: u32,
    pub most_pages: u32,
    pub seconds: f64,
    pub jitter: f64,
    pub lists: f64,
    pub in_order: f64,
    /// First byte of its addresses; without it, it comes from where people do.
    pub network: Option<u8>,
}

/// What a visit is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Intent {
    pub buy: f64,
    pub buyer_shape: f64,
    pub most_ready: f64,
    pub abandon: f64,
    pub no_product: f64,
}

/// How a visit unfolds over product views.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Interest {
    pub stop_a: f64,
    pub stop_b: f64,
    pub buyer_stop_a: f64,
    pub buyer_stop_b: f64,
    pub most_views: u32,
    pub buy_position_a: f64,
    pub buy_position_b: f64,
    pub same_product: f64,
    pub same_category: f64,
    pub favourite: f64,
    pub favourites: usize,
}

/// Time within a visit, seconds unless said otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pace {
    pub mu: f64,
    pub sigma: f64,
    pub visit_sigma: f64,
    pub pause: f64,
    pub pause_mu: f64,
    pub pause_sigma: f64,
    pub shortest: f64,
    pub longest: f64,
    pub browse_mu: f64,
    pub browse_sigma: f64,
    pub latency_mu: f64,
    pub latency_sigma: f64,
    pub between_visits: f64,
}

/// Pages around and between products.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    pub from_home: Next,
    pub from_category: Next,
    pub from_search: Next,
    pub from_product: Next,
    pub again: f64,
    pub on: f64,
    pub on_after_landing: f64,
    pub most: u32,
}

/// Chances of the next page.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Next {
    pub product: f64,
    pub category: f64,
    pub search: f64,
    pub home: f64,
}

/// Carts, checkouts, orders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    pub through_cart: f64,
    pub lines: Vec<f64>,
    pub quantity: Vec<f64>,
    pub look_at_cart: f64,
    pub abandon_at_checkout: f64,
    pub remove: f64,
    pub payment_fails: f64,
    pub retry: f64,
    pub refund: f64,
    pub refund_after_days: f64,
    pub refund_sigma: f64,
    pub payment: Vec<Payment>,
}

/// A way to pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Payment {
    pub name: String,
    pub weight: f64,
}

/// The catalogue as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Catalogue {
    pub offset: f64,
    pub exponent: f64,
    pub knee: f64,
    pub steepness: f64,
    pub price_changes_per_month: f64,
    pub price_change: f64,
    pub rating_mean: f64,
    pub rating_sigma: f64,
    pub rating_count_mu: f64,
    pub rating_count_sigma: f64,
}

/// When products appear, sell out and come again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stock {
    pub delivery_mu: f64,
    pub delivery_sigma: f64,
    pub sold_out: f64,
    pub sold_out_days: f64,
    pub substitute: f64,
    pub new_per_month: f64,
}

/// Weekly promotions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Promotion {
    pub share: f64,
    /// How many times as many in each month; may be left out where all are alike.
    #[serde(default = "every_month_alike", skip_serializing_if = "is_every_month_alike")]
    pub month: [f64; 12],
    pub products: f64,
    pub pull: f64,
    pub discounts: Vec<f64>,
}

fn every_month_alike() -> [f64; 12] {
    [1.0; 12]
}

fn is_every_month_alike(month: &[f64; 12]) -> bool {
    *month == every_month_alike()
}

/// Where visits come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Channel {
    pub name: String,
    pub weight: f64,
    pub referrer: Option<String>,
    pub source: Option<String>,
    pub medium: Option<String>,
    #[serde(default)]
    pub campaigns: Vec<String>,
    pub landing: [f64; 4],
}

/// A device with its browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Device {
    pub weight: f64,
    pub device_type: String,
    pub browser: String,
    pub os: String,
    pub user_agent: String,
}

impl Device {
    /// Whether Apple makes it.
    pub(crate) fn is_apple(&self) -> bool {
        matches!(self.os.as_str(), "iOS" | "macOS")
    }
}

/// The running A/B experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Experiment {
    pub name: String,
    pub variants: Vec<String>,
    pub buy_lift: Vec<f64>,
}

/// A leaf of the category tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Category {
    pub path: String,
    pub share: f64,
    pub buying: f64,
    pub price: f64,
    pub price_sigma: f64,
    pub noun: String,
    pub brands: Vec<String>,
}

impl Default for Profile {
    fn default() -> Self {
        Self::named(Self::DEFAULT)
            .unwrap_or_else(|error| unreachable!("the embedded profiles are tested to be valid: {error}"))
    }
}

impl Profile {
    /// The name of the profile used where none is asked for.
    pub const DEFAULT: &'static str = "marketplace";

    /// The built-in profiles: name and what shop it is, in a line.
    pub fn built_in() -> impl Iterator<Item = (&'static str, &'static str)> {
        sql::folder("profiles").map(|file| {
            let head = file.text.lines().next().unwrap_or_default().trim_start_matches("# ");
            (file.stem(), head.split_once(": ").map_or(head, |(_, title)| title))
        })
    }

    /// The TOML text of a built-in profile.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is none of that name, naming the nearest and those there are.
    pub fn text(name: &str) -> Result<&'static str> {
        embedded(name).map(|file| file.text)
    }

    /// The built-in profile of that name.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is none, naming the nearest and those there are.
    pub fn named(name: &str) -> Result<Self> {
        Self::parse(&format!("profiles/{name}.toml"), embedded(name)?.text)
    }

    /// The profile a TOML text describes; `origin` is what errors call it.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the key that is unknown, missing or out of range.
    pub fn parse(origin: &str, text: &str) -> Result<Self> {
        let profile: Self =
            toml::from_str(text).map_err(|error| Error::Usage(in_a_sentence(origin, text, &error)))?;
        profile.validate(origin)?;
        Ok(profile)
    }

    /// What the profile is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address of the site, without a slash at its end.
    pub(crate) fn site(&self) -> &str {
        &self.site
    }

    /// The dotted path of a category.
    pub(crate) fn category(&self, category: usize) -> &str {
        &self.category[category].path
    }

    /// A brand of a category.
    pub(crate) fn brand(&self, category: usize, brand: usize) -> &str {
        &self.category[category].brands[brand]
    }

    /// The name of a way to pay.
    pub(crate) fn payment(&self, payment: usize) -> &str {
        &self.order.payment[payment].name
    }

    /// A device.
    pub(crate) fn device(&self, device: usize) -> &Device {
        &self.device[device]
    }

    /// The name of a kind of program.
    pub(crate) fn bot(&self, kind: usize) -> &str {
        &self.bot.kind[kind].name
    }

    /// The name of the experiment.
    pub(crate) fn experiment(&self) -> &str {
        &self.experiment.name
    }

    /// The name of an arm of the experiment.
    pub(crate) fn variant(&self, variant: usize) -> &str {
        &self.experiment.variants[variant]
    }
}

/// The file of a built-in profile.
fn embedded(name: &str) -> Result<&'static sql::EmbeddedFile> {
    sql::file(&format!("profiles/{name}.toml")).ok_or_else(|| {
        let known: Vec<_> = sql::folder("profiles").map(sql::EmbeddedFile::stem).collect();
        Error::Usage(format!(
            "there is no profile {name:?}{}; there are {}, and files (./my.toml)",
            did_you_mean(name, &known),
            known.join(", ")
        ))
    })
}

/// `, did you mean this?` where one of the words is near.
fn did_you_mean(word: &str, known: &[&str]) -> String {
    known
        .iter()
        .map(|known| (strsim::jaro_winkler(known, word), known))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or_else(String::new, |(_, nearest)| format!(" (did you mean {nearest}?)"))
}

/// Why a text is no profile: where, which key, what to write instead.
fn in_a_sentence(origin: &str, text: &str, error: &toml::de::Error) -> String {
    let before = error.span().map_or("", |span| &text[..span.start.min(text.len())]);
    let line = before.matches('\n').count() + 1;
    let section = before
        .lines()
        .filter_map(|line| line.trim().strip_prefix('[')?.split(']').next())
        .next_back()
        .map_or_else(String::new, |section| format!("{}.", section.trim_start_matches('[')));
    let message = error.message().trim().replace('\n', ", ");
    // serde says it in backquotes: unknown field `this`, expected one of `that`, `those`.
    let quoted: Vec<_> = message.split('`').skip(1).step_by(2).collect();
    match quoted.split_first() {
        Some((key, known)) if message.starts_with("unknown field") => {
            format!("{origin}, line {line}: unknown key {section}{key}{}", did_you_mean(key, known))
        }
        Some((key, _)) if message.starts_with("missing field") => {
            let section = if section.is_empty() || line == 1 {
                String::new()
            } else {
                format!(" in {}", section.trim_end_matches('.'))
            };
            format!(
                "{origin}: the key {key} is missing{section}; `clickmill profile show marketplace` has them all"
            )
        }
        _ => format!("{origin}, line {line}: {message}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn text() -> &'static str {
        sql::file("profiles/marketplace.toml").unwrap().text
    }

    #[test]
    fn every_built_in_profile_is_valid() {
        for file in sql::folder("profiles") {
            let profile = Profile::named(file.stem()).unwrap();
            assert_eq!(profile.name(), file.stem());
        }
    }

    #[test]
    fn a_share_over_one_is_refused_by_name() {
        let bad = text().replace("known_at_first = 0.18", "known_at_first = 1.8");
        let error = Profile::parse("my.toml", &bad).unwrap_err().to_string();
        assert_eq!(error, "my.toml: account.known_at_first is 1.8; a share lies between 0 and 1");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_key_and_range() {
        let refused = |from: &str, to: &str| {
            let bad = text().replacen(from, to, 1);
            assert_ne!(bad, text(), "there is no {from}");
            let error = Profile::parse("my.toml", &bad).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            error.to_string()
        };
        for (from, to, message) in [
            ("sold_out = 0.083", "sold_out = 1.0", "stock.sold_out is 1; it must be at least 0 and below 1"),
            ("per_month = 0.04", "per_month = -2.0", "growth.per_month is -2; it must be between -0.9 and 9"),
            (
                "churn_per_month = 0.12",
                "churn_per_month = 1.2",
                "growth.churn_per_month is 1.2; a share lies between 0 and 1",
            ),
            (
                "code = \"DE\"",
                "code = \"XX\"",
                "country.code is XX; it must be one of DE, GB, FR, IT, NL, US, CA",
            ),
            (
                "channel = \"email\"",
                "channel = \"radio\"",
                "campaign.channel of winter-sale is radio; it must be one of direct, ",
            ),
            (
                "day = 12",
                "day = 32",
                "campaign.day of winter-sale is day 32 of month 1; it must be a day of the year",
            ),
            (
                "traffic = 0.1",
                "traffic = -0.1",
                "campaign.traffic of winter-sale is -0.1; it must be 0 or more",
            ),
            ("day = 11", "day = 31", "season.holiday is day 31 of month 11; it must be a day of the year"),
            (
                "browsers = [\"Googlebot\"",
                "browsers = [\"Lynx\"",
                "bot.kind.browsers of search crawler is Lynx; it must be the browser of a device",
            ),
            (
                "seconds = 9.0",
                "seconds = 0.0",
                "bot.kind.seconds of search crawler is 0; it must be above 0 and at most 600",
            ),
            (
                "most_pages = 25",
                "most_pages = 2",
                "bot.kind.most_pages of search crawler is 2; it must be between least_pages and 2000",
            ),
            (
                "night = 0.9",
                "night = 9.0",
                "bot.kind.night of price watcher is 9; a share lies between 0 and 1",
            ),
            ("mu = 3.52", "mu = nan", "pace.mu is NaN; it must be a finite number"),
            ("visit_sigma = 0.30", "visit_sigma = -0.3", "pace.visit_sigma is -0.3; it must be 0 or more"),
            (
                "shortest = 1.0",
                "shortest = 1750.0",
                "pace.shortest is 1750; it must not be above pace.longest",
            ),
            (
                "weight = 0.34",
                "weight = -0.34",
                "the weights of channel must be 0 or more, and at least one above 0",
            ),
        ] {
            let error = refused(from, to);
            assert!(error.starts_with(&format!("my.toml: {message}")), "{error}");
        }
        // A distribution that a profile does not know is an unknown key.
        let error = refused("pause = 0.022", "pause = 0.022\ndistribution = \"cauchy\"");
        assert!(error.contains("unknown key pace.distribution"), "{error}");
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let bad = text().replace("[account]", "[account]\nknwon = 0.5");
        let error = Profile::parse("my.toml", &bad).unwrap_err().to_string();
        assert!(error.ends_with("unknown key account.knwon (did you mean known_at_first?)"), "{error}");
    }

    #[test]
    fn an_unknown_profile_names_those_there_are() {
        let error = Profile::named("bazaar").unwrap_err().to_string();
        assert!(error.starts_with("there is no profile \"bazaar\"; there are "), "{error}");
        let error = Profile::named("hardwear").unwrap_err().to_string();
        assert!(error.contains("did you mean hardware?"), "{error}");
    }

    #[test]
    fn a_missing_key_is_named() {
        let bad = text().replace("known_at_first = 0.18", "");
        let error = Profile::parse("my.toml", &bad).unwrap_err().to_string();
        assert!(error.starts_with("my.toml: the key known_at_first is missing"), "{error}");
    }
}
