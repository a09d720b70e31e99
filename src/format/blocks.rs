//! Byte ranges of plain files, one a rank, cut at line ends.

use rayon::prelude::*;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// What is looked at in one read for a line end.
const STEP: usize = 1 << 16;
/// What one thread reads at once.
const PIECE: usize = 1 << 23;

/// The bytes of rank `r` of `p` out of `body..len`: equal shares, each moved up to the next line's
/// start. The ranges of all ranks tile `body..len`.
///
/// # Errors
/// If the file cannot be read.
pub fn line_range(file: &File, body: u64, len: u64, r: usize, p: usize) -> io::Result<Range<u64>> {
    let start = |r: usize| {
        let share = u128::from(len.saturating_sub(body)) * r as u128 / p as u128;
        next_line(file, body, body + share as u64, len)
    };
    Ok(start(r)?..if r + 1 == p { len.max(body) } else { start(r + 1)? })
}

/// The start of the first line that begins at or after `from`; `len` if there is none.
fn next_line(file: &File, body: u64, from: u64, len: u64) -> io::Result<u64> {
    if from <= body {
        return Ok(body);
    }
    let mut buffer = vec![0; STEP];
    let mut at = from - 1; // if a line ends here, the next begins at `from`
    while at < len {
        let room = STEP.min(usize::try_from(len - at).unwrap_or(STEP));
        file.read_exact_at(&mut buffer[..room], at)?;
        if let Some(end) = memchr::memchr(b'\n', &buffer[..room]) {
            return Ok(at + end as u64 + 1);
        }
        at += room as u64;
    }
    Ok(len)
}

/// The first whole lines of `range`, at least `at_least` bytes unless it ends.
///
/// # Errors
/// If the file cannot be read.
pub fn first_lines(file: &File, range: &Range<u64>, at_least: u64) -> io::Result<Range<u64>> {
    let end = range.start.saturating_add(at_least.max(1));
    Ok(range.start..next_line(file, range.start, end.min(range.end), range.end)?)
}

/// The bytes of `range`, read at their positions by the threads of the current pool.
///
/// The caller takes the range from the file's own length, so it may be allocated.
///
/// # Errors
/// If the file cannot be read, or ends before the range does.
pub fn read_range(file: &File, range: Range<u64>) -> io::Result<Vec<u8>> {
    let len = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
    let mut bytes = vec![0; len];
    let pieces = bytes.par_chunks_mut(PIECE).enumerate();
    pieces.try_for_each(|(piece, room)| {
        file.read_exact_at(room, range.start + (piece * PIECE) as u64)
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    proptest! {
        /// The ranges tile the body and each begins at a line.
        #[test]
        fn ranges_tile_the_body_at_line_starts(
            text in "[a\n]{0,60}",
            body in 0u64..70,
            p in 1usize..8,
        ) {
            let mut file = tempfile::tempfile().expect("a file");
            file.write_all(text.as_bytes()).expect("written");
            let (len, mut at) = (text.len() as u64, body);
            for r in 0..p {
                let range = line_range(&file, body, len, r, p).expect("read");
                prop_assert_eq!(range.start, at);
                at = range.end;
                if range.start > body && range.start < len {
                    prop_assert_eq!(text.as_bytes()[range.start as usize - 1], b'\n');
                }
            }
            prop_assert_eq!(at, len.max(body));
        }
    }
}
