//! Countries, cities, clocks and names that fit each other.
//!
//! First names by gender, cities by size and their time zones are tables of
//! our own; family names come from `fake` in the country's language. Which
//! countries visitors come from, a profile says.

use fake::Fake;
use fake::faker::name::raw::LastName;
use fake::locales::{DE_DE, EN, FR_FR, IT_IT, NL_NL};

use super::profile::Profile;
use super::stream::Stream;
use super::zone::Zone;

/// The language whose family names a country has.
#[derive(Debug, Clone, Copy)]
enum Language {
    English,
    German,
    French,
    Italian,
    Dutch,
}

/// A country visitors come from.
#[derive(Debug)]
pub struct Country {
    /// ISO 3166 code of two letters.
    pub code: &'static str,
    /// Name in English.
    pub name: &'static str,
    /// Cities, with their weights and time zones.
    pub cities: &'static [(&'static str, f64, Zone)],
    /// First byte of the IPv4 addresses.
    pub(crate) network: u8,
    female: &'static [&'static str],
    male: &'static [&'static str],
    language: Language,
}

/// All countries; events name them by position.
pub static COUNTRIES: &[Country] = &[
    Country {
        code: "DE",
        name: "Germany",
        cities: &[
            ("Berlin", 3.7, Zone::Berlin),
            ("Hamburg", 1.9, Zone::Berlin),
            ("Munich", 1.5, Zone::Berlin),
            ("Cologne", 1.1, Zone::Berlin),
            ("Frankfurt", 0.8, Zone::Berlin),
            ("Stuttgart", 0.6, Zone::Berlin),
            ("Leipzig", 0.6, Zone::Berlin),
            ("Dresden", 0.6, Zone::Berlin),
        ],
        network: 84,
        female: &[
            "Anna",
            "Lena",
            "Julia",
            "Katharina",
            "Sabine",
            "Petra",
            "Monika",
            "Laura",
            "Hannah",
            "Claudia",
        ],
        male: &["Thomas", "Michael", "Andreas", "Stefan", "Lukas", "Jonas", "Felix", "Jan", "Markus", "Paul"],
        language: Language::German,
    },
    Country {
        code: "GB",
        name: "United Kingdom",
        cities: &[
            ("London", 8.9, Zone::London),
            ("Birmingham", 1.1, Zone::London),
            ("Glasgow", 0.6, Zone::London),
            ("Leeds", 0.8, Zone::London),
            ("Liverpool", 0.5, Zone::London),
            ("Manchester", 0.6, Zone::London),
            ("Bristol", 0.5, Zone::London),
            ("Edinburgh", 0.5, Zone::London),
        ],
        network: 81,
        female: &[
            "Olivia",
            "Emily",
            "Sarah",
            "Charlotte",
            "Susan",
            "Grace",
            "Lucy",
            "Karen",
            "Sophie",
            "Rachel",
        ],
        male: &["Oliver", "James", "David", "George", "Harry", "Daniel", "Paul", "Andrew", "Jack", "Thomas"],
        language: Language::English,
    },
    Country {
        code: "FR",
        name: "France",
        cities: &[
            ("Paris", 2.1, Zone::Berlin),
            ("Marseille", 0.9, Zone::Berlin),
            ("Lyon", 0.5, Zone::Berlin),
            ("Toulouse", 0.5, Zone::Berlin),
            ("Nice", 0.3, Zone::Berlin),
            ("Nantes", 0.3, Zone::Berlin),
            ("Lille", 0.2, Zone::Berlin),
            ("Bordeaux", 0.3, Zone::Berlin),
        ],
        network: 90,
        female: &[
            "Marie", "Camille", "Julie", "Nathalie", "Isabelle", "Manon", "Sophie", "Chloe", "Lea", "Claire",
        ],
        male: &[
            "Jean", "Pierre", "Nicolas", "Julien", "Lucas", "Hugo", "Philippe", "Antoine", "Thomas", "Louis",
        ],
        language: Language::French,
    },
    Country {
        code: "IT",
        name: "Italy",
        cities: &[
            ("Rome", 2.8, Zone::Berlin),
            ("Milan", 1.4, Zone::Berlin),
            ("Naples", 0.9, Zone::Berlin),
            ("Turin", 0.8, Zone::Berlin),
            ("Bologna", 0.4, Zone::Berlin),
            ("Florence", 0.4, Zone::Berlin),
            ("Genoa", 0.6, Zone::Berlin),
        ],
        network: 79,
        female: &[
            "Giulia",
            "Francesca",
            "Chiara",
            "Sara",
            "Martina",
            "Paola",
            "Elena",
            "Sofia",
            "Anna",
            "Laura",
        ],
        male: &[
            "Marco",
            "Andrea",
            "Luca",
            "Francesco",
            "Matteo",
            "Giuseppe",
            "Alessandro",
            "Paolo",
            "Davide",
            "Simone",
        ],
        language: Language::Italian,
    },
    Country {
        code: "NL",
        name: "Netherlands",
        cities: &[
            ("Amsterdam", 0.9, Zone::Berlin),
            ("Rotterdam", 0.7, Zone::Berlin),
            ("The Hague", 0.6, Zone::Berlin),
            ("Utrecht", 0.4, Zone::Berlin),
            ("Eindhoven", 0.2, Zone::Berlin),
            ("Groningen", 0.2, Zone::Berlin),
        ],
        network: 77,
        female: &["Emma", "Sanne", "Lotte", "Fleur", "Anouk", "Ingrid", "Marieke", "Eva", "Femke", "Iris"],
        male: &["Daan", "Sem", "Jeroen", "Bas", "Thijs", "Pieter", "Lars", "Ruben", "Joost", "Maarten"],
        language: Language::Dutch,
    },
    Country {
        code: "US",
        name: "United States",
        cities: &[
            ("New York", 8.3, Zone::NewYork),
            ("Philadelphia", 1.6, Zone::NewYork),
            ("Charlotte", 0.9, Zone::NewYork),
            ("Atlanta", 0.5, Zone::NewYork),
            ("Miami", 0.5, Zone::NewYork),
            ("Boston", 0.7, Zone::NewYork),
            ("Detroit", 0.6, Zone::NewYork),
            ("Chicago", 2.7, Zone::Chicago),
            ("Houston", 2.3, Zone::Chicago),
            ("Dallas", 1.3, Zone::Chicago),
            ("Denver", 0.7, Zone::Denver),
            ("Los Angeles", 3.9, Zone::LosAngeles),
            ("Seattle", 0.7, Zone::LosAngeles),
        ],
        network: 73,
        female: &[
            "Mary", "Jennifer", "Linda", "Jessica", "Ashley", "Emily", "Megan", "Nancy", "Brittany", "Karen",
        ],
        male: &[
            "James", "Robert", "John", "Michael", "William", "Joshua", "Tyler", "Brandon", "Kevin", "Brian",
        ],
        language: Language::English,
    },
    Country {
        code: "CA",
        name: "Canada",
        cities: &[
            ("Toronto", 2.8, Zone::NewYork),
            ("Ottawa", 1.0, Zone::NewYork),
            ("Hamilton", 0.6, Zone::NewYork),
            ("Winnipeg", 0.7, Zone::Chicago),
            ("Calgary", 1.3, Zone::Denver),
            ("Edmonton", 1.0, Zone::Denver),
            ("Vancouver", 0.7, Zone::LosAngeles),
        ],
        network: 99,
        female: &[
            "Emma", "Olivia", "Sarah", "Amanda", "Nicole", "Heather", "Julie", "Lisa", "Megan", "Linda",
        ],
        male: &["Liam", "Noah", "Ryan", "Matthew", "Kyle", "David", "Eric", "Scott", "Jason", "Mark"],
        language: Language::English,
    },
];

