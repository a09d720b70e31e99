//! The answers in a sentence each.

use super::{Results, correctness, setting, sizes, speed};
use crate::report::document::Element;
use crate::report::language::Messages;

pub(super) fn section(results: &Results<'_>, say: &dyn Messages) -> Vec<Element> {
    let widest = setting(results.study.widest());
    let mut answers = vec![match (widest.ranks, widest.hosts) {
        (1, _) => say.nothing_distributed().to_owned(),
        (ranks, 1) => say.one_host(ranks),
        (ranks, hosts) => say.distributed(ranks, hosts),
    }];
    answers.push(correctness::same_forests(results, say));
    for scaling in &results.scalings {
        answers.push(speed::verdict(scaling, say));
    }
    answers.extend(results.growths.iter().map(|growth| sizes::crossing(growth, say)));
    vec![Element::List(answers)]
}
