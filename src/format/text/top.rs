//! How a text is written, found out from its first records.
//!
//! Each dialect reads them, and the one that can is taken; what two can read in different ways is refused, as
//! is what leaves open which columns to take. What is taken without being plain is said.

use super::reading::{Reading, Record, Unclear};
use super::write::HEADER;
use super::{Decimal, Separator, TextOptions, is_record};
use crate::error::{Error, Result, quoted};
use crate::format::columns::{Columns, Selection};
use crate::format::dialect::Dialect;
use crate::format::head::Head;
use crate::format::preamble::{Layout, Top};

/// What is looked at to find out, records and bytes of them.
const RECORDS: usize = 1000;
const BYTES: usize = 1 << 18;

/// Reads the top of a text edge list.
///
/// # Errors
/// [`Error::Line`] where a line leaves open how it is to be read, or cannot be at all; [`Error::Content`] of a file
/// without data.
pub(in crate::format) fn top(head: &mut Head<'_>, options: &TextOptions) -> Result<Top> {
    let (told, records, end) = sample(head)?;
    if records.is_empty() && told.is_none() {
        return Err(head.content("it has neither edges nor a header"));
    }
    let dialects = Separator::ALL
        .into_iter()
        .flat_map(|separator| Decimal::ALL.map(|decimal| Dialect { separator, decimal }));
    let allowed = |dialect: &Dialect| {
        options.separator.is_none_or(|separator| separator == dialect.separator)
            && options.decimal.is_none_or(|decimal| decimal == dialect.decimal)
    };
    let readings = dialects.filter(allowed).map(|dialect| Reading::of(dialect, &records, options));
    let reading = choose(head, &records, readings.collect())?;
    let Some(rows) = reading.rows(options) else {
        return Err(unclear(head, &records, reading));
    };
    let notes = notes(&reading, &records, options);
    let (n, m) = told.or(reading.header).unzip();
    let (body, before) =
        records.get(reading.first).map_or(end, |record| (record.offset, record.line));
    Ok(Top { n, m, layout: Layout::Text(rows), body, before, notes })
}

/// What a comment before the first record tells of n and m, the first records, and the bytes and lines up to
/// where no record follows any more.
type Sample = (Option<(u64, u64)>, Vec<Record>, (u64, u64));

fn sample(head: &mut Head<'_>) -> Result<Sample> {
    let (mut told, mut records, mut bytes) = (None, Vec::new(), 0);
    while records.len() < RECORDS && bytes < BYTES {
        let (offset, line) = (head.offset, head.line);
        let Some(text) = head.next()? else { break };
        if text.contains(&b'\r') {
            let what =
                "has a carriage return before its end; to mend line ends: tr '\\r' '\\n' <IN >OUT";
            return Err(head.content(&format!("line {} {what}", line + 1)));
        }
        if is_record(&text) {
            bytes += text.len();
            records.push(Record { text, offset, line });
        } else if records.is_empty() {
            told = told.or(comment(&text));
        }
    }
    Ok((told, records, (head.offset, head.line)))
}

/// n and m in a comment that this program has written.
fn comment(line: &[u8]) -> Option<(u64, u64)> {
    let [vertices, edges] = HEADER;
    let (n, rest) = str::from_utf8(line).ok()?.strip_prefix(vertices)?.split_once(edges)?;
    Some((n.parse().ok()?, rest.split_once(',')?.0.parse().ok()?))
}

/// The reading that reads all records, or else most of them.
fn choose(head: &Head<'_>, records: &[Record], readings: Vec<Reading>) -> Result<Reading> {
    let mut complete: Vec<Reading> = Vec::new();
    let mut furthest: Option<Reading> = None;
    for reading in readings {
        if reading.is_complete(records) && reading.columns.is_ok() {
            let differs =
                |other: &Reading| (other.header, &other.edges) != (reading.header, &reading.edges);
            if complete.iter().all(differs) {
                complete.push(reading);
            }
        } else if furthest.as_ref().is_none_or(|furthest| progress(furthest) < progress(&reading)) {
            furthest = Some(reading);
        }
    }
    match complete.as_slice() {
        [] => Ok(furthest.expect("one dialect is allowed at least")),
        [_] => Ok(complete.swap_remove(0)),
        [one, other, ..] => {
            let record = &records[one.first];
            let ways = [one, other].map(|reading| way(reading.dialect));
            let expected = format!(
                "a line that can be read in one way, not {}; say which with --separator and --decimal",
                ways.join(" or ")
            );
            Err(head.line_error(record.line + 1, &expected, quoted(&record.text)))
        }
    }
}

/// How far a reading went; where that is nowhere, one that finds fields went further.
fn progress(reading: &Reading) -> ((usize, u32), u32) {
    (reading.reached, reading.width)
}

fn way(dialect: Dialect) -> String {
    format!("separated by {} with decimal {}s", dialect.separator.plural(), dialect.decimal.name())
}

/// Why a reading does not tell which columns to take.
fn unclear(head: &Head<'_>, records: &[Record], reading: Reading) -> Error {
    match reading.columns {
        Ok(_) => unreachable!("it tells"),
        Err(Unclear::Line(index, fault)) => head.fault_error(records[index].line + 1, *fault),
        Err(Unclear::Ask(what)) => {
            let record =
                &records[reading.first.saturating_sub(usize::from(reading.names.is_some()))];
            head.content(&format!("line {}: {what}", record.line + 1))
        }
    }
}

/// What is said of how the file is read: what a user might not expect.
fn notes(reading: &Reading, records: &[Record], options: &TextOptions) -> Vec<String> {
    let mut notes = Vec::new();
    let Ok(columns) = reading.columns else { return notes };
    if reading.dialect.decimal == Decimal::Comma && options.decimal.is_none() {
        // Only a weight that has one tells the comma from the point.
        let weights = records[reading.first..]
            .iter()
            .filter_map(|record| super::field(&record.text, reading.dialect, columns.weight?));
        let example = weights.into_iter().find(|weight| weight.contains(','));
        notes.extend(example.map(|weight| {
            let read = weight.replace(',', ".");
            format!("its weights have decimal commas: {weight} is read as {read} (--decimal point if not)")
        }));
    }
    let by_name = matches!(options.columns, Some(Selection::Names(_)));
    if let Some(names) = reading.names.as_deref().filter(|_| options.columns.is_none() || by_name) {
        let name = |place: u32| quoted(names[place as usize - 1].as_bytes());
        let weight = columns
            .weight
            .map_or("no weights".to_owned(), |weight| format!("weight {}", name(weight)));
        let is_plain =
            Columns { weight: Some(3), ..columns } == Columns { u: 1, v: 2, weight: Some(3) };
        let is_known = Columns::known(names).is_some() && Columns::third_is_weight(names);
        if !(by_name || is_plain && is_known) {
            notes.push(format!(
                "columns by the first line: u {}, v {}, {weight}",
                name(columns.u),
                name(columns.v)
            ));
        }
    }
    notes
}
