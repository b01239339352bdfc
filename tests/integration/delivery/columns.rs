//! One row of an inventory, and the columns in which a delivery states it: one table for CSV, Parquet and manifest.

use stocktake::model::Millis;

/// One version of an object, or a delete marker. `None` is an empty field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ObjectRow {
    /// The key, not encoded.
    pub(crate) key: String,
    /// `None` is the null version.
    pub(crate) version_id: Option<String>,
    /// Whether it is the latest version of its key.
    pub(crate) is_latest: bool,
    /// Whether it is a delete marker.
    pub(crate) is_delete_marker: bool,
    /// Bytes.
    pub(crate) size: Option<u64>,
    /// Milliseconds, UTC.
    pub(crate) last_modified: Option<Millis>,
    /// Without quotes.
    pub(crate) e_tag: Option<String>,
    /// `STANDARD`, `GLACIER`, …
    pub(crate) storage_class: Option<String>,
    /// `SSE-S3`, `SSE-KMS`, …
    pub(crate) encryption_status: Option<String>,
    /// `FREQUENT`, `ARCHIVE`, …; in INTELLIGENT_TIERING only.
    pub(crate) access_tier: Option<String>,
    /// When a lifecycle rule will take it away; milliseconds, UTC.
    pub(crate) lifecycle_expiration: Option<Millis>,
    /// `On` or `Off`.
    pub(crate) legal_hold: Option<String>,
}

impl ObjectRow {
    /// The only version of a common object: STANDARD, SSE-S3, its ETag an MD5.
    pub(crate) fn new(key: impl Into<String>, size: u64, last_modified: Millis) -> Self {
        let key = key.into();
        Self {
            e_tag: Some(super::digest(&key)),
            key,
            is_latest: true,
            size: Some(size),
            last_modified: Some(last_modified),
            storage_class: Some("STANDARD".to_owned()),
            encryption_status: Some("SSE-S3".to_owned()),
            ..Self::default()
        }
    }

    /// A delete marker that is the latest version of its key.
    pub(crate) fn delete_marker(key: impl Into<String>, version_id: &str, last_modified: Millis) -> Self {
        Self {
            key: key.into(),
            version_id: Some(version_id.to_owned()),
            is_latest: true,
            is_delete_marker: true,
            last_modified: Some(last_modified),
            ..Self::default()
        }
    }
}

/// A value of a row, by the type of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A string.
    Text(Option<&'a str>),
    /// A boolean.
    Flag(Option<bool>),
    /// A number of bytes.
    Number(Option<u64>),
    /// A time in milliseconds, UTC.
    Time(Option<Millis>),
}

macro_rules! columns {
    ($($column:ident, $name:literal, $declaration:literal, |$bucket:ident, $row:ident| $value:expr;)+) => {
        /// A column of an inventory.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Column { $($column),+ }

        impl Column {
            /// Every column, in the order that AWS keeps whatever subset is asked for.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$column),+];

            /// Its name in the `fileSchema` of a CSV delivery.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$column => $name),+ }
            }

            /// Its declaration in the schema of a Parquet delivery.
            pub(super) const fn declaration(self) -> &'static str {
                match self { $(Self::$column => $declaration),+ }
            }

            /// What `row` of `bucket` has in it.
            pub(super) fn value<'a>(self, bucket: &'a str, row: &'a ObjectRow) -> Value<'a> {
                match self { $(Self::$column => { let ($bucket, $row) = (bucket, row); $value })+ }
            }
        }
    };
}

columns! {
    Bucket, "Bucket", "required binary bucket (STRING)", |bucket, _row| Value::Text(Some(bucket));
    Key, "Key", "required binary key (STRING)", |_bucket, row| Value::Text(Some(&row.key));
    VersionId, "VersionId", "optional binary version_id (STRING)",
        |_bucket, row| Value::Text(row.version_id.as_deref());
    IsLatest, "IsLatest", "optional boolean is_latest", |_bucket, row| Value::Flag(Some(row.is_latest));
    IsDeleteMarker, "IsDeleteMarker", "optional boolean is_delete_marker",
        |_bucket, row| Value::Flag(Some(row.is_delete_marker));
    Size, "Size", "optional int64 size", |_bucket, row| Value::Number(row.size);
    LastModifiedDate, "LastModifiedDate", "optional int64 last_modified_date (TIMESTAMP(MILLIS,true))",
        |_bucket, row| Value::Time(row.last_modified);
    ETag, "ETag", "optional binary e_tag (STRING)", |_bucket, row| Value::Text(row.e_tag.as_deref());
    StorageClass, "StorageClass", "optional binary storage_class (STRING)",
        |_bucket, row| Value::Text(row.storage_class.as_deref());
    IsMultipartUploaded, "IsMultipartUploaded", "optional boolean is_multipart_uploaded",
        |_bucket, row| Value::Flag(row.e_tag.as_deref().map(|e_tag| e_tag.contains('-')));
    ReplicationStatus, "ReplicationStatus", "optional binary replication_status (STRING)",
        |_bucket, _row| Value::Text(None);
    EncryptionStatus, "EncryptionStatus", "optional binary encryption_status (STRING)",
        |_bucket, row| Value::Text(row.encryption_status.as_deref());
    ObjectLockRetainUntilDate, "ObjectLockRetainUntilDate",
        "optional int64 object_lock_retain_until_date (TIMESTAMP(MILLIS,true))", |_bucket, _row| Value::Time(None);
    ObjectLockMode, "ObjectLockMode", "optional binary object_lock_mode (STRING)", |_bucket, _row| Value::Text(None);
    ObjectLockLegalHoldStatus, "ObjectLockLegalHoldStatus", "optional binary object_lock_legal_hold_status (STRING)",
        |_bucket, row| Value::Text(row.legal_hold.as_deref());
    IntelligentTieringAccessTier, "IntelligentTieringAccessTier",
        "optional binary intelligent_tiering_access_tier (STRING)",
        |_bucket, row| Value::Text(row.access_tier.as_deref());
    BucketKeyStatus, "BucketKeyStatus", "optional binary bucket_key_status (STRING)",
        |_bucket, _row| Value::Text(Some("DISABLED"));
    ChecksumAlgorithm, "ChecksumAlgorithm", "optional binary checksum_algorithm (STRING)",
        |_bucket, _row| Value::Text(None);
    LifecycleExpirationDate, "LifecycleExpirationDate",
        "optional int64 lifecycle_expiration_date (TIMESTAMP(MILLIS,true))",
        |_bucket, row| Value::Time(row.lifecycle_expiration);
}

impl Column {
    /// The columns without those of versions: what a configuration with current versions only delivers.
    pub(crate) fn current() -> Vec<Self> {
        let versions = [Self::VersionId, Self::IsLatest, Self::IsDeleteMarker];
        Self::ALL.iter().copied().filter(|column| !versions.contains(column)).collect()
    }
}
