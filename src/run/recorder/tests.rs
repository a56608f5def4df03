use std::io::ErrorKind;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::super::disk::faults::Faults;
use super::super::lock::Lock;
use super::super::log_file::LOG;
use super::super::manifest::{Best, Judged};
use super::super::tensorboard::Reader;
use super::super::tensors::NamedTensor;
use super::*;

fn manifest() -> Manifest {
    let preset = r#"(name: "x", title: "", data: (source: mnist), layers: [Flatten], loss: mean_squared_error,
                     optimizer: SGD(), train: (epochs: 1, batch_size: 1))"#;
    Manifest::begin(ron::from_str(preset).unwrap(), "cpu".into())
}

fn checkpoint(step: u64) -> Checkpoint {
    let weights =
        vec![NamedTensor { name: "dense/bias".into(), shape: vec![2], values: vec![step as f32; 2] }];
    Checkpoint { step, weights, optimizer: Vec::new(), state: "()".into() }
}

/// The scores of an epoch with this validation loss.
fn judged(loss: f64) -> Option<Judged> {
    Some(Judged::new(loss, None, None))
}

/// A recorder of a new run, with what it has to say.
fn begin(runs: &Path) -> (Recorder, Receiver<RecorderEvent>) {
    let (said, reports) = channel();
    let report = move |event| drop(said.send(event));
    (Recorder::create(runs, manifest(), None, report), reports)
}

fn only_run(runs: &Path) -> RunDirectory {
    let mut all = RunDirectory::list(runs).unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// Takes a run up from its newest whole checkpoint.
fn take_up(run: &RunDirectory) -> Result<(Recorder, Option<Checkpoint>, Vec<u64>), Error> {
    let mut reopened = Reopened::take(run.clone())?;
    let checkpoint = reopened.checkpoint()?;
    let damaged = reopened.damaged().iter().map(|damaged| damaged.step).collect();
    Ok((reopened.go_on(|_| ()), checkpoint, damaged))
}

fn newest(run: &RunDirectory) -> Option<Checkpoint> {
    run.newest_whole(None).unwrap().0
}

fn wait_until_free(recorder: &Recorder) {
    while !recorder.is_free() {
        std::thread::yield_now();
    }
}

fn log(run: &RunDirectory) -> String {
    std::fs::read_to_string(run.path().join(LOG)).unwrap()
}

/// What event files in a folder say, in their order.
fn scalars(run: &Path) -> Vec<(String, i64, f64)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(run).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|path| path.to_string_lossy().contains("tfevents"));
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let mut reader = Reader::new(&file);
        reader.read(|scalar| found.push((scalar.tag, scalar.step, scalar.value))).unwrap();
        assert_eq!(reader.damaged(), 0);
    }
    found
}

#[test]
fn a_run_is_whole_on_disk_when_it_is_closed() {
    let runs = tempfile::tempdir().unwrap();
    let (recorder, reports) = begin(runs.path());
    let run = only_run(runs.path());
    recorder.scalars(1, vec![("loss/train".into(), 0.5)]);
    recorder.line("two\nlines");
    recorder.checkpoint(checkpoint(7), judged(0.25), true);
    assert!(matches!(Lock::take(run.path()), Err(Error::Locked { .. })));
    recorder.close(Status::Stopped { steps: 7 }).unwrap();

    let manifest = run.manifest().unwrap();
    assert_eq!(manifest.status, Status::Stopped { steps: 7 });
    assert_eq!(manifest.best, Some(Best { step: 7, loss: 0.25, accuracy: None }));
    assert_eq!(newest(&run), Some(checkpoint(7)));
    assert_eq!(scalars(run.path()), [("loss/train".into(), 1, 0.5)]);
    let log = log(&run);
    assert!(log.ends_with("Z two lines\n") && log.lines().count() == 1, "{log}");
    assert!(reports.iter().any(|r| matches!(r, RecorderEvent::Saved { step: 7, .. })));
    drop(Lock::take(run.path()).unwrap());
}

#[test]
fn pictures_are_found_by_who_watches_the_run() {
    use crate::run::watch::{Interest, Kind, Watcher};
    let runs = tempfile::tempdir().unwrap();
    let (recorder, _reports) = begin(runs.path());
    let run = only_run(runs.path());
    let grid = Grid { shape: [2, 2, 1], pixels: vec![0.5; 8], range: (0.0, 1.0), columns: 2 };
    recorder.picture(3, "samples".into(), grid.clone());
    recorder.picture(3, "nothing".into(), Grid { pixels: Vec::new(), ..grid });
    recorder.close(Status::Stopped { steps: 3 }).unwrap();
    let mut watcher = Watcher::new(&[run.path()]);
    watcher.look_at(Interest { shown: vec![0], tags: vec![0], room: (40, 40), ..Interest::default() });
    watcher.work(Duration::from_secs(10));
    let view = watcher.view();
    let tags: Vec<_> = view.tags.iter().map(|tag| (&*tag.name, tag.kind)).collect();
    assert_eq!(tags, [("samples", Kind::Picture)]);
    let shown = format!("{:?}", view.panels);
    assert!(shown.contains("width: 5, height: 2"), "{shown}");
}

