//! The records of *after*: which still name old keys of the plan, what exists of what they name, and how many did before.

use std::borrow::Cow;

use crate::audit::migrate::prefixes::PrefixMove;
use crate::audit::migrate::proof::STATES;
use crate::audit::migrate::proving::Prover;
use crate::audit::sink::Concern;
use crate::model::{Finding, Severity, Subject};
use crate::references::index::seen;
use crate::references::records::{Flags, NONE, Reference};
use crate::references::{Declarations, References};
use crate::results::schema::{MigrationResult, ReferenceCell, StaleReferences};
use crate::rules::context::FindingSink as _;

/// What the references of one declaration come to.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    before: u64,
    stale: u64,
    broken: u64,
    rewritten: u64,
}

/// What a reference names of the plan.
#[derive(Debug, Clone, Default)]
struct Named {
    /// An old place, from which all moves (M407).
    stale: bool,
    /// An old place at which nothing is left (M408).
    broken: bool,
    /// The new place, where there is one.
    new: Option<String>,
    /// What exists of an object that moves, in [`STATES`], and whether it is named by its new key.
    in_matrix: Option<(usize, bool)>,
}

impl Prover<'_, '_> {
    /// Judges every reference (M407, M408).
    pub(super) fn stale_references(&mut self, declarations: &Declarations<'_>, result: &mut MigrationResult) {
        let references = self.references;
        let mut tallies = vec![Tally::default(); declarations.len()];
        let mut matrix = [(0_u64, 0_u64); 4];
        for (number, reference) in (0_u32..).zip(references.list.iter()) {
            let tally = &mut tallies[usize::from(references.declaration(reference))];
            if reference.target == NONE || reference.flags.has(Flags::OUTSIDE) {
                continue;
            }
            let Named { stale, broken, new, in_matrix } = self.named(number, reference);
            if let Some((state, by_new_key)) = in_matrix {
                let (name_old, name_new) = &mut matrix[state];
                *(if by_new_key { name_new } else { name_old }) += 1;
                tally.rewritten += u64::from(by_new_key);
            }
            tally.stale += u64::from(stale);
            tally.broken += u64::from(broken);
            if stale {
                self.tell("M407", declarations, number, reference, new.as_deref());
            }
            if broken {
                self.tell("M408", declarations, number, reference, new.as_deref());
            }
        }
        if let Some(earlier) = self.earlier {
            for reference in earlier.list.iter() {
                if self.proof.named_before.contains(&(reference.bucket, reference.target))
                    && reference.flags.has(Flags::KEY)
                {
                    tallies[usize::from(earlier.declaration(reference))].before += 1;
                }
            }
        }
        let cell =
            |at: usize| ReferenceCell { state: STATES[at].to_owned(), name_old: matrix[at].0, name_new: matrix[at].1 };
        result.reference_matrix = [1, 3, 2, 0].map(cell).to_vec();
        result.references = self.by_attribute(declarations, &tallies);
    }

    /// What a reference names of the plan.
    fn named(&self, number: u32, reference: &Reference) -> Named {
        let (bucket, references, proof) = (reference.bucket, self.references, &self.proof);
        let index = &references.buckets[usize::from(bucket)];
        let is_live = |key: u32| index.seen(key) & seen::LIVE != 0;
        let keys = || references.keys_of(number, reference);
        let is_gone = || keys().any(|key| proof.gone.contains(&(bucket, key))) && !keys().any(is_live);
        if let Some(named) = keys().find_map(|key| proof.named.get(&(bucket, key))) {
            let mapped = references.mapped.get(&number).map(|&key| index.key_text(key));
            let mapped = mapped.filter(|&new| named.new_keys.iter().any(|known| known == new));
            let new = mapped.or(named.new_keys.first().map(String::as_str)).map(str::to_owned);
            return Named { stale: true, broken: is_gone(), new, in_matrix: named.state.map(|state| (state, false)) };
        }
        if let Some(&state) = keys().find_map(|key| proof.arrived.get(&(bucket, key))) {
            return Named { in_matrix: Some((state, true)), ..Named::default() };
        }
        let Some(prefix) = references.prefix_of(number, reference) else {
            return Named { broken: is_gone(), ..Named::default() };
        };
        let old = index.prefix_text(prefix);
        let (stale, new) = match proof.prefixes.get(bucket, old) {
            PrefixMove::Moves(new) => (true, Some(new.clone())),
            PrefixMove::Scatters => (true, None),
            _ => (false, None),
        };
        // A key that ends in `/` may also name a folder marker; what is listed in part may have more below it.
        let is_empty = !index.prefix_seen(prefix) && !keys().any(is_live) && self.lists(bucket, old);
        Named { stale, broken: proof.prefixes.is_gone(bucket, old) && is_empty, new, in_matrix: None }
    }

