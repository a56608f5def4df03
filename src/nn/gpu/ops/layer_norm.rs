//! Layer and group normalization, by the same kernels.

use super::batch_norm::pieces;
use super::output;
use crate::nn::device::Error;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{GroupInputGradient, GroupNormalise, GroupWeightGradients, SumParts, at, from};
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::layer_norm::{Around, Groups};
use crate::nn::ops::layer_norm::{LayerNormOp, check, check_groups};
use crate::nn::profile::span;

/// Warps that work on a group of so many numbers: each lane has about 8 of them, in a block of 8 warps at most.
fn warps(numbers: usize) -> usize {
    (numbers / 256).next_power_of_two().clamp(1, 8)
}

/// Normalises each group of channels of each sample.
fn normalised(
    pass: &mut Pass<Gpu>,
    x: &Var<Gpu>,
    gamma: &Param<Gpu>,
    beta: &Param<Gpu>,
    shape: Groups,
    (epsilon, around): (f32, Around),
    [there, back]: [&'static str; 2],
) -> Result<Var<Gpu>, Error> {
    let _span = span(there, 0);
    let Groups { pixels, channels, groups } = shape;
    let (card, count) = (pass.device.card().clone(), x.values.len());
    let rows = count / channels;
    let (all, warps) = (rows / pixels.max(1) * groups, warps(pixels * channels / groups));
    let y = Array::scratch(&card, count)?;
    let moments = Array::scratch(&card, 2 * all)?;
    let grid = Grid::of([(all * warps).div_ceil(8).max(1), 1, 1], 256)?;
    GroupNormalise {
        y: at(&y),
        moments: at(&moments),
        x: at(&x.values),
        gamma: at(&gamma.values),
        beta: at(&beta.values),
        all,
        pixels,
        channels,
        groups,
        warps,
        is_centred: usize::from(around == Around::Mean),
        epsilon,
    }
    .launch(&card, grid)?;
    let wants_x = x.wants_gradient;
    let wanted = [gamma, beta].map(|param| param.trainable.then(|| param.node.clone()));
    let wants = wants_x || wanted.iter().any(Option::is_some);
    let y = output(pass, y, [x.rows, x.columns], wants)?;
    if wants && pass.records() {
        let (node, x_node) = (y.node.clone(), x.node.clone());
        let (x, gamma) = (x.values.clone(), gamma.values.clone());
        pass.record(move |grads| {
            let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
            let _span = span(back, 0);
            if wanted.iter().any(Option::is_some) {
                let (piece, parts, over_pieces) = pieces(rows, channels)?;
                let sums = Array::scratch(&card, parts * 2 * channels)?;
                GroupWeightGradients {
                    parts: at(&sums),
                    g: at(&g),
                    x: at(&x),
                    moments: at(&moments),
                    rows,
                    pixels,
                    channels,
                    groups,
                    piece,
                }
                .launch(&card, over_pieces)?;
                for (number, node) in wanted.iter().enumerate() {
                    let Some(node) = node else { continue };
                    let (out, first) = (Array::scratch(&card, channels)?, from(&sums, number * channels));
                    SumParts {
                        out: at(&out),
                        parts: first,
                        length: channels,
                        stride: 2 * channels,
                        count: parts,
                    }
                    .launch(&card, Grid::over(channels)?)?;
                    add_gradient(grads, node, out)?;
                }
            }
            if wants_x {
                let dx = Array::scratch(&card, count)?;
                GroupInputGradient {
                    d: at(&dx),
                    g: at(&g),
                    x: at(&x),
                    gamma: at(&gamma),
                    moments: at(&moments),
                    all,
                    pixels,
                    channels,
                    groups,
                    warps,
                    is_centred: usize::from(around == Around::Mean),
                }
                .launch(&card, grid)?;
                add_gradient(grads, &x_node, dx)?;
            }
            Ok(())
        });
    }
    Ok(y)
}

impl LayerNormOp for Gpu {
    fn layer_norm(
        pass: &mut Pass<Gpu>,
        x: &Var<Gpu>,
        gamma: &Param<Gpu>,
        beta: &Param<Gpu>,
        epsilon: f32,
        around: Around,
    ) -> Result<Var<Gpu>, Error> {
        check(x, gamma, beta)?;
        let shape = Groups { pixels: 1, channels: gamma.len(), groups: 1 };
        normalised(
            pass,
            x,
            gamma,
            beta,
            shape,
            (epsilon, around),
            ["layer_norm forward", "layer_norm backward"],
        )
    }

    fn group_norm(
        pass: &mut Pass<Gpu>,
        x: &Var<Gpu>,
        gamma: &Param<Gpu>,
        beta: &Param<Gpu>,
        groups: usize,
        epsilon: f32,
    ) -> Result<Var<Gpu>, Error> {
        check(x, gamma, beta)?;
        let shape = check_groups(x, gamma, groups)?;
        normalised(
            pass,
            x,
            gamma,
            beta,
            shape,
            (epsilon, Around::Mean),
            ["group_norm forward", "group_norm backward"],
        )
    }
}