#[test]
fn a_folder_that_is_removed_is_made_again_with_what_follows() {
    let runs = tempfile::tempdir().unwrap();
    let (recorder, _reports) = begin(runs.path());
    let run = only_run(runs.path());
    recorder.checkpoint(checkpoint(1), None, false);
    wait_until_free(&recorder);
    std::fs::remove_dir_all(run.path()).unwrap();
    recorder.scalars(2, vec![("loss/train".into(), 0.5)]);
    recorder.checkpoint(checkpoint(2), None, false);
    recorder.close(Status::Stopped { steps: 2 }).unwrap();
    assert_eq!(run.checkpoints().unwrap(), [2]);
    assert_eq!(scalars(run.path()), [("loss/train".into(), 2, 0.5)]);
    assert_eq!(run.manifest().unwrap().status, Status::Stopped { steps: 2 });
}

#[test]
fn a_run_that_is_taken_up_again_resumed_from_its_newest_whole_checkpoint() {
    let runs = tempfile::tempdir().unwrap();
    let (recorder, _reports) = begin(runs.path());
    let run = only_run(runs.path());
    for (step, loss) in [(1, 0.5), (2, 0.25), (3, 0.125)] {
        recorder.checkpoint(checkpoint(step), judged(loss), false);
        wait_until_free(&recorder);
    }
    recorder.close(Status::Running).unwrap();
    std::fs::write(run.checkpoint_path(3).join("weights.safetensors"), "torn").unwrap();
    std::fs::create_dir(run.path().join("checkpoints/.writing-xyz")).unwrap();
    std::fs::rename(run.checkpoint_path(2), run.path().join("checkpoints/.writing-old-2")).unwrap();

    let mut reopened = Reopened::take(run.clone()).unwrap();
    assert_eq!(reopened.checkpoint().unwrap(), Some(checkpoint(2)));
    assert_eq!(reopened.damaged().len(), 1);
    assert_eq!(reopened.best(), None, "the best one was broken");
    let recorder = reopened.go_on(|_| ());
    assert!(take_up(&run).is_err(), "it is being written");
    // The damaged one stays until the run has one of its own.
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(run.checkpoints().unwrap(), [1, 2, 3]);
    recorder.checkpoint(checkpoint(4), None, false);
    recorder.close(Status::Running).unwrap();
    assert_eq!(run.checkpoints().unwrap(), [1, 2, 4]);
    assert_eq!(std::fs::read_dir(run.path().join("checkpoints")).unwrap().count(), 3);
}

#[test]
fn a_run_that_is_not_gone_on_with_stays_as_it_was() {
    let runs = tempfile::tempdir().unwrap();
    let (recorder, _reports) = begin(runs.path());
    recorder.checkpoint(checkpoint(1), judged(0.5), false);
    recorder.close(Status::Stopped { steps: 1 }).unwrap();
    let run = only_run(runs.path());
    let before = std::fs::read(run.path().join("run.ron")).unwrap();
    let mut reopened = Reopened::take(run.clone()).unwrap();
    reopened.checkpoint().unwrap();
    drop(reopened);
    // One that the machine does not read is not given up, and neither is the run begun anew.
    let faults = Faults::first(run.path(), "weights", 100, ErrorKind::Other);
    assert!(matches!(take_up(&run), Err(Error::Io { .. })));
    drop(faults);
    let faults = Faults::first(run.path(), "listing", 100, ErrorKind::OutOfMemory);
    assert!(matches!(take_up(&run), Err(Error::Io { .. })));
    drop(faults);
    // Nor is one of which nothing is whole.
    std::fs::write(run.checkpoint_path(1).join("state.ron"), "(").unwrap();
    let Err(refused) = take_up(&run) else { panic!("nothing is left to go on from") };
    assert!(refused.to_string().contains("all its checkpoints are damaged"), "{refused}");
    assert_eq!(std::fs::read(run.path().join("run.ron")).unwrap(), before);
    assert_eq!(run.checkpoints().unwrap(), [1]);
}

