//! Sorting what has a name that stands elsewhere, without waiting for each name by itself.

use std::cmp::Ordering;

/// So few are sorted by comparing their texts.
const FEW: usize = 8;
/// Bytes of a text that are looked at together.
const WORD: usize = size_of::<u64>();

/// Sorts numbers by the text of each, and those of one text by `tie`.
///
/// The texts lie far apart, and comparing two of them waits for memory. So the next eight bytes of every text are read, in
/// a loop whose waits overlap, and sorted; what they leave equal is sorted by the eight behind them.
pub(super) fn sort_by_text<'t>(
    numbers: &mut [u32],
    text: &impl Fn(u32) -> &'t [u8],
    tie: &impl Fn(u32, u32) -> Ordering,
) {
    let mut items: Vec<(u64, u32)> = numbers.iter().map(|&number| (0, number)).collect();
    sort(&mut items, 0, text, tie);
    for (number, (_, sorted)) in numbers.iter_mut().zip(items) {
        *number = sorted;
    }
}

/// Sorts items whose texts have their first `depth` bytes in common.
fn sort<'t>(
    items: &mut [(u64, u32)],
    depth: usize,
    text: &impl Fn(u32) -> &'t [u8],
    tie: &impl Fn(u32, u32) -> Ordering,
) {
    for (word, number) in items.iter_mut() {
        *word = word_at(text(*number), depth);
    }
    items.sort_unstable_by_key(|&(word, _)| word);
    for same in items.chunk_by_mut(|left, right| left.0 == right.0) {
        // A word that may be filled up does not tell where its text ends.
        if same.len() <= FEW || same[0].0.to_be_bytes().ends_with(&[0]) {
            same.sort_unstable_by(|&(_, left), &(_, right)| text(left).cmp(text(right)).then_with(|| tie(left, right)));
        } else {
            sort(same, depth + WORD, text, tie);
        }
    }
}

/// The eight bytes of a text from `depth` on, filled up with zeros, as a number of the same order.
fn word_at(text: &[u8], depth: usize) -> u64 {
    let rest = text.get(depth..).unwrap_or_default();
    let word = rest.first_chunk().copied().unwrap_or_else(|| {
        let mut word = [0; WORD];
        word[..rest.len()].copy_from_slice(rest);
        word
    });
    u64::from_be_bytes(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::sort_by_text;

    proptest! {
        #[test]
        fn the_order_is_that_of_the_texts(
            texts in proptest::collection::vec("(datasets/labeled/)?[ab\0]{0,3}(labeling-0)?[ab\0]{0,9}", 0..60)
        ) {
            let mut numbers: Vec<u32> = (0..texts.len() as u32).collect();
            let mut expected = numbers.clone();
            let text = |number: u32| texts[number as usize].as_bytes();
            expected.sort_by(|&left, &right| text(left).cmp(text(right)).then(right.cmp(&left)));
            sort_by_text(&mut numbers, &text, &|left, right| right.cmp(&left));
            prop_assert_eq!(numbers, expected);
        }
    }
}
