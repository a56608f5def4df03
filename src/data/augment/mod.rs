//! Random changes of training samples: a function of seed, epoch and sample alone, so that they are the same on any
//! number of threads and after a resumption.

mod warp;

use std::cell::RefCell;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::generated::normal_pair;
use crate::preset::Augment;
use warp::Warp;

thread_local! {
    /// A copy of the image before it is changed, in memory that is reused.
    static BEFORE: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Draws and applies the changes that a preset asks for.
pub struct Augmenter {
    options: Augment,
    seed: u64,
    shape: Vec<usize>,
}

impl Augmenter {
    /// An augmenter for inputs of this shape; options that move or blank pixels need `[height, width, channels]`.
    pub fn new(options: &Augment, shape: &[usize], seed: u64) -> Self {
        Augmenter { options: options.clone(), seed, shape: shape.to_vec() }
    }

    /// Moves the pixels of each sample: `inputs` holds those of `indices`, row after row.
    pub fn move_pixels(&self, indices: &[u32], epoch: u32, inputs: &mut [f32]) {
        let &[height, width, channels] = &self.shape[..] else { return };
        if !self.options.moves() {
            return;
        }
        let size = (height * width * channels).max(1);
        inputs.par_chunks_exact_mut(size).zip(indices).for_each(|(image, &index)| {
            let warp = Warp::draw(&self.options, &mut self.chance(epoch, index, 0));
            BEFORE.with_borrow_mut(|before| {
                before.clear();
                before.extend_from_slice(image);
                warp.apply(before, [height, width, channels], image);
            });
        });
    }

    /// Adds noise to each sample and blanks a square of it, as [`move_pixels`](Augmenter::move_pixels) gets them.
    pub fn corrupt(&self, indices: &[u32], epoch: u32, inputs: &mut [f32]) {
        let Augment { noise, cutout, .. } = self.options;
        if noise <= 0.0 && cutout == 0 {
            return;
        }
        let size = self.shape.iter().product::<usize>().max(1);
        inputs.par_chunks_exact_mut(size).zip(indices).for_each(|(sample, &index)| {
            let mut chance = self.chance(epoch, index, 1);
            if let &[height, width, channels] = &self.shape[..]
                && cutout > 0
            {
                // The square's middle is anywhere in the image, so part of it may be outside.
                let span = |count: usize, chance: &mut ChaCha8Rng| {
                    let first = chance.gen_range(0..count) as isize - cutout as isize / 2;
                    let last = (first + cutout as isize).clamp(0, count as isize);
                    first.max(0) as usize..last as usize
                };
                let (rows, columns) = (span(height, &mut chance), span(width, &mut chance));
                for row in rows {
                    let line = &mut sample[row * width * channels..][..width * channels];
                    line[columns.start * channels..columns.end * channels].fill(0.0);
                }
            }
            if noise > 0.0 {
                for pair in sample.chunks_mut(2) {
                    let (one, other) = normal_pair(&mut chance);
                    pair.iter_mut().zip([one, other]).for_each(|(x, noisy)| *x += noise * noisy as f32);
                }
            }
        });
    }

    fn chance(&self, epoch: u32, index: u32, step: u64) -> ChaCha8Rng {
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed ^ 0x6175_676d_656e_7421);
        chance.set_stream(step << 63 | u64::from(epoch) << 32 | u64::from(index));
        chance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn augmented(options: &Augment, epoch: u32, indices: &[u32], threads: usize) -> Vec<u32> {
        let augmenter = Augmenter::new(options, &[8, 8, 1], 7);
        let mut inputs: Vec<f32> = indices.iter().flat_map(|_| (0..64).map(|x| x as f32 / 64.0)).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            augmenter.move_pixels(indices, epoch, &mut inputs);
            augmenter.corrupt(indices, epoch, &mut inputs);
        });
        inputs.into_iter().map(f32::to_bits).collect()
    }

    #[test]
    fn changes_belong_to_seed_epoch_and_sample_on_any_number_of_threads() {
        let all = Augment {
            shift: 1.0,
            rotate: 10.0,
            zoom: 0.1,
            shear: 5.0,
            flip: crate::preset::Flip::Both,
            noise: 0.1,
            cutout: 3,
        };
        let one = augmented(&all, 1, &[5, 9, 2], 1);
        assert_eq!(one, augmented(&all, 1, &[5, 9, 2], 4));
        assert_eq!(one[64..128], augmented(&all, 1, &[9], 2));
        assert_ne!(one, augmented(&all, 2, &[5, 9, 2], 1));
        assert_ne!(one[..64], one[64..128]);
    }

    #[test]
    fn cutout_blanks_at_most_its_square_and_noise_has_its_deviation() {
        let ones = |options: &Augment| {
            let augmenter = Augmenter::new(options, &[20, 20, 1], 3);
            let mut inputs = vec![1.0; 400 * 50];
            augmenter.corrupt(&(0..50).collect::<Vec<_>>(), 1, &mut inputs);
            inputs
        };
        let cut = ones(&Augment { cutout: 6, ..Augment::default() });
        let blanks: Vec<usize> =
            cut.chunks(400).map(|image| image.iter().filter(|&&x| x == 0.0).count()).collect();
        assert!(blanks.iter().all(|count| (9..=36).contains(count)) && blanks.contains(&36), "{blanks:?}");
        let noisy = ones(&Augment { noise: 0.3, ..Augment::default() });
        let deviation = (noisy.iter().map(|x| (x - 1.0).powi(2)).sum::<f32>() / noisy.len() as f32).sqrt();
        assert!((0.29..0.31).contains(&deviation), "{deviation}");
    }
}
