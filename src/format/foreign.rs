//! Formats that are not read, recognised by their first bytes or their name, and how to convert
//! them.

use super::extension;
use crate::error::{ContentFault, Error, Result};
use std::path::Path;

/// A format, how to recognise it, and how to convert it.
struct Foreign {
    name: &'static str,
    is: fn(&Opening<'_>) -> bool,
    convert: &'static str,
}

/// What is known of a file.
struct Opening<'a> {
    head: &'a [u8],
    /// The first word in lower case.
    word: String,
    ending: String,
}

impl Opening<'_> {
    fn starts(&self, magic: &[u8]) -> bool {
        self.head.starts_with(magic)
    }

    fn has(&self, text: &str) -> bool {
        memchr::memmem::find(self.head, text.as_bytes()).is_some()
    }

    /// Whether the first number of 64 bits is `number`.
    fn begins_with(&self, number: u64) -> bool {
        self.starts(&number.to_le_bytes())
    }

    fn is_binary(&self) -> bool {
        self.head.contains(&0)
            || self.head.iter().filter(|&&byte| byte >= 128).count() * 2 > self.head.len()
    }
}

const NETWORKX: &str = "python3 -c 'import networkx as nx; \
    nx.write_weighted_edgelist(nx.convert_node_labels_to_integers(nx.READ(\"IN\")), \"OUT.txt\")'";

#[rustfmt::skip]
const FOREIGN: [Foreign; 26] = [
    Foreign { name: "GraphML", is: |it| it.starts(b"<") && it.has("<graphml"), convert: "networkx with read_graphml" },
    Foreign { name: "GEXF", is: |it| it.starts(b"<") && it.has("<gexf"), convert: "networkx with read_gexf" },
    Foreign { name: "XML or HTML", is: |it| it.starts(b"<"), convert: "save the table itself, as CSV" },
    Foreign { name: "GML", is: |it| matches!(&*it.word, "graph" | "creator") && it.has("["), convert: "networkx with read_gml" },
    Foreign { name: "Graphviz", is: |it| matches!(&*it.word, "graph" | "digraph" | "strict") && it.has("{"), convert: "write one edge per line, as u v w" },
    Foreign { name: "Pajek", is: |it| matches!(&*it.word, "*vertices" | "*network"), convert: "networkx with read_pajek" },
    Foreign { name: "Parquet", is: |it| it.starts(b"PAR1"), convert: "python3 -c 'import pandas; pandas.read_parquet(\"IN\").to_csv(\"OUT.csv\", index=False)'" },
    Foreign { name: "Arrow IPC", is: |it| it.starts(b"ARROW1"), convert: "python3 -c 'import pandas; pandas.read_feather(\"IN\").to_csv(\"OUT.csv\", index=False)'" },
    Foreign { name: "a sparse matrix of scipy (npz)", is: |it| it.starts(b"PK\x03\x04") && it.has(".npy"), convert: "python3 -c 'import scipy; scipy.io.mmwrite(\"OUT.mtx\", scipy.sparse.load_npz(\"IN\"))'" },
    Foreign { name: "a zip archive, or a spreadsheet", is: |it| it.starts(b"PK\x03\x04") || it.starts(b"\xd0\xcf\x11\xe0"), convert: "unzip it, or save the sheet as CSV" },
    Foreign { name: "a numpy array (npy)", is: |it| it.starts(b"\x93NUMPY"), convert: "python3 -c 'import numpy; numpy.savetxt(\"OUT.txt\", numpy.load(\"IN\"), fmt=\"%.17g\")'" },
    Foreign { name: "HDF5", is: |it| it.starts(b"\x89HDF\r\n"), convert: "write its table as CSV" },
    Foreign { name: "compressed with zstd once more", is: |it| it.starts(b"\x28\xb5\x2f\xfd"), convert: "zstd -d IN" },
    Foreign { name: "compressed with xz once more", is: |it| it.starts(b"\xfd7zXZ\0"), convert: "unxz IN" },
    Foreign { name: "compressed with bzip2 once more", is: |it| it.starts(b"BZh"), convert: "bunzip2 IN" },
    Foreign { name: "compressed with gzip once more", is: |it| it.starts(b"\x1f\x8b"), convert: "gunzip IN" },
    Foreign { name: "graph6 or sparse6", is: |it| it.starts(b">>sparse6<<") || it.starts(b">>graph6<<"), convert: "networkx with read_sparse6" },
    Foreign { name: "a tar archive", is: |it| it.head.get(257..262) == Some(b"ustar"), convert: "tar xf IN" },
    Foreign { name: "UTF-16 text", is: |it| it.starts(b"\xff\xfe") || it.starts(b"\xfe\xff"), convert: "iconv -f UTF-16 -t UTF-8 IN >OUT" },
    Foreign { name: "JSON", is: |it| it.starts(b"{") || it.starts(b"["), convert: "write one edge per line, as u v w" },
    Foreign { name: "a graph of GAP (.sg, .wsg)", is: |it| matches!(&*it.ending, "sg" | "wsg") && it.is_binary(), convert: "GAP's converter -w -f IN -e OUT.wel" },
    Foreign { name: "a graph of ECL (.egr)", is: |it| it.ending == "egr" && it.is_binary(), convert: "write one edge per line, as u v w" },
    Foreign { name: "a graph of Galois (.gr, version 1)", is: |it| it.begins_with(1), convert: "Galois' graph-convert --gr2edgelist IN OUT.txt" },
    Foreign { name: "a graph of ParHIP (.bgf)", is: |it| it.begins_with(3), convert: "write it as METIS (.graph) where it was made" },
    Foreign { name: "a graph of WebGraph", is: |it| it.starts(b"#BVGraph properties") || it.ending == "graph" && it.is_binary(), convert: "java it.unimi.dsi.webgraph.ArcListASCIIGraph -g BVGraph IN OUT.txt, without the ending of IN" },
    Foreign { name: "binary, in an unknown format (Graph500's packed edges have no mark)", is: |it| it.is_binary(), convert: "write one edge per line, as u v w, or .mst (src/format/binary.rs)" },
];

