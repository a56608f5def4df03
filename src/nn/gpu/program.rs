//! The kernels' code for a card.

use std::ffi::CString;

use cudarc::nvrtc::{self, Ptx, sys};

use super::launch::FAMILIES;
use super::libraries::Library;
use crate::nn::device::Error;

/// What stands before all kernels.
const COMMON: [&str; 3] = [
    include_str!("kernels/common.cu"),
    include_str!("kernels/common_sum.cu"),
    include_str!("kernels/common_tile.cu"),
];

/// The text of all kernels: one program, so that they share what is common.
fn source() -> String {
    let families = FAMILIES.iter().map(|family| family.source);
    COMMON.into_iter().chain(families).collect::<Vec<_>>().join("\n")
}

/// Compiles the kernels for cards of a compute capability, by NVRTC.
///
/// # Errors
/// What the compiler says.
pub fn compile((major, minor): (i32, i32)) -> Result<Ptx, Error> {
    if !Library::Nvrtc.open() {
        return Err(Error::NoGpu("there is no NVRTC on this machine (libnvrtc.so was not found)".into()));
    }
    let failed = |error: nvrtc::result::NvrtcError| {
        Error::Device(format!("NVRTC cannot compile the kernels: {error:?}"))
    };
    let text =
        CString::new(source()).map_err(|_| Error::Device("a zero byte in a kernel's source".into()))?;
    let program = nvrtc::result::create_program(&text, None).map_err(failed)?;
    let architecture = format!("--gpu-architecture=sm_{major}{minor}");
    // SAFETY: the program was just made and is destroyed below, once.
    unsafe {
        let outcome = nvrtc::result::compile_program(program, &[architecture.as_str(), "--std=c++17"]);
        let image = match outcome {
            Ok(()) => image(program).map_err(failed),
            Err(error) => {
                Err(Error::Device(format!("NVRTC cannot compile the kernels: {error:?}: {}", log(program))))
            }
        };
        // A program that cannot be destroyed leaks a little memory; the image is whole all the same.
        let _ = nvrtc::result::destroy_program(program);
        image.map(Ptx::from_binary)
    }
}

/// The machine code of a program.
///
/// # Safety
/// The program must have been compiled for a real architecture.
unsafe fn image(program: sys::nvrtcProgram) -> Result<Vec<u8>, nvrtc::result::NvrtcError> {
    let mut size = 0;
    // SAFETY: the program is whole, and the buffer has the size that NVRTC asks for.
    unsafe {
        sys::nvrtcGetCUBINSize(program, &raw mut size).result()?;
        let mut image = vec![0_u8; size];
        sys::nvrtcGetCUBIN(program, image.as_mut_ptr().cast()).result()?;
        Ok(image)
    }
}

/// What the compiler says of a program.
///
/// # Safety
/// The program must not have been destroyed.
unsafe fn log(program: sys::nvrtcProgram) -> String {
    // SAFETY: the program is whole.
    let log = unsafe { nvrtc::result::get_program_log(program) }.unwrap_or_default();
    let bytes: Vec<u8> = log.into_iter().map(|c| c.cast_unsigned()).take_while(|&c| c != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
