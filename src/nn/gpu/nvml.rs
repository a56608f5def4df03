//! What NVIDIA's management library says of a card: how busy, how full, how warm it is, and what it draws. The library comes
//! with the driver; without it, nothing is said.
//!
//! Seven functions are called, through libloading. The crate `nvml-wrapper` looks up three hundred when it opens the
//! library, and would make the program 214 KB larger.

use std::ffi::{CString, c_char, c_int, c_uint, c_void};
use std::ptr;

use cudarc::driver::sys;
use libloading::{Library, Symbol};

use super::libraries::Library as Known;
use crate::nn::device::Activity;

/// A card as the management library knows it.
type Handle = *mut c_void;
/// 0, or an error.
type Status = c_int;

/// `nvmlUtilization_t`: percent of the last sampling period.
#[repr(C)]
#[derive(Default)]
struct Rates {
    gpu: c_uint,
    memory: c_uint,
}

/// `nvmlMemory_t`: bytes.
#[repr(C)]
#[derive(Default)]
struct Memory {
    total: u64,
    free: u64,
    used: u64,
}

/// The sensor of the chip itself.
const CHIP: c_int = 0;
/// The longest identifier of a card, with its end.
const IDENTIFIER: usize = 32;

/// Watches a card.
pub struct Monitor {
    library: Library,
    card: Handle,
}

impl Monitor {
    /// The monitor of a card; `None` where the library is missing or does not know the card.
    pub fn of(card: sys::CUdevice) -> Option<Self> {
        let mut identifier = [0 as c_char; IDENTIFIER];
        // SAFETY: the driver writes at most so many characters, the end included.
        unsafe { sys::cuDeviceGetPCIBusId(identifier.as_mut_ptr(), IDENTIFIER as c_int, card) }
            .result()
            .ok()?;
        let characters = identifier.iter().take_while(|character| **character != 0);
        let identifier =
            CString::new(characters.map(|character| *character as u8).collect::<Vec<_>>()).ok()?;
        let library = Known::Management.opened()?;
        let mut handle = ptr::null_mut();
        // SAFETY: the types are those of NVML's documentation, and the library keeps no pointer of ours.
        let found = unsafe {
            call::<unsafe extern "C" fn() -> Status>(&library, b"nvmlInit_v2", |init| init())?;
            call::<unsafe extern "C" fn(*const c_char, *mut Handle) -> Status>(
                &library,
                b"nvmlDeviceGetHandleByPciBusId_v2",
                |get| get(identifier.as_ptr(), &raw mut handle),
            )
        };
        found.map(|()| Monitor { library, card: handle })
    }

    /// What the card does now.
    pub fn read(&self) -> Activity {
        let (mut rates, mut memory) = (Rates::default(), Memory::default());
        let (mut degrees, mut milliwatts): (c_uint, c_uint) = (0, 0);
        let (library, card) = (&self.library, self.card);
        // SAFETY: as above; each function writes the one value that it is given.
        unsafe {
            Activity {
                busy: call::<unsafe extern "C" fn(Handle, *mut Rates) -> Status>(
                    library,
                    b"nvmlDeviceGetUtilizationRates",
                    |get| get(card, &raw mut rates),
                )
                .map(|()| f64::from(rates.gpu) / 100.0),
                memory: call::<unsafe extern "C" fn(Handle, *mut Memory) -> Status>(
                    library,
                    b"nvmlDeviceGetMemoryInfo",
                    |get| get(card, &raw mut memory),
                )
                .map(|()| (memory.used, memory.total)),
                temperature: call::<unsafe extern "C" fn(Handle, c_int, *mut c_uint) -> Status>(
                    library,
                    b"nvmlDeviceGetTemperature",
                    |get| get(card, CHIP, &raw mut degrees),
                )
                .map(|()| degrees),
                power: call::<unsafe extern "C" fn(Handle, *mut c_uint) -> Status>(
                    library,
                    b"nvmlDeviceGetPowerUsage",
                    |get| get(card, &raw mut milliwatts),
                )
                .map(|()| f64::from(milliwatts) / 1e3),
            }
        }
    }
}

/// The driver's version as `nvidia-smi` names it: `550.54.14`; `None` where the library is missing.
pub fn driver_version() -> Option<String> {
    let library = Known::Management.opened()?;
    let mut version = [0 as c_char; 96];
    // SAFETY: as above; at most so many characters are written.
    unsafe {
        call::<unsafe extern "C" fn() -> Status>(&library, b"nvmlInit_v2", |init| init())?;
        call::<unsafe extern "C" fn(*mut c_char, c_uint) -> Status>(
            &library,
            b"nvmlSystemGetDriverVersion",
            |get| get(version.as_mut_ptr(), version.len() as c_uint),
        )?;
    }
    let characters = version.iter().take_while(|character| **character != 0);
    String::from_utf8(characters.map(|character| *character as u8).collect()).ok()
}

/// Calls a function of the library; `None` where it has none of this name, or it fails.
///
/// # Safety
/// `F` must be the type of the function of this name.
unsafe fn call<F>(library: &Library, name: &[u8], with: impl FnOnce(Symbol<F>) -> Status) -> Option<()> {
    // SAFETY: the caller answers for the type.
    let function = unsafe { library.get::<F>(name) }.ok()?;
    (with(function) == 0).then_some(())
}
