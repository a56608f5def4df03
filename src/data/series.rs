//! The S&P 500 as windows of days, to forecast how much it will move (not in which direction).

use super::Error;
use super::dataset::Scale;
use super::embedded::{Part, part};
use super::parts::Parts;
use super::samples::{Answers, Samples};
use crate::preset::{DataConfig, data};

static SP500: Part = part!("sp500/sp500.csv", "4fc37d3e31d2d7c3b4cd49661c71cae8", 400_462);

/// One trading day.
struct Day {
    /// `2018-12-31`.
    date: String,
    /// ln(close / the day before's close).
    log_return: f32,
    /// The day's variance by its range (Parkinson 1980): ln(high / low)² / (4 ln 2).
    variance: f64,
}

/// A day without any range would have the logarithm of zero.
const SMALLEST_VARIANCE: f64 = 1e-8;

/// Windows of `steps` days, each day its log return and log volatility, with the log volatility of the `horizon` days
/// after: `[windows, steps, 2]`, in order of time. The naive forecast is the log volatility of the last `horizon` days of
/// the window.
///
/// # Errors
/// When the embedded bytes are damaged.
pub fn sp500(steps: usize, horizon: usize) -> Result<Samples, Error> {
    Ok(windows(&days()?, steps, horizon))
}

fn windows(days: &[Day], steps: usize, horizon: usize) -> Samples {
    let log_volatility = |days: &[Day]| {
        let mean = days.iter().map(|day| day.variance).sum::<f64>() / days.len().max(1) as f64;
        (0.5 * mean.ln()) as f32
    };
    let count = (days.len() + 1).saturating_sub(steps + horizon);
    let mut inputs = Vec::with_capacity(count * steps * 2);
    let (mut values, mut naive, mut captions) = (Vec::new(), Vec::new(), Vec::new());
    for first in 0..count {
        let (window, ahead) = days[first..first + steps + horizon].split_at(steps);
        for day in window {
            inputs.extend([day.log_return, log_volatility(std::slice::from_ref(day))]);
        }
        values.push(log_volatility(ahead));
        naive.push(log_volatility(&window[steps.saturating_sub(horizon)..]));
        captions.push(ahead[0].date.clone());
    }
    let columns = ["log return", "log volatility"].map(str::to_string).to_vec();
    let answers = Answers::Values { width: 1, values, scales: vec![Scale::NONE] };
    let samples = Samples::of_classes(vec![steps, 2], inputs, Vec::new(), Vec::new());
    Samples { answers, columns, captions, naive, ..samples }
}

/// Cuts by time: the last windows are the test, those before that validation. `horizon - 1` windows between two parts are
/// left out, because the days they forecast reach into the next part.
pub fn cut(count: usize, horizon: usize, config: &DataConfig) -> Parts {
    let gap = horizon - 1;
    let test = data::held_out(count, config.test_share());
    let before = (count - test).saturating_sub(gap);
    let validation = data::held_out(before, config.validation);
    let train = if validation == 0 { before } else { (before - validation).saturating_sub(gap) };
    // The most recent ones, if not all.
    let first = train.saturating_sub(config.train_samples.unwrap_or(train));
    let range = |from: usize, to: usize| (from as u32..to as u32).collect();
    Parts {
        train: range(first, train),
        validation: range(before - validation, before),
        test: range(count - test, count),
    }
}

fn days() -> Result<Vec<Day>, Error> {
    let text = SP500.text()?;
    let wrong = |line: &str| Error::Broken {
        origin: "the embedded S&P 500".into(),
        problem: format!("'{line}' is not expected"),
    };
    let mut days = Vec::new();
    let mut before: Option<f64> = None;
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |place: usize| cells.get(place).and_then(|cell| cell.parse::<f64>().ok());
        let (Some(high), Some(low), Some(close), Some(date)) =
            (number(2), number(3), number(4), iso(cells[0]))
        else {
            return Err(wrong(line));
        };
        // The first day has no day before it.
        if let Some(before) = before.replace(close) {
            let range = (high / low).ln();
            days.push(Day {
                date,
                log_return: (close / before).ln() as f32,
                variance: (range * range / (4.0 * std::f64::consts::LN_2)).max(SMALLEST_VARIANCE),
            });
        }
    }
    Ok(days)
}

/// `1/4/1999` as `1999-01-04`.
fn iso(date: &str) -> Option<String> {
    let mut parts = date.split('/').map(str::parse::<u32>);
    match (parts.next()?, parts.next()?, parts.next()?) {
        (Ok(month), Ok(day), Ok(year)) => Some(format!("{year}-{month:02}-{day:02}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_the_days_before_and_its_target_the_days_after() {
        let day = |number: u32| Day {
            date: number.to_string(),
            log_return: number as f32,
            variance: f64::from(number * number),
        };
        let days: Vec<Day> = (1..=6).map(day).collect();
        let samples = windows(&days, 3, 2);
        assert_eq!(samples.count(), 2);
        let logs = [1.0_f32.ln(), 2.0_f32.ln(), 3.0_f32.ln()];
        assert_eq!(samples.inputs[..6], [1.0, logs[0], 2.0, logs[1], 3.0, logs[2]]);
        let Answers::Values { values, .. } = &samples.answers else { panic!("it is a regression") };
        let expected = |a: f64, b: f64| (0.5 * ((a * a + b * b) / 2.0).ln()) as f32;
        assert_eq!(values[..], [expected(4.0, 5.0), expected(5.0, 6.0)]);
        assert_eq!(samples.naive, [expected(2.0, 3.0), expected(3.0, 4.0)]);
        assert_eq!(samples.captions, ["4", "5"]);
    }

    #[test]
    fn no_part_forecasts_days_of_the_next() {
        let config = DataConfig { validation: 0.2, ..DataConfig::of(crate::preset::Source::Words) };
        for horizon in [1, 5] {
            let Parts { train, validation, test } = cut(1000, horizon, &config);
            assert_eq!(test, (800..1000).collect::<Vec<u32>>());
            // A window's target covers the days from its own number to horizon - 1 later.
            let reach = horizon as u32 - 1;
            assert!(train[train.len() - 1] + reach < validation[0]);
            assert!(validation[validation.len() - 1] + reach < test[0]);
            assert!(validation.len() > 150 && train[0] == 0);
        }
    }

    #[test]
    fn the_crash_of_october_2008_is_in_the_data() {
        let days = days().unwrap();
        assert_eq!((days.len(), &days[0].date[..], &days[5029].date[..]), (5030, "1999-01-05", "2018-12-31"));
        let worst = days.iter().min_by(|a, b| a.log_return.total_cmp(&b.log_return)).unwrap();
        assert_eq!(worst.date, "2008-10-15");
        assert!((worst.log_return + 0.0947).abs() < 1e-3, "{}", worst.log_return);
    }
}
