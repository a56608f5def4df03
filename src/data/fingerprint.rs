//! By what a change of a person's files is noticed.
//!
//! A file's fingerprint is its size and the SHA-256 of its content. A folder's is made of the files in it that are read: how
//! many they are, their bytes together, and the SHA-256 of a list of their SHA-256 and names, as `sha256sum` writes it. So
//! a file or a class that gets another name is a change; another place, date or owner is none.
//!
//! Where there is more than a gibibyte, only so much is read: of each file its share, in pieces of 64 KiB that are spread
//! evenly over it, the first and the last included. A change of the size is always seen then, another one if it touches a
//! piece.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::{Error, own};
use crate::preset::counted;
use crate::preset::{Fingerprint, Learned, Source};
use crate::system::files;

/// Bytes of a source that are read.
const MOST_READ: u64 = 1 << 30;
/// Bytes of a piece of a file that is not read whole.
const PIECE: u64 = 1 << 16;

/// The fingerprints of a source's files and folders, one for each of [`Source::paths`].
///
/// # Errors
/// When one of them cannot be read.
pub fn fingerprints(source: &Source) -> Result<Vec<Fingerprint>, Error> {
    source.paths().into_iter().map(|path| of(source, Path::new(path), MOST_READ)).collect()
}

/// A change of a file or folder that a run learned from.
pub struct Change {
    /// What has changed, and how, as a sentence.
    pub said: String,
    /// Whether it is of a test set of its own, which a preset names beside what is trained on.
    pub is_of_test: bool,
}

/// What has changed in the files that a run learned from; empty: nothing has.
///
/// # Errors
/// When one of them is gone or cannot be read.
pub fn changes(learned: &Learned) -> Result<Vec<Change>, Error> {
    let now = fingerprints(&learned.source)?;
    let trained = learned.source.paths_of(false).len();
    let named = learned.source.named_paths().into_iter().enumerate();
    let all = named.zip(learned.files.iter().zip(&now));
    let changed = all.filter_map(|((place, named), (then, now))| {
        change(&named, then, now).map(|said| Change { said, is_of_test: place >= trained })
    });
    Ok(changed.collect())
}

/// How a file or folder has changed; `named` says what it is and where.
fn change(named: &str, then: &Fingerprint, now: &Fingerprint) -> Option<String> {
    let how = if then.count != now.count {
        format!("it held {} and holds {}", counted(then.count, "file"), now.count)
    } else if then.bytes != now.bytes {
        format!("it had {} and has {}", counted(then.bytes, "byte"), now.bytes)
    } else if then.sha256 == now.sha256 {
        return None;
    } else if now.count > 1 {
        "a file of it has other content or another name".into()
    } else {
        "it has other content of the same size".into()
    };
    Some(format!("{named} has changed since the run learned from it: {how}"))
}

/// The fingerprint of one file or folder of a source, of which `most` bytes are read.
fn of(source: &Source, path: &Path, most: u64) -> Result<Fingerprint, Error> {
    let broken = |path: &Path| {
        let origin = path.to_string_lossy().into_owned();
        move |error: files::Error| Error::Broken { origin, problem: error.to_string() }
    };
    let read = own::files(source, path)?;
    let size = |file: &PathBuf| match files::open_sized(file) {
        Ok((_, size)) => Ok(Some(size)),
        // Of several files one may be broken, which is for their reader to refuse or to skip.
        Err(error) if file != path && error.is_of_the_file() => Ok(None),
        Err(error) => Err(broken(file)(error)),
    };
    let sizes = read.iter().map(size).collect::<Result<Vec<Option<u64>>, Error>>()?;
    let bytes: u64 = sizes.iter().flatten().sum();
    let hash = |(file, size): (&PathBuf, &Option<u64>)| {
        let Some(size) = *size else { return Ok("cannot be read".into()) };
        let share = u128::from(most) * u128::from(size) / u128::from(bytes.max(1));
        sha256(file, size, u64::try_from(share).unwrap_or(u64::MAX)).map_err(broken(file))
    };
    let hashes = read.par_iter().zip(&sizes).map(hash).collect::<Result<Vec<String>, Error>>()?;
    let sha256 = match (&read[..], &hashes[..]) {
        ([file], [alone]) if file == path => alone.clone(),
        _ => {
            let mut list = Sha256::new();
            for (file, hash) in read.iter().zip(&hashes) {
                let beside = path.parent().unwrap_or(path);
                let name = file.strip_prefix(path).or_else(|_| file.strip_prefix(beside)).unwrap_or(file);
                list.update(format!("{hash}  {}\n", name.to_string_lossy()));
            }
            in_digits(list)
        }
    };
    Ok(Fingerprint { count: read.len() as u64, bytes, sha256 })
}

