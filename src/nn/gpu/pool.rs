//! Memory that is used again, on the card and pinned on the host.
//!
//! A step takes the same lengths in the same order every time, and of a length the lowest address that is free. So, once
//! nothing new is allocated, every step finds its numbers where the step before had them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cudarc::driver::{CudaContext, CudaSlice, CudaStream, DevicePtr, DriverError, PinnedHostSlice};

/// Free blocks by their length in bytes, then by their address.
type Free<A, B> = HashMap<usize, BTreeMap<A, B>>;

/// The most pinned memory that is kept while nothing uses it, in bytes.
const PINNED: usize = 256 << 20;

/// Memory of the card.
#[derive(Default)]
pub struct Pool {
    free: Free<u64, CudaSlice<u8>>,
}

impl Pool {
    /// A free block of this length; `None` where there is none.
    pub fn reuse(&mut self, bytes: usize) -> Option<CudaSlice<u8>> {
        self.free.get_mut(&bytes)?.pop_first().map(|(_, block)| block)
    }

    /// Takes a block back.
    pub fn give_back(&mut self, block: CudaSlice<u8>, stream: &CudaStream) {
        let address = block.device_ptr(stream).0;
        self.free.entry(block.len()).or_default().insert(address, block);
    }

    /// Gives all free blocks back to the driver.
    pub fn release(&mut self) {
        self.free.clear();
    }
}

/// Memory of the host that the card reads and writes by itself: numbers on their way.
#[derive(Default)]
pub struct Pinned {
    free: Free<usize, PinnedHostSlice<u8>>,
    /// Blocks that the card may still be using.
    lent: Vec<PinnedHostSlice<u8>>,
}

impl Pinned {
    /// A block of this length.
    ///
    /// # Errors
    /// When the host has no memory to pin.
    pub fn take(
        &mut self,
        bytes: usize,
        context: &Arc<CudaContext>,
    ) -> Result<PinnedHostSlice<u8>, DriverError> {
        match self.free.get_mut(&bytes).and_then(BTreeMap::pop_first) {
            Some((_, block)) => Ok(block),
            // SAFETY: whoever takes it writes it in full, or lets the card do so, before anybody reads it. It is not
            // write-combined, because the host reads it.
            None => unsafe { context.alloc_pinned_with_flags::<u8>(bytes, 0) },
        }
    }

    /// Takes a block back that the card may still be using.
    pub fn lend(&mut self, block: PinnedHostSlice<u8>) {
        self.lent.push(block);
    }

    /// How many blocks the card may still be using.
    pub fn lent(&self) -> usize {
        self.lent.len()
    }

    /// Takes a block back that nobody uses.
    pub fn give_back(&mut self, block: PinnedHostSlice<u8>) {
        // A block has an address as long as its context works; without one, nothing is taken any more.
        if let Ok(address) = block.as_ptr() {
            self.free.entry(block.len()).or_default().insert(address.addr(), block);
        }
    }

    /// The card is done with all blocks that were lent.
    pub fn card_is_done(&mut self) {
        for block in std::mem::take(&mut self.lent) {
            self.give_back(block);
        }
        let kept: usize = self.free.iter().map(|(bytes, blocks)| bytes * blocks.len()).sum();
        if kept > PINNED {
            self.free.clear();
        }
    }
}
