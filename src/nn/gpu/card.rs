//! A card: its context, its stream, its kernels, its memory, and the work that waits for it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use cudarc::cublas::CudaBlas;
use cudarc::driver::{
    CudaContext, CudaFunction, CudaGraph, CudaSlice, CudaStream, DevicePtr, DriverError, PinnedHostSlice, sys,
};
use cudarc::nvrtc::Ptx;

use super::error::{cublas, driver};
use super::grid::Grid;
use super::libraries::{Library, Opening};
use super::patience;
use super::pool::{Pinned, Pool};
use super::queue::{Product, Queue, Recordings, Verdict, Work};
use super::several;
use crate::nn::device::Error;

/// Memory that cuBLAS works with, in bytes: what NVIDIA recommends for Hopper. Of its own it would allocate while a step
/// is recorded.
const WORKSPACE: usize = 32 << 20;

/// Where nobody reads anything, the host waits at the end of a step once so many copies to the card may be under way.
const LENT: usize = 16;

/// The CUDA version that the driver supports: 12040 for 12.4.
pub fn version() -> Result<i32, DriverError> {
    let mut version = 0;
    // SAFETY: the driver writes one number.
    unsafe { sys::cuDriverGetVersion(&raw mut version) }.result()?;
    Ok(version)
}

/// An open card. One thread drives it, and one stream does all its work, in the order in which it is asked for.
///
/// Work waits in a queue until the host reads something; see `queue.rs`.
pub struct Card {
    pub(super) context: Arc<CudaContext>,
    pub(super) stream: Arc<CudaStream>,
    pub(super) blas: Option<CudaBlas>,
    pub(super) functions: HashMap<&'static str, CudaFunction>,
    _workspace: Option<CudaSlice<u8>>,
    pool: RefCell<Pool>,
    pinned: RefCell<Pinned>,
    queue: RefCell<Queue>,
    recordings: RefCell<Recordings<CudaGraph>>,
    records: Cell<bool>,
    replays: Cell<u64>,
    /// How often the host has waited for all work.
    waits: Cell<u64>,
    /// What to look at after the next wait.
    checks: RefCell<Vec<Check>>,
    /// How long it is waited for.
    patience: Duration,
    /// Some of its work did not end in that time.
    hangs: Cell<bool>,
    itself: Weak<Card>,
}

