//! Precision, recall and F1 of each class of the test set, the worst class first.

use super::kind::Kind;
use super::subject::Subject;
use crate::data::{Dataset, Splits};
use crate::preset::Preset;
use crate::preset::summary::thousands;
use crate::train::error::Error;
use crate::train::evaluation::class_said;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Panel};

const NAME: &str = "classes";

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

fn info(_: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let test = &*splits.test;
    let has_classes = test.classes().len() > 2 && !test.is_empty() && test.class_of(0).is_some();
    has_classes.then(|| FigureInfo { name: NAME.into(), title: "Class by class".into(), knobs: Vec::new() })
}

/// How well a class is recognised.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Score {
    /// Its samples, those that are taken for it, and those of its own that are.
    samples: u32,
    said: u32,
    right: u32,
}

impl Score {
    /// A share; `None` of nothing.
    fn share(part: u32, of: u32) -> Option<f64> {
        (of > 0).then(|| f64::from(part) / f64::from(of))
    }

    fn precision(&self) -> Option<f64> {
        Self::share(self.right, self.said)
    }

    fn recall(&self) -> Option<f64> {
        Self::share(self.right, self.samples)
    }

    /// The harmonic mean of both: `2 right / (samples + said)`.
    fn f1(&self) -> Option<f64> {
        Self::share(2 * self.right, self.samples + self.said)
    }
}

/// The scores of so many classes from true and predicted ones.
fn scores(classes: usize, answers: impl Iterator<Item = (u32, u32)>) -> Vec<Score> {
    let mut scores = vec![Score::default(); classes];
    for (truth, said) in answers {
        if let Some(score) = scores.get_mut(said as usize) {
            score.said += 1;
            score.right += u32::from(said == truth);
        }
        if let Some(score) = scores.get_mut(truth as usize) {
            score.samples += 1;
        }
    }
    scores
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let test = &*subject.splits.test;
    let width = subject.model.output_width().max(1);
    let all: Vec<u32> = (0..test.len() as u32).collect();
    let outputs = subject.outputs(test, &all)?;
    Ok(of_answers(at, test, subject.step, outputs.chunks_exact(width).map(class_said)))
}

/// Whether a figure is made of the classes that the model says of the whole test set.
pub fn is_of_answers(name: &str) -> bool {
    name == NAME
}

/// That figure, from what the model of a step says of each test sample.
pub fn of_answers(at: &Controls, test: &dyn Dataset, step: u64, said: impl Iterator<Item = u32>) -> Figure {
    let answers = said.enumerate().filter_map(|(index, said)| Some((test.class_of(index)?, said)));
    let scores = scores(test.classes().len(), answers);
    let samples: u32 = scores.iter().map(|score| score.samples).sum();
    let mut order: Vec<usize> = (0..scores.len()).collect();
    // A class that does not occur, in truth or in predictions, says nothing: it comes last.
    order.sort_unstable_by(|a, b| {
        let f1 = |class: &usize| scores[*class].f1().unwrap_or(2.0);
        f1(a).total_cmp(&f1(b)).then(a.cmp(b))
    });
    let in_words =
        |share: Option<f64>| share.map_or_else(|| "-".into(), |share| format!("{:.2}%", 100.0 * share));
    let row = |class: &usize| {
        let score = scores[*class];
        let shares = [score.precision(), score.recall(), score.f1()].map(in_words);
        [vec![test.classes()[*class].clone()], shares.to_vec(), vec![score.samples.to_string()]].concat()
    };
    let header = ["class", "precision", "recall", "F1", "samples"].map(String::from).to_vec();
    let bars = |share: fn(&Score) -> Option<f64>| Body::Bars {
        bars: order
            .iter()
            // What nothing is taken for has no precision.
            .filter_map(|class| Some((test.classes()[*class].clone(), share(&scores[*class])?)))
            .collect(),
        full: 1.0,
        are_shares: true,
    };
    let panel = |title: &str, body| Panel { title: title.into(), body };
    let panels = vec![
        panel("The worst class first", Body::Table { header, rows: order.iter().map(row).collect() }),
        panel("Recall: of its samples, those that are found", bars(Score::recall)),
        panel("Precision: of what is taken for it, what is right", bars(Score::precision)),
    ];
    let notes = vec![format!(
        "{} test samples; c shows which classes are taken for which",
        thousands(u64::from(samples))
    )];
    Figure { name: NAME.into(), at: at.clone(), step, notes, panels }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scikit-learn 1.7: `classification_report([0, 0, 1, 1, 1, 2], [0, 1, 1, 1, 0, 1])`.
    #[test]
    fn scores_are_those_of_scikit_learn() {
        let answers = [(0, 0), (0, 1), (1, 1), (1, 1), (1, 0), (2, 1)];
        let scores = scores(3, answers.into_iter());
        let told = |class: usize| (scores[class].precision(), scores[class].recall(), scores[class].f1());
        assert_eq!(told(0), (Some(0.5), Some(0.5), Some(0.5)));
        assert_eq!(told(1), (Some(0.5), Some(2.0 / 3.0), Some(4.0 / 7.0)));
        // Nothing is taken for the third class: its precision is a share of nothing.
        assert_eq!(told(2), (None, Some(0.0), Some(0.0)));
    }
}
