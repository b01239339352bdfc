//! Opens what lies at a place: to be read from its beginning to its end, or in any order.

use std::fs::File;
use std::io::{self, BufReader, Read};
#[cfg(feature = "orc")]
use std::io::{Seek, SeekFrom};
use std::path::Path;
#[cfg(feature = "s3")]
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::error::SourceError;
use super::place::Place;
#[cfg(feature = "s3")]
use super::s3::{self, BlockReader, Blocks, Stream};
use super::walk;

/// A file that is read from its beginning to its end.
pub(super) enum Input {
    /// On this machine.
    Local(File),
    /// In S3.
    #[cfg(feature = "s3")]
    S3(Stream),
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
            #[cfg(feature = "s3")]
            Self::S3(stream) => stream.read_some(buffer),
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
        Place::Local(path) => open_local(path).map(|(file, size)| (Input::Local(file), size)),
        #[cfg(feature = "s3")]
        Place::S3(place) => {
            let stream = Stream::open(place)?;
            let size = stream.size();
            Ok((Input::S3(stream), size))
        }
    }
}

fn open_local(path: &Path) -> Result<(File, u64), SourceError> {
    // Asked before, as opening a pipe waits for whoever writes to it.
    if walk::is_pipe_or_device(path).map_err(|error| SourceError::io(path, error))? {
        return Err(SourceError::NotAFile { path: path.into() });
    }
    let open = || -> io::Result<(File, u64)> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok((file, size))
    };
    open().map_err(|error| SourceError::io(path, error))
}

/// A file that is read in any order.
pub(super) enum Random {
    /// On this machine.
    Local(File),
    /// In S3.
    #[cfg(feature = "s3")]
    S3(Arc<Blocks>),
}

impl Random {
    /// Reads on from some byte.
    ///
    /// # Errors
    ///
    /// What the system says.
    #[cfg(feature = "orc")]
    pub(super) fn read_from(&self, start: u64) -> io::Result<RandomRead> {
        match self {
            Self::Local(file) => {
                let mut file = file.try_clone()?;
                file.seek(SeekFrom::Start(start))?;
                Ok(RandomRead::Local(BufReader::new(file)))
            }
            #[cfg(feature = "s3")]
            Self::S3(blocks) => Ok(RandomRead::S3(BlockReader::new(blocks, start))),
        }
    }

    /// So many bytes from there.
    ///
    /// # Errors
    ///
    /// An end before the last of them, and what the system says.
    #[cfg(feature = "orc")]
    pub(super) fn bytes_at(&self, start: u64, length: u64) -> io::Result<Bytes> {
        let bytes = match self {
            Self::Local(file) => {
                let mut bytes = Vec::new();
                let mut file: &File = file;
                file.seek(SeekFrom::Start(start))?;
                file.take(length).read_to_end(&mut bytes)?;
                Bytes::from(bytes)
            }
            #[cfg(feature = "s3")]
            Self::S3(blocks) => blocks.bytes(start, usize::try_from(length).map_err(io::Error::other)?)?,
        };
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// What tells later whether reading failed.
    pub(super) fn watch(&self) -> Watch {
        match self {
            Self::Local(_) => Watch::default(),
            #[cfg(feature = "s3")]
            Self::S3(blocks) => Watch(Some(Arc::clone(blocks))),
        }
    }
}

/// Tells whether a file that a decoder holds could not be read: the decoder says of both that the file is broken.
#[derive(Default)]
pub(super) struct Watch(#[cfg(feature = "s3")] Option<Arc<Blocks>>);

impl Watch {
    /// Whether the plumbing failed.
    ///
    /// # Errors
    ///
    /// What S3 refused.
    pub(super) fn check(&self) -> Result<(), SourceError> {
        #[cfg(feature = "s3")]
        if let Some(error) = self.0.as_ref().and_then(|blocks| blocks.take_failure()) {
            return Err(error.into());
        }
        Ok(())
    }
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
    Unread,
    /// It is known already.
    #[cfg_attr(not(feature = "s3"), expect(dead_code, reason = "only S3 knows it beforehand"))]
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
        Place::Local(path) => {
            let (file, size) = open_local(path)?;
            let digest = match md5 {
                None => Digest::Unasked,
                Some(_) => Digest::Unread,
            };
            Ok(Opened { file: Random::Local(file), size, digest })
        }
        #[cfg(feature = "s3")]
        Place::S3(place) => Ok(s3::open_random(place, md5)?),
    }
}

impl Length for Random {
    fn len(&self) -> u64 {
        match self {
            Self::Local(file) => file.len(),
            #[cfg(feature = "s3")]
            Self::S3(blocks) => blocks.size(),
        }
    }
}

impl ChunkReader for Random {
    type T = RandomRead;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        match self {
            Self::Local(file) => file.get_read(start).map(RandomRead::Local),
            #[cfg(feature = "s3")]
            Self::S3(blocks) => Ok(RandomRead::S3(BlockReader::new(blocks, start))),
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        match self {
            Self::Local(file) => file.get_bytes(start, length),
            #[cfg(feature = "s3")]
            Self::S3(blocks) => match blocks.bytes(start, length)? {
                bytes if bytes.len() == length => Ok(bytes),
                bytes => Err(ParquetError::EOF(format!("{} bytes of {length}", bytes.len()))),
            },
        }
    }
}

/// Reads on from some byte of a [`Random`].
pub(super) enum RandomRead {
    /// On this machine.
    Local(BufReader<File>),
    /// In S3.
    #[cfg(feature = "s3")]
    S3(BlockReader),
}

impl Read for RandomRead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Local(file) => file.read(buffer),
            #[cfg(feature = "s3")]
            Self::S3(reader) => reader.read(buffer),
        }
    }
}

/// The places where a file was looked for that turns out not to be there when it is opened.
///
/// # Errors
///
/// Every other error, and that one of a file that had been found.
pub(super) fn missing(place: &Place, error: SourceError) -> Result<Vec<String>, SourceError> {
    match error {
        SourceError::NotFound { path } if place.is_found_by_opening() => Ok(vec![path.display().to_string()]),
        error => Err(error),
    }
}
