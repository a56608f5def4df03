//! The socket of a run while files are short, folders vanish and the mask of modes is open.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use trainyard::run::RunDirectory;
use trainyard::worker::socket::Connection;

use crate::program::Home;

/// Ends a training with its test.
struct Trainer(Child);

impl Drop for Trainer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The preset's training, without an end of its own, started by a shell after `before`.
fn training(home: &Home, before: &str) -> (Trainer, RunDirectory) {
    let words = "train small --set train.epochs=1000000 --set train.early_stopping=None --quiet --checkpoint-seconds 0.05";
    let script = format!("{before}; exec {} {words}", env!("CARGO_BIN_EXE_trainyard"));
    let mut command = Command::new("sh");
    command.args(["-c", &script]).env("TRAINYARD_HOME", &home.folder).stdin(Stdio::null());
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("there is a shell");
    let trainer = Trainer(child);
    wait("a checkpoint", || {
        home.runs().last().is_some_and(|run| !run.checkpoints().expect("a list").is_empty())
    });
    let run = home.run();
    wait("a socket", || Connection::open(run.path()).is_ok());
    (trainer, run)
}

fn wait(what: &str, holds: impl Fn() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < Duration::from_secs(60), "waited for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn newest(run: &RunDirectory) -> u64 {
    run.checkpoints().expect("a list").last().copied().unwrap_or(0)
}

/// Seconds of processor time that a process has taken to let listeners in.
fn time_at_the_door(process: u32) -> f64 {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let door = tasks.filter(|task| {
        std::fs::read_to_string(task.path().join("comm")).is_ok_and(|name| name.trim() == "door")
    });
    let ticks = door.map(|task| {
        let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        let fields: Vec<u64> =
            stat.split(' ').skip(13).take(2).filter_map(|field| field.parse().ok()).collect();
        fields.iter().sum::<u64>()
    });
    ticks.sum::<u64>() as f64 / 100.0
}

#[test]
fn more_connections_than_files_neither_spin_nor_keep_checkpoints_from_being_written() {
    let home = Home::new();
    let (trainer, run) = training(&home, "ulimit -n 48");
    let socket = run.path().join("socket");
    let crowd: Vec<UnixStream> = (0..200).filter_map(|_| UnixStream::connect(&socket).ok()).collect();
    assert!(crowd.len() > 48, "the system holds those that wait");
    let (before, time) = (newest(&run), time_at_the_door(trainer.0.id()));
    wait("checkpoints beside the crowd", || newest(&run) > before + 2000);
    assert!(time_at_the_door(trainer.0.id()) - time < 1.0, "who waits for files does not spin");
    drop(crowd);
    wait("a connection after the crowd has left", || Connection::open(run.path()).is_ok());
}

#[test]
fn a_folder_that_is_removed_is_made_again_with_its_socket() {
    let home = Home::new();
    let (_trainer, run) = training(&home, "true");
    let moved = home.folder.join("elsewhere");
    std::fs::rename(run.path(), &moved).expect("it is ours");
    wait("a checkpoint in the new folder", || newest(&run) > 0);
    wait("a socket in it", || Connection::open(run.path()).is_ok());
    // The checkpoint is written before the manifest, by which the run is found.
    wait("the run in the list", || !home.runs().is_empty());
    let attached = home.command(&["stop", "last"]).output().expect("it starts");
    assert!(attached.status.success(), "{}", String::from_utf8_lossy(&attached.stderr));
}

#[test]
fn a_socket_is_its_owners_alone_whatever_the_mask_of_modes() {
    let home = Home::new();
    let (_trainer, run) = training(&home, "umask 000");
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&run.path().join("socket")), 0o600);
    let left: Vec<_> =
        std::fs::read_dir(run.path()).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".door")), "{left:?}");
}
