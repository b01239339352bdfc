//! The tail of an ORC part and the footers of its stripes: read and held against the file's size before the decoder,
//! which trusts them, sees them.

use std::io;

use bytes::Bytes;
use orc_rust::proto::{ColumnStatistics, Footer, PostScript, StripeFooter, StripeInformation, Type};
use orc_rust::reader::ChunkReader;
use prost::Message;

use super::columns::is_bucket;
use super::orc_codec::Codec;
use crate::source::datafile::Stop;
use crate::source::store::{Random, RandomRead};

/// The most bytes of a footer, decoded: a part of thirty thousand stripes has less. Each two of them may become a message of
/// two hundred.
const MAX_FOOTER: usize = 1 << 20;
/// The most bytes of the stripes' statistics, which nobody decodes further.
const MAX_METADATA: usize = 64 << 20;
/// More rows than any part has.
const MAX_ROWS: u64 = 1 << 40;
/// More entries than the dictionary of any stripe has: stripes are made for memory.
const MAX_DICTIONARY: u64 = 1 << 24;
/// More levels than any type has.
const MAX_DEPTH: usize = 16;

/// What the tail of a part says.
#[derive(Debug)]
pub(super) struct Tail {
    /// Rows in the part.
    pub(super) rows: u64,
    /// The codec of its streams.
    pub(super) codec: Codec,
    /// The names of its columns, in their order.
    pub(super) names: Vec<String>,
    statistics: Vec<ColumnStatistics>,
    /// The column's number among all types.
    subtypes: Vec<u32>,
    /// Where the tail begins.
    start: u64,
}

impl Tail {
    /// Reads the tail of a file of this size, and checks the footers of its stripes.
    ///
    /// # Errors
    ///
    /// What is broken, or what the system says.
    pub(super) fn read(file: &Random, size: u64) -> Result<Self, Stop> {
        let read = |offset, length| read_at(file, size, offset, length).map_err(|error| broken(error.to_string()));
        let last = read(size.saturating_sub(1), 1)?;
        let length = u64::from(last[0]);
        let start = (size - 1).checked_sub(length).ok_or_else(cut)?;
        let script = PostScript::decode(read(start, length)?).map_err(|error| broken(error.to_string()))?;
        if script.magic() != "ORC" {
            return Err(broken("it does not end as an ORC file does"));
        }
        let codec = Codec::new(script.compression(), script.compression_block_size).map_err(broken)?;
        let (footer, metadata) = (script.footer_length(), script.metadata_length());
        let footer_start = start.checked_sub(footer).ok_or_else(cut)?;
        let start = footer_start.checked_sub(metadata).ok_or_else(cut)?;
        codec.decode(&read(start, metadata)?, MAX_METADATA).map_err(broken)?;
        let footer = codec.decode(&read(footer_start, footer)?, MAX_FOOTER).map_err(broken)?;
        let footer = Footer::decode(footer.as_slice()).map_err(|error| broken(error.to_string()))?;
        check_types(&footer.types).map_err(broken)?;
        let mut rows = 0_u64;
        for stripe in &footer.stripes {
            let end = stripe_footer_start(stripe).and_then(|at| at.checked_add(stripe.footer_length()));
            if end.is_none_or(|end| end > start) {
                return Err(broken("a stripe reaches beyond the data of the file"));
            }
            rows = rows.saturating_add(stripe.number_of_rows());
            let at = stripe_footer_start(stripe).unwrap_or(0);
            let stripe_footer = codec.decode(&read(at, stripe.footer_length())?, MAX_FOOTER).map_err(broken)?;
            check_stripe(stripe, &stripe_footer, footer.types.len()).map_err(broken)?;
        }
        if rows > MAX_ROWS || rows != footer.number_of_rows() {
            return Err(broken("the stripes do not hold as many rows as the footer states"));
        }
        // The root's values are the rows.
        let counted = footer.statistics.first().and_then(|root| root.number_of_values);
        if counted.is_some_and(|counted| counted != rows) {
            return Err(broken("the stripes do not hold as many rows as the file's statistics count"));
        }
        let root = footer.types.into_iter().next().unwrap_or_default();
        Ok(Self { rows, codec, names: root.field_names, statistics: footer.statistics, subtypes: root.subtypes, start })
    }

