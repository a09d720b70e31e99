//! Inputs that users and attackers have tried, each with options and the expected answer or
//! refusal.
//!
//! A case that found a wrong answer becomes a row here. Each case runs on one rank and on three.

mod common;

use common::{finish, mst};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A file's name, which ends in `.gz` or contains `+gz` if the content must be compressed; its
/// content; options of `solve`, or `!` if there is no such file; and the expected result: `n m
/// components weight`, or `!code` and a part of the message. A part of a note on standard error may
/// follow after a bar.
type Case = (&'static str, &'static [u8], &'static str, &'static str);

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Decimal signs and separators.
    ("a.txt", b"0 1 0,5\n",                              "", "2 1 1 0.5 | weights are read with a decimal comma: 0,5 is 0.5"),
    ("a.txt", b"0 1 0,5\n1 2 3\n",                       "", "3 2 1 3.5 | decimal comma"),
    ("a.txt", b"0 1 3\n1 2 0,5\n",                       "", "3 2 1 3.5 | 0,5 is 0.5"),
    ("a.txt", b"0\t1\t0,25\n1\t2\t-1,5\n",               "", "3 2 1 -1.25 | decimal comma"),
    ("a.txt", b"1;2;0,5\n",                              "", "3 1 2 0.5 | decimal comma"),
    ("a.csv", b"1;2;0,5\n2;3;1\n",                       "", "4 2 2 1.5 | decimal comma"),
    ("a.csv", b"source;target;weight\n0;1;0,5\n",        "", "2 1 1 0.5 | decimal comma"),
    ("a.csv", b"\"0\",\"1\",\"0,5\"\n",                  "", "2 1 1 0.5 | decimal comma"),
    ("a.csv", b"0,1,\"1.5\"\n",                          "", "2 1 1 1.5"),
    ("a.txt", b"0 1 1,5e2\n",                            "", "2 1 1 150.0 | 1,5e2 is 1.5e2"),
    ("a.txt", b"1,2,3\n",                                "", "3 1 2 3"),
    ("a.txt", b"1, 2, 3\n",                              "", "3 1 2 3"),
    ("a.txt", b"1 , 2 , 3\n",                            "", "3 1 2 3"),
    ("a.txt", b"1,2\n",                                  "", "3 1 2 1"),
    ("a.txt", b"1;2;3\n",                                "", "3 1 2 3"),
    ("a.txt", b"1,2,0,5\n",                              "", "!1 line 1: it has 4 columns, separated by commas: 1: \"1\", 2: \"2\", 3: \"0\", 4: \"5\""),
    ("a.txt", b"1,2,3\n1,2,0,5\n",                       "", "!1 a.txt:2:7: expected the end of the line after 3 columns"),
    ("a.txt", b"1 2;3\n",                                "", "!1 a.txt:1:3: expected a vertex"),
    ("a.txt", b"0 1 0,5\n1 2 0.5\n",                     "", "!1 a.txt:2:5: expected a weight with a decimal comma"),
    ("a.txt", b"0 1 0.5\n1 2 0,5\n",                     "", "!1 a.txt:2:5: expected a weight with a decimal point (if all of them have commas: --decimal comma)"),
    ("a.txt", b"0 1 1.234,5\n",                          "", "!1 a.txt:1:5: expected a weight"),
    ("a.txt", b"0 1 1,234,567\n",                        "", "!1 a.txt:1:5: expected a weight"),
    ("a.txt", b"0 1 0,5\n",                              "--decimal point", "!1 a.txt:1:5: expected a weight with a decimal point"),
    ("a.txt", b"0 1 0.5\n",                              "--decimal comma", "!1 a.txt:1:5: expected a weight with a decimal comma"),
    ("a.txt", b"0 1 0,5\n",                              "--decimal comma", "2 1 1 0.5"),
    ("a.txt", b"0 1 7\n",                                "--separator comma", "!1 a.txt:1:1: expected a vertex"),
    ("a.txt", b"0 1 7\n",                                "--separator blank", "2 1 1 7"),
    ("a.txt", b"0\t1\t7\n",                              "--separator tab", "2 1 1 7"),
    ("a.txt", b"0;1;7\n",                                "--separator semicolon", "2 1 1 7"),
    ("a.txt", b"0 1 7\n",                                "--separator colon", "!2 possible values: semicolon, tab, comma, blank"),
    // Columns and their names.
    ("a.txt", b"7 0 1 5\n8 1 2 6\n",                     "", "!1 it has 4 columns, separated by blanks: 1: \"7\", 2: \"0\", 3: \"1\", 4: \"5\": choose those of u, v and the weight with --columns"),
    ("a.txt", b"7 0 1 5\n8 1 2 6\n",                     "--columns 2,3,4", "3 2 1 11"),
    ("a.txt", b"7 0 1 5\n8 1 2 6\n",                     "--columns 2,3", "3 2 1 2"),
    ("a.txt", b"0 1 5 99\n",                             "--columns 1,2,3", "2 1 1 5"),
    ("a.txt", b"0 1 5\n",                                "--columns 1,2,9", "!1 a.txt:1:1: expected 9 columns (see --columns)"),
    ("a.txt", b"0 1 5\n",                                "--columns 1,1,2", "!2 two or three different columns"),
    ("a.txt", b"0 1 5\n",                                "--columns from,to", "!1 it has no names, because the first line holds numbers"),
    ("a.csv", b"id,u,v,w\n9,0,1,5\n",                    "", "2 1 1 5 | columns chosen by the names in the first line: u \"u\", v \"v\", weight \"w\""),
    ("a.tsv", b"weight\ttarget\tsource\n5\t1\t0\n",      "", "2 1 1 5"),
    ("a.txt", b"from to cost\n0 1 5\n",                  "", "2 1 1 5"),
    ("a.txt", b"src dst distance x\n0 1 5 9\n",          "", "2 1 1 5"),
    ("a.txt", b"From;To;Length;Label\n0;1;5;a b\n",      "", "2 1 1 5"),
    ("a.csv", b"source,target\n0,1\n",                   "", "2 1 1 1"),
    ("a.csv", b"source,target,rating\n0,1,5\n",          "", "2 1 1 5 | weight \"rating\""),
    ("a.csv", b"source,target,rating,time\n0,1,5,9\n",   "", "!1 it has 4 columns, separated by commas: 1: \"source\", 2: \"target\", 3: \"rating\", 4: \"time\""),
    ("a.csv", b"source,target,rating,time\n0,1,5,9\n",   "--columns source,target,rating", "2 1 1 5"),
    ("a.csv", b"source,target,rating,time\n0,1,5,9\n",   "--columns source,target,rated", "!1 it has no column \"rated\""),
    ("a.csv", b"a,a,b\n0,1,5\n",                         "--columns a,b", "!1 it has several columns \"a\""),
    ("a.csv", b"id,from,to\n9,0,1\n",                    "", "2 1 1 1 | u \"from\", v \"to\", no weights"),
    ("a.csv", b",source,target\n0,0,1\n",                "", "2 1 1 1 | no weights"),
    ("a.csv", b",source,target,weight\n0,0,1,5\n",       "", "2 1 1 5"),
    ("a.csv", b"Source,Target,Type\n0,1,Undirected\n",   "", "2 1 1 1 | no weights"),
    ("a.csv", b"peso,origen,destino\n5,0,1\n",           "", "2 1 1 5"),
    ("a.csv", b"id,start,end\n1,10,20\n2,20,30\n",      "", "!1 it has 3 columns"),
    ("a.csv", b"index,a,b\n0,3,4\n",                     "", "!1 it has 3 columns"),
    ("a.csv", b"km,a,b\n5,0,1\n",                        "", "!1 it has 3 columns"),
    ("a.csv", b"a,b\n0,1\n",                             "", "2 1 1 1 | u \"a\", v \"b\", no weights"),
    // Numbers of names and of columns that differ.
    ("a.txt", b"\"from\" \"to\" \"weight\"\n\"1\" 0 1 5\n\"2\" 1 2 6\n\"3\" 0 2 1\n", "", "!1 it has 3 names, but the next line 4 columns"),
    ("a.txt", b"\"from\" \"to\" \"weight\"\n\"1\" 0 1 5\n\"2\" 1 2 6\n\"3\" 0 2 1\n", "--columns 2,3,4", "3 3 1 6"),
    ("a.csv", b"from,to\n0,1,5\n1,2,6\n",               "", "!1 it has 2 names, but the next line 3 columns"),
    ("a.csv", b"u,v\n0,1,5\n",                           "--columns u,v", "!1 it has 2 names"),
    ("a.txt", b"source target weight\n0 1\n1 2\n",      "", "!1 it has 3 names, but the next line 2 columns"),
    ("a.txt", b"from node to node cost\n0 1 5\n1 2 6\n", "", "!1 it has 5 names"),
    ("a.txt", b"source\ttarget\tweight\n0\t\t7\n1\t\t8\n", "", "!1 a.txt:2:3: expected a vertex"),
    ("a.csv", b"weight,source,target\n0,1\n1,2\n",      "", "!1 it has 3 names"),
    ("a.txt", b"// header\n0 1 5\n1 2 6\n",             "", "!1 it has 2 names, but the next line 3 columns"),
    ("a.txt", b"Not Found\n",                            "", "!1 it names columns, but no edge follows"),
    ("a.csv", b"source,target,weight\n",                 "", "!1 it names columns, but no edge follows"),
    ("a.txt", b"'0' '1' '5'\n",                          "", "!1 it names columns, but no edge follows"),
    ("a.txt", b"#weight source target\n5 0 1\n6 1 2\n", "", "3 2 1 11 | u \"source\", v \"target\", weight \"weight\""),
    ("a.csv", b"sep=;\n0;1;5\n",                         "", "2 1 1 5"),
    // Thousands separators.
    ("a.csv", b"0,1,\"1,234\"\n1,2,\"999\"\n",        "", "!1 a.csv:1:1: expected an unambiguous weight, but this one can be read as 1.234 or as 1234: use --decimal comma"),
    ("a.csv", b"0,1,\"1,234\"\n1,2,\"999\"\n",        "--decimal comma", "3 2 1 1000.234"),
    ("a.csv", b"0,1,\"1,234\"\n1,2,\"0,500\"\n",      "", "3 2 1 1.734 | decimal comma"),
    ("a.txt", b"0 1 1,000\n1 2 999\n",                   "", "!1 can be read as 1.000 or as 1000"),
    ("a.csv", b"0;1;1.234\n1;2;2.500\n0;2;999\n",       "", "!1 can be read as 1.234 or as 1234: use --decimal point"),
    ("a.csv", b"0;1;1.234\n1;2;2.5\n",                   "", "3 2 1 3.734"),
    ("a.txt", b"0 1 1.234\n",                            "", "2 1 1 1.234"),
    ("a.csv", b"from,to,cost,distance\n0,1,5,9\n",       "", "!1 it has 4 columns"),
    ("a.csv", b"a,b,c\n0,1,5\n",                         "", "!1 it has 3 columns, separated by commas: 1: \"a\", 2: \"b\", 3: \"c\""),
    ("a.csv", b"a,b,cost\n0,1,5\n",                      "", "2 1 1 5 | columns chosen by the names in the first line: u \"a\", v \"b\", weight \"cost\""),
    ("a.csv", b"weight,a,b\n5,0,1\n",                    "", "!1 it has 3 columns"),
    ("a.csv", b"a,b,c\n0,1,5\n",                         "--columns 2,1,3", "2 1 1 5"),
    ("a.csv", b"\"0\",\"1\",\"5\"\n\"1\",\"2\",\"3\"\n", "", "3 2 1 8"),
    ("a.csv", b"\"u\",\"v\",\"w\"\n\"0\",\"1\",\"5\"\n", "", "2 1 1 5"),
    ("a.csv", b"u,v,w,\"label, long\"\n0,1,5,\"a, b\"\n", "", "2 1 1 5"),
    ("a.csv", b"u,v,w,label\n0,1,5,\"a\nb\"\n",          "", "!1 a.csv:2:7: expected a field, and the end of its quote on the same line"),
    ("a.txt", b"\"0\" \"1\" \"5\"\n",                    "", "2 1 1 5"),
    ("a.txt", b"0 1 5\n1 2\n",                           "", "!1 a.txt:2:4: expected a weight"),
    ("a.txt", b"0 1\n1 2\n1 2 7\n",                      "", "!1 a.txt:3:5: expected the end of the line after 2 columns"),
    ("a.txt", b"0,1,5\n1,,3\n",                          "", "!1 a.txt:2:3: expected a vertex"),
    ("a.txt", b"0\t1\t5\n1\t\t3\n",                      "", "!1 a.txt:2:3: expected a vertex"),
    ("a.csv", b"21\x0c,\xf1\n?",                          "", "!1 a.csv"),
    ("a.csv", b"0,1,5\x0c\n",                             "", "!1 a.csv:1:5: expected a weight"),
    ("a.csv", b"x;\"0\"\"\n0;5",                          "--columns 1,2", "!1 a.csv:1:3: expected a field, and the end of its quote"),
    // Headers.
    ("a.txt", b"9 2\n0 1 4\n1 1 2\n",                    "", "9 1 8 4"),
    ("a.txt", b"5\n1\n0 1 4\n",                          "", "5 1 4 4"),
    ("a.txt", b"# vertices 9, edges 1, ids from 0\n0 1 4\n", "", "9 1 8 4"),
    ("a.txt", b"# vertices 9, edges 2, ids from 0\n0 1 4\n", "", "!1 the header says 2 edges, but there are 1"),
    ("a.txt", b"# Nodes: 2 Edges: 1\n0 5 4\n",           "", "6 1 5 4"),
    ("a.txt", b"3 1\n0 1 5\n2 3 5\n",                    "", "!1 a.txt:3:3: expected a vertex from 0 to 2, as the header says"),
    ("a.txt", b"\xef\xbb\xbf0 1 5\n",                    "", "2 1 1 5"),
    ("a.txt", b"4 3\n0 1\n1 2\n2 3\n",                  "", "!1 its first line may be a header (4 vertices, 3 edges) or an edge"),
    ("a.txt", b"4 3\n0 1\n1 2\n2 3\n",                  "--columns 1,2", "!1 its first line may be a header"),
    ("a.txt", b"0 1\n4 3\n1 2\n2 3\n",                  "", "5 4 1 4"),
    ("a.txt", b"3 3 2\n1 2 5\n2 3 6\n",                 "", "!1 its first line may be a header (3 vertices, 2 edges)"),
    ("a.txt", b"7 7 0\n",                                "", "8 0 8 0"),
    ("a.txt", b"3 0\n",                                  "", "!1 its first line may be a header (3 vertices, 0 edges)"),
    // Ids.
    ("a.txt", b"999999 1000000 5\n",                     "", "1000001 1 1000000 5 | ids have gaps"),
    ("a.txt", b"1 2 5\n2 3 6\n",                         "", "4 2 2 11 | ids seem to count from 1"),
    ("a.txt", b"1 2 5\n2 3 6\n",                         "--first-id 1", "3 2 1 11"),
    ("a.txt", b"0 1 5\n",                                "--first-id 1", "!1 a.txt:1:1: expected a vertex, a whole number from 1"),
    ("a.txt", b"1 2 5\n",                                "--first-id 2", "!2 --first-id"),
    ("a.txt", b"4 2\n1 2 5\n2 3 6\n",                    "", "4 2 2 11"),
    ("a.txt", b"0 4294967295 5\n",                       "", "4294967296 1 4294967295 5 | ids have gaps"),
    ("a.txt", b"7 99999999999 5\n1 7 -2\n3 3 9\n",         "", "100000000000 2 99999999998 3 | ids have gaps"),
    ("a.txt", b"0 9223372036854775807 5\n",              "", "!1 a whole number from 0 to 9223372036854775806; renumber the vertices"),
    ("a.txt", b"alice bob 3\n",                          "", "!1 names must be replaced by numbers first, e.g. with pandas.factorize"),
    ("a.txt", b"alice bob\nbob carol\n",                 "", "!1 names must be replaced by numbers first"),
    ("a.txt", b"0.0 1.0 5\n",                            "", "!1 a whole number from 0 written as such (numpy: fmt=\"%d %d %.17g\", pandas: .astype(int))"),
    ("a.txt", b"4 3\n1 2 5\n2 3 6\n3 4 7\n",            "", "!1 as the header says (if ids count from 1: --first-id 1)"),
    ("a.txt", b"# vertices 3, edges 2, ids from 0\n1 2 5\n2 3 6\n", "--first-id 1", "!1 leave out --first-id 1"),
    ("a.txt", b"% bip unweighted\n1 1\n1 2\n",           "", "!1 it is a bipartite KONECT graph"),
    ("a.txt", b"0 1 {'weight': 3}\n",                    "", "!1 it has 4 columns"),
    ("a.txt", b"0 1 {}\n",                               "", "!1 --columns 1,2 for none"),
    ("a.txt", b"0 1 1.234,5\n1 2 1,5\n",                 "", "!1 a.txt:1:5: expected a weight without thousands separators"),
    ("a.txt", b"0 1.5 3\n",                              "", "!1 a.txt:1:3: expected a vertex"),
    ("a.txt", b"-1 1 5\n",                               "", "!1 a.txt:1:1: expected a vertex"),
    ("a.txt", b"+1 1 5\n",                               "", "!1 a.txt:1:1: expected a vertex"),
    // Weights.
    ("a.txt", b"0 1 nan\n",                              "", "!1 a.txt:1:5: expected a finite weight"),
    ("a.txt", b"0 1 1e999\n",                            "", "!1 a.txt:1:5: expected a finite weight"),
    ("a.txt", b"0 1 9223372036854775808\n",              "", "!1 a.txt:1:5: expected an integer of 64 bits"),
    ("a.txt", b"0 1 9223372036854775807\n1 2 1\n",       "", "3 2 1 9223372036854775808"),
    ("a.txt", b"0 1 0x10\n",                             "", "!1 a.txt:1:5: expected a weight"),
    ("a.txt", b"0 1 \xe2\x88\x925\n",                    "", "!1 a.txt:1:5: expected a weight"),
    ("a.txt", b"0 1 5\x1b[31m\n",                        "", "!1 found \"5\\u{1b}[31m\""),
    // Formats, also compressed and without their usual names.
    ("p.gz",  b"%%MatrixMarket matrix coordinate integer symmetric\n3 3 2\n2 1 5\n3 2 6\n", "", "3 2 1 11"),
    ("p+gz.x", b"p sp 3 2\na 1 2 5\na 2 3 6\n",          "", "3 2 1 11"),
    ("p.gr.gz", b"p sp 3 2\na 1 2 5\na 2 3 6\n",         "", "3 2 1 11"),
    ("p",     b"%%MatrixMarket matrix coordinate integer symmetric\n3 3 2\n2 1 5\n3 2 6\n", "", "3 2 1 11"),
    ("a.mtx", b"%%MatrixMarket matrix coordinate integer general\n2 2 1\n1 2 1.5\n", "", "!1 a.mtx:3:5: expected an integer"),
    ("a.mtx", b"%%MatrixMarket matrix coordinate real general\n2 2 1\n1 2 0,5\n", "", "!1 a.mtx:3:5: expected a weight"),
    ("p",     b"%%matrixmarket MATRIX coordinate unsigned-integer symmetric\n3 3 2\n2 1 5\n3 2 6\n", "", "3 2 1 11"),
    ("a.mtx", b"%%MatrixMarket matrix array real general\n2 2\n1\n", "", "!1 a.mtx:1:23: expected coordinate"),
    ("a.gr",  b"p sp 3 1\na 1 2 0,5\n",                  "", "!1 a.gr:2:7: expected a weight"),
    ("a.gr",  b"p edge 3 1\ne 1 2\n",                    "", "!1 expected sp: only shortest-path graphs are read"),
    ("a.gr",  b"p sp 3 1\na 1 2 5\n",                    "--decimal comma", "!2 --decimal is only for text files"),
    ("a.gr",  b"p sp 3 1\na 1 2 5\n",                    "--first-id 1", "!2 --first-id is only for text files"),
    ("a.graph", b"2 1 1\n2 5\n1 6\n",                    "", "!1 an edge is on the line of only one endpoint"),
    ("a.txt", b"<?xml version=\"1.0\"?><graphml/>",      "", "!1 it is GraphML, which mst does not read; to convert it: python3"),
    ("a",     b"<gexf>",                                 "", "!1 it is GEXF"),
    ("a.gml", b"graph [\n node [ id 0 ]\n]\n",           "", "!1 it is GML"),
    ("a.net", b"*Vertices 3\n*Edges\n1 2 5\n",           "", "!1 it is Pajek"),
    ("a.parquet", b"PAR1\x15\x04\x15",                   "", "!1 it is Parquet"),
    ("a.npz", b"PK\x03\x04\x14\0\0\0\0\0indices.npy",    "", "!1 it is a sparse matrix of scipy"),
    ("a.xlsx", b"PK\x03\x04\x14\0\0\0\0\0xl/workbook",   "", "!1 a spreadsheet"),
    ("a.zst", b"\x28\xb5\x2f\xfd\x04\0",                 "", "!1 its compressed data is cut short or corrupt"),
    ("a.xz",  b"\xfd7zXZ\0\0\0",                         "", "!1 its compressed data is cut short or corrupt"),
    ("a.bz2", b"BZh91AY&SY",                             "", "!1 its compressed data is cut short or corrupt"),
    ("a.wsg", b"\x01\x02\0\0\0\0\0\0\0\x03\0",           "", "!1 it is a graph of GAP"),
    ("a.gr",  b"\x01\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0",   "", "!1 it is a graph of Galois"),
    ("a.bgf", b"\x03\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0",   "", "!1 it is a graph of ParHIP"),
    ("a.graph", b"\xf1\x82\x93\xa4\xb5\xc6",             "", "!1 it is a graph of WebGraph"),
    ("a.bin", b"\x05\0\0\0\x07\0\0\0",                   "", "!1 Graph500's packed edges have no mark"),
    ("a.csv", b"\xff\xfe0\x00;\x001\x00;\x005\x00\n\x00", "", "!1 it is UTF-16 text"),
    ("a.json", b"{\"edges\": [[0, 1, 5]]}",              "", "!1 it is JSON"),
    ("t.gz",  b"BZh91AY&SY",                             "", "!1 it is compressed with bzip2"),
    // Output.
    ("a.txt", b"0 1 5\n",                                "-o f.png", "!2 cannot write f.png: unknown ending png"),
    ("a.txt", b"0 1 5\n",                                "-o f.graphml", "!2 cannot write f.graphml"),
    ("a.txt", b"0 1 5\n",                                "-o f.parquet.gz", "!2 cannot write f.parquet.gz"),
    ("a.txt", b"0 1 5\n",                                "-o f.txt.xz", "!2 cannot write f.txt.xz: .xz is only read; compress with .gz or .zst"),
    ("a.txt", b"0 1 5\n",                                "--csv r.csv -o r.csv", "!2 --csv and --output name the same file"),
    ("a.txt", b"0 1 5\n",                                "--csv a.txt", "!1 a.txt: it is not a CSV file of this program"),
    ("a.txt", b"0 1 5\n",                                "-o no/f.txt", "!1 cannot write no/f.txt"),
    ("a.txt", b"0 1 5\n",                                "--json -o -", "!2 --json"),
    // Names.
    ("a\n\x1b[31m.txt", b"0 x 5\n",                      "", "!1 a\\n\\u{1b}[31m.txt:1:3: expected a vertex"),
    ("xyz:n=10", b"",                                    "!", "!2 unknown family of graphs xyz"),
    ("gnm:n=10,m=5,seed=x", b"",                         "!", "!2 seed"),
    ("missing:n.txt", b"",                               "!", "!1 cannot open missing:n.txt"),
];

