//! The time of steps, by their parts.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::nn::clock::Times;

/// Seconds that steps took, by what they were spent on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepTime {
    /// The steps.
    pub steps: u64,
    /// Waiting for batches and preparing them.
    pub data: f64,
    /// Forward passes and losses.
    pub forward: f64,
    /// Backward passes.
    pub backward: f64,
    /// Updates by the optimizer; of a Boltzmann machine the whole learning.
    pub update: f64,
    /// In place of the three: handing the work to a GPU, which does it while the host goes on.
    pub launch: f64,
    /// All else: the scores, and waiting for a GPU.
    pub rest: f64,
}

impl StepTime {
    /// That of one step of `whole`, on a device that works while the host goes on or on one that does not.
    pub fn of(times: Times, whole: Duration, is_asynchronous: bool) -> Self {
        let [data, forward, backward, update] = times.map(|time| time.as_secs_f64());
        let work = forward + backward + update;
        let rest = (whole.as_secs_f64() - data - work).max(0.0);
        let time = StepTime { steps: 1, data, rest, ..StepTime::default() };
        match is_asynchronous {
            true => StepTime { launch: work, ..time },
            false => StepTime { forward, backward, update, ..time },
        }
    }

    /// Both together.
    pub fn and(&self, other: &StepTime) -> StepTime {
        StepTime {
            steps: self.steps.saturating_add(other.steps),
            data: self.data + other.data,
            forward: self.forward + other.forward,
            backward: self.backward + other.backward,
            update: self.update + other.update,
            launch: self.launch + other.launch,
            rest: self.rest + other.rest,
        }
    }

    /// The seconds of each part by its name, in the order of a step. On a GPU the rest is spent waiting for it.
    pub fn parts(&self) -> Vec<(&'static str, f64)> {
        let rest = if self.launch > 0.0 { "waiting for the GPU" } else { "rest" };
        let work = match self.launch > 0.0 {
            true => vec![("launch", self.launch)],
            false => vec![("forward", self.forward), ("backward", self.backward), ("update", self.update)],
        };
        [("data", self.data)].into_iter().chain(work).chain([(rest, self.rest)]).collect()
    }

    /// All seconds.
    pub fn seconds(&self) -> f64 {
        self.parts().iter().map(|(_, seconds)| seconds).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::witness::{Witness, prepare};

    const IRIS: &str = r#"name: "a", title: "", data: (source: iris),
        optimizer: Adam(), train: (epochs: 1, batch_size: 50)"#;

    #[test]
    fn the_parts_and_the_rest_are_the_whole_and_a_gpu_has_no_parts_of_its_work() {
        let ms = Duration::from_millis;
        let times = [ms(1), ms(4), ms(8), ms(2)];
        let time = StepTime::of(times, ms(20), false);
        let both = time.and(&time);
        assert!(both.steps == 2 && (both.seconds() - 0.040).abs() < 1e-12, "{both:?}");
        assert_eq!([both.data, both.forward, both.backward, both.update], [0.002, 0.008, 0.016, 0.004]);
        let on_gpu = StepTime::of(times, ms(20), true).parts();
        assert_eq!(
            on_gpu.iter().map(|part| part.0).collect::<Vec<_>>(),
            ["data", "launch", "waiting for the GPU"]
        );
        assert!((on_gpu[1].1 - 0.014).abs() < 1e-12 && (on_gpu[2].1 - 0.005).abs() < 1e-12, "{on_gpu:?}");
    }
    #[test]
    fn in_every_procedure_the_parts_of_an_epochs_steps_make_up_its_seconds() {
        let layers = "layers: [Dense(units: 16, activation: sigmoid), Dense(units: 3, activation: softmax)]";
        let classes = format!("{layers}, loss: categorical_crossentropy");
        let adversarial = "layers: [Dense(units: 4)], loss: binary_crossentropy,
            procedure: adversarial(latent: 8, discriminator: [Dense(units: 1, activation: sigmoid)])";
        let rest = [
            classes.clone(),
            adversarial.into(),
            format!("{classes}, procedure: pretraining(method: autoencoder(), epochs: 1, unlabelled: false)"),
            format!("{classes}, procedure: pretraining(method: rbm(), epochs: 1, unlabelled: false)"),
        ];
        for text in &rest {
            let preset = ron::from_str(&format!("({IRIS}, {text})")).unwrap();
            let mut heard = Witness::default();
            heard.drive(&mut *prepare(&preset).unwrap()).unwrap();
            for epoch in &heard.epochs {
                let StepTime { steps, data, forward, backward, update, launch, .. } = epoch.parts;
                assert!(
                    steps > 0 && (epoch.parts.seconds() - epoch.seconds).abs() < 1e-6,
                    "{text}: {epoch:?}"
                );
                let is_machine = text.contains("rbm") && epoch.epoch == 1;
                let passes = if is_machine { [1.0, 1.0] } else { [forward, backward] };
                assert!([data, update].iter().chain(&passes).all(|part| *part > 0.0), "{text}: {epoch:?}");
                assert!(launch == 0.0 && (!is_machine || forward + backward == 0.0), "{text}: {epoch:?}");
            }
        }
    }
}
