//! Shows which plan was chosen and why, and what each plan costs.

use super::table::table;
use super::{bytes, count, grouped, seconds};
use mst::distributed::{Choice, Plan};
use mst::experiment::{Explained, ExplainedStep};
use mst::selftest::Tally;

/// The line that says which plan was chosen and why.
pub fn chosen(choice: &Choice) -> String {
    let name = choice.plan.name();
    let Some(shape) = &choice.shape else {
        return format!("combining by {name}: the graph is so small that more is not worth it");
    };
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let locality = &shape.locality;
    let crossing = match locality.shared {
        0.1.. => {
            format!(" ({} of the edges would cross blocks of vertices)", percent(locality.crossing))
        }
        _ => String::new(),
    };
    let against = match choice.plan {
        Plan::PLAIN => ", less than any other way".to_owned(),
        _ => format!(" against {} by gather", seconds(shape.seconds(Plan::PLAIN))),
    };
    format!(
        "combining by {name}: {} by the model{against}; ranks share {} of the vertices{crossing}; the link takes \
         {} and {}/s",
        seconds(shape.seconds(choice.plan)),
        percent(locality.shared),
        seconds(shape.link.latency),
        bytes(shape.link.bandwidth as u64),
    )
}

/// A table of all plans with the model's time and the measured time, fastest first; empty if there
/// are no plans.
pub(super) fn explained(plans: &[Explained]) -> String {
    if plans.is_empty() {
        return String::new();
    }
    let mut plans: Vec<&Explained> = plans.iter().collect();
    plans.sort_by(|a, b| a.measured.total_cmp(&b.measured));
    let row = |plan: &&Explained| {
        let model = plan.model.map_or("cannot".to_owned(), seconds);
        [plan.combine.clone(), model, seconds(plan.measured), bytes(plan.bytes_received_max)]
    };
    let rows: Vec<_> = plans.iter().map(row).collect();
    let header = ["combined by", "model", "measured", "received, busiest rank"];
    format!(
        "\n{}: modelled and measured time\n{}{}",
        count(plans.len() as u64, "way"),
        table(&header, &rows),
        plans
            .iter()
            .find(|plan| !plan.steps.is_empty())
            .map_or_else(String::new, |plan| steps(plan))
    )
}

/// A table of the steps of a sharded plan.
fn steps(plan: &Explained) -> String {
    let row = |step: &ExplainedStep| {
        [
            step.step.clone(),
            seconds(step.measured),
            bytes(step.bytes_received_max),
            bytes(step.bytes_received_most),
            grouped(&step.messages_sent_max.to_string()),
        ]
    };
    let rows: Vec<_> = plan.steps.iter().map(row).collect();
    let header = [
        "step",
        "slowest rank",
        "received, busiest rank",
        "at most, on any graph",
        "messages, most of a rank",
    ];
    format!("\nthe steps of {}\n{}", plan.combine, table(&header, &rows))
}

