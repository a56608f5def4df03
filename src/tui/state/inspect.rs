//! What the Inspect screen looks at.

use crate::worker::{Confusion, Figure, Filter, Inspection, Question, Sample};

/// The two views of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// One test sample.
    #[default]
    Sample,
    /// Predicted against true classes.
    Confusion,
}

/// The sample, the confusion matrix and what was asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inspect {
    /// Which view is shown.
    pub view: View,
    /// Which samples are shown.
    pub filter: Filter,
    /// The position that was asked for; the worker counts it round.
    pub position: i64,
    /// The newest sample.
    pub sample: Option<Sample>,
    /// Set when no sample passes the filter.
    pub nothing: Option<Filter>,
    /// The newest matrix.
    pub confusion: Option<Confusion>,
    /// The newest figure.
    pub figure: Option<Figure>,
    /// Questions on their way.
    pub pending: u32,
    /// Another question came up while one was on its way.
    pub again: bool,
    /// Training seconds at which a sample was asked for last.
    pub asked_at: f64,
}

impl Inspect {
    /// The question that the view asks.
    pub fn question(&self) -> Question {
        match self.view {
            View::Sample => Question::Sample { position: self.position, filter: self.filter },
            View::Confusion => Question::Confusion,
        }
    }

    /// Takes in an answer.
    pub fn on_answer(&mut self, answer: Inspection) {
        self.pending = self.pending.saturating_sub(1);
        match answer {
            Inspection::Sample(sample) => {
                if sample.filter == self.filter {
                    self.nothing = None;
                    // The count goes on from the position that was found, unless the person moved on meanwhile.
                    if self.pending == 0 && !self.again {
                        self.position = i64::try_from(sample.position).unwrap_or(i64::MAX);
                    }
                    self.sample = Some(sample);
                }
            }
            Inspection::Nothing(filter) => self.nothing = Some(filter),
            Inspection::Confusion(confusion) => self.confusion = Some(confusion),
            Inspection::Figure(figure) => self.figure = Some(figure),
        }
    }
}
