//! The op traits, by the compositions in `ops/composed/`.

use dfdx::tensor::Cuda;
use dfdx::tensor_ops::{ReshapeTo, SumTo, TryAdd, TryMul};

use crate::data::Targets;
use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error, Node};
use crate::nn::graph::{Param, Pass, Scalar, Var};
use crate::nn::kernel::attention::Attention;
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_window::Window;
use crate::nn::kernel::recurrent::{Cell, Recurrence, State};
use crate::nn::loss::{Form, LossOp, formula};
use crate::nn::ops::attention::{Attended, AttentionOp};
use crate::nn::ops::batch_norm::{BatchNorm, BatchNormOp};
use crate::nn::ops::composed::{self, Taped, activation, image, join, norm, recurrent, sequence};
use crate::nn::ops::conv::{ConvOp, pooling};
use crate::nn::ops::conv_transpose::ConvTransposeOp;
use crate::nn::ops::dense::DenseOp;
use crate::nn::ops::dropout::{DropoutOp, mask};
use crate::nn::ops::embedding::{EmbeddingOp, tokens};
use crate::nn::ops::join::JoinOp;
use crate::nn::ops::layer_norm::LayerNormOp;
use crate::nn::ops::recurrent::{RecurrentOps, RecurrentWeights};
use crate::nn::ops::resample::ResampleOp;
use crate::preset::{Activation, Loss, LossOptions};

/// Runs a composition on `x` and the tape.
fn run(
    pass: &mut Pass<Cuda>,
    x: &Var<Cuda>,
    compose: impl FnOnce(Taped<Cuda>) -> Result<Taped<Cuda>, composed::Failure<Cuda>>,
) -> Result<Var<Cuda>, Error> {
    let node = pass.with_tape(x.node.clone(), |x| compose(x).map_err(Error::device))?;
    Ok(var(node))
}

fn var(node: Node<Cuda>) -> Var<Cuda> {
    let (rows, columns) = composed::sizes(&node);
    // dfdx's tape works out every gradient; nothing is saved by knowing that nobody wants one.
    Var { node, values: (), rows, columns, wants_gradient: true }
}

impl DenseOp for Cuda {
    fn dense(
        pass: &mut Pass<Cuda>,
        x: &Var<Cuda>,
        kernel: &Param<Cuda>,
        bias: Option<&Param<Cuda>>,
        activation: Activation,
    ) -> Result<Var<Cuda>, Error> {
        run(pass, x, |x| composed::dense(x, &kernel.node, bias.map(|bias| &bias.node), activation))
    }

    fn activate(
        pass: &mut Pass<Cuda>,
        x: &Var<Cuda>,
        width: usize,
        kind: Activation,
    ) -> Result<Var<Cuda>, Error> {
        run(pass, x, |x| activation::apply(x, width, kind))
    }
}

impl ConvOp for Cuda {
    fn conv2d(
        pass: &mut Pass<Cuda>,
        x: &Var<Cuda>,
        kernel: &Param<Cuda>,
        bias: Option<&Param<Cuda>>,
        conv: Conv,
        kind: Activation,
        pool: bool,
    ) -> Result<Var<Cuda>, Error> {
        run(pass, x, |x| {
            let y = image::conv2d(x, &kernel.node, bias.map(|bias| &bias.node), &conv)?;
            let y = activation::apply(y, conv.filters, kind)?;
            if pool { image::max_pool2d(y, &pooling(&conv)) } else { Ok(y) }
        })
    }

    fn max_pool2d(pass: &mut Pass<Cuda>, x: &Var<Cuda>, window: Window) -> Result<Var<Cuda>, Error> {
        run(pass, x, |x| image::max_pool2d(x, &window))
    }
}

impl ConvTransposeOp for Cuda {
    fn conv2d_transpose(
        pass: &mut Pass<Cuda>,
        x: &Var<Cuda>,
        kernel: &Param<Cuda>,
        bias: Option<&Param<Cuda>>,
        conv: Conv,
        kind: Activation,
    ) -> Result<Var<Cuda>, Error> {
        let channels = conv.window.input[2];
        run(pass, x, |x| {
            let y = image::conv2d_transpose(x, &kernel.node, bias.map(|bias| &bias.node), &conv)?;
            activation::apply(y, channels, kind)
        })
    }
}

