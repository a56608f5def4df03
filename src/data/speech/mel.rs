//! Log-mel spectrograms: how loud each band of pitch is, over time.

use std::f64::consts::TAU;

use rustfft::algorithm::Radix4;
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftDirection};

/// How a sound becomes a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spectrogram {
    /// Samples a second.
    pub rate: usize,
    /// Samples of a frame, under a Hann window; a power of two.
    pub frame: usize,
    /// Samples from one frame to the next.
    pub hop: usize,
    /// Bands, equally wide on the mel scale from 0 Hz to half the rate.
    pub mels: usize,
    /// Frames of the picture: shorter sounds end with silence, longer ones are cut.
    pub frames: usize,
}

/// Power below this is silence.
const FLOOR: f32 = 1e-6;

impl Spectrogram {
    /// When a frame begins, in seconds.
    pub fn seconds_of(&self, frame: usize) -> f64 {
        (frame * self.hop) as f64 / self.rate as f64
    }

    /// The frequency in the middle of a band, in Hz.
    pub fn hertz_of(&self, band: usize) -> f64 {
        hertz(mel(self.rate as f64 / 2.0) * (band + 1) as f64 / (self.mels + 1) as f64)
    }

    /// For words of up to 0.9 s at 8 kHz: 56 frames of 32 ms, every 16 ms, of 40 bands.
    pub const WORD: Spectrogram = Spectrogram { rate: 8000, frame: 256, hop: 128, mels: 40, frames: 56 };

    /// The same for sounds that last this many seconds.
    pub fn lasting(seconds: f64) -> Self {
        let word = Spectrogram::WORD;
        let frames = (seconds * word.rate as f64 / word.hop as f64) as usize;
        Spectrogram { frames: frames.max(1), ..word }
    }

    /// The shape of one as an image of one channel: `[frames, mels, 1]`.
    pub fn shape(self) -> Vec<usize> {
        vec![self.frames, self.mels, 1]
    }

    /// The natural logarithm of each band's power in each frame of `samples` (-1 to 1): `[frames, mels]`.
    pub fn of(&self, samples: &[f32]) -> Vec<f32> {
        let transform = Radix4::<f32>::new(self.frame, FftDirection::Forward);
        let window: Vec<f32> = (0..self.frame)
            .map(|n| (0.5 - 0.5 * (TAU * n as f64 / self.frame as f64).cos()) as f32)
            .collect();
        let zero = Complex::new(0.0, 0.0);
        let (mut numbers, mut scratch) =
            (vec![zero; self.frame], vec![zero; transform.get_inplace_scratch_len()]);
        let filters = self.filters();
        let mut picture = Vec::with_capacity(self.frames * self.mels);
        for frame in 0..self.frames {
            for (n, (x, w)) in numbers.iter_mut().zip(&window).enumerate() {
                *x = Complex::new(samples.get(frame * self.hop + n).copied().unwrap_or(0.0) * w, 0.0);
            }
            transform.process_with_scratch(&mut numbers, &mut scratch);
            // Of real numbers, the other half says the same.
            let power: Vec<f32> = numbers[..=self.frame / 2].iter().map(|bin| bin.norm_sqr()).collect();
            for filter in &filters {
                let sum: f32 = filter.weights.iter().zip(&power[filter.first..]).map(|(w, p)| w * p).sum();
                picture.push((sum + FLOOR).ln());
            }
        }
        picture
    }

    /// Triangles over the transform's bins, each from its left neighbour's middle to its right neighbour's, by HTK's mel
    /// scale: 2595 log10(1 + f / 700).
    fn filters(&self) -> Vec<Filter> {
        let top = mel(self.rate as f64 / 2.0);
        let middle = |number: usize| hertz(top * number as f64 / (self.mels + 1) as f64);
        let bin = |number: usize| number as f64 * self.rate as f64 / self.frame as f64;
        (0..self.mels)
            .map(|band| {
                let (left, centre, right) = (middle(band), middle(band + 1), middle(band + 2));
                let weight =
                    |f: f64| ((f - left) / (centre - left)).min((right - f) / (right - centre)).max(0.0);
                let all: Vec<f32> = (0..=self.frame / 2).map(|number| weight(bin(number)) as f32).collect();
                let first = all.iter().position(|&w| w > 0.0).unwrap_or(0);
                let last = all.iter().rposition(|&w| w > 0.0).unwrap_or(0);
                Filter { first, weights: all[first..=last].to_vec() }
            })
            .collect()
    }
}

struct Filter {
    first: usize,
    weights: Vec<f32>,
}

fn mel(hertz: f64) -> f64 {
    2595.0 * (1.0 + hertz / 700.0).log10()
}

fn hertz(mel: f64) -> f64 {
    700.0 * (10.0_f64.powf(mel / 2595.0) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spectrogram_equals_numpys() {
        #[derive(serde::Deserialize)]
        struct Reference {
            samples: Vec<f32>,
            log_mel: Vec<f32>,
        }
        let Reference { samples, log_mel } =
            serde_json::from_str(include_str!("../../../tests/reference/numpy_log_mel.json")).unwrap();
        let ours = Spectrogram { frames: 7, ..Spectrogram::WORD }.of(&samples);
        assert_eq!(ours.len(), log_mel.len());
        for (place, (ours, theirs)) in ours.iter().zip(&log_mel).enumerate() {
            assert!((ours - theirs).abs() < 2e-3, "{place}: {ours} {theirs}");
        }
    }

    #[test]
    fn a_tone_is_loudest_in_its_own_band() {
        let tone: Vec<f32> = (0..8000).map(|n| (TAU * 1000.0 * f64::from(n) / 8000.0).sin() as f32).collect();
        let picture = Spectrogram::WORD.of(&tone);
        let frame = &picture[10 * 40..11 * 40];
        let loudest = (0..40).max_by(|&a, &b| frame[a].total_cmp(&frame[b])).unwrap();
        let centre = hertz(mel(4000.0) * (loudest + 1) as f64 / 41.0);
        assert!((centre - 1000.0).abs() < 60.0, "{centre}");
    }
}
