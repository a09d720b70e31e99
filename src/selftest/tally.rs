//! What the cases have cost so far, plan by plan.

use crate::comm::Comm;
use crate::distributed::Plan;
use crate::measure::Repetition;
use serde::Serialize;

/// What a plan has cost over all cases.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cost {
    /// The plan's name.
    pub combine: String,
    /// Seconds.
    pub seconds: f64,
    /// Payload bytes sent by all ranks.
    pub bytes_sent: u64,
    /// Messages sent by all ranks.
    pub messages_sent: u64,
}

/// The cases that passed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tally {
    /// The number of cases.
    pub cases: u64,
    /// Ranks.
    pub ranks: usize,
    /// Hosts.
    pub host_count: usize,
    /// The MPI library, or what is used in its place.
    pub mpi_library: String,
    /// Seconds of all cases.
    pub seconds: f64,
    /// What each plan has cost.
    pub plans: Vec<Cost>,
}

impl Tally {
    /// A tally without cases, on the ranks of `comm`.
    pub fn new(comm: &Comm) -> Self {
        let cost = |plan: Plan| Cost { combine: plan.name(), ..Cost::default() };
        Self {
            cases: 0,
            ranks: comm.size(),
            host_count: comm.topology().hosts().len(),
            mpi_library: comm.library(),
            seconds: 0.0,
            plans: Plan::all().map(cost).collect(),
        }
    }

    /// Adds a case, with what each plan has cost.
    pub fn add(&mut self, costs: &[Repetition]) {
        self.cases += 1;
        for (plan, cost) in self.plans.iter_mut().zip(costs) {
            plan.seconds += cost.total;
            plan.bytes_sent += cost.bytes_sent_total();
            plan.messages_sent += cost.messages_sent_total();
        }
    }
}
