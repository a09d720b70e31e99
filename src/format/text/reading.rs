//! The first records of a text, read in one dialect.

use super::{Fields, Ids, Rows, TextOptions, record};
use crate::format::columns::{Columns, Selection};
use crate::format::dialect::Dialect;
use crate::format::fields::Fault;
use crate::graph::Weight;

/// A line that holds data, and what lies before it.
pub(super) struct Record {
    pub(super) text: Vec<u8>,
    /// Bytes before it.
    pub(super) offset: u64,
    /// Lines before it.
    pub(super) line: u64,
}

/// The first records, as one dialect reads them.
pub(super) struct Reading {
    pub(super) dialect: Dialect,
    /// n and m, if lines of numbers before the edges give them.
    pub(super) header: Option<(u64, u64)>,
    /// The names of the columns, if the first record or the comment before it holds them.
    pub(super) names: Option<Vec<String>>,
    /// The first record that is an edge, by its index; the number of records if none is.
    pub(super) first: usize,
    /// How many columns that record has.
    pub(super) width: u32,
    /// The columns to use, or why that is not clear.
    pub(super) columns: Result<Columns, Unclear>,
    /// The edges that could be read.
    pub(super) edges: Vec<(u64, u64, Weight)>,
    /// How far it got: the number of records that could be read and, if the first edge could not,
    /// the number of its columns that could.
    pub(super) reached: (usize, u32),
}

/// Why it is not clear which columns to use.
pub(super) enum Unclear {
    /// What is wrong with the first edge, or with the names, and its index among the records.
    Line(usize, Box<Fault>),
    /// The user has to say; this is what to ask.
    NeedsOption(String),
}

impl Reading {
    /// Reads `records` in `dialect`; the `comment` before them may name the columns.
    pub(super) fn of(
        dialect: Dialect,
        records: &[Record],
        comment: Option<&[u8]>,
        options: &TextOptions,
    ) -> Self {
        let names = names(dialect, records, options);
        let header = if names.is_some() { None } else { header(dialect, records) };
        let before = usize::from(names.is_some());
        let names = names.or_else(|| names_in(dialect, comment));
        let (first, header) = header.map_or((before, None), |(lines, told)| (lines, Some(told)));
        let mut reading = Self {
            dialect,
            header,
            names,
            first,
            width: 0,
            columns: Err(Unclear::NeedsOption(String::new())),
            edges: Vec::new(),
            reached: (first, 0),
        };
        reading.read(records, options);
        reading
    }

    /// How lines are read from the first edge on; `None` if that is not clear.
    pub(super) fn rows(&self, options: &TextOptions) -> Option<Rows> {
        let columns = *self.columns.as_ref().ok()?;
        let first_id = options.first_id.unwrap_or(0);
        let width = self.width;
        let weight = (width == 3).then_some(3);
        let plain = width <= 3 && columns == Columns { u: 1, v: 2, weight };
        Some(Rows { dialect: self.dialect, columns, width, first_id, plain })
    }

    /// Whether all records could be read.
    pub(super) fn is_complete(&self, records: &[Record]) -> bool {
        self.reached.0 == records.len()
    }

    fn read(&mut self, records: &[Record], options: &TextOptions) {
        let Some(edge) = records.get(self.first) else {
            self.width = 3;
            self.columns = match &self.names {
                // A header alone: the usual columns, for edges that never come.
                None => Ok(Columns { u: 1, v: 2, weight: Some(3) }),
                Some(_) => {
                    Err(Unclear::NeedsOption("it names columns, but no edge follows".to_owned()))
                }
            };
            return;
        };
        let fields = Fields::with(&edge.text, self.dialect);
        self.columns = match fields.count() {
            Err(fault) => {
                self.reached.1 = each_name(fields).len() as u32;
                Err(Unclear::Line(self.first, fault))
            }
            Ok(width) => {
                self.width = u32::try_from(width).unwrap_or(u32::MAX);
                self.choose_columns(fields, options)
            }
        };
        let ids = Ids { first: options.first_id.unwrap_or(0), n: None };
        // If it is not clear which columns to use, count the lines that have as many columns as the
        // first.
        let Some(rows) = self.rows(options) else {
            let same = |record: &&Record| {
                Fields::with(&record.text, self.dialect).count().ok() == Some(self.width as usize)
            };
            if self.width > 2 {
                self.reached.0 += records[self.first..].iter().take_while(same).count();
            }
            return;
        };
        for line in &records[self.first..] {
            let mut fields = Fields::with(&line.text, self.dialect);
            match record(&mut fields, &rows, ids) {
                Ok(edge) => self.edges.push(edge),
                Err(_) => {
                    // Once an edge could be read, the columns that were read in another line say
                    // nothing.
                    if self.edges.is_empty() {
                        self.reached.1 = self.width
                            - fields.count().unwrap_or(0).min(self.width as usize) as u32;
                    }
                    return;
                }
            }
            self.reached.0 += 1;
        }
    }

