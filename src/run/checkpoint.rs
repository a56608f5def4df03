//! Checkpoints: weights and optimizer state as safetensors, the rest of the training's state as RON.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::Path;

use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorView};

use super::checksums::{self, Checksums};
use super::{Error, atomic, disk};
use crate::preset::summary::in_bytes;
use crate::system::{files, memory};

/// The checkpoints' folder in a run's.
pub const FOLDER: &str = "checkpoints";

/// The file of weights in a checkpoint's folder.
pub const WEIGHTS: &str = "weights.safetensors";
const OPTIMIZER: &str = "optimizer.safetensors";
const STATE: &str = "state.ron";
/// A state is a page of text; a larger file is none.
const LARGEST_STATE: u64 = 16 << 20;
/// The longest list of tensors at the beginning of a safetensors file, as its specification has it.
const LONGEST_LIST: u64 = 100_000_000;

/// Numbers with a name and a shape.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTensor {
    /// For weights Keras's path: `conv2d/kernel`.
    pub name: String,
    /// Its shape, in Keras's layout.
    pub shape: Vec<usize>,
    /// Its numbers, row-major.
    pub values: Vec<f32>,
}

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
            let content = encode_tensors(&folder.join(name), tensors)?;
            written.write(folder, name, &content)?;
        }
        written.write(folder, STATE, self.state.as_bytes())?;
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
        if let Some(tensor) = weights.iter().find(|tensor| !tensor.values.iter().all(|x| x.is_finite())) {
            let problem = format!("the weights {} are not finite", tensor.name);
            return Err(Error::broken(&folder.join(WEIGHTS), problem));
        }
        Ok(Checkpoint { step, weights, optimizer, state })
    }
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

/// Writes tensors as a safetensors file, atomically.
///
/// # Errors
/// When the system refuses.
pub fn save_tensors(path: &Path, tensors: &[NamedTensor]) -> Result<(), Error> {
    let file = encode_tensors(path, tensors)?;
    atomic::write(path, |out| out.write_all(&file))
}

/// The bytes of a safetensors file; `path` is what an error names.
///
/// # Errors
/// When a tensor's shape is not that of its numbers.
pub fn encode_tensors(path: &Path, tensors: &[NamedTensor]) -> Result<Vec<u8>, Error> {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|tensor| tensor.values.iter().flat_map(|x| x.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|(tensor, bytes)| {
        TensorView::new(Dtype::F32, tensor.shape.clone(), bytes)
            .map(|view| (tensor.name.clone(), view))
            .map_err(|error| Error::broken(path, format!("{}: {error}", tensor.name)))
    });
    let views = views.collect::<Result<Vec<_>, _>>()?;
    // PyTorch's loader asks for this key in files it should treat as its own.
    let about = HashMap::from([("format".to_string(), "pt".to_string())]);
    safetensors::serialize(views, Some(about)).map_err(|error| Error::broken(path, error))
}

/// Reads the tensors of a safetensors file, sorted by name. Numbers of half precision (F16, BF16) become the same
/// numbers, those of double precision the nearest ones.
///
/// # Errors
/// When it is missing, torn, or holds other numbers than these.
pub fn load_tensors(path: &Path) -> Result<Vec<NamedTensor>, Error> {
    load_tensors_within(path, memory::usable_now())
}

fn load_tensors_within(path: &Path, most: u64) -> Result<Vec<NamedTensor>, Error> {
    decode_tensors(path, &read_whole(path, most)?)
}

/// The weights in a file to start from. A file in a checkpoint's folder is compared with its checksum.
///
/// # Errors
/// Those of [`load_tensors`], and when the file differs from its checksum.
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

