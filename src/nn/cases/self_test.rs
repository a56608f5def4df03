//! Every family of kernels on a device, against the CPU.

use dfdx::tensor::Cpu;

use super::{
    ACTIVATIONS, Activate, Attending, Average, Batch, Boltzmann, Case, ColumnEmbedding, Convolution, Dense,
    Difference, Dropout, Embedding, Group, Join, Latent, LossOf, MaxPool, Recurrent, UpSample, Updates,
};
use crate::nn::boltzmann::Learning;
use crate::nn::device::Error;
use crate::nn::kernel::attention::Attention;
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_window::{Padding, Window};
use crate::nn::kernel::recurrent::{Cell, Recurrence, Squash};
use crate::nn::loss::Form;
use crate::nn::ops::Backend;
use crate::preset::optimizers::{Adagrad, Adam, AdamW, Lion, RmsProp, Sgd};
use crate::preset::{Activation, ClassWeights, Clip, Loss, LossOptions, Visible};

/// How a device agrees with the CPU on one family of kernels.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// The family.
    pub family: &'static str,
    /// The largest relative difference of its cases; or why the device could not compute one.
    pub difference: Result<f32, String>,
    /// The largest difference that rounding explains.
    pub slack: f32,
}

impl Agreement {
    /// Whether the device computes what the CPU computes.
    pub fn is_good(&self) -> bool {
        self.difference.as_ref().is_ok_and(|difference| *difference <= self.slack)
    }
}

/// Computes on a device and on the CPU, family by family.
struct Test<'a, D> {
    device: &'a D,
    done: Vec<Agreement>,
}

impl<D: Backend> Test<'_, D> {
    fn family(&mut self, family: &'static str, slack: f32, cases: &[impl Case]) {
        let largest = |largest: f32, case| Ok(self.difference(case)?.max(largest));
        let difference = cases.iter().try_fold(0.0, largest).map_err(|error: Error| error.to_string());
        self.done.push(Agreement { family, difference, slack });
    }

    fn difference(&self, case: &impl Case) -> Result<f32, Error> {
        let (ours, theirs) = (case.run(self.device)?, case.run(&Cpu::default())?);
        Ok(Difference::between(&ours, &theirs).relative)
    }
}

/// Compares a device with the CPU on every family of kernels, in a second or so.
pub fn self_test<D: Backend>(device: &D) -> Vec<Agreement> {
    let mut test = Test { device, done: Vec::new() };
    rows(&mut test);
    images(&mut test);
    norms(&mut test);
    sequences(&mut test);
    losses(&mut test);
    learning(&mut test);
    test.done
}

/// What rounding explains where sums are short. A card's exponentials and fused products round otherwise than the CPU's: five
/// times what the tests allow on the double of CUDA, which rounds as the CPU does.
const SHORT: f32 = 5e-5;
/// The same of long sums.
const LONG: f32 = 1e-4;
/// The same of several steps that build on each other.
const STEPS: f32 = 1e-3;

fn rows<D: Backend>(test: &mut Test<D>) {
    let dense =
        |rows, inputs, units, activation| Dense { rows, steps: 1, inputs, units, has_bias: true, activation };
    let cases = [
        dense(64, 784, 128, Activation::Relu),
        dense(65, 1025, 66, Activation::Gelu),
        dense(2000, 3, 5, Activation::Softmax),
        Dense { steps: 3, has_bias: false, ..dense(7, 33, 10, Activation::Tanh) },
    ];
    test.family("dense", LONG, &cases);
    let activations = ACTIVATIONS.map(|activation| Activate { rows: 9, steps: 2, width: 45, activation });
    test.family("activations", SHORT, &activations);
    test.family("dropout", SHORT, &[Dropout { rows: 19, columns: 83, rate: 0.4, seed: 11 }]);
    test.family("sums and joins", SHORT, &[Join { rows: 17, steps: 3, width: 29 }]);
    test.family("embedding", SHORT, &[Embedding { rows: 13, steps: 19, tokens: 41, width: 65 }]);
    let columns = ColumnEmbedding { rows: 33, features: 7, places: [1, 4], shapes: [[8, 5], [3, 31]] };
    test.family("column embedding", SHORT, &[columns]);
}

fn images<D: Backend>(test: &mut Test<D>) {
    let plain = Convolution::plain;
    let window = Window { padding: Padding::Same, ..Window::new([14, 14, 16], [5, 5], [2, 2]) };
    let strided = Convolution {
        conv: Conv { window, filters: 32, groups: 1 },
        activation: Activation::LeakyRelu,
        ..plain([14, 14, 16], 5, 32)
    };
    let window = Window { dilation: [2, 1], ..Window::new([9, 8, 6], [3, 2], [1, 2]) };
    let grouped = Convolution { conv: Conv { window, filters: 9, groups: 3 }, ..strided };
    let cases = [
        plain([28, 28, 1], 5, 6),
        Convolution { pool: true, ..plain([28, 28, 1], 3, 32) },
        Convolution { pool: true, ..plain([13, 13, 32], 3, 64) },
        strided,
        grouped,
    ];
    test.family("convolution", LONG, &cases);
    let transposed = [strided, grouped].map(|case| Convolution { transposed: true, ..case });
    test.family("transposed convolution", LONG, &transposed);
    let window = Window { padding: Padding::Same, ..Window::new([9, 7, 5], [3, 2], [2, 2]) };
    test.family("max-pooling", SHORT, &[MaxPool(5, window)]);
    test.family("average pooling", SHORT, &[Average(5, window)]);
    test.family("up-sampling", SHORT, &[UpSample { images: 3, shape: [5, 4, 6], factors: [2, 3] }]);
}

