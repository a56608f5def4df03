//! Threads that stay awake between the parallel parts of a training step.
//!
//! Rayon's threads go to sleep when they have found nothing to do for some microseconds, and waking one takes longer
//! than a whole small product. A step is a chain of such products with short serial parts in between. So while steps
//! follow one another, the other threads search for work a little longer, unless other programs want the processors.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rayon::Yield;

/// How long a thread searches for work without finding any.
const PATIENCE: Duration = Duration::from_micros(50);
/// A longer gap between two searches, usually a microsecond apart, means that the system gave the thread's processor to
/// another program.
const PUT_ASIDE: Duration = Duration::from_micros(200);
/// A step that takes this much longer than three usual steps is late: the system has paused a thread at work.
const LATE: Duration = Duration::from_millis(1);
/// How long the processors are then left to other programs.
const RETREAT: Duration = Duration::from_millis(100);

/// The threads that search for work on behalf of a training thread.
#[derive(Default)]
struct Looking {
    /// How many threads are searching.
    threads: AtomicUsize,
    /// Whether they should stop.
    is_over: AtomicBool,
}

/// What a training thread knows about the other threads and its own pace.
#[derive(Default)]
struct Pace {
    looking: Arc<Looking>,
    /// When the last step began, and how long a step usually takes.
    last: Option<Instant>,
    usual: Option<Duration>,
    /// No thread searches for work before this time.
    not_before: Option<Instant>,
}

impl Pace {
    /// Notes that a step begins; returns whether the last one took far longer than usual.
    fn is_late(&mut self, now: Instant) -> bool {
        let Some(step) = self.last.replace(now).map(|last| now - last) else { return false };
        // Approximately the shortest of the recent steps.
        let usual = self.usual.map_or(step, |usual| usual + usual / 64);
        self.usual = Some(usual.min(step));
        step > 3 * usual + LATE
    }
}

thread_local! {
    static PACE: RefCell<Pace> = RefCell::default();
}

/// Called at the beginning of a step: keeps the other threads of this thread's pool awake until they have had nothing
/// to do for a while. Does nothing on a thread that belongs to no pool.
pub fn keep_awake() {
    let Some(own) = rayon::current_thread_index() else { return };
    let others = rayon::current_num_threads() - 1;
    if others > 0 {
        PACE.with_borrow_mut(|pace| pace.keep_awake(own, others));
    }
}

impl Pace {
    fn keep_awake(&mut self, own: usize, others: usize) {
        let now = Instant::now();
        if self.is_late(now) || self.looking.is_over.swap(false, Ordering::Relaxed) {
            self.not_before = Some(now + RETREAT);
        }
        if self.not_before.is_some_and(|then| now < then) {
            self.looking.is_over.store(self.looking.threads.load(Ordering::Relaxed) > 0, Ordering::Relaxed);
            return;
        }
        if self.looking.threads.load(Ordering::Relaxed) > 0 {
            return;
        }
        self.looking.threads.store(others, Ordering::Relaxed);
        let looking = self.looking.clone();
        rayon::spawn_broadcast(move |context| {
            if context.index() != own {
                look_for_work(&looking.is_over);
                looking.threads.fetch_sub(1, Ordering::Relaxed);
            }
        });
    }
}

/// Works as long as there is work, and ends early when the system gives the processor to other programs.
fn look_for_work(is_over: &AtomicBool) {
    /// Pauses between two searches, so that searching does not slow down the threads that work.
    const PAUSES: u32 = 20;
    let mut last_worked = Instant::now();
    let mut last_looked = last_worked;
    while !is_over.load(Ordering::Relaxed) {
        let has_worked = rayon::yield_now() == Some(Yield::Executed);
        if !has_worked {
            (0..PAUSES).for_each(|_| std::hint::spin_loop());
        }
        let now = Instant::now();
        if has_worked {
            last_worked = now;
        } else if now - last_looked > PUT_ASIDE {
            is_over.store(true, Ordering::Relaxed);
        } else if now - last_worked > PATIENCE {
            return;
        }
        last_looked = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_end_their_search_and_work_meanwhile() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        pool.install(|| {
            let threads = || PACE.with_borrow(|pace| pace.looking.threads.load(Ordering::Relaxed));
            keep_awake();
            let (a, b) = rayon::join(|| 1, || 2);
            assert_eq!(a + b, 3);
            let since = Instant::now();
            // The last thread ends on its own, however busy the machine is.
            while threads() > 0 && since.elapsed() < Duration::from_secs(20) {
                std::thread::yield_now();
            }
            assert_eq!(threads(), 0);
        });
        // Outside a pool there is no thread to keep awake.
        keep_awake();
    }

    #[test]
    fn a_step_is_late_that_takes_far_longer_than_those_before() {
        let (mut pace, mut now) = (Pace::default(), Instant::now());
        let mut step = |micros| {
            now += Duration::from_micros(micros);
            pace.is_late(now)
        };
        assert!(!step(0) && !step(150) && !step(170) && !step(1300));
        assert!(step(4000));
        assert!(!step(200));
    }
}
