//! Killed without warning, again and again.

use std::time::{Duration, Instant};

use trainyard::run::Status;
use trainyard::run::tensorboard::Reader;

use crate::program::{Home, bits, newest, uninterrupted};

/// Kills trainings of the preset at moments that differ, resumes each until it ends, and compares the ends. After
/// every kill all that was reported saved must be there and readable.
fn kill_and_resume(kills: usize) {
    let expected = uninterrupted();
    // A linear congruential generator (Knuth's MMIX) picks the moments.
    let mut random = std::time::SystemTime::now().elapsed().map_or(1, |time| u64::from(time.subsec_nanos()));
    let (mut killed, mut ends, mut within_writing) = (0, 0, 0);
    let since = Instant::now();
    while killed < kills {
        let home = Home::new();
        let mut reported = 0;
        let mut words = vec!["train", "small"];
        loop {
            let (mut child, lines) =
                home.start(&[&words[..], &["--json", "--checkpoint-seconds", "0.01"]].concat());
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Nothing is lost before there is a run; after that any moment will do.
            let begun = lines.recv_timeout(Duration::from_secs(60)).is_ok();
            std::thread::sleep(Duration::from_micros((random >> 33) % 400_000));
            child.kill().expect("it is our child");
            let status = child.wait().expect("it is our child");
            for line in lines.iter().filter(|line| line["event"] == "saved") {
                reported = reported.max(line["step"].as_u64().expect("a step"));
            }
            let Some(run) = home.runs().pop() else {
                assert!(!begun || reported == 0, "a run that was reported is gone");
                killed += 1;
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
            within_writing += usize::from(
                checkpoints.filter_map(Result::ok).any(|e| e.file_name().to_string_lossy().starts_with('.')),
            );
            // The end may have been written just before the kill.
            killed += usize::from(!status.success());
            if matches!(manifest.status, Status::Finished { .. }) {
                let end = checkpoint.expect("a checkpoint of its end");
                assert!([bits(&end.weights), bits(&end.optimizer)] == expected, "it came to other weights");
                ends += 1;
                break;
            }
            assert!(!status.success(), "it ended, and says {:?}", manifest.status);
            words = vec!["resume", "last"];
        }
    }
    println!(
        "{killed} kills, {within_writing} of them within the writing of a checkpoint; {ends} trainings ended, all \
         with the same bits; {:.0} s",
        since.elapsed().as_secs_f64()
    );
}

#[test]
fn a_killed_run_comes_to_the_same_weights() {
    kill_and_resume(5);
}

#[test]
#[ignore = "takes minutes"]
fn two_hundred_kills_lose_nothing() {
    kill_and_resume(200);
}
