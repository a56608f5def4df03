//! Early stopping.

use crate::preset;

/// Early stopping with its state.
#[derive(Clone, Debug)]
pub struct EarlyStopping {
    settings: preset::EarlyStopping,
    best: f64,
    waited: u32,
}

/// What an epoch's monitored score means for the training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The best so far: its weights are worth keeping.
    Best,
    /// The score is not better, but patience is left.
    Waiting,
    /// Patience is spent.
    Stop,
}

impl EarlyStopping {
    /// Early stopping before the first epoch.
    pub fn new(settings: &preset::EarlyStopping) -> Self {
        EarlyStopping { settings: settings.clone(), best: f64::INFINITY, waited: 0 }
    }

    /// Judges the scores of an epoch.
    pub fn judge(&mut self, loss: f64, accuracy: Option<f64>) -> Judgement {
        let score = self.settings.score(loss, accuracy);
        if score < self.best - self.settings.min_delta {
            (self.best, self.waited) = (score, 0);
            return Judgement::Best;
        }
        self.waited += 1;
        if self.waited >= self.settings.patience { Judgement::Stop } else { Judgement::Waiting }
    }

    /// Its state, for a checkpoint: the best score and the epochs since then.
    pub fn memory(&self) -> (f64, u32) {
        (self.best, self.waited)
    }

    /// Continues from a saved state.
    pub fn restore(&mut self, (best, waited): (f64, u32)) {
        (self.best, self.waited) = (best, waited);
    }

    /// Whether the best epoch's weights are restored at the end.
    pub fn restores(&self) -> bool {
        self.settings.restore_best_weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::Monitor;

    #[test]
    fn training_stops_when_patience_is_spent_and_not_before() {
        let settings = preset::EarlyStopping {
            monitor: Monitor::ValAccuracy,
            patience: 2,
            min_delta: 0.0,
            restore_best_weights: true,
        };
        let mut early_stopping = EarlyStopping::new(&settings);
        let verdicts: Vec<_> =
            [0.9, 0.8, 0.95, 0.95, 0.94].map(|a| early_stopping.judge(0.0, Some(a))).into();
        assert_eq!(
            verdicts,
            [Judgement::Best, Judgement::Waiting, Judgement::Best, Judgement::Waiting, Judgement::Stop]
        );
    }
}
