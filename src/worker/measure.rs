//! How long an epoch of a preset takes, before anybody trains it.

use super::device::{Wish, built};
use crate::nn::kernel::threads::Threads;
use crate::preset::{Experiment, Procedure};
use crate::train;

/// The estimated seconds of an epoch, validation apart, from a few steps of a training that is thrown away. Of a network that is
/// pretrained, the epochs behind the pretraining count.
///
/// # Errors
/// Why it cannot be trained, in a sentence.
pub fn measure(experiment: &Experiment) -> Result<f64, String> {
    let mut preset = experiment.preset.clone();
    if let Procedure::Pretraining(_) = preset.procedure {
        preset.procedure = Procedure::Supervised;
    }
    let experiment = preset.fit(&experiment.offers).map_err(|finding| finding.to_string())?;
    let wish = Wish::of_new_run(None, &experiment.preset)?;
    // As for a training, this thread is one of those that share the work. If the system refuses the others, rayon's own pool serves.
    let _pool = Threads::of_process().pool().use_current_thread().build();
    let (mut training, _) = built(&experiment, None, wish)?;
    train::seconds_an_epoch(&mut *training).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::library::{self, Found};

    #[test]
    fn an_epoch_is_timed_also_of_a_network_that_is_pretrained() {
        let Found { text, .. } = library::find("mnist-dbn").unwrap();
        // So few samples that the test takes no time.
        let text = text.replace("validation: 0.05", "validation: 0.05, train_samples: 1000");
        let experiment = library::experiment(&text, "mnist-dbn").unwrap();
        let seconds = measure(&experiment).unwrap();
        assert!(seconds > 0.0 && seconds < 100.0, "{seconds}");
    }
}
