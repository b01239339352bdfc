//! Decodes gzip (RFC 1952) piece by piece, without reading anything itself.
//!
//! A loop of our own around the raw inflater: `flate2::read::GzDecoder` spends half its time in a scalar CRC.

use crc32fast::Hasher;
use flate2::{Decompress, FlushDecompress, Status};

/// A gzip stream of any number of members.
pub(super) struct Gunzip {
    state: State,
    /// The fixed header or the trailer, as far as it has come.
    fixed: [u8; 10],
    /// Header parts that are still to come, as flag bits.
    flags: u8,
    inflate: Decompress,
    crc: Hasher,
    /// Decoded bytes of this member, modulo 2^32.
    length: u32,
}

/// Where in a member the next input byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Header { have: usize },
    ExtraLength { have: usize },
    Extra { left: usize },
    Text,
    HeaderCrc { left: usize },
    Body,
    Trailer { have: usize },
}

/// Header flags.
const CRC: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;
const RESERVED: u8 = 0xe0;
const TRAILER: usize = 8;

/// How far one call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Progress {
    /// Bytes taken from the input.
    pub(super) consumed: usize,
    /// Bytes written to the output.
    pub(super) produced: usize,
}

impl Gunzip {
    /// Before the first member.
    pub(super) fn new() -> Self {
        Self {
            state: State::Header { have: 0 },
            fixed: [0; 10],
            flags: 0,
            inflate: Decompress::new(false),
            crc: Hasher::new(),
            length: 0,
        }
    }

    /// Whether the input may end here: between two members.
    pub(super) fn may_end(&self) -> bool {
        self.state == State::Header { have: 0 }
    }

