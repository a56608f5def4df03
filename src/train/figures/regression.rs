//! Predicted against true values of the test set, and the distribution of the errors.

use super::kind::Kind;
use super::subject::{Subject, counted, in_own_units, spread};
use crate::data::{Batch, Dataset, Splits, Targets};
use crate::preset::{Loss, Preset};
use crate::train::digits::plain;
use crate::train::error::Error;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Panel, Point};

const NAME: &str = "regression";

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

/// The most test samples that are evaluated.
const SAMPLES: usize = 2000;
/// About how many bars the histogram has at most.
const BINS: usize = 15;
/// The samples with the largest errors that are listed, and how many of their inputs.
const LISTED: usize = 40;
const INPUTS: usize = 8;

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
    let indices = spread(test, SAMPLES);
    let said = subject.outputs(test, &indices)?;
    let mut batch = Batch::default();
    test.fill(&indices, &mut batch)?;
    let Targets::Values(truth) = &batch.targets else { return Err(Error::NoFigure(NAME.into())) };
    let scale = test.target_scales().first().copied();
    let restore = |value: f32| scale.map_or(f64::from(value), |scale| scale.restore(value));
    let pairs: Vec<(f64, f64)> = truth.iter().zip(&said).map(|(t, s)| (restore(*t), restore(*s))).collect();
    let Fit { rmse, mae, r_squared } = fit(&pairs);
    let points = pairs.iter().map(|&(x, y)| Point { x: x as f32, y: y as f32, class: 0 }).collect();
    let note = format!(
        "R² {r_squared:.4}   root mean squared error {rmse:.3}   mean absolute error {mae:.3}   {}",
        counted(pairs.len(), test)
    );
    let scatter = Body::Scatter {
        x_label: "true".into(),
        y_label: "predicted".into(),
        points,
        classes: Vec::new(),
        diagonal: true,
    };
    let panels = vec![
        Panel { title: "Exact predictions lie on the line".into(), body: scatter },
        Panel { title: "Errors, predicted minus true".into(), body: errors(&pairs) },
        Panel { title: "The largest errors".into(), body: largest(test, &indices, &pairs)? },
    ];
    Ok(Figure { name: NAME.into(), at: at.clone(), step: subject.step, notes: vec![note], panels })
}

/// A histogram of the errors, whose bars stand at multiples of a round number: 1, 2 or 5 times a power of ten.
fn errors(pairs: &[(f64, f64)]) -> Body {
    let errors = || pairs.iter().map(|(truth, said)| said - truth).filter(|error| error.is_finite());
    let most = errors().map(f64::abs).fold(1e-9, f64::max);
    let side = (BINS / 2) as f64;
    let power = 10_f64.powf((most / side).log10().floor());
    let width = [1.0, 2.0, 5.0].map(|of| of * power).into_iter().find(|width| most / width <= side + 0.5);
    let width = width.unwrap_or(10.0 * power);
    let bin = |error: f64| (error / width).round();
    let (low, high) =
        errors().map(bin).fold((0.0, 0.0), |(low, high): (f64, f64), bin| (low.min(bin), high.max(bin)));
    let mut counts = vec![0.0; (high - low) as usize + 1];
    errors().for_each(|error| counts[(bin(error) - low) as usize] += 1.0);
    let full = counts.iter().copied().fold(1.0, f64::max);
    let middle = |place: usize| {
        let text = plain((low + place as f64) * width);
        if low + place as f64 > 0.0 { format!("+{text}") } else { text }
    };
    let named = counts.into_iter().enumerate().map(|(place, count)| (middle(place), count));
    Body::Bars { bars: named.collect(), full, are_shares: false }
}

/// The samples that are missed by most, with their inputs in the data's own units where these have names.
fn largest(test: &dyn Dataset, indices: &[u32], pairs: &[(f64, f64)]) -> Result<Body, Error> {
    let mut order: Vec<usize> = (0..pairs.len().min(indices.len())).collect();
    let missed = |place: &usize| (pairs[*place].1 - pairs[*place].0).abs();
    order.sort_by(|a, b| missed(b).total_cmp(&missed(a)).then(a.cmp(b)));
    let names: Vec<String> = test.columns().iter().take(INPUTS).cloned().collect();
    let mut batch = Batch::default();
    let mut row = |place: &usize| {
        let (truth, said) = pairs[*place];
        let index = indices[*place] as usize;
        test.fill(&[indices[*place]], &mut batch)?;
        let words = test.table().map(|schema| schema.words_of(&batch.inputs)).unwrap_or_default();
        let inputs = in_own_units(test, index, &batch.inputs)?.into_iter().enumerate().take(names.len());
        let shown = |(place, x): (usize, f64)| match words.get(place) {
            Some(word) if !word.is_empty() => word.clone(),
            _ => plain(x),
        };
        let number = test.row_of(index).unwrap_or(index);
        let known = [number.to_string(), plain(said - truth), plain(truth), plain(said)];
        Ok(known.into_iter().chain(inputs.map(shown)).collect())
    };
    let has_rows = indices.first().is_some_and(|index| test.row_of(*index as usize).is_some());
    let header = [if has_rows { "row" } else { "sample" }, "error", "true", "predicted"].map(String::from);
    let rows: Vec<Vec<String>> = order.iter().take(LISTED).map(&mut row).collect::<Result<_, Error>>()?;
    let header = header.into_iter().chain(names.iter().cloned()).collect();
    Ok(Body::Table { header, rows })
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

    #[test]
    fn errors_are_counted_at_round_numbers() {
        let pairs = [(0.0, 117.4), (0.0, -3.0), (0.0, 12.0), (0.0, -38.0), (5.0, f64::NAN)];
        let Body::Bars { bars, full, are_shares } = errors(&pairs) else { panic!("bars") };
        let told: Vec<(&str, f64)> = bars.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        let some = [("-40", 1.0), ("-20", 0.0), ("0", 1.0), ("+20", 1.0), ("+40", 0.0), ("+60", 0.0)];
        assert_eq!(told, [&some[..], &[("+80", 0.0), ("+100", 0.0), ("+120", 1.0)]].concat());
        assert_eq!((full, are_shares), (1.0, false));
        let Body::Bars { bars, .. } = errors(&[(0.0, 0.5), (0.0, -0.003)]) else { panic!("bars") };
        assert_eq!(bars[0].0, "0");
        assert_eq!(bars.last().map(|bar| bar.0.as_str()), Some("+0.5"));
    }
}
