//! Our layers, losses and optimizers against what PyTorch and Keras compute.
//!
//! The values are committed JSON that scripts under `tests/reference/` write; see the README there. A layer case holds a
//! preset's `layers`, their parameters by path, an input, the output, and the gradients of `sum(output * upstream)`.

use std::collections::BTreeMap;

use dfdx::tensor::Cpu;
use serde::Deserialize;

use super::gradients::{add_gradient, take_gradient};
use super::graph::{Pass, Scalar, Var};
use super::loss::{Form, LossOp};
use super::model::Model;
use super::optim::Optimizer;
use crate::data::Targets;
use crate::preset::{self, Clip, Loss, LossOptions};

/// What a script wrote.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Layers, alone or one behind the other.
    #[serde(default)]
    pub layers: Vec<LayerCase>,
    #[serde(default)]
    losses: Vec<LossCase>,
    #[serde(default)]
    optimizers: Vec<OptimizerCase>,
}

/// Numbers with their shape.
#[derive(Deserialize)]
pub struct Array {
    shape: Vec<usize>,
    values: Vec<f32>,
}

/// What some layers compute from an input. Token numbers have no gradient, so the case gives none for them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerCase {
    name: String,
    layers: String,
    input: Array,
    parameters: BTreeMap<String, Array>,
    output: Array,
    upstream: Vec<f32>,
    input_gradient: Vec<f32>,
    parameter_gradients: BTreeMap<String, Vec<f32>>,
    /// Running statistics after the pass.
    #[serde(default)]
    after: BTreeMap<String, Array>,
    tolerance: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LossCase {
    loss: Loss,
    form: String,
    options: String,
    output: Array,
    classes: Option<Vec<u32>>,
    targets: Option<Vec<f32>>,
    value: f32,
    gradient: Vec<f32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OptimizerCase {
    optimizer: String,
    clip: String,
    start: Vec<f32>,
    gradients: Vec<Vec<f32>>,
    weights: Vec<Vec<f32>>,
}

/// Reads a committed file of values.
pub fn read(json: &str) -> Reference {
    serde_json::from_str(json).unwrap()
}

/// Expects each number to be within `tolerance` relative to its own size, or to a tenth of the largest number's size
/// where that is more: sums in single precision are not more accurate.
fn assert_close(what: &str, ours: &[f32], theirs: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), theirs.len(), "{what}: the counts differ");
    let largest = theirs.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
    // Zero except for rounding: a key's bias does not change the softmax. Ours are rounded sums of numbers up to
    // about ten.
    let largest = if largest < 1e-12 { 10.0 } else { largest };
    for (place, (a, b)) in ours.iter().zip(theirs).enumerate() {
        let size = b.abs().max(largest / 10.0);
        assert!((a - b).abs() <= tolerance * size, "{what}: {a} is not {b} (number {place})");
    }
}

/// `sum(output * upstream)` as a loss.
fn weighted_sum(pass: &mut Pass<Cpu>, output: &Var<Cpu>, upstream: &[f32]) -> Scalar<Cpu> {
    let value = output.values.iter().zip(upstream).map(|(y, g)| y * g).sum();
    let (output, upstream) = (output.node.clone(), upstream.to_vec());
    pass.record(move |grads| add_gradient(grads, &output, upstream.into()));
    Scalar::new(&pass.device, value).unwrap()
}

/// A model for samples of this shape; the loss leaves the last activation to the model.
fn model(layers: &str, input: &[usize]) -> Model<Cpu> {
    let layers: Vec<preset::Layer> = ron::from_str(layers).unwrap();
    Model::build(&Cpu::default(), &layers, input, Loss::MeanSquaredError, 0).unwrap()
}

impl LayerCase {
    /// Compares the output and every gradient.
    pub fn check(&self) {
        let [rows, shape @ ..] = &self.input.shape[..] else { panic!("{}: no batch", self.name) };
        let device = Cpu::default();
        let mut model = model(&self.layers, shape);
        let mut left = self.parameters.len();
        model.visit_mut(&mut |path, param| {
            if let Some(given) = self.parameters.get(&path) {
                assert_eq!(param.shape, given.shape, "{}: the shape of {path}", self.name);
                param.set(&device, &given.values).unwrap();
                left -= 1;
            }
        });
        assert_eq!(left, 0, "{}: the model lacks parameters of the case", self.name);
        let layers: Vec<preset::Layer> = ron::from_str(&self.layers).unwrap();
        let summary = preset::Summary::of("", &layers, shape).unwrap();
        assert_eq!(summary.parameters.trainable, model.parameters(), "{}: parameters", self.name);

        let mut pass = Pass::training(&device, 0);
        let columns = shape.iter().product();
        let differentiable = !self.input_gradient.is_empty();
        let input =
            Var::new(&device, self.input.values.clone().into(), *rows, columns, differentiable).unwrap();
        let output = model.forward(&mut pass, input.clone()).unwrap();
        assert_eq!(model.output_shape(), &self.output.shape[1..], "{}", self.name);
        assert_close(&format!("{}: output", self.name), &output.values, &self.output.values, self.tolerance);

        let loss = weighted_sum(&mut pass, &output, &self.upstream);
        let mut grads = pass.backward(loss).unwrap();
        let ours = take_gradient(&mut grads, &input.node).unwrap_or_default();
        let what = format!("{}: gradient of the input", self.name);
        assert_close(&what, &ours, &self.input_gradient, self.tolerance);
        let mut left = self.parameter_gradients.len();
        model.visit(&mut |path, param| {
            if let Some(theirs) = self.parameter_gradients.get(&path) {
                let ours = take_gradient(&mut grads, &param.node).unwrap();
                assert_close(&format!("{}: gradient of {path}", self.name), &ours, theirs, self.tolerance);
                left -= 1;
            }
        });
        assert_eq!(left, 0, "{}: gradients without a parameter", self.name);
        model.visit(&mut |path, param| {
            if let Some(theirs) = self.after.get(&path) {
                let what = format!("{}: {path} afterwards", self.name);
                assert_close(&what, &param.values.to_vec(), &theirs.values, self.tolerance);
            }
        });
    }
}

