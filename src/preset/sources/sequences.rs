//! Built-in sequences that are read in windows.

use serde::{Deserialize, Serialize};

use crate::fields;
use crate::preset::path::Path;
use crate::preset::refusal::{Refusal, refuse};

/// Twelve plays, character by character, in windows that follow each other; embedded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shakespeare {
    /// Characters in a window.
    pub steps: usize,
}

impl Default for Shakespeare {
    fn default() -> Self {
        Shakespeare { steps: 100 }
    }
}

/// 5,030 trading days of the S&P 500 in windows, to forecast the log volatility of the days after, not the price; cut by
/// time; embedded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sp500 {
    /// Days in a window; 22 are a month.
    pub steps: usize,
    /// Days whose volatility is forecast.
    pub horizon: usize,
}

impl Default for Sp500 {
    fn default() -> Self {
        Sp500 { steps: 22, horizon: 1 }
    }
}

fields! {
    Shakespeare {
        steps: Integer(Range::between(1.0, 10_000.0)), "characters in a window; 100 is usual";
    }
}

fields! {
    Sp500 {
        steps: Integer(Range::between(1.0, 1000.0)), "days in a window; 22 are a month";
        horizon: Integer(Range::between(1.0, 250.0)), "days whose volatility is forecast";
    }
}

impl Sp500 {
    /// Checks that the window and the forecast fit each other.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.horizon <= self.steps {
            return Ok(());
        }
        refuse(
            Path::to("data").field("source").field("horizon"),
            format!("a forecast over {} days from a window of {}", self.horizon, self.steps),
            "use a horizon of at most as many days as the window has",
        )
    }
}