impl ResampleOp for Cuda {
    fn average_pool2d(pass: &mut Pass<Cuda>, x: &Var<Cuda>, window: Window) -> Result<Var<Cuda>, Error> {
        run(pass, x, |x| image::average_pool2d(x, &window))
    }

    fn up_sample2d(
        pass: &mut Pass<Cuda>,
        x: &Var<Cuda>,
        shape: [usize; 3],
        size: [usize; 2],
    ) -> Result<Var<Cuda>, Error> {
        run(pass, x, |x| image::up_sample2d(x, shape, size))
    }
}

impl BatchNormOp for Cuda {
    fn batch_norm(
        pass: &mut Pass<Cuda>,
        x: &Var<Cuda>,
        layer: BatchNorm<Cuda>,
        kind: Activation,
    ) -> Result<Var<Cuda>, Error> {
        let BatchNorm { gamma, beta, moving_mean, moving_variance, momentum, epsilon } = layer;
        let (features, shape) = (gamma.len(), (x.rows, x.columns));
        let samples = (x.rows * (x.columns / features.max(1)), features);
        if !(pass.training && (gamma.trainable || pass.frozen_by_batch)) {
            let rows = [&gamma.node, &beta.node, &moving_mean.node, &moving_variance.node];
            return run(pass, x, |x| {
                let y = norm::by_running(x.try_reshape_like(&samples)?, rows, epsilon)?;
                activation::apply(y, features, kind)?.try_reshape_like(&shape)
            });
        }
        let mut batch = None;
        let y = run(pass, x, |x| {
            let x = x.try_reshape_like(&samples)?;
            let (y, mean, variance) = norm::by_batch(x, &gamma.node, &beta.node, epsilon)?;
            batch = Some((mean, variance));
            activation::apply(y, features, kind)?.try_reshape_like(&shape)
        })?;
        if let Some((mean, variance)) = batch.filter(|_| gamma.trainable) {
            for (running, batch) in [(moving_mean, mean), (moving_variance, variance)] {
                let mut numbers = running.to_vec();
                crate::nn::ops::batch_norm::follow(&mut numbers, &batch.as_vec(), momentum);
                running.set(&pass.device, numbers)?;
            }
        }
        Ok(y)
    }
}

impl JoinOp for Cuda {
    fn side_by_side(
        pass: &mut Pass<Cuda>,
        a: &Var<Cuda>,
        b: &Var<Cuda>,
        width: usize,
    ) -> Result<Var<Cuda>, Error> {
        run(pass, a, |a| join::side_by_side(a, &b.node, width))
    }

    fn add(pass: &mut Pass<Cuda>, a: &Var<Cuda>, b: &Var<Cuda>) -> Result<Var<Cuda>, Error> {
        run(pass, a, |a| a.try_add(b.node.clone()))
    }
}

impl DropoutOp for Cuda {
    fn dropout(pass: &mut Pass<Cuda>, x: &Var<Cuda>, rate: f32) -> Result<Var<Cuda>, Error> {
        if !pass.training || rate <= 0.0 {
            return Ok(x.clone());
        }
        let mut factors = Buffer::scratch(x.rows * x.columns);
        factors.fill(1.0);
        mask(&mut factors, pass.next_seed(), rate);
        let (factors, ()) = pass.device.upload(factors, x.rows, x.columns)?;
        run(pass, x, |x| x.try_mul(factors))
    }
}

