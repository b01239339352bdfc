//! The reader of one part, whatever its format.

use super::batch::Batch;
use super::checksums::{Checksums, LotMember};
use super::columnar::ColumnarReader;
use super::columns::ColumnSet;
use super::csv::CsvReader;
use super::csv_keys::CsvKeys;
use super::discover::{Delivery, Part};
use super::listing::ListingReader;
use super::manifest::InventoryFormat;
#[cfg(feature = "orc")]
use super::orc::{self, OrcReader};
use super::parquet::ParquetReader;
use super::parquet_footer;
use crate::model::{SourceDefect, SourceProblem};
use crate::source::datafile::{DataFile, Proof, Stated, Stop};
use crate::source::decode_ahead::DecodeAhead;
use crate::source::error::SourceError;
use crate::source::input::Notation;
use crate::source::place::Place;
use crate::source::store::{self, Digest, Opened, Random, Watch, open_random};

/// How parts are read.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// Whether MD5s are computed; sizes are always held against the manifest.
    pub verify: bool,
    /// The most rows in a batch; a batch of CSV also ends with its 2 MiB block.
    pub batch_rows: usize,
    /// The columns wanted; the key always comes along.
    pub columns: ColumnSet,
    /// How the keys of a CSV are encoded.
    pub csv_keys: CsvKeys,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { verify: true, batch_rows: 8_192, columns: ColumnSet::ALL, csv_keys: CsvKeys::Auto }
    }
}

/// Reads one part as batches of the wanted columns.
///
/// A bad row is left out and told; a part that breaks delivers the rows in front of the break, tells S003 with
/// the row reached, and ends. The MD5 is compared when the part has ended.
pub struct PartReader {
    name: String,
    rows: Option<Rows>,
    /// What was read, once the part has ended.
    total: (u64, u64),
}

/// One variant for each way to read.
enum Rows {
    Csv(Box<CsvReader>),
    Columnar(Box<dyn ColumnarReader>, Box<Beside>),
    Listing(Box<ListingReader>),
}

impl PartReader {
    /// Opens a part; `None`, with the defect told, for one that is missing, empty, or not what its name says.
    ///
    /// # Errors
    ///
    /// What the system says of a file that is there.
    pub fn open(
        delivery: &Delivery,
        part: &Part,
        options: &ReadOptions,
        defects: &mut dyn FnMut(SourceDefect),
    ) -> Result<Option<Self>, SourceError> {
        Self::open_with(delivery, part, options, &|| LotMember::alone(part), defects)
    }

    /// The same, of a part that is hashed together with others of its delivery; `number` is its place among them.
    ///
    /// # Errors
    ///
    /// What the system says of a file that is there.
    pub fn open_among(
        delivery: &Delivery,
        number: usize,
        checksums: &Checksums,
        options: &ReadOptions,
        defects: &mut dyn FnMut(SourceDefect),
    ) -> Result<Option<Self>, SourceError> {
        Self::open_with(delivery, &delivery.parts[number], options, &|| checksums.of(number), defects)
    }

    fn open_with(
        delivery: &Delivery,
        part: &Part,
        options: &ReadOptions,
        member: &dyn Fn() -> LotMember,
        defects: &mut dyn FnMut(SourceDefect),
    ) -> Result<Option<Self>, SourceError> {
        let missing = |looked, defects: &mut dyn FnMut(SourceDefect)| {
            defects(SourceDefect { file: part.file.clone(), row: None, problem: SourceProblem::Missing { looked } });
            Ok(None)
        };
        let Some(path) = &part.path else { return missing(part.looked.clone(), defects) };
        let opened = match Self::open_found(delivery, part, path, options, member, defects) {
            Err(error) => return missing(store::missing(path, error)?, defects),
            Ok(opened) => opened,
        };
        Ok(opened.map(|rows| Self { name: part.file.clone(), rows: Some(rows), total: (0, 0) }))
    }

