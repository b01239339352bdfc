//! A plan, object by object: what is done with it, and why.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::content::Content;
use crate::model::Millis;

/// What a plan does with an object of an older generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is copied to a new key.
    Copy,
    /// It was copied before: the new key holds the same content.
    Done,
    /// It is not copied: M403.
    Blocked,
    /// No new key can be made: M404.
    Unmapped,
    /// It stays where it is.
    Keep,
    /// The layout gives it up.
    Retire,
}

impl Action {
    /// Every action, in order.
    pub const ALL: [Self; 6] = [Self::Copy, Self::Done, Self::Blocked, Self::Unmapped, Self::Keep, Self::Retire];

    /// The word used in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Done => "done",
            Self::Blocked => "blocked",
            Self::Unmapped => "unmapped",
            Self::Keep => "keep",
            Self::Retire => "retire",
        }
    }

    /// Reads the word used in files.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// Why an object is blocked: another one would become the same new key.
pub const CONTESTED: &str = "contested";
/// Why an object is blocked: its new key holds another content.
pub const DIFFERENT: &str = "different";
/// Why an object is blocked: its new key holds something, and the inventory does not tell whether it is the same.
pub const UNCLEAR: &str = "unclear";
/// Why an object is blocked: it goes to several places, and another one of them is.
pub const IN_PART: &str = "in-part";
/// Why it is not known whether the new key of a copy is free: no inventory lists it.
pub const UNLISTED: &str = "unlisted";

/// One object and one of its new keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move<'a> {
    /// The bucket, in which it stays.
    pub bucket: Cow<'a, str>,
    /// Where it is.
    pub old_key: Cow<'a, str>,
    /// Where it goes, if that is known.
    pub new_key: Option<Cow<'a, str>>,
    /// What is done with it.
    pub action: Action,
    /// Why nothing is copied: the layout's own words, one of [`CONTESTED`], [`DIFFERENT`], [`UNCLEAR`] and [`IN_PART`], or
    /// the placeholders that are missing. Of a copy: [`UNLISTED`], if it is.
    pub reason: Option<Cow<'a, str>>,
    /// The area.
    pub area: Cow<'a, str>,
    /// The generation.
    pub generation: Cow<'a, str>,
    /// What is known of its content.
    pub content: Content,
    /// When it was last modified.
    pub modified: Option<Millis>,
    /// Whether it lies in an archive and has to be restored before it can be copied.
    pub archived: bool,
    /// Whether the old copy stays for good.
    pub keeps_source: bool,
    /// How many noncurrent versions it has, which a copy leaves behind.
    pub noncurrent: u64,
    /// Whether it lies under Object Lock or a legal hold, which a copy does not take along.
    pub locked: bool,
    /// Other old keys, or candidates for its new key.
    pub related: Vec<Cow<'a, str>>,
}
