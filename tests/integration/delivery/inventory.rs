//! An S3 Inventory delivery: parts, manifest, checksum and symlink file, at the keys that AWS gives them.

use std::path::{Path, PathBuf};

use stocktake::model::Millis;

use super::columns::{Column, ObjectRow};
use super::{Files, csv, format_time, hex, md5, orc, parquet, uuid};

/// The formats that can be written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// gzip CSV.
    Csv,
    /// Parquet.
    Parquet,
    /// ORC.
    Orc,
}

impl Format {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Csv, Self::Parquet, Self::Orc];

    /// As a manifest names it, and how part files end.
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Csv => ("CSV", "csv.gz"),
            Self::Parquet => ("Parquet", "parquet"),
            Self::Orc => ("ORC", "orc"),
        }
    }
}

/// What one delivery says of itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inventory<'a> {
    /// The bucket that was listed.
    pub(crate) bucket: &'a str,
    /// The bucket that the delivery went to.
    pub(crate) destination: &'a str,
    /// The configuration's name.
    pub(crate) configuration: &'a str,
    /// When the listing began; milliseconds, UTC.
    pub(crate) created_at: Millis,
    /// The format of the parts.
    pub(crate) format: Format,
    /// The columns, in AWS's order.
    pub(crate) columns: &'a [Column],
}

/// One part, and what the manifest will state of it: a test may break either.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Its key in the destination bucket.
    pub(crate) key: String,
    /// Its bytes; `None` if it is listed and not there.
    pub(crate) bytes: Option<Vec<u8>>,
    /// The size stated, in bytes.
    pub(crate) size: usize,
    /// The MD5 stated, in hex.
    pub(crate) md5: String,
}

impl Part {
    /// Gives the part other bytes, and states them rightly.
    pub(crate) fn replace(&mut self, bytes: Vec<u8>) {
        self.size = bytes.len();
        self.md5 = hex(&md5(&bytes));
        self.bytes = Some(bytes);
    }
}

impl<'a> Inventory<'a> {
    /// A delivery of the configuration `nightly`.
    pub(crate) const fn nightly(bucket: &'a str, created_at: Millis, format: Format, columns: &'a [Column]) -> Self {
        Self { bucket, destination: "audit-deliveries", configuration: "nightly", created_at, format, columns }
    }

    /// The part with this number, from 0.
    pub(crate) fn part(&self, number: usize, rows: &[ObjectRow]) -> Part {
        let bytes = match self.format {
            Format::Csv => csv::encode(self.bucket, rows, self.columns),
            Format::Parquet => parquet::encode(self.bucket, rows, self.columns),
            Format::Orc => orc::encode(self.bucket, rows, self.columns),
        };
        self.part_of(number, bytes)
    }

    /// A part of CSV rows as they stand in `text`.
    pub(crate) fn part_of_text(&self, number: usize, text: &str) -> Part {
        self.part_of(number, csv::compress(text))
    }

    fn part_of(&self, number: usize, bytes: Vec<u8>) -> Part {
        let (name, ending) = self.format.names();
        let id = uuid(&format!("{} {} {} {name} {number}", self.bucket, self.configuration, self.created_at));
        let key = format!("{}/{}/data/{id}.{ending}", self.bucket, self.configuration);
        let mut part = Part { key, bytes: None, size: 0, md5: String::new() };
        part.replace(bytes);
        part
    }

    /// The folder of the manifest.
    pub(crate) fn folder(&self) -> String {
        let time = format_time(self.created_at, "%Y-%m-%dT%H-%MZ");
        format!("{}/{}/{time}", self.bucket, self.configuration)
    }

    /// `manifest.json`, byte for byte as Jackson prints it.
    fn manifest(&self, parts: &[Part]) -> String {
        let (format, _) = self.format.names();
        let schema = match self.format {
            Format::Csv => self.columns.iter().map(|column| column.name()).collect::<Vec<_>>().join(", "),
            Format::Parquet => parquet::schema(self.columns),
            Format::Orc => orc::schema(self.columns),
        };
        let part = |part: &Part| {
            let Part { key, size, md5, .. } = part;
            format!("{{\n    \"key\" : \"{key}\",\n    \"size\" : {size},\n    \"MD5checksum\" : \"{md5}\"\n  }}")
        };
        let files = match parts {
            [] => "[ ]".to_owned(),
            _ => format!("[ {} ]", parts.iter().map(part).collect::<Vec<_>>().join(", ")),
        };
        let fields = [
            ("sourceBucket", format!("\"{}\"", self.bucket)),
            ("destinationBucket", format!("\"arn:aws:s3:::{}\"", self.destination)),
            ("version", "\"2016-11-30\"".to_owned()),
            ("creationTimestamp", format!("\"{}\"", self.created_at)),
            ("fileFormat", format!("\"{format}\"")),
            ("fileSchema", format!("\"{schema}\"")),
            ("files", files),
        ];
        format!("{{\n{}\n}}", fields.map(|(name, value)| format!("  \"{name}\" : {value}")).join(",\n"))
    }

    /// Every file of the delivery, with these parts.
    pub(crate) fn seal(&self, parts: &[Part]) -> Files {
        let mut files = Files::default();
        for part in parts {
            if let Some(bytes) = &part.bytes {
                files.insert(&part.key, bytes.as_slice());
            }
        }
        let manifest = self.manifest(parts);
        files.insert(format!("{}/manifest.checksum", self.folder()), format!("{}\n", hex(&md5(manifest.as_bytes()))));
        files.insert(format!("{}/manifest.json", self.folder()), manifest);
        let time = format_time(self.created_at, "%Y-%m-%d-%H-%M");
        let links: Vec<String> = parts.iter().map(|part| format!("s3://{}/{}", self.destination, part.key)).collect();
        let symlink = format!("{}/{}/hive/dt={time}/symlink.txt", self.bucket, self.configuration);
        files.insert(symlink, links.join("\n"));
        files
    }

    /// Every file of the delivery, one part for each list of rows.
    pub(crate) fn files(&self, parts: &[Vec<ObjectRow>]) -> Files {
        let parts: Vec<Part> = parts.iter().enumerate().map(|(number, rows)| self.part(number, rows)).collect();
        self.seal(&parts)
    }
}

/// Writes a delivery of `parts` below `dir` and gives the folder of its manifest.
pub(crate) fn write_inventory(
    dir: &Path,
    bucket: &str,
    created_at: Millis,
    parts: &[Vec<ObjectRow>],
    format: Format,
    columns: &[Column],
) -> PathBuf {
    let inventory = Inventory::nightly(bucket, created_at, format, columns);
    inventory.files(parts).write(dir);
    dir.join(inventory.folder())
}
