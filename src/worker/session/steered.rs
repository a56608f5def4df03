//! Settings that are changed while a network trains.

use std::collections::VecDeque;
use std::path::Path;

use crate::preset::{Assignment, Preset};
use crate::run::{Manifest, RunDirectory, Status, Steered};
use crate::worker::engine::spawn_keeping;
use crate::worker::protocol::{
    Branch, Drive, GoBack, Inspection, Outcome, Phase, Question, Reply, TrainRequest,
};
use crate::worker::{Client, Command, Event, Events};

/// A preset with every setting that can be changed, six steps an epoch.
fn preset(optimizer: &str) -> Preset {
    ron::from_str(&format!(
        r#"(name: "steered", title: "", data: (source: mnist, train_samples: Some(400), validation: 0.1, augment: (noise: 0.1)),
            layers: [Flatten, Dense(units: 12, activation: relu), Dropout(rate: 0.3), Dense(units: 10, activation: softmax)],
            loss: categorical_crossentropy, optimizer: {optimizer},
            train: (epochs: 4, batch_size: 70, schedule: cosine()))"#
    ))
    .unwrap()
}

fn assignment(path: &str, value: &str) -> Assignment {
    Assignment { path: path.into(), value: value.into() }
}

/// A worker that trains and keeps runs.
struct Worker {
    client: Client,
    events: Events,
    seen: VecDeque<Event>,
    /// Steps done.
    done: u64,
}

impl Worker {
    fn train(runs: &Path, request: TrainRequest) -> Self {
        let (client, events) = spawn_keeping(runs.to_path_buf()).unwrap();
        client.send(Command::Train(Box::new(request)));
        Worker { client, events, seen: VecDeque::new(), done: 0 }
    }

    /// Waits for the first event of which `take` makes something.
    fn wait<T>(&mut self, take: impl Fn(&Event) -> Option<T>) -> T {
        loop {
            let event = self.events.recv().expect("it lives");
            let taken = take(&event);
            self.seen.push_back(event);
            if let Some(taken) = taken {
                return taken;
            }
        }
    }

    /// Makes steps, one at a time, until so many are done.
    fn step_to(&mut self, step: u64) {
        while self.done < step {
            self.client.send(Command::Step);
            self.done = self.wait(|event| match event {
                Event::Step(report) => Some(report.step),
                _ => None,
            });
        }
    }

    fn ask(&mut self, command: Command) -> Reply {
        let id = self.client.send(command);
        self.wait(|event| match event {
            Event::Reply { to, reply } if *to == id => Some(reply.clone()),
            _ => None,
        })
    }

    fn steer(&mut self, path: &str, value: &str) -> Reply {
        self.ask(Command::Steer(assignment(path, value)))
    }

    /// Trains to the end, and ends.
    fn finish(mut self) -> VecDeque<Event> {
        self.client.send(Command::Resume);
        self.wait(|event| matches!(event, Event::Finished(_)).then_some(()));
        self.client.send(Command::Shutdown);
        while let Some(event) = self.events.recv() {
            self.seen.push_back(event);
        }
        self.seen
    }
}

fn only_run(runs: &Path) -> RunDirectory {
    RunDirectory::list(runs).unwrap().remove(0)
}

/// The bits of weights and optimizer at the end of a run, and its last step.
fn end(run: &RunDirectory) -> (u64, Vec<u32>) {
    let (checkpoint, _) = run.newest_whole(None).unwrap();
    let checkpoint = checkpoint.unwrap();
    let tensors = checkpoint.weights.iter().chain(&checkpoint.optimizer);
    (checkpoint.step, tensors.flat_map(|tensor| tensor.values.iter().map(|x| x.to_bits())).collect())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&from, &to);
        } else if kind.is_file() {
            std::fs::copy(&from, &to).unwrap();
        }
    }
}

