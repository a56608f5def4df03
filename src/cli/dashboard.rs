//! `trainyard` without a subcommand: the dashboard on a worker of its own.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::Error;
use super::measure::Measuring;
use super::path_completion::{self, Completed};
use super::queue::Parse;
use super::text::plain;
use super::threads::Threads;
use super::{queue, searches};
use crate::data::{self, suggest};
use crate::preset::library::{self, Loaded};
use crate::preset::{Experiment, Offers, Paths, Preset, Source};
use crate::run::difference::differences;
use crate::run::past::Curves;
use crate::run::seeds::over_seeds;
use crate::run::watch::{Interest, Task, WatchSnapshot};
use crate::run::{Overview, RunDirectory, atomic, home, text, trash};
use crate::search::queue::{self as waiting, QueueSnapshot, Shelf};
use crate::search::{self, LookAt, SearchesSnapshot};
use crate::tui::config::FramesPerSecond;
use crate::tui::message::{QueueAnswer, QueueTask, RunAnswer, RunTask, SearchAnswer, SearchTask};
use crate::tui::state::kept::Kept;
use crate::tui::state::marked::MarkedCurves;
use crate::tui::state::new_preset::{Suggestion, Target};
use crate::tui::state::{Entry, Presets, Screen};
use crate::tui::{self, Exit, Link, Opening};
use crate::worker::{self, Client, Event, Events, Request, Trial, Tried};

/// The worker behind the dashboard, and the folder of presets.
struct Local {
    client: Client,
    events: Events,
    /// The run that is kept, by its name.
    run: Option<String>,
    measuring: Measuring,
    /// The folders whose event files can be watched.
    folders: Vec<PathBuf>,
    /// The reader of event files, once it has been started.
    watching: Option<Task>,
    /// The reader of searches, once it has been started.
    searches: Option<search::Task>,
    /// The reader of the queue, once it has been started.
    queue: Option<waiting::Task>,
    /// Reads what is put into the queue.
    parse: Parse,
}

impl Link for Local {
    fn send(&mut self, request: Request) {
        self.client.request(request);
    }

    async fn next(&mut self) -> Option<Event> {
        let event = self.events.next().await;
        if let Some(Event::Keeping { run, .. }) = &event {
            self.run = Some(run.clone());
        }
        event
    }

    fn save(&mut self, name: &str, text: &str, overwrite: bool) -> Result<(String, Box<Preset>), String> {
        let file = library::folder().map(|folder| folder.join(format!("{name}.ron")));
        if !overwrite && file.is_some_and(|file| file.exists()) {
            return Err(format!("you have a preset {} already", plain(name)));
        }
        let saved = library::save(name, text).map_err(|error| error.to_string());
        saved.map(|(path, preset)| (path.display().to_string(), Box::new(preset)))
    }

    fn save_new(&mut self, name: &str, text: &str) -> Result<(String, Box<Preset>), String> {
        let saved = library::save_new(name, text).map_err(|error| error.to_string());
        saved.map(|(path, preset)| (path.display().to_string(), Box::new(preset)))
    }

    fn save_picture(&mut self, svg: &str, text: &str) -> Result<String, String> {
        let form = time::macros::format_description!("trainyard-[year][month][day]-[hour][minute][second]");
        let name = time::OffsetDateTime::now_utc().format(&form).map_err(|error| error.to_string())?;
        let free = (1..).map(|number| if number == 1 { name.clone() } else { format!("{name}-{number}") });
        let free = free.map(|name| PathBuf::from(format!("{name}.svg"))).find(|path| !path.exists());
        let picture = free.unwrap_or_else(|| PathBuf::from("trainyard.svg"));
        for (path, content) in [(picture.with_extension("txt"), text), (picture.clone(), svg)] {
            atomic::write(&path, |out| out.write_all(content.as_bytes()))
                .map_err(|error| error.to_string())?;
        }
        Ok(picture.display().to_string())
    }

    fn complete_path(&mut self, typed: String, tell: impl FnOnce(String, Vec<String>) + Send + 'static) {
        // A folder on a slow disk holds up nothing. Without the thread nothing is told, and the line stays as it was.
        let look = move || {
            let Completed { path, names } = path_completion::complete(&typed);
            tell(path, names);
        };
        let _ = std::thread::Builder::new().name("paths".into()).spawn(look);
    }

    fn suggest(
        &mut self,
        data: String,
        targets: Vec<String>,
        tell: impl FnOnce(Result<Suggestion, String>) + Send + 'static,
    ) {
        // As for reading files.
        let look = move || tell(suggested(data, &targets));
        let _ = std::thread::Builder::new().name("new preset".into()).spawn(look);
    }

    fn read_files(&mut self, source: Source, tell: impl FnOnce(Result<Offers, String>) + Send + 'static) {
        // A thread for each: one that hangs ends with the program. Without it nothing is told, and the preset stays unread.
        let look = move || tell(data::offers(&source).map_err(|error| error.to_string()));
        let _ = std::thread::Builder::new().name("files".into()).spawn(look);
    }

