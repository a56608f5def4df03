//! What the dashboard needs from outside.

use std::path::{Path, PathBuf};

use crate::preset::{Experiment, Offers, Preset, Source};
use crate::run::watch::{Interest, WatchSnapshot};
use crate::run::{Overview, RunDirectory};
use crate::search::queue::{self, QueueSnapshot};
use crate::search::{LookAt, SearchesSnapshot};
use crate::worker::{self, Trial, Tried};

use super::message::{QueueAnswer, QueueTask, RunAnswer, RunTask, SearchAnswer, SearchTask};
use super::state::kept::Kept;
use super::state::new_preset::Suggestion;

/// What the dashboard needs from outside.
pub trait Link {
    /// Asks the worker for something.
    fn send(&mut self, request: worker::Request);

    /// The worker's next event; `None` when it has ended. Dropping the future before it is ready loses nothing.
    fn next(&mut self) -> impl Future<Output = Option<worker::Event>>;

    /// Writes the text of a preset of this name to the user's folder, and gives its path and what it says.
    ///
    /// # Errors
    /// A sentence that says why not.
    fn save(&mut self, name: &str, text: &str, overwrite: bool) -> Result<(String, Box<Preset>), String>;

    /// Writes a new preset with this text to the user's folder, and gives its path and what it says.
    ///
    /// # Errors
    /// A sentence that says why not.
    fn save_new(&mut self, name: &str, text: &str) -> Result<(String, Box<Preset>), String>;

    /// Writes a picture of the screen and its text to new files in the current folder, and gives the path of the picture.
    ///
    /// # Errors
    /// A sentence that says why not.
    fn save_picture(&mut self, svg: &str, text: &str) -> Result<String, String>;

    /// Completes a path, without holding up anything, and hands what it is completed to and the names that it could go on
    /// with to `tell`.
    fn complete_path(&mut self, typed: String, tell: impl FnOnce(String, Vec<String>) + Send + 'static);

    /// Makes a preset for a file or folder, without holding up anything, and hands it, or why there is none, to `tell`. `targets`
    /// are the columns that a table is to predict, none: the one that is likely. `tell` may never be called, as with [`read_files`](Link::read_files).
    fn suggest(
        &mut self,
        data: String,
        targets: Vec<String>,
        tell: impl FnOnce(Result<Suggestion, String>) + Send + 'static,
    );

    /// Reads the files of a source, without holding up anything, and hands what it offers, or why they cannot be used,
    /// to `tell`. `tell` may never be called: a pipe into which nobody writes is never read to its end.
    fn read_files(&mut self, source: Source, tell: impl FnOnce(Result<Offers, String>) + Send + 'static);

    /// Lists the runs on disk, oldest first, without holding up anything, and hands them, or why they cannot be listed,
    /// to `tell`.
    fn list_runs(&mut self, tell: impl FnOnce(Result<Vec<Overview>, String>) + Send + 'static);

    /// Reads event files from now on, and hands what it finds to `show` again and again, until this link is dropped. It begins with
    /// what [`look_at`](Link::look_at) asks for.
    ///
    /// # Errors
    /// A sentence that says why it cannot.
    fn watch(&mut self, show: impl FnMut(WatchSnapshot) + Send + 'static) -> Result<(), String>;

    /// Asks for other event files to be read in full.
    fn look_at(&mut self, interest: Interest);

    /// Reads searches from now on, as [`look_at_searches`](Link::look_at_searches) asks for it, and hands what it finds to `show` again
    /// and again, until this link is dropped.
    ///
    /// # Errors
    /// A sentence that says why it cannot.
    fn read_searches(&mut self, show: impl FnMut(SearchesSnapshot) + Send + 'static) -> Result<(), String>;

    /// Asks for other searches to be read.
    fn look_at_searches(&mut self, wanted: LookAt);

    /// Does something with searches, without holding up anything, and hands what came of it to `tell`; what goes wrong later with a
    /// search that was begun, in a second call.
    fn on_search(&mut self, task: SearchTask, tell: impl Fn(SearchAnswer) + Send + 'static);

    /// Reads the queue from now on, as [`look_at_queue`](Link::look_at_queue) asks for it, and hands what it finds to `show` again and
    /// again, until this link is dropped.
    ///
    /// # Errors
    /// A sentence that says why it cannot.
    fn read_queue(&mut self, show: impl FnMut(QueueSnapshot) + Send + 'static) -> Result<(), String>;

    /// Asks for something else of the queue to be read.
    fn look_at_queue(&mut self, wanted: queue::LookAt);

    /// Does something with the queue, without holding up anything, and hands what came of it to `tell`.
    fn on_queue(&mut self, task: QueueTask, tell: impl FnOnce(QueueAnswer) + Send + 'static);

    /// Does something with the files of runs, without holding up anything, and hands what came of it to `tell`.
    fn on_runs(&mut self, task: RunTask, tell: impl FnOnce(RunAnswer) + Send + 'static);

    /// What was kept last time.
    ///
    /// # Errors
    /// A sentence that says why they cannot be read.
    fn kept(&mut self) -> Result<Kept, String>;

    /// Keeps how the screens are for the next time: the person leaves.
    fn keep(&mut self, kept: &Kept);

    /// Finds out how many seconds an epoch takes, without holding up anything, and hands that, or why it cannot be said, to
    /// `tell`. What is being measured already is given up, and its `tell` never called.
    fn measure(
        &mut self,
        experiment: &Experiment,
        trial: Trial,
        tell: impl FnMut(Result<Tried, String>) + Send + 'static,
    );

    /// Gives up what is being measured.
    fn stop_measuring(&mut self);

    /// Puts a text of a preset of this name into a file for an editor, and gives its path. A text that was left there is not
    /// replaced.
    ///
    /// # Errors
    /// A sentence that says why not.
    fn keep_text(&mut self, name: &str, text: &str) -> Result<PathBuf, String>;

    /// Removes such a file.
    fn drop_text(&mut self, path: &Path);

    /// Removes runs from the trash for good: the person leaves.
    fn empty_trash(&mut self, runs: &[RunDirectory]);
}
