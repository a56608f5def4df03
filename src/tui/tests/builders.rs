//! States to start from.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;

use crate::preset::Preset;
use crate::run::watch::Number;
use crate::run::{Best, Label, Manifest, Overview, RunDirectory, Status};
use crate::tui::message::{Effect, Message};
use crate::tui::screens;
use crate::tui::state::presets::{Entry, Origin};
use crate::tui::state::requests::Wish;
use crate::tui::state::{Presets, State};
use crate::tui::theme::{Depth, Theme};
use crate::tui::update::update;
use crate::worker::{
    Command, Confusion, EpochReport, Event, Filter, Finish, Inspection, LearningRate, Metric, Metrics,
    Outcome, Question, Reply, Request, RunInfo, Sample, Scores, StepReport, StepTime,
};

const CNN: &str = r#"Preset(
    name: "mnist-cnn", title: "The Keras case study on MNIST",
    description: "A small convolutional network.\n\nAbout 98.5% after five epochs.",
    data: (source: mnist),
    layers: [
        Conv2D(filters: 32, kernel_size: 3, activation: relu), MaxPooling2D(), Flatten,
        Dense(units: 128, activation: relu), Dense(units: 10, activation: softmax),
    ],
    loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 5, batch_size: 64),
)"#;

/// The case study's preset.
pub fn cnn() -> Preset {
    ron::from_str(CNN).expect("the test's preset is valid")
}

/// A dashboard with two presets.
pub fn dashboard(width: u16, height: u16) -> State {
    let mlp = Preset {
        name: "mnist-mlp".into(),
        title: "A perceptron on MNIST".into(),
        layers: cnn().layers.split_off(2),
        ..cnn()
    };
    let entries =
        vec![Entry::new(Origin::BuiltIn, cnn()), Entry::new(Origin::User("/home/ada/mlp.ron".into()), mlp)];
    let presets = Presets::new(entries, Vec::new());
    let theme = Theme::new(Depth::True, true);
    State::new(Size { width, height }, theme, presets)
}

/// What the worker says at the start.
pub fn started() -> Event {
    Event::Started(Box::new(RunInfo {
        preset: cnn(),
        parameters: 693_962,
        samples: (54_000, 6_000, 10_000),
        input_shape: vec![28, 28, 1],
        steps_per_epoch: 844,
        steps: 4220,
        epoch_ends: 0,
        steered: Vec::new(),
        classes: (0..10).map(|digit| digit.to_string()).collect(),
        unit: None,
        epochs: 5,
        predicts_classes: true,
        learning_rate: LearningRate::constant(0.001),
        figures: Vec::new(),
        phases: Vec::new(),
        device: "cpu, 2 threads, AVX-512".into(),
    }))
}

/// A report with values that fall as in real training.
pub fn stepped(step: u64) -> Event {
    stepped_over(step, 4)
}

/// The same for this many steps at once.
pub fn stepped_over(step: u64, steps: u32) -> Event {
    let noise = ((step * 7919) % 101) as f64 / 101.0;
    let loss = 2.3 * (-(step as f64) / 300.0).exp() + 0.08 + 0.15 * noise;
    Event::Step(StepReport {
        step,
        epoch: ((step.max(1) - 1) / 844 + 1) as u32,
        scores: Scores { loss, accuracy: Some((1.0 - loss / 3.0).clamp(0.0, 1.0)), ..Scores::default() },
        steps,
        learning_rate: LearningRate::constant(0.001),
        samples: 64 * u64::from(steps),
        seconds: 64.0 * f64::from(steps) / 21_340.0,
        time: 1_795_946_400.0 + step as f64 * 64.0 / 21_340.0,
    })
}

/// A report of an adversarial pair: no accuracy, its own metrics instead.
pub fn stepped_pair(step: u64) -> Event {
    let Event::Step(mut report) = stepped(step) else { unreachable!("it is a step") };
    let wave = (step as f64 / 90.0).sin();
    let metrics = Metrics::default()
        .with(Metric::GeneratorLoss, 0.9 + 0.3 * wave)
        .with(Metric::DiscriminatorLoss, 0.6 - 0.1 * wave)
        .with(Metric::ScoreReal, 0.7 + 0.05 * wave)
        .with(Metric::ScoreGenerated, 0.35 - 0.1 * wave);
    report.scores = Scores { loss: report.scores.loss, accuracy: None, metrics };
    Event::Step(report)
}

/// The end of one of its epochs.
pub fn epoch_done_pair(epoch: u32) -> Event {
    let (Event::Epoch(mut report), Event::Step(step)) =
        (epoch_done(epoch), stepped_pair(u64::from(epoch) * 844))
    else {
        unreachable!("they are what they are called")
    };
    (report.training, report.validation) = (step.scores, None);
    Event::Epoch(report)
}

