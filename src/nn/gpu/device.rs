//! The GPU as the engine sees it.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use dfdx::tensor::Cpu;

use super::array::Array;
use super::card::Card;
use super::launch::{self, Piece, Step};
use super::nvml::Monitor;
use super::program;
use super::reading::Reading;
use super::tape::{Slot, Table};
use crate::nn::buffer::Buffer;
use crate::nn::device::{Activity, Device, Error};

/// An NVIDIA GPU that the engine trains on. Clones are the same GPU.
#[derive(Clone)]
pub struct Gpu {
    card: Rc<Card>,
    /// Has the nodes of the tape.
    host: Cpu,
    /// What kernels read of the last pass, and its seed.
    step: Rc<RefCell<Option<(u64, Array<Step>)>>>,
    /// Watches it, once somebody asks; none where nobody can.
    monitor: Rc<OnceCell<Option<Monitor>>>,
    /// The last table of parameters, as it is here and on the card.
    pieces: Rc<RefCell<Option<(Vec<Piece>, Array<Piece>)>>>,
}

impl Gpu {
    /// Opens GPU `ordinal` of this machine, counted from 0.
    ///
    /// # Errors
    /// When there is no such GPU, or it does not work.
    pub fn open(ordinal: usize) -> Result<Self, Error> {
        let card = Card::open(ordinal, program::code, launch::names())?;
        Ok(Gpu {
            card,
            host: Cpu::default(),
            step: Rc::default(),
            monitor: Rc::default(),
            pieces: Rc::default(),
        })
    }

    /// Whether steps that come again are recorded and repeated as one. They are, unless somebody wants to compare.
    pub fn set_records(&self, records: bool) {
        self.card.set_records(records);
    }

    /// How often recorded work was repeated.
    pub fn replays(&self) -> u64 {
        self.card.replays()
    }

    /// The card, with its memory and its kernels.
    pub(super) fn card(&self) -> &Rc<Card> {
        &self.card
    }

    /// What kernels read of a pass with this seed.
    pub(super) fn step(&self, seed: u64) -> Result<Array<Step>, Error> {
        if let Some((known, step)) = &*self.step.borrow()
            && *known == seed
        {
            return Ok(step.clone());
        }
        // The place of the one before is free again, so that every step finds its own at the same one.
        *self.step.borrow_mut() = None;
        let step = Array::from_host(&self.card, &[Step { seed }])?;
        *self.step.borrow_mut() = Some((seed, step.clone()));
        Ok(step)
    }

    /// A table of parameters on the card. A step in steady state finds every array where the step before had it, and the
    /// table stays.
    pub(super) fn pieces(&self, table: Vec<Piece>) -> Result<Array<Piece>, Error> {
        if let Some((known, pieces)) = &*self.pieces.borrow()
            && *known == table
        {
            return Ok(pieces.clone());
        }
        *self.pieces.borrow_mut() = None;
        let pieces = Array::from_host(&self.card, &table)?;
        *self.pieces.borrow_mut() = Some((table, pieces.clone()));
        Ok(pieces)
    }
}

impl fmt::Debug for Gpu {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Gpu({})", self.card.context.ordinal())
    }
}

impl Device for Gpu {
    type Unit = Slot;
    type Table = Table;
    type Values = Array;
    type Reading = Reading;

    fn upload(&self, numbers: Buffer) -> Result<Array, Error> {
        Array::from_host(&self.card, &numbers)
    }

    fn share(&self, numbers: Arc<Buffer>) -> Result<Array, Error> {
        Array::from_host(&self.card, &numbers)
    }

    fn host(values: &Array) -> Result<Cow<'_, [f32]>, Error> {
        values.to_host().map(Cow::Owned)
    }

    fn begin_reading(values: &Array) -> Result<Reading, Error> {
        Reading::begin(values)
    }

    fn arrived(reading: &Reading) -> Result<Cow<'_, [f32]>, Error> {
        reading.read().map(Cow::Owned)
    }

    fn overwrite(&self, values: &mut Array, numbers: &[f32]) -> Result<(), Error> {
        values.write(numbers)
    }

    fn description(&self) -> String {
        let context = &self.card.context;
        let name = context.name().unwrap_or_else(|_| "an NVIDIA GPU".into());
        let memory = context.total_mem().map_or(String::new(), |bytes| format!(", {} GiB", bytes >> 30));
        format!("cuda:{}, {name}{memory}", context.ordinal())
    }

    fn is_asynchronous(&self) -> bool {
        true
    }

    fn own_memory(&self) -> Result<Option<u64>, Error> {
        self.card.free_memory().map(|free| Some(free as u64))
    }

    fn activity(&self) -> Option<Activity> {
        let monitor = self.monitor.get_or_init(|| Monitor::of(self.card.context.cu_device()));
        monitor.as_ref().map(Monitor::read)
    }

    fn tape(&self) -> &Cpu {
        &self.host
    }
}
