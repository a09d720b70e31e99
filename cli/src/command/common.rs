//! Options that several commands share.

use super::world::WorldArgs;
use crate::console;
use crate::text;
use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, RangedU64ValueParser, TypedValueParser};
use mst::comm::{Comm, Link};
use mst::distributed::Plan;
use mst::error::{Error, Result};
use mst::experiment::{Job, Run};
use mst::format::{Decimal, Format, Selection, Separator, TextOptions};
use mst::generate::Spec;
use mst::local::Algorithm;
use mst::measure::Repeats;
use mst::partition::{Files, InputFrom, Memory, Request, Source, fair_share};
use mst::verify::VERTEX_BYTES;
use std::ffi::OsString;
use std::path::PathBuf;

/// How to read a graph.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct InputArgs {
    /// The input's format [default: by its content, then its name]
    #[arg(short, long, value_name = "FORMAT", value_parser = formats())]
    pub(super) format: Option<Format>,

    /// Columns of u, v and weight in a text file, by numbers from 1 or by the names in its first
    /// line; two columns: no weights
    #[arg(short, long, value_name = "U,V[,W]")]
    pub(super) columns: Option<Selection>,

    /// What separates the columns of a text file [default: detected]
    #[arg(long, value_name = "WHAT", value_parser = separators())]
    pub(super) separator: Option<Separator>,

    /// The decimal sign in a text file [default: detected]
    #[arg(long, value_name = "SIGN", value_parser = decimals())]
    pub(super) decimal: Option<Decimal>,

    /// The first id of a text file, 0 or 1 [default: 0]
    #[arg(long, value_name = "ID", value_parser = RangedU64ValueParser::<u64>::new().range(0..=1))]
    pub(super) first_id: Option<u64>,

    /// Who reads a file: each rank its part, or rank 0 for all [default: all, if all have it]
    #[arg(long, value_name = "WHO")]
    pub(super) input_from: Option<From>,
}

/// Who reads a file.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum From {
    All,
    Root,
}

/// How ranks combine their forests; `None` lets a model choose.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CombineArg(pub(super) Option<Plan>);

/// Options that solve and compare share.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Common {
    #[command(flatten)]
    pub(super) world: WorldArgs,

    #[command(flatten)]
    pub(super) input: InputArgs,

    /// The algorithm for a rank's own forest; all give the same forest
    #[arg(short, long, default_value = Algorithm::default().name(), value_parser = algorithms())]
    pub(super) algorithm: Algorithm,

    /// How ranks combine their forests: auto, or gather, tree, filter, boruvka or sharded,
    /// each also after contract+ or shuffle+contract+; all give the same forest
    #[arg(long, value_name = "STAGES", default_value = "auto", value_parser = plans(), hide_possible_values = true)]
    pub(super) combine: CombineArg,

    /// The link that --combine auto assumes, for example 1gbit,100us [default: measured]
    #[arg(long, value_name = "RATE,LATENCY")]
    pub(super) link: Option<Link>,

    /// Find the maximum spanning forest
    #[arg(long)]
    pub(super) max: bool,

    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) fn algorithms() -> impl TypedValueParser<Value = Algorithm> {
    one_of(Algorithm::ALL, Algorithm::name)
}

pub(super) fn plans() -> impl TypedValueParser<Value = CombineArg> {
    let names = ["auto".to_owned()].into_iter().chain(Plan::all().map(Plan::name));
    PossibleValuesParser::new(names.collect::<Vec<_>>())
        .map(|name| CombineArg(Plan::all().find(|plan| plan.name() == name)))
}

fn separators() -> impl TypedValueParser<Value = Separator> {
    one_of(Separator::ALL, Separator::name)
}

pub(super) fn decimals() -> impl TypedValueParser<Value = Decimal> {
    one_of(Decimal::ALL, Decimal::name)
}

/// A parser that accepts the names of these values.
fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.map(name)).map(move |chosen: String| {
        all.into_iter().find(|one| name(*one) == chosen).expect("one of the possible values")
    })
}

fn formats() -> impl TypedValueParser<Value = Format> {
    one_of(Format::ALL, Format::name)
}

impl Common {
    /// A job with these options: one run, without warm-up, proof or explanation.
    pub(super) fn job(&self) -> Job {
        Job {
            algorithm: self.algorithm,
            plan: self.combine.0,
            link: self.link,
            explain: false,
            repeats: Repeats::exactly(1),
            warm_up: false,
            verify: false,
        }
    }

    /// Says which plan was chosen and why, if one was.
    pub(super) fn say_choice(&self, comm: &Comm, run: &Run) {
        if let Some(choice) = &run.choice {
            self.world.note(comm, &text::chosen(choice));
        }
    }

