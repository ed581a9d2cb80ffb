//! Seeded streams of random numbers: one for each thing, never a shared one.
//!
//! A stream is keyed by (seed, purpose, id, number). Whoever asks for the
//! stream of visit 3 of user 17 gets the same numbers on every thread and
//! machine, so any shard can be made alone.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, Exp1, Gamma, StandardNormal};

/// What a stream decides. The numbers are part of the key: never renumber.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Purpose {
    /// Which user gets which rank of activity.
    Rank = 1,
    /// A user's profile: name, home, birth year.
    User = 2,
    /// A user's visits, devices and habits.
    Life = 3,
    /// One visit.
    Visit = 4,
    /// A product: name, brand, price, stock, rating.
    Product = 5,
    /// The noise of a day's traffic.
    Day = 6,
    /// The promotions of a week.
    Promotion = 7,
    /// Refunds of an order.
    Refund = 8,
    /// Identifiers of visitors, sessions and events.
    Id = 9,
    /// What goes wrong on the way to the collector.
    Defect = 10,
    /// A program's visits.
    Bot = 11,
    /// When a product is sold out.
    Stock = 12,
}

/// Mixes 64 bits so that every input bit reaches every output bit (the
/// finalizer of SplitMix64; a bijection).
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A 64-bit identifier that follows from the key, without the cost of a stream.
pub(crate) fn id(seed: u64, purpose: Purpose, id: u64, number: u64) -> u64 {
    mix(mix(mix(seed ^ ((purpose as u64) << 56)) ^ id).wrapping_add(number))
}

/// The random numbers of one thing.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    rng: ChaCha8Rng,
}

impl Stream {
    /// The stream of thing (`id`, `number`) for one purpose.
    pub(crate) fn new(seed: u64, purpose: Purpose, id: u64, number: u64) -> Self {
        let mut key = [0; 32];
        for (place, word) in key.chunks_exact_mut(8).zip([seed, purpose as u64, id, number]) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        Self { rng: ChaCha8Rng::from_seed(key) }
    }

    /// The rng itself, for `fake`.
    pub(crate) fn rng(&mut self) -> &mut ChaCha8Rng {
        &mut self.rng
    }

    /// Evenly from 0 (included) to 1 (excluded), in steps of 2^-53.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Evenly from `low` to `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `end` (which is at least 1).
    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.rng.next_u64()) * end as u128) >> 64) as usize
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of the items, evenly.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// The position of a weight, drawn in proportion to the weights.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut left = self.unit() * weights.clone().sum::<f64>();
        let mut last = 0;
        for (position, weight) in weights.enumerate() {
            if weight > 0.0 {
                if left < weight {
                    return position;
                }
                last = position;
            }
            left -= weight;
        }
        last
    }

    /// Standard normal.
    pub(crate) fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.rng)
    }

    /// Log-normal: the exponential of a normal with mean `mu` and deviation `sigma`.
    pub(crate) fn log_normal(&mut self, mu: f64, sigma: f64) -> f64 {
        (mu + sigma * self.normal()).exp()
    }

    /// Exponential of the given mean.
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        let draw: f64 = Exp1.sample(&mut self.rng);
        mean * draw
    }

    /// Gamma of the given shape, scaled to mean 1.
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        match Gamma::new(shape, 1.0 / shape) {
            Ok(gamma) => gamma.sample(&mut self.rng),
            Err(_) => 1.0,
        }
    }

    /// Beta(a, b), as the share of one gamma in two.
    pub(crate) fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a) * a, self.gamma(b) * b);
        if x + y > 0.0 { x / (x + y) } else { 0.5 }
    }

    /// Trials up to and with the first success; at most `most`.
    pub(crate) fn geometric(&mut self, success: f64, most: u32) -> u32 {
        let mut trials = 1;
        while trials < most && !self.chance(success) {
            trials += 1;
        }
        trials
    }
}

/// A fixed list of weights from which positions are drawn in logarithmic time.
#[derive(Debug, Clone)]
pub(crate) struct Cumulative {
    sums: Vec<f64>,
}

impl Cumulative {
    /// The weights, in order; none below 0.
    pub(crate) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let sums = weights
            .into_iter()
            .map(|weight| {
                sum += weight;
                sum
            })
            .collect();
        Self { sums }
    }

    /// A position, drawn in proportion to its weight.
    pub(crate) fn draw(&self, stream: &mut Stream) -> usize {
        let total = self.sums.last().copied().unwrap_or(0.0);
        // Below the total even after rounding, so that no weight of 0 is drawn.
        let point = (stream.unit() * total).min(total.next_down());
        self.sums.partition_point(|sum| *sum <= point)
    }

    /// The same among the positions of a range, which is not empty.
    pub(crate) fn draw_within(&self, range: Range<usize>, stream: &mut Stream) -> usize {
        let before = range.start.checked_sub(1).map_or(0.0, |last| self.sums[last]);
        let point = before + stream.unit() * (self.sums[range.end - 1] - before);
        range.start + self.sums[range.start..range.end - 1].partition_point(|sum| *sum <= point)
    }
}

/// A shuffle of 0..length by the seed: where each index goes, without a table.
///
/// A bijection on the next power of two (odd multiplications, additions and
/// xor-shifts), walked until it lands inside the length.
#[derive(Debug, Clone)]
pub(crate) struct Shuffle {
    length: u64,
    mask: u64,
    shift: u32,
    keys: [u64; 4],
}

impl Shuffle {
    /// The shuffle of 0..length by that seed.
    pub(crate) fn new(seed: u64, length: u64) -> Self {
        let size = length.max(2).next_power_of_two();
        let keys = [1, 2, 3, 4].map(|round| id(seed, Purpose::Rank, round, 0));
        Self { length, mask: size - 1, shift: (size.trailing_zeros() / 2).max(1), keys }
    }

    /// Where `index` (below the length) goes.
    pub(crate) fn place(&self, index: u64) -> u64 {
        let mut place = index;
        loop {
            for key in self.keys {
                place = place.wrapping_mul(key | 1).wrapping_add(key >> 32) & self.mask;
                place ^= place >> self.shift;
            }
            if place < self.length {
                return place;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_every_part_of_its_key() {
        let first = |seed, purpose, id, number| Stream::new(seed, purpose, id, number).rng().next_u64();
        let base = first(1, Purpose::Visit, 2, 3);
        assert_eq!(base, first(1, Purpose::Visit, 2, 3));
        assert_ne!(base, first(2, Purpose::Visit, 2, 3));
        assert_ne!(base, first(1, Purpose::Life, 2, 3));
        assert_ne!(base, first(1, Purpose::Visit, 3, 3));
        assert_ne!(base, first(1, Purpose::Visit, 2, 4));
    }

    #[test]
    fn a_shuffle_is_a_bijection() {
        for length in [1, 2, 3, 10, 1000, 1025] {
            let shuffle = Shuffle::new(42, length);
            let mut places: Vec<_> = (0..length).map(|index| shuffle.place(index)).collect();
            places.sort_unstable();
            assert_eq!(places, (0..length).collect::<Vec<_>>());
        }
    }

    #[test]
    fn weights_decide_shares() {
        let mut stream = Stream::new(7, Purpose::Id, 0, 0);
        let cumulative = Cumulative::new([1.0, 0.0, 3.0]);
        let mut counts = [0_u32; 3];
        for _ in 0..10_000 {
            counts[cumulative.draw(&mut stream)] += 1;
            counts[stream.weighted([1.0, 0.0, 3.0].into_iter())] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((4600..5400).contains(&counts[0]), "{counts:?}");
    }
}
