//! Reads a hostfile in the form of Open MPI (`vm1 slots=2`) or of MPICH (`vm1:2`).

use super::{Library, Problem, listed};
use crate::shell;
use mst::error::{ContentFault, Error, Place, Result, quoted};
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// The hosts that a file lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hostfile {
    /// Its path, as the user named it.
    pub(super) path: String,
    /// The hosts, one for each line that is not blank or a comment.
    pub(crate) entries: Vec<HostLine>,
    /// The first line with a Windows line end, from 1.
    pub(super) carriage: Option<u64>,
}

/// A line of a hostfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostLine {
    /// The name or address, after a user and `@` if the file names one.
    pub(crate) host: String,
    /// The number of ranks it may get, if the file says.
    pub(crate) slots: Option<u64>,
    /// Whether this number follows a colon, as in MPICH's form.
    pub(crate) colon: bool,
    /// The line's number, from 1.
    pub(super) line: u64,
}

/// Longer files are refused.
const MOST_BYTES: u64 = 1 << 20;

impl Hostfile {
    /// Reads a hostfile.
    ///
    /// # Errors
    /// If it cannot be read, has a line that does not belong in a hostfile, or names no host.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let about = fs::metadata(path).map_err(Error::file("open", path))?;
        if !about.is_file() || about.len() > MOST_BYTES {
            return Err(Error::content(
                path,
                ContentFault::Unsupported,
                "it is not a hostfile: a hostfile has one host per line",
            ));
        }
        Self::parse(path, &fs::read(path).map_err(Error::file("read", path))?)
    }

    /// Parses a hostfile. `path` is for messages only.
    ///
    /// # Errors
    /// Those of [`Hostfile::read`].
    pub(crate) fn parse(path: &Path, text: &[u8]) -> Result<Self> {
        let mut entries = Vec::new();
        let mut carriage = None;
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        for (line, number) in text.split(|&byte| byte == b'\n').zip(1..) {
            if line.ends_with(b"\r") {
                carriage = carriage.or(Some(number));
            }
            let line = Line { whole: line.trim_ascii_end(), path, number };
            entries.extend(line.entry()?);
        }
        if entries.is_empty() {
            return Err(Error::content(
                path,
                ContentFault::Empty,
                "it names no host; write one per line, for example: vm1 slots=1",
            ));
        }
        Ok(Self { path: path.display().to_string(), entries, carriage })
    }

    /// What is wrong with the file, for this launcher if it is known.
    pub(super) fn problems(&self, launcher: Option<&Library>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let (path, word) = (&self.path, shell::quoted_if_needed(&self.path));
        if let Some(line) = self.carriage {
            let what = format!(
                "{path}:{line}: the line has a Windows line end, which mpirun takes as part of \
                 the name"
            );
            problems.push(Problem::new(what, format!("sed -i 's/\\r$//' {word}")));
        }
        let mut first: HashMap<&str, u64> = HashMap::new();
        for entry in &self.entries {
            if let Some(before) = first.insert(&entry.host, entry.line) {
                let what = format!(
                    "{path}:{}: {} is already on line {before}, so it gets ranks twice",
                    entry.line, entry.host
                );
                problems.push(Problem::new(what, format!("sed -i '{}d' {word}", entry.line)));
            }
        }
        problems.extend(self.wrong_dialect(launcher));
        let is_mpich = launcher.is_some_and(Library::is_mpich);
        let bare = self.entries.iter().filter(|entry| entry.slots.is_none());
        let lines: Vec<String> = bare.map(|entry| entry.line.to_string()).collect();
        if !lines.is_empty() && !is_mpich {
            let what = format!(
                "{path}: no slots= on line {}: Open MPI starts a rank for each core there",
                listed(lines.iter().map(String::as_str))
            );
            let mend =
                format!("sed -i -E '{}s/\\r?$/ slots=1/' {word}", lines.join("s/\\r?$/ slots=1/;"));
            problems.push(Problem::new(what, mend));
        }
        problems
    }

    /// The problem of numbers of slots in the other MPI's form.
    fn wrong_dialect(&self, launcher: Option<&Library>) -> Option<Problem> {
        let launcher = launcher?;
        let foreign =
            |entry: &&HostLine| entry.slots.is_some() && entry.colon != launcher.is_mpich();
        let entry = self.entries.iter().find(foreign)?;
        let (path, line, host) = (&self.path, entry.line, &entry.host);
        let word = shell::quoted_if_needed(path);
        let slots = entry.slots.unwrap_or(1);
        Some(if launcher.is_mpich() {
            let what =
                format!("{path}:{line}: {launcher} does not know slots=; write {host}:{slots}");
            Problem::new(what, format!("sed -i -E 's/[ \\t]+slots *= *([0-9]+).*/:\\1/' {word}"))
        } else {
            let what = format!(
                "{path}:{line}: for {launcher}, write {host} slots={slots}, not {host}:{slots}"
            );
            Problem::new(what, format!("sed -i -E 's/:([0-9]+)/ slots=\\1/' {word}"))
        })
    }
}

