//! `mst report`: writes the report about measured runs.

use crate::console::note;
use crate::report::{self, Language, Sources};
use mst::error::{Error, Result, shown};
use std::path::PathBuf;

/// Write the report about measured runs: figures, tables, answers
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Writes report.html (one file, also for paper), report.md, report.tex, and figures/ with each figure
as SVG, PNG and CSV. The machines and links are those that mst sweep has saved beside its rows.")]
pub(super) struct Args {
    /// CSV files of mst sweep, compare or solve
    #[arg(value_name = "FILES", required = true)]
    files: Vec<PathBuf>,

    /// The folder to write
    #[arg(short, long, value_name = "DIR", default_value = "report")]
    output: PathBuf,

    /// The language of every word in it
    #[arg(short, long, value_name = "LANG", default_value = "en")]
    lang: Language,

    /// Show rows of different builds, machines or MPI libraries side by side
    #[arg(long)]
    mix: bool,

    /// Show the report in the browser
    #[arg(long)]
    open: bool,
}

impl Args {
    pub(super) fn run(&self) -> Result<()> {
        let sources = Sources::read(&self.files)?;
        let page = report::write(sources, self.lang, self.mix, &self.output)?;
        note(&format!("report: {}", shown(&page)));
        match self.open {
            true if !has_screen() => {
                let what = format!(
                    "there is no screen here; open {} on a machine that has one",
                    shown(&page)
                );
                Err(Error::usage("--open", what))
            }
            true => opener::open(&page).map_err(|why| {
                let what = format!("no browser can be started: {why}; open {}", shown(&page));
                Error::usage("--open", what)
            }),
            false => Ok(()),
        }
    }
}

/// Whether a browser can be seen: what starts one says nothing if there is no screen.
fn has_screen() -> bool {
    let is_windows =
        || std::fs::read_to_string("/proc/version").is_ok_and(|text| text.contains("microsoft"));
    let variables = ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"];
    variables.iter().any(|name| std::env::var_os(name).is_some()) || is_windows()
}
