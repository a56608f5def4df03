//! Damaged input of every kind: no panic, no hang, no great memory.
//!
//! `cargo fuzz` needs a nightly compiler, which this project does without. So valid files are damaged in random ways
//! that proptest chooses, and shrinks when one is found that does harm. Every target runs shortly with the other
//! tests, and for ten minutes with
//!
//!     cargo test --test fuzz -- --ignored --test-threads 1
//!
//! (`TRAINYARD_FUZZ_SECONDS` sets another time; with `TMPDIR=/dev/shm` files are made in memory, which goes ten times as
//! fast). What was found has become a test beside the code in question.

mod imports;
mod large;
mod memory;
mod mutate;
mod targets;

use std::time::{Duration, Instant};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use mutate::{Mutation, mutations};

/// Most memory that one input may make the program take.
const MEMORY: usize = 1 << 30;
/// Longest that reading one input may take, on a machine that does other things too.
const TIME: Duration = Duration::from_secs(20);

/// A reader and files that it takes.
pub struct Target {
    pub name: &'static str,
    pub seeds: Vec<Vec<u8>>,
    pub read: fn(&[u8]),
}

fn check(target: &Target, input: &[u8]) -> Result<(), TestCaseError> {
    let since = Instant::now();
    let before = memory::begin();
    (target.read)(input);
    let taken = memory::peak().saturating_sub(before);
    if taken > MEMORY {
        return Err(TestCaseError::fail(format!("{} bytes of input took {taken} bytes", input.len())));
    }
    if since.elapsed() > TIME {
        return Err(TestCaseError::fail(format!(
            "{} bytes of input took {:?}",
            input.len(),
            since.elapsed()
        )));
    }
    Ok(())
}

/// Feeds damaged seeds to a target for that long; gives how many there were.
fn run(target: &Target, time: Duration) -> u64 {
    for seed in &target.seeds {
        check(target, seed).expect("a whole file is read");
    }
    let until = Instant::now() + time;
    let mut count = 0;
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let strategy = (0..target.seeds.len(), mutations());
    while Instant::now() < until || count == 0 {
        let tree = strategy.new_tree(&mut runner).expect("the strategy rejects nothing");
        let test = |(seed, mutations): (usize, Vec<Mutation>)| {
            check(target, &mutate::apply(&target.seeds[seed], &mutations, &target.seeds))
        };
        if let Err(TestError::Fail(reason, (seed, mutations))) = runner.run_one(tree, test) {
            let input = mutate::apply(&target.seeds[seed], &mutations, &target.seeds);
            panic!("{}: {reason}\nseed {seed}, {mutations:?}\ninput: {:?}", target.name, Printable(&input));
        }
        count += 1;
    }
    println!("{}: {count} inputs in {:.0} s", target.name, time.as_secs_f64());
    count
}

/// Bytes as they would be typed in a test.
struct Printable<'a>(&'a [u8]);

impl std::fmt::Debug for Printable<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cut = &self.0[..self.0.len().min(4000)];
        write!(f, "b\"{}\"", cut.escape_ascii())
    }
}

fn shortly(target: Target) {
    run(&target, Duration::from_millis(700));
}

fn long(target: Target) {
    let seconds =
        std::env::var("TRAINYARD_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(600);
    run(&target, Duration::from_secs(seconds));
}

macro_rules! targets {
    ($($room:ident::$name:ident)*) => {
        /// A second of each.
        mod short {
            $(#[test] fn $name() { super::shortly(super::$room::$name()); })*
        }
        /// Ten minutes of each.
        mod ten_minutes {
            $(#[test] #[ignore = "takes ten minutes"] fn $name() { super::long(super::$room::$name()); })*
        }
    };
}

targets! {
    targets::presets targets::overrides targets::safetensors targets::event_records targets::event_messages
    targets::pictures targets::wishes targets::reports targets::manifests targets::checkpoint_states
    imports::idx imports::csv imports::binary_tables imports::npy imports::npz imports::sounds imports::images imports::texts
}
