//! R: references between records and objects.

pub mod absent_reference;
pub mod archived_target;
pub mod dangling_reference;
pub mod deleted_target;
pub mod legacy_reference;
pub mod malformed_reference;
pub mod mismatched_name;
pub mod misplaced_reference;
pub mod orphan_object;
pub mod outside_reference;
pub mod over_broad_prefix;
pub mod shared_target;
pub mod undeclared_reference;
