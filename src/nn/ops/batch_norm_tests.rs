use proptest::prelude::*;

use super::*;
use crate::nn::ops::differences::{batch, check, numbers};

/// Parameters of a layer: gamma, beta, moving mean, moving variance.
fn layer(features: usize, seed: u64) -> [Param<Cpu>; 4] {
    let device = Cpu::default();
    let param = |name, numbers| Param::new(&device, name, &[features], numbers).unwrap();
    let variance = numbers(features, seed + 4).iter().map(|x| x * x + 0.1).collect();
    [
        param("gamma", numbers(features, seed + 1)),
        param("beta", numbers(features, seed + 2)),
        Param { trainable: false, ..param("moving_mean", numbers(features, seed + 3)) },
        Param { trainable: false, ..param("moving_variance", variance) },
    ]
}

fn forward(pass: &mut Pass<Cpu>, x: &Var<Cpu>, layer: &mut [Param<Cpu>; 4], kind: Activation) -> Var<Cpu> {
    let [gamma, beta, moving_mean, moving_variance] = layer;
    let layer = BatchNorm { gamma, beta, moving_mean, moving_variance, momentum: 0.75, epsilon: 1e-3 };
    Cpu::batch_norm(pass, x, layer, kind).unwrap()
}

/// Mean and biased variance of each feature.
fn statistics(x: &[f64], features: usize) -> Vec<[f64; 2]> {
    let rows = (x.len() / features) as f64;
    let of = |j: usize| {
        let column = || x.iter().skip(j).step_by(features);
        let mean = column().sum::<f64>() / rows;
        [mean, column().map(|x| (x - mean).powi(2)).sum::<f64>() / rows]
    };
    (0..features).map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn gradients_equal_central_differences_in_training_and_evaluation(
        rows in 1_usize..20, pixels in 1_usize..40, features in 1_usize..6, training in any::<bool>(), seed in 0_u64..999,
    ) {
        let device = Cpu::default();
        let mut layer = layer(features, seed);
        let list = numbers(rows * pixels * features, seed);
        let x = batch(&list, rows);
        let mut pass = if training { Pass::training(&device, 0) } else { Pass::probing(&device) };
        let running = [layer[2].values.to_vec(), layer[3].values.to_vec()];
        // Two samples that differ by 1e-3 have slopes of about a thousand; the tolerance does not cover those.
        let slack = if training && rows * pixels < 4 { 2e-2 } else { 1e-4 };
        let y = forward(&mut pass, &x, &mut layer, Activation::Silu);
        let lists =
            [(&x.node, &list[..]), (&layer[0].node, &layer[0].values), (&layer[1].node, &layer[1].values)];
        check(pass, &y, &lists, slack, |lists| {
            let [x, gamma, beta] = lists else { unreachable!() };
            let by = if training {
                statistics(x, features)
            } else {
                (0..features).map(|j| [0, 1].map(|i| f64::from(running[i][j]))).collect()
            };
            let normalised = x.iter().enumerate().map(|(i, x)| {
                let j = i % features;
                let z = (x - by[j][0]) / (by[j][1] + f64::from(1e-3_f32)).sqrt() * gamma[j] + beta[j];
                z / (1.0 + (-z).exp())
            });
            normalised.collect()
        })?;
    }
}

#[test]
fn running_statistics_move_towards_the_batchs_in_training_only() {
    let device = Cpu::default();
    let mut layer = layer(2, 5);
    let before = [layer[2].values.to_vec(), layer[3].values.to_vec()];
    let x = batch(&[1.0, -2.0, 3.0, 2.0, 2.0, 6.0], 3);
    forward(&mut Pass::inference(&device), &x, &mut layer, Activation::Linear);
    assert_eq!(before, [layer[2].values.to_vec(), layer[3].values.to_vec()]);
    forward(&mut Pass::training(&device, 0), &x, &mut layer, Activation::Linear);
    let batch = [[2.0, 2.0], [2.0 / 3.0, 32.0 / 3.0]];
    for statistic in 0..2 {
        for (j, after) in layer[2 + statistic].values.iter().copied().enumerate() {
            let expected = 0.75 * before[statistic][j] + 0.25 * batch[statistic][j];
            assert!((after - expected).abs() < 1e-6, "{after} is not {expected}");
        }
    }
}

#[test]
fn frozen_it_uses_running_statistics_unless_the_pass_is_by_batch() {
    let device = Cpu::default();
    let mut layer = layer(2, 5);
    let x = batch(&[1.0, -2.0, 3.0, 2.0, 2.0, 6.0], 3);
    let free = forward(&mut Pass::training(&device, 0), &x, &mut layer, Activation::Linear).values;
    let running = forward(&mut Pass::inference(&device), &x, &mut layer, Activation::Linear).values;
    layer[..2].iter_mut().for_each(|param| param.trainable = false);
    let before = [layer[2].values.to_vec(), layer[3].values.to_vec()];
    let mut pass = Pass::training(&device, 0);
    assert_eq!(forward(&mut pass, &x, &mut layer, Activation::Linear).values[..], running[..]);
    pass.frozen_by_batch = true;
    assert_eq!(forward(&mut pass, &x, &mut layer, Activation::Linear).values[..], free[..]);
    assert_eq!(before, [layer[2].values.to_vec(), layer[3].values.to_vec()]);
}
