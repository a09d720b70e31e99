//! Graphs as people name them: `gnm:n=2^20,m=2^23,seed=7`.

use super::rmat::Shares;
use super::{Family, Law, Spec, complete, count, rgg2d};
use crate::error::{Error, Result, quoted};
use crate::graph::MOST_VERTICES;
use std::fmt;
use std::str::FromStr;

/// Positions of edges are below this.
const MOST_EDGES: u64 = 1 << 40;
/// The most vertices of a family that may leave most of them without edges.
const MOST_SPARSE: u64 = 1 << 40;

/// How a family is written, and how it is made from its parameters.
struct FamilySyntax {
    name: &'static str,
    /// Its keys besides `n`, `seed` and `weights`.
    keys: &'static [&'static str],
    example: &'static str,
    /// The most vertices.
    most: u64,
    make: fn(&Parameters<'_>, u64) -> Result<Family, String>,
}

#[rustfmt::skip]
const FAMILIES: [FamilySyntax; 7] = [
    FamilySyntax { name: "gnm", keys: &["m"], example: "gnm:n=2^20,m=2^23,seed=7", most: MOST_SPARSE, make: gnm },
    FamilySyntax { name: "rmat", keys: &["m", "a", "b", "c"], example: "rmat:n=2^20,m=2^24,seed=7", most: MOST_SPARSE, make: rmat },
    FamilySyntax { name: "grid2d", keys: &[], example: "grid2d:n=2^22,seed=7", most: MOST_VERTICES, make: grid2d },
    FamilySyntax { name: "rgg2d", keys: &["m"], example: "rgg2d:n=2^20,m=2^23,seed=7", most: MOST_VERTICES, make: rgg2d },
    FamilySyntax { name: "complete", keys: &[], example: "complete:n=2000,seed=7", most: MOST_VERTICES, make: complete },
    FamilySyntax { name: "path", keys: &[], example: "path:n=1e6,seed=7", most: MOST_VERTICES, make: |_, n| Ok(Family::Path { n }) },
    FamilySyntax { name: "star", keys: &[], example: "star:n=1e6,seed=7", most: MOST_VERTICES, make: |_, n| Ok(Family::Star { n }) },
];

fn known(name: &str) -> Option<&'static FamilySyntax> {
    FAMILIES.iter().find(|family| family.name == name)
}

fn gnm(fields: &Parameters<'_>, n: u64) -> Result<Family, String> {
    Ok(Family::Gnm { n, m: fields.edges(n)? })
}

fn rmat(fields: &Parameters<'_>, n: u64) -> Result<Family, String> {
    let shares = Shares {
        a: fields.share("a")?.unwrap_or(Shares::DEFAULT.a),
        b: fields.share("b")?.unwrap_or(Shares::DEFAULT.b),
        c: fields.share("c")?.unwrap_or(Shares::DEFAULT.c),
    };
    if !shares.are_drawable() {
        let Shares { a, b, c } = shares;
        let rule = "their sum must be at most 1, a must be the largest share, and b + c at least \
                    0.01";
        return Err(format!("a={a}, b={b}, c={c} is not allowed: {rule}"));
    }
    Ok(Family::Rmat { n, m: fields.edges(n)?, shares })
}

fn grid2d(_: &Parameters<'_>, n: u64) -> Result<Family, String> {
    let side = n.isqrt();
    if side * side == n {
        return Ok(Family::Grid2d { side });
    }
    let (below, above) = (side * side, (side + 1) * (side + 1));
    Err(if above <= MOST_VERTICES {
        format!("n={n} is not a square; the nearest are {below} and {above}")
    } else {
        format!("n={n} is not a square; the nearest is {below}")
    })
}

fn rgg2d(fields: &Parameters<'_>, n: u64) -> Result<Family, String> {
    let (m, most) = (fields.edges(n)?, rgg2d::most_edges(n));
    if m > most {
        return Err(format!("m={m} is too many; {n} points have at most {most} edges here"));
    }
    Ok(Family::Rgg2d { n, m })
}