/// Trains with these changes, each after so many steps, and again from a checkpoint after `kept` steps as if the process had
/// been killed after the last change; both runs must end with the same bits.
fn assert_resumes(preset: &Preset, changes: &[(u64, &str, &str)], kept: u64) -> Vec<Steered> {
    let runs = tempfile::tempdir().unwrap();
    let killed = tempfile::tempdir().unwrap();
    let request = TrainRequest::new(preset.clone().on_built_in_data());
    let mut worker = Worker::train(runs.path(), TrainRequest { checkpoint_seconds: 1e9, ..request });
    let copied = |runs: &Path| killed.path().join(only_run(runs).name());
    let mut is_kept = false;
    for (step, path, value) in changes {
        if *step > kept && !is_kept {
            worker.step_to(kept);
            assert_eq!(worker.ask(Command::Save), Reply::Done);
            let is_saved =
                |event: &Event| matches!(event, Event::Checkpoint { step } if *step == kept).then_some(());
            // The end of an epoch has saved it already.
            if !worker.seen.iter().any(|event| is_saved(event).is_some()) {
                worker.wait(is_saved);
            }
            copy(only_run(runs.path()).path(), &copied(runs.path()));
            is_kept = true;
        }
        worker.step_to(*step);
        assert_eq!(worker.steer(path, value), Reply::Done, "{path}");
    }
    worker.finish();
    let run = only_run(runs.path());
    let manifest = Manifest::load(run.path()).unwrap();
    let (steps, bits) = end(&run);

    let begun = Manifest { status: Status::Running, best: None, ..manifest.clone() };
    begun.save(&copied(runs.path())).unwrap();
    let resumed = only_run(killed.path());
    let request = TrainRequest::resuming(&resumed, &begun, preset.clone().on_built_in_data()).unwrap();
    let told = Worker::train(killed.path(), request).finish();
    let again =
        told.iter().filter(|event| matches!(event, Event::Steered(change) if change.is_again)).count();
    assert_eq!(again, changes.iter().filter(|(step, ..)| *step >= kept).count());
    let resumed = end(&resumed);
    assert_eq!(resumed.0, steps);
    assert!(resumed.1 == bits, "other bits than the run that nobody killed");
    manifest.steered
}

#[test]
fn a_run_whose_settings_were_changed_is_resumed_to_the_same_bits() {
    let changes = [
        (2, "layers[2].rate", "0.5"),
        (4, "train.batch_size", "30"),
        (5, "optimizer.learning_rate", "0.004"),
        (8, "train.clip.norm", "0.5"),
        (8, "optimizer.weight_decay", "0.1"),
        (9, "train.batch_size", "45"),
        (9, "loss_options.label_smoothing", "0.2"),
        (11, "data.augment", "off"),
        (12, "optimizer.beta_1", "0.5"),
        (13, "train.epochs", "5"),
    ];
    let adam = preset("AdamW(learning_rate: 0.01)");
    let steered = assert_resumes(&adam, &changes, 7);
    let told: Vec<(u64, &str, &str)> =
        steered.iter().map(|one| (one.step, one.path.as_str(), one.value.as_str())).collect();
    let off = |value| if value == "off" { "false" } else { value };
    assert_eq!(told, changes.map(|(step, path, value)| (step, path, off(value))));
    // In the middle of the changes of one step.
    assert_resumes(&adam, &changes, 8);
    assert_resumes(&adam, &changes, 12);
}

#[test]
fn momentum_that_begins_while_it_trains_is_resumed_to_the_same_bits() {
    let changes = [(3, "optimizer.momentum", "0.9"), (9, "optimizer.momentum", "0")];
    for kept in [2, 5] {
        assert_resumes(&preset("SGD(learning_rate: 0.05)"), &changes, kept);
    }
}

