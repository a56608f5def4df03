//! The socket file of a run: it is made so that only its owner can ever connect, made again when it is removed, and swept
//! when its process has died.

use std::fs::{self, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tempfile::TempDir;

use super::FILE;
use super::hub::Hub;
use super::server;
use crate::worker::protocol::Event;

/// The longest path of a socket: the systems differ, and this is below all of them.
const LONGEST_PATH: usize = 103;
/// How the name of a folder begins in which a socket is made; six letters follow.
const PRIVATE: &str = ".door-";
/// The time between two looks at whether the socket is still there.
const LOOK: Duration = Duration::from_millis(500);
/// The time after which a connection that could not be accepted, for want of files or memory, is tried again.
const PAUSE: Duration = Duration::from_millis(200);
/// A private folder without a socket that is younger than this may still get one.
const YOUNG: Duration = Duration::from_secs(60);

/// An open socket; its file goes when it is dropped.
pub(super) struct Door(Arc<Shared>);

struct Shared {
    /// The run's.
    folder: PathBuf,
    /// `None` once the door is closed.
    place: Mutex<Option<Place>>,
}

/// Where the socket is.
enum Place {
    /// It could not be made, and listeners were told so; it is tried again.
    Nowhere,
    /// In the folder.
    There(Socket),
}

struct Socket {
    path: PathBuf,
    listener: Arc<UnixListener>,
    /// Device and inode: they tell this file from another one at `path`.
    identity: (u64, u64),
    /// The folder of the socket when the run's path is too long for it; `path` is then a link.
    _elsewhere: Option<TempDir>,
}

impl Shared {
    fn place(&self) -> MutexGuard<'_, Option<Place>> {
        // A place is whole between any two statements that hold the lock.
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Some(Place::There(socket)) = self.0.place().take() {
            let is_own =
                fs::symlink_metadata(&socket.path).is_ok_and(|file| identity(&file) == socket.identity);
            if is_own {
                let _ = fs::remove_file(&socket.path);
            }
        }
    }
}

/// Opens the socket in a run's folder, whose lock this process holds. If it cannot be made, listeners are told so and it is
/// tried again.
///
/// # Errors
/// When the system refuses a thread.
pub(super) fn open(folder: &Path, hub: &Hub) -> io::Result<Door> {
    sweep(folder);
    let shared = Shared { folder: folder.to_path_buf(), place: Mutex::new(Some(Place::Nowhere)) };
    let door = Door(Arc::new(shared));
    match Socket::make(folder) {
        Ok(socket) => *door.0.place() = Some(Place::There(socket)),
        Err(error) => hub.spread(Event::Log(format!("nobody can attach yet: {error}; it is tried again"))),
    }
    let (shared, hub) = (door.0.clone(), hub.clone());
    std::thread::Builder::new().name("door".into()).spawn(move || serve(&shared, &hub))?;
    Ok(door)
}

/// Lets listeners in until the door is closed.
fn serve(shared: &Shared, hub: &Hub) {
    let mut looked = Instant::now();
    loop {
        let listener = match &*shared.place() {
            None => return,
            Some(Place::Nowhere) => None,
            Some(Place::There(socket)) => Some(socket.listener.clone()),
        };
        match listener.as_deref().map(accept) {
            Some(Ok(Some(stream))) => {
                // A connection that cannot be served is dropped; the others are served.
                let _ = server::admit(stream, hub);
            }
            Some(Ok(None)) => {}
            // Files or memory are exhausted: connections stay in the system's queue, and the training gets what becomes free.
            Some(Err(_)) | None => std::thread::sleep(PAUSE),
        }
        if looked.elapsed() >= LOOK {
            look_after(shared, hub);
            looked = Instant::now();
        }
    }
}

