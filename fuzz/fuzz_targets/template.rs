//! Fuzzes `stocktake_fuzz::template`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stocktake_fuzz::template(data));
