//! The square grid: vertex row * side + column, joined to its right and to its lower neighbour.
//!
//! Edges come in the order of their first vertex, the one to the right before the one below. O(1)
//! an edge.

/// How many edges there are.
pub(super) const fn edges(side: u64) -> u64 {
    2 * side * (side - 1)
}

/// The endpoints of edge i.
pub(super) fn ends(side: u64) -> impl Fn(u64) -> (u64, u64) + Sync {
    let edges_of_row = 2 * side - 1; // of each row but the last, which has no lower neighbours
    move |i| {
        let (row, k) = (i / edges_of_row, i % edges_of_row);
        let last_row = row == side - 1;
        let column = if last_row { k } else { k / 2 };
        let to_the_right = last_row || (k % 2 == 0 && column < side - 1);
        let u = row * side + column;
        (u, if to_the_right { u + 1 } else { u + side })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_those_of_a_walk_over_the_vertices() {
        for side in 1..=9 {
            let mut expected = Vec::new();
            for u in 0..side * side {
                let (row, column) = (u / side, u % side);
                if column + 1 < side {
                    expected.push((u, u + 1));
                }
                if row + 1 < side {
                    expected.push((u, (u + side)));
                }
            }
            let grid: Vec<_> = (0..edges(side)).map(ends(side)).collect();
            assert_eq!(grid, expected, "side {side}");
        }
    }
}
