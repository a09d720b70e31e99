//! Prints results on standard output, and everything else on standard error.
//!
//! If a message cannot be written, only the message is lost: a closed standard error, or a full
//! disk behind it, does not end a job. On a terminal, long lines are wrapped between words.

use super::bars;
use mst::error::{Error, Result};
use serde::Serialize;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

/// How and where to print a result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResultPrinter {
    /// Prints one JSON object instead of a table.
    pub(crate) json: bool,
    /// Prints no table.
    pub(crate) quiet: bool,
    /// A file goes to standard output, so tables go to standard error.
    pub(crate) file_on_stdout: bool,
}

impl ResultPrinter {
    /// Checks that standard output does not get both a JSON object and a file.
    ///
    /// # Errors
    /// [`Error::Usage`] if it would.
    pub(crate) fn check(self) -> Result<()> {
        if self.json && self.file_on_stdout {
            let what = "--json and a file would both go to standard output: name another file, or \
                        leave out --json";
            return Err(Error::usage("--json", what));
        }
        Ok(())
    }

    /// Prints a result.
    ///
    /// # Errors
    /// If standard output is a file on a full disk.
    pub(crate) fn print(
        self,
        result: &impl Serialize,
        table: impl FnOnce() -> String,
    ) -> Result<()> {
        match self {
            Self { json: true, .. } => {
                let object = serde_json::to_string(result).expect("plain fields");
                write_stdout(format!("{object}\n").as_bytes())
            }
            Self { quiet: true, .. } => Ok(()),
            Self { file_on_stdout: true, .. } => {
                let table = flowed(&table(), io::stderr().is_terminal());
                bars::above(|| write_stderr(&table));
                Ok(())
            }
            _ => bars::above(|| {
                write_stdout(flowed(&table(), io::stdout().is_terminal()).as_bytes())
            }),
        }
    }
}

/// Writes to standard output. A reader that closed it is not an error.
///
/// # Errors
/// If standard output is a file on a full disk.
pub(crate) fn write_stdout(text: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(why) if why.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::file("write", Path::new("standard output"))(why))
        }
        _ => Ok(()),
    }
}

/// Prints a line, after `mst: `, on standard error above the bars.
pub(crate) fn note(line: &impl Display) {
    let line = format!("mst: {line}");
    let wrapped = match io::stderr().is_terminal() {
        true => textwrap::fill(
            &line,
            textwrap::Options::new(textwrap::termwidth()).subsequent_indent("     "),
        ),
        false => line,
    };
    bars::above(|| write_stderr(&(wrapped + "\n")));
}

/// Prints an error. All errors go through this function, so that scripts can tell them from notes.
pub(crate) fn print_error(error: &impl Display) {
    note(&format_args!("error: {error}"));
}

/// Writes to standard error, and ignores failures.
pub(crate) fn write_stderr(text: impl AsRef<[u8]>) {
    let _ = io::stderr().lock().write_all(text.as_ref());
}

/// The text, wrapped to the width of the terminal if it goes to a `terminal`.
fn flowed(text: &str, terminal: bool) -> String {
    if terminal { wrapped(text, textwrap::termwidth()) } else { text.to_owned() }
}

/// The text, with sentences wrapped between words. Rows of a table, known by two spaces together,
/// are not changed.
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
