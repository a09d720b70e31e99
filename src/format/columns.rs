//! Which columns of a text file hold u, v and the weight.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The columns of u, v and the weight, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// The column of one endpoint.
    pub u: u32,
    /// The column of the other endpoint.
    pub v: u32,
    /// The column of the weight; `None`: every edge weighs 1.
    pub weight: Option<u32>,
}

impl Columns {
    /// The last column that is needed.
    pub fn last(&self) -> u32 {
        self.u.max(self.v).max(self.weight.unwrap_or(0))
    }
}

impl FromStr for Columns {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            let example = "two or three different numbers from 1, as 2,3,4 for u, v and weight";
            Error::Usage(format!("--columns {text}: expected {example}"))
        };
        let numbers: Result<Vec<u32>, _> = text.split(',').map(str::parse).collect();
        let columns = match numbers.as_deref() {
            Ok(&[u, v]) => Self { u, v, weight: None },
            Ok(&[u, v, weight]) => Self { u, v, weight: Some(weight) },
            _ => return Err(wrong()),
        };
        let Self { u, v, weight } = columns;
        let right = u > 0 && v > 0 && u != v && weight.is_none_or(|w| w > 0 && w != u && w != v);
        // A line of more columns than this is no edge list; the bound keeps line scans short.
        if right && columns.last() <= 10_000 { Ok(columns) } else { Err(wrong()) }
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.u, self.v)?;
        self.weight.map_or(Ok(()), |weight| write!(f, ",{weight}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_two_or_three_different_numbers() {
        for text in ["1,2", "2,3,4", "3,1,2"] {
            assert_eq!(text.parse::<Columns>().expect("right").to_string(), text);
        }
        for text in ["", "1", "1,1", "0,1", "1,2,2", "1,2,3,4", "a,b", "1,99999"] {
            assert_eq!(text.parse::<Columns>().unwrap_err().exit_code(), 2, "{text}");
        }
    }
}