/// Runs a case on this number of ranks.
fn run(folder: &Path, (file, _, options, _): &Case, ranks: &str) -> common::Ended {
    let mut command = Command::new(mst());
    command.current_dir(folder).args(["solve", "--json", "--verify", "--ranks", ranks, file]);
    command.args(options.split_whitespace().filter(|option| *option != "!"));
    finish(&mut command, Duration::from_secs(60))
}

fn write(folder: &Path, (file, content, options, _): &Case) {
    if *options == "!" {
        return; // no file
    }
    let path = folder.join(file);
    if !file.ends_with(".gz") && !file.contains("+gz") {
        return std::fs::write(path, content).unwrap();
    }
    let mut gzip = GzEncoder::new(std::fs::File::create(path).unwrap(), Compression::fast());
    gzip.write_all(content).unwrap();
    gzip.finish().unwrap();
}

/// What is wrong with the result of a case; `None` if it is as expected.
fn judge(expected: &str, ended: &common::Ended) -> Option<String> {
    let (expected, note) = expected.split_once(" | ").unwrap_or((expected, ""));
    let as_expected = if let Some(refusal) = expected.strip_prefix('!') {
        let (code, message) = refusal.split_once(' ').expect("a code and a part of the message");
        let once = ended.stderr.matches("error: ").count() == 1;
        let nothing = ended.stdout.is_empty();
        once && nothing && ended.code() == code.parse().ok() && ended.stderr.contains(message)
    } else {
        let found: Value = serde_json::from_str(&ended.stdout).unwrap_or_default();
        let numbers = ["n", "m", "components", "weight"].map(|name| found[name].to_string());
        ended.code() == Some(0) && numbers.join(" ") == expected
    };
    (!as_expected || !ended.stderr.contains(note))
        .then(|| format!("expected {expected:?} {note:?}, got {ended:#?}"))
}

#[test]
fn every_case_ends_as_it_should() {
    assert!(CASES.len() >= 120, "{} cases", CASES.len());
    let mut wrong = Vec::new();
    for case in CASES {
        for ranks in ["1", "3"] {
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), case);
            let problem = judge(case.3, &run(folder.path(), case, ranks));
            wrong.extend(problem.map(|problem| format!("{case:?} on {ranks} ranks: {problem}")));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        2 * CASES.len(),
        wrong.join("\n")
    );
}
