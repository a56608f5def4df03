//! The same bits on any number of threads, for every kind of layer.

use dfdx::tensor::Cpu;

use super::graph::{Pass, Var};
use super::loss::LossOp;
use super::model::Model;
use super::ops::differences::numbers;
use super::optim::Optimizer;
use crate::data::Targets;
use crate::preset::layers::{RowColumn, of_row};
use crate::preset::{self, Clip, Layer, Loss, LossOptions};

/// Networks that together have every kind of layer, with the shape of their input; the last layer has three outputs.
pub(super) const NETWORKS: &[(&str, &[usize])] = &[
    (
        "[Dense(units: 70, activation: relu), BatchNormalization(), Activation(leaky_relu), Dropout(rate: 0.3),
          Dense(units: 70, activation: sigmoid), Activation(linear), Dense(units: 3, activation: softmax)]",
        &[50],
    ),
    (
        "[Conv2D(filters: 32, kernel_size: 3, activation: relu), MaxPooling2D(),
          Conv2D(filters: 40, kernel_size: 3, padding: same, activation: relu), MaxPooling2D(),
          Flatten, Dense(units: 3, activation: softmax)]",
        &[14, 13, 1],
    ),
    (
        "[Conv2D(filters: 20, kernel_size: 3, strides: 2, padding: same, use_bias: false), BatchNormalization(),
          Activation(relu), Conv2D(filters: 12, kernel_size: 3, groups: 2, activation: elu),
          AveragePooling2D(pool_size: 3, strides: Some(1), padding: same), MaxPooling2D(pool_size: 3, strides: Some(1)),
          GlobalAveragePooling2D, Dense(units: 3, activation: softmax)]",
        &[13, 14, 3],
    ),
    (
        "[Dense(units: 72, activation: gelu), Reshape(target_shape: [3, 3, 8]),
          Conv2DTranspose(filters: 12, kernel_size: 5, strides: 2, padding: same, activation: silu),
          UpSampling2D(), Conv2D(filters: 2, kernel_size: 3, activation: tanh), Flatten,
          Dense(units: 3, activation: softmax)]",
        &[9],
    ),
    (
        "[Conv1D(filters: 24, kernel_size: 3, activation: relu), MaxPooling1D(), GroupNormalization(groups: 4),
          Conv1D(filters: 8, kernel_size: 3, dilation_rate: 2, padding: same, activation: softplus), Flatten,
          Dense(units: 3, activation: softmax)]",
        &[20, 6],
    ),
    (
        "[Embedding(input_dim: 9, output_dim: 8), PositionEmbedding,
          TransformerEncoder(num_heads: 2, key_dim: 4, ff_dim: 16, dropout: 0.1),
          MultiHeadAttention(num_heads: 2, key_dim: 3, causal: true),
          Residual(layers: [LayerNormalization(), Dense(units: 8, activation: tanh)]), GlobalAveragePooling1D,
          Dense(units: 3, activation: softmax)]",
        &[12],
    ),
    (
        "[ColumnEmbedding(columns: [(place: 1, words: 9, size: 5), (place: 4, words: 9, size: 3)]),
          Dense(units: 3, activation: softmax)]",
        &[6],
    ),
    (
        "[Branches(merge: concatenate, branches: [[Input(columns: [\"4\", \"1\", \"2\"]), Dense(units: 7, activation: tanh)],
          [Branches(merge: multiply, branches: [[Dense(units: 6, activation: sigmoid)], []])],
          [Branches(merge: dot, branches: [[Dense(units: 5)], [Input(columns: [\"0\"]), Dense(units: 5)]])],
          [Branches(merge: average, branches: [[Dense(units: 4)], [Dense(units: 4)], [Dense(units: 4)]])]]),
          Dense(units: 3, activation: softmax)]",
        &[6],
    ),
    (
        "[ZeroPadding2D(padding: 2), SeparableConv2D(filters: 9, kernel_size: 3, depth_multiplier: 2), GaussianNoise(stddev: 0.1),
          LeakyReLU(negative_slope: 0.1), SpatialDropout2D(rate: 0.2), Cropping2D(cropping: 1),
          DepthwiseConv2D(kernel_size: 3, strides: 2, activation: silu), PReLU(shared_axes: [1, 2]), RMSNormalization(),
          GlobalMaxPooling2D, RepeatVector(n: 4), SpatialDropout1D(rate: 0.3), Dense(units: 6), GlobalMaxPooling1D,
          Dense(units: 3, activation: softmax)]",
        &[9, 8, 3],
    ),
    (
        "[LSTM(units: 20, return_sequences: true), Bidirectional(GRU(units: 9, return_sequences: true)),
          SimpleRNN(units: 17), Dense(units: 3, activation: softmax)]",
        &[11, 5],
    ),
];

