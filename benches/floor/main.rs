//! The least that anything could do which reads an inventory: `.csv.gz` parts are inflated and their CRC is checked, the
//! pages of `key` and `size` of `.parquet` parts are read, hashed and decompressed. Nothing is parsed.
#![allow(clippy::print_stderr, clippy::print_stdout, reason = "a program for developers")]

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use clap::Parser;
use crc32fast::Hasher;
use flate2::{Decompress, FlushDecompress, Status};
use parquet::file::reader::{ChunkReader, FileReader as _, SerializedFileReader};

/// Reads parts of inventories and does nothing with them.
#[derive(Debug, Parser)]
struct Options {
    /// Threads, each with a part at a time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Parts: `.csv.gz` or `.parquet`
    #[arg(required = true)]
    parts: Vec<PathBuf>,
}

/// Columns whose pages are read.
const COLUMNS: [&str; 2] = ["key", "size"];
/// As in the program's own reader.
const BUFFER: usize = 128 << 10;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let options = Options::parse();
    let next = AtomicUsize::new(0);
    let work = || -> Outcome<u64> {
        let mut bytes = 0;
        while let Some(part) = options.parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            bytes += read(part).map_err(|error| format!("{}: {error}", part.display()))?;
        }
        Ok(bytes)
    };
    let outcome: Outcome<u64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..options.jobs).map(|_| scope.spawn(work)).collect();
        let ended = threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked")?);
        ended.sum()
    });
    match outcome {
        Ok(bytes) => {
            println!("{bytes} bytes decoded");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Gives how many bytes a part decodes to.
fn read(part: &Path) -> Outcome<u64> {
    let file = File::open(part)?;
    if part.extension().is_some_and(|extension| extension == "gz") { inflate(file) } else { pages(file) }
}

/// One gzip member whose header has no optional parts, as S3 Inventory writes it.
fn inflate(file: File) -> Outcome<u64> {
    let mut file = BufReader::with_capacity(BUFFER, file);
    let mut header = [0; 10];
    file.read_exact(&mut header)?;
    if !matches!(header, [0x1f, 0x8b, 8, 0, ..]) {
        return Err("a gzip header without flags was expected".into());
    }
    let (mut inflate, mut crc) = (Decompress::new(false), Hasher::new());
    let (mut input, mut output) = (vec![0; BUFFER], vec![0; BUFFER]);
    let (mut start, mut end) = (0, 0);
    loop {
        if start == end {
            (start, end) = (0, file.read(&mut input)?);
        }
        let before = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress(&input[start..end], &mut output, FlushDecompress::None)?;
        start += usize::try_from(inflate.total_in() - before.0)?;
        let made = usize::try_from(inflate.total_out() - before.1)?;
        crc.update(&output[..made]);
        match status {
            Status::StreamEnd => break,
            _ if start == end && end == 0 => return Err("the data end early".into()),
            _ => {}
        }
    }
    let mut trailer = input[start..end].to_vec();
    file.read_to_end(&mut trailer)?;
    if trailer.get(..4) != Some(&crc.finalize().to_le_bytes()) {
        return Err("the CRC is wrong".into());
    }
    Ok(inflate.total_out())
}

/// Pages are decompressed and not decoded. Their CRC is computed whether or not the writer stored one.
fn pages(file: File) -> Outcome<u64> {
    let reader = SerializedFileReader::new(file.try_clone()?)?;
    let mut bytes = 0;
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group)?;
        for (number, column) in group.metadata().columns().iter().enumerate() {
            if !COLUMNS.contains(&column.column_path().string().as_str()) {
                continue;
            }
            let (start, length) = column.byte_range();
            let mut crc = Hasher::new();
            crc.update(&file.get_bytes(start, usize::try_from(length)?)?);
            std::hint::black_box(crc.finalize());
            let mut pages = group.get_column_page_reader(number)?;
            while let Some(page) = pages.get_next_page()? {
                bytes += page.buffer().len() as u64;
            }
        }
    }
    Ok(bytes)
}
