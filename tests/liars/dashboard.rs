//! The training lies to the dashboard.

use std::io::Write;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;
use trainyard::preset::{Preset, library};
use trainyard::run::Histogram;
use trainyard::run::Steered;
use trainyard::run::lock::Lock;
use trainyard::tui::message::{Effect, Message};
use trainyard::tui::screens;
use trainyard::tui::state::presets::Origin;
use trainyard::tui::state::{Entry, Presets, State};
use trainyard::tui::theme::Theme;
use trainyard::tui::update::update;
use trainyard::worker::socket::frames::{self, Incoming, LONGEST_FROM_CLIENT, LONGEST_FROM_SERVER};
use trainyard::worker::socket::{ClientMessage, FILE, ServerMessage, VERSION};
use trainyard::worker::{
    Body, Command, Confusion, Controls, EpochReport, Event, Figure, FigureInfo, Filter, Finish, Histograms,
    Inspection, Knob, LearningRate, Line, Metric, Metrics, Outcome, Panel, Past, PastLine, Phase, Point,
    Reply, RequestId, RunInfo, Sample, Scores, Starter, StepReport, StepSeen, StepTime, TrainingPhase,
    Waited, spawn_detached,
};

use crate::random::Random;
use crate::{MEMORY, memory};

/// No frame may take longer, on a machine that does other things too.
const FRAME: Duration = Duration::from_secs(10);

impl Random {
    fn scores(&mut self) -> Scores {
        let metrics = Metrics::default().with(Metric::F1, self.number()).with(Metric::Rmse, self.number());
        let accuracy = (self.below(3) > 0).then(|| self.number());
        Scores { loss: self.number(), accuracy, metrics }
    }

    fn rate(&mut self) -> LearningRate {
        LearningRate { base: self.number(), scheduled: self.number(), factor: self.number() }
    }

    fn step(&mut self) -> StepReport {
        StepReport {
            step: self.count(),
            epoch: self.count() as u32,
            scores: self.scores(),
            steps: self.count() as u32,
            learning_rate: self.rate(),
            samples: self.count(),
            seconds: self.number(),
            time: self.number(),
        }
    }

    fn seen(&mut self) -> StepSeen {
        let update = (self.below(2) == 0).then(|| self.number());
        StepSeen { step: self.count(), gradient: self.number(), update }
    }

    fn histograms(&mut self) -> Histograms {
        let one = |random: &mut Self| {
            let kinds = ["weights", "gradients", "activations"];
            let tag = format!("{}/{}", random.of(&kinds), random.text());
            let (low, high) = (random.number(), random.number());
            let (sum, squares) = (random.number(), random.number());
            (tag, Histogram { low, high, sum, squares, counts: random.many(Random::count) })
        };
        Histograms { step: self.count(), by_tag: self.many(one) }
    }

    fn epoch(&mut self) -> EpochReport {
        EpochReport {
            epoch: self.count() as u32,
            step: self.count(),
            training: self.scores(),
            validation: (self.below(2) == 0).then(|| self.scores()),
            learning_rate: self.number(),
            samples: self.count(),
            seconds: self.number(),
            parts: self.parts(),
        }
    }

    fn parts(&mut self) -> StepTime {
        StepTime {
            steps: self.count(),
            data: self.number(),
            forward: self.number(),
            backward: self.number(),
            update: self.number(),
            launch: self.number(),
            rest: self.number(),
        }
    }

    /// So many of something, a few as a rule.
    fn many<T>(&mut self, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = if self.below(50) == 0 { 300 } else { self.below(4) };
        (0..count).map(|_| one(self)).collect()
    }

    fn size(&mut self) -> usize {
        usize::try_from(self.count()).unwrap_or(usize::MAX)
    }

    fn info(&mut self, preset: &Preset) -> RunInfo {
        RunInfo {
            preset: Preset { name: self.text(), title: self.text(), ..preset.clone() },
            parameters: self.count(),
            samples: (self.size(), self.size(), self.size()),
            input_shape: self.many(Random::size),
            steps_per_epoch: self.count(),
            steps: self.count(),
            epoch_ends: self.count(),
            steered: self.many(Random::steered),
            classes: self.many(Random::text),
            unit: None,
            epochs: self.count() as u32,
            predicts_classes: self.below(2) == 0,
            learning_rate: self.rate(),
            figures: self.many(|random| FigureInfo {
                name: random.text(),
                title: random.text(),
                knobs: random.many(Random::knob),
            }),
            phases: self.many(|random| TrainingPhase { begin: random.count(), name: random.text() }),
            device: self.text(),
        }
    }

