//! Several ranks, each with its part of a graph: processes that mpirun starts, or else three ranks inside this process.
//!
//!     cargo build --release --example spmd
//!     mpirun -n 3 --bind-to none target/release/examples/spmd
//!     target/release/examples/spmd

use mst::comm::{self, Comm};
use mst::distributed::{Plan, summarize};
use mst::graph::with_edges;
use mst::local::Algorithm;
use mst::partition::{self, Request, Source};
use mst::verify::verify_slice;
use std::process::ExitCode;

/// What every rank does.
fn forest(comm: &Comm) -> mst::Result<()> {
    let source = Source::Generated("rmat:n=2^12,m=2^15,seed=7".parse()?);
    let slice = partition::load(comm, &Request::of(&source))?.slice;
    with_edges!(&slice.edges, mine => {
        // Each rank has a part of the forest; all parts together are the forest.
        let part = Plan::PLAIN.forest(comm, slice.n as usize, mine, Algorithm::Auto);
        let found = summarize(comm, slice.n, &part, slice.weights);
        let whole = comm.all_gather(&part).concat();
        verify_slice(comm, slice.n, &whole, mine, slice.weights)?;
        println!(
            "rank {} of {} has {} of {} forest edges; weight {}, proved",
            comm.rank(), comm.size(), part.len(), found.edges, found.weight
        );
        Ok(())
    })
}

fn main() -> ExitCode {
    let ranks = (!comm::is_started()).then_some(3);
    let code = comm::start(ranks, Some(1), |comm| match forest(comm) {
        Ok(()) => 0,
        Err(error) => {
            if comm.rank() == 0 {
                eprintln!("{error}");
            }
            error.exit_code()
        }
    });
    match code {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
    }
}
