//! One training, steered: commands in between its steps, reports after them.

use std::collections::VecDeque;
use std::time::Duration;

use super::channel::{Inbox, Outbox};
use super::engine::{ELSEWHERE, save};
use super::inspector::Inspector;
use super::keeper::Keeper;
use super::protocol::{Command, EpochReport, Event, Phase, StepReport};
use crate::train::{self, Ending, EpochSummary, Observer, StepSummary, Training, Verdict};

/// Why a training ended before its end.
pub(super) struct Failure {
    /// What went wrong.
    pub reason: String,
    /// The loss was no number any more.
    pub diverged: bool,
}

impl From<&train::Error> for Failure {
    fn from(error: &train::Error) -> Self {
        Failure { reason: error.to_string(), diverged: false }
    }
}

/// A learning rate is halved so often at most.
const HALVINGS: u32 = 10;

/// Trains to the end. When the loss is no number any more it says where that began and, where the preset says so, goes
/// back to the last good checkpoint with half the learning rate.
pub(super) fn run(trainer: &mut dyn Training, session: &mut Session<'_>) -> Result<Ending, Failure> {
    for halvings in 1..=HALVINGS + 1 {
        let error = match trainer.run(session) {
            Err(error @ train::Error::NotFinite { .. }) => error.to_string(),
            other => return other.map_err(|error| Failure::from(&error)),
        };
        let place = trainer.first_not_finite().map(|place| format!("; first no number: {place}"));
        let error = error + &place.unwrap_or_default();
        let Some(good) = session.keeper.good().filter(|_| halvings <= HALVINGS) else {
            return Err(Failure { reason: error, diverged: true });
        };
        session.say(error);
        trainer.restore(good).map_err(|error| Failure::from(&error))?;
        // The checkpoint has the rate of before all halvings.
        let rate = trainer.learning_rate() * 0.5_f64.powi(halvings.cast_signed());
        trainer.set_learning_rate(rate);
        session.say(format!("back to step {} with learning rate {rate:.3e}", trainer.step()));
    }
    Ok(Ending::Stopped)
}

/// One training, as the trainer's observer.
pub(super) struct Session<'a> {
    inbox: &'a Inbox,
    outbox: &'a Outbox,
    inspector: &'a mut Inspector,
    pub keeper: Keeper,
    is_paused: bool,
    /// Single steps that were asked for while paused.
    free_steps: u32,
    /// The worker is to end with this training.
    pub is_ending: bool,
    /// Samples and time of the last steps, for the throughput of late.
    recent: VecDeque<(u64, Duration)>,
    /// Samples and time of all steps.
    pub trained: (u64, Duration),
    /// Epochs done.
    pub epochs: u32,
}

/// Steps over which the throughput of late is taken.
const RECENT: usize = 50;

impl<'a> Session<'a> {
    pub(super) fn new(
        inbox: &'a Inbox,
        outbox: &'a Outbox,
        inspector: &'a mut Inspector,
        keeper: Keeper,
    ) -> Self {
        Session {
            inbox,
            outbox,
            inspector,
            keeper,
            is_paused: false,
            free_steps: 0,
            is_ending: false,
            recent: VecDeque::new(),
            trained: (0, Duration::ZERO),
            epochs: 0,
        }
    }
}

impl Session<'_> {
    fn obey(&mut self, command: Command, trainer: &mut dyn Training) -> Verdict {
        match command {
            Command::Pause if !self.is_paused => self.set_paused(true),
            Command::Resume if self.is_paused => self.set_paused(false),
            Command::Pause | Command::Resume => {}
            Command::Step => {
                if !self.is_paused {
                    self.set_paused(true);
                }
                self.free_steps += 1;
            }
            Command::SetLearningRate(rate) if rate.is_finite() && rate > 0.0 => {
                trainer.set_learning_rate(rate);
                self.say(format!("learning rate {rate:.3e} from step {}", trainer.step() + 1));
            }
            Command::SetLearningRate(rate) => {
                self.outbox.send(Event::Refused(format!("a learning rate of {rate} is not above zero")));
            }
            Command::Save if self.keeper.want() => {}
            Command::Save => save(trainer, self.outbox),
            Command::Inspect(question) => self.inspector.ask(question),
            Command::Start(_) | Command::Begin(_) => {
                self.outbox.send(Event::Refused("a training is in progress: stop it first".into()));
            }
            Command::Attach(_) => self.outbox.send(Event::Refused(ELSEWHERE.into())),
            Command::Stop => return Verdict::Stop,
            Command::Shutdown | Command::Detach => {
                self.is_ending = true;
                return Verdict::Stop;
            }
        }
        Verdict::Continue
    }

    /// A line for the log, the person's and the run's.
    fn say(&self, line: String) {
        self.keeper.line(&line);
        self.outbox.send(Event::Log(line));
    }

    fn set_paused(&mut self, paused: bool) {
        self.is_paused = paused;
        self.free_steps = 0;
        self.outbox.send(Event::Phase(if paused { Phase::Paused } else { Phase::Training }));
    }
}

