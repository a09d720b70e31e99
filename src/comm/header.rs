//! What a rank says of the collective it is about to enter, and whether all said the same.

use bytemuck::{Pod, Zeroable};
use std::panic::Location;

/// The kind of a collective call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Op {
    Hello,
    Barrier,
    Rest,
    Gather,
    AllGather,
    AllToAll,
    Scatter,
    Broadcast,
    Reduce,
    Streams,
    Finish,
}

impl Op {
    const NAMES: [&'static str; 11] = [
        "the greeting",
        "barrier",
        "rest",
        "gather",
        "all_gather",
        "all_to_all",
        "scatter",
        "broadcast",
        "all_reduce",
        "streams",
        "the end of the job",
    ];
}

/// One rank's call, as 64 bytes that all ranks exchange before each collective.
///
/// These 64 bytes keep their layout in every version: they are how two versions find out that
/// they differ.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Header {
    op: u32,
    root: u32,
    /// Bytes of one item; items of another size would be misread.
    width: u32,
    line: u32,
    /// How many items this rank brings.
    pub(super) len: u64,
    /// The end of the source file's name; in the greeting, what the greeting says.
    pub(super) text: [u8; 40],
}

/// The bytes of one [`Header`].
pub(super) const HEADER_BYTES: usize = size_of::<Header>();
const _: () = assert!(HEADER_BYTES == 64);

impl Header {
    pub(super) fn new(op: Op, root: usize, width: usize, len: usize, at: &Location<'_>) -> Self {
        let file = at.file().as_bytes();
        let mut text = [0; 40];
        let kept = &file[file.len().saturating_sub(40)..];
        text[..kept.len()].copy_from_slice(kept);
        let (root, width) = (root as u32, width as u32);
        Self { op: op as u32, root, width, line: at.line(), len: len as u64, text }
    }

    /// A greeting of a fingerprint and a text of at most 40 bytes.
    pub(super) fn greeting(fingerprint: u64, text: [u8; 40]) -> Self {
        Self { op: Op::Hello as u32, root: 0, width: 0, line: 0, len: fingerprint, text }
    }

    /// Whether the wait may be long, so that a rank should not spin.
    #[cfg(feature = "mpi")]
    pub(super) fn may_rest(&self) -> bool {
        self.op == Op::Rest as u32
    }

    /// The rank that this one names.
    pub(super) fn target(&self) -> usize {
        self.root as usize
    }

    fn describe(&self) -> String {
        let name = Op::NAMES.get(self.op as usize).unwrap_or(&"an unknown collective");
        if self.line == 0 {
            return (*name).to_owned();
        }
        let file = String::from_utf8_lossy(&self.text);
        let file = file.trim_end_matches('\0');
        format!("{name} (root {}, {}-byte items) at {file}:{}", self.root, self.width, self.line)
    }
}

/// Where the calls of all ranks differ, in words that name ranks and places; `None` if nowhere.
pub(super) fn difference(calls: &[Header]) -> Option<String> {
    let streams = Op::Streams as u32;
    let same = |a: &Header, b: &Header| {
        (a.op, a.width) == (b.op, b.width) && (a.root == b.root || a.op == streams)
    };
    if calls.iter().all(|call| same(call, &calls[0])) {
        return None;
    }
    let mut groups: Vec<(&Header, Vec<String>)> = Vec::new();
    for (rank, call) in calls.iter().enumerate() {
        match groups.iter_mut().find(|(other, _)| same(other, call)) {
            Some((_, ranks)) => ranks.push(rank.to_string()),
            None => groups.push((call, vec![rank.to_string()])),
        }
    }
    let told = groups.iter().map(|(call, ranks)| match ranks.as_slice() {
        [rank] => format!("rank {rank} calls {}", call.describe()),
        ranks => format!("ranks {} call {}", ranks.join(", "), call.describe()),
    });
    Some(format!("collective calls differ: {}", told.collect::<Vec<_>>().join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_ranks_and_places() {
        let at = Location::caller();
        let gather = Header::new(Op::Gather, 0, 12, 5, at);
        let mut longer = gather;
        longer.len = 9;
        assert_eq!(difference(&[gather, longer]), None, "lengths may differ");
        let calls = [gather, Header::new(Op::Barrier, 0, 0, 0, at), gather];
        let told = difference(&calls).expect("they differ");
        assert!(told.starts_with("collective calls differ: ranks 0, 2 call gather (root 0, 12-"));
        assert!(told.contains("rank 1 calls barrier"), "{told}");
        assert!(told.contains("header.rs:"), "{told}");
    }
}
