//! What a run has reported so far, read back from its event files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::tensorboard::{Reader, Scalar};
use super::{Error, Histogram, Histograms, disk};

/// The tag of an epoch's number, written once not every epoch is.
pub const EPOCH: &str = "epoch";

/// The most points of a curve. When there are more, every second one is removed; the newest stays.
const POINTS: usize = 1 << 16;
/// The most tags that are read.
const TAGS: usize = 1000;
/// The most tags of histograms that are read, and the most histograms of each: beyond that, every second one is left out.
const HISTOGRAM_TAGS: usize = 128;
const HISTOGRAMS: usize = 64;

/// The numbers of a run, by tag, steps rising.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    by_tag: BTreeMap<String, Vec<(u64, f64)>>,
    /// When the steps' first numbers were written, in seconds since 1970.
    times: Vec<(u64, f64)>,
    /// Seconds from the first number to the last, of each file, summed up: a file is begun with the run, and whenever it goes on.
    seconds: f64,
    /// The histograms of each tag, in the order in which the tags came.
    histograms: Vec<(String, Vec<(u64, Histogram)>)>,
}

impl Curves {
    /// Reads the event files in a run's folder up to `until`, the step at which it goes on. Steps that were made twice,
    /// since a run went back to a checkpoint, count as they were made last. What is damaged or unreadable is left out. Of
    /// long curves every second point is left out, then every second of those; curves of the same steps keep the same.
    pub fn read(folder: &Path, until: u64) -> Self {
        let mut curves = Curves::default();
        for file in disk::patiently(|| event_files(folder)).unwrap_or_default() {
            let mut histograms = std::mem::take(&mut curves.histograms);
            let take_histogram = |tag: String, step: i64, histogram: Histogram| {
                let Some(step) = u64::try_from(step).ok().filter(|step| *step <= until) else { return };
                let known = histograms.iter().position(|(known, _)| *known == tag);
                let place = known.unwrap_or(histograms.len());
                if place >= HISTOGRAM_TAGS {
                    return;
                }
                if known.is_none() {
                    histograms.push((tag, Vec::new()));
                }
                add(&mut histograms[place].1, step, histogram, HISTOGRAMS);
            };
            let mut written: Option<(f64, f64)> = None;
            let take = |scalar: Scalar| {
                let time = scalar.wall_time;
                written = Some((written.map_or(time, |(first, _)| first), time));
                let Some(step) = u64::try_from(scalar.step).ok().filter(|step| *step <= until) else {
                    return;
                };
                if curves.by_tag.len() >= TAGS && !curves.by_tag.contains_key(&scalar.tag) {
                    return;
                }
                add(curves.by_tag.entry(scalar.tag).or_default(), step, scalar.value, POINTS);
                if curves.times.last().is_none_or(|(last, _)| *last != step) {
                    add(&mut curves.times, step, scalar.wall_time, POINTS);
                }
            };
            let _ = Reader::new(&file).read_with(take, take_histogram);
            curves.histograms = histograms;
            // Where somebody has set the clock back, nothing is known.
            curves.seconds += written.map_or(0.0, |(first, last)| (last - first).clamp(0.0, 1e9));
        }
        curves
    }

    /// When steps were written down, in seconds since 1970: steps rise, times do where nobody has set the clock back.
    pub fn times(&self) -> &[(u64, f64)] {
        &self.times
    }

    /// How long was trained by the clock, in seconds, as far as numbers were written down.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// The curve of every tag.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[(u64, f64)])> {
        self.by_tag.iter().map(|(tag, curve)| (tag.as_str(), curve.as_slice()))
    }

    /// The histograms, a value for each step that has any, steps rising.
    pub fn histograms(&self) -> Vec<Histograms> {
        let mut by_step: BTreeMap<u64, Histograms> = BTreeMap::new();
        for (tag, all) in &self.histograms {
            for (step, histogram) in all {
                let there =
                    by_step.entry(*step).or_insert_with(|| Histograms { step: *step, by_tag: Vec::new() });
                there.by_tag.push((tag.clone(), histogram.clone()));
            }
        }
        by_step.into_values().collect()
    }

    /// The curve of a tag; empty when there is none of that name.
    pub fn curve(&self, tag: &str) -> &[(u64, f64)] {
        self.by_tag.get(tag).map_or(&[], Vec::as_slice)
    }
}

/// Adds a value; what was known of this step and later ones is dropped, and of more than `most` every second one.
fn add<T>(curve: &mut Vec<(u64, T)>, step: u64, value: T, most: usize) {
    while curve.last().is_some_and(|(last, _)| *last >= step) {
        curve.pop();
    }
    curve.push((step, value));
    if curve.len() > most {
        let mut behind = curve.len();
        curve.retain(|_| {
            behind -= 1;
            behind.is_multiple_of(2)
        });
    }
}

/// A run's event files in the order in which they were begun.
///
/// # Errors
/// When the system refuses to list all of them.
pub(super) fn event_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let begun = |path: &PathBuf| {
        // events.out.tfevents.SECONDS.HOST.PROCESS.NANOSECONDS
        let name = path.file_name()?.to_string_lossy().into_owned();
        let rest = name.strip_prefix("events.out.tfevents.")?;
        let seconds: u64 = rest.split('.').next()?.parse().ok()?;
        let nanoseconds: u32 = rest.rsplit('.').next()?.parse().ok()?;
        Some((seconds, nanoseconds))
    };
    let mut files: Vec<PathBuf> = disk::list(folder)?
        .into_iter()
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().contains("tfevents")))
        .collect();
    files.sort_unstable_by_key(|path| (begun(path), path.clone()));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tensorboard::Writer;

    #[test]
    fn steps_that_were_made_twice_count_once_and_later_ones_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        for steps in [1..=6, 4..=9] {
            let mut writer = Writer::create(folder.path()).unwrap();
            for step in steps.clone() {
                let loss = step as f64 + if *steps.start() == 4 { 0.5 } else { 0.0 };
                writer.scalars(step, &[("loss/train", loss)]).unwrap();
            }
            writer.flush().unwrap();
        }
        let curves = Curves::read(folder.path(), 8);
        let expected = [1.0, 2.0, 3.0, 4.5, 5.5, 6.5, 7.5, 8.5];
        let losses: Vec<f64> = curves.curve("loss/train").iter().map(|point| point.1).collect();
        assert_eq!(losses, expected);
        let steps: Vec<u64> = curves.times().iter().map(|(step, _)| *step).collect();
        assert!(steps == [1, 2, 3, 4, 5, 6, 7, 8] && curves.times()[0].1 > 1e9, "{:?}", curves.times());
        assert_eq!(curves.iter().count(), 1);
        assert_eq!(Curves::read(&folder.path().join("not there"), 8), Curves::default());
    }

    #[test]
    fn a_long_curve_is_thinned_and_keeps_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(folder.path()).unwrap();
        for step in 1..=200_000 {
            writer.scalars(step, &[("loss/train", step as f64), ("accuracy/train", 0.5)]).unwrap();
            if step.is_multiple_of(10_000) {
                writer.flush().unwrap();
            }
        }
        let curves = Curves::read(folder.path(), u64::MAX);
        let losses = curves.curve("loss/train");
        assert!(losses.len() <= POINTS && losses.len() > POINTS / 3, "{}", losses.len());
        assert_eq!(losses.last(), Some(&(200_000, 200_000.0)));
        let steps = |tag: &str| curves.curve(tag).iter().map(|(step, _)| *step).collect::<Vec<_>>();
        assert_eq!(steps("loss/train"), steps("accuracy/train"));
    }
}
