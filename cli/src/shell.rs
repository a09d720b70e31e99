//! Quotes text as words of a shell, so that names stay data whatever characters they contain.

use mst::comm;
use std::env::args_os;

/// `text` quoted as one word of a shell, whatever characters it contains.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Whether every shell reads `text` literally, without quotes.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-@:+,=%^".contains(c))
}

/// Whether a line consists of plain words, separated by single spaces.
pub(crate) fn is_plain_line(line: &str) -> bool {
    line.split(' ').all(is_plain)
}

/// `text` as one word of a command for the user to paste, quoted only if needed. It never reads as
/// an option: a leading dash gets `./` before it.
pub(crate) fn quoted_if_needed(text: &str) -> String {
    let dash = if text.starts_with('-') { "./" } else { "" };
    let text = format!("{dash}{text}");
    if is_plain(&text) {
        return text;
    }
    if !text.contains(char::is_control) {
        return quoted(&text);
    }
    // `$'...'` shows even a line break on one line, and shells that do not know it still see one
    // word.
    let escaped = |c: char| match c {
        c if c.is_control() || "'\\".contains(c) => {
            c.to_string().bytes().map(|byte| format!("\\{byte:03o}")).collect()
        }
        c => c.to_string(),
    };
    format!("$'{}'", text.chars().map(escaped).collect::<String>())
}

/// The variable that names the command that started a job, for its ranks.
pub(crate) const COMMAND: &str = "MST_COMMAND";

/// The command that started this process, quoted for a shell.
pub(crate) fn command_line() -> String {
    let word = |word: &str| if is_plain(word) { word.to_owned() } else { quoted(word) };
    args_os().map(|text| word(&text.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

/// The command that started this job, so that it can be repeated: that of `mst cluster run`, or
/// mpirun with as many ranks. Other options of mpirun are not known.
pub(crate) fn job_command_line() -> String {
    let variable = |name: &str| std::env::var(name).ok();
    let launched = comm::launcher(variable).filter(|launcher| launcher.started);
    match (variable(COMMAND), launched) {
        (Some(command), Some(_)) => command,
        (_, Some(launcher)) => format!("mpirun -n {} {}", launcher.size, command_line()),
        (_, None) => command_line(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_is_one_word() {
        let cases = [
            ("/opt/mst", "/opt/mst"),
            ("lab@vm-2", "lab@vm-2"),
            ("", "''"),
            ("a b", "'a b'"),
            ("-x", "./-x"),
            ("-x y", "'./-x y'"),
            ("it's", r"'it'\''s'"),
            ("[fe80::1]", "'[fe80::1]'"),
            ("$(reboot)", "'$(reboot)'"),
            ("a\n'\\\u{1b}", r"$'a\012\047\134\033'"),
        ];
        for (text, expected) in cases {
            assert_eq!(quoted_if_needed(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_line_is_plain_if_all_its_words_are() {
        assert!(is_plain_line("mkdir -p /opt/mst") && is_plain("n=2^20,m=8%"));
        assert!(!is_plain_line("mkdir -p 'a b'") && !is_plain_line("a  b") && !is_plain(""));
    }
}
