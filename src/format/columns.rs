//! Which columns of a text file hold u, v and the weight.

use crate::error::{Error, Result, quoted};
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
    /// The column of the weight; if `None`, every edge weighs 1.
    pub weight: Option<u32>,
}

impl Columns {
    /// The last column that is needed.
    pub fn last(&self) -> u32 {
        self.u.max(self.v).max(self.weight.unwrap_or(0))
    }
}

/// The columns as the user gives them: by their numbers, or by the names in the first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Selection {
    /// By their numbers.
    Places(Columns),
    /// By the names of the columns of u, v and, if there is one, the weight.
    Names(Vec<String>),
}

/// A line with more columns than this is not an edge list; the bound keeps line scans short.
pub(super) const MOST: u32 = 10_000;

/// Usual names of the columns of u, v and the weight, which may come in any order.
const KNOWN: [&[&str]; 3] = [
    &["source", "src", "from", "u", "origen"],
    &["target", "dst", "to", "v", "destino"],
    &[
        "weight",
        "w",
        "cost",
        "distance",
        "length",
        "peso",
        "coste",
        "costo",
        "distancia",
        "longitud",
    ],
];

/// Names of columns that are none of these; a column without a name holds row numbers.
const OTHERS: [&str; 14] = [
    "",
    "id",
    "index",
    "edge",
    "edge_id",
    "edgeid",
    "type",
    "label",
    "name",
    "key",
    "time",
    "timestamp",
    "timeset",
    "date",
];

fn is_other(name: &str) -> bool {
    OTHERS.iter().any(|other| name.eq_ignore_ascii_case(other))
}

impl Columns {
    /// The columns with usual names of u, v and the weight, if none of the three occurs twice. A
    /// third column after u and v is the weight, as in files without names, unless its name says
    /// that it is something else.
    pub(super) fn known(names: &[String]) -> Option<Self> {
        let found = KNOWN.map(|known| {
            let is_known =
                |name: &String| known.iter().any(|known| name.eq_ignore_ascii_case(known));
            let mut places = (1..).zip(names).filter(|(_, name)| is_known(name));
            (places.next().map(|(place, _)| place), places.next().is_some())
        });
        let [(Some(u), false), (Some(v), false), (weight, false)] = found else { return None };
        let third = names.len() == 3 && (u, v) == (1, 2) && !is_other(&names[2]);
        let weight = weight.or(third.then_some(3));
        let mut rest = (1..).zip(names).filter(|(place, _)| ![u, v].contains(place));
        (weight.is_some() || rest.all(|(_, name)| is_other(name))).then_some(Self { u, v, weight })
    }

    /// Whether a name contradicts that u, v and the weight are the columns 1, 2 and 3.
    pub(super) fn are_elsewhere(names: &[String]) -> bool {
        let is = |kind: usize, name: &str| {
            KNOWN[kind].iter().any(|known| name.eq_ignore_ascii_case(known))
        };
        names.iter().enumerate().any(|(place, name)| {
            (0..3).any(|kind| kind != place && is(kind, name)) || place < 2 && is_other(name)
        })
    }

    /// Whether any name is a usual name of u, v or the weight.
    pub(super) fn any_known(names: &[String]) -> bool {
        let is_known = |name: &String| {
            KNOWN.iter().any(|known| known.iter().any(|k| name.eq_ignore_ascii_case(k)))
        };
        names.iter().any(is_known)
    }

    /// Whether the third name, if there is one, is a usual name of the weight.
    pub(super) fn third_is_weight(names: &[String]) -> bool {
        names
            .get(2)
            .is_none_or(|name| KNOWN[2].iter().any(|known| name.eq_ignore_ascii_case(known)))
    }
}

