//! Finds a listed key in S3: most often in the bucket that the manifest lies in, by that very key.

use super::list::{Presence, presence};
use super::place::S3Place;

/// Keys that are looked for everywhere; once so many were found nowhere, the others are only looked for where they are
/// opened.
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
            return Ok(below(&bucket, &segments));
        }
        let (mut looked, mut denied) = (Vec::new(), None);
        for (folder, stripped) in self.places(bucket, segments.len()) {
            let place = below(&folder, &segments[stripped..]);
            if looked.contains(&place) {
                continue;
            }
            match presence(&place) {
                Presence::There => {
                    self.last = Some((folder, stripped));
                    return Ok(place);
                }
                Presence::Unknown => return Ok(place),
                Presence::Denied => denied = denied.or(Some(place.clone())),
                Presence::Absent => {}
            }
            looked.push(place);
        }
        self.searched += 1;
        // What may only be hidden is not missing: who opens it is told what is not allowed.
        denied.ok_or_else(|| looked.iter().map(ToString::to_string).collect())
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

#[cfg(test)]
mod tests {
    use super::super::answering::{Answer, Server};
    use super::S3Locator;

    #[test]
    fn what_may_only_be_hidden_is_not_taken_for_there() {
        // Who may not list a bucket is answered with 403 for what is not there.
        let server = Server::start(|_, request| match request.line.contains("/copy/prefix/data/part") {
            true => Answer::Range(vec![1], Some("one")),
            false => Answer::Refused(403, "AccessDenied"),
        });
        let (root, _) = server.place("copy/");
        let mut locator = S3Locator::new(&root, &root.at("copy/prefix/manifest.json"));
        let found = locator.find("prefix/data/part").map(|place| place.to_string());
        assert_eq!(found, Ok("s3://media/copy/prefix/data/part".to_owned()));
    }

    #[test]
    fn what_is_denied_everywhere_is_left_to_who_opens_it() {
        let server = Server::start(|_, _| Answer::Refused(403, "AccessDenied"));
        let (root, _) = server.place("copy/");
        let mut locator = S3Locator::new(&root, &root.at("copy/manifest.json"));
        assert_eq!(locator.find("data/part").map(|place| place.to_string()), Ok("s3://media/data/part".to_owned()));
    }

    #[test]
    fn what_is_nowhere_is_told_with_the_places() {
        let server = Server::start(|_, _| Answer::Refused(404, "NoSuchKey"));
        let (root, _) = server.place("copy/");
        let mut locator = S3Locator::new(&root, &root.at("copy/manifest.json"));
        let looked = locator.find("data/part").map(|place| place.to_string()).unwrap_err();
        assert!(
            looked.contains(&"s3://media/data/part".to_owned())
                && looked.contains(&"s3://media/copy/data/part".to_owned()),
            "{looked:?}"
        );
    }
}
