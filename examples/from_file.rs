//! Reads a graph from a file in any known format: text with columns, .gr, .mtx, .graph, .mst, also
//! compressed.
//!
//!     cargo run --release --example from_file -- tests/data/rome99.gr

use std::env::args_os;

fn main() -> mst::Result<()> {
    let path = args_os().nth(1).unwrap_or_else(|| "tests/data/rome99.gr".into());
    let graph = mst::read(&path)?;
    graph.notes.iter().for_each(|note| eprintln!("{note}"));

    let forest = graph.slice.forest()?;
    println!("{} vertices, {} edges", graph.slice.n, graph.slice.m);
    println!(
        "forest: {} edges, {} components, weight {}, checksum {:016x}",
        forest.len(),
        forest.components(),
        forest.total(),
        forest.checksum()
    );
    let lightest = forest.positions().first().map(|&position| graph.slice.edge(position));
    if let Some((u, v, weight)) = lightest {
        println!("its lightest edge joins {u} and {v} and weighs {weight}");
    }
    Ok(())
}
