//! Describes the machine, for `machine.txt`.

use std::fs;
use std::process::Command;

/// Lines of `lscpu`, then huge pages, the system, the compiler, the commit and the day.
pub(crate) fn machine() -> String {
    let output_of = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).env("LC_ALL", "C").output();
        output.map_or(String::new(), |output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let wanted = ["Architecture", "CPU(s):", "Model name", "Thread(s)", "L1d", "L2", "L3"];
    let cpu = output_of("lscpu", &[]);
    let cpu = cpu.lines().filter(|line| wanted.iter().any(|start| line.trim().starts_with(start)));
    let mut lines: Vec<String> = cpu.map(|line| line.trim().to_owned()).collect();
    let pages =
        fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").unwrap_or_default();
    lines.push(format!("huge pages: {}", pages.trim()));
    lines.push(format!("system: {}", output_of("uname", &["-sr"]).trim()));
    lines.push(output_of("rustc", &["--version"]).trim().to_owned());
    lines
        .push(format!("commit: {}", output_of("git", &["describe", "--always", "--dirty"]).trim()));
    lines.push(format!("date: {}", jiff::Timestamp::now().strftime("%Y-%m-%d")));
    lines.join("\n") + "\n"
}
