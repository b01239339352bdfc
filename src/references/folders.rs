//! The folders that records cover or claim: most are the beginning of a key in the index, and take eight bytes.

use hashbrown::HashTable;

use crate::references::fold::FoldHasher;
use crate::references::texts::Texts;

/// The text is not a key's but one of the folders' own.
const OWN: u16 = 1 << 15;
/// The folder's job is unfinished.
const UNFINISHED: u16 = 1 << 14;
/// The other bits are how many bytes of the text the folder has; keys have 1,024 at most.
const LENGTH: u16 = UNFINISHED - 1;

/// Folders by area and name.
#[derive(Debug, Default)]
pub(super) struct Folders {
    table: HashTable<Folder>,
    /// Names that no key begins with.
    own: Texts,
}

#[derive(Debug, Clone, Copy)]
struct Folder {
    /// The number of a key, or of an own text.
    text: u32,
    area: u16,
    length: u16,
}

/// Where the name of a folder to add stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Named<'t> {
    /// The first so many bytes of a key that is in the index.
    Key(u32, u16),
    /// Nowhere else.
    Text(&'t str),
}

impl Folder {
    fn name<'t>(&self, keys: &'t Texts, own: &'t Texts) -> &'t [u8] {
        if self.length & OWN != 0 {
            return own.get(self.text);
        }
        &keys.get(self.text)[..usize::from(self.length & LENGTH)]
    }
}

impl Folders {
    /// Adds a folder; once added as unfinished it stays so.
    pub(super) fn add(&mut self, hasher: FoldHasher, keys: &Texts, area: u16, named: Named<'_>, unfinished: bool) {
        let name = match named {
            Named::Key(number, length) => &keys.get(number)[..usize::from(length)],
            Named::Text(text) => text.as_bytes(),
        };
        let hash = hash(hasher, area, name);
        let bits = if unfinished { UNFINISHED } else { 0 };
        let own = &mut self.own;
        let known = self.table.find_mut(hash, |folder| folder.area == area && folder.name(keys, own) == name);
        if let Some(folder) = known {
            folder.length |= bits;
            return;
        }
        let folder = match named {
            Named::Key(text, length) => Folder { text, area, length: length | bits },
            Named::Text(name) => Folder { text: own.push(name), area, length: bits | OWN },
        };
        let own = &*own;
        self.table.insert_unique(hash, folder, |folder| self::hash(hasher, folder.area, folder.name(keys, own)));
    }

    /// Whether a folder is there, and whether its job is unfinished.
    pub(super) fn find(&self, hasher: FoldHasher, keys: &Texts, area: u16, name: &[u8]) -> Option<bool> {
        if self.table.is_empty() {
            return None;
        }
        let is = |folder: &Folder| folder.area == area && folder.name(keys, &self.own) == name;
        self.table.find(hash(hasher, area, name), is).map(|folder| folder.length & UNFINISHED != 0)
    }

    /// The area of every folder.
    pub(super) fn areas(&self) -> impl Iterator<Item = u16> {
        self.table.iter().map(|folder| folder.area)
    }

    /// Takes over the folders of another index, whose key `n` is `renumbered[n]` among `keys`.
    pub(super) fn absorb(&mut self, other: Self, hasher: FoldHasher, keys: &Texts, renumbered: &[u32]) {
        for Folder { text, area, length } in other.table {
            let named = if length & OWN != 0 {
                Named::Text(other.own.text(text))
            } else {
                Named::Key(renumbered[text as usize], length & LENGTH)
            };
            self.add(hasher, keys, area, named, length & UNFINISHED != 0);
        }
    }

    /// Heap bytes held, capacity included.
    pub(super) fn heap_bytes(&self) -> usize {
        self.table.allocation_size() + self.own.heap_bytes()
    }
}

fn hash(hasher: FoldHasher, area: u16, name: &[u8]) -> u64 {
    // An odd factor spreads the few areas over all bits.
    hasher.directory(name) ^ u64::from(area).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
