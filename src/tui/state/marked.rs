//! The runs that are marked, and what is drawn of them: each by itself, or those that differ only in their seed as one.

use std::sync::Arc;

use super::abscissa::Timeline;
use super::history::{Bucket, Series};
use crate::run::past::Curves;
use crate::run::seeds::differ_only_in_seed;
use crate::run::text::clean;
use crate::run::watch::RunId;
use crate::run::{Overview, RunDirectory};

/// Which run: one of our own, or one that a folder of event files has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunKey {
    /// Our own run of this name.
    Own(String),
    /// A run of the folders that are watched.
    Watched(RunId),
}

/// A run that is marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedRun {
    /// Which one.
    pub run: RunKey,
    /// Its colour's number, which it keeps as long as it is marked.
    pub color: u8,
}

/// The lowest colour that no marked run has.
pub fn free_color(marked: &[MarkedRun]) -> u8 {
    (0..=u8::MAX).find(|color| marked.iter().all(|mark| mark.color != *color)).unwrap_or(0)
}

/// The curves of a run that is marked.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkedCurves {
    /// The run.
    pub run: RunDirectory,
    /// Its curves by their tags.
    pub by_tag: Vec<(String, Series)>,
    /// When it made its steps.
    pub timeline: Timeline,
}

impl MarkedCurves {
    /// What the event files of a run hold.
    pub fn new(run: RunDirectory, curves: &Curves) -> Self {
        let by_tag = curves.iter().map(|(tag, points)| {
            let mut series = Series::default();
            points.iter().for_each(|(step, value)| series.push(*step, 1, *value));
            (tag.to_owned(), series)
        });
        let epochs = curves.curve("loss/epoch");
        let mut timeline = Timeline::new(epochs.first().map_or(0, |(step, _)| *step));
        curves.times().iter().for_each(|(step, time)| timeline.on_step(*step, *time));
        // The number of an epoch is written down only where epochs are left out.
        let numbers = curves.curve("epoch");
        let mut last = 0_u32;
        for (step, _) in epochs {
            let known = numbers.binary_search_by_key(step, |(there, _)| *there).ok();
            last = known.map_or(last.saturating_add(1), |at| numbers[at].1 as u32);
            timeline.on_epoch(*step, last);
        }
        MarkedCurves { by_tag: by_tag.collect(), timeline, run }
    }
}

/// A curve of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnCurve {
    /// As event files call it: `loss/train`.
    pub tag: String,
    /// Its values.
    pub series: Arc<Series>,
    /// When its steps were made.
    pub timeline: Arc<Timeline>,
    /// How many of its values were not finite.
    pub lost: u64,
    /// How often its steps went back.
    pub restarts: u32,
}

/// What is drawn as one curve of each tag: a run, or several that differ only in their seed.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnRun {
    /// Its name in the legend.
    pub name: String,
    /// Its colour's number.
    pub color: u8,
    /// The runs.
    pub runs: Vec<RunKey>,
    /// The curves by their tags.
    pub by_tag: Vec<DrawnCurve>,
}

/// What a run is called in a legend: the name that a person gave it, or its own without the time.
fn called(overview: &Overview) -> String {
    let name = overview.label.name.clone().unwrap_or_else(|| {
        let name = overview.run.name();
        // `2026-11-22T10-00-00-mnist-cnn-3d4e`
        let is_time = |text: &str| text.chars().all(|c| c.is_ascii_digit() || "-T".contains(c));
        match name.split_at_checked("2026-11-22T10-00-00-".len()) {
            Some((time, rest)) if is_time(time) && !rest.is_empty() => rest.to_owned(),
            _ => name,
        }
    });
    clean(&name)
}

/// What is drawn of the marked runs whose curves have been read, in the order of the marks. With `as_spread`, runs that
/// differ only in their seed become one.
pub fn drawn(runs: &[(&Overview, u8, &MarkedCurves)], as_spread: bool) -> Vec<DrawnRun> {
    let mut groups: Vec<Vec<&(&Overview, u8, &MarkedCurves)>> = Vec::new();
    for run in runs {
        let preset = |run: &Overview| run.manifest.as_ref().ok().map(|manifest| manifest.preset.clone());
        let mine = preset(run.0).filter(|_| as_spread);
        let group = mine.and_then(|mine| {
            groups
                .iter_mut()
                .find(|group| preset(group[0].0).is_some_and(|theirs| differ_only_in_seed(&mine, &theirs)))
        });
        match group {
            Some(group) => group.push(run),
            None => groups.push(vec![run]),
        }
    }
    groups.into_iter().map(|group| together(&group)).collect()
}

