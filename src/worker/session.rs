//! One training, steered: it is pulled forward piece by piece, with commands and questions attended to in between.
//! `obey` carries the commands out, `back` goes back to checkpoints, `findings` looks for what goes wrong.

mod back;
mod findings;
mod obey;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::channel::{Inbox, Outbox};
use super::gauge::Gauge;
use super::inspector::Inspector;
use super::keeper::Keeper;
use super::protocol::{Drive, Event, Phase, Reply, TrainRequest};
use super::settings::Settings;
use crate::data;
use crate::train::{self, EpochReport, Outcome, Progress, Scores, StepReport, Training, report};
use findings::Watch;

/// Why a training ended before its end.
pub(super) struct Failure {
    /// What went wrong.
    pub reason: String,
    /// The loss was not finite.
    pub diverged: bool,
    /// It was the device that failed.
    pub is_of_device: bool,
}

impl From<train::Error> for Failure {
    fn from(error: train::Error) -> Self {
        Failure { reason: error.to_string(), diverged: false, is_of_device: error.is_of_device() }
    }
}

/// How a training ended.
pub(super) struct End {
    /// Why.
    pub outcome: Outcome,
    /// The scores on the test set; `None` where their evaluation was stopped.
    pub test: Option<Scores>,
}

/// The longest time that the evaluation of the test set may take once somebody has asked for the worker's end.
const PATIENCE: Duration = Duration::from_secs(10);
/// The time between two looks at whether the next step is due.
const LOOK: Duration = Duration::from_millis(4);
/// The most times that the learning rate is halved.
const HALVINGS: u32 = 10;

/// One training, and what steers it.
pub(super) struct Session<'a> {
    inbox: &'a Inbox,
    outbox: &'a Outbox,
    inspector: &'a mut Inspector,
    training: &'a mut dyn Training,
    pub keeper: Keeper,
    settings: Settings,
    phase: Phase,
    is_paused: bool,
    drive: Drive,
    watch: Watch,
    /// When the last step began.
    stepped_at: Instant,
    /// The epoch after which the training was to end is over.
    has_stopped: bool,
    /// The epoch after which it ends.
    until_epoch: Option<u32>,
    /// Single steps that were asked for while paused.
    free_steps: u32,
    /// The worker is to end with this training.
    pub is_ending: bool,
    /// How often the learning rate was halved.
    halvings: u32,
    /// Samples and seconds of all steps.
    samples: u64,
    seconds: f64,
    /// Epochs done.
    pub epochs: u32,
    gauge: Gauge,
}

