//! All trials are trained a little, and only the better ones further.

use crate::search::plan::{Halving, Plan};
use crate::search::ranking::ranked;
use crate::search::trial::Trial;

/// The trial that goes on next, as a place in `trials`: from the highest rung on which there is one.
pub(super) fn promoted(settings: &Halving, plan: &Plan, rungs: usize, trials: &[Trial]) -> Option<usize> {
    let can_go_on = |trial: &Trial| trial.failure().is_none();
    (0..rungs.saturating_sub(1)).rev().find_map(|rung| {
        // As they stood when they came to this rung, those that have gone on included.
        let there: Vec<usize> = (0..trials.len())
            .filter(|&place| can_go_on(&trials[place]) && trials[place].rungs_reached() > rung)
            .collect();
        let share = there.len() / settings.factor as usize;
        let quota = match settings.is_asynchronous {
            // The best one goes on to its end, however few there are.
            _ if is_complete(settings, plan, rung, trials) => share.max(1),
            true => share,
            false => 0,
        };
        let at_rung: Vec<Trial> = there
            .iter()
            .map(|&place| {
                let mut trial = trials[place].clone();
                trial.runs.iter_mut().for_each(|run| run.reached.truncate(rung + 1));
                trial
            })
            .collect();
        let best = ranked(&plan.objectives, &at_rung).into_iter().take(quota).map(|place| there[place]);
        best.into_iter().find(|&place| trials[place].rung == rung)
    })
}

/// Whether every trial that comes to this rung has come to it.
fn is_complete(settings: &Halving, plan: &Plan, rung: usize, trials: &[Trial]) -> bool {
    let made = trials.iter().filter(|trial| trial.refused.is_none()).count();
    let still_come = trials
        .iter()
        .any(|trial| trial.failure().is_none() && trial.rungs_reached() <= trial.rung && trial.rung <= rung);
    // The rungs below have sent on all that they send.
    let below = (0..rung).all(|below| {
        let there =
            trials.iter().filter(|trial| trial.failure().is_none() && trial.rungs_reached() > below).count();
        let gone_on = trials.iter().filter(|trial| trial.rung > below).count();
        gone_on >= (there / settings.factor as usize).max(1).min(there)
    });
    made >= plan.trials as usize && !still_come && below
}
