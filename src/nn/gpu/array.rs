//! Numbers in a card's memory.

use std::marker::PhantomData;
use std::rc::Rc;

use cudarc::driver::{CudaSlice, DevicePtr};

use super::card::Card;
use crate::nn::device::Error;

/// Types whose bytes are the same on the card.
///
/// # Safety
/// Any bytes must be a value, and the type must have no padding.
pub unsafe trait Plain: Copy + Default + 'static {}

// SAFETY: numbers have neither padding nor forbidden values.
unsafe impl Plain for f32 {}
// SAFETY: as above.
unsafe impl Plain for f64 {}
// SAFETY: as above.
unsafe impl Plain for i32 {}
// SAFETY: as above.
unsafe impl Plain for u32 {}

/// Numbers in a card's memory; clones share them. The memory is used again when the last clone is dropped: work is done in
/// the order in which it is issued, so the next owner cannot overtake the last.
///
/// An op never changes an array that another may hold: it writes to a new one. Only parameters, their moments and
/// running statistics change in place.
pub struct Array<T: Plain = f32>(Rc<Memory<T>>);

struct Memory<T> {
    /// None for no numbers.
    slice: Option<CudaSlice<u8>>,
    len: usize,
    card: Rc<Card>,
    numbers: PhantomData<T>,
}

impl<T> Drop for Memory<T> {
    fn drop(&mut self) {
        if let Some(slice) = self.slice.take() {
            self.card.give_back(slice);
        }
    }
}

impl<T: Plain> Clone for Array<T> {
    fn clone(&self) -> Self {
        Array(self.0.clone())
    }
}

impl<T: Plain> Array<T> {
    /// Room for `len` numbers, of unspecified contents.
    ///
    /// # Errors
    /// When the card has no memory left.
    pub fn scratch(card: &Rc<Card>, len: usize) -> Result<Self, Error> {
        let slice = (len > 0).then(|| card.take(len * size_of::<T>())).transpose()?;
        Ok(Array(Rc::new(Memory { slice, len, card: card.clone(), numbers: PhantomData })))
    }

    /// `len` zeros.
    ///
    /// # Errors
    /// When the card has no memory left.
    pub fn zeros(card: &Rc<Card>, len: usize) -> Result<Self, Error> {
        let array = Self::scratch(card, len)?;
        array.clear();
        Ok(array)
    }

    /// A copy of numbers.
    ///
    /// # Errors
    /// When the card has no memory left, or fails.
    pub fn from_host(card: &Rc<Card>, numbers: &[T]) -> Result<Self, Error> {
        let array = Self::scratch(card, numbers.len())?;
        array.write(numbers)?;
        Ok(array)
    }

    /// The count of its numbers.
    pub fn len(&self) -> usize {
        self.0.len
    }

    /// Whether it holds no numbers.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The card that it is on.
    pub fn card(&self) -> &Rc<Card> {
        &self.0.card
    }

    /// Where its memory begins; 0 where it has none.
    pub fn address(&self) -> u64 {
        self.0.slice.as_ref().map_or(0, |slice| slice.device_ptr(&self.0.card.stream).0)
    }

    /// Replaces all its numbers.
    ///
    /// # Errors
    /// When the card fails.
    ///
    /// # Panics
    /// When the counts differ.
    pub fn write(&self, numbers: &[T]) -> Result<(), Error> {
        assert_eq!(numbers.len(), self.len(), "as many numbers as there is room for");
        if numbers.is_empty() {
            return Ok(());
        }
        // SAFETY: plain numbers have no padding, so all their bytes are initialised.
        let bytes =
            unsafe { std::slice::from_raw_parts(numbers.as_ptr().cast::<u8>(), size_of_val(numbers)) };
        self.card().send(bytes, self.address())
    }

    /// Replaces its numbers from `first` on by those of another array.
    ///
    /// # Panics
    /// When there is no room for them.
    pub fn copy_from(&self, first: usize, other: &Self) {
        assert!(first + other.len() <= self.len(), "room for {} numbers from {first} on", other.len());
        if !other.is_empty() {
            let to = self.address() + (first * size_of::<T>()) as u64;
            self.card().copy(other.address(), to, other.len() * size_of::<T>());
        }
    }

    /// Sets all its bytes to zero.
    pub fn clear(&self) {
        self.clear_start(self.len());
    }

    /// Sets the bytes of its first `count` numbers to zero.
    ///
    /// # Panics
    /// When it has fewer.
    pub fn clear_start(&self, count: usize) {
        assert!(count <= self.len(), "{count} of {} numbers", self.len());
        if count > 0 {
            self.card().clear(self.address(), count * size_of::<T>());
        }
    }
}
