//! What a run is worth, from the scalars in its event files.

use std::path::Path;

use crate::run::epochs::EpochsDone;
use crate::run::past::Curves;
use crate::search::plan::{Measured, Objective};
use crate::search::trial::Reached;

/// How far a run has come, and its objectives.
///
/// # Errors
/// Why an objective has no value.
pub(super) fn reached(folder: &Path, objectives: &[Objective], parameters: u64) -> Result<Reached, String> {
    let curves = Curves::read(folder, u64::MAX);
    let epochs = EpochsDone::default().read(folder);
    let written = curves.curve("seconds/epoch");
    // Of a long training not every epoch is in the files.
    let share = if written.is_empty() { 1.0 } else { f64::from(epochs) / written.len() as f64 };
    let seconds = share * written.iter().map(|(_, seconds)| seconds).sum::<f64>();
    let value = |objective: &Objective| match &objective.measured {
        Measured::Parameters => Ok(parameters as f64),
        Measured::Seconds => Ok(seconds),
        Measured::Curve(tag) => best(&curves, tag, objective),
    };
    let values = objectives.iter().map(value).collect::<Result<_, _>>()?;
    // With the evaluations between its epochs, as far as the clock of its files tells.
    Ok(Reached { epochs, values, seconds: seconds.max(curves.seconds()) })
}

/// The value of the best epoch.
fn best(curves: &Curves, tag: &str, objective: &Objective) -> Result<f64, String> {
    let curve = curves.curve(tag);
    let finite = curve.iter().map(|(_, value)| *value).filter(|value| value.is_finite());
    let best = finite.min_by(|a, b| objective.cost(*a).total_cmp(&objective.cost(*b)));
    best.ok_or_else(|| match curve.is_empty() {
        true => {
            let tags = curves.iter().filter(|(tag, _)| tag.ends_with("/validation"));
            let names: Vec<String> =
                tags.map(|(tag, _)| format!("val_{}", tag.trim_end_matches("/validation"))).collect();
            format!("its training reports no {}; it reports {}", objective.name, names.join(", "))
        }
        false => format!("{} was never finite", objective.name),
    })
}
