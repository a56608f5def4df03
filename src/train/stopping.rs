//! Early stopping.

use crate::preset::{EarlyStopping, Monitor};

/// Watches a figure from epoch to epoch.
#[derive(Clone, Debug)]
pub struct Watch {
    settings: EarlyStopping,
    best: f64,
    waited: u32,
}

/// What an epoch's figure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The best so far: its weights are worth keeping.
    Best,
    /// Not better, but patience is left.
    Waiting,
    /// Patience is spent.
    Stop,
}

impl Watch {
    /// A watch that has seen nothing yet.
    pub fn new(settings: &EarlyStopping) -> Self {
        Watch { settings: settings.clone(), best: f64::INFINITY, waited: 0 }
    }

    /// Hears the validation scores of an epoch.
    pub fn judge(&mut self, loss: f64, accuracy: Option<f64>) -> Judgement {
        // Smaller is better, for either figure.
        let figure = match self.settings.monitor {
            Monitor::ValLoss => loss,
            Monitor::ValAccuracy => -accuracy.unwrap_or(f64::NEG_INFINITY),
        };
        if figure < self.best - self.settings.min_delta {
            (self.best, self.waited) = (figure, 0);
            return Judgement::Best;
        }
        self.waited += 1;
        if self.waited >= self.settings.patience { Judgement::Stop } else { Judgement::Waiting }
    }

    /// What it remembers, for a checkpoint: the best figure and the epochs since.
    pub fn memory(&self) -> (f64, u32) {
        (self.best, self.waited)
    }

    /// Goes on from what was remembered.
    pub fn restore(&mut self, (best, waited): (f64, u32)) {
        (self.best, self.waited) = (best, waited);
    }

    /// Whether the best epoch's weights come back at the end.
    pub fn restores(&self) -> bool {
        self.settings.restore_best_weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn training_stops_when_patience_is_spent_and_not_before() {
        let settings = EarlyStopping {
            monitor: Monitor::ValAccuracy,
            patience: 2,
            min_delta: 0.0,
            restore_best_weights: true,
        };
        let mut watch = Watch::new(&settings);
        let verdicts: Vec<_> = [0.9, 0.8, 0.95, 0.95, 0.94].map(|a| watch.judge(0.0, Some(a))).into();
        assert_eq!(
            verdicts,
            [Judgement::Best, Judgement::Waiting, Judgement::Best, Judgement::Waiting, Judgement::Stop]
        );
    }
}
