//! The compressed blocks of an ORC file, held against the size that no block may grow beyond.
//!
//! The decoder inflates a block whatever it grows to, and its tables before anything can be asked of them. Here each
//! block is known to be small before the decoder sees it.

use flate2::{Decompress, FlushDecompress, Status};
use orc_rust::proto::CompressionKind;

/// What the format can say of a block's length: 23 bits.
const MAX_BLOCK: u64 = 1 << 23;
/// The block size of a file that states none.
const USUAL_BLOCK: u64 = 256 << 10;
/// The most that inflating makes of one byte.
const INFLATION: usize = 1_032;
/// What a block may grow to without being tried: no more than the decoder of another thread takes anyway.
const HARMLESS: usize = 256 << 20;
/// Bytes of a block's header.
const HEADER: usize = 3;

/// Takes a block, and whether it is compressed.
type TakeBlock<'t> = dyn FnMut(&[u8], bool) -> Result<(), String> + 't;

/// How the blocks of a file are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Codec {
    kind: CompressionKind,
    /// The most bytes that a block may hold, decoded.
    block: usize,
}

impl Codec {
    /// For what a file states of itself.
    ///
    /// # Errors
    ///
    /// A codec that is not read, or a block size that the format cannot express.
    pub(super) fn new(kind: CompressionKind, block: Option<u64>) -> Result<Self, String> {
        let block = block.unwrap_or(USUAL_BLOCK);
        if kind == CompressionKind::Lzo {
            return Err("its data are compressed with LZO, which is not read".to_owned());
        }
        match usize::try_from(block) {
            Ok(size) if (1..=MAX_BLOCK).contains(&block) => Ok(Self { kind, block: size }),
            _ => Err(format!("it states blocks of {block} bytes")),
        }
    }

    /// Its name, as `inspect` prints it.
    pub(super) fn name(self) -> &'static str {
        match self.kind {
            CompressionKind::None => "none",
            CompressionKind::Zlib => "zlib",
            CompressionKind::Snappy => "snappy",
            CompressionKind::Lzo => "lzo",
            CompressionKind::Lz4 => "lz4",
            CompressionKind::Zstd => "zstd",
        }
    }

    /// Whether the blocks of a stream fit together and none grows beyond measure.
    ///
    /// # Errors
    ///
    /// A few words on what is wrong.
    pub(super) fn check(self, stream: &[u8]) -> Result<(), String> {
        self.each_block(stream, &mut |block, is_compressed| match is_compressed {
            true => self.check_block(block),
            false => Ok(()),
        })
    }

    /// Decodes a whole section, of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// A few words on what is wrong.
    pub(super) fn decode(self, section: &[u8], limit: usize) -> Result<Vec<u8>, String> {
        let mut decoded = Vec::new();
        self.each_block(section, &mut |block, is_compressed| {
            match is_compressed {
                true => decoded.extend(self.decode_block(block)?),
                false => decoded.extend_from_slice(block),
            }
            if decoded.len() > limit { Err(format!("a section has more than {limit} bytes")) } else { Ok(()) }
        })?;
        Ok(decoded)
    }

    fn each_block(self, mut stream: &[u8], take: &mut TakeBlock<'_>) -> Result<(), String> {
        if self.kind == CompressionKind::None {
            return take(stream, false);
        }
        while !stream.is_empty() {
            let Some((header, rest)) = stream.split_first_chunk::<HEADER>() else { return Err(cut()) };
            let header = u32::from_le_bytes([header[0], header[1], header[2], 0]);
            let Some((block, rest)) = rest.split_at_checked(header as usize >> 1) else { return Err(cut()) };
            take(block, header & 1 == 0)?;
            stream = rest;
        }
        Ok(())
    }

    fn check_block(self, block: &[u8]) -> Result<(), String> {
        match self.kind {
            // LZ4 is given a buffer of the block's size and fails at its end.
            CompressionKind::None | CompressionKind::Lz4 | CompressionKind::Lzo => Ok(()),
            CompressionKind::Snappy => match snap::raw::decompress_len(block) {
                Ok(length) if length <= self.block => Ok(()),
                Ok(_) => Err(self.too_large()),
                Err(error) => Err(error.to_string()),
            },
            CompressionKind::Zlib if block.len() <= HARMLESS / INFLATION => Ok(()),
            CompressionKind::Zlib => inflate(block, self.block, &mut |_| {}).map_err(|()| self.too_large()),
            CompressionKind::Zstd => self.decode_block(block).map(drop),
        }
    }

    fn decode_block(self, block: &[u8]) -> Result<Vec<u8>, String> {
        match self.kind {
            CompressionKind::None | CompressionKind::Lzo => Err("it is not compressed".to_owned()),
            CompressionKind::Lz4 => lz4_flex::block::decompress(block, self.block).map_err(|error| error.to_string()),
            CompressionKind::Snappy => {
                self.check_block(block)?;
                snap::raw::Decoder::new().decompress_vec(block).map_err(|error| error.to_string())
            }
            CompressionKind::Zlib => {
                let mut decoded = Vec::new();
                inflate(block, self.block, &mut |piece| decoded.extend_from_slice(piece))
                    .map_err(|()| self.too_large())?;
                Ok(decoded)
            }
            CompressionKind::Zstd => zstd::bulk::decompress(block, self.block).map_err(|error| error.to_string()),
        }
    }

    fn too_large(self) -> String {
        format!("a compressed block is corrupt, or has more than the {} bytes that the file states", self.block)
    }
}

