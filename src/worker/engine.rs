//! The worker's thread: takes commands, trains, reports.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::channel::{Client, Events, Inbox, Outbox, spawn_with};
use super::device::{Placement, Wish, built};
use super::inspector::Inspector;
use super::keeper::Keeper;
use super::opening::OpenRun;
use super::own_data::{DATA_ELSEWHERE, check_own_data};
use super::past;
use super::protocol::{
    Branch, Command, Event, Extent, Finish, OpenRequest, Outcome, Phase, Question, Reply, Request, RequestId,
    RunInfo, TrainRequest,
};
use super::session::{End, Failure, Session};
use super::settings::Settings;
use super::unit::{Predicted, Unit};
use crate::data::{self, Dataset};
use crate::nn::buffer::Buffer;
use crate::nn::kernel::threads::Threads;
use crate::preset::{Learned, Preset};
use crate::run::checkpoint::load_weights;
use crate::run::home::runs_folder;
use crate::run::tensors::save_tensors;
use crate::run::{self, Branched, Damaged, Reopened, RunDirectory, Status, Steered};
use crate::run::{hook, log_file};
use crate::train::Training;

/// Starts a worker that keeps nothing on disk.
///
/// # Errors
/// When the system refuses another thread.
pub fn spawn() -> io::Result<(Client, Events)> {
    spawn_in(None)
}

/// Starts a worker that keeps every training as a run in the folder `runs`.
///
/// # Errors
/// When the system refuses another thread.
pub fn spawn_keeping(runs: PathBuf) -> io::Result<(Client, Events)> {
    spawn_in(Some(runs))
}

fn spawn_in(runs: Option<PathBuf>) -> io::Result<(Client, Events)> {
    spawn_with(|inbox, outbox| {
        // The engine's thread is one of those that share the work: none has to be woken for what this one can do. If
        // the system refuses the others, rayon's own pool serves.
        let _pool = Threads::of_process().pool().use_current_thread().build();
        Engine { inbox, outbox, runs, model: None, inspector: Inspector::default() }.serve()
    })
}

/// A worker is not a bridge to another.
pub(super) const ELSEWHERE: &str = "other runs can only be looked at from the dashboard";

struct Engine<'a> {
    inbox: Inbox,
    outbox: &'a Outbox,
    /// Where runs are kept.
    runs: Option<PathBuf>,
    /// What can be looked at.
    model: Option<Model>,
    inspector: Inspector,
}

/// Whose model can be looked at while nothing is trained.
enum Model {
    /// The last training's.
    Trained(Box<dyn Training>),
    /// A run's that was opened.
    Opened(Box<OpenRun>),
}

impl Model {
    fn training(&mut self) -> &mut dyn Training {
        match self {
            Model::Trained(training) => &mut **training,
            Model::Opened(run) => &mut *run.training,
        }
    }
}

