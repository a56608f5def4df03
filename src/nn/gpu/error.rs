//! What the driver says, in words for a person.

use cudarc::cublas::result::CublasError;
use cudarc::driver::DriverError;
use cudarc::driver::sys::CUresult;

use crate::nn::device::Error;

/// An error of the driver in an attempt to `attempt`: "copy numbers to the GPU".
pub fn driver(attempt: &str, DriverError(code): DriverError) -> Error {
    let said = match code {
        CUresult::CUDA_ERROR_OUT_OF_MEMORY => {
            "the GPU's memory is full; a smaller train.batch_size takes less".to_owned()
        }
        CUresult::CUDA_ERROR_STUB_LIBRARY => {
            "libcuda is the stub of a toolkit, not that of a driver".to_owned()
        }
        CUresult::CUDA_ERROR_NO_DEVICE => "the driver finds no GPU".to_owned(),
        CUresult::CUDA_ERROR_INVALID_DEVICE => "there is no GPU of that number".to_owned(),
        CUresult::CUDA_ERROR_SYSTEM_DRIVER_MISMATCH => {
            "the driver's library and its kernel module are of different versions: restart the machine"
                .to_owned()
        }
        CUresult::CUDA_ERROR_UNSUPPORTED_PTX_VERSION | CUresult::CUDA_ERROR_INVALID_PTX => {
            "the driver is too old for this program's kernels".to_owned()
        }
        CUresult::CUDA_ERROR_ILLEGAL_ADDRESS | CUresult::CUDA_ERROR_LAUNCH_FAILED => {
            "a kernel failed; nothing more can be computed in this process".to_owned()
        }
        CUresult::CUDA_ERROR_ECC_UNCORRECTABLE => "the GPU's memory is faulty".to_owned(),
        other => format!("{other:?}"),
    };
    Error::Device(format!("cannot {attempt}: {said}"))
}

/// An error of cuBLAS.
pub fn cublas(error: CublasError) -> Error {
    Error::Device(format!("cuBLAS failed: {error:?}"))
}
