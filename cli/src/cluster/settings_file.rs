//! Reads and writes `cluster.env`, which says how to start a job: lines of `key=value`, and
//! comments.
//!
//! Reader and writer share one table of keys and kinds of values. Everything else is refused, since
//! MPI, too, has variables and options that name programs to run.

use super::{hosts_file, refusal};
use crate::doctor::{JobHost, Settings, is_host, is_word};
use mst::error::{Error, Result, quoted, shown};
use std::net::Ipv4Addr;
use std::path::Path;

/// The file's name.
pub(super) const NAME: &str = "cluster.env";

const HEAD: &str = "# Written by mst cluster init, which may be run again. MST_TIMEOUT: a rank is given up\n\
                    # if its process does not answer for this many seconds; a slow rank still answers.\n";

/// A test whether a value has a certain form.
type ValueTest = fn(&str) -> bool;

/// Each key, and the form of its value.
const KEYS: [(&str, ValueTest); 9] = [
    (PROGRAM, is_program),
    (HOST, |value| parse_host(value).is_some()),
    (OPTION, is_option),
    ("OMPI_MCA_btl_tcp_if_include", is_network),
    ("OMPI_MCA_oob_tcp_if_include", is_network),
    ("PRTE_MCA_prte_if_include", is_network),
    ("HYDRA_IFACE", is_card),
    ("HYDRA_LAUNCHER_EXTRA_ARGS", are_ssh_options),
    ("MST_TIMEOUT", is_number),
];
const PROGRAM: &str = "program";
const HOST: &str = "host";
const OPTION: &str = "option";

/// The options of mpirun, and the forms of their values.
const OPTIONS: [(&str, ValueTest); 10] = [
    ("--hostfile", |value| value == hosts_file::NAME),
    ("-f", |value| value == hosts_file::NAME),
    ("--map-by", is_ranks_per_node),
    ("-ppn", is_number),
    ("--bind-to", |value| value == "none"),
    ("-bind-to", |value| value == "none"),
    ("-x", |value| value == "MST_TIMEOUT"),
    ("-disable-auto-cleanup", str::is_empty),
    ("--mca", is_parameter),
    ("--prtemca", is_parameter),
];

/// The text of the file for these settings.
///
/// # Errors
/// If [`parse`] would refuse a value, for example the name of a host's network card.
pub(super) fn text(settings: &Settings) -> Result<String> {
    let program = settings.program.to_string_lossy().into_owned();
    let host = |host: &JobHost| (HOST, format!("{} {} {}", host.host, host.ip, host.cores));
    let mut lines = vec![(PROGRAM, program)];
    lines.extend(settings.hosts.iter().map(host));
    lines.extend(settings.options.iter().map(|option| (OPTION, option.clone())));
    lines.extend(settings.variables.iter().cloned());
    let mut text = HEAD.to_owned();
    for (key, value) in lines {
        let line = format!("{key}={value}");
        if known(&line).is_none() {
            let what = format!(
                "{} cannot be written to {NAME}; give it a plain name",
                quoted(line.as_bytes())
            );
            return Err(refusal(what));
        }
        text += &format!("{line}\n");
    }
    Ok(text)
}

/// The settings in the text of a file, for a job of `program`.
///
/// # Errors
/// If [`text`] would not write one of the lines, or the settings are for another program.
pub(super) fn parse(text: &[u8], program: &Path) -> Result<Settings> {
    let mut names_program = false;
    let mut settings = Settings {
        program: program.to_owned(),
        hosts: Vec::new(),
        options: Vec::new(),
        variables: Vec::new(),
    };
    for (line, number) in text.split(|&byte| byte == b'\n').zip(1..) {
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let (key, value) =
            str::from_utf8(line).ok().and_then(known).ok_or_else(|| unknown(line, number))?;
        match key {
            PROGRAM if Path::new(value) != program => {
                return Err(other_program(value, program, number));
            }
            PROGRAM => names_program = true,
            HOST => settings.hosts.extend(parse_host(value)),
            OPTION => settings.options.push(value.to_owned()),
            key => settings.variables.push((key, value.to_owned())),
        }
    }
    if !names_program || settings.hosts.is_empty() {
        let what = format!("{NAME} names no program, or no host; run init again");
        return Err(refusal(what));
    }
    Ok(settings)
}

