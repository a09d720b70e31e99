//! Detects how a text is written, from its first records.
//!
//! Each dialect tries to read them, and the one that can is used. What two dialects read in
//! different ways is refused, as is what leaves open which columns to use. Choices that are not
//! obvious are noted for the user.

use super::reading::{Reading, Record, Unclear, numbers};
use super::write::HEADER;
use super::{Decimal, Rows, Separator, TextOptions, is_record};
use crate::error::{ContentFault, Error, Result, quoted};
use crate::format::columns::{Columns, Selection};
use crate::format::dialect::Dialect;
use crate::format::head::{Head, Top};

/// How much is looked at to detect that: records, and bytes of records.
const RECORDS: usize = 1000;
const BYTES: usize = 1 << 18;

/// Reads the top of a text edge list.
///
/// # Errors
/// [`Error::Line`] for a line that can be read in several ways, or not at all; [`Error::Content`]
/// for a file without data, or if it is not clear which columns to use.
pub(in crate::format) fn top(head: &mut Head<'_>, options: &TextOptions) -> Result<(Top, Rows)> {
    let TopSample { told, comment, records, end, separator } = sample(head, options)?;
    let options = &TextOptions { separator, ..options.clone() };
    if records.is_empty() && told.is_none() {
        return Err(head.content(ContentFault::Empty, "it contains no edges and no header"));
    }
    let dialects = Separator::ALL
        .into_iter()
        .flat_map(|separator| Decimal::ALL.map(|decimal| Dialect { separator, decimal }));
    let allowed = |dialect: &Dialect| {
        options.separator.is_none_or(|separator| separator == dialect.separator)
            && options.decimal.is_none_or(|decimal| decimal == dialect.decimal)
    };
    let readings = dialects
        .filter(allowed)
        .map(|dialect| Reading::of(dialect, &records, comment.as_deref(), options));
    let reading = choose(head, &records, readings.collect())?;
    let Some(rows) = reading.rows(options) else {
        return Err(unclear(head, &records, reading));
    };
    if options.decimal.is_none() {
        refuse_thousands(head, &records, &reading)?;
    }
    let notes = notes(&reading, &records, options);
    let is_known = told.is_some() || reading.header.is_some() || reading.names.is_some();
    let doubt = records.first().filter(|_| !is_known).and_then(|first| doubt(&first.text, rows));
    let (n, m) = told.or(reading.header).unzip();
    let (body, line) =
        records.get(reading.first).map_or(end, |record| (record.offset, record.line));
    Ok((Top { n, m, body, line, notes, doubt }, rows))
}

/// The top of a file.
struct TopSample {
    /// n and m, if a comment before the first record gives them.
    told: Option<(u64, u64)>,
    /// The last comment before the first record.
    comment: Option<Vec<u8>>,
    records: Vec<Record>,
    /// The bytes and lines before the end of what was looked at.
    end: (u64, u64),
    /// What separates columns, if the user or the first line says so.
    separator: Option<Separator>,
}

fn sample(head: &mut Head<'_>, options: &TextOptions) -> Result<TopSample> {
    let (mut told, mut comment, mut records, mut bytes) = (None, None, Vec::new(), 0);
    let mut separator = options.separator;
    while records.len() < RECORDS && bytes < BYTES {
        let (offset, line) = (head.offset, head.line);
        let Some(text) = head.next()? else { break };
        if text.contains(&b'\r') {
            let what = "has a carriage return before its end; to convert its line ends: tr '\\r' '\\n' \
                 <IN >OUT";
            return Err(
                head.content(ContentFault::Unsupported, &format!("line {} {what}", line + 1))
            );
        }
        if records.is_empty() && separator_line(&text).is_some() {
            separator = separator.or(separator_line(&text));
        } else if is_record(&text) {
            bytes += text.len();
            records.push(Record { text, offset, line });
        } else if records.is_empty() && !text.is_empty() {
            if text.starts_with(b"% bip") {
                return Err(head.content(
                    ContentFault::Unsupported,
                    "it is a bipartite KONECT graph; both sides count from 1: renumber them \
                     together first",
                ));
            }
            told = told.or(header_comment(&text));
            comment = Some(text);
        }
    }
    if told.is_some() && options.first_id == Some(1) {
        return Err(head.content(
            ContentFault::Contradictory,
            "its header says that ids count from 0: leave out --first-id 1",
        ));
    }
    Ok(TopSample { told, comment, records, end: (head.offset, head.line), separator })
}

/// The separator in a first line `sep=;`, as spreadsheets write and read it.
fn separator_line(line: &[u8]) -> Option<Separator> {
    let [byte] = line.strip_prefix(b"sep=")? else { return None };
    Separator::ALL.into_iter().find(|separator| separator.byte() == *byte)
}

/// n and m in a comment that this program has written.
fn header_comment(line: &[u8]) -> Option<(u64, u64)> {
    let [vertices, edges] = HEADER;
    let (n, rest) = str::from_utf8(line).ok()?.strip_prefix(vertices)?.split_once(edges)?;
    Some((n.parse().ok()?, rest.split_once(',')?.0.parse().ok()?))
}

