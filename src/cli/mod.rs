//! The subcommands, one file each.

mod answer_columns;
mod apart;
mod attach;
mod bench;
mod branch;
mod candidates;
mod completions;
mod config;
mod csv_text;
mod dashboard;
mod data;
mod device;
mod doctor;
mod error;
mod eval;
mod experiment;
mod export;
mod folds;
mod follow;
mod init;
mod jobs;
mod kept;
mod lr_range;
mod measure;
mod named;
mod overwriting;
mod path_completion;
mod predict;
mod presets;
mod queue;
mod repeat;
mod reporter;
mod resume;
mod runs;
mod search;
mod searches;
mod seconds;
mod serve;
mod several;
mod signals;
mod steer;
mod stop;
mod submit;
mod summary;
mod task;
mod text;
mod threads;
mod train;
mod watch;

use std::io::Write;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

use crate::run::text::steers;
use crate::worker;
use threads::Threads;

pub use completions::answer_shell;
pub use error::Error;

const EXAMPLES: &str = "\
Examples:
  trainyard                               the dashboard: choose a preset, press Enter, watch it learn
  trainyard train mnist-cnn               the same without a screen: a progress bar, then the test result
  trainyard train mnist-cnn --set train.epochs=2 --set optimizer.learning_rate=0.01 --json
  trainyard presets show mnist-cnn        what it is, its layers, its text to start your own from
  trainyard runs                          what has been trained, how it ended, what it takes on disk
  trainyard train mnist-cnn --detach      go on without this terminal; `trainyard attach` shows it
  trainyard resume last                   the newest run goes on where it was interrupted
  trainyard resume last --epochs +5       a finished run is trained further
  trainyard eval last --report            confusion matrix, precision and recall of each class, calibration
  trainyard search my-search.ron --jobs 2 many trainings with different settings, and which are the best
  trainyard queue add train mnist-cnn     when what was added before is done, also without this terminal
  trainyard submit train mnist-cnn --repeat 5 --gpus 1 --time 2:00:00   five seeds as jobs of Slurm
  trainyard runs prune --keep 20          remove all but the newest 20 runs, after asking
  trainyard runs verify last              every file of a run against its checksums
  trainyard runs --json | jq .status      the same for a script, one object a line
  trainyard init flowers.csv              a preset for your own data, with a network that fits and the reasons
  trainyard data check flowers.csv        each column of your own data, what is odd, problems by kind
  trainyard doctor                        what this machine offers: GPUs and a test of their kernels, processors
  trainyard bench cnn                     how fast this machine trains, and where the time goes
  trainyard watch ~/lightning_logs        what PyTorch, Keras or JAX write for TensorBoard, live
  trainyard export last --to onnx         the network of the newest run for other programs
  trainyard completions bash > ~/.local/share/bash-completion/completions/trainyard

Environment:
  TRAINYARD_HOME     folder of runs and of your presets, instead of the platform's
  TRAINYARD_LOG      file that diagnostics are appended to; RUST_LOG sets how many (info)
  TRAINYARD_DEVICE   where to train: auto, cpu, cuda, cuda:1; --device goes before it, a preset's `device` behind it
  TRAINYARD_GPU_PATIENCE
                     seconds after which a GPU that does not answer is given up (120)
  RAYON_NUM_THREADS  threads that train, at most one a processor, as --threads; the numbers are the same with any

Exit status: 0 done, 1 failed, 2 the command line or a preset is wrong, 128 + n ended by signal n.";

/// A terminal workbench for deep learning.
#[derive(Debug, Parser)]
#[command(name = "trainyard", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(flatten)]
    dashboard: dashboard::Options,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Each subcommand is a file of this room with its arguments and their `run`.
#[derive(Debug, Subcommand)]
enum Command {
    Train(train::Arguments),
    Resume(resume::Arguments),
    Branch(branch::Arguments),
    Steer(steer::Arguments),
    Stop(stop::Arguments),
    Attach(attach::Arguments),
    Eval(eval::Arguments),
    Predict(predict::Arguments),
    Init(init::Arguments),
    #[command(hide = true)]
    Serve(serve::Arguments),
    #[command(hide = true)]
    Measure(measure::Arguments),
    Presets(presets::Arguments),
    Summary(summary::Arguments),
    LrRange(lr_range::Arguments),
    Search(search::Arguments),
    Queue(queue::Arguments),
    Submit(submit::Arguments),
    Cancel(submit::Cancel),
    Runs(runs::Arguments),
    Data(data::Arguments),
    Doctor(doctor::Arguments),
    Bench(bench::Arguments),
    Watch(watch::Arguments),
    Export(export::Arguments),
    Completions(completions::Arguments),
}

