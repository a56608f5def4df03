//! A learning-rate range test of the draft.

use crate::worker::{RateCurve, RatePoint, RateRange};

/// What is known of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct Rates {
    /// The number of the question.
    pub number: u64,
    /// Which rates are tried.
    pub range: RateRange,
    /// The draft's rate.
    pub now: f64,
    /// The losses so far.
    pub tried: Vec<RatePoint>,
    /// What it has shown, or why it cannot; `None` while it goes on.
    pub found: Option<Result<RateCurve, String>>,
}

impl Rates {
    /// The rate that is suggested, to two digits: more would say more than the test does.
    pub fn suggestion(&self) -> Option<f64> {
        let Some(Ok(curve)) = &self.found else { return None };
        curve.suggestion.map(RateCurve::to_two_digits)
    }
}
