//! What is asked of Slurm on the command line.

use super::super::text::plain;
use super::super::{Error, apart};

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

    /// Checks their form: a script that is only shown is seen by no Slurm.
    fn check(&self) -> Result<(), Error> {
        let wrong = |option: &str, value: &str, what: &str| {
            Err(Error::Usage(format!("--{option} '{}': {what}", plain(value))))
        };
        for (option, value) in self.resources() {
            if let Some(what) = problem_of(option, &value) {
                return wrong(option, &value, what);
            }
        }
        let time = self.time.as_deref().unwrap_or("0");
        let is_unbounded = ["infinite", "unlimited"].contains(&time.to_lowercase().as_str());
        if self.time.is_some() && self.seconds().is_none() && !is_unbounded {
            return wrong("time", time, "write minutes, HOURS:MINUTES:SECONDS, or DAYS-HOURS:MINUTES");
        }
        if let Some(other) = self.sbatch.iter().find(|option| !option.starts_with('-')) {
            return wrong("sbatch", other, "an option begins with -, such as --exclude=node3");
        }
        Ok(())
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
    let missing = "what is to be submitted: train PRESET, or search FILE";
    let (wishes, words): (Wishes, _) = apart::told_apart("submit", typed, missing)?;
    wishes.check()?;
    Ok((wishes, words))
}

/// What is wrong with the value of an option of `sbatch`, and what would be valid.
fn problem_of(option: &str, value: &str) -> Option<&'static str> {
    let is_one_word = !value.is_empty() && !value.contains(char::is_whitespace);
    let are_digits = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit());
    let is_count = |part: &str| are_digits(part.rsplit_once(':').map_or(part, |(_, count)| count));
    match option {
        "mem" => {
            let number = value
                .trim_end_matches(['b', 'B'])
                .trim_end_matches(|letter: char| "kmgtKMGT".contains(letter));
            (!are_digits(number)).then_some("a size is a number with K, M, G or T behind it, such as 16G")
        }
        "gpus" => {
            (!value.split(',').all(is_count)).then_some("write a number, or its kind before it: a100:2")
        }
        "cpus-per-task" | "time" => None,
        _ => (!is_one_word).then_some("it is one word without spaces"),
    }
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
        for (line, said) in [
            ("xor --cpus none", "--cpus"),
            ("xor --partition=", "--partition '': it is one word"),
            ("xor --time soon", "--time 'soon': write minutes, HOURS:MINUTES:SECONDS"),
            ("xor --mem lots", "--mem 'lots': a size is a number"),
            ("xor --gpus two", "--gpus 'two': write a number"),
            ("xor --sbatch exclude=node3", "--sbatch 'exclude=node3': an option begins with -"),
        ] {
            let told = of(line).unwrap_err();
            assert!(matches!(told, Error::Usage(_)) && told.to_string().contains(said), "{line}: {told}");
        }
        for line in ["xor --mem 16G", "xor --mem 500MB", "xor --gpus a100:2,v100:1", "xor --time UNLIMITED"] {
            assert!(of(line).is_ok(), "{line}");
        }
        let spaced = told_apart(vec!["xor".into(), "--partition".into(), "foo bar".into()]);
        assert!(spaced.unwrap_err().to_string().contains("--partition 'foo bar'"));
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