fn complete(_: &Parameters<'_>, n: u64) -> Result<Family, String> {
    if complete::edges(n).is_none_or(|m| m >= MOST_EDGES) {
        return Err(format!(
            "n={n} makes 2^40 edges or more; a complete graph can have at most \
                            1482910 vertices"
        ));
    }
    Ok(Family::Complete { n })
}

/// The `key=value` pairs of a text; each key is known and given once.
struct Parameters<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Parameters<'a> {
    fn read(family: &FamilySyntax, text: &'a str) -> Result<Self, String> {
        let mut fields = Self(Vec::new());
        for field in text.split(',').filter(|_| !text.is_empty()) {
            let Some((key, value)) = field.split_once('=') else {
                return Err(format!("{} is not key=value", quoted(field.as_bytes())));
            };
            let keys = || ["n"].iter().chain(family.keys).chain(&["seed", "weights"]);
            if !keys().any(|known| *known == key) {
                let name = family.name;
                return Err(match key {
                    "m" => format!("m follows from n for {name}; leave it out"),
                    _ => format!(
                        "{} is not a parameter of {name}; its parameters are {}",
                        quoted(key.as_bytes()),
                        keys().copied().collect::<Vec<_>>().join(", "),
                    ),
                });
            }
            if fields.value(key).is_some() {
                return Err(format!("{key} is given twice"));
            }
            fields.0.push((key, value));
        }
        Ok(fields)
    }

    fn value(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    fn count(&self, key: &str) -> Result<Option<u64>, String> {
        let parse = |value: &str| {
            count::parse(value).ok_or_else(|| {
                let value = quoted(value.as_bytes());
                format!("{key} is {value}, which is not a count like 1048576, 2^20 or 1e6")
            })
        };
        self.value(key).map(parse).transpose()
    }

    fn share(&self, key: &str) -> Result<Option<f64>, String> {
        let parse = |value: &str| {
            let share = value.parse().ok().filter(|share| (0.0..=1.0).contains(share));
            share.ok_or_else(|| {
                format!("{key} is {}, which is not a share from 0 to 1", quoted(value.as_bytes()))
            })
        };
        self.value(key).map(parse).transpose()
    }

    /// The number of vertices, which must not be above `most`.
    fn vertices(&self, most: u64) -> Result<u64, String> {
        match self.count("n")?.ok_or("n, the number of vertices, is missing")? {
            0 => Err("n=0 is not allowed; give at least 1 vertex".into()),
            n if n > most => {
                Err(format!("n={n} is too many; at most {most} vertices are possible here"))
            }
            n => Ok(n),
        }
    }

    /// The number of edges; `m=8n` counts in vertices.
    fn edges(&self, n: u64) -> Result<u64, String> {
        let per_vertex = self.value("m").and_then(|value| value.strip_suffix('n'));
        let m = match per_vertex.and_then(count::parse) {
            Some(times) => Some(times.saturating_mul(n)),
            None => self.count("m")?,
        };
        match m.ok_or("m, the number of edges, is missing")? {
            m if m > 0 && n < 2 => {
                Err(format!("n={n} vertex has no edges; write m=0 or a larger n"))
            }
            m if m >= MOST_EDGES => Err(format!("m={m} is too many; it must be below 2^40")),
            m => Ok(m),
        }
    }

    fn law(&self, family: &Family) -> Result<Law, String> {
        let geometric = matches!(family, Family::Rgg2d { .. });
        match self.value("weights") {
            None if geometric => Ok(Law::Distance),
            None | Some("uniform") => Ok(Law::Uniform),
            Some("float") => Ok(Law::Float),
            Some("constant") => Ok(Law::Constant),
            Some("distance") if geometric => Ok(Law::Distance),
            Some("distance") => {
                Err("weights=distance is only for rgg2d; use uniform, float or constant".into())
            }
            Some(other) => Err(format!(
                "unknown weights {}; use uniform, float, constant, or distance for rgg2d",
                quoted(other.as_bytes())
            )),
        }
    }
}

impl Spec {
    /// Whether `text` starts with a family's name and a colon, and so names no file.
    ///
    /// ```
    /// # use mst::generate::Spec;
    /// assert!(Spec::looks_like("gnm:n=many"));
    /// assert!(!Spec::looks_like("roads.gr") && !Spec::looks_like("gnm"));
    /// ```
    pub fn looks_like(text: &str) -> bool {
        text.split_once(':').is_some_and(|(name, _)| known(name).is_some())
    }

