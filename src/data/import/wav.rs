//! WAV files.

use std::f32::consts::PI;
use std::path::Path;

use hound::{SampleFormat, WavReader};

use super::limits::Limits;
use crate::data::Error;
use crate::preset::summary::in_bytes;
use crate::system::files;

/// The longest sound that is read, in numbers: ten minutes in stereo at 48 kHz.
const MOST_SAMPLES: u64 = 600 * 2 * 48_000;
/// Zero crossings of the resampling filter on each side.
const REACH: f32 = 16.0;

/// The sound, its channels mixed, -1 to 1, at `rate` samples a second.
///
/// # Errors
/// When it does not decode, or is too long.
pub fn read(file: &Path, rate: usize, limits: &Limits) -> Result<Vec<f32>, Error> {
    let broken = |problem: String| Error::Broken { origin: file.to_string_lossy().into_owned(), problem };
    let damaged = |error: hound::Error| broken(format!("it does not decode: {error}"));
    let (opened, size) = files::open_sized(file).map_err(|error| broken(error.to_string()))?;
    let mut reader = WavReader::new(std::io::BufReader::new(opened)).map_err(damaged)?;
    let spec = reader.spec();
    if spec.channels == 0 || !(1000..=384_000).contains(&spec.sample_rate) {
        return Err(broken(format!("{} channels at {} Hz cannot be", spec.channels, spec.sample_rate)));
    }
    if u64::from(reader.len()) > MOST_SAMPLES {
        return Err(broken("it is longer than ten minutes".into()));
    }
    let frames = u64::from(reader.duration());
    let count = frames * rate as u64 / u64::from(spec.sample_rate);
    if count > MOST_SAMPLES {
        return Err(broken(format!(
            "at {rate} Hz it has {count} samples, and at most {MOST_SAMPLES} are read"
        )));
    }
    // Those of all channels, those of one, and at the other rate.
    let bytes = 4 * (u64::from(reader.len()) + frames + count);
    let most = limits.decoding.most();
    let _share = limits.decoding.take(bytes).ok_or_else(|| {
        broken(format!(
            "it takes {} of memory to read, and at most {} are taken",
            in_bytes(bytes),
            in_bytes(most)
        ))
    })?;
    // A header may promise more than there is.
    let mut samples: Vec<f32> = Vec::with_capacity(u64::from(reader.len()).min(size) as usize);
    match spec.sample_format {
        SampleFormat::Float => {
            for sample in reader.samples::<f32>() {
                samples.push(sample.map_err(damaged)?);
            }
        }
        SampleFormat::Int => {
            let full = 2_f32.powi(i32::from(spec.bits_per_sample) - 1);
            for sample in reader.samples::<i32>() {
                samples.push(sample.map_err(damaged)? as f32 / full);
            }
        }
    }
    if let Some(place) = samples.iter().position(|x| !x.is_finite()) {
        return Err(broken(format!("sample {} is not a number", place + 1)));
    }
    let channels = usize::from(spec.channels);
    let mono: Vec<f32> =
        samples.chunks_exact(channels).map(|all| all.iter().sum::<f32>() / channels as f32).collect();
    if mono.is_empty() {
        return Err(broken("it holds no sound".into()));
    }
    Ok(resampled(&mono, spec.sample_rate as usize, rate))
}

/// By a windowed sinc that passes what both rates can carry.
fn resampled(samples: &[f32], from: usize, to: usize) -> Vec<f32> {
    if from == to {
        return samples.to_vec();
    }
    let pass = (to as f32 / from as f32).min(1.0);
    let reach = REACH / pass;
    let count = (samples.len() as u64 * to as u64 / from as u64) as usize;
    (0..count)
        .map(|number| {
            let middle = number as f64 * from as f64 / to as f64;
            let first = (middle - f64::from(reach)).ceil().max(0.0) as usize;
            let last = ((middle + f64::from(reach)).floor() as usize).min(samples.len() - 1);
            (first..=last)
                .map(|place| {
                    let x = (place as f64 - middle) as f32;
                    let window = 0.5 + 0.5 * (PI * x / reach).cos();
                    let angle = PI * x * pass;
                    let sinc = if angle.abs() < 1e-6 { 1.0 } else { angle.sin() / angle };
                    samples[place] * sinc * window * pass
                })
                .sum()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tone(file: &Path, rate: u32, bits: u16, format: SampleFormat) {
        let spec =
            hound::WavSpec { channels: 2, sample_rate: rate, bits_per_sample: bits, sample_format: format };
        let mut writer = hound::WavWriter::create(file, spec).unwrap();
        for n in 0..rate / 4 {
            let x = 0.5 * (2.0 * PI * 440.0 * n as f32 / rate as f32).sin();
            for _ in 0..2 {
                match format {
                    SampleFormat::Float => writer.write_sample(x).unwrap(),
                    SampleFormat::Int => {
                        writer.write_sample((x * 2_f32.powi(i32::from(bits) - 1)) as i32).unwrap()
                    }
                }
            }
        }
        writer.finalize().unwrap();
    }

    #[test]
    fn a_tone_is_the_same_tone_at_another_rate() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.wav");
        for (rate, bits, format) in
            [(8000, 16, SampleFormat::Int), (22_050, 8, SampleFormat::Int), (44_100, 32, SampleFormat::Float)]
        {
            tone(&file, rate, bits, format);
            let sound = read(&file, 8000, &Limits::of_machine()).unwrap();
            assert!((1999..=2000).contains(&sound.len()));
            // Away from the ends, where the filter reaches beyond the sound.
            for (n, x) in sound.iter().enumerate().skip(100).take(1800) {
                let expected = 0.5 * (2.0 * PI * 440.0 * n as f32 / 8000.0).sin();
                assert!((x - expected).abs() < 0.02, "{rate} {n}: {x} {expected}");
            }
        }
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"RIFF....WAVE").unwrap();
        assert!(
            read(file.path(), 8000, &Limits::of_machine())
                .unwrap_err()
                .to_string()
                .contains("does not decode")
        );
    }

    #[test]
    fn a_sound_that_resampling_would_make_huge_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.wav");
        tone(&file, 1000, 16, SampleFormat::Int);
        let refused = read(&file, 1_000_000_000, &Limits::of_machine()).unwrap_err().to_string();
        assert!(refused.contains("at 1000000000 Hz it has 250000000 samples"), "{refused}");
        static BUDGET: super::super::budget::Budget = super::super::budget::Budget::new(1000);
        let limits = Limits { decoding: &BUDGET, ..Limits::of_machine() };
        assert!(read(&file, 1000, &limits).unwrap_err().to_string().contains("at most 1000.00 B are taken"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_damaged_sound_is_refused_or_read_without_a_panic(at in 0usize..60, byte: u8, cut in 1usize..400) {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("a.wav");
            tone(&file, 1000, 16, SampleFormat::Int);
            let mut bytes = std::fs::read(&file).unwrap();
            bytes.truncate(cut);
            if let Some(old) = bytes.get_mut(at) {
                *old = byte;
            }
            std::fs::write(&file, &bytes).unwrap();
            let _ = read(&file, 8000, &Limits::of_machine());
        }
    }
}
