//! From which size of the graph on it pays to distribute.

use super::points::{Point, fastest};
use super::scaling::experiments;
use super::study::Study;

/// Runs of graphs of one family on one machine and on all ranks.
#[derive(Debug)]
pub(crate) struct Growth<'a> {
    /// By rising edges, at least two.
    pub(crate) pairs: Vec<Fastest<'a>>,
}

/// The fastest runs of a graph.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fastest<'a> {
    pub(crate) local: &'a Point,
    /// On the most ranks.
    pub(crate) distributed: &'a Point,
}

/// Where the times of both cross.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Crossing {
    /// At about so many edges, between two sizes that were measured.
    At(f64),
    /// The smallest graph already pays.
    Always,
    /// At about so many edges, if the ratio goes on as between the two largest sizes.
    Expected(f64),
    /// The ratio does not come nearer, or too slowly to say.
    NotInSight,
}

/// How many times the largest size an expected crossing may be away: beyond that it is a guess.
const IN_SIGHT: f64 = 64.0;

impl Fastest<'_> {
    /// Edges.
    pub(crate) fn m(&self) -> u64 {
        self.local.row().m
    }

    /// How many times as fast the distributed run is.
    fn ratio(&self) -> f64 {
        self.local.time.median / self.distributed.time.median
    }
}

impl<'a> Growth<'a> {
    /// The families of graphs of each experiment of which two sizes or more were run on one rank and
    /// on several. In weak scaling, ranks grow with the graph, so it says nothing about sizes.
    pub(crate) fn all(study: &'a Study) -> Vec<Self> {
        let mut found = Vec::new();
        for (experiment, origin) in experiments(study) {
            let mut families: Vec<(&str, Vec<Fastest<'a>>)> = Vec::new();
            for graph in study.graphs().into_iter().filter(|_| experiment != "weak") {
                let points: Vec<&Point> = study
                    .points
                    .iter()
                    .filter(|point| {
                        let row = point.row();
                        (row.graph.as_str(), row.experiment.as_str(), point.origin.as_str())
                            == (graph, experiment, origin)
                    })
                    .collect();
                let Some(pair) = pair(&points) else { continue };
                let family = graph.split_once(':').map_or(graph, |(family, _)| family);
                match families.iter_mut().find(|(name, _)| *name == family) {
                    Some((_, pairs)) => pairs.push(pair),
                    None => families.push((family, vec![pair])),
                }
            }
            let sizes =
                |pairs: &Vec<Fastest<'_>>| pairs.windows(2).any(|two| two[0].m() < two[1].m());
            let grown = families.into_iter().map(|(_, pairs)| pairs).filter(sizes);
            found.extend(grown.map(|pairs| Self { pairs }));
        }
        found
    }

    /// Where it begins to pay: from this size on, every larger one pays, too.
    pub(crate) fn crossing(&self) -> Crossing {
        let ratios: Vec<(f64, f64)> =
            self.pairs.iter().map(|pair| (pair.m() as f64, pair.ratio())).collect();
        let Some(last_below) = ratios.iter().rposition(|(_, ratio)| *ratio <= 1.0) else {
            return Crossing::Always;
        };
        let crossing = |(m0, r0): (f64, f64), (m1, r1): (f64, f64)| {
            let slope = (r1 / r0).ln() / (m1 / m0).ln();
            m0 * (-r0.ln() / slope).exp()
        };
        if let Some(&above) = ratios.get(last_below + 1) {
            return Crossing::At(crossing(ratios[last_below], above));
        }
        let [.., before, last] = ratios.as_slice() else { return Crossing::NotInSight };
        let m = crossing(*before, *last);
        match last.1 > before.1 && m <= IN_SIGHT * last.0 {
            true => Crossing::Expected(m),
            false => Crossing::NotInSight,
        }
    }
}

/// The fastest run on one rank, and the fastest on the most ranks.
fn pair<'a>(points: &[&'a Point]) -> Option<Fastest<'a>> {
    let of = |ranks: usize| {
        fastest(points.iter().copied().filter(move |point| point.row().ranks == ranks))
    };
    let most = points.iter().map(|point| point.row().ranks).max().filter(|most| *most > 1)?;
    Some(Fastest { local: of(1)?, distributed: of(most)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mst::experiment::Row;

    /// The growth of graphs with these edges and seconds, local and distributed.
    fn crossing(sizes: &[(u64, f64, f64)]) -> Option<Crossing> {
        let rows = sizes.iter().enumerate().flat_map(|(place, &(m, local, distributed))| {
            let row = |ranks, total_s| Row {
                experiment: "crossover".to_owned(),
                graph: format!("gnm:n=5,m={m},seed={place}"),
                hosts: "vm1:1".to_owned(),
                ranks,
                m,
                total_s,
                ..Row::default()
            };
            [row(1, local), row(3, distributed)]
        });
        let study = Study::of(rows.collect(), false).expect("one origin");
        Growth::all(&study).first().map(Growth::crossing)
    }

    #[test]
    fn times_cross_where_their_ratio_is_one() {
        // Local time m, distributed 10 + m / 10: equal where m = 100 / 9, near 11.
        let at = |m: u64| (m, m as f64, 10.0 + m as f64 / 10.0);
        let Some(Crossing::At(m)) = crossing(&[at(1), at(4), at(8), at(16), at(32)]) else {
            panic!("it is between 8 and 16")
        };
        assert!((m - 100.0 / 9.0).abs() < 0.3, "{m}");
        assert_eq!(crossing(&[at(16), at(32)]), Some(Crossing::Always));
        let Some(Crossing::Expected(m)) = crossing(&[at(1), at(2), at(4)]) else {
            panic!("it comes nearer")
        };
        assert!((8.0..16.0).contains(&m), "{m}");
        assert_eq!(crossing(&[(1, 1.0, 2.0), (2, 2.0, 4.0)]), Some(Crossing::NotInSight));
        assert_eq!(crossing(&[(1, 1.0, 2.0), (2, 2.0, 5.0)]), Some(Crossing::NotInSight));
        assert_eq!(crossing(&[(1, 1.0, 9.0), (2, 2.0, 17.9)]), Some(Crossing::NotInSight));
        // A lucky small graph is not the size from which on it pays.
        let noisy = crossing(&[(1, 1.0, 0.9), (2, 2.0, 4.0), (4, 4.0, 2.0)]);
        let Some(Crossing::At(m)) = noisy else { panic!("between the last two") };
        assert!((m - 8f64.sqrt()).abs() < 1e-9, "{m}");
        assert_eq!(crossing(&[(1, 1.0, 2.0)]), None, "one size has no growth");
        assert_eq!(crossing(&[(1, 1.0, 2.0), (1, 1.0, 3.0)]), None, "nor have two graphs of it");
    }

    #[test]
    fn a_crossing_is_expected_up_to_64_times_the_largest_size() {
        // Local seconds are as many as edges, distributed ones the same for all sizes.
        let at = |seconds: f64| crossing(&[(2, 2.0, seconds), (4, 4.0, seconds)]);
        let Some(Crossing::Expected(m)) = at(255.0) else { panic!("below 64 times 4") };
        assert!((m - 255.0).abs() < 1e-9, "{m}");
        assert_eq!(at(257.0), Some(Crossing::NotInSight));
    }
}
