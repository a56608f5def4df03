//! Losses.

use crate::data::Targets;
use crate::nn::Value;
use crate::nn::device::Error;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{Add, LossRows, MeanOf, at};
use crate::nn::gpu::reading::Reading;
use crate::nn::gpu::tape::add_gradient;
use crate::nn::graph::{Pass, Scalar, Var};
use crate::nn::loss::{Form, LossOp, check};
use crate::nn::profile::span;
use crate::preset::{ClassWeights, Loss, LossOptions};

/// The number by which kernels know a loss on outputs in a form: `LossKind` of `loss.cu`.
fn code(loss: Loss, form: Form) -> usize {
    match (loss, form) {
        (Loss::MeanSquaredError, _) => 0,
        (Loss::MeanAbsoluteError, _) => 1,
        (Loss::Huber, _) => 2,
        (Loss::BinaryCrossentropy, Form::Output | Form::SoftmaxLogits) => 3,
        (Loss::BinaryCrossentropy, Form::SigmoidLogits) => 4,
        (Loss::CategoricalCrossentropy | Loss::SparseCategoricalCrossentropy, Form::SoftmaxLogits) => 6,
        (
            Loss::CategoricalCrossentropy | Loss::SparseCategoricalCrossentropy,
            Form::Output | Form::SigmoidLogits,
        ) => 5,
        (Loss::KlDivergence, _) => 7,
    }
}

/// The sum of numbers over `divisor`, on its way to the host.
pub(super) fn mean(numbers: &Array, divisor: usize) -> Result<Value<Gpu>, Error> {
    let card = numbers.card();
    let mean = Array::scratch(card, 1)?;
    MeanOf { mean: at(&mean), x: at(numbers), count: numbers.len(), divisor: divisor as f32 }
        .launch(card, Grid::of([1, 1, 1], 256)?)?;
    Ok(Value::Coming(Reading::begin(&mean)?))
}

impl LossOp for Gpu {
    fn loss(
        pass: &mut Pass<Gpu>,
        output: &Var<Gpu>,
        width: usize,
        targets: &Targets,
        weights: &[f32],
        loss: Loss,
        options: &LossOptions,
        form: Form,
    ) -> Result<Scalar<Gpu>, Error> {
        let _span = span("loss", 0);
        let (card, count) = (pass.device.card().clone(), output.values.len());
        check(count, width, targets, weights)?;
        let rows = count / width;
        let [gradient, losses] = [Array::scratch(&card, count)?, Array::scratch(&card, rows)?];
        let (values, classes) = match targets {
            Targets::Values(values) => (Some(Array::from_host(&card, values)?), None),
            Targets::Classes(classes) => (None, Some(Array::from_host(&card, classes)?)),
        };
        let factors = match &options.class_weights {
            ClassWeights::Factors(factors) => &factors[..],
            // A training counts its samples first.
            ClassWeights::Counted(_) => &[],
        };
        let factors = Array::from_host(&card, factors)?;
        let rows_of_sample = if weights.is_empty() { 1 } else { rows / weights.len() };
        let weights = Array::from_host(&card, weights)?;
        LossRows {
            gradient: at(&gradient),
            losses: at(&losses),
            output: at(&output.values),
            values: at(values.as_ref()),
            classes: at(classes.as_ref()),
            factors: at(&factors),
            number_of_factors: factors.len(),
            weights: at(&weights),
            rows_of_sample,
            rows,
            width,
            loss: code(loss, form),
            smoothing: options.label_smoothing,
            delta: options.delta,
        }
        .launch(&card, Grid::of_warps(rows)?)?;
        let loss = Scalar::of(&pass.device, mean(&losses, rows.max(1))?)?;
        if pass.records() && output.wants_gradient {
            let (root, node) = (loss.node.clone(), output.node.clone());
            pass.record(move |grads| {
                if !grads.of_loss(&root)?.is_reached() {
                    return Ok(());
                }
                add_gradient(grads, &node, gradient)
            });
        }
        Ok(loss)
    }

    fn sum(pass: &mut Pass<Gpu>, a: Scalar<Gpu>, b: Scalar<Gpu>) -> Result<Scalar<Gpu>, Error> {
        let value = match (&a.value, &b.value) {
            (Value::Coming(a), Value::Coming(b)) => {
                let card = pass.device.card();
                let sum = Array::scratch(card, 1)?;
                Add { sum: at(&sum), a: at(a.array()), b: at(b.array()), count: 1 }
                    .launch(card, Grid::over(1)?)?;
                Value::Coming(Reading::begin(&sum)?)
            }
            (a, b) => Value::Known(a.read()? + b.read()?),
        };
        let sum = Scalar::of(&pass.device, value)?;
        let (root, terms) = (sum.node.clone(), [a.node, b.node]);
        pass.record(move |grads| {
            let reached = *grads.of_loss(&root)?;
            terms.iter().try_for_each(|term| grads.of_loss(term).map(|slot| *slot = reached))
        });
        Ok(sum)
    }
}
