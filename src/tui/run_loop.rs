//! The loop: input first, then the worker's events, then the clock; a frame only when something changed.

use std::future::poll_fn;
use std::io;
use std::path::PathBuf;
use std::task::Poll;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::Event as Input;
use crossterm::queue;
use ratatui::layout::Size;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::preset::library;
use crate::run::Overview;
use crate::run::watch::WatchSnapshot;
use crate::search::SearchesSnapshot;
use crate::search::queue::QueueSnapshot;
use crate::worker;

use super::clicks::Clicks;
use super::config::Config;
use super::frames::Frames;
use super::keyboard::Keyboard;
use super::link::Link;
use super::message::{Effect, Message};
use super::signals::{HANG_UP, QUIT, Signal, Signals};
use super::state::kept::Kept;
use super::state::watched::Watched;
use super::state::{Presets, Screen, State};
use super::terminal::{self, Guard};
use super::theme::Theme;
use super::{editor, update};

/// The least time between two frames just after input, when the worker's answer to it should be seen at once.
const QUICK_FRAME: Duration = Duration::from_millis(15);
/// For how long after input frames come at the quicker rate.
const ATTENTION: Duration = Duration::from_millis(500);
/// Time between two frames of the spinner.
const TICK: Duration = Duration::from_millis(100);
/// Time between two looks at the clock, where ages are shown.
const CLOCK: Duration = Duration::from_secs(1);
/// How long the worker may take to end in good order.
const FAREWELL: Duration = Duration::from_secs(10);

/// The longest time for which the worker's reports are taken in before a frame is drawn and keys and signals are looked at:
/// a worker that never stops reporting does not hang the dashboard.
const TAKING: Duration = Duration::from_millis(50);

/// Why the dashboard could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The terminal did not do what was asked of it.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] io::Error),
}

/// Why the dashboard ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The person left.
    Quit,
    /// The person left, and the training goes on.
    Detached,
    /// A signal of this number asked for it.
    Signal(i32),
    /// The terminal is gone.
    Closed,
}

/// What the dashboard shows first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opening {
    /// The screen.
    pub screen: Screen,
    /// The folders whose event files can be watched, fit to be shown.
    pub watched: String,
    /// Whether Runs begins with these event files, not with our own runs.
    pub shows_watched: bool,
    /// The curve, picture or text that stands first.
    pub tag: Option<String>,
    /// The run that is opened at once.
    pub run: Option<Box<Overview>>,
}

/// Shows the dashboard until the person leaves, a signal comes or the terminal is gone. The worker has ended then, or has been
/// given ten seconds to, and the terminal is as it was.
///
/// # Errors
/// When the terminal cannot be taken over or drawn on.
pub async fn run(
    presets: Presets,
    opening: Opening,
    config: &Config,
    link: &mut impl Link,
) -> Result<Exit, Error> {
    let theme = config.theme_for(Theme::detect(|name| std::env::var(name).ok()));
    let mut guard = Guard::take(theme.depth)?;
    let size = crossterm::terminal::size().unwrap_or((80, 24));
    let mut state = State::new(Size { width: size.0, height: size.1 }, theme, presets);
    state.screen = opening.screen;
    state.keymap = config.keymap.clone();
    state.on_end = config.on_end.clone();
    match link.kept() {
        Ok(kept) => kept.restore(&mut state),
        Err(problem) => state.complain(problem),
    }
    state.runs.watched = Watched::new(opening.watched, opening.tag);
    state.runs.watched.now = now();
    if opening.shows_watched {
        state.runs.show_other();
    }
    let colours = config.theme;
    let exit = drive(&mut guard, &mut state, opening.run, config, link).await;
    drop(guard);
    link.empty_trash(&state.runs.trash);
    link.keep(&Kept::of(&state, colours));
    link.send(state.requests.add(match exit {
        Ok(Exit::Quit) => worker::Command::Shutdown,
        Ok(Exit::Signal(signal)) if ![HANG_UP, QUIT].contains(&signal) => worker::Command::Shutdown,
        // The connection has dropped, or the dashboard is broken: that is no reason to lose a training.
        Ok(Exit::Detached | Exit::Closed | Exit::Signal(_)) | Err(_) => worker::Command::Detach,
    }));
    let drained = async { while link.next().await.is_some() {} };
    // Whether it ended in time or not, the program ends now.
    let _ = timeout(FAREWELL, drained).await;
    terminal::restore();
    exit
}