#[test]
fn every_sample_is_read_once_an_epoch_whatever_the_batch_size_becomes() {
    let runs = tempfile::tempdir().unwrap();
    let request = TrainRequest::new(preset("SGD()").on_built_in_data());
    let mut worker = Worker::train(runs.path(), request);
    worker.step_to(2);
    assert_eq!(worker.steer("train.batch_size", "40"), Reply::Done);
    // It is told before the reply.
    let extent = worker.seen.iter().find_map(|event| match event {
        Event::Steered(change) => Some(change.extent),
        _ => None,
    });
    let extent = extent.unwrap();
    // 400 samples: two steps of 70 are done, and 260 samples are left: seven steps of 40, then three epochs of ten.
    assert_eq!((extent.epoch_ends, extent.steps_per_epoch, extent.steps), (2 + 7, 10, 2 + 7 + 3 * 10));
    let told = worker.finish();
    let epochs = told.iter().filter_map(|event| match event {
        Event::Epoch(report) => Some((report.samples, report.step)),
        _ => None,
    });
    assert_eq!(epochs.collect::<Vec<_>>(), [(400, 9), (400, 19), (400, 29), (400, 39)]);
    // The schedule ends where the training does.
    let last = told.iter().rev().find_map(|event| match event {
        Event::Step(report) => Some(report.learning_rate.schedule_factor()),
        _ => None,
    });
    assert!(last.unwrap() < 0.01, "{last:?}");
}

#[test]
fn what_cannot_be_changed_is_refused_and_nothing_is_written_down() {
    let runs = tempfile::tempdir().unwrap();
    let request = TrainRequest::new(preset("SGD()").on_built_in_data());
    let mut worker = Worker::train(runs.path(), request);
    worker.step_to(8);
    for (path, value, words) in [
        ("layers[2].rate", "1.5", "takes a number from 0 to below 1"),
        ("layers[1].units", "5", "cannot be changed"),
        ("train.epochs", "1", "epoch 2 is in progress"),
        ("optimizer.learning_rate", "-1", "above 0"),
    ] {
        let Reply::Refused(why) = worker.steer(path, value) else { panic!("{path} {value}") };
        assert!(why.contains(words), "{why}");
    }
    // A value that it has already is no change.
    assert_eq!(worker.steer("train.batch_size", "70"), Reply::Done);
    let told = worker.finish();
    assert!(!told.iter().any(|event| matches!(event, Event::Steered(_))));
    assert!(Manifest::load(only_run(runs.path()).path()).unwrap().steered.is_empty());
}

#[test]
fn a_training_that_goes_back_trains_as_it_did_from_that_checkpoint() {
    let runs = tempfile::tempdir().unwrap();
    let sgd = preset("SGD(learning_rate: 0.05)");
    let untouched = {
        let worker = Worker::train(runs.path(), TrainRequest::new(sgd.clone().on_built_in_data()));
        worker.finish();
        end(&only_run(runs.path()))
    };
    let runs = tempfile::tempdir().unwrap();
    let request = TrainRequest { checkpoint_seconds: 1e9, ..TrainRequest::new(sgd.on_built_in_data()) };
    let mut worker = Worker::train(runs.path(), request);
    let there_is_none = worker.ask(Command::GoBack(GoBack::default()));
    assert!(
        matches!(&there_is_none, Reply::Refused(why) if why.contains("no checkpoint before step 0")),
        "{there_is_none:?}"
    );
    worker.step_to(8);
    // What is changed after the checkpoint of the first epoch no longer holds behind it.
    assert_eq!(worker.steer("train.batch_size", "20"), Reply::Done);
    assert_eq!(worker.steer("optimizer.momentum", "0.9"), Reply::Done);
    worker.step_to(15);
    let Reply::Refused(why) = worker.ask(Command::GoBack(GoBack { step: Some(7), halves_rate: false }))
    else {
        panic!("there is no such checkpoint")
    };
    assert!(why.contains("there is no checkpoint of step 7; there are: 6"), "{why}");
    assert_eq!(worker.ask(Command::GoBack(GoBack { step: Some(6), halves_rate: false })), Reply::Done);
    let told = worker.finish();
    assert!(told.iter().any(|event| matches!(event, Event::WentBack(back) if back.step == 6)));
    let run = only_run(runs.path());
    assert!(end(&run) == untouched, "other bits than the training that never left its way");
    assert!(Manifest::load(run.path()).unwrap().steered.is_empty());
}

