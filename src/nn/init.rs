//! How weights start: Keras's initializers, seeded.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::preset::Initializer;

/// The source of a layer's random numbers: one stream for each of its parameters.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    /// The model's seed.
    pub seed: u64,
    /// The layer's place in the model.
    pub layer: u32,
}

impl Stream {
    /// The streams of one part of a composite layer: unrelated to those of the others.
    pub fn part(&self, index: u32) -> Self {
        let mut rng = self.parameter(u32::MAX - index);
        Stream { seed: rng.r#gen(), layer: self.layer }
    }

    /// The generator of one parameter: the same on every machine, whatever other parameters draw.
    pub fn parameter(&self, index: u32) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(u64::from(self.layer) << 32 | u64::from(index));
        rng
    }
}

/// Fan-in and fan-out as Keras counts them: a kernel is `[receptive field .., in, out]`.
fn fans(shape: &[usize]) -> (f64, f64) {
    let (fan_in, fan_out) = match *shape {
        [] => (1, 1),
        [n] => (n, n),
        [ref field @ .., fan_in, fan_out] => {
            let field: usize = field.iter().product();
            (field * fan_in, field * fan_out)
        }
    };
    (fan_in.max(1) as f64, fan_out.max(1) as f64)
}

/// Starting numbers of a parameter of this shape, row-major.
pub fn numbers(initializer: Initializer, shape: &[usize], rng: &mut ChaCha8Rng) -> Vec<f32> {
    let count = shape.iter().product();
    let (fan_in, fan_out) = fans(shape);
    match initializer {
        Initializer::Zeros => vec![0.0; count],
        Initializer::Constant(value) => vec![value; count],
        Initializer::GlorotUniform => uniform(count, (6.0 / (fan_in + fan_out)).sqrt(), rng),
        Initializer::HeUniform => uniform(count, (6.0 / fan_in).sqrt(), rng),
        Initializer::GlorotNormal => truncated_normal(count, (2.0 / (fan_in + fan_out)).sqrt(), rng),
        Initializer::HeNormal => truncated_normal(count, (2.0 / fan_in).sqrt(), rng),
        Initializer::Orthogonal => orthogonal(shape, rng),
    }
}

