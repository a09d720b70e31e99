//! Does it distribute, and how is that proved?

use super::{Results, paragraph, setting};
use crate::report::document::{Element, Table};
use crate::report::language::{Messages, Noun, Quantity};
use crate::report::points::{Point, hosts};
use mst::experiment::Row;

pub(super) fn section(results: &Results<'_>, say: &dyn Messages) -> Vec<Element> {
    let widest = results.study.widest();
    if widest.is_local() {
        return vec![Element::Paragraph(say.nothing_distributed().to_owned())];
    }
    let row = widest.middle();
    let edges = say.count(row.m / row.ranks as u64, Noun::Edge);
    let bytes = say.bytes(row.bytes_sent_total);
    let text = [
        say.how_distributed(setting(widest), &edges, &row.combine),
        say.traffic(&bytes, row.messages_sent_total),
    ];
    let mut blocks = vec![paragraph(text)];
    blocks.extend(by_rank(widest, say).map(Element::Table));
    blocks
}

/// What each rank did in the repetition in the middle; `None` if the rows do not say.
fn by_rank(point: &Point, say: &dyn Messages) -> Option<Table> {
    let row = point.middle();
    let [sent, received] = traffic(row)?;
    if row.local_rank_s.0.len() != row.ranks {
        return None;
    }
    // With several ranks on a host, the rows do not say which are where.
    let names: Vec<&str> = hosts(&row.hosts).map(|(name, _)| name).collect();
    let is_known = names.len() == row.ranks;
    let mut header = vec![Quantity::Rank];
    header.extend(is_known.then_some(Quantity::Host));
    header.extend([
        Quantity::OwnForest,
        Quantity::Waiting,
        Quantity::BytesSent,
        Quantity::Received,
    ]);
    let of_rank = |rank: usize| {
        let waited = row.waited_rank_s.0.get(rank).map_or(0.0, |seconds| seconds.0);
        let mut cells = vec![rank.to_string()];
        cells.extend(is_known.then(|| names[rank].to_owned()));
        cells.extend([
            say.seconds(row.local_rank_s.0[rank].0),
            say.seconds(waited),
            say.bytes(sent[rank]),
            say.bytes(received[rank]),
        ]);
        cells
    };
    Some(Table {
        caption: say.ranks_caption(setting(point)),
        header: header.into_iter().map(|name| say.name(name).to_owned()).collect(),
        rows: (0..row.ranks).map(of_rank).collect(),
    })
}

/// The bytes that each rank sent and received in all phases; `None` if the rows do not say.
fn traffic(row: &Row) -> Option<[Vec<u64>; 2]> {
    let sent = [
        &row.local_bytes_sent,
        &row.contract_bytes_sent,
        &row.exchange_bytes_sent,
        &row.merge_bytes_sent,
    ];
    let received = [
        &row.local_bytes_received,
        &row.contract_bytes_received,
        &row.exchange_bytes_received,
        &row.merge_bytes_received,
    ];
    let sums = |columns: [&mst::experiment::ByRank<u64>; 4]| {
        let of_rank =
            |rank| columns.iter().map(|column| column.0.get(rank).copied()).sum::<Option<u64>>();
        (0..row.ranks).map(of_rank).collect::<Option<Vec<u64>>>()
    };
    Some([sums(sent)?, sums(received)?])
}
