//! Batches in order, prepared by another thread while the batch before is trained on, where that pays.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::Error;
use super::dataset::{Batch, Dataset};

/// The most batches that wait, ready, to be asked for.
const AHEAD: usize = 2;

/// Loads the batches of an epoch. What is in them does not depend on whether they were prepared ahead.
#[derive(Default)]
pub struct Loader {
    /// Samples come as they are.
    is_plain: bool,
    ahead: Option<Ahead>,
    spare: Arc<Spare>,
}

/// A thread at work, and the place of the batch that it hands out next.
struct Ahead {
    epoch: u32,
    next: u64,
    ready: Receiver<Result<Batch, Error>>,
    thread: JoinHandle<()>,
}

/// Batches after their use, whose memory is used again, the longest unused first. From the beginning there are as many as
/// can be ready or on their way there, so that all of them have their memory after a few steps, however the threads take
/// turns.
struct Spare(Mutex<VecDeque<Batch>>);

impl Default for Spare {
    fn default() -> Self {
        Spare(Mutex::new((0..=AHEAD).map(|_| Batch::default()).collect()))
    }
}

impl Spare {
    fn batches(&self) -> MutexGuard<'_, VecDeque<Batch>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Loader {
    /// Samples are changed at random, as the set does for training, or not any more.
    pub fn set_augmenting(&mut self, is_augmenting: bool) {
        if self.is_plain == is_augmenting {
            (self.is_plain, self.ahead) = (!is_augmenting, None);
        }
    }

    /// Forgets the batches that were prepared ahead: those that follow are of another size.
    pub fn forget(&mut self) {
        self.ahead = None;
    }

    /// Fills `batch` with the `number`-th batch (from 0) of `size` samples in the epoch's `order`, for training.
    ///
    /// # Errors
    /// When one of the samples cannot be read any more; see [`Dataset::fill`].
    pub fn load(
        &mut self,
        data: &Arc<dyn Dataset>,
        order: &[u32],
        size: usize,
        epoch: u32,
        number: u64,
        batch: &mut Batch,
    ) -> Result<(), Error> {
        let size = size.max(1);
        let first = (number as usize).saturating_mul(size).min(order.len());
        let indices = &order[first..(first + size).min(order.len())];
        let is_plain = self.is_plain;
        if !data.is_costly() || indices.is_empty() {
            return fill(&**data, is_plain, indices, epoch, batch);
        }
        let ahead =
            self.ahead.take().filter(|ahead| (ahead.epoch, ahead.next) == (epoch, number)).unwrap_or_else(
                || {
                    let rest = order[first..].to_vec();
                    Ahead::start(data.clone(), is_plain, rest, size, epoch, number, self.spare.clone())
                },
            );
        // The batch goes back before another is taken: the thread then always finds one.
        self.spare.batches().push_back(std::mem::take(batch));
        match ahead.ready.recv() {
            Ok(filled) => {
                *batch = filled?;
                self.ahead = Some(Ahead { next: number + 1, ..ahead });
                Ok(())
            }
            // The thread ended without a batch. If it panicked, the panic continues here.
            Err(_) => match ahead.thread.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => fill(&**data, is_plain, indices, epoch, batch),
            },
        }
    }
}

/// Fills a batch with these samples, changed at random for training or as they are.
fn fill(
    data: &dyn Dataset,
    is_plain: bool,
    indices: &[u32],
    epoch: u32,
    batch: &mut Batch,
) -> Result<(), Error> {
    match is_plain {
        true => data.fill(indices, batch),
        false => data.fill_for_training(indices, epoch, batch),
    }
}

