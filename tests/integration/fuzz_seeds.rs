//! What the fuzz targets begin with, and what they once found, is read without a panic by every one of them: whole, cut,
//! and changed at random.
//!
//! `STOCKTAKE_FUZZ=600` changes them for so many seconds a target, where no fuzzer is at hand.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

#[path = "../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "it is a crate of its own as well")]
mod targets;

/// Changes of each target's seeds, unless more are asked for.
const CHANGES: u64 = 400;

/// The seeds of a target, in the order of their names.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 1, "{target} has no seeds");
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

/// Texts that mean something to some parser.
const WORDS: [&[u8]; 16] =
    [b"\"", b"{", b"}", b"[", b"]", b"'''", b"{{", b"%", b"+", b"\\u", b"\xff", b"\n", b"-", b"1e999", b"$", b"**"];

/// One seed, changed in some places: bits, words, pieces of itself and of another one.
fn changed(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut text = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(6) {
        let at = dice.below(text.len() + 1);
        match dice.below(6) {
            0 if at < text.len() => text[at] ^= 1 << dice.below(8),
            1 => drop(text.splice(at..at, WORDS[dice.below(WORDS.len())].iter().copied())),
            2 => drop(text.drain(at..(at + dice.below(40)).min(text.len()))),
            3 => {
                let piece = text[at..(at + dice.below(200)).min(text.len())].repeat(1 + dice.below(4));
                drop(text.splice(at..at, piece));
            }
            4 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len());
                let piece = other[from..(from + dice.below(200)).min(other.len())].to_vec();
                drop(text.splice(at..at, piece));
            }
            _ => text.truncate(at),
        }
    }
    text
}

#[test]
fn every_seed_is_read_by_its_target_whole_cut_and_changed() {
    let seconds = std::env::var("STOCKTAKE_FUZZ").ok().and_then(|seconds| seconds.parse().ok());
    for (target, read) in targets::TARGETS {
        let seeds = seeds(target);
        for bytes in &seeds {
            for length in [bytes.len(), bytes.len() / 2, bytes.len().saturating_sub(1)] {
                read(&bytes[..length]);
            }
        }
        let (begun, mut number) = (Instant::now(), 0);
        while seconds.map_or(number < CHANGES, |seconds| begun.elapsed() < Duration::from_secs(seconds)) {
            number += 1;
            let text = changed(&seeds, &mut Dice(number));
            let caught = std::panic::catch_unwind(|| read(&text));
            assert!(caught.is_ok(), "{target}, change {number}: {}", text.escape_ascii());
        }
    }
}
