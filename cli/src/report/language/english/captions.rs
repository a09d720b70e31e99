//! What figures and tables show.

use super::English;
use crate::report::language::{Captions, Sentences, Setting};

impl Captions for English {
    fn ranks_caption(&self, setting: Setting) -> String {
        format!("what each rank did ({})", self.setting(setting))
    }

    fn graphs_caption(&self) -> &'static str {
        "the graphs and their forests"
    }

    fn time_caption(&self, graph: &str) -> String {
        format!(
            "Time against ranks ({graph}). Marks are medians with their 95 % intervals, dots are \
             single repetitions, the grey line is the time of one rank divided by the ranks."
        )
    }

    fn speedup_caption(&self) -> &'static str {
        "Speed-up and efficiency, from medians; whiskers from the intervals of both medians. Against \
         the best local run, efficiency counts threads."
    }

    fn serial_caption(&self) -> &'static str {
        "The serial fraction by Karp and Flatt. A level line means work that cannot be divided; a \
         rising one, communication or imbalance that grows with the ranks."
    }

    fn scaling_caption(&self, graph: &str) -> String {
        format!("scaling of {graph}")
    }

    fn weak_caption(&self) -> &'static str {
        "Weak scaling: the graph grows with the ranks. The grey line is the time of one rank, dots \
         are single repetitions."
    }

    fn phases_caption(&self, graph: &str) -> String {
        format!(
            "Phases ({graph}), medians: left the slowest rank of each phase, right the mean of the \
             ranks. Phases overlap on different ranks, so the left bar may be higher than the total \
             time."
        )
    }

    fn imbalance_caption(&self, setting: Setting) -> String {
        format!(
            "Imbalance: the time of each rank by phase, in the repetition of the median time ({}). \
             The diamond is the part of it that the rank waited for others.",
            self.setting(setting)
        )
    }

    fn traffic_caption(&self, graph: &str) -> String {
        format!(
            "Bytes that the busiest rank receives, against ranks ({graph}), beside the bound that is \
             known before the run."
        )
    }

    fn crossing_caption(&self, crosses: bool) -> String {
        let line = if crosses { " The vertical line is the crossover." } else { "" };
        format!(
            "Local against distributed: time against edges. Marks are medians with their 95 % \
             intervals, dots are single repetitions.{line}"
        )
    }

    fn rate_caption(&self) -> &'static str {
        "Edges per second against edges, from medians."
    }

    fn prediction_caption(&self) -> &'static str {
        "Prediction by the model, with the measured medians."
    }

    fn all_points_caption(&self) -> &'static str {
        "all runs"
    }

    fn machines_caption(&self, when: &str) -> String {
        format!("machines, as found at {when} (UTC)")
    }

    fn links_caption(&self) -> &'static str {
        "links between hosts: the latency of a short message, and the bandwidth in the slower \
         direction"
    }
}
