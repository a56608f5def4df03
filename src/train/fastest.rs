//! Which of two devices trains a preset in less time: both make a few steps, on a training that is thrown away.

use std::time::{Duration, Instant};

use super::error::Error;
use super::training::{Progress, Training};
use crate::nn::Opened;

/// Steps that are not timed. A GPU does the first piece by piece, records the second and repeats it from then on.
const WARM_UP: usize = 3;
/// Steps that are timed.
const TIMED: usize = 7;
/// No step is begun after this time.
const LIMIT: Duration = Duration::from_secs(3);

/// The device of the two on which an epoch of steps takes less time, with a line that says so. `build` makes the training
/// on a device.
///
/// A device on which the training cannot be built, or fails, is not taken. Where that is the GPU, the line says why; where it
/// is neither, the processors are, and the training itself says why.
pub(super) fn fastest(
    gpu: Opened,
    build: impl Fn(&Opened) -> Result<Box<dyn Training>, Error>,
) -> (Opened, String) {
    let cpu = Opened::cpu();
    let name = name_of(&gpu.description());
    let on_gpu = match build(&gpu).and_then(seconds_an_epoch) {
        Ok(seconds) => seconds,
        Err(error) => return (cpu, format!("no GPU is used: {error}")),
    };
    let on_cpu = match build(&cpu).and_then(seconds_an_epoch) {
        Ok(seconds) => seconds,
        Err(error) => return (gpu, format!("{name} is used, since the CPU cannot train this: {error}")),
    };
    let [gpu_time, cpu_time] = [on_gpu, on_cpu].map(in_words);
    let told = |chosen: &str| {
        format!("an epoch takes about {gpu_time} on {name} and {cpu_time} on the CPU: {chosen} trains")
    };
    match on_gpu < on_cpu {
        true => (gpu, told(&name)),
        false => (cpu, told("the CPU")),
    }
}

/// `cuda:0` of `cuda:0, NVIDIA H200, 139 GiB`.
fn name_of(description: &str) -> String {
    description.split(',').next().unwrap_or_default().to_owned()
}

/// The estimated seconds of an epoch's steps: the median of a few, times their number.
fn seconds_an_epoch(mut training: Box<dyn Training>) -> Result<f64, Error> {
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
    timed.sort();
    timed.get(timed.len() / 2).copied().unwrap_or_default()
}

/// `12 ms`, `3.4 s`, `2.1 min`.
fn in_words(seconds: f64) -> String {
    match seconds {
        ..0.1 => format!("{:.1} ms", seconds * 1e3),
        ..100.0 => format!("{seconds:.1} s"),
        _ => format!("{:.1} min", seconds / 60.0),
    }
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
        let seconds = seconds_an_epoch(prepare(&preset).unwrap()).unwrap();
        assert!(seconds > 0.0 && seconds < 60.0, "{seconds}");
    }

    #[test]
    fn times_are_told_in_the_unit_that_people_read() {
        assert_eq!([0.0123, 3.44, 126.0].map(in_words), ["12.3 ms", "3.4 s", "2.1 min"]);
    }
}
