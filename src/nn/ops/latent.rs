//! Draws a code from normal distributions that a network gives, with their divergence from the prior (Kingma & Welling
//! 2014).

use std::sync::Arc;

use dfdx::tensor::Cpu;

use super::dense::output;
use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::random::normals;
use crate::nn::value::Value;

/// The random draws of generators and variational autoencoders.
pub trait LatentOp: Device {
    /// Standard normal numbers, `[rows, width]`, drawn with `seed`.
    ///
    /// # Errors
    /// When the device fails.
    fn normal_noise(device: &Self, rows: usize, width: usize, seed: u64) -> Result<Var<Self>, Error>;

    /// Draws `mean + exp(log variance / 2) * e` from rows of means and log variances side by side: `[rows, 2 * n]` to
    /// `[rows, n]`; `e` is standard normal, drawn with `seed`. Also returns the mean over rows of the divergence from
    /// the standard normal distribution, `sum (mean^2 + variance - log variance - 1) / 2`, each row's times its weight; no
    /// weights: all are 1. The divergence times `kl_weight` is part of the loss: its gradient is added to that of the means and
    /// log variances.
    ///
    /// # Errors
    /// When the number of columns is odd, the weights do not fit the rows, or the device fails.
    fn draw_code(
        pass: &mut Pass<Self>,
        parameters: &Var<Self>,
        kl_weight: f32,
        weights: &[f32],
        seed: u64,
    ) -> Result<(Var<Self>, Value<Self>), Error>;
}

/// Whether rows can be means and log variances side by side, and the weights are one for each row.
pub(in crate::nn) fn check<D: Device>(parameters: &Var<D>, weights: &[f32]) -> Result<(), Error> {
    let (rows, columns) = (parameters.rows, parameters.columns);
    if !columns.is_multiple_of(2) {
        return Err(Error::Weights(format!(
            "{columns} numbers are not means and log variances side by side"
        )));
    }
    if !weights.is_empty() && weights.len() != rows {
        return Err(Error::Weights(format!("{} weights of samples do not fit {rows} codes", weights.len())));
    }
    Ok(())
}

/// The weight of a row; 1 where there are none.
fn weight_of(weights: &[f32], row: usize) -> f32 {
    weights.get(row).copied().unwrap_or(1.0)
}

impl LatentOp for Cpu {
    fn normal_noise(device: &Cpu, rows: usize, width: usize, seed: u64) -> Result<Var<Cpu>, Error> {
        let mut noise = Buffer::scratch(rows * width);
        normals(&mut noise, seed);
        Var::new(device, noise, rows, width, false)
    }

