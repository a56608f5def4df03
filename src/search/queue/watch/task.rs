//! The reader on a thread of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::jobs::JobsTask;
use super::reader::Reader;
use super::view::QueueSnapshot;
use crate::search::looking::Looking;
use crate::search::queue::Shelf;
use crate::search::slurm;

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
pub struct Task {
    queue: Looking<LookAt>,
    jobs: Arc<JobsTask>,
}

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
        let home = shelf.path().parent().map(Path::to_path_buf).unwrap_or_default();
        let jobs = Arc::new(JobsTask::start(slurm::Shelf::in_home(&home), runs.clone())?);
        let found = jobs.clone();
        let mut reader = Reader::new(shelf, runs, searches);
        let mut shown: Option<QueueSnapshot> = None;
        let look = move |wanted: &LookAt| {
            let LookAt::Queue(chosen) = *wanted else { return };
            reader.jobs = found.found();
            let view = reader.look(chosen);
            if shown.as_ref().is_none_or(|before| !before.shows_the_same(&view)) {
                shown = Some(view.clone());
                show(view);
            }
        };
        Ok(Task { queue: Looking::start("queue", REST, look)?, jobs })
    }

    /// Asks for something else to be read.
    pub fn look_at(&self, wanted: LookAt) {
        self.jobs.look(wanted != LookAt::Nothing);
        self.queue.look_at(wanted);
    }
}
