//! A row of `folders.parquet`.

/// One row of `folders.parquet`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderRow {
    /// The bucket.
    pub bucket: String,
    /// The folder's prefix.
    pub folder: String,
    /// Its area.
    pub area: String,
    /// Placeholder and value, in the template's order.
    pub captures: Vec<(String, String)>,
    /// Objects in it.
    pub objects: u64,
    /// Bytes in it.
    pub bytes: u64,
    /// The newest modification, in milliseconds UTC.
    pub newest: Option<i64>,
    /// Objects in it that a record names.
    pub referenced: u64,
    /// Whether a record covers it as a whole (or claims it).
    pub covered: bool,
    /// Orphans in it.
    pub orphans: u64,
    /// Their bytes.
    pub orphan_bytes: u64,
    /// Companion lists that nothing satisfies; `None` where none are asked for.
    pub missing_companions: Option<u32>,
    /// Findings about it and its objects.
    pub findings: u64,
}