/// The layers of a network; where its input is a row, its columns are called by their numbers.
pub(super) fn read(layers: &str, input: &[usize]) -> Vec<Layer> {
    let count = if input.len() == 1 { input[0] } else { 0 };
    let row: Vec<_> = (0..count).map(|place| RowColumn { name: place.to_string(), width: 1 }).collect();
    of_row(&ron::from_str::<Vec<Layer>>(layers).unwrap(), &row)
}

/// Numbers for inputs; whole numbers from 0 to 8 where the network takes tokens.
pub(super) fn inputs(layers: &[Layer], count: usize, seed: u64) -> Vec<f32> {
    let of_tokens = matches!(layers.first(), Some(Layer::Embedding(_) | Layer::ColumnEmbedding(_)));
    let number = |x: f32| if of_tokens { ((x + 1.0) * 4.5).floor().min(8.0) } else { x };
    numbers(count, seed).into_iter().map(number).collect()
}

/// The bits of all parameters and running statistics after a few steps.
fn trained(layers: &str, input: &[usize]) -> Vec<u32> {
    let device = Cpu::default();
    let layers = read(layers, input);
    let loss = Loss::SparseCategoricalCrossentropy;
    let mut model: Model<Cpu> = Model::build(&device, &layers, input, loss, 7).unwrap();
    let settings: preset::Optimizer = ron::from_str("Adam(learning_rate: 0.01)").unwrap();
    let mut optimizer = Optimizer::new(&settings, &Clip { norm: Some(1.0), ..Clip::default() });
    // More images than a batch has pieces, and a smaller last batch.
    for (step, rows) in [61, 61, 13].into_iter().enumerate() {
        let len = model.input_len();
        let inputs = inputs(&layers, rows * len, step as u64);
        let classes = Targets::Classes((0..rows as u32).map(|row| row * 7 / 2 % 3).collect());
        let mut pass = Pass::training(&device, step as u64);
        let input = Var::new(&device, inputs.into(), rows, len, false).unwrap();
        let output = model.forward(&mut pass, input).unwrap();
        let form = model.form();
        let loss =
            Cpu::loss(&mut pass, &output, 3, &classes, &[], loss, &LossOptions::default(), form).unwrap();
        let mut grads = pass.backward(loss).unwrap();
        optimizer.step(&mut model, &mut grads, 0.01).unwrap();
    }
    let mut bits = Vec::new();
    model.visit(&mut |_, param| bits.extend(param.values.iter().map(|x| x.to_bits())));
    bits
}

#[test]
fn every_kind_of_layer_trains_to_the_same_bits_on_one_two_and_four_threads_and_in_every_run() {
    for (layers, input) in NETWORKS {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| trained(layers, input))
        };
        let one = on(1);
        assert!(one == on(2) && one == on(4), "{layers}");
        assert!(one == on(1), "another run: {layers}");
        assert!(one.iter().all(|&bits| f32::from_bits(bits).is_finite()), "{layers}");
    }
}

#[test]
fn the_networks_above_have_every_kind_of_layer_and_of_activation() {
    fn kinds<T: serde::de::DeserializeOwned>() -> &'static [&'static str] {
        match ron::from_str::<T>("NoSuchKind").map_err(|error| error.code) {
            Err(ron::Error::NoSuchEnumVariant { expected, .. }) => expected,
            _ => panic!("a kind of that name"),
        }
    }
    let is_unused = |kind: &&&str| !NETWORKS.iter().any(|(layers, _)| layers.contains(**kind));
    let missing: Vec<_> = kinds::<Layer>().iter().filter(is_unused).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(kinds::<Layer>().len() > 20);
    let missing: Vec<_> = kinds::<preset::Activation>().iter().filter(is_unused).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