fn norms<D: Backend>(test: &mut Test<D>) {
    let training = Batch {
        rows: 64,
        pixels: 49,
        features: 70,
        training: true,
        frozen: false,
        by_batch: false,
        activation: Activation::LeakyRelu,
    };
    test.family("batch normalization", LONG, &[training, Batch { training: false, ..training }]);
    let group = Group { rows: 3, pixels: 400, width: 2, groups: 3, is_layer: false, trainable: true };
    test.family("group normalization", LONG, &[group]);
    let layer = Group { pixels: 50, width: 64, groups: 1, is_layer: true, ..group };
    test.family("layer normalization", LONG, &[layer]);
}

fn sequences<D: Backend>(test: &mut Test<D>) {
    let shape = |cell| Recurrence {
        cell,
        steps: 6,
        features: 5,
        units: 37,
        return_sequences: true,
        go_backwards: false,
        reverse_output: false,
        truncate_steps: 0,
    };
    let cell = |cell| {
        let whole = Recurrent { rows: 11, shape: shape(cell), stateful: false, trainable: true };
        let last =
            Recurrence { return_sequences: false, go_backwards: true, truncate_steps: 2, ..shape(cell) };
        [whole, Recurrent { shape: last, stateful: true, ..whole }]
    };
    test.family("SimpleRNN", SHORT, &cell(Cell::Simple(Squash::Tanh)));
    test.family("LSTM", SHORT, &cell(Cell::Lstm));
    test.family("GRU", SHORT, &cell(Cell::Gru));
    let attending =
        [false, true].map(|causal| Attending(2, Attention { steps: 70, heads: 2, width: 33, causal }));
    test.family("attention", SHORT, &attending);
}

fn losses<D: Backend>(test: &mut Test<D>) {
    let of = |loss, form, has_classes| LossOf {
        rows: 43,
        width: 10,
        loss,
        form,
        has_classes,
        weighed: 43,
        options: LossOptions {
            label_smoothing: 0.1,
            delta: 0.4,
            class_weights: ClassWeights::Factors(vec![0.5, 2.0, 1.5]),
        },
    };
    let cases = [
        of(Loss::MeanSquaredError, Form::Output, false),
        of(Loss::MeanAbsoluteError, Form::Output, false),
        of(Loss::Huber, Form::Output, false),
        of(Loss::BinaryCrossentropy, Form::SigmoidLogits, false),
        of(Loss::CategoricalCrossentropy, Form::SoftmaxLogits, false),
        of(Loss::SparseCategoricalCrossentropy, Form::SoftmaxLogits, true),
        of(Loss::KlDivergence, Form::Output, false),
    ];
    test.family("losses", SHORT, &cases);
    test.family("latent codes", SHORT, &[Latent { rows: 17, width: 19, seed: 7, weights: &[] }]);
}

fn learning<D: Backend>(test: &mut Test<D>) {
    let clip = Clip { norm: Some(0.2), value: Some(0.05) };
    let momentum = Sgd { momentum: 0.9, nesterov: true, ..Sgd::default() };
    let updates = |optimizer| Updates { optimizer, clip: clip.clone() };
    let cases = [
        updates(momentum.into()),
        updates(Adam::default().into()),
        updates(AdamW::default().into()),
        updates(RmsProp { momentum: 0.5, centered: true, ..RmsProp::default() }.into()),
        updates(Adagrad::default().into()),
        updates(Lion { weight_decay: 0.1, ..Lion::default() }.into()),
    ];
    test.family("optimizers, penalties, clipping", STEPS, &cases);
    let persistent = Learning { gibbs_steps: 2, persistent: true, rate: 0.02, ..Boltzmann::LEARNING };
    let machines = [
        Boltzmann { kind: Visible::Binary, learning: Boltzmann::LEARNING, weights: &[] },
        Boltzmann { kind: Visible::Gaussian, learning: persistent, weights: &[] },
    ];
    test.family("Boltzmann machines", STEPS, &machines);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_agrees_with_itself_to_the_last_bit() {
        let done = self_test(&Cpu::default());
        assert!(done.len() > 20);
        for Agreement { family, difference, .. } in done {
            assert_eq!(difference, Ok(0.0), "{family}");
        }
    }
}
