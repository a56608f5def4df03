//! Learned vectors: one for each token, and one for each place in a sequence.

use dfdx::tensor::Cpu;

use crate::nn::buffer::{Buffer, Recycled};
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::elementwise::sum_rows;
use crate::nn::kernel::embedding::{gather, scatter_add};
use crate::nn::kernel::sums::add_to_rows;
use crate::nn::profile::span;

/// Learned vectors.
pub trait EmbeddingOp: Device {
    /// Looks up a row of `table`, `[tokens, width]`, for each number in `tokens`, `[rows, steps]`:
    /// `[rows, steps * width]`. No gradient flows into the token numbers.
    ///
    /// # Errors
    /// When a number does not name a row, or the device fails.
    fn embed(pass: &mut Pass<Self>, tokens: &Var<Self>, table: &Param<Self>) -> Result<Var<Self>, Error>;

    /// Adds `table`, `[steps, width]`, to every sample of `x`, `[rows, steps * width]`.
    ///
    /// # Errors
    /// When the sizes of `x` and `table` do not match, or the device fails.
    fn add_positions(pass: &mut Pass<Self>, x: &Var<Self>, table: &Param<Self>) -> Result<Var<Self>, Error>;
}

/// The refusal of a number at a place of a batch of samples of `steps` numbers each.
pub(in crate::nn) fn not_a_token(number: f32, place: usize, steps: usize, count: usize) -> Error {
    let (sample, step) = (place / steps, place % steps);
    Error::Input(format!(
        "{number} at step {step} of sample {sample} of the batch is not a token: Embedding has input_dim {count}"
    ))
}

/// Whether a table of positions fits the samples.
pub(in crate::nn) fn check_positions<D: Device>(x: &Var<D>, table: &Param<D>) -> Result<(), Error> {
    if x.columns == table.len() {
        return Ok(());
    }
    Err(Error::Weights(format!("positions {:?} for {} numbers", table.shape, x.columns)))
}

/// Converts numbers to tokens below `count`.
pub(in crate::nn) fn tokens(numbers: &[f32], count: usize, steps: usize) -> Result<Recycled<u32>, Error> {
    // Single precision holds every token number of a vocabulary exactly.
    let is_token = |x: f32| x >= 0.0 && x < count as f32 && x.fract() == 0.0;
    if let Some(place) = numbers.iter().position(|&x| !is_token(x)) {
        return Err(not_a_token(numbers[place], place, steps, count));
    }
    Ok(numbers.iter().map(|&x| x as u32).collect())
}

impl EmbeddingOp for Cpu {
    fn embed(pass: &mut Pass<Cpu>, x: &Var<Cpu>, table: &Param<Cpu>) -> Result<Var<Cpu>, Error> {
        let [count, width] = table.shape[..] else {
            return Err(Error::Weights(format!("an embedding of shape {:?}", table.shape)));
        };
        let _span = span("embedding forward", 0);
        let tokens = tokens(&x.values, count, x.columns)?;
        let y = gather(&table.values, width, &tokens);
        let y = Var::new(&pass.device, y, x.rows, x.columns * width, table.trainable)?;
        if table.trainable {
            let (node, table) = (y.node.clone(), table.node.clone());
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("embedding backward", 0);
                add_gradient(grads, &table, scatter_add(&g, width, &tokens, count))
            });
        }
        Ok(y)
    }

    fn add_positions(pass: &mut Pass<Cpu>, x: &Var<Cpu>, table: &Param<Cpu>) -> Result<Var<Cpu>, Error> {
        check_positions(x, table)?;
        let _span = span("positions forward", 0);
        let columns = x.columns;
        let mut y = Buffer::copy_of(&x.values);
        add_to_rows(&mut y, &table.values);
        let wants = x.wants_gradient || table.trainable;
        let y = Var::new(&pass.device, y, x.rows, columns, wants)?;
        if wants {
            let (node, x_node, wants_x) = (y.node.clone(), x.node.clone(), x.wants_gradient);
            let table = table.trainable.then(|| table.node.clone());
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("positions backward", 0);
                if let Some(table) = &table {
                    let mut sum = Buffer::scratch(columns);
                    sum_rows(&g, columns, &mut sum);
                    add_gradient(grads, table, sum)?;
                }
                if wants_x {
                    add_gradient(grads, &x_node, g)?;
                }
                Ok(())
            });
        }
        Ok(y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_token_is_an_error_that_says_where() {
        let device = Cpu::default();
        let table = Param::new(&device, "embeddings", &[4, 2], vec![0.5; 8]).unwrap();
        let embed = |numbers: &[f32]| {
            let x = Var::new(&device, numbers.to_vec().into(), 2, numbers.len() / 2, false).unwrap();
            Cpu::embed(&mut Pass::inference(&device), &x, &table).map(|y| (y.rows, y.columns))
        };
        assert_eq!(embed(&[0.0, 3.0, 1.0, 2.0]).unwrap(), (2, 4));
        for wrong in [4.0, -1.0, 0.5, f32::NAN, f32::INFINITY, 1e20] {
            let error = embed(&[0.0, 3.0, 1.0, wrong]).unwrap_err();
            assert!(matches!(&error, Error::Input(_)), "{error}");
            assert!(error.to_string().contains("at step 1 of sample 1"), "{error}");
        }
    }
}
