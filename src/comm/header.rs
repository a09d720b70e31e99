//! Describes the collective that a rank is about to enter, and finds calls that differ.

use super::reduction::Reduction;
use bytemuck::{Pod, Zeroable};
use std::panic::Location;
use xxhash_rust::xxh3::xxh3_64;

/// The kind of a collective call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Op {
    Hello,
    Barrier,
    SleepingBarrier,
    Agree,
    Gather,
    AllGather,
    AllToAll,
    Scatter,
    Broadcast,
    Reduce,
    Scan,
    Streams,
    Among,
    Finish,
}

impl Op {
    const NAMES: [&'static str; 14] = [
        "the greeting",
        "barrier",
        "sleeping_barrier",
        "agree",
        "gather",
        "all_gather",
        "all_to_all",
        "scatter",
        "broadcast",
        "all_reduce",
        "sums_before",
        "streams",
        "among",
        "the end of the job",
    ];
}

/// One rank's call in 64 bytes. All ranks exchange them if their calls differ.
///
/// These 64 bytes keep their layout in every version: they are also the greeting, by which two
/// versions find out that they differ.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub(super) struct CallHeader {
    op: u32,
    /// The rank that gives or takes; for a reduction, the number of the reduction.
    root: u32,
    /// Bytes of one item; ranks with other item sizes would misread them.
    width: u32,
    line: u32,
    /// How many items this rank brings; if it sends to several ranks, the most that one of them
    /// gets.
    pub(super) len: u64,
    /// The end of the source file's name; in the greeting, the text of the greeting.
    pub(super) text: [u8; 40],
}

/// The bytes of one [`CallHeader`].
pub(super) const HEADER_BYTES: usize = size_of::<CallHeader>();
const _: () = assert!(HEADER_BYTES == 64);

impl CallHeader {
    pub(super) fn new(op: Op, root: usize, width: usize, len: usize, at: &Location<'_>) -> Self {
        let file = at.file().as_bytes();
        let mut text = [0; 40];
        let kept = &file[file.len().saturating_sub(40)..];
        text[..kept.len()].copy_from_slice(kept);
        let (root, width) = (root as u32, width as u32);
        Self { op: op as u32, root, width, line: at.line(), len: len as u64, text }
    }

    /// Returns a greeting with a fingerprint and a text of at most 40 bytes.
    pub(super) fn greeting(fingerprint: u64, text: [u8; 40]) -> Self {
        Self { op: Op::Hello as u32, root: 0, width: 0, line: 0, len: fingerprint, text }
    }

    /// Whether the wait may be long, so that a rank should not spin.
    pub(super) fn may_sleep(&self) -> bool {
        self.op == Op::SleepingBarrier as u32
    }

    /// Returns a key that is equal for calls that belong together: those of the same kind, root and
    /// item size. Other calls get the same key with probability 2^-64. Lengths and places may
    /// differ: a root may well call from another line than the others.
    pub(super) fn key(&self) -> u64 {
        xxh3_64(bytemuck::bytes_of(&[self.op, self.root, self.width]))
    }

    fn describe(&self) -> String {
        let name = Op::NAMES.get(self.op as usize).unwrap_or(&"an unknown collective");
        if self.line == 0 {
            return (*name).to_owned();
        }
        let file = String::from_utf8_lossy(&self.text);
        let file = file.trim_end_matches('\0');
        let root = match Reduction::ALL.get(self.root as usize) {
            Some(reduction) if self.op == Op::Reduce as u32 => reduction.name().to_owned(),
            _ => format!("root {}", self.root),
        };
        format!("{name} ({root}, {}-byte items) at {file}:{}", self.width, self.line)
    }
}

/// Says in words how the calls of the ranks differ, with ranks and places; `None` if they do not.
pub(super) fn difference(calls: &[CallHeader]) -> Option<String> {
    if calls.iter().all(|call| call.key() == calls[0].key()) {
        return None;
    }
    let mut groups: Vec<(&CallHeader, Vec<String>)> = Vec::new();
    for (rank, call) in calls.iter().enumerate() {
        match groups.iter_mut().find(|(other, _)| other.key() == call.key()) {
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
        let gather = CallHeader::new(Op::Gather, 0, 12, 5, at);
        let mut longer = gather;
        (longer.len, longer.line) = (9, 1);
        assert_eq!(difference(&[gather, longer]), None, "lengths and places may differ");
        let calls = [gather, CallHeader::new(Op::Barrier, 0, 0, 0, at), gather];
        let told = difference(&calls).expect("they differ");
        assert!(told.starts_with("collective calls differ: ranks 0, 2 call gather (root 0, 12-"));
        assert!(told.contains("rank 1 calls barrier"), "{told}");
        assert!(told.contains("header.rs:"), "{told}");
        let reduce = |with| CallHeader::new(Op::Reduce, with as usize, 8, 1, at);
        let told = difference(&[reduce(Reduction::Sum), reduce(Reduction::Maximum)]);
        let told = told.expect("they differ");
        assert!(told.contains("rank 0 calls all_reduce (sum, 8-byte items)"), "{told}");
        assert!(told.contains("rank 1 calls all_reduce (maximum, 8-byte items)"), "{told}");
    }
}
