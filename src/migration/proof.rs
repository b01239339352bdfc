//! Proves from the inventory of *after* what became of each object of *before*, in objects and bytes.
//!
//! Both places of an object, old and new, are looked up by one merge of sorted streams; what is held in between is one
//! byte for each object.

use std::ops::AddAssign;

use super::collisions::{Present, has_md5_form};

/// What was to become of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Copied to one new key, or to several.
    Move,
    /// Left where it is.
    Keep,
    /// Given up; the user listed it.
    Retire,
}

/// A place where an object may be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Probe {
    /// Where to look.
    pub key: String,
    /// Whose place it is: the number of an object of *before*, from 0.
    pub object: u32,
    /// Whether it is a new key of the object, not its old one.
    pub new: bool,
    /// The object's size in bytes *before*, if the inventory tells.
    pub size: Option<u64>,
    /// Its ETag *before*, without quotes, if it is an MD5 or compares for another reason; not under SSE-KMS.
    pub etag: Option<String>,
}

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Became {
    /// At every new key, and the ETags agree.
    MovedByEtag,
    /// At every new key, with the same size; more is not told.
    MovedBySize,
    /// At every new key, but neither sizes nor ETags are told.
    MovedUnproved,
    /// At a new key with another size, or another MD5: M402.
    Altered,
    /// Still at its old key, and not at every new one.
    Pending,
    /// Where it was, as was wished.
    Kept,
    /// Given up, as was wished.
    Retired,
    /// At neither its old key nor every new one: M401.
    Lost,
}

/// Objects and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// How many.
    pub objects: u64,
    /// Their bytes; an object without a size counts none.
    pub bytes: u64,
}

impl AddAssign<Option<u64>> for Amount {
    fn add_assign(&mut self, size: Option<u64>) {
        self.objects += 1;
        self.bytes = self.bytes.saturating_add(size.unwrap_or(0));
    }
}

/// `before = moved + pending + kept + retired + altered + lost`; an object with several new keys counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Equation {
    /// All objects of *before*.
    pub before: Amount,
    /// Those at every new key, whatever the evidence.
    pub moved: Amount,
    /// Those still at their old key only.
    pub pending: Amount,
    /// Those left where they were, as was wished.
    pub kept: Amount,
    /// Those given up, as was wished.
    pub retired: Amount,
    /// Those whose copy is another content.
    pub altered: Amount,
    /// Those that are nowhere.
    pub lost: Amount,
    /// Of the moved ones, those whose old copy is still there (M405).
    pub lingering: Amount,
}

impl Equation {
    /// Whether nothing was lost or altered. What is pending is no loss.
    pub fn lost_nothing(&self) -> bool {
        self.lost.objects == 0 && self.altered.objects == 0
    }
}

const OLD: u8 = 1;
const NEW: u8 = 2;
const MISSING: u8 = 4;
const ALTERED: u8 = 8;
const NO_ETAG: u8 = 16;
const NO_SIZE: u8 = 32;

/// Where each object of *before* was found.
#[derive(Debug)]
pub struct Proof {
    found: Vec<u8>,
}

/// Why a proof could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// A stream is not sorted by key; the caller's mistake.
    #[error("`{0}` comes out of order")]
    Unsorted(String),
    /// A probe for an object that *before* does not have.
    #[error("no object {0} is known")]
    Unknown(u32),
}

impl Proof {
    /// Looks up all places of `objects` objects. Both streams are sorted by the bytes of the key; keys may repeat among
    /// the probes.
    ///
    /// # Errors
    ///
    /// When a stream is not sorted, or a probe is for no object.
    pub fn look_up(
        objects: u32,
        probes: impl IntoIterator<Item = Probe>,
        after: impl IntoIterator<Item = Present>,
    ) -> Result<Self, ProofError> {
        let mut found = vec![0_u8; objects as usize];
        let (mut after, mut there) = (after.into_iter(), None::<Present>);
        let (mut last, mut ended) = (String::new(), false);
        for probe in probes {
            if probe.key < last {
                return Err(ProofError::Unsorted(probe.key));
            }
            while !ended && there.as_ref().is_none_or(|there| there.key < probe.key) {
                let next = after.next();
                match (&there, &next) {
                    (Some(there), Some(next)) if next.key < there.key => {
                        return Err(ProofError::Unsorted(next.key.clone()));
                    }
                    _ => {}
                }
                ended = next.is_none();
                there = next;
            }
            let mark = found.get_mut(probe.object as usize).ok_or(ProofError::Unknown(probe.object))?;
            let here = there.as_ref().filter(|there| there.key == probe.key);
            *mark |= match (here, probe.new) {
                (Some(_), false) => OLD,
                (Some(here), true) => NEW | compare(&probe, here),
                (None, false) => 0,
                (None, true) => MISSING,
            };
            last = probe.key;
        }
        Ok(Self { found })
    }

    /// Adds the objects up, in the order of their numbers, and tells `each` of them what it became.
    pub fn settle(
        &self,
        fates: impl IntoIterator<Item = (Fate, Option<u64>)>,
        mut each: impl FnMut(u32, Became),
    ) -> Equation {
        let mut equation = Equation::default();
        for (object, (&found, (fate, size))) in (0..).zip(self.found.iter().zip(fates)) {
            let became = became(fate, found);
            equation.before += size;
            let part = match became {
                Became::MovedByEtag | Became::MovedBySize | Became::MovedUnproved => &mut equation.moved,
                Became::Altered => &mut equation.altered,
                Became::Pending => &mut equation.pending,
                Became::Kept => &mut equation.kept,
                Became::Retired => &mut equation.retired,
                Became::Lost => &mut equation.lost,
            };
            *part += size;
            if became <= Became::MovedUnproved && found & OLD != 0 {
                equation.lingering += size;
            }
            each(object, became);
        }
        equation
    }
}

fn became(fate: Fate, found: u8) -> Became {
    let old = found & OLD != 0;
    match fate {
        Fate::Retire => Became::Retired,
        Fate::Keep if old => Became::Kept,
        Fate::Keep => Became::Lost,
        Fate::Move if found & ALTERED != 0 => Became::Altered,
        Fate::Move if found & NEW == 0 || found & MISSING != 0 => {
            if old {
                Became::Pending
            } else {
                Became::Lost
            }
        }
        Fate::Move if found & NO_ETAG == 0 => Became::MovedByEtag,
        Fate::Move if found & NO_SIZE == 0 => Became::MovedBySize,
        Fate::Move => Became::MovedUnproved,
    }
}

fn compare(probe: &Probe, here: &Present) -> u8 {
    let size = match (probe.size, here.size) {
        (Some(before), Some(after)) if before != after => return ALTERED,
        (Some(_), Some(_)) => 0,
        _ => NO_SIZE | NO_ETAG,
    };
    match (&probe.etag, &here.etag) {
        (Some(before), Some(after)) if before == after => size,
        (Some(before), Some(after)) if has_md5_form(before) && has_md5_form(after) => ALTERED,
        _ => size | NO_ETAG,
    }
}
