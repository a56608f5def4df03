//! Who listens lies to the training.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use trainyard::worker::channel::channel;
use trainyard::worker::socket::frames::{self, LONGEST_FROM_CLIENT};
use trainyard::worker::socket::{ClientMessage, Connection, FILE, VERSION};
use trainyard::worker::{
    Command, Event, Filter, Hub, LearningRate, Question, RateChange, Reply, Request, RequestId, Scores,
    StepReport,
};

use crate::random::Random;
use crate::{MEMORY, memory};

/// What the worker says to everything.
const WORKER: &str = "it is only a test";

/// A worker that replies to every request and reports a step at each.
fn worker(folder: &std::path::Path) -> std::thread::JoinHandle<u64> {
    let (client, inbox, outbox, events) = channel();
    Hub::start(client, events).expect("a thread for the hub");
    outbox.send(Event::Keeping { run: "r".into(), folder: folder.display().to_string() });
    std::thread::spawn(move || {
        let mut heard = 0;
        loop {
            let Request { id, command } = inbox.wait();
            heard += 1;
            let scores = Scores { loss: 0.5, ..Scores::default() };
            let (rate, seconds) = (LearningRate::constant(0.1), 0.001);
            outbox.send(Event::Step(StepReport {
                step: heard,
                epoch: 1,
                scores,
                steps: 1,
                learning_rate: rate,
                samples: 1,
                seconds,
                time: 0.0,
            }));
            outbox.reply(id, Reply::Refused(WORKER.into()));
            if command == Command::Shutdown {
                return heard;
            }
        }
    })
}

fn command(random: &mut Random) -> Command {
    match random.below(8) {
        0 => Command::Pause,
        1 => Command::Resume,
        2 => Command::Step,
        3 => Command::ChangeRate(RateChange::To(random.number())),
        4 => Command::ChangeRate(RateChange::Times(random.number())),
        5 => Command::Inspect(Question::Confusion),
        6 => Command::Attach(random.text()),
        _ => Command::Inspect(Question::Sample {
            position: random.count().cast_signed(),
            filter: random.of(&[Filter::All, Filter::Wrong]),
        }),
    }
}

/// One message, or what is none. An error: this connection is of no more use.
fn lie(stream: &mut UnixStream, random: &mut Random) -> std::io::Result<()> {
    match random.below(100) {
        0 => {
            let version = random.of(&[VERSION, 0, u32::MAX]);
            frames::write(stream, &ClientMessage::Hello { version }, LONGEST_FROM_CLIENT)
        }
        1..10 => {
            let body = random.bytes(200);
            stream.write_all(&(body.len() as u32).to_le_bytes())?;
            stream.write_all(&body)
        }
        // What follows is taken for a part of it.
        10 if random.below(100) == 0 => stream.write_all(&(random.bits() as u32).to_le_bytes()),
        11 if random.below(100) == 0 => {
            frames::write(stream, &"x".repeat(17 << 20), u32::MAX).and(Err(std::io::ErrorKind::Other.into()))
        }
        _ => {
            let id = RequestId { asker: random.bits(), number: random.bits() };
            let request = Request { id, command: command(random) };
            frames::write(stream, &ClientMessage::Request(request), LONGEST_FROM_CLIENT)
        }
    }
}

/// Many connections one after the other, some of which read nothing; each is left after a while.
fn lies(messages: u64) {
    let _alone = crate::alone();
    let folder = tempfile::tempdir().expect("a folder");
    let worker = worker(folder.path());
    let socket = folder.path().join(FILE);
    let since = Instant::now();
    while !socket.exists() {
        assert!(since.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(1));
    }
    let mut random = Random::new(1);
    let (before, mut most) = (memory(), 0);
    let (mut said, mut connections) = (0, 0_u64);
    while said < messages {
        let mut stream = UnixStream::connect(&socket).expect("the door is open");
        connections += 1;
        stream.set_write_timeout(Some(Duration::from_millis(500))).expect("a timeout");
        if random.below(4) > 0 {
            let mut reading = stream.try_clone().expect("a handle");
            std::thread::spawn(move || std::io::copy(&mut reading, &mut std::io::sink()));
        }
        if random.below(10) > 0 {
            let _ =
                frames::write(&mut stream, &ClientMessage::Hello { version: VERSION }, LONGEST_FROM_CLIENT);
        }
        let here = 1 + random.below(3000);
        for _ in 0..here {
            said += 1;
            if lie(&mut stream, &mut random).is_err() {
                break;
            }
        }
        let _ = stream.shutdown(std::net::Shutdown::Both);
        most = most.max(memory().saturating_sub(before));
        assert!(most < MEMORY, "{most} bytes after {said} messages");
    }
    // Who is honest is let in as soon as the liars have left, steers, and is replied to.
    let mut honest = loop {
        match Connection::open(folder.path()) {
            Ok(connection) => break connection,
            Err(error) => assert!(since.elapsed() < Duration::from_secs(3600), "{error}"),
        }
    };
    let mut ask = |command| {
        let id = RequestId { asker: 0, number: 77 };
        honest.send(Request { id, command }).expect("it is sent");
        loop {
            let event = honest.receive().expect("it is told").expect("it is connected");
            if let Event::Reply { to, reply: Reply::Refused(reason) } = event {
                assert_eq!(to, id);
                return reason;
            }
        }
    };
    // The last liar steers until the training notices that it has left.
    while ask(Command::Pause) != WORKER {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(ask(Command::Shutdown), WORKER);
    let heard = worker.join().expect("the worker lives to the end");
    println!(
        "{said} messages over {connections} connections in {:.0} s, of which {heard} reached the worker; {} MB more memory",
        since.elapsed().as_secs_f64(),
        most >> 20
    );
}

#[test]
fn a_lying_listener_does_not_harm_a_training() {
    lies(30_000);
}

#[test]
#[ignore = "a million messages take minutes"]
fn a_million_messages_of_lying_listeners_do_not_harm_a_training() {
    lies(1_000_000);
}
