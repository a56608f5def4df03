//! Sounds at another sample rate.

use std::f32::consts::PI;

/// Zero crossings of the filter on each side.
const REACH: f32 = 16.0;

/// The samples at another rate, by a windowed sinc that passes what both rates can carry.
pub fn resampled(samples: &[f32], from: usize, to: usize) -> Vec<f32> {
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
