#![no_main]
use mst::format::Format;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = mst_fuzz::read("a.txt", Format::Text, None, bytes);
    let _ = mst_fuzz::read("a.csv", Format::Text, None, bytes);
    for columns in ["1,2", "3,1,2"] {
        let _ = mst_fuzz::read("a.txt", Format::Text, columns.parse().ok(), bytes);
    }
});
