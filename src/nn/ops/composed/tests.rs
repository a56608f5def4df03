//! The composed ops against the fused ones: the same numbers and the same gradients, on dfdx's own CPU tensors.

use dfdx::tensor::{Cpu, OwnedTape, TensorFromVec};
use dfdx::tensor_ops::{Backward, SumTo, TryMul};

use super::recurrent::Weights;
use super::{Plain, Taped, activation, dense, image, norm, recurrent};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Scalar, Var};
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_window::{Padding, Window};
use crate::nn::kernel::layer_norm::Around;
use crate::nn::kernel::recurrent::{Cell, Recurrence, Squash};
use crate::nn::ops::batch_norm::{BatchNorm, BatchNormOp};
use crate::nn::ops::conv::ConvOp;
use crate::nn::ops::conv_transpose::ConvTransposeOp;
use crate::nn::ops::dense::DenseOp;
use crate::nn::ops::differences::numbers;
use crate::nn::ops::recurrent::{RecurrentOps, RecurrentWeights};
use crate::nn::ops::resample::ResampleOp;
use crate::preset::Activation;

/// The results of an op: its output, and the gradients of the input and of each weight.
type Outcome = Vec<Vec<f32>>;

const ROWS: usize = 3;

/// An op's input columns and the shapes of its weights.
struct Case {
    columns: usize,
    weights: Vec<Vec<usize>>,
}

impl Case {
    fn input(&self) -> Vec<f32> {
        numbers(ROWS * self.columns, 1)
    }

    fn weight(&self, place: usize) -> Vec<f32> {
        numbers(self.weights[place].iter().product(), 2 + place as u64)
    }

    fn fused(&self, op: impl FnOnce(&mut Pass<Cpu>, &Var<Cpu>, &mut [Param<Cpu>]) -> Var<Cpu>) -> Outcome {
        let device = Cpu::default();
        let mut pass = Pass::training(&device, 0);
        let x = Var::new(&device, self.input().into(), ROWS, self.columns, true).unwrap();
        let mut weights: Vec<Param<Cpu>> = (0..self.weights.len())
            .map(|i| Param::new(&device, "w", &self.weights[i], self.weight(i)).unwrap())
            .collect();
        let y = op(&mut pass, &x, &mut weights);
        let (node, upstream) = (y.node.clone(), numbers(y.values.len(), 77));
        pass.record(move |grads| add_gradient(grads, &node, upstream.into()));
        let loss = Scalar::new(&device, 0.0).unwrap();
        let mut grads = pass.backward(loss).unwrap();
        let mut outcome = vec![y.values.to_vec(), take_gradient(&mut grads, &x.node).unwrap().to_vec()];
        outcome.extend(weights.iter().map(|w| take_gradient(&mut grads, &w.node).unwrap().to_vec()));
        outcome
    }

    fn composed(&self, op: impl FnOnce(Taped<Cpu>, &[Plain<Cpu>]) -> Taped<Cpu>) -> Outcome {
        let device = Cpu::default();
        let x: Plain<Cpu> = device.tensor_from_vec(self.input(), (ROWS, self.columns));
        let weights: Vec<Plain<Cpu>> = (0..self.weights.len())
            .map(|i| {
                let columns = self.weights[i].last().copied().unwrap();
                let weight = self.weight(i);
                let rows = weight.len() / columns;
                device.tensor_from_vec(weight, (rows, columns))
            })
            .collect();
        let y = op(x.clone().put_empty_tape(), &weights);
        let shape = super::sizes(&y);
        let output = y.as_vec();
        let upstream: Plain<Cpu> = device.tensor_from_vec(numbers(output.len(), 77), shape);
        let grads = y.try_mul(upstream).unwrap().sum::<(), _>().backward();
        let mut outcome = vec![output, grads.get(&x).as_vec()];
        outcome.extend(weights.iter().map(|w| grads.get(w).as_vec()));
        outcome
    }
}

/// An input whose gradient is recorded.
trait PutEmptyTape {
    fn put_empty_tape(self) -> Taped<Cpu>;
}

