//! `trainyard queue start`, `stop` and the process that works the queue off.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::super::Error;
use super::super::serve::itself;
use super::super::signals::Signals;
use super::super::text::plain;
use super::super::threads::crowded;
use super::parse::Parse;
use super::prepare::prepare;
use crate::preset::DeviceChoice;
use crate::run::lock::Process;
use crate::run::log_file::stamped;
use crate::search::queue::{Heard, Item, Outcome, Runner, Shelf, work_off};
use crate::worker::devices_shared_out;

/// How long `start` waits for the process to take the queue.
const PATIENCE: Duration = Duration::from_secs(10);

/// The variable of the environment that names the home.
const HOME: &str = "TRAINYARD_HOME";

/// Work the queue off in the background, also after a pause or a reboot
#[derive(Debug, clap::Args)]
pub struct Start {
    /// Trainings at a time; the processors are shared out. It is kept for the next time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Where items train that do not say it themselves: cpu, cuda:0; with several, separated by commas, each where the fewest are. It
    /// is kept for the next time; auto leaves it to the presets
    #[arg(long, value_name = "DEVICE", value_delimiter = ',')]
    device: Vec<DeviceChoice>,
}

/// End what is being trained, with a checkpoint; `queue start` goes on
#[derive(Debug, clap::Args)]
pub struct Stop {
    /// Seconds to wait for the end
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    wait: u64,
}

/// Work the queue off in the foreground
#[derive(Debug, clap::Args)]
pub struct Run {
    /// In a session of its own
    #[arg(long)]
    detached: bool,
}

impl Start {
    pub(super) fn run(self) -> Result<(), Error> {
        let (waiting, jobs) = start(self.jobs, self.device)?;
        let said = match waiting {
            0 => "nothing waits".to_owned(),
            1 => format!("1 item, {jobs} at a time; `trainyard queue` shows it"),
            waiting => format!("{waiting} items, {jobs} at a time; `trainyard queue` shows them"),
        };
        writeln!(std::io::stdout(), "{said}")?;
        if let Some(told) = crowded("--jobs", jobs.into()) {
            writeln!(std::io::stderr(), "trainyard: {told}")?;
        }
        Ok(())
    }
}

/// Ends a pause, and has the queue worked off, so many at a time and on these devices from now on; without any, as before. Returns how
/// many wait or are trained, and how many are at a time.
pub(super) fn start(jobs: Option<u16>, devices: Vec<DeviceChoice>) -> Result<(usize, u16), Error> {
    let shelf = Shelf::own()?;
    let settings = shelf.change(|settings| {
        settings.jobs = jobs.unwrap_or(settings.jobs);
        settings.is_paused = false;
        if !devices.is_empty() {
            settings.devices = devices;
            settings.devices.retain(|device| *device != DeviceChoice::Auto);
        }
    })?;
    let waiting = shelf.items()?.iter().filter(|item| item.is_waiting()).count();
    if waiting > 0 && shelf.worker()?.is_none() {
        start_in_background()?;
    }
    Ok((waiting, settings.jobs))
}

/// Asks the process that works the queue off to end, if there is one; returns its number and itself.
pub(super) fn ask_to_stop() -> Result<Option<(String, Process)>, Error> {
    let Some(owner) = Shelf::own()?.worker()? else { return Ok(None) };
    let process = Process::numbered(&owner).and_then(|process| process.terminate().map(|()| process));
    let process = process.map_err(|reason| Error::Failed(format!("process {owner}: {reason}")))?;
    Ok(Some((owner, process)))
}

/// Starts the process that works the queue off, and waits until it has taken it.
pub(super) fn start_in_background() -> Result<(), Error> {
    let shelf = Shelf::own()?;
    let path = shelf.log();
    let failed =
        |error: std::io::Error| Error::Failed(format!("{}: {error}", plain(&path.to_string_lossy())));
    std::fs::create_dir_all(shelf.path()).map_err(failed)?;
    let log = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
    let errors = log.try_clone().map_err(failed)?;
    let mut command = std::process::Command::new(itself().map_err(failed)?);
    command.args(["queue", "run", "--detached"]).stdin(Stdio::null()).stdout(log).stderr(errors);
    // Its folder changes with each item.
    if let Some(home) = std::env::var_os(HOME).filter(|home| !home.is_empty()) {
        command.env(HOME, std::path::absolute(home)?);
    }
    let mut child = command.spawn().map_err(failed)?;
    let since = Instant::now();
    while shelf.worker()?.is_none() {
        if let Some(status) = child.try_wait().map_err(failed)? {
            // It may have worked everything off already.
            let is_done = status.success();
            let where_ = plain(&path.to_string_lossy());
            return if is_done {
                Ok(())
            } else {
                Err(Error::Failed(format!("the queue's process ended at once ({status}); {where_} says why")))
            };
        }
        if since.elapsed() > PATIENCE {
            return Err(Error::Failed("the queue's process does not take the queue".into()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    // Where this process goes on, what is left of that one once it has ended is taken away. Without the thread it stays.
    let _ = std::thread::Builder::new().name("queue's end".into()).spawn(move || child.wait());
    Ok(())
}

impl Stop {
    pub(super) fn run(self) -> Result<(), Error> {
        let Some((owner, process)) = ask_to_stop()? else {
            writeln!(std::io::stdout(), "nobody works the queue off")?;
            return Ok(());
        };
        let until = Instant::now() + Duration::from_secs(self.wait);
        while !process.has_ended() {
            if Instant::now() > until {
                return Err(Error::Failed(format!("process {owner} has not ended yet")));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        writeln!(std::io::stdout(), "stopped; `trainyard queue start` goes on")?;
        Ok(())
    }
}

impl Run {
    pub(super) fn run(self, parse: Parse) -> Result<(), Error> {
        if self.detached {
            // A session of its own: what happens to the terminal's does not concern it.
            let _ = rustix::process::setsid();
        }
        check_home()?;
        let signals = Signals::catch()?;
        let runner = Runner {
            prepare: &|item, jobs| prepare(item, jobs, parse),
            is_interrupted: &|| signals.caught().is_some(),
            devices: devices_shared_out(DeviceChoice::Auto),
        };
        work_off(&Shelf::own()?, &runner, &mut |heard| {
            // Nobody to tell is no reason to stop training.
            let text = plain(&in_words(heard));
            // In the background it is a log.
            let text = if self.detached { stamped(&text) } else { text };
            let _ = writeln!(std::io::stdout(), "{text}");
        })?;
        signals.caught().map_or(Ok(()), |signal| Err(Error::Signal(signal)))
    }
}

/// The process changes its folder with each item, and must find its home from all of them.
fn check_home() -> Result<(), Error> {
    let home = std::env::var_os(HOME).filter(|home| !home.is_empty() && !Path::new(home).is_absolute());
    home.map_or(Ok(()), |home| {
        let home = plain(&home.to_string_lossy());
        Err(Error::Usage(format!("{HOME} is {home}: the queue needs a path that begins with /")))
    })
}

fn in_words(heard: &Heard) -> String {
    let of = |item: &Item| format!("item {}: {}", item.number, item.line());
    match heard {
        Heard::Damaged(problem) => format!("left out: {problem}"),
        Heard::Begun(item) => format!("{} begins", of(item)),
        Heard::Found(item) => format!("{} is run {}", of(item), item.run.as_deref().unwrap_or_default()),
        Heard::Ended(item) => match &item.outcome {
            Some(Outcome::Failed(why)) => format!("{} failed: {why}", of(item)),
            outcome => format!("{} {}", of(item), outcome.as_ref().map_or("goes on", Outcome::word)),
        },
    }
}
