//! Fuzzes `stocktake_fuzz::ion`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stocktake_fuzz::ion(data));
