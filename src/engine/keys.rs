//! Keys of rows, such as visitors, and values that rows share, told by their
//! hashes: sets of them are small, whatever the texts are.

use std::collections::HashSet;

/// The bits of a mark that hold a bucket's number; the others are of a hash.
pub(super) const BUCKET_BITS: u64 = 0xFFF;

/// Keys of rows, such as visitors, by their hashes: two keys with one hash are
/// taken for one, which costs whoever works on keys no more than some rows.
#[derive(Debug, Clone, Default)]
pub struct Keys(HashSet<u64>);

impl Keys {
    /// Whether the key is one of them.
    pub fn holds(&self, key: &str) -> bool {
        self.0.contains(&hash(key))
    }

    /// Adds a key.
    pub fn insert(&mut self, key: &str) {
        self.0.insert(hash(key));
    }

    /// Adds all keys of others.
    pub fn extend(&mut self, others: &Self) {
        self.0.extend(&others.0);
    }

    pub(super) fn holds_hash(&self, key: u64) -> bool {
        self.0.contains(&key)
    }

    pub(super) fn insert_hash(&mut self, key: u64) {
        self.0.insert(key);
    }

    pub(super) fn extend_hashes(&mut self, keys: impl Iterator<Item = u64>) {
        self.0.extend(keys);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Values of `alike` columns, by their hashes; like [`Keys`], never too few.
#[derive(Debug)]
pub struct Alike(HashSet<u64>);

impl Alike {
    pub(super) fn of_marks(marks: &[u64]) -> Self {
        Self(marks.iter().map(|mark| mark & !BUCKET_BITS).collect())
    }

    /// Whether the value is one of them.
    pub fn holds(&self, value: &str) -> bool {
        self.0.contains(&(hash(value) & !BUCKET_BITS))
    }
}

/// A hash of a text that is the same everywhere and forever: FNV-1a, mixed
/// once more, since its high bits vary little on short texts.
pub(super) fn hash(text: &str) -> u64 {
    let fnv = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (fnv ^ (fnv >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}
