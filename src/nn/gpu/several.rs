//! How many GPUs there are, and which of several is the emptiest.

use cudarc::driver::{CudaContext, DriverError, result};

use super::card::version;
use super::error::driver;
use super::libraries::{Library, Opening};
use super::nvml::Monitor;
use super::program;
use crate::nn::device::Error;

/// GPUs whose free shares differ by no more than this are alike.
const ALIKE: f64 = 0.05;

/// How many GPUs there are. None of them is opened.
///
/// # Errors
/// When there is no driver, or it does not work.
pub fn count() -> Result<usize, Error> {
    match Library::Driver.open() {
        Opening::Open => {}
        Opening::Missing => return Err(Error::NoDriver),
        Opening::Broken(problem) => {
            return Err(Error::NoGpu(format!("the NVIDIA driver's library does not open: {problem}")));
        }
    }
    program::check_driver(version().map_err(|error| driver("ask for the driver's version", error))?)?;
    let no_gpu = |error: DriverError| Error::NoGpu(driver("open the GPU", error).to_string());
    result::init().map_err(no_gpu)?;
    let count = CudaContext::device_count().map_err(no_gpu)?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Checks that there is a GPU of this number.
///
/// # Errors
/// When there is none, or no driver.
pub fn check(ordinal: usize) -> Result<(), Error> {
    let count = count()?;
    if ordinal < count {
        return Ok(());
    }
    let there = if count == 1 { "is 1 GPU".to_owned() } else { format!("are {count} GPUs") };
    Err(Error::NoGpu(format!("there {there} on this machine, counted from 0: no cuda:{ordinal}")))
}

/// The number of the GPU of whose memory the largest share is free, as NVML says it; the first of those that are alike, and where it says nothing.
pub fn emptiest() -> usize {
    let count = count().unwrap_or(0);
    if count < 2 {
        return 0;
    }
    let free = |ordinal: usize| {
        let card = result::device::get(i32::try_from(ordinal).ok()?).ok()?;
        let (used, total) = Monitor::of(card)?.read().memory?;
        Some(1.0 - used as f64 / total.max(1) as f64)
    };
    let shares: Vec<f64> = (0..count).map(|ordinal| free(ordinal).unwrap_or(0.0)).collect();
    emptiest_of(&shares)
}

/// The place of the largest of these shares; the first of those that are nearly as large.
fn emptiest_of(shares: &[f64]) -> usize {
    let most = shares.iter().copied().fold(0.0, f64::max);
    shares.iter().position(|share| *share >= most - ALIKE).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::emptiest_of;

    #[test]
    fn of_gpus_that_are_alike_the_first_is_taken_and_else_the_emptiest() {
        assert_eq!(emptiest_of(&[0.99, 1.0, 1.0]), 0);
        assert_eq!(emptiest_of(&[0.2, 0.97, 1.0]), 1);
        assert_eq!(emptiest_of(&[0.2, 0.3, 0.9]), 2);
        assert_eq!(emptiest_of(&[0.0, 0.0]), 0);
    }
}