async fn drive(
    guard: &mut Guard,
    state: &mut State,
    run: Option<Box<Overview>>,
    config: &Config,
    link: &mut impl Link,
) -> Result<Exit, Error> {
    // Frames that only the worker's reports ask for: each costs the training a little.
    let frame = config.frames_per_second.interval();
    // Before the first frame: whoever sees it may send a signal, which ends the dashboard in good order.
    let mut signals = Signals::listen()?;
    let mut frames = Frames::begin(config, guard, state)?;

    let (found, mut findings) = mpsc::unbounded_channel();
    // Of several views that come while the terminal takes a frame only the newest counts.
    let (views, mut viewed) = watch::channel(WatchSnapshot::default());
    let views = Some(views);
    let (searches, mut searched) = watch::channel(SearchesSnapshot::default());
    let searches = Some(searches);
    let mut is_searched = true;
    let (queue, mut queued) = watch::channel(QueueSnapshot::default());
    let queue = Some(queue);
    let mut is_queued = true;
    let mut outside = Outside {
        link,
        found,
        views,
        searches,
        queue,
        is_to_suspend: false,
        to_edit: None,
        to_terminal: Vec::new(),
    };
    let mut is_viewed = true;
    let mut next_clock = Instant::now() + CLOCK;
    outside.apply(state, Message::Opened(run));
    let mut input = Keyboard::open(frames.is_asked);
    let mut clicks = Clicks::default();
    let mut engine_gone = false;
    let mut drawn = Instant::now();
    let mut touched = Instant::now();
    let mut dirty = false;
    let mut next_tick = Instant::now() + TICK;
    loop {
        let (waiting, shows_ages) = (state.needs_ticks(), state.shows_ages());
        let interval = if touched.elapsed() < ATTENTION { QUICK_FRAME.min(frame) } else { frame };
        let mut at_once = false;
        let is_ready = guard.is_ready();
        let message = tokio::select! {
            biased;
            signal = signals.next() => match signal {
                Signal::End(number) => return Ok(Exit::Signal(number)),
                Signal::GoOn => {
                    guard.take_again()?;
                    frames.forget();
                    (dirty, at_once) = (true, true);
                    None
                }
            },
            event = input.recv() => match event {
                None => return Ok(Exit::Closed),
                Some(event) => {
                    at_once = true;
                    from_input(event, &mut clicks).inspect(|_| touched = Instant::now())
                }
            },
            () = sleep_until(drawn + interval), if dirty && is_ready => {
                at_once = true;
                None
            }
            () = guard.ready(), if dirty && !is_ready => {
                at_once = true;
                None
            }
            // While a frame is due, reports wait for it: a thread that wakes at every step would hold up training.
            Some(finding) = findings.recv() => {
                at_once = true;
                Some(finding)
            }
            changed = viewed.changed(), if is_viewed => {
                at_once = true;
                Some(match changed {
                    Ok(()) => Message::Watched(Box::new(viewed.borrow_and_update().clone())),
                    Err(_) => {
                        is_viewed = false;
                        Message::WatchGone
                    }
                })
            }
            changed = searched.changed(), if is_searched => {
                at_once = true;
                Some(match changed {
                    Ok(()) => Message::Searches(Box::new(searched.borrow_and_update().clone())),
                    Err(_) => {
                        is_searched = false;
                        Message::SearchesGone
                    }
                })
            }
            changed = queued.changed(), if is_queued => {
                at_once = true;
                Some(match changed {
                    Ok(()) => Message::Queue(Box::new(queued.borrow_and_update().clone())),
                    Err(_) => {
                        is_queued = false;
                        Message::QueueGone
                    }
                })
            }
            () = sleep_until(next_clock), if shows_ages => Some(Message::Clock(now())),
            event = outside.link.next(), if !engine_gone && !dirty => Some(from_engine(event, &mut engine_gone)),
            () = sleep_until(next_tick), if waiting => Some(Message::Tick),
        };
        if waiting && next_tick <= Instant::now() {
            next_tick = Instant::now() + TICK;
        }
        if next_clock <= Instant::now() {
            next_clock = Instant::now() + CLOCK;
        }
        if let Some(message) = message {
            dirty = true;
            if let Some(exit) = outside.apply(state, message) {
                return Ok(exit);
            }
        }
        // Keys that have come together are answered by one frame.
        while let Some(event) = input.at_hand() {
            if let Some(message) = from_input(event, &mut clicks)
                && let Some(exit) = outside.apply(state, message)
            {
                return Ok(exit);
            }
            dirty = true;
            at_once = true;
        }
        if std::mem::take(&mut outside.is_to_suspend) {
            guard.suspend()?;
            frames.forget();
        }
        if let Some(asked) = outside.to_edit.take() {
            let resting = input.rest();
            guard.give_back()?;
            let left = match editor::edit(&asked, &mut signals).await {
                editor::Ended::Left(left) => left,
                editor::Ended::Signal(number) => return Ok(Exit::Signal(number)),
            };
            guard.take_again()?;
            frames.forget();
            drop(resting);
            if let Ok((width, height)) = crossterm::terminal::size() {
                outside.apply(state, Message::Resize(width, height));
            }
            outside.apply(state, Message::TextEdited(left.and_then(|()| read_text(asked.path))));
            dirty = true;
        }
        if dirty && guard.is_ready() && (at_once || drawn.elapsed() >= interval) {
            let until = Instant::now() + TAKING;
            while !engine_gone
                && Instant::now() < until
                && let Some(event) = at_hand(outside.link).await
            {
                let message = from_engine(event, &mut engine_gone);
                if let Some(exit) = outside.apply(state, message) {
                    return Ok(exit);
                }
            }
            frames.draw(guard, state, input.images())?;
            drawn = Instant::now();
            dirty = false;
        }
        // Whatever has been taken in above may have asked for it, and nothing else may come for long.
        if !outside.to_terminal.is_empty() {
            guard.send(&std::mem::take(&mut outside.to_terminal))?;
        }
    }
}

