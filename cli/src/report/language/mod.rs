//! The languages of a report. Each is a table of messages, the methods of three traits, so that a
//! message that is missing in one does not compile.

mod english;
mod numbers;
mod spanish;

pub(crate) use english::English;
pub(crate) use numbers::NumberStyle;
pub(crate) use spanish::Spanish;

use super::points::SpeedDifference;
use super::study::Origin;
use clap::ValueEnum;
use mst::measure::Phase;

/// The language of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// English
    #[default]
    En,
    /// Español
    Es,
}

impl Language {
    pub(crate) fn messages(self) -> &'static dyn Messages {
        match self {
            Self::En => &English,
            Self::Es => &Spanish,
        }
    }
}

/// Things that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noun {
    Core,
    Edge,
    Forest,
    Graph,
    Host,
    Message,
    Point,
    Rank,
    Repetition,
    Row,
    Thread,
}

/// The questions that a report answers, each under a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    InShort,
    Distributes,
    Right,
    Faster,
    Weak,
    WhereIsTime,
    WhichSize,
    Prediction,
    HowSure,
    Limits,
    Method,
    Machines,
    Network,
    Commands,
    Glossary,
}

/// Names of quantities: on axes, in legends and above the columns of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    Ranks,
    Rank,
    Host,
    Threads,
    Cores,
    Time,
    Median,
    Interval,
    Repetitions,
    Outliers,
    Speedup,
    Efficiency,
    SerialFraction,
    AgainstOneRank,
    AgainstBestLocal,
    Ideal,
    Local,
    Distributed,
    Crossing,
    Edges,
    Vertices,
    Components,
    Weight,
    Checksum,
    Proved,
    Graph,
    Experiment,
    Combine,
    EdgesPerSecond,
    BytesReceived,
    BytesSent,
    Received,
    Bound,
    Measured,
    Model,
    OwnForest,
    Waiting,
    Processor,
    Memory,
    System,
    Library,
    Latency,
    Bandwidth,
    Between,
    When,
    Yes,
    No,
}

/// Where a comparison was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) ranks: u64,
    pub(crate) hosts: u64,
    pub(crate) m: u64,
}

/// The words of a language, and how it writes numbers.
pub(crate) trait Vocabulary {
    /// Its code, for browsers.
    fn code(&self) -> &'static str;
    /// How it writes numbers.
    fn style(&self) -> NumberStyle;
    /// A noun after a number: one, and several.
    fn noun(&self, noun: Noun) -> [&'static str; 2];
    fn question(&self, question: Heading) -> &'static str;
    fn name(&self, name: Quantity) -> &'static str;
    fn phase(&self, phase: Phase) -> &'static str;
    fn experiment(&self, name: &str) -> String;
    fn origin(&self, origin: Origin) -> &'static str;
    /// Terms and what they mean.
    fn glossary(&self) -> &'static [(&'static str, &'static str)];
    fn title(&self) -> &'static str;
    fn figure(&self) -> &'static str;
    fn contents(&self) -> &'static str;
    /// `a`, `a and b`, `a, b and c`.
    fn list(&self, items: &[String]) -> String;
    fn method(&self) -> &'static [&'static str];
}

/// What it says below figures and above tables. Arguments of type `&str` are names.
pub(crate) trait Captions {
    fn ranks_caption(&self, setting: Setting) -> String;
    fn graphs_caption(&self) -> &'static str;
    fn time_caption(&self, graph: &str) -> String;
    fn speedup_caption(&self) -> &'static str;
    fn serial_caption(&self) -> &'static str;
    fn scaling_caption(&self, graph: &str) -> String;
    fn weak_caption(&self) -> &'static str;
    fn phases_caption(&self, graph: &str) -> String;
    fn imbalance_caption(&self, setting: Setting) -> String;
    fn traffic_caption(&self, graph: &str) -> String;
    fn crossing_caption(&self, crosses: bool) -> String;
    fn rate_caption(&self) -> &'static str;
    fn prediction_caption(&self) -> &'static str;
    fn all_points_caption(&self) -> &'static str;
    fn machines_caption(&self, when: &str) -> String;
    fn links_caption(&self) -> &'static str;
}