impl LossCase {
    fn check(&self) {
        let device = Cpu::default();
        let [rows, width] = self.output.shape[..] else { panic!("{:?}: [rows, width]", self.loss) };
        let form = match &*self.form {
            "output" => Form::Output,
            "softmax_logits" => Form::SoftmaxLogits,
            "sigmoid_logits" => Form::SigmoidLogits,
            other => panic!("no form '{other}'"),
        };
        let options: LossOptions = ron::from_str(&self.options).unwrap();
        let targets = match (&self.classes, &self.targets) {
            (Some(classes), None) => Targets::Classes(classes.clone()),
            (None, Some(values)) => Targets::Values(values.clone()),
            _ => panic!("{:?}: either classes or targets", self.loss),
        };
        let mut pass = Pass::training(&device, 0);
        let output = Var::new(&device, self.output.values.clone().into(), rows, width, true).unwrap();
        let loss = Cpu::loss(&mut pass, &output, width, &targets, &[], self.loss, &options, form).unwrap();
        let what = format!("{:?} {} on {}", self.loss, self.options, self.form);
        assert_close(&what, &[loss.value.read().unwrap() as f32], &[self.value], 1e-5);
        let mut grads = pass.backward(loss).unwrap();
        let ours = take_gradient(&mut grads, &output.node).unwrap();
        assert_close(&format!("{what}: gradient"), &ours, &self.gradient, 1e-5);
    }
}

impl OptimizerCase {
    /// Compares the weights after each step of a layer whose gradients are exactly those of the case.
    fn check(&self) {
        let device = Cpu::default();
        let mut model = model(&format!("[Dense(units: {}, use_bias: false)]", self.start.len()), &[1]);
        model.visit_mut(&mut |_, param| param.set(&device, &self.start).unwrap());
        let settings: preset::Optimizer = ron::from_str(&self.optimizer).unwrap();
        let clip: Clip = ron::from_str(&self.clip).unwrap();
        let mut optimizer = Optimizer::new(&settings, &clip);
        for (step, (gradient, weights)) in self.gradients.iter().zip(&self.weights).enumerate() {
            let mut pass = Pass::training(&device, 0);
            let input = Var::new(&device, vec![1.0].into(), 1, 1, false).unwrap();
            let output = model.forward(&mut pass, input).unwrap();
            let loss = weighted_sum(&mut pass, &output, gradient);
            let mut grads = pass.backward(loss).unwrap();
            optimizer.step(&mut model, &mut grads, settings.learning_rate()).unwrap();
            let what = format!("{} {}, step {}", self.optimizer, self.clip, step + 1);
            model.visit(&mut |_, param| {
                // What the step changed is compared, not the weight that hides it.
                let changes =
                    |now: &[f32]| now.iter().zip(&self.start).map(|(w, s)| w - s).collect::<Vec<_>>();
                let (ours, theirs) = (changes(&param.values.to_vec()), changes(weights));
                for (place, (a, b)) in ours.iter().zip(&theirs).enumerate() {
                    let rounding = 4.0 * f32::EPSILON * self.start[place].abs().max(weights[place].abs());
                    assert!((a - b).abs() <= 1e-5 * b.abs() + rounding, "{what}: {a} is not {b} ({place})");
                }
            });
        }
    }
}

mod tests {
    use super::*;

    fn pytorch() -> Reference {
        read(include_str!("../../tests/reference/torch_values.json"))
    }

    fn sequences() -> [Reference; 2] {
        [
            read(include_str!("../../tests/reference/torch_sequences.json")),
            read(include_str!("../../tests/reference/keras_sequences.json")),
        ]
    }

    fn keras() -> Reference {
        read(include_str!("../../tests/reference/keras_values.json"))
    }

