//! Cuts text into chunks of whole lines, and those into lines.

use super::errors::{located, too_long};
use super::fields::Checked;
use crate::error::Result;
use memchr::memchr;
use std::path::Path;

/// Bytes that one task parses: few enough to share the work out, enough to be worth a task.
const CHUNK: usize = 1 << 20;

/// Whole lines of a file, and where they are in it.
pub(super) struct Chunk<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a [u8],
    /// Lines of the file before these.
    pub(super) before: u64,
    /// The longest line allowed, bytes.
    pub(super) longest: u64,
}

impl Chunk<'_> {
    /// Parses each line.
    ///
    /// # Errors
    /// [`crate::Error::Line`] for the first that `parse` refuses, or that is too long.
    #[inline]
    pub(super) fn each_line(&self, mut parse: impl FnMut(&[u8]) -> Checked<()>) -> Result<()> {
        for (number, line) in (self.before + 1..).zip(Lines::of(self.text)) {
            if line.len() as u64 > self.longest {
                return Err(too_long(self.path, number, self.longest));
            }
            parse(line).map_err(|fault| located(self.path, number, *fault))?;
        }
        Ok(())
    }
}

/// The lines of some text, without their line feeds.
pub(super) struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        Self { rest: text }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match memchr(b'\n', self.rest) {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        Some(line)
    }
}

/// Cuts text at line ends into pieces of about [`CHUNK`] bytes.
pub(super) fn chunks(text: &[u8]) -> Vec<&[u8]> {
    let mut chunks = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = match rest.get(CHUNK..).and_then(|after| memchr(b'\n', after)) {
            Some(end) => CHUNK + end + 1,
            None => rest.len(),
        };
        let (chunk, after) = rest.split_at(end);
        chunks.push(chunk);
        rest = after;
    }
    chunks
}