#[test]
fn a_checkpoint_that_was_read_and_cannot_be_used_is_skipped_only_without_checksums() {
    let runs = tempfile::tempdir().unwrap();
    let (recorder, _reports) = begin(runs.path());
    for step in [1, 2] {
        recorder.checkpoint(checkpoint(step), None, false);
        wait_until_free(&recorder);
    }
    recorder.close(Status::Stopped { steps: 2 }).unwrap();
    let run = only_run(runs.path());
    let mut reopened = Reopened::take(run.clone()).unwrap();
    assert_eq!(reopened.checkpoint().unwrap(), Some(checkpoint(2)));
    assert!(!reopened.reject("its state is of another kind".into()).unwrap());
    std::fs::remove_file(run.checkpoint_path(2).join("checksums.ron")).unwrap();
    assert!(reopened.reject("its state is of another kind".into()).unwrap());
    assert_eq!(reopened.checkpoint().unwrap(), Some(checkpoint(1)));
    assert_eq!(reopened.damaged()[0].step, 2);
}

#[test]
fn the_last_checkpoint_and_the_best_are_saved_however_slow_the_disk() {
    let runs = tempfile::tempdir().unwrap();
    // The writer is held as a disk that takes long holds it: within the report of the first checkpoint.
    let (hold, held) = channel::<()>();
    let (reach, reached) = channel();
    let (said, reports) = channel();
    let recorder = Recorder::create(runs.path(), manifest(), None, move |event| {
        if matches!(event, RecorderEvent::Saved { step: 1, .. }) {
            let _ = reach.send(());
            let _ = held.recv();
        }
        drop(said.send(event));
    });
    recorder.checkpoint(checkpoint(1), None, false);
    reached.recv().unwrap();
    let total = 100_000;
    for step in 1..=total {
        recorder.scalars(step, vec![("loss/train".into(), 0.5)]);
        if step % 10_000 == 0 {
            recorder.line(&format!("step {step}"));
            recorder.scores(step, vec![("loss/validation".into(), 0.5)]);
        }
        if step == 50_000 {
            recorder.checkpoint(checkpoint(step), judged(0.25), false);
        }
    }
    recorder.checkpoint(checkpoint(total - 2), None, false);
    recorder.checkpoint(checkpoint(total - 1), None, false);
    recorder.checkpoint(checkpoint(total), judged(0.5), false);
    drop(hold);
    recorder.close(Status::Stopped { steps: total }).unwrap();

    let run = only_run(runs.path());
    assert_eq!(run.checkpoints().unwrap(), [50_000, total - 1, total]);
    assert_eq!(run.manifest().unwrap().best, Some(Best { step: 50_000, loss: 0.25, accuracy: None }));
    assert_eq!(run.manifest().unwrap().status, Status::Stopped { steps: total });
    let written = scalars(run.path());
    let of = |tag: &str| written.iter().filter(|(name, ..)| name == tag).count() as u64;
    assert_eq!(of("loss/validation"), 10);
    let left_out: u64 = reports
        .iter()
        .map(|event| match event {
            RecorderEvent::LeftOut(count) => count,
            _ => 0,
        })
        .sum();
    assert_eq!(of("loss/train") + left_out, total, "what is left out is counted");
    let log = log(&run);
    let lines: Vec<&str> =
        log.lines().filter_map(|line| line.split_once(' ').map(|(_, text)| text)).collect();
    let superseded = format!("the checkpoint of step {} was not written", total - 2);
    assert!(lines.iter().any(|line| line.contains(&superseded)), "{log}");
    let steps: Vec<String> = (1..=10).map(|part| format!("step {}", part * 10_000)).collect();
    assert!(lines.iter().filter(|line| line.starts_with("step")).eq(steps.iter()), "{log}");
}

#[test]
fn a_log_and_events_that_cannot_be_written_hold_up_no_checkpoint_and_are_told_at_the_end() {
    for word in ["log.txt", "tfevents"] {
        let runs = tempfile::tempdir().unwrap();
        let faults = Faults::first(runs.path(), word, usize::MAX, ErrorKind::PermissionDenied);
        let (recorder, reports) = begin(runs.path());
        recorder.line("a line");
        recorder.checkpoint(checkpoint(3), judged(0.5), false);
        let refused = recorder.close(Status::Stopped { steps: 3 }).unwrap_err().to_string();
        assert!(refused.contains(word), "{refused}");
        let run = only_run(runs.path());
        assert_eq!(newest(&run), Some(checkpoint(3)));
        assert_eq!(run.manifest().unwrap().status, Status::Stopped { steps: 3 });
        // It is tried on as long as the process lives.
        drop(faults);
        assert!(reports.iter().collect::<Vec<_>>().contains(&RecorderEvent::Recovered));
        drop(Lock::take(run.path()).unwrap());
        assert!(log(&run).contains("Z a line\n"));
    }
}

