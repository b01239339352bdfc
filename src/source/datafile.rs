//! One data file of a delivery, read once: its size, its MD5 and gzip's CRC are checked on the way.

use std::io;

use md5::{Digest, Md5};

use super::decode_ahead::{DecodeAhead, Followed, Next, split};
use super::decoder::Decoder;
use super::error::SourceError;
use super::input::Notation;
use super::place::Place;
use super::store;
use crate::model::{SourceDefect, SourceProblem};

/// Stored bytes that are worth another thread.
const LEAST_AHEAD: u64 = 1 << 20;

/// Why a file was not read to its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// S003: its bytes are broken.
    Broken(String),
    /// The plumbing failed.
    Failed(SourceError),
}

/// What a manifest says of a data file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stated {
    /// Its size in bytes.
    pub(super) size: Option<u64>,
    /// Its MD5, as stored.
    pub(super) md5: Option<[u8; 16]>,
    /// How the manifest writes MD5s.
    pub(super) notation: Notation,
}

/// The size and the MD5 of a file that is being read, held against what the manifest states.
pub(super) struct Proof {
    name: String,
    stated: Stated,
    size: u64,
    md5: Option<Md5>,
}

impl Proof {
    /// Starts the proof of an open file; a wrong size is told at once.
    pub(super) fn start(
        name: &str,
        stated: Stated,
        size: u64,
        verify: bool,
        defects: &mut dyn FnMut(SourceDefect),
    ) -> Self {
        if let Some(expected) = stated.size.filter(|expected| *expected != size) {
            let problem = SourceProblem::Size { stated: expected, actual: size };
            defects(SourceDefect { file: name.to_owned(), row: None, problem });
        }
        let md5 = (verify && stated.md5.is_some()).then(Md5::new);
        Self { name: name.to_owned(), stated, size, md5 }
    }

    /// Whether the bytes are wanted.
    pub(super) fn wants_bytes(&self) -> bool {
        self.md5.is_some()
    }

    /// The next bytes of the file.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
    }

    /// Ends the proof. A file of another size has another MD5: that is told once, as its size.
    pub(super) fn finish(&mut self, defects: &mut dyn FnMut(SourceDefect)) {
        if let Some(md5) = self.md5.take() {
            self.finish_with(md5.finalize().into(), defects);
        }
    }

    /// Ends the proof with an MD5 that comes from elsewhere.
    pub(super) fn finish_with(&mut self, actual: [u8; 16], defects: &mut dyn FnMut(SourceDefect)) {
        self.md5 = None;
        let Some(expected) = self.stated.md5 else { return };
        if actual != expected && self.stated.size.is_none_or(|size| size == self.size) {
            let notation = self.stated.notation;
            let problem = SourceProblem::Checksum { stated: notation.write(expected), actual: notation.write(actual) };
            defects(SourceDefect { file: self.name.clone(), row: None, problem });
        }
    }
}

/// A plain or gzip-compressed file.
pub(super) struct DataFile {
    path: Place,
    size: u64,
    is_gzip: bool,
    /// At hand, unless another thread has it.
    decoder: Option<Box<Decoder>>,
    /// What another thread decodes.
    ahead: Option<Followed>,
    /// Memory for that.
    spare: Vec<Vec<u8>>,
    taken: Taken,
}

/// What was read of the file.
struct Taken {
    bytes: u64,
    proof: Proof,
}

impl Taken {
    fn take(&mut self, stored: &[u8]) {
        self.bytes += stored.len() as u64;
        self.proof.update(stored);
    }
}