/// Its sentences. Arguments of type `&str` are numbers with their units, or names, already written in
/// the language.
pub(crate) trait Sentences {
    fn made_by(&self, version: &str, rows: &str, first: &str, last: &str) -> String;
    fn setting(&self, setting: Setting) -> String;
    fn distributed(&self, ranks: u64, hosts: u64) -> String;
    fn one_host(&self, ranks: u64) -> String;
    fn nothing_distributed(&self) -> &'static str;
    fn how_distributed(&self, setting: Setting, edges_each: &str, combine: &str) -> String;
    fn traffic(&self, bytes: &str, messages: u64) -> String;
    fn same_forest(&self, forests: u64, graphs: u64) -> String;
    fn different_forests(&self, graphs: &str) -> String;
    fn proved(&self, proved: u64, graphs: u64) -> String;
    fn proved_for_all(&self) -> &'static str;
    fn compared(
        &self,
        verdict: SpeedDifference,
        factor: &str,
        at: &str,
        local: &str,
        distributed: &str,
    ) -> String;
    fn communication(&self, share: &str, waiting: &str) -> String;
    fn best_local(&self, threads: u64, algorithm: &str, time: &str) -> String;
    fn one_rank_speedup(
        &self,
        verdict: SpeedDifference,
        ranks: u64,
        speedup: &str,
        efficiency: &str,
    ) -> String;
    fn karp_flatt(&self, ranks: u64, fraction: &str) -> String;
    fn karp_flatt_rises(&self, first: &str, last: &str) -> String;
    fn karp_flatt_above_one(&self) -> &'static str;
    fn karp_flatt_negative(&self) -> &'static str;
    fn amdahl(&self, limit: &str) -> String;
    fn weak_text(&self, edges: &str, ranks: u64, one: &str, all: &str) -> String;
    fn gustafson(&self, ranks: u64, scaled: &str, fraction: &str) -> String;
    fn phases_text(&self, setting: Setting, largest: &str, share: &str) -> String;
    fn imbalance_text(&self, slowest: &str, ratio: &str) -> String;
    fn traffic_text(&self, ranks: u64, bytes: &str, share: &str) -> String;
    fn crossing_at(&self, m: &str) -> String;
    fn crossing_always(&self, m: &str) -> String;
    fn crossing_expected(&self, largest: &str, m: &str) -> String;
    fn crossing_not_in_sight(&self, m: &str) -> String;
    fn rate_text(&self, local: &str, distributed: &str) -> String;
    fn no_sizes(&self) -> &'static str;
    fn prediction_text(&self, best_ranks: u64, best_time: &str) -> String;
    fn prediction_stays(&self) -> &'static str;
    fn prediction_error(&self, factor: &str) -> String;
    fn prediction_assumes(&self, latency: &str, bandwidth: &str) -> String;
    fn sureness(&self, points: u64, within: u64) -> String;
    fn outliers(&self, outliers: u64, repetitions: u64) -> String;
    fn no_limits(&self) -> &'static str;
    fn limit_one_host(&self, host: &str) -> String;
    fn limit_one_kernel(&self, hosts: &str) -> String;
    fn limit_shared_cores(&self, points: u64, cores: u64, threads: u64) -> String;
    fn limit_few_repetitions(&self, points: u64) -> String;
    fn limit_wide(&self, points: u64) -> String;
    fn limit_not_proved(&self, graphs: &str) -> String;
    fn limit_link_changed(&self, between: &str, least: &str, most: &str) -> String;
    fn limit_no_machines(&self) -> &'static str;
    fn limit_mixed(&self, what: &str, values: &str) -> String;
    fn limit_several_times(&self, points: u64) -> String;
    fn limit_no_local(&self) -> &'static str;
    fn rows_are_from(&self, files: &str) -> String;
}

/// A language: every word of a report.
pub(crate) trait Messages: Vocabulary + Captions + Sentences {}

impl<L: Vocabulary + Captions + Sentences> Messages for L {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_differ_and_have_as_many_terms() {
        let [english, spanish] = [Language::En, Language::Es].map(Language::messages);
        assert_eq!((english.code(), spanish.code()), ("en", "es"));
        assert_eq!(english.glossary().len(), spanish.glossary().len());
        assert_eq!(english.method().len(), spanish.method().len());
        assert_ne!(english.title(), spanish.title());
    }

    #[test]
    fn one_run_has_and_others_have() {
        let [english, spanish] = [Language::En, Language::Es].map(Language::messages);
        assert!(english.sureness(30, 1).contains(" 1 has a median"));
        assert!(english.sureness(30, 2).contains(" 2 have a median"));
        assert!(spanish.sureness(30, 1).contains(" 1 tiene una mediana"));
        assert!(spanish.sureness(30, 0).contains(" 0 tienen una mediana"));
    }
}
