//! The fields of one line, with numbers parsed in place.

use super::dialect::{Decimal, Dialect, Separator};
use crate::error::quoted;
use crate::graph::{MOST_IDS, Weight};
use memchr::memchr;
use std::borrow::Cow;

/// What is wrong with a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The byte within the line, from 0.
    pub(super) at: usize,
    pub(super) expected: String,
    pub(super) found: String,
}

pub(super) type Checked<T> = Result<T, Box<Fault>>;

/// Walks over the fields of a line. Blanks around a field are not part of it. A field that begins
/// with a quote ends at the next quote that is not doubled, as in RFC 4180, but does not go beyond
/// its line.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    line: &'a [u8],
    at: usize,
    /// Whether a separator comes before: then a field follows, even if it is empty.
    open: bool,
    dialect: Dialect,
}

/// A field as it is written.
struct Field<'a> {
    /// Its content, without quotes.
    content: &'a [u8],
    /// Where it ends, including its quotes.
    end: usize,
    quoted: bool,
}

/// How vertices are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ids {
    /// The id of the first vertex: 0 or 1.
    pub(super) first: u64,
    /// The number of vertices, if a header gives it.
    pub(super) n: Option<u64>,
}

impl<'a> Fields<'a> {
    /// The fields of `line`, separated by blanks. The line has no line feed, but may have the
    /// carriage return before it.
    #[inline]
    pub(super) fn of(line: &'a [u8]) -> Self {
        Self::with(line, Dialect::PLAIN)
    }

    /// As [`Fields::of`], for a line in `dialect`.
    #[inline]
    pub(super) fn with(line: &'a [u8], dialect: Dialect) -> Self {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut fields = Self { line, at: 0, open: false, dialect };
        fields.skip_blanks();
        fields
    }

