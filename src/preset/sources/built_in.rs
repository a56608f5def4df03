//! What the built-in sets hold.

use super::{Logic, Moons, Offers, Shakespeare, Source, Sp500, Spirals, TargetKind, ValuesAre};

/// Characters of Shakespeare's text.
const SHAKESPEARE: usize = 1_600_251;
/// Days of the S&P 500 that have a day before them.
const DAYS: usize = 5030;

fn classes(names: &[&str]) -> TargetKind {
    TargetKind::Classes(names.iter().map(ToString::to_string).collect())
}

impl Source {
    /// What a built-in set offers; `None` for a set in files. Its options may be out of their ranges, so no memory is taken by them.
    pub fn built_in_offers(&self) -> Option<Offers> {
        let table = |features: usize, target, samples| Offers {
            input: vec![features],
            tokens: None,
            embedded: Vec::new(),
            target,
            other_target: None,
            values: ValuesAre::Any,
            samples,
            window: None,
            gap: 0,
            test: None,
        };
        let generated = |target, samples| Offers { test: Some(samples), ..table(2, target, samples) };
        let digits = TargetKind::Classes((0..10).map(|digit| digit.to_string()).collect());
        Some(match self {
            Source::Mnist => {
                Offers { input: vec![28, 28, 1], test: Some(10_000), ..table(784, digits, 60_000) }
            }
            Source::Logic(Logic { samples, .. }) => generated(classes(&["false", "true"]), *samples),
            Source::Spirals(Spirals { arms, samples, .. }) => {
                let names = (1..=(*arms).min(Spirals::MOST_ARMS)).map(|arm| format!("arm {arm}"));
                generated(TargetKind::Classes(names.collect()), *samples)
            }
            Source::Circles(circles) => generated(classes(&["outer", "inner"]), circles.samples),
            Source::Moons(Moons { samples, .. }) => generated(classes(&["upper", "lower"]), *samples),
            Source::BreastCancer => table(30, classes(&["malignant", "benign"]), 569),
            Source::Diabetes => table(10, TargetKind::Values(1), 442),
            Source::Iris => table(4, classes(&["setosa", "versicolor", "virginica"]), 150),
            Source::Wine => table(13, classes(&["class_0", "class_1", "class_2"]), 178),
            Source::Digits8x8 => Offers { input: vec![8, 8, 1], ..table(64, digits, 1797) },
            Source::Shakespeare(Shakespeare { steps }) => Offers {
                tokens: Some(80),
                window: Some(*steps),
                ..table(*steps, TargetKind::Tokens(80), SHAKESPEARE)
            },
            Source::Words => {
                let languages = classes(&["Dutch", "English", "French", "German", "Italian", "Spanish"]);
                Offers { tokens: Some(51), ..table(16, languages, 36_000) }
            }
            Source::Sp500(Sp500 { steps, horizon }) => Offers {
                input: vec![*steps, 2],
                gap: horizon.saturating_sub(1),
                ..table(2, TargetKind::Values(1), (DAYS + 1).saturating_sub(steps.saturating_add(*horizon)))
            },
            Source::SpokenDigits => {
                Offers { input: vec![56, 40, 1], test: Some(340), ..table(2240, digits, 1340) }
            }
            _ => return None,
        })
    }
}
