//! What a PASS says of a migration, and what it sends its reader to do: nothing that costs an only copy.

use stocktake::model::Phase;
use stocktake::results::plan::Amount;
use stocktake::results::schema::{Completion, MigrationResult, StaleReferences};

use super::planned::state;
use super::proof::{MEDIA, Migration};
use super::state::AFTER;
use crate::delivery::ObjectRow;

const BROKEN: StaleReferences =
    StaleReferences { table: String::new(), attribute: String::new(), before: None, stale: 0, broken: 1, rewritten: 0 };
const ONE: Amount = Amount { objects: 1, bytes: 5 };

/// What is so as well, how the sentence then ends, and how the next step begins.
type Case = (fn(&mut MigrationResult), &'static str, &'static str);

/// Sentence and next step of a migration of one object, moved, whose old copy is there, once `also` is so.
fn passed(also: impl Fn(&mut MigrationResult)) -> (String, String) {
    let mut result =
        MigrationResult { proved: true, references_judged: true, lingering: ONE, ..MigrationResult::default() };
    (result.equation.before, result.equation.moved, result.rollback.ready) = (ONE, ONE, true);
    also(&mut result);
    result.passed("judged")
}

#[test]
fn a_pass_lets_old_copies_go_only_where_nothing_else_is_at_old_places() {
    let (sentence, next) = passed(|_| {});
    assert_eq!(sentence, "nothing is lost: of 1 object before, 1 moved; judged");
    assert!(next.starts_with("let the old copies go"), "{next}");
    let cases: [Case; 7] = [
        (|result| result.equation.unjudged = ONE, "1 moved, 1 not judged; judged", "let an inventory list every place"),
        (|result| result.references_judged = false, "1 moved; judged", "give whole exports of every table"),
        (|result| result.references = vec![BROKEN], "1 moved; judged", "mend the records that name what is gone"),
        (
            |result| result.completion = Some(Completion { failed: 1, ..Completion::default() }),
            "1 moved; 1 task failed by the completion reports; judged",
            "look at what the completion reports call failed",
        ),
        (|result| result.late_writer_count = 2, "1 moved; 2 writers still at old places; judged", "update the writers"),
        (|result| result.unmoved = ONE, "1 moved, 1 without a place to go; judged", "settle where the objects go"),
        (|result| result.rollback.ready = false, "1 moved; judged", "look at what cannot go back before"),
    ];
    for (also, says, does) in cases {
        let (sentence, next) = passed(also);
        assert!(sentence.ends_with(says) && next.starts_with(does), "{sentence}\n{next}");
        // Nor is it signed off where the old copies are gone already.
        let (_, next) = passed(|result| {
            result.lingering = Amount::default();
            also(result);
        });
        assert!(next.starts_with(does) || says == "1 moved; judged", "{next}");
    }
    let (sentence, _) = passed(|result| result.equation.unjudged = ONE);
    assert!(sentence.starts_with("nothing is seen to be lost: "), "{sentence}");
}

#[test]
fn objects_without_a_place_to_go_are_counted_as_long_as_they_are_at_old_places() {
    let mut before = state();
    before.object("media", "flat/nobody-knows.bin", 7);
    let mut migration = Migration::done(&MEDIA, before);
    let (mut left, blocked) = (migration.plan.totals.unmapped, migration.plan.totals.blocked);
    assert!(left.objects > 0 && blocked.objects > 0);
    left += blocked;
    assert_eq!(migration.proof(Phase::During).migration().unmoved, left);
    migration.after.bucket("media").remove("flat/nobody-knows.bin");
    migration.after.put("media", ObjectRow::new("flat/new.bin", 7, AFTER - 1));
    let result = migration.proof(Phase::During).migration().clone();
    assert_eq!((result.unmoved.objects, result.late_writer_count), (left.objects - 1, 1));
}
