#![no_main]
use mst::format::{Compression, Format, Preamble, Stream, TextOptions, compressed};
use std::io::Write;
use std::path::Path;

/// The graph in a file, read in blocks of at least `at_least` bytes.
fn graph(path: &Path, at_least: usize) -> mst_fuzz::Outcome {
    let read = || {
        let mut stream = Stream::open(path)?;
        let format = Format::detect(path, stream.head()?)?;
        if format == Format::Binary {
            return Err(mst::Error::usage("--format", "binary"));
        }
        let preamble = Preamble::read(path, format, &TextOptions::default(), &mut stream)?;
        let mut stream = Stream::open_at(path, preamble.body)?;
        let mut blocks = Vec::new();
        while let Some(block) = stream.next_block(at_least, 1 << 20)? {
            blocks.push(block);
        }
        Ok((preamble, blocks))
    };
    let (preamble, blocks) = read().map_err(|error: mst::Error| error.to_string())?;
    let blocks: Vec<_> = blocks.iter().map(Vec::as_slice).collect();
    mst_fuzz::graph(path, &preamble, &blocks)
}

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(bytes).expect("space");
    file
}

// Reads the bytes as they are, which may be compressed, and compressed by this code.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let raw = file(bytes);
    assert_eq!(graph(raw.path(), 7), graph(raw.path(), usize::MAX));
    if Compression::of(bytes).is_some() {
        return;
    }
    for name in ["a.gz", "a.zst"] {
        let mut writer = compressed(Path::new(name), Vec::new()).expect("memory");
        writer.write_all(bytes).expect("memory");
        let packed = file(&writer.finish().expect("memory"));
        assert_eq!(graph(packed.path(), 1).ok(), graph(raw.path(), usize::MAX).ok());
    }
});
