//! L: where the layout wants an object.

pub mod empty_object;
pub mod late_legacy_key;
pub mod legacy_key;
pub mod malformed_segment;
pub mod misplaced_area;
pub mod missing_companion;
pub mod missing_segment;
pub mod plural_folder;
pub mod undeclared_key;