    /// The name in `text` before a colon and a first parameter, like `xyz` in `xyz:n=10`, if no
    /// family has that name.
    ///
    /// ```
    /// # use mst::generate::Spec;
    /// assert_eq!(Spec::unknown_family("xyz:n=10"), Some("xyz"));
    /// assert_eq!(Spec::unknown_family("roads:n.gr"), None);
    /// ```
    pub fn unknown_family(text: &str) -> Option<&str> {
        let (name, fields) = text.split_once(':')?;
        let is_word = |word: &str| !word.is_empty() && word.chars().all(char::is_alphanumeric);
        let has_key = fields.split_once('=').is_some_and(|(key, _)| is_word(key));
        (is_word(name) && has_key && known(name).is_none()).then_some(name)
    }

    /// The names of all families.
    pub fn families() -> String {
        FAMILIES.map(|family| family.name).join(", ")
    }

    /// The spec, or what is wrong with it.
    fn parse(text: &str) -> Result<Self, String> {
        let family = text.split_once(':').and_then(|(name, fields)| Some((known(name)?, fields)));
        let Some((known, fields)) = family else {
            let names = Self::families();
            return Err(format!(
                "it does not start with one of the families {names}; write it as {}",
                FAMILIES[0].example
            ));
        };
        let make = || {
            let fields = Parameters::read(known, fields)?;
            let family = (known.make)(&fields, fields.vertices(known.most)?)?;
            let law = fields.law(&family)?;
            Ok(Self { family, seed: fields.count("seed")?.unwrap_or(1), law })
        };
        make().map_err(|what: String| format!("{what}; write it as {}", known.example))
    }
}

impl FromStr for Spec {
    type Err = Error;

    /// Reads `family:key=value,...`.
    ///
    /// # Errors
    /// [`Error::Usage`] that says what is wrong and shows what is right.
    fn from_str(text: &str) -> Result<Self> {
        let explain =
            |what| Error::usage("GRAPH", format!("graph {}: {what}", quoted(text.as_bytes())));
        Self::parse(text).map_err(explain)
    }
}

