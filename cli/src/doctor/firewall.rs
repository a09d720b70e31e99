//! Checks that the hosts can connect to each other by TCP on any port, as MPI needs, not only by
//! ssh.

use super::answer::Context;
use super::remote::{Remote, Running};
use super::{Address, Facts, HostReport, Problem, cards, listed};
use crate::shell;
use std::net::{IpAddr, SocketAddr};
use std::thread;
use std::time::Duration;

/// Time limit for a host to start listening. It has answered before.
const START_LIMIT: Duration = Duration::from_secs(3);
/// Time limit for a host to try all others.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// A host that takes part in the test.
struct Endpoint {
    remote: Remote,
    label: String,
    address: IpAddr,
}

/// The problems of hosts that others cannot connect to. Each host listens on a free port, and each
/// tries to connect to all others. This host, where the launcher runs, takes part.
pub(super) fn firewalls(
    answered: &[Remote],
    reports: &[HostReport],
    ours: HostReport,
    context: &Context,
) -> Vec<Problem> {
    let mut remotes = answered.to_vec();
    let mut all = reports.to_vec();
    if !answered.iter().any(|remote| remote.here) {
        remotes.push(Remote { host: ours.label.clone(), here: true });
        all.push(ours);
    }
    let hosts: Vec<&Facts> = all.iter().map(|one| &one.facts).collect();
    if hosts.len() < 2 {
        return Vec::new();
    }
    let shared = cards::shared_network(&hosts);
    let end = |(remote, one): (Remote, &HostReport)| {
        let within = shared.and_then(|shared| cards::in_network(&one.facts, shared));
        let address = within.or_else(|| cards::own_address(&one.facts, &hosts))?.ip;
        Some(Endpoint { remote, label: one.label.clone(), address: IpAddr::V4(address) })
    };
    let ends: Vec<Endpoint> = remotes.into_iter().zip(&all).filter_map(end).collect();
    let program = shell::quoted(&context.program.to_string_lossy());
    let listening = each(&ends, |end| listen(end, &program));
    let targets: Vec<Option<SocketAddr>> = ends
        .iter()
        .zip(&listening)
        .map(|(end, listening)| Some(SocketAddr::new(end.address, listening.as_ref()?.1)))
        .collect();
    let tried = each(&ends, |end| connect(end, &program, &targets));
    let unreached = |(to, end): (usize, &Endpoint)| {
        let why = |from: usize| tried[from].get(to)?.as_ref().filter(|_| from != to);
        let failed: Vec<(&str, &String)> =
            (0..ends.len()).filter_map(|from| Some((&*ends[from].label, why(from)?))).collect();
        let (_, why) = failed.first()?;
        let from = listed(failed.iter().map(|(from, _)| *from));
        Some(unreachable_endpoint(&from, end, why, shared, context))
    };
    ends.iter().enumerate().filter_map(unreached).collect()
}

/// The problem of hosts that cannot connect to `end`.
fn unreachable_endpoint(
    from: &str,
    end: &Endpoint,
    why: &str,
    shared: Option<&Address>,
    context: &Context,
) -> Problem {
    let what = format!("{from} cannot connect to {} ({}) by TCP: {why}", end.label, end.address);
    let Some(shared) = shared else {
        let what = format!("{what}, and there is no network that all hosts share");
        return Problem::new(what, "connect them to one network, with an address for each");
    };
    let what =
        format!("{what}; ssh works, so a firewall probably blocks other ports, and MPI would hang");
    let network = format!("{}/{}", shared.network(), shared.prefix);
    let launcher = context.launcher.as_ref().filter(|_| !context.by_cluster);
    let fixed = launcher.map_or(String::new(), |launcher| {
        format!(", or open only TCP ports 20000 to 20199 and start with {}", launcher.on_ports())
    });
    Problem::new(what, format!("on {}: sudo ufw allow from {network}{fixed}", end.label))
}

/// Runs `work` for all ends at the same time.
fn each<R: Send>(ends: &[Endpoint], work: impl Fn(&Endpoint) -> R + Sync) -> Vec<R> {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = ends.iter().map(|end| scope.spawn(move || work(end))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

/// Makes a host listen. Returns the running command and its port.
fn listen(end: &Endpoint, program: &str) -> Option<(Running, u16)> {
    let script = format!("exec {program} doctor --listen\n");
    let (running, words) = end.remote.start(&script, START_LIMIT).ok()?;
    let port =
        words.lines().find_map(|line| line.strip_prefix("@mst port ")?.trim().parse().ok())?;
    Some((running, port))
}

/// For each target, why a host cannot connect to it; `None` if it can.
fn connect(end: &Endpoint, program: &str, targets: &[Option<SocketAddr>]) -> Vec<Option<String>> {
    let list: Vec<String> = targets.iter().flatten().map(SocketAddr::to_string).collect();
    let script =
        format!("exec {program} doctor --connect {} </dev/null\n", shell::quoted(&list.join(",")));
    let output =
        end.remote.run(&script, CONNECT_LIMIT).map(|output| output.stdout).unwrap_or_default();
    let failure = |target: &SocketAddr| {
        let start = format!("@mst no {target} ");
        output.lines().find_map(|line| line.strip_prefix(&start).map(str::to_owned))
    };
    targets.iter().map(|target| target.as_ref().and_then(failure)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Library;

    /// `mst cluster` cannot pass mpirun's options on, so there they would be no remedy.
    #[test]
    fn ports_are_only_offered_to_those_who_start_mpirun() {
        let shared = Address { ip: [10, 0, 0, 1].into(), prefix: 24, card: "eth0".into() };
        let end = Endpoint {
            remote: Remote { host: "vm2".into(), here: false },
            label: "vm2".into(),
            address: [10, 0, 0, 2].into(),
        };
        let message_if = |by_cluster| {
            let context = Context {
                program: "/opt/mst".into(),
                folder: "/home/lab".into(),
                launcher: Library::named("Open MPI 4.1.4"),
                files: Vec::new(),
                by_cluster,
            };
            unreachable_endpoint("vm1", &end, "no answer", Some(&shared), &context).to_string()
        };
        let rule = "; on vm2: sudo ufw allow from 10.0.0.0/24";
        let by_hand = message_if(false);
        assert!(by_hand.contains(&format!("{rule}, or open only TCP ports 20000")), "{by_hand}");
        let by_cluster = message_if(true);
        assert!(by_cluster.ends_with(rule), "{by_cluster}");
    }
}