    #[test]
    fn layers_equal_pytorch_and_keras() {
        pytorch().layers.iter().chain(&keras().layers).for_each(LayerCase::check);
    }

    #[test]
    fn image_layers_equal_pytorch_and_keras() {
        let files = [
            read(include_str!("../../tests/reference/image_torch.json")),
            read(include_str!("../../tests/reference/image_keras.json")),
        ];
        files.iter().flat_map(|file| &file.layers).for_each(LayerCase::check);
    }

    #[test]
    fn merged_branches_equal_keras() {
        let file = read(include_str!("../../tests/reference/branches_keras.json"));
        file.layers.iter().for_each(LayerCase::check);
    }

    #[test]
    fn depthwise_convolutions_slopes_margins_and_the_like_equal_keras() {
        let file = read(include_str!("../../tests/reference/layers_keras.json"));
        file.layers.iter().for_each(LayerCase::check);
    }

    #[test]
    fn layers_over_sequences_equal_pytorch_and_keras() {
        sequences().iter().flat_map(|reference| &reference.layers).for_each(LayerCase::check);
    }

    #[test]
    fn losses_equal_pytorch_and_keras() {
        pytorch().losses.iter().chain(&keras().losses).for_each(LossCase::check);
    }

    #[test]
    fn three_steps_of_each_optimizer_equal_pytorch_and_keras() {
        pytorch().optimizers.iter().chain(&keras().optimizers).for_each(OptimizerCase::check);
    }

    /// Full-batch gradient descent of one sigmoid unit by the formulas of the textbook, in double precision: for
    /// cross-entropy `dE/dz = (p - t) / samples`, for squared error `2 (p - t) p (1 - p) / samples`.
    fn by_hand(inputs: &[Vec<f32>], targets: &[f32], is_squared: bool, steps: usize) -> Vec<f32> {
        let width = inputs[0].len();
        let mut w = vec![0.0_f64; width + 1];
        for _ in 0..steps {
            let mut slopes = vec![0.0; width + 1];
            for (x, &t) in inputs.iter().zip(targets) {
                let z = w[width] + x.iter().zip(&w).map(|(x, w)| f64::from(*x) * w).sum::<f64>();
                let p = 1.0 / (1.0 + (-z).exp());
                let error = p - f64::from(t);
                let slope =
                    if is_squared { 2.0 * error * p * (1.0 - p) } else { error } / inputs.len() as f64;
                x.iter().zip(&mut slopes).for_each(|(x, sum)| *sum += slope * f64::from(*x));
                slopes[width] += slope;
            }
            w.iter_mut().zip(slopes).for_each(|(w, slope)| *w -= 0.5 * slope);
        }
        w.into_iter().map(|w| w as f32).collect()
    }

    #[test]
    fn a_sigmoid_unit_learns_the_majority_of_bits_by_the_textbooks_formula() {
        let bits = 4;
        let inputs: Vec<Vec<f32>> =
            (0..1_u32 << bits).map(|n| (0..bits).map(|bit| (n >> bit & 1) as f32).collect()).collect();
        let targets: Vec<f32> =
            inputs.iter().map(|x| f32::from(u8::from(x.iter().sum::<f32>() > 2.0))).collect();
        let device = Cpu::default();
        let layers =
            [ron::from_str("Dense(units: 1, activation: sigmoid, kernel_initializer: zeros)").unwrap()];
        for loss in [Loss::BinaryCrossentropy, Loss::MeanSquaredError] {
            let mut model: Model<Cpu> = Model::build(&device, &layers, &[bits], loss, 0).unwrap();
            let settings = preset::optimizers::Sgd { learning_rate: 0.5, ..Default::default() }.into();
            let mut optimizer = Optimizer::new(&settings, &Clip::default());
            let (targets_of, options) = (Targets::Values(targets.clone()), LossOptions::default());
            for _ in 0..400 {
                let mut pass = Pass::training(&device, 0);
                let input = Var::new(&device, inputs.concat().into(), inputs.len(), bits, false).unwrap();
                let output = model.forward(&mut pass, input).unwrap();
                let loss =
                    Cpu::loss(&mut pass, &output, 1, &targets_of, &[], loss, &options, model.form()).unwrap();
                let mut grads = pass.backward(loss).unwrap();
                optimizer.step(&mut model, &mut grads, 0.5).unwrap();
            }
            let mut ours = Vec::new();
            model.visit(&mut |_, param| ours.extend(param.values.to_vec()));
            let theirs = by_hand(&inputs, &targets, loss == Loss::MeanSquaredError, 400);
            assert_close(&format!("{loss:?}"), &ours, &theirs, 1e-4);
            let said = model.predict(inputs.concat().into(), inputs.len()).unwrap();
            assert!(said.iter().zip(&targets).all(|(p, t)| (p > &0.5) == (*t > 0.5)), "{loss:?}: {said:?}");
        }
    }
}
