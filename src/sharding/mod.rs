//! Ids that are dealt out to ranks: every id has an owner, which alone knows what there is to know of
//! it, and which others ask. No rank holds something of every id.

mod ask;
#[cfg(any(test, feature = "internals"))]
mod ask_about;
mod column;
#[cfg(any(test, feature = "internals"))]
mod decode;
mod distinct;
mod hierarchy;
mod id_index;
mod ids;
mod key_range;
mod labels;
mod message;
mod outside;
mod owners;
mod sample_sort;

pub(crate) use ask::{Told, ask, exchange, reply, tell};
#[cfg(any(test, feature = "internals"))]
pub use ask_about::ask_about;
pub(crate) use column::{Answers, Column, Flagged, Flags, Plain};
#[cfg(any(test, feature = "internals"))]
pub use decode::decode;
pub(crate) use distinct::{DistinctIds, distinct};
pub(crate) use hierarchy::{Hierarchy, KeyCut, MergeStage, Merges};
pub(crate) use id_index::IdIndex;
pub(crate) use ids::{put_flags, take_flags};
pub(crate) use key_range::KeyRange;
pub(crate) use labels::VertexLabels;
pub(crate) use message::{Malformed, MessageReader, MessageWriter};
pub(crate) use outside::places_outside;
pub(crate) use owners::Owners;
pub(crate) use sample_sort::sample_sort;