/// The SHA-256 of a file of `size` bytes; of its pieces where it is larger than `share`.
fn sha256(path: &Path, size: u64, share: u64) -> Result<String, files::Error> {
    let mut file = files::open(path)?;
    let mut hash = Sha256::new();
    let pieces = (share / PIECE).max(2);
    if size <= share || size <= pieces * PIECE {
        add(&mut file, &mut hash)?;
        return Ok(in_digits(hash));
    }
    for piece in 0..pieces {
        let first = u128::from(piece) * u128::from(size - PIECE) / u128::from(pieces - 1);
        file.seek(SeekFrom::Start(first as u64))?;
        add(&mut file.by_ref().take(PIECE), &mut hash)?;
    }
    Ok(in_digits(hash))
}

/// A number that files share, in practice, only with the same content; `None` where it cannot be read.
pub(super) fn of_content(path: &Path) -> Option<u64> {
    let mut hash = Sha256::new();
    add(&mut files::open(path).ok()?, &mut hash).ok()?;
    hash.finalize()[..8].try_into().ok().map(u64::from_le_bytes)
}

fn add(bytes: &mut impl Read, hash: &mut Sha256) -> io::Result<()> {
    let mut buffer = vec![0; PIECE as usize];
    loop {
        match bytes.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => hash.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn in_digits(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::{Csv, ImageFolder, Pair};

    fn csv(path: &Path) -> Source {
        Csv::of(path.to_str().unwrap()).into()
    }

    #[test]
    fn a_small_file_has_the_sum_that_sha256sum_prints() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"abc").unwrap();
        let [found] = &fingerprints(&csv(file.path())).unwrap()[..] else { panic!("it is one file") };
        assert_eq!((found.count, found.bytes), (1, 3));
        // FIPS 180-4's example.
        assert_eq!(found.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(fingerprints(&csv(Path::new("/no/such/file.csv"))).is_err());
    }

    #[test]
    fn of_a_large_file_the_size_and_its_pieces_count() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut bytes = vec![0; 10 * PIECE as usize];
        // Of ten pieces four are read: 0, 3, 6 and 9.
        let mut seen = |change: Option<usize>| {
            change.into_iter().for_each(|at| bytes[at * PIECE as usize] ^= 1);
            std::fs::write(file.path(), &bytes).unwrap();
            of(&csv(file.path()), file.path(), 4 * PIECE).unwrap()
        };
        let before = seen(None);
        assert_eq!(seen(Some(5)), before);
        let after = seen(Some(6));
        assert_eq!((after.bytes, after.sha256 == before.sha256), (before.bytes, false));
        assert_ne!(seen(Some(9)), after);
    }

    #[test]
    fn a_folder_is_what_is_read_of_it_and_the_names_of_that() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        for name in ["cat/0.png", "cat/1.png", "dog/0.png"] {
            put(name, name.as_bytes());
        }
        let source: Source = ImageFolder {
            folder: folder.path().to_str().unwrap().into(),
            validation_folder: None,
            test_folder: None,
            size: Pair(8, 8),
            colour: crate::preset::Colour::Rgb,
            skip_broken: false,
        }
        .into();
        let look = || fingerprints(&source).unwrap().remove(0);
        let before = look();
        assert_eq!((before.count, before.bytes), (3, 27));
        put("cat/notes.txt", b"not read");
        put(".hidden/0.png", b"not read");
        assert_eq!(look(), before);
        // A file that cannot be read is one of them; that it can be read is a change.
        std::os::unix::fs::symlink("nowhere", folder.path().join("cat/2.png")).unwrap();
        let broken = look();
        assert_eq!((broken.count, broken.bytes), (4, 27));
        std::fs::remove_file(folder.path().join("cat/2.png")).unwrap();
        let told = |now: &Fingerprint| change("imgs", &before, now).unwrap();
        std::fs::rename(folder.path().join("cat"), folder.path().join("zebra")).unwrap();
        let renamed = look();
        assert!(told(&renamed).ends_with("a file of it has other content or another name"));
        put("zebra/0.png", b"longer than before");
        assert!(told(&look()).ends_with("it had 27 bytes and has 36"));
        put("zebra/2.png", b"");
        assert!(told(&look()).ends_with("it held 3 files and holds 4"));
        assert_eq!(change("imgs", &before, &before), None);
    }
}
