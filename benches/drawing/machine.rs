//! The machine and the day of the measurements, from `machine.txt`.

use super::Done;
use std::fmt;
use std::path::Path;

/// The facts about the machine that a caption shows.
pub(crate) struct Machine {
    pub(crate) model: String,
    cores: usize,
    date: String,
}

impl Machine {
    /// Reads `machine.txt` in a folder of results.
    pub(crate) fn read(folder: &Path) -> Done<Self> {
        let path = folder.join("machine.txt");
        let in_file = |why: String| format!("{}: {why}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|why| in_file(why.to_string()))?;
        Ok(Self::parse(&text).map_err(in_file)?)
    }

    /// Parses lines of `lscpu` and the day of the measurements. Cores are counted without
    /// hyper-threads.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let find = |name: &str| {
            text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
        };
        let required = |name: &str| {
            find(name).map(str::to_owned).ok_or_else(|| format!("no line \"{name}: ...\"; add it"))
        };
        let number = |word: &str| {
            word.parse::<usize>().map_err(|_| format!("\"{word}\" is no number of cores"))
        };
        let threads_per_core = find("Thread(s) per core").map_or(Ok(1), number)?;
        let cores = number(&required("CPU(s)")?)? / threads_per_core.max(1);
        Ok(Self { model: required("Model name")?, cores: cores.max(1), date: required("date")? })
    }

    /// The machine in words, and which of these counts of ranks or threads, in rising order, have
    /// to share cores.
    pub(crate) fn shared_by(&self, counts: &[usize], what: &str) -> String {
        let several: Vec<usize> = counts.iter().copied().filter(|count| *count > 1).collect();
        let (alone, together) =
            several.split_at(several.partition_point(|count| *count <= self.cores));
        let group = |counts: &[usize], verb: &str| {
            let counts: Vec<String> = counts.iter().map(usize::to_string).collect();
            (!counts.is_empty()).then(|| format!("{} {what} {verb}", counts.join(" and ")))
        };
        let share = format!("share {}", self.cores_in_words());
        let parts =
            [Some(self.to_string()), group(alone, "have a core each"), group(together, &share)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn cores_in_words(&self) -> String {
        format!("{} core{}", self.cores, if self.cores == 1 { "" } else { "s" })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, measured {}", self.model, self.cores_in_words(), self.date)
    }
}