    /// Whether the statistics show that every row names this bucket, so that the column need not be read.
    pub(super) fn has_only_bucket(&self, bucket: &str) -> bool {
        let columns = self.names.iter().zip(&self.subtypes).filter(|(name, _)| is_bucket(name));
        let shows = |number: u32| {
            self.statistics.get(number as usize).is_some_and(|statistics| {
                let text = statistics.string_statistics.as_ref();
                // Bounds that are cut short have fields of their own.
                !statistics.has_null()
                    && statistics.number_of_values() == self.rows
                    && text.is_some_and(|text| {
                        text.minimum.as_deref() == Some(bucket) && text.maximum.as_deref() == Some(bucket)
                    })
            })
        };
        columns.fold(true, |all, (_, number)| all && shows(*number))
    }
}

fn broken(reason: impl Into<String>) -> Stop {
    Stop::Broken(reason.into())
}

fn cut() -> Stop {
    broken("it is too short for what it states")
}

/// The decoder follows types from the root down without counting.
fn check_types(types: &[Type]) -> Result<(), &'static str> {
    if types.first().is_none_or(|root| root.kind() != orc_rust::proto::r#type::Kind::Struct) {
        return Err("it holds no columns");
    }
    let mut depths = vec![None; types.len()];
    depths[0] = Some(0_usize);
    for (number, kind) in types.iter().enumerate() {
        let depth = depths[number].ok_or("a type belongs to no column")? + 1;
        for &child in &kind.subtypes {
            let child = child as usize;
            // Types are listed from the root down, each once.
            if child <= number || depth > MAX_DEPTH {
                return Err("its types do not make a tree");
            }
            match depths.get_mut(child) {
                Some(unseen @ None) => *unseen = Some(depth),
                _ => return Err("its types do not make a tree"),
            }
        }
    }
    Ok(())
}

fn stripe_footer_start(stripe: &StripeInformation) -> Option<u64> {
    stripe.offset().checked_add(stripe.index_length())?.checked_add(stripe.data_length())
}

fn check_stripe(stripe: &StripeInformation, footer: &[u8], types: usize) -> Result<(), String> {
    let footer = StripeFooter::decode(footer).map_err(|error| error.to_string())?;
    let streams = footer.streams.iter().try_fold(0_u64, |sum, stream| sum.checked_add(stream.length()));
    let holds = stripe.index_length().checked_add(stripe.data_length());
    if streams.is_none() || streams > holds || footer.columns.len() != types {
        return Err("the footer of a stripe does not describe it".to_owned());
    }
    let limit = stripe.number_of_rows().min(MAX_DICTIONARY);
    match footer.columns.iter().find(|column| u64::from(column.dictionary_size()) > limit) {
        Some(column) => Err(format!("a dictionary has {} entries", column.dictionary_size())),
        None => Ok(()),
    }
}

/// The file as the decoder reads it: never beyond its end, and only blocks that are known to be small.
pub(super) struct CheckedFile {
    file: Random,
    size: u64,
    codec: Codec,
    tail: u64,
}

impl CheckedFile {
    /// A file with a tail that was read.
    pub(super) fn new(file: Random, size: u64, tail: &Tail) -> Self {
        Self { file, size, codec: tail.codec, tail: tail.start }
    }
}

impl ChunkReader for CheckedFile {
    type T = RandomRead;

    fn len(&self) -> u64 {
        self.size
    }

    fn get_read(&self, offset: u64) -> io::Result<Self::T> {
        self.file.read_from(offset)
    }

    fn get_bytes(&self, offset: u64, length: u64) -> io::Result<Bytes> {
        let bytes = read_at(&self.file, self.size, offset, length)?;
        // What touches the tail is the decoder's own look at it.
        if offset.saturating_add(length) <= self.tail {
            self.codec.check(&bytes).map_err(io::Error::other)?;
        }
        Ok(bytes)
    }
}

fn read_at(file: &Random, size: u64, offset: u64, length: u64) -> io::Result<Bytes> {
    if offset.checked_add(length).is_none_or(|end| end > size) {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it refers to what lies beyond its end"));
    }
    file.bytes_at(offset, length)
}
