//! K: what any key must satisfy, whatever the layout.

pub mod case_collision;
pub mod denormalised_key;
pub mod empty_segment;
pub mod relative_segment;
pub mod unsafe_character;