/// Refuses a file whose decompressed content begins with `head`, if that or the file's name shows a
/// format that is not read.
///
/// # Errors
/// [`Error::Content`] with the format's name and how to convert it.
pub(super) fn refuse(path: &Path, head: &[u8]) -> Result<()> {
    let head = head.strip_prefix(super::head::BYTE_ORDER_MARK).unwrap_or(head);
    let start = head.trim_ascii_start();
    let word =
        start.split(|byte| byte.is_ascii_whitespace() || *byte == b'{' || *byte == b'[').next();
    let word = String::from_utf8_lossy(word.unwrap_or_default()).to_lowercase();
    let text = if head.contains(&0) { head } else { start };
    let known = Opening { head: text, word, ending: extension(path) };
    let Some(Foreign { name, convert, .. }) = FOREIGN.iter().find(|format| (format.is)(&known))
    else {
        return Ok(());
    };
    let convert = match convert.strip_prefix("networkx with ") {
        Some(read) => NETWORKX.replace("READ", read),
        None => (*convert).to_owned(),
    };
    Err(Error::content(
        path,
        ContentFault::Unsupported,
        format!("it is {name}, which mst does not read; to convert it: {convert}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_are_not_read_are_named() {
        #[rustfmt::skip]
        let cases: [(&str, &[u8], &str); 20] = [
            ("a", b"<?xml version=\"1.0\"?>\n<graphml xmlns=\"x\">", "GraphML"),
            ("a.txt", b"\n <gexf>", "GEXF"),
            ("a", b"<!DOCTYPE html>", "XML or HTML"),
            ("a", b"Creator \"x\"\ngraph\n[\n", "GML"),
            ("a", b"graph [ directed 0 ]", "GML"),
            ("a", b"digraph{ a -> b }", "Graphviz"),
            ("a.net", b"*Vertices 3\n", "Pajek"),
            ("a.csv", b"PAR1\x15\x04", "Parquet"),
            ("a", b"PK\x03\x04\x14\0\0\0data.npy", "scipy"),
            ("a", b"PK\x03\x04\x14\0\0\0xl/", "spreadsheet"),
            ("a", b"\x28\xb5\x2f\xfd\0", "zstd -d"),
            ("a", b"\xfd7zXZ\0", "unxz"),
            ("a", b"BZh91AY", "bunzip2"),
            ("a.csv", b"\xff\xfeu\0;\0", "iconv"),
            ("a", b"{\"edges\": []}", "JSON"),
            ("a.wsg", b"\x01\x05\0\0\0\0\0\0\0", "GAP"),
            ("a.gr", b"\x01\0\0\0\0\0\0\0\x04\0\0\0", "Galois"),
            ("a.bgf", b"\x03\0\0\0\0\0\0\0\x04\0\0\0", "ParHIP"),
            ("a.graph", b"\xa1\xb2\xc3\xd4\x01", "WebGraph"),
            ("a.bin", b"\x07\0\0\0\x09\0\0\0", "Graph500"),
        ];
        for (name, head, expected) in cases {
            let told = refuse(Path::new(name), head).expect_err(expected).to_string();
            assert!(told.contains(expected), "{told}");
        }
        for text in [
            "0 1 5\n",
            "graph 1\n",
            "u,v,w\n",
            "straße;ziel;länge\n0;1;5\n",
            "%%MatrixMarket",
            "p sp 1 1\n",
        ] {
            refuse(Path::new("a.txt"), text.as_bytes()).expect(text);
        }
    }
}
