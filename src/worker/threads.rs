//! Keeps the threads that compute to the processors there are, for the whole process.

use crate::nn::kernel::threads::Threads;

/// To be called when the process starts, with what the command line asks for. Where it or the environment asks for more
/// threads than there are processors, it gives the line that tells of it, for whoever started the process; the log has it
/// too.
pub fn bound_threads(option: Option<usize>) -> Option<String> {
    option.into_iter().for_each(Threads::choose);
    let threads = Threads::of_process();
    let line = excess_threads();
    line.iter().for_each(|line| tracing::warn!("{line}"));
    // Rayon's own pool, which serves what runs outside of any other pool, would follow the variable.
    if (option.is_some() || line.is_some())
        && let Err(error) = threads.pool().build_global()
    {
        tracing::warn!("the threads are not bounded: {error}");
    }
    line
}

/// The line that tells that the command line or the environment asks for more threads than there are processors.
pub fn excess_threads() -> Option<String> {
    Threads::of_process().excess()
}

/// The line that tells that an option asks for more threads than there are processors.
pub fn too_many_threads(option: &'static str, asked: usize) -> Option<String> {
    Threads::asked(option, asked).excess()
}
