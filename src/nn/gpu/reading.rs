//! Numbers on their way to the host.

use std::rc::Rc;

use cudarc::driver::PinnedHostSlice;

use super::array::{Array, Plain};
use super::error::driver;
use crate::nn::device::Error;

/// A copy of an array as it was when it was asked for. The host reads it when it needs it; clones are the same copy.
pub struct Reading<T: Plain = f32>(Rc<Coming<T>>);

struct Coming<T: Plain> {
    array: Array<T>,
    /// Where the card puts the numbers; none for no numbers.
    block: Option<PinnedHostSlice<u8>>,
    /// The number of the wait after which they are there.
    arrives: u64,
}

impl<T: Plain> Clone for Reading<T> {
    fn clone(&self) -> Self {
        Reading(self.0.clone())
    }
}

impl<T: Plain> Drop for Coming<T> {
    fn drop(&mut self) {
        if let Some(block) = self.block.take() {
            self.array.card().give_back_pinned(block, self.arrives);
        }
    }
}

impl<T: Plain> Array<T> {
    /// Its numbers on the host. Waits for all work before.
    ///
    /// # Errors
    /// When the card fails.
    pub fn to_host(&self) -> Result<Vec<T>, Error> {
        Reading::begin(self)?.read()
    }
}

impl<T: Plain> Reading<T> {
    /// Asks for a copy.
    ///
    /// # Errors
    /// When the host has no memory to pin.
    pub fn begin(array: &Array<T>) -> Result<Self, Error> {
        let (card, bytes) = (array.card(), array.len() * size_of::<T>());
        let block = (bytes > 0).then(|| card.fetch(array.address(), bytes)).transpose()?;
        Ok(Reading(Rc::new(Coming { array: array.clone(), block, arrives: card.next_wait() })))
    }

    /// The array on the card.
    pub fn array(&self) -> &Array<T> {
        &self.0.array
    }

    /// The numbers. Waits for them where they are not there yet.
    ///
    /// # Errors
    /// When the card fails.
    pub fn read(&self) -> Result<Vec<T>, Error> {
        let Coming { array, block, arrives } = &*self.0;
        let mut numbers = vec![T::default(); array.len()];
        let Some(block) = block else { return Ok(numbers) };
        array.card().wait_for(*arrives)?;
        let arrived = block.as_slice().map_err(|error| driver("copy numbers from the GPU", error))?;
        // SAFETY: these are all bytes of the numbers, and any bytes are plain numbers.
        let bytes = unsafe {
            std::slice::from_raw_parts_mut(numbers.as_mut_ptr().cast::<u8>(), size_of_val(&numbers[..]))
        };
        bytes.copy_from_slice(arrived);
        Ok(numbers)
    }
}
