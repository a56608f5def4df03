//! What the built-in sets hold.

use super::{Logic, Moons, Offers, Senate, Shakespeare, Source, Sp500, Spirals, TargetKind, ValuesAre};
use crate::preset::layers::RowColumn;

/// Characters of Shakespeare's text.
const SHAKESPEARE: usize = 1_600_251;
/// Words of the rated sentences that occur more than once, the empty one and the unknown one.
const SENTIMENT_TOKENS: usize = 11_374;
/// Days of the S&P 500 that have a day before them.
const DAYS: usize = 5030;

fn classes(names: &[&str]) -> TargetKind {
    TargetKind::Classes(names.iter().map(ToString::to_string).collect())
}

/// The columns of a table of numbers.
fn named(names: impl IntoIterator<Item = impl Into<String>>) -> Vec<RowColumn> {
    names.into_iter().map(|name| RowColumn { name: name.into(), width: 1 }).collect()
}

/// The columns of a built-in table, by their names; none for any other set.
fn columns(source: &Source) -> Vec<RowColumn> {
    match source {
        Source::Iris => {
            named(["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"])
        }
        Source::Wine => named([
            "alcohol",
            "malic_acid",
            "ash",
            "alcalinity_of_ash",
            "magnesium",
            "total_phenols",
            "flavanoids",
            "nonflavanoid_phenols",
            "proanthocyanins",
            "color_intensity",
            "hue",
            "od280/od315_of_diluted_wines",
            "proline",
        ]),
        Source::Diabetes => {
            let measured = ["age", "sex", "body mass index", "blood pressure"].map(String::from);
            named(measured.into_iter().chain((1..=6).map(|number| format!("serum {number}"))))
        }
        Source::BreastCancer => {
            let of_nuclei = [
                "radius",
                "texture",
                "perimeter",
                "area",
                "smoothness",
                "compactness",
                "concavity",
                "concave points",
                "symmetry",
                "fractal dimension",
            ];
            let means = of_nuclei.map(|what| format!("mean {what}"));
            let errors = of_nuclei.map(|what| format!("{what} error"));
            let worst = of_nuclei.map(|what| format!("worst {what}"));
            named(means.into_iter().chain(errors).chain(worst))
        }
        _ => Vec::new(),
    }
}

impl Source {
    /// What a built-in set offers; `None` for a set in files. Its options may be out of their ranges, so no memory is taken by them.
    pub fn built_in_offers(&self) -> Option<Offers> {
        let table = |features: usize, target, samples| Offers {
            input: vec![features],
            tokens: None,
            embedded: Vec::new(),
            columns: columns(self),
            target,
            other_target: None,
            values: ValuesAre::Any,
            samples,
            window: None,
            gap: 0,
            validation: None,
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
            Source::Sentiment => Offers {
                tokens: Some(SENTIMENT_TOKENS),
                ..table(Source::SENTIMENT_WORDS, classes(&["negative", "positive"]), 14_178)
            },
            Source::Senate(senate) => Offers {
                embedded: senate.embedded(),
                columns: senate.row(),
                ..table(2, classes(&["nay", "yea"]), Senate::PAIRS)
            },
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
