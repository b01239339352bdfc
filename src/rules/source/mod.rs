//! S: the inputs are judged before the bucket.

pub mod absent_column;
pub mod absent_source;
pub mod checksum_mismatch;
pub mod count_mismatch;
pub mod duplicate_listing;
pub mod implausible_mapping;
pub mod missing_part;
pub mod partial_export;
pub mod rejected_row;
pub mod skewed_sources;
pub mod stale_source;
pub mod unreadable_part;
pub mod unverified_manifest;
