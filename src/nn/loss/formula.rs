//! The losses' formulas, with Keras's reductions: the mean over the last axis, then over everything else.

use super::Form;
use crate::data::Targets;
use crate::nn::buffer::Buffer;
use crate::nn::kernel::elementwise::softmax;
use crate::preset::{ClassWeights, Loss, LossOptions};

/// Keras's guard against the logarithm of zero.
const EPSILON: f32 = 1e-7;

/// The mean loss, each sample's times its weight, where there are some; writes its gradient to `gradient`. Sums run in double
/// precision, in order.
pub fn loss(
    output: &[f32],
    width: usize,
    targets: &Targets,
    weights: &[f32],
    loss: Loss,
    options: &LossOptions,
    form: Form,
    gradient: &mut [f32],
) -> f32 {
    let rows = output.len() / width;
    let mut target = Buffer::scratch(width);
    let factors = match &options.class_weights {
        ClassWeights::Factors(factors) => &factors[..],
        // A training counts its samples first.
        ClassWeights::Counted(_) => &[],
    };
    // A sequence has a row for each of its steps.
    let rows_of_sample = if weights.is_empty() { 1 } else { rows / weights.len() };
    let mut total = 0.0_f64;
    for row in 0..rows {
        let y = &output[row * width..][..width];
        let g = &mut gradient[row * width..][..width];
        let mut weight = 1.0;
        match targets {
            Targets::Values(values) => target.copy_from_slice(&values[row * width..][..width]),
            Targets::Classes(classes) => {
                target.fill(0.0);
                target[classes[row] as usize] = 1.0;
            }
        }
        if !factors.is_empty() {
            let class = if width == 1 { target[0].round() as usize } else { largest(&target) };
            weight = factors.get(class).copied().unwrap_or(1.0);
        }
        weight *= weights.get(row / rows_of_sample).copied().unwrap_or(1.0);
        if matches!(
            loss,
            Loss::CategoricalCrossentropy | Loss::SparseCategoricalCrossentropy | Loss::BinaryCrossentropy
        ) {
            let smoothing = options.label_smoothing;
            // As in Keras: smoothed towards a half for one output, towards all classes for several.
            let classes = if loss == Loss::BinaryCrossentropy { 2.0 } else { width as f32 };
            target.iter_mut().for_each(|t| *t = *t * (1.0 - smoothing) + smoothing / classes);
        }
        let scale = weight / rows as f32;
        total += f64::from(weight) * f64::from(one(y, &target, loss, options, form, scale, g));
    }
    (total / rows.max(1) as f64) as f32
}

fn largest(row: &[f32]) -> usize {
    row.iter().enumerate().fold(0, |best, (i, &x)| if x > row[best] { i } else { best })
}

/// The loss of one row; writes its gradient times `scale` to `g`.
fn one(
    y: &[f32],
    t: &[f32],
    loss: Loss,
    options: &LossOptions,
    form: Form,
    scale: f32,
    g: &mut [f32],
) -> f32 {
    let width = y.len() as f32;
    let mut sum = 0.0;
    let mut each = |formula: &dyn Fn(f32, f32) -> (f32, f32), scale: f32| {
        for ((g, &y), &t) in g.iter_mut().zip(y).zip(t) {
            let (value, slope) = formula(y, t);
            sum += value;
            *g = slope * scale;
        }
        sum
    };
    match (loss, form) {
        (Loss::MeanSquaredError, _) => {
            each(&|y, t| ((y - t) * (y - t), 2.0 * (y - t)), scale / width) / width
        }
        (Loss::MeanAbsoluteError, _) => each(&|y, t| ((y - t).abs(), sign(y - t)), scale / width) / width,
        (Loss::Huber, _) => {
            let delta = options.delta;
            let huber = |y: f32, t: f32| {
                let e = y - t;
                if e.abs() <= delta {
                    (0.5 * e * e, e)
                } else {
                    (delta * (e.abs() - 0.5 * delta), delta * sign(e))
                }
            };
            each(&huber, scale / width) / width
        }
        (Loss::BinaryCrossentropy, Form::SigmoidLogits) => {
            // max(x, 0) - x t + ln(1 + e^-|x|)
            let stable = |x: f32, t: f32| {
                let small = (-x.abs()).exp();
                let p = if x >= 0.0 { 1.0 / (1.0 + small) } else { small / (1.0 + small) };
                (x.max(0.0) - x * t + small.ln_1p(), p - t)
            };
            each(&stable, scale / width) / width
        }
        (Loss::BinaryCrossentropy, _) => {
            let clipped = |y: f32, t: f32| {
                let p = y.clamp(EPSILON, 1.0 - EPSILON);
                let inside = f32::from(u8::from(p == y));
                (-t * p.ln() - (1.0 - t) * (1.0 - p).ln(), inside * ((1.0 - t) / (1.0 - p) - t / p))
            };
            each(&clipped, scale / width) / width
        }
        (Loss::CategoricalCrossentropy | Loss::SparseCategoricalCrossentropy, Form::SoftmaxLogits) => {
            let top = y.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let log_sum = y.iter().map(|x| (x - top).exp()).sum::<f32>().ln() + top;
            let mass: f32 = t.iter().sum();
            let value = y.iter().zip(t).map(|(x, t)| t * (log_sum - x)).sum();
            g.copy_from_slice(y);
            softmax(g);
            g.iter_mut().zip(t).for_each(|(g, t)| *g = (mass * *g - t) * scale);
            value
        }
        (Loss::CategoricalCrossentropy | Loss::SparseCategoricalCrossentropy, _) => {
            // Probabilities are first scaled to sum to one, then kept away from zero.
            let mass: f32 = y.iter().sum();
            let inside = |p: f32| p > EPSILON && p < 1.0 - EPSILON;
            let mut value = 0.0;
            let mut through = 0.0;
            for (&y, &t) in y.iter().zip(t) {
                let p = y / mass;
                value -= t * p.clamp(EPSILON, 1.0 - EPSILON).ln();
                through += if inside(p) { t } else { 0.0 };
            }
            for ((g, &y), &t) in g.iter_mut().zip(y).zip(t) {
                let direct = if inside(y / mass) { -t / y } else { 0.0 };
                *g = (direct + through / mass) * scale;
            }
            value
        }
        (Loss::KlDivergence, _) => each(
            &|y, t| {
                let (p, q) = (t.clamp(EPSILON, 1.0), y.clamp(EPSILON, 1.0));
                (p * (p / q).ln(), if q == y { -p / q } else { 0.0 })
            },
            scale,
        ),
    }
}

fn sign(x: f32) -> f32 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        0.0
    }
}
