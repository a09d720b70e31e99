//! The peak of this process's memory.

/// Returns the peak of this process's resident memory, in bytes, since it started or since
/// [`restart_peak`]; 0 if the system does not tell.
pub fn peak_rss() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// Restarts the peak at the memory held now, so that one run's peak is not reported for the next.
/// If the system does not allow it, the peak stays that of the whole process.
pub fn restart_peak() {
    // 5 makes the kernel reset the peak: proc(5), clear_refs. A refusal changes nothing.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_covers_what_was_held() {
        let held = vec![1u8; 32 << 20];
        assert!(peak_rss() >= held.len() as u64);
        let before = peak_rss();
        drop(held);
        restart_peak();
        // Other tests hold memory, too; not all systems allow it.
        if std::fs::write("/proc/self/clear_refs", "5").is_ok() {
            assert!(peak_rss() < before, "{} of {before}", peak_rss());
        }
    }
}
