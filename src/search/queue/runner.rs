//! Works the queue off: what waits is begun in its order, so many at a time.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use super::item::{Item, Outcome};
use super::shelf::{Settings, Shelf};
use crate::preset::DeviceChoice;
use crate::run::lock::Lock;
use crate::run::{Manifest, RunDirectory};
use crate::search::Error;
use crate::search::drive::training::{End, Training};
use crate::worker::{Starter, TrainRequest};

/// How often it looks whether somebody wants it or one of its items to end.
const LOOK: Duration = Duration::from_millis(100);
/// How often it reads the whole queue where nothing has happened here: others add items and move them.
const READ: Duration = Duration::from_millis(500);

/// How often a program that was killed is begun again before it counts as failed.
const DEATHS: u32 = 3;
/// A program that has heard a signal ends with its number and this.
const SIGNALLED: i32 = 128;

/// What an item comes to when its turn has come.
pub enum Prepared {
    /// A training, and what starts its process.
    Training(Box<TrainRequest>, Box<Starter>),
    /// A program that goes on where it was when it is called again.
    Program {
        /// The program.
        program: PathBuf,
        /// Its arguments.
        arguments: Vec<String>,
        /// A folder whose lock it holds while it runs.
        lock: Option<PathBuf>,
    },
}

impl Prepared {
    /// On this device, unless it says itself where. `auto` with a GPU is for trainings that leave it to Trainyard; a search shares its
    /// trials out itself. Returns where that is.
    fn place(&mut self, device: Option<DeviceChoice>) -> Option<DeviceChoice> {
        let is_auto = device.is_some_and(DeviceChoice::is_auto);
        match self {
            Prepared::Training(request, _) => {
                let says_where = is_auto && request.experiment.preset.device != DeviceChoice::Auto;
                request.device = request.device.or(device.filter(|_| !says_where));
                request.device
            }
            Prepared::Program { arguments, .. } => {
                let device = device.filter(|_| !is_auto)?;
                if arguments.iter().any(|word| word == "--device" || word.starts_with("--device=")) {
                    return None;
                }
                arguments.push(format!("--device={device}"));
                Some(device)
            }
        }
    }
}

/// An item that is trained.
struct Running {
    /// Somebody wants it to end.
    stop: Arc<AtomicBool>,
    /// Where it was placed.
    device: Option<DeviceChoice>,
}

/// How the queue is worked off.
pub struct Runner<'a> {
    /// What an item comes to; the second is how many are trained at a time.
    pub prepare: &'a dyn Fn(&Item, u16) -> Result<Prepared, String>,
    /// Whether somebody wants it to end.
    pub is_interrupted: &'a dyn Fn() -> bool,
    /// Among what trainings are shared out where the queue has no devices of its own.
    pub devices: Vec<DeviceChoice>,
}

/// What happens in the queue.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// An item begins or goes on.
    Begun(Item),
    /// Its run is there.
    Found(Item),
    /// It has ended.
    Ended(Item),
    /// The file of an item cannot be read: it is left out.
    Damaged(String),
}

/// What the thread of an item says.
enum Said {
    Run(PathBuf),
    /// `None`: it was ended by us and goes on next time.
    Ended(Option<Outcome>),
}

