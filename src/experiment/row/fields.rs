//! How the fields of a row are written in a CSV file, and read.

use crate::experiment::Number;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt::{self, Display};
use std::num::ParseFloatError;
use std::str::FromStr;

/// One number per rank, in rank order; separated by spaces in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByRank<T>(pub Vec<T>);

impl<T> Default for ByRank<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Display> Serialize for ByRank<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let numbers: Vec<String> = self.0.iter().map(T::to_string).collect();
        serializer.serialize_str(&numbers.join(" "))
    }
}

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for ByRank<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let numbers =
            text.split_whitespace().map(|number| number.parse().map_err(de::Error::custom));
        numbers.collect::<Result<_, _>>().map(Self)
    }
}

/// A number for each step of the sharded algorithm that ran, with its name; `name=number`, separated by
/// spaces, in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByStep<T>(pub Vec<(String, T)>);

impl<T> Default for ByStep<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Display> Serialize for ByStep<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let steps: Vec<String> =
            self.0.iter().map(|(name, number)| format!("{name}={number}")).collect();
        serializer.serialize_str(&steps.join(" "))
    }
}

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for ByStep<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let step = |step: &str| {
            let (name, number) = step
                .split_once('=')
                .ok_or_else(|| de::Error::custom("expected steps as name=number"))?;
            Ok((name.to_owned(), number.parse().map_err(de::Error::custom)?))
        };
        text.split_whitespace().map(step).collect::<Result<_, _>>().map(Self)
    }
}

/// Seconds in a file: nanoseconds, because no clock is finer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Nanoseconds(pub f64);

impl Display for Nanoseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.9}", self.0)
    }
}

impl FromStr for Nanoseconds {
    type Err = ParseFloatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Writes nanoseconds, because no clock is finer.
pub(super) fn nine_decimals<S: Serializer>(
    seconds: &f64,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&Nanoseconds(*seconds))
}

pub(super) const fn first_schema() -> u32 {
    1
}

/// A single rank combines nothing; older files leave this column empty.
pub(super) fn combine<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    Ok(if name.is_empty() { none() } else { name })
}

pub(super) fn none() -> String {
    "none".to_owned()
}

/// A sum in a file: all digits of an integer; the shortest text of a float that reads back the
/// same.
pub(super) mod number {
    use super::{Deserialize, Deserializer, Number, Serializer, de};

    pub(in super::super) fn serialize<S: Serializer>(
        weight: &Number,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text = serde_json::to_string(weight).expect("a number");
        serializer.serialize_str(&text)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Number, D::Error> {
        let text = String::deserialize(deserializer)?;
        let integer = || text.parse().map(Number::Integer).ok();
        let float = || text.parse().map(Number::Float).ok();
        integer().or_else(float).ok_or_else(|| de::Error::custom("expected a number as the weight"))
    }
}
