//! What a training does with the commands that it gets between two steps.

use super::{Session, Verdict};
use crate::preset::{Assignment, Change};
use crate::run::Steered;
use crate::worker::engine::{ELSEWHERE, ask, save};
use crate::worker::protocol::{Command, Drive, Event, RateChange, Reply, Request, SettingChange};

impl Session<'_> {
    /// Carries a request out and replies to it; questions are replied to when they are answered.
    pub(super) fn obey(&mut self, Request { id, command }: Request) -> Verdict {
        let (reply, verdict) = match command {
            // When the worker is ending there may be no listener left to let a paused training go on.
            Command::Pause | Command::Step if self.is_ending => {
                (Reply::Refused("the training is ending".into()), Verdict::GoOn)
            }
            Command::Pause if !self.is_paused => (self.set_paused(true), Verdict::GoOn),
            Command::Resume if self.is_paused => (self.set_paused(false), Verdict::GoOn),
            Command::Pause | Command::Resume => (Reply::Done, Verdict::GoOn),
            Command::Step => {
                if !self.is_paused {
                    self.set_paused(true);
                }
                self.free_steps += 1;
                (Reply::Done, Verdict::GoOn)
            }
            Command::ChangeRate(change) => (self.change_rate(change), Verdict::GoOn),
            Command::Steer(assignment) => (self.steer(&assignment), Verdict::GoOn),
            Command::Pace(steps_per_second) => (self.pace(steps_per_second), Verdict::GoOn),
            Command::StopAfterEpoch(stops_after_epoch) => {
                self.set_drive(Drive { stops_after_epoch, ..self.drive });
                self.say(match stops_after_epoch {
                    true => "the training ends after this epoch".into(),
                    false => "the training goes on after this epoch".into(),
                });
                (Reply::Done, Verdict::GoOn)
            }
            Command::GoBack(wish) => {
                let reply = self.go_back(wish).map_or_else(Reply::Refused, |()| Reply::Done);
                (reply, Verdict::GoOn)
            }
            // The checkpoint is told to all when it is on disk.
            Command::Save if self.keeper.want() => (Reply::Done, Verdict::GoOn),
            Command::Save => (save(self.training), Verdict::GoOn),
            Command::Inspect(question) => {
                ask(self.inspector, id, question, self.outbox);
                return Verdict::GoOn;
            }
            Command::Train(_) => {
                (Reply::Refused("a training is in progress: stop it first".into()), Verdict::GoOn)
            }
            Command::Attach(_) => (Reply::Refused(ELSEWHERE.into()), Verdict::GoOn),
            Command::Open(_) | Command::GoTo(_) => {
                (Reply::Refused("a training is in progress here".into()), Verdict::GoOn)
            }
            // A worker that several can look at settles this before.
            Command::TakeOver => (Reply::Done, Verdict::GoOn),
            Command::Stop => (Reply::Done, Verdict::Stop),
            Command::Shutdown | Command::Detach => {
                self.is_ending = true;
                (Reply::Done, Verdict::Stop)
            }
        };
        self.outbox.reply(id, reply);
        verdict
    }

    fn change_rate(&mut self, change: RateChange) -> Reply {
        let rate = match change {
            RateChange::Times(times) if times.is_finite() && times > 0.0 => {
                self.training.learning_rate().effective() * times
            }
            RateChange::Times(times) => {
                return Reply::Refused(format!("a learning rate times {times} is not above zero"));
            }
            // NaN and infinity are refused in the words of the rate itself.
            RateChange::To(rate) => match self.training.learning_rate().factor_for(rate) {
                Ok(_) => rate,
                Err(problem) => return Reply::Refused(problem),
            },
        };
        self.steer(&Assignment { path: Change::LEARNING_RATE.into(), value: rate.to_string() })
    }

    fn pace(&mut self, steps_per_second: Option<f64>) -> Reply {
        match steps_per_second {
            Some(steps) if !(steps.is_finite() && steps > 0.0) => {
                Reply::Refused(format!("{steps} steps a second are not above 0"))
            }
            _ => {
                self.set_drive(Drive { steps_per_second, ..self.drive });
                Reply::Done
            }
        }
    }

    fn set_drive(&mut self, drive: Drive) {
        if self.drive != drive {
            self.drive = drive;
            self.outbox.send(Event::Drive(drive));
        }
    }

    pub(super) fn steer(&mut self, assignment: &Assignment) -> Reply {
        match self.settings.steer(self.training, assignment) {
            Ok(Some(steered)) => {
                self.keeper.steered(self.settings.made(), Some(&steered));
                self.tell_steered(steered, false);
                Reply::Done
            }
            // It has this value already.
            Ok(None) => Reply::Done,
            Err(problem) => Reply::Refused(problem),
        }
    }

    /// Makes the changes again that were made at this step before the run was resumed.
    pub(super) fn make_again(&mut self) {
        while let Some(made) = self.settings.make_again(self.training) {
            match made {
                Ok(steered) => self.tell_steered(steered, true),
                Err(problem) => self.say(format!("not changed again, as it was before: {problem}")),
            }
        }
    }

    fn tell_steered(&mut self, steered: Steered, is_again: bool) {
        self.look_at_change(&steered.path);
        let Steered { path, before, value, step, .. } = &steered;
        let again = if is_again { " again" } else { "" };
        self.say(match path.as_str() {
            Change::LEARNING_RATE => {
                format!(
                    "learning rate {:.3e} from step {}{again}",
                    self.training.learning_rate().effective(),
                    step + 1
                )
            }
            path => format!("{path} {value} (was {before}) from step {}{again}", step + 1),
        });
        let extent = self.training.extent();
        self.outbox.send(Event::Steered(Box::new(SettingChange { steered, is_again, extent })));
    }
}
