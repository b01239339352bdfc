//! M: what a migration lost, altered or left behind.

pub mod altered_object;
pub mod broken_legacy_reference;
pub mod colliding_target;
pub mod irreversible_move;
pub mod lingering_source;
pub mod lost_object;
pub mod unmapped_key;
pub mod unmigrated_reference;
pub mod unplanned_object;
