//! The S&P 500 as windows of days, to forecast how much it will move (not in which direction).

use std::path::Path;

use super::Error;
use super::answers::Answers;
use super::embedded::{Part, part};
use super::import::text;
use super::parts::Parts;
use super::samples::Samples;
use crate::preset::{DataConfig, data};

static SP500: Part = part!("sp500/sp500.csv", "4fc37d3e31d2d7c3b4cd49661c71cae8", 400_462);

/// One trading day.
struct Day {
    /// `2018-12-31`, or the text as it stands there.
    date: String,
    /// Whether the date is of that form.
    is_dated: bool,
    /// ln(close / the day before's close).
    log_return: f32,
    /// The day's variance by its range (Parkinson 1980): ln(high / low)² / (4 ln 2).
    variance: f64,
}

/// The least variance of a day, since the logarithm of zero is infinite: a day may have no range at all.
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

/// The logarithm of the root of the days' mean variance.
fn log_volatility(days: &[Day]) -> f32 {
    let mean = days.iter().map(|day| day.variance).sum::<f64>() / days.len().max(1) as f64;
    (0.5 * mean.ln()) as f32
}

fn windows(days: &[Day], steps: usize, horizon: usize) -> Samples {
    let count = (days.len() + 1).saturating_sub(steps + horizon);
    let mut inputs = Vec::with_capacity(count * steps * 2);
    let (mut values, mut naive, mut captions) = (Vec::new(), Vec::new(), Vec::new());
    for first in 0..count {
        let (window, ahead) = days[first..first + steps + horizon].split_at(steps);
        for day in window {
            inputs.extend([day.log_return, log_volatility(std::slice::from_ref(day))]);
        }
        values.push(f64::from(log_volatility(ahead)));
        naive.push(log_volatility(&window[steps.saturating_sub(horizon)..]));
        captions.push(ahead[0].date.clone());
    }
    let columns = ["log return", "log volatility"].map(str::to_string).to_vec();
    let answers = Answers::values(1, values);
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
    // Where not all windows are trained on, the most recent ones are.
    let first = train.saturating_sub(config.train_samples.unwrap_or(train));
    let range = |from: usize, to: usize| (from as u32..to as u32).collect();
    Parts {
        train: range(first, train),
        validation: range(before - validation, before),
        test: range(count - test, count),
    }
}

/// The last `steps` days of a person's own table as a window that the network reads: `after` its last day, and
/// `[steps, 2]` before scaling. The table needs columns High, Low and Close and one day more than the window has, from
/// old to new; a column Date names the days.
///
/// # Errors
/// When the table is not of that form, with the line.
pub fn latest(file: &Path, steps: usize) -> Result<(String, Vec<f32>), Error> {
    let origin = file.to_string_lossy().into_owned();
    let days = table(&text::read(file)?, &origin)?;
    let broken = |problem: String| Error::Broken { origin: origin.clone(), problem };
    let Some(window) = days.len().checked_sub(steps).map(|first| &days[first..]) else {
        return Err(broken(format!(
            "{} days, and a window of {steps} needs {} of them: the first has no day before it",
            days.len() + 1,
            steps + 1
        )));
    };
    let dates: Option<Vec<&str>> = window.iter().map(|day| day.is_dated.then_some(&day.date[..])).collect();
    if dates.is_some_and(|dates| dates.windows(2).any(|pair| pair[0] >= pair[1])) {
        return Err(broken("its days do not go from old to new".into()));
    }
    let last = window.last().map(|day| format!("after {}", day.date)).unwrap_or_default();
    let numbers = window.iter().flat_map(|day| [day.log_return, log_volatility(std::slice::from_ref(day))]);
    Ok((last, numbers.collect()))
}

fn days() -> Result<Vec<Day>, Error> {
    table(&SP500.text()?, "the embedded S&P 500")
}

