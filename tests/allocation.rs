//! In steady state a training step asks the system for no memory worth speaking of: every preset is trained for a while
//! with an allocator that counts.
//!
//! Small allocations remain: dfdx keeps each backward op in a box on its tape and the gradients in a tree, and a
//! parameter's path is a string. None of them grows with the batch or the layers' sizes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::Backtrace;
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use trainyard::preset::DeviceChoice;
use trainyard::preset::library;
use trainyard::train::{Progress, Training, prepare};
use trainyard::worker;

/// Bytes from which an allocation counts.
const LARGE: usize = 4 << 10;
/// Steps until everything that goes round is there.
const WARM_UP: usize = 12;
/// Steps that are watched.
const WATCHED: usize = 20;

static COUNTS: AtomicBool = AtomicBool::new(false);
static LARGE_ONES: AtomicUsize = AtomicUsize::new(0);
static SMALL_ONES: AtomicUsize = AtomicUsize::new(0);
static FIRST: Mutex<Option<String>> = Mutex::new(None);

thread_local! {
    /// Whether the allocator itself is at work: what it says about an allocation needs memory as well.
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

struct Counting;

fn count(size: usize) {
    if !COUNTS.load(Ordering::Relaxed) {
        return;
    }
    if size < LARGE {
        SMALL_ONES.fetch_add(1, Ordering::Relaxed);
    } else if !BUSY.replace(true) {
        LARGE_ONES.fetch_add(1, Ordering::Relaxed);
        let mut first = FIRST.lock().unwrap();
        if first.is_none() {
            *first = Some(format!("{size} bytes\n{}", Backtrace::force_capture()));
        }
        drop(first);
        BUSY.set(false);
    }
}

// SAFETY: everything is handed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promises are handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: likewise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Counts within each step once the training is warm, until enough steps were watched or the training ends.
fn watch_steps(training: &mut dyn Training) {
    let mut steps = 0;
    while steps < WARM_UP + WATCHED {
        let at = training.step();
        let is_step = !at.is_multiple_of(training.steps_per_epoch()) || at == 0;
        COUNTS.store(steps >= WARM_UP && is_step, Ordering::Relaxed);
        let progress = training.advance().unwrap();
        COUNTS.store(false, Ordering::Relaxed);
        match progress {
            Progress::Stepped(_) => steps += 1,
            Progress::Done(_) => return,
            Progress::Validating | Progress::EpochEnded(_) | Progress::Noted(_) => {}
        }
    }
}

/// Layers that no preset has, over digits.
const OTHERS: [&str; 3] = [
    "MaxPooling2D(), Conv2D(filters: 24, kernel_size: 3, padding: same, activation: gelu), BatchNormalization(),
     AveragePooling2D(pool_size: 2), UpSampling2D(), Conv2D(filters: 8, kernel_size: 3, groups: 2, activation: elu),
     MaxPooling2D(pool_size: 3, strides: Some(1)), Residual(layers: [Activation(silu)]), Flatten, Dropout(rate: 0.2),
     Dense(units: 1100, activation: softplus)",
    "Reshape(target_shape: [28, 28]), Conv1D(filters: 32, kernel_size: 3), MaxPooling1D(),
     Bidirectional(GRU(units: 40, return_sequences: true)), SimpleRNN(units: 60, return_sequences: true),
     LSTM(units: 260)",
    "ZeroPadding2D(padding: 1), SeparableConv2D(filters: 24, kernel_size: 3), PReLU(), SpatialDropout2D(rate: 0.2),
     DepthwiseConv2D(kernel_size: 3), LeakyReLU(negative_slope: 0.1), Cropping2D(cropping: 1), RMSNormalization(),
     GaussianNoise(stddev: 0.1), GlobalMaxPooling2D, RepeatVector(n: 60), SpatialDropout1D(rate: 0.3), GlobalMaxPooling1D",
];

fn on_digits(layers: &str) -> String {
    format!(
        "(name: \"{}-and-others\", title: \"\", data: (source: mnist, train_samples: Some(4000)),
          layers: [{layers}, Dense(units: 10, activation: softmax)], loss: categorical_crossentropy,
          optimizer: RMSprop(momentum: 0.9), train: (epochs: 2, batch_size: 100))",
        layers.split('(').next().unwrap_or_default()
    )
}

#[test]
fn a_step_in_steady_state_allocates_nothing_large_in_any_preset() {
    // One thread: with several, how many buffers are in use at once is a matter of chance.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let mut wasteful = Vec::new();
    let built_in = library::list().into_iter().filter(|entry| entry.file.is_none());
    let presets = built_in.map(|entry| entry.loaded.unwrap().preset().clone());
    for preset in presets.chain(OTHERS.map(|layers| ron::from_str(&on_digits(layers)).unwrap())) {
        let experiment = worker::check(preset.clone(), &preset.name, "").unwrap();
        pool.install(|| watch_steps(&mut *prepare(&experiment, DeviceChoice::Cpu).unwrap().training));
        let (large, small) =
            (LARGE_ONES.swap(0, Ordering::Relaxed), SMALL_ONES.swap(0, Ordering::Relaxed) / WATCHED);
        println!("{}: {large} large allocations in {WATCHED} steps, {small} small ones a step", preset.name);
        if let Some(first) = FIRST.lock().unwrap().take() {
            wasteful.push(format!("{}: {large} large allocations, the first of {first}", preset.name));
        }
    }
    assert!(wasteful.is_empty(), "{}", wasteful.join("\n\n"));
}
