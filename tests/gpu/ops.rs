//! Every op against the CPU's: the values, and the gradients of a weighted sum of them.

use std::fmt::Debug;

use dfdx::tensor::Cpu;
use proptest::prelude::*;
use trainyard::data::Targets;
use trainyard::nn::graph::{Param, Pass, Scalar, Var};
use trainyard::nn::kernel::conv_window::Window;
use trainyard::nn::loss::Form;
use trainyard::nn::ops::Backend;
use trainyard::nn::ops::column_embedding::Lookup;
use trainyard::preset::{Activation, ClassWeights, Loss, LossOptions, Padding};

use super::double;

/// Numbers in [-1, 1), the same for the same seed.
pub fn numbers(count: usize, seed: u64) -> Vec<f32> {
    use rand::{Rng, SeedableRng};
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| rng.r#gen::<f32>() * 2.0 - 1.0).collect()
}

/// Something that is computed on a device.
pub trait Case {
    /// All that comes out.
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>>;
}

/// Compares both devices: differences relative to the largest number of each list.
pub fn compare(case: &impl Case, slack: f32) -> Result<(), TestCaseError> {
    let Some(gpu) = double::gpu() else { return Ok(()) };
    let (ours, theirs) = (case.run(&gpu), case.run(&Cpu::default()));
    prop_assert_eq!(ours.len(), theirs.len());
    for (list, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        prop_assert_eq!(ours.len(), theirs.len(), "list {}", list);
        let size = theirs.iter().fold(1e-3_f32, |size, x| size.max(x.abs()));
        for (place, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            let is_close = (ours - theirs).abs() <= slack * size || ours.to_bits() == theirs.to_bits();
            prop_assert!(is_close, "list {}, number {}: {} is not {}", list, place, ours, theirs);
        }
    }
    Ok(())
}

/// Like [`compare`], for a case of no property.
pub fn assert_same(case: &(impl Case + Debug), slack: f32) {
    compare(case, slack).unwrap_or_else(|error| panic!("{case:?}: {error}"));
}

/// The output and the gradients of activations and parameters; without rows the output alone.
pub fn outcome<D: Backend>(
    mut pass: Pass<D>,
    y: &Var<D>,
    inputs: &[&Var<D>],
    params: &[&Param<D>],
) -> Vec<Vec<f32>> {
    let mut all = vec![y.to_vec().unwrap()];
    if y.rows == 0 {
        return all;
    }
    D::set_gradient(&mut pass, y, numbers(y.rows * y.columns, 77).into()).unwrap();
    let root = Scalar::new(&pass.device, 0.0).unwrap();
    let mut gradients = pass.backward(root).unwrap();
    all.extend(inputs.iter().map(|x| D::gradient(&mut gradients, x).unwrap().unwrap_or_default()));
    for param in params {
        let gradient = D::take_gradient(&mut gradients, param).unwrap();
        all.push(gradient.map_or_else(Vec::new, |gradient| D::to_vec(&gradient).unwrap()));
    }
    all
}

pub fn var<D: Backend>(device: &D, rows: usize, columns: usize, seed: u64) -> Var<D> {
    Var::new(device, numbers(rows * columns, seed).into(), rows, columns, true).unwrap()
}

pub fn param<D: Backend>(device: &D, shape: &[usize], seed: u64) -> Param<D> {
    Param::new(device, "weights", shape, numbers(shape.iter().product(), seed)).unwrap()
}

pub const ACTIVATIONS: [Activation; 10] = [
    Activation::Linear,
    Activation::Sigmoid,
    Activation::Relu,
    Activation::Tanh,
    Activation::Softmax,
    Activation::LeakyRelu,
    Activation::Elu,
    Activation::Gelu,
    Activation::Silu,
    Activation::Softplus,
];

struct Dense {
    rows: usize,
    steps: usize,
    inputs: usize,
    units: usize,
    has_bias: bool,
    activation: Activation,
}

impl Case for Dense {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let x = var(device, self.rows, self.steps * self.inputs, 1);
        let (kernel, bias) = (param(device, &[self.inputs, self.units], 2), param(device, &[self.units], 3));
        let mut pass = Pass::training(device, 0);
        let used = self.has_bias.then_some(&bias);
        let y = D::dense(&mut pass, &x, &kernel, used, self.activation).unwrap();
        outcome(pass, &y, &[&x], &[&kernel, &bias])
    }
}

