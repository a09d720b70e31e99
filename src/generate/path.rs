//! The path 0, 1, ..., n - 1.

/// The endpoints of edge i.
pub(super) fn ends(i: u64) -> (u64, u64) {
    (i, i + 1)
}
