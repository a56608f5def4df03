//! The machine's processors.

use std::num::NonZero;

use super::files;

/// The system's list of processors is long on large machines, and never longer than this.
const LONGEST: u64 = 16 << 20;

/// The model of the first processor; `None` where the system does not tell it.
pub fn model() -> Option<String> {
    field(&list()?, "model name").map(str::to_owned)
}

/// How many processors there are; `None` where the system does not tell it.
pub fn installed() -> Option<usize> {
    let count = list()?.lines().filter(|line| line.starts_with("processor\t")).count();
    (count > 0).then_some(count)
}

/// How many of them this process may use, by its affinity and the limit of its container.
pub fn usable() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

fn list() -> Option<String> {
    files::read_text("/proc/cpuinfo".as_ref(), LONGEST).ok()
}

fn field<'a>(list: &'a str, name: &str) -> Option<&'a str> {
    let line = list.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_read_from_the_systems_list() {
        let list = "processor\t: 0\nvendor_id\t: A\nmodel name\t: EPYC 9B14\n\nprocessor\t: 1\n";
        assert_eq!(field(list, "model name"), Some("EPYC 9B14"));
        assert_eq!(field(list, "no such"), None);
        assert!(installed().is_none_or(|installed| installed >= 1) && usable() >= 1);
    }
}
