//! Grids of threads, and counts that kernels can count to.

use crate::nn::device::Error;

/// A grid of blocks of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grid {
    /// Blocks along each axis.
    pub blocks: [u32; 3],
    /// Threads of a block.
    pub threads: u32,
    /// Dynamic shared memory of a block, in bytes.
    pub shared: u32,
}

/// Threads of a block where a kernel does not ask for another number.
const THREADS: usize = 256;

impl Grid {
    /// One thread for each of `count` things.
    ///
    /// # Errors
    /// When there are more than a kernel can count.
    pub fn over(count: usize) -> Result<Self, Error> {
        count_of(count)?;
        Self::of([count.div_ceil(THREADS).max(1), 1, 1], THREADS)
    }

    /// One warp for each of `count` things.
    ///
    /// # Errors
    /// When there are more than a kernel can count.
    pub fn of_warps(count: usize) -> Result<Self, Error> {
        Self::over(count * 32)
    }

    /// So many blocks of so many threads.
    ///
    /// # Errors
    /// When a card cannot have as many blocks.
    pub fn of(blocks: [usize; 3], threads: usize) -> Result<Self, Error> {
        let most = [i32::MAX as usize, 65_535, 65_535];
        if blocks.iter().zip(most).any(|(&blocks, most)| blocks > most) {
            return Err(Error::Device(format!(
                "{blocks:?} blocks are more than a GPU can have: try a smaller batch"
            )));
        }
        Ok(Grid { blocks: blocks.map(|blocks| blocks as u32), threads: threads as u32, shared: 0 })
    }

    /// The same with dynamic shared memory, in bytes.
    pub fn with_shared(self, bytes: usize) -> Self {
        Grid { shared: bytes as u32, ..self }
    }
}

/// What a kernel counts with: `int`.
pub fn count_of(count: usize) -> Result<i32, Error> {
    i32::try_from(count)
        .map_err(|_| Error::Device(format!("{count} numbers in one piece are too many: try a smaller batch")))
}
