//! Batch normalization with the activation behind it.

use super::dense::{activation_gradient, softmax};
use super::output;
use crate::nn::device::Error;
use crate::nn::gpu::activation;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{
    BatchGradientSums, BatchInputGradient, BatchMoments, BatchNormalise, BatchStatistics,
    BatchWeightGradients, at,
};
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::batch_norm::{BatchNorm, BatchNormOp, check};
use crate::nn::profile::span;
use crate::preset::Activation;

/// The most pieces that rows are cut into for a sum, and the fewest rows of a piece.
const PIECES: usize = 64;
const SHORTEST: usize = 32;

/// How many rows each block sums, and the grid of these blocks: a warp has 32 columns.
pub(super) fn pieces(rows: usize, columns: usize) -> Result<(usize, usize, Grid), Error> {
    let piece = rows.div_ceil(PIECES).max(SHORTEST);
    let count = rows.div_ceil(piece);
    Ok((piece, count, Grid::of([columns.div_ceil(32), count, 1], 256)?))
}

impl BatchNormOp for Gpu {
    fn batch_norm(
        pass: &mut Pass<Gpu>,
        x: &Var<Gpu>,
        layer: BatchNorm<Gpu>,
        activation: Activation,
    ) -> Result<Var<Gpu>, Error> {
        let BatchNorm { gamma, beta, moving_mean, moving_variance, momentum, epsilon } = layer;
        let features = gamma.len();
        check(x.columns, features)?;
        let _span = span("batch_norm forward", 0);
        let (card, count) = (pass.device.card().clone(), x.values.len());
        let rows = count / features;
        let by_batch = pass.training && (gamma.trainable || pass.frozen_by_batch) && rows > 0;
        let (piece, number_of_pieces, grid) = pieces(rows, features)?;
        let parts = by_batch.then(|| Array::scratch(&card, number_of_pieces * 2 * features)).transpose()?;
        if let Some(parts) = &parts {
            BatchMoments { parts: at(parts), x: at(&x.values), rows, features, piece }.launch(&card, grid)?;
        }
        let statistics = Array::scratch(&card, 4 * features)?;
        BatchStatistics {
            statistics: at(&statistics),
            moving_mean: at(&moving_mean.values),
            moving_variance: at(&moving_variance.values),
            parts: at(parts.as_ref()),
            gamma: at(&gamma.values),
            rows,
            features,
            piece,
            momentum,
            epsilon,
            follows: usize::from(gamma.trainable),
        }
        .launch(&card, Grid::over(features)?)?;
        let is_softmax = activation == Activation::Softmax;
        // What the kernels apply; softmax, which needs whole rows, comes behind them.
        let own = if is_softmax { Activation::Linear } else { activation };
        let keeps_before = pass.records() && activation.needs_input();
        let before = keeps_before.then(|| Array::scratch(&card, count)).transpose()?;
        let mut y = Array::scratch(&card, count)?;
        BatchNormalise {
            y: at(&y),
            before: at(before.as_ref()),
            x: at(&x.values),
            statistics: at(&statistics),
            beta: at(&beta.values),
            count,
            features,
            activation: activation::code(own),
        }
        .launch(&card, Grid::over(count)?)?;
        if is_softmax {
            y = softmax(&card, &y, features)?;
        }
        let wants_x = x.wants_gradient;
        let [gamma_node, beta_node] = [gamma, beta].map(|p| p.trainable.then(|| p.node.clone()));
        let wants = wants_x || gamma_node.is_some() || beta_node.is_some();
        let y = output(pass, y, [x.rows, x.columns], wants)?;
        if wants && pass.records() {
            let kept = before.unwrap_or_else(|| y.values.clone());
            let (node, x_node, x) = (y.node.clone(), x.node.clone(), x.values.clone());
            pass.record(move |grads| {
                let Some(mut g) = take_gradient(grads, &node)? else { return Ok(()) };
                let _span = span("batch_norm backward", 0);
                if is_softmax {
                    g = activation_gradient(&card, g, &kept, features, activation)?;
                }
                let parts = Array::scratch(&card, number_of_pieces * 2 * features)?;
                let d = (own != Activation::Linear).then(|| Array::scratch(&card, count)).transpose()?;
                BatchGradientSums {
                    parts: at(&parts),
                    d: at(d.as_ref()),
                    g: at(&g),
                    kept: at(&kept),
                    x: at(&x),
                    statistics: at(&statistics),
                    rows,
                    features,
                    piece,
                    activation: activation::code(own),
                }
                .launch(&card, grid)?;
                let [d_gamma, d_beta] = [Array::scratch(&card, features)?, Array::scratch(&card, features)?];
                let means = Array::scratch(&card, 2 * features)?;
                BatchWeightGradients {
                    d_gamma: at(&d_gamma),
                    d_beta: at(&d_beta),
                    means: at(&means),
                    parts: at(&parts),
                    statistics: at(&statistics),
                    rows,
                    features,
                    pieces: number_of_pieces,
                    by_batch: usize::from(by_batch),
                }
                .launch(&card, Grid::over(features)?)?;
                if wants_x {
                    let dx = Array::scratch(&card, count)?;
                    BatchInputGradient {
                        d: at(&dx),
                        g: at(d.as_ref().unwrap_or(&g)),
                        x: at(&x),
                        statistics: at(&statistics),
                        means: at(&means),
                        count,
                        features,
                    }
                    .launch(&card, Grid::over(count)?)?;
                    add_gradient(grads, &x_node, dx)?;
                }
                for (node, part) in [(&gamma_node, d_gamma), (&beta_node, d_beta)] {
                    if let Some(node) = node {
                        add_gradient(grads, node, part)?;
                    }
                }
                Ok(())
            });
        }
        Ok(y)
    }
}
