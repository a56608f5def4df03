//! What a table is to be predicted, and how a network ends that predicts it.

use super::comment::comment;
use super::found::Target;
use super::network::{End, end_of_answers};
use crate::data::answers::{Answers, Numbering};
use crate::data::table::Labels;
use crate::preset::{TargetKind, written};

/// The most classes or labels that a comment names.
const NAMED: usize = 6;

/// How a network ends that predicts the labels of a table, what it predicts, and what several labels are taken for.
pub(super) fn end(labels: &Labels, names: &[String]) -> (End, TargetKind, Option<String>) {
    match labels {
        Labels::Classes(_, names) => of_kind(TargetKind::Classes(names.clone())),
        Labels::Values(_) => of_kind(TargetKind::Values(1)),
        Labels::Nothing(_) => of_kind(TargetKind::Values(0)),
        Labels::Several(width, values) => {
            let answers = Answers::values(*width, values.clone()).called(names.to_vec());
            let other = answers.other(Numbering::Names).map(|other| other.kind());
            let kind = TargetKind::Values(*width);
            let samples = values.len() / (*width).max(1);
            let (end, what) = end_of_answers((&kind, other.as_ref(), answers.values_are()), samples);
            (end, kind, Some(what))
        }
    }
}

fn of_kind(kind: TargetKind) -> (End, TargetKind, Option<String>) {
    (End::of(&kind), kind, None)
}

/// The columns that are predicted, called so, as columns that can be.
pub(super) fn targets(labels: &Labels, names: &[String]) -> Vec<Target> {
    let what = |place: usize| match labels {
        Labels::Several(width, values) => one_of_several(values.iter().skip(place).step_by(*width)),
        labels => in_words(labels, names),
    };
    names.iter().enumerate().map(|(place, name)| Target { name: name.clone(), what: what(place) }).collect()
}

/// One of several labels.
fn one_of_several<'a>(values: impl Iterator<Item = &'a f64> + Clone) -> String {
    match values.clone().all(|x| matches!(*x, 0.0 | 1.0)) {
        true => {
            let count = values.clone().count().max(1);
            format!("1 in {:.1}% of the rows", 100.0 * values.sum::<f64>() / count as f64)
        }
        false => {
            let (least, most) =
                values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &x| (a.min(x), b.max(x)));
            format!("{} to {}", written(least), written(most))
        }
    }
}

/// Why a column is the label that nobody has named, in short in `why`, and what else could be.
pub(super) fn reason_for(why: &str, labels: &Labels, targets: &[Target]) -> String {
    let could_be = |target: &&Target| !["ignore", "date"].iter().any(|kind| target.what.starts_with(kind));
    let (label, others) =
        targets.split_first().map_or(("", targets), |(label, others)| (&label.name[..], others));
    let named: Vec<String> =
        others.iter().filter(could_be).take(NAMED).map(|target| format!("'{}'", target.name)).collect();
    let more = if others.iter().filter(could_be).count() > NAMED { ", …" } else { "" };
    let what = in_words(labels, &[]);
    let what = what.trim_end_matches('.');
    let what =
        what.chars().take(1).flat_map(char::to_lowercase).chain(what.chars().skip(1)).collect::<String>();
    let help = match named.is_empty() {
        true => String::new(),
        false => format!("; --target names another: {}{more}", named.join(", ")),
    };
    format!("the label is '{label}', {why}: {what}{}{help}", whole_in_words(labels))
}

/// What is said of values that are whole numbers, as a column has that was not measured to be predicted.
fn whole_in_words(labels: &Labels) -> &'static str {
    match labels {
        Labels::Values(values) if values.iter().all(|value| value.fract() == 0.0) => {
            let is_within = |least: f64, most: f64| values.iter().all(|value| (least..=most).contains(value));
            match (is_within(1800.0, 2100.0), is_within(0.0, 1e15)) {
                (true, _) => ", whole numbers as years are",
                (false, true) => ", whole numbers as counts are",
                (false, false) => "",
            }
        }
        Labels::Values(_) | Labels::Classes(..) | Labels::Several(..) | Labels::Nothing(_) => "",
    }
}

/// What is to be predicted; `names` are those of the labels.
pub(super) fn in_words(labels: &Labels, names: &[String]) -> String {
    match labels {
        Labels::Several(width, values) => {
            let each = names.iter().take(NAMED).enumerate();
            let each: Vec<String> = each
                .map(|(place, name)| {
                    format!(
                        "{} ({})",
                        comment(name),
                        one_of_several(values.iter().skip(place).step_by(*width))
                    )
                })
                .collect();
            let more = if names.len() > NAMED { ", …" } else { "" };
            format!("{width} labels to predict at once: {}{more}.", each.join(", "))
        }
        Labels::Nothing(_) => "Nothing to predict.".into(),
        Labels::Classes(of, names) => {
            let share = |class: usize| {
                let count = of.iter().filter(|&&one| one as usize == class).count();
                100.0 * count as f64 / of.len().max(1) as f64
            };
            let named = names.iter().take(NAMED).enumerate();
            let named: Vec<String> =
                named.map(|(class, name)| format!("{} ({:.1}%)", comment(name), share(class))).collect();
            let more = if names.len() > NAMED { ", …" } else { "" };
            format!("{} classes to tell apart: {}{more}.", names.len(), named.join(", "))
        }
        Labels::Values(values) => {
            let ends =
                values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &x| (a.min(x), b.max(x)));
            format!("A value to predict, from {} to {}.", written(ends.0), written(ends.1))
        }
    }
}
