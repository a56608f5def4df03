//! Runs that are no longer wanted are removed, and no others.

use std::fs;
use std::process::Output;
use std::time::{Duration, SystemTime};

use trainyard::run::lock::Lock;
use trainyard::run::{Checkpoint, Status};

use crate::program::{Home, newest};

/// A home with as many runs, oldest first.
fn with_runs(count: usize) -> Home {
    let home = Home::new();
    for _ in 0..count {
        let output = home.command(&["train", "xor", "--quiet", "--epochs", "5"]).output();
        assert!(output.expect("the program starts").status.success());
    }
    home
}

fn prune(home: &Home, words: &[&str]) -> (i32, String) {
    let output: Output =
        home.command(&[&["runs", "prune"], words].concat()).output().expect("the program starts");
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().expect("it ends by itself"), said)
}

fn names(home: &Home) -> Vec<String> {
    home.runs().iter().map(trainyard::run::RunDirectory::name).collect()
}

#[test]
fn the_newest_runs_stay_and_nothing_goes_without_a_yes() {
    let home = with_runs(3);
    let all = names(&home);
    let (code, said) = prune(&home, &[]);
    assert!(code == 2 && said.contains("which runs are to go?"), "{said}");
    let (code, said) = prune(&home, &["--keep", "1", "--dry-run"]);
    assert!(
        code == 0 && said.contains(&all[0]) && said.contains(&all[1]) && !said.contains(&all[2]),
        "{said}"
    );
    // No terminal to ask on.
    let (code, said) = prune(&home, &["--keep", "1"]);
    assert!(
        code == 2 && said.contains("2 runs, ") && said.contains("--yes removes without a question"),
        "{said}"
    );
    assert_eq!(names(&home), all);
    let (code, said) = prune(&home, &["--keep", "1", "--yes", "--json"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(said.matches("\"removed\":true").count(), 2, "{said}");
    assert_eq!(names(&home), all[2..]);
    assert_eq!(fs::read_dir(home.folder.join("runs")).expect("runs").count(), 1);
    let (code, said) = prune(&home, &["--keep", "1", "--yes"]);
    assert!(code == 0 && said.contains("nothing is to be removed"), "{said}");
}

#[test]
fn conditions_hold_together_and_a_run_that_trains_is_never_touched() {
    let home = with_runs(3);
    let runs = home.runs();
    let mut failed = runs[1].manifest().expect("a manifest");
    failed.status = Status::Failed { reason: "the disk is full".into(), diverged: false };
    failed.save(runs[1].path()).expect("a manifest");
    assert!(prune(&home, &["--failed", "--older-than", "1", "--yes"]).1.contains("nothing is to be removed"));
    let long_ago = SystemTime::now() - Duration::from_secs(3 * 86_400);
    for run in &runs {
        for entry in fs::read_dir(run.path()).expect("a folder").flatten() {
            let file = fs::File::open(entry.path()).expect("a file");
            file.set_modified(long_ago).expect("another time");
        }
    }
    let lock = Lock::take(runs[1].path()).expect("its lock");
    let (code, said) = prune(&home, &["--failed", "--yes"]);
    assert!(code == 0 && said.contains("nothing is to be removed"), "{said}");
    drop(lock);
    let (code, said) = prune(&home, &["--failed", "--older-than", "2", "--yes"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(names(&home), [runs[0].name(), runs[2].name()]);
}

#[test]
fn the_best_and_the_newest_checkpoint_stay_with_their_run() {
    let home = with_runs(1);
    let run = home.run();
    let best = run.manifest().expect("a manifest").best.map(|best| best.step);
    // How many there are by themselves depends on how fast the disk is.
    let end = newest(&run).expect("a checkpoint");
    for step in [1, 2] {
        run.save_checkpoint(&Checkpoint { step, ..end.clone() }).expect("a checkpoint");
    }
    let before = run.checkpoints().expect("a list");
    let (code, said) = prune(&home, &["--checkpoints", "--yes"]);
    assert!(code == 0 && said.contains("checkpoints of steps") && said.contains("removed: "), "{said}");
    let newest = *before.last().expect("a checkpoint");
    let mut expected: Vec<u64> = best.into_iter().chain([newest]).collect();
    expected.dedup();
    assert_eq!(run.checkpoints().expect("a list"), expected);
    assert!(home.command(&["eval", "last"]).output().expect("it starts").status.success());
    let (code, said) = prune(&home, &["--checkpoints", "--yes"]);
    assert!(code == 0 && said.contains("nothing is to be removed"), "{said}");
}