/// What to do after the commands that waited have been carried out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Do the next piece of work.
    GoOn,
    /// End here, in good order.
    Stop,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        inbox: &'a Inbox,
        outbox: &'a Outbox,
        inspector: &'a mut Inspector,
        training: &'a mut dyn Training,
        keeper: Keeper,
        settings: Settings,
        request: &TrainRequest,
    ) -> Self {
        Session {
            inbox,
            outbox,
            inspector,
            training,
            keeper,
            settings,
            phase: Phase::Preparing,
            is_paused: request.starts_paused,
            drive: request.drive,
            watch: Watch::default(),
            stepped_at: Instant::now(),
            has_stopped: false,
            until_epoch: request.until_epoch,
            free_steps: 0,
            is_ending: false,
            halvings: 0,
            samples: 0,
            seconds: 0.0,
            epochs: 0,
            gauge: Gauge::begin(),
        }
    }

    /// Trains to the end, then evaluates the test set. A stop ends the training; a second one, the evaluation.
    pub(super) fn run(&mut self) -> Result<End, Failure> {
        let outcome = self.train()?;
        self.keeper.ended(self.training);
        // A training that others decide about before it goes on is not tested yet.
        let waits = outcome == Outcome::Stopped && self.until_epoch.is_some_and(|until| self.epochs >= until);
        if waits || self.training.splits().test.is_empty() {
            return Ok(End { outcome, test: None });
        }
        let test = self.test()?;
        // An evaluation that was stopped is made up for when the run is resumed.
        let outcome = if test.is_some() { outcome } else { Outcome::Stopped };
        Ok(End { outcome, test })
    }

    /// Training throughput over all steps.
    pub(super) fn samples_per_second(&self) -> f64 {
        report::rate(self.samples, self.seconds)
    }

    fn train(&mut self) -> Result<Outcome, Failure> {
        self.set_phase(self.between_evaluations());
        if self.drive != Drive::default() {
            self.outbox.send(Event::Drive(self.drive));
        }
        self.training.heed(self.inbox.interrupt().clone());
        let preset = self.training.preset();
        let told = data::notices(self.training.splits(), &preset.data, &preset.reading());
        let watches_training =
            preset.train.early_stopping.is_some() && self.training.splits().validation.is_empty();
        told.into_iter().for_each(|line| self.say(line));
        if watches_training {
            self.say(
                "early stopping goes by the scores of the training itself: no samples are held out".into(),
            );
        }
        self.look_at_data();
        loop {
            if self.attend() == Verdict::Stop || self.has_stopped {
                return Ok(Outcome::Stopped);
            }
            self.make_again();
            self.stepped_at = if self.is_due() { Instant::now() } else { self.stepped_at };
            self.watch_step();
            match self.training.advance() {
                Ok(Progress::Stepped(step)) => self.stepped(step),
                Ok(Progress::Validating) => self.set_phase(Phase::Evaluating),
                Ok(Progress::EpochEnded(epoch)) => self.epoch_ended(epoch),
                Ok(Progress::Noted(line)) => self.say(line),
                Ok(Progress::Done(outcome)) => return Ok(outcome),
                Err(error @ train::Error::NotFinite { .. }) => self.recover(&error)?,
                // The command is in the inbox; without one, the wish was from before, and the step is made again.
                Err(error) if error.is_interruption() => self.inbox.interrupt().lower(),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn test(&mut self) -> Result<Option<Scores>, Failure> {
        self.is_paused = false;
        self.set_phase(Phase::Evaluating);
        let since = Instant::now();
        loop {
            let takes_too_long = self.is_ending && since.elapsed() > PATIENCE;
            if self.attend() == Verdict::Stop || takes_too_long {
                return Ok(None);
            }
            if let Some(scores) = self.training.advance_test()? {
                return Ok(Some(scores));
            }
        }
    }

    /// After a loss that is not finite: says where that began and, where the preset says so, goes back to the last good
    /// checkpoint with half the learning rate.
    fn recover(&mut self, error: &train::Error) -> Result<(), Failure> {
        let place = self.training.first_not_finite();
        let place = place.map(|place| format!("; first not finite: {place}")).unwrap_or_default();
        let reason = format!("{error}{place}");
        let Some(good) = self.keeper.good().filter(|_| self.halvings < HALVINGS) else {
            return Err(Failure { reason, diverged: true, is_of_device: false });
        };
        self.say(reason);
        self.halvings += 1;
        let failed = self.training.learning_rate().factor;
        let step = good.checkpoint.step;
        // Rates that were set after it would undo the halving.
        self.settings.forget_rates_from(step);
        self.keeper.steered(self.settings.made(), None);
        let taken_up = self.settings.take_up(self.training, step);
        taken_up.map_err(|reason| Failure { reason, diverged: true, is_of_device: false })?;
        self.training.restore(good.checkpoint)?;
        self.look_again_from(step);
        // The checkpoint may be from before other halvings, or from before somebody raised the rate.
        let factor = failed.min(good.factor) * 0.5;
        self.training.set_rate_factor(factor);
        let rate = self.training.learning_rate().effective();
        self.say(format!("back to step {} with learning rate {rate:.3e}", self.training.step()));
        Ok(())
    }

    /// Obeys the commands that wait, answers questions, keeps the run; waits here while paused.
    fn attend(&mut self) -> Verdict {
        loop {
            if let Some(usage) = self.gauge.read(self.training) {
                self.outbox.send(Event::Usage(Box::new(usage)));
            }
            // What is kept of a step is from before any command that came after it.
            self.keeper.between_steps(self.training);
            while let Some(request) = self.inbox.poll() {
                if self.obey(request) == Verdict::Stop {
                    return Verdict::Stop;
                }
            }
            if self.inspector.is_busy() {
                let replies = self.inspector.advance(self.training, self.is_paused);
                replies.into_iter().for_each(|(to, reply)| self.outbox.reply(to, reply));
            }
            let is_held = self.is_paused && self.free_steps == 0;
            if !is_held && (self.is_due() || self.is_paused || self.has_stopped) {
                return Verdict::GoOn;
            }
            if self.inspector.is_busy() {
                continue;
            }
            let request = match is_held && !self.keeper.is_waiting() {
                true => Some(self.inbox.wait()),
                // A checkpoint waits for the one before, or the tempo for the next step.
                false => self.inbox.wait_for(LOOK),
            };
            if let Some(request) = request
                && self.obey(request) == Verdict::Stop
            {
                return Verdict::Stop;
            }
        }
    }

    /// Whether the next step may begin, at the tempo that is asked for.
    fn is_due(&self) -> bool {
        let pause = self.drive.steps_per_second.map_or(0.0, |steps| 1.0 / steps);
        self.stepped_at.elapsed().as_secs_f64() >= pause
    }

    /// A line for the log, the person's and the run's.
    fn say(&self, line: String) {
        self.keeper.line(&line);
        self.outbox.send(Event::Log(line));
    }

    pub(super) fn set_paused(&mut self, paused: bool) -> Reply {
        (self.is_paused, self.free_steps) = (paused, 0);
        self.set_phase(self.between_evaluations());
        Reply::Done
    }

    fn between_evaluations(&self) -> Phase {
        if self.is_paused { Phase::Paused } else { Phase::Training }
    }

    fn set_phase(&mut self, phase: Phase) {
        if self.phase != phase {
            self.phase = phase;
            self.outbox.send(Event::Phase(phase));
        }
    }

    fn stepped(&mut self, step: StepReport) {
        self.free_steps = self.free_steps.saturating_sub(1);
        (self.samples, self.seconds) = (self.samples + step.samples, self.seconds + step.seconds);
        self.keeper.stepped(&step);
        self.gauge.stepped(self.training.step_time());
        let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64());
        self.outbox.send(Event::Step(StepReport { time, ..step }));
        self.look_at_step(&step);
    }

    fn epoch_ended(&mut self, epoch: EpochReport) {
        self.epochs = epoch.epoch;
        let is_last = self.until_epoch.is_some_and(|until| epoch.epoch >= until);
        self.has_stopped = self.drive.stops_after_epoch || is_last;
        self.keeper.epoch_ended(&epoch);
        self.outbox.send(Event::Epoch(Box::new(epoch)));
        self.look_at_epoch(&epoch);
        self.set_phase(self.between_evaluations());
    }
}

#[cfg(test)]
mod steered;
#[cfg(test)]
mod tests;
