//! Shows which plan was chosen and why, and what each plan costs.

use super::table::table;
use super::{bytes, count, seconds};
use mst::distributed::{Choice, Plan};
use mst::experiment::Explained;
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
        "\n{}: modelled and measured time\n{}",
        count(plans.len() as u64, "way"),
        table(&header, &rows)
    )
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
