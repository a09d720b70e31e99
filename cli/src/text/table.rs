//! Aligned tables without lines: the first column is left-aligned, the others are right-aligned.

use comfy_table::{Cell, CellAlignment, Row, Table, presets};

/// A table of `rows` under `header`; an empty header is left out.
pub fn table(header: &[&str], rows: &[impl AsRef<[String]>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let line = |cells: &[&str]| {
        let cells = cells.iter().enumerate().map(|(column, text)| {
            let side = if column == 0 { CellAlignment::Left } else { CellAlignment::Right };
            Cell::new(text).set_alignment(side)
        });
        Row::from(cells.collect::<Vec<_>>())
    };
    if header.iter().any(|cell| !cell.is_empty()) {
        table.set_header(line(header));
    }
    for row in rows {
        table.add_row(line(&row.as_ref().iter().map(String::as_str).collect::<Vec<_>>()));
    }
    // The table pads every cell, but text above and below it begins at the margin.
    let flush = |line: String| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned() + "\n";
    table.lines().map(flush).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_begin_and_numbers_end_in_one_column() {
        let rows = [["a".to_owned(), "1.0".to_owned()], ["long".to_owned(), "10.0".to_owned()]];
        assert_eq!(table(&["name", "time"], &rows), "name  time\na      1.0\nlong  10.0\n");
        assert_eq!(table(&["", ""], &rows), "a      1.0\nlong  10.0\n");
        assert_eq!(table(&["", "time"], &rows), "      time\na      1.0\nlong  10.0\n");
    }
}
