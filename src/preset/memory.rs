//! How much memory a training takes, worked out before it starts.
//!
//! An estimate from above: what is kept for the backward pass, and what the optimizer remembers, is counted in full;
//! scratch memory is counted for the layers that are known to need it.

use super::layers::Layer;
use super::optimizers::Optimizer;
use super::shapes::size;
use super::summary::{Summary, in_bytes};

/// Bytes that a training takes, by what they are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Weights and running statistics.
    pub parameters: u64,
    /// A gradient for each trainable number.
    pub gradients: u64,
    /// What the optimizer remembers of each.
    pub moments: u64,
    /// Outputs of all layers for a batch with their gradients, and scratch memory.
    pub activations: u64,
    /// What does not grow with the batch size: the data set as it lies in memory.
    pub data: u64,
    /// The machines that learn the hidden layers before the network does, and a batch of theirs.
    pub pretraining: u64,
    /// Checkpoints on their way to the disk.
    pub saving: u64,
}

/// Bytes of a number.
const NUMBER: u64 = 4;

impl Memory {
    /// What training a network takes. `layers` are those of `summary`, `input` the shape of one sample.
    pub fn of(
        layers: &[Layer],
        summary: &Summary,
        input: &[usize],
        optimizer: &Optimizer,
        batch: u32,
    ) -> Self {
        let trainable = NUMBER.saturating_mul(summary.parameters.trainable);
        let mut shape = input.to_vec();
        let mut sample = 2 * size(input) as u64;
        for (layer, row) in layers.iter().zip(&summary.rows) {
            sample = sample.saturating_add(2 * size(&row.shape) as u64 + layer.scratch(&shape, &row.shape));
            shape.clone_from(&row.shape);
        }
        Memory {
            parameters: NUMBER.saturating_mul(summary.parameters.total()),
            gradients: trainable,
            moments: trainable.saturating_mul(optimizer.moments().len() as u64),
            activations: NUMBER.saturating_mul(sample).saturating_mul(u64::from(batch)),
            ..Memory::default()
        }
    }

    /// The memory of two networks that are trained together.
    pub fn and(self, other: Self) -> Self {
        Memory {
            parameters: self.parameters.saturating_add(other.parameters),
            gradients: self.gradients.saturating_add(other.gradients),
            moments: self.moments.saturating_add(other.moments),
            activations: self.activations.saturating_add(other.activations),
            data: self.data.max(other.data),
            pretraining: self.pretraining.saturating_add(other.pretraining),
            saving: self.saving.saturating_add(other.saving),
        }
    }

    /// With what saving takes: so many checkpoints.
    pub fn with_saving(self, checkpoints: u64) -> Self {
        let checkpoint = self.parameters.saturating_add(self.moments);
        Memory { saving: checkpoint.saturating_mul(checkpoints), ..self }
    }

    /// What of it lies on a GPU that trains.
    pub fn on_gpu(self) -> Self {
        Memory { data: 0, saving: 0, ..self }
    }

    /// What of it stays on the host where a GPU trains.
    pub fn beside_gpu(self) -> Self {
        Memory { data: self.data, saving: self.saving, ..Memory::default() }
    }

    /// The sum of all parts.
    pub fn total(&self) -> u64 {
        self.without_batch().saturating_add(self.activations)
    }

    fn without_batch(&self) -> u64 {
        let Memory { parameters, gradients, moments, activations: _, data, pretraining, saving } = *self;
        [parameters, gradients, moments, data, pretraining, saving].into_iter().fold(0, u64::saturating_add)
    }

    /// The largest batch size that fits into `available` bytes, given that this is the memory for `batch`; `None` when
    /// not even one sample does.
    pub fn largest_batch(&self, batch: u32, available: u64) -> Option<u32> {
        let left = available.checked_sub(self.without_batch())?;
        let sample = (self.activations / u64::from(batch.max(1))).max(1);
        u32::try_from(left / sample).ok().filter(|&fits| fits > 0)
    }

    /// `26.88 MB (parameters 2.65 MB, gradients 2.65 MB, optimizer 5.29 MB, activations 16.29 MB)`
    pub fn in_words(&self) -> String {
        let network = [
            ("parameters", self.parameters),
            ("gradients", self.gradients),
            ("optimizer", self.moments),
            ("activations", self.activations),
        ];
        // The network's parts are told also where there are none, unless this is memory that has no network in it.
        let has_network = network.iter().any(|(_, bytes)| *bytes > 0);
        let others = [("data", self.data), ("pretraining", self.pretraining), ("saving", self.saving)];
        let network = network.into_iter().filter(|_| has_network);
        let parts: Vec<String> = network
            .chain(others.into_iter().filter(|(_, bytes)| *bytes > 0))
            .map(|(name, bytes)| format!("{name} {}", in_bytes(bytes)))
            .collect();
        format!("{} ({})", in_bytes(self.total()), parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{OnNan, library};

    #[test]
    fn the_case_study_takes_what_one_would_count_by_hand() {
        let library::Found { text, origin, .. } = library::find("mnist-cnn").unwrap();
        let experiment = library::experiment(&text, &origin).unwrap();
        let memory = experiment.memory();
        assert_eq!(memory.parameters, 4 * 693_962);
        assert_eq!(memory.moments, 2 * memory.gradients);
        // 28² + 26² 32 + 13² 32 (twice: pooling, flatten) + 128 + 10 numbers, each with its gradient, 64 samples.
        assert_eq!(memory.activations, 64 * 2 * 4 * (784 + 21_632 + 2 * 5_408 + 128 + 10));
        // Three checkpoints that wait for a disk that refuses, one that is written, one that is held or taken.
        assert_eq!(memory.saving, 5 * (memory.parameters + memory.moments));
        assert_eq!(memory.largest_batch(64, memory.total()), Some(64));
        assert_eq!(memory.largest_batch(64, memory.total() - 1), Some(63));
        assert_eq!(memory.largest_batch(64, memory.gradients), None);
    }

    #[test]
    fn a_gpu_and_its_host_share_what_a_training_takes() {
        let library::Found { text, origin, .. } = library::find("mnist-cnn").unwrap();
        let memory = library::experiment(&text, &origin).unwrap().memory();
        let (gpu, host) = (memory.on_gpu(), memory.beside_gpu());
        assert_eq!(gpu.total() + host.total(), memory.total());
        assert!(gpu.in_words().contains("activations") && !gpu.in_words().contains("data"));
        assert!(host.in_words().contains("(data ") && !host.in_words().contains("parameters"));
    }

    #[test]
    fn a_training_that_goes_back_to_a_checkpoint_holds_more_of_them() {
        let library::Found { text, origin, .. } = library::find("mnist-cnn").unwrap();
        let mut experiment = library::experiment(&text, &origin).unwrap();
        experiment.preset.train.on_nan = OnNan::HalveRate;
        let memory = experiment.memory();
        assert_eq!(memory.saving, 7 * (memory.parameters + memory.moments));
    }
}
