//! Manifests as files: read whole, digested, and held against the checksum beside them.

use std::fs;
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde::Serialize;
use sha2::Sha256;

use super::error::{InputKind, SourceError};
use super::place::Place;
use super::{store, walk};
use crate::model::bytes::hex;
use crate::model::{SourceDefect, SourceProblem};

/// Larger than any manifest: one that lists a million parts has some 200 MB.
const MAX_MANIFEST_BYTES: u64 = 1 << 30;

/// Bytes per read of a file that is digested.
const DIGEST_BUFFER: usize = 128 << 10;

/// The identity of an input file, as results print it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputFile {
    /// Its path below the folder that was given; the bare file name of a file that was given.
    pub name: String,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
}

impl InputFile {
    pub(super) fn new(name: String, content: &[u8]) -> Self {
        Self::of_digest(name, &Sha256::digest(content), content.len() as u64)
    }

    fn of_digest(name: String, sha256: &[u8], bytes: u64) -> Self {
        Self { name, sha256: hex(sha256), bytes }
    }

    /// For files that are one input without a manifest: the identity of the only one, or of the list of their digests.
    pub(super) fn of_files(files: &[(String, Place)]) -> Result<Self, SourceError> {
        let mut buffer = vec![0; DIGEST_BUFFER];
        let digest = |(name, path): &(String, Place)| -> Result<Self, SourceError> {
            let (mut hash, mut bytes) = (Sha256::new(), 0);
            let (mut file, _) = store::open(path)?;
            loop {
                let length = file.read_some(&mut buffer).map_err(|error| SourceError::io(path, error))?;
                if length == 0 {
                    return Ok(Self::of_digest(name.clone(), &hash.finalize(), bytes));
                }
                hash.update(&buffer[..length]);
                bytes += length as u64;
            }
        };
        let mut all = files.iter().map(digest).collect::<Result<Vec<_>, _>>()?;
        if all.len() == 1 {
            return Ok(all.remove(0));
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
        let list: String = all.iter().map(|file| format!("{}  {}\n", file.sha256, file.name)).collect();
        let name = all.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
        Ok(Self::of_digest(name, &Sha256::digest(list.as_bytes()), all.iter().map(|file| file.bytes).sum()))
    }
}

/// A newer delivery or export that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassedOver {
    /// Its manifest, named as an [`InputFile`] is.
    pub manifest: String,
    /// Why it was not taken, in a few words.
    pub reason: String,
}

/// One manifest that an input on the command line stands for.
#[derive(Debug)]
pub(super) struct ManifestPath {
    /// The folder that was given; the folder of a file that was given.
    pub(super) root: Place,
    /// The manifest.
    pub(super) path: Place,
    /// Named by the user, itself or by the folder it lies in.
    pub(super) explicit: bool,
}

impl ManifestPath {
    /// Its name in results.
    pub(super) fn name(&self) -> String {
        self.path.name_below(&self.root)
    }
}

/// The manifests that the inputs stand for, each once, in the order of the inputs.
///
/// # Errors
///
/// A path that is wrong, remote, or not to be read, and a folder without a manifest of its kind.
pub(super) fn manifests(inputs: &[Place], kind: InputKind) -> Result<Vec<ManifestPath>, SourceError> {
    let mut found = Vec::new();
    let mut seen = Vec::new();
    for input in inputs {
        let (root, paths) = match walk::given(input)? {
            walk::Given::File => (input.parent().unwrap_or_default(), vec![input.clone()]),
            walk::Given::Folder(folder) => {
                let found = walk::find(&folder, kind.manifest())?;
                (folder, found)
            }
        };
        if paths.is_empty() {
            return Err(SourceError::NothingFound { root, kind });
        }
        for path in paths {
            let identity = identity(&path)?;
            if !seen.contains(&identity) {
                seen.push(identity);
                let explicit = path == *input || path.parent().as_ref() == Some(&root);
                found.push(ManifestPath { root: root.clone(), path, explicit });
            }
        }
    }
    Ok(found)
}

