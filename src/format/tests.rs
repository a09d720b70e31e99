//! What all readers and writers have in common.

use super::*;
use crate::error::ContentFault;
use crate::graph::{
    Batch, BatchBuilder, Edge, Edges, MOST_VERTICES, Numbers, Slice, Weight, Weights,
};
use proptest::prelude::*;
use std::io::{Cursor, Read};
use std::sync::atomic::AtomicU64;

/// What was read: n, the census and the edges.
type Found = (u64, Census, Vec<Batch>);

/// Reads `text` in `p` blocks, as p ranks would.
fn read(name: &str, text: &[u8], columns: Option<&str>, p: usize) -> Result<Found> {
    let columns = columns.map(|columns| columns.parse().expect("right columns"));
    read_as(name, text, &TextOptions { columns, ..TextOptions::default() }, p)
}

fn read_as(name: &str, text: &[u8], options: &TextOptions, p: usize) -> Result<Found> {
    let path = Path::new(name);
    let format = Format::detect(path, text)?;
    let preamble = Preamble::read(path, format, options, &mut Cursor::new(text))?;
    let body = &text[preamble.body as usize..];
    let mut cuts = vec![0];
    for r in 1..p {
        let from = (body.len() * r / p).max(cuts[r - 1]);
        let line_end = body[from..].iter().position(|&byte| byte == b'\n');
        cuts.push(line_end.map_or(body.len(), |end| from + end + 1));
    }
    cuts.push(body.len());
    let (mut before, mut census, mut batches) =
        (LineCount::default(), Census::default(), Vec::new());
    for cut in cuts.windows(2) {
        let block = &body[cut[0]..cut[1]];
        let parsed = preamble.parse(path, block, before, &AtomicU64::new(0))?;
        before = [before, preamble.count_lines(block)].into_iter().sum();
        census.merge(&Census::from_words(&parsed.census.to_words()));
        batches.extend(parsed.batches);
    }
    Ok((preamble.check(path, &census)?, census, batches))
}

/// The edges as a slice, whose weights do not depend on how the batches encode them.
fn edges((n, census, batches): Found, numbers: Numbers) -> Slice {
    let weights = Weights::wide(numbers);
    let (mut ends, mut keys) = (Vec::new(), Vec::new());
    for batch in batches.into_iter().map(|batch| batch.rekeyed(weights)) {
        let id = |v: u32| batch.ids().map_or(v.into(), |ids| ids[v as usize]);
        ends.extend(batch.edges().iter().map(|e| [id(e.u), id(e.v)]));
        keys.extend(batch.edges().iter().map(|e| e.key));
    }
    let mut all = Batch::known_listed(&ends, &keys, weights);
    let ids = all.take_ids().filter(|_| n > MOST_VERTICES);
    if ids.is_none() {
        let plain = |(&[u, v], &key): (&[u64; 2], &u64)| Edge { u: u as u32, v: v as u32, key };
        let list = ends.iter().zip(&keys).map(plain).collect();
        all = Batch::known(Edges::Wide(list), weights);
    }
    Slice { loops: census.loops, ids, ..Slice::whole(n, all.into_edges(), weights) }
}

fn refused(name: &str, text: &str) -> String {
    let messages = [1, 3].map(|p| match read(name, text.as_bytes(), None, p) {
        Ok(_) => format!("{text:?} was read"),
        Err(error) => error.to_string(),
    });
    assert_eq!(messages[0], messages[1], "the same for any number of blocks");
    messages[0].clone()
}

#[test]
fn each_format_has_its_row() {
    for (format, row) in Format::ALL.into_iter().zip(&FORMATS) {
        assert_eq!((format.row().format, row.format), (format, format));
    }
}

