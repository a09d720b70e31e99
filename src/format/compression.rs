//! How files are compressed, by their first bytes or by their names.

use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use lzma_rust2::XzReader;
use std::io::{self, BufRead, Read, Write};
use std::path::Path;

/// The most memory that an xz file may ask for, KiB. `xz -9` asks for 64 MiB.
pub(super) const XZ_MEMORY: u32 = 1 << 18;

/// A way to compress a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// RFC 1952: members one after the other, and zeros behind the last one.
    Gzip,
    /// RFC 8878: frames one after the other.
    Zstd,
    /// The XZ file format 1.2: streams one after the other.
    Xz,
    /// Blocks of at most 900 kB; several files one after the other.
    Bzip2,
}

impl Compression {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Gzip, Self::Zstd, Self::Xz, Self::Bzip2];

    /// The ending of a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Gzip => "gz",
            Self::Zstd => "zst",
            Self::Xz => "xz",
            Self::Bzip2 => "bz2",
        }
    }

    /// How a file is compressed that begins with `head`; `None` if it is not.
    pub fn of(head: &[u8]) -> Option<Self> {
        let mark = |way: &Self| match way {
            Self::Gzip => &b"\x1f\x8b"[..],
            Self::Zstd => b"\x28\xb5\x2f\xfd",
            Self::Xz => b"\xfd7zXZ\0",
            Self::Bzip2 => b"BZh",
        };
        Self::ALL.into_iter().find(|way| {
            // A text may begin with these letters, but not with the size of blocks behind them.
            let is_text = *way == Self::Bzip2 && !matches!(head.get(3), Some(b'1'..=b'9'));
            head.starts_with(mark(way)) && !is_text
        })
    }

    /// How a file of this name is compressed; `None` if it is not.
    pub fn named(path: &Path) -> Option<Self> {
        let end = path.extension()?;
        Self::ALL.into_iter().find(|way| end.eq_ignore_ascii_case(way.ending()))
    }

    /// Whether files are written in this way, too.
    pub fn is_written(self) -> bool {
        matches!(self, Self::Gzip | Self::Zstd)
    }

    /// The content of a compressed file. Each read fills its buffer unless the file ends.
    ///
    /// # Errors
    /// If there is no memory for a decompressor.
    pub(super) fn reader(
        self,
        file: impl BufRead + Send + 'static,
    ) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Gzip => Box::new(Whole(GzipMembers::of(file))),
            Self::Zstd => Box::new(Whole(zstd::Decoder::with_buffer(file)?)),
            Self::Xz => Box::new(Whole(XzReader::new_mem_limit(file, true, XZ_MEMORY))),
            Self::Bzip2 => Box::new(Whole(bzip2::bufread::MultiBzDecoder::new(file))),
        })
    }

    /// A writer that compresses in this way.
    ///
    /// # Errors
    /// If there is no memory for a compressor.
    ///
    /// # Panics
    /// If files are not written in this way.
    pub(super) fn writer<W: Write>(self, out: W) -> io::Result<Compressed<W>> {
        match self {
            Self::Gzip => {
                let gzip = GzEncoder::new(out, flate2::Compression::default());
                Ok(Compressed::Gzip(Box::new(gzip)))
            }
            Self::Zstd => {
                let mut zstd = zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?;
                zstd.include_checksum(true)?;
                Ok(Compressed::Zstd(Box::new(zstd)))
            }
            Self::Xz | Self::Bzip2 => panic!("{self:?} is only read"),
        }
    }
}

/// A writer that compresses as the file's name says.
///
/// # Errors
/// If there is no memory for a compressor.
///
/// # Panics
/// If it names a way that is only read.
pub fn compressed<W: Write>(path: &Path, out: W) -> io::Result<Compressed<W>> {
    match Compression::named(path) {
        Some(way) => way.writer(out),
        None => Ok(Compressed::Plain(out)),
    }
}

/// The writer that [`compressed`] returns.
pub enum Compressed<W: Write> {
    /// Bytes as they are.
    Plain(W),
    /// Bytes compressed with gzip.
    Gzip(Box<GzEncoder<W>>),
    /// Bytes compressed with zstd, with a checksum.
    Zstd(Box<zstd::Encoder<'static, W>>),
}

impl<W: Write> Compressed<W> {
    /// Writes what is left and gives the inner writer back.
    ///
    /// # Errors
    /// If that fails.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(out) => Ok(out),
            Self::Gzip(gzip) => gzip.finish(),
            Self::Zstd(zstd) => zstd.finish(),
        }
    }
}

impl<W: Write> Write for Compressed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Gzip(gzip) => gzip.write(bytes),
            Self::Zstd(zstd) => zstd.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Gzip(gzip) => gzip.flush(),
            Self::Zstd(zstd) => zstd.flush(),
        }
    }
}

/// Fills buffers unless the file ends, so that the ends of the parts of a file do not show.
struct Whole<R>(R);

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.0.read(&mut buffer[filled..])? {
                0 => break,
                read => filled += read,
            }
        }
        Ok(filled)
    }
}

/// The content of all members of a gzip file, as one stream. Tapes and some programs pad the file
/// with zeros, which RFC 1952 does not mention and gzip ignores.
struct GzipMembers<R> {
    /// The member that is being read; `None` after the last one.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> GzipMembers<R> {
    fn of(file: R) -> Self {
        Self { member: Some(GzDecoder::new(file)) }
    }

