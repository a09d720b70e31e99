#![no_main]
use mst::format::{Format, TextOptions};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = mst_fuzz::read("a.gr", Format::Dimacs, &TextOptions::default(), bytes);
});
