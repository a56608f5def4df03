//! Going back to a checkpoint of the run that is trained.

use super::Session;
use crate::preset::{Assignment, Change};
use crate::worker::protocol::{Event, GoBack, WentBack};

impl Session<'_> {
    /// Goes back to a checkpoint; where that cannot be, the training stays as it is.
    ///
    /// # Errors
    /// Why it cannot, as a sentence.
    pub(super) fn go_back(&mut self, GoBack { step, halves_rate }: GoBack) -> Result<(), String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        // The checkpoint of the epoch that has just ended may still be on its way to the disk.
        let is_settled = self.keeper.settle();
        let run =
            self.keeper.run().ok_or("no run is kept on disk, so there is no checkpoint to go back to")?;
        let now = self.training.step();
        let all = run.checkpoints().map_err(|error| said(&error))?;
        let wanted = match step {
            Some(step) => all.iter().find(|there| **there == step && step <= now),
            None => all.iter().rev().find(|there| **there < now),
        };
        let Some(&wanted) = wanted else {
            let there: Vec<String> = all.iter().map(ToString::to_string).collect();
            let mut there = if there.is_empty() { "none yet".into() } else { there.join(", ") };
            if !is_settled {
                there += "; another is still being written";
            }
            return Err(match step {
                Some(step) => format!("there is no checkpoint of step {step}; there are: {there}"),
                None => format!("there is no checkpoint before step {now}; there are: {there}"),
            });
        };
        let checkpoint = run.checkpoint(wanted).map_err(|error| said(&error))?;
        let (before, settings) =
            (self.training.snapshot().map_err(|error| said(&error))?, self.settings.clone());
        self.settings.forget_from(wanted);
        let restored = self.settings.take_up(self.training, wanted).and_then(|()| {
            self.training.restore(checkpoint).map_err(|error| said(&error))?;
            self.settings.settle(self.training)
        });
        if let Err(problem) = restored {
            self.settings = settings;
            // Both are of this very training a moment ago.
            let _ = self.settings.take_up(self.training, now + 1);
            let _ = self.training.restore(before);
            return Err(problem);
        }
        self.keeper.went_back(wanted, self.settings.made());
        self.look_again_from(wanted);
        self.inspector.forget_answers();
        self.has_stopped = false;
        self.say(format!("back to step {wanted}: what came after it no longer counts"));
        let steered = self.settings.made().to_vec();
        let back = WentBack { step: wanted, steered, extent: self.training.extent() };
        self.outbox.send(Event::WentBack(Box::new(back)));
        if halves_rate {
            let rate = self.training.learning_rate().effective() * 0.5;
            self.steer(&Assignment { path: Change::LEARNING_RATE.into(), value: rate.to_string() });
        }
        Ok(())
    }
}