#[test]
fn half_the_rate_behind_a_checkpoint_is_kept_when_the_run_is_resumed() {
    let runs = tempfile::tempdir().unwrap();
    let request = TrainRequest::new(preset("SGD(learning_rate: 0.05)").on_built_in_data());
    let mut worker = Worker::train(runs.path(), TrainRequest { checkpoint_seconds: 1e9, ..request });
    worker.step_to(10);
    assert_eq!(worker.ask(Command::GoBack(GoBack { step: None, halves_rate: true })), Reply::Done);
    worker.finish();
    let steered = Manifest::load(only_run(runs.path()).path()).unwrap().steered;
    let [halved] = &steered[..] else { panic!("{steered:?}") };
    let [before, value] = [&halved.before, &halved.value].map(|rate| rate.parse::<f64>().unwrap());
    assert_eq!((halved.step, value), (6, before * 0.5));
}

#[test]
fn a_training_ends_after_the_epoch_where_that_is_asked_for_and_can_go_on() {
    let runs = tempfile::tempdir().unwrap();
    let request = TrainRequest::new(preset("SGD()").on_built_in_data());
    let mut worker = Worker::train(runs.path(), request);
    worker.step_to(2);
    assert_eq!(worker.ask(Command::StopAfterEpoch(true)), Reply::Done);
    let told = worker.finish();
    let finish = told.iter().find_map(|event| match event {
        Event::Finished(finish) => Some(*finish),
        _ => None,
    });
    let finish = finish.unwrap();
    assert_eq!((finish.outcome, finish.steps, finish.epochs), (Outcome::Stopped, 6, 1));
    let status = Manifest::load(only_run(runs.path()).path()).unwrap().status;
    assert_eq!(status, Status::Stopped { steps: 6 });
}

#[test]
fn a_tempo_changes_no_bit_and_no_more_steps_are_made_than_it_says() {
    let runs = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let slow = preset("SGD()");
    let ends = [(&runs[0], None), (&runs[1], Some(100.0))].map(|(runs, steps_per_second)| {
        let drive = Drive { steps_per_second, ..Drive::default() };
        let request = TrainRequest { drive, ..TrainRequest::new(slow.clone().on_built_in_data()) };
        let since = std::time::Instant::now();
        Worker::train(runs.path(), request).finish();
        (end(&only_run(runs.path())), since.elapsed().as_secs_f64())
    });
    assert!(ends[0].0 == ends[1].0);
    // 24 steps, 23 pauses between them.
    assert!(ends[1].1 >= 0.23, "{}", ends[1].1);
}

#[test]
fn a_training_that_starts_paused_makes_no_step_by_itself() {
    let runs = tempfile::tempdir().unwrap();
    let request = TrainRequest::new(preset("SGD()").on_built_in_data());
    let mut worker = Worker::train(runs.path(), TrainRequest { starts_paused: true, ..request });
    worker.wait(|event| matches!(event, Event::Phase(Phase::Paused)).then_some(()));
    worker.step_to(1);
    let steps = worker.finish().iter().filter(|event| matches!(event, Event::Step(_))).count();
    assert!(steps >= 2);
}

/// Two classes that few units learn, four steps an epoch.
fn xor() -> Preset {
    ron::from_str(
        r#"(name: "xor", title: "", data: (source: logic(gate: xor, noise: 0.1, samples: 400), labels: binary, validation: 0.0),
            layers: [Dense(units: 8, activation: tanh), Dense(units: 1, activation: sigmoid)],
            loss: binary_crossentropy, optimizer: Adam(learning_rate: 0.05), train: (epochs: 60, batch_size: 100))"#,
    )
    .unwrap()
}

