#![no_main]
use mst::format::Format;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = mst_fuzz::read("a.mtx", Format::MatrixMarket, None, bytes);
});
