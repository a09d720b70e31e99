//! Makes one rank's error every rank's error.

use super::Comm;
use super::header::{CallHeader, Op};
use crate::error::{Error, Result};
use std::panic::Location;

impl Comm {
    /// Returns `result` if it is `Ok` on every rank; else, on every rank, the error of the lowest
    /// rank that has one.
    ///
    /// Every fallible stage between two collectives must end with this: a `?` alone would leave the
    /// other ranks waiting.
    ///
    /// # Complexity
    /// A meeting and nothing more if there is no error, and no payload is counted. An error is
    /// broadcast.
    ///
    /// # Errors
    /// [`Error::Elsewhere`] with that rank's message and exit code; in a world of one rank, its own
    /// error.
    #[track_caller]
    pub fn agree<T>(&self, result: Result<T>) -> Result<T> {
        let call = CallHeader::new(Op::Agree, 0, 0, 0, Location::caller());
        let Some(lowest) = self.meet_or_fail(&call, result.is_err()).failed else {
            return result;
        };
        if self.size() == 1 {
            return result;
        }
        let told = result.err().map(|error| self.tell(&error)).unwrap_or_default();
        let told = self.broadcast(lowest, told);
        let (&code, message) = told.split_first().expect("a code and a message");
        let message = String::from_utf8_lossy(message).into_owned();
        Err(Error::Elsewhere { rank: lowest, message, code })
    }

    /// Returns an error as bytes: its exit code, then its message, which names the host if the
    /// error depends on it.
    fn tell(&self, error: &Error) -> Vec<u8> {
        let mut told = vec![error.exit_code()];
        if error.depends_on_host() {
            told.extend(format!("{}: ", self.topology().name(self.rank())).bytes());
        }
        told.extend(error.to_string().bytes());
        told
    }
}

#[cfg(test)]
mod tests {
    use super::super::run;
    use super::*;

    fn agreed(failed: &[usize]) -> Vec<Option<(u8, String)>> {
        run(7, Some(1), |comm| {
            let error = |rank| match rank % 2 {
                0 => Error::usage("--ranks", format!("rank {rank} is used wrongly")),
                _ => Error::proof(format!("rank {rank} proves nothing")),
            };
            let mine = comm.rank();
            let result = if failed.contains(&mine) { Err(error(mine)) } else { Ok(mine) };
            let told = comm.agree(result).map(|own| assert_eq!(own, mine));
            told.err().map(|error| (error.exit_code(), error.to_string()))
        })
    }

    #[test]
    fn the_lowest_rank_that_failed_speaks_for_all() {
        assert_eq!(agreed(&[]), vec![None; 7]);
        for (failed, code, words) in [
            (&[2, 3, 5][..], 2, "rank 2 is used wrongly"),
            (&[6, 3], 3, "rank 3 proves nothing"),
            (&[0, 1, 2, 3, 4, 5, 6], 2, "rank 0 is used wrongly"),
            (&[6], 2, "rank 6 is used wrongly"),
        ] {
            assert_eq!(agreed(failed), vec![Some((code, words.to_owned())); 7], "{failed:?}");
        }
    }
}
