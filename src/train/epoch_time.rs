//! How long an epoch takes, from a few steps.

use std::time::{Duration, Instant};

use super::error::Error;
use super::training::{Progress, Training};

/// Steps that are not timed. A GPU does the first piece by piece, records the second and repeats it from then on.
const WARM_UP: usize = 3;
/// Steps that are timed.
const TIMED: usize = 7;
/// No step is begun after this time.
const LIMIT: Duration = Duration::from_secs(3);

/// The estimated seconds of an epoch's steps: the median of a few, times their number. The training has gone on by these steps.
///
/// # Errors
/// When the data cannot be read, or the device fails.
pub fn seconds_an_epoch(training: &mut dyn Training) -> Result<f64, Error> {
    let since = Instant::now();
    let mut steps = Vec::new();
    while steps.len() < WARM_UP + TIMED && (steps.is_empty() || since.elapsed() < LIMIT) {
        let begun = Instant::now();
        match training.advance() {
            Ok(Progress::Stepped(_)) => steps.push(begun.elapsed()),
            Ok(Progress::Validating | Progress::EpochEnded(_) | Progress::Noted(_)) => {}
            // The training itself will say that its loss is not finite.
            Ok(Progress::Done(_)) | Err(Error::NotFinite { .. }) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(median(&mut steps).as_secs_f64() * training.steps_per_epoch() as f64)
}

/// The median without the first steps, where there are others.
fn median(steps: &mut [Duration]) -> Duration {
    let warm_up = if steps.len() > WARM_UP { WARM_UP } else { steps.len().saturating_sub(1) };
    let timed = &mut steps[warm_up..];
    timed.sort_unstable();
    timed.get(timed.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::Preset;
    use crate::train::witness::prepare;

    #[test]
    fn the_first_steps_do_not_count_where_there_are_others() {
        let of = |ms: &[u64]| median(&mut ms.iter().copied().map(Duration::from_millis).collect::<Vec<_>>());
        let ms = Duration::from_millis;
        assert_eq!(of(&[900, 800, 700, 3, 1, 2]), ms(2));
        assert_eq!(of(&[900, 800, 5]), ms(5));
        assert_eq!(of(&[900]), ms(900));
        assert_eq!(of(&[]), ms(0));
    }

    #[test]
    fn an_epoch_is_estimated_also_where_a_training_has_fewer_steps_than_are_timed() {
        let text = r#"(name: "a", title: "", data: (source: iris), layers: [Dense(units: 3, activation: softmax)],
            loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 50))"#;
        let preset: Preset = ron::from_str(text).unwrap();
        let seconds = seconds_an_epoch(&mut *prepare(&preset).unwrap()).unwrap();
        assert!(seconds > 0.0 && seconds < 60.0, "{seconds}");
    }
}
