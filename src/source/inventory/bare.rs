//! Inventories without a manifest: data files alone, `symlink.txt`, and the JSON of `aws s3api list-…`. What they do not
//! say of themselves the user has to tell.

use std::sync::Arc;

use memchr::memmem;

use super::bare_parts::{first_bucket, listed_by_symlink, part_of, time_of_symlink};
use super::columns::{Column, ColumnSet};
use super::discover::{Delivery, Origin, Part};
use super::listing;
use super::manifest::{InventoryFormat, unknown};
use super::part::column_names;
use crate::model::Millis;
use crate::source::datafile::head;
use crate::source::error::SourceError;
use crate::source::input::{InputFile, ManifestPath};
use crate::source::place::Place;

/// What the user tells of inventories that do not say it themselves.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// The names of a CSV's columns, in their order, as `fileSchema` has them.
    pub schema: Option<Vec<String>>,
    /// The bucket that is listed.
    pub bucket: Option<String>,
    /// The bucket that is meant if neither the user nor the input names one.
    pub only_bucket: Option<String>,
    /// When the inventory was made, ms UTC.
    pub time: Option<Millis>,
}

/// What an input without a manifest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A data file alone.
    Data(InventoryFormat),
    /// A listing's JSON, with versions or without.
    Listing {
        /// Whether it was made by `list-object-versions`.
        versions: bool,
    },
    /// The list of data files that AWS makes for Hive.
    Symlink,
}

/// What a file is, by how it begins; `None` for what may be a manifest.
///
/// # Errors
///
/// What the system says.
pub(super) fn recognise(path: &Place, told: &Told) -> Result<Option<Kind>, SourceError> {
    let head = head(path)?;
    let name = path.names_upwards().first().map(|name| name.to_ascii_lowercase()).unwrap_or_default();
    let text = head.trim_ascii_start();
    Ok(match text {
        _ if head.starts_with(b"PAR1") => Some(Kind::Data(InventoryFormat::Parquet)),
        _ if head.starts_with(b"ORC") => Some(Kind::Data(InventoryFormat::Orc)),
        _ if text.starts_with(b"s3://") => Some(Kind::Symlink),
        [b'{' | b'[', ..] => with_versions(text).map(|versions| Kind::Listing { versions }),
        _ => format_of_name(&name)
            .or_else(|| (told.schema.is_some() && text.contains(&b',')).then_some(InventoryFormat::Csv))
            .map(Kind::Data),
    })
}

/// The format that a name's ending stands for.
pub(super) fn format_of_name(name: &str) -> Option<InventoryFormat> {
    let ends = |ending| name.ends_with(ending);
    match () {
        () if ends(".csv") || ends(".csv.gz") => Some(InventoryFormat::Csv),
        () if ends(".parquet") => Some(InventoryFormat::Parquet),
        () if ends(".orc") => Some(InventoryFormat::Orc),
        () => None,
    }
}

/// Whether the front of a JSON text is that of a listing with versions, or of one without; `None` for anything else.
fn with_versions(text: &[u8]) -> Option<bool> {
    let names = |name: &str| {
        let quoted = format!("\"{name}\"");
        let mut found = memmem::find_iter(text, quoted.as_bytes());
        // The same word may be a value.
        found.any(|at| text[at + quoted.len()..].trim_ascii_start().starts_with(b":"))
    };
    let objects = text.starts_with(b"[") && names("Key");
    match () {
        () if names("sourceBucket") || names("exportArn") => None,
        () if names("Versions") || names("DeleteMarkers") || (objects && names("IsLatest")) => Some(true),
        () if names("Contents") || names("RequestCharged") || objects => Some(false),
        () => None,
    }
}

/// A file with what it is.
#[derive(Debug)]
pub(super) struct Bare {
    from: ManifestPath,
    kind: Kind,
}

impl Bare {
    /// A file that was recognised.
    pub(super) fn new(from: ManifestPath, kind: Kind) -> Self {
        Self { from, kind }
    }

