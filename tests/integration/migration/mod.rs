//! Migrations: what is planned, handed to AWS's engine, and proved.

mod completion_report;
mod lambda;
mod planned;
mod reference_updates;
mod state;
