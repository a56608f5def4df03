//! The reference workloads: networks, batch sizes and numbers of samples.

use super::ceiling::{Product, Wanted, products};
use super::random::Random;
use crate::preset::{Layer, Preset};

/// A network that is trained to be timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// 784-128-10.
    Mlp,
    /// The network of the case study: one convolution, two dense layers.
    Cnn,
    /// Two convolutions, dropout.
    Cnn2,
    /// An image's rows as the steps of a simple recurrent layer.
    Rnn,
    /// An image's rows as the steps of a long short-term memory layer.
    Lstm,
    /// A language model over characters.
    CharLm,
    /// A generator of images against its discriminator.
    Gan,
    /// A restricted Boltzmann machine with persistent chains, 784-256.
    Rbm,
}

/// The number of noise values from which the generator makes an image.
pub const NOISE: usize = 64;
/// The number of pixels of an image.
pub const PIXELS: usize = 784;

const MLP: &str = "[Flatten, Dense(units: 128, activation: relu), Dense(units: 10, activation: softmax)]";
const CNN: &str = "[
    Conv2D(filters: 32, kernel_size: 3, activation: relu), MaxPooling2D(pool_size: 2), Flatten,
    Dense(units: 128, activation: relu), Dense(units: 10, activation: softmax)]";
const CNN2: &str = "[
    Conv2D(filters: 32, kernel_size: 3, activation: relu), MaxPooling2D(pool_size: 2),
    Conv2D(filters: 64, kernel_size: 3, activation: relu), MaxPooling2D(pool_size: 2),
    Flatten, Dropout(rate: 0.5), Dense(units: 10, activation: softmax)]";
const RNN: &str =
    "[Reshape(target_shape: [28, 28]), SimpleRNN(units: 128), Dense(units: 10, activation: softmax)]";
const LSTM: &str =
    "[Reshape(target_shape: [28, 28]), LSTM(units: 128), Dense(units: 10, activation: softmax)]";
const CHARLM: &str = "[
    Embedding(input_dim: 65, output_dim: 64), LSTM(units: 256, return_sequences: true),
    Dense(units: 65, activation: softmax)]";
const GENERATOR: &str = "[
    Dense(units: 128, activation: leaky_relu), Dense(units: 256, activation: leaky_relu),
    Dense(units: 784, activation: sigmoid)]";
const DISCRIMINATOR: &str = "[
    Dense(units: 256, activation: leaky_relu), Dense(units: 128, activation: leaky_relu),
    Dense(units: 1, activation: sigmoid)]";

const RBM: &str = "[Flatten, Dense(units: 256, activation: sigmoid)]";

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> T {
    // The only texts are those above, and the tests read all of them.
    ron::from_str(text).unwrap_or_else(|error| panic!("a workload's text: {error}"))
}

