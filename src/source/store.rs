//! Opens what lies at a place: to be read from its beginning to its end, or in any order.

use std::fs::File;
use std::io::{self, BufReader, Read};

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::error::SourceError;
use super::place::Place;

/// A file that is read from its beginning to its end.
pub(super) enum Input {
    /// On this machine.
    Local(File),
}

impl Input {
    /// Reads at least one byte, or 0 at the end.
    pub(super) fn read_some(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Local(file) => loop {
                match file.read(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    result => return result,
                }
            },
        }
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read_some(buffer)
    }
}

/// Opens a file and says its size.
pub(super) fn open(place: &Place) -> Result<(Input, u64), SourceError> {
    match place {
        Place::Local(_) => open_local(place).map(|(file, size)| (Input::Local(file), size)),
    }
}

fn open_local(place: &Place) -> Result<(File, u64), SourceError> {
    let Place::Local(path) = place;
    let open = || -> io::Result<(File, u64)> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok((file, size))
    };
    open().map_err(|error| SourceError::io(place, error))
}

/// A file that is read in any order.
pub(super) enum Random {
    /// On this machine.
    Local(File),
}

/// A file opened to be read in any order.
pub(super) struct Opened {
    /// The file.
    pub(super) file: Random,
    /// Its size in bytes.
    pub(super) size: u64,
    /// How its MD5 comes to be known.
    pub(super) digest: Digest,
}

/// How the MD5 of a file that is read in any order comes to be known.
pub(super) enum Digest {
    /// By reading it once more, from its beginning to its end.
    Unread(Input),
    /// It is known already.
    Known([u8; 16]),
    /// Nobody asks.
    Unasked,
}

/// Opens a file whose bytes are read in any order; with its stated MD5, if that is to be verified.
///
/// # Errors
///
/// What the system says.
pub(super) fn open_random(place: &Place, md5: Option<[u8; 16]>) -> Result<Opened, SourceError> {
    match place {
        Place::Local(_) => {
            let (file, size) = open_local(place)?;
            let digest = match md5 {
                None => Digest::Unasked,
                // A file of its own: the two readers stand at different bytes.
                Some(_) => Digest::Unread(Input::Local(open_local(place)?.0)),
            };
            Ok(Opened { file: Random::Local(file), size, digest })
        }
    }
}

impl Length for Random {
    fn len(&self) -> u64 {
        match self {
            Self::Local(file) => file.len(),
        }
    }
}

impl ChunkReader for Random {
    type T = RandomRead;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        match self {
            Self::Local(file) => file.get_read(start).map(RandomRead::Local),
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        match self {
            Self::Local(file) => file.get_bytes(start, length),
        }
    }
}

/// Reads on from some byte of a [`Random`].
pub(super) enum RandomRead {
    /// On this machine.
    Local(BufReader<File>),
}

impl Read for RandomRead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Local(file) => file.read(buffer),
        }
    }
}
