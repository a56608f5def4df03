//! The bias's gradient, and a function that reads the gradient of the output.

use super::sizes::{ConvPool, LANES};
use super::winners::{Bits, Winners};
use crate::vector::{Has, Kernel, Lanes};

/// Adds one image's share to the bias's gradient.
pub(super) struct Bias<'a> {
    pub shape: ConvPool,
    pub gradient: &'a [f32],
    pub winners: &'a [Bits],
    pub bias: &'a mut [f32],
}

impl Kernel for Bias<'_> {
    #[inline(always)]
    fn run<V: Lanes, const WIDE: bool>(self, isa: Has<V>) {
        for (block, strip) in (0..self.shape.blocks())
            .flat_map(|block| (0..LANES).step_by(V::WIDTH).map(move |strip| (block, strip)))
        {
            let mut sum = V::splat(isa, 0.0);
            for cell in 0..self.shape.cells() {
                let [gradient] =
                    strip_of_gradient::<V, 1>(isa, &self.shape, self.gradient, cell, block, strip);
                let won = &self.winners[cell * self.shape.blocks() + block];
                let won = Winners::of(won, self.shape.lanes(block)).of_any();
                sum = V::add(sum, V::select(won >> strip, gradient, V::splat(isa, 0.0)));
            }
            let bias = &mut self.bias[block * LANES + strip..];
            V::add(V::load(isa, bias), sum).store(bias);
        }
    }
}

/// The gradient of the output for a strip of a cell's block; zeros beyond the last filter.
#[inline(always)]
pub(super) fn strip_of_gradient<V: Lanes, const C: usize>(
    isa: Has<V>,
    shape: &ConvPool,
    gradient: &[f32],
    cell: usize,
    block: usize,
    strip: usize,
) -> [V; C] {
    let lanes = shape.lanes(block);
    let row = &gradient[cell * shape.filters + block * LANES..][..lanes];
    let mut line = [0.0; LANES];
    let from = match row.first_chunk::<LANES>() {
        Some(row) => row,
        None => {
            line[..lanes].copy_from_slice(row);
            &line
        }
    };
    let mut registers = [V::splat(isa, 0.0); C];
    for (v, register) in registers.iter_mut().enumerate() {
        *register = V::load(isa, &from[strip + v * V::WIDTH..]);
    }
    registers
}
