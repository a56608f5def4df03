//! How a card does what waits in its queue: piece by piece, or recorded.

use std::ffi::c_void;

use cudarc::cublas::{self, CudaBlas, sys::cublasOperation_t};
use cudarc::driver::sys::{CUgraphInstantiate_flags, CUstreamCaptureMode};
use cudarc::driver::{CudaGraph, DriverError, result};

use super::card::Card;
use super::error::{self, driver};
use super::grid::Grid;
use super::queue::{Product, Queue, Work};
use crate::nn::device::Error;

impl Card {
    /// Records a queue as a graph; nothing of it is done.
    pub(super) fn record(&self, queue: &Queue) -> Result<CudaGraph, Error> {
        let failed = |error: DriverError| driver("record a step", error);
        self.stream
            .begin_capture(CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL)
            .map_err(failed)?;
        let issued = self.issue_each(queue);
        // The recording is ended in any case: a stream that is left in it records for ever.
        let graph = self.stream.end_capture(CUgraphInstantiate_flags(0)).map_err(failed);
        issued?;
        let graph =
            graph?.ok_or_else(|| Error::Device("cannot record a step: nothing was recorded".into()))?;
        graph.upload().map_err(failed)?;
        Ok(graph)
    }

    /// Issues all work of a queue, in order.
    pub(super) fn issue_each(&self, queue: &Queue) -> Result<(), Error> {
        let stream = self.stream.cu_stream();
        for (work, arguments) in queue.iter() {
            match work {
                Work::Launch { kernel, grid, .. } => self.issue_launch(kernel, grid, arguments)?,
                // SAFETY: pinned memory of this length is lent until the card is done with it, and the place on the card
                // belongs to an array of this length.
                Work::Send { from, to, bytes } => unsafe {
                    let from = std::slice::from_raw_parts(from as *const u8, bytes);
                    result::memcpy_htod_async(to, from, stream)
                }
                .map_err(|error| driver("copy numbers to the GPU", error))?,
                // SAFETY: as above, and nobody reads the pinned memory before the stream was waited for.
                Work::Fetch { from, to, bytes } => unsafe {
                    let to = std::slice::from_raw_parts_mut(to as *mut u8, bytes);
                    result::memcpy_dtoh_async(to, from, stream)
                }
                .map_err(|error| driver("copy numbers from the GPU", error))?,
                // SAFETY: both places belong to arrays of at least this length.
                Work::Copy { from, to, bytes } => {
                    unsafe { result::memcpy_dtod_async(to, from, bytes, stream) }
                        .map_err(|error| driver("copy numbers on the GPU", error))?
                }
                // SAFETY: all of an array's own memory.
                Work::Clear { at, bytes } => unsafe { result::memset_d8_async(at, 0, bytes, stream) }
                    .map_err(|error| driver("clear memory of the GPU", error))?,
                Work::Product(product) => match &self.blas {
                    Some(blas) => issue_product(blas, product)?,
                    None => return Err(Error::Device("a product for cuBLAS, which is not open".into())),
                },
            }
        }
        Ok(())
    }

    fn issue_launch(&self, kernel: &'static str, grid: Grid, arguments: &[u64]) -> Result<(), Error> {
        let function = &self.functions[kernel];
        // x86-64 and Arm are little-endian: the address of a word is that of its lowest byte.
        let mut places: Vec<*mut c_void> =
            arguments.iter().map(|word| std::ptr::from_ref(word).cast_mut().cast()).collect();
        let Grid { blocks: [x, y, z], threads, shared } = grid;
        // SAFETY: the function is of this context, its arguments are of its types, and the driver copies them before it
        // returns. A kernel sees the memory of the card only.
        unsafe {
            let stream = self.stream.cu_stream();
            result::launch_kernel(
                function.cu_function(),
                (x, y, z),
                (threads, 1, 1),
                shared,
                stream,
                &mut places,
            )
        }
        .map_err(|error| driver(&format!("run the kernel {kernel}"), error))
    }
}

fn issue_product(blas: &CudaBlas, product: Product) -> Result<(), Error> {
    let Product { sizes: [m, n, k], addresses: [c, a, b], transposed: [a_transposed, b_transposed] } =
        product;
    let operation = |is_transposed| match is_transposed {
        true => cublasOperation_t::CUBLAS_OP_T,
        false => cublasOperation_t::CUBLAS_OP_N,
    };
    let (leading_a, leading_b) = (if a_transposed { m } else { k }, if b_transposed { k } else { n });
    // cuBLAS has matrices column by column: to it ours are transposes, and C' = B' A'.
    // SAFETY: the addresses are those of arrays of these sizes.
    unsafe {
        cublas::result::sgemm(
            *blas.handle(),
            operation(b_transposed),
            operation(a_transposed),
            n,
            m,
            k,
            &1.0,
            b as *const f32,
            leading_b,
            a as *const f32,
            leading_a,
            &0.0,
            c as *mut f32,
            n,
        )
    }
    .map_err(error::cublas)
}
