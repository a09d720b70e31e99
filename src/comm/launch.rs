//! Which world to start: what the launcher says, and whether the world agrees with it.

use super::{Comm, threads};
use crate::error::{Error, LaunchFault, Result};

/// What a launcher has written into this process's environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launcher {
    /// The variable that holds the size of the world.
    pub variable: &'static str,
    /// How many processes the launcher says it started.
    pub size: usize,
    /// This process's rank, as the launcher says.
    pub rank: usize,
    /// Whether the launcher itself started this process. Inside a Slurm allocation, programs
    /// started by hand know the size, too.
    pub started: bool,
}

/// Reads what the launcher says from the variables that `variable` looks up; `None` without a
/// launcher.
pub fn launcher(variable: impl Fn(&str) -> Option<String>) -> Option<Launcher> {
    const KNOWN: [(&str, &str); 4] = [
        ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),
        ("PMI_SIZE", "PMI_RANK"),
        ("MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK"),
        ("SLURM_NTASKS", "SLURM_PROCID"),
    ];
    // A batch script has a SLURM_PROCID, too; Slurm starts only the tasks of a step.
    let is_task = |rank: &str| rank != "SLURM_PROCID" || variable("SLURM_STEP_ID").is_some();
    let number = |name: &str| variable(name).and_then(|value| value.trim().parse().ok());
    KNOWN.into_iter().find_map(|(size, rank)| {
        let (name, told) = (size, number(rank));
        let size = number(size)?;
        let started = told.is_some() && is_task(rank);
        Some(Launcher { variable: name, size, rank: told.unwrap_or(0), started })
    })
}

const SLURM: &str = "this MPI library does not work with a plain srun: use `srun --mpi=pmix` for \
                     Open MPI, `--mpi=pmi2` for MPICH (`srun --mpi=list` shows what there is), or \
                     mpirun inside the allocation";

/// Whether srun has started this process in a way that Open MPI does not support. Starting MPI
/// would then end each process with two screens of text.
#[cfg(feature = "mpi")]
fn srun_is_foreign(variable: impl Fn(&str) -> Option<String>, library: &str) -> bool {
    let has = |name: &str| variable(name).is_some();
    let own = has("OMPI_COMM_WORLD_RANK") || has("PMIX_RANK");
    library.starts_with("Open MPI") && has("SLURM_STEP_ID") && has("SLURM_PROCID") && !own
}

impl Launcher {
    /// Refuses a world whose size is not the launcher's. This happens if the program was built for
    /// another MPI: each process would then believe it is alone.
    fn expect(&self, size: usize) -> Result<()> {
        if self.size == size {
            return Ok(());
        }
        let Self { variable, size: told, .. } = self;
        let built = if cfg!(feature = "mpi") {
            "this program was built for another MPI: start it with the mpirun of the MPI that it \
             was built with, or rebuild it with the mpicc of this MPI (MPICC=...)"
        } else {
            "this program was built without MPI: build it with `cargo build --release`"
        };
        let hand = "if you want a single process, give --ranks 1";
        let why = match (self.started, *variable) {
            (false, _) => hand,
            (true, "SLURM_NTASKS") if cfg!(feature = "mpi") => SLURM,
            (true, _) => built,
        };
        Err(Error::launch(
            LaunchFault::Launcher,
            format!("{variable} announces {told} ranks, but MPI sees {size}: {why}"),
        ))
    }
}

