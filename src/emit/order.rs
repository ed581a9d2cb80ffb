//! Many makers, one taker: things are made on threads, and taken in the order
//! in which they were asked for.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use crate::error::Result;
use crate::schedule;

/// Makes something of every item, on as many threads as asked for (0: one per
/// core), each with room of its own that it uses again and again, and hands what was made to `take` in the items' order.
///
/// Makers are never more than a few items ahead of the taker, so what is held
/// in memory depends on the threads, not on the number of items.
///
/// # Errors
/// The first error of `take`; nothing more is made then.
pub(super) fn in_order<I: Send, R: Default, T: Send>(
    items: Vec<I>,
    threads: usize,
    make: impl Fn(&mut R, I) -> T + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let threads = schedule::threads(threads).min(items.len()).max(1);
    let queue = Mutex::new(items.into_iter().enumerate());
    let (permit, permits) = channel();
    // Each thread makes one thing, and one more may wait.
    for _ in 0..=threads {
        let _ = permit.send(());
    }
    let permits = Mutex::new(permits);
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..threads {
            let maker = Maker { sender: sender.clone() };
            let (queue, permits, make) = (&queue, &permits, &make);
            scope.spawn(move || maker.work(queue, permits, make));
        }
        drop(sender);
        // It goes when this ends, for whatever reason, and the makers end with it.
        let permit = permit;
        let (mut waiting, mut next) = (BTreeMap::new(), 0);
        for made in receiver {
            // A maker that panicked: the scope passes it on.
            let Some((place, thing)) = made else { break };
            waiting.insert(place, thing);
            while let Some(thing) = waiting.remove(&next) {
                take(thing)?;
                next += 1;
                let _ = permit.send(());
            }
        }
        Ok(())
    })
}

/// One of the threads.
struct Maker<T> {
    sender: Sender<Option<(usize, T)>>,
}

impl<T> Maker<T> {
    /// Makes things until there are none left, or nobody takes any more.
    fn work<I, R: Default>(
        self,
        queue: &Mutex<impl Iterator<Item = (usize, I)>>,
        permits: &Mutex<Receiver<()>>,
        make: &impl Fn(&mut R, I) -> T,
    ) {
        let mut room = R::default();
        loop {
            if permits.lock().unwrap_or_else(PoisonError::into_inner).recv().is_err() {
                return;
            }
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((place, item)) = next else { return };
            if self.sender.send(Some((place, make(&mut room, item)))).is_err() {
                return;
            }
        }
    }
}

impl<T> Drop for Maker<T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The others would wait for it for ever.
            let _ = self.sender.send(None);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::error::Error;

    #[test]
    fn things_come_in_order_whoever_is_slow() {
        for threads in [1, 2, 7] {
            let mut taken = Vec::new();
            let make = |(): &mut (), item: u64| {
                std::thread::sleep(Duration::from_micros(item * 7919 % 500));
                item * 2
            };
            in_order((0..100).collect(), threads, make, |made| {
                taken.push(made);
                Ok(())
            })
            .unwrap();
            assert_eq!(taken, (0..100).map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn makers_wait_for_a_slow_taker() {
        let made = AtomicUsize::new(0);
        let mut taken = 0;
        let make = |(): &mut (), _| made.fetch_add(1, Ordering::SeqCst);
        in_order((0..50).collect(), 3, make, |_| {
            std::thread::sleep(Duration::from_millis(1));
            assert!(made.load(Ordering::SeqCst) <= taken + 4, "more was made than may wait");
            taken += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!(taken, 50);
    }

    #[test]
    fn an_error_ends_the_making() {
        let made = AtomicUsize::new(0);
        let make = |(): &mut (), _| made.fetch_add(1, Ordering::SeqCst);
        let ended = in_order((0..1000).collect(), 2, make, |place| match place {
            5 => Err(Error::Interrupted),
            _ => Ok(()),
        });
        assert!(matches!(ended, Err(Error::Interrupted)));
        assert!(made.load(Ordering::SeqCst) < 20);
    }

    #[test]
    fn a_panic_is_passed_on_instead_of_waited_for() {
        let outcome = std::panic::catch_unwind(|| {
            in_order((0..100).collect(), 2, |(): &mut (), item: u32| assert_ne!(item, 3), |()| Ok(()))
        });
        assert!(outcome.is_err());
    }
}