/// Days of a table whose first line names its columns, all but the first, which has no day before it.
fn table(text: &str, origin: &str) -> Result<Vec<Day>, Error> {
    let broken = |problem: String| Error::Broken { origin: origin.into(), problem };
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let header = lines.next().map(|(_, line)| line).unwrap_or_default();
    let names: Vec<String> = header.split(',').map(|name| name.trim().to_lowercase()).collect();
    let column = |name: &str| {
        let place = names.iter().position(|here| here == name);
        place.ok_or_else(|| {
            broken(format!(
                "line 1: there is no column '{name}'; days need High, Low and Close, split by commas"
            ))
        })
    };
    let (high, low, close) = (column("high")?, column("low")?, column("close")?);
    let date = column("date").ok();
    let mut days = Vec::new();
    let mut before: Option<f64> = None;
    for (number, line) in lines {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let price = |place: usize| {
            let price = cells.get(place).and_then(|cell| cell.parse::<f64>().ok());
            price.filter(|price| price.is_finite() && *price > 0.0).ok_or_else(|| {
                let shown: String = cells.get(place).unwrap_or(&"").chars().take(40).collect();
                broken(format!("line {}, column {}: '{shown}' is no price", number + 1, place + 1))
            })
        };
        let (high, low, close) = (price(high)?, price(low)?, price(close)?);
        if high < low {
            return Err(broken(format!("line {}: the day's high is below its low", number + 1)));
        }
        let written = date.and_then(|place| cells.get(place)).copied().unwrap_or_default();
        let day = iso(written);
        // The first day has no day before it.
        if let Some(before) = before.replace(close) {
            let range = (high / low).ln();
            days.push(Day {
                is_dated: day.is_some(),
                date: day.unwrap_or_else(|| match written {
                    "" => format!("line {}", number + 1),
                    other => other.to_string(),
                }),
                log_return: (close / before).ln() as f32,
                variance: (range * range / (4.0 * std::f64::consts::LN_2)).max(SMALLEST_VARIANCE),
            });
        }
    }
    Ok(days)
}

/// `1/4/1999` as `1999-01-04`; what is of that form already stays.
fn iso(date: &str) -> Option<String> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if let [year, month, day] = date.split('-').collect::<Vec<_>>()[..]
        && (year.len(), month.len(), day.len()) == (4, 2, 2)
        && [year, month, day].into_iter().all(digits)
    {
        return Some(date.to_string());
    }
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
            is_dated: false,
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
        assert_eq!(values[..], [expected(4.0, 5.0), expected(5.0, 6.0)].map(f64::from));
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
    fn the_last_days_of_a_table_are_the_window_that_training_would_have_seen() {
        let whole = SP500.text().unwrap();
        let samples = sp500(22, 1).unwrap();
        // Up to the day before the last, which is the last window's target.
        let rows = whole.lines().count() - 1;
        let file = tempfile::NamedTempFile::new().unwrap();
        let put = |text: &str| std::fs::write(file.path(), text).unwrap();
        put(&whole.lines().take(rows).collect::<Vec<_>>().join("\n"));
        let (day, window) = latest(file.path(), 22).unwrap();
        assert_eq!(
            (&day[..], &window[..]),
            ("after 2018-12-28", &samples.inputs[samples.inputs.len() - 44..])
        );

        let problem = |text: &str| {
            put(text);
            latest(file.path(), 2).unwrap_err().to_string()
        };
        assert!(problem("a,b\n1,2\n").contains("no column 'high'"));
        let days = "date,high,low,close\n2020-01-01,2,1,1\n2020-01-02,2,1,1\n";
        assert!(problem(days).contains("2 days, and a window of 2 needs 3"));
        assert!(problem(&format!("{days}2020-01-03,2,x,1\n")).contains("line 4, column 3: 'x' is no price"));
        assert!(problem(&format!("{days}2020-01-03,1,2,1\n")).contains("line 4: the day's high is below"));
        assert!(problem(&format!("{days}2019-12-31,2,1,1\n")).contains("from old to new"));
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
