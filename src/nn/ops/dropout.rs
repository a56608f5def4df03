//! Dropout (Srivastava et al. 2014), inverted: kept numbers are scaled up by `1 / (1 - rate)`.

use dfdx::tensor::Cpu;

use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::dropout::mask;
use crate::nn::profile::span;

/// Dropout.
pub trait DropoutOp: Device {
    /// Zeroes each number with probability `rate` in training and scales up the rest; the identity otherwise.
    ///
    /// # Errors
    /// When the device fails.
    fn dropout(pass: &mut Pass<Self>, x: &Var<Self>, rate: f32) -> Result<Var<Self>, Error>;
}

impl DropoutOp for Cpu {
    fn dropout(pass: &mut Pass<Cpu>, x: &Var<Cpu>, rate: f32) -> Result<Var<Cpu>, Error> {
        if !pass.training || rate <= 0.0 {
            return Ok(x.clone());
        }
        let _span = span("dropout forward", 0);
        let seed = pass.next_seed();
        let mut y = Buffer::copy_of(&x.values);
        mask(&mut y, seed, rate);
        let y = Var::new(&pass.device, y, x.rows, x.columns, x.wants_gradient)?;
        if x.wants_gradient {
            let (node, x_node) = (y.node.clone(), x.node.clone());
            pass.record(move |grads| {
                let Some(mut g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("dropout backward", 0);
                mask(&mut g, seed, rate);
                add_gradient(grads, &x_node, g)
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
        fn dropout_multiplies_by_its_mask_there_and_back(
            (rows, columns, rate, seed) in (1_usize..6, 1_usize..50, 0.05_f32..1.0, 0_u64..999),
        ) {
            let device = Cpu::default();
            let ones = batch(&vec![1.0; rows * columns], rows);
            let mask = Cpu::dropout(&mut Pass::training(&device, seed), &ones, rate).unwrap().to_vec().unwrap();
            let list = numbers(rows * columns, seed);
            let x = batch(&list, rows);
            let mut pass = Pass::training(&device, seed);
            let y = Cpu::dropout(&mut pass, &x, rate).unwrap();
            check(pass, &y, &[(&x.node, &list)], 1e-5, |lists| {
                lists[0].iter().zip(&mask).map(|(x, &mask)| x * f64::from(mask)).collect()
            })?;
        }
    }

    #[test]
    fn dropout_zeroes_its_share_and_keeps_the_mean() {
        let device = Cpu::default();
        let x = Var::new(&device, vec![1.0; 20_000].into(), 100, 200, false).unwrap();
        let y = Cpu::dropout(&mut Pass::training(&device, 3), &x, 0.3).unwrap().to_vec().unwrap();
        let dropped = y.iter().filter(|y| **y == 0.0).count() as f32 / 20_000.0;
        assert!((dropped - 0.3).abs() < 0.015, "{dropped}");
        assert!(y.iter().all(|y| *y == 0.0 || (*y - 1.0 / 0.7).abs() < 1e-6));
        assert_eq!(Cpu::dropout(&mut Pass::inference(&device), &x, 0.3).unwrap().values, x.values);
    }
}