fn together(group: &[&(&Overview, u8, &MarkedCurves)]) -> DrawnRun {
    let (first, color, curves) = *group[0];
    let (name, by_tag) = match group {
        [_] => (called(first), curves.by_tag.clone()),
        several => {
            let preset = first.manifest.as_ref().map_or("", |manifest| &manifest.preset.name);
            let longest = |curves: &MarkedCurves| {
                let all = curves.by_tag.iter().map(|(_, series)| series.clone());
                all.max_by_key(|series| series.last().map(|bucket| bucket.step)).unwrap_or_default()
            };
            let lengths: Vec<Series> = several.iter().map(|run| longest(run.2)).collect();
            let early = of_ended_early(ended_early(lengths.iter()));
            let spread = curves.by_tag.iter().filter_map(|(tag, _)| {
                let of_tag = |run: &&(&Overview, u8, &MarkedCurves)| {
                    run.2.by_tag.iter().find(|(known, _)| known == tag).map(|(_, series)| series.clone())
                };
                let all: Option<Vec<Series>> = several.iter().map(of_tag).collect();
                Some((tag.clone(), spread(&all?)))
            });
            (format!("{}, {} seeds, mean ± sd{early}", clean(preset), several.len()), spread.collect())
        }
    };
    let runs = group.iter().map(|run| RunKey::Own(run.0.run.name())).collect();
    let length = |run: &&&(&Overview, u8, &MarkedCurves)| {
        run.2.by_tag.iter().filter_map(|(_, series)| series.last()).map(|bucket| bucket.step).max()
    };
    let longest = group.iter().max_by_key(length).map_or(curves, |run| run.2);
    let timeline = Arc::new(longest.timeline.clone());
    let curve = |(tag, series)| DrawnCurve {
        tag,
        series: Arc::new(series),
        timeline: timeline.clone(),
        lost: 0,
        restarts: 0,
    };
    DrawnRun { name, color, runs, by_tag: by_tag.into_iter().map(curve).collect() }
}

/// Runs of event files as one, whatever they differ in: nobody knows their seeds.
pub fn band(runs: Vec<DrawnRun>) -> Option<DrawnRun> {
    let first = runs.first()?;
    let of_tag = |curve: &DrawnCurve| {
        let same = |run: &DrawnRun| run.by_tag.iter().find(|other| other.tag == curve.tag).cloned();
        let all: Vec<DrawnCurve> = runs.iter().map(same).collect::<Option<_>>()?;
        let series: Vec<Series> = all.iter().map(|curve| (*curve.series).clone()).collect();
        Some(DrawnCurve {
            series: Arc::new(spread(&series)),
            timeline: all
                .iter()
                .max_by_key(|curve| curve.series.last().map(|bucket| bucket.step))
                .map_or_else(|| curve.timeline.clone(), |longest| longest.timeline.clone()),
            lost: all.iter().map(|curve| curve.lost).sum(),
            restarts: all.iter().map(|curve| curve.restarts).sum(),
            ..curve.clone()
        })
    };
    let longest = |run: &DrawnRun| {
        let all = run.by_tag.iter().map(|curve| curve.series.clone());
        all.max_by_key(|series| series.last().map(|bucket| bucket.step)).unwrap_or_default()
    };
    let lengths: Vec<Arc<Series>> = runs.iter().map(longest).collect();
    let early = of_ended_early(ended_early(lengths.iter().map(|series| &**series)));
    Some(DrawnRun {
        name: format!("{} runs, mean ± sd{early}", runs.len()),
        color: first.color,
        by_tag: first.by_tag.iter().filter_map(of_tag).collect(),
        runs: runs.iter().flat_map(|run| run.runs.clone()).collect(),
    })
}

/// Mean, and mean less and plus the standard deviation (of a sample, by n - 1), at the steps of the longest curve from where all have
/// values. Beyond the end of a curve it is that of those that are left. What a curve has no value at counts as its nearest one.
pub fn spread(curves: &[Series]) -> Series {
    let firsts: Option<Vec<u64>> =
        curves.iter().map(|series| series.buckets().first().map(|bucket| bucket.step)).collect();
    let longest = curves.iter().max_by_key(|series| series.last().map(|bucket| bucket.step));
    let (Some(firsts), Some(longest)) = (firsts, longest) else { return Series::default() };
    let from = firsts.into_iter().max().unwrap_or(0);
    let steps: Vec<&Bucket> = longest.buckets().iter().filter(|bucket| bucket.step >= from).collect();
    let buckets = steps.iter().enumerate().map(|(place, at)| {
        // Curves that are thinned each in its own way end at steps that are not quite the same.
        let gap = place.checked_sub(1).map_or(0, |before| at.step - steps[before].step);
        let is_there = |series: &&Series| series.last().is_some_and(|last| last.step + gap / 2 >= at.step);
        let left = curves.iter().filter(is_there).filter_map(|series| nearest(series, at.step));
        let values: Vec<f64> = left.map(|bucket| bucket.mean).collect();
        let count = values.len().max(1) as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = (squares / (count - 1.0).max(1.0)).sqrt();
        Bucket { min: mean - deviation, max: mean + deviation, mean, ..**at }
    });
    Series::from_buckets(buckets.collect())
}

