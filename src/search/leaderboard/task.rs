//! The reader on a thread of its own.

use std::path::PathBuf;
use std::time::Duration;

use super::super::looking::Looking;
use super::reader::Reader;
use super::table::SearchesSnapshot;

/// How long it rests between two looks.
const REST: Duration = Duration::from_secs(1);

/// What is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LookAt {
    /// Nothing: nobody looks.
    #[default]
    Nothing,
    /// All searches, and this one in full; `None` stands for the first.
    Searches(Option<String>),
}

/// A reader at work. It ends when this is dropped.
#[derive(Debug)]
pub struct Task(Looking<LookAt>);

impl Task {
    /// Begins; `searches` and `runs` are their folders. `show` is given what is known after each request and, while somebody looks, whenever that
    /// has changed, about once a second.
    ///
    /// # Errors
    /// When the system refuses another thread.
    pub fn start(
        searches: PathBuf,
        runs: PathBuf,
        mut show: impl FnMut(SearchesSnapshot) + Send + 'static,
    ) -> std::io::Result<Self> {
        let mut reader = Reader::new(searches, runs);
        let mut shown = None;
        let look = move |wanted: &LookAt| {
            let LookAt::Searches(chosen) = wanted else { return };
            reader.look(chosen.as_deref(), &mut |view| {
                if shown.as_ref().is_none_or(|before| !is_same(before, &view)) {
                    shown = Some(view.clone());
                    show(view);
                }
            });
        };
        Looking::start("searches", REST, look).map(Task)
    }

    /// Asks for something else to be read.
    pub fn look_at(&self, wanted: LookAt) {
        self.0.look_at(wanted);
    }
}

/// Whether two views show the same; a table that was not laid out again is not compared row by row.
fn is_same(before: &SearchesSnapshot, now: &SearchesSnapshot) -> bool {
    let same_board = match (&before.chosen, &now.chosen) {
        (Some(before), Some(now)) => std::sync::Arc::ptr_eq(before, now),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    same_board
        && before.searches == now.searches
        && (before.is_whole, &before.problem) == (now.is_whole, &now.problem)
}
