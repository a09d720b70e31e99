//! Writes rows to a CSV file or to standard output.

use super::common::decimals;
use crate::console::Output;
use crate::console::{CsvFile, write_stdout};
use mst::comm::Comm;
use mst::error::{Error, Result};
use mst::experiment::Row;
use mst::format::Decimal;
use std::path::Path;

/// How rows are written.
#[derive(Debug, clap::Args)]
pub(super) struct RowOptions {
    /// The decimal sign in the CSV; with commas, semicolons separate its columns
    #[arg(long, value_name = "SIGN", default_value = Decimal::Point.name(), value_parser = decimals())]
    csv_decimal: Decimal,
}

impl RowOptions {
    /// Checks on rank 0, before the work, that rows can be written to `csv`, and that `output` is
    /// another file.
    ///
    /// # Errors
    /// Those of [`CsvFile::check`]; [`Error::Usage`] if both are one file.
    pub(super) fn check(&self, comm: &Comm, csv: &Path, output: Option<&Path>) -> Result<()> {
        if comm.rank() != 0 {
            return Ok(());
        }
        if output.is_some_and(|output| is_same(csv, output)) {
            return Err(Error::usage("--csv", "--csv and --output name the same file"));
        }
        if Output::is_standard(csv) {
            return Ok(());
        }
        self.csv_file(csv).check::<Row>()
    }

    /// The rows in `csv`, and how many of its lines are none.
    ///
    /// # Errors
    /// Those of [`CsvFile::rows`].
    pub(super) fn read(&self, csv: &Path) -> Result<(Vec<Row>, usize)> {
        match Output::is_standard(csv) {
            true => Ok((Vec::new(), 0)),
            false => self.csv_file(csv).rows(),
        }
    }

    /// Appends rows to `csv`.
    ///
    /// # Errors
    /// Those of [`CsvFile::append`], and if standard output is a file on a full disk.
    pub(super) fn append(&self, csv: &Path, rows: &[Row]) -> Result<()> {
        let csv_file = self.csv_file(csv);
        if Output::is_standard(csv) {
            write_stdout(csv_file.text(rows).as_bytes())
        } else {
            csv_file.append(rows)
        }
    }

    fn csv_file(&self, csv: &Path) -> CsvFile {
        CsvFile { path: csv.to_owned(), decimal: self.csv_decimal }
    }
}

/// Whether two paths name the same file, even if it does not exist yet.
fn is_same(a: &Path, b: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
    let standard = Output::is_standard(a) && Output::is_standard(b);
    standard || matches!((whole(a), whole(b)), (Ok(a), Ok(b)) if a == b)
}