impl Cli {
    /// Reads the command line.
    ///
    /// # Errors
    /// The exit code, once the person has been told what is wrong, or has been helped.
    pub fn of_command_line() -> Result<Self, u8> {
        let mut command = command();
        let matches = command.try_get_matches_from_mut(std::env::args_os());
        let parsed = matches.and_then(|matches| Cli::from_arg_matches(&matches));
        parsed.map_err(|error| error.format(&mut command)).map_err(|error| {
            let said = error.render().to_string();
            // Colours are clap's own; what it quotes of the command line is anybody's.
            let told = match said.contains(|letter| letter != '\n' && steers(letter)) {
                false => error.print(),
                true if error.use_stderr() => writeln!(std::io::stderr(), "{}", text::lines(&said)),
                true => writeln!(std::io::stdout(), "{}", text::lines(&said)),
            };
            // Nobody may be there to read it.
            let _ = told;
            u8::try_from(error.exit_code()).unwrap_or(2)
        })
    }

    /// Carries out what the command line asks for.
    ///
    /// # Errors
    /// What the subcommand reports: one line and an exit code.
    pub fn run(self) -> Result<(), Error> {
        match self.command {
            Some(Command::Train(arguments)) => arguments.run(),
            Some(Command::Resume(arguments)) => arguments.run(),
            Some(Command::Branch(arguments)) => arguments.run(),
            Some(Command::Steer(arguments)) => arguments.run(),
            Some(Command::Stop(arguments)) => arguments.run(),
            Some(Command::Attach(arguments)) => arguments.run(queued),
            Some(Command::Eval(arguments)) => arguments.run(),
            Some(Command::Predict(arguments)) => arguments.run(),
            Some(Command::Init(arguments)) => arguments.run(),
            Some(Command::Serve(arguments)) => arguments.run(),
            Some(Command::Measure(arguments)) => arguments.run(),
            Some(Command::Presets(arguments)) => arguments.run(),
            Some(Command::Summary(arguments)) => arguments.run(),
            Some(Command::LrRange(arguments)) => arguments.run(),
            Some(Command::Search(arguments)) => arguments.run(),
            Some(Command::Queue(arguments)) => arguments.run(queued),
            Some(Command::Submit(arguments)) => arguments.run(queued),
            Some(Command::Cancel(arguments)) => arguments.run(),
            Some(Command::Runs(arguments)) => arguments.run(),
            Some(Command::Data(arguments)) => arguments.run(),
            Some(Command::Doctor(arguments)) => arguments.run(),
            Some(Command::Bench(arguments)) => arguments.run(),
            Some(Command::Watch(arguments)) => arguments.run(queued),
            Some(Command::Export(arguments)) => arguments.run(),
            Some(Command::Completions(arguments)) => arguments.run(),
            None => dashboard::open(self.dashboard, queued),
        }
    }

    /// Starts as many threads as `--threads` or the environment asks for, never more than there are processors, and says
    /// on stderr where these are fewer.
    pub fn bound_threads(&self) {
        let asked = match &self.command {
            Some(Command::Train(arguments)) => arguments.threads,
            Some(Command::Resume(arguments)) => arguments.threads,
            Some(Command::Branch(arguments)) => arguments.threads,
            Some(Command::Eval(arguments)) => arguments.threads,
            Some(Command::Predict(arguments)) => arguments.threads,
            Some(Command::Serve(arguments)) => arguments.threads,
            Some(Command::Doctor(arguments)) => arguments.threads,
            Some(Command::Measure(arguments)) => arguments.threads,
            Some(Command::LrRange(arguments)) => arguments.threads,
            // A benchmark has a pool of its own.
            Some(Command::Bench(_)) => Threads::default(),
            Some(
                Command::Steer(_)
                | Command::Stop(_)
                | Command::Attach(_)
                | Command::Init(_)
                | Command::Presets(_)
                | Command::Summary(_)
                | Command::Search(_)
                | Command::Queue(_)
                | Command::Submit(_)
                | Command::Cancel(_)
                | Command::Runs(_)
                | Command::Data(_)
                | Command::Watch(_)
                | Command::Export(_)
                | Command::Completions(_),
            )
            | None => Threads::default(),
        };
        if let Some(line) = worker::bound_threads(asked.count()) {
            // Errors are ignored: nobody may be there to read it.
            let _ = writeln!(std::io::stderr(), "trainyard: {line}");
        }
    }
}