    /// Whether no field is left.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.at >= self.line.len() && !self.open
    }

    /// The first byte of the next field, or the separator after it if it is empty; `None` at the
    /// end.
    #[inline]
    pub(super) fn peek_byte(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    /// The content of the next field; empty at the end of the line.
    pub(super) fn peek(&self) -> &'a [u8] {
        self.field().content
    }

    /// As [`Fields::peek`], but as text: doubled quotes within quotes become one.
    pub(super) fn name(&self) -> String {
        let Field { content, quoted, .. } = self.field();
        let text = String::from_utf8_lossy(content);
        if quoted { text.replace("\"\"", "\"") } else { text.into_owned() }
    }

    /// Skips the next field.
    ///
    /// # Errors
    /// If a quote in it has no end.
    pub(super) fn skip(&mut self) -> Checked<()> {
        let Field { content, end, quoted } = self.field();
        if !quoted && content.first() == Some(&b'"') {
            return Err(self.fault("a field, and the end of its quote on the same line"));
        }
        self.pass(end);
        Ok(())
    }

    /// How many fields are left.
    ///
    /// # Errors
    /// As [`Fields::skip`].
    pub(super) fn count(mut self) -> Checked<usize> {
        let mut count = 0;
        while !self.is_empty() {
            self.skip()?;
            count += 1;
        }
        Ok(count)
    }

    /// Reads a whole number that is not negative.
    pub(super) fn number(&mut self, what: &str) -> Checked<u64> {
        match self.digits() {
            Some((number, end)) => {
                self.pass(end);
                Ok(number)
            }
            None => Err(self.fault(what)),
        }
    }

    /// Reads a vertex; the result counts from 0, whatever the first id in the file is.
    #[inline]
    pub(super) fn vertex(&mut self, ids: Ids) -> Checked<u64> {
        if let Some((id, end)) = self.digits() {
            let vertex = id.wrapping_sub(ids.first);
            if vertex < ids.n.unwrap_or(MOST_IDS) {
                self.pass(end);
                return Ok(vertex);
            }
        }
        Err(self.wrong_vertex(ids))
    }

    #[cold]
    fn wrong_vertex(&self, Ids { first, n }: Ids) -> Box<Fault> {
        let text = self.peek();
        let is_number = text.iter().all(u8::is_ascii_digit) && !text.is_empty();
        let vertex = format!("a vertex, a whole number from {first}");
        let float =
            fast_float2::parse::<f64, _>(text).ok().filter(|id| *id >= 0.0 && id.fract() == 0.0);
        self.fault(&match n {
            Some(0) => "no edges, because the header says 0 vertices (the first line of a text is its header \"n m\" if it has two numbers and the next ones have more)".to_owned(),
            Some(n) if first == 0 && text == n.to_string().as_bytes() => {
                format!("a vertex from 0 to {}, as the header says (if ids count from 1: --first-id 1)", n - 1)
            }
            Some(n) => format!("a vertex from {first} to {}, as the header says", n - 1 + first),
            None if !is_number && float.is_some_and(f64::is_finite) => format!(
                "{vertex} written as such (numpy: fmt=\"%d %d %.17g\", pandas: .astype(int))"
            ),
            None if is_number && text != b"0" => {
                format!("{vertex} to {}; renumber the vertices", MOST_IDS - 1 + first)
            }
            None if text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte >= 128) => {
                format!("{vertex}; names must be replaced by numbers first, e.g. with pandas.factorize")
            }
            None => vertex,
        })
    }

    /// Reads a weight: an integer of 64 bits or a finite float.
    #[inline]
    pub(super) fn weight(&mut self) -> Checked<Weight> {
        let start = self.at + usize::from(self.line.get(self.at) == Some(&b'+'));
        let signed = start > self.at && matches!(self.line.get(start), Some(b'-' | b'+'));
        if let (Ok((integer, len)), false) =
            (atoi_simd::parse_prefix::<i64, true, false>(&self.line[start..]), signed)
            && self.ends_at(start + len)
        {
            self.pass(start + len);
            return Ok(Weight::Integer(integer));
        }
        match self.plain_float() {
            Some((weight, end)) => {
                self.pass(end);
                Ok(Weight::Float(weight))
            }
            None => self.other_weight(),
        }
    }

    /// The finite number with a point or an exponent that fills the next field, and where that
    /// ends.
    #[inline]
    fn plain_float(&self) -> Option<(f64, usize)> {
        let rest = &self.line[self.at..];
        let (weight, len) = match self.dialect.decimal {
            Decimal::Point => fast_float2::parse_partial::<f64, _>(rest).ok()?,
            Decimal::Comma => return None,
        };
        let is_integer = || !rest[..len].iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
        let whole = self.ends_at(self.at + len) && weight.is_finite() && !is_integer();
        whole.then_some((weight, self.at + len))
    }

    /// Reads a weight that is neither a plain integer nor a plain float.
    fn other_weight(&mut self) -> Checked<Weight> {
        let Field { content, end, quoted } = self.field();
        let digits = content.strip_prefix(b"+").or(content.strip_prefix(b"-")).unwrap_or(content);
        if digits.iter().all(u8::is_ascii_digit) && !digits.is_empty() {
            let integer = std::str::from_utf8(content).ok().and_then(|text| text.parse().ok());
            let Some(integer) = integer.filter(|_| quoted) else {
                let what = "an integer of 64 bits (with a decimal point it is read as a float)";
                return Err(self.fault(what));
            };
            self.pass(end);
            return Ok(Weight::Integer(integer));
        }
        match self.with_point(content).and_then(|text| fast_float2::parse::<f64, _>(text).ok()) {
            Some(weight) if weight.is_finite() => {
                self.pass(end);
                Ok(Weight::Float(weight))
            }
            Some(_) => Err(self.fault("a finite weight; remove the edge or give it a number")),
            None => Err(self.wrong_weight(content)),
        }
    }

    /// The number with a decimal point instead of the dialect's sign; `None` if it has a point and
    /// the sign is a comma.
    fn with_point<'t>(&self, text: &'t [u8]) -> Option<Cow<'t, [u8]>> {
        match self.dialect.decimal {
            Decimal::Point => Some(Cow::Borrowed(text)),
            Decimal::Comma if text.contains(&b'.') => None,
            Decimal::Comma => {
                let point = |&byte: &u8| if byte == b',' { b'.' } else { byte };
                Some(text.iter().map(point).collect())
            }
        }
    }

    #[cold]
    fn wrong_weight(&self, text: &[u8]) -> Box<Fault> {
        if text.first() == Some(&b'{') {
            return self
                .fault("a weight (networkx: write_weighted_edgelist, or --columns 1,2 for none)");
        }
        if text.contains(&b',') && text.contains(&b'.') && text.iter().any(u8::is_ascii_digit) {
            return self.fault("a weight without thousands separators");
        }
        let other = match self.dialect.decimal {
            Decimal::Point => b',',
            Decimal::Comma => b'.',
        };
        let has_digit = text.iter().any(u8::is_ascii_digit);
        self.fault(match self.dialect.decimal {
            Decimal::Point if has_digit && text.contains(&other) => {
                "a weight with a decimal point (if all of them have commas: --decimal comma)"
            }
            Decimal::Comma if has_digit && text.contains(&other) => {
                "a weight with a decimal comma (if all of them have points: --decimal point)"
            }
            _ => "a weight",
        })
    }

    /// Checks that the line has no more fields.
    #[inline]
    pub(super) fn end(&self) -> Checked<()> {
        if self.is_empty() { Ok(()) } else { Err(self.fault("the end of the line")) }
    }

    /// The fault if the next field is not what was `expected`.
    #[cold]
    pub(super) fn fault(&self, expected: &str) -> Box<Fault> {
        let found = match self.peek() {
            [] if self.is_empty() => "the end of the line".to_owned(),
            [] => "an empty field".to_owned(),
            field => quoted(field),
        };
        Box::new(Fault { at: self.at, expected: expected.to_owned(), found })
    }

    /// The next field as it is written; empty at the end of the line.
    fn field(&self) -> Field<'a> {
        let rest = &self.line[self.at..];
        if let Some(close) = closing_quote(rest) {
            let end = self.at + close + 1;
            if self.ends_at(end) {
                return Field { content: &rest[1..close], end, quoted: true };
            }
        }
        let is_separator = |&byte: &u8| byte == self.dialect.separator.byte() || self.is_gap(byte);
        let len = rest.iter().position(is_separator).unwrap_or(rest.len());
        let last = rest[..len].iter().rposition(|&byte| !self.is_blank(byte));
        let content = &rest[..last.map_or(0, |last| last + 1)];
        Field { content, end: self.at + content.len(), quoted: false }
    }

    /// The whole number that fills the next field, and where that ends.
    #[inline]
    fn digits(&self) -> Option<(u64, usize)> {
        let parsed = atoi_simd::parse_prefix_pos::<u64, true>(&self.line[self.at..]);
        match parsed {
            Ok((number, len)) if self.ends_at(self.at + len) => Some((number, self.at + len)),
            _ => self.quoted_digits(),
        }
    }

    #[cold]
    fn quoted_digits(&self) -> Option<(u64, usize)> {
        let Field { content, end, quoted } = self.field();
        let parsed = atoi_simd::parse_prefix_pos::<u64, true>(content).ok();
        parsed.filter(|(_, len)| quoted && *len == content.len()).map(|(number, _)| (number, end))
    }

    /// Whether a field may end at `at`: there are only blanks before the next separator.
    #[inline]
    fn ends_at(&self, at: usize) -> bool {
        let ends = |byte: u8| byte == self.dialect.separator.byte() || self.is_gap(byte);
        self.line.get(at).is_none_or(|&byte| ends(byte) || self.ends_after_blanks(at))
    }

    #[cold]
    fn ends_after_blanks(&self, at: usize) -> bool {
        let rest = self.line[at..].iter().find(|&&byte| !self.is_blank(byte));
        let ends = rest.is_none_or(|&byte| byte == self.dialect.separator.byte());
        ends && self.is_blank(self.line[at])
    }

    /// Skips a field that ends at `end`, and the separator after it.
    #[inline]
    fn pass(&mut self, end: usize) {
        self.at = end;
        self.open = false;
        self.skip_blanks();
        let separator = self.dialect.separator;
        if separator != Separator::Blank && self.peek_byte() == Some(separator.byte()) {
            self.at += 1;
            self.open = true;
            self.skip_blanks();
        }
    }

    #[inline]
    fn skip_blanks(&mut self) {
        while self.line.get(self.at).is_some_and(|&byte| self.is_blank(byte)) {
            self.at += 1;
        }
    }

    /// Whether a byte is a blank: a space, or a tab if tabs are not the separator.
    #[inline]
    fn is_blank(&self, byte: u8) -> bool {
        byte == b' ' || byte == b'\t' && self.dialect.separator != Separator::Tab
    }

    /// Whether a byte is a blank that separates fields.
    #[inline]
    fn is_gap(&self, byte: u8) -> bool {
        self.dialect.separator == Separator::Blank && self.is_blank(byte)
    }
}