/// How many of these curves end before the longest one does, by more than a tenth of its length: thinned ones end a little apart.
fn ended_early<'a>(curves: impl Iterator<Item = &'a Series>) -> usize {
    let ends: Vec<u64> = curves.filter_map(|series| Some(series.last()?.step)).collect();
    let last = ends.iter().copied().max().unwrap_or(0);
    ends.iter().filter(|end| **end + last / 10 < last).count()
}

/// What is said of those that end early.
fn of_ended_early(count: usize) -> String {
    match count {
        0 => String::new(),
        count => format!(", {count} shorter: then of the others"),
    }
}

fn nearest(series: &Series, step: u64) -> Option<&Bucket> {
    let buckets = series.buckets();
    let after = buckets.partition_point(|bucket| bucket.step < step).min(buckets.len().checked_sub(1)?);
    let before = after.saturating_sub(1);
    let is_before = step.abs_diff(buckets[before].step) <= step.abs_diff(buckets[after].step);
    Some(&buckets[if is_before { before } else { after }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(points: &[(u64, f64)]) -> Series {
        let mut series = Series::default();
        points.iter().for_each(|(step, value)| series.push(*step, 1, *value));
        series
    }

    #[test]
    fn a_spread_has_the_mean_and_the_deviation_of_a_sample_of_those_that_are_left() {
        let runs = [
            series(&[(10, 1.0), (20, 2.0), (30, 9.0)]),
            series(&[(10, 3.0), (20, 4.0)]),
            series(&[(10, 5.0), (21, 6.0)]),
        ];
        let spread = spread(&runs);
        let told: Vec<_> = spread.buckets().iter().map(|b| (b.step, b.min, b.mean, b.max)).collect();
        // The standard deviation of 1, 3, 5 is 2.
        // Two have ended by step 30.
        assert_eq!(told, [(10, 1.0, 3.0, 5.0), (20, 2.0, 4.0, 6.0), (30, 9.0, 9.0, 9.0)]);
        assert_eq!(ended_early(runs.iter()), 2);
        assert_eq!(of_ended_early(2), ", 2 shorter: then of the others");
        // The order of the curves says nothing.
        let turned: Vec<Series> = runs.iter().rev().cloned().collect();
        assert_eq!(super::spread(&turned).buckets().len(), 3);
        let alike = [series(&[(10, 1.0), (100, 2.0)]), series(&[(10, 1.0), (99, 2.0)])];
        assert_eq!(ended_early(alike.iter()), 0);
        assert_eq!(super::spread(&[series(&[]), series(&[(1, 1.0)])]), Series::default());
    }

    #[test]
    fn a_mark_keeps_its_colour_and_a_new_one_takes_the_lowest_that_is_free() {
        let mark = |color: u8| MarkedRun { run: RunKey::Own(color.to_string()), color };
        assert_eq!(free_color(&[]), 0);
        assert_eq!(free_color(&[mark(0), mark(2)]), 1);
    }

    #[test]
    fn epochs_and_times_of_a_run_come_from_its_files() {
        use crate::run::tensorboard::Writer;
        use crate::tui::state::abscissa::Abscissa;
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(folder.path()).unwrap();
        for step in [5, 10, 15, 20] {
            writer.scalars(step, &[("loss/train", 1.0 / step as f64)]).unwrap();
        }
        writer.scalars(20, &[("loss/epoch", 0.5)]).unwrap();
        writer.flush().unwrap();
        let run = RunDirectory::at(folder.path());
        let curves = MarkedCurves::new(run, &Curves::read(folder.path(), u64::MAX));
        assert_eq!(curves.timeline.place(Abscissa::Epoch, 10), Some(0.5));
        assert_eq!(curves.timeline.place(Abscissa::Elapsed, 5), Some(0.0));
        assert_eq!(curves.by_tag.len(), 2);
    }
}
