//! Keeps the threads that compute to the processors there are, for the whole process.

use crate::nn::kernel::threads::Threads;

/// To be called when the process starts. Where the environment asks for more threads than there are processors, it gives
/// the line that tells of it, for whoever started the process; the log has it too.
pub fn bound_threads() -> Option<String> {
    let line = excess_threads()?;
    tracing::warn!("{line}");
    // Rayon's own pool, which serves what runs outside of any other pool, would follow the variable.
    if let Err(error) = Threads::of_environment().pool().build_global() {
        tracing::warn!("the threads are not bounded: {error}");
    }
    Some(line)
}

/// The line that tells that the environment asks for more threads than there are processors.
pub fn excess_threads() -> Option<String> {
    Threads::of_environment().excess()
}

/// The line that tells that an option asks for more threads than there are processors.
pub fn too_many_threads(option: &'static str, asked: usize) -> Option<String> {
    Threads::asked(option, asked).excess()
}