/// The next connection; `None` when none came within [`LOOK`].
fn accept(listener: &UnixListener) -> io::Result<Option<UnixStream>> {
    let wait = Timespec { tv_sec: 0, tv_nsec: LOOK.subsec_nanos().into() };
    if poll(&mut [PollFd::new(listener, PollFlags::IN)], Some(&wait))? == 0 {
        return Ok(None);
    }
    match listener.accept() {
        Ok((stream, _)) => {
            // Some systems let a connection inherit this from the listener.
            stream.set_nonblocking(false)?;
            Ok(Some(stream))
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes the socket again when it is missing: the folder may have been removed or moved, and the recorder made it again.
fn look_after(shared: &Shared, hub: &Hub) {
    let mut place = shared.place();
    let Some(before) = &*place else { return };
    let is_missing = match fs::symlink_metadata(shared.folder.join(FILE)) {
        Ok(_) => false,
        Err(error) => error.kind() == io::ErrorKind::NotFound && shared.folder.is_dir(),
    };
    if !is_missing {
        return;
    }
    let was_there = matches!(before, Place::There(_));
    match Socket::make(&shared.folder) {
        Ok(socket) => {
            *place = Some(Place::There(socket));
            drop(place);
            let folder = shared.folder.display();
            hub.spread(Event::Log(format!("the socket is made again: `trainyard attach {folder}` finds it")));
        }
        Err(error) => {
            *place = Some(Place::Nowhere);
            drop(place);
            if was_there {
                hub.spread(Event::Log(format!("nobody can attach any more: {error}; it is tried again")));
            }
        }
    }
}

impl Socket {
    /// Makes a socket in `folder`, or a link to it where the path is too long. It is bound in a folder that only its owner
    /// may enter, and moved once its permissions are set.
    fn make(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        // A dead process may have left one.
        let _ = fs::remove_file(&path);
        let longest = folder.join(format!("{PRIVATE}abcdef")).join(FILE);
        let is_short = longest.as_os_str().len() < LONGEST_PATH;
        let private = if is_short { private(folder)? } else { private(&std::env::temp_dir())? };
        let inside = private.path().join(FILE);
        let listener = UnixListener::bind(&inside)?;
        fs::set_permissions(&inside, Permissions::from_mode(0o600))?;
        listener.set_nonblocking(true)?;
        let elsewhere = if is_short {
            fs::rename(&inside, &path)?;
            None
        } else {
            symlink(&inside, &path)?;
            Some(private)
        };
        let identity = identity(&fs::symlink_metadata(&path)?);
        Ok(Socket { path, listener: Arc::new(listener), identity, _elsewhere: elsewhere })
    }
}

fn identity(file: &Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}

/// Makes a folder that only its owner may enter: the mode is given to the system with its name.
fn private(parent: &Path) -> io::Result<TempDir> {
    tempfile::Builder::new().prefix(PRIVATE).permissions(Permissions::from_mode(0o700)).tempdir_in(parent)
}

/// Removes the private folders that dead processes left: all of them in the run's folder, whose lock we hold, and those
/// among temporary files whose sockets have no listener.
fn sweep(folder: &Path) {
    for path in private_folders(folder) {
        let _ = fs::remove_dir_all(path);
    }
    for path in private_folders(&std::env::temp_dir()) {
        let socket = path.join(FILE);
        let is_dead = match UnixStream::connect(&socket).map_err(|error| error.kind()) {
            Ok(_) => false,
            Err(io::ErrorKind::ConnectionRefused) => fs::remove_file(&socket).is_ok(),
            Err(io::ErrorKind::NotFound) => is_old(&path),
            // A folder of another user cannot be entered.
            Err(_) => false,
        };
        if is_dead {
            // Only an empty folder is removed: other programs may use such a name.
            let _ = fs::remove_dir(path);
        }
    }
}

fn private_folders(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok);
    let is_private = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(PRIVATE);
    entries.filter(is_private).map(|entry| entry.path()).collect()
}

fn is_old(path: &Path) -> bool {
    let made = fs::symlink_metadata(path).and_then(|folder| folder.modified());
    made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age > YOUNG))
}

#[cfg(test)]
mod tests {
    use super::super::Connection;
    use super::*;
    use crate::worker::channel::channel;

    /// Folders with a short path, and with one that is too long for a socket.
    fn folders() -> [(tempfile::TempDir, PathBuf); 2] {
        [0, 120].map(|depth| {
            let home = tempfile::tempdir().unwrap();
            let folder = home.path().join("x".repeat(depth));
            fs::create_dir_all(&folder).unwrap();
            (home, folder)
        })
    }

    fn wait_for(what: impl Fn() -> bool) {
        let since = Instant::now();
        while !what() {
            assert!(since.elapsed() < Duration::from_secs(30));
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_socket_that_is_removed_with_its_folder_is_made_again() {
        for (_home, folder) in folders() {
            let (client, _inbox, _outbox, events) = channel();
            let hub = Hub::start(client, events).unwrap();
            let door = open(&folder, &hub).unwrap();
            Connection::open(&folder).unwrap();
            fs::remove_dir_all(&folder).unwrap();
            fs::create_dir(&folder).unwrap();
            wait_for(|| Connection::open(&folder).is_ok());
            drop(door);
            assert!(folder.join(FILE).symlink_metadata().is_err());
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        }
    }

    #[test]
    fn folders_of_dead_processes_are_swept_and_those_of_living_ones_are_not() {
        let [dead, alive, young] = [(); 3].map(|()| private(&std::env::temp_dir()).unwrap());
        drop(UnixListener::bind(dead.path().join(FILE)).unwrap());
        let _listener = UnixListener::bind(alive.path().join(FILE)).unwrap();
        for (_home, folder) in folders() {
            let left = private(&folder).unwrap();
            sweep(&folder);
            assert!(!left.path().exists());
        }
        assert_eq!([&dead, &alive, &young].map(|folder| folder.path().exists()), [false, true, true]);
    }

    #[test]
    fn the_folder_of_the_socket_is_private_from_its_first_moment() {
        let parent = tempfile::tempdir().unwrap();
        let private = private(parent.path()).unwrap();
        assert_eq!(fs::metadata(private.path()).unwrap().permissions().mode() & 0o777, 0o700);
        let socket = Socket::make(parent.path()).unwrap();
        assert_eq!(fs::metadata(&socket.path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
