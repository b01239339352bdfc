//! Migrations: a plan made of inventories and exports.

mod files;
mod listed;
mod meeting;
mod placing;
mod planning;
mod prefixes;
mod record;
mod rewriting;
mod rows;
mod scan;
mod wishes;

pub use files::PlanSink;
pub use planning::{PlanRequest, Planned, plan};
