//! A part of an axis, and zeros around one: each is the transpose of the other.

use dfdx::tensor::Cpu;

use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::slices::{Slice, cut, put};
use crate::nn::profile::span;

/// Parts of axes.
pub trait SliceOp: Device {
    /// The part of every vector: `[rows, n * total]` to `[rows, n * width]`.
    ///
    /// # Errors
    /// When `x` does not divide into vectors of `total` numbers, the part is not in them, or the device fails.
    fn slice(pass: &mut Pass<Self>, x: &Var<Self>, slice: Slice) -> Result<Var<Self>, Error>;

    /// Every vector with zeros before and behind it: `[rows, n * width]` to `[rows, n * total]`.
    ///
    /// # Errors
    /// When `x` does not divide into vectors of `width` numbers, these do not fit into `total`, or the device fails.
    fn pad(pass: &mut Pass<Self>, x: &Var<Self>, slice: Slice) -> Result<Var<Self>, Error>;
}

/// How many vectors of so many numbers a row of `x` has.
pub(in crate::nn) fn vectors<D: Device>(x: &Var<D>, slice: Slice, of: usize) -> Result<usize, Error> {
    if slice.fits() && x.columns.is_multiple_of(of) {
        return Ok(x.columns / of);
    }
    Err(Error::Weights(format!("{slice:?} does not fit {} columns", x.columns)))
}

/// Records a copy that is linear: `backward` gives the input's gradient, of so many numbers, from the output's.
fn copied(
    pass: &mut Pass<Cpu>,
    x: &Var<Cpu>,
    y: Buffer,
    columns: usize,
    backward: impl FnOnce(&[f32]) -> Buffer + 'static,
) -> Result<Var<Cpu>, Error> {
    let y = Var::new(&pass.device, y, x.rows, columns, x.wants_gradient)?;
    if x.wants_gradient && pass.records() {
        let (node, x_node) = (y.node.clone(), x.node.clone());
        pass.record(move |grads| {
            let Some(g) = take_gradient(grads, &node) else { return Ok(()) };
            let _span = span("slice backward", 0);
            add_gradient(grads, &x_node, backward(&g))
        });
    }
    Ok(y)
}

/// The parts of all vectors.
fn parts(whole: &[f32], slice: Slice) -> Buffer {
    let mut part = Buffer::scratch(whole.len() / slice.total * slice.width);
    cut(&mut part, whole, slice);
    part
}

/// The parts among zeros.
fn padded(part: &[f32], slice: Slice) -> Buffer {
    let mut whole = Buffer::zeroed(part.len() / slice.width * slice.total);
    put(&mut whole, part, slice);
    whole
}

impl SliceOp for Cpu {
    fn slice(pass: &mut Pass<Cpu>, x: &Var<Cpu>, slice: Slice) -> Result<Var<Cpu>, Error> {
        let columns = vectors(x, slice, slice.total)? * slice.width;
        let _span = span("slice forward", 0);
        copied(pass, x, parts(&x.values, slice), columns, move |g| padded(g, slice))
    }

    fn pad(pass: &mut Pass<Cpu>, x: &Var<Cpu>, slice: Slice) -> Result<Var<Cpu>, Error> {
        let columns = vectors(x, slice, slice.width)? * slice.total;
        let _span = span("slice forward", 0);
        copied(pass, x, padded(&x.values, slice), columns, move |g| parts(g, slice))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::nn::ops::differences::{batch, check, numbers};

    proptest! {
        #[test]
        fn slices_and_pads_equal_their_definition_and_central_differences(
            (rows, steps, before, width, behind) in (1_usize..5, 1_usize..5, 0_usize..4, 1_usize..9, 0_usize..4),
            seed in 0_u64..999,
        ) {
            let (from, total) = (before, before + width + behind);
            let slice = Slice { total, from, width };
            let whole = numbers(rows * steps * total, seed);
            let x = batch(&whole, rows);
            let mut pass = Pass::training(&Cpu::default(), 0);
            let y = Cpu::slice(&mut pass, &x, slice).unwrap();
            check(pass, &y, &[(&x.node, &whole)], 1e-5, |lists| {
                lists[0].chunks(total).flat_map(|vector| vector[from..from + width].to_vec()).collect()
            })?;
            let part = numbers(rows * steps * width, seed);
            let x = batch(&part, rows);
            let mut pass = Pass::training(&Cpu::default(), 0);
            let y = Cpu::pad(&mut pass, &x, slice).unwrap();
            check(pass, &y, &[(&x.node, &part)], 1e-5, |lists| {
                let around = |vector: &[f64]| [&vec![0.0; before], vector, &vec![0.0; behind]].concat();
                lists[0].chunks(width).flat_map(around).collect()
            })?;
        }
    }

    #[test]
    fn a_part_that_is_not_there_is_refused() {
        let x = batch(&[0.0; 12], 2);
        let slice = |total, from, width| {
            Cpu::slice(&mut Pass::training(&Cpu::default(), 0), &x, Slice { total, from, width }).is_ok()
        };
        assert!(slice(3, 1, 2) && slice(6, 0, 6));
        assert!(!slice(3, 2, 2) && !slice(4, 0, 1) && !slice(3, 0, 0) && !slice(3, usize::MAX, 2));
    }
}
