//! The bound of an engine's memory, and who gets how much below it.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::{MemoryLimit, MemoryPool, MemoryReservation};

/// What one sort or grouping may hold, as a part of all: beyond it, it goes to disk. First come, first
/// served, the first would take all, and the next fail before it has a row to put on disk; dealt out
/// evenly, each would get a fraction, since most of those that ask are done or idle.
const SHARE: usize = 8;

/// Memory up to a bound, of which those that can spill get a share each.
#[derive(Debug)]
pub(super) struct SharedPool {
    limit: usize,
    used: AtomicUsize,
}

impl SharedPool {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, used: AtomicUsize::new(0) }
    }
}

impl fmt::Display for SharedPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shared({} of {} bytes)", self.reserved(), self.limit)
    }
}

impl MemoryPool for SharedPool {
    fn name(&self) -> &'static str {
        "shared"
    }

    fn grow(&self, _: &MemoryReservation, additional: usize) {
        self.used.fetch_add(additional, Ordering::Relaxed);
    }

    fn shrink(&self, _: &MemoryReservation, less: usize) {
        self.used.fetch_sub(less, Ordering::Relaxed);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        let name = reservation.consumer().name();
        let refuse = |bound: usize| {
            DataFusionError::ResourcesExhausted(format!(
                "{name} needs {additional} bytes more than the {} it has, and {bound} is the most; \
                 give more with --memory-limit",
                reservation.size()
            ))
        };
        let share = self.limit / SHARE;
        if reservation.consumer().can_spill() && reservation.size() + additional > share {
            return Err(refuse(share));
        }
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(additional).filter(|used| *used <= self.limit)
            })
            .map(|_| ())
            .map_err(|_| refuse(self.limit))
    }

    fn reserved(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.limit)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use datafusion::execution::memory_pool::MemoryConsumer;

    use super::*;

    #[test]
    fn what_can_spill_gets_a_share_and_what_cannot_gets_the_rest() {
        let pool: Arc<dyn MemoryPool> = Arc::new(SharedPool::new(800));
        let sort = MemoryConsumer::new("sort").with_can_spill(true).register(&pool);
        sort.try_grow(100).unwrap();
        let error = sort.try_grow(1).unwrap_err();
        assert!(matches!(error, DataFusionError::ResourcesExhausted(_)), "{error}");
        assert!(error.to_string().contains("--memory-limit"), "{error}");
        let join = MemoryConsumer::new("join").register(&pool);
        join.try_grow(700).unwrap();
        assert!(join.try_grow(1).is_err());
        assert_eq!(pool.reserved(), 800);
        drop(sort);
        join.try_grow(100).unwrap();
    }
}