impl Workload {
    /// All workloads.
    pub const ALL: [Workload; 8] = [
        Workload::Mlp,
        Workload::Cnn,
        Workload::Cnn2,
        Workload::Rnn,
        Workload::Lstm,
        Workload::CharLm,
        Workload::Gan,
        Workload::Rbm,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Workload::Mlp => "mlp",
            Workload::Cnn => "cnn",
            Workload::Cnn2 => "cnn2",
            Workload::Rnn => "rnn",
            Workload::Lstm => "lstm",
            Workload::CharLm => "charlm",
            Workload::Gan => "gan",
            Workload::Rbm => "rbm",
        }
    }

    /// The workload of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|workload| workload.name() == name)
    }

    /// Samples in a step.
    pub fn batch_size(self) -> usize {
        match self {
            Workload::Cnn2 => 128,
            Workload::CharLm => 32,
            Workload::Rbm => 100,
            _ => 64,
        }
    }

    /// Samples of a timed round.
    pub fn samples_per_round(self) -> usize {
        match self {
            Workload::Mlp => 25_600,
            Workload::Cnn => 12_800,
            Workload::CharLm => 640,
            Workload::Rbm => 20_000,
            _ => 6_400,
        }
    }

    /// Whether its samples are images.
    pub fn has_images(self) -> bool {
        !matches!(self, Workload::CharLm | Workload::Gan | Workload::Rbm)
    }

    /// Random samples of its shapes.
    pub fn samples(self, count: usize) -> Random {
        if self == Workload::CharLm { Random::tokens(count, 64, 65) } else { Random::images(count) }
    }

    fn layers(self) -> Vec<Layer> {
        parse(match self {
            Workload::Mlp => MLP,
            Workload::Cnn => CNN,
            Workload::Cnn2 => CNN2,
            Workload::Rnn => RNN,
            Workload::Lstm => LSTM,
            Workload::CharLm => CHARLM,
            Workload::Gan => GENERATOR,
            Workload::Rbm => RBM,
        })
    }

    /// Its training as a preset; the data that the preset names is not used.
    pub fn preset(self, epochs: u32) -> Preset {
        let loss = if self == Workload::CharLm {
            "sparse_categorical_crossentropy"
        } else {
            "categorical_crossentropy"
        };
        let mut preset: Preset = parse(&format!(
            "(name: \"{}\", title: \"\", data: (source: mnist), layers: [], loss: {loss},
              optimizer: Adam(), train: (epochs: {epochs}, batch_size: {}))",
            self.name(),
            self.batch_size()
        ));
        preset.layers = self.layers();
        preset
    }

    /// The matrix products of one step.
    pub fn products(self) -> Vec<Product> {
        let batch = self.batch_size();
        match self {
            Workload::Gan => {
                let [generator, discriminator] = gan();
                let (noise, image) = ([NOISE], [PIXELS]);
                let mut all = products(&generator, &noise, batch, Wanted::Forward);
                all.extend(products(&discriminator, &image, 2 * batch, Wanted::Forward));
                all.extend(products(&discriminator, &image, 2 * batch, Wanted::Weights));
                all.extend(products(&discriminator, &image, batch, Wanted::Forward));
                all.extend(products(&discriminator, &image, batch, Wanted::Input));
                all.extend(products(&generator, &noise, batch, Wanted::Weights));
                all
            }
            Workload::Rbm => {
                // Upwards from data and dream, the weights' gradients from both, then downwards to the dream and to a
                // reconstruction.
                let layers = self.layers();
                let mut all = products(&layers, &[PIXELS], 2 * batch, Wanted::Forward);
                all.extend(products(&layers, &[PIXELS], 2 * batch, Wanted::Weights));
                all.extend(products(&layers, &[PIXELS], batch, Wanted::Input));
                all.extend(products(&layers, &[PIXELS], batch, Wanted::Input));
                all
            }
            other => {
                let (layers, sample) = (other.layers(), other.samples(0));
                let shape = crate::data::Dataset::input_shape(&sample);
                let mut all = products(&layers, shape, batch, Wanted::Forward);
                all.extend(products(&layers, shape, batch, Wanted::Weights));
                all
            }
        }
    }
}

/// The layers of generator and discriminator.
pub fn gan() -> [Vec<Layer>; 2] {
    [parse(GENERATOR), parse(DISCRIMINATOR)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_workload_reads_has_products_and_is_found_by_its_name() {
        for workload in Workload::ALL {
            assert_eq!(Workload::named(workload.name()), Some(workload));
            assert!(!workload.preset(3).layers.is_empty());
            assert!(workload.samples_per_round().is_multiple_of(workload.batch_size()));
            assert!(!workload.products().is_empty());
        }
    }

    #[test]
    fn a_boltzmann_machines_step_takes_six_products() {
        let operations: f64 = Workload::Rbm.products().iter().map(Product::operations).sum();
        assert_eq!(operations, 6.0 * 2.0 * 100.0 * 784.0 * 256.0);
    }

    #[test]
    fn the_products_of_the_case_study_are_those_of_the_textbook() {
        let operations: f64 = Workload::Cnn.products().iter().map(Product::operations).sum();
        // The forward pass and the kernel's gradient for every layer, the input's gradient for all but the first.
        let (conv, dense, last) = (26.0 * 26.0 * 9.0 * 32.0, 5408.0 * 128.0, 1280.0);
        assert_eq!(operations, 2.0 * 64.0 * (2.0 * conv + 3.0 * dense + 3.0 * last));
    }
}
