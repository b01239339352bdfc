//! What the server holds, and what goes wrong in it: objects with all their versions, in the order of their keys' bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;

use crate::delivery::{hex, md5};

/// One version of an object.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) bytes: Bytes,
    pub(super) e_tag: String,
}

/// What goes wrong.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// Every so many-th request is told to come back later.
    Busy { every: usize },
    /// Every so many-th body with more than one byte breaks off in its middle.
    Cut { every: usize },
    /// An operation on keys that begin so is not allowed.
    Denied { operation: &'static str, prefix: String },
    /// The bucket is in another region.
    Elsewhere { bucket: String, region: String },
    /// An object is replaced once so many of its ranges were asked for.
    Replaced { key: String, after: usize, bytes: Bytes },
    /// An object is deleted once so many of its ranges were asked for.
    Deleted { key: String, after: usize },
    /// The body of an object never goes on after its first half.
    Stalled { key: String },
    /// The object must be restored first.
    Archived { key: String },
    /// Only who pays may ask.
    Requester,
}

/// One request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) operation: &'static str,
    pub(super) bucket: String,
    /// The key, or the prefix of a list.
    pub(super) key: String,
    pub(super) range: Option<(u64, u64)>,
    pub(super) if_match: Option<String>,
}

/// What becomes of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    Whole,
    Cut,
    Stalled,
}

/// The objects of all buckets.
#[derive(Debug, Default)]
pub(super) struct Backend(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    buckets: BTreeMap<String, BTreeMap<String, Vec<Option<Version>>>>,
    faults: Vec<Fault>,
    asked: Vec<Asked>,
    bodies: usize,
    uploads: BTreeMap<String, BTreeMap<i32, Bytes>>,
    /// Keys in a page of a list.
    page: Option<usize>,
}

/// Keys and common prefixes of one page, and where the next one begins.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) keys: Vec<(String, Version)>,
    pub(super) prefixes: BTreeSet<String>,
    pub(super) next: Option<String>,
}

impl Backend {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap())
    }

    pub(super) fn put(&self, bucket: &str, key: &str, bytes: Bytes) {
        let e_tag = hex(&md5(&bytes));
        self.put_version(bucket, key, Version { bytes, e_tag });
    }

    /// With an ETag that is no MD5, as of an object that was uploaded in parts.
    pub(super) fn put_version(&self, bucket: &str, key: &str, version: Version) {
        self.with(|state| {
            let objects = state.buckets.entry(bucket.to_owned()).or_default();
            objects.entry(key.to_owned()).or_default().push(Some(version));
        });
    }

    pub(super) fn create_bucket(&self, bucket: &str) {
        self.with(|state| _ = state.buckets.entry(bucket.to_owned()).or_default());
    }

    /// Puts a delete marker upon an object.
    pub(super) fn delete(&self, bucket: &str, key: &str) {
        self.with(|state| {
            state.buckets.get_mut(bucket).unwrap().get_mut(key).unwrap().push(None);
        });
    }

    pub(super) fn break_it(&self, fault: Fault) {
        self.with(|state| state.faults.push(fault));
    }

    pub(super) fn set_page(&self, keys: usize) {
        self.with(|state| state.page = Some(keys));
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.with(|state| state.asked.clone())
    }

    /// Every object that is there, by its key.
    pub(super) fn objects(&self, bucket: &str) -> BTreeMap<String, Bytes> {
        self.with(|state| {
            let objects = state.buckets.get(bucket).into_iter().flatten();
            let current = objects.filter_map(|(key, versions)| Some((key.clone(), versions.last()?.clone()?.bytes)));
            current.collect()
        })
    }

    pub(super) fn has_bucket(&self, bucket: &str) -> bool {
        self.with(|state| state.buckets.contains_key(bucket))
    }

    pub(super) fn get(&self, bucket: &str, key: &str) -> Option<Version> {
        self.with(|state| state.buckets.get(bucket)?.get(key)?.last()?.clone())
    }

    /// Notes a request, and gives the faults that may concern it with the number of the request.
    pub(super) fn ask(&self, asked: Asked) -> (Vec<Fault>, usize) {
        self.with(|state| {
            state.asked.push(asked.clone());
            let ranges = state.asked.iter().filter(|other| other.key == asked.key && other.operation == "GetObject");
            let ranges = ranges.count();
            for fault in state.faults.clone() {
                let objects = state.buckets.get_mut(&asked.bucket);
                match fault {
                    Fault::Replaced { key, after, bytes } if key == asked.key && ranges > after => {
                        let e_tag = hex(&md5(&bytes));
                        objects.unwrap().get_mut(&key).unwrap().push(Some(Version { bytes, e_tag }));
                    }
                    Fault::Deleted { key, after } if key == asked.key && ranges > after => {
                        objects.unwrap().get_mut(&key).unwrap().push(None);
                    }
                    _ => {}
                }
            }
            (state.faults.clone(), state.asked.len())
        })
    }

    /// What becomes of the next body.
    pub(super) fn body(&self, key: &str, length: usize) -> Body {
        self.with(|state| {
            if length < 2 {
                return Body::Whole;
            }
            state.bodies += 1;
            let number = state.bodies;
            let becomes = state.faults.iter().map(|fault| match fault {
                Fault::Cut { every } if number.is_multiple_of(*every) => Body::Cut,
                Fault::Stalled { key: stalled } if stalled == key => Body::Stalled,
                _ => Body::Whole,
            });
            becomes.into_iter().find(|body| *body != Body::Whole).unwrap_or(Body::Whole)
        })
    }

    /// One page of a list.
    pub(super) fn list(&self, bucket: &str, prefix: &str, delimiter: Option<&str>, from: &str, most: usize) -> Page {
        self.with(|state| {
            let most = most.min(state.page.unwrap_or(1_000));
            let mut page = Page::default();
            for (key, versions) in state.buckets.get(bucket).into_iter().flatten() {
                let Some(below) = key.strip_prefix(prefix) else { continue };
                let Some(Some(version)) = versions.last() else { continue };
                let folder = delimiter.and_then(|delimiter| below.find(delimiter));
                let folder = folder.map(|at| key[..prefix.len() + at + 1].to_owned());
                let entry = folder.clone().unwrap_or_else(|| key.clone());
                if entry.as_str() <= from || page.prefixes.contains(&entry) {
                    continue;
                }
                if page.keys.len() + page.prefixes.len() == most {
                    let last = page.keys.last().map(|(key, _)| key.clone());
                    page.next = last.max(page.prefixes.last().cloned());
                    break;
                }
                match folder {
                    Some(folder) => drop(page.prefixes.insert(folder)),
                    None => page.keys.push((key.clone(), version.clone())),
                }
            }
            page
        })
    }

    pub(super) fn begin_upload(&self) -> String {
        self.with(|state| {
            let id = format!("upload-{}", state.uploads.len());
            state.uploads.insert(id.clone(), BTreeMap::new());
            id
        })
    }

    pub(super) fn add_part(&self, id: &str, number: i32, bytes: Bytes) {
        self.with(|state| drop(state.uploads.get_mut(id).unwrap().insert(number, bytes)));
    }

    /// The parts of an upload, which ends.
    pub(super) fn end_upload(&self, id: &str) -> Vec<Bytes> {
        self.with(|state| state.uploads.remove(id).unwrap().into_values().collect())
    }

    pub(super) fn open_uploads(&self) -> usize {
        self.with(|state| state.uploads.len())
    }
}

/// Longer than any test waits.
pub(super) const FOR_EVER: Duration = Duration::from_secs(3_600);
