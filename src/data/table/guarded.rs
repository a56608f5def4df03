//! Readers that panic at some damaged files.

/// Runs a reader on a thread of its own, so that a panic ends that thread alone; `None` then.
pub(super) fn guarded<T: Send>(read: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| scope.spawn(read).join()).ok()
}
