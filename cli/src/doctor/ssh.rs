//! Explains failures of ssh, and what to do about them.

use super::Problem;
use super::names::bare;
use super::remote::ScriptOutput;
use crate::shell;

/// The problem of a host that ssh could not run a script on.
pub(super) fn explain(host: &str, output: &ScriptOutput) -> Problem {
    let name = bare(host);
    let has = |words: &[&str]| words.iter().any(|word| output.stderr.contains(word));
    let word = shell::quoted_if_needed(name);
    let keyscan = format!("ssh-keyscan -H {word} >> ~/.ssh/known_hosts");
    let verbose = format!("ssh -v -o BatchMode=yes {} true", shell::quoted_if_needed(host));
    if output.code.is_none() {
        let what = format!("{host} did not answer ssh within {:.0} s", output.seconds);
        return Problem::new(what, format!("see where it stops: {verbose}"));
    }
    if has(&["Could not resolve hostname"]) {
        let what = format!("cannot resolve the name {name}");
        let mend =
            format!("echo ADDRESS {word} | sudo tee -a /etc/hosts, or use its address instead");
        return Problem::new(what, mend);
    }
    if has(&["IDENTIFICATION HAS CHANGED", "has changed and you have requested"]) {
        let what = format!(
            "{host} has a different key than ssh knows: it was reinstalled, or its address now \
             belongs to another machine"
        );
        let mend = format!("once you know which: ssh-keygen -R {word} && {keyscan}");
        return Problem::new(what, mend);
    }
    if has(&["host key is known for", "Host key verification failed"]) {
        let what = format!("ssh does not know the key of {host} yet");
        let mend = format!(
            "mkdir -p -m 700 ~/.ssh && {keyscan}, and compare `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` there with `ssh-keygen -F {word} -l` here"
        );
        return Problem::new(what, mend);
    }
    if has(&["Permission denied (", "Too many authentication failures"]) {
        return denied(host, &output.stderr);
    }
    if has(&["Connection refused"]) {
        let what = format!("{host} is up but refuses ssh: no sshd runs there");
        return Problem::new(what, format!("on {name}: sudo systemctl enable --now ssh"));
    }
    if has(&["timed out", "Operation timed out"]) {
        let what = format!(
            "{host} does not answer: it is off, its address has changed, or a firewall drops \
             packets"
        );
        let mend = format!(
            "look with `ip addr` on {name}, and correct its address in /etc/hosts or the hostfile"
        );
        return Problem::new(what, mend);
    }
    if has(&["No route to host", "Network is unreachable"]) {
        let what =
            format!("there is no route to {host}: it is off, or in another network than this host");
        return Problem::new(what, format!("compare `ip addr` here and on {name}"));
    }
    if has(&["Connection closed", "Connection reset", "kex_exchange_identification"]) {
        let what = format!("{host} ends the connection before the login");
        return Problem::new(what, format!("on {name}: sudo journalctl -u ssh -n 20"));
    }
    let line = output.stderr.lines().map(str::trim).rfind(|line| !line.is_empty());
    let what = match line {
        Some(line) => format!("{host}: {}", line.chars().take(200).collect::<String>()),
        None => format!("{host}: ssh ends with code {}", output.code.unwrap_or(255)),
    };
    Problem::new(what, format!("see what it does: {verbose}"))
}

/// The fingerprint of the key that a host sent instead of the known one.
pub(super) fn sent_key(output: &ScriptOutput) -> Option<&str> {
    let (_, rest) = output.stderr.split_once("key sent by the remote host is")?;
    let word = rest.split_whitespace().next()?;
    word.starts_with("SHA256:").then(|| word.trim_end_matches('.'))
}

/// The problem of a host that sends the key of `other`, another host of the hostfile.
pub(super) fn key_of_other_host(host: &str, other: &str) -> Problem {
    let what =
        format!("{host} answers with the key of {other}: addresses have changed, probably by DHCP");
    let mend = "correct them in /etc/hosts or the hostfile; `ip addr` on each host shows its \
                address";
    Problem::new(what, mend)
}