    /// The memory for each vertex on each of `p` ranks, bytes. `proof` says whether the forest is
    /// proved.
    pub(super) fn vertex_bytes(&self, proof: bool, p: usize) -> u64 {
        vertex_bytes(self.algorithm, self.combine.0, proof, p)
    }
}

/// The path of one of several files.
///
/// # Errors
/// If it is a generator, standard input, or stands for several files itself.
fn plain_file(graph: &OsString) -> Result<PathBuf> {
    let is_other = |text: &str| Spec::looks_like(text) || Files::named(text).is_some();
    if console::is_named(graph) || graph.to_str().is_some_and(is_other) {
        let what = format!(
            "{} is not a file: of several GRAPH arguments, each must be one; generators, -, patterns \
             and names with {} stand alone",
            graph.to_string_lossy(),
            Files::RANK
        );
        return Err(Error::usage("GRAPH", what));
    }
    Ok(graph.into())
}

/// The memory for each vertex on each of `p` ranks, bytes. `proof` says whether the forest is proved.
pub(super) fn vertex_bytes(algorithm: Algorithm, plan: Option<Plan>, proof: bool, p: usize) -> u64 {
    let combined = plan.map_or(0, |plan| plan.vertex_bytes(p));
    if p > 1 && plan.is_some_and(Plan::is_sharded) {
        return combined;
    }
    algorithm.vertex_bytes().max(combined).max(if proof { VERTEX_BYTES } else { 0 })
}

impl InputArgs {
    /// The source that GRAPH arguments name. For `-`, rank 0 first copies its standard input to a
    /// file.
    ///
    /// # Errors
    /// Those of [`InputArgs::named`], and if standard input cannot be copied. All ranks return the
    /// same.
    pub(super) fn source(&self, comm: &Comm, graphs: &[OsString]) -> Result<Source> {
        let source = self.named(graphs)?;
        if !graphs.iter().any(|graph| console::is_named(graph)) {
            return Ok(source);
        }
        if let Some(From::All) = self.input_from {
            let what = "only rank 0 has standard input; leave out --input-from all";
            return Err(Error::usage("--input-from", what));
        }
        let kept =
            comm.agree(if comm.rank() == 0 { console::keep().map(Some) } else { Ok(None) })?;
        let path = kept.unwrap_or_else(|| console::NAME.into());
        Ok(Source::File { path, format: self.format, text: self.text() })
    }

    /// The files or the family that GRAPH arguments name.
    ///
    /// # Errors
    /// If it is a wrong spec of a generator, if options for files are given with a generator, or if
    /// something else than a file is one of several.
    pub(super) fn named(&self, graphs: &[OsString]) -> Result<Source> {
        let (format, options) = (self.format, self.text());
        let graph = match graphs {
            [graph] => graph,
            several => {
                let files = Files::Listed(several.iter().map(plain_file).collect::<Result<_>>()?);
                return Ok(Source::Files { files, format, text: options });
            }
        };
        let text = graph.to_str();
        let Some(spec) = text.filter(|text| Spec::looks_like(text)) else {
            if let Some(files) = text.and_then(Files::named) {
                return Ok(Source::Files { files, format, text: options });
            }
            let path = PathBuf::from(graph);
            if let Some(name) = text.and_then(Spec::unknown_family).filter(|_| !path.exists()) {
                let families = Spec::families();
                let what = format!("unknown family of graphs {name}; known are {families}");
                return Err(Error::usage("GRAPH", what));
            }
            return Ok(Source::File { path, format, text: options });
        };
        let given = options.first_given().or(format.map(|_| "--format"));
        if let Some(option) = given.or(self.input_from.map(|_| "--input-from")) {
            return Err(Error::usage(
                option,
                format!("{option} is only for files, not for generators"),
            ));
        }
        spec.parse().map(Source::Generated)
    }

    /// The options for text files that were given.
    pub(super) fn text(&self) -> TextOptions {
        TextOptions {
            columns: self.columns.clone(),
            separator: self.separator,
            decimal: self.decimal,
            first_id: self.first_id,
        }
    }

    /// A request for `source` in memory, with a fair share of memory for each rank, for no forest
    /// yet.
    pub(super) fn request<'a>(&self, comm: &Comm, source: &'a Source) -> Request<'a> {
        let from = self.input_from.map(|from| match from {
            From::All => InputFrom::All,
            From::Root => InputFrom::Root,
        });
        let memory = Memory::Within(fair_share(comm));
        Request { source, from, descending: false, vertex_bytes: 0, memory }
    }
}