#[test]
fn a_bad_line_is_refused_with_its_place() {
    #[rustfmt::skip]
    let cases = [
        ("a.txt", "0 1 5\n\n# c\n1 x 2\n",  "a.txt:4:3: expected a vertex, a whole number from 0; names must be replaced by numbers first, e.g. with pandas.factorize, found \"x\""),
        ("a.txt", "0 1 5\n1 2\n",           "a.txt:2:4: expected a weight, found the end of the line"),
        ("a.txt", "0 1\n2\n",               "a.txt:2:2: expected a vertex, a whole number from 0, found the end of the line"),
        ("a.txt", "0,1,5\n0,,3\n",          "a.txt:2:3: expected a vertex, a whole number from 0, found an empty field"),
        ("a.txt", "0,1,5\n0,1,5,6\n",       "a.txt:2:7: expected the end of the line after 3 columns, as in the first line, found \"6\""),
        ("a.txt", "0 1\n1 2\n1 2 7\n",      "a.txt:3:5: expected the end of the line after 2 columns, as in the first line, found \"7\""),
        ("a.txt", "0 1 0.25\n1 2 0,5\n",       "a.txt:2:5: expected a weight with a decimal point (if all of them have commas: --decimal comma), found \"0,5\""),
        ("a.txt", "0 1 0,5\n1 2 0.5\n",     "a.txt:2:5: expected a weight with a decimal comma (if all of them have points: --decimal point), found \"0.5\""),
        ("a.txt", "1,2,0,5\n",              "a.txt: line 1: it has 4 columns, separated by commas: 1: \"1\", 2: \"2\", 3: \"0\", 4: \"5\": choose those of u, v and the weight with --columns U,V,W, by number or name (U,V if there are no weights)"),
        ("a.txt", "id,a,b\n1,0,1\n",    "a.txt: line 1: it has 3 columns, separated by commas: 1: \"id\", 2: \"a\", 3: \"b\": choose those of u, v and the weight with --columns U,V,W, by number or name (U,V if there are no weights)"),
        ("a.txt", "\"0\",\"1\",\"5\n",      "a.txt:1:9: expected a field, and the end of its quote on the same line, found \"\\\"5\""),
        ("a.txt", "0 9223372036854775807 1\n", "a.txt:1:3: expected a vertex, a whole number from 0 to 9223372036854775806; renumber the vertices, found \"9223372036854775807\""),
        ("a.txt", "0 1 nan\n",              "a.txt:1:5: expected a finite weight; remove the edge or give it a number, found \"nan\""),
        ("a.txt", "0 1 -inf\r\n",           "a.txt:1:5: expected a finite weight; remove the edge or give it a number, found \"-inf\""),
        ("a.txt", "0 1 9999999999999999999\n", "a.txt:1:5: expected an integer of 64 bits (with a decimal point it is read as a float), found \"9999999999999999999\""),
        ("a.txt", "-1 1 5\n",               "a.txt:1:1: expected a vertex, a whole number from 0, found \"-1\""),
        ("a.txt", "3 1\n0 1 5\n2 3 5\n",    "a.txt:3:3: expected a vertex from 0 to 2, as the header says (if ids count from 1: --first-id 1), found \"3\""),
        ("a.txt", "3\n2\n0 1 5\n",          "a.txt: the header says 2 edges, but there are 1"),
        ("a.txt", "3\n\n",                  "a.txt:1:2: expected a second vertex, found the end of the line"),
        ("a.txt", "3,1,\n0,1,7\n",          "a.txt:1:5: expected a weight, found an empty field"),
        ("a.txt", "0 1 5\r1 2 3\r",         "a.txt: line 1 has a carriage return before its end; to convert its line ends: tr '\\r' '\\n' <IN >OUT"),
        ("a.gr",  "c only\n",               "a.gr: it ends before its header"),
        ("a.mtx", "%%MatrixMarket matrix coordinate real general\n", "a.mtx: it ends before its header"),
        ("a.txt", "# nothing\n",            "a.txt: it contains no edges and no header"),
        ("a.gr",  "c x\na 1 2 3\n",         "a.gr:2:1: expected the header `p sp n m`, found \"a\""),
        ("a.gr",  "p sp 3 1\na 0 2 3\n",    "a.gr:2:3: expected a vertex from 1 to 3, as the header says, found \"0\""),
        ("a.gr",  "p sp 3 1\ne 1 2 3\n",    "a.gr:2:1: expected an arc `a u v w` or a comment `c`, found \"e\""),
        ("a.gr",  "p sp 3 1\na 1 2 3 4\n",  "a.gr:2:9: expected the end of the line, found \"4\""),
        ("a.gr",  "p sp 3 2\na 1 2 3\n",    "a.gr: the header says 2 edges, but there are 1"),
        ("a.gr",  "p sp 9223372036854775808 0\n", "a.gr: 9223372036854775808 vertices are too many: there can be at most 9223372036854775807"),
        ("a.mtx", "%%MatrixMarket matrix array real general\n", "a.mtx:1:23: expected coordinate, found \"array\""),
        ("a.mtx", "%%MatrixMarket matrix coordinate complex general\n", "a.mtx:1:34: expected real or integer or pattern or unsigned-integer, found \"complex\""),
        ("a.mtx", "%%MatrixMarket matrix coordinate real general\n2 3 1\n", "a.mtx:2:3: expected as many columns as rows (2): the matrix of a graph is square, found \"3\""),
        ("a.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 2 x\n", "a.mtx:3:5: expected a weight, found \"x\""),
        ("a.mtx", "%%MatrixMarket matrix coordinate integer general\n2 2 1\n1 2 1.5\n", "a.mtx:3:5: expected an integer, as the first line says (real allows others), found \"1.5\""),
        ("a.graph", "2 1 1\n2 5\n1 6\n",    "a.graph: an edge is on the line of only one endpoint, or has two different weights"),
        ("a.graph", "2 1\n2\n",             "a.graph: the header says 2 vertices, but there are 1 lines for them"),
        ("a.graph", "2 1\n2\n1\n1\n",       "a.graph:4:1: expected the end of the file: the header says fewer vertices, found \"1\""),
        ("a.graph", "2 1 7\n2\n1\n",        "a.graph:1:5: expected a format of up to three digits, 0 or 1, found \"7\""),
        ("a.graph", "2 1\n1 2\n1\n",        "a.graph:2:1: expected another vertex: METIS graphs have no loops, found \"1\""),
    ];
    for (name, text, expected) in cases {
        assert_eq!(refused(name, text), expected, "{text:?}");
    }
}

