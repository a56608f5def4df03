//! Joins several activations into one: side by side, as their sum, product, mean or dot product.

use dfdx::tensor::Cpu;
use rayon::prelude::*;

use super::dense;
use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::slices::{Slice, cut, put};
use crate::nn::kernel::sums::{add, multiply, scale};
use crate::nn::profile::span;

/// Joining activations into one.
pub trait JoinOp: Device {
    /// Joins activations along the last axis, whose length is given with each: `[rows, steps * width]` of each become
    /// `[rows, steps * (sum of the widths)]`, in their order at every step.
    ///
    /// # Errors
    /// When there are none, they have different rows or steps or do not divide into vectors of their widths, or the device fails.
    fn concatenate(pass: &mut Pass<Self>, parts: &[(&Var<Self>, usize)]) -> Result<Var<Self>, Error>;

    /// `a + b`.
    ///
    /// # Errors
    /// When the two have different shapes, or the device fails.
    fn add(pass: &mut Pass<Self>, a: &Var<Self>, b: &Var<Self>) -> Result<Var<Self>, Error>;

    /// `a * b`, number by number.
    ///
    /// # Errors
    /// When the two have different shapes, or the device fails.
    fn multiply(pass: &mut Pass<Self>, a: &Var<Self>, b: &Var<Self>) -> Result<Var<Self>, Error>;

    /// The dot product of the two vectors of `width` numbers at each place of the last axis: `[rows, steps * width]` of both to
    /// `[rows, steps]`.
    ///
    /// # Errors
    /// When the two have different shapes or do not divide into such vectors, or the device fails.
    fn dot(pass: &mut Pass<Self>, a: &Var<Self>, b: &Var<Self>, width: usize) -> Result<Var<Self>, Error>;

    /// `factor * x`.
    ///
    /// # Errors
    /// When the device fails.
    fn scale(pass: &mut Pass<Self>, x: &Var<Self>, factor: f32) -> Result<Var<Self>, Error>;
}

pub(in crate::nn) fn check<D: Device>(a: &Var<D>, b: &Var<D>) -> Result<(), Error> {
    if (a.rows, a.columns) != (b.rows, b.columns) {
        let shapes = [(a.rows, a.columns), (b.rows, b.columns)];
        return Err(Error::Weights(format!("{shapes:?}: two activations of different shapes")));
    }
    Ok(())
}

/// The part that each activation is of a joined vector, and the rows and columns of all joined.
pub(in crate::nn) fn places<D: Device>(
    parts: &[(&Var<D>, usize)],
) -> Result<(Vec<Slice>, [usize; 2]), Error> {
    let Some((first, width)) = parts.first() else {
        return Err(Error::Weights("no activations to be joined".into()));
    };
    let steps = first.columns / (*width).max(1);
    let total = parts.iter().map(|(_, width)| width).sum();
    let mut places = Vec::with_capacity(parts.len());
    let mut from = 0;
    for (part, width) in parts {
        dense::check(part.columns, *width)?;
        if (part.rows, part.columns / width) != (first.rows, steps) {
            let [own, other] = [part.columns / width, steps];
            return Err(Error::Weights(format!(
                "{} rows of {own} vectors do not stand beside {} rows of {other}",
                part.rows, first.rows
            )));
        }
        places.push(Slice { total, from, width: *width });
        from += width;
    }
    Ok((places, [first.rows, steps * total]))
}

/// Numbers in a piece of work for one thread.
const PIECE: usize = 1 << 14;

/// `a * b`, number by number.
fn product(a: &[f32], b: &[f32]) -> Buffer {
    let mut y = Buffer::copy_of(a);
    y.par_chunks_mut(PIECE).zip(b.par_chunks(PIECE)).for_each(|(y, b)| multiply(y, b));
    y
}

/// Each vector of `width` numbers of `x` times its factor.
fn scaled(x: &[f32], factors: &[f32], width: usize) -> Buffer {
    let mut y = Buffer::copy_of(x);
    let piece = (PIECE / width).max(1);
    y.par_chunks_mut(piece * width).zip(factors.par_chunks(piece)).for_each(|(y, factors)| {
        let vectors = y.chunks_exact_mut(width).zip(factors);
        vectors.for_each(|(y, factor)| scale(y, *factor));
    });
    y
}

