//! One training, steered: it is pulled forward piece by piece, with commands and questions attended to in between.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::channel::{Inbox, Outbox};
use super::engine::{ELSEWHERE, ask, save};
use super::gauge::Gauge;
use super::inspector::Inspector;
use super::keeper::Keeper;
use super::protocol::{Command, Event, Phase, RateChange, Reply, Request};
use crate::data;
use crate::train::{
    self, EpochReport, LearningRate, Outcome, Progress, Scores, StepReport, Training, report,
};

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
/// The most times that the learning rate is halved.
const HALVINGS: u32 = 10;

/// One training, and what steers it.
pub(super) struct Session<'a> {
    inbox: &'a Inbox,
    outbox: &'a Outbox,
    inspector: &'a mut Inspector,
    training: &'a mut dyn Training,
    pub keeper: Keeper,
    phase: Phase,
    is_paused: bool,
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
    ) -> Self {
        Session {
            inbox,
            outbox,
            inspector,
            training,
            keeper,
            phase: Phase::Preparing,
            is_paused: false,
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
        if self.training.splits().test.is_empty() {
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
        self.set_phase(Phase::Training);
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
        loop {
            if self.attend() == Verdict::Stop {
                return Ok(Outcome::Stopped);
            }
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
        self.training.restore(good.checkpoint)?;
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
                self.outbox.send(Event::Usage(usage));
            }
            // What is kept of a step is from before any command that came after it.
            self.keeper.between_steps(self.training);
            while let Some(request) = self.inbox.poll() {
                if self.obey(request) == Verdict::Stop {
                    return Verdict::Stop;
                }
            }
            if self.inspector.is_busy() {
                let replies = self.inspector.advance(self.training);
                replies.into_iter().for_each(|(to, reply)| self.outbox.reply(to, reply));
            }
            if !self.is_paused || self.free_steps > 0 {
                return Verdict::GoOn;
            }
            if !self.inspector.is_busy() {
                let request = self.inbox.wait();
                if self.obey(request) == Verdict::Stop {
                    return Verdict::Stop;
                }
            }
        }
    }

    /// Carries a request out and replies to it; questions are replied to when they are answered.
    fn obey(&mut self, Request { id, command }: Request) -> Verdict {
        let (reply, verdict) = match command {
            // When the worker is ending there may be no listener left to let a paused training go on.
            Command::Pause | Command::Step if self.is_ending => {
                (Reply::Refused("the training is ending".into()), Verdict::GoOn)
            }
            Command::Pause if !self.is_paused => (self.set_paused(true), Verdict::GoOn),
            Command::Resume if self.is_paused => (self.set_paused(false), Verdict::GoOn),
            Command::Pause | Command::Resume => (Reply::Done, Verdict::GoOn),
            Command::Step => {
                if !self.is_paused {
                    self.set_paused(true);
                }
                self.free_steps += 1;
                (Reply::Done, Verdict::GoOn)
            }
            Command::ChangeRate(change) => (self.change_rate(change), Verdict::GoOn),
            // The checkpoint is told to all when it is on disk.
            Command::Save if self.keeper.want() => (Reply::Done, Verdict::GoOn),
            Command::Save => (save(self.training), Verdict::GoOn),
            Command::Inspect(question) => {
                ask(self.inspector, id, question, self.outbox);
                return Verdict::GoOn;
            }
            Command::Train(_) => {
                (Reply::Refused("a training is in progress: stop it first".into()), Verdict::GoOn)
            }
            Command::Attach(_) => (Reply::Refused(ELSEWHERE.into()), Verdict::GoOn),
            Command::Open(_) | Command::GoTo(_) => {
                (Reply::Refused("a training is in progress here".into()), Verdict::GoOn)
            }
            // A worker that several can look at settles this before.
            Command::TakeOver => (Reply::Done, Verdict::GoOn),
            Command::Stop => (Reply::Done, Verdict::Stop),
            Command::Shutdown | Command::Detach => {
                self.is_ending = true;
                (Reply::Done, Verdict::Stop)
            }
        };
        self.outbox.reply(id, reply);
        verdict
    }

    fn change_rate(&mut self, change: RateChange) -> Reply {
        let LearningRate { factor, .. } = self.training.learning_rate();
        let factor = match change {
            RateChange::Times(times) if times.is_finite() && times > 0.0 => Ok(factor * times),
            RateChange::Times(times) => Err(format!("a learning rate times {times} is not above zero")),
            RateChange::To(rate) => self.training.learning_rate().factor_for(rate),
        };
        match factor {
            Ok(factor) => {
                self.training.set_rate_factor(factor);
                let rate = self.training.learning_rate().effective();
                self.say(format!("learning rate {rate:.3e} from step {}", self.training.step() + 1));
                Reply::Done
            }
            Err(reason) => Reply::Refused(reason),
        }
    }

    /// A line for the log, the person's and the run's.
    fn say(&self, line: String) {
        self.keeper.line(&line);
        self.outbox.send(Event::Log(line));
    }

    fn set_paused(&mut self, paused: bool) -> Reply {
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
        let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64());
        self.outbox.send(Event::Step(StepReport { time, ..step }));
    }

    fn epoch_ended(&mut self, epoch: EpochReport) {
        self.epochs = epoch.epoch;
        self.keeper.epoch_ended(&epoch);
        self.outbox.send(Event::Epoch(Box::new(epoch)));
        self.set_phase(self.between_evaluations());
    }
}