/// The time, in seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// The worker's next event if it has come already.
async fn at_hand(link: &mut impl Link) -> Option<Option<worker::Event>> {
    let mut next = std::pin::pin!(link.next());
    poll_fn(|context| match next.as_mut().poll(context) {
        Poll::Ready(event) => Poll::Ready(Some(event)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

fn from_engine(event: Option<worker::Event>, gone: &mut bool) -> Message {
    *gone = event.is_none();
    event.map_or(Message::EngineGone, Message::Engine)
}

/// What an editor left in a file.
fn read_text(path: PathBuf) -> Result<(PathBuf, String), String> {
    let text = library::read(&path).map_err(|error| error.to_string())?;
    Ok((path, text))
}

/// What is outside the state: effects act on it.
struct Outside<'a, L> {
    link: &'a mut L,
    /// Takes what was found on disk, as messages.
    found: mpsc::UnboundedSender<Message>,
    /// Takes what is found of event files, until the reader has it.
    views: Option<watch::Sender<WatchSnapshot>>,
    /// Takes what is found of searches, until the reader has it.
    searches: Option<watch::Sender<SearchesSnapshot>>,
    /// Takes what is found of the queue, until the reader has it.
    queue: Option<watch::Sender<QueueSnapshot>>,
    /// Whether the process is to be stopped until the shell wakes it.
    is_to_suspend: bool,
    /// What is to be edited in another program.
    to_edit: Option<editor::Asked>,
    /// Sequences for the terminal that draw nothing: bell, notification, clipboard.
    to_terminal: Vec<u8>,
}

impl<L: Link> Outside<'_, L> {
    /// Updates the state and carries out its effects. Returns how the person leaves, if they do.
    fn apply(&mut self, state: &mut State, message: Message) -> Option<Exit> {
        let mut messages = vec![message];
        while let Some(message) = messages.pop() {
            for effect in update::update(state, message) {
                match effect {
                    Effect::Send(request) => self.link.send(request),
                    Effect::SavePreset { name, text, overwrite } => {
                        let result = self.link.save(&name, &text, overwrite);
                        messages.push(Message::PresetSaved { name, text, result });
                    }
                    // Sending fails when the dashboard has been left; then there is nobody to tell.
                    Effect::ListRuns => {
                        let found = self.found.clone();
                        self.link.list_runs(move |runs| drop(found.send(Message::Runs(runs))));
                    }
                    Effect::SaveNew { name, text } => {
                        let result = self.link.save_new(&name, &text);
                        messages.push(Message::NewSaved { text, result });
                    }
                    Effect::CompletePath(typed) => {
                        let (found, of) = (self.found.clone(), typed.clone());
                        self.link.complete_path(typed, move |completed, names| {
                            drop(found.send(Message::PathCompleted { typed: of, completed, names }));
                        });
                    }
                    Effect::Suggest { data, targets } => {
                        let (found, of) = (self.found.clone(), (data.clone(), targets.clone()));
                        self.link.suggest(data, targets, move |result| {
                            let (data, targets) = of;
                            drop(found.send(Message::Suggested { data, targets, result }));
                        });
                    }
                    Effect::ReadFiles(source) => {
                        let (found, of) = (self.found.clone(), Box::new(source.clone()));
                        let tell =
                            move |offers| drop(found.send(Message::FilesRead { source: of, found: offers }));
                        self.link.read_files(source, tell);
                    }
                    Effect::OnRuns(task) => {
                        let found = self.found.clone();
                        self.link.on_runs(task, move |answer| drop(found.send(Message::RunsDone(answer))));
                    }
                    Effect::Watch => {
                        let show = self.views.take().map(|views| {
                            self.link.watch(move |view| {
                                views.send_replace(view);
                            })
                        });
                        if let Some(Err(problem)) = show {
                            messages.push(Message::Problem(problem));
                        }
                    }
                    Effect::ReadSearches => {
                        let show = self.searches.take().map(|searches| {
                            self.link.read_searches(move |view| {
                                searches.send_replace(view);
                            })
                        });
                        if let Some(Err(problem)) = show {
                            messages.push(Message::Problem(problem));
                        }
                    }
                    Effect::LookAtSearches(wanted) => self.link.look_at_searches(wanted),
                    Effect::OnSearch(task) => {
                        let found = self.found.clone();
                        self.link
                            .on_search(task, move |answer| drop(found.send(Message::SearchDone(answer))));
                    }
                    Effect::ReadQueue => {
                        let show = self.queue.take().map(|queue| {
                            self.link.read_queue(move |view| {
                                queue.send_replace(view);
                            })
                        });
                        if let Some(Err(problem)) = show {
                            messages.push(Message::Problem(problem));
                        }
                    }
                    Effect::LookAtQueue(wanted) => self.link.look_at_queue(wanted),
                    Effect::OnQueue(task) => {
                        let found = self.found.clone();
                        self.link.on_queue(task, move |answer| drop(found.send(Message::QueueDone(answer))));
                    }
                    Effect::LookAt(interest) => self.link.look_at(interest),
                    Effect::KnowsTheTour => {
                        self.link.keep(&Kept { knows_the_tour: true, ..Kept::default() });
                    }
                    Effect::Quit => return Some(Exit::Quit),
                    Effect::Detach => return Some(Exit::Detached),
                    Effect::EditText { name, text, line } => match self.link.keep_text(&name, &text) {
                        Ok(path) => self.to_edit = Some(editor::Asked { path, line }),
                        Err(problem) => messages.push(Message::TextEdited(Err(problem))),
                    },
                    Effect::Measure { number, trial, experiment } => {
                        let found = self.found.clone();
                        let tell = move |result| drop(found.send(Message::Measured { number, result }));
                        self.link.measure(&experiment, trial, tell);
                    }
                    Effect::StopMeasuring => self.link.stop_measuring(),
                    Effect::DropText(path) => self.link.drop_text(&path),
                    Effect::Suspend => self.is_to_suspend = true,
                    Effect::Copy(text) => {
                        // Writing to memory does not fail.
                        let _ = queue!(self.to_terminal, CopyToClipboard::to_clipboard_from(text));
                    }
                    Effect::SavePicture { svg, text } => {
                        messages.push(Message::PictureSaved(self.link.save_picture(&svg, &text)));
                    }
                    Effect::TellEnd(end) => {
                        self.to_terminal.extend(end.sequences(&state.on_end));
                        let found = self.found.clone();
                        end.run_command(&state.on_end, move |problem| {
                            drop(found.send(Message::Problem(problem)));
                        });
                    }
                }
            }
        }
        None
    }
}

fn from_input(event: Input, clicks: &mut Clicks) -> Option<Message> {
    match event {
        Input::Key(key) => Some(Message::Key(key)),
        // A mouse that only moves changes nothing, so it needs no frame.
        Input::Mouse(mouse) if mouse.kind == crossterm::event::MouseEventKind::Moved => None,
        Input::Mouse(mouse) if clicks.is_second(&mouse, std::time::Instant::now()) => {
            Some(Message::DoubleClick(mouse))
        }
        Input::Mouse(mouse) => Some(Message::Mouse(mouse)),
        Input::Paste(text) => Some(Message::Paste(text)),
        Input::Resize(width, height) => Some(Message::Resize(width, height)),
        Input::FocusGained | Input::FocusLost => None,
    }
}
