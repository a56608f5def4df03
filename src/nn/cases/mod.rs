//! Cases by which two devices are compared: every family of kernels on random numbers of any shape, the values and the
//! gradients of a weighted sum of them. The tests draw their shapes at random; [`self_test`] has a few of each for the
//! device at hand.

mod embeddings;
mod images;
mod learning;
mod losses;
mod norms;
mod rows;
mod self_test;
mod sequences;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::device::Error;
use super::graph::{Param, Pass, Scalar, Var};
use super::ops::Backend;

pub use embeddings::{ColumnEmbedding, Embedding};
pub use images::{Average, Convolution, MaxPool, UpSample};
pub use learning::{Boltzmann, Updates};
pub use losses::{Latent, LossOf};
pub use norms::{Batch, Group, Rms};
pub use rows::{ACTIVATIONS, Activate, Dense, Dropout, Join, Sliced, Slope};
pub use self_test::{Agreement, self_test};
pub use sequences::{Attending, Recurrent};

/// Something that is computed on a device.
pub trait Case {
    /// All that comes out, in lists.
    ///
    /// # Errors
    /// When the device fails.
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error>;
}

/// The largest difference of two outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Difference {
    /// Relative to the largest number of its list, or to 1e-3 where all are smaller. Infinite where the lists have other
    /// lengths, or one of the numbers is not finite and the other is another one.
    pub relative: f32,
    /// The list with it, from 0.
    pub list: usize,
    /// Its place in the list, from 0.
    pub number: usize,
}

impl Difference {
    /// That of two outcomes of the same case.
    pub fn between(ours: &[Vec<f32>], theirs: &[Vec<f32>]) -> Self {
        let pairs = || ours.iter().zip(theirs).enumerate();
        if let Some((list, _)) = pairs().find(|(_, (ours, theirs))| ours.len() != theirs.len()) {
            return Difference { relative: f32::INFINITY, list, number: 0 };
        }
        if ours.len() != theirs.len() {
            return Difference { relative: f32::INFINITY, list: ours.len().min(theirs.len()), number: 0 };
        }
        let mut largest = Difference::default();
        for (list, (ours, theirs)) in pairs() {
            let size = theirs.iter().fold(1e-3_f32, |size, x| size.max(x.abs()));
            let differing =
                ours.iter().zip(theirs).enumerate().filter(|(_, (a, b))| a.to_bits() != b.to_bits());
            for (number, (ours, theirs)) in differing {
                let off = (ours - theirs).abs() / size;
                let relative = if off.is_finite() { off } else { f32::INFINITY };
                if relative > largest.relative {
                    largest = Difference { relative, list, number };
                }
            }
        }
        largest
    }
}

/// Numbers in [-1, 1), the same for the same seed.
pub fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| rng.r#gen::<f32>() * 2.0 - 1.0).collect()
}

/// Random activations that have a gradient.
///
/// # Errors
/// When the device fails.
pub fn var<D: Backend>(device: &D, rows: usize, columns: usize, seed: u64) -> Result<Var<D>, Error> {
    Var::new(device, numbers(rows * columns, seed).into(), rows, columns, true)
}

/// Random weights.
///
/// # Errors
/// When the device fails.
pub fn param<D: Backend>(device: &D, shape: &[usize], seed: u64) -> Result<Param<D>, Error> {
    Param::new(device, "weights", shape, numbers(shape.iter().product(), seed))
}

/// An output, and the gradients of activations and parameters for random ones of the output; without rows the output alone.
///
/// # Errors
/// When the device fails.
pub fn outcome<D: Backend>(
    mut pass: Pass<D>,
    y: &Var<D>,
    inputs: &[&Var<D>],
    params: &[&Param<D>],
) -> Result<Vec<Vec<f32>>, Error> {
    let mut all = vec![y.to_vec()?];
    if y.rows == 0 {
        return Ok(all);
    }
    D::set_gradient(&mut pass, y, numbers(y.rows * y.columns, 77).into())?;
    let root = Scalar::new(&pass.device, 0.0)?;
    let mut gradients = pass.backward(root)?;
    for x in inputs {
        all.push(D::gradient(&mut gradients, x)?.unwrap_or_default());
    }
    for param in params {
        let gradient = D::take_gradient(&mut gradients, param)?;
        all.push(gradient.map_or_else(|| Ok(Vec::new()), |gradient| D::to_vec(&gradient))?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_relative_to_the_largest_number_of_its_list() {
        let between = |ours: &[Vec<f32>], theirs: &[Vec<f32>]| Difference::between(ours, theirs);
        let lists = |second: f32| vec![vec![0.5, f32::NAN], vec![1.0, second]];
        assert_eq!(between(&lists(-4.0), &lists(-4.0)), Difference::default());
        let found = between(&lists(-4.004), &lists(-4.0));
        assert_eq!((found.list, found.number), (1, 1));
        assert!((found.relative - 0.001).abs() < 1e-6);
        for (ours, theirs) in [(vec![f32::NAN], vec![0.0]), (vec![0.0; 2], vec![0.0])] {
            assert_eq!(between(&[ours], &[theirs]).relative, f32::INFINITY);
        }
        // Numbers near zero are no reason to be strict.
        assert!(between(&[vec![1e-6]], &[vec![0.0]]).relative < 0.01);
    }
}
