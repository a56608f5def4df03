//! Memory that threads share while they decode: who needs more than is left waits for the others.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What all threads together may take to decode images and sounds.
pub static DECODING: Budget = Budget::new(512 << 20);

/// Bytes for all threads together.
#[derive(Debug)]
pub struct Budget {
    most: u64,
    taken: Mutex<u64>,
    returned: Condvar,
}

/// Bytes that a thread has taken; they are returned when this is dropped.
#[derive(Debug)]
pub struct Share<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Budget {
    /// So many bytes.
    pub const fn new(most: u64) -> Self {
        Budget { most, taken: Mutex::new(0), returned: Condvar::new() }
    }

    /// All of it.
    pub fn most(&self) -> u64 {
        self.most
    }

    /// Takes so many bytes, once they are left; `None` when they are more than all of it. Who has a share asks for no
    /// second one, so that nobody waits for itself.
    pub fn take(&self, bytes: u64) -> Option<Share<'_>> {
        if bytes > self.most {
            return None;
        }
        let full = |taken: &mut u64| *taken + bytes > self.most;
        let mut taken = self.returned.wait_while(self.taken(), full).unwrap_or_else(PoisonError::into_inner);
        *taken += bytes;
        Some(Share { budget: self, bytes })
    }

    fn taken(&self) -> MutexGuard<'_, u64> {
        // A count is whole whenever the lock is free.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        *self.budget.taken() -= self.bytes;
        self.budget.returned.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn all_threads_together_never_take_more_than_there_is() {
        let (budget, now, peak) = (Budget::new(100), AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (budget, now, peak) = (&budget, &now, &peak);
                scope.spawn(move || {
                    for turn in 0..50 {
                        let bytes = 1 + (thread * 13 + turn * 7) % 60;
                        let share = budget.take(bytes).expect("it is less than all");
                        peak.fetch_max(now.fetch_add(bytes, Ordering::SeqCst) + bytes, Ordering::SeqCst);
                        std::thread::yield_now();
                        now.fetch_sub(bytes, Ordering::SeqCst);
                        drop(share);
                    }
                });
            }
        });
        assert!(peak.into_inner() <= 100);
        assert!(budget.take(101).is_none());
        assert!(budget.take(100).is_some());
    }
}
