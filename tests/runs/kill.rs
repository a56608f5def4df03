//! Killed without warning, again and again, in every procedure.

use std::process::Stdio;
use std::time::{Duration, Instant};

use trainyard::run::tensorboard::Reader;
use trainyard::run::{RunDirectory, Status};

use crate::procedures::{TRAININGS, Training};
use crate::program::{Home, bits, newest};

/// Trainings are so many times as long as [`TRAININGS`] has them: long enough to be killed several times.
const TIMES: u32 = 8;

/// What a training came to.
#[derive(PartialEq)]
struct End {
    status: Status,
    weights: Vec<u32>,
    optimizer: Vec<u32>,
}

impl End {
    /// That of a run which has ended.
    fn of(run: &RunDirectory) -> Self {
        let checkpoint = newest(run).expect("a checkpoint of its end");
        let status = run.manifest().expect("the manifest is whole").status;
        assert!(matches!(status, Status::Finished { .. }), "{status:?}");
        End { status, weights: bits(&checkpoint.weights), optimizer: bits(&checkpoint.optimizer) }
    }
}

/// What nobody killed, and how long it took from the first word to the end.
fn uninterrupted(training: &Training) -> (End, Duration) {
    let home = Home::new();
    training.put_into(&home.folder, TIMES);
    let (mut child, lines) = home.start(&["train", "small", "--json"]);
    lines.recv_timeout(Duration::from_secs(60)).expect("it begins");
    let since = Instant::now();
    assert!(child.wait().expect("it is our child").success(), "{}", training.name);
    (End::of(&home.run()), since.elapsed())
}

/// A linear congruential generator (Knuth's MMIX), which picks the moments.
struct Moments(u64);

impl Moments {
    /// Other ones each time.
    fn new() -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Moments(now.map_or(1, |now| u64::from(now.subsec_nanos())))
    }

    /// One within so long a time.
    fn within(&mut self, time: Duration) -> Duration {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        time.mul_f64((self.0 >> 33) as f64 / (1_u64 << 31) as f64)
    }
}

/// What was seen.
#[derive(Default)]
struct Tally {
    kills: usize,
    /// Of these, kills while a checkpoint was being written.
    within_writing: usize,
    /// Trainings that ended, all as if nobody had killed them.
    ends: usize,
}

/// Kills a training at moments that differ, resumes it until it ends, and compares the end; and again, until there were
/// so many kills. After every kill all that was reported saved must be there and readable.
fn kill_and_resume(training: &Training, kills: usize, moments: &mut Moments, tally: &mut Tally) {
    let (expected, time) = uninterrupted(training);
    let enough = tally.kills + kills;
    while tally.kills < enough {
        let home = Home::new();
        training.put_into(&home.folder, TIMES);
        let mut reported = 0;
        let mut words = vec!["train", "small"];
        loop {
            let (mut child, lines) =
                home.start(&[&words[..], &["--json", "--checkpoint-seconds", "0.01"]].concat());
            // Nothing is lost before there is a run; after that any moment will do.
            let begun = lines.recv_timeout(Duration::from_secs(60)).is_ok();
            std::thread::sleep(moments.within(time));
            child.kill().expect("it is our child");
            let status = child.wait().expect("it is our child");
            for line in lines.iter().filter(|line| line["event"] == "saved") {
                reported = reported.max(line["step"].as_u64().expect("a step"));
            }
            let Some(run) = home.runs().pop() else {
                assert!(!begun || reported == 0, "a run that was reported is gone");
                tally.kills += 1;
                continue;
            };
            let manifest = run.manifest().expect("the manifest is whole");
            let checkpoint = newest(&run);
            let step = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.step);
            assert!(step >= reported, "step {reported} was reported saved, {step} is the newest");
            for entry in std::fs::read_dir(run.path()).expect("a folder").filter_map(Result::ok) {
                if entry.file_name().to_string_lossy().contains("tfevents") {
                    let mut reader = Reader::new(&entry.path());
                    reader.read(|_| ()).expect("event files are readable");
                    assert_eq!(reader.damaged(), 0);
                }
            }
            let checkpoints = std::fs::read_dir(run.path().join("checkpoints")).into_iter().flatten();
            tally.within_writing += usize::from(
                checkpoints.filter_map(Result::ok).any(|e| e.file_name().to_string_lossy().starts_with('.')),
            );
            // The end may have been written just before the kill.
            tally.kills += usize::from(!status.success());
            if matches!(manifest.status, Status::Finished { .. }) {
                assert!(End::of(&run) == expected, "{}: it came to another end", training.name);
                let verified = home.command(&["runs", "verify"]).stdout(Stdio::null()).status();
                assert!(verified.expect("it starts").success(), "{}: something is damaged", training.name);
                tally.ends += 1;
                break;
            }
            assert!(!status.success(), "it ended, and says {:?}", manifest.status);
            words = vec!["resume", "last"];
        }
    }
}

/// The same with every procedure in turn.
fn kill_all(kills: usize) {
    let (mut moments, since) = (Moments::new(), Instant::now());
    let mut all = Tally::default();
    for training in TRAININGS {
        let mut tally = Tally::default();
        kill_and_resume(training, kills, &mut moments, &mut tally);
        let Tally { kills, within_writing, ends } = tally;
        println!(
            "{}: {kills} kills, {within_writing} within the writing of a checkpoint, {ends} ends",
            training.name
        );
        all.kills += kills;
        all.within_writing += within_writing;
        all.ends += ends;
    }
    println!(
        "{} kills, {} of them within the writing of a checkpoint; {} trainings ended, all with the same result, bit for \
         bit; {:.0} s",
        all.kills,
        all.within_writing,
        all.ends,
        since.elapsed().as_secs_f64()
    );
}

#[test]
fn a_killed_run_of_any_procedure_comes_to_the_same_end() {
    kill_all(1);
}

#[test]
#[ignore = "takes ten minutes"]
fn a_thousand_kills_over_all_procedures_lose_nothing() {
    kill_all(1000_usize.div_ceil(TRAININGS.len()));
}
