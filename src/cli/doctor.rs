//! `trainyard doctor`: what this machine offers, and whether what was asked for works.

mod page;
mod terminal;

use std::io::Write;

use serde::Serialize;

use super::Error;
use super::device::Device;
use super::text::{self, plain};
use super::threads::Threads;
use crate::doctor::{Report, examine};
use terminal::Terminal;

/// Say what this machine offers: GPUs and a test of their kernels, processors, terminal, disk
///
/// The exit status is 1 where something that was asked for does not work: the device of --device or TRAINYARD_DEVICE, the
/// kernels of the GPU that would be used, or the folder of runs.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    device: Device,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) threads: Threads,
}

/// All that is said.
#[derive(Serialize)]
struct Findings {
    #[serde(flatten)]
    machine: Report,
    terminal: Terminal,
}

impl Arguments {
    /// Looks at the machine and prints what it found.
    pub fn run(self) -> Result<(), Error> {
        let machine = examine(self.device.asked()?);
        let findings = Findings { machine, terminal: Terminal::look() };
        let mut out = std::io::stdout().lock();
        match self.json {
            true => writeln!(out, "{}", text::json(&findings)?)?,
            false => out.write_all(page::page(&findings).as_bytes())?,
        }
        match findings.machine.problems.as_slice() {
            [] => Ok(()),
            problems => Err(Error::Failed(plain(&problems.join("; ")))),
        }
    }
}
