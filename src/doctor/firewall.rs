//! Whether the hosts reach each other as MPI must, not only by ssh.

use super::answer::Context;
use super::remote::{Remote, Running, shell_word};
use super::{Facts, Problem, Seen, cards, listed};
use std::net::{IpAddr, SocketAddr};
use std::thread;
use std::time::Duration;

/// How long a host may take to listen; it has answered before.
const TO_LISTEN: Duration = Duration::from_secs(3);
/// How long it may take to try all others.
const TO_CONNECT: Duration = Duration::from_secs(5);

/// A host that takes part.
struct End {
    remote: Remote,
    label: String,
    address: IpAddr,
}

/// The hosts that others cannot connect to. Each host listens on a free port; all try to reach all,
/// this one, where the launcher runs, among them.
pub(super) fn firewalls(
    answered: &[Remote],
    seen: &[Seen],
    ours: Seen,
    context: &Context,
) -> Vec<Problem> {
    let mut remotes = answered.to_vec();
    let mut all = seen.to_vec();
    if !answered.iter().any(|remote| remote.here) {
        remotes.push(Remote { host: ours.label.clone(), here: true });
        all.push(ours);
    }
    let hosts: Vec<&Facts> = all.iter().map(|one| &one.facts).collect();
    let Some(shared) = cards::shared(&hosts).filter(|_| hosts.len() > 1) else {
        return Vec::new(); // told by the cards, if that is a problem
    };
    let end = |(remote, one): (Remote, &Seen)| {
        let address = IpAddr::V4(cards::in_network(&one.facts, shared)?.ip);
        Some(End { remote, label: one.label.clone(), address })
    };
    let ends: Vec<End> = remotes.into_iter().zip(&all).filter_map(end).collect();
    let program = shell_word(&context.program.to_string_lossy());
    let listening = each(&ends, |end| listen(end, &program));
    let targets: Vec<Option<SocketAddr>> = ends
        .iter()
        .zip(&listening)
        .map(|(end, listening)| Some(SocketAddr::new(end.address, listening.as_ref()?.1)))
        .collect();
    let tried = each(&ends, |end| connect(end, &program, &targets));
    let mut problems = Vec::new();
    for (to, end) in ends.iter().enumerate() {
        let failed: Vec<(usize, &String)> = tried
            .iter()
            .enumerate()
            .filter_map(|(from, tried)| Some((from, tried.get(to)?.as_ref()?)))
            .filter(|(from, _)| *from != to)
            .collect();
        let Some((_, why)) = failed.first() else { continue };
        let from = listed(failed.iter().map(|(from, _)| ends[*from].label.as_str()));
        let what = format!(
            "{from} cannot connect to {} ({}) by TCP: {why}; ssh works, so a firewall lets little else through, and MPI would \
             hang",
            end.label, end.address
        );
        let network = format!("{}/{}", shared.network(), shared.prefix);
        let fixed = context.launcher.as_ref().map_or(String::new(), |launcher| {
            format!(
                ", or open TCP ports 20000 to 20199 alone and start with {}",
                launcher.on_ports()
            )
        });
        let mend = format!("on {}: sudo ufw allow from {network}{fixed}", end.label);
        problems.push(Problem::new(what, mend));
    }
    problems
}

/// Runs `work` for all ends at once.
fn each<R: Send>(ends: &[End], work: impl Fn(&End) -> R + Sync) -> Vec<R> {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = ends.iter().map(|end| scope.spawn(move || work(end))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

/// Lets a host listen, and on which port.
fn listen(end: &End, program: &str) -> Option<(Running, u16)> {
    let script = format!("exec {program} doctor --listen\n");
    let (running, words) = end.remote.start(&script, TO_LISTEN).ok()?;
    let port =
        words.lines().find_map(|line| line.strip_prefix("@mst port ")?.trim().parse().ok())?;
    Some((running, port))
}

/// What stands between a host and each target, where something does.
fn connect(end: &End, program: &str, targets: &[Option<SocketAddr>]) -> Vec<Option<String>> {
    let list: Vec<String> = targets.iter().flatten().map(SocketAddr::to_string).collect();
    let script =
        format!("exec {program} doctor --connect {} </dev/null\n", shell_word(&list.join(",")));
    let said = end.remote.run(&script, TO_CONNECT).map(|said| said.out).unwrap_or_default();
    let told = |target: &SocketAddr| {
        let start = format!("@mst no {target} ");
        said.lines().find_map(|line| line.strip_prefix(&start).map(str::to_owned))
    };
    targets.iter().map(|target| target.as_ref().and_then(told)).collect()
}