    /// Notes that an old key of the plan is gone, if an inventory would list it.
    pub(super) fn note_gone(&mut self, bucket: u16, old_key: &str) {
        if !self.lists(bucket, old_key) {
            return;
        }
        self.proof.prefixes.vanishes(bucket, old_key);
        if let Some(number) = self.references.buckets[usize::from(bucket)].find(old_key.as_bytes(), |_| {}) {
            self.proof.gone.insert((bucket, number));
        }
    }

    /// The attributes that name places of the plan, or did.
    fn by_attribute(&self, declarations: &Declarations<'_>, tallies: &[Tally]) -> Vec<StaleReferences> {
        let mut all: Vec<StaleReferences> = Vec::new();
        for (number, tally) in (0_u16..).zip(tallies) {
            let (table, attribute) = (&declarations.table(number).name, &declarations.reference(number).attribute.text);
            let known = all.iter().position(|known| known.table == *table && known.attribute == *attribute);
            let position = known.unwrap_or_else(|| {
                all.push(StaleReferences {
                    table: table.clone(),
                    attribute: attribute.clone(),
                    before: self.earlier.map(|_| 0),
                    stale: 0,
                    broken: 0,
                    rewritten: 0,
                });
                all.len() - 1
            });
            let entry = &mut all[position];
            entry.before = entry.before.map(|before| before + tally.before);
            entry.stale += tally.stale;
            entry.broken += tally.broken;
            entry.rewritten += tally.rewritten;
        }
        all.retain(|entry| entry.stale + entry.broken + entry.rewritten + entry.before.unwrap_or(0) > 0);
        all
    }

    fn tell(
        &mut self,
        code: &'static str,
        declarations: &Declarations<'_>,
        number: u32,
        reference: &Reference,
        new: Option<&str>,
    ) {
        let Some(rule) = crate::rules::index_of(code) else { return };
        let references = self.references;
        let declaration = references.declaration(reference);
        let (table, position) = declarations.position(declaration);
        let severity = self.request.severities.reference(rule, table, position);
        if severity == Severity::Ignore {
            return;
        }
        let bucket = self.request.layout.buckets()[usize::from(reference.bucket)].name();
        let key = named_key(references, reference);
        let item = references.item_of(number);
        let mut finding = Finding::new(code, severity, Subject::Reference);
        finding.table = Some(declarations.table(declaration).name.as_str().into());
        finding.item = Some(references.items.names.text(item).into());
        finding.path = Some(references.path(reference).into());
        finding.value = Some(value_of(references, number, reference, bucket, key));
        finding.bucket = Some(bucket.into());
        finding.key = Some(key.into());
        finding.suggestion = new.map(|new| format!("s3://{bucket}/{new}").into());
        finding.modified = references.items.changed_at(item);
        self.emitter.rule(rule, severity, Concern::default()).report(finding);
    }
}

/// The key or the prefix that a reference names.
fn named_key<'r>(references: &'r References, reference: &Reference) -> &'r str {
    let index = &references.buckets[usize::from(reference.bucket)];
    if reference.flags.has(Flags::PREFIX) {
        index.prefix_text(reference.target)
    } else {
        index.key_text(reference.target)
    }
}

/// The text of a reference, as its record holds it.
fn value_of<'r>(
    references: &'r References,
    number: u32,
    reference: &Reference,
    bucket: &str,
    key: &'r str,
) -> Cow<'r, str> {
    match references.odd.get(&number).and_then(|odd| odd.value.as_deref()) {
        Some(value) => Cow::Borrowed(value),
        None if reference.flags.has(Flags::ALONE) => Cow::Borrowed(key),
        None => Cow::Owned(format!("s3://{bucket}/{key}")),
    }
}
