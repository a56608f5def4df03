//! What is read, and whole files of each kind.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use trainyard::preset::library::{self, Loaded};
use trainyard::preset::{DeviceChoice, Experiment, overrides};
use trainyard::run::tensorboard::record::{self, Piece};
use trainyard::run::tensorboard::{Reader, Writer};
use trainyard::run::tensors::{load_tensors, save_tensors};
use trainyard::run::watch::{Interest, Watcher};
use trainyard::run::{Checkpoint, Histogram, Manifest, NamedTensor, Overview, RunDirectory, Status};
use trainyard::train;
use trainyard::worker::socket::frames::{self, Incoming, LONGEST_FROM_CLIENT, LONGEST_FROM_SERVER};
use trainyard::worker::socket::{ClientMessage, ServerMessage};
use trainyard::worker::{
    Command, Event, Filter, Finish, Outcome, Question, RateChange, Reply, Request, RequestId, Scores,
    TrainRequest,
};

use crate::Target;

/// Every file below a folder of the repository whose name contains `part`.
fn files(folder: &str, part: &str) -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name.to_string_lossy().contains(part)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn contents(paths: &[PathBuf]) -> Vec<Vec<u8>> {
    assert!(!paths.is_empty(), "there are files to begin with");
    paths.iter().map(|path| fs::read(path).expect("a file of the repository")).collect()
}

/// A file with this content, for readers that take a path. It stands in a folder of its own.
pub fn in_a_file(name: &str, bytes: &[u8], read: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("a file");
    read(&path);
}

/// Presets, with all that follows: shapes, parameters, the printed summary.
pub fn presets() -> Target {
    let read = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        match library::load(&text, "fuzz.ron", None) {
            Ok(Loaded::Experiment(experiment)) => {
                experiment.networks.iter().for_each(|network| drop(network.summary.render()));
            }
            Ok(Loaded::Unread { .. }) => {}
            Err(error) => drop(error.to_string()),
        }
    };
    Target { name: "presets", seeds: contents(&files("presets", ".ron")), read }
}

/// The values of `--set`.
pub fn overrides() -> Target {
    let read = |bytes: &[u8]| {
        let preset = include_str!("../../presets/mnist-cnn.ron");
        if let Ok(text) = overrides::apply(preset, &String::from_utf8_lossy(bytes)) {
            // What it says is checked as any preset is.
            let _ = library::load(&text, "fuzz.ron", None).map_err(|error| error.to_string());
        }
    };
    let seeds =
        ["train.epochs=2", "optimizer.learning_rate=0.01", "layers.0.filters=64", "layers.0=Dense(units: 3)"];
    Target { name: "overrides", seeds: seeds.map(|seed| seed.as_bytes().to_vec()).to_vec(), read }
}

/// Weights.
pub fn safetensors() -> Target {
    let tensors = [("dense/bias", vec![3]), ("dense/kernel", vec![2, 3]), ("scale", vec![])];
    let tensors = tensors.map(|(name, shape)| NamedTensor {
        name: name.into(),
        values: vec![0.5; shape.iter().product()],
        shape,
    });
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("seed.safetensors");
    save_tensors(&path, &tensors).expect("the seed is written");
    let read = |bytes: &[u8]| in_a_file("fuzz.safetensors", bytes, |path| drop(load_tensors(path)));
    Target { name: "safetensors", seeds: contents(&[path]), read }
}

/// Reads an event file in both ways: for its numbers, and with all its figures as `trainyard watch` does.
fn read_events(bytes: &[u8]) {
    in_a_file("events.out.tfevents.1.fuzz", bytes, |path| {
        Reader::new(path).read(|_| {}).expect("the file can be read");
        let mut watcher = Watcher::new(&[path]);
        let mut interest =
            Interest { shown: vec![0], room: (40, 40), details: Some(0), ..Interest::default() };
        watcher.look_at(interest.clone());
        let until = Duration::from_secs(60);
        watcher.work(until);
        let tags = watcher.view().tags.len() as u32;
        for tag in (0..tags).take(40) {
            (interest.tags, interest.value) = (vec![tag], Some(tag));
            watcher.look_at(interest.clone());
            watcher.view();
        }
    });
}

fn event_files() -> Vec<Vec<u8>> {
    let mut seeds = contents(&files("tests/fixtures/events", "tfevents"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::create(folder.path()).expect("an event file");
    writer.scalars(1, &[("loss/train", 0.5), ("accuracy/train", 0.25)]).expect("it is written");
    writer.histogram(1, "weights", &Histogram::of(&[0.0, 1.0, 0.5])).expect("it is written");
    writer.flush().expect("it is written");
    seeds.push(fs::read(writer.path()).expect("the seed"));
    seeds
}

/// Event files whose bytes are damaged: records are lost.
pub fn event_records() -> Target {
    Target { name: "event files", seeds: event_files(), read: read_events }
}

/// Event files whose records are whole and say anything.
pub fn event_messages() -> Target {
    let mut seeds = Vec::new();
    for file in event_files() {
        let mut rest = &file[..];
        while let Piece::Record(data) = record::piece(rest) {
            seeds.push(data.to_vec());
            rest = &rest[data.len() + 16..];
        }
    }
    seeds.sort_by_key(Vec::len);
    seeds.dedup_by_key(|seed| seed.len());
    let read = |bytes: &[u8]| {
        let mut file = Vec::new();
        record::write(&mut file, bytes).expect("a vector takes all");
        read_events(&file);
    };
    Target { name: "event messages", seeds, read }
}

/// Pictures in event files.
pub fn pictures() -> Target {
    let kinds = [(png::ColorType::Grayscale, 1), (png::ColorType::Rgb, 3), (png::ColorType::Rgba, 4)];
    let seeds = kinds.map(|(color, channels)| {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 9, 7);
        encoder.set_color(color);
        let mut writer = encoder.write_header().expect("a vector takes all");
        writer.write_image_data(&vec![100; 63 * channels]).expect("a vector takes all");
        drop(writer);
        bytes
    });
    let read = |bytes: &[u8]| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer = Writer::create(folder.path()).expect("an event file");
        writer.image(1, "picture", 9, 7, 3, bytes.to_vec()).expect("it is written");
        writer.flush().expect("it is written");
        read_events(&fs::read(writer.path()).expect("the file"));
    };
    Target { name: "pictures", seeds: seeds.to_vec(), read }
}