    fn list_runs(&mut self, tell: impl FnOnce(Result<Vec<Overview>, String>) + Send + 'static) {
        let look =
            || home::runs_folder().and_then(|runs| Overview::list(&runs)).map_err(|error| error.to_string());
        // Without the thread nothing is told, and the list stays as it was.
        let _ = std::thread::Builder::new().name("runs".into()).spawn(move || tell(look()));
    }

    fn watch(&mut self, show: impl FnMut(WatchSnapshot) + Send + 'static) -> Result<(), String> {
        let task = Task::start(&self.folders, show);
        self.watching =
            Some(task.map_err(|error| format!("event files are not read: no thread for it: {error}"))?);
        Ok(())
    }

    fn look_at(&mut self, interest: Interest) {
        if let Some(task) = &self.watching {
            task.look_at(interest);
        }
    }

    fn on_runs(&mut self, task: RunTask, tell: impl FnOnce(RunAnswer) + Send + 'static) {
        // Without the thread nothing is done, and the next list shows so.
        let _ = std::thread::Builder::new().name("shelf".into()).spawn(move || tell(on_runs(task)));
    }

    fn read_searches(&mut self, show: impl FnMut(SearchesSnapshot) + Send + 'static) -> Result<(), String> {
        let runs = home::runs_folder().map_err(|error| error.to_string())?;
        let searches = search::folder().map_err(|error| error.to_string())?;
        let task = search::Task::start(searches, runs, show);
        self.searches =
            Some(task.map_err(|error| format!("searches are not read: no thread for it: {error}"))?);
        Ok(())
    }

    fn look_at_searches(&mut self, wanted: LookAt) {
        if let Some(task) = &self.searches {
            task.look_at(wanted);
        }
    }

    fn on_search(&mut self, task: SearchTask, tell: impl Fn(SearchAnswer) + Send + 'static) {
        // Without the thread nothing is done, and what is on the screen shows so.
        let _ =
            std::thread::Builder::new().name("search".into()).spawn(move || searches::carry_out(task, &tell));
    }

    fn read_queue(&mut self, show: impl FnMut(QueueSnapshot) + Send + 'static) -> Result<(), String> {
        let runs = home::runs_folder().map_err(|error| error.to_string())?;
        let searches = search::folder().map_err(|error| error.to_string())?;
        let shelf = Shelf::own().map_err(|error| error.to_string())?;
        let task = waiting::Task::start(shelf, runs, searches, show);
        self.queue = Some(task.map_err(|error| format!("the queue is not read: no thread for it: {error}"))?);
        Ok(())
    }

    fn look_at_queue(&mut self, wanted: waiting::LookAt) {
        if let Some(task) = &self.queue {
            task.look_at(wanted);
        }
    }

    fn on_queue(&mut self, task: QueueTask, tell: impl FnOnce(QueueAnswer) + Send + 'static) {
        // Without the thread nothing is done, and the list shows so.
        let parse = self.parse;
        let work = move || tell(queue::carry_out(task, parse));
        let _ = std::thread::Builder::new().name("to the queue".into()).spawn(work);
    }

    fn kept(&mut self) -> Result<Kept, String> {
        super::kept::read()
    }

    fn keep(&mut self, kept: &Kept) {
        // The person has left: what cannot be kept is no reason to hold them up.
        let _ = super::kept::keep(kept);
    }

    fn measure(
        &mut self,
        experiment: &Experiment,
        trial: Trial,
        tell: impl FnMut(Result<Tried, String>) + Send + 'static,
    ) {
        self.measuring.start(experiment, trial, tell);
    }

    fn stop_measuring(&mut self) {
        self.measuring.stop();
    }

    fn keep_text(&mut self, name: &str, text: &str) -> Result<PathBuf, String> {
        library::keep_text(name, text).map_err(|error| error.to_string())
    }

    fn drop_text(&mut self, path: &Path) {
        // What cannot be removed is opened by the next edit, which shows it.
        let _ = std::fs::remove_file(path);
    }

    fn empty_trash(&mut self, runs: &[RunDirectory]) {
        // What cannot be removed stays in the trash, which `runs prune` empties.
        runs.iter().for_each(|run| drop(trash::purge(run)));
    }
}

/// Does something with the files of runs.
fn on_runs(task: RunTask) -> RunAnswer {
    let said = |error: crate::run::Error| error.to_string();
    match task {
        RunTask::Discard(run) => RunAnswer::Discarded(trash::discard(&run).map_err(said)),
        RunTask::Restore(run) => {
            RunAnswer::Restored(trash::restore(&run).map_err(|error| (run, error.to_string())))
        }
        RunTask::Label(run, label) => RunAnswer::Labelled(run.name(), label.save(run.path()).map_err(said)),
        RunTask::Compare(pair) => {
            let [first, second] = &*pair;
            let called = |run: &Overview| run.label.name.clone().unwrap_or_else(|| run.run.name());
            // Where the runs cannot be listed, the list of runs says why.
            let all = home::runs_folder().and_then(|runs| Overview::list(&runs)).unwrap_or_default();
            RunAnswer::Compared {
                names: [called(first), called(second)],
                differences: differences(first, second),
                seeds: over_seeds(&all, first, second),
            }
        }
        RunTask::ReadCurves(run) => {
            let curves = Curves::read(run.path(), u64::MAX);
            RunAnswer::Curves(MarkedCurves::new(run, &curves))
        }
    }
}

