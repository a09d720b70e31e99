//! Checks that what a head says fits the input and makes sense: anyone may have written it.

use super::file::{FileHead, KnownFile};
use super::folder::Folder;
use crate::error::{ContentFault, Error, Result};
use crate::graph::MOST_VERTICES;
use crate::partition::outline::Outline;
use crate::partition::segment::Segment;

/// What all ranks have to know of a segment: where it begins, where its rest begins and where it
/// ends; how many records and vertices were counted, and the bound that all vertices are below.
pub(super) type Span = [u64; 6];

pub(super) fn spans(head: &FileHead) -> Vec<Span> {
    let span = |segment: &Segment| {
        let Segment { start, rest, census, .. } = segment;
        [*start, rest.start, rest.end, census.records, census.vertices, census.bound]
    };
    head.segments.iter().map(span).collect()
}

/// Refuses a file of another graph, or one with a segment that cannot be of this graph.
pub(super) fn check_belongs(outline: &Outline, folder: &Folder, known: &KnownFile) -> Result<()> {
    let path = folder.path_of(&known.head.name.file_name());
    if known.head.graph != outline.graph {
        let what = format!(
            "it was saved for another job: {}; this one is for {}; name another folder, or the graph and \
             options that it was saved with",
            known.head.graph.escape_debug(),
            outline.graph
        );
        return Err(Error::content(&path, ContentFault::Occupied, what));
    }
    for (position, segment) in known.head.segments.iter().enumerate() {
        if let Some(what) = defect(outline, segment) {
            let what = format!(
                "its segment {position} (from 0) {what}; remove the files of this checkpoint to start from \
                 the beginning"
            );
            return Err(Error::content(&path, ContentFault::Damaged, what));
        }
    }
    Ok(())
}

/// What is impossible about a segment; `None` if it is sound.
fn defect(outline: &Outline, segment: &Segment) -> Option<&'static str> {
    let Segment { start, rest, since, before, census, edges, weights, .. } = segment;
    let whole = &outline.whole;
    if !(whole.start <= *start
        && *start <= rest.start
        && rest.start <= rest.end
        && rest.end <= whole.end)
    {
        return Some("is not a part of the input");
    }
    let (taken, n) = (rest.start - start, outline.facts.n.unwrap_or(census.bound));
    if !(whole.start <= *since && *since <= rest.start)
        || before.lines > rest.start - since
        || before.vertices > before.lines
    {
        return Some("counts more lines before it than there can be");
    }
    if census.bound > outline.facts.n.unwrap_or(MOST_VERTICES) || census.vertices > MOST_VERTICES {
        return Some("has more vertices than the graph");
    }
    if census.loops > census.records
        || *edges > census.records - census.loops
        || *edges > n.saturating_sub(1)
    {
        return Some("has more edges than were counted or a forest can have");
    }
    if taken == 0 && census.records > 0 {
        return Some("counts edges although nothing was read");
    }
    let facts = outline.facts;
    let is_held_so = facts.weights.is_none_or(|known| known == *weights);
    if *edges > 0 && !(is_held_so && weights.descending() == facts.descending) {
        return Some("encodes its edges differently from the graph");
    }
    None
}

/// Checks that the segments in rank order cover the input, each place once, and that their counts
/// can be added up. Returns the largest bound of all.
pub(super) fn check_coverage(folder: &Folder, spans: &[Span], outline: &Outline) -> Result<u64> {
    let mut at = outline.whole.start;
    let fits = |&[start, _, end, ..]: &Span| {
        let fits = start == at;
        at = end;
        fits
    };
    let what = "remove them to start from the beginning";
    if !spans.iter().all(fits) || at != outline.whole.end {
        return Err(Error::content(
            folder.path(),
            ContentFault::Damaged,
            format!("its files do not fit together; {what}"),
        ));
    }
    for count in [3, 4] {
        let sum: u128 = spans.iter().map(|span| u128::from(span[count])).sum();
        if sum > u128::from(u64::MAX >> 1) {
            let what = format!("its files count more edges than there can be; {what}");
            return Err(Error::content(folder.path(), ContentFault::Damaged, what));
        }
    }
    Ok(spans.iter().map(|span| span[5]).max().unwrap_or(0))
}