    fn draw_code(
        pass: &mut Pass<Cpu>,
        parameters: &Var<Cpu>,
        kl_weight: f32,
        weights: &[f32],
        seed: u64,
    ) -> Result<(Var<Cpu>, Value<Cpu>), Error> {
        check(parameters, weights)?;
        let (rows, width) = (parameters.rows, parameters.columns / 2);
        let mut noise = Buffer::scratch(rows * width);
        normals(&mut noise, seed);
        let mut code = Buffer::scratch(rows * width);
        let mut divergence = 0.0;
        let split = move |row: &[f32], i: usize| (row[i], row[width + i]);
        for (place, row) in parameters.values.chunks_exact(2 * width).enumerate() {
            let weight = f64::from(weight_of(weights, place));
            for i in 0..width {
                let ((mean, log_variance), at) = (split(row, i), place * width + i);
                code[at] = mean + (0.5 * log_variance).exp() * noise[at];
                let (m, lv) = (f64::from(mean), f64::from(log_variance));
                divergence += weight * (0.5 * (m * m + lv.exp() - lv - 1.0));
            }
        }
        let code = output(pass, Arc::new(code), [rows, width], parameters.wants_gradient)?;
        if parameters.wants_gradient {
            let (node, from, values) =
                (code.node.clone(), parameters.node.clone(), parameters.values.clone());
            let (scale, weights) = (kl_weight / rows.max(1) as f32, weights.to_vec());
            pass.record(move |grads| {
                let upstream = take_gradient(grads, &node).unwrap_or_else(|| Buffer::zeroed(rows * width));
                let mut gradient = Buffer::scratch(rows * 2 * width);
                for (place, row) in gradient.chunks_exact_mut(2 * width).enumerate() {
                    let scale = scale * weight_of(&weights, place);
                    for i in 0..width {
                        let (mean, log_variance) = split(&values[place * 2 * width..], i);
                        let at = place * width + i;
                        row[i] = upstream[at] + scale * mean;
                        row[width + i] = 0.5
                            * (upstream[at] * noise[at] * (0.5 * log_variance).exp()
                                + scale * (log_variance.exp() - 1.0));
                    }
                }
                add_gradient(grads, &from, gradient)
            });
        }
        Ok((code, Value::Known(divergence / rows.max(1) as f64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;
    use crate::nn::loss::{Form, LossOp};
    use crate::preset::{Loss, LossOptions};

    /// The squared error of the code against zero plus the weighted divergence, and the gradient of means and log
    /// variances.
    fn loss(parameters: &[f32], weight: f32, of_rows: &[f32]) -> (f64, Vec<f32>) {
        let device = Cpu::default();
        let mut pass = Pass::training(&device, 1);
        let input = Var::new(&device, Buffer::copy_of(parameters), 2, 6, true).unwrap();
        let (code, divergence) = Cpu::draw_code(&mut pass, &input, weight, of_rows, 9).unwrap();
        let (targets, options) = (Targets::Values(vec![0.5; 6]), LossOptions::default());
        let loss =
            Cpu::loss(&mut pass, &code, 3, &targets, of_rows, Loss::MeanSquaredError, &options, Form::Output)
                .unwrap();
        let value = loss.value.read().unwrap() + f64::from(weight) * divergence.read().unwrap();
        let mut gradients = pass.backward(loss).unwrap();
        (value, take_gradient(&mut gradients, &input.node).unwrap().into_vec())
    }

    #[test]
    fn the_gradient_equals_differences_of_the_loss() {
        let parameters = [0.3, -1.2, 0.7, 0.1, -0.5, 0.4, 1.5, 0.0, -0.3, -1.0, 0.6, 0.2];
        for weights in [&[][..], &[0.5, 2.0]] {
            let (_, gradient) = loss(&parameters, 0.7, weights);
            for i in 0..parameters.len() {
                let moved = |by: f32| {
                    let mut p = parameters;
                    p[i] += by;
                    loss(&p, 0.7, weights).0
                };
                let (difference, own) = ((moved(1e-2) - moved(-1e-2)) / 2e-2, f64::from(gradient[i]));
                assert!((difference - own).abs() < 2e-3, "{i}: {difference} {own}");
            }
        }
    }

    #[test]
    fn weights_of_one_change_no_bit_and_a_row_without_weight_teaches_nothing() {
        let parameters = [0.3, -1.2, 0.7, 0.1, -0.5, 0.4, 1.5, 0.0, -0.3, -1.0, 0.6, 0.2];
        assert_eq!(loss(&parameters, 0.7, &[1.0, 1.0]), loss(&parameters, 0.7, &[]));
        let (_, gradient) = loss(&parameters, 0.7, &[1.0, 0.0]);
        assert!(gradient[6..].iter().all(|x| *x == 0.0) && gradient[..6].iter().all(|x| *x != 0.0));
        let device = Cpu::default();
        let input = Var::new(&device, Buffer::copy_of(&parameters), 2, 6, true).unwrap();
        let refused = Cpu::draw_code(&mut Pass::training(&device, 1), &input, 1.0, &[1.0; 3], 9);
        assert!(refused.err().unwrap().to_string().contains("3 weights of samples do not fit 2 codes"));
    }

    #[test]
    fn the_divergence_is_zero_for_the_prior_and_that_of_normal_distributions_elsewhere() {
        let device = Cpu::default();
        let divergence = |numbers: [f32; 4]| {
            let input = Var::new(&device, numbers.to_vec().into(), 1, 4, false).unwrap();
            Cpu::draw_code(&mut Pass::inference(&device), &input, 1.0, &[], 1).unwrap().1.read().unwrap()
        };
        assert_eq!(divergence([0.0; 4]), 0.0);
        // KL(N(1, 4) || N(0, 1)) = (1 + 4 - ln 4 - 1) / 2
        let expected = (4.0 - 4_f64.ln()) / 2.0;
        assert!((divergence([1.0, 0.0, 4_f32.ln(), 0.0]) - expected).abs() < 1e-6);
    }
}