    fn steered(&mut self) -> Steered {
        let [path, before, value] = [(); 3].map(|()| self.text());
        Steered { step: self.count(), path, before, value, at: self.count() }
    }

    fn knob(&mut self) -> Knob {
        let label = self.text();
        match self.below(5) {
            0 => Knob::Sample,
            1 => Knob::Item { label, count: self.size(), names: Vec::new() },
            2 => Knob::Plane { label, step: self.number() },
            3 => {
                let [from, to, start, step] = [(); 4].map(|()| self.number());
                Knob::Level { label, from, to, start, step }
            }
            _ => Knob::Text { label, start: self.text() },
        }
    }

    fn values(&mut self) -> Vec<f32> {
        self.many(|random| random.number() as f32)
    }

    fn point(&mut self) -> Point {
        Point { x: self.number() as f32, y: self.number() as f32, class: self.bits() as u8 }
    }

    fn body(&mut self) -> Body {
        let (columns, names) = (self.size(), self.many(Random::text));
        let range = (self.number() as f32, self.number() as f32);
        match self.below(8) {
            0 => {
                let small = [self.below(4), self.below(4), 1].map(|side| side as usize);
                let shape = if self.below(2) == 0 { small } else { [self.size(), self.size(), self.size()] };
                Body::Images { shape, pixels: self.values(), range, captions: names, columns }
            }
            1 => Body::Heatmap {
                values: self.values(),
                columns: columns % 7,
                range,
                rows_named: names,
                columns_named: self.many(Random::text),
            },
            2 => Body::Surface {
                x: (self.number(), self.number()),
                y: (self.number(), self.number()),
                classes: self.many(|random| random.bits() as u8),
                sureness: self.values(),
                columns,
                points: self.many(Random::point),
            },
            3 => Body::Scatter {
                x_label: self.text(),
                y_label: self.text(),
                points: self.many(Random::point),
                classes: names,
                diagonal: self.below(2) == 0,
            },
            4 => Body::Lines {
                x_label: self.text(),
                y_label: self.text(),
                lines: self.many(|random| Line {
                    name: random.text(),
                    points: random.many(|random| (random.number(), random.number())),
                }),
                mark: (self.below(2) == 0).then(|| (self.number(), self.number())),
            },
            5 => Body::Bars {
                bars: self.many(|random| (random.text(), random.number())),
                full: self.number(),
                are_shares: self.number() > 0.0,
            },
            6 => Body::Text(self.text()),
            _ => Body::Table { header: names, rows: self.many(|random| random.many(Random::text)) },
        }
    }

    fn inspection(&mut self, info: Option<&RunInfo>) -> Inspection {
        match self.below(4) {
            0 => Inspection::Nothing(self.of(&[Filter::All, Filter::Wrong])),
            1 => Inspection::Confusion(Confusion {
                classes: self.many(Random::text),
                counts: self.many(|random| random.many(|random| random.count() as u32)),
                step: self.count(),
            }),
            2 => Inspection::Sample(Sample {
                index: self.size(),
                caption: (self.below(2) == 0).then(|| self.text()),
                position: self.size(),
                of: self.size(),
                filter: self.of(&[Filter::All, Filter::Wrong]),
                shape: self.many(Random::size),
                input: self.values(),
                names: self.many(Random::text),
                words: self.many(Random::text),
                text: None,
                truth: (self.below(2) == 0).then(|| self.count() as u32),
                predicted: (self.below(2) == 0).then(|| self.count() as u32),
                output: self.values(),
                step: self.count(),
            }),
            _ => {
                // One that is shown, as a rule.
                let known = info.and_then(|info| info.figures.first());
                let figure = Figure {
                    name: known.map_or_else(|| self.text(), |figure| figure.name.clone()),
                    at: Controls { position: self.count().cast_signed(), ..Controls::default() },
                    step: self.count(),
                    notes: self.many(Random::text),
                    panels: self.many(|random| Panel { title: random.text(), body: random.body() }),
                };
                Inspection::Figure { figure, seconds: self.number() }
            }
        }
    }

