//! Which of two devices trains a preset in less time: both make a few steps, on a training that is thrown away.

use super::epoch_time::seconds_an_epoch;
use super::error::Error;
use super::training::Training;
use crate::nn::Opened;

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
    let on_gpu = match build(&gpu).and_then(|mut training| seconds_an_epoch(&mut *training)) {
        Ok(seconds) => seconds,
        Err(error) => return (cpu, format!("no GPU is used: {error}")),
    };
    let on_cpu = match build(&cpu).and_then(|mut training| seconds_an_epoch(&mut *training)) {
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

    #[test]
    fn times_are_told_in_the_unit_that_people_read() {
        assert_eq!([0.0123, 3.44, 126.0].map(in_words), ["12.3 ms", "3.4 s", "2.1 min"]);
    }
}
