//! What the program says: results on standard output, all else on standard error.
//!
//! A message that cannot be written is lost, the work is not: whoever has closed standard error, or filled its
//! disk, has no job ended by that. Long lines are wrapped by words where people read them.

use super::bars;
use mst::error::{Error, Result};
use serde::Serialize;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

/// Where a result is said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice {
    /// As one JSON object, not as a table.
    pub(crate) json: bool,
    /// No table.
    pub(crate) quiet: bool,
    /// Standard output belongs to a file that goes there, so tables go to standard error.
    pub(crate) aside: bool,
}

impl Voice {
    /// Refuses to mix a JSON object with a file on standard output.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub(crate) fn check(self) -> Result<()> {
        if self.json && self.aside {
            let what = "--json goes to standard output, and so does a file: name another file, or leave out --json";
            return Err(Error::usage("--json", what));
        }
        Ok(())
    }

    /// Says a result.
    ///
    /// # Errors
    /// If standard output is a file on a full disk.
    pub(crate) fn say(self, result: &impl Serialize, table: impl FnOnce() -> String) -> Result<()> {
        match self {
            Self { json: true, .. } => {
                let object = serde_json::to_string(result).expect("plain fields");
                say(format!("{object}\n").as_bytes())
            }
            Self { quiet: true, .. } => Ok(()),
            Self { aside: true, .. } => {
                let table = flowed(&table(), io::stderr().is_terminal());
                bars::above(|| write_aside(&table));
                Ok(())
            }
            _ => bars::above(|| say(flowed(&table(), io::stdout().is_terminal()).as_bytes())),
        }
    }
}

/// Writes to standard output. A reader that has closed it has read enough.
///
/// # Errors
/// If it is a file on a full disk.
pub(crate) fn say(text: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(why) if why.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::file("write", Path::new("standard output"))(why))
        }
        _ => Ok(()),
    }
}

/// Says a line of the program's on standard error, above the bars.
pub(crate) fn aside(line: &impl Display) {
    let line = format!("mst: {line}");
    let wrapped = match io::stderr().is_terminal() {
        true => textwrap::fill(
            &line,
            textwrap::Options::new(textwrap::termwidth()).subsequent_indent("     "),
        ),
        false => line,
    };
    bars::above(|| write_aside(&(wrapped + "\n")));
}

/// What goes wrong is told by this alone, so that scripts can tell it from notes.
pub(crate) fn tell(error: &impl Display) {
    aside(&format_args!("error: {error}"));
}

/// Writes to standard error as far as that can be.
pub(crate) fn write_aside(text: impl AsRef<[u8]>) {
    let _ = io::stderr().lock().write_all(text.as_ref());
}

/// Text as it is for programs; for a `terminal` as wide as that is.
fn flowed(text: &str, terminal: bool) -> String {
    if terminal { wrapped(text, textwrap::termwidth()) } else { text.to_owned() }
}

/// Text whose sentences are wrapped by words; the rows of a table, which have columns, stay as they are.
fn wrapped(text: &str, width: usize) -> String {
    let flow = |line: &str| match line.contains("  ") {
        true => line.to_owned(),
        false => textwrap::fill(line, width),
    };
    text.split('\n').map(flow).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_flow_and_tables_stand() {
        let table = "a    1,000,000 and more than fits\nb            2\n";
        let text = format!("{table}\none two three four five six\n");
        assert_eq!(wrapped(&text, 14), format!("{table}\none two three\nfour five six\n"));
    }
}