/// A line, and its place.
struct Line<'a> {
    whole: &'a [u8],
    path: &'a Path,
    number: u64,
}

impl<'a> Line<'a> {
    /// The host on this line; `None` if the line is blank or a comment.
    fn entry(&self) -> Result<Option<HostLine>> {
        let end = self.whole.iter().position(|&byte| byte == b'#').unwrap_or(self.whole.len());
        let mut rest = &self.whole[..end];
        let Some(word) = take_word(&mut rest, |byte| !byte.is_ascii_whitespace()) else {
            return Ok(None);
        };
        let (name, count) = match word.iter().filter(|&&byte| byte == b':').count() {
            1 => word.split_at(word.iter().position(|&byte| byte == b':').expect("one")),
            _ => (word, &[][..]), // several colons: an IPv6 address
        };
        if !is_host(name) {
            return Err(self.expected(name, "a host's name or address"));
        }
        let colon = !count.is_empty();
        let mut slots = if colon { Some(self.number(&count[1..])?) } else { None };
        let mut is_most = false;
        while let Some(key) =
            take_word(&mut rest, |byte| !byte.is_ascii_whitespace() && byte != b'=')
        {
            let counts = matches!(key, b"slots" | b"cpu" | b"count");
            let most = matches!(key, b"max_slots" | b"max-slots");
            if !(counts || most || matches!(key, b"user" | b"username" | b"ifname" | b"binding")) {
                return Err(self.expected(key, "slots=, max_slots= or a comment"));
            }
            rest = rest.trim_ascii_start();
            let Some(after) = rest.strip_prefix(b"=") else {
                return Err(self.expected(&rest[..rest.len().min(1)], "= and a number"));
            };
            rest = after;
            let value =
                take_word(&mut rest, |byte| !byte.is_ascii_whitespace()).unwrap_or(&rest[..0]);
            if !(counts || most || is_word(value, b"._-,:")) {
                return Err(self.expected(value, "a name"));
            }
            if counts || (most && slots.is_none_or(|_| is_most)) {
                slots = Some(self.number(value)?);
                is_most = most;
            } else if most {
                self.number(value)?;
            }
        }
        let host = String::from_utf8_lossy(name).into_owned();
        Ok(Some(HostLine { host, slots, colon, line: self.number }))
    }

    /// The count in `digits`, at least 1.
    fn number(&self, digits: &'a [u8]) -> Result<u64> {
        let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
        number
            .filter(|&number| (1..=1 << 20).contains(&number))
            .ok_or_else(|| self.expected(digits, "a number of slots, from 1"))
    }

    /// The error for `found`, a part of this line.
    fn expected(&self, found: &[u8], expected: &str) -> Error {
        let column = found.as_ptr().addr() - self.whole.as_ptr().addr() + 1;
        Error::Line {
            place: Place { path: self.path.into(), line: self.number, column: column as u64 },
            expected: expected.to_owned(),
            found: if found.is_empty() { "nothing".to_owned() } else { quoted(found) },
        }
    }
}

/// Removes the next word, made of bytes that `belong`, from the start of `rest`.
fn take_word<'a>(rest: &mut &'a [u8], belong: impl Fn(u8) -> bool) -> Option<&'a [u8]> {
    *rest = rest.trim_ascii_start();
    let len = rest.iter().position(|&byte| !belong(byte)).unwrap_or(rest.len());
    rest.split_off(..len).filter(|word| !word.is_empty())
}

/// Whether `name` is safe to give to ssh as a host, with or without users before it: neither an
/// option nor special to a shell.
pub(crate) fn is_host(name: &[u8]) -> bool {
    let mut parts = name.rsplit(|&byte| byte == b'@');
    let host = parts.next().unwrap_or_default();
    let opening = host.iter().take_while(|byte| b"[:".contains(byte)).count();
    let host = &host[opening..];
    name.len() <= 255 && is_word(host, b"._-:%]") && parts.all(|user| is_word(user, b"._-"))
}

