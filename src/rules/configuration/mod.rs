//! C: what is wrong with the configuration's exceptions and with records' times.

pub mod expired_exception;
pub mod implausible_time;
pub mod stale_baseline;
pub mod unused_exception;
