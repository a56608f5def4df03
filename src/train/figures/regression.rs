//! Predicted against true values of the test set, and the distribution of the errors.

use super::kind::Kind;
use super::subject::Subject;
use crate::data::{Batch, Splits, Targets};
use crate::preset::{Loss, Preset};
use crate::train::error::Error;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Panel, Point};

const NAME: &str = "regression";

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

/// The most test samples that are evaluated.
const SAMPLES: usize = 2000;
/// The number of bars in the histogram.
const BINS: usize = 15;

fn info(preset: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let mut batch = Batch::default();
    let is_one_value = splits.test.classes().is_empty() && !splits.test.is_empty() && {
        // There is no figure of a set that cannot be read.
        let filled = splits.test.fill(&[0], &mut batch);
        filled.is_ok() && matches!(&batch.targets, Targets::Values(values) if values.len() == 1)
    };
    let is_regression = !matches!(
        preset.loss,
        Loss::BinaryCrossentropy | Loss::CategoricalCrossentropy | Loss::SparseCategoricalCrossentropy
    );
    (is_one_value && is_regression).then(|| FigureInfo {
        name: NAME.into(),
        title: "Predicted against true".into(),
        knobs: Vec::new(),
    })
}

/// How well predictions fit.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Fit {
    rmse: f64,
    mae: f64,
    r_squared: f64,
}

fn fit(pairs: &[(f64, f64)]) -> Fit {
    let count = pairs.len().max(1) as f64;
    let mean = pairs.iter().map(|(truth, _)| truth).sum::<f64>() / count;
    let squares: f64 = pairs.iter().map(|(truth, said)| (truth - said).powi(2)).sum();
    let spread: f64 = pairs.iter().map(|(truth, _)| (truth - mean).powi(2)).sum();
    Fit {
        rmse: (squares / count).sqrt(),
        mae: pairs.iter().map(|(truth, said)| (truth - said).abs()).sum::<f64>() / count,
        r_squared: if spread > 0.0 { 1.0 - squares / spread } else { 0.0 },
    }
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let splits = subject.splits;
    let test = &*splits.test;
    let said = subject.outputs(test, SAMPLES)?;
    let indices: Vec<u32> = (0..said.len() as u32).collect();
    let mut batch = Batch::default();
    test.fill(&indices, &mut batch)?;
    let Targets::Values(truth) = &batch.targets else { return Err(Error::NoFigure(NAME.into())) };
    let scale = test.target_scales().first().copied();
    let restore = |value: f32| scale.map_or(f64::from(value), |scale| scale.restore(value));
    let pairs: Vec<(f64, f64)> = truth.iter().zip(&said).map(|(t, s)| (restore(*t), restore(*s))).collect();
    let Fit { rmse, mae, r_squared } = fit(&pairs);
    let points = pairs.iter().map(|&(x, y)| Point { x: x as f32, y: y as f32, class: 0 }).collect();
    let note = format!(
        "R² {r_squared:.4}   root mean squared error {rmse:.3}   mean absolute error {mae:.3}   {} test samples",
        pairs.len()
    );
    let scatter = Body::Scatter {
        x_label: "true".into(),
        y_label: "predicted".into(),
        points,
        classes: Vec::new(),
        diagonal: true,
    };
    let panels = vec![
        Panel { title: "Test set: exact predictions lie on the line".into(), body: scatter },
        Panel { title: "Errors, predicted minus true".into(), body: errors(&pairs) },
    ];
    Ok(Figure { name: NAME.into(), at: at.clone(), step: subject.step, notes: vec![note], panels })
}

/// A histogram of the errors.
fn errors(pairs: &[(f64, f64)]) -> Body {
    let most = pairs.iter().map(|(truth, said)| (said - truth).abs()).fold(1e-9, f64::max);
    let width = 2.0 * most / BINS as f64;
    let mut counts = vec![0.0; BINS];
    for (truth, said) in pairs {
        let bin = ((said - truth + most) / width).clamp(0.0, (BINS - 1) as f64) as usize;
        counts[bin] += 1.0;
    }
    let full = counts.iter().copied().fold(1.0, f64::max);
    let middle = |bin: usize| -most + (bin as f64 + 0.5) * width;
    let named = counts.into_iter().enumerate().map(|(bin, count)| (format!("{:+.3}", middle(bin)), count));
    Body::Bars { bars: named.collect(), full }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scikit-learn 1.7: `r2_score([3, -0.5, 2, 7], [2.5, 0.0, 2, 8])` is 0.948608137…, its manual's own example. The
    /// mean squared error is 0.375, the mean absolute error 0.5.
    #[test]
    fn the_fit_agrees_with_scikit_learns_example() {
        let fit = fit(&[(3.0, 2.5), (-0.5, 0.0), (2.0, 2.0), (7.0, 8.0)]);
        assert!((fit.r_squared - 0.948_608_137).abs() < 1e-9);
        assert!((fit.rmse.powi(2) - 0.375).abs() < 1e-12);
        assert_eq!(fit.mae, 0.5);
    }
}
