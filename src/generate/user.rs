//! Users: the accounts of the shop, one person each.

use chrono::{Days, NaiveDate};

use super::Plan;
use super::life::Life;
use super::place;
use super::season::DAY_MS;
use super::stream::{Purpose, Stream};

/// A row of `users.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Number, from 0; `u0000001` is user 0.
    pub number: u64,
    /// First and family name, fitting the country.
    pub name: String,
    /// Unique address.
    pub email: String,
    /// `female` or `male`, fitting the name.
    pub gender: &'static str,
    /// Year of birth.
    pub birth_year: i32,
    /// Position in the list of countries.
    pub country: usize,
    /// Position in the country's list of cities.
    pub city: usize,
    /// Day the account was made.
    pub signup_date: NaiveDate,
    /// When the row last changed, milliseconds since 1970 UTC.
    pub updated_at: i64,
}

/// The user of that number.
pub(crate) fn user(plan: &Plan, number: u64) -> User {
    let habits = &plan.profile.user;
    let mut stream = Stream::new(plan.seed, Purpose::User, number, 0);
    let (country, city) = place::home(&plan.profile, &mut stream);
    let female = stream.chance(habits.female);
    let (first, last) = place::name(country, female, &mut stream);
    let birth_year = habits.birth_year_mean + habits.birth_year_sigma * stream.normal();
    let age_days = 1 + stream.exponential(habits.signup_years * 365.0) as u64;
    let life = Life::of(plan, number);
    let start = plan.calendar.start_date;
    let (signup_date, updated_at) = match life.signup() {
        Some(visit) => (plan.calendar.date(plan.calendar.day(visit)), visit),
        None => {
            let date = start.checked_sub_days(Days::new(age_days.min(6000))).unwrap_or(start);
            (
                date,
                plan.calendar.start - age_days.min(6000) as i64 * DAY_MS
                    + stream.below(DAY_MS as usize) as i64,
            )
        }
    };
    User {
        number,
        name: format!("{first} {last}"),
        email: format!("{}.{}{}@mail.example", ascii(first), ascii(last), number + 1),
        gender: if female { "female" } else { "male" },
        birth_year: (birth_year.round() as i32).clamp(1930, 2008),
        country,
        city,
        signup_date,
        updated_at: updated_at.div_euclid(1000) * 1000,
    }
}

/// The home of a user: country and city.
pub(crate) fn home(plan: &Plan, number: u64) -> (usize, usize) {
    place::home(&plan.profile, &mut Stream::new(plan.seed, Purpose::User, number, 0))
}

/// The letters of a name that an address may hold, in lower case.
fn ascii(name: &str) -> String {
    let plain = name.chars().map(|letter| match letter {
        'ä' | 'à' | 'á' | 'â' => 'a',
        'ö' | 'ò' | 'ó' | 'ô' => 'o',
        'ü' | 'ù' | 'ú' | 'û' => 'u',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'ï' | 'î' | 'í' | 'ì' => 'i',
        'ç' => 'c',
        'ß' => 's',
        other => other.to_ascii_lowercase(),
    });
    plain.filter(char::is_ascii_alphanumeric).collect()
}