impl DataFile {
    /// Whether it holds not a byte.
    pub(super) const fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// Opens a file; gzip is recognised by its first bytes, and expected of a name in `.gz`.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn open(
        path: &Place,
        name: &str,
        stated: Stated,
        verify: bool,
        defects: &mut dyn FnMut(SourceDefect),
    ) -> Result<Self, SourceError> {
        let (file, size) = store::open(path)?;
        let mut taken = Taken { bytes: 0, proof: Proof::start(name, stated, size, verify, defects) };
        let decoder = Decoder::new(path.to_owned(), file, name, &mut |stored| taken.take(stored))?;
        let (path, is_gzip) = (path.to_owned(), decoder.is_gzip());
        Ok(Self { path, size, is_gzip, decoder: Some(Box::new(decoder)), ahead: None, spare: Vec::new(), taken })
    }

    /// The codec of the file.
    pub(super) fn compression(&self) -> &'static str {
        if self.is_gzip { "gzip" } else { "none" }
    }

    /// Bytes read from disk.
    pub(super) fn bytes_read(&self) -> u64 {
        self.taken.bytes
    }

    /// Offers to decode the next megabytes to another thread, if they are worth it; what is offered comes back if there
    /// is none.
    pub(super) fn decode_ahead(&mut self, offer: &mut dyn FnMut(DecodeAhead) -> Option<DecodeAhead>) {
        if !self.is_gzip || self.size.saturating_sub(self.taken.bytes) < LEAST_AHEAD {
            return;
        }
        let Some(decoder) = self.decoder.take() else { return };
        let (ahead, followed) = split(decoder, std::mem::take(&mut self.spare));
        match offer(ahead).map(DecodeAhead::into_parts) {
            None => self.ahead = Some(followed),
            Some((decoder, spare)) => (self.decoder, self.spare) = (Some(decoder), spare),
        }
    }

    /// Decodes into `output`, which must not be empty; 0 at the end.
    pub(super) fn read(&mut self, output: &mut [u8]) -> Result<usize, Stop> {
        let Self { path, decoder, ahead, spare, taken, .. } = self;
        let mut stored = |bytes: &[u8]| taken.take(bytes);
        match ahead.as_mut().map(|followed| followed.read(output, &mut stored)) {
            None => {}
            Some(Next::Bytes(length)) => return Ok(length),
            Some(Next::Lost) => *ahead = None,
            Some(Next::Over(back, stop)) => {
                *decoder = Some(back);
                *spare = ahead.take().map_or_else(Vec::new, Followed::into_spare);
                stop.map_or(Ok(()), Err)?;
            }
        }
        match decoder {
            Some(decoder) => decoder.read(output, &mut stored),
            None => Err(Stop::Failed(lost(path))),
        }
    }

    /// Ends the proof; what a broken file holds beyond the break is read for its MD5 alone.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn finish(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<(), SourceError> {
        let mut nowhere = [0; 4 << 10];
        while self.ahead.is_some() {
            if let Err(Stop::Failed(error)) = self.read(&mut nowhere) {
                return Err(error);
            }
        }
        let Self { path, decoder, taken, .. } = self;
        let decoder = decoder.as_mut().ok_or_else(|| lost(path))?;
        while taken.proof.wants_bytes() && decoder.refill(&mut |stored| taken.take(stored))? {}
        taken.proof.finish(defects);
        Ok(())
    }
}

/// The thread that had a file's decoder ended without giving it back.
fn lost(path: &Place) -> SourceError {
    SourceError::io(path.to_owned(), io::Error::other("the thread that decoded it has ended"))
}

/// Decoded bytes by which a file is recognised.
const HEAD: usize = 64 << 10;

