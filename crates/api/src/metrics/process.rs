//! The process itself, under the names that every Prometheus client uses; read from `/proc`, so on Linux alone.

use std::{
    fs,
    sync::atomic::{AtomicU64, Ordering},
};

use guildhall_domain::Moment;
use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};

use super::gauges::whole;

/// Ticks of a second in `/proc/self/stat`: `USER_HZ`, which is 100 on every architecture that we build for.
const TICKS: f64 = 100.0;

/// The figures of the process.
pub(super) struct Process {
    memory: Gauge,
    threads: Gauge,
    files: Gauge,
    most_files: Gauge,
    processor: Counter<f64, AtomicU64>,
}

impl Process {
    pub(super) fn register(registry: &mut Registry, started: Moment) -> Self {
        let process = Self {
            memory: Gauge::default(),
            threads: Gauge::default(),
            files: Gauge::default(),
            most_files: Gauge::default(),
            processor: Counter::default(),
        };
        let start: Gauge = Gauge::default();
        start.set(started.0 / 1_000_000);
        registry.register("process_start_time_seconds", "When the server started, in seconds since 1970", start);
        let r = registry;
        r.register("process_resident_memory_bytes", "Memory that the process has in RAM", process.memory.clone());
        r.register("process_threads", "Threads of the process", process.threads.clone());
        r.register("process_open_fds", "Open file descriptors, connections among them", process.files.clone());
        r.register("process_max_fds", "The most file descriptors that it may open", process.most_files.clone());
        r.register("process_cpu_seconds", "Seconds of a processor that it has used", process.processor.clone());
        process
    }

    /// Reads them all; what the system does not tell stays as it was.
    pub(super) fn read(&self) {
        if let Ok(status) = fs::read_to_string("/proc/self/status") {
            if let Some(kilobytes) = number_after(&status, "VmRSS:") {
                self.memory.set(kilobytes.saturating_mul(1024));
            }
            if let Some(threads) = number_after(&status, "Threads:") {
                self.threads.set(threads);
            }
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            // The one that reads the directory is open as well.
            self.files.set(whole(files.count().saturating_sub(1)));
        }
        if let Some(most) =
            fs::read_to_string("/proc/self/limits").ok().and_then(|limits| number_after(&limits, "Max open files"))
        {
            self.most_files.set(most);
        }
        if let Some(ticks) = fs::read_to_string("/proc/self/stat").ok().as_deref().and_then(ticks) {
            self.processor.inner().store((ticks / TICKS).to_bits(), Ordering::Relaxed);
        }
    }
}

/// The first number behind a name at the start of a line.
fn number_after(text: &str, name: &str) -> Option<i64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// Ticks in user mode and in the kernel: the 14th and 15th field. The second one, the program's name in parentheses, may
/// hold spaces.
fn ticks(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let [user, kernel] = [fields.next()?.parse::<f64>().ok()?, fields.next()?.parse::<f64>().ok()?];
    Some(user + kernel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_proc_are_read() {
        assert_eq!(number_after("Name:\tx\nVmRSS:\t   30720 kB\n", "VmRSS:"), Some(30_720));
        assert_eq!(number_after("Max open files            1024      4096      files\n", "Max open files"), Some(1024));
        assert_eq!(number_after("Max open files            unlimited\n", "Max open files"), None);
        let stat = "7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 9 0";
        assert_eq!(ticks(stat), Some(300.0));
        assert_eq!(ticks("nothing"), None);
    }
}