impl Engine<'_> {
    fn serve(mut self) {
        loop {
            if let Some(model) = &mut self.model {
                // Also what was asked while it trained, and not answered before its end.
                answer_all(&mut self.inspector, model.training(), self.outbox);
            }
            let Request { id, command } = self.inbox.wait();
            let nothing = |what: &str| Reply::Refused(what.into());
            let reply = match command {
                Command::Shutdown | Command::Detach => return self.outbox.reply(id, Reply::Done),
                Command::Train(request) => {
                    self.outbox.reply(id, Reply::Done);
                    if self.train(&request) {
                        return self.leave_questions();
                    }
                    continue;
                }
                Command::Inspect(question) if self.model.is_some() => {
                    ask(&mut self.inspector, id, question, self.outbox);
                    continue;
                }
                Command::Save => match &mut self.model {
                    None => nothing("nothing has been trained yet"),
                    Some(model) => save(model.training()),
                },
                Command::Open(request) => {
                    self.outbox.reply(id, Reply::Done);
                    self.open(&request);
                    continue;
                }
                Command::GoTo(step) => match self.go_to(step) {
                    Ok(()) => Reply::Done,
                    Err(problem) => Reply::Refused(problem),
                },
                // A worker that several can look at settles this before.
                Command::TakeOver => Reply::Done,
                Command::Inspect(_) => nothing("nothing has been trained yet"),
                Command::Attach(_) => nothing(ELSEWHERE),
                Command::Pause
                | Command::Resume
                | Command::Step
                | Command::Stop
                | Command::ChangeRate(_)
                | Command::Steer(_)
                | Command::Pace(_)
                | Command::StopAfterEpoch(_)
                | Command::GoBack(_) => nothing("nothing is being trained"),
            };
            self.outbox.reply(id, reply);
        }
    }

    /// Replies to the questions that nobody answers any more.
    fn leave_questions(&mut self) {
        for id in self.inspector.leave() {
            self.outbox.reply(id, Reply::Refused("the engine has ended".into()));
        }
    }

    /// Opens the data, builds the networks and, for a run that is resumed, restores its newest checkpoint.
    fn prepare(&self, request: &TrainRequest, keeper: &mut Keeper) -> Result<Prepared, String> {
        let mut prepared = match &request.resume {
            Some(folder) => {
                let reopened = keeper.reopen(Path::new(folder)).map_err(as_it_was)?;
                self.take_up(request, reopened)?
            }
            None => match &request.branch {
                Some(branch) => self.branch(branch, request, keeper)?,
                None => Prepared::new(self.begin(request, keeper)?, Vec::new()),
            },
        };
        if let Some(rate) = request.learning_rate {
            let training = &mut prepared.training;
            training.set_rate_factor(training.learning_rate().factor_for(rate)?);
        }
        Ok(prepared)
    }

    /// The training of a run that is resumed, where its data is what it learned from, or is accepted as it is.
    fn take_up(&self, request: &TrainRequest, run: &mut Reopened) -> Result<Prepared, String> {
        let learned = run.learned().cloned();
        let mut accepted = None;
        if let Some(learned) = &learned {
            let changes = check_own_data(learned, request.accept_changed_data, DATA_ELSEWHERE)?;
            if !changes.is_empty() {
                accepted = Some(data::fingerprints(&learned.source).map_err(|error| error.to_string())?);
            }
            changes.into_iter().for_each(|line| self.outbox.send(Event::Log(line)));
        }
        let preset = &request.experiment.preset;
        let wish = Wish::of_resumed_run(request.device, preset, run.preset(), run.device())?;
        let prepared = self.restored(request, run, learned.as_ref(), wish)?;
        // From now on the run's data is what it goes on with.
        if let Some(files) = accepted {
            run.accept(files).map_err(as_it_was)?;
        }
        Ok(prepared)
    }

    /// The training of a run from its newest checkpoint that is not damaged, on data that is prepared as `learned` says.
    fn restored(
        &self,
        request: &TrainRequest,
        run: &mut Reopened,
        learned: Option<&Learned>,
        wish: Wish,
    ) -> Result<Prepared, String> {
        loop {
            let checkpoint = run.checkpoint().map_err(as_it_was)?;
            // The preset of a run that is trained further has the settings that were changed before.
            let made = if request.changes.is_empty() { run.steered().to_vec() } else { Vec::new() };
            let mut prepared = Prepared::new(self.build(request, learned, wish)?, made);
            let Prepared { training, settings, .. } = &mut prepared;
            // It was interrupted before its first checkpoint, so it begins anew.
            let checkpoint = match checkpoint {
                Some(checkpoint) => Some(checkpoint),
                None => run.first_checkpoint()?,
            };
            let Some(checkpoint) = checkpoint else {
                self.extend(request, run, &mut **training);
                return Ok(prepared);
            };
            settings.take_up(&mut **training, checkpoint.step)?;
            match training.restore(checkpoint) {
                Ok(()) => {
                    let step = training.step();
                    for Damaged { step: damaged, problem } in run.damaged().iter().cloned() {
                        self.outbox.send(Event::Damaged { step: damaged, problem, resumed_from: step });
                    }
                    self.outbox.send(Event::Log(format!("goes on from step {step}")));
                    self.extend(request, run, &mut **training);
                    return Ok(prepared);
                }
                Err(error) => {
                    let problem = error.to_string();
                    if !run.reject(problem.clone()).map_err(as_it_was)? {
                        return Err(problem);
                    }
                }
            }
        }
    }

    /// Trains a run further with other settings where that is asked for, and tells what that means.
    fn extend(&self, request: &TrainRequest, run: &mut Reopened, training: &mut dyn Training) {
        let is_asked = !request.changes.is_empty();
        if is_asked {
            run.extend(request.experiment.preset.clone(), request.changes.clone());
        }
        // Also when it was killed after it had been asked for, before a checkpoint of its own.
        if run.is_extended() {
            training.extend();
        }
        if is_asked {
            extension_lines(request, training)
                .into_iter()
                .for_each(|line| self.outbox.send(Event::Log(line)));
        }
    }

    /// The training from its beginning, on data that is prepared as `learned` says, where that is known.
    fn build(&self, request: &TrainRequest, learned: Option<&Learned>, wish: Wish) -> Result<Placed, String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let (mut training, told) = built(&request.experiment, learned, wish)?;
        told.iter().for_each(|line| self.outbox.send(Event::Log(line.clone())));
        let asked = wish.is_asked_for.then_some(wish.device);
        let place = Placement { device: training.device(), asked, told };
        if let Some(file) = &request.init_from {
            let weights = load_weights(Path::new(file)).map_err(|error| said(&error))?;
            let loaded = training.load(weights).map_err(|error| said(&error))?;
            if let Some(problem) = loaded.nothing_fits() {
                return Err(format!("--init-from {file}: {problem}"));
            }
            let summaries = request.experiment.networks.iter().map(|network| &network.summary);
            let layers: Vec<_> = summaries.flat_map(|summary| &summary.rows).collect();
            loaded.lines(file, &layers).into_iter().for_each(|line| self.outbox.send(Event::Log(line)));
        }
        if request.freeze > 0 {
            let frozen = training.freeze(request.freeze);
            // A run of before that was trained so is still read.
            if training.parameters() == 0 && request.resume.is_none() {
                let names = frozen.join(", ");
                return Err(format!(
                    "--freeze {} leaves nothing to train: all layers with weights are frozen ({names}); freeze at \
                     most {}",
                    request.freeze,
                    frozen.len().saturating_sub(1)
                ));
            }
            self.outbox.send(Event::Log(format!("not trained: {}", frozen.join(", "))));
        }
        Ok((training, place))
    }

    /// Reports which part of a run is not on disk, before its end is reported.
    fn tell_unsaved(&self, closed: Result<(), String>) {
        if let Err(what) = closed {
            self.outbox.send(Event::Unsaved(what));
        }
    }

    /// The training of a new run; the keeper gets what is learned of the data.
    fn begin(&self, request: &TrainRequest, keeper: &mut Keeper) -> Result<Placed, String> {
        let wish = Wish::of_new_run(request.device, &request.experiment.preset)?;
        let source = data::at_absolute_paths(&request.experiment.preset.data.source);
        // Before the data is opened: a change after this moment is noticed.
        let files = self.runs.as_ref().map(|_| data::fingerprints(&source)).transpose();
        let files = files.map_err(|error| error.to_string())?;
        let (training, place) = self.build(request, None, wish)?;
        keeper.learned = files.map(|files| Learned {
            source,
            files,
            offers: request.experiment.offers.clone(),
            preparation: data::preparation(&*training.splits().train),
        });
        Ok((training, place))
    }

    /// The training of a new run that goes on from the checkpoint of another, on the data that the other one learned from.
    fn branch(
        &self,
        branch: &Branch,
        request: &TrainRequest,
        keeper: &mut Keeper,
    ) -> Result<Prepared, String> {
        let parent = RunDirectory::open(Path::new(&branch.folder)).map_err(|error| error.to_string())?;
        let learned = parent.learned().map_err(|error| error.to_string())?;
        let checkpoint = parent.checkpoint(branch.step).map_err(|error| error.to_string())?;
        let epochs = request.experiment.preset.train.epochs;
        if let Some(problem) = past::trains_nothing(&parent, &checkpoint, epochs, !request.changes.is_empty())
        {
            return Err(format!("{problem}; train.epochs=+5 adds epochs, or begin at an earlier checkpoint"));
        }
        let wish = Wish::of_new_run(request.device, &request.experiment.preset)?;
        let placed = match &learned {
            Some(learned) => {
                let changes = check_own_data(learned, request.accept_changed_data, DATA_ELSEWHERE)?;
                changes.into_iter().for_each(|line| self.outbox.send(Event::Log(line)));
                keeper.learned = Some(learned.clone());
                self.build(request, Some(learned), wish)?
            }
            // The parent is of a version that did not keep it.
            None => self.begin(request, keeper)?,
        };
        let mut prepared = Prepared::new(placed, Vec::new());
        let Prepared { training, settings, .. } = &mut prepared;
        training.restore(checkpoint).map_err(|error| error.to_string())?;
        settings.settle(&mut **training)?;
        if !request.changes.is_empty() {
            training.extend();
        }
        let branched =
            Branched { run: parent.name(), step: training.step(), changes: request.changes.clone() };
        self.outbox.send(Event::Log(format!("branched from {branched}")));
        keeper.branched = Some(branched);
        Ok(prepared)
    }

    /// Opens a run to be looked at.
    fn open(&mut self, request: &OpenRequest) {
        self.model = None;
        self.inspector.forget();
        Buffer::release_pool();
        self.outbox.send(Event::Phase(Phase::Preparing));
        self.outbox.send(Event::Preparing(format!("opening a run of {}", request.experiment.preset.name)));
        match OpenRun::open(request) {
            Err(reason) => self.outbox.send(Event::Failed(format!("the run cannot be opened: {reason}"))),
            Ok(run) => {
                self.outbox.send(Event::Started(Box::new(info(&*run.training, &run.settings))));
                self.outbox.send(Event::Past(Box::new(run.past())));
                run.lines.iter().for_each(|line| self.outbox.send(Event::Log(line.clone())));
                self.outbox.send(Event::Finished(run.finish));
                self.outbox.send(Event::Opened(run.opened.clone()));
                self.model = Some(Model::Opened(Box::new(run)));
            }
        }
        self.outbox.send(Event::Phase(Phase::Idle));
    }

    /// Shows the network of the run that was opened at another checkpoint.
    fn go_to(&mut self, step: u64) -> Result<(), String> {
        let Some(Model::Opened(run)) = &mut self.model else {
            return Err("no run is open: Enter on the Runs screen opens one".into());
        };
        let gone = run.go_to(step);
        if gone.is_ok() {
            self.inspector.forget();
        }
        // Also where it stays as it was: who asked may have believed otherwise.
        self.outbox.send(Event::Opened(run.opened.clone()));
        gone
    }

    /// Runs the person's command that wants to know of the end, and logs how it failed.
    fn tell_command(&self, request: &TrainRequest, run: Option<&str>, outcome: &str, reason: &str) {
        let Some(command) = &request.on_end else { return };
        let variables = [
            ("TRAINYARD_PRESET", &*request.experiment.preset.name),
            ("TRAINYARD_RUN", run.unwrap_or_default()),
            ("TRAINYARD_OUTCOME", outcome),
            ("TRAINYARD_REASON", reason),
        ];
        if let Err(problem) = hook::run(command, &variables) {
            if let (Some(runs), Some(run)) = (&self.runs, run) {
                // Whoever listens hears it as well.
                let _ = log_file::add(&runs.join(run), &problem);
            }
            self.outbox.send(Event::CommandFailed(problem));
        }
    }

    /// Trains to the end; true when the worker is to end with it.
    fn train(&mut self, request: &TrainRequest) -> bool {
        self.model = None;
        self.inspector.forget();
        Buffer::release_pool();
        let since = Instant::now();
        self.outbox.send(Event::Phase(Phase::Preparing));
        self.outbox
            .send(Event::Preparing(format!("reading {}", request.experiment.preset.data.source.title())));
        let mut keeper = Keeper::new(self.runs.clone(), request, self.outbox.reporter());
        let Prepared { training: mut trainer, settings, place } = match self.prepare(request, &mut keeper) {
            Ok(prepared) => prepared,
            Err(reason) => {
                self.tell_command(request, None, "failed", &reason);
                self.outbox.send(Event::Failed(reason));
                self.outbox.send(Event::Phase(Phase::Idle));
                return false;
            }
        };
        let info = info(&*trainer, &settings);
        let steps_per_epoch = info.steps_per_epoch;
        self.outbox.send(Event::Started(Box::new(info)));
        let of_branch = request.branch.as_ref().map(|branch| &branch.folder);
        if let Some(folder) = request.resume.as_ref().or(of_branch) {
            let past = past::read(Path::new(folder), trainer.step(), steps_per_epoch);
            self.outbox.send(Event::Past(Box::new(past)));
        }
        keeper.begin(&*trainer, &place);
        let mut session = Session::new(
            &self.inbox,
            self.outbox,
            &mut self.inspector,
            &mut *trainer,
            keeper,
            settings,
            request,
        );
        let ended = session.run();
        let (shuts_down, epochs) = (session.is_ending, session.epochs);
        let samples_per_second = session.samples_per_second();
        let keeper = session.keeper;
        let run = keeper.run_name();
        match ended {
            Err(Failure { reason, diverged, is_of_device }) => {
                let way_on = keeper.way_on().filter(|_| is_of_device && place.is_gpu());
                let reason = way_on.map_or(reason.clone(), |way_on| format!("{reason}; {way_on}"));
                let closed = keeper.close(Status::Failed { reason: reason.clone(), diverged }, None);
                self.tell_unsaved(closed);
                self.tell_command(request, run.as_deref(), "failed", &reason);
                self.outbox.send(Event::Failed(reason));
            }
            Ok(End { outcome, test }) => {
                let steps = trainer.step();
                let status = match (outcome, &test) {
                    (Outcome::Completed | Outcome::StoppedEarly, Some(test)) => {
                        Status::Finished { steps, test_loss: test.loss, test_accuracy: test.accuracy }
                    }
                    (Outcome::Stopped, _) | (_, None) => Status::Stopped { steps },
                };
                // A listener that hears that the training has finished may rely on what is on disk.
                let closed = keeper.close(status, test.as_ref().map(|test| (test, steps)));
                self.tell_unsaved(closed);
                self.tell_command(request, run.as_deref(), outcome.word(), "");
                self.outbox.send(Event::Finished(Finish {
                    outcome,
                    test,
                    epochs,
                    steps,
                    samples_per_second,
                    seconds: since.elapsed().as_secs_f64(),
                }));
            }
        }
        self.outbox.send(Event::Phase(Phase::Idle));
        self.model = Some(Model::Trained(trainer));
        shuts_down
    }
}

