//! Chance that is a function of a seed and a number, so that any part of a world can be made without the rest.

/// What a number is drawn for: draws for different purposes have nothing to do with each other.
#[derive(Debug, Clone, Copy)]
pub(super) enum Draw {
    Fault = 1,
    Size,
    Etag,
    EtagEnd,
    Time,
    Chain,
    Name,
    Id,
    Link,
    Labeling,
    Model,
    Prelabeled,
    Order,
}

/// The seed of a world.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chance(pub(super) u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finalizer of SplitMix64.
const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

impl Chance {
    /// 64 bits for the thing with this number.
    pub(super) const fn of(self, draw: Draw, index: u64) -> u64 {
        mix(mix(self.0 ^ (draw as u64).wrapping_mul(GOLDEN)).wrapping_add(index.wrapping_mul(GOLDEN)))
    }
}

/// Whether a draw falls into a share of all.
pub(super) fn within(draw: u64, share: f64) -> bool {
    ((draw >> 11) as f64) < share * (1_u64 << 53) as f64
}

/// An order of the numbers below `len` in which neighbours have nothing to do with each other, without a table of them:
/// a Feistel network over the next power of four, walked until it comes back below `len`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Permutation {
    len: u64,
    half_bits: u32,
    chance: Chance,
}

impl Permutation {
    pub(super) fn new(len: u64, chance: Chance) -> Self {
        let bits = u64::BITS - len.saturating_sub(1).leading_zeros();
        Self { len, half_bits: bits.div_ceil(2).max(1), chance }
    }

    /// The number that stands at a place.
    pub(super) fn at(&self, place: u64) -> u64 {
        let mut value = place;
        loop {
            value = self.round(value);
            if value < self.len {
                return value;
            }
        }
    }

    fn round(&self, value: u64) -> u64 {
        let mask = (1 << self.half_bits) - 1;
        let (mut left, mut right) = (value >> self.half_bits, value & mask);
        for round in 0..4 {
            let next = left ^ (self.chance.of(Draw::Order, (round << 40) ^ right) & mask);
            (left, right) = (right, next);
        }
        (left << self.half_bits) | right
    }
}
