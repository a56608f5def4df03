//! What is asked of Slurm on the command line.

use clap::{ArgAction, Args, Command, FromArgMatches};

use super::super::Error;
use super::super::text::{of_clap, plain};

/// Seconds before the end of its time at which a job is told, where there is enough.
const WARNING: u64 = 120;

/// What is asked of Slurm; what is not said is left to the cluster.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What is asked of Slurm")]
pub(super) struct Wishes {
    /// The partition
    #[arg(long, short = 'p', value_name = "NAME")]
    partition: Option<String>,
    /// The account that pays
    #[arg(long, short = 'A', value_name = "NAME")]
    account: Option<String>,
    /// The quality of service
    #[arg(long, value_name = "NAME")]
    qos: Option<String>,
    /// The most time of a job: minutes, HOURS:MINUTES:SECONDS, or DAYS-HOURS
    #[arg(long, short = 't', value_name = "TIME")]
    time: Option<String>,
    /// GPUs of each job; a training takes one, so more are for a search with --jobs
    #[arg(long, value_name = "N")]
    gpus: Option<String>,
    /// Processors of each job, and so the threads of its training; a search with --jobs N shares them out among N trainings
    #[arg(long, short = 'c', value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    cpus: u16,
    /// Memory of each job, such as 16G
    #[arg(long, value_name = "SIZE")]
    mem: Option<String>,
    /// What a machine must have, such as a100
    #[arg(long, short = 'C', value_name = "FEATURES")]
    constraint: Option<String>,
    /// Tasks of a search: so many jobs share its trials out (4 where it is not said), each trains one at a time, or as many as --jobs
    /// says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub workers: Option<u32>,
    /// Tasks at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub at_once: Option<u32>,
    /// What the job is called, instead of after the preset or search
    #[arg(long, short = 'J', value_name = "NAME")]
    pub job_name: Option<String>,
    /// Another option of sbatch, as it stands in a script: --sbatch="--exclude=node3"; may be given several times
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true)]
    pub sbatch: Vec<String>,
    /// A line of the script before the command, such as --setup "module load cuda"; may be given several times
    #[arg(long, value_name = "LINE")]
    pub setup: Vec<String>,
    /// Only show the batch script
    #[arg(long)]
    pub print: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

impl Wishes {
    /// The seconds of a job's time, where it is said in a form that we know.
    fn seconds(&self) -> Option<u64> {
        let time = self.time.as_ref()?;
        let (days, rest) = time.split_once('-').map_or((None, &**time), |(days, rest)| (Some(days), rest));
        let parts: Vec<u64> = rest.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
        let of = |units: &[u64]| parts.iter().zip(units).map(|(part, unit)| part * unit).sum::<u64>();
        Some(match (days, parts.len()) {
            (Some(days), 1..=3) => days.parse::<u64>().ok()? * 86_400 + of(&[3600, 60, 1]),
            (None, 1 | 2) => of(&[60, 1]),
            (None, 3) => of(&[3600, 60, 1]),
            _ => return None,
        })
    }

    /// Seconds before the end of its time at which a job is told: two minutes, less where the time is short.
    pub fn warning(&self) -> u64 {
        self.seconds().map_or(WARNING, |seconds| WARNING.min(seconds / 4)).max(5)
    }

    /// What is to be told of the time of a job.
    pub fn told(&self) -> Option<String> {
        let seconds = self.seconds().filter(|seconds| *seconds < 4 * WARNING)?;
        Some(format!(
            "a job of {seconds} s is short: {} s before its end it makes a checkpoint and waits for its turn again",
            self.warning()
        ))
    }

    /// What Slurm says against a job, with what was asked for where that may be more than any machine has.
    pub fn explained(&self, problem: String) -> String {
        match problem.contains("node configuration is not available") {
            true => format!("{problem}: each job asks for {} processors; --cpus takes fewer", self.cpus),
            false => problem,
        }
    }

    /// The options of `sbatch`, in the order of the script.
    pub fn resources(&self) -> Vec<(&'static str, String)> {
        let asked = [
            ("partition", &self.partition),
            ("account", &self.account),
            ("qos", &self.qos),
            ("time", &self.time),
            ("gpus", &self.gpus),
            ("mem", &self.mem),
            ("constraint", &self.constraint),
        ];
        let asked = asked.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
        std::iter::once(("cpus-per-task", self.cpus.to_string())).chain(asked).collect()
    }
}