/// Works the queue off until nothing waits and nothing is trained, or somebody ends it: then every training makes a checkpoint and
/// goes on next time.
///
/// # Errors
/// When another process works it off, or it cannot be read or written.
pub fn work_off(shelf: &Shelf, runner: &Runner, tell: &mut dyn FnMut(&Heard)) -> Result<(), Error> {
    std::fs::create_dir_all(shelf.path())
        .map_err(crate::run::Error::io(shelf.path(), "creating the folder"))?;
    let _lock = Lock::take(shelf.path())?;
    let (sender, said) = channel::<(u32, Said)>();
    let mut running: HashMap<u32, Running> = HashMap::new();
    let mut is_stopping = false;
    let mut read_at: Option<Instant> = None;
    let (mut settings, mut items, mut changed_at) = (Settings::default(), Vec::new(), None);
    shelf.items_and_damaged()?.1.into_iter().for_each(|problem| tell(&Heard::Damaged(problem)));
    // What was ended by us goes on next time.
    let mut left: HashSet<u32> = HashSet::new();
    loop {
        is_stopping |= (runner.is_interrupted)();
        for (number, running) in &running {
            // What was taken off the queue ends as well.
            if is_stopping || !shelf.has(*number) {
                running.stop.store(true, Ordering::Release);
            }
        }
        if read_at.is_none_or(|at| at.elapsed() >= READ) {
            // Of a long queue little is read where nobody has changed it.
            let last_change = shelf.items_changed_at();
            settings = shelf.settings()?;
            if read_at.is_none() || last_change.is_none() || last_change != changed_at {
                (items, changed_at) = (shelf.items()?, last_change);
            }
            read_at = Some(Instant::now());
        }
        let Settings { jobs, is_paused, ref devices } = settings;
        let mut waiting = items.clone();
        // What has begun before goes on first.
        waiting.retain(|item| {
            item.is_waiting() && !running.contains_key(&item.number) && !left.contains(&item.number)
        });
        waiting.sort_by_key(|item| !item.is_begun);
        let may_begin = |item: &&Item| !is_paused || item.is_begun;
        let next =
            waiting.iter().find(may_begin).filter(|_| !is_stopping && running.len() < usize::from(jobs));
        if let Some(item) = next {
            // It may have been moved or taken off since.
            read_at = None;
            let Ok(mut item) = shelf.item(item.number) else { continue };
            let may_be_there = item.is_begun;
            item.begin();
            shelf.save(&item)?;
            tell(&Heard::Begun(item.clone()));
            // Where the fewest are; one training at a time looks itself which GPU is the emptiest.
            let devices = match devices.is_empty() {
                true if jobs > 1 => &runner.devices,
                _ => devices,
            };
            let are_on = |device: &&DeviceChoice| {
                running.values().filter(|running| running.device.as_ref() == Some(*device)).count()
            };
            let device = devices.iter().min_by_key(are_on).copied();
            let stop = Arc::<AtomicBool>::default();
            let mut prepared = (runner.prepare)(&item, jobs);
            let device = prepared.as_mut().ok().and_then(|prepared| prepared.place(device));
            running.insert(item.number, Running { stop: stop.clone(), device });
            if let Ok(Prepared::Program { lock: Some(lock), .. }) = &prepared
                && shelf.has(item.number)
            {
                item.search = lock.file_name().map(|name| name.to_string_lossy().into_owned());
                shelf.save(&item)?;
            }
            let (shelf, sender) = (shelf.clone(), sender.clone());
            let number = item.number;
            let spawned = std::thread::Builder::new().name("item".into()).spawn(move || {
                let ended = prepared
                    .and_then(|prepared| see_through(&shelf, &item, may_be_there, prepared, &sender, &stop));
                let ended = ended.unwrap_or_else(|why| Some(Outcome::Failed(why)));
                // Where nobody listens any more, the files say it.
                let _ = sender.send((number, Said::Ended(ended)));
            });
            spawned.map_err(|error| Error::Failed(format!("the system refuses a thread: {error}")))?;
            continue;
        }
        if running.is_empty() && (is_stopping || waiting.iter().all(|item| is_paused && !item.is_begun)) {
            return Ok(());
        }
        let Ok((number, what)) = said.recv_timeout(LOOK) else { continue };
        read_at = None;
        // It may have been removed meanwhile.
        let item = shelf.item(number).ok();
        match (what, item) {
            (Said::Run(folder), Some(mut item)) => {
                item.run = folder.file_name().map(|name| name.to_string_lossy().into_owned());
                shelf.save(&item)?;
                tell(&Heard::Found(item));
            }
            (Said::Run(_), None) => {}
            (Said::Ended(outcome), item) => {
                running.remove(&number);
                left.extend(outcome.is_none().then_some(number));
                if let (Some(mut item), Some(outcome)) = (item, outcome) {
                    item.end(outcome);
                    shelf.save(&item)?;
                    tell(&Heard::Ended(item));
                }
            }
        }
    }
}

