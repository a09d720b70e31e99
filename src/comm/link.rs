//! The link between ranks: measured, or given by the user.

use super::Comm;
use bytesize::ByteSize;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// What messages between two ranks cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// Seconds until a short message has arrived.
    pub latency: f64,
    /// Bytes per second of long messages.
    pub bandwidth: f64,
}

impl FromStr for Link {
    type Err = String;

    /// Reads the value of `--link`: bits per second, then the latency.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("{text:?} is not a valid link; give rate and latency, for example 1gbit,100us")
        };
        let (rate, latency) = text.split_once(',').ok_or_else(wrong)?;
        let rate = rate.trim().strip_suffix("bit").ok_or_else(wrong)?;
        let bits = rate.parse::<ByteSize>().map_err(|_| wrong())?.as_u64();
        let latency: jiff::SignedDuration = latency.trim().parse().map_err(|_| wrong())?;
        let latency = Duration::try_from(latency).map_err(|_| wrong())?;
        if bits == 0 {
            return Err(wrong());
        }
        Ok(Self { latency: latency.as_secs_f64(), bandwidth: bits as f64 / 8.0 })
    }
}

/// How many exchanges of a short message are timed together.
const SHORT: u32 = 16;
/// Bytes of the first long message, and of the longest.
const LONG: [usize; 2] = [1 << 16, 1 << 22];
/// A long message that takes this many seconds is long enough.
const ENOUGH: f64 = 0.004;

impl Link {
    /// Finds the link with `time`, which takes a count and a size in bytes and returns the seconds
    /// of one exchange.
    fn found(time: impl Fn(u32, usize) -> f64) -> Self {
        let latency = (0..3).map(|_| time(SHORT, 1)).fold(f64::INFINITY, f64::min);
        let mut bytes = LONG[0];
        loop {
            let seconds = time(1, bytes);
            if seconds >= ENOUGH || bytes >= LONG[1] {
                let carried = (seconds - latency).max(seconds / 2.0);
                return Self { latency, bandwidth: bytes as f64 / carried };
            }
            bytes *= 4;
        }
    }
}

impl Comm {
    /// Measures the links between each rank and the rank p/2 further on, which is on another host
    /// if there are several, and returns the slowest, the same on every rank.
    ///
    /// # Complexity
    /// About fifty short messages, then longer ones, up to 4 MiB, until one takes 4 ms.
    ///
    /// # Panics
    /// If there is only one rank.
    pub fn measure_link(&self) -> Link {
        assert!(self.size() > 1, "a link has two ends");
        Link::found(|count, bytes| self.time_exchanges(count, bytes))
    }

    /// Makes `count` exchanges of `bytes` and returns the seconds of one, on the slowest rank.
    fn time_exchanges(&self, count: u32, bytes: usize) -> f64 {
        let (to, from) = partners(self.rank(), self.size());
        let message = vec![0; bytes];
        self.barrier();
        let start = Instant::now();
        for _ in 0..count {
            self.exchange_frames(to, &message, from);
        }
        let seconds = start.elapsed().as_secs_f64() / f64::from(count);
        self.all_gather(&[seconds]).concat().into_iter().fold(0.0, f64::max)
    }
}

/// The ranks p/2 after `rank` and before it, to which it sends and from which it receives.
const fn partners(rank: usize, p: usize) -> (usize, usize) {
    let apart = p / 2;
    ((rank + apart) % p, (rank + p - apart) % p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn a_link_is_read_as_it_is_sold() {
        let link = |text: &str| text.parse::<Link>();
        assert_eq!(link("1gbit,100us"), Ok(Link { latency: 100e-6, bandwidth: 125e6 }));
        assert_eq!(link("100Mbit, 1ms").map(|link| link.bandwidth), Ok(12.5e6));
        assert_eq!(link("2.5gbit,50µs").map(|link| link.latency), Ok(50e-6));
        for wrong in ["", "1gbit", "1gb,1ms", "bit,1ms", "0gbit,1ms", "1gbit,-1ms", "1gbit,fast"] {
            assert!(link(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_rate_and_a_delay_keep_their_units() {
        for (text, bandwidth, latency) in [
            ("1bit,1s", 0.125, 1.0),
            ("8kbit,1ms", 1e3, 1e-3),
            ("1Gbit,250us", 125e6, 250e-6),
            ("100gbit,2us", 12.5e9, 2e-6),
        ] {
            assert_eq!(text.parse(), Ok(Link { latency, bandwidth }), "{text}");
        }
    }

    #[test]
    fn a_link_is_found_as_it_is() {
        for (bandwidth, latency) in [(125e6, 50e-6), (1.25e6, 1e-3), (1.25e9, 20e-6), (12e9, 1e-6)]
        {
            let found = Link::found(|_, bytes| latency + bytes as f64 / bandwidth);
            let near = |found: f64, is: f64| (found / is - 1.0).abs() < 0.01;
            assert!(near(found.bandwidth, bandwidth), "{found:?} of {bandwidth}");
            // A single byte takes time, too.
            assert!(near(found.latency, latency + 1.0 / bandwidth), "{found:?} of {latency}");
        }
    }

    /// Messages grow until one takes long enough, or is the longest.
    #[test]
    fn long_messages_are_few() {
        let asked = |seconds: fn(usize) -> f64| {
            let asked = RefCell::new(Vec::new());
            Link::found(|count, bytes| {
                asked.borrow_mut().push((count, bytes));
                seconds(bytes)
            });
            asked.into_inner()
        };
        let short = [(16, 1); 3];
        let long = [(1, 1 << 16), (1, 1 << 18), (1, 1 << 20), (1, 1 << 22)];
        assert_eq!(asked(|_| 1e-6), [&short[..], &long].concat());
        assert_eq!(asked(|_| 0.004), [&short[..], &long[..1]].concat());
        assert_eq!(asked(|bytes| bytes as f64 * 1e-8), [&short[..], &long[..3]].concat());
    }

    #[test]
    fn partners_are_half_a_world_apart() {
        assert_eq!(partners(0, 2), (1, 1));
        assert_eq!(partners(3, 4), (1, 1));
        assert_eq!(
            (0..5).map(|rank| partners(rank, 5)).collect::<Vec<_>>(),
            [(2, 3), (3, 4), (4, 0), (0, 1), (1, 2)]
        );
    }

    /// The time of one exchange, times the number of exchanges, fills the time from the first to
    /// the last.
    #[test]
    fn an_exchange_takes_its_part_of_the_clock() {
        let (count, bytes) = (8, 1 << 22);
        let times = super::super::run(2, Some(1), |comm| {
            comm.barrier();
            let start = Instant::now();
            let seconds = comm.time_exchanges(count, bytes);
            (seconds * f64::from(count), start.elapsed().as_secs_f64())
        });
        let elapsed = times.iter().map(|(_, elapsed)| *elapsed).fold(0.0, f64::max);
        for (exchanges, _) in times {
            assert!(exchanges <= elapsed, "{exchanges} s of {elapsed} s");
            assert!(exchanges > elapsed / 10.0, "{exchanges} s of {elapsed} s");
        }
    }

    #[test]
    fn all_ranks_measure_the_same() {
        let links = super::super::run(3, Some(1), Comm::measure_link);
        assert!(links.iter().all(|link| *link == links[0]));
        assert!(links[0].latency > 0.0 && links[0].bandwidth > 1e6, "{:?}", links[0]);
    }
}
