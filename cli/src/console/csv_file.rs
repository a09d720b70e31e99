//! Appends rows to a CSV file, either as programs read it, or as spreadsheets do in countries where
//! decimals have commas.

use super::output::folder_of;
use mst::error::{ContentFault, Error, Result};
use mst::format::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// The start of every header that any version of this program writes.
pub(crate) const FIRST: &str = "started";

/// A CSV file.
#[derive(Clone, Debug)]
pub(crate) struct CsvFile {
    /// The path of the file.
    pub(crate) path: PathBuf,
    /// The sign of decimals; with commas, semicolons separate the fields.
    pub(crate) decimal: Decimal,
}

impl CsvFile {
    /// Checks that [`CsvFile::append`] can write to the file. Called before the work, so that no
    /// work is lost. Creates no file.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be written, [`Error::Content`] if it is not a regular file, or
    /// does not begin with the header of rows of type `R`.
    pub(crate) fn check<R: Serialize + Default>(&self) -> Result<()> {
        let path = &self.path;
        match path.metadata() {
            Ok(about) if !about.is_file() => Err(Error::content(
                path,
                ContentFault::Unsupported,
                "it is not a regular file, so no rows can be appended to it",
            )),
            Ok(_) => self.has_header(&self.open()?, &self.header(&R::default())),
            Err(why) if why.kind() == ErrorKind::NotFound => {
                let tried = tempfile::tempfile_in(folder_of(path));
                tried.map(drop).map_err(Error::file("write", path))
            }
            Err(why) => Err(Error::file("write", path)(why)),
        }
    }

    /// Appends `rows` below the header, which is written if the file is new or empty.
    ///
    /// The rows are written at once under the file's lock, so several commands may share a file. If
    /// not all can be written, none is.
    ///
    /// # Errors
    /// Those of [`CsvFile::check`], and if the disk is full.
    pub(crate) fn append<R: Serialize>(&self, rows: &[R]) -> Result<()> {
        let Some(first) = rows.first() else { return Ok(()) };
        let header = self.header(first);
        let file = self.open()?;
        let failed = |why| Error::file("write", &self.path)(why);
        file.lock().map_err(failed)?;
        self.has_header(&file, &header)?;
        let len = file.metadata().map_err(failed)?.len();
        let header = if len == 0 { header } else { String::new() };
        let text = header + unfinished_line(&file, len).map_err(failed)? + &self.lines(rows);
        (&file).write_all(text.as_bytes()).map_err(|why| {
            // Remove what was written: a part of a row would be read as a row.
            let _ = if len == 0 { fs::remove_file(&self.path) } else { file.set_len(len) };
            failed(why)
        })
    }

    /// The rows of the file, and how many lines are none, like the last one after a power failure.
    /// There are none if the file does not exist.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read.
    pub(crate) fn rows<R: DeserializeOwned>(&self) -> Result<(Vec<R>, usize)> {
        let text = match fs::read(&self.path) {
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok((Vec::new(), 0)),
            text => text.map_err(Error::file("read", &self.path))?,
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.delimiter())
            .flexible(true)
            .from_reader(text.as_slice());
        let Ok(header) = reader.headers().cloned() else { return Ok((Vec::new(), 1)) };
        let records: Vec<_> = reader.records().collect();
        let row = |record: &csv::Result<csv::StringRecord>| {
            let record = record.as_ref().ok().filter(|record| record.len() == header.len())?;
            let plain: csv::StringRecord = record.iter().map(|field| self.plain(field)).collect();
            plain.deserialize(Some(&header)).ok()
        };
        let rows: Vec<R> = records.iter().filter_map(row).collect();
        let unread = records.len() - rows.len();
        Ok((rows, unread))
    }

    /// The header and `rows`, as [`CsvFile::append`] writes them to a new file.
    pub(crate) fn text<R: Serialize>(&self, rows: &[R]) -> String {
        rows.first().map(|row| self.header(row)).unwrap_or_default() + &self.lines(rows)
    }

