//! Migrations: a plan made of inventories and exports, and the proof of what became of it.

pub(in crate::audit) mod concluding;
mod files;
mod foreign;
mod late;
pub(in crate::audit) mod listed;
mod manifests;
mod meeting;
pub(in crate::audit) mod pairing;
mod placing;
mod planning;
mod prefixes;
mod proof;
mod proving;
mod record;
mod rewriting;
mod rows;
mod scan;
mod settling;
pub(in crate::audit) mod sides;
mod stale;
pub(in crate::audit) mod verifying;
mod wishes;

/// What a proof judges, as selectors: the rules of migrations, and late writers.
pub const JUDGED: [&str; 2] = ["M", "L209"];

pub use files::PlanSink;
pub use planning::{PlanRequest, Planned, plan};
pub use verifying::{Report, ReportKind, VerifyRequest, verify};