/// A training, and the device that it is on.
type Placed = (Box<dyn Training>, Placement);

/// What a run's training further means, in lines.
fn extension_lines(request: &TrainRequest, training: &dyn Training) -> Vec<String> {
    let settings = &request.experiment.preset.train;
    let (epochs, rate) = (settings.epochs, training.learning_rate().effective());
    let mut lines = vec![format!("trained further, to epoch {epochs}: {}", request.changes.join(", "))];
    if settings.schedule.spans_training() {
        lines.push(format!(
            "the schedule runs over all {epochs} epochs; the next learning rate is {rate:.3e}"
        ));
    }
    if settings.early_stopping.is_some() {
        lines.push("early stopping starts anew, from the epochs that follow".into());
    }
    lines
}

/// A training that can begin, and its settings.
struct Prepared {
    training: Box<dyn Training>,
    settings: Settings,
    /// The device that it is on.
    place: Placement,
}

impl Prepared {
    /// A training with the settings of its preset, and the changes that were made before it was resumed.
    fn new((training, place): Placed, made: Vec<Steered>) -> Self {
        let settings = Settings::new(training.preset().clone(), made);
        Prepared { training, settings, place }
    }
}

/// Why a run cannot be resumed. What the system refuses is not the run's fault, so it is worth another try.
fn as_it_was(error: run::Error) -> String {
    match &error {
        run::Error::Io { .. } => format!("{error}; the run is unchanged: try again"),
        _ => error.to_string(),
    }
}

