//! From which size on does it pay?

use super::{Results, figure, numbered, paragraph};
use crate::report::crossing::{Crossing, Growth};
use crate::report::document::Element;
use crate::report::figure;
use crate::report::language::Messages;

pub(super) fn section(results: &Results<'_>, say: &dyn Messages) -> Vec<Element> {
    if results.growths.is_empty() {
        return match results.scalings.is_empty() {
            true => Vec::new(),
            false => vec![Element::Paragraph(say.no_sizes().to_owned())],
        };
    }
    let growths = results.growths.iter().enumerate();
    growths.flat_map(|(place, growth)| of_growth(growth, place, say)).collect()
}

/// Where both times cross.
pub(super) fn crossing(growth: &Growth<'_>, say: &dyn Messages) -> String {
    let [first, .., last] = growth.pairs.as_slice() else {
        return say.no_sizes().to_owned();
    };
    match growth.crossing() {
        Crossing::At(m) => say.crossing_at(&say.about(m)),
        Crossing::Always => say.crossing_always(&say.integer(first.m())),
        Crossing::Expected(m) => say.crossing_expected(&say.integer(last.m()), &say.about(m)),
        Crossing::NotInSight => say.crossing_not_in_sight(&say.integer(last.m())),
    }
}

fn of_growth(growth: &Growth<'_>, place: usize, say: &dyn Messages) -> Vec<Element> {
    let mut sentences = vec![crossing(growth, say)];
    if let Some(last) = growth.pairs.last() {
        let [local, distributed] = [last.local, last.distributed].map(figure::rate_of);
        sentences.push(say.rate_text(&say.rough(local), &say.rough(distributed)));
    }
    let crosses = matches!(growth.crossing(), Crossing::At(_) | Crossing::Expected(_));
    vec![
        paragraph(sentences),
        figure(
            &numbered("crossover", place),
            say.crossing_caption(crosses),
            figure::crossing(growth, say),
        ),
        figure(&numbered("rate", place), say.rate_caption(), figure::rate(growth, say)),
    ]
}
