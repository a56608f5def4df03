//! A card: its context, its stream, its kernels, and memory that is used again.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::Arc;

use cudarc::cublas::CudaBlas;
use cudarc::driver::{CudaContext, CudaFunction, CudaSlice, CudaStream, DriverError, result};
use cudarc::nvrtc::Ptx;

use super::error::{cublas, driver};
use super::grid::Grid;
use super::libraries::Library;
use crate::nn::device::Error;

/// An open card. One thread drives it, and one stream does all its work, in the order in which it is issued.
pub struct Card {
    pub(super) context: Arc<CudaContext>,
    pub(super) stream: Arc<CudaStream>,
    pub(super) blas: Option<CudaBlas>,
    functions: HashMap<&'static str, CudaFunction>,
    /// Free memory by its length in bytes: a step takes the same lengths every time.
    pool: RefCell<HashMap<usize, Vec<CudaSlice<u8>>>>,
}

impl Card {
    /// Opens card `ordinal` and loads the kernels of these names from the code that `program` has for its compute
    /// capability.
    ///
    /// # Errors
    /// When there is no driver, no such card, or no code for it.
    pub fn open(
        ordinal: usize,
        program: impl FnOnce((i32, i32)) -> Result<Ptx, Error>,
        names: impl Iterator<Item = &'static str>,
    ) -> Result<Self, Error> {
        if !Library::Driver.open() {
            let missing = "there is no NVIDIA driver on this machine (libcuda.so.1 was not found)";
            return Err(Error::NoGpu(missing.into()));
        }
        let failed = |attempt: &'static str| move |error: DriverError| driver(attempt, error);
        let no_gpu = |error: DriverError| Error::NoGpu(driver("open the GPU", error).to_string());
        result::init().map_err(no_gpu)?;
        let count = CudaContext::device_count().map_err(no_gpu)?;
        if ordinal >= usize::try_from(count).unwrap_or(0) {
            let there = if count == 1 { "is 1 GPU".to_owned() } else { format!("are {count} GPUs") };
            return Err(Error::NoGpu(format!(
                "there {there} on this machine, counted from 0: no cuda:{ordinal}"
            )));
        }
        let context = CudaContext::new(ordinal).map_err(no_gpu)?;
        // SAFETY: one stream does all the work, in order, so nothing needs the events by which cudarc keeps apart streams;
        // a step that is recorded must not have them.
        unsafe { context.disable_event_tracking() };
        let stream = context.new_stream().map_err(failed("make a stream"))?;
        let capability = context.compute_capability().map_err(failed("ask the GPU for its capability"))?;
        let module = context.load_module(program(capability)?).map_err(failed("load the kernels"))?;
        let mut functions = HashMap::new();
        for name in names {
            functions.insert(name, module.load_function(name).map_err(failed("find a kernel"))?);
        }
        let blas = match Library::Cublas.open() {
            true => Some(CudaBlas::new(stream.clone()).map_err(cublas)?),
            false => None,
        };
        Ok(Card { context, stream, blas, functions, pool: RefCell::default() })
    }

    /// Makes this card's context that of the calling thread, as every call of the driver needs it.
    pub(super) fn bind(&self) -> Result<(), Error> {
        self.context.bind_to_thread().map_err(|error| driver("use the GPU", error))
    }

    /// Memory of `bytes` bytes, of unspecified contents.
    pub(super) fn take(&self, bytes: usize) -> Result<CudaSlice<u8>, Error> {
        let known = self.pool.borrow_mut().get_mut(&bytes).and_then(Vec::pop);
        if let Some(slice) = known {
            return Ok(slice);
        }
        // SAFETY: every kernel writes what it gives out in full.
        let allocate = || unsafe { self.stream.alloc::<u8>(bytes) };
        allocate()
            .or_else(|error| {
                // What lies free in other lengths may be enough.
                self.pool.borrow_mut().clear();
                self.stream.synchronize().and_then(|()| allocate()).map_err(|_| error)
            })
            .map_err(|error| driver(&format!("get {bytes} bytes of the GPU's memory"), error))
    }

    /// Takes memory back.
    pub(super) fn give_back(&self, slice: CudaSlice<u8>) {
        self.pool.borrow_mut().entry(slice.len()).or_default().push(slice);
    }

    /// Waits for all work.
    ///
    /// # Errors
    /// When some of it failed.
    pub fn wait(&self) -> Result<(), Error> {
        self.stream.synchronize().map_err(|error| driver("wait for the GPU", error))
    }

    /// Launches a kernel with its arguments, each in a word of its own. The typed launches of `launch.rs` are what makes
    /// arguments fit.
    pub(super) fn launch(&self, kernel: &'static str, grid: Grid, arguments: &[u64]) -> Result<(), Error> {
        let function = &self.functions[kernel];
        // x86-64 and Arm are little-endian: the address of a word is that of its lowest byte.
        let mut places: Vec<*mut c_void> =
            arguments.iter().map(|word| std::ptr::from_ref(word).cast_mut().cast()).collect();
        let Grid { blocks: [x, y, z], threads, shared } = grid;
        self.bind()?;
        // SAFETY: the function is of this context, its arguments are of its types, and the driver copies them before it
        // returns. A kernel sees the memory of the card only.
        unsafe {
            result::launch_kernel(
                function.cu_function(),
                (x, y, z),
                (threads, 1, 1),
                shared,
                self.stream.cu_stream(),
                &mut places,
            )
        }
        .map_err(|error| driver(&format!("run the kernel {kernel}"), error))
    }
}