struct Activate(usize, usize, usize, Activation);

impl Case for Activate {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let &Activate(rows, steps, width, activation) = self;
        let x = var(device, rows, steps * width, 1);
        let mut pass = Pass::training(device, 0);
        let y = D::activate(&mut pass, &x, width, activation).unwrap();
        outcome(pass, &y, &[&x], &[])
    }
}

struct Dropout(usize, usize, f32, u64);

impl Case for Dropout {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let &Dropout(rows, columns, rate, seed) = self;
        let x = var(device, rows, columns, 1);
        let mut pass = Pass::training(device, seed);
        let y = D::dropout(&mut pass, &x, rate).unwrap();
        let y = D::dropout(&mut pass, &y, rate / 2.0).unwrap();
        outcome(pass, &y, &[&x], &[])
    }
}

/// Two activations side by side, their sum, and both ways that meet again.
struct Join(usize, usize, usize);

impl Case for Join {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let &Join(rows, steps, width) = self;
        let [a, b] = [1, 2].map(|seed| var(device, rows, steps * width, seed));
        let mut pass = Pass::training(device, 0);
        let sum = D::add(&mut pass, &a, &b).unwrap();
        let again = D::add(&mut pass, &sum, &a).unwrap();
        let y = D::side_by_side(&mut pass, &again, &b, width).unwrap();
        outcome(pass, &y, &[&a, &b], &[])
    }
}

struct Embedding(usize, usize, usize, usize);

impl Case for Embedding {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let &Embedding(rows, steps, tokens, width) = self;
        let x: Vec<f32> = (0..rows * steps).map(|i| ((i * i + i / 3) % tokens) as f32).collect();
        let x = Var::new(device, x.into(), rows, steps, false).unwrap();
        let (table, positions) = (param(device, &[tokens, width], 1), param(device, &[steps, width], 2));
        let mut pass = Pass::training(device, 0);
        let y = D::embed(&mut pass, &x, &table).unwrap();
        let y = D::add_positions(&mut pass, &y, &positions).unwrap();
        outcome(pass, &y, &[], &[&table, &positions])
    }
}

#[derive(Debug)]
struct ColumnEmbedding {
    rows: usize,
    features: usize,
    places: [usize; 2],
    shapes: [[usize; 2]; 2],
}

impl Case for ColumnEmbedding {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let &ColumnEmbedding { rows, features, places, shapes } = self;
        let mut x = numbers(rows * features, 3);
        for (place, [words, _]) in places.into_iter().zip(shapes) {
            x.iter_mut()
                .skip(place)
                .step_by(features)
                .enumerate()
                .for_each(|(row, x)| *x = (row * row % words) as f32);
        }
        let x = Var::new(device, x.into(), rows, features, true).unwrap();
        let tables = [param(device, &shapes[0], 1), param(device, &shapes[1], 2)];
        let lookups = [0, 1].map(|number: usize| Lookup { place: places[number], table: &tables[number] });
        let mut pass = Pass::training(device, 0);
        let y = D::embed_columns(&mut pass, &x, &lookups).unwrap();
        outcome(pass, &y, &[&x], &[&tables[0], &tables[1]])
    }
}

/// Rows, width, seed, and a weight for each row or none.
struct Latent(usize, usize, u64, &'static [f32]);

impl Case for Latent {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let &Latent(rows, width, seed, weights) = self;
        let parameters = var(device, rows, 2 * width, 1);
        let mut pass = Pass::training(device, 0);
        let (code, divergence) = D::draw_code(&mut pass, &parameters, 0.3, weights, seed).unwrap();
        let mut all = outcome(pass, &code, &[&parameters], &[]);
        all.push(vec![divergence.read().unwrap() as f32]);
        all.push(D::normal_noise(device, rows, width, seed).unwrap().to_vec().unwrap());
        all
    }
}

struct Average(usize, Window);

impl Case for Average {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let x = var(device, self.0, self.1.input_len(), 1);
        let mut pass = Pass::training(device, 0);
        let y = D::average_pool2d(&mut pass, &x, self.1).unwrap();
        outcome(pass, &y, &[&x], &[])
    }
}

