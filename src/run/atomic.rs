//! Files that are either whole or not there: temporary name, sync, rename, sync of the folder.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use super::{Error, disk};

/// The beginning of the names of unfinished files and folders.
pub(super) const UNFINISHED: &str = ".writing-";

/// Writes a file in one piece: `fill` writes to a temporary file in the same folder, which is synced and renamed.
///
/// # Errors
/// When the system refuses; the old file, if there was one, is then as it was.
pub fn write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Error> {
    let folder = folder_of(path);
    disk::at(folder, "creating the folder", || fs::create_dir_all(folder))?;
    place(path, tempfile::Builder::new(), |out| fill(out).map_err(Error::io(path, "writing")))?;
    Ok(())
}

/// As [`write`], but never over a file that is there, whoever made it: returns false then. Of several that create the same file at
/// the same time, also on several machines of one file system, one does.
///
/// # Errors
/// When the system refuses.
pub fn create(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<bool, Error> {
    let folder = folder_of(path);
    disk::at(folder, "creating the folder", || fs::create_dir_all(folder))?;
    let temporary = disk::at(folder, "creating a temporary file", || {
        tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)
    })?;
    gathered(path, temporary.as_file(), |out| fill(out).map_err(Error::io(path, "writing")))?;
    disk::at(path, "syncing", || temporary.as_file().sync_all())?;
    match temporary.persist_noclobber(path) {
        Ok(_) => disk::sync_folder(folder).map(|()| true),
        Err(refused) if refused.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(refused) => Err(Error::io(path, "renaming")(refused.error)),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn place(
    path: &Path,
    mut temporary: tempfile::Builder<'static, 'static>,
    fill: impl FnOnce(&mut dyn Write) -> Result<(), Error>,
) -> Result<u64, Error> {
    let folder = folder_of(path);
    let temporary =
        disk::at(folder, "creating a temporary file", || temporary.prefix(UNFINISHED).tempfile_in(folder))?;
    disk::at(path, "writing", || Ok(()))?;
    gathered(path, temporary.as_file(), fill)?;
    let length = disk::at(path, "looking at its length", || temporary.as_file().metadata())?.len();
    disk::at(path, "syncing", || temporary.as_file().sync_all())?;
    // Should the renaming fail, dropping this removes it.
    let temporary = temporary.into_temp_path();
    disk::rename(&temporary, path)?;
    // There is nothing of this name any more to be removed.
    let _ = temporary.keep();
    disk::sync_folder(folder)?;
    Ok(length)
}

/// Writes to a file what `fill` gives, in large pieces.
fn gathered(
    path: &Path,
    file: &File,
    fill: impl FnOnce(&mut dyn Write) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut writer = BufWriter::with_capacity(disk::GATHERED, file);
    fill(&mut writer)?;
    writer.flush().map_err(Error::io(path, "writing"))
}

/// Writes a file for other programs, in one piece as [`write`] does, and returns its length in bytes; `None` for a pipe or
/// a device: one that is there already is not replaced, the bytes are written into it.
///
/// # Errors
/// When the system refuses or `fill` fails.
pub fn write_for_others(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<(), Error>,
) -> Result<Option<u64>, Error> {
    // A link stays a link: the file that it names is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let is_other = fs::metadata(&target).is_ok_and(|there| !there.is_file());
    if is_other {
        let file = disk::at(path, "opening", || fs::OpenOptions::new().write(true).open(path))?;
        return gathered(path, &file, fill).map(|()| None);
    }
    place(&target, public(), fill).map(Some)
}

/// Others may read the file, as far as the umask allows.
fn public() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
    builder
}

/// Fills a folder in one piece: `fill` writes its files (synced by [`write`]) into a temporary one, which is renamed.
///
/// # Errors
/// When the system refuses or `fill` fails; the temporary folder is then removed.
pub fn create_folder(path: &Path, fill: impl FnOnce(&Path) -> Result<(), Error>) -> Result<(), Error> {
    let parent = path.parent().unwrap_or(Path::new("."));
    disk::at(parent, "creating the folder", || fs::create_dir_all(parent))?;
    let temporary = disk::at(parent, "creating a temporary folder", || {
        tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(parent)
    })?;
    fill(temporary.path())?;
    disk::sync_folder(temporary.path())?;
    disk::rename(temporary.path(), path)?;
    // From here on nothing of this name is to be removed when `temporary` is dropped.
    let _ = temporary.keep();
    disk::sync_folder(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_litter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.ron");
        write(&path, |file| file.write_all(b"first")).unwrap();
        let failed = write(&path, |file| {
            file.write_all(b"half of the sec")?;
            Err(std::io::Error::other("the disk is full"))
        });
        assert!(failed.unwrap_err().to_string().contains("the disk is full"));
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_there_is_not_created_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("000001.ron");
        assert!(create(&path, |file| file.write_all(b"first")).unwrap());
        assert!(!create(&path, |file| file.write_all(b"second")).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_appears_whole_or_not_at_all() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("step-1");
        let failed = create_folder(&path, |folder| {
            write(&folder.join("weights"), |file| file.write_all(b"w"))?;
            Err(Error::NoHome)
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
        create_folder(&path, |folder| write(&folder.join("weights"), |file| file.write_all(b"w"))).unwrap();
        assert_eq!(fs::read(path.join("weights")).unwrap(), b"w");
    }
}
