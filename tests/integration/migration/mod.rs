//! Migrations: what is planned, handed to AWS's engine, and proved.

mod apply;
mod completion_report;
mod contract;
mod doubted;
mod lambda;
mod old_places;
mod passed;
mod planned;
mod proof;
mod reference_updates;
mod state;
mod unlisted;
mod verified;
mod worlds;
