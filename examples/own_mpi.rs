//! A program that uses MPI itself, by the crate `mpi`: some of its processes find a forest, and the
//! others go on with their work.
//!
//!     cargo build --release --example own_mpi
//!     mpirun -n 4 --bind-to none target/release/examples/own_mpi

use mpi::Threading;
use mpi::collective::SystemOperation;
use mpi::topology::{Color, Communicator};
use mpi::traits::CommunicatorCollectives;
use mst::comm::{self, Comm};
use mst::distributed::{Plan, summarize};
use mst::graph::{Edge, Weights};
use mst::local::Algorithm;

const N: u64 = 1_000;

/// The weight of the shortest tree through a ring of `N` vertices. Each rank has some of its edges: the
/// one from vertex i to the next weighs i.
fn tree(comm: &Comm) -> u64 {
    let (rank, p) = (comm.rank() as u64, comm.size() as u64);
    let edge = |i: u64| Edge { u: i as u32, v: ((i + 1) % N) as u32, key: i as u32 };
    let mine: Vec<Edge<u32>> = (rank..N).step_by(p as usize).map(edge).collect();
    let part = Plan::PLAIN.forest(comm, N as usize, &mine, Algorithm::Auto);
    summarize(comm, N, &part, Weights::narrow_integers(0)).weight.value() as u64
}

fn main() -> mst::Result<()> {
    let (universe, _) = mpi::initialize_with_threading(Threading::Funneled).expect("MPI is new");
    let world = universe.world();
    // Processes of even rank find the tree; a process alone is of rank 0.
    let is_even = world.rank() % 2 == 0;
    let color = if is_even { Color::with_value(0) } else { Color::undefined() };
    let found = match world.split_by_color(color) {
        Some(half) => comm::run_on(&half, Some(1), tree)?,
        None => 0,
    };
    let mut most = 0;
    world.all_reduce_into(&found, &mut most, SystemOperation::max());
    assert_eq!(most, (0..N - 1).sum::<u64>(), "all edges but the heaviest");
    if world.rank() == 0 {
        println!(
            "{} of {} processes found a tree of weight {most}",
            (world.size() + 1) / 2,
            world.size()
        );
    }
    Ok(())
}
