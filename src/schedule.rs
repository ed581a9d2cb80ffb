//! Work on several threads: items side by side, or each as soon as those that
//! it needs are done.

use std::cmp::Reverse;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::Result;

/// How many threads a setting means: 0 is one per core.
pub fn threads(setting: usize) -> usize {
    match setting {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    }
}

/// The results of `work` over `items`, in their order, made by up to `threads`
/// threads; the first failure, by position, is the answer, and after one
/// nothing is begun.
///
/// # Errors
/// What `work` returns.
pub fn side_by_side<'a, I: Sync, T: Send>(
    threads: usize,
    items: &'a [I],
    work: impl Fn(&'a I) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    as_needed(threads, items, &vec![Vec::new(); items.len()], work)
}

/// As [`side_by_side`], but an item begins only when those that it `needs`,
/// each at an earlier position, are done.
///
/// # Errors
/// What `work` returns.
pub fn as_needed<'a, I: Sync, T: Send>(
    threads: usize,
    items: &'a [I],
    needs: &[Vec<usize>],
    work: impl Fn(&'a I) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let queue = Queue::new(needs);
    let results: Mutex<Vec<(usize, Result<T>)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                while let Some(turn) = queue.next() {
                    let result = work(&items[turn.position]);
                    let position = turn.position;
                    turn.end(result.is_ok());
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((position, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(position, _)| *position);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Items to be worked on: of those that can begin first the one with the longest
/// chain of items behind it, then the earliest.
struct Queue<'a> {
    needs: &'a [Vec<usize>],
    progress: Mutex<Progress>,
    changed: Condvar,
}

struct Progress {
    waiting: Vec<usize>,
    done: Vec<bool>,
    has_failed: bool,
}

impl<'a> Queue<'a> {
    fn new(needs: &'a [Vec<usize>]) -> Self {
        let (mut waiting, done) = (Vec::from_iter(0..needs.len()), vec![false; needs.len()]);
        let mut chain = vec![0; needs.len()];
        for (item, needs) in needs.iter().enumerate().rev() {
            for need in needs {
                chain[*need] = chain[*need].max(chain[item] + 1);
            }
        }
        waiting.sort_by_key(|item| Reverse(chain[*item]));
        let progress = Mutex::new(Progress { waiting, done, has_failed: false });
        Self { needs, progress, changed: Condvar::new() }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for an item that can begin; none when all have, or one has failed.
    fn next(&self) -> Option<Turn<'_>> {
        let mut progress = self.progress();
        loop {
            if progress.has_failed || progress.waiting.is_empty() {
                return None;
            }
            let can_begin = |item: &usize| self.needs[*item].iter().all(|need| progress.done[*need]);
            match progress.waiting.iter().position(can_begin) {
                Some(place) => {
                    let position = progress.waiting.remove(place);
                    return Some(Turn { queue: self, position, is_done: false });
                }
                None => progress = self.changed.wait(progress).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

/// An item at work. Ended in whatever way, even by a panic, it lets others on.
struct Turn<'a> {
    queue: &'a Queue<'a>,
    position: usize,
    is_done: bool,
}

impl Turn<'_> {
    fn end(mut self, is_done: bool) {
        self.is_done = is_done;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut progress = self.queue.progress();
        progress.done[self.position] = self.is_done;
        progress.has_failed |= !self.is_done;
        self.queue.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::error::Error;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..100).collect();
        for threads in [1, 3, 200] {
            let doubled = side_by_side(threads, &items, |item| Ok(item * 2)).unwrap();
            assert_eq!(doubled, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_item_begins_when_what_it_needs_is_done() {
        // Each needs all before it but one: whoever begins early finds too few done.
        let items: Vec<usize> = (0..50).collect();
        let needs: Vec<Vec<usize>> = items.iter().map(|item| (0..item.saturating_sub(1)).collect()).collect();
        let done = AtomicUsize::new(0);
        let found = as_needed(4, &items, &needs, |_| {
            let before = done.load(Ordering::SeqCst);
            std::thread::yield_now();
            done.fetch_add(1, Ordering::SeqCst);
            Ok(before)
        });
        for (item, before) in found.unwrap().into_iter().enumerate() {
            assert!(before + 1 >= item, "item {item} began when {before} were done");
        }
    }

    #[test]
    fn the_head_of_a_chain_begins_before_what_nobody_needs() {
        let order = Mutex::new(Vec::new());
        as_needed(
            1,
            &["leaf", "head", "other leaf", "middle", "end"],
            &[vec![], vec![], vec![], vec![1], vec![3]],
            |item| {
                order.lock().unwrap().push(*item);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(order.into_inner().unwrap(), ["head", "middle", "leaf", "other leaf", "end"]);
    }

    #[test]
    fn the_first_failure_is_told_and_what_needs_it_never_begins() {
        let begun = AtomicUsize::new(0);
        let needs = [vec![], vec![0], vec![1], vec![2]];
        let error = as_needed(3, &[0, 1, 2, 3], &needs, |item| {
            begun.fetch_add(1, Ordering::SeqCst);
            if *item == 1 { Err(Error::Usage(format!("item {item}"))) } else { Ok(()) }
        });
        assert!(error.unwrap_err().to_string().contains("item 1"));
        assert_eq!(begun.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_panic_leaves_nobody_waiting() {
        let needs = [vec![], vec![0]];
        let ended = std::panic::catch_unwind(|| {
            as_needed(2, &[0, 1], &needs, |item| if *item == 0 { panic!("meant") } else { Ok(()) })
        });
        assert!(ended.is_err());
    }
}
