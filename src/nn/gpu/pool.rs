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
    /// The address of a block of this length, lent until [`take_back`](Pinned::take_back).
    ///
    /// # Errors
    /// When the host has no memory to pin.
    pub fn lend(&mut self, bytes: usize, context: &Arc<CudaContext>) -> Result<usize, DriverError> {
        let known = self.free.get_mut(&bytes).and_then(BTreeMap::pop_first);
        let block = match known {
            Some((_, block)) => block,
            // SAFETY: whoever lends it writes it in full, or lets the card do so, before anybody reads it. It is not
            // write-combined, because the host reads it.
            None => unsafe { context.alloc_pinned_with_flags::<u8>(bytes, 0) }?,
        };
        let address = block.as_ptr()?.addr();
        self.lent.push(block);
        Ok(address)
    }

    /// The block that was lent last.
    pub fn last(&mut self) -> Option<&mut PinnedHostSlice<u8>> {
        self.lent.last_mut()
    }

    /// Takes all blocks back; the card must be done with them.
    pub fn take_back(&mut self) {
        for block in self.lent.drain(..) {
            // A block has an address as long as its context works; without one, nothing is lent any more.
            if let Ok(address) = block.as_ptr() {
                self.free.entry(block.len()).or_default().insert(address.addr(), block);
            }
        }
        let kept: usize = self.free.iter().map(|(bytes, blocks)| bytes * blocks.len()).sum();
        if kept > PINNED {
            self.free.clear();
        }
    }
}