#[cfg(test)]
mod tests {
    use super::super::engine::{spawn, spawn_keeping};
    use super::super::protocol::{
        Filter, Finish, Outcome, Past, Phase, Question, RateChange, Reply, TrainRequest,
    };
    use crate::preset::{Experiment, Preset};
    use crate::run::past::Curves;
    use crate::run::{RunDirectory, Status};
    use crate::worker::{Command, Event};

    /// A linear network whose loss grows at every step with a rate like this one, until it is not finite.
    fn experiment(rate: f64, on_nan: &str) -> Experiment {
        let preset: Preset = ron::from_str(&format!(
            r#"(name: "steep", title: "", data: (source: diabetes, validation: 0.1),
                layers: [Dense(units: 8), Dense(units: 1)], loss: mean_squared_error,
                optimizer: SGD(learning_rate: {rate}), train: (epochs: 12, batch_size: 32, on_nan: {on_nan}))"#
        ))
        .unwrap();
        preset.on_built_in_data()
    }

    /// What a training tells.
    #[derive(Default)]
    struct Told {
        lines: Vec<String>,
        failed: Option<String>,
        finish: Option<Finish>,
        past: Option<Past>,
    }

    fn train(runs: &std::path::Path, request: TrainRequest) -> Told {
        let (client, mut events) = spawn_keeping(runs.to_path_buf()).unwrap();
        client.send(Command::Train(Box::new(request)));
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
    fn a_loss_that_is_not_finite_is_gone_back_from_with_half_the_rate_until_it_learns() {
        let runs = tempfile::tempdir().unwrap();
        let told = train(runs.path(), TrainRequest::new(experiment(20.0, "halve_rate")));
        let finish = told.finish.expect("it recovers");
        assert_eq!((finish.outcome, finish.epochs), (Outcome::Completed, 12), "{:?}", told.lines);
        let loss = finish.test.unwrap().loss;
        assert!(loss.is_finite() && loss < 2.0, "{loss}");
        let said =
            |words: &[&str]| told.lines.iter().any(|line| words.iter().all(|word| line.contains(word)));
        assert!(said(&["the loss became", "at step", "first not finite", "dense"]), "{:?}", told.lines);
        assert!(said(&["back to step 0 with learning rate 1.000e1"]), "{:?}", told.lines);
        assert!(said(&["with learning rate 5.000e0"]), "{:?}", told.lines);
        let run = only_run(runs.path());
        assert!(matches!(run.manifest().unwrap().status, Status::Finished { .. }));
        // The curve is that of the training that learned, and everything in it is finite.
        let curves = Curves::read(run.path(), u64::MAX);
        assert!(curves.curve("loss/train").iter().all(|(_, loss)| loss.is_finite()));
    }

    /// An LSTM whose evaluations take many chunks.
    fn slow_to_evaluate() -> Experiment {
        let preset: Preset = ron::from_str(
            r#"(name: "slow", title: "", data: (source: mnist, train_samples: Some(100), validation: 0.1),
                layers: [Reshape(target_shape: [28, 28]), LSTM(units: 128), Dense(units: 10, activation: softmax)],
                loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 100))"#,
        )
        .unwrap();
        preset.on_built_in_data()
    }

    #[test]
    fn a_pause_a_question_and_a_stop_are_answered_in_the_middle_of_evaluations() {
        let runs = tempfile::tempdir().unwrap();
        let (client, mut events) = spawn_keeping(runs.path().to_path_buf()).unwrap();
        client.send(Command::Train(Box::new(TrainRequest::new(slow_to_evaluate()))));
        let until = |events: &mut crate::worker::Events, wanted: &dyn Fn(&Event) -> bool| loop {
            let event = events.recv().expect("the worker goes on");
            let is_epoch = matches!(event, Event::Epoch(_));
            if wanted(&event) {
                return;
            }
            assert!(!is_epoch, "the validation ended before the answer");
        };
        until(&mut events, &|event| *event == Event::Phase(Phase::Evaluating));
        client.send(Command::Pause);
        until(&mut events, &|event| *event == Event::Phase(Phase::Paused));
        client.send(Command::Inspect(Question::Sample { position: 0, filter: Filter::All }));
        until(&mut events, &|event| matches!(event, Event::Reply { reply: Reply::Inspected(_), .. }));
        client.send(Command::Resume);
        until(&mut events, &|event| *event == Event::Phase(Phase::Evaluating));
        until(&mut events, &|event| matches!(event, Event::Epoch(_)));
        // The test set's turn.
        until(&mut events, &|event| *event == Event::Phase(Phase::Evaluating));
        client.send(Command::Stop);
        client.send(Command::Shutdown);
        let mut finish = None;
        while let Some(event) = events.recv() {
            if let Event::Finished(end) = event {
                finish = Some(end);
            }
        }
        let finish = finish.expect("it ends in good order");
        assert_eq!((finish.outcome, finish.test), (Outcome::Stopped, None));
        assert!(matches!(only_run(runs.path()).manifest().unwrap().status, Status::Stopped { .. }));
    }

    /// A training that stops in the middle of its first step, which would last for years: the weights that it keeps.
    fn stopped_in_its_first_step(procedure: &str, loss: &str, layers: &str) -> Vec<crate::run::NamedTensor> {
        let preset: Preset = ron::from_str(&format!(
            r#"(name: "endless", title: "", data: (source: mnist, train_samples: Some(200), validation: 0),
                layers: [{layers}], loss: {loss}, optimizer: Adam(),
                train: (epochs: 1, batch_size: 50), procedure: {procedure})"#
        ))
        .unwrap();
        let runs = tempfile::tempdir().unwrap();
        let (client, mut events) = spawn_keeping(runs.path().to_path_buf()).unwrap();
        client.send(Command::Train(Box::new(TrainRequest::new(preset.on_built_in_data()))));
        while !matches!(events.recv().unwrap(), Event::Phase(Phase::Training)) {}
        // Time for the step to begin.
        std::thread::sleep(std::time::Duration::from_millis(300));
        client.send(Command::Shutdown);
        let mut finish = None;
        while let Some(event) = events.recv() {
            if let Event::Finished(end) = event {
                finish = Some(end);
            }
        }
        assert_eq!(finish.map(|finish| (finish.outcome, finish.steps)), Some((Outcome::Stopped, 0)));
        let run = only_run(runs.path());
        let weights = run.checkpoint_path(0).join(crate::run::checkpoint::WEIGHTS);
        crate::run::tensors::load_tensors(&weights).unwrap()
    }

    #[test]
    fn a_step_without_an_end_is_abandoned_by_the_first_command_that_ends_the_training() {
        stopped_in_its_first_step(
            "pretraining(method: rbm(gibbs_steps: 1000000000))",
            "categorical_crossentropy",
            "Flatten, Dense(units: 16, activation: sigmoid), Dense(units: 10, activation: softmax)",
        );
        let adversarial = |steps: u32| {
            let procedure = format!(
                "adversarial(latent: 3, discriminator_steps: {steps},
                 discriminator: [Flatten, Dense(units: 1, activation: sigmoid)])"
            );
            stopped_in_its_first_step(
                &procedure,
                "binary_crossentropy",
                "Dense(units: 784, activation: sigmoid)",
            )
        };
        // What was learned in the step is not kept: it was none.
        assert!(adversarial(1_000_000_000) == adversarial(2_000_000_000));
    }

    #[test]
    fn a_rate_is_halved_once_for_each_failure_whatever_was_saved_in_between() {
        let (client, mut events) = spawn().unwrap();
        let mut experiment = experiment(0.02, "halve_rate");
        experiment.preset.train.epochs = 100_000;
        client.send(Command::Train(Box::new(TrainRequest::new(experiment))));
        let (mut rates, mut epochs) = (Vec::new(), 0);
        while let Some(event) = events.recv() {
            match event {
                // Each time an epoch has been learned with the rate of before, it is made to fail.
                Event::Epoch(_) => {
                    epochs += 1;
                    if epochs == 2 {
                        client.send(Command::ChangeRate(RateChange::To(1e30)));
                    }
                }
                Event::Log(line) => {
                    if let Some((_, rate)) = line.split_once(" with learning rate ") {
                        rates.push(rate.parse::<f64>().unwrap());
                        epochs = 0;
                        if rates.len() == 3 {
                            client.send(Command::Shutdown);
                        }
                    }
                }
                _ => {}
            }
        }
        assert_eq!(rates, [0.01, 0.005, 0.0025]);
    }

    #[test]
    fn a_run_that_diverged_is_gone_on_with_at_a_smaller_rate_and_shows_what_was_before() {
        let runs = tempfile::tempdir().unwrap();
        let told = train(runs.path(), TrainRequest::new(experiment(20.0, "stop")));
        let reason = told.failed.expect("it cannot learn so");
        assert!(reason.contains("at step") && reason.contains("first not finite"), "{reason}");
        let run = only_run(runs.path());
        assert_eq!(run.manifest().unwrap().status, Status::Failed { reason, diverged: true });

        let manifest = run.manifest().unwrap();
        let request =
            TrainRequest::resuming(&run, &manifest, manifest.preset.clone().on_built_in_data()).unwrap();
        let told = train(runs.path(), TrainRequest { learning_rate: Some(0.02), ..request });
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
        let mut request = TrainRequest::new(experiment(0.02, "stop"));
        request.experiment.preset.train.epochs = 100_000;
        client.send(Command::Train(Box::new(request)));
        while !matches!(events.recv().unwrap(), Event::Epoch(report) if report.epoch == 6) {}
        client.send(Command::Stop);
        client.send(Command::Shutdown);
        while events.recv().is_some() {}
        let run = only_run(runs.path());
        let step = *run.checkpoints().unwrap().last().unwrap();
        let manifest = run.manifest().unwrap();
        let mut request =
            TrainRequest::resuming(&run, &manifest, manifest.preset.clone().on_built_in_data()).unwrap();
        request.experiment.preset.train.epochs = 4;
        let past = train(runs.path(), request).past.expect("it has a past");
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
