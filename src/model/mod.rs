//! Plain data that every other module may name: no I/O, no clock, no command line.

pub mod bytes;
pub mod class;
pub mod defect;
pub mod error;
pub mod finding;
pub mod item_name;
pub mod key;
pub mod limit;
pub mod place;
pub mod rule;
pub mod severity;
pub mod suggest;
pub mod time;
pub mod uri;

pub use class::{KeyClass, Outcome, ReferenceClass};
pub use defect::{SourceDefect, SourceProblem};
pub use error::UserError;
pub use finding::{Finding, Subject};
pub use limit::Limit;
pub use place::Place;
pub use rule::{Family, Needs, RuleMeta};
pub use severity::{Phase, Severity, Verdict};
pub use time::Millis;