/// A dashboard that trains such a pair.
pub fn pair_in_training(width: u16, height: u16) -> State {
    let mut state = dashboard(width, height);
    press(&mut state, KeyCode::Enter);
    let Event::Started(mut info) = started() else { unreachable!("it is the start") };
    info.predicts_classes = false;
    report(&mut state, Event::Started(info));
    for step in (4..=2000).step_by(4) {
        report(&mut state, stepped_pair(step));
        if step == 844 || step == 1688 {
            report(&mut state, epoch_done_pair((step / 844) as u32));
        }
    }
    state
}

/// An epoch's end.
pub fn epoch_done(epoch: u32) -> Event {
    let scores = |loss: f64| Scores { loss, accuracy: Some(1.0 - loss / 4.0), ..Scores::default() };
    Event::Epoch(Box::new(EpochReport {
        epoch,
        step: 844 * u64::from(epoch),
        training: scores(0.2 / f64::from(epoch)),
        validation: Some(scores(0.12 / f64::from(epoch))),
        learning_rate: 0.001,
        samples: 53_848,
        seconds: 2.54,
        parts: StepTime {
            steps: 844,
            data: 0.0508,
            forward: 0.9398,
            backward: 1.1938,
            update: 0.254,
            launch: 0.0,
            rest: 0.1016,
        },
    }))
}

/// The end.
pub fn finished(outcome: Outcome) -> Event {
    let test = Scores { loss: 0.0431, accuracy: Some(0.9866), ..Scores::default() };
    Event::Finished(Finish {
        outcome,
        test: Some(test),
        epochs: 5,
        steps: 4220,
        samples_per_second: 21_250.0,
        seconds: 14.8,
    })
}

/// A drawn ring that the model takes for a 6.
pub fn sample(filter: Filter) -> Inspection {
    let ring = |i: usize| {
        let (x, y) = ((i % 28) as f32 - 13.5, (i / 28) as f32 - 13.5);
        (1.5 - ((x * x + y * y).sqrt() - 8.0).abs()).clamp(0.0, 1.0)
    };
    let mut output = vec![0.002; 10];
    output[0] = 0.31;
    output[6] = 0.674;
    Inspection::Sample(Sample {
        index: 3030,
        caption: None,
        position: 7,
        of: 142,
        filter,
        shape: vec![28, 28, 1],
        input: (0..784).map(ring).collect(),
        names: Vec::new(),
        words: Vec::new(),
        text: None,
        truth: Some(0),
        predicted: Some(6),
        output,
        step: 2000,
    })
}

/// A matrix with most samples on its diagonal.
pub fn confusion() -> Inspection {
    let count = |truth: usize, predicted: usize| {
        if truth == predicted {
            950 + truth as u32 * 7
        } else {
            ((truth * 3 + predicted * 5) % 7) as u32 / 3 * 6
        }
    };
    Inspection::Confusion(Confusion {
        classes: (0..10).map(|digit| digit.to_string()).collect(),
        counts: (0..10).map(|truth| (0..10).map(|predicted| count(truth, predicted)).collect()).collect(),
        step: 844,
    })
}

/// Gives a report of the worker to the dashboard.
pub fn report(state: &mut State, event: Event) -> Vec<Effect> {
    update(state, Message::Engine(event))
}

/// Answers the question of that kind that is on its way; asks one first where there is none.
pub fn answer(state: &mut State, inspection: Inspection) -> Vec<Effect> {
    let question = match &inspection {
        Inspection::Confusion(_) => Question::Confusion,
        Inspection::Sample(_) | Inspection::Nothing(_) | Inspection::Figure { .. } => {
            Question::Sample { position: state.inspect.position, filter: state.inspect.filter }
        }
    };
    let is_matrix = question == Question::Confusion;
    let asked = |wish: &Wish| if is_matrix { *wish == Wish::Count } else { matches!(wish, Wish::Look(_)) };
    let open = state.requests.open().find(|(_, wish)| asked(wish)).map(|(id, _)| id);
    let to = open.unwrap_or_else(|| state.requests.add(Command::Inspect(question)).id);
    report(state, Event::Reply { to, reply: Reply::Inspected(Box::new(inspection)) })
}

/// Replies to the newest request.
pub fn reply(state: &mut State, reply: Reply) -> Vec<Effect> {
    let newest = state.requests.open().last().map(|(id, _)| id);
    report(state, Event::Reply { to: newest.expect("something was asked for"), reply })
}

/// The commands that effects send; effects of other kinds fail the test.
pub fn commands(effects: Vec<Effect>) -> Vec<Command> {
    let command = |effect| match effect {
        Effect::Send(request) => request.command,
        other => panic!("{other:?} is no command"),
    };
    effects.into_iter().map(command).collect()
}

