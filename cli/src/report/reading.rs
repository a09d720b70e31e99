//! Reads rows for a report. Nothing is left out: a file that is wrong anywhere is refused, with the
//! place.

use crate::console::{CsvFile, FIRST};
use mst::error::{ContentFault, Error, Place, Result, printable};
use mst::experiment::Row;
use mst::format::Decimal;
use std::fs;
use std::ops::Range;
use std::path::Path;

/// More vertices, edges, ranks or threads than this are no measurement, and would overflow sums.
const MOST: [(&str, f64); 4] =
    [("n", 4_294_967_296.0), ("m", 1e13), ("ranks", 65_536.0), ("threads", 65_536.0)];
/// The longest text of a field that an error shows.
const SHOWN: usize = 40;

/// The rows of a CSV file that this program wrote, with decimal points or commas.
///
/// # Errors
/// [`Error::File`] if it cannot be read; [`Error::Content`] if it has no rows, another header or
/// lacks a column; [`Error::Line`] if a field is not as its column asks, or was written by a newer
/// version.
pub(crate) fn read(path: &Path) -> Result<Vec<Row>> {
    let bytes = fs::read(path).map_err(Error::file("read", path))?;
    let text = String::from_utf8(bytes).map_err(|_| foreign(path, "it is not text"))?;
    let header = text.lines().next().unwrap_or_default();
    let Some(rest) = header.strip_prefix(FIRST) else {
        return Err(match text.trim().is_empty() {
            true => foreign(path, "it is empty"),
            false => foreign(path, "its first line does not begin with the column \"started\""),
        });
    };
    // Semicolons go with decimal commas.
    let decimal = if rest.starts_with(';') { Decimal::Comma } else { Decimal::Point };
    let signs = CsvFile { path: path.to_owned(), decimal };
    let file = CsvText { path, text: &text, signs };
    file.rows()
}

fn foreign(path: &Path, why: &str) -> Error {
    let what = format!("{why}; give a CSV that mst sweep, compare or solve has written");
    Error::content(path, ContentFault::Unsupported, what)
}

/// The text of a CSV file.
struct CsvText<'a> {
    path: &'a Path,
    text: &'a str,
    /// What separates its fields, and its decimal sign.
    signs: CsvFile,
}

