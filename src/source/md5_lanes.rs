//! MD5 of several messages at once (RFC 1321). Each step of an MD5 waits for the one before; four messages fill the gaps,
//! and a lane of a vector each.

/// Messages that are hashed at once: more would not stay in registers.
pub(super) const LANES: usize = 4;
/// Bytes that are hashed in one go.
const BLOCK: usize = 64;

/// The state of an MD5, between two blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Md5Lane {
    state: [u32; 4],
    /// Bytes taken.
    length: u64,
}

impl Default for Md5Lane {
    fn default() -> Self {
        Self { state: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476], length: 0 }
    }
}

impl Md5Lane {
    /// The MD5 of what was taken, and of the `rest` behind it, which is less than a block.
    pub(super) fn finish(mut self, rest: &[u8]) -> [u8; 16] {
        let bits = self.length.wrapping_add(rest.len() as u64).wrapping_mul(8);
        let mut last = rest.to_vec();
        last.push(0x80);
        last.resize((last.len() + 8).next_multiple_of(BLOCK) - 8, 0);
        last.extend(bits.to_le_bytes());
        update(&mut [(&mut self, &last)]);
        let mut digest = [0; 16];
        for (bytes, word) in digest.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        digest
    }
}

/// Takes every whole block of each message, and leaves what is behind the last of them.
pub(super) fn update(messages: &mut [(&mut Md5Lane, &[u8])]) {
    loop {
        let mut long: Vec<_> = messages.iter_mut().filter(|(_, message)| message.len() >= BLOCK).collect();
        match long.as_mut_slice() {
            [] => return,
            [one] => together([one]),
            [one, two] => together([one, two]),
            [one, two, three] => together([one, two, three]),
            [one, two, three, four, ..] => together([one, two, three, four]),
        }
    }
}

/// Takes as many blocks of each message as the shortest has.
fn together<const N: usize>(messages: [&mut (&mut Md5Lane, &[u8]); N]) {
    let blocks = messages.each_ref().map(|(_, message)| message.as_chunks::<BLOCK>().0);
    let count = blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
    let mut state = [[0; N]; 4];
    for (number, word) in state.iter_mut().enumerate() {
        *word = messages.each_ref().map(|(lane, _)| lane.state[number]);
    }
    for number in 0..count {
        compress(&mut state, blocks.map(|blocks| &blocks[number]));
    }
    for (number, (lane, message)) in messages.into_iter().enumerate() {
        lane.state = state.map(|word| word[number]);
        lane.length = lane.length.wrapping_add((count * BLOCK) as u64);
        *message = &message[count * BLOCK..];
    }
}

/// ⌊2³² · |sin(n + 1)|⌋, as the RFC tabulates them.
#[rustfmt::skip]
const SINES: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
];

/// How far each step of a round rotates, by turns.
const ROTATIONS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// Takes one block of each message. Every array is one register of a vector machine.
#[inline(always)]
fn compress<const N: usize>(state: &mut [[u32; N]; 4], blocks: [&[u8; BLOCK]; N]) {
    let mut words = [[0; N]; 16];
    for (number, of_lanes) in words.iter_mut().enumerate() {
        *of_lanes = std::array::from_fn(|lane| {
            let word = blocks[lane].as_chunks::<4>().0;
            u32::from_le_bytes(word[number])
        });
    }
    let [mut a, mut b, mut c, mut d] = *state;
    /// Sixteen steps, unrolled: their constants are known when this is compiled.
    macro_rules! round {
        ($round:literal, $first:literal + $stride:literal * n, $mix:expr; $($n:literal)*) => {$(
            let rotation = ROTATIONS[$round][$n % 4];
            let next: [u32; N] = std::array::from_fn(|lane| {
                let mixed: u32 = $mix(b[lane], c[lane], d[lane]);
                let sum = a[lane].wrapping_add(mixed).wrapping_add(SINES[16 * $round + $n]);
                let sum = sum.wrapping_add(words[($first + $stride * $n) % 16][lane]);
                b[lane].wrapping_add(sum.rotate_left(rotation))
            });
            (a, d, c, b) = (d, c, b, next);
        )*};
    }
    round!(0, 0 + 1 * n, |b, c, d| d ^ (b & (c ^ d)); 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    round!(1, 1 + 5 * n, |b, c, d: u32| (b & d) | (c & !d); 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    round!(2, 5 + 3 * n, |b, c, d| b ^ c ^ d; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    round!(3, 0 + 7 * n, |b, c, d: u32| c ^ (b | !d); 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    for (sum, word) in state.iter_mut().zip([a, b, c, d]) {
        *sum = std::array::from_fn(|lane| sum[lane].wrapping_add(word[lane]));
    }
}

#[cfg(test)]
mod tests {
    use md5::{Digest, Md5};
    use proptest::prelude::*;

    use super::{LANES, Md5Lane, update};

    proptest! {
        #[test]
        fn each_lane_holds_the_md5_of_its_message(
            messages in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..400), 0..=LANES + 1),
        ) {
            let mut lanes = vec![Md5Lane::default(); messages.len()];
            let mut both: Vec<_> = lanes.iter_mut().zip(messages.iter().map(Vec::as_slice)).collect();
            update(&mut both);
            for ((lane, rest), message) in both.iter().zip(&messages) {
                prop_assert_eq!(rest.len(), message.len() % 64);
                prop_assert_eq!(lane.finish(rest), <[u8; 16]>::from(Md5::digest(message)));
            }
        }
    }

    #[test]
    fn a_message_of_any_length_is_padded() {
        let message: Vec<u8> = (0..64).collect();
        for length in 0..message.len() {
            let digest = Md5Lane::default().finish(&message[..length]);
            assert_eq!(digest, <[u8; 16]>::from(Md5::digest(&message[..length])), "{length}");
        }
    }
}
