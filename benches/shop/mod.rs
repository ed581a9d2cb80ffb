//! The shop that is measured: one day of one block of its users.

use std::sync::Arc;

use clickmill::generate::{Event, Options, Plan};

/// A plan of one shard, as large as those of a large run.
pub fn plan() -> Arc<Plan> {
    let options = Options { sessions: 8192, days: 1, products: 5000, ..Options::default() };
    Plan::new(&options).expect("the options can be meant")
}

/// The events of the shard.
#[allow(dead_code, reason = "what makes events needs none")]
pub fn events(plan: &Arc<Plan>) -> Vec<Event> {
    plan.shards().iter().flat_map(|shard| shard.rows().events).collect()
}
