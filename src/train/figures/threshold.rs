//! Two classes and a threshold between them: ROC curve, precision against recall, and the confusion matrix of the test
//! set at the threshold on the screen.

use super::kind::Kind;
use super::subject::{Subject, counted, spread};
use crate::data::Splits;
use crate::preset::Preset;
use crate::train::error::Error;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Knob, Line, Panel};

const NAME: &str = "threshold";

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

/// The most test samples that are evaluated.
const SAMPLES: usize = 4000;
/// The number of bins of the histogram.
const BINS: usize = 10;

fn info(_: &Preset, splits: &Splits) -> Option<FigureInfo> {
    (splits.test.classes().len() == 2).then(|| FigureInfo {
        name: NAME.into(),
        title: "ROC and threshold".into(),
        knobs: vec![Knob::Level { label: "threshold".into(), from: 0.0, to: 1.0, start: 0.5, step: 0.02 }],
    })
}

/// The numbers of right and wrong predictions at a threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    true_positive: f64,
    false_positive: f64,
    true_negative: f64,
    false_negative: f64,
}

impl Counts {
    fn at(scored: &[(f32, bool)], threshold: f64) -> Self {
        let mut counts = Counts::default();
        for &(score, positive) in scored {
            let place = match (f64::from(score) >= threshold, positive) {
                (true, true) => &mut counts.true_positive,
                (true, false) => &mut counts.false_positive,
                (false, false) => &mut counts.true_negative,
                (false, true) => &mut counts.false_negative,
            };
            *place += 1.0;
        }
        counts
    }

    fn recall(&self) -> f64 {
        ratio(self.true_positive, self.true_positive + self.false_negative, 0.0)
    }

    fn fallout(&self) -> f64 {
        ratio(self.false_positive, self.false_positive + self.true_negative, 0.0)
    }

    /// The precision; 1 where nothing is called positive, the usual start of the curve.
    fn precision(&self) -> f64 {
        ratio(self.true_positive, self.true_positive + self.false_positive, 1.0)
    }

    fn accuracy(&self) -> f64 {
        let all = self.true_positive + self.false_positive + self.true_negative + self.false_negative;
        ratio(self.true_positive + self.true_negative, all, 0.0)
    }

    fn f1(&self) -> f64 {
        ratio(
            2.0 * self.true_positive,
            2.0 * self.true_positive + self.false_positive + self.false_negative,
            0.0,
        )
    }
}

fn ratio(part: f64, of: f64, otherwise: f64) -> f64 {
    if of > 0.0 { part / of } else { otherwise }
}

/// The counts at every threshold that makes a difference, from no sample called positive to all of them; `scored` is in
/// descending order.
fn sweep(scored: &[(f32, bool)]) -> Vec<Counts> {
    let positives = scored.iter().filter(|(_, positive)| *positive).count() as f64;
    let negatives = scored.len() as f64 - positives;
    let mut counts = Counts { false_negative: positives, true_negative: negatives, ..Counts::default() };
    let mut course = vec![counts];
    for (place, &(score, positive)) in scored.iter().enumerate() {
        if positive {
            counts.true_positive += 1.0;
            counts.false_negative -= 1.0;
        } else {
            counts.false_positive += 1.0;
            counts.true_negative -= 1.0;
        }
        // Equal scores fall on the same side of every threshold.
        if scored.get(place + 1).is_none_or(|next| next.0 != score) {
            course.push(counts);
        }
    }
    course
}

