use proptest::prelude::*;

use super::*;
use crate::nn::graph::Scalar;

const ACTIVATIONS: [Activation; 10] = [
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

/// Numbers in [-1, 1), the same for the same seed.
fn numbers(count: usize, seed: u64) -> Vec<f32> {
    use rand::{Rng, SeedableRng};
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| rng.r#gen::<f32>() * 2.0 - 1.0).collect()
}

/// A weighted sum of the layer's outputs, by its definition in double precision.
fn by_definition(
    x: &[f64],
    w: &[f64],
    b: &[f64],
    weights: &[f32],
    units: usize,
    activation: Activation,
) -> f64 {
    let inputs = w.len() / units;
    let mut total = 0.0;
    for (x, weights) in x.chunks(inputs).zip(weights.chunks(units)) {
        let z: Vec<f64> =
            (0..units).map(|j| b[j] + (0..inputs).map(|i| x[i] * w[i * units + j]).sum::<f64>()).collect();
        let sum: f64 = z.iter().map(|z| z.exp()).sum();
        for (&z, &weight) in z.iter().zip(weights) {
            let y = match activation {
                Activation::Linear => z,
                Activation::Sigmoid => 1.0 / (1.0 + (-z).exp()),
                Activation::Relu => z.max(0.0),
                Activation::Tanh => z.tanh(),
                Activation::Softmax => z.exp() / sum,
                Activation::LeakyRelu => z.max(0.2 * z),
                Activation::Elu => {
                    if z > 0.0 {
                        z
                    } else {
                        z.exp_m1()
                    }
                }
                Activation::Gelu => z * phi(z),
                Activation::Silu => z / (1.0 + (-z).exp()),
                Activation::Softplus => z.exp().ln_1p(),
            };
            total += y * f64::from(weight);
        }
    }
    total
}

/// The standard normal distribution function, by Simpson's rule from 0.
fn phi(z: f64) -> f64 {
    let density = |t: f64| (-0.5 * t * t).exp() / std::f64::consts::TAU.sqrt();
    let h = z / 200.0;
    let inner: f64 = (1..200).map(|i| if i % 2 == 1 { 4.0 } else { 2.0 } * density(i as f64 * h)).sum();
    0.5 + h / 3.0 * (density(0.0) + inner + density(z))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn dense_gradients_equal_central_differences(
        rows in 1_usize..6, inputs in 1_usize..7, units in 1_usize..6, which in 0_usize..10, seed in 0_u64..1000,
    ) {
        let activation = ACTIVATIONS[which];
        let device = Cpu::default();
        let lists = [numbers(rows * inputs, seed), numbers(inputs * units, seed + 1), numbers(units, seed + 2)];
        let weights = numbers(rows * units, seed + 3);
        let x = Var::new(&device, lists[0].clone().into(), rows, inputs, true).unwrap();
        let kernel = Param::new(&device, "kernel", &[inputs, units], lists[1].clone()).unwrap();
        let bias = Param::new(&device, "bias", &[units], lists[2].clone()).unwrap();
        let mut pass = Pass::training(&device, 0);
        let y = Cpu::dense(&mut pass, &x, &kernel, Some(&bias), activation).unwrap();
        let value: f32 = y.values.iter().zip(&weights).map(|(y, w)| y * w).sum();
        let scalar = Scalar::new(&device, value).unwrap();
        let (node, seed_gradient) = (y.node.clone(), weights.clone());
        pass.record(move |grads| add_gradient(grads, &node, seed_gradient.into()));
        let mut grads = pass.backward(scalar).unwrap();
        let mut doubles = lists.map(|list| list.into_iter().map(f64::from).collect::<Vec<_>>());
        let f = |l: &[Vec<f64>; 3]| by_definition(&l[0], &l[1], &l[2], &weights, units, activation);
        prop_assert!((f(&doubles) - f64::from(value)).abs() < 1e-5);
        for (list, node) in [&x.node, &kernel.node, &bias.node].into_iter().enumerate() {
            let gradient = take_gradient(&mut grads, node).unwrap();
            for i in 0..gradient.len() {
                let at = doubles[list][i];
                doubles[list][i] = at + 1e-6;
                let above = f(&doubles);
                doubles[list][i] = at - 1e-6;
                let expected = (above - f(&doubles)) / 2e-6;
                doubles[list][i] = at;
                prop_assert!((f64::from(gradient[i]) - expected).abs() < 2e-5, "{activation:?} {list} {i}");
            }
        }
    }
}
