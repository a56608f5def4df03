//! Threads that stay awake between the parallel parts of a training step.
//!
//! Rayon's threads go to sleep when they have found nothing to do for some microseconds, and to wake one takes longer
//! than the whole of a small product. A step is a chain of such products with a little in between that one thread does.
//! So while steps follow one another, the others look for work a little longer; not so where other programs want their
//! processors.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::Yield;

/// How long a thread looks for work in vain.
const PATIENCE: Duration = Duration::from_micros(50);
/// Two looks are a microsecond apart, unless the system has given the thread's processor to somebody else in between.
const PUT_ASIDE: Duration = Duration::from_micros(200);
/// How long the processors are then left to others.
const RETREAT: Duration = Duration::from_millis(100);

/// How it stands with the threads that look for work for another one.
#[derive(Default)]
struct Looking {
    /// So many do.
    threads: usize,
    /// None is to before then.
    not_before: Option<Instant>,
}

thread_local! {
    /// The threads that look for work for this one.
    static LOOKING: RefCell<Arc<Mutex<Looking>>> = RefCell::default();
}

/// Keeps the other threads of this one's pool awake from here until they have had nothing to do for a while; does
/// nothing on a thread that belongs to none.
pub fn keep_awake() {
    let Some(own) = rayon::current_thread_index() else { return };
    let others = rayon::current_num_threads() - 1;
    if others == 0 {
        return;
    }
    let looking = LOOKING.with_borrow(Arc::clone);
    let mut state = looking.lock().unwrap_or_else(PoisonError::into_inner);
    if state.threads > 0 || state.not_before.is_some_and(|then| Instant::now() < then) {
        return;
    }
    state.threads = others;
    drop(state);
    rayon::spawn_broadcast(move |context| {
        if context.index() != own {
            let was_put_aside = look_for_work();
            let mut state = looking.lock().unwrap_or_else(PoisonError::into_inner);
            state.threads -= 1;
            if was_put_aside {
                state.not_before = Some(Instant::now() + RETREAT);
            }
        }
    });
}

/// Works as long as there is work; returns whether it ended because the system wanted the processor for others.
fn look_for_work() -> bool {
    /// Between two looks, so that looking does not slow down those who work.
    const PAUSES: u32 = 20;
    let mut last_worked = Instant::now();
    let mut last_looked = last_worked;
    loop {
        let has_worked = rayon::yield_now() == Some(Yield::Executed);
        if !has_worked {
            (0..PAUSES).for_each(|_| std::hint::spin_loop());
        }
        let now = Instant::now();
        if has_worked {
            last_worked = now;
        } else if now - last_looked > PUT_ASIDE {
            return true;
        } else if now - last_worked > PATIENCE {
            return false;
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
            let threads = || LOOKING.with_borrow(|looking| looking.lock().unwrap().threads);
            keep_awake();
            let (a, b) = rayon::join(|| 1, || 2);
            assert_eq!(a + b, 3);
            let since = Instant::now();
            // The last one ends on its own, however busy the machine is.
            while threads() > 0 && since.elapsed() < Duration::from_secs(20) {
                std::thread::yield_now();
            }
            assert_eq!(threads(), 0);
        });
        // Outside of a pool there is nobody to keep awake.
        keep_awake();
    }
}
