//! Fuzzes `stocktake_fuzz::dynamodb_json`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stocktake_fuzz::dynamodb_json(data));
