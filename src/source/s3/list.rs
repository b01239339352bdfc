//! Finds manifests below a prefix, level by level: the parts of a delivery, which may be many thousands, are never listed.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::error::{LIST, S3Error, Said};
use super::fetch::{Span, fetch};
use super::place::S3Place;
use crate::source::error::InputKind;
use crate::source::walk::LEVELS;

/// Folders that are listed at once.
const AT_ONCE: usize = 16;
/// Complete deliveries of one inventory that are looked at: the newest counts, and the next ones if it cannot be read.
const COMPLETE: usize = 3;

/// What an input is.
pub(in crate::source) enum Found {
    /// An object.
    File,
    /// A folder, by its own key.
    Folder(S3Place),
}

/// Whether an input is an object or a folder.
///
/// # Errors
///
/// A place where nothing is, or that may not be read.
pub(in crate::source) fn given(place: &S3Place) -> Result<Found, S3Error> {
    if place.is_folder() {
        return Ok(Found::Folder(place.clone()));
    }
    let connection = Arc::clone(&place.connection);
    connection.wait(async {
        let span = Span::From { start: 0, length: 1 };
        let refused = match fetch(Arc::new(place.clone()), span, None).await {
            Ok(_) => return Ok(Found::File),
            Err(error @ (S3Error::NoSuchKey { .. } | S3Error::Denied { .. })) => error,
            Err(error) => return Err(error),
        };
        // Who may not list is told that nothing is there in the words of a refusal.
        let folder = place.at(format!("{}/", place.key));
        match page(&folder, None, Some(1)).await {
            Ok(page) if !page.names.is_empty() || !page.folders.is_empty() => Ok(Found::Folder(folder)),
            Ok(_) => Err(S3Error::NoSuchKey { place: Box::new(place.clone()) }),
            Err(S3Error::Denied { .. }) => Err(refused),
            Err(error) => Err(error),
        }
    })?
}

/// Every object of a name in a folder and at most [`LEVELS`] levels below it, in the order of their keys.
///
/// # Errors
///
/// A folder that cannot be listed: what lies in it might be the newest delivery.
pub(in crate::source) fn find(root: &S3Place, name: &str) -> Result<Vec<S3Place>, S3Error> {
    let connection = Arc::clone(&root.connection);
    connection.wait(async {
        let (mut found, mut folders) = (Vec::new(), vec![root.clone()]);
        for level in 0..=LEVELS {
            let mut below = Vec::new();
            for listing in list_all(std::mem::take(&mut folders)).await? {
                found.extend(listing.names.iter().filter(|found| *found == name).map(|name| listing.place(name)));
                if level < LEVELS {
                    below.extend(listing.ordinary());
                    // No export lies in the folder of a delivery.
                    if name == InputKind::Inventory.manifest() {
                        found.extend(newest(listing.dated(), name).await?);
                    }
                }
            }
            folders = below;
        }
        found.sort();
        found.dedup();
        Ok(found)
    })?
}

/// Of the dated folders of one inventory, the manifests of the newest deliveries, down to the third complete one.
async fn newest(mut dated: Vec<S3Place>, name: &str) -> Result<Vec<S3Place>, S3Error> {
    dated.sort_by(|one, other| other.cmp(one));
    let (mut found, mut complete) = (Vec::new(), 0);
    for folder in dated {
        let listing = list(folder).await?;
        if listing.names.iter().any(|found| found == name) {
            found.push(listing.place(name));
            complete += usize::from(listing.names.iter().any(|name| name == "manifest.checksum"));
        }
        if complete == COMPLETE {
            break;
        }
    }
    Ok(found)
}

async fn list_all(folders: Vec<S3Place>) -> Result<Vec<Listing>, S3Error> {
    let mut listings = Vec::new();
    for some in folders.chunks(AT_ONCE) {
        let mut under_way = JoinSet::new();
        some.iter().cloned().for_each(|folder| {
            under_way.spawn(list(folder));
        });
        while let Some(done) = under_way.join_next().await {
            match done {
                Ok(listing) => listings.push(listing?),
                Err(error) => {
                    let place = Box::new(some[0].clone());
                    return Err(S3Error::Refused { action: LIST, place, source: Said(error.to_string()) });
                }
            }
        }
    }
    Ok(listings)
}

