//! A naive judge of buckets, and the program held against it on random worlds.
//!
//! The oracle shares nothing with the program but the plain data of `model`: it splits templates itself, tries
//! one regular expression after the other on whole keys, and keeps what records say in hash sets. It is slow and
//! easy to believe.

mod aim;
mod areas;
mod bucket;
mod compare;
mod configuration;
mod dice;
mod engine;
mod findings;
mod generate;
mod history;
mod items;
mod judge;
mod keys;
mod known;
mod layout;
mod miss;
mod paths;
mod pool;
mod records;
mod references;
mod tables;
mod template;
mod world;
mod written;

/// How many worlds are made; `STOCKTAKE_WORLDS` asks for more. Every class, outcome and code occurs among them.
fn worlds() -> u64 {
    std::env::var("STOCKTAKE_WORLDS").ok().and_then(|count| count.parse().ok()).unwrap_or(96)
}

#[test]
fn every_class_outcome_and_code_occurs_in_the_generated_worlds() {
    let mut coverage = compare::Coverage::default();
    for seed in 0..worlds() {
        coverage.add(&judge::judge(&generate::world(seed)));
    }
    assert_eq!(coverage.missing(), Vec::<String>::new());
}

#[test]
fn the_oracle_puts_every_object_in_one_class_of_each_partition() {
    for seed in 0..worlds() {
        let judged = judge::judge(&generate::world(seed));
        let whole = (judged.totals["objects"], judged.totals["bytes"]);
        let sum = |classes: &mut dyn Iterator<Item = &(u64, u64)>| {
            classes.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1))
        };
        assert_eq!(sum(&mut judged.key.values()), whole, "seed {seed}");
        assert_eq!(sum(&mut judged.reference.values()), whole, "seed {seed}");
        assert_eq!(judged.outcome.values().sum::<u64>(), judged.totals["references"], "seed {seed}");
    }
}

#[test]
fn a_seed_gives_the_same_world_again() {
    let text = |seed| compare::report(&generate::world(seed), seed, &[]);
    assert_eq!(text(7), text(7));
    assert_ne!(text(7), text(8));
}

#[test]
fn the_program_judges_random_worlds_as_the_oracle_does() {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for worker in 0..workers as u64 {
            scope.spawn(move || (worker..worlds()).step_by(workers).for_each(agree));
        }
    });
}

/// Panics with the smallest world found if the program and the oracle disagree about the world of this seed.
fn agree(seed: u64) {
    let world = generate::world(seed);
    let differences = compare::differences(&world, seed);
    if !differences.is_empty() {
        let (smallest, differences) = compare::smallest(world, differences, |world| compare::differences(world, seed));
        panic!("{}", compare::report(&smallest, seed, &differences));
    }
}