fn see_through(
    shelf: &Shelf,
    item: &Item,
    may_be_there: bool,
    prepared: Prepared,
    sender: &Sender<(u32, Said)>,
    stop: &AtomicBool,
) -> Result<Option<Outcome>, String> {
    let (request, starter) = match prepared {
        Prepared::Training(request, starter) => (request, starter),
        Prepared::Program { program, arguments, lock } => {
            return run(&program, &arguments, lock.as_deref(), item, stop);
        }
    };
    let is_it = |_: &RunDirectory, manifest: &Manifest| manifest.queued == Some(item.number);
    let mut training = Training {
        folder: item.run.as_ref().map(|name| starter.runs.join(name)),
        starter: &starter,
        request: TrainRequest { queued: Some(item.number), ..*request },
        may_be_there: may_be_there && item.run.is_none(),
        is_it: &is_it,
        lock: shelf.claim(item.number),
        is_shared: false,
    };
    let mut found = |folder: &Path| {
        // As above.
        let _ = sender.send((item.number, Said::Run(folder.to_path_buf())));
    };
    Ok(match training.see_through(stop, &mut found)? {
        End::Finished(_) | End::AtEpoch(_) => Some(Outcome::Done),
        End::Failed(reason) => Some(Outcome::Failed(reason)),
        End::Left(_) if stop.load(Ordering::Acquire) => None,
        End::Left(_) => Some(Outcome::Stopped),
    })
}

/// Runs a program to its end, or asks it to end.
fn run(
    program: &Path,
    arguments: &[String],
    lock: Option<&Path>,
    item: &Item,
    stop: &AtomicBool,
) -> Result<Option<Outcome>, String> {
    let is_held = || {
        lock.is_some_and(|folder| {
            folder.is_dir() && Lock::holder(folder).is_ok_and(|holder| holder.is_some())
        })
    };
    // One that was begun before this process was killed still runs.
    while is_held() {
        if stop.load(Ordering::Acquire) {
            return Ok(None);
        }
        std::thread::sleep(LOOK);
    }
    for _ in 0..DEATHS {
        let mut child = begin(program, arguments, item)?;
        let (status, was_asked) = wait_for(&mut child, stop)?;
        match status.code() {
            Some(0) => return Ok(Some(Outcome::Done)),
            _ if was_asked => return Ok(None),
            // Somebody has ended it by a signal that it has heard.
            Some(code) if code > SIGNALLED => return Ok(Some(Outcome::Stopped)),
            Some(_) => return Ok(Some(Outcome::Failed(format!("{status}: {}", last_line(&mut child))))),
            // It was killed: it goes on where it was.
            None => {}
        }
    }
    Ok(Some(Outcome::Failed(format!("its process has died {DEATHS} times"))))
}

fn begin(program: &Path, arguments: &[String], item: &Item) -> Result<Child, String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(&item.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command.spawn().map_err(|error| error.to_string())
}

/// Waits for the end of a program, which is asked to end once `stop` is set; the second is whether it was asked.
fn wait_for(child: &mut Child, stop: &AtomicBool) -> Result<(ExitStatus, bool), String> {
    let mut was_asked = false;
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok((status, was_asked));
        }
        if stop.load(Ordering::Acquire) && !was_asked {
            was_asked = true;
            // One that has just ended needs no asking.
            let _ = rustix::process::kill_process(
                rustix::process::Pid::from_child(child),
                rustix::process::Signal::TERM,
            );
        }
        std::thread::sleep(LOOK);
    }
}

/// The last line of what a program has said against it.
fn last_line(child: &mut Child) -> String {
    let mut said = String::new();
    if let Some(errors) = &mut child.stderr {
        use std::io::Read;
        // What cannot be read is not told.
        let _ = errors.take(10_000).read_to_string(&mut said);
    }
    said.lines().last().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_placed_on_a_card_unless_its_command_line_says_where() {
        let placed = |words: &[&str]| {
            let arguments = words.iter().map(|word| (*word).to_owned()).collect();
            let mut prepared = Prepared::Program { program: "trainyard".into(), arguments, lock: None };
            prepared.place(Some(DeviceChoice::Cuda(1)));
            // It shares its own trials out.
            assert_eq!(prepared.place(Some(DeviceChoice::AutoWith(1))), None);
            match prepared {
                Prepared::Program { arguments, .. } => arguments.join(" "),
                Prepared::Training(..) => String::new(),
            }
        };
        assert_eq!(placed(&["search", "s.ron"]), "search s.ron --device=cuda:1");
        assert_eq!(placed(&["search", "s.ron", "--device", "cpu"]), "search s.ron --device cpu");
        assert_eq!(placed(&["search", "s.ron", "--device=cpu"]), "search s.ron --device=cpu");
    }
}
