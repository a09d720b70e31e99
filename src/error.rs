//! One error type for the whole program: what is wrong, where, and what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A place in a text file. Shown as `roads.gr:17:9`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as the user named it.
    pub path: Arc<Path>,
    /// The line, from 1.
    pub line: u64,
    /// The byte within the line, from 1.
    pub column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", shown(&self.path), self.line, self.column)
    }
}

/// Everything that can go wrong, each with its exit code.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The user asked for something that is not possible.
    #[error("{what}")]
    Usage {
        /// The option, or the name of the argument on the command line, that asks for it.
        argument: &'static str,
        /// What is wrong with it, and what is possible.
        what: String,
    },

    /// The program was started in a way that cannot work.
    #[error("{what}")]
    Launch {
        /// What is wrong.
        fault: LaunchFault,
        /// The same in words, and what to do about it.
        what: String,
    },

    /// The operating system refuses an operation on a file or folder.
    #[error("cannot {action} {}: {why}", shown(path))]
    File {
        /// What was tried: `open`, `read`, `write`, as it reads after "cannot".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's answer.
        why: io::Error,
    },

    /// A line of a text file is not as expected.
    #[error("{place}: expected {expected}, found {found}")]
    Line {
        /// Where.
        place: Place,
        /// What should have been there, and what to do if that is not obvious.
        expected: String,
        /// What was there, quoted and cut to fit on a line.
        found: String,
    },

    /// A file is wrong as a whole: empty, cut short, or at odds with its own header.
    #[error("{}: {what}", shown(path))]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: ContentFault,
        /// The same in words, and what to do.
        what: String,
    },

    /// An edge in memory has an end that is no vertex.
    #[error(
        "edge {position} (from 0) has the vertex {vertex}, but there are {n} vertices, numbered \
         from 0"
    )]
    Vertex {
        /// The edge's position in the list, from 0.
        position: usize,
        /// Its larger end.
        vertex: u64,
        /// The number of vertices.
        n: u64,
    },

    /// The weight of an edge in memory is not finite.
    #[error("edge {position} (from 0) has the weight {weight}; weights must be finite")]
    Weight {
        /// The edge's position in the list, from 0.
        position: usize,
        /// The weight.
        weight: f64,
    },

    /// An edge in memory changed between two looks at it.
    #[error(
        "edge {position} (from 0) changed while it was read; run again when nothing writes to it"
    )]
    Changed {
        /// The edge's position in the list, from 0.
        position: usize,
    },

    /// A graph is too large for the host, or for the types that hold it.
    #[error("{what}")]
    TooLarge {
        /// The bytes that it takes; `None` if memory is not what lacks.
        needed: Option<u128>,
        /// The bytes that are left for it.
        left: Option<u64>,
        /// The same in words, and what to do about it.
        what: String,
    },

    /// A proof failed: the forest is wrong, or two runs disagree.
    #[error("{what}")]
    Proof {
        /// The position, from 0, of the edge that shows it: in the forest or in the graph, as
        /// `what` says.
        position: Option<u64>,
        /// What is wrong.
        what: String,
    },

    /// A command found what should not be there, and has already reported all of it.
    #[error("{what}")]
    Found {
        /// How many problems there are.
        problems: u64,
        /// What they are.
        what: String,
    },

    /// Another rank's error, as that rank worded it.
    #[error("{message}")]
    Elsewhere {
        /// The rank that had the error.
        rank: usize,
        /// Its message.
        message: String,
        /// Its exit code.
        code: u8,
    },
}

/// What is wrong with how the program was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaunchFault {
    /// MPI was started before, or cannot do what is asked of it.
    Mpi,
    /// The world that the launcher started is not the one that MPI finds: the program was built for
    /// another MPI, or srun lacks its plugin.
    Launcher,
    /// A rank runs another program than rank 0.
    Program,
    /// The system has no room for the threads.
    Threads,
}

/// What is wrong with a file or folder as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentFault {
    /// There is nothing in it.
    Empty,
    /// It is cut short, or its bytes are not those that were written.
    Damaged,
    /// It holds something else than its header says, or one of its parts than another.
    Contradictory,
    /// It can be read in more than one way; an option says in which.
    Ambiguous,
    /// It is of a kind or format, or holds something, that is not read or written here.
    Unsupported,
    /// It is not the same on every host, or no longer what it was when the run began.
    Changed,
    /// It belongs to another job or another purpose.
    Occupied,
}

