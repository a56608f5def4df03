//! The forecast of a time series against the truth, with a band that holds nine of ten errors on held-out samples. Also
//! compares the model with the forecast that nothing changes, stretch by stretch of the test set.

use super::kind::Kind;
use super::subject::Subject;
use crate::data::{Batch, Dataset, Scale, Splits, Targets};
use crate::preset::Preset;
use crate::train::error::Error;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Knob, Line, Panel};

const NAME: &str = "forecast";

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

/// The number of samples on the screen.
const WINDOW: usize = 120;
/// The most samples that are evaluated.
const SAMPLES: usize = 4000;
/// The number of stretches that are judged separately.
const STRETCHES: usize = 8;

fn info(_: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let is_series = !splits.test.is_empty() && splits.test.naive(0).is_some();
    is_series.then(|| FigureInfo {
        name: NAME.into(),
        title: "Forecast and truth".into(),
        knobs: vec![Knob::Sample],
    })
}

/// The first target of each of the first `count` samples, in the data's own unit.
fn truths(set: &dyn Dataset, count: usize, scale: Scale) -> Result<Vec<f64>, Error> {
    let mut batch = Batch::default();
    let indices: Vec<u32> = (0..count as u32).collect();
    set.fill(&indices, &mut batch)?;
    Ok(match &batch.targets {
        Targets::Values(values) => {
            let width = (values.len() / count.max(1)).max(1);
            values.iter().step_by(width).map(|value| scale.restore(*value)).collect()
        }
        Targets::Classes(_) => Vec::new(),
    })
}

/// Root of the mean squared difference.
fn rmse<'a>(pairs: impl Iterator<Item = (&'a f64, &'a f64)>) -> f64 {
    let (sum, count) = pairs.fold((0.0, 0.0), |(sum, count), (a, b)| (sum + (a - b).powi(2), count + 1.0));
    if count > 0.0 { f64::sqrt(sum / count) } else { 0.0 }
}

/// The value below which a share of the numbers lies; `sorted` is in ascending order.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * sorted.len().saturating_sub(1) as f64;
    sorted.get(place.round() as usize).copied().unwrap_or(0.0)
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let splits = subject.splits;
    let test = &*splits.test;
    let scale = test.target_scales().first().copied().unwrap_or(Scale::NONE);
    let width = subject.model.output_width().max(1);
    let mut forecast = |set: &dyn Dataset| -> Result<Vec<f64>, Error> {
        let first: Vec<u32> = (0..set.len().min(SAMPLES) as u32).collect();
        let outputs = subject.outputs(set, &first)?;
        Ok(outputs.iter().step_by(width).map(|value| scale.restore(*value)).collect())
    };
    let said = forecast(test)?;
    let truth = truths(test, said.len(), scale)?;
    let held_out = if splits.validation.is_empty() { &*splits.train } else { &*splits.validation };
    let tried = forecast(held_out)?;
    let mut errors: Vec<f64> =
        truths(held_out, tried.len(), scale)?.iter().zip(&tried).map(|(truth, said)| truth - said).collect();
    errors.sort_unstable_by(f64::total_cmp);
    let band = (quantile(&errors, 0.05), quantile(&errors, 0.95));
    let naive: Vec<f64> = (0..said.len())
        .map(|index| test.naive(index).map_or(f64::NAN, |value| scale.restore(value)))
        .collect();

    let windows = said.len().saturating_sub(WINDOW) + 1;
    // A key press moves by a tenth of the window; the last window is shown first.
    let moves = windows.div_ceil(WINDOW / 10) as i64;
    let position = at.position.rem_euclid(moves.max(1));
    let from = (windows - 1).saturating_sub(position as usize * (WINDOW / 10));
    let shown = from..(from + WINDOW).min(said.len());
    let course = |values: &dyn Fn(usize) -> f64| shown.clone().map(|i| (i as f64, values(i))).collect();
    let line = |name: &str, points| Line { name: name.into(), points };
    let lines = vec![
        line("truth", course(&|i| truth[i])),
        line("forecast", course(&|i| said[i])),
        line("nothing changes", course(&|i| naive[i])),
        line("9 of 10 above", course(&|i| said[i] + band.0)),
        line("9 of 10 below", course(&|i| said[i] + band.1)),
    ];
    let inside = shown.clone().filter(|&i| (said[i] + band.0..=said[i] + band.1).contains(&truth[i])).count();
    let dates =
        [shown.start, shown.end.saturating_sub(1)].map(|i| test.caption(i).unwrap_or_else(|| i.to_string()));
    let (ours, theirs) = (rmse(truth.iter().zip(&said)), rmse(truth.iter().zip(&naive)));
    let notes = vec![format!(
        "{} to {}   {inside} of {} inside the band   error over {} {ours:.4}, with the forecast that nothing changes {theirs:.4}",
        dates[0],
        dates[1],
        shown.len(),
        if said.len() < test.len() {
            format!("the first {} test samples", said.len())
        } else {
            "the test set".into()
        }
    )];
    let x_label = "test sample".to_owned();
    let panels = vec![
        Panel {
            title: "Forecast against truth".into(),
            body: Body::Lines { x_label, y_label: "target".into(), lines, mark: None },
        },
        Panel { title: "Stretch by stretch".into(), body: stretches(test, &truth, &said, &naive) },
    ];
    let at = Controls { position, ..at.clone() };
    Ok(Figure { name: NAME.into(), at, step: subject.step, notes, panels })
}

/// The errors of equal stretches of the test set, one after the other.
fn stretches(test: &dyn Dataset, truth: &[f64], said: &[f64], naive: &[f64]) -> Body {
    let length = truth.len().div_ceil(STRETCHES).max(1);
    let row = |start: usize| {
        let part = start..(start + length).min(truth.len());
        let error = |values: &[f64]| rmse(truth[part.clone()].iter().zip(&values[part.clone()]));
        let (ours, theirs) = (error(said), error(naive));
        let name = test.caption(start).unwrap_or_else(|| start.to_string());
        let better =
            if theirs > 0.0 { format!("{:+.1}%", 100.0 * (1.0 - ours / theirs)) } else { "-".into() };
        vec![name, format!("{ours:.4}"), format!("{theirs:.4}"), better]
    };
    let header = ["from", "forecast", "nothing changes", "better by"].map(str::to_owned).to_vec();
    Body::Table { header, rows: (0..truth.len()).step_by(length).map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_quantiles_of_known_numbers() {
        assert_eq!(rmse([3.0, -4.0].iter().zip(&[0.0, 0.0])), 12.5_f64.sqrt());
        let sorted: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!((quantile(&sorted, 0.05), quantile(&sorted, 0.95)), (5.0, 95.0));
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
