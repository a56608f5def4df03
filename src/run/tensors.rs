//! Numbers with names and shapes, as safetensors files.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::path::Path;

use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorInfo};

use super::{Error, atomic, disk};
use crate::preset::summary::in_bytes;
use crate::system::{files, memory};

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

/// Writes tensors as a safetensors file, atomically.
///
/// # Errors
/// When a tensor's shape is not that of its numbers, or the system refuses.
pub fn save_tensors(path: &Path, tensors: &[NamedTensor]) -> Result<(), Error> {
    let file = TensorFile::of(path, tensors)?;
    atomic::write(path, |out| file.write(out))
}

/// So many numbers are turned into bytes at a time.
const CHUNK: usize = 4096;

/// Tensors on their way into a safetensors file, which need not be in memory for that.
pub(super) struct TensorFile<'a> {
    /// The length of the list of tensors, and the list.
    head: Vec<u8>,
    /// As they lie in the file.
    tensors: Vec<&'a NamedTensor>,
}

impl<'a> TensorFile<'a> {
    /// The file of these tensors; `path` is what an error names.
    ///
    /// # Errors
    /// When a tensor's shape is not that of its numbers.
    pub(super) fn of(path: &Path, tensors: &'a [NamedTensor]) -> Result<Self, Error> {
        let mut tensors: Vec<&NamedTensor> = tensors.iter().collect();
        tensors.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let mut begin = 0;
        let listed = tensors.iter().map(|tensor| {
            let count = tensor.values.len();
            if tensor.shape.iter().product::<usize>() != count {
                let problem = format!("{}: {count} numbers are not of shape {:?}", tensor.name, tensor.shape);
                return Err(Error::broken(path, problem));
            }
            let end = begin + 4 * count;
            let info = TensorInfo {
                dtype: Dtype::F32,
                shape: tensor.shape.clone(),
                data_offsets: (std::mem::replace(&mut begin, end), end),
            };
            Ok((tensor.name.clone(), info))
        });
        let listed = listed.collect::<Result<Vec<_>, _>>()?;
        // PyTorch's loader asks for this key in files it should treat as its own.
        let about = HashMap::from([("format".to_string(), "pt".to_string())]);
        let list = Metadata::new(Some(about), listed).map_err(|error| Error::broken(path, error))?;
        let mut list = serde_json::to_vec(&list).map_err(|error| Error::broken(path, error))?;
        // As the safetensors crate does, so that numbers lie at multiples of eight bytes.
        list.resize(list.len().next_multiple_of(8), b' ');
        let head = [&(list.len() as u64).to_le_bytes()[..], &list].concat();
        Ok(TensorFile { head, tensors })
    }

    /// Writes it.
    ///
    /// # Errors
    /// When `out` refuses.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.head)?;
        let mut bytes = [0; 4 * CHUNK];
        for values in self.tensors.iter().flat_map(|tensor| tensor.values.chunks(CHUNK)) {
            for (place, x) in bytes.chunks_exact_mut(4).zip(values) {
                place.copy_from_slice(&x.to_le_bytes());
            }
            out.write_all(&bytes[..4 * values.len()])?;
        }
        Ok(())
    }
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

/// The tensors in the bytes of a safetensors file; `path` is what an error names.
pub(super) fn decode_tensors(path: &Path, bytes: &[u8]) -> Result<Vec<NamedTensor>, Error> {
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
    loaded.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(loaded)
}

/// The bytes of a safetensors file, read only once its size is that of the tensors that it lists, and there is the
/// memory for it.
pub(super) fn read_whole(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
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
    Read::take(&file, list_size).read_to_end(&mut list).map_err(Error::io(path, "reading"))?;
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

#[cfg(test)]
mod tests {
    use std::fs;

    use safetensors::tensor::TensorView;

    use super::*;

    /// 20 numbers: 80 bytes.
    fn example() -> Vec<NamedTensor> {
        let tensor = |name: &str, shape: &[usize]| NamedTensor {
            name: name.into(),
            shape: shape.to_vec(),
            values: (0..shape.iter().product()).map(|i: usize| i as f32 * 0.5 - 1.0).collect(),
        };
        vec![tensor("conv2d/bias", &[2]), tensor("conv2d/kernel", &[3, 3, 1, 2])]
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
    fn a_file_written_piece_by_piece_is_that_of_the_safetensors_crate() {
        let values: Vec<f32> = (0..3 * CHUNK + 5).map(|i| (i as f32).sqrt()).collect();
        let long = NamedTensor { name: "a/long".into(), shape: vec![values.len()], values };
        let none = NamedTensor { name: "b/none".into(), shape: vec![0, 7], values: Vec::new() };
        let tensors = [example(), vec![none, long]].concat();
        let bytes: Vec<Vec<u8>> = tensors
            .iter()
            .map(|tensor| tensor.values.iter().flat_map(|x| x.to_le_bytes()).collect())
            .collect();
        let views = tensors.iter().zip(&bytes).map(|(tensor, bytes)| {
            (tensor.name.clone(), TensorView::new(Dtype::F32, tensor.shape.clone(), bytes).unwrap())
        });
        let about = HashMap::from([("format".to_string(), "pt".to_string())]);
        let expected = safetensors::serialize(views, Some(about)).unwrap();
        let mut written = Vec::new();
        TensorFile::of(Path::new("w"), &tensors).unwrap().write(&mut written).unwrap();
        assert!(written == expected);
        let torn = NamedTensor { shape: vec![3], ..example().remove(0) };
        let refused = save_tensors(Path::new("/no/such/folder/w"), &[torn]).unwrap_err().to_string();
        assert!(refused.contains("conv2d/bias: 2 numbers are not of shape [3]"), "{refused}");
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
        save_tensors(&path, &example()).unwrap();
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
        save_tensors(&path, &example()).unwrap();
        let whole = fs::read(&path).unwrap();
        for len in 0..whole.len() {
            fs::write(&path, &whole[..len]).unwrap();
            assert!(load_tensors(&path).is_err(), "{len} of {} bytes were accepted", whole.len());
        }
    }
}
