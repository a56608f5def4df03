//! Writes cut short: whatever file of a run ends early, it is told, or what was saved before is gone on from.

use std::fs;
use std::path::{Path, PathBuf};

use trainyard::preset::parse::parse;
use trainyard::preset::{DeviceChoice, Experiment, Preset};
use trainyard::run::{Overview, RunDirectory};
use trainyard::worker::{self, Command, Event, TrainRequest, Trained};

use crate::program::{bits, newest};

/// A training of milliseconds, with something of everything to remember.
const TINY: &str = r#"(name: "tiny", title: "", data: (source: iris, validation: 0.1),
    layers: [Dense(units: 8, activation: relu), Dropout(rate: 0.2), Dense(units: 3, activation: softmax)],
    loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.003),
    train: (epochs: 4, batch_size: 16, schedule: reduce_on_plateau(factor: 0.5, patience: 1),
            early_stopping: Some((patience: 40))))"#;

fn tiny() -> Experiment {
    checked(parse(TINY, "tiny.ron").expect("it is a preset"))
}

fn checked(preset: Preset) -> Experiment {
    worker::check(preset, "tiny.ron", TINY).expect("it is valid")
}

/// Trains to the end; why not, if not.
fn train(runs: &Path, request: TrainRequest) -> Result<(), String> {
    let (client, mut events) = worker::spawn_keeping(runs.to_path_buf()).expect("a thread");
    client.send(Command::Train(Box::new(request)));
    let mut outcome = Err("it ended without a word".to_string());
    while let Some(event) = events.recv() {
        match event {
            Event::Finished(_) => outcome = Ok(()),
            Event::Failed(reason) => outcome = Err(reason),
            _ => continue,
        }
        client.send(Command::Shutdown);
    }
    outcome
}

/// A run that was stopped in its third epoch, as it lies on disk.
fn stopped(runs: &Path) -> RunDirectory {
    let (client, mut events) = worker::spawn_keeping(runs.to_path_buf()).expect("a thread");
    client.send(Command::Train(Box::new(TrainRequest::new(tiny()))));
    client.send(Command::Pause);
    // Two epochs of steps one by one, with a checkpoint at the end of each.
    let per_epoch = loop {
        if let Some(Event::Started(info)) = events.recv() {
            break info.steps_per_epoch;
        }
    };
    for _ in 0..2 * per_epoch + 3 {
        client.send(Command::Step);
    }
    while !matches!(events.recv(), Some(Event::Step(report)) if report.step == 2 * per_epoch + 3) {}
    client.send(Command::Shutdown);
    while events.recv().is_some() {}
    RunDirectory::list(runs).expect("a folder of runs").pop().expect("a run")
}

/// Every file below a folder, relative to it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let name = PathBuf::from(entry.file_name());
        if entry.path().is_dir() {
            found.extend(files(&entry.path()).into_iter().map(|path| name.join(path)));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(&file);
        fs::create_dir_all(target.parent().expect("it stands in a folder")).expect("a folder");
        fs::copy(from.join(&file), target).expect("a copy");
    }
}

/// Lengths at which a file of this size is cut: its first and last bytes, and some between.
fn lengths(size: usize, some: usize) -> Vec<usize> {
    let mut lengths: Vec<usize> = (0..some).map(|part| part * size / some).collect();
    lengths.extend([1, 8, 9, size.saturating_sub(2), size.saturating_sub(1)]);
    lengths.retain(|length| *length < size);
    lengths.sort_unstable();
    lengths.dedup();
    lengths
}