/// Where the quote at the start of `text` ends; `None` if there is none, or it has no end.
fn closing_quote(text: &[u8]) -> Option<usize> {
    if text.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    loop {
        let close = at + memchr(b'"', text.get(at..)?)?;
        if text.get(close + 1) != Some(&b'"') {
            return Some(close);
        }
        at = close + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_separated_by_blanks_or_one_comma() {
        let ids = Ids { first: 0, n: None };
        let with = |separator, line: &'static str| {
            Fields::with(line.as_bytes(), Dialect { separator, decimal: Decimal::Point })
        };
        use Separator::{Blank, Comma, Semicolon, Tab};
        let lines =
            [(Blank, "1 2 3"), (Blank, "1 \t2\t3\r"), (Comma, " 1,2,3"), (Comma, "1 ,\t2 , 3 ")];
        let more = [(Semicolon, "1;2;3"), (Tab, "1\t 2 \t3"), (Comma, "\"1\", \"2\" ,\"3\"")];
        for (separator, line) in lines.into_iter().chain(more) {
            let mut fields = with(separator, line);
            assert_eq!(fields.count(), Ok(3), "{line}");
            let read = (fields.vertex(ids), fields.vertex(ids), fields.weight(), fields.end());
            assert_eq!(read, (Ok(1), Ok(2), Ok(Weight::Integer(3)), Ok(())), "{line}");
        }
        let mut fields = with(Comma, "1,,3");
        fields.skip().expect("no quotes");
        assert_eq!(fields.vertex(ids).unwrap_err().found, "an empty field");
        let mut fields = with(Comma, "1,2,");
        assert_eq!(fields.count(), Ok(3), "a field follows every comma");
        fields.skip().expect("no quotes");
        fields.skip().expect("no quotes");
        assert_eq!(fields.weight().unwrap_err().found, "an empty field");
    }

    proptest! {
        /// Quotes are read as the csv crate writes them, except for fields that go on after their
        /// quote or beyond their line.
        #[test]
        fn quoted_fields_are_those_of_csv(fields in prop::collection::vec("[a-z0-9,;\" .]{0,6}", 1..6)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(&fields).expect("memory");
            let line = writer.into_inner().expect("memory");
            let line = line.strip_suffix(b"\n").expect("a line");
            let mut left = Fields::with(line, Dialect { separator: Separator::Comma, decimal: Decimal::Point });
            for field in &fields {
                // A field without quotes is read without the blanks around it.
                prop_assert_eq!(left.name().trim().to_owned(), field.trim());
                left.skip().expect("quotes that end");
            }
            prop_assert!(left.is_empty());
        }
    }

    #[test]
    fn weights_are_integers_or_finite_floats() {
        let cases = [
            ("7", Some(Weight::Integer(7))),
            ("-9223372036854775808", Some(Weight::Integer(i64::MIN))),
            ("9223372036854775807", Some(Weight::Integer(i64::MAX))),
            ("0000000000000000000000000012", Some(Weight::Integer(12))),
            ("+5", Some(Weight::Integer(5))),
            (".25", Some(Weight::Float(0.25))),
            ("-1.5e3", Some(Weight::Float(-1500.0))),
            ("7.0", Some(Weight::Float(7.0))),
            ("9223372036854775808", None),
            ("9223372036854775808.0", Some(Weight::Float(9_223_372_036_854_775_808.0))),
            ("nan", None),
            ("-inf", None),
            ("1e999", None),
            ("+-5", None),
            ("0x10", None),
            ("7a", None),
            ("-", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Fields::of(text.as_bytes()).weight().ok(), expected, "{text}");
        }
    }

    #[test]
    fn vertices_stay_in_their_range() {
        let (free, two) = (Ids { first: 0, n: None }, Ids { first: 1, n: Some(2) });
        let cases = [
            (free, "9223372036854775806", Some(i64::MAX as u64 - 1)),
            (free, "9223372036854775807", None),
            (free, "99999999999999999999999", None),
            (free, "-1", None),
            (free, "1.0", None),
            (two, "0", None),
            (two, "1", Some(0)),
            (two, "2", Some(1)),
            (two, "3", None),
        ];
        for (ids, text, expected) in cases {
            assert_eq!(Fields::of(text.as_bytes()).vertex(ids).ok(), expected, "{text}");
        }
    }
}