impl JoinOp for Cpu {
    fn concatenate(pass: &mut Pass<Cpu>, parts: &[(&Var<Cpu>, usize)]) -> Result<Var<Cpu>, Error> {
        let (places, [rows, columns]) = places(parts)?;
        let _span = span("join forward", 0);
        let mut y = Buffer::scratch(rows * columns);
        for ((part, _), place) in parts.iter().zip(&places) {
            put(&mut y, &part.values, *place);
        }
        let wants = parts.iter().any(|(part, _)| part.wants_gradient);
        let y = Var::new(&pass.device, y, rows, columns, wants)?;
        if wants {
            let node = y.node.clone();
            let wanted = parts.iter().zip(places).filter(|((part, _), _)| part.wants_gradient);
            let parts: Vec<_> =
                wanted.map(|((part, _), place)| (part.node.clone(), part.values.len(), place)).collect();
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("join backward", 0);
                parts.iter().try_for_each(|(node, count, place)| {
                    let mut part = Buffer::scratch(*count);
                    cut(&mut part, &g, *place);
                    add_gradient(grads, node, part)
                })
            });
        }
        Ok(y)
    }

    fn add(pass: &mut Pass<Cpu>, a: &Var<Cpu>, b: &Var<Cpu>) -> Result<Var<Cpu>, Error> {
        check(a, b)?;
        let _span = span("add forward", 0);
        let mut y = Buffer::copy_of(&a.values);
        add(&mut y, &b.values);
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

    fn multiply(pass: &mut Pass<Cpu>, a: &Var<Cpu>, b: &Var<Cpu>) -> Result<Var<Cpu>, Error> {
        check(a, b)?;
        let _span = span("multiply forward", 0);
        let wants = a.wants_gradient || b.wants_gradient;
        let y = Var::new(&pass.device, product(&a.values, &b.values), a.rows, a.columns, wants)?;
        if wants && pass.records() {
            let node = y.node.clone();
            // Each factor's gradient is that of the product times the other factor.
            let factors = [(a, b), (b, a)]
                .map(|(x, other)| x.wants_gradient.then(|| (x.node.clone(), other.values.clone())));
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("multiply backward", 0);
                let mut wanted = factors.iter().flatten();
                wanted.try_for_each(|(node, other)| add_gradient(grads, node, product(&g, other)))
            });
        }
        Ok(y)
    }

    fn dot(pass: &mut Pass<Cpu>, a: &Var<Cpu>, b: &Var<Cpu>, width: usize) -> Result<Var<Cpu>, Error> {
        check(a, b)?;
        dense::check(a.columns, width)?;
        let _span = span("dot forward", 0);
        let mut y = Buffer::scratch(a.values.len() / width);
        let vectors = a.values.chunks_exact(width).zip(b.values.chunks_exact(width));
        for (y, (a, b)) in y.iter_mut().zip(vectors) {
            *y = a.iter().zip(b).map(|(a, b)| a * b).sum();
        }
        let wants = a.wants_gradient || b.wants_gradient;
        let y = Var::new(&pass.device, y, a.rows, a.columns / width, wants)?;
        if wants && pass.records() {
            let node = y.node.clone();
            let factors = [(a, b), (b, a)]
                .map(|(x, other)| x.wants_gradient.then(|| (x.node.clone(), other.values.clone())));
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("dot backward", 0);
                let mut wanted = factors.iter().flatten();
                wanted.try_for_each(|(node, other)| add_gradient(grads, node, scaled(other, &g, width)))
            });
        }
        Ok(y)
    }

    fn scale(pass: &mut Pass<Cpu>, x: &Var<Cpu>, factor: f32) -> Result<Var<Cpu>, Error> {
        let _span = span("scale forward", 0);
        let mut y = Buffer::copy_of(&x.values);
        scale(&mut y, factor);
        let y = Var::new(&pass.device, y, x.rows, x.columns, x.wants_gradient)?;
        if x.wants_gradient {
            let (node, x) = (y.node.clone(), x.node.clone());
            pass.record(move |grads| {
                let Some(mut g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("scale backward", 0);
                scale(&mut g, factor);
                add_gradient(grads, &x, g)
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

    /// The numbers of each list, one vector of its width after the other.
    fn joined(lists: &[Vec<f64>], widths: [usize; 3]) -> Vec<f64> {
        let steps = lists[0].len() / widths[0];
        let at = |step: usize| {
            (0..3).flat_map(move |list| lists[list][step * widths[list]..][..widths[list]].to_vec())
        };
        (0..steps).flat_map(at).collect()
    }

    proptest! {
        #[test]
        fn joined_activations_equal_their_definition_and_central_differences(
            (rows, steps, seed) in (1_usize..6, 1_usize..5, 0_u64..999),
            widths in [1_usize..20, 1_usize..20, 1_usize..5],
        ) {
            let lists = [0, 1, 2].map(|list: usize| numbers(rows * steps * widths[list], seed + list as u64));
            let parts = [0, 1, 2].map(|list: usize| batch(&lists[list], rows));
            let nodes = [0, 1, 2].map(|list: usize| (&parts[list].node, &lists[list][..]));
            let mut pass = Pass::training(&Cpu::default(), 0);
            let given = [0, 1, 2].map(|list: usize| (&parts[list], widths[list]));
            let y = Cpu::concatenate(&mut pass, &given).unwrap();
            check(pass, &y, &nodes, 1e-5, |lists| joined(lists, widths))?;
        }

        #[test]
        fn merged_activations_equal_their_definition_and_central_differences(
            (rows, steps, width, seed) in (1_usize..6, 1_usize..5, 1_usize..20, 0_u64..999),
        ) {
            let lists = [0, 1].map(|list| numbers(rows * steps * width, seed + list));
            let [a, b] = [0, 1].map(|list: usize| batch(&lists[list], rows));
            let nodes = [(&a.node, &lists[0][..]), (&b.node, &lists[1][..])];
            let pass = || Pass::training(&Cpu::default(), 0);
            let both = |lists: &[Vec<f64>], join: fn(f64, f64) -> f64| -> Vec<f64> {
                lists[0].iter().zip(&lists[1]).map(|(a, b)| join(*a, *b)).collect()
            };
            let mut sum = pass();
            let y = Cpu::add(&mut sum, &a, &b).unwrap();
            check(sum, &y, &nodes, 1e-5, |lists| both(lists, |a, b| a + b))?;
            let mut product = pass();
            let y = Cpu::multiply(&mut product, &a, &b).unwrap();
            check(product, &y, &nodes, 1e-5, |lists| both(lists, |a, b| a * b))?;
            let mut dot = pass();
            let y = Cpu::dot(&mut dot, &a, &b, width).unwrap();
            check(dot, &y, &nodes, 1e-5, |lists| {
                both(lists, |a, b| a * b).chunks(width).map(|terms| terms.iter().sum()).collect()
            })?;
            let mut scaled = pass();
            let y = Cpu::scale(&mut scaled, &a, 0.25).unwrap();
            check(scaled, &y, &nodes[..1], 1e-5, |lists| lists[0].iter().map(|x| x / 4.0).collect())?;
        }
    }

    #[test]
    fn a_vector_times_itself_gets_both_gradients() {
        let list = numbers(6, 5);
        let a = batch(&list, 2);
        let mut pass = Pass::training(&Cpu::default(), 0);
        let y = Cpu::multiply(&mut pass, &a, &a).unwrap();
        check(pass, &y, &[(&a.node, &list)], 1e-5, |lists| lists[0].iter().map(|x| x * x).collect()).unwrap();
    }

    #[test]
    fn activations_that_do_not_fit_are_refused() {
        let (a, b) = (batch(&[0.0; 12], 2), batch(&[0.0; 8], 2));
        let mut pass = Pass::training(&Cpu::default(), 0);
        assert!(Cpu::concatenate(&mut pass, &[]).is_err());
        assert!(Cpu::concatenate(&mut pass, &[(&a, 3), (&b, 4)]).is_err());
        assert!(Cpu::concatenate(&mut pass, &[(&a, 4)]).is_err());
        assert!(Cpu::multiply(&mut pass, &a, &b).is_err() && Cpu::dot(&mut pass, &a, &a, 4).is_err());
    }
}
