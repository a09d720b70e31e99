//! A file read from its start to its end, decompressed if it is compressed.

use super::compression::Compression;
use super::errors::{failed, too_long};
use crate::error::{Error, Result};
use memchr::{memchr_iter, memrchr};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const BUFFER: usize = 1 << 18;

/// A plain or compressed file, read in order.
pub struct Stream {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    is_compressed: bool,
    consumed: Arc<AtomicU64>,
    len: u64,
}

/// Counts the bytes that were read.
struct Counted {
    file: File,
    consumed: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.consumed.fetch_add(read as u64, Relaxed);
        Ok(read)
    }
}

impl Stream {
    /// Opens a file at its start.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be opened or read.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::file("open", path))?;
        let len = file.metadata().map_err(Error::file("open", path))?.len();
        let consumed = Arc::new(AtomicU64::new(0));
        let counted = Counted { file, consumed: Arc::clone(&consumed) };
        let mut plain = BufReader::with_capacity(BUFFER, counted);
        let compression = Compression::of(plain.fill_buf().map_err(Error::file("read", path))?);
        let reader: Box<dyn BufRead + Send> = match compression {
            Some(way) => {
                let content = way.reader(plain).map_err(Error::file("read", path))?;
                Box::new(BufReader::with_capacity(BUFFER, content))
            }
            None => Box::new(plain),
        };
        Ok(Self {
            path: path.to_owned(),
            reader,
            is_compressed: compression.is_some(),
            consumed,
            len,
        })
    }

    /// Opens a file and skips the first `bytes` of its (decompressed) content.
    ///
    /// # Errors
    /// As [`Stream::open`] and [`Stream::next_block`].
    pub fn open_at(path: &Path, bytes: u64) -> Result<Self> {
        let mut stream = Self::open(path)?;
        let passed = io::copy(&mut (&mut stream.reader).take(bytes), &mut io::sink());
        passed.map_err(|why| failed(path, why))?;
        Ok(stream)
    }

    /// The next whole lines, at least `at_least` bytes unless the file ends; `None` at its end.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read, [`Error::Content`] if its compressed data is cut short
    /// or corrupt, [`Error::Line`] for a line of more than `longest` bytes, counted from the start of
    /// the block.
    pub fn next_block(&mut self, at_least: usize, longest: u64) -> Result<Option<Vec<u8>>> {
        let mut block = Vec::new();
        let failed = |why| failed(&self.path, why);
        (&mut self.reader).take(at_least as u64).read_to_end(&mut block).map_err(failed)?;
        let begun = block.len() - memrchr(b'\n', &block).map_or(0, |end| end + 1);
        if begun > 0 {
            let room = longest.saturating_sub(begun as u64).saturating_add(1);
            let rest =
                (&mut self.reader).take(room).read_until(b'\n', &mut block).map_err(failed)?;
            if rest as u64 == room && block.last() != Some(&b'\n') {
                let before = memchr_iter(b'\n', &block).count() as u64;
                return Err(too_long(&self.path, before + 1, longest));
            }
        }
        Ok((!block.is_empty()).then_some(block))
    }

    /// Whether the file is compressed.
    pub fn is_compressed(&self) -> bool {
        self.is_compressed
    }

    /// The first bytes of the (decompressed) content: at least 64, if there are as many.
    ///
    /// # Errors
    /// As [`Stream::next_block`].
    pub fn head(&mut self) -> Result<&[u8]> {
        self.reader.fill_buf().map_err(|why| failed(&self.path, why))
    }

    /// How many of the file's bytes have been read, and how many it has.
    pub fn consumed(&self) -> (u64, u64) {
        (self.consumed.load(Relaxed), self.len)
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl BufRead for Stream {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.reader.consume(amount);
    }
}
