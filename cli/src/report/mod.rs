//! The report about measured runs: which rows can be compared, what they show, and the pages that say
//! so, in figures, tables and sentences.

mod content;
mod correctness;
mod crossing;
mod document;
mod figure;
#[cfg(test)]
mod fixture;
mod language;
mod machines;
mod points;
mod prediction;
mod reading;
mod render;
mod scaling;
mod study;

pub(crate) use language::Language;
pub(crate) use machines::{Snapshot, add, beside};

use crate::console::save;
use content::Results;
use figure::Painter;
use mst::error::{Error, Result};
use mst::experiment::Row;
use std::fs;
use std::path::{Path, PathBuf};
use study::Study;

/// What a report is made of.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// The names of the files that the rows are in.
    pub(crate) files: Vec<String>,
    pub(crate) rows: Vec<Row>,
    pub(crate) snapshots: Vec<Snapshot>,
}

impl Sources {
    /// Reads CSV files, and the files of machines beside them.
    ///
    /// # Errors
    /// If a file cannot be read or is wrong anywhere, with the place.
    pub(crate) fn read(files: &[PathBuf]) -> Result<Self> {
        let mut sources = Self::default();
        for file in files {
            sources.files.push(file.display().to_string());
            sources.rows.extend(reading::read(file)?);
            sources.snapshots.extend(machines::read(&beside(file))?);
        }
        Ok(sources)
    }
}

/// Writes a report into a folder, which is made if there is none: `report.html`, `report.md`,
/// `report.tex`, and `figures/` with each figure as SVG, PNG and CSV. Returns the path of the HTML.
///
/// # Errors
/// [`Error::Usage`] if the rows cannot be compared, unless `may_mix`; [`Error::File`] if a file
/// cannot be written. Each file is complete, or as it was before.
pub(crate) fn write(
    sources: Sources,
    language: Language,
    may_mix: bool,
    folder: &Path,
) -> Result<PathBuf> {
    let study = Study::of(sources.rows, may_mix)?;
    let say = language.messages();
    let document = Results::of(&study, &sources.files, &sources.snapshots).document(say);
    let figures = folder.join("figures");
    fs::create_dir_all(&figures).map_err(Error::file("create", &figures))?;
    let painter = Painter::new();
    let drawings: Vec<String> =
        document.figures().map(|figure| figure::svg(&figure.plot, say)).collect();
    for (figure, svg) in document.figures().zip(&drawings) {
        let file = |ending: &str| figures.join(format!("{}.{ending}", figure.name));
        save(&file("png"), &painter.png(svg))?;
        save(&file("svg"), svg.as_bytes())?;
        save(&file("csv"), figure.plot.data().as_bytes())?;
    }
    let page = folder.join("report.html");
    save(&folder.join("report.md"), render::markdown(&document, say).as_bytes())?;
    save(&folder.join("report.tex"), render::tex(&document, say).as_bytes())?;
    save(&page, render::html(&document, say, &drawings).as_bytes())?;
    Ok(page)
}