    fn choose_columns(
        &self,
        fields: Fields<'_>,
        options: &TextOptions,
    ) -> Result<Columns, Unclear> {
        let names = self.names.as_deref();
        let width = self.width;
        let by_places = matches!(options.columns, Some(Selection::Places(_)));
        if let Some(names) = names.filter(|names| names.len() != width as usize && !by_places) {
            return Err(Unclear::NeedsOption(format!(
                "it has {} names, but the next line {width} columns, separated by {}: give each \
                 column a name, or choose columns by number with --columns (R: row.names = FALSE)",
                names.len(),
                self.dialect.separator.plural()
            )));
        }
        if let Some(selection) = &options.columns {
            let columns = selection.find(names).map_err(|what| {
                Unclear::NeedsOption(format!(
                    "it has {what}; its columns are {}",
                    shown(names, fields, self.dialect)
                ))
            })?;
            let fault = || fields.fault(&format!("{} columns (see --columns)", columns.last()));
            return if columns.last() <= width {
                Ok(columns)
            } else {
                Err(Unclear::Line(self.first, fault()))
            };
        }
        if let Some(columns) = names.and_then(Columns::known) {
            return Ok(columns);
        }
        let contradicts = names.is_some_and(Columns::are_elsewhere);
        match width {
            2 if !contradicts => Ok(Columns { u: 1, v: 2, weight: None }),
            3 if !contradicts && names.is_none_or(Columns::any_known) => {
                Ok(Columns { u: 1, v: 2, weight: Some(3) })
            }
            0..=1 => {
                let mut fields = fields;
                let first = fields.vertex(Ids { first: options.first_id.unwrap_or(0), n: None });
                let fault = first.err().unwrap_or_else(|| fields.fault("a second vertex"));
                Err(Unclear::Line(self.first, fault))
            }
            _ => Err(Unclear::NeedsOption(format!(
                "it has {width} columns, {}: choose those of u, v and the weight with --columns \
                 U,V,W, by number or name (U,V if there are no weights)",
                shown(names, fields, self.dialect)
            ))),
        }
    }
}

/// The columns with their names, or else with their first values.
fn shown(names: Option<&[String]>, fields: Fields<'_>, dialect: Dialect) -> String {
    const MOST: usize = 8;
    let values: Vec<String> = match names {
        Some(names) => names.to_vec(),
        None => each_name(fields),
    };
    let numbered = (1..).zip(&values).take(MOST);
    let mut shown: Vec<String> = numbered
        .map(|(place, value)| format!("{place}: {}", crate::error::quoted(value.as_bytes())))
        .collect();
    if values.len() > MOST {
        shown.push("…".to_owned());
    }
    format!("separated by {}: {}", dialect.separator.plural(), shown.join(", "))
}

fn each_name(mut fields: Fields<'_>) -> Vec<String> {
    let mut names = Vec::new();
    while !fields.is_empty() {
        names.push(fields.name());
        if fields.skip().is_err() {
            break;
        }
    }
    names
}

/// The names of the columns, if the first record holds them: no numbers where ids should be, or two
/// names that are usual for u and v.
fn names(dialect: Dialect, records: &[Record], options: &TextOptions) -> Option<Vec<String>> {
    let fields = Fields::with(&records.first()?.text, dialect);
    fields.count().ok()?; // a quote without an end would hide what the next line is
    let names = each_name(fields);
    let is_number = |name: &String| {
        let digits = name.strip_prefix(['-', '+']).unwrap_or(name);
        digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') || name.is_empty()
    };
    let holds_names = match &options.columns {
        Some(Selection::Names(asked)) => {
            names.len() > 1
                && (asked.iter().all(|asked| names.contains(asked)) || !names.iter().any(is_number))
        }
        Some(Selection::Places(columns)) => {
            let at = |place: u32| names.get(place as usize - 1);
            [columns.u, columns.v]
                .map(at)
                .iter()
                .all(|name| name.is_some_and(|name| !is_number(name)))
        }
        None => {
            names.len() > 1 && (!names.iter().any(is_number) || Columns::known(&names).is_some())
        }
    };
    holds_names.then_some(names)
}

/// The names of the columns in a comment, if they are unmistakable and in another order than usual.
fn names_in(dialect: Dialect, comment: Option<&[u8]>) -> Option<Vec<String>> {
    let text = comment?.trim_ascii_start();
    let text = text.strip_prefix(b"#").or(text.strip_prefix(b"%"))?;
    let names = each_name(Fields::with(text.trim_ascii_start(), dialect));
    let columns = Columns::known(&names)?;
    let usual = Columns { u: 1, v: 2, weight: columns.weight.and(Some(3)) };
    (columns != usual).then_some(names)
}

/// n and m, if lines of numbers before the edges give them, and how many lines these are: one line
/// of two numbers before lines of more, or two lines of one number each.
fn header(dialect: Dialect, records: &[Record]) -> Option<(usize, (u64, u64))> {
    let text = |index: usize| records.get(index).map_or(&b""[..], |record| &record.text);
    if let (Some([n]), Some([m])) = (numbers(text(0), dialect), numbers(text(1), dialect)) {
        return Some((2, (n, m)));
    }
    let [n, m] = numbers(text(0), dialect)?;
    (Fields::with(text(1), dialect).count().ok()? > 2).then_some((1, (n, m)))
}

/// The line as exactly `C` whole numbers.
pub(super) fn numbers<const C: usize>(line: &[u8], dialect: Dialect) -> Option<[u64; C]> {
    let mut fields = Fields::with(line, dialect);
    let mut found = [0; C];
    for number in &mut found {
        *number = fields.number("").ok()?;
    }
    fields.end().ok().map(|()| found)
}
