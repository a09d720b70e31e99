#![no_main]
use mst::format::{Format, TextOptions};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for columns in [None, "1,2".parse().ok(), "3,1,2".parse().ok(), "u,v".parse().ok()] {
        let options = TextOptions { columns, ..TextOptions::default() };
        let _ = mst_fuzz::read("a.txt", Format::Text, &options, bytes);
    }
});
