//! The folders that records cover or claim: most are the beginning of a key in the index, and take twelve bytes.

use hashbrown::HashTable;

use crate::references::fold::{FoldHasher, spread};
use crate::references::texts::{TextPlace, Texts};

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
    /// Its place in the table, so that a table that grows reads no name.
    hash: u32,
}

/// The folder of a key whose record covers that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Covered {
    area: u16,
    /// How many bytes of the key it has.
    length: u16,
    /// Its [`hash`].
    pub(super) hash: u32,
}

/// A folder that records cover or claim.
#[derive(Debug, Clone, Copy)]
pub struct CoveredFolder {
    /// Where a key of the index stands that begins with the folder's name, if one does.
    pub key: Option<TextPlace>,
}

/// Where the name of a folder to add stands.
#[derive(Debug, Clone, Copy)]
enum Named<'t> {
    /// The first so many bytes of a key that is in the index.
    Key(u32, u16),
    /// Nowhere else.
    Text(&'t str),
}

impl Named<'_> {
    fn bytes<'t>(&'t self, keys: &'t Texts) -> &'t [u8] {
        match self {
            Self::Key(number, length) => &keys.get(*number)[..usize::from(*length)],
            Self::Text(text) => text.as_bytes(),
        }
    }
}

impl Folder {
    fn name<'t>(&self, keys: &'t Texts, own: &'t Texts) -> &'t [u8] {
        if self.length & OWN != 0 {
            return own.get(self.text);
        }
        &keys.get(self.text)[..usize::from(self.length & LENGTH)]
    }

    fn is(&self, hash: u32, area: u16, name: &[u8], keys: &Texts, own: &Texts) -> bool {
        self.hash == hash && self.area == area && self.name(keys, own) == name
    }
}

impl Covered {
    /// The folder that is the first so many bytes of a key.
    pub(super) fn new(area: u16, length: u16, key: &str) -> Self {
        Self { area, length, hash: hash(area, &key.as_bytes()[..usize::from(length)]) }
    }
}

impl Folders {
    /// Adds a folder with this [`hash`] that a record claims; once added as unfinished it stays so.
    pub(super) fn claim(&mut self, keys: &Texts, area: u16, hash: u32, folder: &str, unfinished: bool) {
        self.insert(hash, keys, area, Named::Text(folder), if unfinished { UNFINISHED } else { 0 });
    }

    /// Adds the folder of a key that is in the index.
    pub(super) fn cover(&mut self, keys: &Texts, number: u32, covered: Covered) {
        let Covered { area, length, hash } = covered;
        self.insert(hash, keys, area, Named::Key(number, length), 0);
    }

    /// Reads what adding a folder with this [`hash`] will read first; gives the number of a key that may begin with its
    /// name.
    pub(super) fn touch(&self, hash: u32) -> Option<u32> {
        let found = self.table.find(spread(hash), |folder| folder.hash == hash)?;
        (found.length & OWN == 0).then_some(found.text)
    }

    fn insert(&mut self, hash: u32, keys: &Texts, area: u16, named: Named<'_>, bits: u16) {
        let (name, own) = (named.bytes(keys), &mut self.own);
        if let Some(known) = self.table.find_mut(spread(hash), |known| known.is(hash, area, name, keys, own)) {
            known.length |= bits;
            return;
        }
        let (text, length) = match named {
            Named::Key(number, length) => (number, length | bits),
            Named::Text(name) => (own.push(name), OWN | bits),
        };
        self.table.insert_unique(spread(hash), Folder { text, area, length, hash }, |folder| spread(folder.hash));
    }

    /// Whether a folder is there, and whether its job is unfinished.
    pub(super) fn find(&self, keys: &Texts, area: u16, name: &[u8]) -> Option<bool> {
        self.folder(keys, area, name).map(|folder| folder.length & UNFINISHED != 0)
    }

    /// A folder, if it is there.
    pub(super) fn get(&self, keys: &Texts, area: u16, name: &[u8]) -> Option<CoveredFolder> {
        let folder = self.folder(keys, area, name)?;
        Some(CoveredFolder { key: (folder.length & OWN == 0).then(|| keys.place(folder.text)) })
    }

    fn folder(&self, keys: &Texts, area: u16, name: &[u8]) -> Option<&Folder> {
        if self.table.is_empty() {
            return None;
        }
        let hash = hash(area, name);
        self.table.find(spread(hash), |folder| folder.is(hash, area, name, keys, &self.own))
    }

    /// The area of every folder.
    pub(super) fn areas(&self) -> impl Iterator<Item = u16> {
        self.table.iter().map(|folder| folder.area)
    }

    /// Heap bytes held, capacity included.
    pub(super) fn heap_bytes(&self) -> usize {
        self.table.allocation_size() + self.own.heap_bytes()
    }
}

/// The hash of a folder of an area.
pub(super) fn hash(area: u16, name: &[u8]) -> u32 {
    // An odd factor spreads the few areas over all bits.
    let hash = FoldHasher::default().directory(name) ^ u64::from(area).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash ^ hash >> 32) as u32
}