impl Ahead {
    fn start(
        data: Arc<dyn Dataset>,
        is_plain: bool,
        order: Vec<u32>,
        size: usize,
        epoch: u32,
        number: u64,
        spare: Arc<Spare>,
    ) -> Self {
        let (sender, ready): (SyncSender<Result<Batch, Error>>, _) = sync_channel(AHEAD);
        let thread = std::thread::spawn(move || {
            for indices in order.chunks(size) {
                // None is there only where an epoch was left early with its batches.
                let mut batch = spare.batches().pop_front().unwrap_or_default();
                let filled = fill(&*data, is_plain, indices, epoch, &mut batch).map(|()| batch);
                let is_broken = filled.is_err();
                // Sending fails when the epoch was left early.
                if sender.send(filled).is_err() || is_broken {
                    return;
                }
            }
        });
        Ahead { epoch, next: number, ready, thread }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Numbers {
        costly: bool,
    }

    impl Dataset for Numbers {
        fn len(&self) -> usize {
            100
        }
        fn input_shape(&self) -> &[usize] {
            &[1]
        }
        fn fill(&self, indices: &[u32], batch: &mut Batch) -> Result<(), Error> {
            self.fill_for_training(indices, 0, batch)
        }
        fn fill_for_training(&self, indices: &[u32], epoch: u32, batch: &mut Batch) -> Result<(), Error> {
            assert!(!indices.contains(&99), "the last one is broken");
            if indices.contains(&98) {
                return Err(Error::Broken { origin: "numbers".into(), problem: "98 is unreadable".into() });
            }
            batch.take_inputs(indices.len(), 1);
            batch.inputs.iter_mut().zip(indices).for_each(|(x, &i)| *x = (1000 * epoch + i) as f32);
            Ok(())
        }
        fn classes(&self) -> &[String] {
            &[]
        }
        fn class_of(&self, _index: usize) -> Option<u32> {
            None
        }
        fn is_costly(&self) -> bool {
            self.costly
        }
    }

    fn all(costly: bool) -> Vec<Vec<f32>> {
        let data: Arc<dyn Dataset> = Arc::new(Numbers { costly });
        let order: Vec<u32> = (0..25).rev().collect();
        let (mut loader, mut batch) = (Loader::default(), Batch::default());
        let mut seen = Vec::new();
        // An epoch that is left early, one from its middle on, and a whole one.
        for (epoch, steps) in [(1, 0..1), (2, 2..4), (3, 0..4)] {
            for number in steps {
                loader.load(&data, &order, 8, epoch, number, &mut batch).unwrap();
                assert_eq!(batch.rows, batch.inputs.len());
                seen.push(batch.inputs.clone());
            }
        }
        seen
    }

    #[test]
    fn batches_prepared_ahead_are_those_prepared_when_needed() {
        let seen = all(true);
        assert_eq!(seen, all(false));
        assert_eq!((seen.len(), seen[0][0], seen[2][0], seen[6][0]), (7, 1024.0, 2000.0, 3000.0));
    }

    #[test]
    fn an_unreadable_sample_ends_its_own_batch_and_no_other() {
        for costly in [false, true] {
            let data: Arc<dyn Dataset> = Arc::new(Numbers { costly });
            let (mut loader, mut batch) = (Loader::default(), Batch::default());
            let mut load = |number| {
                let loaded = loader.load(&data, &[1, 2, 98, 3, 4], 2, 1, number, &mut batch);
                loaded.map(|()| batch.inputs.clone()).map_err(|error| error.to_string())
            };
            assert_eq!(load(0), Ok(vec![1001.0, 1002.0]));
            // As often as it is asked for.
            assert_eq!(load(1), Err("numbers: 98 is unreadable".into()));
            assert_eq!(load(1), Err("numbers: 98 is unreadable".into()));
            assert_eq!(load(2), Ok(vec![1004.0]));
        }
    }

    #[test]
    fn a_panic_while_preparing_is_not_swallowed() {
        let data: Arc<dyn Dataset> = Arc::new(Numbers { costly: true });
        let load = || Loader::default().load(&data, &[1, 99], 2, 1, 0, &mut Batch::default());
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(load)).is_err());
    }
}
