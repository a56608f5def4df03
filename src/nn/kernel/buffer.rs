//! Recycled memory: a buffer goes back to a pool when it is dropped, and the next one of its length takes it from there.
//!
//! A training step asks for the same lengths every time, so after the first step nothing large is allocated, and no
//! page is faulted in twice.

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Buffers of fewer bytes are left to the allocator, which serves them without a system call.
const POOLED_FROM: usize = 4096;
/// The most free buffers of one length that are kept; a deeper model gives the rest back to the allocator.
const KEPT_PER_LENGTH: usize = 64;

/// Free vectors by their length.
type FreeLists<T> = Mutex<HashMap<usize, Vec<Vec<T>>>>;

/// Types of numbers that have a pool.
pub trait Number: Copy + Default + 'static {
    #[doc(hidden)]
    fn free_lists() -> &'static FreeLists<Self>;
}

macro_rules! number {
    ($($number:ty),*) => {$(
        impl Number for $number {
            fn free_lists() -> &'static FreeLists<$number> {
                static POOL: OnceLock<FreeLists<$number>> = OnceLock::new();
                POOL.get_or_init(Default::default)
            }
        }
    )*};
}

number!(f32, f64, u32);

/// A vector from the pool.
#[derive(Debug, Default, PartialEq)]
pub struct Recycled<T: Number>(Vec<T>);

/// The memory of a tensor's numbers.
pub type Buffer = Recycled<f32>;

/// Whether a vector of this length is pooled.
fn is_pooled<T>(len: usize) -> bool {
    len * size_of::<T>() >= POOLED_FROM
}

impl<T: Number> Recycled<T> {
    /// A buffer of `len` numbers whose contents are unspecified (left over from an earlier use): for outputs that are
    /// written in full.
    pub fn scratch(len: usize) -> Self {
        if is_pooled::<T>(len) {
            let mut pool = T::free_lists().lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(free) = pool.get_mut(&len).and_then(Vec::pop) {
                return Recycled(free);
            }
        }
        Recycled(vec![T::default(); len])
    }

    /// A buffer of `len` zeros.
    pub fn zeroed(len: usize) -> Self {
        let mut buffer = Self::scratch(len);
        buffer.0.fill(T::default());
        buffer
    }

    /// A copy of `numbers`.
    pub fn copy_of(numbers: &[T]) -> Self {
        let mut buffer = Self::scratch(numbers.len());
        buffer.0.copy_from_slice(numbers);
        buffer
    }

    /// The vector itself, which no longer returns to the pool: dfdx's `Gradients` holds plain vectors.
    pub fn into_vec(mut self) -> Vec<T> {
        std::mem::take(&mut self.0)
    }

    fn release() {
        T::free_lists().lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Buffer {
    /// Frees everything in the pools, for use after a model is dropped.
    pub fn release_pool() {
        Recycled::<f32>::release();
        Recycled::<f64>::release();
        Recycled::<u32>::release();
    }
}

impl<T: Number> From<Vec<T>> for Recycled<T> {
    fn from(numbers: Vec<T>) -> Self {
        Recycled(numbers)
    }
}

/// Collects into a vector from the pool, of the length that the iterator's size hint gives.
impl<T: Number> FromIterator<T> for Recycled<T> {
    fn from_iter<I: IntoIterator<Item = T>>(numbers: I) -> Self {
        let numbers = numbers.into_iter();
        let mut buffer = Self::scratch(numbers.size_hint().0);
        let mut filled = 0;
        for number in numbers {
            match buffer.0.get_mut(filled) {
                Some(place) => *place = number,
                None => buffer.0.push(number),
            }
            filled += 1;
        }
        buffer.0.truncate(filled);
        buffer
    }
}

impl<T: Number> Deref for Recycled<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Number> DerefMut for Recycled<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T: Number> Clone for Recycled<T> {
    fn clone(&self) -> Self {
        Self::copy_of(self)
    }
}

impl<T: Number> Drop for Recycled<T> {
    fn drop(&mut self) {
        if !is_pooled::<T>(self.0.len()) {
            return;
        }
        let mut pool = T::free_lists().lock().unwrap_or_else(PoisonError::into_inner);
        let free = pool.entry(self.0.len()).or_default();
        if free.len() < KEPT_PER_LENGTH {
            free.push(std::mem::take(&mut self.0));
        }
    }
}

thread_local! {
    /// The memory that this thread lends.
    static OWN: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// Memory that a thread lends to one product after the other without locking the pool; it never leaves the thread.
pub struct ThreadScratch(Vec<f32>);

impl ThreadScratch {
    /// At least `len` numbers with unspecified contents.
    pub fn new(len: usize) -> Self {
        let mut numbers = OWN.take();
        if numbers.len() < len {
            numbers.resize(len, 0.0);
        }
        ThreadScratch(numbers)
    }
}

impl Deref for ThreadScratch {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for ThreadScratch {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}

impl Drop for ThreadScratch {
    fn drop(&mut self) {
        OWN.set(std::mem::take(&mut self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_buffer_is_used_again() {
        let first = Buffer::scratch(POOLED_FROM + 77);
        let address = first.as_ptr();
        drop(first);
        let second = Buffer::scratch(POOLED_FROM + 77);
        assert_eq!(address, second.as_ptr());
    }

    #[test]
    fn numbers_of_each_kind_are_collected_and_have_a_pool_of_their_own() {
        let whole: Recycled<u32> = (0..5000).collect();
        assert!(whole.len() == 5000 && whole[4999] == 4999);
        drop(whole);
        let halves: Recycled<f64> = (0..5000).map(|i| f64::from(i) / 2.0).collect();
        assert!(halves.len() == 5000 && halves[4999] == 2499.5);
        let odd: Buffer = (0..7).filter(|i| i % 2 == 1).map(|i| i as f32).collect();
        assert_eq!(odd[..], [1.0, 3.0, 5.0]);
    }

    #[test]
    fn a_zeroed_buffer_holds_zeros_even_when_recycled() {
        let mut first = Buffer::scratch(POOLED_FROM + 78);
        first.fill(3.0);
        drop(first);
        assert!(Buffer::zeroed(POOLED_FROM + 78).iter().all(|&x| x == 0.0));
    }

    #[test]
    fn a_thread_lends_the_same_memory_again() {
        let first = ThreadScratch::new(500);
        let address = first.as_ptr();
        drop(first);
        let second = ThreadScratch::new(300);
        assert!(second.len() >= 300 && second.as_ptr() == address);
        // Memory that is already lent is not lent a second time.
        assert_ne!(ThreadScratch::new(10).as_ptr(), address);
    }
}