/// What lies in one folder, a page or all of it.
struct Listing {
    folder: S3Place,
    /// Objects, by their names.
    names: Vec<String>,
    /// Folders, by their names with the slash.
    folders: Vec<String>,
    next: Option<String>,
}

impl Listing {
    fn place(&self, name: &str) -> S3Place {
        self.folder.at(format!("{}{name}", self.folder.key))
    }

    /// The folders of deliveries of an inventory, which lie beside `data/`.
    fn dated(&self) -> Vec<S3Place> {
        self.folders.iter().filter(|name| is_dated(name)).map(|name| self.place(name)).collect()
    }

    /// The other folders; without the data beside deliveries and manifests.
    fn ordinary(&self) -> Vec<S3Place> {
        let delivery = self.folders.iter().any(|name| is_dated(name) || name == "hive/")
            || self.names.iter().any(|name| name.starts_with("manifest") && name.ends_with(".json"));
        let unwanted = |name: &&String| is_dated(name) || delivery && matches!(name.as_str(), "data/" | "hive/");
        self.folders.iter().filter(|name| !unwanted(name)).map(|name| self.place(name)).collect()
    }
}

/// `2026-11-22T01-00Z/`, as AWS names the folder of a delivery.
fn is_dated(name: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00-00Z/";
    name.len() == FORM.len()
        && name.bytes().zip(FORM).all(|(byte, form)| if *form == b'0' { byte.is_ascii_digit() } else { byte == *form })
}

async fn list(folder: S3Place) -> Result<Listing, S3Error> {
    let mut whole = page(&folder, None, None).await?;
    while let Some(next) = whole.next.take() {
        let more = page(&folder, Some(next), None).await?;
        whole.names.extend(more.names);
        whole.folders.extend(more.folders);
        whole.next = more.next;
    }
    Ok(whole)
}

async fn page(folder: &S3Place, next: Option<String>, most: Option<i32>) -> Result<Listing, S3Error> {
    let request =
        folder.connection.client().list_objects_v2().bucket(&*folder.bucket).prefix(&folder.key).delimiter("/");
    let request = request.set_continuation_token(next).set_max_keys(most).set_request_payer(folder.connection.payer());
    let output = request.send().await.map_err(|error| S3Error::of(LIST, folder, &error))?;
    let below = |key: Option<String>| key?.strip_prefix(&folder.key).filter(|name| !name.is_empty()).map(str::to_owned);
    Ok(Listing {
        names: output.contents.into_iter().flatten().filter_map(|object| below(object.key)).collect(),
        folders: output.common_prefixes.into_iter().flatten().filter_map(|prefix| below(prefix.prefix)).collect(),
        next: output.next_continuation_token.filter(|_| output.is_truncated == Some(true)),
        folder: folder.clone(),
    })
}

/// What asking for an object shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// It is there.
    There,
    /// It is not.
    Absent,
    /// Who may not list is answered so of what is not there as well.
    Denied,
    /// It cannot be asked for: who opens it is told why.
    Unknown,
}

/// Whether an object is there.
pub(super) fn presence(place: &S3Place) -> Presence {
    let span = Span::From { start: 0, length: 1 };
    match place.connection.wait(fetch(Arc::new(place.clone()), span, None)) {
        Ok(Ok(_) | Err(S3Error::Archived { .. })) => Presence::There,
        Ok(Err(S3Error::NoSuchKey { .. })) => Presence::Absent,
        Ok(Err(S3Error::Denied { .. })) => Presence::Denied,
        Ok(Err(_)) | Err(_) => Presence::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::is_dated;

    #[test]
    fn the_folder_of_a_delivery_is_known_by_its_name() {
        assert!(is_dated("2026-11-22T01-00Z/"));
        for other in ["2026-11-22/", "2026-11-22T01-00Z", "2026-11-22T01:00Z/", "data/", "dt=2026-11-22-01-00/"] {
            assert!(!is_dated(other), "{other}");
        }
    }
}