impl PutEmptyTape for Plain<Cpu> {
    fn put_empty_tape(self) -> Taped<Cpu> {
        dfdx::tensor::PutTape::put_tape(self, OwnedTape::default())
    }
}

fn assert_same(what: &str, fused: &Outcome, composed: &Outcome) {
    assert_eq!(fused.len(), composed.len());
    for (part, (ours, theirs)) in fused.iter().zip(composed).enumerate() {
        assert_eq!(ours.len(), theirs.len(), "{what}, part {part}");
        for (place, (a, b)) in ours.iter().zip(theirs).enumerate() {
            assert!((a - b).abs() <= 2e-5 * b.abs().max(1.0), "{what}, part {part}, {place}: {a} is not {b}");
        }
    }
}

#[test]
fn dense_layers_and_activations_are_the_same_composed() {
    for kind in [
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
    ] {
        let case = Case { columns: 8, weights: vec![vec![4, 6], vec![6]] };
        let fused = case.fused(|pass, x, w| Cpu::dense(pass, x, &w[0], Some(&w[1]), kind).unwrap());
        let composed = case.composed(|x, w| dense(x, &w[0], Some(&w[1]), kind).unwrap());
        assert_same(&format!("dense {kind:?}"), &fused, &composed);
        let case = Case { columns: 8, weights: vec![] };
        let fused = case.fused(|pass, x, _| Cpu::activate(pass, x, 4, kind).unwrap());
        let composed = case.composed(|x, _| activation::apply(x, 4, kind).unwrap());
        assert_same(&format!("{kind:?}"), &fused, &composed);
    }
}

fn windows() -> Vec<Window> {
    let window = |input, size, strides, dilation, padding| Window { input, size, strides, dilation, padding };
    vec![
        window([5, 6, 4], [3, 3], [1, 1], [1, 1], Padding::Valid),
        window([6, 5, 2], [2, 3], [2, 1], [1, 1], Padding::Same),
        window([7, 7, 2], [3, 2], [1, 1], [2, 1], Padding::Same),
        window([1, 1, 2], [1, 1], [1, 1], [1, 1], Padding::Valid),
    ]
}

#[test]
fn convolutions_are_the_same_composed() {
    for window in windows() {
        for groups in [1, 2] {
            let conv = Conv { window, filters: 4, groups };
            let depth = window.input[2] / groups;
            let kernel = vec![window.size[0], window.size[1], depth, 4];
            let case = Case { columns: window.input_len(), weights: vec![kernel, vec![4]] };
            let linear = Activation::Linear;
            let fused = case
                .fused(|pass, x, w| Cpu::conv2d(pass, x, &w[0], Some(&w[1]), conv, linear, false).unwrap());
            let composed = case.composed(|x, w| image::conv2d(x, &w[0], Some(&w[1]), &conv).unwrap());
            assert_same(&format!("{conv:?}"), &fused, &composed);
        }
        let conv = Conv { window, filters: 3, groups: 1 };
        let channels = window.input[2];
        let kernel = vec![window.size[0], window.size[1], channels, 3];
        let case = Case { columns: window.pixels() * 3, weights: vec![kernel, vec![channels]] };
        let fused = case.fused(|pass, x, w| {
            Cpu::conv2d_transpose(pass, x, &w[0], Some(&w[1]), conv, Activation::Linear).unwrap()
        });
        let composed = case.composed(|x, w| image::conv2d_transpose(x, &w[0], Some(&w[1]), &conv).unwrap());
        assert_same(&format!("transposed {conv:?}"), &fused, &composed);
    }
}

#[test]
fn poolings_and_up_sampling_are_the_same_composed() {
    for window in windows().into_iter().filter(|window| window.dilation == [1, 1]) {
        let case = Case { columns: window.input_len(), weights: vec![] };
        let fused = case.fused(|pass, x, _| Cpu::max_pool2d(pass, x, window).unwrap());
        let composed = case.composed(|x, _| image::max_pool2d(x, &window).unwrap());
        assert_same(&format!("max {window:?}"), &fused, &composed);
        let fused = case.fused(|pass, x, _| Cpu::average_pool2d(pass, x, window).unwrap());
        let composed = case.composed(|x, _| image::average_pool2d(x, &window).unwrap());
        assert_same(&format!("average {window:?}"), &fused, &composed);
        let fused = case.fused(|pass, x, _| Cpu::up_sample2d(pass, x, window.input, [2, 3]).unwrap());
        let composed = case.composed(|x, _| image::up_sample2d(x, window.input, [2, 3]).unwrap());
        assert_same(&format!("up {window:?}"), &fused, &composed);
    }
}

