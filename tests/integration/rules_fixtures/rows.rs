//! `objects.csv`: a bucket as a small readable table.

use csv::{ReaderBuilder, StringRecord};
use stocktake::model::time::parse_rfc3339;

use crate::delivery::{Column, ObjectRow};

/// Names the columns that `objects.csv` may have.
const NAMES: &[&str] =
    &["key", "size", "last_modified", "storage_class", "access_tier", "version_id", "is_latest", "is_delete_marker"];

/// The columns of a delivery whose `objects.csv` lists no versions.
const COLUMNS: [Column; 6] = [
    Column::Bucket,
    Column::Key,
    Column::Size,
    Column::LastModifiedDate,
    Column::StorageClass,
    Column::IntelligentTieringAccessTier,
];

/// The rows, and the columns that deliver them. What the table does not say: 1,000 bytes, STANDARD, modified on 1
/// November 2026, latest, no delete marker.
pub(super) fn parse(text: &str) -> (Vec<ObjectRow>, Vec<Column>) {
    let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    for header in &headers {
        assert!(NAMES.contains(&header), "objects.csv has no column {header}");
    }
    let versions = [Column::VersionId, Column::IsLatest, Column::IsDeleteMarker];
    let lists_versions = headers.iter().any(|header| header == "is_latest");
    let columns = Column::ALL
        .iter()
        .copied()
        .filter(|column| COLUMNS.contains(column) || lists_versions && versions.contains(column))
        .collect();
    (reader.records().map(|record| row(&headers, &record.unwrap())).collect(), columns)
}

fn row(headers: &StringRecord, record: &StringRecord) -> ObjectRow {
    let cell = |name: &str| headers.iter().position(|header| header == name).map(|index| &record[index]);
    let text = |name: &str| cell(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let flag = |name: &str, otherwise: bool| cell(name).map_or(otherwise, |text| text.parse().unwrap());
    let modified = parse_rfc3339(cell("last_modified").unwrap_or("2026-11-01T00:00:00Z")).unwrap();
    let key = cell("key").unwrap();
    if flag("is_delete_marker", false) {
        let is_latest = flag("is_latest", true);
        return ObjectRow { is_latest, ..ObjectRow::delete_marker(key, cell("version_id").unwrap(), modified) };
    }
    let common = ObjectRow::new(key, cell("size").map_or(1_000, |size| size.parse().unwrap()), modified);
    ObjectRow {
        version_id: text("version_id"),
        is_latest: flag("is_latest", true),
        storage_class: text("storage_class").or(common.storage_class),
        access_tier: text("access_tier"),
        ..common
    }
}