/// A file's name and text, its columns, and the vertices and edges it holds.
type Case<'a> = (&'a str, &'a str, Option<&'a str>, u64, &'a [(u64, u64, Weight)]);

#[test]
fn what_is_wrong_with_a_file_is_a_field_of_the_error() {
    #[rustfmt::skip]
    let cases = [
        ("a.txt", "# nothing\n",                        ContentFault::Empty),
        ("a.gr",  "c no header\n",                      ContentFault::Damaged),
        ("a.gr",  "p sp 2 2\na 1 2 5\n",               ContentFault::Contradictory),
        ("a.graph", "2 1\n2\n",                        ContentFault::Contradictory),
        ("a.txt", "7 0 1 5\n",                          ContentFault::Ambiguous),
        ("a.xml", "<?xml version=\"1.0\"?><graphml>\n", ContentFault::Unsupported),
        ("a.gr",  "p sp 9223372036854775808 0\n",      ContentFault::Unsupported),
    ];
    for (name, text, expected) in cases {
        match read(name, text.as_bytes(), None, 1) {
            Err(Error::Content { path, fault, .. }) => {
                assert_eq!((path.as_path(), fault), (Path::new(name), expected), "{text:?}");
            }
            other => panic!("{text:?}: {other:?}"),
        }
    }
}