struct UpSample(usize, [usize; 3], [usize; 2]);

impl Case for UpSample {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let x = var(device, self.0, self.1.iter().product(), 1);
        let mut pass = Pass::training(device, 0);
        let y = D::up_sample2d(&mut pass, &x, self.1, self.2).unwrap();
        outcome(pass, &y, &[&x], &[])
    }
}

struct LossOf {
    rows: usize,
    width: usize,
    loss: Loss,
    form: Form,
    has_classes: bool,
    /// Samples with a weight each; 0: none has one.
    weighed: usize,
    options: LossOptions,
}

impl Case for LossOf {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let &LossOf { rows, width, loss, form, .. } = self;
        let count = rows * width;
        let is_probability = loss.compares_probabilities();
        let share = |x: f32| if is_probability { x * 0.5 + 0.5 } else { x };
        let output: Vec<f32> = match form {
            Form::Output => numbers(count, 1).into_iter().map(share).collect(),
            Form::SoftmaxLogits | Form::SigmoidLogits => {
                numbers(count, 1).into_iter().map(|x| 6.0 * x).collect()
            }
        };
        let targets = match self.has_classes {
            true => Targets::Classes((0..rows).map(|row| (row * 7 % width) as u32).collect()),
            false => Targets::Values(numbers(count, 2).into_iter().map(share).collect()),
        };
        let weights: Vec<f32> = numbers(self.weighed, 3).into_iter().map(f32::abs).collect();
        let output = Var::new(device, output.into(), rows, width, true).unwrap();
        let mut pass = Pass::training(device, 0);
        let first =
            D::loss(&mut pass, &output, width, &targets, &weights, loss, &self.options, form).unwrap();
        let second =
            D::loss(&mut pass, &output, width, &targets, &weights, loss, &self.options, form).unwrap();
        let both = D::sum(&mut pass, first, second).unwrap();
        let value = both.value.clone();
        let mut gradients = pass.backward(both).unwrap();
        vec![vec![value.read().unwrap() as f32], D::gradient(&mut gradients, &output).unwrap().unwrap()]
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn dense_equals_the_cpu(
        (rows, steps, inputs, units) in (1_usize..70, 1_usize..3, 1_usize..90, 1_usize..90),
        (which, has_bias) in (0_usize..10, any::<bool>()),
    ) {
        compare(&Dense { rows, steps, inputs, units, has_bias, activation: ACTIVATIONS[which] }, 1e-5)?;
    }

    #[test]
    fn activations_equal_the_cpu(
        (rows, steps, width, which) in (1_usize..20, 1_usize..4, 1_usize..90, 0_usize..10),
    ) {
        compare(&Activate(rows, steps, width, ACTIVATIONS[which]), 1e-5)?;
    }

    #[test]
    fn dropout_equals_the_cpu(
        (rows, columns, rate, seed) in (1_usize..20, 1_usize..90, 0.05_f32..1.0, any::<u64>()),
    ) {
        compare(&Dropout(rows, columns, rate, seed), 0.0)?;
    }

    #[test]
    fn joins_equal_the_cpu((rows, steps, width) in (1_usize..20, 1_usize..4, 1_usize..40)) {
        compare(&Join(rows, steps, width), 1e-6)?;
    }

    #[test]
    fn embeddings_equal_the_cpu(
        (rows, steps, tokens, width) in (1_usize..20, 1_usize..20, 1_usize..50, 1_usize..70),
    ) {
        compare(&Embedding(rows, steps, tokens, width), 1e-5)?;
    }

    #[test]
    fn embedded_columns_equal_the_cpu(
        (rows, before, between, behind) in (1_usize..40, 0_usize..3, 0_usize..3, 0_usize..3),
        (words, sizes) in ((1_usize..9, 1_usize..9), (1_usize..40, 1_usize..40)),
    ) {
        let places = [before, before + 1 + between];
        let features = places[1] + 1 + behind;
        let shapes = [[words.0, sizes.0], [words.1, sizes.1]];
        compare(&ColumnEmbedding { rows, features, places, shapes }, 1e-5)?;
    }

