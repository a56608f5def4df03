//! Which settings are tried next, and which trials go on.
//!
//! Both are functions of the plan and of the trials so far, and remember nothing: a search that was killed goes on with the same
//! trials that it would have made.

mod draw;
mod halving;
mod parzen;
mod tpe;

use std::collections::HashSet;

use super::plan::{Method, Plan, Proposer};
use super::trial::Trial;
use crate::preset::Assignment;

/// How often a combination that was tried already is drawn again before the space counts as tried.
const DRAWS: u64 = 400;

/// A trial that is to be trained to its next rung, as a place in `trials`; there are so many rungs.
pub fn promoted(plan: &Plan, rungs: usize, trials: &[Trial]) -> Option<usize> {
    match &plan.method {
        Method::Proposer(_) => None,
        Method::Halving(settings) => halving::promoted(settings, plan, rungs, trials),
    }
}

/// The settings of the trial with this number, from 1, after `trials`; `None` where every combination has been tried.
pub fn propose(plan: &Plan, number: u32, trials: &[Trial]) -> Option<Vec<Assignment>> {
    let tried: HashSet<&[Assignment]> = trials.iter().map(|trial| trial.settings.as_slice()).collect();
    let is_new = |settings: &Vec<Assignment>| !tried.contains(settings.as_slice());
    let mut random = draw::Random::of(plan.seed, number);
    let proposed = match plan.method.proposer() {
        Proposer::Grid { points } => return plan.space.cell(*points, number - 1),
        Proposer::Random => None,
        Proposer::Sobol => Some(draw::sobol(plan, number - 1)).filter(is_new),
        // The first trials are spread over the space.
        Proposer::Tpe { startup } => tpe::propose(plan, *startup, trials, &mut random, &is_new)
            .or_else(|| Some(draw::sobol(plan, number - 1)).filter(is_new)),
    };
    proposed.or_else(|| (0..DRAWS).map(|_| draw::at_random(&plan.space, &mut random)).find(is_new))
}

#[cfg(test)]
mod tests;
