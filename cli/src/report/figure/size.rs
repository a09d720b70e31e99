//! Figures with the size of the graph on their horizontal axis.

use super::axis::{Axis, Scale, Unit};
use super::looks;
use super::plot::{Layer, Plot, SeriesShape};
use super::scaling::measured;
use crate::report::crossing::{Crossing, Fastest, Growth};
use crate::report::language::{Messages, Quantity};
use crate::report::points::Point;

fn edges(point: &Point) -> f64 {
    point.row().m as f64
}

fn points<'a>(growth: &Growth<'a>, of: impl Fn(&Fastest<'a>) -> &'a Point) -> Vec<&'a Point> {
    growth.pairs.iter().map(of).collect()
}

/// Time of local and distributed runs against edges, and where they cross.
pub(crate) fn crossing(growth: &Growth<'_>, say: &dyn Messages) -> Plot {
    let x = Axis::new(say.name(Quantity::Edges), Scale::Log, Unit::Large);
    let y = Axis::new(say.name(Quantity::Time), Scale::Log, Unit::Seconds);
    let (local, distributed) =
        (points(growth, |pair| pair.local), points(growth, |pair| pair.distributed));
    let crossing = match growth.crossing() {
        Crossing::At(m) | Crossing::Expected(m) => Some(Layer {
            series: say.name(Quantity::Crossing).to_owned(),
            look: looks::reference(),
            shape: SeriesShape::Vertical(m),
        }),
        Crossing::Always | Crossing::NotInSight => None,
    };
    let local = measured(say.name(Quantity::Local), looks::local(), &local, edges);
    let distributed =
        measured(say.name(Quantity::Distributed), looks::distributed(0), &distributed, edges);
    Plot::single(x, y, crossing.into_iter().chain(local).chain(distributed).collect())
}

/// Edges a second of local and distributed runs against edges.
pub(crate) fn rate(growth: &Growth<'_>, say: &dyn Messages) -> Plot {
    let x = Axis::new(say.name(Quantity::Edges), Scale::Log, Unit::Large);
    let y = Axis::new(say.name(Quantity::EdgesPerSecond), Scale::Log, Unit::Large);
    let layers = |name, look, points: Vec<&Point>| {
        let rates: Vec<_> = points.iter().map(|point| (edges(point), rate_of(point))).collect();
        let series = say.name(name).to_owned();
        [SeriesShape::Line(rates.clone()), SeriesShape::Marks(rates)].map(|shape| Layer {
            series: series.clone(),
            look,
            shape,
        })
    };
    let local = layers(Quantity::Local, looks::local(), points(growth, |pair| pair.local));
    let distributed = points(growth, |pair| pair.distributed);
    let distributed = layers(Quantity::Distributed, looks::distributed(0), distributed);
    Plot::single(x, y, local.into_iter().chain(distributed).collect())
}

/// The edges that a run processes in a second, by its median.
pub(crate) fn rate_of(point: &Point) -> f64 {
    edges(point) / point.time.median
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::language::Language;
    use crate::report::study::Study;

    #[test]
    fn both_runs_and_their_crossing_are_drawn() {
        let study = Study::of(fixture::all(), false).expect("one origin");
        let growth = Growth::all(&study).remove(0);
        let say = Language::En.messages();
        let data = crossing(&growth, say).data();
        let Crossing::At(m) = growth.crossing() else { panic!("the fixture crosses") };
        assert!(data.contains(&format!("crossover,vertical,{m},,,")), "{data}");
        for pair in &growth.pairs {
            let (m, local, distributed) =
                (pair.m(), pair.local.time.median, pair.distributed.time.median);
            assert!(data.contains(&format!("local,median,{m},{local},")), "{data}");
            assert!(data.contains(&format!("distributed,median,{m},{distributed},")), "{data}");
            let rates = rate(&growth, say).data();
            assert!(rates.contains(&format!("local,value,{m},{},,", m as f64 / local)), "{rates}");
        }
    }
}
