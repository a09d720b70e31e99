//! What the model expects on more ranks.

use super::{Results, figure, paragraph};
use crate::report::document::Element;
use crate::report::figure;
use crate::report::language::Messages;

pub(super) fn section(results: &Results<'_>, say: &dyn Messages) -> Vec<Element> {
    let (Some((prediction, link)), Some(scaling)) = (&results.prediction, results.scalings.first())
    else {
        return Vec::new();
    };
    let mut sentences = vec![match prediction.best() {
        (1, _) => say.prediction_stays().to_owned(),
        (ranks, seconds) => say.prediction_text(ranks as u64, &say.seconds(seconds)),
    }];
    sentences
        .push(say.prediction_assumes(&say.seconds(link.latency), &say.bit_rate(link.bandwidth)));
    if let Some(factor) = prediction.worst_error() {
        sentences.push(say.prediction_error(&say.decimal(factor)));
    }
    let plot = figure::prediction(prediction, scaling.main(), say);
    vec![paragraph(sentences), figure("prediction", say.prediction_caption(), plot)]
}
