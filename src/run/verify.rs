//! Checks that the files of a run are as they were written.

use std::path::Path;

use super::manifest::{FILE as MANIFEST, Manifest, Status};
use super::tensorboard::Reader;
use super::{Error, RunDirectory, disk, past};

/// The result for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The checkpoints, first to last.
    pub checkpoints: Vec<VerifiedCheckpoint>,
    /// The number of its event files.
    pub event_files: usize,
    /// Problems of the manifest and the event files, and missing checkpoints that the manifest names.
    pub problems: Vec<Problem>,
}

/// The result for a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedCheckpoint {
    /// Its step.
    pub step: u64,
    /// Whether it has checksums. Without them, a flipped bit is not found.
    pub has_checksums: bool,
    /// Its problem, if it has one.
    pub problem: Option<Problem>,
}

/// A problem, with its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Something is missing, or not as it was written.
    Damaged(String),
    /// The system refuses to read it, which says nothing about its content.
    Unread(String),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Io { .. } => Problem::Unread(error.to_string()),
            error => Problem::Damaged(error.to_string()),
        }
    }
}

impl Verified {
    /// Reads everything in a run's folder.
    pub fn of(run: &RunDirectory) -> Self {
        let mut problems = Vec::new();
        let manifest = run.manifest().map_err(|error| problems.push(error.into())).ok();
        let steps = run.checkpoints().unwrap_or_else(|error| {
            problems.push(error.into());
            Vec::new()
        });
        let checkpoints: Vec<VerifiedCheckpoint> =
            steps.into_iter().filter_map(|step| checkpoint(run, step)).collect();
        if let Some(manifest) = manifest {
            problems.extend(promised(run, &manifest, &checkpoints));
        }
        let files = disk::patiently(|| past::event_files(run.path())).unwrap_or_else(|error| {
            problems.push(error.into());
            Vec::new()
        });
        problems.extend(files.iter().filter_map(|file| event_file(file).err()).map(Problem::from));
        Verified { checkpoints, event_files: files.len(), problems }
    }

    /// All problems.
    pub fn all_problems(&self) -> impl Iterator<Item = &Problem> {
        let of_checkpoints = self.checkpoints.iter().filter_map(|checkpoint| checkpoint.problem.as_ref());
        self.problems.iter().chain(of_checkpoints)
    }
}

/// None if it was removed meanwhile: a running training removes old ones.
fn checkpoint(run: &RunDirectory, step: u64) -> Option<VerifiedCheckpoint> {
    let problem = run.checkpoint(step).err().map(Problem::from);
    let has_checksums = run.has_checksums(step).unwrap_or(false);
    if problem.is_some() && matches!(run.checkpoints(), Ok(steps) if !steps.contains(&step)) {
        return None;
    }
    Some(VerifiedCheckpoint { step, has_checksums, problem })
}

/// Missing checkpoints that the manifest names.
fn promised(run: &RunDirectory, manifest: &Manifest, checkpoints: &[VerifiedCheckpoint]) -> Vec<Problem> {
    let end = match manifest.status {
        Status::Stopped { steps } | Status::Finished { steps, .. } => Some((steps, "its end")),
        Status::Running | Status::Failed { .. } => None,
    };
    let best = manifest.best.map(|best| (best.step, "its best"));
    let missing = end.into_iter().chain(best).filter(|(step, _)| {
        let is_there = checkpoints.iter().any(|checkpoint| checkpoint.step == *step);
        // A running training may have saved a better one since.
        !is_there && run.manifest().is_ok_and(|now| now == *manifest)
    });
    missing
        .map(|(step, which)| {
            let path = run.path().join(MANIFEST);
            let problem = format!("the checkpoint of {which}, of step {step}, is missing");
            Error::broken(&path, problem).into()
        })
        .collect()
}

