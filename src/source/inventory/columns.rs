//! The columns of an inventory: AWS's names for them, and ours for what every format is read into.

macro_rules! columns {
    ($($(#[$meta:meta])* $variant:ident = $name:literal, $csv:literal;)+) => {
        /// A canonical column: what every format is read into.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column { $($(#[$meta])* $variant),+ }

        impl Column {
            /// Every column, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What AWS calls it in `fileSchema` of a CSV inventory.
            pub const fn aws_name(self) -> &'static str {
                match self { $(Self::$variant => $csv),+ }
            }
        }
    };
}

columns! {
    /// The key, decoded: valid UTF-8 of 1 to 1,024 bytes, never null.
    Key = "key", "Key";
    /// Bytes; null for delete markers.
    Size = "size", "Size";
    /// When it was written, ms UTC.
    LastModified = "last_modified", "LastModifiedDate";
    /// The version; null for the null version.
    VersionId = "version_id", "VersionId";
    /// Whether this is the key's latest version; null where only those are listed.
    IsLatest = "is_latest", "IsLatest";
    /// Whether this is a delete marker; null where none is listed.
    IsDeleteMarker = "is_delete_marker", "IsDeleteMarker";
    /// The ETag without quotes.
    ETag = "e_tag", "ETag";
    /// `STANDARD`, `GLACIER`, …
    StorageClass = "storage_class", "StorageClass";
    /// `SSE-S3`, `SSE-KMS`, …
    EncryptionStatus = "encryption_status", "EncryptionStatus";
    /// `FREQUENT`, `ARCHIVE`, …: objects in `INTELLIGENT_TIERING` only.
    AccessTier = "access_tier", "IntelligentTieringAccessTier";
    /// `GOVERNANCE` or `COMPLIANCE`, where the object is locked.
    ObjectLockMode = "object_lock_mode", "ObjectLockMode";
    /// `ON` under a legal hold.
    LegalHold = "object_lock_legal_hold_status", "ObjectLockLegalHoldStatus";
    /// When a lifecycle rule takes it away, ms UTC.
    LifecycleExpiration = "lifecycle_expiration_date", "LifecycleExpirationDate";
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Key,
    Integer,
    Time,
    Flag,
    Text,
}

/// AWS's columns that no check asks for, as [`folded`] writes them.
const OTHER: &[&str] = &[
    "bucket",
    "ismultipartuploaded",
    "multipartuploaded",
    "replicationstatus",
    "objectlockretainuntildate",
    "objectlockeventholdstatus",
    "objectlockeventholdduration",
    "intelligenttieringreferencedate",
    "bucketkeystatus",
    "checksumalgorithm",
    "objectaccesscontrollist",
    "objectowner",
    // S3 Metadata tables.
    "sequencenumber",
    "recordtype",
    "recordtimestamp",
    "ismultipart",
    "isbucketkeyenabled",
    "kmskeyarn",
    "objecttags",
    "usermetadata",
    "requester",
    "sourceipaddress",
    "requestid",
    // Tencent COS.
    "appid",
    "tag",
    "crc64",
];

/// What others call a column of ours, as [`folded`] writes it.
const ALIASES: &[(&str, Column)] = &[("deletemarker", Column::IsDeleteMarker)];

impl Column {
    /// The column of a name in any of AWS's spellings: `LastModifiedDate`, `last_modified_date`.
    pub fn named(name: &str) -> Option<Self> {
        let folded = folded(name);
        let ours = Self::ALL.iter().copied().find(|column| column.aws_name().to_ascii_lowercase() == folded);
        ours.or_else(|| ALIASES.iter().find(|(alias, _)| *alias == folded).map(|(_, column)| *column))
    }

    /// Whether it is a text of so few values that most rows have that of the row before.
    pub(super) const fn is_steady(self) -> bool {
        matches!(
            self,
            Self::StorageClass | Self::EncryptionStatus | Self::AccessTier | Self::ObjectLockMode | Self::LegalHold
        )
    }

    pub(super) const fn shape(self) -> Shape {
        match self {
            Self::Key => Shape::Key,
            Self::Size => Shape::Integer,
            Self::LastModified | Self::LifecycleExpiration => Shape::Time,
            Self::IsLatest | Self::IsDeleteMarker => Shape::Flag,
            Self::VersionId
            | Self::ETag
            | Self::StorageClass
            | Self::EncryptionStatus
            | Self::AccessTier
            | Self::ObjectLockMode
            | Self::LegalHold => Shape::Text,
        }
    }
}

/// Whether this is the column that names the bucket.
pub(super) fn is_bucket(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case("bucket")
}

/// Whether AWS is known to write a column of this name.
pub(super) fn is_known(name: &str) -> bool {
    Column::named(name).is_some() || OTHER.contains(&folded(name).as_str())
}

fn folded(name: &str) -> String {
    name.trim().chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase()).collect()
}

/// A set of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ColumnSet(u16);

impl ColumnSet {
    /// Every column.
    pub const ALL: Self = Self((1 << Column::ALL.len()) - 1);

    /// Whether a column is in the set.
    pub const fn contains(self, column: Column) -> bool {
        self.0 & (1 << column as u16) != 0
    }

    /// The set with one more column.
    #[must_use]
    pub const fn with(self, column: Column) -> Self {
        Self(self.0 | 1 << column as u16)
    }

    /// The columns in both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Its columns, in their order.
    pub fn iter(self) -> impl Iterator<Item = Column> {
        Column::ALL.iter().copied().filter(move |column| self.contains(*column))
    }
}

impl FromIterator<Column> for ColumnSet {
    fn from_iter<I: IntoIterator<Item = Column>>(columns: I) -> Self {
        columns.into_iter().fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::{Column, Shape, is_known};

    /// Whoever knows a row's tail knows where its values stand, and no more of them.
    #[test]
    fn what_is_steady_is_a_text() {
        assert!(Column::ALL.iter().filter(|column| column.is_steady()).all(|column| column.shape() == Shape::Text));
    }

    #[test]
    fn both_spellings_of_a_name_mean_one_column() {
        for (name, column) in [
            ("LastModifiedDate", Some(Column::LastModified)),
            ("last_modified_date", Some(Column::LastModified)),
            (" ETag", Some(Column::ETag)),
            ("e_tag", Some(Column::ETag)),
            ("IntelligentTieringAccessTier", Some(Column::AccessTier)),
            ("KEY", Some(Column::Key)),
            ("Bucket", None),
            ("ObjectOwner", None),
            ("Colour", None),
        ] {
            assert_eq!(Column::named(name), column, "{name}");
        }
        assert!(is_known("object_owner") && is_known("bucket") && !is_known("Colour"));
    }
}
