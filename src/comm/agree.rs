//! One rank's error is every rank's error.

use super::Comm;
use crate::error::{Error, Result};

impl Comm {
    /// Returns `result` if every rank's is `Ok`; else the error of the lowest rank that has one,
    /// on every rank.
    ///
    /// Every fallible stage between two collectives ends in it: a `?` alone would leave the
    /// others waiting.
    ///
    /// # Errors
    /// [`Error::Elsewhere`] with that rank's message and exit code; of one rank alone its own error.
    #[track_caller]
    pub fn agree<T>(&self, result: Result<T>) -> Result<T> {
        let code = result.as_ref().map_or_else(Error::exit_code, |_| 0);
        let codes = self.all_gather(&[code]).concat();
        let Some(first) = codes.iter().position(|&code| code != 0) else {
            return result;
        };
        if self.size() == 1 {
            return result;
        }
        let mut message = String::new();
        if let Err(error) = result {
            if error.depends_on_host() {
                message = format!("{}: ", self.topology().name(self.rank()));
            }
            message += &error.to_string();
        }
        let message = self.broadcast(first, message.into_bytes());
        let message = String::from_utf8_lossy(&message).into_owned();
        Err(Error::Elsewhere { rank: first, message, code: codes[first] })
    }
}
