//! The batch script: what Slurm is asked for, and the command.

use std::path::Path;

use crate::run::text::in_shell;

/// What a submission is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Trains, with one seed or with so many from `first` on.
    Train {
        /// The first seed; `None`: the preset's.
        first: Option<u64>,
    },
    /// Carries out trials of a search until none is left.
    Search,
}

/// What a batch script is written from.
#[derive(Clone, Debug)]
pub struct Script<'a> {
    /// The submission's name.
    pub name: &'a str,
    /// What it is, in words, for the first line.
    pub title: &'a str,
    /// Tasks of the array, and how many of them at a time.
    pub tasks: (u32, Option<u32>),
    /// What is asked of Slurm, as the options of `sbatch` without their dashes: `time`, `2:00:00`.
    pub resources: &'a [(&'static str, String)],
    /// Further options of `sbatch`, as they are.
    pub further: &'a [String],
    /// Lines that come before the command: `module load cuda`.
    pub setup: &'a [String],
    /// The folder in which it was typed.
    pub folder: &'a Path,
    /// Where runs and searches are.
    pub home: &'a Path,
    /// Where jobs print to; the folder must be there.
    pub logs: &'a Path,
    /// Seconds before the end of its time at which a job is told.
    pub warning: u64,
    /// The program.
    pub program: &'a Path,
    /// Its words: `train mnist-cnn --epochs 5`.
    pub words: &'a [String],
    /// What it does.
    pub work: Work,
}

/// Whether a text can stand in a line of a script.
pub fn is_one_line(text: &str) -> bool {
    !text.contains(['\n', '\r', '\0'])
}

impl Script<'_> {
    /// Its text.
    ///
    /// # Errors
    /// What cannot be written in a line of it.
    pub fn text(&self) -> Result<String, String> {
        let (tasks, at_once) = self.tasks;
        let mut lines = vec![
            "#!/bin/bash".to_owned(),
            format!(
                "# {}: {}. Written by `trainyard submit`; sbatch takes it as it is or edited.",
                self.name, self.title
            ),
            option("job-name", self.name)?,
        ];
        if tasks > 1 {
            let at_once = at_once.map(|count| format!("%{count}")).unwrap_or_default();
            lines.push(option("array", &format!("1-{tasks}{at_once}"))?);
        }
        for (name, value) in self.resources {
            lines.push(option(name, value)?);
        }
        for further in self.further {
            if !is_one_line(further) {
                return Err(format!("{further:?} is more than one line"));
            }
            lines.push(format!("#SBATCH {further}"));
        }
        lines.push(option("chdir", &text(self.folder)?)?);
        let job = if tasks > 1 { "%A_%a" } else { "%j" };
        let output = self.logs.join(format!("{}.{job}.out", self.name));
        lines.push(option("output", &text(&output)?)?);
        lines.extend(["#SBATCH --open-mode=append".to_owned(), "#".into()]);
        lines.extend(match self.work {
            Work::Train { .. } => [
                "# Before the time is over, the training makes a checkpoint and has the job put back into the queue. A job that",
                "# begins again, also after a preemption or the loss of its machine, goes on where it was, to the same bits.",
            ],
            Work::Search => [
                "# Before the time is over, the trial makes a checkpoint and has the job put back into the queue. Each task trains",
                "# trials that no other one trains, until none is left; one whose job died is gone on with by whoever is free.",
            ],
        }.map(str::to_owned));
        lines.extend([
            format!("#SBATCH --signal=B:USR1@{}", self.warning),
            "#SBATCH --requeue".into(),
            String::new(),
        ]);
        lines.push(format!("export TRAINYARD_HOME={}", in_shell(&text(self.home)?)));
        for line in self.setup {
            if !is_one_line(line) {
                return Err(format!("{line:?} is more than one line"));
            }
            lines.push(line.clone());
        }
        lines.extend([String::new(), self.command()?]);
        Ok(lines.join("\n") + "\n")
    }

    /// How many trainings its command carries out at a time.
    fn jobs(&self) -> u32 {
        let after = |(place, word): (usize, &String)| match word.strip_prefix("--jobs=") {
            Some(jobs) => Some(jobs.to_owned()),
            None => self.words.get(place + 1).filter(|_| word == "--jobs").cloned(),
        };
        let jobs = self.words.iter().enumerate().find_map(after);
        jobs.and_then(|jobs| jobs.parse().ok()).unwrap_or(1)
    }

    fn command(&self) -> Result<String, String> {
        let program = std::iter::once(text(self.program)?);
        let mut words: Vec<String> =
            program.chain(self.words.iter().cloned()).map(|word| in_shell(&word)).collect();
        let has = |option: &str| {
            self.words.iter().any(|word| word == option || word.starts_with(&format!("{option}=")))
        };
        if !has("--threads") {
            // Trainings at the same time share the processors out.
            let share = match self.jobs() {
                1 => "${SLURM_CPUS_PER_TASK:-1}".to_owned(),
                jobs => format!("$((SLURM_CPUS_PER_TASK > {jobs} ? SLURM_CPUS_PER_TASK / {jobs} : 1))"),
            };
            words.push(format!("--threads \"{share}\""));
        }
        let is_array = self.tasks.0 > 1;
        match self.work {
            Work::Train { first } => {
                if let (true, Some(first)) = (is_array, first) {
                    words.push(format!("--seed \"$(({first} + SLURM_ARRAY_TASK_ID - 1))\""));
                }
                let task = if is_array { "$SLURM_ARRAY_TASK_ID" } else { "1" };
                words.push(format!("--task \"{}/{task}\"", self.name));
            }
            Work::Search => words.push("--shared".into()),
        }
        Ok(format!("exec {}", words.join(" ")))
    }
}

