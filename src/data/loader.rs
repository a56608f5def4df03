//! Batches in order, prepared by another thread while the batch before is trained on, where that pays.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use super::dataset::{Batch, Dataset};

/// Batches that are ready before they are asked for.
const AHEAD: usize = 2;

/// Loads the batches of an epoch. What is in them does not depend on whether they were prepared ahead.
#[derive(Default)]
pub struct Loader {
    ahead: Option<Ahead>,
}

/// A thread at work, and the place of the batch that it hands out next.
struct Ahead {
    epoch: u32,
    next: u64,
    ready: Receiver<Batch>,
    /// Batches that were used, for their memory.
    used: Sender<Batch>,
    thread: JoinHandle<()>,
}

impl Loader {
    /// Fills `batch` with the `number`-th batch (from 0) of `size` samples in the epoch's `order`, for training.
    pub fn load(
        &mut self,
        data: &Arc<dyn Dataset>,
        order: &[u32],
        size: usize,
        epoch: u32,
        number: u64,
        batch: &mut Batch,
    ) {
        let size = size.max(1);
        let first = (number as usize).saturating_mul(size).min(order.len());
        if !data.is_costly() || first == order.len() {
            let indices = &order[first..(first + size).min(order.len())];
            return data.fill_for_training(indices, epoch, batch);
        }
        if self.ahead.as_ref().is_none_or(|ahead| (ahead.epoch, ahead.next) != (epoch, number)) {
            self.ahead = Some(Ahead::start(data.clone(), order[first..].to_vec(), size, epoch, number));
        }
        let Some(ahead) = &mut self.ahead else { return };
        match ahead.ready.recv() {
            Ok(filled) => {
                // The thread may have ended after its last batch; then nobody needs the memory.
                let _ = ahead.used.send(std::mem::replace(batch, filled));
                ahead.next += 1;
            }
            Err(_) => {
                // It ended early, by a panic: which goes on here.
                if let Some(Err(panic)) = self.ahead.take().map(|ahead| ahead.thread.join()) {
                    std::panic::resume_unwind(panic);
                }
            }
        }
    }
}

impl Ahead {
    fn start(data: Arc<dyn Dataset>, order: Vec<u32>, size: usize, epoch: u32, number: u64) -> Self {
        let (sender, ready): (SyncSender<Batch>, _) = sync_channel(AHEAD);
        let (used, recycled) = channel::<Batch>();
        let thread = std::thread::spawn(move || {
            for indices in order.chunks(size) {
                let mut batch = recycled.try_recv().unwrap_or_default();
                data.fill_for_training(indices, epoch, &mut batch);
                // Nobody listens any more when the epoch was left early.
                if sender.send(batch).is_err() {
                    return;
                }
            }
        });
        Ahead { epoch, next: number, ready, used, thread }
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
        fn fill(&self, indices: &[u32], batch: &mut Batch) {
            self.fill_for_training(indices, 0, batch);
        }
        fn fill_for_training(&self, indices: &[u32], epoch: u32, batch: &mut Batch) {
            assert!(!indices.contains(&99), "the last one is broken");
            batch.take_inputs(indices.len(), 1);
            batch.inputs.iter_mut().zip(indices).for_each(|(x, &i)| *x = (1000 * epoch + i) as f32);
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
                loader.load(&data, &order, 8, epoch, number, &mut batch);
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
    fn a_panic_while_preparing_is_not_swallowed() {
        let data: Arc<dyn Dataset> = Arc::new(Numbers { costly: true });
        let load = || Loader::default().load(&data, &[1, 99], 2, 1, 0, &mut Batch::default());
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(load)).is_err());
    }
}