/// The position of a country in the list, by its code.
pub(crate) fn country(code: &str) -> Option<usize> {
    COUNTRIES.iter().position(|country| country.code == code)
}

/// A country and one of its cities, as the profile weighs them.
pub(crate) fn home(profile: &Profile, stream: &mut Stream) -> (usize, usize) {
    let chosen = stream.weighted(profile.country.iter().map(|country| country.weight));
    let country = country(&profile.country[chosen].code).unwrap_or_default();
    let city = stream.weighted(COUNTRIES[country].cities.iter().map(|city| city.1));
    (country, city)
}

/// The clock that people of a city live by.
pub(crate) fn zone(country: usize, city: usize) -> Zone {
    COUNTRIES[country].cities[city].2
}

/// A first and a family name as heard in a country.
pub(crate) fn name(country: usize, female: bool, stream: &mut Stream) -> (&'static str, &'static str) {
    let country = &COUNTRIES[country];
    let first = *stream.pick(if female { country.female } else { country.male });
    let rng = stream.rng();
    let last: &str = match country.language {
        Language::English => LastName(EN).fake_with_rng(rng),
        Language::German => LastName(DE_DE).fake_with_rng(rng),
        Language::French => LastName(FR_FR).fake_with_rng(rng),
        Language::Italian => LastName(IT_IT).fake_with_rng(rng),
        Language::Dutch => LastName(NL_NL).fake_with_rng(rng),
    };
    (first, last)
}