impl Observer for Session<'_> {
    fn between_steps(&mut self, trainer: &mut dyn Training) -> Verdict {
        loop {
            while let Some(command) = self.inbox.poll() {
                if self.obey(command, trainer) == Verdict::Stop {
                    return Verdict::Stop;
                }
            }
            if self.inspector.is_busy() {
                match self.inspector.advance(trainer) {
                    Ok(answers) => {
                        answers
                            .into_iter()
                            .for_each(|answer| self.outbox.send(Event::Inspected(Box::new(answer))));
                    }
                    Err(error) => self.outbox.send(Event::Refused(error.to_string())),
                }
            }
            self.keeper.between_steps(trainer);
            if !self.is_paused {
                return Verdict::Continue;
            }
            if self.free_steps > 0 {
                self.free_steps -= 1;
                return Verdict::Continue;
            }
            if !self.inspector.is_busy() {
                let command = self.inbox.wait();
                if self.obey(command, trainer) == Verdict::Stop {
                    return Verdict::Stop;
                }
            }
        }
    }

    fn stepped(&mut self, step: &StepSummary) {
        self.recent.push_back((step.samples as u64, step.time));
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        self.trained.0 += step.samples as u64;
        self.trained.1 += step.time;
        let (samples, time) =
            self.recent.iter().fold((0, Duration::ZERO), |sum, x| (sum.0 + x.0, sum.1 + x.1));
        let samples_per_second = rate(samples, time);
        self.keeper.stepped(step, samples_per_second);
        self.outbox.send(Event::Step(StepReport {
            step: step.step,
            epoch: step.epoch,
            scores: step.scores,
            steps: 1,
            learning_rate: step.learning_rate,
            samples_per_second,
            seconds: self.trained.1.as_secs_f64(),
        }));
    }

    fn noted(&mut self, line: String) {
        self.say(line);
    }

    fn evaluating(&mut self) {
        self.outbox.send(Event::Phase(Phase::Evaluating));
    }

    fn epoch_ended(&mut self, epoch: &EpochSummary) {
        self.epochs = epoch.epoch;
        self.keeper.epoch_ended(epoch);
        self.outbox.send(Event::Epoch(Box::new(EpochReport {
            epoch: epoch.epoch,
            step: epoch.step,
            training: epoch.training,
            validation: epoch.validation,
            learning_rate: epoch.learning_rate,
            samples_per_second: rate(epoch.samples, epoch.time),
            seconds: epoch.time.as_secs_f64(),
        })));
        self.outbox.send(Event::Phase(if self.is_paused { Phase::Paused } else { Phase::Training }));
    }
}

