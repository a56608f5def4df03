//! Checkpoints: weights and optimizer state as safetensors, the rest of the training's state as RON.

use std::path::Path;

use super::checksums::{self, Checksums};
use super::tensors::{NamedTensor, TensorFile, decode_tensors, read_whole};
use super::{Error, atomic, disk};
use crate::system::memory;

/// The checkpoints' folder in a run's.
pub const FOLDER: &str = "checkpoints";

/// The file of weights in a checkpoint's folder.
pub const WEIGHTS: &str = "weights.safetensors";
const OPTIMIZER: &str = "optimizer.safetensors";
const STATE: &str = "state.ron";
/// A state is a page of text; a larger file is none.
const LARGEST_STATE: u64 = 16 << 20;

/// All that a training needs to go on as if it had never stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Steps done.
    pub step: u64,
    /// The model's parameters and running statistics.
    pub weights: Vec<NamedTensor>,
    /// The optimizer's moments.
    pub optimizer: Vec<NamedTensor>,
    /// Everything else, as RON: the training procedure knows what it means.
    pub state: String,
}

impl Checkpoint {
    /// Writes it as a folder that appears whole.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn save(&self, folder: &Path) -> Result<(), Error> {
        if !disk::exists(folder)? {
            return atomic::create_folder(folder, |folder| self.fill(folder));
        }
        // One of this step is there: early stopping may have put other weights in place since, or it is damaged. It
        // stays until the new one is whole.
        let (new, old) = (folder.with_file_name(REPLACING), folder.with_file_name(replaced_name(self.step)));
        for litter in [&new, &old] {
            disk::remove_folder(litter)?;
        }
        atomic::create_folder(&new, |folder| self.fill(folder))?;
        if !disk::exchange(&new, folder)? {
            // After a kill between these two, `RunDirectory::sweep` puts the old one back.
            disk::rename(folder, &old)?;
            disk::rename(&new, folder).inspect_err(|_| {
                // If this fails as well, the next process that writes the run does it.
                let _ = disk::rename(&old, folder);
            })?;
        }
        // The new one is in its place: what is left of the old one is litter.
        for litter in [&new, &old] {
            let _ = disk::remove_folder(litter);
        }
        folder.parent().map_or(Ok(()), disk::sync_folder)
    }

    fn fill(&self, folder: &Path) -> Result<(), Error> {
        let mut written = Checksums::new(self.step);
        for (name, tensors) in [(WEIGHTS, &self.weights), (OPTIMIZER, &self.optimizer)] {
            let file = TensorFile::of(&folder.join(name), tensors)?;
            written.write(folder, name, |out| file.write(out))?;
        }
        written.write(folder, STATE, |out| out.write_all(self.state.as_bytes()))?;
        written.save(folder)
    }

    /// Reads it back and compares every file with its checksum. Checkpoints of older versions have no checksums.
    ///
    /// # Errors
    /// [`Error::Broken`] when a file is missing or differs from its checksum, or when weights are not finite: such weights
    /// are never saved. [`Error::Io`] when the system refuses, which says nothing about the checkpoint.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let step = folder
            .file_name()
            .and_then(|name| step_of(&name.to_string_lossy()))
            .ok_or_else(|| Error::broken(folder, "not a checkpoint's name"))?;
        let written = Checksums::load(folder)?;
        if let Some(written) = written.as_ref().filter(|written| written.step != step) {
            let problem = format!("it is the checkpoint of step {} under another name", written.step);
            return Err(Error::broken(folder, problem));
        }
        let check = |path: &Path, content: &[u8]| match &written {
            Some(written) => written.check(path, content),
            None => Ok(()),
        };
        let path = folder.join(STATE);
        let state = disk::read(&path, LARGEST_STATE)?;
        check(&path, &state)?;
        let state = String::from_utf8(state).map_err(|error| Error::broken(&path, error))?;
        if !is_whole(&state) {
            return Err(Error::broken(&path, "it is cut short"));
        }
        let tensors = |name: &str| {
            let path = folder.join(name);
            let content = disk::must_be_there(&path, read_whole(&path, memory::usable_now()))?;
            check(&path, &content)?;
            decode_tensors(&path, &content)
        };
        let (weights, optimizer) = (tensors(WEIGHTS)?, tensors(OPTIMIZER)?);
        check_finite(&folder.join(WEIGHTS), &weights)?;
        Ok(Checkpoint { step, weights, optimizer, state })
    }
}