/// Whether `word` begins with a letter or digit and otherwise contains only these and `others`.
pub(crate) fn is_word(word: &[u8], others: &[u8]) -> bool {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || others.contains(byte);
    word.first().is_some_and(u8::is_ascii_alphanumeric) && word.iter().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &[u8]) -> Result<Hostfile> {
        Hostfile::parse("hosts".as_ref(), text)
    }

    #[test]
    fn both_dialects_are_read() {
        let file = parsed(b"# three hosts\r\n\nvm1 slots=2 # the first\nlab@vm2:3\n10.0.0.3 slots = 1 max_slots=4\nvm4 user=lab\nfe80::1%eth0 max_slots=2\nlab@uni.es@[::1]\n::1\n");
        let file = file.expect("a hostfile");
        let entries: Vec<_> =
            file.entries.iter().map(|e| (e.host.as_str(), e.slots, e.line)).collect();
        let expected = [
            ("vm1", Some(2), 3),
            ("lab@vm2", Some(3), 4),
            ("10.0.0.3", Some(1), 5),
            ("vm4", None, 6),
            ("fe80::1%eth0", Some(2), 7),
            ("lab@uni.es@[::1]", None, 8),
            ("::1", None, 9),
        ];
        assert_eq!(entries, expected);
        assert_eq!(file.carriage, Some(1));
    }

    #[test]
    fn what_is_no_hostfile_is_refused_at_its_place() {
        let cases: [(&[u8], &str); 16] = [
            (b"lab@-oProxyCommand:1\n", "hosts:1:1: expected a host's name"),
            (b"-l@vm1\n", "hosts:1:1: expected a host's name"),
            (b"@vm1\n", "hosts:1:1: expected a host's name"),
            (
                b"vm1\x1b[2J\n",
                "hosts:1:1: expected a host's name or address, found \"vm1\\u{1b}[2J\"",
            ),
            (b"x'y@vm1\n", "hosts:1:1: expected a host's name"),
            (b"vm1 user=-oProxyCommand=reboot\n", "hosts:1:10: expected a name, found \"-oProxy"),
            (b"vm1 ifname=$(reboot)\n", "hosts:1:12: expected a name"),
            (b"", "hosts: it names no host"),
            (b"# nothing\n", "hosts: it names no host"),
            (b"vm1\n  -oProxyCommand=reboot\n", "hosts:2:3: expected a host's name or address"),
            (b"vm1 slots=two\n", "hosts:1:11: expected a number of slots, from 1, found \"two\""),
            (b"vm1 slots=\n", "hosts:1:11: expected a number of slots, from 1, found nothing"),
            (b"vm1 slots=0\n", "hosts:1:11: expected a number"),
            (b"vm1 slots 2\n", "hosts:1:11: expected = and a number, found \"2\""),
            (b"vm1 vm2\n", "hosts:1:5: expected slots=, max_slots= or a comment, found \"vm2\""),
            (b"vm$(reboot):1\n", "hosts:1:1: expected a host's name"),
        ];
        for (text, expected) in cases {
            let message = parsed(text).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{message}\n{expected}");
        }
    }

    #[test]
    fn each_trap_of_a_hostfile_is_a_problem() {
        let (open, mpich) = (Library::named("Open MPI 4.1.4"), Library::named("MPICH 4.0.2"));
        let cases: [(&[u8], &Option<Library>, &[&str]); 8] = [
            (b"vm1 slots=1\nvm2 slots=1\n", &open, &[]),
            (b"vm1:1\nvm2\n", &mpich, &[]),
            (b"vm1 slots=1\r\n", &open, &["sed -i 's/\\r$//' hosts"]),
            (b"a slots=1\nb slots=1\na slots=1\n", &open, &["a is already on line 1"]),
            (b"a\nb slots=1\nc\n", &open, &["no slots= on line 1 and 3"]),
            (b"a\n", &None, &["sed -i -E '1s/\\r?$/ slots=1/' hosts"]),
            (b"a:2\n", &open, &["for Open MPI 4.1.4, write a slots=2, not a:2"]),
            (b"a slots=2\n", &mpich, &["does not know slots=; write a:2"]),
        ];
        for (text, launcher, expected) in cases {
            let problems = parsed(text).expect("a hostfile").problems(launcher.as_ref());
            assert_eq!(problems.len(), expected.len(), "{problems:?}");
            for (problem, expected) in problems.iter().zip(expected) {
                assert!(problem.to_string().contains(expected), "{problem}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(text in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parsed(&text);
        }

        #[test]
        fn near_hostfiles_are_read_or_refused(text in "([a-c]{0,2}[ :=#\r\n]|slots|=|[0-9]){0,40}") {
            if let Ok(file) = parsed(text.as_bytes()) {
                prop_assert!(file.entries.iter().all(|entry| is_host(entry.host.as_bytes())));
                let _ = file.problems(None);
            }
        }
    }
}
