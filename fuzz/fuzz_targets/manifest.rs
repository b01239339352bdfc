//! Fuzzes `stocktake_fuzz::manifest`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stocktake_fuzz::manifest(data));