/// The step whose model the matrix is of.
fn counted_at(worker: &mut Worker) -> u64 {
    match worker.ask(Command::Inspect(Question::Confusion)) {
        Reply::Inspected(answer) => match *answer {
            Inspection::Confusion(confusion) => confusion.step,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_counted_is_of_the_newest_step_while_a_training_holds_and_about_so_while_it_is_slow() {
    let runs = tempfile::tempdir().unwrap();
    let drive = Drive { steps_per_second: Some(50.0), ..Drive::default() };
    let request = TrainRequest { starts_paused: true, drive, ..TrainRequest::new(xor().on_built_in_data()) };
    let mut worker = Worker::train(runs.path(), request);
    for step in [1, 2, 3, 7] {
        worker.step_to(step);
        assert_eq!(counted_at(&mut worker), step);
    }
    worker.client.send(Command::Resume);
    let step = worker.wait(|event| match event {
        Event::Step(report) if report.step >= 40 => Some(report.step),
        _ => None,
    });
    let counted = counted_at(&mut worker);
    assert!(counted > 7 && counted + 25 >= step, "{counted} at step {step}");
    worker.client.send(Command::Shutdown);
}

#[test]
fn a_loss_that_somebody_makes_another_accuses_the_rate_of_nothing() {
    let runs = tempfile::tempdir().unwrap();
    let request = TrainRequest { starts_paused: true, ..TrainRequest::new(xor().on_built_in_data()) };
    let mut worker = Worker::train(runs.path(), request);
    worker.step_to(126);
    assert_eq!(worker.steer("loss_options.label_smoothing", "0.3"), Reply::Done);
    let seen = worker.finish();
    let epochs = seen.iter().filter_map(|event| match event {
        Event::Epoch(report) => Some(report.training.loss),
        _ => None,
    });
    let losses: Vec<f64> = epochs.collect();
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    // The rule's own threshold, or this test would show nothing.
    assert!(losses.last().is_some_and(|last| *last > 2.0 * least), "{losses:?}");
    assert!(!seen.iter().any(|event| matches!(event, Event::Found(_))), "{seen:?}");
}

#[test]
fn a_branch_goes_on_from_a_checkpoint_of_another_run_and_leaves_that_as_it_is() {
    let runs = tempfile::tempdir().unwrap();
    let begun = preset("SGD(learning_rate: 0.05)");
    Worker::train(runs.path(), TrainRequest::new(begun.clone().on_built_in_data())).finish();
    let parent = only_run(runs.path());
    let before = (end(&parent), parent.checkpoints().unwrap());
    let step = before.1[0];
    let branch = |preset: &Preset, changes: &[&str]| {
        let others = tempfile::tempdir().unwrap();
        let request = TrainRequest {
            branch: Some(Branch { folder: parent.path().to_str().unwrap().into(), step }),
            changes: changes.iter().map(|change| (*change).to_owned()).collect(),
            ..TrainRequest::new(preset.clone().on_built_in_data())
        };
        Worker::train(others.path(), request).finish();
        let run = only_run(others.path());
        (end(&run), Manifest::load(run.path()).unwrap().branched.unwrap())
    };
    let (same, origin) = branch(&begun, &[]);
    assert!(same == before.0, "without a change it is the same training");
    assert_eq!((origin.run, origin.step), (parent.name(), step));
    let mut longer = begun;
    longer.train.epochs = 5;
    let ((steps, _), origin) = branch(&longer, &["train.epochs=5"]);
    assert_eq!((steps, &origin.changes[..]), (30, &["train.epochs=5".to_owned()][..]));
    assert!(before == (end(&parent), parent.checkpoints().unwrap()));
}
