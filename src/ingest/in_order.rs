//! Work on the pieces of one file by several threads, its results taken in the
//! pieces' order: what is written does not depend on how many threads there were.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::error::{Error, Result};

/// Hands every piece that `next` gives to `work`, on up to `threads` threads,
/// and every result to `take`, in order.
///
/// Each thread holds one piece at a time, so memory is bounded by their number.
/// The first failure by order is the answer, whichever came first by the clock.
pub(super) fn in_order<I: Send, O: Send>(
    threads: usize,
    mut next: impl FnMut() -> Result<Option<I>> + Send,
    work: impl Fn(I) -> Result<O> + Sync,
    mut take: impl FnMut(O) -> Result<()> + Send,
) -> Result<()> {
    if threads < 2 {
        while let Some(piece) = next()? {
            take(work(piece)?)?;
        }
        return Ok(());
    }
    let supply = Mutex::new(Supply { next, given: 0, ended: false });
    let turns = Turns {
        state: Mutex::new(Turn { number: 0, take, failure: None }),
        changed: Condvar::new(),
        stopped: AtomicBool::new(false),
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let _guard = PanicGuard(&turns.stopped, &turns.changed);
                while !turns.stopped.load(Ordering::Relaxed) {
                    let Some((number, piece)) = Supply::give(&supply) else { break };
                    turns.take(number, piece.and_then(&work));
                }
            });
        }
    });
    let turn = turns.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    turn.failure.map_or(Ok(()), Err)
}

/// Where the pieces come from.
struct Supply<N> {
    next: N,
    given: u64,
    ended: bool,
}

impl<I, N: FnMut() -> Result<Option<I>>> Supply<N> {
    /// The next piece and its number; a failure is a piece too, the last.
    fn give(supply: &Mutex<Self>) -> Option<(u64, Result<I>)> {
        let mut supply = supply.lock().unwrap_or_else(PoisonError::into_inner);
        if supply.ended {
            return None;
        }
        let piece = (supply.next)().transpose();
        supply.ended = !matches!(piece, Some(Ok(_)));
        let number = supply.given;
        supply.given += 1;
        piece.map(|piece| (number, piece))
    }
}

/// Whose turn it is to hand over its result.
struct Turn<T> {
    number: u64,
    take: T,
    failure: Option<Error>,
}

struct Turns<T> {
    state: Mutex<Turn<T>>,
    changed: Condvar,
    stopped: AtomicBool,
}

impl<T> Turns<T> {
    /// Waits for the turn of this number, then hands its result over.
    fn take<O>(&self, number: u64, result: Result<O>)
    where
        T: FnMut(O) -> Result<()>,
    {
        let mut turn = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while turn.number != number {
            if self.stopped.load(Ordering::Relaxed) {
                return;
            }
            turn = self.changed.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
        turn.number += 1;
        if turn.failure.is_none()
            && let Err(error) = result.and_then(|result| (turn.take)(result))
        {
            turn.failure = Some(error);
            self.stopped.store(true, Ordering::Relaxed);
        }
        drop(turn);
        self.changed.notify_all();
    }
}

/// A thread that panics must not leave the others waiting for its turn.
struct PanicGuard<'a>(&'a AtomicBool, &'a Condvar);

impl Drop for PanicGuard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
            self.1.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn run(threads: usize, fail_at: Option<u64>) -> (Vec<u64>, Result<()>) {
        let mut numbers = 0..200_u64;
        let mut taken = Vec::new();
        let result = in_order(
            threads,
            || Ok(numbers.next()),
            |number| match fail_at {
                Some(first) if number >= first => Err(Error::Generate(number.to_string())),
                _ => {
                    std::thread::sleep(std::time::Duration::from_micros(number * 7919 % 50));
                    Ok(number * 2)
                }
            },
            |doubled| {
                taken.push(doubled);
                Ok(())
            },
        );
        (taken, result)
    }

    #[test]
    fn results_come_in_the_order_of_the_pieces() {
        for threads in [1, 2, 5] {
            let (taken, result) = run(threads, None);
            result.unwrap();
            assert_eq!(taken, (0..200).map(|number| number * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_failure_by_order_is_the_answer() {
        for threads in [1, 2, 5] {
            let (taken, result) = run(threads, Some(100));
            assert_eq!(taken.len(), 100);
            assert_eq!(result.unwrap_err().to_string(), "generate: 100");
        }
    }

    #[test]
    fn a_supply_that_breaks_off_is_a_failure_behind_what_it_gave() {
        for threads in [1, 3] {
            let (mut given, mut taken) = (0, 0);
            let result = in_order(
                threads,
                || {
                    given += 1;
                    if given > 10 { Err(Error::Interrupted) } else { Ok(Some(given)) }
                },
                Ok,
                |_| {
                    taken += 1;
                    Ok(())
                },
            );
            assert!(matches!(result, Err(Error::Interrupted)));
            assert_eq!(taken, 10);
        }
    }
}
