//! The random draws of generators and variational autoencoders, by the numbers that the CPU draws.

use super::loss::mean;
use super::{output, scaled_rows};
use crate::nn::Value;
use crate::nn::device::{Device, Error};
use crate::nn::gpu::array::Array;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{DrawCode, DrawCodeGradient, NormalNoise, at};
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::latent::{LatentOp, check};

impl LatentOp for Gpu {
    fn normal_noise(device: &Gpu, rows: usize, width: usize, seed: u64) -> Result<Var<Gpu>, Error> {
        let (step, count) = (device.step(seed)?, rows * width);
        let noise = Array::scratch(device.card(), count)?;
        NormalNoise { noise: at(&noise), step: at(&step), count }
            .launch(device.card(), Grid::over(count)?)?;
        Ok(Var { node: device.node()?, values: noise, rows, columns: width, wants_gradient: false })
    }

    fn draw_code(
        pass: &mut Pass<Gpu>,
        parameters: &Var<Gpu>,
        kl_weight: f32,
        weights: &[f32],
        seed: u64,
    ) -> Result<(Var<Gpu>, Value<Gpu>), Error> {
        check(parameters, weights)?;
        let (rows, width) = (parameters.rows, parameters.columns / 2);
        let (card, step, count) = (pass.device.card().clone(), pass.device.step(seed)?, rows * width);
        let [code, terms] = [Array::scratch(&card, count)?, Array::scratch(&card, count)?];
        DrawCode {
            code: at(&code),
            terms: at(&terms),
            parameters: at(&parameters.values),
            step: at(&step),
            count,
            width,
        }
        .launch(&card, Grid::over(count)?)?;
        let factors = if weights.is_empty() { None } else { Some(Array::from_host(&card, weights)?) };
        let terms = match &factors {
            Some(factors) => scaled_rows(&terms, factors)?,
            None => terms,
        };
        let divergence = mean(&terms, rows.max(1))?;
        let code = output(pass, code, [rows, width], parameters.wants_gradient)?;
        if parameters.wants_gradient {
            let (node, from, values) =
                (code.node.clone(), parameters.node.clone(), parameters.values.clone());
            let scale = kl_weight / rows.max(1) as f32;
            pass.record(move |grads| {
                let upstream = take_gradient(grads, &node)?;
                let gradient = |upstream: Option<&Array>, scale: f32| {
                    let out = Array::scratch(&card, 2 * count)?;
                    DrawCodeGradient {
                        out: at(&out),
                        gradient: at(upstream),
                        parameters: at(&values),
                        step: at(&step),
                        count,
                        width,
                        scale,
                    }
                    .launch(&card, Grid::over(count)?)?;
                    Ok(out)
                };
                match &factors {
                    None => add_gradient(grads, &from, gradient(upstream.as_ref(), scale)?),
                    // What comes from the code has the rows' weights already.
                    Some(factors) => {
                        add_gradient(grads, &from, gradient(upstream.as_ref(), 0.0)?)?;
                        add_gradient(grads, &from, scaled_rows(&gradient(None, scale)?, factors)?)
                    }
                }
            });
        }
        Ok((code, divergence))
    }
}
