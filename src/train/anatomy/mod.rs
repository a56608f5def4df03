//! The anatomy of a step: what the next step of a training does in each layer, and how one unit comes to its number.
//!
//! The step is rehearsed (see [`rehearsal`]), so whoever looks changes nothing.

mod formula;
mod gates;
mod layers;
mod next;
mod rehearsal;
mod site;
mod sums;
#[cfg(test)]
mod tests;
mod unit;

use super::error::Error;
use super::figure::{Controls, Figure, FigureInfo, Knob, Panel};
use super::metrics::Scores;
use super::train_step::TrainStep;
use crate::nn::HostModel;
use crate::preset::{Layer, Preset, Procedure, layer_names};
use crate::train::digits::{plain, short};
pub(super) use next::Next;
use rehearsal::{Rehearsal, rehearse};

/// The figure's name.
pub(super) const NAME: &str = "anatomy";
/// Networks with more parameters are not rehearsed: each of their numbers is copied several times.
const MOST_PARAMETERS: u64 = 50_000_000;

/// The figure, where the procedure's first network reads the batch.
pub(super) fn info(preset: &Preset) -> Option<FigureInfo> {
    let names: Vec<String> = choices(&preset.layers).into_iter().map(|(_, name)| name).collect();
    (!matches!(preset.procedure, Procedure::Adversarial(_))).then(|| FigureInfo {
        name: NAME.into(),
        title: "Anatomy of the next step".into(),
        knobs: vec![
            Knob::Sample,
            Knob::Item { label: "layer".into(), count: names.len(), names },
            Knob::Level { label: "unit".into(), from: 1.0, to: 1e6, start: 1.0, step: 1.0 },
        ],
    })
}

/// The layers whose units can be looked at, by their places: not those that only give numbers another shape, unless there are no
/// others.
pub(super) fn choices(layers: &[Layer]) -> Vec<(usize, String)> {
    let all: Vec<(usize, String)> = layer_names(layers).into_iter().enumerate().collect();
    let computes =
        |(place, _): &&(usize, String)| !matches!(layers[*place], Layer::Flatten(_) | Layer::Reshape(_));
    let some: Vec<(usize, String)> = all.iter().filter(computes).cloned().collect();
    if some.is_empty() { all } else { some }
}

/// Draws the figure of the next step.
///
/// # Errors
/// When the device fails.
pub(super) fn draw<P: TrainStep>(procedure: &mut P, next: Next<'_>, at: &Controls) -> Result<Figure, Error> {
    let parameters: u64 = procedure.networks().iter().map(|network| network.model.parameters()).sum();
    if parameters > MOST_PARAMETERS {
        let most = MOST_PARAMETERS / 1_000_000;
        let why = format!(
            "The network has {parameters} parameters. A step is taken apart up to {most} million: it is made on copies."
        );
        return Ok(figure(&next, at, vec![why], Vec::new()));
    }
    let rehearsal = rehearse(procedure, &next)?;
    drawn(&next, &rehearsal, &procedure.networks()[0].model, at)
}

/// What does not depend on the procedure is compiled once.
fn drawn(next: &Next, rehearsal: &Rehearsal, model: &dyn HostModel, at: &Controls) -> Result<Figure, Error> {
    let unit = unit::chosen(next, rehearsal, model, at)?;
    let panels = std::iter::once(layers::table(next, rehearsal)).chain(unit).collect();
    Ok(figure(next, at, notes(next, rehearsal), panels))
}

fn figure(next: &Next, at: &Controls, notes: Vec<String>, panels: Vec<Panel>) -> Figure {
    Figure { name: NAME.into(), at: at.clone(), step: next.context.step, notes, panels }
}

/// The step in words.
fn notes(next: &Next<'_>, rehearsal: &Rehearsal) -> Vec<String> {
    let rows = next.batch.rows;
    let shape = next.samples.input_shape().iter().map(ToString::to_string).collect::<Vec<_>>().join(" x ");
    let rate = plain(next.rate.effective());
    let step = next.context.step + 1;
    let which = format!(
        "step {step} in epoch {}: the next batch, {rows} {} of shape {shape}, learning rate {rate}",
        next.epoch,
        if rows == 1 { "sample" } else { "samples" }
    );
    let Scores { loss: before, accuracy, .. } = rehearsal.before;
    let mut what = format!("loss {} before step {step}", short(before));
    match rehearsal.after {
        Some(after) => {
            what += &format!(", {} after it on the same batch", short(after.loss));
            if let (Some(before), Some(after)) = (accuracy, after.accuracy) {
                what += &format!("   accuracy {:.1}%, then {:.1}%", 100.0 * before, 100.0 * after);
            }
        }
        None => what += ": it is not finite, so the step would change nothing",
    }
    // What the step does stands first: where it is narrow, not all of this has room.
    vec![
        what,
        which,
        "The step was tried on copies and taken back; outputs are those without dropout.".into(),
    ]
}
