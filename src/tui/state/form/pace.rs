//! How long an epoch of a draft takes: measured when nothing has been pressed for a while.

/// Ticks without a key before it is measured.
const PATIENCE: u8 = 8;

/// How far a measurement has come.
#[derive(Clone, Debug, Default, PartialEq)]
enum Progress {
    /// Nothing is to be measured.
    #[default]
    Idle,
    /// It begins after so many ticks.
    Due(u8),
    /// It goes on.
    Running,
    /// An epoch takes so many seconds.
    Known(f64),
    /// It cannot be said, for this reason.
    Failed(String),
}

/// What is known of how long an epoch takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pace {
    /// The text of the draft that it is about.
    of: String,
    progress: Progress,
    /// The number of the last question.
    number: u64,
}

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A key, a click or the like.
    Person,
    /// A tenth of a second has passed.
    Tick,
    /// Something else.
    Other,
}

/// What is to be done about a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Nothing.
    Nothing,
    /// Give it up.
    Stop,
    /// Begin, under this number.
    Start(u64),
}

impl Pace {
    /// Whether ticks bring it nearer.
    pub fn is_due(&self) -> bool {
        matches!(self.progress, Progress::Due(_))
    }

    /// Takes in what has happened. `draft` is the text of what could be trained now; `None` where nothing can, or something is.
    pub fn attend(&mut self, draft: Option<&str>, cause: Cause) -> Act {
        let was_running = self.progress == Progress::Running;
        let stopped = if was_running { Act::Stop } else { Act::Nothing };
        let Some(draft) = draft else {
            // What is known of a draft is still known when it is looked at again.
            if was_running || self.is_due() {
                *self = Pace { number: self.number, ..Pace::default() };
            }
            return stopped;
        };
        if self.of != draft {
            *self = Pace { of: draft.to_owned(), progress: Progress::Due(PATIENCE), number: self.number };
            return stopped;
        }
        match (&self.progress, cause) {
            (Progress::Due(_) | Progress::Running, Cause::Person) | (Progress::Idle, _) => {
                self.progress = Progress::Due(PATIENCE);
                stopped
            }
            (Progress::Due(0 | 1), Cause::Tick) => {
                self.progress = Progress::Running;
                self.number += 1;
                Act::Start(self.number)
            }
            (Progress::Due(ticks), Cause::Tick) => {
                self.progress = Progress::Due(ticks - 1);
                Act::Nothing
            }
            (Progress::Due(_) | Progress::Running, Cause::Tick | Cause::Other)
            | (Progress::Known(_) | Progress::Failed(_), _) => Act::Nothing,
        }
    }

    /// Gives up what is being found out for another question; returns its number.
    pub fn make_way(&mut self) -> u64 {
        *self = Pace { number: self.number + 1, ..Pace::default() };
        self.number
    }

    /// Takes in the answer to a question; one that was given up is answered in vain.
    pub fn answer(&mut self, number: u64, seconds: Result<f64, String>) {
        if self.progress == Progress::Running && self.number == number {
            self.progress = seconds.map_or_else(Progress::Failed, Progress::Known);
        }
    }

    /// What to tell of this draft, in a few words.
    pub fn in_words(&self, draft: &str) -> Option<String> {
        if self.of != draft {
            return None;
        }
        match &self.progress {
            Progress::Idle => None,
            Progress::Due(_) | Progress::Running => Some("timing a few steps …".into()),
            Progress::Known(seconds) => Some(format!("about {} an epoch (measured)", of_seconds(*seconds))),
            Progress::Failed(problem) => Some(format!("not timed: {problem}")),
        }
    }
}

/// `80 ms`, `9 s`, `3 min`, `2.5 h`.
fn of_seconds(seconds: f64) -> String {
    match seconds {
        ..0.001 => "1 ms".into(),
        ..0.95 => format!("{:.0} ms", seconds * 1e3),
        ..9.5 => format!("{seconds:.1} s"),
        ..100.0 => format!("{seconds:.0} s"),
        ..5400.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets so much time pass that a measurement begins.
    fn wait(pace: &mut Pace, draft: &str) {
        for _ in 0..PATIENCE {
            pace.attend(Some(draft), Cause::Tick);
        }
    }

    #[test]
    fn a_draft_is_measured_when_nothing_is_pressed_and_the_next_key_gives_it_up() {
        let mut pace = Pace::default();
        assert_eq!(pace.attend(Some("a"), Cause::Person), Act::Nothing);
        for _ in 1..PATIENCE {
            assert_eq!(pace.attend(Some("a"), Cause::Tick), Act::Nothing);
        }
        assert_eq!(pace.attend(Some("a"), Cause::Tick), Act::Start(1));
        assert!(!pace.is_due() && pace.attend(Some("a"), Cause::Other) == Act::Nothing);
        assert_eq!(pace.attend(Some("a"), Cause::Person), Act::Stop);
        pace.answer(1, Ok(9.0));
        assert_eq!(pace.in_words("a").as_deref(), Some("timing a few steps …"));
        wait(&mut pace, "a");
        pace.answer(2, Ok(9.04));
        assert_eq!(pace.in_words("a").as_deref(), Some("about 9.0 s an epoch (measured)"));
        assert_eq!((pace.attend(Some("a"), Cause::Person), pace.in_words("b")), (Act::Nothing, None));
        // Another draft is another question; while something is trained nothing is measured.
        assert_eq!(pace.attend(Some("b"), Cause::Person), Act::Nothing);
        wait(&mut pace, "b");
        assert_eq!((pace.attend(None, Cause::Other), pace.is_due()), (Act::Stop, false));
    }

    #[test]
    fn times_are_told_as_people_say_them() {
        let told = [0.0001, 0.08, 2.04, 61.0, 200.0, 9000.0].map(of_seconds);
        assert_eq!(told, ["1 ms", "80 ms", "2.0 s", "61 s", "3 min", "2.5 h"]);
    }
}