/// Numbers drawn uniformly from +-`limit`.
pub fn uniform(count: usize, limit: f64, rng: &mut ChaCha8Rng) -> Vec<f32> {
    (0..count).map(|_| ((2.0 * rng.r#gen::<f64>() - 1.0) * limit) as f32).collect()
}

/// One standard normal number, by the method of Box and Muller.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (rng.r#gen(), rng.r#gen());
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

fn truncated_normal(count: usize, deviation: f64, rng: &mut ChaCha8Rng) -> Vec<f32> {
    // The deviation of a standard normal distribution cut at +-2; Keras divides by it.
    const CUT_DEVIATION: f64 = 0.879_625_661_034_239_8;
    let scale = deviation / CUT_DEVIATION;
    let mut draw = || {
        loop {
            let x = normal(rng);
            if x.abs() <= 2.0 {
                return (x * scale) as f32;
            }
        }
    };
    (0..count).map(|_| draw()).collect()
}

/// Orthonormal columns, or rows where there are fewer rows, by Gram-Schmidt (done twice, for accuracy).
fn orthogonal(shape: &[usize], rng: &mut ChaCha8Rng) -> Vec<f32> {
    let columns = shape.last().copied().unwrap_or(1);
    let rows = shape.iter().product::<usize>() / columns.max(1);
    let (count, len) = (rows.min(columns), rows.max(columns));
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(count);
    while basis.len() < count {
        let mut vector: Vec<f64> = (0..len).map(|_| normal(rng)).collect();
        for _ in 0..2 {
            for other in &basis {
                let dot: f64 = other.iter().zip(&vector).map(|(a, b)| a * b).sum();
                vector.iter_mut().zip(other).for_each(|(x, o)| *x -= dot * o);
            }
        }
        let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
        // A vector that lies in the span of the others is drawn again; this almost never happens.
        if length > 1e-6 {
            vector.iter_mut().for_each(|x| *x /= length);
            basis.push(vector);
        }
    }
    let at = |row: usize, column: usize| {
        if rows >= columns { basis[column][row] } else { basis[row][column] }
    };
    (0..rows * columns).map(|i| at(i / columns, i % columns) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: Stream = Stream { seed: 7, layer: 2 };

    #[test]
    fn uniform_limits_and_normal_deviations_follow_the_fans() {
        let shape = [3, 3, 16, 32];
        let draw = |initializer| numbers(initializer, &shape, &mut STREAM.parameter(0));
        let deviation =
            |x: &[f32]| (x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / x.len() as f64).sqrt();
        let (fan_in, fan_out) = (144.0_f64, 288.0_f64);
        for (initializer, variance) in [
            (Initializer::GlorotUniform, 2.0 / (fan_in + fan_out)),
            (Initializer::GlorotNormal, 2.0 / (fan_in + fan_out)),
            (Initializer::HeUniform, 2.0 / fan_in),
            (Initializer::HeNormal, 2.0 / fan_in),
        ] {
            let found = deviation(&draw(initializer));
            assert!((found / variance.sqrt() - 1.0).abs() < 0.05, "{initializer:?}: {found}");
        }
    }

    #[test]
    fn numbers_keep_within_their_limits_around_zero_or_are_what_was_asked_for() {
        // A dense kernel: fan-in 40, fan-out 60.
        let shape = [40, 60];
        let draw = |initializer| numbers(initializer, &shape, &mut STREAM.parameter(0));
        // A normal distribution is cut at two deviations, before it is widened to have the wanted one.
        let cut = |variance: f32| 2.0 * variance.sqrt() / 0.879_625_7;
        for (initializer, limit) in [
            (Initializer::GlorotUniform, (6.0_f32 / 100.0).sqrt()),
            (Initializer::HeUniform, (6.0_f32 / 40.0).sqrt()),
            (Initializer::GlorotNormal, cut(2.0 / 100.0)),
            (Initializer::HeNormal, cut(2.0 / 40.0)),
        ] {
            let drawn = draw(initializer);
            let largest = drawn.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
            assert!(
                largest <= limit * 1.000_001 && largest > 0.95 * limit,
                "{initializer:?}: {largest} {limit}"
            );
            let mean = drawn.iter().sum::<f32>() / drawn.len() as f32;
            assert!(mean.abs() < 0.05 * limit, "{initializer:?}: {mean}");
        }
        assert_eq!(draw(Initializer::Zeros), [0.0; 2400]);
        assert_eq!(draw(Initializer::Constant(0.25)), [0.25; 2400]);
    }

    #[test]
    fn an_orthogonal_convolution_has_orthonormal_filters() {
        let (depth, filters) = (18, 5);
        let w = numbers(Initializer::Orthogonal, &[3, 3, 2, filters], &mut STREAM.parameter(0));
        for (a, b) in (0..filters).flat_map(|a| (0..filters).map(move |b| (a, b))) {
            let dot: f32 = (0..depth).map(|k| w[k * filters + a] * w[k * filters + b]).sum();
            assert!((dot - f32::from(u8::from(a == b))).abs() < 1e-6, "filters {a} and {b}: {dot}");
        }
    }

    #[test]
    fn orthogonal_kernels_are_orthogonal_tall_and_wide() {
        for (rows, columns) in [(12, 5), (5, 12), (8, 8), (1, 1)] {
            let w = numbers(Initializer::Orthogonal, &[rows, columns], &mut STREAM.parameter(0));
            let entry =
                |i: usize, j: usize| if rows >= columns { w[j * columns + i] } else { w[i * columns + j] };
            let (count, len) = (rows.min(columns), rows.max(columns));
            for a in 0..count {
                for b in 0..count {
                    let dot: f32 = (0..len).map(|j| entry(a, j) * entry(b, j)).sum();
                    assert!((dot - f32::from(u8::from(a == b))).abs() < 1e-6);
                }
            }
        }
    }

    #[test]
    fn parameters_draw_from_streams_of_their_own() {
        let draw = |index| numbers(Initializer::GlorotUniform, &[4, 4], &mut STREAM.parameter(index));
        assert_eq!(draw(0), draw(0));
        assert_ne!(draw(0), draw(1));
        let of_part = |stream: Stream| numbers(Initializer::GlorotUniform, &[4, 4], &mut stream.parameter(0));
        let (first, second) = (of_part(STREAM.part(0)), of_part(STREAM.part(1)));
        assert!(first != second && first != draw(0) && of_part(STREAM.part(0)) == first);
    }
}
