//! Makes any text harmless in Markdown and in TeX.

use askama::filters::Escaper;
use std::fmt::{self, Write};

/// Escapes for Markdown, as GitHub and pandoc read it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Markdown;

/// Escapes for LaTeX, with T1 fonts and UTF-8.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tex;

impl Escaper for Markdown {
    fn write_escaped_str<W: Write>(&self, mut page: W, text: &str) -> fmt::Result {
        for letter in text.chars() {
            match letter {
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '$' => {
                    page.write_char('\\')?;
                    page.write_char(letter)?;
                }
                '&' => page.write_str("&amp;")?,
                letter if letter.is_control() => page.write_char(' ')?,
                letter => page.write_char(letter)?,
            }
        }
        Ok(())
    }
}

impl Escaper for Tex {
    fn write_escaped_str<W: Write>(&self, mut page: W, text: &str) -> fmt::Result {
        for letter in text.chars() {
            match tex(letter) {
                Some(command) => page.write_str(command)?,
                None if letter.is_control() => page.write_char(' ')?,
                None if letter <= '\u{17f}' => page.write_char(letter)?,
                // The fonts have no such letter, and the page would not compile.
                None => write!(page, "[U+{:04X}]", u32::from(letter))?,
            }
        }
        Ok(())
    }
}

/// How TeX writes a letter that means something else there, or that its fonts have by name alone.
fn tex(letter: char) -> Option<&'static str> {
    Some(match letter {
        '\\' => r"\textbackslash{}",
        '{' => r"\{",
        '}' => r"\}",
        '$' => r"\$",
        '&' => r"\&",
        '#' => r"\#",
        '%' => r"\%",
        '_' => r"\_\allowbreak{}",
        '^' => r"\textasciicircum{}",
        '~' => r"\textasciitilde{}",
        // Two of them in a row would become something else.
        '-' => "{-}",
        '\'' => r"\textquotesingle{}",
        '`' => r"\textasciigrave{}",
        '"' => r"\textquotedbl{}",
        '<' => r"\textless{}",
        '>' => r"\textgreater{}",
        '|' => r"\textbar{}",
        ',' => r",\allowbreak{}",
        'µ' | 'μ' => r"\textmu{}",
        '–' => r"\textendash{}",
        '—' => r"\textemdash{}",
        '−' => r"\textminus{}",
        '×' => r"\texttimes{}",
        '·' => r"\textperiodcentered{}",
        '“' => r"\textquotedblleft{}",
        '”' => r"\textquotedblright{}",
        '\u{202f}' => r"\,",
        '\u{a0}' => "~",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(by: impl Escaper, text: &str) -> String {
        let mut page = String::new();
        by.write_escaped_str(&mut page, text).expect("memory");
        page
    }

    #[test]
    fn text_stays_text() {
        #[rustfmt::skip]
        let cases = [
            ("a|b_c", r"a\|b\_c", r"a\textbar{}b\_\allowbreak{}c"),
            ("<b>&</b>", r"\<b\>&amp;\</b\>", r"\textless{}b\textgreater{}\&\textless{}/b\textgreater{}"),
            (r"\input{/etc/passwd}", r"\\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
            ("--lang 5 %", "--lang 5 %", r"{-}{-}lang 5 \%"),
            ("$ # ^ ~ `", r"\$ \# ^ \~ \`", r"\$ \# \textasciicircum{} \textasciitilde{} \textasciigrave{}"),
            ("2·10 × — x", "2·10 × — x", r"2\textperiodcentered{}10 \texttimes{} \textemdash{} x"),
            ("\"a\" “b” – c", "\"a\" “b” – c", r"\textquotedbl{}a\textquotedbl{} \textquotedblleft{}b\textquotedblright{} \textendash{} c"),
            ("two\nlines", "two lines", "two lines"),
            ("niño ¿qué?", "niño ¿qué?", "niño ¿qué?"),
            ("图", "图", "[U+56FE]"),
            ("12\u{202f}345 µs", "12\u{202f}345 µs", r"12\,345 \textmu{}s"),
        ];
        for (text, markdown, tex) in cases {
            assert_eq!(escaped(Markdown, text), markdown);
            assert_eq!(escaped(Tex, text), tex);
        }
    }
}