/// Weights that are not finite are never saved.
fn check_finite(path: &Path, weights: &[NamedTensor]) -> Result<(), Error> {
    match weights.iter().find(|tensor| !tensor.values.iter().all(|x| x.is_finite())) {
        Some(tensor) => Err(Error::broken(path, format!("the weights {} are not finite", tensor.name))),
        None => Ok(()),
    }
}

/// The weights alone of the checkpoint in `folder`: what the optimizer remembers may take twice as much memory.
///
/// # Errors
/// Those of [`load_weights`], and when the weights are not finite.
pub(super) fn weights_of(folder: &Path) -> Result<Vec<NamedTensor>, Error> {
    let path = folder.join(WEIGHTS);
    let weights = disk::must_be_there(&path, load_weights(&path))?;
    check_finite(&path, &weights)?;
    Ok(weights)
}

/// Whether a state ends where the parenthesis closes with which it begins. Only the procedure knows what stands between,
/// and it is asked when it is too late to take the checkpoint before.
fn is_whole(state: &str) -> bool {
    let (mut depth, mut is_text, mut is_escaped) = (0_u32, false, false);
    let text = state.trim();
    for (at, letter) in text.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_text => is_escaped = true,
            '"' => is_text = !is_text,
            '(' | '[' | '{' if !is_text => depth += 1,
            ')' | ']' | '}' if !is_text => match depth {
                0 => return false,
                1 => return at + 1 == text.len(),
                _ => depth -= 1,
            },
            _ => {}
        }
    }
    false
}

/// The weights in a file to start from. A file in a checkpoint's folder is compared with its checksum.
///
/// # Errors
/// Those of [`load_tensors`](super::tensors::load_tensors), and when the file differs from its checksum.
pub fn load_weights(path: &Path) -> Result<Vec<NamedTensor>, Error> {
    let content = disk::patiently(|| read_whole(path, memory::usable_now()))?;
    let folder = path
        .parent()
        .filter(|folder| folder.file_name().and_then(|name| step_of(&name.to_string_lossy())).is_some());
    if let Some(written) = folder.map_or(Ok(None), |folder| disk::patiently(|| Checksums::load(folder)))? {
        written.check(path, &content)?;
    }
    decode_tensors(path, &content)
}

/// A checkpoint that will replace one of the same step.
const REPLACING: &str = ".writing-new";
/// What the name of a checkpoint that is being replaced begins with.
const REPLACED: &str = ".writing-old-";

fn replaced_name(step: u64) -> String {
    format!("{REPLACED}{step}")
}

/// Puts back a checkpoint whose replacement did not get into its place.
///
/// # Errors
/// When the system refuses; the checkpoint then stays where it was.
pub(super) fn put_back(folder: &Path) -> Result<(), Error> {
    for path in disk::list(folder)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(step) = name.strip_prefix(REPLACED).and_then(|step| step.parse().ok()) else { continue };
        let place = folder.join(folder_name(step));
        if disk::exists(&place)? {
            disk::remove_folder(&path)?;
        } else {
            disk::rename(&path, &place)?;
        }
    }
    Ok(())
}

/// A checkpoint's folder name; eight digits, so that names sort by step.
pub fn folder_name(step: u64) -> String {
    format!("step-{step:08}")
}

/// The steps of the checkpoints in a folder, first to last. A checkpoint is a folder with at least one of a checkpoint's
/// files in it; anything else with such a name is ignored.
///
/// # Errors
/// When the system refuses to list all of them.
pub fn steps(folder: &Path) -> Result<Vec<u64>, Error> {
    let mut steps = Vec::new();
    for path in disk::list(folder)? {
        let step = path.file_name().and_then(|name| step_of(&name.to_string_lossy()));
        if let Some(step) = step
            && has_files(&path)?
        {
            steps.push(step);
        }
    }
    steps.sort_unstable();
    Ok(steps)
}