    /// Opens a part that is there; `None` for one that is empty, or not what its name says.
    fn open_found(
        delivery: &Delivery,
        part: &Part,
        path: &Place,
        options: &ReadOptions,
        member: &dyn Fn() -> LotMember,
        defects: &mut dyn FnMut(SourceDefect),
    ) -> Result<Option<Rows>, SourceError> {
        let stated = Stated { size: Some(part.stated_size), md5: part.stated_md5, notation: Notation::Hex };
        let columns = options.columns.with(super::Column::Key);
        let batch_rows = options.batch_rows.max(1);
        // That a part is empty must be said by whoever wrote it: else its copy was cut short.
        let is_stated = delivery.origin == super::Origin::Manifest;
        let nothing = |defects: &mut dyn FnMut(SourceDefect)| {
            tell(&part.file, 0, Stop::Broken("it holds not a byte".to_owned()), defects).map(|()| None)
        };
        Ok(Some(match delivery.format {
            InventoryFormat::Csv => {
                let data = DataFile::open(path, &part.file, stated, options.verify, defects)?;
                if data.is_empty() && !is_stated {
                    return nothing(defects);
                }
                Rows::Csv(Box::new(CsvReader::new(data, &part.file, delivery, columns, options)))
            }
            InventoryFormat::Listing => {
                let data = DataFile::open(path, &part.file, stated, options.verify, defects)?;
                if data.is_empty() {
                    return nothing(defects);
                }
                let reader = ListingReader::new(data, &part.file, delivery.columns, columns, batch_rows);
                Rows::Listing(Box::new(reader))
            }
            InventoryFormat::Parquet | InventoryFormat::Orc => {
                let Opened { file, size, digest } = open_random(path, part.stated_md5.filter(|_| options.verify))?;
                let proof = Proof::start(&part.file, stated, size, options.verify, defects);
                let md5 = match digest {
                    Digest::Unread => Md5Source::Lot(member()),
                    Digest::Known(md5) => Md5Source::Known(md5),
                    Digest::Unasked => Md5Source::Unasked,
                };
                let watch = file.watch();
                let mut beside = Beside { path: path.clone(), md5, size, proof, watch };
                if size == 0 && !is_stated {
                    return nothing(defects);
                }
                if size == 0 {
                    beside.finish(defects)?;
                    return Ok(None);
                }
                match columnar(delivery, part, file, size, columns, batch_rows) {
                    Ok(reader) => Rows::Columnar(reader, Box::new(beside)),
                    Err(stop) => {
                        beside.watch.check()?;
                        tell(&part.file, 0, stop, defects)?;
                        beside.finish(defects)?;
                        return Ok(None);
                    }
                }
            }
        }))
    }