/// The problem of a refused login. OpenSSH's message is the same for three causes.
fn denied(host: &str, stderr: &str) -> Problem {
    let methods = stderr.rsplit_once("Permission denied (").map_or("", |(_, rest)| rest);
    let methods = methods.split(')').next().unwrap_or_default();
    let asks =
        methods.split(',').any(|method| matches!(method, "password" | "keyboard-interactive"));
    let what = if asks {
        format!("{host} asks for a password, and mpirun cannot give one")
    } else {
        format!("{host} does not accept this user's key")
    };
    let mend = format!(
        "ssh-copy-id {}; if that is done, either others can write to the home folder there (chmod \
         go-w ~ ~/.ssh) or the user does not exist there (write USER@HOST in the hostfile)",
        shell::quoted_if_needed(host)
    );
    Problem::new(what, mend)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_of_ssh_has_its_cause() {
        let cases = [
            (
                "ssh: Could not resolve hostname vm2: Name or service not known\r\n",
                "cannot resolve the name vm2; echo ADDRESS vm2 | sudo tee -a /etc/hosts",
            ),
            (
                "ssh: connect to host vm2 port 22: Connection refused\r\n",
                "lab@vm2 is up but refuses ssh: no sshd runs there; on vm2: sudo systemctl",
            ),
            (
                "ssh: connect to host vm2 port 22: Connection timed out\r\n",
                "lab@vm2 does not answer",
            ),
            (
                "Connection timed out during banner exchange\r\nConnection to 10.0.0.2 port 22 timed out\r\n",
                "lab@vm2 does not answer",
            ),
            (
                "ssh: connect to host vm2 port 22: No route to host\r\n",
                "there is no route to lab@vm2",
            ),
            (
                "No ED25519 host key is known for vm2 and you have requested strict checking.\r\n\
                 Host key verification failed.\r\n",
                "ssh does not know the key of lab@vm2 yet; mkdir -p -m 700 ~/.ssh && ssh-keyscan -H vm2 >> ~/.ssh/known_hosts",
            ),
            (
                "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n\
                 Offending ED25519 key in /home/lab/.ssh/known_hosts:3\r\n\
                 Host key for vm2 has changed and you have requested strict checking.\r\n\
                 Host key verification failed.\r\n",
                "lab@vm2 has a different key than ssh knows",
            ),
            (
                "lab@vm2: Permission denied (publickey,password).\r\n",
                "lab@vm2 asks for a password, and mpirun cannot give one; ssh-copy-id lab@vm2",
            ),
            (
                "lab@vm2: Permission denied (publickey).\r\n",
                "lab@vm2 does not accept this user's key; ssh-copy-id lab@vm2",
            ),
            (
                "kex_exchange_identification: Connection closed by remote host\r\n\
                 Connection closed by 10.0.0.2 port 22\r\n",
                "lab@vm2 ends the connection before the login",
            ),
            ("a banner\nsomething new\n\n", "lab@vm2: something new; see what it does: ssh -v"),
            ("", "lab@vm2: ssh ends with code 255"),
        ];
        for (stderr, expected) in cases {
            let output = ScriptOutput {
                code: Some(255),
                stderr: stderr.to_owned(),
                ..ScriptOutput::default()
            };
            let message = explain("lab@vm2", &output).to_string();
            assert!(message.starts_with(expected), "{message}\n{expected}");
            assert!(!message.contains('\n'), "{message}");
        }
        let changed = "The fingerprint for the ED25519 key sent by the remote host is\nSHA256:ab/c+d.\nPlease";
        let output = ScriptOutput { stderr: changed.to_owned(), ..ScriptOutput::default() };
        assert_eq!(
            (sent_key(&output), sent_key(&ScriptOutput::default())),
            (Some("SHA256:ab/c+d"), None)
        );
        let silent = ScriptOutput { code: None, seconds: 7.0, ..ScriptOutput::default() };
        assert!(explain("vm2", &silent).to_string().contains("did not answer ssh within 7 s"));
    }
}