/// Gives the inspector a question; one that it overtakes is told so.
pub(super) fn ask(inspector: &mut Inspector, id: RequestId, question: Question, outbox: &Outbox) {
    if let Some(overtaken) = inspector.ask(id, question) {
        outbox.reply(overtaken, Reply::Overtaken);
    }
}

fn answer_all(inspector: &mut Inspector, trainer: &mut dyn Training, outbox: &Outbox) {
    while inspector.is_busy() {
        inspector.advance(trainer, true).into_iter().for_each(|(to, reply)| outbox.reply(to, reply));
    }
}

/// Writes the weights beside the runs, named after the preset and the step.
pub(super) fn save(trainer: &dyn Training) -> Reply {
    let (name, step) = (trainer.preset().name.clone(), trainer.step());
    let safe: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .take(64)
        .collect();
    let weights = match trainer.weights() {
        Ok(weights) => weights,
        Err(error) => return Reply::Refused(format!("not saved: {error}")),
    };
    let saved = runs_folder().and_then(|runs| {
        let folder = runs.parent().map_or_else(PathBuf::new, |home| home.join("weights"));
        let path = folder.join(format!("{safe}-step-{step:08}.safetensors"));
        save_tensors(&path, &weights).map(|()| path)
    });
    match saved {
        Ok(path) => Reply::Saved(path.display().to_string()),
        Err(error) => Reply::Refused(format!("not saved: {error}")),
    }
}