/// The results of a self-test that succeeded.
pub fn tested(tally: &Tally) -> String {
    let each = |total: f64| total / tally.cases as f64;
    let rows = tally.plans.iter().map(|plan| {
        let [sent, messages] =
            [plan.bytes_sent, plan.messages_sent].map(|count| each(count as f64));
        [
            plan.combine.clone(),
            seconds(each(plan.seconds)),
            bytes(sent as u64),
            format!("{messages:.1}"),
        ]
    });
    let header = ["combined by", "time per case", "sent per case", "messages per case"];
    format!(
        "{}\n{} in {} ways on {} of {} ({}): every forest was proved, and equals that of one \
         rank; no byte lost, {}\n",
        table(&header, &rows.collect::<Vec<_>>()),
        count(tally.cases, "case"),
        tally.plans.len(),
        count(tally.ranks as u64, "rank"),
        count(tally.host_count as u64, "host"),
        tally.mpi_library,
        seconds(tally.seconds)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use mst::comm::Link;
    use mst::distributed::{Combine, Locality, Prepare, Workload};
    use mst::selftest;

    /// The choice of a plan for ranks that share these parts of the graph.
    fn choice(prepare: Prepare, shared: f64, crossing: f64) -> Choice {
        let locality = Locality {
            shared,
            crossing,
            touched: 1_000_000,
            longest: 4_000_000,
            sorted: false,
            shuffles: true,
        };
        let link = Link { latency: 50e-6, bandwidth: 125e6 };
        let shape = Workload { m: 8_000_000, p: 2, locality, link, key_bytes: 4, cores: 1.0 };
        Choice { plan: Plan { prepare, combine: Combine::Gather }, shape: Some(shape) }
    }

    #[test]
    fn a_choice_tells_its_grounds() {
        let tiny = Choice { plan: Plan::PLAIN, shape: None };
        let text = "combining by gather: the graph is so small that more is not worth it";
        assert_eq!(chosen(&tiny), text);

        let plain = choice(Prepare::Nothing, 0.0625, 0.5);
        let time = |choice: &Choice, plan| seconds(choice.shape.expect("a shape").seconds(plan));
        let text = format!(
            "combining by gather: {} by the model, less than any other way; ranks share 6.2 % of \
             the vertices; the link takes 50.0 µs and 125.00 MB/s",
            time(&plain, Plan::PLAIN)
        );
        assert_eq!(chosen(&plain), text);

        let contract = choice(Prepare::Contract, 0.125, 0.5);
        let text = format!(
            "combining by contract+gather: {} by the model against {} by gather; ranks share 12.5 \
             % of the vertices (50.0 % of the edges would cross blocks of vertices); the link \
             takes 50.0 µs and 125.00 MB/s",
            time(&contract, contract.plan),
            time(&contract, Plan::PLAIN)
        );
        assert_eq!(chosen(&contract), text);
    }

    #[test]
    fn ways_stand_by_their_measured_time() {
        assert_eq!(explained(&[]), "");
        let way = |combine: &str, model, measured| Explained {
            combine: combine.to_owned(),
            model,
            measured,
            bytes_received_max: 1_500,
            steps: Vec::new(),
        };
        let mut ways = [way("tree", Some(0.001), 0.03), way("filter", None, 0.02)];
        let expected = "
2 ways: modelled and measured time
combined by    model  measured  received, busiest rank
filter        cannot   20.0 ms                 1.50 kB
tree         1.00 ms   30.0 ms                 1.50 kB
";
        assert_eq!(explained(&ways), expected);
        ways[0].steps = vec![ExplainedStep {
            step: "fetch".to_owned(),
            measured: 0.025,
            bytes_received_max: 800,
            bytes_received_most: 2_000,
            messages_sent_max: 1_234,
        }];
        let steps = "
the steps of tree
step   slowest rank  received, busiest rank  at most, on any graph  messages, most of a rank
fetch       25.0 ms                   800 B                2.00 kB                     1,234
";
        assert_eq!(explained(&ways), format!("{expected}{steps}"));
    }

    #[test]
    fn a_self_test_tells_the_cost_of_a_case() {
        let mut tally = mst::comm::run(2, Some(1), selftest::Tally::new).remove(0);
        tally.plans.truncate(1);
        (tally.cases, tally.seconds) = (4, 2.0);
        let plan = &mut tally.plans[0];
        (plan.seconds, plan.bytes_sent, plan.messages_sent) = (0.2, 8_000, 10);
        let text = tested(&tally);
        let expected = format!(
            "\
combined by  time per case  sent per case  messages per case
gather             50.0 ms        2.00 kB                2.5

4 cases in 1 ways on 2 ranks of 1 host ({}): every forest was proved, and equals that of one \
             rank; no byte lost, 2.00 s
",
            tally.mpi_library
        );
        assert_eq!(text, expected);
    }
}