fn cut() -> String {
    "a compressed block is cut short".to_owned()
}

/// Inflates a raw deflate stream of at most `limit` bytes, piece by piece.
fn inflate(block: &[u8], limit: usize, take: &mut dyn FnMut(&[u8])) -> Result<(), ()> {
    let mut inflate = Decompress::new(false);
    let mut buffer = vec![0; 64 << 10];
    loop {
        let (read, made) = (inflate.total_in(), inflate.total_out());
        let input = block.get(usize::try_from(read).map_err(drop)?..).ok_or(())?;
        let status = inflate.decompress(input, &mut buffer, FlushDecompress::None).map_err(drop)?;
        let piece = usize::try_from(inflate.total_out() - made).map_err(drop)?;
        take(&buffer[..piece]);
        if inflate.total_out() > limit as u64 {
            return Err(());
        }
        match status {
            Status::StreamEnd => return Ok(()),
            _ if piece == 0 && inflate.total_in() == read => return Err(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use orc_rust::proto::CompressionKind;

    use super::Codec;

    /// A section of one compressed block.
    fn section(text: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        let block = encoder.finish().unwrap();
        let header = u32::try_from(block.len() << 1).unwrap().to_le_bytes();
        [&header[..3], &block].concat()
    }

    #[test]
    fn a_block_never_grows_beyond_what_the_file_states() {
        let text = vec![b'a'; 300 << 10];
        let decode =
            |block, limit| Codec::new(CompressionKind::Zlib, Some(block)).unwrap().decode(&section(&text), limit);
        assert_eq!(decode(300 << 10, 300 << 10), Ok(text.clone()));
        assert!(decode(256 << 10, 300 << 10).is_err(), "the block is larger than stated");
        assert!(decode(300 << 10, 256 << 10).is_err(), "the section is larger than allowed");
        for size in [0, (1 << 23) + 1, u64::MAX] {
            assert!(Codec::new(CompressionKind::Zlib, Some(size)).is_err(), "{size}");
        }
    }

    #[test]
    fn a_cut_section_is_told() {
        let codec = Codec::new(CompressionKind::Zlib, None).unwrap();
        let whole = section(b"some text that is long enough");
        assert_eq!(codec.check(&whole), Ok(()));
        for end in 1..whole.len() {
            assert!(codec.check(&whole[..end]).is_err(), "cut at {end}");
        }
    }
}
