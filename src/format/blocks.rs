//! Byte ranges of plain files, cut at line ends.

use rayon::prelude::*;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// Bytes that one read searches for a line end.
const STEP: usize = 1 << 16;
/// Bytes that one thread reads at once.
const PIECE: usize = 1 << 23;

/// The start of the first line of `lines` that begins at or after `from`; the end of `lines` if
/// there is none.
///
/// # Errors
/// If the file cannot be read.
pub fn next_line(file: &File, lines: &Range<u64>, from: u64) -> io::Result<u64> {
    if from <= lines.start {
        return Ok(lines.start);
    }
    let mut buffer = vec![0; STEP];
    let mut at = from - 1; // if a line ends here, the next begins at `from`
    while at < lines.end {
        let room = STEP.min(usize::try_from(lines.end - at).unwrap_or(STEP));
        file.read_exact_at(&mut buffer[..room], at)?;
        if let Some(end) = memchr::memchr(b'\n', &buffer[..room]) {
            return Ok(at + end as u64 + 1);
        }
        at += room as u64;
    }
    Ok(lines.end)
}

/// The first whole lines of `range`, at least `at_least` bytes unless it ends.
///
/// # Errors
/// If the file cannot be read.
pub fn first_lines(file: &File, range: &Range<u64>, at_least: u64) -> io::Result<Range<u64>> {
    let end = range.start.saturating_add(at_least.max(1));
    Ok(range.start..next_line(file, range, end.min(range.end))?)
}

/// The bytes of `range`, read at their positions by the threads of the current pool.
///
/// The caller must take the range from the file's own length, so that it may be allocated.
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
        /// Cuts stay inside, keep their order and are where lines begin.
        #[test]
        fn cuts_are_the_starts_of_lines(text in "[a\n]{0,60}", start in 0u64..70) {
            let mut file = tempfile::tempfile().expect("a file");
            file.write_all(text.as_bytes()).expect("written");
            let lines = start.min(text.len() as u64)..text.len() as u64;
            let mut last = lines.start;
            for from in 0..70 {
                let cut = next_line(&file, &lines, from).expect("read");
                prop_assert!(last <= cut && cut <= lines.end);
                prop_assert!(cut >= from.min(lines.end));
                if cut > lines.start && cut < lines.end {
                    prop_assert_eq!(text.as_bytes()[cut as usize - 1], b'\n');
                }
                last = cut;
            }
        }
    }
}
