//! NaN and infinite numbers through every kernel, at every tail size: nothing panics, nothing is read or written
//! beyond its end (builds with debug assertions check that), and a result that is mathematically NaN or infinite is
//! not finite.

mod images;
mod rows;
mod sequences;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::isa::at_every_level;

/// Numbers that are not finite, that soon overflow, or that are subnormal.
const ODD: [f32; 7] =
    [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, f32::MIN_POSITIVE / 8.0];

/// NaN and infinity only: large finite numbers overflow in single precision but not in double.
const ENDLESS: &[f32] = ODD.first_chunk::<4>().unwrap();

/// Sizes around those at which kernels cut their work: every size up to one more than twice the widest register, and
/// sizes next to those of blocks.
const SIZES: [usize; 45] = {
    let mut sizes = [0; 45];
    let mut size = 0;
    while size < 33 {
        sizes[size] = size + 1;
        size += 1;
    }
    let beyond = [47, 48, 49, 63, 64, 65, 95, 96, 97, 127, 128, 129];
    let mut more = 0;
    while more < beyond.len() {
        sizes[33 + more] = beyond[more];
        more += 1;
    }
    sizes
};

fn size() -> impl Strategy<Value = usize> {
    select(&SIZES[..])
}

/// A source of numbers: a seed for the usual ones, and odd ones with hashes of their places.
#[derive(Clone, Debug)]
struct Numbers {
    seed: u32,
    odd: Vec<(u32, f32)>,
}

impl Numbers {
    /// Sources with one to three of these odd numbers.
    fn with(odd: &'static [f32]) -> impl Strategy<Value = Numbers> {
        (any::<u32>(), vec((any::<u32>(), select(odd)), 1..4)).prop_map(|(seed, odd)| Numbers { seed, odd })
    }

    /// Usual numbers between -0.5 and 0.5.
    fn usual(&self, count: usize, other: u32) -> Vec<f32> {
        let hash =
            |i: u32| (i ^ self.seed.rotate_left(other)).wrapping_add(other).wrapping_mul(2_654_435_761) >> 8;
        (0..count as u32).map(|i| hash(i) as f32 / (1 << 24) as f32 - 0.5).collect()
    }

    /// The usual numbers with the odd ones among them.
    fn odd(&self, count: usize, other: u32) -> Vec<f32> {
        let mut numbers = self.usual(count, other);
        for &(place, odd) in self.odd.iter().take(numbers.len()) {
            numbers[place as usize % count] = odd;
        }
        numbers
    }
}

/// Runs a test with every instruction set of this processor, on this thread alone.
fn at_every_level_here(test: impl Fn()) {
    // An earlier case may have given this thread a pool of its own already.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
    assert_eq!(rayon::current_num_threads(), 1);
    at_every_level(test);
}

/// Expects results to be not finite where the definition gives NaN or infinity.
fn assert_shows(what: &str, ours: &[f32], exact: impl IntoIterator<Item = f64>) {
    let mut compared = 0;
    for (place, (ours, exact)) in ours.iter().zip(exact).enumerate() {
        assert!(exact.is_finite() || !ours.is_finite(), "{what}: {exact} came out as {ours} at {place}");
        compared += 1;
    }
    assert_eq!(compared, ours.len(), "{what}");
}

/// Expects all numbers to be NaN or infinite.
fn assert_all_show(what: &str, numbers: &[f32]) {
    assert_shows(what, numbers, numbers.iter().map(|_| f64::NAN));
}
