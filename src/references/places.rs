//! Where references stand in items: a declaration and an attribute path with indices, each pair once.

use std::hash::{BuildHasher, Hasher as _};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::references::texts::{Column, Texts};

/// The places, by number.
#[derive(Debug, Default)]
pub struct Places {
    hasher: DefaultHashBuilder,
    table: HashTable<u32>,
    declarations: Column<u16>,
    paths: Texts,
}

impl Places {
    /// Adds a place, or finds it.
    pub(super) fn number(&mut self, declaration: u16, path: &str) -> u32 {
        let (declarations, paths, hasher) = (&mut self.declarations, &mut self.paths, &self.hasher);
        let own = hash(hasher, declaration, path.as_bytes());
        let is = |&number: &u32| *declarations.get(number) == declaration && paths.get(number) == path.as_bytes();
        if let Some(&number) = self.table.find(own, is) {
            return number;
        }
        let number = paths.push(path);
        declarations.push(declaration);
        self.table.insert_unique(own, number, |&number| hash(hasher, *declarations.get(number), paths.get(number)));
        number
    }

    /// The declaration of a place.
    pub fn declaration(&self, number: u32) -> u16 {
        *self.declarations.get(number)
    }

    /// The attribute path of a place.
    pub fn path(&self, number: u32) -> &str {
        self.paths.text(number)
    }

    /// Takes over another's places; gives their new numbers.
    pub(super) fn absorb(&mut self, other: &Self) -> Vec<u32> {
        let numbers = 0..other.paths.len() as u32;
        numbers.map(|number| self.number(other.declaration(number), other.path(number))).collect()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.table.allocation_size() + self.declarations.heap_bytes() + self.paths.heap_bytes()
    }
}

fn hash(hasher: &impl BuildHasher, declaration: u16, path: &[u8]) -> u64 {
    let mut state = hasher.build_hasher();
    state.write_u16(declaration);
    state.write(path);
    state.finish()
}