/// The front of a file, decoded as far as that is possible.
///
/// # Errors
///
/// What the system says.
pub(super) fn head(path: &Place) -> Result<Vec<u8>, SourceError> {
    let nothing = Stated { size: None, md5: None, notation: Notation::Hex };
    let mut data = DataFile::open(path, "", nothing, false, &mut |_| {})?;
    let (mut head, mut length) = (vec![0; HEAD], 0);
    while length < HEAD {
        match data.read(&mut head[length..]) {
            Ok(0) | Err(Stop::Broken(_)) => break,
            Ok(more) => length += more,
            Err(Stop::Failed(error)) => return Err(error),
        }
    }
    head.truncate(length);
    Ok(head)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::thread;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use md5::{Digest, Md5};

    use super::{DataFile, Notation, Place, Stated, Stop};
    use crate::model::SourceProblem;
    use crate::source::decode_ahead::DecodeAhead;

    /// What a file came to: its decoded bytes, why it ended, and what was told of it.
    type Came = (Vec<u8>, Option<String>, Vec<SourceProblem>);

    /// Numbers of which half a byte is chance: they come to some megabytes, compressed.
    fn content() -> Vec<u8> {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 60) as u8
        };
        (0..12 << 20).map(|_| next()).collect()
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(content).unwrap();
        gzip.finish().unwrap()
    }

    /// Reads a file piece by piece; before each, `ahead` may have it decoded elsewhere.
    fn read(stored: &[u8], md5: [u8; 16], ahead: &mut dyn FnMut(&mut DataFile)) -> Came {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("part.csv.gz");
        std::fs::write(&path, stored).unwrap();
        let stated = Stated { size: None, md5: Some(md5), notation: Notation::Hex };
        let mut told = Vec::new();
        let mut data = DataFile::open(&Place::from(path), "part.csv.gz", stated, true, &mut |_| {}).unwrap();
        let (mut decoded, mut piece) = (Vec::new(), vec![0; 100_000]);
        let reason = loop {
            ahead(&mut data);
            match data.read(&mut piece) {
                Ok(0) => break None,
                Ok(length) => decoded.extend_from_slice(&piece[..length]),
                Err(Stop::Broken(reason)) => break Some(reason),
                Err(Stop::Failed(error)) => panic!("{error}"),
            }
        };
        data.finish(&mut |defect| told.push(defect.problem)).unwrap();
        assert_eq!(data.bytes_read(), stored.len() as u64);
        (decoded, reason, told)
    }

    #[test]
    fn it_makes_no_difference_which_thread_decodes() {
        let (content, mut refused) = (content(), 0);
        let whole = gzip(&content);
        let right = Md5::digest(&whole).into();
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle..middle + 64].fill(0xff);
        for (stored, md5) in [(&whole[..], right), (&whole[..], [0; 16]), (&whole[..middle], right), (&damaged, right)]
        {
            let alone = read(stored, md5, &mut |_| {});
            let together = thread::scope(|scope| {
                let mut count = 0;
                let mut offer = |ahead: DecodeAhead| {
                    count += 1;
                    if count % 3 == 1 {
                        refused += 1;
                        return Some(ahead);
                    }
                    scope.spawn(|| ahead.run());
                    None
                };
                read(stored, md5, &mut |data| data.decode_ahead(&mut offer))
            });
            assert!(alone == together, "{:?} and {:?}", (&alone.1, &alone.2), (&together.1, &together.2));
            assert_eq!((alone.0 == content, alone.1.is_none()), (stored == whole, stored == whole));
            assert_eq!(alone.2.is_empty(), stored == whole && md5 == right);
        }
        assert!(refused > 4, "{refused}");
    }

    #[test]
    fn a_thread_that_never_decodes_is_an_error() {
        let stored = gzip(&content());
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("part.csv.gz");
        std::fs::write(&path, &stored).unwrap();
        let stated = Stated { size: None, md5: None, notation: Notation::Hex };
        let mut data = DataFile::open(&Place::from(path), "part.csv.gz", stated, false, &mut |_| {}).unwrap();
        data.decode_ahead(&mut |ahead| {
            drop(ahead);
            None
        });
        for _ in 0..2 {
            let Err(Stop::Failed(error)) = data.read(&mut [0; 16]) else { panic!("nobody decodes") };
            assert!(error.to_string().contains("part.csv.gz"), "{error}");
        }
        assert!(data.finish(&mut |_| {}).is_err());
    }
}