/// Tells the wishes apart from the command, in whatever order they were typed.
///
/// # Errors
/// What is wrong with a wish.
pub(super) fn told_apart(typed: Vec<String>) -> Result<(Wishes, Vec<String>), Error> {
    let mut reader = Wishes::augment_args(Command::new("submit").no_binary_name(true));
    let takes_value = |word: &str| {
        let (name, has_value) = word.split_once('=').map_or((word, false), |(name, _)| (name, true));
        let arg = reader.get_arguments().find(|arg| {
            let long = name.strip_prefix("--").is_some_and(|name| arg.get_long() == Some(name));
            let short = name.strip_prefix('-').map(str::chars).is_some_and(|mut letters| {
                arg.get_short().is_some() && letters.next() == arg.get_short() && letters.next().is_none()
            });
            long || short
        })?;
        Some(!has_value && !matches!(arg.get_action(), ArgAction::SetTrue))
    };
    let (mut wishes, mut words) = (Vec::new(), Vec::new());
    let mut typed = typed.into_iter();
    while let Some(word) = typed.next() {
        match takes_value(&word) {
            None => words.push(word),
            Some(has_more) => {
                wishes.push(word);
                if has_more {
                    wishes.extend(typed.next());
                }
            }
        }
    }
    let matches = reader.try_get_matches_from_mut(wishes);
    let read = matches
        .and_then(|matches| Wishes::from_arg_matches(&matches))
        .map_err(|error| Error::Usage(plain(&of_clap(&error))))?;
    if words.is_empty() {
        return Err(Error::Usage("what is to be submitted: train PRESET, or search FILE".into()));
    }
    Ok((read, words))
}

/// Removes an option and its value from a command line.
pub(super) fn remove(words: &mut Vec<String>, option: &str) {
    let with_value = format!("{option}=");
    while let Some(at) = words.iter().position(|word| word == option || word.starts_with(&with_value)) {
        let is_apart = words[at] == option;
        words.drain(at..(at + 1 + usize::from(is_apart)).min(words.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_stand_before_and_behind_the_command() {
        let of = |line: &str| told_apart(line.split(' ').map(str::to_owned).collect());
        for line in [
            "--time 2:00:00 --gpus=1 train xor --epochs 3 --set a=b",
            "train xor --epochs 3 --gpus 1 --set a=b --time=2:00:00",
            "-t 2:00:00 train xor --gpus 1 --epochs 3 --set a=b",
        ] {
            let (wishes, words) = of(line).unwrap();
            assert_eq!(words.join(" "), "train xor --epochs 3 --set a=b", "{line}");
            assert_eq!(
                wishes.resources(),
                [("cpus-per-task", "4".into()), ("time", "2:00:00".into()), ("gpus", "1".into())],
                "{line}"
            );
        }
        let (wishes, _) = of("xor --print --sbatch --exclude=node3").unwrap();
        assert!(wishes.print && wishes.sbatch == ["--exclude=node3"]);
        assert!(of("xor --cpus none").unwrap_err().to_string().contains("--cpus"));
        assert!(of("--print").unwrap_err().to_string().contains("what is to be submitted"));
    }

    #[test]
    fn a_job_is_told_two_minutes_before_its_end_and_a_short_one_later() {
        let warning =
            |time: &str| told_apart(vec![format!("--time={time}"), "xor".into()]).unwrap().0.warning();
        for (time, expected) in [
            ("2:00:00", 120),
            ("1", 15),
            ("0:30", 7),
            ("5:00", 75),
            ("1-0", 120),
            ("1-00:30", 120),
            ("infinite", 120),
        ] {
            assert_eq!(warning(time), expected, "{time}");
        }
    }

    #[test]
    fn an_option_is_removed_with_its_value_however_it_was_typed() {
        let of = |line: &str| {
            let mut words = line.split(' ').map(str::to_owned).collect();
            remove(&mut words, "--repeat");
            words.join(" ")
        };
        assert_eq!(of("train xor --repeat 5 --epochs 3"), "train xor --epochs 3");
        assert_eq!(of("train --repeat=5 xor --repeat 6"), "train xor");
        assert_eq!(of("train xor --repeat"), "train xor");
    }
}
