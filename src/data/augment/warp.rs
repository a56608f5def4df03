//! Shift, rotation, zoom, shear and flip as one map of the plane, read back with bilinear interpolation.

use rand::Rng;

use crate::preset::{Augment, Flip};

/// Where in the image each pixel of the new one comes from: `[row, column] = matrix · [row, column] + offset`, both
/// measured from the middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Warp {
    matrix: [f32; 4],
    offset: [f32; 2],
}

impl Warp {
    /// A random warp within the options' ranges.
    pub fn draw(options: &Augment, chance: &mut impl Rng) -> Self {
        // Every number is drawn whether it is used or not, so that one option's value does not change another's draws.
        let mut within = |most: f32| chance.gen_range(-1.0..=1.0_f32) * most;
        let offset = [within(options.shift), within(options.shift)];
        let angle = within(options.rotate).to_radians();
        let shear = within(options.shear).to_radians().tan();
        let size = 1.0 + within(options.zoom);
        let (rows, columns) = (chance.r#gen::<bool>(), chance.r#gen::<bool>());
        let mirror = |wanted: bool, is: bool| if wanted && is { -1.0 } else { 1.0 };
        let vertical = mirror(matches!(options.flip, Flip::Vertical | Flip::Both), rows);
        let horizontal = mirror(matches!(options.flip, Flip::Horizontal | Flip::Both), columns);
        let (sin, cos) = angle.sin_cos();
        // Rotation after shear, back from the new image to the old one, then mirrored.
        let matrix = [
            cos / size * vertical,
            sin / size * vertical,
            (shear * cos - sin) / size * horizontal,
            (shear * sin + cos) / size * horizontal,
        ];
        Warp { matrix, offset }
    }

    /// Writes the warped `image` (`[height, width, channels]`) into `out`. Beyond its edge, edge pixels are repeated.
    pub fn apply(&self, image: &[f32], [height, width, channels]: [usize; 3], out: &mut [f32]) {
        let middle = [(height as f32 - 1.0) / 2.0, (width as f32 - 1.0) / 2.0];
        let [a, b, c, d] = self.matrix;
        for (row, line) in out.chunks_exact_mut(width * channels).enumerate() {
            let y = row as f32 - middle[0] - self.offset[0];
            for (column, pixel) in line.chunks_exact_mut(channels).enumerate() {
                let x = column as f32 - middle[1] - self.offset[1];
                let (top, bottom, down) = neighbours(a * y + b * x + middle[0], height);
                let (left, right, along) = neighbours(c * y + d * x + middle[1], width);
                let at = |row: usize, column: usize, channel: usize| {
                    image[(row * width + column) * channels + channel]
                };
                for (channel, value) in pixel.iter_mut().enumerate() {
                    let mix = |one: f32, other: f32, share: f32| one + (other - one) * share;
                    let upper = mix(at(top, left, channel), at(top, right, channel), along);
                    let lower = mix(at(bottom, left, channel), at(bottom, right, channel), along);
                    *value = mix(upper, lower, down);
                }
            }
        }
    }
}

/// The two places between which `at` is, inside `0..count`, and how far it is towards the second.
fn neighbours(at: f32, count: usize) -> (usize, usize, f32) {
    let at = at.clamp(0.0, count as f32 - 1.0);
    let first = at as usize;
    (first, (first + 1).min(count - 1), at - first as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn warped(warp: Warp, image: &[f32], shape: [usize; 3]) -> Vec<f32> {
        let mut out = vec![9.0; image.len()];
        warp.apply(image, shape, &mut out);
        out
    }

    const STILL: Warp = Warp { matrix: [1.0, 0.0, 0.0, 1.0], offset: [0.0, 0.0] };

    #[test]
    fn a_shift_moves_pixels_and_repeats_the_edge() {
        let image = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        assert_eq!(warped(STILL, &image, [2, 3, 1]), image);
        let right = Warp { offset: [0.0, 1.0], ..STILL };
        assert_eq!(warped(right, &image, [2, 3, 1]), [1.0, 1.0, 2.0, 4.0, 4.0, 5.0]);
        let half_down = Warp { offset: [0.5, 0.0], ..STILL };
        assert_eq!(warped(half_down, &image, [2, 3, 1]), [1.0, 2.0, 3.0, 2.5, 3.5, 4.5]);
        assert_eq!(warped(right, &image, [1, 3, 2]), [1.0, 2.0, 1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn a_quarter_turn_turns_and_a_flip_mirrors() {
        let image = [1.0, 2.0, 3.0, 4.0];
        let (sin, cos) = 90.0_f32.to_radians().sin_cos();
        let turn = Warp { matrix: [cos, sin, -sin, cos], ..STILL };
        let turned = warped(turn, &image, [2, 2, 1]);
        let nearest: Vec<f32> = turned.iter().map(|x| x.round()).collect();
        assert_eq!(nearest, [2.0, 4.0, 1.0, 3.0]);
        let mirror = Warp { matrix: [1.0, 0.0, 0.0, -1.0], ..STILL };
        assert_eq!(warped(mirror, &image, [2, 2, 1]), [2.0, 1.0, 4.0, 3.0]);
    }

    #[test]
    fn what_is_drawn_stays_within_its_range_and_nothing_asked_is_nothing_done() {
        let mut chance = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(Warp::draw(&Augment::default(), &mut chance), STILL);
        let options = Augment { shift: 2.0, ..Augment::default() };
        let offsets: Vec<f32> = (0..200).flat_map(|_| Warp::draw(&options, &mut chance).offset).collect();
        assert!(offsets.iter().all(|offset| offset.abs() <= 2.0));
        assert!(offsets.iter().any(|&offset| offset > 1.8) && offsets.iter().any(|&offset| offset < -1.8));
        let options = Augment { rotate: 10.0, ..Augment::default() };
        for _ in 0..100 {
            let [a, b, c, d] = Warp::draw(&options, &mut chance).matrix;
            assert!((a * d - b * c - 1.0).abs() < 1e-5 && b.abs() <= 10.0_f32.to_radians().sin() + 1e-6);
        }
    }
}
