//! Finds a listed key in S3: most often in the bucket that the manifest lies in, by that very key.

use super::list::is_there;
use super::place::S3Place;

/// Keys that are looked for everywhere; once so many were found nowhere, the others are taken to be missing as well.
const SEARCHES: usize = 3;

/// Looks for the objects of one delivery.
///
/// Each look is a request, so that only the first key is looked for: the others are taken to lie where it does, and
/// who opens one that does not is told so.
#[derive(Debug)]
pub(in crate::source) struct S3Locator {
    /// The folder that was given.
    root: S3Place,
    /// The folder of the manifest.
    beside: S3Place,
    /// Where the last key was found: a folder, and how many leading segments the key lost.
    last: Option<(S3Place, usize)>,
    searched: usize,
}

impl S3Locator {
    /// For a manifest that was found below a given folder.
    pub(in crate::source) fn new(root: &S3Place, manifest: &S3Place) -> Self {
        let beside = manifest.parent().unwrap_or_else(|| root.clone());
        Self { root: root.clone(), beside, last: None, searched: 0 }
    }

    /// The object of a key, or the places where it was looked for, in order: as on disk, but for the bucket's root,
    /// which comes first.
    pub(in crate::source) fn find(&mut self, key: &str) -> Result<S3Place, Vec<String>> {
        let segments: Vec<&str> = key.split('/').collect();
        if key.is_empty() {
            return Err(Vec::new());
        }
        if let Some((folder, stripped)) = &self.last
            && let Some(rest) = segments.get(*stripped..).filter(|rest| !rest.is_empty())
        {
            return Ok(below(folder, rest));
        }
        let bucket = self.root.at("");
        if self.searched >= SEARCHES {
            return Err(vec![below(&bucket, &segments).to_string()]);
        }
        let mut looked = Vec::new();
        for (folder, stripped) in self.places(bucket, segments.len()) {
            let place = below(&folder, &segments[stripped..]);
            if looked.contains(&place) {
                continue;
            }
            if is_there(&place) {
                self.last = Some((folder, stripped));
                return Ok(place);
            }
            looked.push(place);
        }
        self.searched += 1;
        Err(looked.iter().map(ToString::to_string).collect())
    }

    fn places(&self, bucket: S3Place, segments: usize) -> Vec<(S3Place, usize)> {
        let above = || std::iter::successors(Some(self.beside.clone()), S3Place::parent);
        let mut places = vec![(bucket, 0), (self.root.clone(), 0)];
        places.extend(above().take(segments + 1).map(|folder| (folder, 0)));
        for stripped in 1..segments.saturating_sub(1) {
            places.push((self.root.clone(), stripped));
            places.extend(above().take(2).map(|folder| (folder, stripped)));
        }
        places.push((self.beside.clone(), segments - 1));
        places
    }
}

fn below(folder: &S3Place, segments: &[&str]) -> S3Place {
    folder.at(format!("{}{}", folder.key, segments.join("/")))
}
