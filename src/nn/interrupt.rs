//! The wish that a long step be abandoned, from one thread to another.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::device::Error;

/// A wish that whoever holds a clone of it can raise. Work that repeats itself within one step looks at it.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks for the step in progress to be abandoned.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// The wish has been heard.
    pub fn lower(&self) {
        self.0.store(false, Ordering::Release);
    }

    /// Whether the step is to be abandoned.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// For work that can be abandoned here.
    ///
    /// # Errors
    /// [`Error::Interrupted`] when the step is to be abandoned.
    pub fn check(&self) -> Result<(), Error> {
        if self.is_raised() { Err(Error::Interrupted) } else { Ok(()) }
    }
}