/// Samples a second.
pub(super) fn rate(samples: u64, time: Duration) -> f64 {
    let seconds = time.as_secs_f64();
    if seconds > 0.0 { samples as f64 / seconds } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::engine::spawn_keeping;
    use super::super::protocol::{Finish, Order, Outcome, Past};
    use crate::preset::Preset;
    use crate::run::past::Courses;
    use crate::run::{RunDirectory, Status};
    use crate::worker::{Command, Event};

    /// A linear network whose loss grows at every step with a rate like this one, until it is no number.
    fn preset(rate: f64, on_nan: &str) -> Preset {
        ron::from_str(&format!(
            r#"(name: "steep", title: "", data: (source: diabetes, validation: 0.1),
                layers: [Dense(units: 8), Dense(units: 1)], loss: mean_squared_error,
                optimizer: SGD(learning_rate: {rate}), train: (epochs: 12, batch_size: 32, on_nan: {on_nan}))"#
        ))
        .unwrap()
    }

    /// What a training tells.
    #[derive(Default)]
    struct Told {
        lines: Vec<String>,
        failed: Option<String>,
        finish: Option<Finish>,
        past: Option<Past>,
    }

    fn train(runs: &std::path::Path, order: Order) -> Told {
        let (client, mut events) = spawn_keeping(runs.to_path_buf()).unwrap();
        client.send(Command::Begin(Box::new(order)));
        let mut told = Told::default();
        while let Some(event) = events.recv() {
            match event {
                Event::Log(line) => told.lines.push(line),
                Event::Failed(reason) => {
                    told.failed = Some(reason);
                    client.send(Command::Shutdown);
                }
                Event::Finished(finish) => {
                    told.finish = Some(finish);
                    client.send(Command::Shutdown);
                }
                Event::Past(past) => told.past = Some(*past),
                _ => {}
            }
        }
        told
    }

    fn only_run(runs: &std::path::Path) -> RunDirectory {
        let mut all = RunDirectory::list(runs).unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    #[test]
    fn a_loss_that_is_no_number_is_gone_back_from_with_half_the_rate_until_it_learns() {
        let runs = tempfile::tempdir().unwrap();
        let told = train(runs.path(), Order::new(preset(20.0, "halve_rate")));
        let finish = told.finish.expect("it recovers");
        assert_eq!((finish.outcome, finish.epochs), (Outcome::Completed, 12), "{:?}", told.lines);
        assert!(finish.test.loss.is_finite() && finish.test.loss < 2.0, "{}", finish.test.loss);
        let said =
            |words: &[&str]| told.lines.iter().any(|line| words.iter().all(|word| line.contains(word)));
        assert!(said(&["the loss became", "at step", "first no number", "dense"]), "{:?}", told.lines);
        assert!(said(&["back to step 0 with learning rate 1.000e1"]), "{:?}", told.lines);
        assert!(said(&["with learning rate 5.000e0"]), "{:?}", told.lines);
        let run = only_run(runs.path());
        assert!(matches!(run.manifest().unwrap().status, Status::Finished { .. }));
        // The curve is that of the training that learned, and nothing in it is no number.
        let courses = Courses::read(run.path(), u64::MAX);
        assert!(courses.course("loss/train").iter().all(|(_, loss)| loss.is_finite()));
    }

    #[test]
    fn a_run_that_diverged_is_gone_on_with_at_a_smaller_rate_and_shows_what_was_before() {
        let runs = tempfile::tempdir().unwrap();
        let told = train(runs.path(), Order::new(preset(20.0, "stop")));
        let reason = told.failed.expect("it cannot learn so");
        assert!(reason.contains("at step") && reason.contains("first no number"), "{reason}");
        let run = only_run(runs.path());
        assert_eq!(run.manifest().unwrap().status, Status::Failed { reason, diverged: true });

        let manifest = run.manifest().unwrap();
        let order = Order { learning_rate: Some(0.02), ..Order::resuming(&run, manifest) };
        let told = train(runs.path(), order);
        assert_eq!(told.failed, None);
        assert_eq!(told.finish.map(|finish| finish.outcome), Some(Outcome::Completed));
        let run = only_run(runs.path());
        assert!(matches!(run.manifest().unwrap().status, Status::Finished { .. }));
        assert!(told.past.is_some(), "{:?}", told.lines);
    }

    #[test]
    fn a_run_that_was_stopped_goes_on_with_its_whole_past() {
        let runs = tempfile::tempdir().unwrap();
        let (client, mut events) = spawn_keeping(runs.path().to_path_buf()).unwrap();
        let mut order = Order::new(preset(0.02, "stop"));
        order.preset.train.epochs = 100_000;
        client.send(Command::Begin(Box::new(order)));
        while !matches!(events.recv().unwrap(), Event::Epoch(report) if report.epoch == 3) {}
        client.send(Command::Stop);
        client.send(Command::Shutdown);
        while events.recv().is_some() {}
        let run = only_run(runs.path());
        let step = *run.checkpoints().last().unwrap();
        let mut order = Order::resuming(&run, run.manifest().unwrap());
        order.preset.train.epochs = 4;
        let past = train(runs.path(), order).past.expect("it has a past");
        assert!(
            past.epochs.len() >= 3 && past.epochs[2].epoch == 3 && past.epochs[2].seconds > 0.0,
            "{past:?}"
        );
        assert!(past.epochs[2].validation.is_some());
        // Of so long a training every fiftieth step is written down.
        let written: u64 = past.steps.iter().map(|report| u64::from(report.steps)).sum();
        assert!(written > 0 && written <= step && step - written < 50, "{written} of {step}");
    }
}