#[test]
fn headers_comments_names_and_columns() {
    let edge = |u, v, weight| (u, v, Weight::Integer(weight));
    #[rustfmt::skip]
    let cases: [Case<'_>; 25] = [
        ("a.txt", "0 1\n1 2\n",                         None,          3, &[edge(0, 1, 1), edge(1, 2, 1)]),
        ("a.txt", "0\t1\t-4\r\n2\t1\t7",                  None,          3, &[edge(0, 1, -4), edge(2, 1, 7)]),
        ("a.txt", "\u{feff}0 1 5\n",                    None,          2, &[edge(0, 1, 5)]),
        ("a.txt", "\u{feff}c x\np sp 4 1\na 1 2 5\n",   None,          4, &[edge(0, 1, 5)]),
        ("a.txt", "9 2\n% c\n0 1 4\n1 1 2\n",           None,          9, &[edge(0, 1, 4)]),
        ("a.txt", "# c\n5\n1\n# c\n0 1 4\n",            None,          5, &[edge(0, 1, 4)]),
        ("a.txt", "5\n0\n",                             None,          5, &[]),
        ("a.txt", "7 0 1 5\n8 1 2 6\n",                 Some("2,3,4"), 3, &[edge(0, 1, 5), edge(1, 2, 6)]),
        ("a.txt", "0 1 5\n",                            Some("1,2"),   2, &[edge(0, 1, 1)]),
        ("a.txt", "5 9 1 0\n",                          Some("4,3,1"), 2, &[edge(0, 1, 5)]),
        ("a.txt", "0 1 5 99\n",                         Some("1,2,3"), 2, &[edge(0, 1, 5)]),
        ("a.txt", "\"0\",\"1\",\"5\"\n",               None,          2, &[edge(0, 1, 5)]),
        ("a.txt", "\"0\";1;5\n1;\"2\";-3\n",           None,          3, &[edge(0, 1, 5), edge(1, 2, -3)]),
        ("a.txt", "id\tsource\tweight\ttarget\n9\t0\t5\t1\n", None, 2, &[edge(0, 1, 5)]),
        ("a.txt", "a;b;c;d\n9;0;5;1\n",                Some("b,d,c"), 2, &[edge(0, 1, 5)]),
        ("a.csv", "\"from, first\",\"to \"\"x\"\"\",cost\n0,1,5\n", None, 2, &[edge(0, 1, 5)]),
        ("a.csv", "source,target,weight,label\n0,1,5,\"a, \"\"b\"\"\"\n", None, 2, &[edge(0, 1, 5)]),
        ("a.txt", "# vertices 9, edges 1, ids from 0\n0 1 4\n", None, 9, &[edge(0, 1, 4)]),
        ("a.txt", "# vertices 5, edges 0, ids from 0\n", None,         5, &[]),
        ("a.csv", "source,target,weight\n0,1,5\n",      None,          2, &[edge(0, 1, 5)]),
        ("a.gr",  "c x\np sp 4 1\nc y\na 1 2 5\n\n",    None,          4, &[edge(0, 1, 5)]),
        ("a.txt", "c x\np sp 4 1\na 1 2 5\n",            None,          4, &[edge(0, 1, 5)]),
        ("a.mtx", "%%MatrixMarket matrix coordinate pattern symmetric\n% c\n3 3 2\n2 1\n3 3\n", None, 3, &[edge(1, 0, 1)]),
        ("a.graph", "% c\n3 2\n2 3\n% c\n1\n1\n",       None,          3, &[edge(0, 1, 1), edge(0, 2, 1)]),
        ("a.graph", "3 1 111 2\n1 7 7 3 5\n1 7 7\n1 7 7 1 5\n", None,  3, &[edge(0, 2, 5)]),
    ];
    for (name, text, columns, n, expected) in cases {
        for p in [1, 2, 7] {
            let found = read(name, text.as_bytes(), columns, p);
            let found =
                edges(found.unwrap_or_else(|why| panic!("{text:?}: {why}")), Numbers::Integers);
            assert_eq!(
                (found.n, found.weighted().collect::<Vec<_>>()),
                (n, expected.to_vec()),
                "{text:?}"
            );
        }
    }
}

#[test]
fn lines_have_a_length() {
    let comment = format!("# {}\n", "x".repeat((1 << 20) - 2));
    let (n, _, batches) =
        read("a.txt", (comment.clone() + "0 1 5\n").as_bytes(), None, 1).expect("right");
    assert_eq!((n, batches.len()), (2, 1));
    for text in [
        format!("0 1 5\n#{comment}0 1 5\n"),
        "0 1 5\n".repeat(2000) + "0 1 " + &"0".repeat(1 << 20),
    ] {
        let told = read("a.txt", text.as_bytes(), None, 1).expect_err("a long line").to_string();
        assert!(
            told.ends_with("expected a line of at most 1048576 bytes, found a longer one"),
            "{told}"
        );
    }
    let hub = format!("9 8\n{}\n", "2 ".repeat(1 << 20));
    let told = read("a.graph", hub.as_bytes(), None, 1).expect_err("no such edges").to_string();
    assert!(
        told.contains("8 edges") || told.contains("lines"),
        "a line of METIS may be long: {told}"
    );
}

