//! The fields of one line, numbers read in place.

use crate::error::quoted;
use crate::graph::{MOST_VERTICES, Vertex, Weight};

/// What is wrong with a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The byte within the line, from 0.
    pub(super) at: usize,
    pub(super) expected: String,
    pub(super) found: String,
}

pub(super) type Checked<T> = Result<T, Box<Fault>>;

/// Walks over a line's fields, which blanks separate, or one comma or semicolon with blanks around.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    line: &'a [u8],
    at: usize,
    /// A comma stands before: a field follows, be it empty.
    open: bool,
}

/// How vertices are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ids {
    /// The first vertex: 0 or 1.
    pub(super) first: u64,
    /// The number of vertices, where the header tells it.
    pub(super) n: Option<u64>,
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

fn ends_field(byte: u8) -> bool {
    is_blank(byte) || byte == b',' || byte == b';'
}

impl<'a> Fields<'a> {
    /// The fields of `line`, which has no line feed but may have the carriage return before it.
    #[inline]
    pub(super) fn of(line: &'a [u8]) -> Self {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut fields = Self { line, at: 0, open: false };
        fields.skip_blanks();
        fields
    }

    /// Whether no field is left.
    pub(super) fn is_empty(&self) -> bool {
        self.at >= self.line.len() && !self.open
    }

    /// The first byte of the next field, or what separates an empty one; `None` at the end.
    #[inline]
    pub(super) fn peek_byte(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    /// The next field as it stands; empty at the end of the line.
    pub(super) fn peek(&self) -> &'a [u8] {
        let rest = &self.line[self.at..];
        let end = rest.iter().position(|&byte| ends_field(byte)).unwrap_or(rest.len());
        &rest[..end]
    }

    /// Passes over the next field and returns it.
    pub(super) fn skip(&mut self) -> &'a [u8] {
        let field = self.peek();
        self.pass(field.len());
        field
    }

    /// The fields that are left.
    pub(super) fn count(mut self) -> usize {
        let mut count = 0;
        while !self.is_empty() {
            self.skip();
            count += 1;
        }
        count
    }

    /// A whole number that is not negative.
    pub(super) fn number(&mut self, what: &str) -> Checked<u64> {
        match self.digits::<u64>() {
            Some((number, len)) => {
                self.pass(len);
                Ok(number)
            }
            None => Err(self.fault(what)),
        }
    }

    /// A vertex, from 0 whatever the file's first is.
    #[inline]
    pub(super) fn vertex(&mut self, ids: Ids) -> Checked<Vertex> {
        if let Some((id, len)) = self.digits::<u64>() {
            let vertex = id.wrapping_sub(ids.first);
            if vertex < ids.n.unwrap_or(MOST_VERTICES).min(MOST_VERTICES) {
                self.pass(len);
                return Ok(vertex as Vertex);
            }
        }
        Err(self.wrong_vertex(ids))
    }

    #[cold]
    fn wrong_vertex(&self, Ids { first, n }: Ids) -> Box<Fault> {
        self.fault(&match n {
            Some(0) => "no edge, for the header says 0 vertices".to_owned(),
            Some(n) => format!("a vertex from {first} to {}, as the header says", n - 1 + first),
            None => format!("a vertex from {first} to {}", MOST_VERTICES - 1 + first),
        })
    }

    /// A weight: an integer of 64 bits or a finite float.
    #[inline]
    pub(super) fn weight(&mut self) -> Checked<Weight> {
        let start = self.at + usize::from(self.line.get(self.at) == Some(&b'+'));
        let signed = start > self.at && matches!(self.line.get(start), Some(b'-' | b'+'));
        if let (Ok((integer, len)), false) =
            (atoi_simd::parse_prefix::<i64, true, false>(&self.line[start..]), signed)
            && self.line.get(start + len).is_none_or(|&byte| ends_field(byte))
        {
            self.pass(start - self.at + len);
            return Ok(Weight::Integer(integer));
        }
        self.float()
    }

    fn float(&mut self) -> Checked<Weight> {
        let field = self.peek();
        let digits = field.strip_prefix(b"+").or(field.strip_prefix(b"-")).unwrap_or(field);
        if digits.iter().all(u8::is_ascii_digit) && !digits.is_empty() {
            let what = "an integer of 64 bits (with a decimal point it is read as a float)";
            return Err(self.fault(what));
        }
        match fast_float2::parse::<f64, _>(field) {
            Ok(weight) if weight.is_finite() => {
                self.pass(field.len());
                Ok(Weight::Float(weight))
            }
            Ok(_) => Err(self.fault("a finite weight; remove the edge or give it a number")),
            Err(_) => Err(self.fault("a weight")),
        }
    }

    /// Nothing more on the line.
    pub(super) fn end(&self) -> Checked<()> {
        if self.is_empty() { Ok(()) } else { Err(self.fault("the end of the line")) }
    }

    /// The next field is not what was expected.
    #[cold]
    pub(super) fn fault(&self, expected: &str) -> Box<Fault> {
        let found = match self.peek() {
            [] if self.is_empty() => "the end of the line".to_owned(),
            [] => "an empty field".to_owned(),
            field => quoted(field),
        };
        Box::new(Fault { at: self.at, expected: expected.to_owned(), found })
    }

    /// The whole number at the start of the next field, if it fills the field, and its length.
    #[inline]
    fn digits<T: atoi_simd::Parse>(&self) -> Option<(T, usize)> {
        let rest = &self.line[self.at..];
        let (number, len) = atoi_simd::parse_prefix_pos::<T, true>(rest).ok()?;
        rest.get(len).is_none_or(|&byte| ends_field(byte)).then_some((number, len))
    }

    /// Passes over `len` bytes of a field and what separates it from the next.
    #[inline]
    fn pass(&mut self, len: usize) {
        self.at += len;
        self.open = false;
        self.skip_blanks();
        if matches!(self.line.get(self.at), Some(b',' | b';')) {
            self.at += 1;
            self.open = true;
            self.skip_blanks();
        }
    }

    #[inline]
    fn skip_blanks(&mut self) {
        while self.line.get(self.at).is_some_and(|&byte| is_blank(byte)) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_separated_by_blanks_or_one_comma() {
        let ids = Ids { first: 0, n: None };
        for line in ["1 2 3", "1\t2\t3\r", " 1,2,3", "1 , 2 ; 3 "] {
            let mut fields = Fields::of(line.as_bytes());
            assert_eq!(fields.count(), 3, "{line}");
            let read = (fields.vertex(ids), fields.vertex(ids), fields.weight(), fields.end());
            assert_eq!(read, (Ok(1), Ok(2), Ok(Weight::Integer(3)), Ok(())), "{line}");
        }
        let mut fields = Fields::of(b"1,,3");
        fields.skip();
        assert_eq!(fields.vertex(ids).unwrap_err().found, "an empty field");
        let mut fields = Fields::of(b"1,2,");
        assert_eq!(fields.count(), 3, "a field follows every comma");
        fields.skip();
        fields.skip();
        assert_eq!(fields.weight().unwrap_err().found, "an empty field");
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
            (free, "4294967294", Some(u32::MAX - 1)),
            (free, "4294967295", None),
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
