//! Files whose size and MD5 are known when they are written.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use md5::{Digest, Md5};

/// Counts and hashes what goes into a file.
pub(super) struct Hashed {
    file: BufWriter<File>,
    md5: Md5,
    size: u64,
}

impl Hashed {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { file: BufWriter::with_capacity(1 << 17, File::create(path)?), md5: Md5::new(), size: 0 })
    }

    /// The size and the MD5.
    pub(super) fn close(mut self) -> io::Result<(u64, [u8; 16])> {
        self.file.flush()?;
        Ok((self.size, self.md5.finalize().into()))
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.md5.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes a small file and the folders above it.
pub(super) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)
}

pub(super) fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A UUID made of a text.
pub(super) fn uuid(text: &str) -> String {
    let hex = hex(&md5(text.as_bytes()));
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}
