//! The three partitions of an audit: every object has one key class and one reference class, every
//! reference one outcome. The variants stand in the order in which they are tried.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! partition {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $name {
            /// Every class, in the order in which they are tried.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// How many classes there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The words used in reports.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

partition! {
    /// What the layout says of an object's key.
    KeyClass {
        /// Below no declared prefix of its bucket, or in an area standing `outside`.
        OutOfScope = "out of scope",
        /// Ends in `/`, with size 0 or unknown.
        FolderMarker = "folder marker",
        /// Matches a legacy template.
        Legacy = "legacy",
        /// In an area standing `tolerated`.
        Exempt = "exempt",
        /// Has a K- or L-finding of severity warning or above.
        Violating = "violating",
        /// Everything else.
        Compliant = "compliant",
    }
}

partition! {
    /// What the records say of an object.
    ReferenceClass {
        /// A record names it.
        Referenced = "referenced",
        /// A prefix reference, a claim, or a reference into its folder covers it.
        Covered = "covered",
        /// Its area expects it beside a referenced object.
        Expected = "expected",
        /// Orphans are not asked for where it lies.
        NotAsked = "not asked",
        /// An undeclared attribute holds its URI.
        Mentioned = "mentioned",
        /// The exports, or its age, do not allow a judgement.
        Unjudged = "unjudged",
        /// Too young for the exports to know.
        Deferred = "deferred",
        /// Named by no record.
        Orphan = "orphan",
    }
}

partition! {
    /// What became of a reference.
    Outcome {
        /// Not an S3 location.
        Malformed = "malformed",
        /// A bucket or prefix without an inventory.
        Outside = "outside",
        /// The inventory does not allow a judgement.
        Unjudged = "unjudged",
        /// Present, but in an archive tier.
        Archived = "archived",
        /// A legacy key; its old or its mapped new key exists.
        Legacy = "legacy",
        /// Names an object.
        Resolved = "resolved",
        /// The latest version is a delete marker.
        Deleted = "deleted",
        /// The record is too young for the inventory to know.
        Deferred = "deferred",
        /// Names no object.
        Dangling = "dangling",
    }
}