    /// The next member, from where `file` stands, if there is one.
    fn next(mut file: R) -> io::Result<Option<GzDecoder<R>>> {
        loop {
            let ahead = file.fill_buf()?;
            let zeros = ahead.iter().take_while(|&&byte| byte == 0).count();
            match (ahead.len(), zeros) {
                (0, _) => return Ok(None),
                (_, 0) => return Ok(Some(GzDecoder::new(file))),
                _ => file.consume(zeros),
            }
        }
    }
}

impl<R: BufRead> Read for GzipMembers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            match member.read(buffer)? {
                0 if !buffer.is_empty() => {
                    self.member =
                        self.member.take().map_or(Ok(None), |it| Self::next(it.into_inner()))?
                }
                read => return Ok(read),
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::BufReader;

    fn part(way: Compression, bytes: &[u8]) -> Vec<u8> {
        fn filled<W: Write>(mut writer: W, bytes: &[u8]) -> W {
            writer.write_all(bytes).expect("memory");
            writer
        }
        match way {
            Compression::Gzip | Compression::Zstd => {
                filled(way.writer(Vec::new()).expect("memory"), bytes).finish()
            }
            Compression::Xz => {
                let options = lzma_rust2::XzOptions::with_preset(0);
                filled(lzma_rust2::XzWriter::new(Vec::new(), options).expect("memory"), bytes)
                    .finish()
            }
            Compression::Bzip2 => {
                let writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
                filled(writer, bytes).finish()
            }
        }
        .expect("memory")
    }

    fn read(way: Compression, file: &[u8]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = BufReader::with_capacity(7, io::Cursor::new(file.to_vec()));
        way.reader(file)?.read_to_end(&mut bytes).map(|_| bytes)
    }

    proptest! {
        #[test]
        fn parts_are_one_stream(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..5),
            zeros in 0usize..20,
        ) {
            for way in Compression::ALL {
                let mut file: Vec<u8> = parts.iter().flat_map(|bytes| part(way, bytes)).collect();
                prop_assert_eq!(Compression::of(&file), Some(way));
                if way == Compression::Gzip {
                    file.resize(file.len() + zeros, 0);
                }
                prop_assert_eq!(read(way, &file).expect("right"), parts.concat(), "{:?}", way);
            }
        }
    }

    /// Each is made by the program of that name.
    #[test]
    fn files_of_others_are_read() {
        let files: [&[u8]; 4] = [
            b"\x1f\x8b\x08\0\0\0\0\0\0\x033P0T0\xe52T0R0\xe7\x02\0\xa2\xd2\xa7\x99\x0c\0\0\0",
            b"(\xb5/\xfd$\x0ca\0\x000 1 5\n1 2 7\n\xe76\x12t",
            b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4F\x02\0!\x01\x16\0\0\0t/\xe5\xa3\x01\0\x0b0 1 5\n1 2 7\n\0\
              ,\xcf\xf7\xbe\xfc\xedv\xe5\0\x01$\x0c\xa6\x18\xd8\xd8\x1f\xb6\xf3}\x01\0\0\0\0\x04YZ",
            b"BZh91AY&SY\xad\xd1\xbeF\0\0\x03X\0\0\x10@\0r\x80 \x001\x0c\0\x94\r\xa8\xbd\x06\x08x\xbb\x92)\
              \xc2\x84\x85n\x8d\xf20",
        ];
        for (way, file) in Compression::ALL.into_iter().zip(files) {
            assert_eq!(Compression::of(file), Some(way));
            assert_eq!(read(way, file).expect("right"), b"0 1 5\n1 2 7\n", "{way:?}");
        }
    }

    #[test]
    fn what_is_cut_or_follows_is_told() {
        for way in Compression::ALL {
            let whole = part(way, b"0 1 5\n");
            for end in 1..whole.len() {
                assert!(read(way, &whole[..end]).is_err(), "{way:?} of {end} bytes");
            }
            assert!(read(way, &[&whole[..], b"more"].concat()).is_err(), "{way:?}");
            for at in 0..whole.len() {
                let mut torn = whole.clone();
                torn[at] ^= 0x10;
                // What describes the file, its time and its system, may be anything.
                assert!(
                    read(way, &torn).is_err() || read(way, &torn).unwrap() == b"0 1 5\n",
                    "{way:?} at {at}"
                );
            }
        }
    }

    #[test]
    fn the_first_read_is_as_long_as_it_can_be() {
        // Or a byte order mark could be split.
        let torn = ["\u{feff}"[..].as_bytes(), b"0 1 5\n"].concat();
        for way in Compression::ALL {
            let file =
                [part(way, &torn[..1]), part(way, &torn[1..2]), part(way, &torn[2..])].concat();
            let mut first = [0; 3];
            let mut reader = way.reader(io::Cursor::new(file)).expect("memory");
            assert_eq!(reader.read(&mut first).expect("read"), 3, "{way:?}");
        }
    }

    #[test]
    fn a_file_that_asks_for_much_memory_is_refused() {
        let mut options = lzma_rust2::XzOptions::with_preset(0);
        options.lzma_options.dict_size = 1 << 30;
        let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).expect("memory");
        writer.write_all(b"0 1 5\n").expect("memory");
        let told = read(Compression::Xz, &writer.finish().expect("memory")).unwrap_err();
        assert_eq!(told.kind(), io::ErrorKind::OutOfMemory);
    }

    #[test]
    fn the_name_tells_how_it_is_written() {
        let named = |name: &str| Compression::named(Path::new(name));
        assert_eq!(named("a.txt.GZ"), Some(Compression::Gzip));
        assert_eq!(named("a.csv.zst"), Some(Compression::Zstd));
        assert_eq!((named("a.csv"), named("gz")), (None, None));
    }
}