/// All lines together, or an option, decide how numbers are read.
#[test]
fn decimal_commas_are_read_where_all_lines_agree() {
    let weights = |text: &str, options: &TextOptions| {
        let found = read_as("a.txt", text.as_bytes(), options, 2);
        let slice = edges(found?, Numbers::Floats);
        Ok::<_, Error>(
            slice.weighted().map(|(_, _, weight)| weight.to_string()).collect::<Vec<_>>(),
        )
    };
    let plain = TextOptions::default();
    for text in [
        "0 1 0,5\n1 2 3\n",
        "0;1;0,5\n1;2;3\n",
        "0\t1\t0,5\n1\t2\t3\n",
        "\"0\",\"1\",\"0,5\"\n1,2,3\n",
    ] {
        assert_eq!(weights(text, &plain).expect(text), ["0.5", "3.0"], "{text}");
    }
    let comma = TextOptions { decimal: Some(Decimal::Comma), ..plain.clone() };
    let point = TextOptions { decimal: Some(Decimal::Point), ..plain.clone() };
    assert_eq!(weights("0 1 7\n", &comma).expect("no sign"), ["7.0"]);
    assert!(weights("0 1 0,5\n", &point).is_err());
    assert!(weights("0 1 1.234,5\n", &plain).is_err());
    assert!(weights("0 1 1,234,567\n", &plain).is_err());
    let tab = TextOptions { separator: Some(Separator::Tab), ..plain };
    assert!(weights("0 1 7\n", &tab).is_err());
}

#[test]
fn binary_files_that_lie_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("g.mst");
    let list = vec![Edge { u: 0, v: 1, key: 5 }, Edge { u: 1, v: 2, key: 6 }];
    let slice = Slice::whole(3, Edges::Narrow(list), Weights::narrow_integers(0));
    let mut right = Vec::new();
    write(Format::Binary, &path, &slice, &mut right).expect("written");
    let changed = |at: usize, byte: u8| {
        let mut bytes = right.clone();
        bytes[at] = byte;
        bytes
    };
    let read = |bytes: &[u8]| {
        std::fs::write(&path, bytes).expect("written");
        let file = std::fs::File::open(&path).expect("there");
        let header = binary::FileHeader::read(&path, &file)?;
        header.decode(&path, &bytes[binary::HEADER_BYTES as usize..], 0, &AtomicU64::new(0))
    };
    let batch = Batch::known(slice.edges.clone(), slice.weights);
    assert_eq!(read(&right).expect("right"), (vec![batch], 0));
    let cases = [
        ("no header", right[..20].to_vec(), "cut short: it has 20 bytes"),
        ("cut short", right[..right.len() - 1].to_vec(), "it has 55 bytes, but 2 edges need 56"),
        ("too long", [&right[..], b"x"].concat(), "too long: it has 57 bytes"),
        ("m of 2^63", changed(31, 0x80), "edges need"),
        ("n of 2^56", changed(23, 1), "more than 4294967295"),
        ("version", changed(8, 9), "version is 9"),
        ("type", changed(12, 9), "weight type is 9"),
        ("magic", changed(0, b'm'), "does not begin with MSTGRAPH"),
        ("endpoint", changed(44, 3), "edge 1 (from 0) at byte 44: an endpoint is not below n = 3"),
    ];
    for (name, bytes, expected) in cases {
        let told = read(&bytes).expect_err(name).to_string();
        assert!(told.contains(expected), "{name}: {told}");
    }
    let mut infinite = changed(12, 3); // f32
    infinite[40..44].copy_from_slice(&f32::INFINITY.to_le_bytes());
    let told = read(&infinite).expect_err("infinite").to_string();
    assert!(told.contains("edge 0 (from 0) at byte 32: its weight is not a finite"), "{told}");
    let n = 1 << 40;
    right.clear();
    let long = Slice { isolated: n - 3, ..slice };
    write(Format::Binary, &path, &long, &mut right).expect("written");
    assert_eq!(right.len(), 32 + 2 * 20);
    let cases = [
        (31, "edges need"),                                             // m
        (23, "its header says"),                                        // n
        (58, "edge 1 (from 0) at byte 52: an endpoint is not below n"), // u
    ];
    for (at, expected) in cases {
        let mut bytes = right.clone();
        bytes[at] = 0x80;
        let told = read(&bytes).expect_err(expected).to_string();
        assert!(told.contains(expected), "{expected}: {told}");
    }
}

