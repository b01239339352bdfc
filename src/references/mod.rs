//! What records refer to: extracted from exports, indexed by key, prefix and folder, asked once per object.

mod absorb;
pub mod addresses;
mod attribute;
mod build;
mod clock;
pub mod declarations;
mod deferred;
pub mod extract;
mod fillings;
pub mod fold;
mod folders;
pub mod hash_filter;
pub mod index;
mod location;
mod mentions;
mod node;
mod places;
mod prefixes;
mod queue;
pub mod records;
pub mod runs;
mod settle;
mod steps;
pub mod texts;
mod versions;

pub use addresses::{Addresses, PathStep};
pub use declarations::Declarations;
pub use extract::{Extractor, RecordSink};
pub use folders::CoveredFolder;
pub use index::BucketIndex;
pub use records::References;