fn info(trainer: &dyn Training, settings: &Settings) -> RunInfo {
    let Extent { epochs, steps_per_epoch, steps, epoch_ends } = trainer.extent();
    let preset = settings.base().clone();
    RunInfo {
        steered: settings.applied().to_vec(),
        parameters: trainer.parameters(),
        samples: {
            let splits = trainer.splits();
            (splits.train.len(), splits.validation.len(), splits.test.len())
        },
        input_shape: trainer.splits().train.input_shape().to_vec(),
        steps_per_epoch,
        steps,
        epoch_ends,
        epochs,
        predicts_classes: trainer.predicts_classes(),
        learning_rate: trainer.learning_rate(),
        figures: trainer.figures(),
        phases: trainer.phases(),
        classes: trainer.splits().train.classes().to_vec(),
        device: trainer.device(),
        unit: unit(&preset, &*trainer.splits().train),
        preset,
    }
}

/// What errors are told in, where the network predicts real values of a table or rebuilds its inputs.
fn unit(preset: &Preset, samples: &dyn Dataset) -> Option<String> {
    let predicted = Predicted {
        label: samples.label(),
        columns: samples.columns(),
        are_classes: !samples.classes().is_empty(),
        scaled: samples.target_scales().len(),
        are_pixels: samples.are_pixels(),
    };
    Unit::of(preset, predicted).map(|unit| unit.to_string())
}

#[cfg(test)]
mod tests;