fn has_files(folder: &Path) -> Result<bool, Error> {
    for name in [checksums::FILE, WEIGHTS, STATE, OPTIMIZER] {
        if disk::exists(&folder.join(name))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The step in a name that [`folder_name`] gave.
fn step_of(name: &str) -> Option<u64> {
    let step = name.strip_prefix("step-")?.parse().ok()?;
    (folder_name(step) == name).then_some(step)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::tensors::save_tensors;
    use super::*;

    fn example() -> Checkpoint {
        let tensor = |name: &str, shape: &[usize]| NamedTensor {
            name: name.into(),
            shape: shape.to_vec(),
            values: (0..shape.iter().product()).map(|i: usize| i as f32 * 0.5 - 1.0).collect(),
        };
        Checkpoint {
            step: 938,
            weights: vec![tensor("conv2d/bias", &[2]), tensor("conv2d/kernel", &[3, 3, 1, 2])],
            optimizer: vec![tensor("conv2d/kernel/m", &[3, 3, 1, 2])],
            state: "(epoch: 1)".into(),
        }
    }

    #[test]
    fn a_checkpoint_comes_back_to_the_last_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(folder_name(938));
        let mut written = example();
        written.weights[0].values = vec![f32::MIN_POSITIVE / 2.0, -0.0];
        written.save(&path).unwrap();
        let read = Checkpoint::load(&path).unwrap();
        assert_eq!(read, written);
        assert_eq!(read.weights[0].values[1].to_bits(), (-0.0_f32).to_bits());
    }

    #[test]
    fn a_flipped_bit_anywhere_in_a_checkpoint_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(folder_name(938));
        example().save(&path).unwrap();
        for file in [WEIGHTS, OPTIMIZER, STATE] {
            let whole = fs::read(path.join(file)).unwrap();
            for bit in 0..8 * whole.len() {
                let mut flipped = whole.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                fs::write(path.join(file), flipped).unwrap();
                assert!(matches!(Checkpoint::load(&path), Err(Error::Broken { .. })), "{file}, bit {bit}");
            }
            fs::write(path.join(file), whole).unwrap();
        }
        assert_eq!(Checkpoint::load(&path).unwrap(), example());
        assert_eq!(load_weights(&path.join(WEIGHTS)).unwrap(), example().weights);
        save_tensors(&path.join(WEIGHTS), &example().optimizer).unwrap();
        assert!(load_weights(&path.join(WEIGHTS)).is_err());
    }

    #[test]
    fn a_checkpoint_without_checksums_is_read_and_its_weights_must_be_finite() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(folder_name(938));
        let mut written = example();
        written.save(&path).unwrap();
        fs::remove_file(path.join(checksums::FILE)).unwrap();
        assert_eq!(Checkpoint::load(&path).unwrap(), written);
        written.weights[1].values[3] = f32::INFINITY;
        written.save(&path).unwrap();
        let refused = Checkpoint::load(&path).unwrap_err().to_string();
        assert!(refused.contains("the weights conv2d/kernel are not finite"), "{refused}");
    }

    #[test]
    fn what_is_only_named_like_a_checkpoint_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        example().save(&at(&folder_name(938))).unwrap();
        fs::create_dir(at("step-99999999")).unwrap();
        fs::write(at("step-00001000"), "a file").unwrap();
        fs::create_dir_all(at("step-1000").join(WEIGHTS)).unwrap();
        fs::create_dir_all(at("step-+0000939").join(WEIGHTS)).unwrap();
        assert_eq!(steps(folder.path()).unwrap(), [938]);
        // A copy under another name is no later step.
        fs::rename(at(&folder_name(938)), at(&folder_name(940))).unwrap();
        let refused = Checkpoint::load(&at(&folder_name(940))).unwrap_err().to_string();
        assert!(refused.contains("of step 938 under another name"), "{refused}");
    }

    #[test]
    fn a_checkpoint_that_is_written_anew_is_always_there_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(folder_name(938));
        let first = example();
        first.save(&path).unwrap();
        let second = Checkpoint { state: "(epoch: 2)".into(), ..example() };
        // On a file system that exchanges two folders at one moment, and on one that does not.
        for exchanges in [true, false] {
            first.save(&path).unwrap();
            for call in 0.. {
                let mut number = 0;
                let faults = disk::faults::Faults::below(folder.path(), move |_, action| {
                    number += 1;
                    let is_unknown = action == "replacing" && !exchanges;
                    match is_unknown {
                        true => Some(std::io::ErrorKind::Unsupported),
                        false => (number == call + 1).then_some(std::io::ErrorKind::StorageFull),
                    }
                });
                let outcome = second.save(&path);
                drop(faults);
                put_back(folder.path()).unwrap();
                let there = Checkpoint::load(&path).unwrap();
                assert!(there == first || there == second, "call {call}");
                if outcome.is_ok() {
                    assert_eq!(there, second);
                    assert!(call > 10);
                    break;
                }
            }
        }
    }

    #[test]
    fn a_state_cut_short_anywhere_is_not_whole() {
        let state = r#"(updates: {"a)": 3, "\"(": 4}, procedure: (order: [1, 2], kind: Some(x)))"#;
        assert!(is_whole(state) && is_whole("()") && is_whole(&format!("{state}\n")));
        for end in 0..state.len() {
            assert!(!is_whole(&state[..end]), "{end}");
        }
        assert!(!is_whole(")(") && !is_whole("() ()"));
    }
}
