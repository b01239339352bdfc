//! What records refer to: extracted from exports, indexed by key, prefix and folder, asked once per object.

mod absorb;
mod attribute;
mod build;
mod clock;
pub mod declarations;
mod directory_filter;
pub mod extract;
pub mod fold;
pub mod index;
mod location;
mod mentions;
mod node;
pub mod records;
mod runs;
mod settle;
pub mod texts;

pub use declarations::Declarations;
pub use extract::{Extractor, RecordSink};
pub use index::BucketIndex;
pub use records::References;