fn event_file(path: &Path) -> Result<(), Error> {
    let damaged = disk::patiently(|| {
        let mut reader = Reader::new(path);
        reader.read(|_| ())?;
        Ok(reader.damaged())
    })?;
    match damaged {
        0 => Ok(()),
        1 => Err(Error::broken(path, "a record does not match its checksum")),
        count => Err(Error::broken(path, format!("of its records {count} do not match their checksums"))),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;

    use super::super::checkpoint::WEIGHTS;
    use super::super::disk::faults::Faults;
    use super::super::tensors::NamedTensor;
    use super::super::{Checkpoint, Judged, checksums};
    use super::*;
    use crate::run::Recorder;

    fn run(runs: &Path) -> RunDirectory {
        let preset = r#"(name: "x", title: "", data: (source: mnist), layers: [Flatten], loss: mean_squared_error,
                         optimizer: SGD(), train: (epochs: 1, batch_size: 1))"#;
        let manifest = Manifest::begin(ron::from_str(preset).unwrap(), "cpu".into());
        let recorder = Recorder::create(runs, manifest, None, |_| ());
        for step in [1, 2] {
            let weights =
                vec![NamedTensor { name: "dense/bias".into(), shape: vec![2], values: vec![0.5; 2] }];
            let checkpoint = Checkpoint { step, weights, optimizer: Vec::new(), state: "()".into() };
            recorder.checkpoint(checkpoint, Some(Judged::new(1.0 / step as f64, None, None)), true);
            while !recorder.is_free() {
                std::thread::yield_now();
            }
        }
        recorder.scalars(2, vec![("loss/train".into(), 0.5)]);
        recorder.close(Status::Stopped { steps: 2 }).unwrap();
        RunDirectory::find(runs, "last").unwrap()
    }

    fn flip(path: &Path, at: usize) {
        let mut content = fs::read(path).unwrap();
        content[at] ^= 4;
        fs::write(path, content).unwrap();
    }

    #[test]
    fn a_whole_run_is_whole_and_whatever_is_changed_in_it_is_found() {
        let runs = tempfile::tempdir().unwrap();
        let run = run(runs.path());
        let whole = Verified::of(&run);
        assert_eq!(whole.all_problems().count(), 0, "{whole:?}");
        assert_eq!(
            whole.checkpoints.iter().map(|c| (c.step, c.has_checksums)).collect::<Vec<_>>(),
            [(1, true), (2, true)]
        );
        assert_eq!(whole.event_files, 1);

        let weights = run.checkpoint_path(1).join(WEIGHTS);
        let size = fs::metadata(&weights).unwrap().len() as usize;
        flip(&weights, size - 1);
        let found = Verified::of(&run);
        let Some(Problem::Damaged(told)) = &found.checkpoints[0].problem else { panic!("{found:?}") };
        assert!(told.contains("weights.safetensors") && told.contains("checksum"), "{told}");
        // Without checksums nobody can know.
        fs::remove_file(run.checkpoint_path(1).join(checksums::FILE)).unwrap();
        let found = Verified::of(&run);
        assert_eq!((found.checkpoints[0].has_checksums, &found.checkpoints[0].problem), (false, &None));

        flip(&past::event_files(run.path()).unwrap()[0], 20);
        fs::remove_dir_all(run.checkpoint_path(2)).unwrap();
        let told = format!("{:?}", Verified::of(&run).problems);
        for words in
            ["a record does not match", "its end, of step 2, is missing", "its best, of step 2, is missing"]
        {
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn what_the_machine_does_not_read_is_not_called_damaged() {
        let runs = tempfile::tempdir().unwrap();
        let run = run(runs.path());
        let _faults = Faults::first(run.path(), WEIGHTS, 100, ErrorKind::PermissionDenied);
        let found = Verified::of(&run);
        assert!(found.checkpoints.iter().all(|c| matches!(c.problem, Some(Problem::Unread(_)))), "{found:?}");
        assert_eq!(found.problems, []);
    }
}
