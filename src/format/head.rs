//! The top of a text file, line by line.

use super::errors::{failed, located, too_long};
use super::fields::{Checked, Fault};
use crate::error::{ContentFault, Error, Result};
use std::io::{BufRead, Read};
use std::path::Path;

/// The longest line allowed at the top of a file, bytes.
const LONGEST: u64 = 1 << 20;
/// The mark that editors of other systems write before UTF-8 text.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads lines and keeps track of where it is.
pub(super) struct Head<'a> {
    path: &'a Path,
    reader: &'a mut dyn BufRead,
    /// Bytes before the next line.
    pub(super) offset: u64,
    /// Lines before the next line.
    pub(super) line: u64,
}

impl<'a> Head<'a> {
    /// A reader at the start of a file, after its byte order mark if it has one.
    pub(super) fn of(path: &'a Path, reader: &'a mut dyn BufRead) -> Result<Self> {
        let mut head = Self { path, reader, offset: 0, line: 0 };
        let start = head.reader.fill_buf();
        let marked = start.map(|bytes| bytes.starts_with(BYTE_ORDER_MARK));
        if marked.map_err(|why| head.failed(why))? {
            head.reader.consume(BYTE_ORDER_MARK.len());
            head.offset = BYTE_ORDER_MARK.len() as u64;
        }
        Ok(head)
    }

    /// The next line without its end; `None` at the end of the file.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read, [`Error::Line`] if the line is longer than allowed.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut limited = Read::take(&mut *self.reader, LONGEST + 1);
        let read = limited.read_until(b'\n', &mut line).map_err(|why| self.failed(why))?;
        if read as u64 > LONGEST && line.last() != Some(&b'\n') {
            return Err(too_long(self.path, self.line + 1, LONGEST));
        }
        self.offset += read as u64;
        self.line += u64::from(read > 0);
        while matches!(line.last(), Some(b'\n' | b'\r')) {
            line.pop();
        }
        Ok((read > 0).then_some(line))
    }

    /// As [`Head::next_record`], for a file that must have one.
    pub(super) fn header(&mut self, is_record: fn(&[u8]) -> bool) -> Result<Vec<u8>> {
        let found = self.next_record(is_record)?;
        found.ok_or_else(|| self.content(ContentFault::Damaged, "it ends before its header"))
    }

    /// The next line for which `is_record` is true; `None` at the end of the file.
    pub(super) fn next_record(&mut self, is_record: fn(&[u8]) -> bool) -> Result<Option<Vec<u8>>> {
        loop {
            match self.next()? {
                Some(line) if !is_record(&line) => {}
                found => return Ok(found),
            }
        }
    }

    /// Returns what was read from the last line, or the error with its place.
    pub(super) fn check<T>(&self, checked: Checked<T>) -> Result<T> {
        checked.map_err(|fault| located(self.path, self.line, *fault))
    }

    /// The error for a file that is wrong as a whole.
    pub(super) fn content(&self, fault: ContentFault, what: &str) -> Error {
        Error::content(self.path, fault, what)
    }

    /// The error for a line, counted from 1, that is not what was expected.
    pub(super) fn line_error(&self, line: u64, expected: &str, found: String) -> Error {
        located(self.path, line, Fault { at: 0, expected: expected.to_owned(), found })
    }

    /// The error for a fault on a line, counted from 1.
    pub(super) fn fault_error(&self, line: u64, fault: Fault) -> Error {
        located(self.path, line, fault)
    }

    fn failed(&self, why: std::io::Error) -> Error {
        failed(self.path, why)
    }
}

/// What the top of a file says, before it is compared with the rest.
pub(super) struct Top {
    /// The numbers of vertices and edges, if a header gives them.
    pub(super) n: Option<u64>,
    pub(super) m: Option<u64>,
    /// Bytes and lines before the first record.
    pub(super) body: u64,
    pub(super) line: u64,
    /// Notes for the user on how the file is written, where that is not obvious, one line each.
    pub(super) notes: Vec<String>,
    /// n and m, if the first edge could be a header instead.
    pub(super) doubt: Option<(u64, u64)>,
}

impl Top {
    /// A header that `head` has just read, of n vertices and m edges.
    pub(super) fn of_header(head: &Head<'_>, n: u64, m: u64) -> Self {
        let (body, line) = (head.offset, head.line);
        Self { n: Some(n), m: Some(m), body, line, notes: Vec::new(), doubt: None }
    }
}