#[test]
fn whatever_file_of_a_run_is_cut_short_it_is_told_or_the_run_comes_to_the_same_weights() {
    let home = tempfile::tempdir().expect("a folder");
    train(&home.path().join("whole"), TrainRequest::new(tiny())).expect("it trains");
    let whole = RunDirectory::list(&home.path().join("whole")).expect("runs").pop().expect("a run");
    let end = newest(&whole).expect("a checkpoint of its end");
    let expected = [bits(&end.weights), bits(&end.optimizer)];

    let original = stopped(&home.path().join("stopped"));
    let checkpoints = original.checkpoints().expect("a list");
    assert!(checkpoints.len() >= 2, "{checkpoints:?}");
    let last = format!("step-{:08}", checkpoints[checkpoints.len() - 1]);
    let (mut told, mut went_on) = (0, 0);
    for file in files(original.path()) {
        let name = file.to_string_lossy().into_owned();
        let size = fs::metadata(original.path().join(&file)).expect("a file").len() as usize;
        for length in lengths(size, 6) {
            let place = format!("{name} cut to {length} of {size} bytes");
            let runs = tempfile::tempdir().expect("a folder");
            let folder = runs.path().join(original.name());
            copy(original.path(), &folder);
            fs::OpenOptions::new()
                .write(true)
                .open(folder.join(&file))
                .and_then(|open| open.set_len(length as u64))
                .expect("a file cut short");
            // A list of runs shows it, whatever it is.
            let seen = Overview::list(runs.path()).expect("a folder of runs");
            assert_eq!(seen.len(), 1, "{place}");
            let Ok(manifest) = &seen[0].manifest else {
                assert!(
                    name == "run.ron" && seen[0].reason().is_some_and(|why| why.contains("run.ron")),
                    "{place}"
                );
                told += 1;
                continue;
            };
            assert_ne!(name, "run.ron", "{place}: half a manifest was taken for a whole one");
            // The checkpoint that is cut short gives no answers.
            let step = checkpoints[checkpoints.len() - 1];
            let experiment = checked(manifest.preset.clone());
            let answers = Trained::load(&seen[0].run, step, &experiment, None, DeviceChoice::Cpu);
            assert_eq!(answers.is_err(), name.contains(&last), "{place}");
            // The run goes on, from the checkpoint before if need be, to the same numbers.
            let request =
                TrainRequest::resuming(&seen[0].run, manifest, experiment).expect("its path is a text");
            let outcome = train(runs.path(), request);
            if name == "data.ron" {
                assert!(outcome.is_err_and(|why| why.contains("data.ron")), "{place}");
                told += 1;
                continue;
            }
            assert_eq!(outcome, Ok(()), "{place}");
            let end = newest(&RunDirectory::at(&folder)).expect("a checkpoint of its end");
            assert!(
                [bits(&end.weights), bits(&end.optimizer)] == expected,
                "{place}: it came to other weights"
            );
            went_on += 1;
        }
    }
    println!("{told} were told, {went_on} went on to the same bits");
    assert!(told >= 6 && went_on >= 50, "{told} {went_on}");
}

#[test]
fn what_a_dying_process_left_half_written_is_removed() {
    let home = tempfile::tempdir().expect("a folder");
    let run = stopped(home.path());
    let step = *run.checkpoints().expect("a list").last().expect("a checkpoint");
    let newest = run.checkpoint_path(step);
    let inside = run.path().join("checkpoints");
    fs::write(run.path().join(".writing-abc"), "(format: 1").expect("a file");
    fs::create_dir(inside.join(".writing-new")).expect("a folder");
    fs::write(inside.join(".writing-new").join("weights.safetensors"), "torn").expect("a file");
    fs::create_dir(inside.join(".writing-gone-1")).expect("a folder");
    // Its replacement did not get into its place.
    fs::rename(&newest, inside.join(format!(".writing-old-{step}"))).expect("renamed");
    let seen = Overview::of(&run);
    let manifest = seen.manifest.expect("it is whole");
    let request = TrainRequest::resuming(&run, &manifest, checked(manifest.preset.clone()))
        .expect("its path is a text");
    train(home.path(), request).expect("it goes on");
    let litter: Vec<_> =
        files(run.path()).into_iter().filter(|file| file.to_string_lossy().contains(".writing")).collect();
    assert_eq!(litter, Vec::<PathBuf>::new());
}