    fn event(&mut self, preset: &Preset, told: &mut Option<RunInfo>) -> Event {
        match self.below(1000) {
            0..5 => {
                let info = self.info(preset);
                *told = Some(info.clone());
                Event::Started(Box::new(info))
            }
            5..7 => Event::Past(Box::new(Past {
                seen: self.many(Random::seen),
                steps: self.many(Random::step),
                epochs: self.many(Random::epoch),
                histograms: self.many(Random::histograms),
                log: self.many(|random| PastLine { seconds: random.number(), text: random.text() }),
            })),
            7..8 => Event::Preparing(self.text()),
            8..9 => match self.below(2) {
                0 => Event::Seen(self.seen()),
                _ => Event::Histograms(Box::new(self.histograms())),
            },
            9..12 => Event::Finished(Finish {
                outcome: self.of(&[Outcome::Completed, Outcome::Stopped, Outcome::StoppedEarly]),
                test: (self.below(2) == 0).then(|| self.scores()),
                epochs: self.count() as u32,
                steps: self.count(),
                samples_per_second: self.number(),
                seconds: self.number(),
            }),
            12..14 => Event::Failed(self.text()),
            14..20 => Event::Keeping { run: self.text(), folder: self.text() },
            20..60 => Event::Checkpoint { step: self.count() },
            60..80 => Event::Trouble((self.below(2) == 0).then(|| self.text())),
            80..150 => Event::Log(self.text()),
            150..200 => {
                Event::Phase(self.of(&[Phase::Training, Phase::Paused, Phase::Evaluating, Phase::Preparing]))
            }
            200..210 => {
                let to = RequestId { asker: self.bits(), number: self.below(1000) };
                Event::Reply { to, reply: Reply::Inspected(Box::new(self.inspection(None))) }
            }
            210..400 => Event::Epoch(Box::new(self.epoch())),
            _ => Event::Step(self.step()),
        }
    }
}

/// Says hello and takes the listener's requests, whose names it notes.
fn admit(socket: &UnixListener, asked: &Arc<Mutex<Vec<RequestId>>>) -> UnixStream {
    let (mut stream, _) = socket.accept().expect("the dashboard comes");
    frames::write(&mut stream, &ServerMessage::Hello { version: VERSION }, LONGEST_FROM_SERVER)
        .expect("it listens");
    let mut from = stream.try_clone().expect("a handle");
    let asked = asked.clone();
    std::thread::spawn(move || {
        while let Ok(message @ (Incoming::Message(_) | Incoming::NotUnderstood(_))) =
            frames::read::<ClientMessage>(&mut from, LONGEST_FROM_CLIENT)
        {
            if let Incoming::Message(ClientMessage::Request(request)) = message {
                asked.lock().unwrap_or_else(PoisonError::into_inner).push(request.id);
            }
        }
    });
    stream
}

/// The process that trains, or so it says: it says so many things, breaks off now and then, and dies.
fn liar(folder: &Path, socket: &UnixListener, preset: &Preset, messages: u64) {
    let lock = Lock::take(folder).expect("nobody else trains");
    let asked: Arc<Mutex<Vec<RequestId>>> = Arc::default();
    let mut random = Random::new(2);
    let mut stream = admit(socket, &asked);
    let mut told = None;
    for number in 1..=messages {
        let question = asked.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let event = match question {
            Some(to) if random.below(5) > 0 => {
                let answer = random.inspection(told.as_ref());
                Event::Reply { to, reply: Reply::Inspected(Box::new(answer)) }
            }
            Some(to) => Event::Reply { to, reply: Reply::Refused(random.text()) },
            None => random.event(preset, &mut told),
        };
        let said = match random.below(2000) {
            0 => {
                let body = random.bytes(300);
                let length = (body.len() as u32).to_le_bytes();
                stream.write_all(&length).and_then(|()| stream.write_all(&body))
            }
            1 => frames::write(&mut stream, &ServerMessage::Hello { version: 9 }, LONGEST_FROM_SERVER),
            _ => frames::write(&mut stream, &ServerMessage::Event(event), LONGEST_FROM_SERVER),
        };
        // In the middle of a message, a few times in all.
        let breaks_off = number % (messages / 5 + 1) == 0;
        if breaks_off {
            let _ = stream.write_all(&[200, 0, 0, 0, b'(']);
        }
        if breaks_off || said.is_err() {
            let _ = stream.shutdown(std::net::Shutdown::Both);
            stream = admit(socket, &asked);
        }
    }
    drop(lock);
    // Its reader has a handle as well.
    let _ = stream.shutdown(std::net::Shutdown::Both);
}

