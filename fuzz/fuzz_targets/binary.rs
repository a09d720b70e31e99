#![no_main]
use mst::format::binary::{FileHeader, HEADER_BYTES};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::AtomicU64;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let path = Path::new("a.mst");
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("space");
    let Ok(header) = FileHeader::read(path, &file) else { return };
    let decode = |edges: std::ops::Range<u64>| {
        let range = header.edge_range(edges.clone());
        let block = &bytes[range.start as usize..range.end as usize];
        let decoded = header.decode(path, block, edges.start, &AtomicU64::new(0));
        let (batches, loops) = decoded.map_err(|error| error.to_string())?;
        let edges = batches.iter().flat_map(|batch| {
            let id = |v: u32| batch.ids().map_or(v.into(), |ids| ids[v as usize]);
            batch.edges().iter().map(move |e| (id(e.u), id(e.v), e.key))
        });
        Ok::<_, String>((edges.collect::<Vec<_>>(), loops))
    };
    assert!(bytes.len() as u64 >= HEADER_BYTES);
    let halves = decode(0..header.m / 2).and_then(|(mut edges, loops)| {
        let (more, other) = decode(header.m / 2..header.m)?;
        edges.extend(more);
        Ok((edges, loops + other))
    });
    assert_eq!(decode(0..header.m), halves);
});
