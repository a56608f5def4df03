//! Ops against their definitions in double precision: values, and gradients by central differences.

use dfdx::tensor::Cpu;
use proptest::prelude::*;

use crate::nn::device::Node;
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Scalar, Var};

/// Numbers in [-1, 1), the same for the same seed.
pub fn numbers(count: usize, seed: u64) -> Vec<f32> {
    use rand::{Rng, SeedableRng};
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| rng.r#gen::<f32>() * 2.0 - 1.0).collect()
}

/// A batch of activations whose gradient is computed.
pub fn batch(numbers: &[f32], rows: usize) -> Var<Cpu> {
    Var::new(&Cpu::default(), numbers.to_vec().into(), rows, numbers.len() / rows, true).unwrap()
}

/// Compares `output`, an op's result on `lists`, with what `definition` computes from them, and the gradient of each
/// list's node with the central differences of a weighted sum of the results. `slack` is the error allowed, relative
/// to a size of 1 at least.
pub fn check(
    mut pass: Pass<Cpu>,
    output: &Var<Cpu>,
    lists: &[(&Node<Cpu>, &[f32])],
    slack: f64,
    definition: impl Fn(&[Vec<f64>]) -> Vec<f64>,
) -> Result<(), TestCaseError> {
    let weights = numbers(output.values.len(), 77);
    let (node, upstream) = (output.node.clone(), weights.clone());
    pass.record(move |grads| add_gradient(grads, &node, upstream.into()));
    let scalar = Scalar::new(&pass.device, 0.0).unwrap();
    let mut grads = pass.backward(scalar).unwrap();

    let mut at: Vec<Vec<f64>> =
        lists.iter().map(|(_, list)| list.iter().map(|&x| f64::from(x)).collect()).collect();
    let expected = definition(&at);
    prop_assert_eq!(output.values.len(), expected.len());
    for (place, (&ours, theirs)) in output.values.iter().zip(&expected).enumerate() {
        let off = (f64::from(ours) - theirs).abs();
        prop_assert!(off <= slack * theirs.abs().max(1.0), "value {place}: {ours} is not {theirs}");
    }
    let sum = |at: &[Vec<f64>]| -> f64 {
        definition(at).iter().zip(&weights).map(|(y, &weight)| y * f64::from(weight)).sum()
    };
    for (list, (node, _)) in lists.iter().enumerate() {
        let Some(gradient) = take_gradient(&mut grads, node) else {
            return Err(TestCaseError::fail(format!("list {list} got no gradient")));
        };
        prop_assert_eq!(gradient.len(), at[list].len());
        // About thirty numbers of each list, to keep the test short.
        for i in (0..gradient.len()).step_by(gradient.len().div_ceil(30)) {
            const STEP: f64 = 1e-6;
            let middle = at[list][i];
            at[list][i] = middle + STEP;
            let above = sum(&at);
            at[list][i] = middle - STEP;
            let slope = (above - sum(&at)) / (2.0 * STEP);
            at[list][i] = middle;
            let off = (f64::from(gradient[i]) - slope).abs();
            prop_assert!(off <= slack * slope.abs().max(1.0), "list {list}, {i}: {} {slope}", gradient[i]);
        }
    }
    Ok(())
}