/// The tensors in the bytes of a safetensors file; `path` is what an error names.
fn decode_tensors(path: &Path, bytes: &[u8]) -> Result<Vec<NamedTensor>, Error> {
    let tensors = SafeTensors::deserialize(bytes)
        .map_err(|error| Error::broken(path, format!("not a whole safetensors file: {error}")))?;
    let mut loaded = tensors
        .iter()
        .map(|(name, view)| {
            let values = match view.dtype() {
                Dtype::F32 => view.data().chunks_exact(4).map(le_f32).collect(),
                Dtype::F64 => view.data().chunks_exact(8).map(le_f64).collect(),
                Dtype::F16 => view.data().chunks_exact(2).map(le_f16).collect(),
                Dtype::BF16 => view.data().chunks_exact(2).map(le_bf16).collect(),
                other => {
                    let problem = format!("{name} holds {other:?}, not F16, BF16, F32 or F64");
                    return Err(Error::broken(path, problem));
                }
            };
            Ok(NamedTensor { name: name.to_string(), shape: view.shape().to_vec(), values })
        })
        .collect::<Result<Vec<_>, _>>()?;
    loaded.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(loaded)
}

/// The bytes of a safetensors file, read only once its size is that of the tensors that it lists, and there is the
/// memory for it.
fn read_whole(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    disk::at(path, "reading", || Ok(()))?;
    let (mut file, size) = files::open_sized(path).map_err(Error::unread(path))?;
    let torn = |problem: String| Error::broken(path, format!("not a whole safetensors file: {problem}"));
    let (mut length, mut list) = ([0; 8], Vec::new());
    if size < length.len() as u64 {
        return Err(torn(format!("{size} bytes are too few")));
    }
    file.read_exact(&mut length).map_err(Error::io(path, "reading"))?;
    let list_size = u64::from_le_bytes(length);
    let rest = size - length.len() as u64;
    if list_size > LONGEST_LIST.min(rest) {
        return Err(torn(format!("its list of tensors would take {list_size} of {size} bytes")));
    }
    file.by_ref().take(list_size).read_to_end(&mut list).map_err(Error::io(path, "reading"))?;
    let listed: Metadata = serde_json::from_slice(&list).map_err(|error| torn(error.to_string()))?;
    let (wanted, held) = (listed.data_len() as u64, rest - list_size);
    if wanted != held {
        return Err(torn(format!("its tensors take {wanted} bytes, and there are {held}")));
    }
    // The file, and the numbers in single precision.
    let bytes = size.saturating_mul(3);
    if bytes > most {
        let (bytes, most) = (in_bytes(bytes), in_bytes(most));
        let problem = format!("its tensors take {bytes} of memory, and {most} are free");
        return Err(Error::io(path, "reading")(io::Error::new(io::ErrorKind::OutOfMemory, problem)));
    }
    let mut bytes = [&length[..], &list].concat();
    file.take(held).read_to_end(&mut bytes).map_err(Error::io(path, "reading"))?;
    Ok(bytes)
}

fn le_f32(bytes: &[u8]) -> f32 {
    bytes.try_into().map_or(f32::NAN, f32::from_le_bytes)
}

fn le_f64(bytes: &[u8]) -> f32 {
    bytes.try_into().map_or(f32::NAN, |bytes| f64::from_le_bytes(bytes) as f32)
}

