//! Settles what a reference names: its key or prefix in the index, the folder it covers, and what is odd about it.

use std::borrow::Cow;

use crate::layout::spec::{ClaimSpec, OrphanScope, ReferenceKind, ReferenceSpec};
use crate::layout::{Captures, KeyMatch, LegacyTarget, Placed};
use crate::model::uri;
use crate::references::attribute::Element;
use crate::references::build::Builder;
use crate::references::fillings::Fillings;
use crate::references::folders::Covered;
use crate::references::index::role;
use crate::references::location::{Listed, Located};
use crate::references::records::Flags;

impl Builder<'_> {
    pub(super) fn settle_bucket(&mut self, reference: u32, name: &str) {
        self.odd(reference).value = Some(name.into());
        if !uri::is_bucket_name(name) {
            self.malformed(reference, name, uri::UriError::Bucket.expected());
            return;
        }
        match self.resolver.key(name, "") {
            Located::Inside { bucket, .. } => {
                let entry = self.references.list.get_mut(reference);
                entry.bucket = bucket;
                entry.flags.set(Flags::BUCKET);
            }
            other => self.settle(reference, name, other, &Fillings::default(), &[]),
        }
    }

    pub(super) fn settle_uri(&mut self, reference: u32, text: &str, fillings: &Fillings<'_>, entries: &[usize]) {
        let located = self.resolver.uri(text);
        self.settle(reference, text, located, fillings, entries);
    }

    pub(super) fn settle_key(
        &mut self,
        reference: u32,
        bucket: &str,
        key: &str,
        fillings: &Fillings<'_>,
        entries: &[usize],
    ) {
        let located = self.resolver.key(bucket, key);
        self.settle(reference, key, located, fillings, entries);
    }

    fn settle(&mut self, reference: u32, text: &str, located: Located<'_>, fillings: &Fillings<'_>, entries: &[usize]) {
        match located {
            Located::Malformed { expected, near } => {
                self.malformed(reference, text, &expected);
                self.odd(reference).near_bucket = near.map(String::into_boxed_str);
            }
            Located::Outside { bucket, key, .. } => self.outside(reference, text, bucket, key),
            Located::Inside { bucket, key, other, version } => {
                let name = self.layout.buckets()[bucket as usize].name();
                let entry = self.references.list.get_mut(reference);
                let spec = self.declarations.reference(self.references.places.declaration(entry.place));
                let is_prefix = matches!(spec.kind, ReferenceKind::Prefix | ReferenceKind::KeyPrefix);
                match self.resolver.listed(bucket, &if is_prefix { as_prefix(&key) } else { Cow::Borrowed(&*key) }) {
                    Listed::Whole => {}
                    Listed::InPart => entry.flags.set(Flags::ABOVE),
                    Listed::Not => {
                        // What it names if it is read another way is no orphan all the same.
                        let other = other.filter(|other| self.resolver.listed(bucket, other) == Listed::Whole);
                        if let Some(other) = other.filter(|other| !is_prefix && !other.is_empty()) {
                            self.indexes.of(bucket).key(&other, role::MENTIONED);
                        }
                        return self.outside(reference, text, Some(name.to_owned()), Some(key.into_owned()));
                    }
                }
                entry.bucket = bucket;
                if is_alone(text, &key, spec.kind) {
                    entry.flags.set(Flags::ALONE);
                } else if !is_plain(text, name, &key) {
                    self.odd(reference).value = Some(text.into());
                }
                match spec.kind {
                    ReferenceKind::Prefix | ReferenceKind::KeyPrefix => self.settle_prefix(reference, spec, &key),
                    _ if key.is_empty() => self.malformed(reference, text, "a key after the bucket's name"),
                    _ => {
                        let is_versioned = version.is_some();
                        if is_versioned {
                            self.odd(reference).version = version.map(String::into_boxed_str);
                        }
                        self.settle_object(reference, spec, (&key, is_versioned), fillings, entries);
                        if let Some(other) = other.filter(|other| *other != key && !other.is_empty()) {
                            let number = self.also_names(spec, bucket, &other);
                            let odd = self.odd(reference);
                            odd.other_target = Some(number);
                            if let Some(version) = odd.version.clone() {
                                self.indexes.of(bucket).ask_version(number, &version);
                            }
                        }
                    }
                }
            }
        }
    }

    fn outside(&mut self, reference: u32, text: &str, bucket: Option<String>, key: Option<String>) {
        self.flag(reference, Flags::OUTSIDE);
        let near = bucket.as_deref().and_then(|bucket| self.resolver.near(bucket)).map(Box::from);
        let odd = self.odd(reference);
        odd.value = Some(text.into());
        odd.near_bucket = near;
        odd.outside = bucket.map(|bucket| (bucket.into_boxed_str(), key.unwrap_or_default().into_boxed_str()));
    }

    fn settle_prefix(&mut self, reference: u32, spec: &ReferenceSpec, key: &str) {
        let bucket = self.references.reference(reference).bucket;
        let prefix = as_prefix(key);
        let broad = spec.claims && self.layout.buckets()[bucket as usize].is_over_broad(&prefix);
        let number = self.indexes.of(bucket).prefix(&prefix, spec.claims && !broad);
        let entry = self.references.list.get_mut(reference);
        entry.target = number;
        entry.flags.set(Flags::PREFIX);
        if broad {
            entry.flags.set(Flags::OVER_BROAD);
        }
    }

    fn settle_object(
        &mut self,
        reference: u32,
        spec: &ReferenceSpec,
        (key, is_versioned): (&str, bool),
        fillings: &Fillings<'_>,
        entries: &[usize],
    ) {
        let bucket = self.references.reference(reference).bucket;
        let layout = self.layout;
        let within = &layout.buckets()[bucket as usize];
        if key.ends_with('/') {
            let broad = within.is_over_broad(key);
            let prefix = self.indexes.of(bucket).prefix(key, spec.claims && !broad);
            self.odd(reference).prefix = Some(prefix);
            if spec.claims && broad {
                self.flag(reference, Flags::OVER_BROAD);
            }
        }
        self.flag(reference, Flags::KEY);
        let mut captures = std::mem::take(&mut self.captures);
        let placed = within.identify(key.as_bytes(), &mut captures);
        let (covered, is_asked_for) = (self.covered(spec, key, &placed), self.is_asked_for(&placed));
        self.enqueue_key(reference, bucket, key, covered, is_asked_for, is_versioned);
        match placed {
            KeyMatch::Area(placed) => {
                self.judge_place(reference, spec, &placed, entries);
                self.judge_names(reference, spec, &placed, key, &captures, fillings);
            }
            KeyMatch::Legacy(placed) => {
                self.flag(reference, Flags::LEGACY);
                self.judge_place(reference, spec, &placed, entries);
                self.judge_names(reference, spec, &placed, key, &captures, fillings);
                let mut fill = |placeholder: &str| fillings.get(placeholder).map(str::to_owned);
                let entry = entries.iter().copied().find(|entry| within.entries().contains(entry));
                match within.legacy_target(key, &placed, &captures, entry, &mut fill) {
                    LegacyTarget::Moves(new) => {
                        let number = self.also_names(spec, bucket, &new);
                        self.references.mapped.insert(reference, number);
                    }
                    LegacyTarget::Keeps(_) | LegacyTarget::Unnamed { keep: true, .. } => {
                        self.flag(reference, Flags::KEPT);
                    }
                    LegacyTarget::Retires(_) | LegacyTarget::Unnamed { .. } | LegacyTarget::Unfit(_) => {}
                }
            }
            KeyMatch::OutOfScope | KeyMatch::Unmatched => {
                let declared = &layout.spec().buckets;
                let above = within.entries().iter().copied().filter(|&entry| key.starts_with(&declared[entry].prefix));
                let entry = above.max_by_key(|&entry| declared[entry].prefix.len());
                if self.is_other_use_case(entry, entries) {
                    self.flag(reference, Flags::OTHER_USE_CASE);
                } else if !spec.areas.is_empty() {
                    self.flag(reference, Flags::OTHER_AREA);
                }
            }
        }
        self.captures = captures;
    }

    /// Whether an object there would lie where the declaration wants it (R308).
    fn judge_place(&mut self, reference: u32, spec: &ReferenceSpec, placed: &Placed, entries: &[usize]) {
        let layout = self.layout.spec();
        if self.is_other_use_case(placed.entry.map(usize::from), entries) {
            self.flag(reference, Flags::OTHER_USE_CASE);
            return;
        }
        if spec.areas.is_empty() || spec.areas.contains(&usize::from(placed.area)) {
            return;
        }
        let role = &layout.areas[usize::from(placed.area)].role;
        let same_role = spec.areas.iter().any(|&area| layout.areas[area].role == *role);
        self.flag(reference, if same_role { Flags::OTHER_AREA } else { Flags::OTHER_ROLE });
    }

    /// Whether a bucket entry belongs to other use cases than those of the record at hand.
    fn is_other_use_case(&self, entry: Option<usize>, own: &[usize]) -> bool {
        let declares = |entry: usize| !self.layout.spec().buckets[entry].records.is_empty();
        entry.is_some_and(|entry| declares(entry) && !own.is_empty() && !own.contains(&entry))
    }

    /// Whether the captures are the record's values (R309).
    fn judge_names(
        &mut self,
        reference: u32,
        spec: &ReferenceSpec,
        placed: &Placed,
        key: &str,
        captures: &Captures,
        fillings: &Fillings<'_>,
    ) {
        if !spec.areas.contains(&usize::from(placed.area)) {
            return;
        }
        for (placeholder, range) in captures.iter() {
            let name = self.layout.placeholder_name(placeholder);
            let Some(captured) = key.get(range) else { continue };
            if let Some(bound) = fillings.bound(name).filter(|bound| *bound != captured) {
                let mismatch = (name.into(), captured.into(), bound.into());
                self.odd(reference).mismatches.push(mismatch);
            }
        }
    }

    /// Enters a key that a reference names beside the one that it holds; gives its number.
    fn also_names(&mut self, spec: &ReferenceSpec, bucket: u16, key: &str) -> u32 {
        let placed = self.layout.buckets()[bucket as usize].identify(key.as_bytes(), &mut Captures::new());
        let (covered, is_asked_for) = (self.covered(spec, key, &placed), self.is_asked_for(&placed));
        let mut index = self.indexes.of(bucket);
        let number = index.key(key, role::NAMED);
        index.note(number, covered, is_asked_for);
        number
    }

    /// The folder that a reference to a key covers: anything in a folder covers the whole of it.
    ///
    /// A key ending in `/` may turn out to be a prefix, so it covers no more than what lies below it.
    fn covered(&self, spec: &ReferenceSpec, key: &str, placed: &KeyMatch) -> Option<Covered> {
        let KeyMatch::Area(placed) = placed else { return None };
        let is_folder = self.layout.spec().areas[usize::from(placed.area)].orphan_scope == OrphanScope::Folder;
        (spec.claims && is_folder && !key.ends_with('/')).then(|| Covered::new(placed.area, placed.folder, key))
    }

    /// Whether somebody asks for the directory of a key that a record names: it matters to objects of areas that expect
    /// some without a record, and every object beside one that has siblings lies in the same area.
    fn is_asked_for(&self, placed: &KeyMatch) -> bool {
        let expects = |area: u16| !self.layout.expected_unreferenced(usize::from(area)).is_empty();
        let asked = match placed {
            KeyMatch::Area(placed) => !placed.siblings || expects(placed.area),
            KeyMatch::Legacy(placed) => !placed.siblings,
            KeyMatch::OutOfScope | KeyMatch::Unmatched => true,
        };
        asked && self.expecting
    }

    /// An item owns a folder of an area, in every bucket entry that may be its own.
    pub(super) fn claim(&mut self, claim: &ClaimSpec, element: &Element<'_>, unfinished: bool, entries: &[usize]) {
        let layout = self.layout;
        let (mut values, mut text, mut folder) = std::mem::take(&mut self.claimed);
        values.clear();
        text.clear();
        values.extend(claim.bind.iter().map(|(name, source)| {
            let start = text.len();
            let found = element.value(source, &mut |value| text.push_str(&layout.normalise(name, value)));
            found.then_some(start..text.len())
        }));
        let value = |name: &str| {
            let position = claim.bind.iter().position(|(known, _)| known == name)?;
            Some(&text[values[position].clone()?])
        };
        for (bucket, within) in layout.buckets().iter().enumerate() {
            let owned = |entry: &&usize| {
                let records = &layout.spec().buckets[**entry].records;
                records.is_empty() || entries.is_empty() || entries.contains(entry)
            };
            for &entry in within.entries().iter().filter(owned) {
                if within.folder(Some(entry), claim.area, &value, &mut folder) {
                    self.enqueue_claim(bucket as u16, claim.area as u16, &folder, unfinished);
                }
            }
        }
        self.claimed = (values, text, folder);
    }
}

/// A prefix reference covers what starts with it plus `/`.
fn as_prefix(key: &str) -> Cow<'_, str> {
    if key.is_empty() || key.ends_with('/') { Cow::Borrowed(key) } else { Cow::Owned(format!("{key}/")) }
}

/// Whether a text is its key, or its prefix, and nothing more.
fn is_alone(text: &str, key: &str, kind: ReferenceKind) -> bool {
    match kind {
        ReferenceKind::Key => text == key,
        ReferenceKind::KeyPrefix => text == key && as_prefix(key) == key,
        ReferenceKind::Object | ReferenceKind::Prefix | ReferenceKind::Bucket => false,
    }
}

/// Whether a text is `s3://bucket/key`, and so need not be kept beside its key.
fn is_plain(text: &str, bucket: &str, key: &str) -> bool {
    let rest = text.strip_prefix("s3://").and_then(|rest| rest.strip_prefix(bucket));
    rest.and_then(|rest| rest.strip_prefix('/')) == Some(key)
}
