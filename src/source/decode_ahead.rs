//! A file that is decoded some megabytes ahead by one thread while another reads what it decodes: a large file keeps
//! two threads busy, though gzip has to be decoded in one go.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::datafile::Stop;
use super::decoder::Decoder;

/// Decoded bytes in a block.
const BLOCK: usize = 256 << 10;
/// Blocks that are decoded ahead. They wait in memory if their reader has more to do than the decoder.
const BLOCKS: usize = 32;
/// Messages that wait at most: the blocks, twice as many stored pieces where nothing is compressed, the end, and some.
const MESSAGES: usize = 4 * BLOCKS;

/// What is to be decoded, for a thread that has nothing else to do.
pub struct DecodeAhead {
    decoder: Box<Decoder>,
    /// Blocks whose memory is used again.
    spare: Vec<Vec<u8>>,
    messages: SyncSender<Message>,
}

enum Message {
    /// As the file has them; before what is decoded of them.
    Stored(Vec<u8>),
    Decoded(Vec<u8>),
    /// The decoder goes back to its reader, with what stopped it.
    Over(Box<Decoder>, Option<Stop>),
}

impl DecodeAhead {
    /// Decodes; what came out waits for the reader. Ends early if that is gone.
    pub fn run(self) {
        let Self { mut decoder, mut spare, messages } = self;
        let mut stop = None;
        for _ in 0..BLOCKS {
            let mut block = spare.pop().unwrap_or_default();
            block.resize(BLOCK, 0);
            let read = decoder.read(&mut block, &mut |stored| {
                // Whoever is gone asks for nothing: the next message tells.
                let _ = messages.send(Message::Stored(stored.to_vec()));
            });
            match read {
                Ok(0) => break,
                Ok(length) => {
                    block.truncate(length);
                    if messages.send(Message::Decoded(block)).is_err() {
                        return;
                    }
                }
                Err(error) => {
                    stop = Some(error);
                    break;
                }
            }
        }
        let _ = messages.send(Message::Over(decoder, stop));
    }

    /// What nobody decodes ahead: its decoder, and spare blocks.
    pub(super) fn into_parts(self) -> (Box<Decoder>, Vec<Vec<u8>>) {
        (self.decoder, self.spare)
    }
}

/// What another thread decodes.
pub(super) struct Followed {
    messages: Receiver<Message>,
    block: Vec<u8>,
    /// Bytes of the block that were read.
    read: usize,
    /// The blocks before.
    spent: Vec<Vec<u8>>,
}

/// What comes next of what another thread decodes.
pub(super) enum Next {
    /// So many bytes, at least one.
    Bytes(usize),
    /// All of it was read: here is the decoder of the rest, and perhaps a reason to stop.
    Over(Box<Decoder>, Option<Stop>),
    /// The other thread ended without a word.
    Lost,
}

/// Splits a file between a thread that decodes and the one that reads; `spare` is memory for it.
pub(super) fn split(decoder: Box<Decoder>, spare: Vec<Vec<u8>>) -> (DecodeAhead, Followed) {
    let (sender, messages) = sync_channel(MESSAGES);
    let followed = Followed { messages, block: Vec::new(), read: 0, spent: Vec::new() };
    (DecodeAhead { decoder, spare, messages: sender }, followed)
}

impl Followed {
    /// Reads into `output`, which must not be empty; what was read of the file goes to `stored`.
    pub(super) fn read(&mut self, output: &mut [u8], stored: &mut dyn FnMut(&[u8])) -> Next {
        while self.read == self.block.len() {
            match self.messages.recv() {
                Ok(Message::Stored(bytes)) => stored(&bytes),
                Ok(Message::Decoded(block)) => {
                    self.spent.push(std::mem::replace(&mut self.block, block));
                    self.read = 0;
                }
                Ok(Message::Over(decoder, stop)) => return Next::Over(decoder, stop),
                Err(_) => return Next::Lost,
            }
        }
        let rest = &self.block[self.read..];
        let length = rest.len().min(output.len());
        output[..length].copy_from_slice(&rest[..length]);
        self.read += length;
        Next::Bytes(length)
    }

    /// The memory of what was read.
    pub(super) fn into_spare(mut self) -> Vec<Vec<u8>> {
        self.spent.push(self.block);
        self.spent
    }
}