impl LossOp for Cuda {
    fn loss(
        pass: &mut Pass<Cuda>,
        output: &Var<Cuda>,
        width: usize,
        targets: &Targets,
        loss: Loss,
        options: &LossOptions,
        form: Form,
    ) -> Result<Scalar<Cuda>, Error> {
        let numbers = output.to_vec();
        crate::nn::loss::check(numbers.len(), width, targets)?;
        let mut gradient = Buffer::scratch(numbers.len());
        let value = formula::loss(&numbers, width, targets, loss, options, form, &mut gradient);
        // A weighted sum of the outputs has just this gradient; the value is known already.
        let (weights, ()) = pass.device.upload(gradient, output.rows, output.columns)?;
        let node = pass.with_tape(output.node.clone(), |output| {
            output.try_mul(weights).and_then(|product| product.try_sum::<(), _>()).map_err(Error::device)
        })?;
        Ok(Scalar { node, value })
    }
}

impl RecurrentOps for Cuda {
    fn recurrent(
        pass: &mut Pass<Cuda>,
        input: &Var<Cuda>,
        weights: RecurrentWeights<Cuda>,
        shape: &Recurrence,
        state: Option<&State>,
    ) -> Result<(Var<Cuda>, State), Error> {
        let (rows, units) = (input.rows, shape.units);
        let given = |numbers: Option<&Buffer>| {
            let numbers = numbers.cloned().unwrap_or_else(|| Buffer::zeroed(rows * units));
            pass.device.upload(numbers, rows, units).map(|(node, ())| node)
        };
        let hidden = given(state.map(|state| &state.hidden))?;
        let memory = match shape.cell {
            Cell::Lstm => Some(given(state.map(|state| &state.memory))?),
            Cell::Simple(_) | Cell::Gru => None,
        };
        let weights = recurrent::Weights {
            kernel: &weights.kernel.node,
            recurrent_kernel: &weights.recurrent_kernel.node,
            bias: &weights.bias.node,
        };
        let mut last = State { hidden: Buffer::default(), memory: Buffer::default() };
        let output = run(pass, input, |x| {
            let (output, hidden, memory) = recurrent::recurrent(x, &weights, shape, hidden, memory)?;
            last.hidden = hidden.as_vec().into();
            last.memory = memory.map(|memory| memory.as_vec().into()).unwrap_or_default();
            Ok(output)
        })?;
        Ok((output, last))
    }
}

impl EmbeddingOp for Cuda {
    fn embed(pass: &mut Pass<Cuda>, x: &Var<Cuda>, table: &Param<Cuda>) -> Result<Var<Cuda>, Error> {
        let tokens = tokens(&x.to_vec(), table.shape.first().copied().unwrap_or(0), x.columns)?;
        let node = pass.with_tape(table.node.clone(), |table| {
            sequence::embed(table, &tokens, x.rows).map_err(Error::device)
        })?;
        Ok(var(node))
    }

    fn add_positions(pass: &mut Pass<Cuda>, x: &Var<Cuda>, table: &Param<Cuda>) -> Result<Var<Cuda>, Error> {
        run(pass, x, |x| composed::add_row(x, &table.node))
    }
}

impl LayerNormOp for Cuda {
    fn layer_norm(
        pass: &mut Pass<Cuda>,
        x: &Var<Cuda>,
        gamma: &Param<Cuda>,
        beta: &Param<Cuda>,
        epsilon: f32,
    ) -> Result<Var<Cuda>, Error> {
        let (features, shape) = (gamma.len(), (x.rows, x.columns));
        let vectors = (x.rows * (x.columns / features.max(1)), features);
        run(pass, x, |x| {
            let y = norm::by_row(x.try_reshape_like(&vectors)?, &gamma.node, &beta.node, epsilon)?;
            y.try_reshape_like(&shape)
        })
    }
}

impl AttentionOp for Cuda {
    fn attention(
        pass: &mut Pass<Cuda>,
        [queries, keys, values]: [&Var<Cuda>; 3],
        shape: Attention,
    ) -> Result<Attended<Cuda>, Error> {
        let mut weights = None;
        let output = run(pass, queries, |queries| {
            let (output, shown) = sequence::attention(queries, &keys.node, &values.node, &shape)?;
            weights = Some(shown);
            Ok(output)
        })?;
        let weights = weights.ok_or_else(|| Error::Device("attention gave no weights".into()))?;
        Ok(Attended { output, weights: Var { wants_gradient: false, ..var(weights) } })
    }
}
