//! A compact set of primary keys: exact, in one stretch of bytes.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::item::{Value, ValueKind};
use crate::model::item_name;

/// The primary keys of items that a newer export shows. Grows with the changes, never with the table.
#[derive(Debug, Clone, Default)]
pub(super) struct KeySet {
    /// The names of the key's attributes, sorted; empty until the first key is there.
    names: Vec<String>,
    bytes: Vec<u8>,
    /// Where each key ends in `bytes`.
    ends: Vec<usize>,
    places: HashTable<u32>,
    /// Any hash will do: nothing is put out in its order.
    hasher: FixedState,
}

impl KeySet {
    /// The names of the key's attributes.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Takes the attributes of a first key as those of all.
    pub(super) fn name_by(&mut self, keys: Value<'_>) {
        self.names = keys.members().map(|(name, _)| name.to_owned()).collect();
        self.names.sort_unstable();
    }

    /// The key of an item, or of a change's `Keys`, as bytes; the attribute that it lacks otherwise.
    pub(super) fn key_of<'n>(&'n self, attributes: Value<'_>, key: &mut Vec<u8>) -> Result<(), &'n str> {
        key.clear();
        for name in &self.names {
            let value = attributes.get(name);
            let scalar = value.filter(|value| matches!(value.kind(), ValueKind::S | ValueKind::N | ValueKind::B));
            let value = scalar.ok_or(name.as_str())?;
            let text = value.text().as_bytes();
            key.push(value.kind().tag().as_bytes()[0]);
            key.extend((text.len() as u32).to_le_bytes());
            key.extend(text);
        }
        Ok(())
    }

    pub(super) fn contains(&self, key: &[u8]) -> bool {
        self.places.find(self.hasher.hash_one(key), |&place| self.at(place) == key).is_some()
    }

    /// Adds a key; whether it was new.
    pub(super) fn insert(&mut self, key: &[u8]) -> bool {
        if self.contains(key) {
            return false;
        }
        let place = self.ends.len() as u32;
        self.bytes.extend(key);
        self.ends.push(self.bytes.len());
        let Self { bytes, ends, places, hasher, .. } = self;
        let rehash = |&place: &u32| hasher.hash_one(slice(bytes, ends, place));
        places.insert_unique(hasher.hash_one(key), place, rehash);
        true
    }

    /// Takes in the keys of another file of the same export; those that were there already.
    pub(super) fn absorb(&mut self, other: Self) -> Vec<String> {
        if self.is_empty() {
            *self = other;
            return Vec::new();
        }
        let keys = (0..other.ends.len() as u32).map(|place| other.at(place));
        keys.filter(|key| !self.insert(key)).map(|key| other.shown(key)).collect()
    }

    /// The [`item_name`] of a key.
    pub(super) fn shown(&self, key: &[u8]) -> String {
        let mut shown = String::new();
        let mut rest = key;
        for name in &self.names {
            let Some((length, behind)) = rest.get(1..).and_then(|rest| rest.split_first_chunk::<4>()) else { break };
            let (text, behind) = behind.split_at(behind.len().min(u32::from_le_bytes(*length) as usize));
            item_name::add(&mut shown, name, &String::from_utf8_lossy(text), self.names.len() > 1);
            rest = behind;
        }
        shown
    }

    fn at(&self, place: u32) -> &[u8] {
        slice(&self.bytes, &self.ends, place)
    }
}

fn slice<'b>(bytes: &'b [u8], ends: &[usize], place: u32) -> &'b [u8] {
    let place = place as usize;
    let start = if place == 0 { 0 } else { ends[place - 1] };
    &bytes[start..ends[place]]
}

#[cfg(test)]
mod tests {
    use super::KeySet;
    use crate::source::export::item::Item;

    #[test]
    fn a_key_is_its_attributes_with_their_types_in_one_order() {
        let mut item = Item::default();
        let mut key_of = |set: &KeySet, line: &str| {
            item.parse(line.as_bytes()).unwrap();
            let mut key = Vec::new();
            set.key_of(item.root(), &mut key).map(|()| key).map_err(str::to_owned)
        };
        let mut first = Item::default();
        first.parse(br#"{"Item":{"b":{"N":"1E1"},"a":{"S":"x"}}}"#).unwrap();
        let mut set = KeySet::default();
        set.name_by(first.root());
        let key = key_of(&set, r#"{"Item":{"b":{"N":"10"},"c":{"S":""},"a":{"S":"x"}}}"#).unwrap();
        assert!(!set.contains(&key) && set.insert(&key) && !set.insert(&key));
        assert_eq!(set.shown(&key), "a=x,b=10");
        for other in [r#"{"Item":{"a":{"S":"x"},"b":{"S":"10"}}}"#, r#"{"Item":{"a":{"S":"x10"},"b":{"N":"0"}}}"#] {
            assert!(!set.contains(&key_of(&set, other).unwrap()), "{other}");
        }
        for number in 0..1_000 {
            let line = format!(r#"{{"Item":{{"a":{{"S":"x"}},"b":{{"N":"{number}"}}}}}}"#);
            assert_eq!(set.insert(&key_of(&set, &line).unwrap()), number != 10);
        }
        assert_eq!(key_of(&set, r#"{"Item":{"a":{"S":"x"}}}"#).unwrap_err(), "b");
        assert_eq!(set.clone().absorb(set).len(), 1_000);
    }
}