    #[test]
    fn latent_codes_equal_the_cpu((rows, width, seed) in (1_usize..20, 1_usize..20, any::<u64>())) {
        let weights: &'static [f32] = &[0.5, 2.0, 0.0, 1.0, 3.0, 0.25, 1.5, 1.0];
        compare(&Latent(rows, width, seed, &[]), 1e-5)?;
        compare(&Latent(rows.min(8), width, seed, &weights[..rows.min(8)]), 1e-5)?;
    }

    #[test]
    fn average_pooling_equals_the_cpu(
        (images, height, width, channels) in (1_usize..5, 1_usize..9, 1_usize..9, 1_usize..5),
        (down, across, sy, sx, same) in (1_usize..4, 1_usize..4, 1_usize..4, 1_usize..4, any::<bool>()),
    ) {
        let padding = if same { Padding::Same } else { Padding::Valid };
        let window = Window { padding, ..Window::new([height, width, channels], [down, across], [sy, sx]) };
        prop_assume!(window.pixels() > 0);
        compare(&Average(images, window), 1e-5)?;
    }

    #[test]
    fn up_sampling_equals_the_cpu(
        (images, height, width, channels) in (1_usize..5, 1_usize..9, 1_usize..9, 1_usize..5),
        (down, across) in (1_usize..4, 1_usize..4),
    ) {
        compare(&UpSample(images, [height, width, channels], [down, across]), 1e-5)?;
    }

    #[test]
    fn losses_equal_the_cpu(
        (rows, width, which, weighed) in (1_usize..50, 1_usize..70, 0_usize..9, 0_usize..3),
        (has_classes, smoothing, is_weighted) in (any::<bool>(), 0.0_f32..0.3, any::<bool>()),
    ) {
        let (loss, form) = [
            (Loss::MeanSquaredError, Form::Output),
            (Loss::MeanAbsoluteError, Form::Output),
            (Loss::Huber, Form::Output),
            (Loss::BinaryCrossentropy, Form::Output),
            (Loss::BinaryCrossentropy, Form::SigmoidLogits),
            (Loss::CategoricalCrossentropy, Form::Output),
            (Loss::CategoricalCrossentropy, Form::SoftmaxLogits),
            (Loss::SparseCategoricalCrossentropy, Form::SoftmaxLogits),
            (Loss::KlDivergence, Form::Output),
        ][which];
        let factors = if is_weighted { vec![0.5, 2.0, 1.5] } else { Vec::new() };
        let class_weights = ClassWeights::Factors(factors);
        let options = LossOptions { label_smoothing: smoothing, delta: 0.4, class_weights };
        let weighed = [0, rows, 1][weighed];
        compare(&LossOf { rows, width, loss, form, has_classes, weighed, options }, 1e-5)?;
    }
}

#[test]
fn a_product_that_is_cut_along_its_sums_equals_the_cpu() {
    for (rows, inputs, units) in [(3, 2000, 5), (2000, 3, 5), (1, 1, 1), (65, 1025, 66)] {
        let activation = Activation::Gelu;
        compare(&Dense { rows, steps: 1, inputs, units, has_bias: true, activation }, 1e-5).unwrap();
    }
}

#[test]
fn a_number_that_is_no_token_is_refused_by_its_place() {
    struct Wrong;
    impl Case for Wrong {
        fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
            let x = Var::new(device, vec![0.0, 1.0, 2.0, 0.5].into(), 2, 2, false).unwrap();
            let error = D::embed(&mut Pass::training(device, 0), &x, &param(device, &[3, 2], 1))
                .and_then(|embedded| embedded.to_vec())
                .unwrap_err();
            assert!(error.to_string().starts_with("0.5 at step 1 of sample 1 "), "{error}");
            let table = param(device, &[3, 2], 1);
            let lookups = [Lookup { place: 1, table: &table }];
            let error = D::embed_columns(&mut Pass::training(device, 0), &x, &lookups)
                .and_then(|embedded| embedded.to_vec())
                .unwrap_err();
            assert!(error.to_string().starts_with("0.5 in feature 1 of sample 1 "), "{error}");
            Vec::new()
        }
    }
    compare(&Wrong, 0.0).unwrap();
}
