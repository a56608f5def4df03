//! Joins two activations: side by side, or as their sum.

use dfdx::tensor::Cpu;

use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::profile::span;

/// Joining two activations into one.
pub trait JoinOp: Device {
    /// Joins `a` and `b`, both `[rows, steps * width]`, along the last axis: `[rows, steps * 2 width]`, with `a`'s
    /// numbers first at every step.
    ///
    /// # Errors
    /// When the two have different shapes or do not divide into vectors of `width`, or the device fails.
    fn side_by_side(
        pass: &mut Pass<Self>,
        a: &Var<Self>,
        b: &Var<Self>,
        width: usize,
    ) -> Result<Var<Self>, Error>;

    /// `a + b`.
    ///
    /// # Errors
    /// When the two have different shapes, or the device fails.
    fn add(pass: &mut Pass<Self>, a: &Var<Self>, b: &Var<Self>) -> Result<Var<Self>, Error>;
}

pub(in crate::nn) fn check<D: Device>(a: &Var<D>, b: &Var<D>) -> Result<(), Error> {
    if (a.rows, a.columns) != (b.rows, b.columns) {
        let shapes = [(a.rows, a.columns), (b.rows, b.columns)];
        return Err(Error::Weights(format!("{shapes:?}: two activations of different shapes")));
    }
    Ok(())
}

pub(in crate::nn) fn check_width<D: Device>(a: &Var<D>, width: usize) -> Result<(), Error> {
    if width == 0 || !a.columns.is_multiple_of(width) {
        let columns = a.columns;
        return Err(Error::Weights(format!("{columns} features do not divide into vectors of {width}")));
    }
    Ok(())
}

impl JoinOp for Cpu {
    fn side_by_side(
        pass: &mut Pass<Cpu>,
        a: &Var<Cpu>,
        b: &Var<Cpu>,
        width: usize,
    ) -> Result<Var<Cpu>, Error> {
        check(a, b)?;
        check_width(a, width)?;
        let _span = span("join forward", 0);
        let mut y = Buffer::scratch(2 * a.values.len());
        for ((y, a), b) in
            y.chunks_exact_mut(2 * width).zip(a.values.chunks_exact(width)).zip(b.values.chunks_exact(width))
        {
            y[..width].copy_from_slice(a);
            y[width..].copy_from_slice(b);
        }
        let wants = a.wants_gradient || b.wants_gradient;
        let y = Var::new(&pass.device, y, a.rows, 2 * a.columns, wants)?;
        if wants {
            let node = y.node.clone();
            let parts = [a, b].map(|x| (x.node.clone(), x.wants_gradient));
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("join backward", 0);
                for (place, (node, wants)) in parts.iter().enumerate() {
                    if !wants {
                        continue;
                    }
                    let mut part = Buffer::scratch(g.len() / 2);
                    for (part, g) in part.chunks_exact_mut(width).zip(g.chunks_exact(2 * width)) {
                        part.copy_from_slice(&g[place * width..][..width]);
                    }
                    add_gradient(grads, node, part)?;
                }
                Ok(())
            });
        }
        Ok(y)
    }

    fn add(pass: &mut Pass<Cpu>, a: &Var<Cpu>, b: &Var<Cpu>) -> Result<Var<Cpu>, Error> {
        check(a, b)?;
        let _span = span("add forward", 0);
        let mut y = Buffer::copy_of(&a.values);
        y.iter_mut().zip(b.values.iter()).for_each(|(y, b)| *y += b);
        let wants = a.wants_gradient || b.wants_gradient;
        let y = Var::new(&pass.device, y, a.rows, a.columns, wants)?;
        if wants {
            let node = y.node.clone();
            let parts = [a, b].map(|x| (x.node.clone(), x.wants_gradient));
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("add backward", 0);
                match &parts {
                    [(a, true), (b, true)] => {
                        add_gradient(grads, a, g.clone())?;
                        add_gradient(grads, b, g)
                    }
                    [(a, true), _] => add_gradient(grads, a, g),
                    [_, (b, _)] => add_gradient(grads, b, g),
                }
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
        fn joined_activations_equal_their_definition_and_central_differences(
            (rows, steps, width, seed) in (1_usize..6, 1_usize..5, 1_usize..20, 0_u64..999),
        ) {
            let lists = [0, 1].map(|list| numbers(rows * steps * width, seed + list));
            let [a, b] = [0, 1].map(|list: usize| batch(&lists[list], rows));
            let nodes = [(&a.node, &lists[0][..]), (&b.node, &lists[1][..])];
            let mut pass = Pass::training(&Cpu::default(), 0);
            let y = Cpu::side_by_side(&mut pass, &a, &b, width).unwrap();
            check(pass, &y, &nodes, 1e-5, |lists| {
                let pairs = lists[0].chunks(width).zip(lists[1].chunks(width));
                pairs.flat_map(|(a, b)| [a, b].concat()).collect()
            })?;
            let mut pass = Pass::training(&Cpu::default(), 0);
            let y = Cpu::add(&mut pass, &a, &b).unwrap();
            check(pass, &y, &nodes, 1e-5, |lists| lists[0].iter().zip(&lists[1]).map(|(a, b)| a + b).collect())?;
        }
    }
}
