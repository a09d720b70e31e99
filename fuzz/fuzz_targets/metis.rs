#![no_main]
use mst::format::{Format, TextOptions};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = mst_fuzz::read("a.graph", Format::Metis, &TextOptions::default(), bytes);
});
