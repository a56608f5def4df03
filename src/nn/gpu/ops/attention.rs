//! Attention between the steps of a sequence.

use std::rc::Rc;

use super::output;
use crate::nn::device::Error;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::card::Card;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::{Grid, count_of};
use crate::nn::gpu::launch::{AttentionSoftmax, AttentionSoftmaxBack, HeadProducts, at};
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::attention::Attention;
use crate::nn::ops::attention::{Attended, AttentionOp, check};
use crate::nn::profile::span;

/// The heads of a batch of sequences.
#[derive(Clone)]
struct Heads {
    card: Rc<Card>,
    shape: Attention,
    samples: usize,
}

/// A matrix for each head of each sample, all in one array.
#[derive(Clone, Copy)]
struct Matrices<'a> {
    numbers: &'a Array,
    /// How far apart neighbouring rows, columns, samples and heads are.
    row: usize,
    column: usize,
    sample: usize,
    head: usize,
}

impl Matrices<'_> {
    fn turned(self) -> Self {
        Matrices { row: self.column, column: self.row, ..self }
    }
}

impl Heads {
    /// Queries, keys, values or outputs, `[samples, steps, heads, width]`: for each head `[steps, width]`.
    fn vectors<'a>(&self, numbers: &'a Array) -> Matrices<'a> {
        let Attention { steps, heads, width, .. } = self.shape;
        Matrices { numbers, row: heads * width, column: 1, sample: steps * heads * width, head: width }
    }

    /// Weights, `[samples, heads, steps, steps]`: for each head `[steps, steps]`.
    fn squares<'a>(&self, numbers: &'a Array) -> Matrices<'a> {
        let Attention { steps, heads, .. } = self.shape;
        Matrices { numbers, row: steps, column: 1, sample: heads * steps * steps, head: steps * steps }
    }

    /// Room for vectors, and for squares.
    fn new_vectors(&self) -> Result<Array, Error> {
        let Attention { steps, heads, width, .. } = self.shape;
        Array::scratch(&self.card, self.samples * steps * heads * width)
    }

    fn new_squares(&self) -> Result<Array, Error> {
        Array::scratch(&self.card, self.samples * self.shape.heads * self.shape.steps.pow(2))
    }

    /// `c = a b`, where c is `[steps, n]` and the sums are `k` long; the columns of c lie side by side.
    fn product(&self, c: Matrices, a: Matrices, b: Matrices, [n, k]: [usize; 2]) -> Result<(), Error> {
        let (heads, m) = (self.shape.heads, self.shape.steps);
        if c.numbers.is_empty() {
            return Ok(());
        }
        count_of(a.numbers.len().max(b.numbers.len()).max(c.numbers.len()))?;
        // Tiles of `common_tile.cu`.
        let grid = Grid::of([self.samples * heads, m.div_ceil(64), n.div_ceil(32)], 128)?;
        HeadProducts {
            c: at(c.numbers),
            a: at(a.numbers),
            b: at(b.numbers),
            heads,
            m,
            n,
            k,
            a_row: a.row,
            a_column: a.column,
            a_sample: a.sample,
            a_head: a.head,
            b_row: b.row,
            b_column: b.column,
            b_sample: b.sample,
            b_head: b.head,
            c_row: c.row,
            c_sample: c.sample,
            c_head: c.head,
        }
        .launch(&self.card, grid)
    }

    fn rows(&self) -> usize {
        self.samples * self.shape.heads * self.shape.steps
    }

    /// The output of the heads, and their weights.
    fn forward(&self, [q, k, v]: [&Array; 3]) -> Result<[Array; 2], Error> {
        let Attention { steps, width, causal, .. } = self.shape;
        let (output, weights) = (self.new_vectors()?, self.new_squares()?);
        let products = self.squares(&weights);
        self.product(products, self.vectors(q), self.vectors(k).turned(), [steps, width])?;
        let (rows, scale, is_causal) = (self.rows(), self.shape.scale(), usize::from(causal));
        AttentionSoftmax { weights: at(&weights), rows, steps, scale, is_causal }
            .launch(&self.card, Grid::of_warps(rows)?)?;
        self.product(self.vectors(&output), products, self.vectors(v), [width, steps])?;
        Ok([output, weights])
    }

    /// The gradients of queries, keys and values from that of the output, `d`.
    fn backward(&self, [q, k, v]: [&Array; 3], weights: &Array, d: &Array) -> Result<[Array; 3], Error> {
        let Attention { steps, width, causal, .. } = self.shape;
        let [dq, dk, dv] = [self.new_vectors()?, self.new_vectors()?, self.new_vectors()?];
        let (p, d) = (self.squares(weights), self.vectors(d));
        self.product(self.vectors(&dv), p.turned(), d, [width, steps])?;
        let g = self.new_squares()?;
        let products = self.squares(&g);
        self.product(products, d, self.vectors(v).turned(), [steps, width])?;
        let (rows, scale, is_causal) = (self.rows(), self.shape.scale(), usize::from(causal));
        AttentionSoftmaxBack { g: at(&g), weights: at(weights), rows, steps, scale, is_causal }
            .launch(&self.card, Grid::of_warps(rows)?)?;
        self.product(self.vectors(&dq), products, self.vectors(k), [width, steps])?;
        self.product(self.vectors(&dk), products.turned(), self.vectors(q), [width, steps])?;
        Ok([dq, dk, dv])
    }
}

impl AttentionOp for Gpu {
    fn attention(
        pass: &mut Pass<Gpu>,
        parts: [&Var<Gpu>; 3],
        shape: Attention,
    ) -> Result<Attended<Gpu>, Error> {
        check(parts, &shape)?;
        let (rows, columns) = (parts[0].rows, parts[0].columns);
        let flops = shape.flops() * rows as u64;
        let _span = span("attention forward", flops);
        let heads = Heads { card: pass.device.card().clone(), shape, samples: rows };
        let [values, weights] = heads.forward(parts.map(|x| &x.values))?;
        let wants = parts.iter().any(|x| x.wants_gradient);
        let attended = output(pass, values, [rows, columns], wants)?;
        let weights = output(pass, weights, [rows, shape.heads * shape.steps * shape.steps], false)?;
        if wants && pass.records() {
            let node = attended.node.clone();
            let kept = weights.values.clone();
            let parts = parts.map(|x| (x.node.clone(), x.values.clone(), x.wants_gradient));
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
                let _span = span("attention backward", 2 * flops);
                let gradients = heads.backward([0, 1, 2].map(|i| &parts[i].1), &kept, &g)?;
                for ((node, _, wants), gradient) in parts.iter().zip(gradients) {
                    if *wants {
                        add_gradient(grads, node, gradient)?;
                    }
                }
                Ok(())
            });
        }
        Ok(Attended { output: attended, weights })
    }
}