#[test]
fn whatever_call_fails_once_the_run_is_whole_in_the_end() {
    for call in 0.. {
        let runs = tempfile::tempdir().unwrap();
        let (mut number, counted) = (0, std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0)));
        let counts = counted.clone();
        let faults = Faults::below(runs.path(), move |_, _| {
            number += 1;
            counts.store(number, std::sync::atomic::Ordering::Relaxed);
            (number == call + 1).then_some(ErrorKind::StorageFull)
        });
        let (recorder, _reports) = begin(runs.path());
        recorder.scalars(1, vec![("loss/train".into(), 0.5)]);
        recorder.line("a line");
        recorder.checkpoint(checkpoint(1), judged(0.5), true);
        recorder.close(Status::Stopped { steps: 1 }).unwrap();
        drop(faults);
        let run = only_run(runs.path());
        assert_eq!(newest(&run), Some(checkpoint(1)), "call {call}");
        let manifest = run.manifest().unwrap();
        assert_eq!(manifest.status, Status::Stopped { steps: 1 }, "call {call}");
        assert_eq!(manifest.best, Some(Best { step: 1, loss: 0.5, accuracy: None }), "call {call}");
        assert_eq!(scalars(run.path()).len(), 1, "call {call}");
        assert_eq!(log(&run).matches("Z a line\n").count(), 1, "call {call}");
        if counted.load(std::sync::atomic::Ordering::Relaxed) <= call {
            assert!(call > 20);
            return;
        }
    }
}

#[test]
fn a_run_whose_folder_cannot_be_made_is_made_later_with_all_that_came_before() {
    let runs = tempfile::tempdir().unwrap();
    let faults =
        Faults::first(runs.path(), "creating the run's folder", usize::MAX, ErrorKind::ReadOnlyFilesystem);
    let (recorder, reports) = begin(runs.path());
    assert!(matches!(reports.recv(), Ok(RecorderEvent::Trouble(_))));
    recorder.scalars(1, vec![("loss/train".into(), 0.5)]);
    recorder.line("early");
    recorder.checkpoint(checkpoint(1), None, false);
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(std::fs::read_dir(runs.path()).unwrap().count(), 0);
    drop(faults);
    recorder.close(Status::Stopped { steps: 1 }).unwrap();
    let told: Vec<RecorderEvent> = reports.iter().collect();
    let run = only_run(runs.path());
    assert!(told.contains(&RecorderEvent::Keeping(run.clone())) && told.contains(&RecorderEvent::Recovered));
    assert_eq!((newest(&run), scalars(run.path()).len()), (Some(checkpoint(1)), 1));
    assert!(log(&run).contains("early"));
}

#[test]
fn old_checkpoints_go_and_the_best_one_stays() {
    let runs = tempfile::tempdir().unwrap();
    let (recorder, _reports) = begin(runs.path());
    for step in 1..=6 {
        recorder.checkpoint(checkpoint(step), judged((step as f64 - 2.0).abs()), false);
        wait_until_free(&recorder);
    }
    let run = only_run(runs.path());
    // What only looks like a newer one drives none out.
    std::fs::create_dir(run.checkpoint_path(99)).unwrap();
    recorder.checkpoint(checkpoint(7), None, false);
    recorder.close(Status::Running).unwrap();
    assert_eq!(run.checkpoints().unwrap(), [2, 5, 6, 7]);
    assert!(run.checkpoint_path(99).exists());
}

#[test]
fn a_checkpoint_that_cannot_be_removed_is_no_loss() {
    let runs = tempfile::tempdir().unwrap();
    let _faults = Faults::first(runs.path(), "removing", usize::MAX, ErrorKind::PermissionDenied);
    let (recorder, reports) = begin(runs.path());
    for step in 1..=5 {
        recorder.checkpoint(checkpoint(step), None, false);
        wait_until_free(&recorder);
    }
    recorder.close(Status::Running).unwrap();
    let told: Vec<RecorderEvent> = reports.iter().collect();
    assert!(told.iter().any(|event| matches!(event, RecorderEvent::Untidy(_))), "{told:?}");
    assert!(!told.iter().any(|event| matches!(event, RecorderEvent::Trouble(_))), "{told:?}");
    assert_eq!(newest(&only_run(runs.path())), Some(checkpoint(5)));
}
