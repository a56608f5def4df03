//! The program on the test double.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::double;

/// The program, with a folder of runs of its own.
pub struct Program {
    double: &'static Path,
    home: TempDir,
}

/// What the program said.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Program {
    /// `None` where there is no C++ compiler for the double.
    pub fn new() -> Option<Self> {
        Some(Program { double: double::folder()?, home: tempfile::tempdir().unwrap() })
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs it where the double is the machine's driver; `settings` are variables of the environment.
    pub fn run(&self, line: &str, settings: &[(&str, &str)]) -> Said {
        self.with_libraries(self.double, line, settings)
    }

    /// Runs it where the machine's driver is in this folder.
    pub fn with_libraries(&self, folder: &Path, line: &str, settings: &[(&str, &str)]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_trainyard"))
            .args(line.split_whitespace())
            .env_remove("TRAINYARD_DEVICE")
            .env("TRAINYARD_HOME", self.home())
            .env("LD_LIBRARY_PATH", folder)
            .envs(settings.iter().copied())
            .output();
        Said::of(output.unwrap())
    }

    /// Runs it where there is no driver.
    pub fn without_gpu(&self, line: &str) -> Said {
        self.with_libraries(&PathBuf::from("/nonexistent"), line, &[])
    }
}

impl Said {
    fn of(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// It ended well.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self
    }

    /// It ended with this one error.
    pub fn failed(self, code: i32, parts: &[&str]) -> Self {
        let errors: Vec<&str> = self.err.lines().filter(|line| line.starts_with("trainyard: ")).collect();
        assert_eq!((self.code, errors.len()), (Some(code), 1), "{}{}", self.out, self.err);
        for part in parts {
            assert!(errors[0].contains(part), "no '{part}' in: {}", errors[0]);
        }
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    /// The lines of either stream with this text.
    pub fn lines(&self, part: &str) -> Vec<&str> {
        self.err.lines().chain(self.out.lines()).filter(|line| line.contains(part)).collect()
    }
}