/// A line that asks Slurm for something.
fn option(name: &str, value: &str) -> Result<String, String> {
    if !is_one_line(value) {
        return Err(format!("--{name} {value:?} is more than one line"));
    }
    Ok(format!("#SBATCH --{name}={}", in_shell(value)))
}

fn text(path: &Path) -> Result<String, String> {
    let text = path.to_str().ok_or_else(|| format!("{} is not UTF-8", path.display()))?;
    if is_one_line(text) { Ok(text.into()) } else { Err(format!("{text:?} has a line break")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_asks_for_what_was_wanted_and_bash_reads_each_word_as_it_was_typed() {
        let words =
            ["train", "my preset.ron", "--set", "optimizer=sgd(learning_rate: 0.1)"].map(String::from);
        let script = Script {
            name: "my-preset-1",
            title: "3 trainings of my preset.ron, with the seeds 7 to 9",
            tasks: (3, Some(2)),
            resources: &[("partition", "gpu".into()), ("time", "2:00:00".into())],
            further: &["--exclude=node3".into()],
            setup: &["module load cuda".into()],
            folder: Path::new("/home/ada/my project"),
            home: Path::new("/home/ada/.local/share/trainyard"),
            logs: Path::new("/home/ada/.local/share/trainyard/slurm/logs"),
            warning: 120,
            program: Path::new("/usr/bin/printf"),
            words: &words,
            work: Work::Train { first: Some(7) },
        };
        let text = script.text().unwrap();
        for line in [
            "#SBATCH --array=1-3%2",
            "#SBATCH --partition=gpu",
            "#SBATCH --time=2:00:00",
            "#SBATCH --exclude=node3",
            "#SBATCH --chdir='/home/ada/my project'",
            "#SBATCH --signal=B:USR1@120",
            "module load cuda",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        }
        // What the program is given, as bash sees it.
        let asked =
            text.replace("module load cuda", "").replace("/usr/bin/printf", "/usr/bin/printf '%s\\n'");
        let mut bash = std::process::Command::new("bash");
        let output = bash
            .args(["-c", &asked])
            .env("SLURM_ARRAY_TASK_ID", "2")
            .env("SLURM_CPUS_PER_TASK", "4")
            .output();
        let seen = String::from_utf8(output.unwrap().stdout).unwrap();
        let wanted = words.iter().map(String::as_str).chain([
            "--threads",
            "4",
            "--seed",
            "8",
            "--task",
            "my-preset-1/2",
        ]);
        assert_eq!(seen.lines().collect::<Vec<_>>(), wanted.collect::<Vec<_>>(), "{text}");
        // Two trials at a time share the processors of their job out.
        let threads = |jobs: &str, cpus: &str| {
            let words = ["search", "s.ron", jobs].map(String::from);
            let text =
                Script { words: &words, work: Work::Search, setup: &[], ..script.clone() }.text().unwrap();
            let mut bash = std::process::Command::new("bash");
            let asked = text.replace("/usr/bin/printf", "/usr/bin/printf '%s\\n'");
            let output = bash.args(["-c", &asked]).env("SLURM_CPUS_PER_TASK", cpus).output().unwrap();
            let seen = String::from_utf8(output.stdout).unwrap();
            seen.lines().skip_while(|word| *word != "--threads").nth(1).map(str::to_owned)
        };
        for (jobs, cpus, expected) in [("--jobs=2", "4", "2"), ("--jobs=8", "4", "1"), ("--quiet", "4", "4")]
        {
            assert_eq!(threads(jobs, cpus).as_deref(), Some(expected), "{jobs} {cpus}");
        }
        let broken = Script { resources: &[("comment", "a\nrm -rf /".into())], ..script };
        assert!(broken.text().unwrap_err().contains("more than one line"));
    }
}
