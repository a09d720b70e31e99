//! Words and names.

use super::English;
use crate::report::language::{Heading, Noun, NumberStyle, Quantity, Vocabulary};
use crate::report::study::Origin;
use mst::measure::Phase;

impl Vocabulary for English {
    fn code(&self) -> &'static str {
        "en"
    }

    fn style(&self) -> NumberStyle {
        NumberStyle { decimal: '.', group: ',', least_grouped: 4 }
    }

    fn noun(&self, noun: Noun) -> [&'static str; 2] {
        match noun {
            Noun::Core => ["core", "cores"],
            Noun::Edge => ["edge", "edges"],
            Noun::Forest => ["forest", "forests"],
            Noun::Graph => ["graph", "graphs"],
            Noun::Host => ["host", "hosts"],
            Noun::Message => ["message", "messages"],
            Noun::Point => ["run", "runs"],
            Noun::Rank => ["rank", "ranks"],
            Noun::Repetition => ["repetition", "repetitions"],
            Noun::Row => ["row", "rows"],
            Noun::Thread => ["thread", "threads"],
        }
    }

    fn question(&self, question: Heading) -> &'static str {
        match question {
            Heading::InShort => "In short",
            Heading::Distributes => "Does it distribute, and how is that proved?",
            Heading::Right => "Is it right?",
            Heading::Faster => "How much faster is it, and why not more?",
            Heading::Weak => "A graph that grows with the ranks",
            Heading::WhereIsTime => "Where is the time?",
            Heading::WhichSize => "From which size on does it pay?",
            Heading::Prediction => "What the model expects on more ranks",
            Heading::HowSure => "How sure is this?",
            Heading::Limits => "Limits of these measurements",
            Heading::Method => "How it was measured",
            Heading::Machines => "Machines",
            Heading::Network => "Network",
            Heading::Commands => "Commands that repeat it",
            Heading::Glossary => "Glossary",
        }
    }

    fn name(&self, name: Quantity) -> &'static str {
        match name {
            Quantity::Ranks => "ranks",
            Quantity::Rank => "rank",
            Quantity::Host => "host",
            Quantity::Threads => "threads per rank",
            Quantity::Cores => "cores",
            Quantity::Time => "time",
            Quantity::Median => "median",
            Quantity::Interval => "95 % interval",
            Quantity::Repetitions => "repetitions",
            Quantity::Outliers => "outliers",
            Quantity::Speedup => "speed-up",
            Quantity::Efficiency => "efficiency",
            Quantity::SerialFraction => "serial fraction",
            Quantity::AgainstOneRank => "against one rank",
            Quantity::AgainstBestLocal => "against the best local run",
            Quantity::Ideal => "ideal",
            Quantity::Local => "local",
            Quantity::Distributed => "distributed",
            Quantity::Crossing => "crossover",
            Quantity::Edges => "edges m",
            Quantity::Vertices => "vertices n",
            Quantity::Components => "components",
            Quantity::Weight => "weight",
            Quantity::Checksum => "checksum",
            Quantity::Proved => "proved",
            Quantity::Graph => "graph",
            Quantity::Experiment => "experiment",
            Quantity::Combine => "combined by",
            Quantity::EdgesPerSecond => "edges per second",
            Quantity::BytesReceived => "received by the busiest rank",
            Quantity::BytesSent => "sent",
            Quantity::Received => "received",
            Quantity::Bound => "bound",
            Quantity::Measured => "measured",
            Quantity::Model => "model",
            Quantity::OwnForest => "own forest",
            Quantity::Waiting => "waiting",
            Quantity::Processor => "processor",
            Quantity::Memory => "free memory",
            Quantity::System => "kernel",
            Quantity::Library => "MPI library",
            Quantity::Latency => "latency",
            Quantity::Bandwidth => "bandwidth",
            Quantity::Between => "between",
            Quantity::When => "measured (UTC)",
            Quantity::Yes => "yes",
            Quantity::No => "no",
        }
    }

    fn phase(&self, phase: Phase) -> &'static str {
        match phase {
            Phase::Other => "other",
            Phase::Read => "read",
            Phase::Local => "own forest",
            Phase::Contract => "contract",
            Phase::Exchange => "exchange",
            Phase::Merge => "merge",
            Phase::Verify => "proof",
        }
    }

    fn experiment(&self, name: &str) -> String {
        match name {
            "strong" => "strong scaling",
            "weak" => "weak scaling",
            "compare" => "comparison",
            "" => "–",
            other => other,
        }
        .to_owned()
    }

    fn origin(&self, origin: Origin) -> &'static str {
        match origin {
            Origin::Build => "builds of mst",
            Origin::Machine => "machines",
            Origin::Library => "MPI libraries",
            Origin::Schema => "versions of the columns",
        }
    }

    fn glossary(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "Minimum spanning forest",
                "Edges that connect what the graph connects, without cycles and with the least \
                 total weight. It has n − c edges, if the graph has c components.",
            ),
            ("Rank", "A process of the job, with its own memory and its own part of the edges."),
            ("Host", "A machine of the job; ranks on different hosts talk over the network."),
            (
                "Local run",
                "One rank with all edges, on the cores of one host. The distributed run is \
                 compared with the fastest of these.",
            ),
            (
                "Median and its 95 % interval",
                "Half of the repetitions take less than the median. If the measurement were \
                 repeated many times, 95 of 100 such intervals would contain the true median.",
            ),
            ("Speed-up", "The median time of one run divided by that of another."),
            ("Efficiency", "The speed-up against one rank, divided by the number of ranks."),
            (
                "Strong and weak scaling",
                "Strong: the same graph on more ranks. Weak: a graph that grows with the ranks.",
            ),
            (
                "Amdahl's law",
                "If a share f of the work cannot be divided, no number of ranks is more than 1/f \
                 times as fast.",
            ),
            (
                "Gustafson's law",
                "If the divisible work grows with p ranks, they do p − f (p − 1) times the work of \
                 one in the same time.",
            ),
            (
                "Serial fraction (Karp and Flatt)",
                "The f of Amdahl's law that explains a measured speed-up S on p ranks: \
                 (1/S − 1/p) / (1 − 1/p). If it rises with p, communication or imbalance grows.",
            ),
            (
                "Phases",
                "Own forest: each rank solves its part. Contract: what a rank can be sure of alone. \
                 Exchange: what all ranks tell each other. Merge: forests become one.",
            ),
        ]
    }

    fn title(&self) -> &'static str {
        "Minimum spanning forests: one machine against several"
    }

    fn figure(&self) -> &'static str {
        "Figure"
    }

    fn contents(&self) -> &'static str {
        "Contents"
    }

    fn list(&self, items: &[String]) -> String {
        match items {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        }
    }

    fn method(&self) -> &'static [&'static str] {
        &[
            "A time is wall-clock time from a barrier, with all edges in memory, to the end of the \
             last rank. Reading and proof are timed apart.",
            "Each run is made once to warm up, which does not count, and then repeated.",
            "Times are medians. Their 95 % interval comes from order statistics, without an \
             assumption about the distribution (Hoefler and Belli, SC'15). A sweep repeats until it \
             is within 5 %, or to a limit; stopping at a good moment makes it slightly optimistic.",
            "A sweep measures in random order, so that a machine that becomes slower does not look \
             like an effect.",
            "Two times are said to differ only if their intervals do not overlap.",
        ]
    }
}
