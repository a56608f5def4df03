//! Checks whether a training fits into the memory of the machine, and of a GPU, before it starts.

use super::error::Error;
use crate::nn::OnDevice;
use crate::nn::ops::Backend;
use crate::preset::summary::in_bytes;
use crate::preset::{Experiment, Memory};
use crate::system::memory::{free, usable};

/// Refuses an experiment that would take more memory than the processors have free.
pub(super) fn check_on_cpu(experiment: &Experiment) -> Result<(), Error> {
    check_against(experiment, experiment.memory(), free())
}

/// Refuses an experiment that takes more memory of the machine than is free although a GPU has its networks.
pub(super) fn check_beside_gpu(experiment: &Experiment) -> Result<(), Error> {
    check_against(experiment, experiment.memory().beside_gpu(), free())
}

/// Refuses an experiment whose networks do not fit into the memory that only a device has.
pub(super) struct OwnMemory<'a>(pub &'a Experiment);

impl OnDevice for OwnMemory<'_> {
    type Output = Result<(), Error>;

    fn run<D: Backend>(self, device: D) -> Result<(), Error> {
        let Some(free) = device.own_memory()? else { return Ok(()) };
        check_gpu(self.0, free, || device.description())
    }
}

fn check_gpu(experiment: &Experiment, free: u64, device: impl FnOnce() -> String) -> Result<(), Error> {
    let memory = experiment.memory().on_gpu();
    let usable = usable(free);
    if memory.total() <= usable {
        return Ok(());
    }
    Err(Error::GpuMemory {
        device: device(),
        takes: memory.in_words(),
        available: in_bytes(free),
        fits: memory.largest_batch(experiment.preset.train.batch_size, usable),
    })
}

fn check_against(experiment: &Experiment, memory: Memory, free: Option<u64>) -> Result<(), Error> {
    // A system that does not tell has no limit.
    let Some(free) = free else { return Ok(()) };
    let usable = usable(free);
    if memory.total() <= usable {
        return Ok(());
    }
    Err(Error::Memory {
        takes: memory.in_words(),
        available: in_bytes(free),
        fits: memory.largest_batch(experiment.preset.train.batch_size, usable),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::Preset;

    fn wide(batch: u32) -> Experiment {
        let text = format!(
            r#"(name: "wide", title: "", data: (source: mnist),
                layers: [Flatten, Dense(units: 10000, activation: relu), Dense(units: 10, activation: softmax)],
                loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: {batch}))"#
        );
        ron::from_str::<Preset>(&text).unwrap().on_built_in_data()
    }

    fn check(experiment: &Experiment, free: u64) -> Result<(), Error> {
        check_against(experiment, experiment.memory(), Some(free))
    }

    #[test]
    fn a_training_that_cannot_fit_is_refused_with_the_batch_size_that_would() {
        let free = 1 << 30;
        let error = check(&wide(60_000), free).unwrap_err();
        let Error::Memory { fits: Some(fits), .. } = error else { panic!("{error}") };
        assert!(error.to_string().contains(&format!("train.batch_size {fits} would fit")), "{error}");
        assert!(check(&wide(fits), free).is_ok());
        assert!(check(&wide(fits + 2), free).is_err());
    }

    #[test]
    fn a_model_that_cannot_fit_at_all_is_said_to_be_too_large() {
        let error = check(&wide(1), 64 << 20).unwrap_err().to_string();
        assert!(error.contains("too large for this machine"), "{error}");
    }

    #[test]
    fn a_gpu_refuses_by_its_own_memory_without_the_data_and_names_the_batch_size_that_fits() {
        let check = |batch, free| check_gpu(&wide(batch), free, || "cuda:0, a card".into());
        let error = check(60_000, 1 << 30).unwrap_err();
        let Error::GpuMemory { fits: Some(fits), .. } = &error else { panic!("{error}") };
        assert!(check(*fits, 1 << 30).is_ok() && check(fits + 2, 1 << 30).is_err());
        let said = error.to_string();
        for part in ["of the memory of cuda:0, a card", "activations", "are free", "--device cpu"] {
            assert!(said.contains(part), "{said}");
        }
        assert!(!said.contains("data "), "{said}");
        let said = check(1, 1 << 20).unwrap_err().to_string();
        assert!(!said.contains("would fit"), "{said}");
    }
}