/// Runs `job` on every rank of the world that this process belongs to, and returns what this
/// process's rank returned. With `ranks`, the world is one of threads, and the result is rank 0's.
///
/// MPI is started only under a launcher: a program started by hand is a world of one rank.
///
/// # Errors
/// Wrong usage: `ranks` under a launcher, a world whose size is not the launcher's, ranks that run
/// different programs.
pub fn start<R: Send>(
    ranks: Option<usize>,
    threads: Option<usize>,
    job: impl Fn(&Comm) -> R + Sync,
) -> Result<R> {
    let launcher = launcher(|name| std::env::var(name).ok());
    let started = launcher.as_ref().filter(|launcher| launcher.started);
    if let (Some(p), Some(launcher)) = (ranks, started) {
        return Err(Error::usage(
            "--ranks",
            format!(
                "--ranks {p} starts ranks inside one process, but a launcher has already started \
                 {} ({}); use only one of the two",
                launcher.size, launcher.variable
            ),
        ));
    }
    #[cfg(feature = "mpi")]
    if is_started() {
        if srun_is_foreign(|name| std::env::var(name).ok(), &super::linked_library()) {
            return Err(Error::launch(LaunchFault::Launcher, SLURM));
        }
        let expected = |size| launcher.as_ref().map_or(Ok(()), |launcher| launcher.expect(size));
        return super::mpi::run(threads, expected, job);
    }
    if let (None, Some(launcher)) = (ranks, &launcher) {
        launcher.expect(1)?;
    }
    let mut results = threads::try_run(ranks.unwrap_or(1), threads, job)?;
    Ok(results.swap_remove(0))
}

/// Whether a launcher has started this process; some launchers set only a variable of PMIx.
pub fn is_started() -> bool {
    let launcher = launcher(|name| std::env::var(name).ok());
    launcher.is_some_and(|launcher| launcher.started) || std::env::var_os("PMIX_RANK").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(variables: &[(&str, &str)]) -> Option<Launcher> {
        let look =
            |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_string());
        launcher(look)
    }

    #[test]
    fn the_launcher_is_known_by_its_variables() {
        assert_eq!(told(&[]), None);
        let open_mpi = told(&[("OMPI_COMM_WORLD_SIZE", "4"), ("OMPI_COMM_WORLD_RANK", "2")]);
        let open_mpi = open_mpi.expect("known");
        assert_eq!((open_mpi.size, open_mpi.rank, open_mpi.started), (4, 2, true));
        let allocation = told(&[("SLURM_NTASKS", "3")]).expect("known");
        assert!(!allocation.started);
        let script = [("SLURM_NTASKS", "3"), ("SLURM_PROCID", "0")];
        assert!(!told(&script).expect("known").started, "a batch script is no task");
        let task = [script[0], script[1], ("SLURM_STEP_ID", "0")];
        assert!(told(&task).expect("known").started);
        let within = told(&[("SLURM_NTASKS", "8"), ("PMI_SIZE", "2"), ("PMI_RANK", "1")]);
        assert_eq!(within.expect("known").size, 2, "mpirun's word counts inside an allocation");
    }

    #[cfg(feature = "mpi")]
    #[test]
    fn open_mpi_speaks_with_srun_by_pmix_alone() {
        let foreign = |more: &str, library: &str| {
            let has = ["SLURM_STEP_ID", "SLURM_PROCID", more];
            srun_is_foreign(|name| has.contains(&name).then(|| "0".to_owned()), library)
        };
        assert!(foreign("", "Open MPI v4.1.4") && foreign("PMI_RANK", "Open MPI v4.1.4"));
        assert!(!foreign("PMIX_RANK", "Open MPI v4.1.4"));
        assert!(!foreign("OMPI_COMM_WORLD_RANK", "Open MPI v4.1.4"), "mpirun within a step");
        assert!(!foreign("PMI_RANK", "MPICH Version: 4.0.2"));
    }

    #[test]
    fn a_world_of_another_size_is_refused() {
        let launcher = told(&[("PMI_SIZE", "3"), ("PMI_RANK", "0")]).expect("known");
        assert!(launcher.expect(3).is_ok());
        let error = launcher.expect(1).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("PMI_SIZE announces 3 ranks"), "{error}");
        let task = [("SLURM_NTASKS", "3"), ("SLURM_PROCID", "0"), ("SLURM_STEP_ID", "0")];
        let error = told(&task).expect("known").expect(1).unwrap_err().to_string();
        let advice = if cfg!(feature = "mpi") { "srun --mpi=pmix" } else { "built without MPI" };
        assert!(error.contains(advice), "{error}");
    }
}