    fn open(&self) -> Result<File> {
        let mut options = File::options();
        let opened = options.read(true).append(true).create(true).open(&self.path);
        opened.map_err(Error::file("write", &self.path))
    }

    fn has_header(&self, file: &File, header: &str) -> Result<()> {
        let mut found = String::new();
        let read = (&mut &*file)
            .seek(SeekFrom::Start(0))
            .and_then(|_| BufReader::new(file.take(1 << 16)).read_line(&mut found));
        match read {
            Ok(_) if found.is_empty() || found == header => {
                return Ok(());
            }
            // A file that is not text does not have our header either.
            Err(why) if why.kind() != ErrorKind::InvalidData => {
                return Err(Error::file("read", &self.path)(why));
            }
            Ok(_) | Err(_) => {}
        }
        let what = match found.strip_prefix(FIRST) {
            Some(_) => {
                "its header differs from that of this version and these options; name a new file \
                 with --csv"
            }
            None => {
                "it is not a CSV file of this program, so no rows are appended to it; name a new \
                 file with --csv"
            }
        };
        Err(Error::content(&self.path, ContentFault::Occupied, what))
    }

    /// The line of column names.
    fn header(&self, row: &impl Serialize) -> String {
        self.line(records([row], true).first().into_iter().flatten())
    }

    fn lines<R: Serialize>(&self, rows: &[R]) -> String {
        let localised = |record: &csv::StringRecord| {
            let values: Vec<String> = record.iter().map(|value| self.localised(value)).collect();
            self.line(values.iter().map(String::as_str))
        };
        records(rows, false).iter().map(localised).collect()
    }

    /// The value, with the file's decimal sign if it is a decimal number.
    fn localised(&self, value: &str) -> String {
        match self.decimal {
            Decimal::Comma if value.contains('.') && value.parse::<f64>().is_ok() => {
                value.replace('.', ",")
            }
            _ => value.to_owned(),
        }
    }

    /// The value, with a decimal point if it is a decimal number.
    pub(crate) fn plain(&self, value: &str) -> String {
        let number = value.replacen(',', ".", 1);
        match self.decimal {
            Decimal::Comma if number.parse::<f64>().is_ok() => number,
            _ => value.to_owned(),
        }
    }

    pub(crate) fn delimiter(&self) -> u8 {
        match self.decimal {
            Decimal::Point => b',',
            Decimal::Comma => b';',
        }
    }

    fn line<'a>(&self, fields: impl Iterator<Item = &'a str>) -> String {
        let mut writer =
            csv::WriterBuilder::new().delimiter(self.delimiter()).from_writer(Vec::new());
        writer.write_record(fields).expect("writing to a vector cannot fail");
        let bytes = writer.into_inner().expect("writing to a vector cannot fail");
        String::from_utf8(bytes).expect("text")
    }
}

/// The fields of the rows as text; with `header`, a record of the fields' names comes first.
fn records<R: Serialize>(
    rows: impl IntoIterator<Item = R>,
    header: bool,
) -> Vec<csv::StringRecord> {
    let mut writer = csv::WriterBuilder::new().has_headers(header).from_writer(Vec::new());
    rows.into_iter().for_each(|row| writer.serialize(row).expect("a row of plain fields"));
    let bytes = writer.into_inner().expect("writing to a vector cannot fail");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&*bytes);
    reader.records().collect::<Result<_, _>>().expect("CSV that was just written")
}