impl Selection {
    /// The columns in a file whose first line has these `names`, if it has any.
    ///
    /// # Errors
    /// In words: a name that is not there, or more than once; names in a file that has none.
    pub(super) fn find(&self, names: Option<&[String]>) -> Result<Columns, String> {
        let asked = match self {
            Self::Places(columns) => return Ok(*columns),
            Self::Names(asked) => asked,
        };
        let names = names.ok_or(
            "no names, because the first line holds numbers: give the columns \
                                 by number",
        )?;
        let place = |asked: &String| {
            let mut places =
                (1..).zip(names).filter(|(_, name)| name == &asked).map(|(place, _)| place);
            match (places.next(), places.next()) {
                (Some(place), None) => Ok(place),
                (None, _) => Err(format!("no column {}", quoted(asked.as_bytes()))),
                (Some(_), Some(_)) => Err(format!("several columns {}", quoted(asked.as_bytes()))),
            }
        };
        let places: Vec<u32> = asked.iter().map(place).collect::<Result<_, _>>()?;
        Ok(Columns { u: places[0], v: places[1], weight: places.get(2).copied() })
    }
}

impl FromStr for Selection {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            let example = "two or three different columns: u, v and perhaps the weight, by number \
                           (2,3,4) or by name (from,to,cost)";
            Error::usage(
                "--columns",
                format!("--columns {}: expected {example}", quoted(text.as_bytes())),
            )
        };
        let words: Vec<&str> = text.split(',').map(str::trim).collect();
        let numbers: Result<Vec<u32>, _> = words.iter().map(|word| word.parse()).collect();
        let columns = match numbers.as_deref() {
            Ok(&[u, v]) => Columns { u, v, weight: None },
            Ok(&[u, v, weight]) => Columns { u, v, weight: Some(weight) },
            Ok(_) => return Err(wrong()),
            Err(_) => {
                let differ = (1..words.len()).all(|at| !words[..at].contains(&words[at]));
                let right = (2..=3).contains(&words.len()) && differ && !words.contains(&"");
                return right
                    .then(|| Self::Names(words.into_iter().map(str::to_owned).collect()))
                    .ok_or_else(wrong);
            }
        };
        let Columns { u, v, weight } = columns;
        let right = u > 0 && v > 0 && u != v && weight.is_none_or(|w| w > 0 && w != u && w != v);
        if right && columns.last() <= MOST { Ok(Self::Places(columns)) } else { Err(wrong()) }
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
    fn columns_are_two_or_three_different_ones() {
        for text in ["1,2", "2,3,4", "3,1,2"] {
            let Selection::Places(columns) = text.parse().expect("right") else { panic!("{text}") };
            assert_eq!(columns.to_string(), text);
        }
        for text in ["a,b", "from,to,cost", "1,b", " a , b "] {
            assert!(matches!(text.parse(), Ok(Selection::Names(_))), "{text}");
        }
        for text in
            ["", "1", "1,1", "0,1", "1,2,2", "1,2,3,4", "a", "a,a", "a,,b", "a,b,c,d", "1,99999"]
        {
            assert_eq!(text.parse::<Selection>().unwrap_err().exit_code(), 2, "{text}");
        }
    }

    #[test]
    fn names_that_are_unmistakable_are_known() {
        #[rustfmt::skip]
        let cases: [(&[&str], Option<&str>); 13] = [
            (&["source", "target"],                Some("1,2")),
            (&["Weight", "Source", "Target"],      Some("2,3,1")),
            (&["id", "from", "to", "cost"],        Some("2,3,4")),
            (&["from", "to", "rating"],            Some("1,2,3")),
            (&["id", "from", "to"],                Some("2,3")),
            (&["", "source", "target"],            Some("2,3")),
            (&["Source", "Target", "Type"],        Some("1,2")),
            (&["Source", "Target", "Type", "Id", "Label", "timeset", "Weight"], Some("1,2,7")),
            (&["peso", "origen", "destino"],       Some("2,3,1")),
            (&["from", "to", "cost", "distance"],  None),
            (&["from", "source", "to", "cost"],    None),
            (&["from", "to", "rating", "time"],    None),
            (&["a", "b", "c"],                     None),
        ];
        for (names, expected) in cases {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let found = Columns::known(&names).map(|columns| columns.to_string());
            assert_eq!(found.as_deref(), expected, "{names:?}");
        }
    }
}
