//! Rules over the samples, before the first step.

use super::super::training::Training;
use super::finding::Finding;
use crate::data::{self, Batch, Dataset, Targets};

/// The samples that are looked at, and those of a set that is read from files one by one.
const SAMPLES: usize = 1000;
const COSTLY: usize = 64;
/// Fewer samples than this show nothing.
const FEWEST: usize = 30;
/// The most inputs whose meaning is looked for one by one.
const INPUTS: usize = 500;
/// Nearly all samples are of one class.
const NEARLY_ALL: f64 = 0.8;
/// An input that is a real value's double, by their correlation.
const THE_SAME: f64 = 0.999_99;

pub(super) fn findings(training: &dyn Training) -> Vec<Finding> {
    let train = &*training.splits().train;
    let mut found: Vec<Finding> = imbalance(training).into_iter().collect();
    let most = if train.is_costly() { COSTLY } else { SAMPLES };
    let count = train.len().min(most);
    // Tokens are no amounts, and a pixel at the border may be the same in all images.
    if count < FEWEST || !train.tokens().is_empty() {
        return found;
    }
    // Spread over the whole set: it may be sorted.
    let chosen: Vec<u32> = (0..count).map(|place| (place * train.len() / count) as u32).collect();
    let mut batch = Batch::default();
    if train.fill(&chosen, &mut batch).is_err() {
        // The training itself will say so.
        return found;
    }
    let width = batch.inputs.len() / count;
    let column = |place: usize| batch.inputs.iter().skip(place).step_by(width.max(1)).copied();
    let is_constant = |place: usize| column(place).all(|x| x == batch.inputs[place]);
    if (0..width).all(is_constant) {
        found.push(Finding::ConstantInput { inputs: Vec::new() });
        return found;
    }
    if train.are_pixels() || width > INPUTS {
        return found;
    }
    let is_table = train.columns().len() == width;
    // What no word of a column has is told of the column.
    let idle: Vec<bool> = train.table().map(|table| table.are_idle().collect()).unwrap_or_default();
    let is_odd = |place: &usize| is_constant(*place) && !idle.get(*place).is_some_and(|is| *is);
    let constant: Vec<String> =
        (0..width).filter(|place| is_table && is_odd(place)).map(|place| name(train, place)).collect();
    if !constant.is_empty() {
        found.push(Finding::ConstantInput { inputs: constant });
    }
    let classes: Option<Vec<u32>> =
        chosen.iter().map(|index| train.class_of(*index as usize)).collect::<Option<_>>();
    let leak = (0..width).find(|place| match (&classes, &batch.targets) {
        (Some(classes), _) if !train.classes().is_empty() => separates(column(*place), classes),
        (_, Targets::Values(values)) if values.len() == count => is_double(column(*place), values),
        _ => false,
    });
    found.extend(leak.map(|place| Finding::Leak { input: name(train, place) }));
    found
}

fn imbalance(training: &dyn Training) -> Option<Finding> {
    let train = &*training.splits().train;
    let counts = data::class_counts(train);
    let all: u64 = counts.iter().sum();
    let (place, most) = counts.iter().enumerate().max_by_key(|(_, count)| **count)?;
    let share = *most as f64 / all.max(1) as f64;
    let is_weighted = training.preset().loss_options.class_weights != Default::default()
        || training.preset().data.oversample;
    let class = train.classes().get(place)?.clone();
    (all > 0 && counts.len() > 1 && share >= NEARLY_ALL && !is_weighted)
        .then_some(Finding::ClassImbalance { class, share })
}

fn name(train: &dyn Dataset, place: usize) -> String {
    match train.columns().get(place) {
        Some(name) if train.columns().len() > place => format!("the input '{name}'"),
        _ => format!("input {place}"),
    }
}

/// Whether an input's values lie apart for each class: sorted by it, the samples are sorted by class.
fn separates(column: impl Iterator<Item = f32>, classes: &[u32]) -> bool {
    let mut sorted: Vec<(f32, u32)> = column.zip(classes.iter().copied()).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut seen: Vec<u32> = Vec::new();
    for pair in sorted.chunk_by(|a, b| a.1 == b.1) {
        if seen.contains(&pair[0].1) {
            return false;
        }
        seen.push(pair[0].1);
    }
    // The same value with two classes is no answer.
    let is_mixed = sorted.windows(2).any(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1);
    seen.len() > 1 && !is_mixed
}

/// Whether an input and a real value rise and fall together, by Pearson's correlation.
fn is_double(column: impl Iterator<Item = f32>, values: &[f32]) -> bool {
    let pairs: Vec<(f64, f64)> = column.zip(values).map(|(x, y)| (f64::from(x), f64::from(*y))).collect();
    let count = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|(a, b)| of(a - x, b - y)).sum::<f64>();
    let (both, own, others) = (sum(&|a, b| a * b), sum(&|a, _| a * a), sum(&|_, b| b * b));
    own > 0.0 && others > 0.0 && (both / (own * others).sqrt()).abs() > THE_SAME
}
