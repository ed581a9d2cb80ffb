//! Countries, cities and names that fit each other.
//!
//! First names by gender and cities by size are tables of our own; family
//! names come from `fake` in the country's language.

use fake::Fake;
use fake::faker::name::raw::LastName;
use fake::locales::{DE_DE, EN, FR_FR, IT_IT, NL_NL};

use super::stream::Stream;

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
    /// Cities, with their weights.
    pub cities: &'static [(&'static str, f64)],
    /// Share of the visitors.
    pub(crate) weight: f64,
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
            ("Berlin", 3.7),
            ("Hamburg", 1.9),
            ("Munich", 1.5),
            ("Cologne", 1.1),
            ("Frankfurt", 0.8),
            ("Stuttgart", 0.6),
            ("Leipzig", 0.6),
            ("Dresden", 0.6),
        ],
        weight: 0.30,
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
            ("London", 8.9),
            ("Birmingham", 1.1),
            ("Glasgow", 0.6),
            ("Leeds", 0.8),
            ("Liverpool", 0.5),
            ("Manchester", 0.6),
            ("Bristol", 0.5),
            ("Edinburgh", 0.5),
        ],
        weight: 0.24,
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
            ("Paris", 2.1),
            ("Marseille", 0.9),
            ("Lyon", 0.5),
            ("Toulouse", 0.5),
            ("Nice", 0.3),
            ("Nantes", 0.3),
            ("Lille", 0.2),
            ("Bordeaux", 0.3),
        ],
        weight: 0.20,
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
            ("Rome", 2.8),
            ("Milan", 1.4),
            ("Naples", 0.9),
            ("Turin", 0.8),
            ("Bologna", 0.4),
            ("Florence", 0.4),
            ("Genoa", 0.6),
        ],
        weight: 0.14,
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
            ("Amsterdam", 0.9),
            ("Rotterdam", 0.7),
            ("The Hague", 0.6),
            ("Utrecht", 0.4),
            ("Eindhoven", 0.2),
            ("Groningen", 0.2),
        ],
        weight: 0.12,
        network: 77,
        female: &["Emma", "Sanne", "Lotte", "Fleur", "Anouk", "Ingrid", "Marieke", "Eva", "Femke", "Iris"],
        male: &["Daan", "Sem", "Jeroen", "Bas", "Thijs", "Pieter", "Lars", "Ruben", "Joost", "Maarten"],
        language: Language::Dutch,
    },
];

/// A country and one of its cities.
pub(crate) fn home(stream: &mut Stream) -> (usize, usize) {
    let country = stream.weighted(COUNTRIES.iter().map(|country| country.weight));
    let city = stream.weighted(COUNTRIES[country].cities.iter().map(|(_, weight)| *weight));
    (country, city)
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