impl CsvText<'_> {
    fn rows(&self) -> Result<Vec<Row>> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.signs.delimiter())
            .flexible(true)
            .from_reader(self.text.as_bytes());
        let header = reader.headers().map_err(|why| foreign(self.path, &why.to_string()))?.clone();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|why| foreign(self.path, &why.to_string()))?;
            rows.push(self.row(&header, &record)?);
        }
        match rows.is_empty() {
            true => Err(foreign(self.path, "it has no rows")),
            false => Ok(rows),
        }
    }

    fn row(&self, header: &csv::StringRecord, record: &csv::StringRecord) -> Result<Row> {
        if record.len() != header.len() {
            let expected = format!("{} fields, as in the first line", header.len());
            let found = format!("{}; remove the line if it was cut off", record.len());
            return Err(self.wrong(record, record.len().min(header.len()) - 1, &expected, &found));
        }
        // First, since a newer version may have changed the columns that follow.
        self.check_schema(header, record)?;
        let plain: csv::StringRecord = record.iter().map(|field| self.signs.plain(field)).collect();
        let row: Row = plain.deserialize(Some(header)).map_err(|why| {
            let csv::ErrorKind::Deserialize { err, .. } = why.kind() else {
                return foreign(self.path, &why.to_string());
            };
            match err.field() {
                Some(field) => {
                    self.unreadable(header, record, field as usize, &err.kind().to_string())
                }
                None => foreign(
                    self.path,
                    &err.kind().to_string().replace("missing field", "it has no column"),
                ),
            }
        })?;
        self.check_numbers(header, &plain, record)?;
        Ok(row)
    }

    fn check_schema(&self, header: &csv::StringRecord, record: &csv::StringRecord) -> Result<()> {
        let Some(place) = header.iter().position(|name| name == "schema") else { return Ok(()) };
        match record[place].parse::<u32>() {
            Ok(schema) if schema > Row::SCHEMA => {
                let expected = format!("a version of the columns up to {}", Row::SCHEMA);
                let found = format!("{schema}; a newer mst has written it, use that one");
                Err(self.wrong(record, place, &expected, &found))
            }
            _ => Ok(()),
        }
    }

    /// Checks what the type of a column does not: times are finite and not negative, and there is
    /// at least one of each thing that is counted.
    fn check_numbers(
        &self,
        header: &csv::StringRecord,
        plain: &csv::StringRecord,
        record: &csv::StringRecord,
    ) -> Result<()> {
        for (place, (name, value)) in header.iter().zip(plain).enumerate() {
            let is_positive = matches!(name, "ranks" | "threads" | "host_count" | "total_s");
            let is_time = name.ends_with("_s");
            let most = MOST.iter().find(|(of, _)| *of == name).map(|(_, most)| *most);
            if !is_positive && !is_time && most.is_none() {
                continue;
            }
            let mut numbers = value.split_whitespace().map(|number| number.parse::<f64>().ok());
            let holds = |number: Option<f64>| {
                number.is_some_and(|number| {
                    let range = 0.0..=most.unwrap_or(f64::MAX);
                    range.contains(&number) && (number > 0.0 || !is_positive)
                })
            };
            if !numbers.all(holds) {
                let why = "it must be a positive number that is possible";
                return Err(self.unreadable(header, record, place, why));
            }
        }
        Ok(())
    }

    fn unreadable(
        &self,
        header: &csv::StringRecord,
        record: &csv::StringRecord,
        field: usize,
        why: &str,
    ) -> Error {
        let expected = format!("a value of the column {}", &header[field]);
        let cut: String = record[field].chars().take(SHOWN).collect();
        self.wrong(
            record,
            field,
            &expected,
            &format!("\"{}\": {}", printable(&cut), printable(why)),
        )
    }

    /// The error about a field of a record, with its place.
    fn wrong(
        &self,
        record: &csv::StringRecord,
        field: usize,
        expected: &str,
        found: &str,
    ) -> Error {
        let (line, start) = record
            .position()
            .map_or((1, 0), |position| (position.line(), position.byte() as usize));
        let column = self.field_start(start..self.text.len(), field) as u64 + 1;
        let place = Place { path: self.path.into(), line, column };
        Error::Line { place, expected: expected.to_owned(), found: found.to_owned() }
    }

    /// The byte at which a field begins, in a record that begins with `range`.
    fn field_start(&self, range: Range<usize>, field: usize) -> usize {
        let (mut left, mut is_quoted) = (field, false);
        for (place, byte) in self.text.as_bytes()[range].iter().enumerate() {
            match byte {
                _ if left == 0 => return place,
                b'"' => is_quoted = !is_quoted,
                byte if *byte == self.signs.delimiter() && !is_quoted => left -= 1,
                _ => {}
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    /// The message about a file with this text, without the path of its folder.
    fn refusal(text: &str) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.csv");
        fs::write(&path, text).expect("written");
        let why = read(&path).expect_err("it is wrong").to_string();
        why.replace(&format!("{}/", folder.path().display()), "")
    }

    /// A file of two rows, in which the text of the second row's `column` is replaced.
    fn with(column: &str, value: &str) -> String {
        let text = fixture::csv(&fixture::strong()[..2]);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().expect("a header").clone();
        let place = header.iter().position(|name| name == column).expect("a column");
        let last = reader.records().last().expect("two rows").expect("a row");
        let changed =
            last.iter().enumerate().map(|(at, old)| if at == place { value } else { old });
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(changed).expect("memory");
        let changed = String::from_utf8(writer.into_inner().expect("memory")).expect("text");
        let lines: Vec<&str> = text.lines().take(2).chain([changed.trim_end()]).collect();
        lines.join("\n")
    }

    #[test]
    fn rows_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.csv");
        let rows = fixture::strong();
        fs::write(&path, fixture::csv(&rows)).expect("written");
        assert_eq!(read(&path).expect("rows"), rows);
    }

    #[test]
    fn decimal_commas_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let csv_file = CsvFile { path: folder.path().join("x.csv"), decimal: Decimal::Comma };
        let rows = fixture::strong();
        csv_file.append(&rows).expect("written");
        assert_eq!(read(&csv_file.path).expect("rows"), rows);
    }

    #[test]
    fn what_is_no_file_of_rows_is_refused() {
        let remedy = "give a CSV that mst sweep, compare or solve has written";
        assert_eq!(refusal(""), format!("x.csv: it is empty; {remedy}"));
        let header = fixture::csv(&fixture::strong()[..1]).lines().next().map(str::to_owned);
        assert_eq!(refusal(&header.expect("a header")), format!("x.csv: it has no rows; {remedy}"));
        assert!(refusal("u,v\n1,2\n").contains("does not begin with the column \"started\""));
        let without = fixture::csv(&fixture::strong()[..1]).replacen(",total_s,", ",seconds,", 1);
        assert_eq!(refusal(&without), format!("x.csv: it has no column `total_s`; {remedy}"));
    }

    #[test]
    fn a_wrong_field_is_named_with_its_place() {
        let found = refusal(&with("ranks", "three"));
        let text = with("ranks", "three");
        let line = text.lines().nth(2).expect("two rows");
        let column = line.find("three").expect("it is there") + 1;
        assert_eq!(
            found,
            format!(
                "x.csv:3:{column}: expected a value of the column ranks, found \"three\": invalid \
                 digit found in string"
            )
        );
        for (column, value) in [
            ("total_s", "NaN"),
            ("read_s", "-1"),
            ("merge_s", "inf"),
            ("threads", "0"),
            ("ranks", "65537"),
            ("m", "18446744073709551615"),
        ] {
            let found = refusal(&with(column, value));
            assert!(found.contains(&format!("the column {column}, found \"{value}\"")), "{found}");
        }
        let newer = refusal(&with("schema", "99"));
        assert!(newer.contains("found 99; a newer mst has written it"), "{newer}");
    }

    #[test]
    fn a_line_that_was_cut_off_is_named_with_the_place_of_its_end() {
        let text = fixture::csv(&fixture::strong()[..2]);
        let text = &text[..text.len() - 30];
        let line = text.lines().last().expect("a row");
        let column = line.rfind(',').expect("fields") + 2;
        let found = refusal(text);
        assert!(found.starts_with(&format!("x.csv:3:{column}: expected ")), "{found}");
        assert!(found.contains("remove the line if it was cut off"), "{found}");
    }
}
