//! Losses: how wrong an output is, and the gradient of that.

pub(super) mod formula;

use dfdx::tensor::Cpu;

use super::buffer::Buffer;
use super::device::{Device, Error};
use super::gradients::add_gradient;
use super::graph::{Pass, Scalar, Var};
use super::kernel::sums::scale;
use super::profile::span;
use crate::data::Targets;
use crate::preset::{Activation, Layer, Loss, LossOptions};

/// The form in which the loss gets the model's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Probabilities, or values.
    Output,
    /// Logits; the loss applies the softmax itself.
    SoftmaxLogits,
    /// Logits; the loss applies the sigmoid itself.
    SigmoidLogits,
}

/// The form in which a network's output reaches its loss: logits where its last activation and the loss have a stable
/// form together.
pub fn form(layers: &[Layer], loss: Loss) -> Form {
    let last = layers.last().cloned().and_then(|mut last| last.take_activation());
    match (last, loss) {
        (Some(Activation::Softmax), Loss::CategoricalCrossentropy | Loss::SparseCategoricalCrossentropy) => {
            Form::SoftmaxLogits
        }
        (Some(Activation::Sigmoid), Loss::BinaryCrossentropy) => Form::SigmoidLogits,
        _ => Form::Output,
    }
}

/// Losses on a device.
pub trait LossOp: Device {
    /// The mean loss of `output` (`[rows, outputs]`), whose last axis is `width` long: for a sequence, the mean over
    /// its steps as well. `weights` has a factor for each sample's loss (for a sequence, for all of its steps); empty: all
    /// are 1. The sum of the weighted losses is divided by the number of losses, not by the sum of the weights, as Keras's
    /// `sum_over_batch_size` does.
    ///
    /// # Errors
    /// When the targets or the weights do not fit the output, or the device fails.
    fn loss(
        pass: &mut Pass<Self>,
        output: &Var<Self>,
        width: usize,
        targets: &Targets,
        weights: &[f32],
        loss: Loss,
        options: &LossOptions,
        form: Form,
    ) -> Result<Scalar<Self>, Error>;

    /// The sum of two losses.
    ///
    /// # Errors
    /// When the device fails.
    fn sum(pass: &mut Pass<Self>, a: Scalar<Self>, b: Scalar<Self>) -> Result<Scalar<Self>, Error>;
}

/// Whether targets and weights fit an output of `count` numbers whose last axis is `width` long.
pub(in crate::nn) fn check(
    count: usize,
    width: usize,
    targets: &Targets,
    weights: &[f32],
) -> Result<(), Error> {
    let fits = match targets {
        Targets::Values(values) => values.len() == count,
        Targets::Classes(classes) => {
            classes.len() * width == count && classes.iter().all(|&class| (class as usize) < width)
        }
    };
    if !fits || width == 0 {
        return Err(Error::Weights(format!("the targets do not fit an output of {count} numbers")));
    }
    // Each sample has the same number of rows.
    if !weights.is_empty() && !(count / width).is_multiple_of(weights.len()) {
        let problem = format!("{} weights of samples do not fit an output of {count} numbers", weights.len());
        return Err(Error::Weights(problem));
    }
    Ok(())
}

impl LossOp for Cpu {
    fn loss(
        pass: &mut Pass<Cpu>,
        output: &Var<Cpu>,
        width: usize,
        targets: &Targets,
        weights: &[f32],
        loss: Loss,
        options: &LossOptions,
        form: Form,
    ) -> Result<Scalar<Cpu>, Error> {
        let _span = span("loss", 0);
        let count = output.values.len();
        check(count, width, targets, weights)?;
        let mut gradient = Buffer::scratch(count);
        let value =
            formula::loss(&output.values, width, targets, weights, loss, options, form, &mut gradient);
        let loss = Scalar::new(&pass.device, value)?;
        if pass.records() && output.wants_gradient {
            let (root, node) = (loss.node.clone(), output.node.clone());
            pass.record(move |grads| {
                let upstream = *grads.of_loss(&root)?;
                if upstream != 1.0 {
                    scale(&mut gradient, upstream);
                }
                add_gradient(grads, &node, gradient)
            });
        }
        Ok(loss)
    }

    fn sum(pass: &mut Pass<Cpu>, a: Scalar<Cpu>, b: Scalar<Cpu>) -> Result<Scalar<Cpu>, Error> {
        let sum = a.value.read()? as f32 + b.value.read()? as f32;
        let sum = Scalar::new(&pass.device, sum)?;
        let (root, terms) = (sum.node.clone(), [a.node, b.node]);
        pass.record(move |grads| {
            let upstream = *grads.of_loss(&root)?;
            for term in &terms {
                *grads.of_loss(term)? += upstream;
            }
            Ok(())
        });
        Ok(sum)
    }
}

#[cfg(test)]
mod tests;