type Check = Box<dyn FnOnce() -> Result<(), Error>>;

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
    ) -> Result<Rc<Self>, Error> {
        several::check(ordinal)?;
        let failed = |attempt: &'static str| move |error: DriverError| driver(attempt, error);
        let no_gpu = |error: DriverError| Error::NoGpu(driver("open the GPU", error).to_string());
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
        let (mut blas, mut workspace) = (None, None);
        // Without it, or with one that does not open, the program's own products serve.
        if Library::Cublas.open() == Opening::Open {
            let handle = CudaBlas::new(stream.clone()).map_err(cublas)?;
            // SAFETY: cuBLAS writes it before it reads it.
            let memory = unsafe { stream.alloc::<u8>(WORKSPACE) }.map_err(failed("get memory for cuBLAS"))?;
            let address = memory.device_ptr(&stream).0 as *mut std::ffi::c_void;
            // SAFETY: the memory is of this length, and is kept as long as the handle.
            unsafe { cudarc::cublas::sys::cublasSetWorkspace_v2(*handle.handle(), address, WORKSPACE) }
                .result()
                .map_err(cublas)?;
            (blas, workspace) = (Some(handle), Some(memory));
        }
        Ok(Rc::new_cyclic(|itself| Card {
            context,
            stream,
            blas,
            functions,
            _workspace: workspace,
            pool: RefCell::default(),
            pinned: RefCell::default(),
            queue: RefCell::default(),
            recordings: RefCell::default(),
            records: Cell::new(true),
            replays: Cell::new(0),
            waits: Cell::new(0),
            checks: RefCell::default(),
            patience: patience::limit(),
            hangs: Cell::new(false),
            itself: itself.clone(),
        }))
    }

    /// Whether work that comes again is recorded; without, each piece is issued by itself. The results have the same bits.
    pub fn set_records(&self, records: bool) {
        self.records.set(records);
    }

    /// How often recorded work was repeated.
    pub fn replays(&self) -> u64 {
        self.replays.get()
    }

    /// Makes this card's context that of the calling thread, as every call of the driver needs it.
    fn bind(&self) -> Result<(), Error> {
        self.context.bind_to_thread().map_err(|error| driver("use the GPU", error))
    }

    /// Memory of `bytes` bytes, of unspecified contents.
    pub(super) fn take(&self, bytes: usize) -> Result<CudaSlice<u8>, Error> {
        if let Some(block) = self.pool.borrow_mut().reuse(bytes) {
            return Ok(block);
        }
        // SAFETY: every kernel writes what it gives out in full.
        let allocate = || unsafe { self.stream.alloc::<u8>(bytes) };
        let full =
            |error| driver(&format!("get {} MB of the GPU's memory", bytes.div_ceil(1_000_000)), error);
        match allocate() {
            Ok(block) => Ok(block),
            Err(_) => {
                // What lies free in other lengths may be enough, once nothing that waits uses it.
                self.wait()?;
                self.pool.borrow_mut().release();
                self.until_done()?;
                allocate().map_err(full)
            }
        }
    }

    /// Takes memory back. Work that is asked for later cannot overtake the work that uses it.
    pub(super) fn give_back(&self, block: CudaSlice<u8>) {
        self.pool.borrow_mut().give_back(block, &self.stream);
    }

    /// Asks for a kernel with its arguments, each in a word of its own. The typed launches of `launch.rs` are what makes
    /// arguments fit.
    pub(super) fn launch(&self, kernel: &'static str, grid: Grid, arguments: &[u64]) {
        self.queue.borrow_mut().launch(kernel, grid, arguments);
    }

    /// Asks for a product by cuBLAS.
    pub(super) fn multiply(&self, product: Product) {
        self.queue.borrow_mut().push(Work::Product(product));
    }

    /// Asks for a copy of bytes from one place on the card to another.
    pub(super) fn copy(&self, from: u64, to: u64, bytes: usize) {
        self.queue.borrow_mut().push(Work::Copy { from, to, bytes });
    }

    /// Asks for zeros.
    pub(super) fn clear(&self, at: u64, bytes: usize) {
        self.queue.borrow_mut().push(Work::Clear { at, bytes });
    }

    /// Asks for a copy of bytes to the card; they are read at once.
    pub(super) fn send(&self, bytes: &[u8], to: u64) -> Result<(), Error> {
        let failed = |error| driver("copy numbers to the GPU", error);
        let mut pinned = self.pinned.borrow_mut();
        let mut block = pinned.take(bytes.len(), &self.context).map_err(failed)?;
        block.as_mut_slice().map_err(failed)?.copy_from_slice(bytes);
        let from = block.as_ptr().map_err(failed)?.addr();
        pinned.lend(block);
        self.queue.borrow_mut().push(Work::Send { from, to, bytes: bytes.len() });
        Ok(())
    }

    /// Asks for a copy of bytes from the card. They are in the block after the wait of number
    /// [`next_wait`](Card::next_wait).
    pub(super) fn fetch(&self, from: u64, bytes: usize) -> Result<PinnedHostSlice<u8>, Error> {
        let failed = |error| driver("copy numbers from the GPU", error);
        let block = self.pinned.borrow_mut().take(bytes, &self.context).map_err(failed)?;
        let to = block.as_ptr().map_err(failed)?.addr();
        self.queue.borrow_mut().push(Work::Fetch { from, to, bytes });
        Ok(block)
    }

    /// Takes back a block that the card was to fill before the wait of this number.
    pub(super) fn give_back_pinned(&self, block: PinnedHostSlice<u8>, filled_by: u64) {
        let mut pinned = self.pinned.borrow_mut();
        match self.waits.get() >= filled_by {
            true => pinned.give_back(block),
            false => pinned.lend(block),
        }
    }

    /// The number of the next wait.
    pub(super) fn next_wait(&self) -> u64 {
        self.waits.get() + 1
    }

    /// Waits, unless the wait of this number is over.
    pub(super) fn wait_for(&self, number: u64) -> Result<(), Error> {
        if self.waits.get() >= number { Ok(()) } else { self.wait() }
    }

    /// Looks for a fault of a batch as soon as the host waits: what a kernel found of numbers that the host has not seen.
    pub(super) fn watch(&self, check: impl FnOnce() -> Result<(), Error> + 'static) {
        self.checks.borrow_mut().push(Box::new(check));
    }

    /// Waits for all work that was asked for.
    ///
    /// # Errors
    /// When some of it failed, or found a fault of a batch.
    pub fn wait(&self) -> Result<(), Error> {
        self.issue()?;
        self.until_done()?;
        self.waits.set(self.waits.get() + 1);
        self.pinned.borrow_mut().card_is_done();
        self.checks.take().into_iter().try_for_each(|check| check())
    }

    /// Waits until all work that was issued is done, as long as the card's patience lasts.
    fn until_done(&self) -> Result<(), Error> {
        if patience::wait(&self.stream, self.patience).map_err(|error| driver("wait for the GPU", error))? {
            return Ok(());
        }
        self.hangs.set(true);
        // Whatever the driver is asked from now on, it may wait for what hangs. So the card is never given back.
        std::mem::forget(self.itself.upgrade());
        Err(self.hanging())
    }

    fn hanging(&self) -> Error {
        Error::Device(format!(
            "the GPU has not answered for {:.0} s: a kernel hangs, or the card is very slow ({} says how many seconds it is \
             waited for)",
            self.patience.as_secs_f64(),
            patience::VARIABLE
        ))
    }

    /// Memory that is free, in bytes.
    pub(super) fn free_memory(&self) -> Result<usize, Error> {
        let info = self.context.mem_get_info();
        info.map(|(free, _)| free).map_err(|error| driver("ask for the GPU's free memory", error))
    }

    /// Ends a step: its work begins, and nobody waits for it.
    ///
    /// # Errors
    /// When the driver refuses it.
    pub(super) fn end_step(&self) -> Result<(), Error> {
        let lent = self.pinned.borrow().lent();
        if lent > LENT { self.wait() } else { self.issue() }
    }

    /// Issues all work that waits: as one recorded graph where it came before, else piece by piece.
    fn issue(&self) -> Result<(), Error> {
        let queue = self.queue.take();
        if queue.is_empty() {
            return Ok(());
        }
        if self.hangs.get() {
            return Err(self.hanging());
        }
        self.bind()?;
        let mut recordings = self.recordings.borrow_mut();
        let verdict = if self.records.get() { recordings.judge(&queue) } else { Verdict::Issue };
        match verdict {
            Verdict::Issue => self.issue_each(&queue),
            Verdict::Replay(graph) => {
                self.replays.set(self.replays.get() + 1);
                graph.launch().map_err(|error| driver("repeat a recorded step", error))
            }
            Verdict::Record => match self.record(&queue) {
                Ok(graph) => {
                    let outcome = graph.launch().map_err(|error| driver("repeat a recorded step", error));
                    recordings.keep(queue, Some(graph));
                    outcome
                }
                // Nothing of it was done, and a driver that cannot record it can still do it.
                Err(_) => {
                    let outcome = self.issue_each(&queue);
                    recordings.keep(queue, None);
                    outcome
                }
            },
        }
    }
}
