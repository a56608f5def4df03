//! Disks that are full, and folders that are gone.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use trainyard::run::Status;

use crate::program::{Home, bits, newest, uninterrupted};

/// A file system of so many kilobytes; gone when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(kilobytes: u32) -> Self {
        let folder = tempfile::TempDir::new().expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={kilobytes}k"), "tmpfs"])
            .arg(folder.path())
            .status();
        assert!(mounted.is_ok_and(|status| status.success()), "mounting needs root");
        SmallDisk(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[test]
#[ignore = "mounts a small tmpfs, which needs root"]
fn a_full_disk_stops_neither_the_training_nor_what_was_saved_before() {
    let expected = uninterrupted();
    // From room for nothing to room for a few checkpoints of 240 kB and no more.
    for kilobytes in [8, 40, 120, 300, 500, 700, 900] {
        let disk = SmallDisk::mount(kilobytes);
        let home = Home::at(disk.path());
        let (mut child, lines) = home.start(&["train", "small", "--json", "--checkpoint-seconds", "0.05"]);
        let code = child.wait().expect("it is our child").code();
        assert!(matches!(code, Some(0 | 1)), "{kilobytes} kB: training went on to its end");
        let lines_told: Vec<_> = lines.iter().collect();
        let saved = lines_told
            .iter()
            .filter(|line| line["event"] == "saved")
            .filter_map(|line| line["step"].as_u64())
            .max();
        let run = home.runs().pop();
        let newest_step = run.as_ref().and_then(newest).map(|checkpoint| checkpoint.step);
        println!("{kilobytes} kB: exit code {code:?}, reported saved {saved:?}, on disk {newest_step:?}");
        assert!(newest_step >= saved, "{kilobytes} kB: what was reported saved is there");
        let last =
            lines_told.iter().find(|line| line["event"] == "finished").and_then(|l| l["steps"].as_u64());
        assert!(
            last.is_some() && (code == Some(1) || newest_step == last),
            "{kilobytes} kB: exit code {code:?}"
        );
        // With room again the run goes on to the same end.
        let Some(run) = run else { continue };
        let grown = Command::new("mount").args(["-o", "remount,size=20m"]).arg(disk.path()).status();
        assert!(grown.is_ok_and(|status| status.success()));
        let end = match run.manifest().expect("the manifest is whole").status {
            Status::Finished { steps, .. } => Some(steps),
            _ => None,
        };
        if end.is_none() || newest_step != end {
            let words = ["resume", "last", "--quiet"];
            let status = home.command(&words).stdout(Stdio::null()).status();
            assert!(status.expect("it starts").success(), "{kilobytes} kB: it resumes");
        }
        let end = newest(&run).expect("a checkpoint");
        assert!([bits(&end.weights), bits(&end.optimizer)] == expected, "{kilobytes} kB");
    }
}

#[test]
fn a_folder_that_is_removed_does_not_end_the_training() {
    let home = Home::new();
    let (mut child, lines) = home.start(&["train", "small", "--json", "--checkpoint-seconds", "0.05"]);
    while lines.recv_timeout(Duration::from_secs(60)).expect("it begins")["event"] != "saved" {}
    // The training may write while the folder is emptied: then it is not empty in the end.
    let removed = (0..100).any(|_| std::fs::remove_dir_all(home.folder.join("runs")).is_ok());
    assert!(removed, "it is ours");
    assert!(child.wait().expect("it is our child").success());
    let end = newest(&home.run()).expect("a checkpoint of the end");
    assert_eq!([bits(&end.weights), bits(&end.optimizer)], uninterrupted());
}