/// Whether effects end the worker and leave.
pub fn ends_and_leaves(effects: &[Effect]) -> bool {
    matches!(effects, [Effect::Send(Request { command: Command::Shutdown, .. }), Effect::Quit])
}

/// Presses a key.
pub fn press(state: &mut State, code: KeyCode) -> Vec<Effect> {
    update(state, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

/// Types a text.
pub fn type_text(state: &mut State, text: &str) -> Vec<Effect> {
    text.chars().flat_map(|letter| press(state, KeyCode::Char(letter))).collect()
}

/// A dashboard in the third epoch.
pub fn in_training(width: u16, height: u16) -> State {
    let mut state = dashboard(width, height);
    press(&mut state, KeyCode::Enter);
    report(&mut state, started());
    for step in (4..=2000).step_by(4) {
        report(&mut state, stepped(step));
        if step == 844 || step == 1688 {
            report(&mut state, epoch_done((step / 844) as u32));
        }
    }
    state
}

/// What is seen.
pub fn screen(state: &State) -> String {
    let backend = TestBackend::new(state.size.width, state.size.height);
    let mut terminal = Terminal::new(backend).expect("a test backend cannot fail");
    terminal.draw(|frame| screens::draw(state, frame)).expect("a test backend cannot fail");
    let buffer = terminal.backend().buffer();
    let width = usize::from(state.size.width.max(1));
    let rows = buffer.content.chunks(width).map(|row| {
        let text: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        text.trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n")
}

/// Runs as a list of them says: one that trains, one that is done, one that diverged, one whose manifest is broken.
pub fn runs() -> Vec<Overview> {
    let run = |name: &str, started: u64, status: Status, checkpoints: &[u64], numbers: &[(&str, f64)]| {
        let manifest = Manifest {
            format: 1,
            trainyard: "0.1.0".into(),
            preset: cnn(),
            device: "cpu, 2 threads, AVX-512".into(),
            host: "gpu-server".into(),
            command_line: ["trainyard", "train", "mnist-cnn"].map(String::from).to_vec(),
            started,
            status,
            frozen: 0,
            best: checkpoints.first().map(|step| Best { step: *step, loss: 0.05, accuracy: None }),
            extensions: Vec::new(),
            device_asked: None,
            moves: Vec::new(),
            steered: Vec::new(),
            branched: None,
            trial: None,
            queued: None,
            submitted: None,
            part: None,
            job: None,
        };
        let step = checkpoints.last().copied().unwrap_or(0) as i64;
        Overview {
            run: RunDirectory::at(std::path::Path::new(&format!("/home/ada/runs/{name}"))),
            offers: None,
            label: Label::default(),
            manifest: Ok(manifest),
            is_alive: Ok(false),
            checkpoints: checkpoints.to_vec(),
            disk_bytes: Some(24_900_000),
            numbers: numbers
                .iter()
                .map(|(tag, value)| Number { tag: (*tag).into(), step, value: *value })
                .collect(),
        }
    };
    let broken = Overview {
        manifest: Err("run.ron: not a manifest: 3:17: Expected string\u{202e}\u{1b}[2J".into()),
        ..run("2026-11-20T08-00-00-mnist-cnn-0a0a", 0, Status::Running, &[], &[])
    };
    let reason = "the loss became NaN at step 917 (epoch 2): try a smaller learning rate or train.clip; first no \
                  number: the weights conv2d/kernel";
    let diverged = Status::Failed { reason: reason.into(), diverged: true };
    let finished = Status::Finished { steps: 4220, test_loss: 0.0431, test_accuracy: Some(0.9866) };
    vec![
        broken,
        run(
            "2026-11-21T09-30-00-mnist-cnn-1b2c",
            1_795_253_400,
            finished,
            &[3376, 3798, 4220],
            &[("loss/validation", 0.0512), ("loss/test", 0.0431), ("accuracy/test", 0.9866)],
        ),
        run(
            "2026-11-22T10-00-00-mnist-cnn-3d4e",
            1_795_341_600,
            diverged,
            &[844],
            &[("loss/train", 2.31), ("learning_rate", 0.5)],
        ),
        Overview {
            is_alive: Ok(true),
            ..run(
                "2026-11-23T11-15-00-mnist-cnn-5f60",
                1_795_432_500,
                Status::Running,
                &[844, 1266],
                &[("loss/validation", 0.0871), ("accuracy/validation", 0.9741)],
            )
        },
    ]
}

/// A dashboard that shows them.
pub fn with_runs(width: u16, height: u16) -> State {
    let mut state = dashboard(width, height);
    assert_eq!(press(&mut state, KeyCode::Char('5')), [Effect::ListRuns]);
    update(&mut state, Message::Runs(Ok(runs())));
    state
}
