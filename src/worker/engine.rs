//! The worker's thread: takes commands, trains, reports.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::channel::{Client, Events, Inbox, Outbox, spawn_with};
use super::inspector::Inspector;
use super::keeper::Keeper;
use super::past;
use super::protocol::{Command, Event, Finish, Outcome, Phase, RunInfo, TrainRequest};
use super::session::{End, Failure, Session};
use crate::nn::buffer::Buffer;
use crate::nn::kernel::threads::Threads;
use crate::run::checkpoint::{load_tensors, save_tensors};
use crate::run::home::runs_folder;
use crate::run::{RunDirectory, Status};
use crate::train::{self, Training};

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
        let _pool = Threads::of_environment().pool().use_current_thread().build();
        Engine { inbox, outbox, runs, trained: None, inspector: Inspector::default() }.serve()
    })
}

/// A worker is not a bridge to another.
pub(super) const ELSEWHERE: &str = "other runs can only be looked at from the dashboard";

struct Engine<'a> {
    inbox: Inbox,
    outbox: &'a Outbox,
    /// Where runs are kept.
    runs: Option<PathBuf>,
    /// The last training, whose model can be looked at.
    trained: Option<Box<dyn Training>>,
    inspector: Inspector,
}

impl Engine<'_> {
    fn serve(mut self) {
        loop {
            match self.inbox.wait() {
                Command::Shutdown | Command::Detach => return,
                Command::Train(request) => {
                    if self.train(&request) {
                        return;
                    }
                }
                Command::Inspect(question) => match &mut self.trained {
                    None => self.outbox.send(Event::Refused("nothing has been trained yet".into())),
                    Some(trainer) => {
                        self.inspector.ask(question);
                        answer_all(&mut self.inspector, &mut **trainer, self.outbox);
                    }
                },
                Command::Save => match &self.trained {
                    None => self.outbox.send(Event::Refused("nothing has been trained yet".into())),
                    Some(trainer) => save(&**trainer, self.outbox),
                },
                Command::Attach(_) => self.outbox.send(Event::Refused(ELSEWHERE.into())),
                Command::Pause | Command::Resume | Command::Step | Command::Stop | Command::ChangeRate(_) => {
                    self.outbox.send(Event::Refused("nothing is being trained".into()));
                }
            }
        }
    }

    /// Opens the data, builds the networks and, for a run that is to go on, takes up its newest checkpoint.
    fn prepare(&self, request: &TrainRequest, keeper: &mut Keeper) -> Result<Box<dyn Training>, String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let resumed = request.resume.as_ref().map(|folder| {
            RunDirectory::open(Path::new(folder)).and_then(|run| keeper.reopen(run)).map_err(|e| said(&e))
        });
        let checkpoint = resumed.transpose()?.flatten();
        let mut trainer =
            train::prepare(&request.experiment, request.device).map_err(|error| said(&error))?;
        if let Some(file) = &request.init_from {
            let weights = load_tensors(Path::new(file)).map_err(|error| said(&error))?;
            let loaded = trainer.load(weights).map_err(|error| said(&error))?;
            loaded.lines(file).into_iter().for_each(|line| self.outbox.send(Event::Log(line)));
        }
        if request.freeze > 0 {
            let frozen = trainer.freeze(request.freeze);
            self.outbox.send(Event::Log(format!("not trained: {}", frozen.join(", "))));
        }
        if let Some(checkpoint) = checkpoint {
            trainer.restore(checkpoint).map_err(|error| said(&error))?;
            self.outbox.send(Event::Log(format!("goes on from step {}", trainer.step())));
        }
        if let Some(rate) = request.learning_rate {
            trainer.set_rate_factor(trainer.learning_rate().factor_for(rate)?);
        }
        Ok(trainer)
    }

    /// Trains to the end; true when the worker is to end with it.
    fn train(&mut self, request: &TrainRequest) -> bool {
        self.trained = None;
        self.inspector.forget();
        Buffer::release_pool();
        let since = Instant::now();
        self.outbox.send(Event::Phase(Phase::Preparing));
        self.outbox
            .send(Event::Preparing(format!("reading {}", request.experiment.preset.data.source.title())));
        let mut keeper = Keeper::new(self.runs.clone(), request, self.outbox.reporter());
        let mut trainer = match self.prepare(request, &mut keeper) {
            Ok(trainer) => trainer,
            Err(reason) => {
                self.outbox.send(Event::Failed(reason));
                self.outbox.send(Event::Phase(Phase::Idle));
                return false;
            }
        };
        let info = info(&*trainer);
        let device = info.device.clone();
        let steps_per_epoch = info.steps_per_epoch;
        self.outbox.send(Event::Started(Box::new(info)));
        if let Some(folder) = &request.resume {
            let past = past::read(Path::new(folder), trainer.step(), steps_per_epoch);
            self.outbox.send(Event::Past(Box::new(past)));
        }
        keeper.begin(&*trainer, &device);
        keeper.line(&format!("trains on {device} from step {}", trainer.step()));
        let mut session = Session::new(&self.inbox, self.outbox, &mut self.inspector, &mut *trainer, keeper);
        let ended = session.run();
        let (shuts_down, epochs) = (session.is_ending, session.epochs);
        let samples_per_second = session.samples_per_second();
        let keeper = session.keeper;
        match ended {
            Err(Failure { reason, diverged }) => {
                keeper.close(Status::Failed { reason: reason.clone(), diverged }, None);
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
                // Who hears that it has finished may rely on what is on disk.
                keeper.close(status, test.as_ref().map(|test| (test, steps)));
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
        self.trained = Some(trainer);
        shuts_down
    }
}

fn answer_all(inspector: &mut Inspector, trainer: &mut dyn Training, outbox: &Outbox) {
    while inspector.is_busy() {
        match inspector.advance(trainer) {
            Ok(answers) => {
                answers.into_iter().for_each(|answer| outbox.send(Event::Inspected(Box::new(answer))))
            }
            Err(error) => {
                inspector.forget();
                return outbox.send(Event::Refused(error.to_string()));
            }
        }
    }
}

/// Writes the weights beside the runs, named after the preset and the step.
pub(super) fn save(trainer: &dyn Training, outbox: &Outbox) {
    let (name, step) = (trainer.preset().name.clone(), trainer.step());
    let safe: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .take(64)
        .collect();
    let weights = trainer.weights();
    let saved = runs_folder().and_then(|runs| {
        let folder = runs.parent().map_or_else(PathBuf::new, |home| home.join("weights"));
        let path = folder.join(format!("{safe}-step-{step:08}.safetensors"));
        save_tensors(&path, &weights).map(|()| path)
    });
    outbox.send(match saved {
        Ok(path) => Event::Saved(path.display().to_string()),
        Err(error) => Event::Refused(format!("not saved: {error}")),
    });
}

fn info(trainer: &dyn Training) -> RunInfo {
    let steps_per_epoch = trainer.steps_per_epoch();
    let preset = trainer.preset().clone();
    RunInfo {
        parameters: trainer.parameters(),
        samples: {
            let splits = trainer.splits();
            (splits.train.len(), splits.validation.len(), splits.test.len())
        },
        input_shape: trainer.splits().train.input_shape().to_vec(),
        steps_per_epoch,
        steps: trainer.steps(),
        epochs: trainer.epochs(),
        predicts_classes: trainer.predicts_classes(),
        learning_rate: trainer.learning_rate(),
        figures: trainer.figures(),
        classes: trainer.splits().train.classes().to_vec(),
        device: trainer.device(),
        preset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::Preset;
    use crate::worker::protocol::{Filter, Inspection, Question};

    fn preset() -> Preset {
        ron::from_str(
            r#"(name: "small", title: "", data: (source: mnist, train_samples: Some(1000)),
                layers: [Flatten, Dense(units: 10, activation: softmax)],
                loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 50, batch_size: 50))"#,
        )
        .unwrap()
    }

    fn train(preset: Preset) -> Command {
        Command::Train(Box::new(TrainRequest::new(preset.on_built_in_data())))
    }

    #[test]
    fn a_person_pauses_steps_inspects_and_stops() {
        let (client, mut events) = spawn().unwrap();
        client.send(train(preset()));
        client.send(Command::Pause);
        client.send(Command::Step);
        client.send(Command::Inspect(Question::Sample { position: -1, filter: Filter::All }));
        client.send(Command::Inspect(Question::Confusion));
        let mut seen = Vec::new();
        while seen.len() < 2 {
            match events.recv().unwrap() {
                Event::Inspected(answer) => seen.push(*answer),
                Event::Failed(reason) | Event::Refused(reason) => panic!("{reason}"),
                _ => {}
            }
        }
        let Inspection::Sample(sample) = &seen[0] else { panic!("{:?}", seen[0]) };
        assert_eq!((sample.index, sample.of, sample.input.len()), (9_999, 10_000, 784));
        let Inspection::Confusion(confusion) = &seen[1] else { panic!("{:?}", seen[1]) };
        assert_eq!(confusion.counts.iter().flatten().sum::<u32>(), 10_000);
        client.send(Command::Stop);
        let finish = loop {
            if let Event::Finished(finish) = events.recv().unwrap() {
                break finish;
            }
        };
        assert_eq!((finish.outcome, finish.epochs), (Outcome::Stopped, 0));
        assert!(finish.steps <= 1);
        client.send(Command::Inspect(Question::Sample { position: 0, filter: Filter::Wrong }));
        client.send(Command::Shutdown);
        let mut answered = false;
        while let Some(event) = events.recv() {
            answered |= matches!(event, Event::Inspected(_));
        }
        assert!(answered);
    }

    #[test]
    fn a_generator_is_not_asked_for_classes_and_draws_its_figures() {
        let preset: Preset = ron::from_str(
            r#"(name: "pair", title: "", data: (source: mnist, train_samples: Some(200), validation: 0),
                layers: [Dense(units: 784, activation: sigmoid)], loss: binary_crossentropy,
                optimizer: Adam(), train: (epochs: 1, batch_size: 50),
                procedure: adversarial(latent: 3, discriminator: [Flatten, Dense(units: 1, activation: sigmoid)]))"#,
        )
        .unwrap();
        let (client, mut events) = spawn().unwrap();
        client.send(train(preset));
        while !matches!(events.recv().unwrap(), Event::Finished(_)) {}
        for question in [
            Question::Confusion,
            Question::Sample { position: 0, filter: Filter::Wrong },
            Question::Figure { name: "samples".into(), at: crate::train::Controls::default() },
        ] {
            client.send(Command::Inspect(question));
        }
        client.send(Command::Shutdown);
        let (mut nothing, mut figures) = (0, 0);
        while let Some(event) = events.recv() {
            match event {
                Event::Inspected(answer) => match *answer {
                    Inspection::Nothing(_) => nothing += 1,
                    Inspection::Figure { figure, .. } => figures += usize::from(!figure.panels.is_empty()),
                    other => panic!("{other:?}"),
                },
                Event::Failed(reason) => panic!("{reason}"),
                _ => {}
            }
        }
        assert_eq!((nothing, figures), (2, 1));
    }

    #[test]
    fn commands_that_make_no_sense_are_refused_and_harm_nothing() {
        let (client, mut events) = spawn().unwrap();
        client.send(Command::Pause);
        client.send(Command::Inspect(Question::Confusion));
        client.send(Command::Shutdown);
        let refusals =
            std::iter::from_fn(|| events.recv()).filter(|event| matches!(event, Event::Refused(_))).count();
        assert_eq!(refusals, 2);
    }
}
