//! Checks whether a training fits into this machine's memory before it starts.

use super::error::Error;
use crate::preset::Experiment;
use crate::preset::summary::in_bytes;
use crate::system::memory::{free, usable};

/// Refuses an experiment that would take more memory than is free.
pub(super) fn check(experiment: &Experiment) -> Result<(), Error> {
    match free() {
        Some(free) => check_against(experiment, free),
        None => Ok(()),
    }
}

fn check_against(experiment: &Experiment, free: u64) -> Result<(), Error> {
    let memory = experiment.memory();
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

    #[test]
    fn a_training_that_cannot_fit_is_refused_with_the_batch_size_that_would() {
        let free = 1 << 30;
        let error = check_against(&wide(60_000), free).unwrap_err();
        let Error::Memory { fits: Some(fits), .. } = error else { panic!("{error}") };
        assert!(error.to_string().contains(&format!("train.batch_size {fits} would fit")), "{error}");
        assert!(check_against(&wide(fits), free).is_ok());
        assert!(check_against(&wide(fits + 2), free).is_err());
    }

    #[test]
    fn a_model_that_cannot_fit_at_all_is_said_to_be_too_large() {
        let error = check_against(&wide(1), 64 << 20).unwrap_err().to_string();
        assert!(error.contains("too large for this machine"), "{error}");
    }
}
