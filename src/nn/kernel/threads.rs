//! How many threads compute: the requested number, but never more than there are processors. Further threads would only
//! slow the others down: threads that wait [stay awake](super::awake) and take processors from those that work.

use std::num::NonZero;
use std::sync::OnceLock;

use rayon::ThreadPoolBuilder;

/// The number that the command line asks for, once it has been read.
static OPTION: OnceLock<usize> = OnceLock::new();

/// A requested number of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threads {
    /// What requests it: the name of an environment variable or an option.
    by: &'static str,
    /// The requested number; 0 where none is given.
    asked: usize,
    processors: usize,
}

impl Threads {
    /// The number that an option or a variable asks for; 0 for as many as there are processors.
    pub fn asked(by: &'static str, asked: usize) -> Self {
        Threads { by, asked, processors: std::thread::available_parallelism().map_or(1, NonZero::get) }
    }

    /// Takes the number of the command line's `--threads` for this process from now on; it goes before the environment.
    pub fn choose(count: usize) {
        // Whoever asks a second time finds the threads of the first at work.
        let _ = OPTION.set(count);
    }

    /// The number for this process: the command line's, or else the environment's.
    pub fn of_process() -> Self {
        OPTION.get().map_or_else(Self::of_environment, |&count| Threads::asked("--threads", count))
    }

    /// The number that the environment asks for, in the variables that rayon reads; as many as there are processors
    /// where they are not set.
    pub fn of_environment() -> Self {
        let number = |by| {
            let text = std::env::var(by).ok()?;
            Some(Threads::asked(by, text.parse().ok()?))
        };
        let mut variables = ["RAYON_NUM_THREADS", "RAYON_RS_NUM_CPUS"].into_iter();
        variables.find_map(number).unwrap_or_else(|| Threads::asked("", 0))
    }

    /// How many threads are used.
    pub fn used(self) -> usize {
        if self.asked == 0 { self.processors } else { self.asked.min(self.processors) }
    }

    /// A line for the user where fewer threads are used than requested.
    pub fn excess(self) -> Option<String> {
        let (Threads { by, asked, .. }, used) = (self, self.used());
        let told = match used {
            1 => "1 is used, there is one processor".into(),
            _ => format!("{used} are used, as many as there are processors"),
        };
        (asked > used).then(|| format!("{by} asks for {asked} threads; {told}"))
    }

    /// The builder of a pool with this many threads.
    pub fn pool(self) -> ThreadPoolBuilder {
        ThreadPoolBuilder::new().num_threads(self.used())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(processors: usize, asked: usize) -> Threads {
        Threads { by: "RAYON_NUM_THREADS", asked, processors }
    }

    #[test]
    fn no_more_threads_are_used_than_there_are_processors_and_it_is_told() {
        assert_eq!([0, 1, 2, 3, usize::MAX].map(|asked| on(2, asked).used()), [2, 1, 2, 2, 2]);
        assert_eq!((on(2, 0).excess(), on(2, 2).excess()), (None, None));
        assert_eq!(
            on(2, 100_000).excess().unwrap(),
            "RAYON_NUM_THREADS asks for 100000 threads; 2 are used, as many as there are processors"
        );
        assert_eq!(
            on(1, 8).excess().unwrap(),
            "RAYON_NUM_THREADS asks for 8 threads; 1 is used, there is one processor"
        );
    }

    #[test]
    fn a_pool_has_the_threads_that_are_used() {
        let threads = Threads::asked("--threads", 100_000);
        let pool = threads.pool().build().unwrap();
        assert_eq!(pool.current_num_threads(), threads.used());
        assert!(threads.used() < 100_000 && threads.excess().unwrap().starts_with("--threads asks"));
    }
}
