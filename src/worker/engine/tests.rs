//! A worker as its clients see it.

use super::*;
use crate::run::{Histogram, Histograms};
use crate::worker::protocol::{Filter, Inspection, RateChange, Sample};

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
            Event::Reply { reply: Reply::Inspected(answer), .. } => seen.push(*answer),
            Event::Reply { reply: Reply::Refused(reason), .. } | Event::Failed(reason) => {
                panic!("{reason}")
            }
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
        answered |= matches!(event, Event::Reply { reply: Reply::Inspected(_), .. });
    }
    assert!(answered);
}

#[test]
fn samples_are_chosen_by_class_and_sorted_by_what_the_network_says_of_them() {
    use crate::worker::protocol::{Choice, SampleOrder};
    let (client, mut events) = spawn().unwrap();
    client.send(train(preset()));
    client.send(Command::Pause);
    let mut ask = |position, choice: Choice| {
        let id = client.send(Command::Inspect(Question::Sample { position, filter: choice.into() }));
        loop {
            match events.recv().unwrap() {
                Event::Reply { to, reply: Reply::Inspected(answer) } if to == id => match *answer {
                    Inspection::Sample(sample) => break sample,
                    other => panic!("{other:?}"),
                },
                Event::Failed(reason) => panic!("{reason}"),
                _ => {}
            }
        }
    };
    let of_truth = |sample: &Sample| sample.output[sample.truth.unwrap() as usize];
    let by_loss = Choice { truth: Some(4), order: SampleOrder::Loss, ..Choice::default() };
    let samples: Vec<Sample> = (0..4).map(|position| ask(position, by_loss)).collect();
    assert!(samples.iter().all(|sample| sample.truth == Some(4) && sample.of == 982), "MNIST has 982 fours");
    assert!(samples.is_sorted_by(|a, b| of_truth(a) <= of_truth(b) + 1e-6));
    let cell = Choice { truth: Some(4), predicted: samples[0].predicted, ..Choice::default() };
    let sample = ask(0, cell);
    assert_eq!((sample.truth, sample.predicted), (Some(4), samples[0].predicted));
    let surest = ask(0, Choice { order: SampleOrder::Sure, ..Choice::default() });
    assert!(surest.output.iter().fold(0.0_f32, |a, b| a.max(*b)) > 0.2, "{:?}", surest.output);
    client.send(Command::Shutdown);
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
            Event::Reply { reply: Reply::Inspected(answer), .. } => match *answer {
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
fn who_asks_again_overtakes_itself_and_nobody_else() {
    let (client, mut events) = spawn().unwrap();
    client.send(train(preset()));
    client.send(Command::Pause);
    // The samples that it gets wrong take the whole test set, so the first questions wait.
    let asked = [(1, 0), (2, 5), (1, 7)];
    let ids = asked.map(|(asker, position)| {
        let id = RequestId { asker, number: position as u64 };
        let question = Question::Sample { position, filter: Filter::Wrong };
        client.request(Request { id, command: Command::Inspect(question) });
        id
    });
    let mut replies = Vec::new();
    while replies.len() < ids.len() {
        match events.recv().unwrap() {
            Event::Reply { to, reply } if ids.contains(&to) => replies.push((to, reply)),
            _ => {}
        }
    }
    let shown = |(to, reply): &(RequestId, Reply)| match reply {
        Reply::Inspected(answer) => match &**answer {
            Inspection::Sample(sample) => (*to, Some(sample.position)),
            other => panic!("{other:?}"),
        },
        Reply::Overtaken => (*to, None),
        other => panic!("{other:?}"),
    };
    let replies: Vec<_> = replies.iter().map(shown).collect();
    assert_eq!(replies, [(ids[0], None), (ids[1], Some(5)), (ids[2], Some(7))]);
}

#[test]
fn every_request_gets_one_reply_also_those_that_a_worker_leaves_at_its_end() {
    let (client, mut events) = spawn().unwrap();
    let commands = [
        train(preset()),
        Command::Pause,
        Command::Inspect(Question::Confusion),
        Command::ChangeRate(RateChange::Times(0.5)),
        Command::ChangeRate(RateChange::To(-1.0)),
        train(preset()),
        Command::Attach("elsewhere".into()),
        Command::Step,
        Command::Resume,
        Command::Shutdown,
        Command::Pause,
    ];
    let ids = commands.map(|command| client.send(command));
    let (mut open, mut refused) = (ids.to_vec(), Vec::new());
    while let Some(event) = events.recv() {
        if let Event::Reply { to, reply } = event {
            let at = open.iter().position(|id| *id == to).expect("one reply each");
            open.remove(at);
            // The question may have been answered during the last evaluation, or left.
            if matches!(reply, Reply::Refused(_)) && to != ids[2] {
                refused.push(to);
            }
        }
    }
    assert_eq!((open, refused), (Vec::new(), [4, 5, 6, 10].map(|at| ids[at]).to_vec()));
}

/// Trains two epochs of a small preset, and opens the run.
#[test]
fn a_run_that_is_done_is_opened_and_its_network_answers_as_of_each_checkpoint() {
    let runs = tempfile::tempdir().unwrap();
    let small = Preset { train: crate::preset::TrainConfig { epochs: 2, ..preset().train }, ..preset() };
    let (client, mut events) = spawn_keeping(runs.path().to_path_buf()).unwrap();
    client.send(train(small.clone()));
    let (mut folder, mut told, mut seen, mut histograms) = (None, 0, Vec::new(), Vec::new());
    let finish = loop {
        match events.recv().unwrap() {
            Event::Keeping { folder: kept, .. } => folder = Some(kept),
            Event::Step(report) => told += u64::from(report.steps),
            Event::Seen(step) => seen.push(step),
            Event::Histograms(of_step) => histograms.push(*of_step),
            Event::Finished(finish) => break finish,
            Event::Failed(reason) => panic!("{reason}"),
            _ => {}
        }
    };
    assert_eq!(told, finish.steps);
    let ask = |client: &Client, events: &mut Events| {
        client.send(Command::Inspect(Question::Sample { position: 5, filter: Filter::All }));
        loop {
            if let Event::Reply { reply: Reply::Inspected(answer), .. } = events.recv().unwrap() {
                let Inspection::Sample(sample) = *answer else { panic!("{answer:?}") };
                break sample;
            }
        }
    };
    let in_training = ask(&client, &mut events);
    client.send(Command::Shutdown);
    while events.recv().is_some() {}

    let (client, mut events) = spawn().unwrap();
    let request =
        OpenRequest { folder: folder.unwrap(), experiment: small.on_built_in_data(), step: Some(39) };
    client.send(Command::Open(Box::new(request)));
    let (mut past, mut shown, mut end) = (None, None, None);
    while shown.is_none() {
        match events.recv().unwrap() {
            Event::Past(told) => past = Some(told),
            Event::Finished(finish) => end = Some(finish),
            Event::Opened(opened) => shown = Some(opened),
            Event::Failed(reason) => panic!("{reason}"),
            _ => {}
        }
    }
    let (shown, past, end) = (shown.unwrap(), past.unwrap(), end.unwrap());
    assert_eq!((shown.checkpoints, shown.at), (vec![20, 40], Some(40)), "there is no step 39");
    assert_eq!(past.epochs.len(), 2);
    // Some steps were measured: the first is, others as time allows. Their curves come back with the others, in single precision.
    assert!(seen[0].step == 1 && seen.iter().all(|seen| seen.gradient > 0.0), "{seen:?}");
    let single = |x: f64| f64::from(x as f32);
    let kept = seen.iter().map(|seen| (seen.step, single(seen.gradient), seen.update.map(single)));
    let back = past.seen.iter().map(|seen| (seen.step, seen.gradient, seen.update));
    assert_eq!(back.collect::<Vec<_>>(), kept.collect::<Vec<_>>());
    // The squares of all gradients are those of their norm. What was told comes back; weights are kept at the ends of epochs.
    assert!(histograms.first().is_some_and(|first| first.step == 1), "{histograms:?}");
    let is_of = |kind: &'static str| move |(tag, _): &&(String, Histogram)| tag.starts_with(kind);
    for of_step in &histograms {
        let seen = seen.iter().find(|seen| seen.step == of_step.step).unwrap();
        let squares =
            of_step.by_tag.iter().filter(is_of("gradients/")).map(|(_, one)| one.squares).sum::<f64>();
        assert!((squares.sqrt() - seen.gradient).abs() < 1e-6 * seen.gradient, "{squares} {seen:?}");
        assert!(
            ["weights/", "activations/"]
                .iter()
                .all(|kind| of_step.by_tag.iter().any(|(tag, _)| tag.starts_with(kind)))
        );
    }
    let flat = |all: &[Histograms], is_wanted: fn(&str) -> bool| -> Vec<(u64, String, Histogram)> {
        let with_step = |of: &Histograms| {
            of.by_tag.iter().map(|(tag, one)| (of.step, tag.clone(), one.clone())).collect::<Vec<_>>()
        };
        all.iter().flat_map(with_step).filter(|(_, tag, _)| is_wanted(tag)).collect()
    };
    let others: fn(&str) -> bool = |tag| !tag.starts_with("weights/");
    assert_eq!(flat(&past.histograms, others), flat(&histograms, others));
    let weights: Vec<u64> =
        flat(&past.histograms, |tag| tag == "weights/dense/kernel").iter().map(|(step, ..)| *step).collect();
    assert_eq!(weights, [20, 40]);
    assert_eq!((end.outcome, end.steps, end.test), (Outcome::Completed, 40, finish.test));
    let last = ask(&client, &mut events);
    assert_eq!((last.step, &last.output), (40, &in_training.output));
    client.send(Command::GoTo(20));
    let earlier = ask(&client, &mut events);
    assert!(earlier.step == 20 && earlier.output != last.output);
    client.send(Command::GoTo(40));
    assert_eq!(ask(&client, &mut events).output, last.output);
}

#[test]
fn commands_that_make_no_sense_are_refused_and_harm_nothing() {
    let (client, mut events) = spawn().unwrap();
    client.send(Command::Pause);
    client.send(Command::Inspect(Question::Confusion));
    client.send(Command::Shutdown);
    let is_refusal = |event: &Event| matches!(event, Event::Reply { reply: Reply::Refused(_), .. });
    let refusals = std::iter::from_fn(|| events.recv()).filter(is_refusal).count();
    assert_eq!(refusals, 2);
}