    fn read(self, told: &Told) -> Result<Delivery, SourceError> {
        let (path, name) = (self.from.path.clone(), self.from.name());
        let mut defects = Vec::new();
        let (format, origin, parts) = match self.kind {
            Kind::Data(format) => (format, Origin::File, vec![part_of(name.clone(), &path)?]),
            Kind::Listing { .. } => (InventoryFormat::Listing, Origin::Listing, vec![part_of(name.clone(), &path)?]),
            Kind::Symlink => {
                let (format, parts) = listed_by_symlink(&self.from, &mut defects)?;
                (format, Origin::Symlink, parts)
            }
        };
        let first = parts.iter().find_map(|part| part.path.clone());
        let names = match (self.kind, format) {
            (Kind::Listing { versions }, _) => {
                let columns = listing::OBJECTS.iter().chain(if versions { listing::VERSIONS } else { &[] });
                columns.map(|column| column.aws_name().to_owned()).collect()
            }
            (_, InventoryFormat::Csv) => {
                let schema = told.schema.clone().ok_or_else(|| SourceError::NoSchema { path: path.clone() })?;
                if !schema.iter().any(|name| Column::named(name) == Some(Column::Key)) {
                    return Err(SourceError::SchemaWithoutKey { path });
                }
                schema
            }
            _ => first.as_ref().and_then(|path| column_names(format, path)).unwrap_or_default(),
        };
        let from_first = || first.as_ref().and_then(|path| first_bucket(format, path, &names));
        let bucket = told.bucket.clone().or_else(from_first).or_else(|| told.only_bucket.clone());
        let created_at = told.time.or_else(|| time_of_symlink(&path).filter(|_| origin == Origin::Symlink));
        // A part that is read for itself may have other columns than the first one.
        let of_parts =
            || parts.iter().filter_map(|part| Some(columns_named(&column_names(format, part.path.as_ref()?)?)));
        let columns = of_parts().fold(columns_named(&names), |all, more| all.iter().chain(more.iter()).collect());
        let columns_of_each = of_parts().fold(columns_named(&names), ColumnSet::and);
        Ok(Delivery {
            bucket: bucket.ok_or(SourceError::NoBucket { path: path.clone() })?,
            destination: String::new(),
            configuration: None,
            created_at,
            format,
            origin,
            columns,
            columns_of_each,
            unknown_columns: unknown(&names),
            manifest: InputFile::of_files(&[(name, path.clone())])?,
            parts,
            path,
            verified: false,
            defects,
            columns_listed: names,
            keys_seen: Arc::default(),
        })
    }
}

fn columns_named(names: &[String]) -> ColumnSet {
    names.iter().filter_map(|name| Column::named(name)).collect()
}

/// The deliveries that files without a manifest make: those of one bucket and one format are the parts of one.
///
/// # Errors
///
/// A file that lacks what only the user can tell, and what the system says.
pub(super) fn deliveries(files: Vec<Bare>, told: &Told) -> Result<Vec<Delivery>, SourceError> {
    let mut deliveries: Vec<Delivery> = Vec::new();
    for file in files {
        let read = file.read(told)?;
        let same = |known: &&mut Delivery| {
            known.origin == read.origin && (&known.bucket, known.format) == (&read.bucket, read.format)
        };
        match deliveries.iter_mut().find(same) {
            Some(known) => join(known, read)?,
            None => deliveries.push(read),
        }
    }
    Ok(deliveries)
}

fn join(known: &mut Delivery, more: Delivery) -> Result<(), SourceError> {
    known.parts.extend(more.parts);
    known.defects.extend(more.defects);
    known.columns_of_each = known.columns_of_each.and(more.columns_of_each);
    known.columns = known.columns.iter().chain(more.columns.iter()).collect::<ColumnSet>();
    for name in more.unknown_columns {
        if !known.unknown_columns.contains(&name) {
            known.unknown_columns.push(name);
        }
    }
    for name in more.columns_listed {
        if !known.columns_listed.contains(&name) {
            known.columns_listed.push(name);
        }
    }
    let files: Vec<_> =
        known.parts.iter().filter_map(|part: &Part| Some((part.file.clone(), part.path.clone()?))).collect();
    known.manifest = InputFile::of_files(&files)?;
    Ok(())
}
