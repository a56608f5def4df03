//! The kernels' code: PTX that is shipped in the program, so that a machine needs the driver alone. The driver compiles it
//! for the card at hand and keeps the result in a cache of its own.

use cudarc::nvrtc::Ptx;

use crate::nn::device::Error;

/// The PTX of all kernels, compressed. `tests/gpu/kernels.py ptx` makes it from `kernels/`; CI makes it again and compares.
const SHIPPED: &[u8] = include_bytes!("kernels.ptx.zst");
/// The oldest compute capability that it is for.
const OLDEST: (i32, i32) = (7, 0);

/// The oldest CUDA version whose drivers read it: its PTX has the ISA 7.8.
const OLDEST_DRIVER: i32 = 11_080;

/// A CUDA version in words: `12.4` for 12040.
pub fn in_words(version: i32) -> String {
    format!("{}.{}", version / 1000, version % 1000 / 10)
}

/// Checks that a driver, which supports this version of CUDA, can compile the kernels.
///
/// # Errors
/// When it is too old.
pub fn check_driver(version: i32) -> Result<(), Error> {
    if version >= OLDEST_DRIVER {
        return Ok(());
    }
    Err(Error::NoGpu(format!(
        "the NVIDIA driver is too old: it supports CUDA {}, and {} is needed (driver 520 or newer)",
        in_words(version),
        in_words(OLDEST_DRIVER)
    )))
}

/// Checks that a card of this compute capability can run the kernels.
///
/// # Errors
/// When it is too old.
pub fn check_card((major, minor): (i32, i32)) -> Result<(), Error> {
    if (major, minor) >= OLDEST {
        return Ok(());
    }
    let (least, _) = OLDEST;
    Err(Error::NoGpu(format!(
        "the GPU is too old: its compute capability is {major}.{minor}, and {least}.0 is needed (Volta, 2017)"
    )))
}

/// The kernels' code for a card of a compute capability.
///
/// # Errors
/// When the card is too old for it.
pub fn code(capability: (i32, i32)) -> Result<Ptx, Error> {
    check_card(capability)?;
    let text = zstd::decode_all(SHIPPED).map_err(Error::device)?;
    String::from_utf8(text).map(Ptx::from_src).map_err(Error::device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_of_any_supported_generation_gets_the_shipped_kernels() {
        for capability in [(7, 0), (7, 5), (8, 0), (9, 0), (12, 0)] {
            let text = code(capability).unwrap().to_src();
            assert!(text.contains(".target sm_70") && text.contains(".entry convolve("));
        }
        let error = code((6, 1)).unwrap_err().to_string();
        assert!(error.starts_with("the GPU is too old: its compute capability is 6.1"), "{error}");
    }

    #[test]
    fn a_driver_that_cannot_read_the_shipped_kernels_is_told_from_one_that_can() {
        assert!(check_driver(11_080).is_ok() && check_driver(13_000).is_ok());
        let error = check_driver(11_040).unwrap_err().to_string();
        assert!(error.starts_with("the NVIDIA driver is too old: it supports CUDA 11.4"), "{error}");
        assert!(code(OLDEST).unwrap().to_src().contains(".version 7.8"), "the PTX that 11.8 made");
    }

    #[test]
    fn the_shipped_kernels_are_those_that_are_launched() {
        let text = code(OLDEST).unwrap().to_src();
        let entry = |line: &str| Some(line.split_once(".entry ")?.1.split('(').next()?.trim().to_owned());
        let mut shipped: Vec<String> = text.lines().filter_map(entry).collect();
        let mut launched: Vec<String> = crate::nn::gpu::launch::names().map(str::to_owned).collect();
        shipped.sort_unstable();
        launched.sort_unstable();
        assert_eq!(shipped, launched, "run tests/gpu/kernels.py ptx");
    }
}
