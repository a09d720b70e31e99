//! The columns of a row that say what a repetition cost.

use super::Row;
use super::fields::{ByRank, ByStep, Nanoseconds};
use crate::comm::StageCost;
use crate::measure::{Phase, Repetition};

impl Row {
    /// What each phase cost.
    pub(super) fn with_cost(self, repetition: &Repetition) -> Self {
        let by_rank = |phase| {
            let seconds = repetition.on_ranks(phase).map(|cost| Nanoseconds(cost.seconds));
            ByRank(seconds.collect())
        };
        Self {
            local_s: repetition.slowest(Phase::Local),
            local_mean_s: repetition.mean(Phase::Local),
            contract_s: repetition.slowest(Phase::Contract),
            contract_mean_s: repetition.mean(Phase::Contract),
            exchange_s: repetition.slowest(Phase::Exchange),
            exchange_mean_s: repetition.mean(Phase::Exchange),
            merge_s: repetition.slowest(Phase::Merge),
            merge_mean_s: repetition.mean(Phase::Merge),
            waited_mean_s: repetition.waited(),
            local_rank_s: by_rank(Phase::Local),
            contract_rank_s: by_rank(Phase::Contract),
            exchange_rank_s: by_rank(Phase::Exchange),
            merge_rank_s: by_rank(Phase::Merge),
            waited_rank_s: ByRank(repetition.waited_by_rank().map(Nanoseconds).collect()),
            total_s: repetition.total,
            bytes_sent_max: repetition.bytes_sent_max(),
            bytes_received_max: repetition.bytes_received_max(),
            bytes_sent_total: repetition.bytes_sent_total(),
            messages_sent_total: repetition.messages_sent_total(),
            ..self
        }
    }

    /// What each rank sent and received in each phase.
    pub(super) fn with_traffic(self, repetition: &Repetition) -> Self {
        let by_rank = |phase, count: fn(StageCost) -> u64| {
            ByRank(repetition.on_ranks(phase).map(count).collect())
        };
        let of = |phase| {
            [
                by_rank(phase, |cost| cost.bytes_sent),
                by_rank(phase, |cost| cost.bytes_received),
                by_rank(phase, |cost| cost.messages_sent),
                by_rank(phase, |cost| cost.messages_received),
            ]
        };
        let [local, contract, exchange, merge] = Phase::TIMED.map(of);
        let [local_bytes_sent, local_bytes_received, local_messages_sent, local_messages_received] =
            local;
        let [
            contract_bytes_sent,
            contract_bytes_received,
            contract_messages_sent,
            contract_messages_received,
        ] = contract;
        let [
            exchange_bytes_sent,
            exchange_bytes_received,
            exchange_messages_sent,
            exchange_messages_received,
        ] = exchange;
        let [merge_bytes_sent, merge_bytes_received, merge_messages_sent, merge_messages_received] =
            merge;
        Self {
            local_bytes_sent,
            local_bytes_received,
            local_messages_sent,
            local_messages_received,
            contract_bytes_sent,
            contract_bytes_received,
            contract_messages_sent,
            contract_messages_received,
            exchange_bytes_sent,
            exchange_bytes_received,
            exchange_messages_sent,
            exchange_messages_received,
            merge_bytes_sent,
            merge_bytes_received,
            merge_messages_sent,
            merge_messages_received,
            ..self
        }
    }

    /// What each step of the sharded algorithm cost, if that ran.
    pub(super) fn with_steps(self, repetition: &Repetition) -> Self {
        Self {
            step_s: by_step(repetition, |ranks| {
                Nanoseconds(ranks.iter().map(|cost| cost.seconds).fold(0.0, f64::max))
            }),
            step_bytes_max: by_step(repetition, |ranks| {
                let busiest = ranks.iter().map(|cost| cost.bytes_sent.max(cost.bytes_received));
                busiest.max().unwrap_or(0)
            }),
            step_bytes_total: by_step(repetition, |ranks| {
                ranks.iter().map(|cost| cost.bytes_sent).sum()
            }),
            ..self
        }
    }
}

/// What `of` makes of the costs of each step on all ranks.
fn by_step<T>(repetition: &Repetition, of: impl Fn(&[StageCost]) -> T) -> ByStep<T> {
    ByStep(repetition.steps().map(|(step, ranks)| (step.name().to_owned(), of(&ranks))).collect())
}