/// Graphs whose ids are multiples of a power of two, one of `shifts`.
fn slices(shifts: &[u32]) -> impl Strategy<Value = Slice> {
    let shifts = prop::sample::select(shifts.to_vec());
    let integers = prop_oneof![any::<i64>(), -5i64..5, 0i64..1 << 32];
    let integers = integers.prop_map(Weight::Integer).boxed();
    let floats = any::<f64>().prop_filter("finite", |weight| weight.is_finite());
    let singles =
        any::<f32>().prop_filter("finite", |weight| weight.is_finite()).prop_map(f64::from);
    let floats = prop_oneof![floats, singles].prop_map(Weight::Float).boxed();
    let numbers =
        prop_oneof![Just((Numbers::Integers, integers)), Just((Numbers::Floats, floats)),];
    (2u32..30, numbers, shifts).prop_flat_map(|(n, (numbers, weight), shift)| {
        let edge = (0..n, 0..n, weight).prop_filter("a loop", |(u, v, _)| u != v);
        prop::collection::vec(edge, 0..40).prop_map(move |list| {
            let mut batch = BatchBuilder::new(0);
            let id = |v: u32| u64::from(v) << shift;
            list.into_iter().for_each(|(u, v, weight)| batch.push(id(u), id(v), weight));
            edges((id(n), Census::default(), vec![batch.finish()]), numbers)
        })
    })
}

proptest! {
    /// Text that was written reads back, in order, however it is cut into blocks.
    #[test]
    fn written_text_reads_back(slice in slices(&[0, 29, 40]), p in 1usize..6, end in prop::sample::select(vec!["", ".gz", ".zst"])) {
        for name in ["g.txt", "g.gr", "g.mtx"] {
            let name = format!("{name}{end}");
            let path = Path::new(&name);
            let mut out = compressed(path, Vec::new()).expect("memory");
            write(Format::of_output(path).expect("known"), path, &slice, &mut out).expect("written");
            let written = out.finish().expect("written");
            let way = Compression::of(&written);
            prop_assert_eq!(way.map_or("", Compression::ending), end.trim_start_matches('.'));
            let mut text = Vec::new();
            let mut file = Cursor::new(written);
            match way {
                Some(way) => way.reader(file).expect("memory").read_to_end(&mut text),
                None => file.read_to_end(&mut text),
            }.expect("read");
            let found = edges(read(&name, &text, None, p).expect("right"), slice.weights.numbers());
            let ends = |slice: &Slice| slice.weighted().map(|(u, v, w)| (u.min(v), u.max(v), format!("{w}"))).collect::<Vec<_>>();
            prop_assert_eq!(found.n, slice.n);
            prop_assert_eq!(ends(&found), ends(&slice), "{}", name);
        }
    }

    /// METIS lists edges by their lower vertex, and has integer weights only.
    #[test]
    fn written_metis_reads_back(slice in slices(&[0]), p in 1usize..6) {
        let mut text = Vec::new();
        let written = write(Format::Metis, Path::new("g.graph"), &slice, &mut text);
        prop_assert_eq!(written.is_ok(), slice.weights.numbers() == Numbers::Integers);
        if written.is_ok() {
            let found = edges(read("g.graph", &text, None, p).expect("right"), Numbers::Integers);
            let sorted = |slice: &Slice| {
                let mut list: Vec<_> = slice.weighted().map(|(u, v, w)| (u.min(v), u.max(v), w.to_string())).collect();
                list.sort_unstable();
                list
            };
            prop_assert_eq!((found.n, sorted(&found)), (slice.n, sorted(&slice)));
        }
    }

    #[test]
    fn written_binary_reads_back(slice in slices(&[0, 29, 40])) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("g.mst");
        let mut bytes = Vec::new();
        write(Format::Binary, &path, &slice, &mut bytes).expect("written");
        std::fs::write(&path, &bytes).expect("written");
        let header = binary::FileHeader::read(&path, &std::fs::File::open(&path).expect("there")).expect("right");
        let decoded = header.decode(&path, &bytes[binary::HEADER_BYTES as usize..], 0, &AtomicU64::new(0));
        let (batches, loops) = decoded.expect("right");
        let census = Census { loops, ..Census::default() };
        let found = edges((header.n, census, batches), slice.weights.numbers());
        prop_assert_eq!((found.n, header.m), (slice.n, slice.m));
        prop_assert!(found.weighted().eq(slice.weighted()));
    }
}