/// What a listener says to the process that trains, as it comes out of the socket.
pub fn wishes() -> Target {
    let training = TrainRequest { learning_rate: Some(0.5), ..TrainRequest::new(cnn()) };
    let request =
        |command| ClientMessage::Request(Request { id: RequestId { asker: 0, number: 7 }, command });
    let asks = [
        ClientMessage::Hello { version: 1 },
        request(Command::ChangeRate(RateChange::To(0.25))),
        request(Command::Inspect(Question::Sample { position: -3, filter: Filter::Wrong })),
        request(Command::Train(Box::new(training))),
    ];
    let read = |bytes: &[u8]| {
        let mut from = bytes;
        // A stream that broke is given up, as the server does.
        while let Ok(Incoming::Message(_) | Incoming::NotUnderstood(_)) =
            frames::read::<ClientMessage>(&mut from, LONGEST_FROM_CLIENT)
        {}
    };
    Target { name: "wishes on the socket", seeds: framed(&asks), read }
}

/// What the process that trains says, as it comes out of the socket.
pub fn reports() -> Target {
    let scores = Scores { loss: f64::NAN, accuracy: Some(0.5), ..Scores::default() };
    let finish = Finish {
        outcome: Outcome::Stopped,
        test: Some(scores),
        epochs: 1,
        steps: 2,
        samples_per_second: 3.0,
        seconds: 4.0,
    };
    let tells = [
        ServerMessage::Hello { version: 1 },
        ServerMessage::Event(Event::Finished(finish)),
        ServerMessage::Event(Event::Keeping { run: "a".into(), folder: "/b".into() }),
        ServerMessage::Event(Event::Reply {
            to: RequestId { asker: 0, number: 7 },
            reply: Reply::Refused("another terminal steers".into()),
        }),
    ];
    let read = |bytes: &[u8]| {
        let mut from = bytes;
        while let Ok(Incoming::Message(_) | Incoming::NotUnderstood(_)) =
            frames::read::<ServerMessage>(&mut from, LONGEST_FROM_SERVER)
        {}
    };
    Target { name: "reports on the socket", seeds: framed(&tells), read }
}

/// Each message alone, and all one after another.
fn framed(messages: &[impl serde::Serialize]) -> Vec<Vec<u8>> {
    let one = |message| {
        let mut bytes = Vec::new();
        frames::write(&mut bytes, message, LONGEST_FROM_SERVER).expect("a vector takes all");
        bytes
    };
    let mut seeds: Vec<Vec<u8>> = messages.iter().map(one).collect();
    seeds.push(seeds.concat());
    seeds
}

fn cnn() -> Experiment {
    experiment(include_str!("../../presets/mnist-cnn.ron"))
}

/// The experiment of a preset whose data is built in.
fn experiment(text: &str) -> Experiment {
    match library::load(text, "built-in.ron", None) {
        Ok(Loaded::Experiment(experiment)) => *experiment,
        other => panic!("{other:?}"),
    }
}

/// Manifests of runs, with what the list of runs makes of them.
pub fn manifests() -> Target {
    let mut manifest = Manifest::begin(cnn().preset, "cpu".into());
    manifest.status = Status::Failed { reason: "the loss became NaN".into(), diverged: true };
    let folder = tempfile::tempdir().expect("a folder");
    manifest.save(folder.path()).expect("the seed is written");
    let seeds = contents(&[folder.path().join("run.ron")]);
    let read = |bytes: &[u8]| {
        in_a_file("run.ron", bytes, |path| {
            let folder = path.parent().expect("it stands in a folder");
            drop(RunDirectory::list(folder.parent().expect("a folder of folders")));
            drop(Overview::of(&RunDirectory::at(folder)));
        });
    };
    Target { name: "manifests", seeds, read }
}

/// The part of a checkpoint that is no tensor: whatever it says, a training goes on from it or refuses it.
pub fn checkpoint_states() -> Target {
    fn training() -> Box<dyn train::Training> {
        let experiment = experiment(include_str!("../../presets/xor.ron"));
        train::prepare(&experiment, DeviceChoice::Cpu).expect("it trains").training
    }
    let read = |bytes: &[u8]| {
        let mut training = training();
        let state = String::from_utf8_lossy(bytes).into_owned();
        let checkpoint = Checkpoint { state, ..training.snapshot().unwrap() };
        if training.restore(checkpoint).is_ok() {
            drop(training.advance());
            drop(training.snapshot().unwrap());
        }
    };
    Target {
        name: "checkpoints' states",
        seeds: vec![training().snapshot().unwrap().state.into_bytes()],
        read,
    }
}