#[test]
fn batch_normalization_is_the_same_composed() {
    let case = Case { columns: 12, weights: vec![vec![4], vec![4]] };
    let device = Cpu::default();
    let mut running: Vec<Param<Cpu>> =
        (0..2).map(|_| Param::new(&device, "running", &[4], vec![0.0; 4]).unwrap()).collect();
    let fused = case.fused(|pass, x, w| {
        let [mean, variance] = &mut running[..] else { unreachable!() };
        let layer = BatchNorm {
            gamma: &w[0],
            beta: &w[1],
            moving_mean: mean,
            moving_variance: variance,
            momentum: 0.0,
            epsilon: 1e-3,
        };
        Cpu::batch_norm(pass, x, layer, Activation::Linear).unwrap()
    });
    let mut statistics = Vec::new();
    let composed = case.composed(|x, w| {
        use dfdx::tensor_ops::ReshapeTo;
        let x = x.try_reshape_like(&(ROWS * 3, 4)).unwrap();
        let (y, mean, variance) = norm::by_batch(x, &w[0], &w[1], 1e-3).unwrap();
        statistics = vec![mean.as_vec(), variance.as_vec()];
        y.try_reshape_like(&(ROWS, 12)).unwrap()
    });
    assert_same("batch_norm", &fused, &composed);
    // With a momentum of 0 the running statistics are the batch's.
    assert_same("statistics", &running.iter().map(|param| param.values.to_vec()).collect(), &statistics);
}

#[test]
fn layer_normalization_is_the_same_composed() {
    use crate::nn::ops::layer_norm::LayerNormOp;
    use dfdx::tensor_ops::ReshapeTo;
    let case = Case { columns: 12, weights: vec![vec![4], vec![4]] };
    let fused = case.fused(|pass, x, w| Cpu::layer_norm(pass, x, &w[0], &w[1], 1e-3, Around::Mean).unwrap());
    let composed = case.composed(|x, w| {
        let x = x.try_reshape_like(&(ROWS * 3, 4)).unwrap();
        let y = norm::by_row(x, &w[0], &w[1], 1e-3).unwrap();
        y.try_reshape_like(&(ROWS, 12)).unwrap()
    });
    assert_same("layer_norm", &fused, &composed);
}

#[test]
fn embedding_and_positions_are_the_same_composed() {
    use crate::nn::ops::embedding::EmbeddingOp;
    use dfdx::tensor::{Merge, PutTape, SplitTape};
    use dfdx::tensor_ops::TryAdd;
    // Tokens get no gradient, so the input is added to the embedded tokens.
    let case = Case { columns: 8, weights: vec![vec![5, 4], vec![2, 4]] };
    let tokens = [4_u32, 0, 1, 4, 2, 2];
    let fused = case.fused(|pass, x, w| {
        let numbers: Vec<f32> = tokens.iter().map(|&token| token as f32).collect();
        let numbers = Var::new(&pass.device, numbers.into(), ROWS, 2, false).unwrap();
        let embedded = Cpu::embed(pass, &numbers, &w[0]).unwrap();
        let sum = crate::nn::ops::join::JoinOp::add(pass, x, &embedded).unwrap();
        Cpu::add_positions(pass, &sum, &w[1]).unwrap()
    });
    let composed = case.composed(|x, w| {
        let table = w[0].clone().put_empty_tape();
        let (embedded, tape) = super::sequence::embed(table, &tokens, ROWS).unwrap().split_tape();
        let (x, own) = x.split_tape();
        let sum = x.put_tape(tape.merge(own)).try_add(embedded).unwrap();
        super::add_row(sum, &w[1]).unwrap()
    });
    assert_same("embedding", &fused, &composed);
}