    /// The next batch; `None` once the part has ended. Where rows are left out for long it has none, so that whoever reads
    /// can look up between two of them.
    ///
    /// # Errors
    ///
    /// What the system says; what is wrong with the part itself is told to `defects`.
    pub fn next_batch(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<Option<Batch>, SourceError> {
        let Some(rows) = &mut self.rows else { return Ok(None) };
        let next = match rows {
            Rows::Csv(reader) => reader.next_batch(defects),
            Rows::Listing(reader) => reader.next_batch(defects),
            Rows::Columnar(reader, beside) => {
                let next = reader.next_batch(defects);
                beside.watch.check()?;
                beside.follow(reader.rows(), reader.rows_stated());
                next
            }
        };
        match next {
            Ok(Some(batch)) => return Ok(Some(batch)),
            Ok(None) => {}
            Err(stop) => tell(&self.name, self.rows(), stop, defects)?,
        }
        match self.rows.as_mut() {
            Some(Rows::Csv(reader)) => reader.data().finish(defects)?,
            Some(Rows::Listing(reader)) => reader.data().finish(defects)?,
            Some(Rows::Columnar(_, beside)) => beside.finish(defects)?,
            None => {}
        }
        self.total = (self.rows(), self.bytes_read());
        // Its memory is of no more use.
        self.rows = None;
        Ok(None)
    }

    /// Offers to decode the next megabytes to another thread, where a file can only be decoded in one go; what is offered
    /// comes back if there is none.
    pub fn decode_ahead(&mut self, offer: &mut dyn FnMut(DecodeAhead) -> Option<DecodeAhead>) {
        match &mut self.rows {
            Some(Rows::Csv(reader)) => reader.data().decode_ahead(offer),
            Some(Rows::Listing(reader)) => reader.data().decode_ahead(offer),
            Some(Rows::Columnar(..)) | None => {}
        }
    }

    /// The codec of the file, such as `gzip` or `snappy`; `none` once the part has ended.
    pub fn compression(&self) -> &str {
        match &self.rows {
            Some(Rows::Csv(reader)) => reader.compression(),
            Some(Rows::Listing(reader)) => reader.compression(),
            Some(Rows::Columnar(reader, _)) => reader.compression(),
            None => "none",
        }
    }

    /// Rows read so far, those left out included.
    pub fn rows(&self) -> u64 {
        match &self.rows {
            Some(Rows::Csv(reader)) => reader.rows(),
            Some(Rows::Listing(reader)) => reader.rows(),
            Some(Rows::Columnar(reader, _)) => reader.rows(),
            None => self.total.0,
        }
    }

    /// Bytes of the part's file that are done with, as stored.
    pub fn bytes_read(&self) -> u64 {
        match &self.rows {
            Some(Rows::Csv(reader)) => reader.bytes_read(),
            Some(Rows::Listing(reader)) => reader.bytes_read(),
            Some(Rows::Columnar(reader, beside)) => beside.share(reader.rows(), reader.rows_stated()),
            None => self.total.1,
        }
    }
}

/// Opens a part of a columnar format.
fn columnar(
    delivery: &Delivery,
    part: &Part,
    file: Random,
    size: u64,
    columns: ColumnSet,
    batch_rows: usize,
) -> Result<Box<dyn ColumnarReader>, Stop> {
    let (name, bucket) = (&part.file, &delivery.bucket);
    let reader: Box<dyn ColumnarReader> = match delivery.format {
        #[cfg(feature = "orc")]
        InventoryFormat::Orc => Box::new(OrcReader::new(file, size, name, bucket, columns, batch_rows)?),
        #[cfg(not(feature = "orc"))]
        InventoryFormat::Orc => return Err(Stop::Broken("ORC is not read by this program".to_owned())),
        InventoryFormat::Parquet => Box::new(ParquetReader::new(file, size, name, bucket, columns, batch_rows)?),
        InventoryFormat::Csv | InventoryFormat::Listing => {
            return Err(Stop::Broken("it holds no columns".to_owned()));
        }
    };
    // What the rules can judge was taken from the first part; files without a manifest may differ.
    if delivery.origin == super::Origin::Manifest {
        check_columns(delivery.columns, reader.columns())?;
    }
    Ok(reader)
}

/// A part that has other columns than the first part of its delivery belongs to another one.
fn check_columns(first: ColumnSet, here: ColumnSet) -> Result<(), Stop> {
    let other = |one: ColumnSet, other: ColumnSet| one.iter().find(|column| !other.contains(*column));
    let reason = match (other(first, here), other(here, first)) {
        (None, None) => return Ok(()),
        (Some(column), _) => format!("it has no column {}, and the first part has one", column.aws_name()),
        (None, Some(column)) => format!("it has a column {}, and the first part has none", column.aws_name()),
    };
    Err(Stop::Broken(reason))
}

/// The names of a columnar part's columns; nothing for a part that cannot be read, which its reader will tell.
pub(super) fn column_names(format: InventoryFormat, path: &Place) -> Option<Vec<String>> {
    match format {
        InventoryFormat::Csv | InventoryFormat::Listing => None,
        InventoryFormat::Parquet => parquet_footer::column_names(path),
        #[cfg(feature = "orc")]
        InventoryFormat::Orc => orc::column_names(path),
        #[cfg(not(feature = "orc"))]
        InventoryFormat::Orc => None,
    }
}

/// The bucket that the first row of a columnar part names, as bytes.
pub(super) fn first_bucket(format: InventoryFormat, path: &Place) -> Option<Vec<u8>> {
    match format {
        InventoryFormat::Csv | InventoryFormat::Listing => None,
        InventoryFormat::Parquet => parquet_footer::first_bucket(path),
        #[cfg(feature = "orc")]
        InventoryFormat::Orc => orc::first_bucket(path),
        #[cfg(not(feature = "orc"))]
        InventoryFormat::Orc => None,
    }
}

/// Tells a break, with the row reached; a failure of the plumbing is an error.
fn tell(name: &str, row: u64, stop: Stop, defects: &mut dyn FnMut(SourceDefect)) -> Result<(), SourceError> {
    match stop {
        Stop::Failed(error) => Err(error),
        Stop::Broken(reason) => {
            let problem = SourceProblem::Unreadable { reason };
            defects(SourceDefect { file: name.to_owned(), row: Some(row), problem });
            Ok(())
        }
    }
}

/// What proves a file while its columns are read in any order.
struct Beside {
    path: Place,
    md5: Md5Source,
    size: u64,
    proof: Proof,
    watch: Watch,
}

impl Beside {
    /// Bytes that belong to so many of the part's rows.
    fn share(&self, rows: u64, of: u64) -> u64 {
        let share = u128::from(self.size) * u128::from(rows) / u128::from(of.max(1));
        u64::try_from(share).unwrap_or(self.size).min(self.size)
    }

    fn follow(&self, rows: u64, of: u64) {
        if let Md5Source::Lot(member) = &self.md5 {
            member.follow(self.share(rows, of));
        }
    }

    fn finish(&mut self, defects: &mut dyn FnMut(SourceDefect)) -> Result<(), SourceError> {
        let md5 = match std::mem::replace(&mut self.md5, Md5Source::Unasked) {
            Md5Source::Lot(member) => member.finish().map_err(|error| SourceError::io(&self.path, error))?,
            Md5Source::Known(md5) => md5,
            Md5Source::Unasked => return Ok(()),
        };
        self.proof.finish_with(md5, defects);
        Ok(())
    }
}

/// Where the MD5 of a file comes from whose columns are read in any order.
enum Md5Source {
    Lot(LotMember),
    Known([u8; 16]),
    Unasked,
}
