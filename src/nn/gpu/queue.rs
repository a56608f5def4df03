//! Work that waits to be issued: everything that the host asks of the card between two moments at which it reads from it.
//!
//! In training that is a step, and it is the same in every step: the same kernels on the same memory, with other numbers
//! in it. So the second time the queue is recorded as a CUDA graph, and from then on one launch issues it. A queue that
//! differs in anything, such as a smaller last batch, is another queue.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::grid::Grid;

/// One thing that the card is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Run a kernel; its arguments are the queue's next `arguments` words.
    Launch {
        /// The kernel.
        kernel: &'static str,
        /// Its grid.
        grid: Grid,
        /// How many arguments it has.
        arguments: usize,
    },
    /// Copy `bytes` bytes from pinned memory of the host.
    Send {
        /// Address on the host.
        from: usize,
        /// Address on the card.
        to: u64,
        /// The length.
        bytes: usize,
    },
    /// Copy `bytes` bytes to pinned memory of the host.
    Fetch {
        /// Address on the card.
        from: u64,
        /// Address on the host.
        to: usize,
        /// The length.
        bytes: usize,
    },
    /// Copy `bytes` bytes on the card.
    Copy {
        /// Address of the numbers.
        from: u64,
        /// Address of the copy.
        to: u64,
        /// The length.
        bytes: usize,
    },
    /// Set `bytes` bytes to zero.
    Clear {
        /// Address on the card.
        at: u64,
        /// The length.
        bytes: usize,
    },
    /// A matrix product by cuBLAS.
    Product(Product),
}

/// A product of row-major matrices, `c = a b`, of sizes `[m, n]`, `[m, k]` and `[k, n]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Product {
    /// m, n and k.
    pub sizes: [i32; 3],
    /// Addresses of c, a and b.
    pub addresses: [u64; 3],
    /// Whether a and b are stored as their transposes.
    pub transposed: [bool; 2],
}

/// Work in its order, with the arguments of its launches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Queue {
    work: Vec<Work>,
    words: Vec<u64>,
}

impl Queue {
    /// Adds work without arguments.
    pub fn push(&mut self, work: Work) {
        self.work.push(work);
    }

    /// Adds a launch.
    pub fn launch(&mut self, kernel: &'static str, grid: Grid, arguments: &[u64]) {
        self.words.extend_from_slice(arguments);
        self.work.push(Work::Launch { kernel, grid, arguments: arguments.len() });
    }

    /// How much there is to do.
    pub fn len(&self) -> usize {
        self.work.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.work.is_empty()
    }

    /// All work in order, each launch with its arguments.
    pub fn iter(&self) -> impl Iterator<Item = (Work, &[u64])> {
        let mut rest = &self.words[..];
        self.work.iter().map(move |&work| match work {
            Work::Launch { arguments, .. } => {
                let (own, behind) = rest.split_at(arguments);
                rest = behind;
                (work, own)
            }
            Work::Send { .. }
            | Work::Fetch { .. }
            | Work::Copy { .. }
            | Work::Clear { .. }
            | Work::Product(_) => (work, &[][..]),
        })
    }

    fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// Queues of fewer pieces of work are not worth a recording.
const SHORTEST: usize = 4;
/// The most recordings that are kept; the one that was used least recently goes first.
const KEPT: usize = 24;

/// What becomes of a queue.
pub enum Verdict<'a, G> {
    /// It is issued piece by piece.
    Issue,
    /// It comes for the second time: it is worth a recording.
    Record,
    /// This recording does it.
    Replay(&'a G),
}

/// Recordings of queues that came more than once.
pub struct Recordings<G> {
    /// The least recently used first.
    known: Vec<Known<G>>,
}

struct Known<G> {
    digest: u64,
    /// The recording, with the queue that it does; none where the queue came once, or cannot be recorded.
    recorded: Option<(Queue, G)>,
    is_refused: bool,
}

impl<G> Default for Recordings<G> {
    fn default() -> Self {
        Recordings { known: Vec::new() }
    }
}

impl<G> Recordings<G> {
    /// What becomes of this queue; it is remembered.
    pub fn judge(&mut self, queue: &Queue) -> Verdict<'_, G> {
        if queue.len() < SHORTEST {
            return Verdict::Issue;
        }
        let digest = queue.digest();
        let Some(place) = self.known.iter().position(|known| known.digest == digest) else {
            if self.known.len() >= KEPT {
                self.known.remove(0);
            }
            self.known.push(Known { digest, recorded: None, is_refused: false });
            return Verdict::Issue;
        };
        let known = self.known.remove(place);
        self.known.push(known);
        match self.known.last() {
            Some(Known { recorded: Some((recorded, graph)), .. }) if recorded == queue => {
                Verdict::Replay(graph)
            }
            Some(Known { recorded: None, is_refused: false, .. }) => Verdict::Record,
            // Refused, or another queue of the same digest.
            Some(_) | None => Verdict::Issue,
        }
    }

    /// Keeps the recording of a queue that was judged last; `None` where it cannot be recorded.
    pub fn keep(&mut self, queue: Queue, graph: Option<G>) {
        if let Some(known) = self.known.last_mut() {
            known.is_refused = graph.is_none();
            known.recorded = graph.map(|graph| (queue, graph));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(last: u64) -> Queue {
        let mut queue = Queue::default();
        for number in 0..SHORTEST as u64 {
            queue.launch("add", Grid::over(1).unwrap(), &[number, last]);
        }
        queue
    }

    #[test]
    fn a_queue_is_recorded_the_second_time_and_replayed_from_then_on() {
        let mut recordings = Recordings::default();
        assert!(matches!(recordings.judge(&queue(1)), Verdict::Issue));
        assert!(matches!(recordings.judge(&queue(2)), Verdict::Issue));
        assert!(matches!(recordings.judge(&queue(1)), Verdict::Record));
        recordings.keep(queue(1), Some("one"));
        assert!(matches!(recordings.judge(&queue(2)), Verdict::Record));
        recordings.keep(queue(2), None);
        for _ in 0..3 {
            assert!(matches!(recordings.judge(&queue(1)), Verdict::Replay(&"one")));
            assert!(matches!(recordings.judge(&queue(2)), Verdict::Issue), "it cannot be recorded");
        }
        for other in 0..KEPT as u64 {
            recordings.judge(&queue(10 + other));
        }
        assert!(matches!(recordings.judge(&queue(1)), Verdict::Issue), "forgotten");
    }

    #[test]
    fn each_launch_has_its_own_arguments() {
        let queue = queue(9);
        let arguments: Vec<&[u64]> = queue.iter().map(|(_, arguments)| arguments).collect();
        assert_eq!(arguments[..2], [[0, 9], [1, 9]]);
    }
}
