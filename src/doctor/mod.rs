//! What this machine offers to the engine, and whether it works: what `trainyard doctor` says of GPUs,
//! processors and the folder of runs.

mod home;
mod processors;
mod self_test;

use serde::Serialize;

use crate::nn::Opened;
use crate::nn::gpu::survey::{self, Survey};
use crate::preset::DeviceChoice;

pub use home::Home;
pub use processors::Processors;
pub use self_test::{Family, SelfTest};

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// NVIDIA's driver, cards and libraries.
    pub gpu: Survey,
    /// The card's kernels against the CPU's; `None` where no card is to be used.
    pub self_test: Option<SelfTest>,
    /// The processors and the memory of this machine.
    pub cpu: Processors,
    /// The folder in which runs are kept.
    pub home: Home,
    /// What was asked for and does not work, a sentence each.
    pub problems: Vec<String>,
}

/// Looks at the machine, and tests the GPU that is asked for, or the first one. `asked` is what the command line or the
/// environment says.
pub fn examine(asked: Option<DeviceChoice>) -> Report {
    let gpu = survey::survey();
    let mut problems = Vec::new();
    let card = match asked.unwrap_or_default() {
        DeviceChoice::Cpu => None,
        DeviceChoice::Auto => {
            let works = |card: &&survey::Card| card.problem.is_none();
            gpu.cards.first().filter(works).map(|_| DeviceChoice::Cuda(0))
        }
        wanted @ DeviceChoice::Cuda(_) => Some(wanted),
        DeviceChoice::AutoWith(ordinal) => Some(DeviceChoice::Cuda(ordinal)),
    };
    let self_test = card.and_then(|card| match Opened::open(card) {
        Ok(device) => Some(self_test::run(card, &device)),
        Err(error) => {
            problems.push(format!("{card} cannot be used: {error}"));
            None
        }
    });
    problems.extend(self_test.iter().flat_map(SelfTest::problems));
    let home = Home::look();
    problems.extend(home.problem.clone());
    Report { gpu, self_test, cpu: Processors::look(), home, problems }
}
