//! Sentences.

use super::English;
use crate::report::language::{Messages, Noun, Sentences, Setting};
use crate::report::points::SpeedDifference;

impl Sentences for English {
    fn made_by(&self, version: &str, rows: &str, first: &str, last: &str) -> String {
        let when = match first == last {
            true => format!("on {first}"),
            false => format!("from {first} to {last}"),
        };
        format!("Written by mst {version} from {rows}, measured {when}.")
    }

    fn setting(&self, setting: Setting) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(setting.ranks, Noun::Rank);
        let hosts = say.count(setting.hosts, Noun::Host);
        format!("{ranks} on {hosts}, m = {}", say.integer(setting.m))
    }

    fn distributed(&self, ranks: u64, hosts: u64) -> String {
        let say: &dyn Messages = self;
        let (ranks, hosts) = (say.count(ranks, Noun::Rank), say.count(hosts, Noun::Host));
        format!("The work was distributed: up to {ranks} on {hosts} took part.")
    }

    fn one_host(&self, ranks: u64) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(ranks, Noun::Rank);
        format!(
            "The work was divided among up to {ranks}, but all of them on one host: this shows the \
             program, not a network."
        )
    }

    fn nothing_distributed(&self) -> &'static str {
        "Nothing was distributed: every run had one rank."
    }

    fn how_distributed(&self, setting: Setting, edges_each: &str, combine: &str) -> String {
        format!(
            "Each rank is a process of its own that holds only its part of the edges. In the \
             largest run ({}) each held about {edges_each}, found the forest of these, and the \
             ranks then made one forest of all by “{combine}”.",
            self.setting(setting)
        )
    }

    fn traffic(&self, bytes: &str, messages: u64) -> String {
        let say: &dyn Messages = self;
        let messages = say.count(messages, Noun::Message);
        format!(
            "In each repetition, {bytes} went from rank to rank in {messages}; a local function \
             that is called again would send none. The table has what each rank did in the \
             repetition of the median time. The forest has the same checksum on any number of ranks."
        )
    }

    fn same_forest(&self, forests: u64, graphs: u64) -> String {
        let say: &dyn Messages = self;
        let (forests, graphs) = (say.count(forests, Noun::Forest), say.count(graphs, Noun::Graph));
        format!(
            "{forests} of {graphs} were found, on different ranks and threads: those of one graph all \
             have the same checksum."
        )
    }

    fn different_forests(&self, graphs: &str) -> String {
        format!(
            "WRONG: forests of the same graph differ in their checksums ({graphs}). Either its file \
             changed between the runs, or this is a bug of mst: please report it."
        )
    }

    fn proved(&self, proved: u64, graphs: u64) -> String {
        let say: &dyn Messages = self;
        format!(
            "For {} of {} a forest was proved to be spanning, acyclic and minimum. The proof uses \
             no solver: it compares every edge of the graph with the heaviest edge on the path \
             between its ends in the forest.",
            say.integer(proved),
            say.count(graphs, Noun::Graph)
        )
    }

    fn proved_for_all(&self) -> &'static str {
        "With the checksums, that holds for all runs."
    }

    fn compared(
        &self,
        verdict: SpeedDifference,
        factor: &str,
        at: &str,
        local: &str,
        distributed: &str,
    ) -> String {
        match verdict {
            SpeedDifference::Faster(_) => format!(
                "With {at}, distributed is {factor} times as fast as the best local run: \
                 {distributed} against {local}."
            ),
            SpeedDifference::Slower(_) => format!(
                "With {at}, distributed is {factor} times slower than the best local run: \
                 {distributed} against {local}."
            ),
            SpeedDifference::Unclear => format!(
                "With {at}, no difference between distributed ({distributed}) and the best local run \
                 ({local}) can be seen: their intervals overlap."
            ),
            SpeedDifference::Single => format!(
                "With {at}, one repetition took {distributed} distributed and {local} in the best \
                 local run; single repetitions show no difference."
            ),
        }
    }

    fn communication(&self, share: &str, waiting: &str) -> String {
        format!(
            "Exchanging and merging take {share} of the distributed time; on average, a rank waits \
             for others for {waiting} of it."
        )
    }

    fn best_local(&self, threads: u64, algorithm: &str, time: &str) -> String {
        let say: &dyn Messages = self;
        let threads = say.count(threads, Noun::Thread);
        format!(
            "The run to beat is the fastest on one machine: {algorithm} with {threads}, {time}. A \
             speed-up against one slow rank would flatter."
        )
    }

    fn one_rank_speedup(
        &self,
        verdict: SpeedDifference,
        ranks: u64,
        speedup: &str,
        efficiency: &str,
    ) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(ranks, Noun::Rank);
        match verdict {
            SpeedDifference::Faster(_) => format!(
                "Against one rank with as many threads, {ranks} have a speed-up of {speedup}, an \
                 efficiency of {efficiency}."
            ),
            SpeedDifference::Slower(_) => format!(
                "Against one rank with as many threads, {ranks} have a speed-up of {speedup}: they \
                 are slower than it."
            ),
            SpeedDifference::Unclear | SpeedDifference::Single => format!(
                "Against one rank with as many threads, {ranks} show no clear difference (speed-up \
                 {speedup})."
            ),
        }
    }

    fn karp_flatt(&self, ranks: u64, fraction: &str) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(ranks, Noun::Rank);
        format!("By Karp and Flatt, that is a serial fraction of {fraction} on {ranks}.")
    }

    fn karp_flatt_rises(&self, first: &str, last: &str) -> String {
        format!(
            "It rises from {first} to {last}: what is lost is not only work that cannot be divided, \
             but communication or imbalance that grows with the ranks."
        )
    }

    fn karp_flatt_above_one(&self) -> &'static str {
        "Above 1, the ranks cost more than they save."
    }

    fn karp_flatt_negative(&self) -> &'static str {
        "A negative fraction means more speed-up than ranks: smaller parts fit into caches, or the \
         algorithm for several ranks does less work. It is no gain of distribution."
    }

    fn amdahl(&self, limit: &str) -> String {
        format!(
            "If that fraction stayed, Amdahl's law would allow at most {limit} times the speed of \
             one rank, on any number of ranks."
        )
    }

    fn weak_text(&self, edges: &str, ranks: u64, one: &str, all: &str) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(ranks, Noun::Rank);
        format!(
            "With {edges} for each rank, one rank takes {one}, and {ranks} take {all}. If \
             distribution cost nothing, both would be equal."
        )
    }

    fn gustafson(&self, ranks: u64, scaled: &str, fraction: &str) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(ranks, Noun::Rank);
        format!(
            "So {ranks} do {scaled} times the work of one rank in the same time: by Gustafson's \
             law, a serial fraction of {fraction}."
        )
    }

    fn phases_text(&self, setting: Setting, largest: &str, share: &str) -> String {
        format!(
            "With {}, the largest part is “{largest}”: {share} of the phases' time on the slowest \
             rank.",
            self.setting(setting)
        )
    }

    fn imbalance_text(&self, slowest: &str, ratio: &str) -> String {
        format!(
            "Rank {slowest} takes longest for its own forest: {ratio} times the mean of the ranks."
        )
    }

    fn traffic_text(&self, ranks: u64, bytes: &str, share: &str) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(ranks, Noun::Rank);
        format!(
            "With {ranks}, the busiest rank receives {bytes}: {share} of the bound that its way to \
             combine keeps for any graph of this size."
        )
    }

    fn crossing_at(&self, m: &str) -> String {
        format!("Distribution pays from about {m} edges on: there both times cross.")
    }

    fn crossing_always(&self, m: &str) -> String {
        format!("Distribution pays for every size that was measured, from {m} edges on.")
    }

    fn crossing_expected(&self, largest: &str, m: &str) -> String {
        format!(
            "Distribution pays for no size of this graph that was measured, up to {largest} edges. If the ratio goes on \
             changing as between the two largest, the times cross at about {m} edges; that is a guess."
        )
    }

    fn crossing_not_in_sight(&self, m: &str) -> String {
        format!(
            "Distribution pays for no size of this graph that was measured, up to {m} edges, and the times do not \
             come near enough to each other to say from which size on it would."
        )
    }

    fn rate_text(&self, local: &str, distributed: &str) -> String {
        format!(
            "At the largest size, one machine processes {local} edges per second, all ranks \
             {distributed}."
        )
    }

    fn no_sizes(&self) -> &'static str {
        "These rows have graphs of one size only, so they cannot say. The command mst sweep crossover \
         measures it."
    }

    fn prediction_text(&self, best_ranks: u64, best_time: &str) -> String {
        let say: &dyn Messages = self;
        let ranks = say.count(best_ranks, Noun::Rank);
        format!(
            "This is a prediction, not a measurement. For this graph and this network, the model \
             expects the least time on {ranks}: {best_time}."
        )
    }

    fn prediction_stays(&self) -> &'static str {
        "This is a prediction, not a measurement. For this graph and this network, the model expects \
         no number of ranks to be faster than one."
    }

    fn prediction_error(&self, factor: &str) -> String {
        format!(
            "On the points that were measured, model and clock differ by a factor of up to {factor}."
        )
    }

    fn prediction_assumes(&self, latency: &str, bandwidth: &str) -> String {
        format!(
            "It assumes one rank a host, a random graph, and the slowest link, at its best: \
             {latency}, {bandwidth}. Its speed is set by the time of one rank."
        )
    }

    fn sureness(&self, points: u64, within: u64) -> String {
        let say: &dyn Messages = self;
        format!(
            "Of {}, {} {} a median that is known within 5 %, with 95 % confidence.",
            say.count(points, Noun::Point),
            say.integer(within),
            if within == 1 { "has" } else { "have" }
        )
    }

    fn outliers(&self, outliers: u64, repetitions: u64) -> String {
        let say: &dyn Messages = self;
        format!(
            "Of {}, {} lie far outside of the others (beyond 1.5 times the distance of the \
             quartiles). All are kept and drawn.",
            say.count(repetitions, Noun::Repetition),
            say.integer(outliers)
        )
    }

    fn no_limits(&self) -> &'static str {
        "None was found."
    }

    fn limit_one_host(&self, host: &str) -> String {
        format!("All ranks ran on one host ({host}): no network was involved.")
    }

    fn limit_one_kernel(&self, hosts: &str) -> String {
        format!(
            "{hosts} are containers or namespaces of one machine: they share its cores and memory, \
             and their network is inside of it."
        )
    }

    fn limit_shared_cores(&self, points: u64, cores: u64, threads: u64) -> String {
        let say: &dyn Messages = self;
        format!(
            "In {} threads share cores: {} on {} in one of them. More ranks cannot be faster there.",
            say.count(points, Noun::Point),
            say.count(threads, Noun::Thread),
            say.count(cores, Noun::Core)
        )
    }

    fn limit_few_repetitions(&self, points: u64) -> String {
        let say: &dyn Messages = self;
        format!(
            "{} have fewer than 6 repetitions, so there is no interval of their median; their range \
             is used instead.",
            say.count(points, Noun::Point)
        )
    }

    fn limit_wide(&self, points: u64) -> String {
        let say: &dyn Messages = self;
        format!("In {} the interval is wider than 5 % to a side.", say.count(points, Noun::Point))
    }

    fn limit_not_proved(&self, graphs: &str) -> String {
        format!("No forest was proved of {graphs}.")
    }

    fn limit_link_changed(&self, between: &str, least: &str, most: &str) -> String {
        format!("The link between {between} changed: {least} once and {most} another time.")
    }

    fn limit_no_machines(&self) -> &'static str {
        "There is no file of machines beside the rows (mst sweep writes it), so neither processors \
         nor links are known, and nothing is predicted."
    }

    fn limit_mixed(&self, what: &str, values: &str) -> String {
        format!("Rows of different {what} are mixed ({values}): differences may come from there.")
    }

    fn limit_several_times(&self, points: u64) -> String {
        let say: &dyn Messages = self;
        format!(
            "{} were measured at several times; all of their repetitions count.",
            say.count(points, Noun::Point)
        )
    }

    fn limit_no_local(&self) -> &'static str {
        "There is no graph with runs on one rank and on several, so nothing can be compared."
    }

    fn rows_are_from(&self, files: &str) -> String {
        format!("The rows are in {files}. These commands measured them and wrote this report:")
    }
}
