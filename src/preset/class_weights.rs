//! How much each class counts in the loss.

use serde::{Deserialize, Serialize};

use super::field::{AsValue, Value};

/// How much each class counts in the loss: `[1, 2, 0.5]`, or `balanced`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a factor for each class in brackets, or balanced")]
pub enum ClassWeights {
    /// A factor for each class, in the order of the classes; empty: all count the same.
    Factors(Vec<f32>),
    /// Factors that the training samples give.
    Counted(Counted),
}

/// Factors that the training samples give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// All classes together count the same, however many samples each has.
    Balanced,
}

impl ClassWeights {
    /// The words that may stand in the place of factors.
    pub const WORDS: &'static [&'static str] = &["balanced"];

    /// Whether every class counts the same.
    pub fn is_none(&self) -> bool {
        matches!(self, ClassWeights::Factors(factors) if factors.is_empty())
    }

    /// The factors for training samples of which `counts` are of each class. `balanced` gives samples / (classes that
    /// occur * samples of the class), as scikit-learn does; a class without samples gets 0.
    pub fn factors(&self, counts: &[u64]) -> Vec<f32> {
        match self {
            ClassWeights::Factors(factors) => factors.clone(),
            ClassWeights::Counted(Counted::Balanced) => {
                let all = counts.iter().sum::<u64>() as f64;
                let occurring = counts.iter().filter(|&&count| count > 0).count() as f64;
                let factor = |&count: &u64| if count > 0 { all / (occurring * count as f64) } else { 0.0 };
                counts.iter().map(|count| factor(count) as f32).collect()
            }
        }
    }
}

impl Default for ClassWeights {
    fn default() -> Self {
        ClassWeights::Factors(Vec::new())
    }
}

impl AsValue for ClassWeights {
    fn as_value(&self) -> Value {
        match self {
            ClassWeights::Factors(factors) => factors.as_value(),
            ClassWeights::Counted(_) => Value::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_factors_are_scikit_learns() {
        // sklearn.utils.class_weight.compute_class_weight("balanced", classes=[0, 1, 2], y=[0] * 6 + [1] * 3 + [2])
        let factors = ClassWeights::Counted(Counted::Balanced).factors(&[6, 3, 1]);
        let right = [5.0 / 9.0, 10.0 / 9.0, 10.0 / 3.0];
        assert!(factors.iter().zip(right).all(|(own, right)| (own - right).abs() < 1e-6), "{factors:?}");
        assert_eq!(ClassWeights::Counted(Counted::Balanced).factors(&[4, 0]), [1.0, 0.0]);
    }

    #[test]
    fn factors_and_words_are_read_and_written_as_a_preset_has_them() {
        let read = |text: &str| ron::from_str::<ClassWeights>(text);
        for (text, weights) in [
            ("[1.0,2.5]", ClassWeights::Factors(vec![1.0, 2.5])),
            ("balanced", ClassWeights::Counted(Counted::Balanced)),
        ] {
            assert_eq!(read(text).unwrap(), weights);
            assert_eq!(ron::to_string(&weights).unwrap(), text);
        }
        assert_eq!(read("[1, 2]").unwrap(), ClassWeights::Factors(vec![1.0, 2.0]));
        let said = read("balance").unwrap_err().to_string();
        assert!(said.contains("or balanced"), "{said}");
    }
}
