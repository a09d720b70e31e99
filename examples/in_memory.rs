//! A graph in memory: from a list of edges to the positions of those in its minimum spanning forest.
//!
//!     cargo run --release --example in_memory

fn main() -> mst::Result<()> {
    let roads = [
        ("Lima", "Cusco", 1_105),
        ("Lima", "Arequipa", 1_009),
        ("Cusco", "Arequipa", 510),
        ("Arequipa", "Tacna", 370),
        ("Iquitos", "Nauta", 96),
    ];
    let mut towns: Vec<&str> = roads.iter().flat_map(|&(a, b, _)| [a, b]).collect();
    towns.sort_unstable();
    towns.dedup();
    let number = |town: &str| towns.binary_search(&town).expect("one of the towns") as u32;
    let edges = roads.map(|(a, b, km)| (number(a), number(b), km));

    let forest = mst::forest(towns.len(), &edges)?;
    for &position in forest.positions() {
        let (a, b, km) = roads[position];
        println!("{a} - {b}: {km} km");
    }
    println!("{} km in all, {} trees", forest.total(), forest.components());
    assert_eq!(forest.positions(), [4, 3, 2, 1]); // lightest first; Lima - Cusco would close a cycle
    Ok(())
}
