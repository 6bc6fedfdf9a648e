//! Workbooks and archives of offices, for as long as somebody lets it run.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lalian_tests::fuzz::workbook(bytes));
