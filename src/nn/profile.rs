//! Where a step's time goes: named spans, summed per thread, off by default.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Time and arithmetic spent under one name.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// Wall time.
    pub time: Duration,
    /// Floating-point operations that were declared for it.
    pub flops: u64,
    /// How often it ran.
    pub calls: u64,
}

thread_local! {
    static TABLE: RefCell<Option<BTreeMap<&'static str, Share>>> = const { RefCell::new(None) };
}

/// Starts (or clears) the table of this thread.
pub fn start() {
    TABLE.with_borrow_mut(|table| *table = Some(BTreeMap::new()));
}

/// Ends profiling and returns the table.
pub fn finish() -> BTreeMap<&'static str, Share> {
    TABLE.with_borrow_mut(Option::take).unwrap_or_default()
}

/// Counts the time from its creation until it is dropped, under its name.
pub struct Span {
    name: &'static str,
    flops: u64,
    since: Option<Instant>,
}

/// Opens a span; costs one thread-local read when profiling is off. Names read `dense forward`, `conv2d backward`.
pub fn span(name: &'static str, flops: u64) -> Span {
    let on = TABLE.with_borrow(Option::is_some);
    Span { name, flops, since: on.then(Instant::now) }
}

impl Drop for Span {
    fn drop(&mut self) {
        if let Some(since) = self.since {
            let time = since.elapsed();
            TABLE.with_borrow_mut(|table| {
                if let Some(table) = table {
                    let share = table.entry(self.name).or_default();
                    share.time += time;
                    share.flops += self.flops;
                    share.calls += 1;
                }
            });
        }
    }
}
