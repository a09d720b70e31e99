#![no_main]
use mst::format::{Decimal, Format, Separator, TextOptions};

/// The endpoints of the edges without self-loops, with records split by the csv crate.
fn ends(bytes: &[u8], delimiter: u8) -> Vec<(u32, u32)> {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter);
    let records =
        builder.from_reader(bytes).into_byte_records().map(|record| record.expect("memory"));
    // A quote after blanks is a quote for us, but not for the crate.
    let id = |field: Option<&[u8]>| {
        std::str::from_utf8(field?).ok()?.trim().trim_matches('"').parse().ok()
    };
    let edges = records.filter_map(|record| Some((id(record.get(0))?, id(record.get(1))?)));
    edges.filter(|(u, v)| u != v).collect()
}

// A table that can be read has the same edges as the csv crate finds, whatever separates its
// columns.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for (separator, delimiter) in
        [(Separator::Comma, b','), (Separator::Semicolon, b';'), (Separator::Tab, b'\t')]
    {
        for decimal in Decimal::ALL {
            let options = TextOptions {
                columns: "1,2".parse().ok(),
                separator: Some(separator),
                decimal: Some(decimal),
                first_id: None,
            };
            let read = mst_fuzz::read("a.csv", Format::Text, &options, bytes);
            let is_plain =
                !bytes.iter().any(|byte| matches!(byte, b'#' | b'%' | b'\r')) && bytes.is_ascii();
            if let (Ok((_, _, _, edges)), true) = (read, is_plain) {
                let mut expected = ends(bytes, delimiter);
                // A line with n and m before the edges is not an edge.
                let found: Vec<_> = edges.iter().map(|edge| (edge.u, edge.v)).collect();
                if expected.len() > found.len() {
                    expected.remove(0);
                }
                assert_eq!(found, expected);
            }
        }
    }
});
