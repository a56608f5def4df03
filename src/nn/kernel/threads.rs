//! How many threads compute: as many as are asked for, and never more than there are processors. Further ones only get into
//! each other's way: those that wait [stay awake](super::awake) and take the processor from those that work.

use std::num::NonZero;

use rayon::ThreadPoolBuilder;

/// A number of threads that somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threads {
    /// Who: a variable of the environment, an option.
    by: &'static str,
    /// How many; 0 where it is left open.
    asked: usize,
    processors: usize,
}

impl Threads {
    /// The number that an option or a variable asks for; 0 for as many as there are processors.
    pub fn asked(by: &'static str, asked: usize) -> Self {
        Threads { by, asked, processors: std::thread::available_parallelism().map_or(1, NonZero::get) }
    }

    /// What the environment asks for with the variables that rayon reads: as many as there are processors where it does
    /// not.
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

    /// What to tell where fewer are used than asked for.
    pub fn excess(self) -> Option<String> {
        let (Threads { by, asked, .. }, used) = (self, self.used());
        let told = match used {
            1 => "1 is used, there is one processor".into(),
            _ => format!("{used} are used, as many as there are processors"),
        };
        (asked > used).then(|| format!("{by} asks for {asked} threads; {told}"))
    }

    /// A pool of them, to be built.
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
