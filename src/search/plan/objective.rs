//! What a search compares trials by.

use std::fmt;

use crate::preset::Metric;

/// What is to become small or large.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// Its name: `val_loss`, `val_f1`, `parameters`.
    pub name: String,
    /// Where it is found.
    pub measured: Measured,
    /// Whether it is to become large.
    pub is_maximized: bool,
}

/// Where the value of an objective is found.
#[derive(Clone, Debug, PartialEq)]
pub enum Measured {
    /// The best epoch's value of the curve with this tag.
    Curve(String),
    /// The number of parameters of the network.
    Parameters,
    /// The seconds that the epochs took together.
    Seconds,
}

/// The name of the number of parameters as an objective.
const PARAMETERS: &str = "parameters";
/// The name of the time as an objective.
const SECONDS: &str = "seconds";

impl Objective {
    /// The objective of this name; `direction` is whether it is to become large, where that is said.
    ///
    /// # Errors
    /// What is wrong and what would be valid, when there is no such name or it does not say itself which way is better.
    pub fn named(name: &str, direction: Option<bool>) -> Result<Self, (String, String)> {
        let (score, of) = match name.strip_prefix("val_") {
            Some(score) => (score, "validation"),
            None => (name, "epoch"),
        };
        let curve = || Measured::Curve(format!("{score}/{of}"));
        let metric = Metric::ALL.into_iter().find(|metric| metric.name() == score);
        let (measured, usual) = match (name, score, metric) {
            (PARAMETERS, ..) => (Measured::Parameters, Some(false)),
            (SECONDS, ..) => (Measured::Seconds, Some(false)),
            (_, "loss", _) => (curve(), Some(false)),
            (_, "accuracy", _) => (curve(), Some(true)),
            (_, _, Some(metric)) => (curve(), is_larger_better(metric)),
            (_, _, None) => {
                let metrics: Vec<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
                let help = format!(
                    "use val_loss, val_accuracy, {PARAMETERS}, {SECONDS}, or a metric with val_ before it: {}",
                    metrics.join(", ")
                );
                return Err((format!("there is no objective '{name}'"), help));
            }
        };
        let Some(is_maximized) = direction.or(usual) else {
            return Err((
                format!("whether {name} is to become small or large is not said"),
                format!("write minimize({name}) or maximize({name})"),
            ));
        };
        Ok(Objective { name: name.into(), measured, is_maximized })
    }

    /// A value as a number of which a smaller one is better.
    pub fn cost(&self, value: f64) -> f64 {
        if self.is_maximized { -value } else { value }
    }

    /// Whether it is a score of held-out samples.
    pub fn is_of_validation(&self) -> bool {
        matches!(&self.measured, Measured::Curve(tag) if tag.ends_with("/validation"))
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}({})", if self.is_maximized { "maximize" } else { "minimize" }, self.name)
    }
}

/// Whether a larger value is the better one; `None` where that depends on what one wants.
fn is_larger_better(metric: Metric) -> Option<bool> {
    match metric {
        Metric::TopFive
        | Metric::Precision
        | Metric::Recall
        | Metric::F1
        | Metric::RocAuc
        | Metric::RSquared
        | Metric::PseudoLikelihood => Some(true),
        Metric::Mae
        | Metric::Rmse
        | Metric::Perplexity
        | Metric::BitsPerCharacter
        | Metric::ReconstructionError => Some(false),
        Metric::GeneratorLoss
        | Metric::DiscriminatorLoss
        | Metric::ScoreReal
        | Metric::ScoreGenerated
        | Metric::FreeEnergy
        | Metric::FreeEnergyHeldOut
        | Metric::KlDivergence => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_says_itself_which_way_is_better_or_has_to_be_told() {
        let named = |name| Objective::named(name, None).map(|objective| objective.to_string());
        assert_eq!(named("val_loss").unwrap(), "minimize(val_loss)");
        assert_eq!(named("val_f1").unwrap(), "maximize(val_f1)");
        assert_eq!(named("seconds").unwrap(), "minimize(seconds)");
        assert!(named("score_real").unwrap_err().1.contains("maximize(score_real)"));
        assert!(named("val_los").unwrap_err().1.contains("val_loss"));
        let told = Objective::named("val_loss", Some(true)).unwrap();
        assert_eq!((told.measured, told.is_maximized), (Measured::Curve("loss/validation".into()), true));
    }
}
