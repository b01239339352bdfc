//! Areas and their legacy generations, as declared.

use super::words::words;
use super::{At, RuleSetting};
use crate::model::Place;

words! {
    /// Where a template starts.
    Anchor {
        /// Below the bucket entry's prefix.
        Prefix = "prefix",
        /// At the bucket's root.
        Bucket = "bucket",
    }
}

words! {
    /// How an area stands to the layout.
    Standing {
        /// Part of the layout asked for.
        Wanted = "wanted",
        /// Not asked for, not complained about.
        Tolerated = "tolerated",
        /// Not judged at all.
        Outside = "outside",
    }
}

words! {
    /// What a reference covers.
    OrphanScope {
        /// The folder of the object it names.
        Folder = "folder",
        /// The object alone.
        Object = "object",
    }
}

/// One `[[area]]`.
#[derive(Debug, Clone)]
pub struct AreaSpec {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// Its template.
    pub path: At<String>,
    /// What lies there.
    pub about: String,
    /// Who writes it.
    pub written_by: String,
    /// Keys below the bucket entry's prefix (or root, by `anchor`) that lie in it; `{bucket}` is the bucket's name.
    pub examples: Vec<At<String>>,
    /// The bucket role it belongs to; `output` unless said otherwise.
    pub role: String,
    /// Where its template starts.
    pub anchor: Anchor,
    /// How it stands to the layout.
    pub standing: Standing,
    /// Whether it is tried only after all legacy templates.
    pub fallback: bool,
    /// Globs relative to its folder: all of the outer list, any of an inner one.
    pub companions: Vec<Vec<At<String>>>,
    /// Globs relative to its folder.
    pub expected_unreferenced: Vec<At<String>>,
    /// What a reference covers.
    pub orphan_scope: OrphanScope,
    /// Severities in this area, its folders, and references that name it alone. A key in no area is not concerned.
    pub rules: Vec<RuleSetting>,
    /// Its legacy generations, in file order.
    pub legacy: Vec<LegacySpec>,
}

/// One `[[area.legacy]]`.
#[derive(Debug, Clone)]
pub struct LegacySpec {
    /// The generation's name.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// Its templates.
    pub from: Vec<At<String>>,
    /// What becomes of its objects.
    pub fate: Fate,
    /// Placeholders of `to` that come from records.
    pub record: Vec<String>,
    /// What to do when records disagree.
    pub shared: Shared,
    /// What to do when no record and no mapping names it.
    pub unnamed: Unnamed,
    /// Why the old copy stays for good.
    pub keep_source: Option<String>,
    /// Where its templates start.
    pub anchor: Anchor,
    /// Keys that it matches.
    pub examples: Vec<At<String>>,
}

/// What becomes of a legacy object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It moves to this template (always below the entry's prefix, or by the area's own anchor).
    To(At<String>),
    /// It stays, because.
    Keep(String),
    /// It goes, because.
    Retire(String),
}

words! {
    /// What to do when records disagree about a legacy object's new place.
    Shared {
        /// M404 with the candidates.
        Report = "report",
        /// A copy for each.
        CopyEach = "copy-each",
    }
}

words! {
    /// What to do when nothing names a legacy object's missing placeholders.
    Unnamed {
        /// M404.
        Report = "report",
        /// It stays.
        Keep = "keep",
    }
}
