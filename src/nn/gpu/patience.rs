//! Waiting for the card, but not for ever: a kernel that hangs never ends, and the driver would wait for it.

use std::time::{Duration, Instant};

use cudarc::driver::sys::{self, CUresult};
use cudarc::driver::{CudaStream, DriverError};

/// The variable that says how many seconds the card is waited for.
pub const VARIABLE: &str = "TRAINYARD_GPU_PATIENCE";

/// How long the card is waited for where the variable does not say it: far longer than a step or a piece of an evaluation
/// takes.
const LIMIT: Duration = Duration::from_secs(120);

/// A step takes about a millisecond; for so long, falling asleep would take more time than it saves.
const AWAKE: Duration = Duration::from_millis(2);

/// How long the host sleeps between two looks after that.
const SLEEP: Duration = Duration::from_micros(50);

/// How long the card is waited for.
pub fn limit() -> Duration {
    let seconds = std::env::var(VARIABLE).ok().and_then(|text| text.parse().ok());
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(LIMIT)
}

/// Waits until all work of the stream is done; false where that takes longer than `limit`.
///
/// # Errors
/// When the work failed.
pub fn wait(stream: &CudaStream, limit: Duration) -> Result<bool, DriverError> {
    let since = Instant::now();
    loop {
        // SAFETY: the stream is open; the driver only says how far it is.
        match unsafe { sys::cuStreamQuery(stream.cu_stream()) } {
            CUresult::CUDA_SUCCESS => return Ok(true),
            CUresult::CUDA_ERROR_NOT_READY => {}
            failed => return Err(DriverError(failed)),
        }
        let waited = since.elapsed();
        if waited > limit {
            return Ok(false);
        }
        match waited < AWAKE {
            true => std::hint::spin_loop(),
            false => std::thread::sleep(SLEEP),
        }
    }
}