/// A dashboard without a terminal.
fn dashboard() -> State {
    let entries = library::list().into_iter().map(|entry| {
        let loaded = entry.loaded.expect("a built-in preset");
        Entry::new(Origin::BuiltIn, loaded.preset().clone())
    });
    let theme = Theme::detect(|name| (name == "COLORTERM").then(|| "truecolor".into()));
    State::new(Size { width: 120, height: 40 }, theme, Presets::new(entries.collect(), Vec::new()))
}

fn lies(messages: u64) {
    let _alone = crate::alone();
    let folder = tempfile::tempdir().expect("a folder");
    let socket = UnixListener::bind(folder.path().join(FILE)).expect("a socket");
    let preset = library::list().remove(0).loaded.expect("a built-in preset").preset().clone();
    let path = folder.path().to_path_buf();
    let lying = std::thread::spawn(move || liar(&path, &socket, &preset, messages));
    while !folder.path().join(trainyard::run::lock::FILE).exists() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let starter =
        Starter { program: "/bin/false".into(), arguments: Vec::new(), runs: folder.path().to_path_buf() };
    let (client, mut events) = spawn_detached(starter, Some(folder.path())).expect("it is connected");
    let mut state = dashboard();
    let (since, before) = (Instant::now(), memory());
    let (mut most, mut slowest, mut taken, mut frames) = (0, Duration::ZERO, 0_u64, 0_u64);
    let mut random = Random::new(3);
    loop {
        // As the dashboard's loop does: takes what is there, then draws.
        let mut messages = Vec::new();
        let until = Instant::now() + Duration::from_millis(50);
        let mut is_lost = false;
        while Instant::now() < until {
            match events.recv_timeout(Duration::from_millis(5)) {
                Waited::Event(event) => {
                    is_lost = matches!(&event, Event::Failed(why) if why.contains("ended without a word"));
                    messages.push(Message::Engine(event));
                }
                Waited::TimedOut => break,
                Waited::Ended => panic!("the bridge lives as long as it is spoken to"),
            }
            if is_lost {
                break;
            }
        }
        taken += messages.len() as u64;
        let key = |letter| Message::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE));
        let keys =
            ['1', '2', '3', '3', '3', '4', '5', 'f', 'F', 'c', 'w', '<', '>', '[', ']', 'z', 's', 'l', 'n'];
        messages.push(key(random.of(&keys)));
        for message in messages {
            for effect in update(&mut state, message) {
                if let Effect::Send(request) = effect {
                    client.request(request);
                }
            }
        }
        if let Some(Effect::Send(request)) = update(&mut state, key('r')).pop()
            && matches!(request.command, Command::Inspect(_))
        {
            client.request(request);
        }
        let began = Instant::now();
        let mut terminal = Terminal::new(TestBackend::new(120, 40)).expect("a test backend cannot fail");
        terminal.draw(|frame| screens::draw(&state, frame)).expect("a test backend cannot fail");
        frames += 1;
        slowest = slowest.max(began.elapsed());
        assert!(slowest < FRAME, "a frame took {slowest:?}");
        most = most.max(memory().saturating_sub(before));
        assert!(most < MEMORY, "{most} bytes after {taken} events");
        if is_lost {
            break;
        }
    }
    lying.join().expect("the liar found somebody to lie to");
    println!(
        "{messages} messages in {:.0} s, {taken} events and {frames} frames, the slowest {slowest:?}; {} MB more memory",
        since.elapsed().as_secs_f64(),
        most >> 20
    );
}

#[test]
fn a_lying_training_does_not_harm_the_dashboard() {
    lies(30_000);
}

#[test]
#[ignore = "a million messages take minutes"]
fn a_million_messages_of_a_lying_training_do_not_harm_the_dashboard() {
    lies(1_000_000);
}