/// The reading that reads all records, or else the one that gets furthest. Two that read all
/// records differently are an error.
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
        [] => Ok(furthest.expect("at least one dialect is allowed")),
        [_] => Ok(complete.swap_remove(0)),
        [one, other, ..] => {
            let record = &records[one.first];
            let ways = [one, other].map(|reading| way(reading.dialect));
            let expected = format!(
                "an unambiguous line, but this one can be read as {}; choose with --separator and \
                 --decimal",
                ways.join(" or ")
            );
            Err(head.line_error(record.line + 1, &expected, quoted(&record.text)))
        }
    }
}

/// How far a reading got; among those that got nowhere, the one with more columns counts as
/// further.
fn progress(reading: &Reading) -> ((usize, u32), u32) {
    (reading.reached, reading.width)
}

fn way(dialect: Dialect) -> String {
    format!("separated by {} with decimal {}s", dialect.separator.plural(), dialect.decimal.name())
}

/// The error for a reading that leaves open which columns to use.
fn unclear(head: &Head<'_>, records: &[Record], reading: Reading) -> Error {
    match reading.columns {
        Ok(_) => unreachable!("the columns are clear"),
        Err(Unclear::Line(index, fault)) => head.fault_error(records[index].line + 1, *fault),
        Err(Unclear::NeedsOption(what)) => {
            let record =
                &records[reading.first.saturating_sub(usize::from(reading.names.is_some()))];
            head.content(ContentFault::Ambiguous, &format!("line {}: {what}", record.line + 1))
        }
    }
}

/// Refuses weights whose sign may separate thousands: three digits follow it in every weight that
/// has it. The sign is the decimal comma, or the decimal point in a file with semicolons.
fn refuse_thousands(head: &Head<'_>, records: &[Record], reading: &Reading) -> Result<()> {
    let Dialect { separator, decimal } = reading.dialect;
    let sign = match decimal {
        Decimal::Comma => ',',
        Decimal::Point if separator == Separator::Semicolon => '.',
        Decimal::Point => return Ok(()),
    };
    let Some(place) = reading.columns.as_ref().ok().and_then(|columns| columns.weight) else {
        return Ok(());
    };
    let mut signed = records[reading.first..].iter().filter_map(|record| {
        let weight = super::field(&record.text, reading.dialect, place)?;
        weight.contains(sign).then_some((record.line, weight))
    });
    let Some((line, example)) = signed.next() else { return Ok(()) };
    let all = is_thousand(&example, sign) && signed.all(|(_, weight)| is_thousand(&weight, sign));
    if !all {
        return Ok(());
    }
    let other = example.replace(sign, "");
    let read = example.replace(',', ".");
    let expected = format!(
        "an unambiguous weight, but this one can be read as {read} or as {other}: use --decimal \
         {}, or remove thousands separators",
        decimal.name()
    );
    Err(head.line_error(line + 1, &expected, quoted(example.as_bytes())))
}

/// Whether a number has one to three digits, no zero first, then the sign and three digits.
fn is_thousand(number: &str, sign: char) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.trim_start_matches(['+', '-']);
    number.split_once(sign).is_some_and(|(whole, rest)| {
        digits(whole)
            && whole.len() <= 3
            && !whole.starts_with('0')
            && digits(rest)
            && rest.len() == 3
    })
}

/// n and m, if the first edge could be a header instead: two numbers in a file without weights, or
/// the sizes of a square matrix and the number of its entries.
fn doubt(first: &[u8], rows: Rows) -> Option<(u64, u64)> {
    match rows.width {
        2 => numbers(first, rows.dialect).map(|[n, m]| (n, m)),
        3 => {
            let sizes = numbers(first, rows.dialect).filter(|[u, v, m]| u == v && *m > 0);
            sizes.map(|[n, _, m]| (n, m))
        }
        _ => None,
    }
}

/// Notes for the user on how the file is read, where that may not be expected.
fn notes(reading: &Reading, records: &[Record], options: &TextOptions) -> Vec<String> {
    let mut notes = Vec::new();
    let Ok(columns) = reading.columns else { return notes };
    if reading.dialect.decimal == Decimal::Comma && options.decimal.is_none() {
        // The example must be a weight with a comma: only these are read differently.
        let weights = records[reading.first..]
            .iter()
            .filter_map(|record| super::field(&record.text, reading.dialect, columns.weight?));
        let example = weights.into_iter().find(|weight| weight.contains(','));
        notes.extend(example.map(|weight| {
            let read = weight.replace(',', ".");
            format!(
                "weights are read with a decimal comma: {weight} is {read} (if that is wrong: \
                     --decimal point)"
            )
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
                "columns chosen by the names in the first line: u {}, v {}, {weight}",
                name(columns.u),
                name(columns.v)
            ));
        }
    }
    notes
}
