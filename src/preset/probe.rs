//! What is in files that a preset names. The room that reads them is above this one, so it says how to look.

use std::sync::OnceLock;

use super::source::{Offers, Source};

/// Looks into a source's files; the error is one line with its place.
pub type Probe = fn(&Source) -> Result<Offers, String>;

static PROBE: OnceLock<Probe> = OnceLock::new();

/// Sets how files are looked into; the first one stays.
pub fn look_with(probe: Probe) {
    // A second set-up in one process changes nothing.
    let _ = PROBE.set(probe);
}

pub(super) fn look(source: &Source) -> Result<Offers, String> {
    match PROBE.get() {
        Some(probe) => probe(source),
        None => Err("files cannot be looked into here".into()),
    }
}