impl Error {
    /// Returns an [`Error::Usage`].
    pub fn usage(argument: &'static str, what: impl Into<String>) -> Self {
        Self::Usage { argument, what: what.into() }
    }

    /// Returns an [`Error::Launch`].
    pub fn launch(fault: LaunchFault, what: impl Into<String>) -> Self {
        Self::Launch { fault, what: what.into() }
    }

    /// Returns an [`Error::Proof`] that no single edge shows.
    pub fn proof(what: impl Into<String>) -> Self {
        Self::Proof { position: None, what: what.into() }
    }

    /// Makes an [`Error::File`], for `map_err`; if the file ended too early, an [`Error::Content`].
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |why| match why.kind() {
            io::ErrorKind::UnexpectedEof => Self::content(
                path,
                ContentFault::Changed,
                "the file became shorter while it was read; run again when no other program \
                 writes to it",
            ),
            _ => Self::File { action, path: path.to_owned(), why },
        }
    }

    /// Returns an [`Error::Content`].
    pub fn content(path: &Path, fault: ContentFault, what: impl Into<String>) -> Self {
        Self::Content { path: path.to_owned(), fault, what: what.into() }
    }

    /// Returns the same error; if it is about a line, the line is `lines` further down.
    #[must_use]
    pub fn further_down(self, lines: u64) -> Self {
        match self {
            Self::Line { place, expected, found } => {
                Self::Line { place: Place { line: place.line + lines, ..place }, expected, found }
            }
            other => other,
        }
    }

    /// Returns the exit code: 1 failed, 2 wrong usage, 3 a proof failed.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::File { .. }
            | Self::Line { .. }
            | Self::Content { .. }
            | Self::Vertex { .. }
            | Self::Weight { .. }
            | Self::Changed { .. }
            | Self::TooLarge { .. }
            | Self::Found { .. } => 1,
            Self::Usage { .. } | Self::Launch { .. } => 2,
            Self::Proof { .. } => 3,
            Self::Elsewhere { code, .. } => *code,
        }
    }

    /// Whether the cause may lie with the host that reports it, so that the message must name the
    /// host.
    pub fn depends_on_host(&self) -> bool {
        matches!(self, Self::File { .. } | Self::TooLarge { .. } | Self::Launch { .. })
    }
}

/// Where a process finds its own open files; a copy of standard input has no other name.
pub const OPEN_FILES: &str = "/proc/self/fd/";

/// Returns a path for a message: escaped, because a file's name must not control the terminal.
pub fn shown(path: &Path) -> String {
    if path.starts_with(OPEN_FILES) {
        return "standard input".to_owned();
    }
    printable(&path.to_string_lossy())
}

/// Returns text from others for a message: characters that control a terminal or change the
/// direction of writing are escaped.
pub fn printable(text: &str) -> String {
    const TURNS: [char; 13] = [
        '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}',
        '\u{202e}', '\u{2028}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
    ];
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || TURNS.contains(&c) {
            shown.extend(c.escape_debug());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Returns input for a message: quoted, control characters escaped, at most 40 characters.
pub fn quoted(bytes: &[u8]) -> String {
    const MOST: usize = 40;
    let text = String::from_utf8_lossy(bytes);
    let mut shown: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_where_and_what() {
        let place = Place { path: Path::new("roads.gr").into(), line: 17, column: 9 };
        let error = Error::Line { place, expected: "a weight".into(), found: quoted(b"heavy\t") };
        assert_eq!(error.to_string(), r#"roads.gr:17:9: expected a weight, found "heavy\t""#);
        assert_eq!(error.exit_code(), 1);
    }

    #[test]
    fn names_do_not_speak_to_the_terminal() {
        let place = Place {
            path: Path::new("a\nmst: error: \x1b[31m\u{202e}ñ'.txt").into(),
            line: 1,
            column: 2,
        };
        assert_eq!(place.to_string(), r"a\nmst: error: \u{1b}[31m\u{202e}ñ'.txt:1:2");
    }

    #[test]
    fn what_does_not_show_is_escaped() {
        let told = "a\nb\x1b[2J \u{9b}31m\u{202e} \\ 'é' 日本";
        assert_eq!(printable(told), r"a\nb\u{1b}[2J \u{9b}31m\u{202e} \ 'é' 日本");
    }

    #[test]
    fn long_input_is_cut() {
        assert_eq!(quoted(&[b'x'; 100]).chars().count(), 40 + 3);
    }
}
