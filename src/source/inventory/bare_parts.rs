//! The parts of inventories without a manifest, and what little they say of themselves.

use super::bare::format_of_name;
use super::columns::is_bucket;
use super::csv_general::{Cut, GeneralCutter};
use super::discover::Part;
use super::manifest::InventoryFormat;
use super::part;
use crate::model::{Millis, SourceDefect, time};
use crate::source::datafile::head;
use crate::source::error::SourceError;
use crate::source::input::{self, ManifestPath};
use crate::source::locate::{Locator, Twice};
use crate::source::place::Place;
use crate::source::store;

/// A file that is a part by itself: nothing states its size or its MD5.
pub(super) fn part_of(name: String, path: &Place) -> Result<Part, SourceError> {
    let (_, size) = store::open(path)?;
    Ok(Part { file: name, path: Some(path.to_owned()), looked: Vec::new(), stated_size: size, stated_md5: None })
}

/// The parts that a `symlink.txt` names, one `s3://BUCKET/KEY` a line, and their format. One that is named twice is told.
///
/// # Errors
///
/// A file that is none, or that names files of no known format or of several.
pub(super) fn listed_by_symlink(
    from: &ManifestPath,
    defects: &mut Vec<SourceDefect>,
) -> Result<(InventoryFormat, Vec<Part>), SourceError> {
    let path = || from.path.clone();
    let content = String::from_utf8(input::read(&from.path)?).map_err(|_| SourceError::NotSymlink { path: path() })?;
    let mut locator = Locator::new(&from.root, &from.path);
    let (mut format, mut parts, mut twice) = (None, Vec::new(), Twice::default());
    for line in content.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let key = line.strip_prefix("s3://").and_then(|rest| Some(rest.split_once('/')?.1));
        let key = key.ok_or_else(|| SourceError::NotSymlink { path: path() })?;
        let named = format_of_name(&key.to_ascii_lowercase());
        match (format, named) {
            (_, None) => return Err(SourceError::NotSymlink { path: path() }),
            (Some(known), Some(other)) if known != other => return Err(SourceError::NotSymlink { path: path() }),
            _ => format = named,
        }
        let found = match locator.find(key) {
            Ok(path) => match part_of(key.to_owned(), &path) {
                Ok(part) => Ok(part),
                Err(error) => Err(store::missing(&path, error)?),
            },
            Err(looked) => Err(looked),
        };
        let part = found.unwrap_or_else(|looked| Part {
            file: key.to_owned(),
            path: None,
            looked,
            stated_size: 0,
            stated_md5: None,
        });
        match twice.defect(key, part.path.as_ref()) {
            None => parts.push(part),
            // Its rows count once.
            Some(defect) => defects.push(defect),
        }
    }
    let format = format.ok_or_else(|| SourceError::NotSymlink { path: path() })?;
    Ok((format, parts))
}

/// The time that AWS wrote into the folder of a `symlink.txt`: `dt=2026-11-22-01-00`.
pub(super) fn time_of_symlink(path: &Place) -> Option<Millis> {
    let folder = path.names_upwards().get(1)?.strip_prefix("dt=")?;
    let [year, month, day, hour, minute] = folder.split('-').collect::<Vec<_>>().try_into().ok()?;
    time::parse_rfc3339(&format!("{year}-{month}-{day}T{hour}:{minute}:00Z"))
}

/// The bucket that the first row of a file names.
pub(super) fn first_bucket(format: InventoryFormat, path: &Place, columns: &[String]) -> Option<String> {
    let bucket = match format {
        InventoryFormat::Csv => {
            let field = columns.iter().position(|name| is_bucket(name))?;
            let head = head(path).ok()?;
            let mut cutter = GeneralCutter::new();
            let Cut::Record(_) = cutter.cut(&head, true) else { return None };
            if field >= cutter.len() {
                return None;
            }
            cutter.span(field).of(cutter.text()).to_vec()
        }
        InventoryFormat::Listing => return None,
        InventoryFormat::Parquet | InventoryFormat::Orc => part::first_bucket(format, path)?,
    };
    String::from_utf8(bucket).ok().filter(|bucket| !bucket.is_empty())
}
