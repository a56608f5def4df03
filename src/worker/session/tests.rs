//! Trainings that go wrong, and runs that are resumed.

use crate::preset::{Experiment, Preset};
use crate::run::past::Curves;
use crate::run::{RunDirectory, Status};
use crate::worker::engine::{spawn, spawn_keeping};
use crate::worker::protocol::{
    Filter, Finish, Outcome, Past, Phase, Question, RateChange, Reply, TrainRequest,
};
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
    let said = |words: &[&str]| told.lines.iter().any(|line| words.iter().all(|word| line.contains(word)));
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
        stopped_in_its_first_step(&procedure, "binary_crossentropy", "Dense(units: 784, activation: sigmoid)")
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
    assert!(past.epochs.len() >= 3 && past.epochs[2].epoch == 3 && past.epochs[2].seconds > 0.0, "{past:?}");
    assert!(past.epochs[2].validation.is_some());
    // Of so long a training every fiftieth step is written down.
    let written: u64 = past.steps.iter().map(|report| u64::from(report.steps)).sum();
    assert!(written > 0 && written <= step && step - written < 50, "{written} of {step}");
}