impl fmt::Display for Spec {
    /// Writes everything that determines the graph, defaults too; it reads back as the same spec.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.family {
            Family::Gnm { n, m } => write!(f, "gnm:n={n},m={m}")?,
            Family::Rmat { n, m, shares: Shares { a, b, c } } => {
                write!(f, "rmat:n={n},m={m},a={a},b={b},c={c}")?;
            }
            Family::Grid2d { side } => write!(f, "grid2d:n={}", side * side)?,
            Family::Rgg2d { n, m } => write!(f, "rgg2d:n={n},m={m}")?,
            Family::Complete { n } => write!(f, "complete:n={n}")?,
            Family::Path { n } => write!(f, "path:n={n}")?,
            Family::Star { n } => write!(f, "star:n={n}")?,
        }
        let law = match self.law {
            Law::Uniform => "uniform",
            Law::Float => "float",
            Law::Constant => "constant",
            Law::Distance => "distance",
        };
        write!(f, ",seed={},weights={law}", self.seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_specs_have_one_canonical_form() {
        #[rustfmt::skip]
        let cases = [
            ("gnm:n=2^20,m=2^23,seed=7",              "gnm:n=1048576,m=8388608,seed=7,weights=uniform"),
            ("gnm:m=8n,n=1e3",                        "gnm:n=1000,m=8000,seed=1,weights=uniform"),
            ("gnm:m=1_000,n=1e3",                     "gnm:n=1000,m=1000,seed=1,weights=uniform"),
            ("gnm:n=1,m=0,weights=float",             "gnm:n=1,m=0,seed=1,weights=float"),
            ("gnm:n=4294967295,m=1099511627775",      "gnm:n=4294967295,m=1099511627775,seed=1,weights=uniform"),
            ("gnm:n=2,m=1,seed=18446744073709551615", "gnm:n=2,m=1,seed=18446744073709551615,weights=uniform"),
            ("rmat:n=1e3,m=1e4",                      "rmat:n=1000,m=10000,a=0.57,b=0.19,c=0.19,seed=1,weights=uniform"),
            ("rmat:n=8,m=8,a=.45,b=0.25,c=0.15",      "rmat:n=8,m=8,a=0.45,b=0.25,c=0.15,seed=1,weights=uniform"),
            ("grid2d:n=2^22",                         "grid2d:n=4194304,seed=1,weights=uniform"),
            ("rgg2d:n=100,m=500",                     "rgg2d:n=100,m=500,seed=1,weights=distance"),
            ("rgg2d:n=100,m=500,weights=uniform",     "rgg2d:n=100,m=500,seed=1,weights=uniform"),
            ("complete:n=1482910",                    "complete:n=1482910,seed=1,weights=uniform"),
            ("path:n=5,weights=constant",             "path:n=5,seed=1,weights=constant"),
            ("star:n=5,seed=0",                       "star:n=5,seed=0,weights=uniform"),
        ];
        for (text, canonical) in cases {
            let spec: Spec = text.parse().unwrap();
            assert_eq!(spec.to_string(), canonical);
            assert_eq!(canonical.parse::<Spec>().unwrap(), spec);
            assert!(Spec::looks_like(text));
        }
    }

    #[test]
    fn bad_specs_are_refused_with_the_reason() {
        #[rustfmt::skip]
        let cases = [
            ("roads.gr",                          "does not start with one of the families gnm, rmat"),
            ("gmn:n=5",                           "does not start with one of"),
            ("gnm:",                              "n, the number of vertices, is missing; write it as gnm:n=2^20"),
            ("gnm:n=5",                           "m, the number of edges, is missing"),
            ("gnm:n=5,m=3,",                      "\"\" is not key=value"),
            ("gnm:n=5,m",                         "\"m\" is not key=value"),
            ("gnm:n=5,m=3,k=2",                   "\"k\" is not a parameter of gnm; its parameters are n, m, seed, weights"),
            ("gnm:n=5,m=3,a=.5",                  "\"a\" is not a parameter of gnm"),
            ("gnm:n=5,m=3,n=6",                   "n is given twice"),
            ("gnm:n=five,m=3",                    "n is \"five\", which is not a count like 1048576, 2^20 or 1e6"),
            ("gnm:n=0,m=0",                       "n=0 is not allowed"),
            ("gnm:n=1,m=1",                       "n=1 vertex has no edges"),
            ("gnm:n=2^41,m=1",                    "n=2199023255552 is too many; at most 1099511627776 vertices"),
            ("path:n=2^32",                       "n=4294967296 is too many; at most 4294967295 vertices"),
            ("gnm:n=5,m=n",                       "m is \"n\", which is not a count"),
            ("gnm:n=5,m=2^63n",                   "must be below 2^40"),
            ("gnm:n=5,m=2^40",                    "must be below 2^40"),
            ("gnm:n=5,m=3,seed=-1",               "seed is \"-1\", which is not a count"),
            ("gnm:n=5,m=3,weights=distance",      "only for rgg2d"),
            ("gnm:n=5,m=3,weights=heavy",         "unknown weights \"heavy\""),
            ("rmat:n=5,m=3,a=1.5",                "a is \"1.5\", which is not a share"),
            ("rmat:n=5,m=3,a=nan",                "a is \"nan\", which is not a share"),
            ("rmat:n=5,m=3,a=.1,b=.1,c=.1",       "a must be the largest share"),
            ("grid2d:n=10",                       "n=10 is not a square; the nearest are 9 and 16"),
            ("grid2d:n=4294967295",               "the nearest is 4294836225; "),
            ("grid2d:n=9,m=12",                   "m follows from n for grid2d; leave it out"),
            ("rgg2d:n=100,m=4950",                "at most 4825 edges here"),
            ("complete:n=1482911",                "at most 1482910 vertices"),
            ("complete:n=4294967295",             "at most 1482910 vertices"),
        ];
        for (text, reason) in cases {
            let error = text.parse::<Spec>().unwrap_err();
            assert_eq!(error.exit_code(), 2, "{text}");
            let message = error.to_string();
            assert!(message.contains(reason), "{message}");
            assert!(message.contains("; write it as "), "{message}");
        }
    }
}