/// What two ways to name the same file have in common.
fn identity(path: &Place) -> Result<Place, SourceError> {
    match path {
        Place::Local(local) => fs::canonicalize(local).map(Place::Local).map_err(|error| SourceError::io(path, error)),
        #[cfg(feature = "s3")]
        Place::S3(_) => Ok(path.clone()),
    }
}

/// Reads a manifest or a checksum.
pub(super) fn read(path: &Place) -> Result<Vec<u8>, SourceError> {
    let (file, _) = store::open(path)?;
    let whole = || -> std::io::Result<Vec<u8>> {
        let mut content = Vec::new();
        file.take(MAX_MANIFEST_BYTES + 1).read_to_end(&mut content)?;
        if content.len() as u64 > MAX_MANIFEST_BYTES {
            return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "larger than any manifest"));
        }
        Ok(content)
    };
    whole().map_err(|error| SourceError::io(path, error))
}

/// How a delivery writes MD5s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    /// 32 hexadecimal digits: inventories.
    Hex,
    /// 24 characters: exports.
    Base64,
}

impl Notation {
    pub(super) fn write(self, md5: [u8; 16]) -> String {
        match self {
            Self::Hex => hex(&md5),
            Self::Base64 => STANDARD.encode(md5),
        }
    }

    pub(super) fn read(self, text: &str) -> Option<[u8; 16]> {
        match self {
            Self::Hex => {
                let text = text.as_bytes();
                let mut md5 = [0; 16];
                if text.len() != 32 {
                    return None;
                }
                for (byte, pair) in md5.iter_mut().zip(text.chunks_exact(2)) {
                    *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
                }
                Some(md5)
            }
            Self::Base64 => STANDARD.decode(text).ok()?.try_into().ok(),
        }
    }
}

/// Whether a manifest is what its checksum says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verified {
    /// It is.
    Yes,
    /// No checksum lies beside it.
    Absent,
    /// It is not.
    No { stated: String, actual: String },
}

impl Verified {
    /// Holds a manifest against the first of the checksum files that is there.
    ///
    /// # Errors
    ///
    /// A checksum that is there and cannot be read.
    pub(super) fn check(content: &[u8], beside: &[Place], notation: Notation) -> Result<Self, SourceError> {
        for path in beside {
            let stated = match read(path) {
                Ok(stated) => stated,
                Err(SourceError::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            let stated: String = String::from_utf8_lossy(&stated).split_whitespace().collect();
            let actual: [u8; 16] = Md5::digest(content).into();
            return Ok(match notation.read(&stated) {
                Some(stated) if stated == actual => Self::Yes,
                _ => Self::No { stated: stated.chars().take(64).collect(), actual: notation.write(actual) },
            });
        }
        Ok(Self::Absent)
    }

    /// What there is to say of it.
    pub(super) fn defect(&self, file: &str) -> Option<SourceDefect> {
        let problem = match self {
            Self::Yes => return None,
            Self::Absent => SourceProblem::Unverified,
            Self::No { stated, actual } => SourceProblem::Checksum { stated: stated.clone(), actual: actual.clone() },
        };
        Some(SourceDefect { file: file.to_owned(), row: None, problem })
    }
}

/// The value of a hexadecimal digit in either case.
pub(super) const fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Notation::{Base64, Hex};

    #[test]
    fn an_md5_is_read_as_it_is_written() {
        for notation in [Hex, Base64] {
            let md5 = *b"0123456789abcdef";
            assert_eq!(notation.read(&notation.write(md5)), Some(md5));
            for bad in ["", "zz", "d41d8cd98f00b204e9800998ecf8427", "g41d8cd98f00b204e9800998ecf8427e"] {
                assert_eq!(notation.read(bad), None, "{bad}");
            }
        }
        assert_eq!(Hex.read("D41D8CD98F00B204E9800998ECF8427E"), Hex.read("d41d8cd98f00b204e9800998ecf8427e"));
    }
}