fn unknown(line: &[u8], number: u64) -> Error {
    let line = quoted(line);
    refusal(format!(
        "{NAME}:{number}: {line} is not a setting that init writes; remove the line, or run init \
         again"
    ))
}

fn other_program(was: &str, program: &Path, number: u64) -> Error {
    let (was, is) = (shown(Path::new(was)), shown(program));
    refusal(format!("{NAME}:{number}: the program was {was}, but now it is {is}; run init again"))
}

/// The key and the value of a line, if both are allowed.
fn known(line: &str) -> Option<(&'static str, &str)> {
    let (name, value) = line.split_once('=')?;
    let (key, is_valid) = KEYS.into_iter().find(|(key, _)| *key == name)?;
    (is_valid(value) && !value.contains('\n')).then_some((key, value))
}

fn is_program(value: &str) -> bool {
    value.starts_with('/') && value.len() > 1
}

fn parse_host(value: &str) -> Option<JobHost> {
    let mut words = value.split(' ');
    let host = words.next().filter(|host| is_host(host.as_bytes()))?.to_owned();
    let ip = words.next()?.parse().ok()?;
    let cores = words.next().filter(|cores| is_number(cores))?.parse().ok()?;
    words.next().is_none().then_some(JobHost { host, ip, cores })
}

fn is_option(value: &str) -> bool {
    let (name, value) = value.split_once(' ').unwrap_or((value, ""));
    OPTIONS.iter().any(|(option, is_valid)| *option == name && is_valid(value))
}

/// Whether `value` is an allowed parameter of Open MPI's runtime with an allowed value.
fn is_parameter(value: &str) -> bool {
    match value.split_once(' ') {
        Some(("plm_rsh_args" | "plm_ssh_args", value)) => are_ssh_options(value),
        Some((name, value)) => {
            let name = name.strip_prefix("oob_tcp_keepalive_");
            matches!(name, Some("time" | "intvl" | "probes")) && is_number(value)
        }
        None => false,
    }
}

fn are_ssh_options(value: &str) -> bool {
    const KNOWN: [&str; 4] =
        ["BatchMode", "ConnectTimeout", "ServerAliveInterval", "ServerAliveCountMax"];
    let is_plain = |value: &str| {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !value.is_empty() && value.bytes().all(fits)
    };
    let is_known = |word: &str| {
        word.split_once('=').is_some_and(|(name, value)| KNOWN.contains(&name) && is_plain(value))
    };
    let words: Vec<&str> = value.split(' ').collect();
    words.chunks(2).all(|pair| matches!(pair, ["-o", word] if is_known(word)))
}

fn is_network(value: &str) -> bool {
    value.split_once('/').is_some_and(|(ip, prefix)| {
        ip.parse::<Ipv4Addr>().is_ok()
            && is_number(prefix)
            && prefix.parse::<u32>().is_ok_and(|prefix| prefix <= 32)
    })
}

fn is_card(value: &str) -> bool {
    is_word(value.as_bytes(), b"._:-")
}

fn is_ranks_per_node(value: &str) -> bool {
    let number = value.strip_prefix("ppr:").and_then(|value| value.strip_suffix(":node"));
    number.is_some_and(is_number)
}