    /// Decodes until the input is used up or the output is full; stops in front of what is broken, if something was
    /// decoded before it.
    ///
    /// # Errors
    ///
    /// A few words on what is broken.
    pub(super) fn decode(&mut self, input: &[u8], output: &mut [u8]) -> Result<Progress, &'static str> {
        let mut progress = Progress { consumed: 0, produced: 0 };
        match self.advance(input, output, &mut progress) {
            Err(reason) if progress.produced == 0 => Err(reason),
            _ => Ok(progress),
        }
    }

    fn advance(&mut self, input: &[u8], output: &mut [u8], progress: &mut Progress) -> Result<(), &'static str> {
        loop {
            if self.state == State::Body {
                let (taken, made) = self.inflate(&input[progress.consumed..], &mut output[progress.produced..])?;
                progress.consumed += taken;
                progress.produced += made;
                if self.state == State::Body {
                    return Ok(());
                }
            }
            let Some(&byte) = input.get(progress.consumed) else { return Ok(()) };
            self.state = self.step(byte)?;
            progress.consumed += 1;
        }
    }

    fn inflate(&mut self, input: &[u8], output: &mut [u8]) -> Result<(usize, usize), &'static str> {
        let before = (self.inflate.total_in(), self.inflate.total_out());
        let status = self
            .inflate
            .decompress(input, output, FlushDecompress::None)
            .map_err(|_| "the compressed data are corrupt")?;
        // Both differences are at most the lengths of the slices.
        let taken = (self.inflate.total_in() - before.0) as usize;
        let made = (self.inflate.total_out() - before.1) as usize;
        self.crc.update(&output[..made]);
        self.length = self.length.wrapping_add(made as u32);
        if status == Status::StreamEnd {
            self.state = State::Trailer { have: 0 };
        }
        Ok((taken, made))
    }

    /// Takes one byte of a header or trailer.
    fn step(&mut self, byte: u8) -> Result<State, &'static str> {
        match self.state {
            State::Header { have } => {
                self.fixed[have] = byte;
                match (have, byte) {
                    (0, 0x1f) | (1, 0x8b) | (2, 8) | (4..=8, _) => Ok(State::Header { have: have + 1 }),
                    (0 | 1, _) => Err("the data are not gzip, or something follows the last member"),
                    (2, _) => Err("an unknown compression method"),
                    (3, flags) if flags & RESERVED == 0 => {
                        self.flags = flags & (CRC | EXTRA | NAME | COMMENT);
                        Ok(State::Header { have: have + 1 })
                    }
                    (3, _) => Err("unknown flags in a gzip header"),
                    _ => Ok(self.next_header_part()),
                }
            }
            State::ExtraLength { have: 0 } => {
                self.fixed[0] = byte;
                Ok(State::ExtraLength { have: 1 })
            }
            State::ExtraLength { .. } => match usize::from(u16::from_le_bytes([self.fixed[0], byte])) {
                0 => Ok(self.next_header_part()),
                left => Ok(State::Extra { left }),
            },
            State::Extra { left: 1 } | State::HeaderCrc { left: 1 } => Ok(self.next_header_part()),
            State::Extra { left } => Ok(State::Extra { left: left - 1 }),
            State::HeaderCrc { left } => Ok(State::HeaderCrc { left: left - 1 }),
            State::Text if byte == 0 => Ok(self.next_header_part()),
            State::Text => Ok(State::Text),
            State::Trailer { have } => {
                self.fixed[have] = byte;
                if have + 1 == TRAILER { self.end_member() } else { Ok(State::Trailer { have: have + 1 }) }
            }
            // `decode` inflates a body before it steps.
            State::Body => Ok(State::Body),
        }
    }

    fn next_header_part(&mut self) -> State {
        // File name and comment are both text that ends in a zero byte.
        for (flag, state) in [
            (EXTRA, State::ExtraLength { have: 0 }),
            (NAME, State::Text),
            (COMMENT, State::Text),
            (CRC, State::HeaderCrc { left: 2 }),
        ] {
            if self.flags & flag != 0 {
                self.flags &= !flag;
                return state;
            }
        }
        State::Body
    }

    fn end_member(&mut self) -> Result<State, &'static str> {
        let [a, b, c, d, e, f, g, h, ..] = self.fixed;
        if u32::from_le_bytes([a, b, c, d]) != self.crc.clone().finalize() {
            return Err("the CRC of the decoded data is wrong");
        }
        if u32::from_le_bytes([e, f, g, h]) != self.length {
            return Err("the length of the decoded data is wrong");
        }
        self.crc.reset();
        self.length = 0;
        self.inflate.reset(false);
        Ok(State::Header { have: 0 })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;
    use flate2::{Compression, GzBuilder};

    use super::{Gunzip, TRAILER};

    /// Decodes in pieces of the sizes given; `None` for broken or cut data.
    fn gunzip(input: &[u8], piece: usize, room: usize) -> Option<Vec<u8>> {
        let mut gunzip = Gunzip::new();
        let mut decoded = Vec::new();
        let mut buffer = vec![0; room];
        for piece in input.chunks(piece) {
            let mut rest = piece;
            loop {
                let progress = gunzip.decode(rest, &mut buffer).ok()?;
                rest = &rest[progress.consumed..];
                decoded.extend_from_slice(&buffer[..progress.produced]);
                if rest.is_empty() && progress.produced < room {
                    break;
                }
            }
        }
        gunzip.may_end().then_some(decoded)
    }

    fn member(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn members_and_every_part_of_a_header_are_read_in_pieces_of_any_size() {
        let mut full =
            GzBuilder::new().filename("n").comment("c").extra(vec![1, 2, 3]).write(vec![], Compression::best());
        full.write_all(b"one ").unwrap();
        let stream = [full.finish().unwrap(), member(b""), member(&b"two".repeat(1_000))].concat();
        let expected = [b"one ".to_vec(), b"two".repeat(1_000)].concat();
        for piece in [1, 2, 7, 4_096] {
            for room in [1, 3, 100_000] {
                assert_eq!(gunzip(&stream, piece, room).as_deref(), Some(&expected[..]), "{piece} {room}");
            }
        }
    }

    #[test]
    fn a_cut_or_a_flipped_bit_is_refused_or_changes_nothing() {
        let text = b"\"bucket\",\"key\"\n".repeat(3);
        let stream = member(&text);
        for end in 1..stream.len() {
            assert_eq!(gunzip(&stream[..end], 5, 64), None, "cut at {end}");
        }
        for at in (0..stream.len()).filter(|at| !(4..10).contains(at)) {
            let mut flipped = stream.clone();
            flipped[at] ^= 0x10;
            let decoded = gunzip(&flipped, 64, 64);
            // The same text may have another encoding, as the distance of a repetition; its CRC and its length have none.
            let is_text = decoded.as_deref() == Some(&text[..]) && at < stream.len() - TRAILER;
            assert!(decoded.is_none() || is_text, "flipped at {at}");
        }
    }

    #[test]
    fn a_byte_too_many_is_refused_wherever_it_stands() {
        let (one, two) = (member(b"one "), member(b"two"));
        let trailer = one.len() - TRAILER;
        let stream = [one, two].concat();
        // In the trailer of the first member, in front of the second one and in the part of its header that cannot vary.
        for at in (trailer..trailer + TRAILER + 4).chain([stream.len()]) {
            let mut longer = stream.clone();
            longer.insert(at, b'x');
            for (piece, room) in [(1, 64), (7, 1), (4_096, 100_000)] {
                assert_eq!(gunzip(&longer, piece, room), None, "a byte more at {at}, {piece} {room}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_told_behind_all_that_was_decoded() {
        let stream = member(b"all of it");
        for (at, reason) in
            [(TRAILER, "the CRC of the decoded data is wrong"), (1, "the length of the decoded data is wrong")]
        {
            let mut wrong = stream.clone();
            wrong[stream.len() - at] ^= 1;
            let (mut gunzip, mut buffer) = (Gunzip::new(), [0; 64]);
            let progress = gunzip.decode(&wrong, &mut buffer).unwrap();
            assert_eq!(&buffer[..progress.produced], b"all of it");
            assert_eq!(gunzip.decode(&wrong[progress.consumed..], &mut buffer), Err(reason));
        }
    }
}