/// The area under a curve of points from left to right, by trapezoids.
fn area(points: &[(f64, f64)]) -> f64 {
    points.windows(2).map(|pair| (pair[1].0 - pair[0].0) * (pair[1].1 + pair[0].1) / 2.0).sum()
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let splits = subject.splits;
    let test = &*splits.test;
    let width = subject.model.output_width().max(1);
    let chosen = spread(test, SAMPLES);
    let outputs = subject.outputs(test, &chosen)?;
    let mut scored: Vec<(f32, bool)> = outputs
        .chunks_exact(width)
        .zip(&chosen)
        .map(|(row, index)| (row[width - 1], test.class_of(*index as usize) == Some(1)))
        .filter(|(score, _)| score.is_finite())
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let course = sweep(&scored);
    let here = Counts::at(&scored, at.level);
    let roc: Vec<(f64, f64)> = course.iter().map(|counts| (counts.fallout(), counts.recall())).collect();
    let precision: Vec<(f64, f64)> =
        course.iter().map(|counts| (counts.recall(), counts.precision())).collect();
    let auc = area(&roc);
    let names = test.classes();
    let line = |name: &str, points| Line { name: name.into(), points };
    let count = |number: f64| format!("{number:.0}");
    let row = |name: String, no: f64, yes: f64| vec![name, count(no), count(yes)];
    let table = Body::Table {
        header: vec!["true".into(), format!("called {}", names[0]), format!("called {}", names[1])],
        rows: vec![
            row(names[0].clone(), here.true_negative, here.false_positive),
            row(names[1].clone(), here.false_negative, here.true_positive),
        ],
    };
    let note = format!(
        "{} counts as positive   at {:.2}: precision {:.4}, recall {:.4}, F1 {:.4}, accuracy {:.2}%   area under the ROC curve {auc:.4}   {}",
        names[1],
        at.level,
        here.precision(),
        here.recall(),
        here.f1(),
        100.0 * here.accuracy(),
        counted(scored.len(), test)
    );
    let panel = |title: &str, body| Panel { title: title.into(), body };
    let panels = vec![
        panel(
            "ROC curve",
            Body::Lines {
                x_label: "false positive rate".into(),
                y_label: "true positive rate".into(),
                lines: vec![
                    line(&format!("model, area {auc:.4}"), roc),
                    line("chance", vec![(0.0, 0.0), (1.0, 1.0)]),
                ],
                mark: Some((here.fallout(), here.recall())),
            },
        ),
        panel(
            "Precision and recall",
            Body::Lines {
                x_label: "recall".into(),
                y_label: "precision".into(),
                lines: vec![line("model", precision)],
                mark: Some((here.recall(), here.precision())),
            },
        ),
        panel("At this threshold", table),
        panel("Outputs of each class", histogram(&scored, names)),
    ];
    Ok(Figure { name: NAME.into(), at: at.clone(), step: subject.step, notes: vec![note], panels })
}

/// How many samples of each class have an output in each tenth.
fn histogram(scored: &[(f32, bool)], names: &[String]) -> Body {
    let count = |class: bool, bin: usize| {
        let inside = |score: f32| ((score * BINS as f32) as usize).min(BINS - 1) == bin;
        scored.iter().filter(|(score, positive)| *positive == class && inside(*score)).count() as f64
    };
    let middle = |bin: usize| (bin as f64 + 0.5) / BINS as f64;
    let course = |class: bool| (0..BINS).map(|bin| (middle(bin), count(class, bin))).collect();
    Body::Lines {
        x_label: "output".into(),
        y_label: "samples".into(),
        lines: vec![
            Line { name: names[0].clone(), points: course(false) },
            Line { name: names[1].clone(), points: course(true) },
        ],
        mark: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scikit-learn 1.7: `roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])` is 0.75, its manual's own example.
    #[test]
    fn the_area_agrees_with_scikit_learns_example() {
        let scored = [(0.8, true), (0.4, false), (0.35, true), (0.1, false)];
        let roc: Vec<_> = sweep(&scored).iter().map(|counts| (counts.fallout(), counts.recall())).collect();
        assert_eq!(roc, [(0.0, 0.0), (0.0, 0.5), (0.5, 0.5), (0.5, 1.0), (1.0, 1.0)]);
        assert_eq!(area(&roc), 0.75);
    }

    #[test]
    fn equal_scores_are_one_point() {
        let scored = [(0.5, true), (0.5, false), (0.5, true)];
        assert_eq!(sweep(&scored).len(), 2);
        let counts = Counts::at(&scored, 0.5);
        assert_eq!((counts.precision(), counts.recall()), (2.0 / 3.0, 1.0));
        assert_eq!(Counts::at(&scored, 0.6).precision(), 1.0);
        assert!((counts.f1() - 0.8).abs() < 1e-12);
    }
}
