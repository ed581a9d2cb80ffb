//! What the analyses of gold ask: how far back credit reaches, which steps make
//! a funnel, how long a journey is followed. Kept apart from the rules of
//! events and sessions, for changing one of these changes aggregates only.

use datafusion::common::ScalarValue;
use serde::{Deserialize, Serialize};

use super::dialect::Compiler;
use crate::engine::Params;

/// Microseconds of a day.
const DAY_US: i64 = 86_400_000_000;

/// The choices behind attribution, funnels, journeys and affinity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Analysis {
    /// Sessions that began this long before an order, or less, share its credit.
    pub attribution_lookback_us: i64,
    /// The event types of a funnel, in their order.
    pub funnel_steps: Vec<String>,
    /// How long after its first step a funnel counts further ones.
    pub funnel_window_us: i64,
    /// How many steps of a session's path are told.
    pub journey_depth: u32,
    /// Orders of more products than this are left out of affinity.
    pub affinity_max_basket: i64,
}

impl Default for Analysis {
    fn default() -> Self {
        let steps = ["product_view", "add_to_cart", "checkout", "purchase"];
        Self {
            attribution_lookback_us: 30 * DAY_US,
            funnel_steps: steps.map(str::to_owned).to_vec(),
            funnel_window_us: 7 * DAY_US,
            journey_depth: 5,
            affinity_max_basket: 100,
        }
    }
}

impl Analysis {
    /// Event types that can be a step of a funnel: those that belong to sessions.
    pub const STEPS: [&str; 9] = [
        "page_view",
        "search",
        "product_view",
        "add_to_cart",
        "remove_from_cart",
        "checkout",
        "purchase",
        "login",
        "other",
    ];

    /// Whom an order is owed to, by what is asked; each a column of `gold.fact_attribution`.
    pub const ATTRIBUTIONS: [&str; 5] = ["first", "last", "last_non_direct", "linear", "position_based"];

    /// The longest window of a funnel: microseconds times the rank of an event
    /// within its session have to fit 64 bits.
    pub const MAX_WINDOW_US: i64 = 1_000 * DAY_US;

    /// The deepest journey: its steps are the decimal digits of a 64-bit number.
    pub const MAX_DEPTH: u32 = 18;

    /// Whether a funnel can be made of these steps: two to nine, none twice.
    pub fn are_steps(steps: &[String]) -> bool {
        let is_new = |(position, step): (usize, &String)| !steps[..position].contains(step);
        (2..=9).contains(&steps.len())
            && steps.iter().all(|step| Self::STEPS.contains(&step.as_str()))
            && steps.iter().enumerate().all(is_new)
    }

    /// The values of the models' named parameters.
    pub(super) fn params(&self) -> Params {
        Params::from([
            ("attribution_lookback_us".to_owned(), ScalarValue::from(self.attribution_lookback_us)),
            ("funnel_window_us".to_owned(), ScalarValue::from(self.funnel_window_us)),
            ("affinity_max_basket".to_owned(), ScalarValue::from(self.affinity_max_basket)),
            // Read by no statement: these shape the text of models, and so belong to its fingerprint.
            ("funnel_steps".to_owned(), ScalarValue::from(self.funnel_steps.join(","))),
            ("journey_depth".to_owned(), ScalarValue::from(self.journey_depth)),
        ])
    }

    /// Gives models what their text is unrolled by.
    pub(super) fn define(&self, compiler: &mut Compiler) {
        compiler.add_value("attribution_models", Self::ATTRIBUTIONS.to_vec());
        compiler.add_value("funnel_steps", self.funnel_steps.clone());
        // A window's frame takes no parameter.
        compiler.add_value("funnel_window_us", self.funnel_window_us);
        compiler.add_value("funnel_window_days", (self.funnel_window_us + DAY_US - 1) / DAY_US);
        compiler.add_value("journey_depth", self.journey_depth);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_funnel_has_two_to_nine_known_steps_and_none_twice() {
        let steps = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(Analysis::are_steps(&Analysis::default().funnel_steps));
        assert!(Analysis::are_steps(&steps(&["login", "purchase"])));
        for wrong in [&["purchase"][..], &["login", "refund"], &["login", "purchase", "login"], &[]] {
            assert!(!Analysis::are_steps(&steps(wrong)), "{wrong:?}");
        }
    }
}
