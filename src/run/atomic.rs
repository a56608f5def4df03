//! Files that are either whole or not there: temporary name, sync, rename, sync of the folder.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use super::Error;

/// Writes a file in one piece: `fill` writes to a temporary file in the same folder, which is synced and renamed.
///
/// # Errors
/// When the system refuses; the old file, if there was one, is then as it was.
pub fn write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(Error::io(folder, "creating the folder"))?;
    let temporary = tempfile::Builder::new()
        .prefix(".writing-")
        .tempfile_in(folder)
        .map_err(Error::io(folder, "creating a temporary file"))?;
    let mut writer = BufWriter::with_capacity(1 << 18, temporary.as_file());
    fill(&mut writer).and_then(|()| writer.flush()).map_err(Error::io(path, "writing"))?;
    drop(writer);
    temporary.as_file().sync_all().map_err(Error::io(path, "syncing"))?;
    temporary.persist(path).map_err(|error| Error::io(path, "renaming into place")(error.error))?;
    sync_folder(folder)
}

/// Fills a folder in one piece: `fill` writes its files (synced by [`write`]) into a temporary one, which is renamed.
///
/// # Errors
/// When the system refuses or `fill` fails; the temporary folder is then removed.
pub fn create_folder(path: &Path, fill: impl FnOnce(&Path) -> Result<(), Error>) -> Result<(), Error> {
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(Error::io(parent, "creating the folder"))?;
    let temporary = tempfile::Builder::new()
        .prefix(".writing-")
        .tempdir_in(parent)
        .map_err(Error::io(parent, "creating a temporary folder"))?;
    fill(temporary.path())?;
    sync_folder(temporary.path())?;
    // From here on the folder must not be removed when `temporary` is dropped.
    let written = temporary.keep();
    if let Err(source) = fs::rename(&written, path) {
        let _ = fs::remove_dir_all(&written);
        return Err(Error::io(path, "renaming into place")(source));
    }
    sync_folder(parent)
}

/// Makes renames in a folder durable.
fn sync_folder(folder: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(Error::io(folder, "syncing the folder"))?;
    }
    Ok(())
}

/// Appends all of `bytes`, or, when the system refuses, none of them.
pub(super) fn append_whole(file: &mut File, bytes: &[u8]) -> std::io::Result<()> {
    let before = file.metadata()?.len();
    file.write_all(bytes).inspect_err(|_| {
        // A torn record would hide all that follow it.
        let _ = file.set_len(before);
    })
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
