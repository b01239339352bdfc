//! The rules: their registry, what each check finds, how findings read, and how severities are settled.

mod inputs;
mod objects;
mod records;
mod registry;
mod severities;
mod shown;
mod wording;