/// A number of IEEE 754's half precision: 1 bit of sign, 5 of exponent, 10 of fraction.
fn le_f16(bytes: &[u8]) -> f32 {
    let bits = bytes.try_into().map_or(0x7e00, u16::from_le_bytes);
    let (exponent, fraction) = (bits >> 10 & 0x1f, u32::from(bits & 0x3ff));
    let size = match exponent {
        // Subnormal: a multiple of the smallest one.
        0 => fraction as f32 / f32::from(1_u16 << 12).powi(2),
        0x1f => f32::from_bits(0xff << 23 | fraction << 13),
        _ => f32::from_bits((u32::from(exponent) + 127 - 15) << 23 | fraction << 13),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// A number of Google's bfloat16: the first half of single precision.
fn le_bf16(bytes: &[u8]) -> f32 {
    bytes.try_into().map_or(f32::NAN, |bytes| f32::from_bits(u32::from(u16::from_le_bytes(bytes)) << 16))
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

    #[test]
    fn weights_of_half_precision_are_read_as_the_same_numbers() {
        // From the tables of IEEE 754 half precision: the ends of each range, and both kinds of zero.
        let halves: [(u16, f32); 9] = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x7bff, 65_504.0),
            (0x0400, 2.0_f32.powi(-14)),
            (0x03ff, 1023.0 * 2.0_f32.powi(-24)),
            (0x8001, -(2.0_f32.powi(-24))),
            (0x8000, -0.0),
            (0xfc00, f32::NEG_INFINITY),
        ];
        let brains: [(u16, f32); 5] = [
            (0x3f80, 1.0),
            (0xbf00, -0.5),
            (0x4049, 3.140_625),
            (0x0001, f32::from_bits(1 << 16)),
            (0x8000, -0.0),
        ];
        let bytes = |pairs: &[(u16, f32)]| -> Vec<u8> {
            pairs.iter().flat_map(|(bits, _)| bits.to_le_bytes()).collect()
        };
        let (f16, bf16) = (bytes(&halves), bytes(&brains));
        let file = safetensors::serialize(
            [
                ("brains", TensorView::new(Dtype::BF16, vec![5], &bf16).unwrap()),
                ("halves", TensorView::new(Dtype::F16, vec![3, 3], &f16).unwrap()),
            ],
            None,
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("half.safetensors");
        fs::write(&path, file.unwrap()).unwrap();
        let read = load_tensors(&path).unwrap();
        for (tensor, pairs) in read.iter().zip([&brains[..], &halves[..]]) {
            let bits: Vec<u32> = tensor.values.iter().map(|x| x.to_bits()).collect();
            let expected: Vec<u32> = pairs.iter().map(|(_, x)| x.to_bits()).collect();
            assert_eq!(bits, expected, "{}", tensor.name);
        }
        assert_eq!(read[1].shape, [3, 3]);
        assert!(le_f16(&0x7e00_u16.to_le_bytes()).is_nan() && le_bf16(&0x7fc0_u16.to_le_bytes()).is_nan());
    }

    #[test]
    fn integers_are_not_weights() {
        let file = safetensors::serialize([("x", TensorView::new(Dtype::U8, vec![1], &[3]).unwrap())], None);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("integers.safetensors");
        fs::write(&path, file.unwrap()).unwrap();
        let refused = load_tensors(&path).unwrap_err().to_string();
        assert!(refused.contains("x holds U8"), "{refused}");
    }

    #[test]
    fn a_file_whose_size_is_not_that_of_its_tensors_is_refused_before_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.safetensors");
        save_tensors(&path, &example().weights).unwrap();
        let whole = fs::metadata(&path).unwrap().len();
        let refused = load_tensors_within(&path, whole).unwrap_err().to_string();
        assert!(refused.contains("of memory, and"), "{refused}");
        // Twenty gigabytes that take no room on the disk.
        let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(20 << 30).unwrap();
        let refused = load_tensors(&path).unwrap_err().to_string();
        assert!(refused.contains("its tensors take 80 bytes, and there are"), "{refused}");
        fs::write(&path, [0; 20]).unwrap();
        file.set_len(20 << 30).unwrap();
        assert!(matches!(load_tensors(&path), Err(Error::Broken { .. })));
        fs::write(&path, [0xff; 20]).unwrap();
        let refused = load_tensors(&path).unwrap_err().to_string();
        assert!(refused.contains("would take 18446744073709551615 of 20 bytes"), "{refused}");
        assert!(matches!(load_tensors(Path::new("/dev/zero")), Err(Error::Broken { .. })));
    }

    #[test]
    fn a_file_cut_short_anywhere_is_refused_without_a_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.safetensors");
        save_tensors(&path, &example().weights).unwrap();
        let whole = fs::read(&path).unwrap();
        for len in 0..whole.len() {
            fs::write(&path, &whole[..len]).unwrap();
            assert!(load_tensors(&path).is_err(), "{len} of {} bytes were accepted", whole.len());
        }
    }
}