#[test]
fn attention_is_the_same_composed() {
    use crate::nn::kernel::attention::Attention;
    use crate::nn::ops::attention::AttentionOp;
    use dfdx::tensor::{Merge, PutTape, SplitTape};
    for causal in [false, true] {
        let shape = Attention { steps: 3, heads: 2, width: 2, causal };
        let case = Case { columns: 12, weights: vec![vec![4, 4], vec![4, 4]] };
        let fused = case.fused(|pass, x, w| {
            let linear = Activation::Linear;
            let keys = Cpu::dense(pass, x, &w[0], None, linear).unwrap();
            let values = Cpu::dense(pass, x, &w[1], None, linear).unwrap();
            Cpu::attention(pass, [x, &keys, &values], shape).unwrap().output
        });
        let composed = case.composed(|x, w| {
            let (x, one) = super::fork(x);
            let (x, two) = super::fork(x);
            let (keys, of_keys) = dense(one, &w[0], None, Activation::Linear).unwrap().split_tape();
            let (values, of_values) = dense(two, &w[1], None, Activation::Linear).unwrap().split_tape();
            let (x, own) = x.split_tape();
            let x = x.put_tape(of_keys.merge(of_values).merge(own));
            super::sequence::attention(x, &keys, &values, &shape).unwrap().0
        });
        assert_same(&format!("attention, causal: {causal}"), &fused, &composed);
    }
}

#[test]
fn recurrent_layers_are_the_same_composed() {
    for cell in [Cell::Simple(Squash::Tanh), Cell::Simple(Squash::Relu), Cell::Lstm, Cell::Gru] {
        for (return_sequences, go_backwards, reverse_output, truncate_steps) in [
            (false, false, false, 0),
            (true, true, false, 0),
            (true, true, true, 0),
            (true, false, false, 2),
            (false, false, false, 3),
        ] {
            let shape = Recurrence {
                cell,
                steps: 4,
                features: 2,
                units: 3,
                return_sequences,
                go_backwards,
                reverse_output,
                truncate_steps,
            };
            let width = cell.gates() * 3;
            let bias = if cell == Cell::Gru { vec![2, width] } else { vec![width] };
            let case = Case { columns: 8, weights: vec![vec![2, width], vec![3, width], bias] };
            let fused = case.fused(|pass, x, w| {
                let weights = RecurrentWeights { kernel: &w[0], recurrent_kernel: &w[1], bias: &w[2] };
                Cpu::recurrent(pass, x, weights, &shape, None).unwrap().0
            });
            let composed = case.composed(|x, w| {
                let device = Cpu::default();
                let zeros = || device.tensor_from_vec(vec![0.0; ROWS * 3], (ROWS, 3));
                let weights = Weights { kernel: &w[0], recurrent_kernel: &w[1], bias: &w[2] };
                let memory = (cell == Cell::Lstm).then(zeros);
                recurrent::recurrent(x, &weights, &shape, zeros(), memory).unwrap().0
            });
            assert_same(&format!("{shape:?}"), &fused, &composed);
        }
    }
}

#[test]
fn two_activations_are_joined_the_same_composed() {
    use crate::nn::ops::join::JoinOp;
    // Both halves come from one input, so that both get gradients.
    let case = Case { columns: 8, weights: vec![] };
    let fused = case.fused(|pass, x, _| {
        let other = Cpu::activate(pass, x, 8, Activation::Tanh).unwrap();
        let sum = Cpu::add(pass, x, &other).unwrap();
        Cpu::concatenate(pass, &[(&sum, 2), (&other, 2)]).unwrap()
    });
    let composed = case.composed(|x, _| {
        use dfdx::tensor::{PutTape, SplitTape};
        use dfdx::tensor_ops::TryAdd;
        let (x, other) = super::fork(x);
        let (other, tape) = activation::apply(other, 8, Activation::Tanh).unwrap().split_tape();
        let (x, own) = x.split_tape();
        let tape = dfdx::tensor::Merge::merge(tape, own);
        let sum = x.put_tape(tape).try_add(other.clone()).unwrap();
        super::join::side_by_side(sum, &other, 2).unwrap()
    });
    assert_same("join", &fused, &composed);
}
