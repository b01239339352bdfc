//! The pages of a Parquet part as the decoder reads them: none that claims to grow beyond measure reaches it.
//!
//! The decoder reserves what a page's header claims, up to two gigabytes, before it looks at a byte of the page; a page
//! of gzip or Zstandard grows a thousandfold and more.

use std::io::{self, Cursor, Read};
use std::ops::Range;

use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::basic::Encoding;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::{ChunkReader, Length};

use crate::source::store::{Random, RandomRead};

/// The most bytes of a page, decoded. Writers end a page at 1 MiB; a dictionary may grow to some more.
const MAX_PAGE: i64 = 128 << 20;
/// Enough for the first three fields of a page's header, each an integer of at most five bytes.
const FRONT: u64 = 18;

/// The most bytes of a page whose texts may begin as the text before them does: each row may spell most of the page.
const MAX_DELTA_PAGE: i64 = 2 << 20;
/// How many rows of such pages are decoded at once.
const DELTA_ROWS: usize = 256;

/// A part whose footer was read: the decoder asks a reader for each page's header.
pub(super) struct CheckedPages {
    file: Random,
    /// Where the chunks lie of which a page's texts may begin as the text before them does.
    delta: Vec<Range<u64>>,
}

impl CheckedPages {
    /// The pages of a file, and how many rows are decoded at once of these columns, of so many wanted.
    pub(super) fn new(
        file: Random,
        metadata: &ParquetMetaData,
        columns: &ProjectionMask,
        batch_rows: usize,
    ) -> (Self, usize) {
        let is_delta = |chunk: &ColumnChunkMetaData| chunk.encodings().any(|known| known == Encoding::DELTA_BYTE_ARRAY);
        let chunks = metadata.row_groups().iter().flat_map(|group| group.columns().iter().enumerate());
        let delta =
            chunks.filter(|(column, chunk)| columns.leaf_included(*column) && is_delta(chunk)).map(|(_, chunk)| {
                let (start, length) = chunk.byte_range();
                start..start.saturating_add(length)
            });
        let delta: Vec<Range<u64>> = delta.collect();
        let batch_rows = if delta.is_empty() { batch_rows } else { batch_rows.min(DELTA_ROWS) };
        (Self { file, delta }, batch_rows)
    }

    /// The most bytes of the page at a place.
    fn most(&self, start: u64) -> i64 {
        if self.delta.iter().any(|chunk| chunk.contains(&start)) { MAX_DELTA_PAGE } else { MAX_PAGE }
    }
}

impl Length for CheckedPages {
    fn len(&self) -> u64 {
        self.file.len()
    }
}

impl ChunkReader for CheckedPages {
    type T = io::Chain<Cursor<Vec<u8>>, RandomRead>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        let mut rest = self.file.get_read(start)?;
        let mut front = Vec::new();
        rest.by_ref().take(FRONT).read_to_end(&mut front)?;
        match uncompressed_size(&front) {
            Some(size) if size <= self.most(start) => Ok(Cursor::new(front).chain(rest)),
            Some(size) => {
                let most = self.most(start);
                Err(ParquetError::General(format!(
                    "a page claims to hold {size} bytes, more than the {most} that are read"
                )))
            }
            // Every writer puts the sizes first; a header that hides them is not left to the decoder.
            None => Err(ParquetError::General("this is no page".to_owned())),
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        self.file.get_bytes(start, length)
    }
}

/// The second field of a page's header in Thrift's compact protocol: its kind and its two sizes come first, in order.
fn uncompressed_size(header: &[u8]) -> Option<i64> {
    /// The next field, an `i32`.
    const FIELD: u8 = 0x15;
    let (&first, rest) = header.split_first()?;
    let (_, rest) = zigzag(rest).filter(|_| first == FIELD)?;
    let (&second, rest) = rest.split_first()?;
    let (size, _) = zigzag(rest).filter(|_| second == FIELD)?;
    Some(size)
}

/// An integer, and what stands behind it.
fn zigzag(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some(((value >> 1) as i64 ^ -((value & 1) as i64), &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::uncompressed_size;

    #[test]
    fn the_size_that_a_page_claims_is_read() {
        assert_eq!(uncompressed_size(&[0x15, 0x00, 0x15, 0x80, 0x01, 0x15, 0x10]), Some(64));
        assert_eq!(
            uncompressed_size(&[0x15, 0x04, 0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0x15]),
            Some(i64::from(i32::MAX))
        );
        for other in [&[][..], b"PAR1", &[0x15], &[0x15, 0x00, 0x25, 0x02], &[0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]
        {
            assert_eq!(uncompressed_size(other), None, "{other:?}");
        }
    }
}