/// A line feed if the last line of a file of `len` bytes has none, as after a power failure; else
/// an empty text.
fn unfinished_line(mut file: &File, len: u64) -> io::Result<&'static str> {
    if len == 0 {
        return Ok("");
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(if last == *b"\n" { "" } else { "\n" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, Default, PartialEq, Serialize, serde::Deserialize)]
    struct TestRow {
        started: String,
        total_s: f64,
    }

    fn row(value: &str) -> TestRow {
        TestRow { started: value.to_owned(), total_s: 0.5 }
    }

    #[derive(Default, Serialize)]
    struct OtherRow {
        started: String,
    }

    fn csv_file(folder: &std::path::Path, decimal: Decimal) -> CsvFile {
        CsvFile { path: folder.join("runs.csv"), decimal }
    }

    #[test]
    fn the_header_stands_once_and_another_one_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let csv_file = csv_file(folder.path(), Decimal::Point);
        csv_file.check::<TestRow>().expect("writable");
        assert!(!csv_file.path.exists(), "the check creates no file");
        csv_file.append(&[row("a,b"), row("c")]).expect("written");
        csv_file.append(&[row("d")]).expect("written");
        let text = fs::read_to_string(&csv_file.path).expect("there");
        assert_eq!(text, "started,total_s\n\"a,b\",0.5\nc,0.5\nd,0.5\n");
        csv_file.check::<TestRow>().expect("its own");
        let message = csv_file.check::<OtherRow>().expect_err("another").to_string();
        assert!(message.contains("its header differs"), "{message}");
        let other = csv_file.append(&[OtherRow::default()]).unwrap_err();
        assert!(other.to_string().contains("its header differs"), "{other}");
        assert_eq!(
            fs::read_to_string(&csv_file.path).expect("there"),
            text,
            "nothing half-written"
        );
    }

    #[test]
    fn foreign_files_stay_as_they_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let csv_file = csv_file(folder.path(), Decimal::Point);
        for foreign in [&b"0 1 5\n"[..], b"a,b\n1,2\n", b"\xff\xfe\0"] {
            fs::write(&csv_file.path, foreign).expect("written");
            let message = csv_file.check::<TestRow>().expect_err("foreign").to_string();
            assert!(message.contains("not a CSV file of this program"), "{message}");
            assert!(csv_file.append(&[row("a")]).is_err());
            assert_eq!(fs::read(&csv_file.path).expect("there"), foreign);
        }
    }

    #[test]
    fn a_torn_row_is_not_joined_by_the_next() {
        let folder = tempfile::tempdir().expect("a folder");
        let csv_file = csv_file(folder.path(), Decimal::Point);
        fs::write(&csv_file.path, "started,total_s\na,0.").expect("written");
        csv_file.append(&[row("b")]).expect("written");
        let text = fs::read_to_string(&csv_file.path).expect("there");
        assert_eq!(text, "started,total_s\na,0.\nb,0.5\n");
    }

    #[test]
    fn rows_are_read_as_they_were_written_and_torn_lines_are_counted() {
        let folder = tempfile::tempdir().expect("a folder");
        for decimal in Decimal::ALL {
            let csv_file = csv_file(folder.path(), decimal);
            assert_eq!(csv_file.rows::<TestRow>().expect("no file"), (Vec::new(), 0));
            let rows = [row("a,b"), row("c;d"), row("1,5x")];
            csv_file.append(&rows).expect("written");
            assert_eq!(csv_file.rows().expect("read"), (rows.to_vec(), 0));
            let torn = fs::read_to_string(&csv_file.path).expect("there") + "e";
            fs::write(&csv_file.path, torn).expect("written");
            csv_file.append(&rows[..1]).expect("written");
            let read = [&rows[..], &rows[..1]].concat();
            assert_eq!(csv_file.rows().expect("read"), (read, 1));
            fs::remove_file(&csv_file.path).expect("removed");
        }
    }

    #[test]
    fn spreadsheets_get_their_commas() {
        let folder = tempfile::tempdir().expect("a folder");
        let csv_file = csv_file(folder.path(), Decimal::Comma);
        #[derive(Serialize)]
        struct DecimalRow {
            started: &'static str,
            weight: f64,
            n: u32,
        }
        let row = DecimalRow { started: "0.1.0", weight: -1.5e300, n: 7 };
        csv_file.append(std::slice::from_ref(&row)).expect("written");
        let text = fs::read_to_string(&csv_file.path).expect("there");
        assert_eq!(text, "started;weight;n\n0.1.0;-1,5e300;7\n");
        assert_eq!(csv_file.text(&[row]), text);
    }
}
