//! The reader on a thread of its own.

use std::path::PathBuf;
use std::time::Duration;

use super::reader::Reader;
use super::view::QueueSnapshot;
use crate::search::looking::Looking;
use crate::search::queue::Shelf;

/// How long it rests between two looks.
const REST: Duration = Duration::from_millis(500);

/// What is to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LookAt {
    /// Nothing: nobody looks.
    #[default]
    Nothing,
    /// The queue, and more of the item of this number.
    Queue(Option<u32>),
}

/// A reader at work. It ends when this is dropped.
#[derive(Debug)]
pub struct Task(Looking<LookAt>);

impl Task {
    /// Begins; `runs` and `searches` are where those of the items are. `show` is given what is known after each request and, while
    /// somebody looks, whenever that has changed, at most twice a second.
    ///
    /// # Errors
    /// When the system refuses another thread.
    pub fn start(
        shelf: Shelf,
        runs: PathBuf,
        searches: PathBuf,
        mut show: impl FnMut(QueueSnapshot) + Send + 'static,
    ) -> std::io::Result<Self> {
        let mut reader = Reader::new(shelf, runs, searches);
        let mut shown: Option<QueueSnapshot> = None;
        let look = move |wanted: &LookAt| {
            let LookAt::Queue(chosen) = *wanted else { return };
            let view = reader.look(chosen);
            if shown.as_ref().is_none_or(|before| !before.shows_the_same(&view)) {
                shown = Some(view.clone());
                show(view);
            }
        };
        Looking::start("queue", REST, look).map(Task)
    }

    /// Asks for something else to be read.
    pub fn look_at(&self, wanted: LookAt) {
        self.0.look_at(wanted);
    }
}
