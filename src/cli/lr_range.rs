//! `trainyard lr-range`: at which learning rates the loss of a preset falls.

use std::io::Write;

use clap_complete::ArgValueCompleter;

use super::device::Device;
use super::experiment::with_overrides;
use super::text::{self, lines};
use super::threads::Threads;
use super::{Error, candidates};
use crate::worker::{self, RangeEnd, RateCurve, RatePoint, RateRange};

/// The most rows of the table.
const ROWS: usize = 25;
/// The columns of the longest bar.
const BAR: f64 = 40.0;

/// Learning-rate range test: at which rates the loss falls, and which one to take
///
/// A training that is thrown away makes some steps, each with a higher rate. What is suggested is in the middle of the rates over
/// which the smoothed loss fell longest, as fastai's lr_find does it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A preset's name, or a .ron file
    #[arg(add = ArgValueCompleter::new(candidates::presets))]
    preset: String,
    /// Change a value first, such as train.batch_size=32; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// The lowest rate
    #[arg(long, value_name = "RATE", default_value_t = RateRange::default().from)]
    from: f64,
    /// The highest rate
    #[arg(long, value_name = "RATE", default_value_t = RateRange::default().to)]
    to: f64,
    /// How many rates are tried, one a step
    #[arg(long, value_name = "N", default_value_t = RateRange::default().steps, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    steps: u32,
    /// Print one JSON object: each rate with its loss, the suggestion, why it ended
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    device: Device,
    #[command(flatten)]
    pub(super) threads: Threads,
}

impl Arguments {
    /// Makes the test and prints what it shows.
    pub fn run(self) -> Result<(), Error> {
        let range = RateRange { from: self.from, to: self.to, steps: self.steps };
        let is_rate = |rate: f64| rate.is_finite() && rate > 0.0;
        if !(is_rate(range.from) && is_rate(range.to) && range.from < range.to) {
            return Err(Error::Usage(format!(
                "--from {} and --to {}: rates are above 0, and grow",
                range.from, range.to
            )));
        }
        let experiment = with_overrides(&self.preset, &self.sets, &[])?;
        let curve =
            worker::try_rates(&experiment, range, self.device.option()?, drop).map_err(Error::Failed)?;
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{}", text::json(&curve)?)?;
            return Ok(());
        }
        let preset = &experiment.preset;
        let page = page(&curve, &self.preset, preset.optimizer.learning_rate());
        writeln!(out, "{}", lines(&page))?;
        Ok(())
    }
}

/// The curve as a table, and what it says.
fn page(curve: &RateCurve, preset: &str, now: f64) -> String {
    let every = curve.points.len().div_ceil(ROWS).max(1);
    let last = curve.points.len().saturating_sub(1);
    let is_shown = |place: usize| place.is_multiple_of(every) || place == last;
    let rows = (0..).zip(&curve.points).filter(|(place, _)| is_shown(*place));
    // The longest bar is no longer than the loss of the first steps is high: at the end it may be any number.
    let most = curve.points.first().map_or(0.0, |point| 1.25 * point.smoothed);
    let mut page = format!("{:>9}  {:>12}  {:>12}\n", "rate", "loss", "smoothed");
    for (_, RatePoint { rate, loss, smoothed }) in rows {
        let share = (smoothed.max(0.0) / most.max(f64::MIN_POSITIVE)).min(1.0);
        let bar = "█".repeat((BAR * share).round() as usize);
        page += format!("{rate:>9.1e}  {loss:>12.5}  {smoothed:>12.5}  {bar}").trim_end();
        page.push('\n');
    }
    let two = RateCurve::to_two_digits;
    page += match curve.end {
        RangeEnd::Complete => "all rates were tried",
        RangeEnd::Diverged => "the loss had diverged: several times its lowest value",
        RangeEnd::NotFinite => "the loss of the next step was not finite",
    };
    if let Some(lowest) = curve.lowest {
        page += &format!("; it was lowest at {}, which is too high to train with", two(lowest));
    }
    match curve.suggestion.map(two) {
        Some(rate) => {
            page += &format!(
                "\nsuggested: {rate} (the preset has {now}); `trainyard train {preset} --lr {rate}` takes it"
            );
        }
        None => page += "\nthe loss did not fall over these rates: none is suggested",
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_a_table_with_a_command_that_takes_what_is_suggested() {
        let point = |step: i32| RatePoint {
            rate: 10_f64.powi(step - 5),
            loss: 2.0,
            smoothed: 2.5 - f64::from(step) / 4.0,
        };
        let curve = RateCurve {
            points: (0..4).map(point).collect(),
            suggestion: Some(0.003_162_277),
            lowest: Some(0.01),
            end: RangeEnd::NotFinite,
        };
        let said = page(&curve, "xor", 0.1);
        assert!(
            said.contains("suggested: 0.0032 (the preset has 0.1); `trainyard train xor --lr 0.0032`"),
            "{said}"
        );
        assert!(said.contains("not finite; it was lowest at 0.01"), "{said}");
        assert_eq!(said.lines().count(), 1 + 4 + 2, "{said}");
    }
}
