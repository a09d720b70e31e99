//! Several graphs of a family: sizes that double, and one size scaled.

use super::{Family, Spec, count};
use crate::error::{Error, Result, quoted};

/// The most graphs that one text may name.
const MOST: usize = 64;

impl Spec {
    /// Returns the graphs that `text` names: a spec whose `n` or `m` may be a range `a..b`, which
    /// stands for a, 2a, 4a, ... up to b. The smallest come first.
    ///
    /// ```
    /// # use mst::generate::Spec;
    /// let graphs = Spec::series("gnm:n=2^10..2^12,m=8n")?;
    /// let sizes: Vec<_> = graphs.iter().map(|graph| (graph.n(), graph.expected_edges())).collect();
    /// assert_eq!(sizes, [(1024, 8192), (2048, 16384), (4096, 32768)]);
    /// # Ok::<(), mst::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Usage`] if a range or one of the specs is wrong.
    pub fn series(text: &str) -> Result<Vec<Self>> {
        let mut texts = vec![text.to_owned()];
        while let Some((before, range, after)) = texts.first().and_then(|text| range_in(text)) {
            let sizes = doubled(range).map_err(|what| {
                Error::usage("GRAPH", format!("graph {}: {what}", quoted(text.as_bytes())))
            })?;
            let (before, after) = (before.len(), after.len());
            let each = |text: &String| {
                let (head, tail) = (&text[..before], &text[text.len() - after..]);
                sizes.iter().map(|size| format!("{head}{size}{tail}")).collect::<Vec<_>>()
            };
            texts = texts.iter().flat_map(each).collect();
        }
        texts.iter().map(|text| text.parse()).collect()
    }

    /// Returns the graph of this family, seed and weights with `factor` times the edges, as nearly
    /// as the family allows, and for a given m/n as many times the vertices; `None` if there is
    /// none so large.
    pub fn scaled(&self, factor: u64) -> Option<Self> {
        let times = |count: u64| count.checked_mul(factor);
        let family = match self.family.clone() {
            Family::Gnm { n, m } => Family::Gnm { n: times(n)?, m: times(m)? },
            Family::Rmat { n, m, shares } => Family::Rmat { n: times(n)?, m: times(m)?, shares },
            Family::Rgg2d { n, m } => Family::Rgg2d { n: times(n)?, m: times(m)? },
            Family::Grid2d { side } => Family::Grid2d { side: times(side * side)?.isqrt() },
            Family::Complete { n } => Family::Complete { n: times(n * n)?.isqrt() },
            Family::Path { n } => Family::Path { n: times(n)? },
            Family::Star { n } => Family::Star { n: times(n)? },
        };
        let scaled = Self { family, ..self.clone() };
        // Reading it checks the limits of the family.
        scaled.to_string().parse().ok()
    }
}

/// The first range in a spec, with the text before and after it.
fn range_in(text: &str) -> Option<(&str, &str, &str)> {
    let dots = text.find("..")?;
    let start = text[..dots].rfind('=')? + 1;
    let end = text[dots..].find(',').map_or(text.len(), |len| dots + len);
    Some((&text[..start], &text[start..end], &text[end..]))
}

/// The counts of a range: its start, doubled as long as its end is not exceeded.
fn doubled(range: &str) -> std::result::Result<Vec<u64>, String> {
    let wrong = || {
        let range = quoted(range.as_bytes());
        format!("{range} is not a range of counts like 2^16..2^22, which doubles from start to end")
    };
    let (start, end) = range.split_once("..").ok_or_else(wrong)?;
    let (start, end) = count::parse(start).zip(count::parse(end)).ok_or_else(wrong)?;
    if start == 0 || start > end {
        return Err(wrong());
    }
    let doubled = std::iter::successors(Some(start), |size| size.checked_mul(2));
    Ok(doubled.take_while(|size| *size <= end).take(MOST).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let graphs = Spec::series(text).expect("right").into_iter();
        graphs.map(|graph| graph.to_string().replace(",seed=1,weights=uniform", "")).collect()
    }

    #[test]
    fn ranges_double_and_every_pair_of_two_ranges_is_named() {
        assert_eq!(names("gnm:n=4,m=3"), ["gnm:n=4,m=3"]);
        assert_eq!(names("path:n=3..13"), ["path:n=3", "path:n=6", "path:n=12"]);
        assert_eq!(names("gnm:n=4..8,m=5n"), ["gnm:n=4,m=20", "gnm:n=8,m=40"]);
        let pairs = ["gnm:n=4,m=6", "gnm:n=4,m=12", "gnm:n=8,m=6", "gnm:n=8,m=12"];
        assert_eq!(names("gnm:n=4..8,m=6..12"), pairs);
    }

    #[test]
    fn wrong_ranges_are_refused() {
        for text in ["path:n=8..4", "path:n=0..4", "path:n=4..x", "path:n=..", "gnm:n=4,m=2n..4n"] {
            let refused = Spec::series(text).expect_err(text).to_string();
            assert!(refused.contains("is not a range of counts like 2^16..2^22"), "{refused}");
        }
        let refused = Spec::series("gnm:n=2^39..2^41,m=5").expect_err("too large").to_string();
        assert!(refused.contains("n=2199023255552 is too many"), "{refused}");
    }

    #[test]
    fn a_scaled_graph_has_as_many_times_the_edges() {
        let scaled = |text: &str, factor| {
            let spec: Spec = text.parse().expect("right");
            spec.scaled(factor).map(|spec| (spec.n(), spec.expected_edges(), spec.seed()))
        };
        assert_eq!(scaled("gnm:n=10,m=30,seed=3", 4), Some((40, 120, 3)));
        assert_eq!(scaled("rmat:n=10,m=30", 2), Some((20, 60, 1)));
        assert_eq!(scaled("rgg2d:n=100,m=500", 3), Some((300, 1500, 1)));
        assert_eq!(scaled("grid2d:n=100", 4), Some((400, 760, 1)));
        assert_eq!(scaled("grid2d:n=100", 2), Some((196, 364, 1)));
        assert_eq!(scaled("complete:n=10", 4), Some((20, 190, 1)));
        assert_eq!(scaled("path:n=10", 5), Some((50, 49, 1)));
        assert_eq!(scaled("star:n=10", 5), Some((50, 49, 1)));
        assert_eq!(scaled("path:n=2^31", 2), None);
        assert_eq!(scaled("path:n=2^31", u64::MAX), None);
    }
}