/// The preset that `trainyard init` makes for this file or folder, under a name that is free among the presets.
fn suggested(data: String, targets: &[String]) -> Result<Suggestion, String> {
    let path = path_completion::meant(&data)?;
    let file = Paths::from(path.to_string_lossy().into_owned());
    let made = suggest::suggest(&file, targets, crate::preset::Task::Auto, None, library::is_taken)
        .map_err(|error| error.to_string())?;
    let suggest::Suggestion { name, text, targets, told, reason, .. } = made;
    let targets = targets.into_iter().map(|suggest::Target { name, what }| Target { name, what }).collect();
    let told = told.into_iter().chain(reason).collect();
    Ok(Suggestion { data, name, text, targets, told })
}

/// What is asked of the dashboard on the command line.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct Options {
    /// Frames a second, at most, while a training runs: fewer for a slow line [default: that of config.ron, or 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=60))]
    fps: Option<u32>,
}

/// Opens the dashboard; what it trains, a process of its own does.
pub(super) fn open(options: Options, parse: Parse) -> Result<(), Error> {
    super::device::check_environment()?;
    show(First { screen: Screen::Presets, ..First::default() }, options, parse, idle)
}

/// A worker that trains nothing yet.
pub(super) fn idle() -> Result<(Client, Events), Error> {
    worker::spawn_detached(super::serve::starter(Threads::default())?, None)
        .map_err(|error| Error::Failed(error.to_string()))
}

/// What the dashboard begins with.
#[derive(Debug, Default)]
pub(super) struct First {
    /// The screen.
    pub screen: Screen,
    /// The folders whose event files Runs shows; where there are none, it shows our own runs.
    pub watched: Vec<PathBuf>,
    /// The curve, picture or text of these that stands first.
    pub tag: Option<String>,
    /// The run that is opened, which nobody trains.
    pub run: Option<Box<Overview>>,
}

/// Shows a worker until the person leaves; `parse` reads what is put into the queue.
pub(super) fn show(
    first: First,
    options: Options,
    parse: Parse,
    spawn: impl FnOnce() -> Result<(Client, Events), Error>,
) -> Result<(), Error> {
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        return Err(Error::Usage(
            "the dashboard needs a terminal (over SSH: `ssh -t`); without one, `trainyard train PRESET` does the same".into(),
        ));
    }
    let mut config = super::config::read()?;
    config.frames_per_second = options.fps.map_or(config.frames_per_second, FramesPerSecond);
    let (mut entries, mut broken) = (Vec::new(), Vec::new());
    for entry in library::list() {
        let file = entry.file.map(|file| file.display().to_string());
        match entry.loaded {
            Ok(Loaded::Unread { preset, text }) => {
                entries.push(Entry::of_file(file.unwrap_or_default(), text, *preset));
            }
            Ok(Loaded::Experiment(experiment)) => entries.push(match file {
                Some(path) => Entry::of_file(path, entry.text, experiment.preset),
                None => Entry::built_in(entry.text, experiment.preset, library::folder()),
            }),
            Err(error) => broken.push((entry.name, error.to_string())),
        }
    }
    let (client, events) = spawn()?;
    let shows_watched = !first.watched.is_empty();
    // The files of our own runs are event files as well.
    let folders = if shows_watched { first.watched } else { home::runs_folder().into_iter().collect() };
    let watched: Vec<_> = folders.iter().map(|folder| text::shown(&folder.to_string_lossy(), 400)).collect();
    let opening = Opening {
        screen: first.screen,
        watched: watched.join("  "),
        shows_watched,
        tag: first.tag,
        run: first.run,
    };
    let measuring = Measuring::default();
    let mut link = Local {
        client,
        events,
        run: None,
        measuring,
        folders,
        watching: None,
        searches: None,
        queue: None,
        parse,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::Failed(error.to_string()))?;
    let exit = runtime
        .block_on(tui::run(Presets::new(entries, broken), opening, &config, &mut link))
        .map_err(|error| Error::Failed(error.to_string()))?;
    // A thread may still wait for a key; the process need not wait for it.
    runtime.shutdown_background();
    match exit {
        Exit::Quit => Ok(()),
        Exit::Detached => {
            let run = plain(&link.run.unwrap_or_default());
            let line = format!(
                "the training goes on: `trainyard attach {run}` shows it, `trainyard stop {run}` ends it"
            );
            // Errors are ignored: the terminal may be gone, and the training goes on.
            let _ = writeln!(std::io::stdout(), "{line}");
            Ok(())
        }
        Exit::Signal(signal) => Err(Error::Signal(u8::try_from(signal).unwrap_or(1))),
        Exit::Closed => Err(Error::Signal(1)),
    }
}
