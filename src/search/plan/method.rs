//! Which trials a search makes, and which of them go on, as it is asked.

use std::fmt;

use super::Plan;
use crate::search::space::{MOST_CELLS, Space};

/// The points of the Sobol sequence.
pub const LONGEST_SOBOL: u32 = 1 << 16;
/// Its dimensions.
pub const SOBOL_DIMENSIONS: usize = 256;

/// Which trials are made, and which of them go on.
#[derive(Clone, Debug, PartialEq)]
pub enum Method {
    /// Every trial is trained to its end.
    Proposer(Proposer),
    /// All are trained a little, the better ones further.
    Halving(Halving),
}

/// Which settings are tried next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proposer {
    /// Every combination, numbers at some points of their range.
    Grid {
        /// The values of a number.
        points: u32,
    },
    /// Each setting by itself, at random.
    Random,
    /// The points of a scrambled Sobol sequence, which fill the space evenly (Burley, 2020).
    Sobol,
    /// Tree-structured Parzen estimators: near the good trials and far from the bad ones (Bergstra and others, 2011), all settings together
    /// (Falkner and others, 2018).
    Tpe {
        /// How many trials are points of a Sobol sequence first.
        startup: u32,
    },
}

/// Successive halving (Jamieson and Talwalkar, 2016) and its asynchronous form, ASHA (Li and others, 2020).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Halving {
    /// What proposes settings.
    pub proposer: Proposer,
    /// The epochs of the first rung.
    pub min_epochs: u32,
    /// One trial of so many goes on, with so many times the epochs.
    pub factor: u32,
    /// Whether a trial goes on as soon as it is among the better ones of those that have come as far; else all of them are
    /// waited for.
    pub is_asynchronous: bool,
}

impl Default for Method {
    fn default() -> Self {
        Method::Proposer(Proposer::Tpe { startup: Proposer::STARTUP })
    }
}

impl Method {
    /// How many trials there are where the plan does not say it.
    pub fn usual_trials(&self, space: &Space) -> u32 {
        match self.proposer() {
            Proposer::Grid { points } => u32::try_from(space.cells(*points)).unwrap_or(u32::MAX),
            Proposer::Random | Proposer::Sobol | Proposer::Tpe { .. } => 30,
        }
    }

    /// Checks what a plan asks of the method; the error is what is wrong and what would be valid.
    pub fn check(&self, plan: &Plan) -> Result<(), (String, String)> {
        if let Proposer::Grid { points } = self.proposer()
            && plan.space.cells(*points) > MOST_CELLS
        {
            let problem = format!("the grid has more than {} combinations", MOST_CELLS);
            return Err((problem, "use fewer points, or the methods random or sobol".into()));
        }
        if *self.proposer() == Proposer::Sobol {
            let too_many = plan.trials > LONGEST_SOBOL || plan.space.parameters.len() > SOBOL_DIMENSIONS;
            if too_many {
                let problem = format!(
                    "the Sobol sequence has {} points of {} settings at most",
                    LONGEST_SOBOL, SOBOL_DIMENSIONS
                );
                return Err((problem, "use random".into()));
            }
        }
        let varies_epochs = plan.space.parameters.iter().any(|parameter| parameter.path == "train.epochs");
        match self {
            Method::Halving(_) if varies_epochs => Err((
                "it chooses the epochs itself, and train.epochs is varied".into(),
                "vary other settings, or use tpe".into(),
            )),
            Method::Halving(_) if plan.objectives.len() > 1 => Err((
                "it compares trials by one objective, and there are two".into(),
                "name one, or use tpe".into(),
            )),
            _ => Ok(()),
        }
    }

    /// The most epochs that it trains, of so many trials of so many epochs each.
    pub fn most_epochs(&self, trials: u32, epochs: u32) -> u64 {
        let mut left = u64::from(trials);
        let mut done = 0;
        let rungs = self.rungs(epochs).into_iter().map(|rung| rung.unwrap_or(epochs));
        let factor = match self {
            Method::Proposer(_) => 1,
            Method::Halving(halving) => u64::from(halving.factor),
        };
        rungs
            .map(|rung| {
                let here = left * u64::from(rung - done);
                (left, done) = ((left / factor).max(1), rung);
                here
            })
            .sum()
    }

    /// What proposes settings.
    pub fn proposer(&self) -> &Proposer {
        match self {
            Method::Proposer(proposer) => proposer,
            Method::Halving(halving) => &halving.proposer,
        }
    }

    /// The epochs of each rung for a preset of so many; the last one is the training's end, whatever that is.
    pub fn rungs(&self, epochs: u32) -> Vec<Option<u32>> {
        match self {
            Method::Proposer(_) => vec![None],
            Method::Halving(halving) => halving.rungs(epochs),
        }
    }
}

impl Proposer {
    /// The trials that are drawn before estimators are used; 5 and 10 were measured to be no better.
    pub const STARTUP: u32 = 7;

    /// Whether what is proposed depends on what came of trials before.
    pub fn depends_on_results(&self) -> bool {
        matches!(self, Proposer::Tpe { .. })
    }
}

impl Halving {
    /// The epochs of each rung; the last one is the end of the training.
    fn rungs(&self, epochs: u32) -> Vec<Option<u32>> {
        let below = std::iter::successors(Some(self.min_epochs), |rung| rung.checked_mul(self.factor));
        below.take_while(|rung| *rung < epochs).map(Some).chain([None]).collect()
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Method::Proposer(proposer) => proposer.fmt(f),
            Method::Halving(halving) => halving.fmt(f),
        }
    }
}

impl fmt::Display for Proposer {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Proposer::Grid { points } => write!(f, "grid of {points} points"),
            Proposer::Random => f.write_str("random"),
            Proposer::Sobol => f.write_str("Sobol sequence"),
            Proposer::Tpe { .. } => f.write_str("TPE"),
        }
    }
}

impl fmt::Display for Halving {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let name = if self.is_asynchronous { "ASHA" } else { "successive halving" };
        write!(f, "{name} by {}, settings by {}", self.factor, self.proposer)
    }
}
