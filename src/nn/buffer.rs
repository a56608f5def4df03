//! Recycled memory: a buffer goes back to a pool when it is dropped, and the next one of its length takes it from there.
//!
//! A training step asks for the same lengths every time, so after the first step nothing large is allocated, and no
//! page is faulted in twice.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Lengths below this are left to the allocator, which serves them without a system call.
const POOLED_FROM: usize = 1024;
/// As many free buffers of one length are kept; a model deeper than that gives the rest back.
const KEPT_PER_LENGTH: usize = 64;

type FreeLists = Mutex<HashMap<usize, Vec<Vec<f32>>>>;

fn free_lists() -> &'static FreeLists {
    static POOL: OnceLock<FreeLists> = OnceLock::new();
    POOL.get_or_init(Default::default)
}

/// A vector of `f32` from the pool.
#[derive(Debug, Default)]
pub struct Buffer(Vec<f32>);

impl Buffer {
    /// A buffer of `len` numbers whose contents are unspecified (left over from an earlier use): for outputs that are
    /// written in full.
    pub fn scratch(len: usize) -> Self {
        if len >= POOLED_FROM {
            let mut pool = free_lists().lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(free) = pool.get_mut(&len).and_then(Vec::pop) {
                return Buffer(free);
            }
        }
        Buffer(vec![0.0; len])
    }

    /// A buffer of `len` zeros.
    pub fn zeroed(len: usize) -> Self {
        let mut buffer = Self::scratch(len);
        buffer.0.fill(0.0);
        buffer
    }

    /// A copy of `numbers`.
    pub fn copy_of(numbers: &[f32]) -> Self {
        let mut buffer = Self::scratch(numbers.len());
        buffer.0.copy_from_slice(numbers);
        buffer
    }

    /// The same memory read as whole numbers: for who won a pooling.
    pub fn words(&self) -> &[u32] {
        // SAFETY: both types have the same size and alignment, and any bits are one of each.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), self.0.len()) }
    }

    /// As [`words`](Buffer::words), to be written.
    pub fn words_mut(&mut self) -> &mut [u32] {
        // SAFETY: likewise.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), self.0.len()) }
    }

    /// Takes the vector out of the pool's care, as dfdx's `Gradients` wants it.
    pub fn into_vec(mut self) -> Vec<f32> {
        std::mem::take(&mut self.0)
    }

    /// Frees all that is pooled; for when a model goes away.
    pub fn release_pool() {
        free_lists().lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl From<Vec<f32>> for Buffer {
    fn from(numbers: Vec<f32>) -> Self {
        Buffer(numbers)
    }
}

impl Deref for Buffer {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Self {
        Self::copy_of(self)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if self.0.len() < POOLED_FROM {
            return;
        }
        let mut pool = free_lists().lock().unwrap_or_else(PoisonError::into_inner);
        let free = pool.entry(self.0.len()).or_default();
        if free.len() < KEPT_PER_LENGTH {
            free.push(std::mem::take(&mut self.0));
        }
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
    fn whole_numbers_come_back_as_they_were_written() {
        let mut buffer = Buffer::zeroed(3);
        buffer.words_mut().copy_from_slice(&[7, u32::MAX, 0x7fa0_0001]);
        assert_eq!(buffer.words(), [7, u32::MAX, 0x7fa0_0001]);
    }

    #[test]
    fn a_zeroed_buffer_holds_zeros_even_when_recycled() {
        let mut first = Buffer::scratch(POOLED_FROM + 78);
        first.fill(3.0);
        drop(first);
        assert!(Buffer::zeroed(POOLED_FROM + 78).iter().all(|&x| x == 0.0));
    }
}
