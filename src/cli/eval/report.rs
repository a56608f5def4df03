//! A network's answers to a test set, judged, as a person reads it in a terminal of 80 columns.

use super::super::text::plain;
use super::matrix::{self, left, right};
use crate::run::text::figure;
use crate::tui::widgets::text::cut;
use crate::worker::{
    Assessment, Average, Calibration, ClassScores, Classes, Labels, LargestError, OutputScores, Ranking,
    Relevant, Values,
};

/// Columns of the names on the left.
const NAME: usize = 30;
/// Columns of a number.
const CELL: usize = 10;

/// The report.
pub(super) fn page(assessment: &Assessment) -> String {
    match assessment {
        Assessment::Classes(classes) => of_classes(classes),
        Assessment::Labels(labels) => of_labels(labels),
        Assessment::Values(values) => of_values(values),
    }
}

/// What is said of lists for each user.
pub(super) fn of_ranking(ranking: &Ranking) -> String {
    let Ranking { of, k, users, relevant, precision, recall, ndcg } = ranking;
    let of = plain(of);
    let relevant = match relevant {
        Relevant::Class(class) => format!("'{}'", plain(class)),
        Relevant::From(value) => format!("{} or more, the mean of the test set", figure(*value)),
    };
    format!(
        "the first {k} of the test items of each {of}: precision {precision:.4}, recall {recall:.4}, nDCG {ndcg:.4}\n\
         means over {users} with a relevant item: one that has {relevant}\n"
    )
}

fn line(name: &str, cells: &[String]) -> String {
    let cells: String = cells.iter().map(|cell| right(&format!(" {cell}"), CELL)).collect();
    let line = left(&cut(&plain(name), NAME - 1), NAME) + &cells;
    line.trim_end().to_string() + "\n"
}

fn head(cells: &[&str]) -> String {
    line("", &cells.iter().map(ToString::to_string).collect::<Vec<_>>())
}

fn share(number: f64) -> String {
    format!("{number:.4}")
}

fn or_dash(number: Option<f64>) -> String {
    number.map_or("-".into(), share)
}

fn scores(class: &ClassScores) -> String {
    let ClassScores { name, precision, recall, f1, support, roc_auc } = class;
    line(name, &[share(*precision), share(*recall), share(*f1), or_dash(*roc_auc), support.to_string()])
}

fn average(name: &str, Average { precision, recall, f1, roc_auc }: &Average) -> String {
    line(name, &[share(*precision), share(*recall), share(*f1), or_dash(*roc_auc)])
}

fn of_classes(classes: &Classes) -> String {
    let mut text = head(&["precision", "recall", "F1", "ROC AUC", "samples"]);
    text.extend(classes.classes.iter().map(scores));
    text += &average("macro average", &classes.macro_average);
    text += &average("weighted average", &classes.weighted_average);
    text += &format!("\naccuracy {:.4}", classes.accuracy);
    for top in &classes.top {
        text += &format!("   among the likeliest {} {:.4}", top.k, top.accuracy);
    }
    text += "\n\n";
    if let Some(calibration) = &classes.calibration {
        text += &of_calibration(calibration);
    }
    let names: Vec<&str> = classes.classes.iter().map(|class| class.name.as_str()).collect();
    text + &matrix::page(&names, &classes.confusion)
}

fn of_calibration(calibration: &Calibration) -> String {
    let Calibration { expected_error, brier, bins } = calibration;
    let mut text = format!("calibration: expected error {expected_error:.4}, Brier score {brier:.4}\n");
    text += &head(&["samples", "said", "right"]);
    for bin in bins {
        let range = format!("probability {:.1} to {:.1}", bin.from, bin.to);
        text += &line(&range, &[bin.samples.to_string(), share(bin.confidence), share(bin.accuracy)]);
    }
    text + "\n"
}

fn of_labels(labels: &Labels) -> String {
    let mut text = head(&["precision", "recall", "F1", "ROC AUC", "samples"]);
    text.extend(labels.labels.iter().map(scores));
    text += &average("micro average", &labels.micro_average);
    text += &average("macro average", &labels.macro_average);
    text += &average("weighted average", &labels.weighted_average);
    let Labels { accuracy, exact, .. } = labels;
    text + &format!("\nlabels that are right {accuracy:.4}   samples with all labels right {exact:.4}\n")
}

fn of_values(values: &Values) -> String {
    let mut text = head(&["MAE", "RMSE", "R²", "median", "largest"]);
    text.extend(values.outputs.iter().map(errors));
    text += &match values.averaged_over {
        0 | 1 => errors(&values.all),
        _ => means(&values.all),
    };
    text += "\nthe largest errors\n";
    let rows: Vec<[String; 4]> = values.largest.iter().map(large_error).collect();
    let has_rows = values.largest.iter().any(|large| large.row.is_some());
    let titles = [if has_rows { "row" } else { "" }, "true", "predicted", "error"];
    let widths: [usize; 4] = std::array::from_fn(|cell| {
        let cells = rows.iter().map(|row| row[cell].len()).chain([titles[cell].len()]);
        (cells.max().unwrap_or(0) + 2).max(CELL)
    });
    let line = |name: &str, cells: &[&str]| {
        let cells: String = cells.iter().zip(widths).map(|(cell, width)| right(cell, width)).collect();
        (left(&cut(&plain(name), NAME - 1), NAME) + &cells).trim_end().to_string() + "\n"
    };
    text += &line("", &titles);
    for (large, row) in values.largest.iter().zip(&rows) {
        text += &line(large.sample.as_deref().unwrap_or(&large.output), &row.each_ref().map(String::as_str));
    }
    text
}

/// The row of a large error, its values with as many digits as it takes to see the error in them.
fn large_error(large: &LargestError) -> [String; 4] {
    let LargestError { row, truth, prediction, .. } = *large;
    let error = prediction - truth;
    let size = if error == 0.0 { 0.0 } else { error.abs().log10().floor() };
    // Three digits of the error.
    let digits = (2.0 - size).clamp(0.0, 12.0) as usize;
    let value = |value: f64| match value.abs() {
        size if size >= 1e16 || digits == 12 => format!("{value:.6e}"),
        _ => format!("{value:.digits$}"),
    };
    [row.map(|row| row.to_string()).unwrap_or_default(), value(truth), value(prediction), value(error)]
}

fn errors(output: &OutputScores) -> String {
    line(&output.name, &[&averaged(output)[..], &[figure(output.largest_error)]].concat())
}

/// The means over several outputs: the largest of all errors is none, and the first of the largest.
fn means(all: &OutputScores) -> String {
    line(&all.name, &averaged(all))
}

fn averaged(output: &OutputScores) -> [String; 4] {
    let OutputScores { mae, rmse, r_squared, median_error, .. } = output;
    [figure(*mae), figure(*rmse), or_dash(*r_squared), figure(*median_error)]
}