/// How much of the input has been read, percent.
pub(super) fn percent(spans: &[Span]) -> f64 {
    let taken: u64 = spans.iter().map(|[start, rest, ..]| rest - start).sum();
    let all: u64 = spans.iter().map(|[start, _, end, ..]| end - start).sum();
    100.0 * taken as f64 / all.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Census, LineCount};
    use crate::graph::{Numbers, Weights};
    use crate::partition::outline::GraphFacts;

    fn outline(facts: GraphFacts) -> Outline {
        Outline { graph: String::new(), facts, whole: 10..100 }
    }

    const WEIGHTS: Weights = Weights::wide(Numbers::Floats);

    fn sound() -> Segment {
        let census = Census { records: 9, loops: 2, bound: 8, ..Census::default() };
        let before = LineCount { lines: 5, vertices: 0 };
        let weights = WEIGHTS;
        Segment {
            start: 20,
            since: 10,
            before,
            census,
            edges: 7,
            weights,
            ..Segment::untouched(40..60)
        }
    }

    fn integers() -> Weights {
        Weights::wide(Numbers::Integers)
    }

    /// A name, a change to a sound segment, and the words that refuse it in text and in a binary
    /// file of eight vertices.
    type Case<'a> = (&'a str, fn(&mut Segment), [Option<&'a str>; 2]);

    #[test]
    fn segments_make_sense() {
        let part = [Some("not a part"); 2];
        let lines = [Some("more lines before"); 2];
        let edges = [Some("more edges than"); 2];
        let nothing = [Some("although nothing was read"); 2];
        let otherwise = [Some("encodes its edges differently"); 2];
        #[rustfmt::skip]
        let cases: [Case<'_>; 28] = [
            ("sound",              |_| {},                                  [None; 2]),
            ("lines to the limit", |s| s.before.lines = 30,                 [None; 2]),
            ("vertices likewise",  |s| s.before.vertices = 5,               [None; 2]),
            ("most vertices",      |s| s.census.vertices = MOST_VERTICES,   [None; 2]),
            ("the largest vertex", |s| s.census.bound = MOST_VERTICES,      [None, Some("more vertices")]),
            ("only loops",         |s| (s.edges, s.census.loops) = (0, 9),  [None; 2]),
            ("more than counted",  |s| (s.edges, s.census.bound) = (8, 99), [edges[0], Some("more vertices")]),
            ("nothing yet",        |s| (s.start, s.edges, s.census) = (40, 0, Census::default()), [None; 2]),
            ("no edges held",      |s| (s.edges, s.weights) = (0, integers()), [None; 2]),
            ("before the input",   |s| s.start = 9,                         part),
            ("starts late",        |s| s.start = 41,                        part),
            ("backwards",          |s| s.rest.end = 39,                     part),
            ("behind the input",   |s| s.rest.end = 101,                    part),
            ("endless",            |s| s.rest.end = u64::MAX,               part),
            ("since before",       |s| s.since = 9,                         lines),
            ("since later",        |s| s.since = 41,                        lines),
            ("many lines",         |s| s.before.lines = 31,                 lines),
            ("vertices of lines",  |s| s.before.vertices = 6,               lines),
            ("many vertices",      |s| s.census.vertices = u64::MAX,        [Some("more vertices"); 2]),
            ("a large vertex",     |s| s.census.bound = 1 << 32,            [Some("more vertices"); 2]),
            ("a vertex too many",  |s| s.census.bound = 9,                  [None, Some("more vertices")]),
            ("loops of nothing",   |s| s.census.loops = 10,                 edges),
            ("edges of nothing",   |s| s.edges = 8,                         edges),
            ("no forest",          |s| (s.edges, s.census.records) = (8, 99), edges),
            ("nothing was taken",  |s| s.start = 40,                        nothing),
            ("narrow",             |s| s.weights = Weights::SINGLES,        [None, otherwise[1]]),
            ("integers",           |s| s.weights = integers(),              [None, otherwise[1]]),
            ("heavier first",      |s| s.weights = WEIGHTS.in_order(true),  otherwise),
        ];
        let text = outline(GraphFacts::new(None, None));
        let binary = outline(GraphFacts::new(Some(8), Some(WEIGHTS)));
        for (name, change, expected) in cases {
            let mut segment = sound();
            change(&mut segment);
            for (outline, expected) in [&text, &binary].into_iter().zip(expected) {
                let told = defect(outline, &segment);
                let fits = told.map_or(expected.is_none(), |told| {
                    expected.is_some_and(|words| told.contains(words))
                });
                assert!(fits, "{name}: {told:?}");
            }
        }
    }

    #[test]
    fn segments_cover_the_input_once_and_their_counts_add_up() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::make(place.path()).expect("opened");
        let outline = outline(GraphFacts::new(None, None));
        let check = |spans: &[Span]| match check_coverage(&folder, spans, &outline) {
            Ok(bound) => bound.to_string(),
            Err(why) => why.to_string(),
        };
        let span = |start, end| [start, start, end, 1, 1, start];
        let half = u64::MAX >> 1;
        let counts = |records, vertices| [[10, 10, 50, records, vertices, 7], span(50, 100)];
        let cases = [
            (vec![span(10, 100)], "10"),
            (vec![span(10, 50), span(50, 50), span(50, 100)], "50"),
            (vec![span(10, 50)], "do not fit together"),
            (vec![span(50, 100)], "do not fit together"),
            (vec![span(10, 50), span(51, 100)], "do not fit together"),
            (vec![span(10, 51), span(50, 100)], "do not fit together"),
            (vec![span(50, 100), span(10, 50)], "do not fit together"),
            (vec![], "do not fit together"),
            (counts(half - 1, half - 1).to_vec(), "50"),
            (counts(half, 1).to_vec(), "more edges than there can be"),
            (counts(1, half).to_vec(), "more edges than there can be"),
            (counts(u64::MAX, u64::MAX).to_vec(), "more edges than there can be"),
        ];
        for (spans, expected) in cases {
            let told = check(&spans);
            assert!(told.contains(expected), "{spans:?}: {told}");
        }
    }

    #[test]
    fn percents_are_of_the_input() {
        assert_eq!(percent(&[[10, 20, 30, 0, 0, 0], [30, 35, 50, 0, 0, 0]]), 37.5);
        assert_eq!(percent(&[[10, 10, 10, 0, 0, 0]]), 0.0);
    }
}
