//! Numbers that have to lie between 0 and 1 and do not.

use super::answers::Answers;
use crate::preset::{Scaling, Spread, written};

/// Inputs or targets beyond 0 and 1, where a loss compares probabilities; what is wrong, and the way out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Beyond(String);

/// Checks inputs that stay as they are, though they are compared with probabilities.
///
/// # Errors
/// When they do not lie between 0 and 1.
pub fn check_inputs(columns: impl Iterator<Item = Spread>) -> Result<(), Beyond> {
    let ends = |(least, most): (f64, f64), of: Spread| (least.min(of.least), most.max(of.greatest));
    let (least, most) = columns.fold((f64::INFINITY, f64::NEG_INFINITY), ends);
    if least >= 0.0 && most <= 1.0 || least > most {
        return Ok(());
    }
    let (least, most) = (written(least), written(most));
    Err(Beyond(format!(
        "its inputs go from {least} to {most}, and this network rebuilds numbers between 0 and 1; leave normalize: false \
         out, and they are brought there, or use loss: mean_squared_error and a last layer without activation"
    )))
}

/// Checks numbers that a network is asked about, which learned from numbers in the range `learned`: shares of full brightness are no
/// bytes. The numbers of a black image are neither.
///
/// # Errors
/// When the network learned from numbers as large as bytes, and none of these is above 1.
pub fn check_range(learned: Option<(f64, f64)>, (least, greatest): (f64, f64)) -> Result<(), Beyond> {
    match learned {
        Some((from, to))
            if from >= 0.0
                && (128.0..=255.0).contains(&to)
                && least >= 0.0
                && greatest > 0.0
                && greatest <= 1.0 =>
        {
            let [least, greatest, from, to] = [least, greatest, from, to].map(written);
            Err(Beyond(format!(
                "its numbers go from {least} to {greatest}, and this network learned from numbers from {from} to {to}; multiply \
                 shares of full brightness by 255"
            )))
        }
        _ => Ok(()),
    }
}

/// What a person should know of real-valued targets of which nearly nothing is left once they are scaled for the last layer's
/// activation. `name` is that of the target behind a blank, or empty.
pub fn lost_targets(of: Spread, scaling: Scaling, name: &str) -> Option<String> {
    // Weights begin at about 1: so many times as far, a network spends its training on the way there.
    const FAR: f64 = 20.0;
    let Spread { mean, deviation, least, greatest } = of;
    if deviation <= 0.0 {
        return None;
    }
    let scale = scaling.scale(of);
    let (mean, deviation) = ((mean - scale.mean) / scale.deviation, deviation / scale.deviation);
    let range = format!("the targets{name} go from {} to {}", written(least), written(greatest));
    match scaling {
        Scaling::Positive if mean.abs() > FAR * deviation => Some(format!(
            "{range}, far from 0 beside their differences, and the last activation leaves 0 where it is, so that these are hard to \
             learn; a last layer without activation brings them to mean 0 and deviation 1"
        )),
        Scaling::Unit | Scaling::Reach | Scaling::Symmetric if deviation < 1.0 / (5.0 * FAR) => {
            Some(format!(
                "{range}, within the range of the last activation, and stay as they are, so that their differences are hard to learn; \
             a last layer without activation brings them to mean 0 and deviation 1"
            ))
        }
        Scaling::Standard
        | Scaling::Unit
        | Scaling::Reach
        | Scaling::Symmetric
        | Scaling::Positive
        | Scaling::Shares
        | Scaling::Off => None,
    }
}

/// Checks real-valued targets that are compared as `scaling` says.
///
/// # Errors
/// When they have to lie between 0 and 1 and do not.
pub fn check_targets(answers: &Answers, scaling: Scaling) -> Result<(), Beyond> {
    let found = if scaling == Scaling::Shares { answers.beyond_shares() } else { None };
    found.map_or(Ok(()), |(sample, value)| {
        let (sample, value) = (sample + 1, written(value));
        Err(Beyond(format!(
            "the target of sample {sample} is {value}, and this loss compares probabilities, which lie between 0 and 1; \
             use mean_squared_error for values, with a last layer without activation"
        )))
    })
}
