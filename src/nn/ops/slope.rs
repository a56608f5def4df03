//! A slope where the input is negative: fixed (LeakyReLU), or learned (PReLU).

use dfdx::tensor::Cpu;

use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::elementwise::sum_rows;
use crate::nn::profile::span;

/// Slopes of negative inputs.
pub trait SlopeOp: Device {
    /// x where x > 0, else `slope * x`; `x` is `[rows, n * slopes]`, and number `i` of a row has the slope `i` modulo their count.
    ///
    /// # Errors
    /// When `x` does not divide into vectors of as many numbers as there are slopes, or the device fails.
    fn slope(pass: &mut Pass<Self>, x: &Var<Self>, slopes: &Param<Self>) -> Result<Var<Self>, Error>;
}

impl SlopeOp for Cpu {
    fn slope(pass: &mut Pass<Cpu>, x: &Var<Cpu>, slopes: &Param<Cpu>) -> Result<Var<Cpu>, Error> {
        let width = slopes.len();
        super::dense::check(x.columns, width)?;
        let _span = span("slope forward", 0);
        let mut y = Buffer::copy_of(&x.values);
        for vector in y.chunks_exact_mut(width) {
            for (y, slope) in vector.iter_mut().zip(slopes.values.iter()) {
                *y = if *y < 0.0 { slope * *y } else { *y };
            }
        }
        let wants = x.wants_gradient || slopes.trainable;
        let y = Var::new(&pass.device, y, x.rows, x.columns, wants)?;
        if wants && pass.records() {
            let node = y.node.clone();
            let x_node = x.wants_gradient.then(|| x.node.clone());
            let slopes_node = slopes.trainable.then(|| slopes.node.clone());
            let (x, slopes) = (x.values.clone(), slopes.values.clone());
            pass.record(move |grads| {
                let Some(mut g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("slope backward", 0);
                if let Some(node) = &slopes_node {
                    let mut terms = Buffer::scratch(g.len());
                    for (term, (x, g)) in terms.iter_mut().zip(x.iter().zip(g.iter())) {
                        *term = if *x < 0.0 { x * g } else { 0.0 };
                    }
                    let mut sums = Buffer::zeroed(width);
                    sum_rows(&terms, width, &mut sums);
                    add_gradient(grads, node, sums)?;
                }
                let Some(node) = &x_node else { return Ok(()) };
                for (g, x) in g.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
                    for ((g, x), slope) in g.iter_mut().zip(x).zip(slopes.iter()) {
                        *g = if *x > 0.0 { *g } else { slope * *g };
                    }
                }
                add_gradient(grads, node, g)
            });
        }
        Ok(y)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::nn::ops::differences::{batch, check, numbers};

    proptest! {
        #[test]
        fn slopes_equal_their_definition_and_central_differences(
            (rows, steps, width, seed) in (1_usize..6, 1_usize..5, 1_usize..20, 0_u64..999),
        ) {
            // Away from 0, where there is no slope.
            let list: Vec<f32> = numbers(rows * steps * width, seed).iter().map(|x| x + 0.1 * x.signum()).collect();
            let slopes = Param::new(&Cpu::default(), "alpha", &[1, width], numbers(width, seed + 1)).unwrap();
            let x = batch(&list, rows);
            let mut pass = Pass::training(&Cpu::default(), 0);
            let y = Cpu::slope(&mut pass, &x, &slopes).unwrap();
            check(pass, &y, &[(&x.node, &list), (&slopes.node, &slopes.values)], 1e-5, |lists| {
                let number = |(place, x): (usize, &f64)| if *x > 0.0 { *x } else { lists[1][place % width] * x };
                lists[0].iter().enumerate().map(number).collect()
            })?;
        }
    }

    #[test]
    fn nan_stays_and_infinity_has_its_sign() {
        let device = Cpu::default();
        let slopes = Param::new(&device, "alpha", &[1], vec![0.5]).unwrap();
        let x =
            Var::new(&device, vec![f32::NAN, f32::NEG_INFINITY, f32::INFINITY].into(), 1, 3, false).unwrap();
        let y = Cpu::slope(&mut Pass::inference(&device), &x, &slopes).unwrap().to_vec().unwrap();
        assert!(y[0].is_nan() && y[1] == f32::NEG_INFINITY && y[2] == f32::INFINITY, "{y:?}");
    }
}
