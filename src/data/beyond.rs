//! Numbers that have to lie between 0 and 1 and do not.

use super::answers::Answers;
use crate::preset::{Scaling, Spread};

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
    Err(Beyond(format!(
        "its inputs go from {least} to {most}, and this network rebuilds numbers between 0 and 1; leave normalize: false \
         out, and they are brought there, or use loss: mean_squared_error and a last layer without activation"
    )))
}

/// Checks real-valued targets that are compared as `scaling` says.
///
/// # Errors
/// When they have to lie between 0 and 1 and do not.
pub fn check_targets(answers: &Answers, scaling: Scaling) -> Result<(), Beyond> {
    let found = if scaling == Scaling::Shares { answers.beyond_shares() } else { None };
    found.map_or(Ok(()), |(sample, value)| {
        let sample = sample + 1;
        Err(Beyond(format!(
            "the target of sample {sample} is {value}, and this loss compares probabilities, which lie between 0 and 1; \
             use mean_squared_error for values, with a last layer without activation"
        )))
    })
}