fn is_number(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Address, Library};
    use proptest::prelude::*;

    const MPIS: [&str; 3] = ["Open MPI 4.1.4", "Open MPI 5.0.3", "MPICH 4.2.0"];
    const SSH: &str = "-o BatchMode=yes -o ConnectTimeout=5";

    fn of(
        launcher: &str,
        hosts: Vec<JobHost>,
        program: &str,
        network: Option<&Address>,
    ) -> Settings {
        let launcher = Library::named(launcher).expect(launcher);
        let mut variables = launcher.environment(network, SSH);
        variables.push(("MST_TIMEOUT", "8".to_owned()));
        Settings { program: program.into(), hosts, options: launcher.options(SSH), variables }
    }

    fn some_host() -> impl Strategy<Value = JobHost> {
        let host = "([a-z0-9]{1,3}@)?[A-Za-z0-9][A-Za-z0-9._-]{0,8}";
        (host, any::<u32>(), any::<usize>()).prop_map(|(host, ip, cores)| JobHost {
            host,
            ip: Ipv4Addr::from_bits(ip),
            cores,
        })
    }

    fn some_settings() -> impl Strategy<Value = Settings> {
        let address = (any::<u32>(), 0u32..=32, "[a-z0-9][a-z0-9.:_-]{0,9}")
            .prop_map(|(ip, prefix, card)| Address { ip: Ipv4Addr::from_bits(ip), prefix, card });
        let hosts = prop::collection::vec(some_host(), 1..4);
        (prop::sample::select(&MPIS), hosts, "/[^\n]{1,20}", prop::option::of(address)).prop_map(
            |(launcher, hosts, program, network)| of(launcher, hosts, &program, network.as_ref()),
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(settings in some_settings()) {
            let written = text(&settings).expect("all of it has its kind");
            prop_assert_eq!(parse(written.as_bytes(), &settings.program).expect("as it was"), settings);
        }

        /// No value, whatever its bytes, adds a line or a key.
        #[test]
        fn what_is_not_read_back_is_not_written(
            settings in some_settings(), at in 0usize..4, value in "([ -~\n]|MST_TIMEOUT=1|\n){0,20}",
        ) {
            let mut settings = settings;
            match at {
                0 => settings.hosts[0].host = value,
                1 => settings.options.push(value),
                2 => settings.program = format!("/{value}").into(),
                _ => settings.variables.push(("HYDRA_IFACE", value)),
            }
            if let Ok(written) = text(&settings) {
                prop_assert_eq!(parse(written.as_bytes(), &settings.program).expect("as it was"), settings);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes, Path::new("/opt/mst"));
        }
    }

    #[test]
    fn what_init_does_not_write_is_refused_at_its_line() {
        let head = "# a comment\n\nprogram=/opt/mst\nhost=vm1 10.0.0.1 2\n";
        assert!(parse(head.as_bytes(), Path::new("/opt/mst")).is_ok());
        for line in [
            "touch PWNED",
            "MST_TIMEOUT=$(touch PWNED)",
            "MST_TIMEOUT=",
            "MST_TIMEOUT=8\r",
            " MST_TIMEOUT=8",
            "export MST_TIMEOUT=8",
            "LD_PRELOAD=./evil.so",
            "OMPI_MCA_plm_rsh_agent=touch PWNED",
            "OMPI_MCA_btl_tcp_if_include=10.0.0.0/33",
            "HYDRA_IFACE=-x",
            "HYDRA_LAUNCHER_EXTRA_ARGS=-oProxyCommand=touch${IFS}PWNED",
            "HYDRA_LAUNCHER_EXTRA_ARGS=-o ProxyCommand=touch",
            "HYDRA_LAUNCHER_EXTRA_ARGS=-o BatchMode=yes -o",
            "HYDRA_LAUNCHER_EXTRA_ARGS=",
            "option=-host vm9 touch PWNED",
            "option=--hostfile /tmp/theirs",
            "option=--mca plm_rsh_agent touch",
            "option=--mca plm_rsh_args -o ProxyCommand=touch",
            "option=--mca oob_tcp_keepalive_time ",
            "option=-disable-auto-cleanup -x",
            "option=",
            "host=-oProxyCommand=touch 127.0.0.1 1",
            "host=vm1 10.0.0.1/22 1",
            "host=vm1 10.0.0.1 +1",
            "host=vm1 10.0.0.1 1 2",
            "host=vm1  10.0.0.1 1",
            "program=mst",
            "program=/",
            "=",
            "\u{1b}[2J",
        ] {
            let message =
                parse(format!("{head}{line}\n").as_bytes(), Path::new("/opt/mst")).unwrap_err();
            let message = message.to_string();
            assert!(
                message.starts_with("cluster.env:5: ") && message.contains("run init again"),
                "{message}"
            );
            assert!(!message.contains(char::is_control), "{message}");
        }
    }

    #[test]
    fn settings_of_another_program_are_refused() {
        let text = b"program=/old/mst\nhost=vm1 10.0.0.1 2\n";
        let message = parse(text, Path::new("/new/mst")).unwrap_err().to_string();
        assert!(
            message.starts_with("cluster.env:1: the program was /old/mst, but now it is /new/mst"),
            "{message}"
        );
        for lacking in ["program=/new/mst\n", "host=vm1 10.0.0.1 2\n", ""] {
            let message = parse(lacking.as_bytes(), Path::new("/new/mst")).unwrap_err().to_string();
            assert!(message.contains("names no program, or no host"), "{message}");
        }
    }
}