/// The command line as clap knows it. A number below zero behind an option is the option's value, so that whoever typed it
/// is told what the option takes, not that there is no flag `-1`.
fn command() -> clap::Command {
    fn with_negative_numbers(command: clap::Command) -> clap::Command {
        let command = command.mut_args(|arg| match arg.get_action().takes_values() && !arg.is_positional() {
            true => arg.allow_negative_numbers(true),
            false => arg,
        });
        command.mut_subcommands(with_negative_numbers)
    }
    with_negative_numbers(Cli::command())
}

/// What a command line is for the queue.
fn queued(words: &[String]) -> Result<queue::Queued, Error> {
    let first = words.first().map(String::as_str).unwrap_or_default();
    let cannot_wait = || {
        Error::Usage(format!(
            "{} cannot wait or be submitted: train and search can, as in train PRESET and search FILE",
            text::plain(first)
        ))
    };
    let is_left_out = !["train", "search"].contains(&first);
    if is_left_out && (first == "help" || command().find_subcommand(first).is_some()) {
        return Err(cannot_wait());
    }
    // What is no preset either is told as such.
    let words = is_left_out.then_some("train").into_iter().chain(words.iter().map(String::as_str));
    let words = std::iter::once("trainyard").chain(words);
    let matches = command().try_get_matches_from(words);
    let cli = matches.and_then(|matches| Cli::from_arg_matches(&matches));
    match cli.map_err(|error| Error::Usage(text::plain(&text::of_clap(&error))))?.command {
        Some(Command::Train(arguments)) => Ok(queue::Queued::Train(arguments)),
        Some(Command::Search(arguments)) => Ok(queue::Queued::Search(arguments)),
        Some(_) | None => Err(cannot_wait()),
    }
}

/// Sends diagnostics to the file that `TRAINYARD_LOG` names; without it there are none, since a screen has no room
/// for them.
///
/// # Errors
/// When the file cannot be opened.
pub fn log_to_file() -> Result<(), Error> {
    let Some(path) = std::env::var_os("TRAINYARD_LOG").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(&path).map_err(|error| {
        Error::Usage(format!("TRAINYARD_LOG: {}: {error}", text::plain(&path.to_string_lossy())))
    })?;
    // `debug`, or `info,trainyard::run=trace`: a level, and others for what stands below a module.
    let asked = std::env::var("RUST_LOG").ok().and_then(|levels| levels.parse::<Targets>().ok());
    let levels = asked.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(std::sync::Mutex::new(file));
    // A second set-up in one process changes nothing; the first one stays.
    let _ = tracing_subscriber::registry().with(lines.with_filter(levels)).try_init();
    Ok(())
}

/// A panic is one line on stderr. Those of other threads go to the log only: the thread's owner reports them, and
/// stderr may be under a dashboard.
pub fn panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!("{panic}");
        if std::thread::current().name() == Some("main") {
            let place = panic.location().map(|at| format!(" at {at}")).unwrap_or_default();
            let what = panic.payload_as_str().unwrap_or("panic");
            let _ = writeln!(std::io::stderr(), "trainyard: internal error{place}: {}", text::plain(what));
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
        // The package of the library has a name of its own.
        assert_eq!(command().render_version(), format!("trainyard {}\n", env!("CARGO_PKG_VERSION")));
    }

    #[test]
    fn a_number_below_zero_is_the_value_of_the_option_before_it() {
        for words in [
            "predict last x.csv --temperature -1",
            "resume last --learning-rate -0.5",
            "train xor --checkpoint-seconds -1",
            "train xor --threads -2",
            "train xor --freeze -3",
            "bench --threads -1",
            "stop last --wait -1",
        ] {
            let words = std::iter::once("trainyard").chain(words.split(' '));
            let refused = command().try_get_matches_from(words.clone());
            let Some(error) = refused.err() else { continue };
            assert!(error.kind() != clap::error::ErrorKind::UnknownArgument, "{error}");
        }
    }
}
