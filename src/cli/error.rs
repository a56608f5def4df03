//! How a subcommand fails: one line for the person, one code for the script.

use std::io;

/// Why a subcommand ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line, the environment or a preset is wrong.
    #[error("{0}")]
    Usage(String),
    /// It was asked for rightly and could not be done.
    #[error("{0}")]
    Failed(String),
    /// A signal ended it, in good order.
    #[error("ended by signal {0}")]
    Signal(u8),
    /// The reader of the output has closed it, as `head` does. This is no error, and no message is printed.
    #[error("output closed")]
    OutputClosed,
}

impl Error {
    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::OutputClosed => 0,
            Error::Failed(_) => 1,
            Error::Usage(_) => 2,
            Error::Signal(number) => 128_u8.saturating_add(*number),
        }
    }

    /// The lines for stderr, safe for a terminal whatever they quote; `None` where there is nothing to say.
    pub fn lines(&self) -> Option<String> {
        match self {
            Error::OutputClosed | Error::Signal(_) => None,
            Error::Usage(_) | Error::Failed(_) => Some(super::text::lines(&self.to_string())),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Error::OutputClosed,
            _ => Error::Failed(format!("writing the output: {error}")),
        }
    }
}

impl From<crate::preset::PresetError> for Error {
    fn from(error: crate::preset::PresetError) -> Self {
        let lines = super::text::lines(&error.to_string());
        if error.blames_files { Error::Failed(lines) } else { Error::Usage(lines) }
    }
}

impl From<crate::run::Error> for Error {
    fn from(error: crate::run::Error) -> Self {
        use crate::run::Error as Run;
        let line = super::text::plain(&error.to_string());
        match error {
            Run::NotFound { .. } | Run::TooFew { .. } | Run::NotUtf8 { .. } | Run::NoHome => {
                Error::Usage(line)
            }
            // A run's files are no pipes: it is the reader of what is printed of them who has left.
            Run::Io { ref source, .. } if source.kind() == io::ErrorKind::BrokenPipe => Error::OutputClosed,
            Run::Io { .. } | Run::Broken { .. } | Run::Locked { .. } => Error::Failed(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_no_failure() {
        let error = Error::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((error.exit_code(), error.lines()), (0, None));
    }

    #[test]
    fn a_signal_gives_the_shells_exit_code() {
        assert_eq!([2, 15, 1].map(|signal| Error::Signal(signal).exit_code()), [130, 143, 129]);
    }
}
