//! Event files that a folder is watched for: what the reader has found, as the screen Runs lists and draws it.

use std::sync::Arc;

use super::abscissa::Timeline;
use super::history::{Bucket, Series};
use super::marked::DrawnCurve;
use crate::run::watch::{Content, Curve, Interest, Kind, Panel, Row, RunId, Tag, TagId, WatchSnapshot, rank};

/// The most runs of event files that are marked at once: all of them are read in full and kept in memory.
pub const MARKS: usize = 8;

/// Tags that say which epoch a step belongs to: the ends of epochs, and the number of the epoch.
const EPOCHS: [&str; 2] = ["loss/epoch", "epoch"];

/// A curve as it is drawn, and what it was made of.
#[derive(Clone, Debug, PartialEq)]
struct Converted {
    run: RunId,
    tag: TagId,
    from: Arc<Curve>,
    /// How many ends of epochs were known.
    epochs: usize,
    curve: DrawnCurve,
}

/// What is watched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watched {
    /// The folders, fit to be shown.
    pub root: String,
    /// What the reader has found.
    pub view: WatchSnapshot,
    /// Whether the reader has been started.
    pub is_started: bool,
    /// Whether the reader has ended without being told to.
    pub is_gone: bool,
    /// What it was last asked to read.
    pub interest: Interest,
    /// The scalar whose newest value stands in the list.
    pub value: Option<TagId>,
    /// The tag to begin with, until it has been found.
    pub wanted_tag: Option<String>,
    /// How many of the kept pictures or texts are newer than the one that is shown.
    pub back: usize,
    /// The time now, in seconds since 1970.
    pub now: f64,
    curves: Vec<Converted>,
}

impl Watched {
    /// Nothing found yet below these folders; `tag` is the tag to begin with.
    pub fn new(root: String, tag: Option<String>) -> Self {
        Watched { root, wanted_tag: tag, ..Watched::default() }
    }

    /// The runs, by their ids.
    pub fn rows(&self) -> &[Row] {
        &self.view.rows
    }

    /// A tag.
    pub fn tag(&self, id: TagId) -> Option<&Tag> {
        self.view.tags.get(id as usize)
    }

    /// The tag of this name and, where it is said, kind.
    pub fn find(&self, name: &str, kind: Option<Kind>) -> Option<TagId> {
        let is_it = |tag: &Tag| *tag.name == *name && kind.is_none_or(|kind| tag.kind == kind);
        self.view.tags.iter().position(is_it).map(|place| place as TagId)
    }

    /// What has been read of a run in full.
    pub fn panel(&self, run: RunId) -> Option<&Panel> {
        self.view.panels.iter().find(|panel| panel.run == run)
    }

    /// Those of the runs that have values of a tag, as far as they have been read.
    pub fn runs_with(&self, tag: TagId, runs: Vec<RunId>) -> Vec<RunId> {
        let has = |run: &RunId| self.panel(*run).is_some_and(|panel| panel.tags.contains(&tag));
        runs.into_iter().filter(has).collect()
    }

    /// The values of a tag of a run, where they have been asked for and read.
    pub fn content(&self, run: RunId, tag: TagId) -> Option<&Content> {
        let contents = &self.panel(run)?.contents;
        contents.iter().find(|(known, _)| *known == tag).map(|(_, content)| content)
    }

    /// The tags that these runs have values of, by kind, those that say most of a training first.
    pub fn tags_of(&self, runs: &[RunId]) -> Vec<TagId> {
        let mut tags: Vec<TagId> = runs
            .iter()
            .filter_map(|run| self.panel(*run))
            .flat_map(|panel| panel.tags.iter().copied())
            .collect();
        tags.sort_unstable();
        tags.dedup();
        let order = |id: &TagId| self.tag(*id).map(|tag| (tag.kind, rank(&tag.name), tag.name.clone()));
        tags.sort_by_cached_key(order);
        tags
    }

    /// The tags that tell of epochs.
    pub fn epoch_tags(&self) -> impl Iterator<Item = TagId> {
        EPOCHS.into_iter().filter_map(|name| self.find(name, Some(Kind::Scalar)))
    }

    /// The oldest picture or text that is kept, as a number of newer ones.
    pub fn oldest_kept(&self) -> usize {
        let kept =
            self.view.panels.iter().flat_map(|panel| &panel.contents).filter_map(
                |(_, content)| match content {
                    Content::Picture { of, .. } | Content::Text { of, .. } => Some(of.saturating_sub(1)),
                    Content::Curve(_) | Content::Distributions(_) => None,
                },
            );
        kept.max().unwrap_or(0)
    }

    /// Whether a picture or a text is shown.
    pub fn shows_moments(&self) -> bool {
        let mut all = self.view.panels.iter().flat_map(|panel| &panel.contents);
        all.any(|(_, content)| matches!(content, Content::Picture { .. } | Content::Text { .. }))
    }

    /// Takes in what the reader has found. Curves that have not changed are not made again.
    pub fn take(&mut self, view: WatchSnapshot) {
        self.view = view;
        let mut curves = Vec::new();
        for panel in &self.view.panels {
            let epochs = epochs_of(&self.view.tags, panel);
            for (tag, content) in &panel.contents {
                let Content::Curve(from) = content else { continue };
                let known = self.curves.iter().find(|known| {
                    known.run == panel.run && known.tag == *tag && Arc::ptr_eq(&known.from, from)
                });
                // The place of an epoch's end may have come since.
                let known = known.filter(|known| known.epochs == epochs.len());
                curves.push(match known {
                    Some(known) => known.clone(),
                    None => {
                        let name = &*self.view.tags[*tag as usize].name;
                        let curve = converted(name, from, &epochs);
                        Converted {
                            run: panel.run,
                            tag: *tag,
                            from: from.clone(),
                            epochs: epochs.len(),
                            curve,
                        }
                    }
                });
            }
        }
        self.curves = curves;
    }

    /// The curves of a run that have been read.
    pub fn curves_of(&self, run: RunId) -> Vec<DrawnCurve> {
        self.curves.iter().filter(|known| known.run == run).map(|known| known.curve.clone()).collect()
    }
}

/// The ends of the epochs of a run, as its files tell them: steps and the epochs' numbers.
fn epochs_of(tags: &[Tag], panel: &Panel) -> Vec<(u64, u32)> {
    let curve = |name: &str| {
        let of_name = |(tag, content): &(TagId, Content)| match content {
            Content::Curve(curve) if *tags[*tag as usize].name == *name => Some(curve.clone()),
            _ => None,
        };
        panel.contents.iter().find_map(of_name)
    };
    let step = |step: i64| u64::try_from(step).unwrap_or(0);
    let numbers = curve("epoch");
    let Some(ends) = curve("loss/epoch") else {
        let numbers = numbers.iter().flat_map(|numbers| numbers.points());
        return numbers.map(|point| (step(point.step), point.max as u32)).collect();
    };
    let mut last = 0_u32;
    let number = |point: &crate::run::watch::Point| {
        // The number of an epoch is written down only where epochs are left out.
        let told = numbers.iter().flat_map(|numbers| numbers.points()).find(|known| known.step == point.step);
        last = told.map_or(last.saturating_add(point.count), |known| known.max as u32);
        (step(point.step), last)
    };
    ends.points().iter().map(number).collect()
}

fn converted(tag: &str, curve: &Curve, epochs: &[(u64, u32)]) -> DrawnCurve {
    let mut timeline =
        Timeline::new(epochs.first().map_or(0, |(step, epoch)| step / u64::from((*epoch).max(1))));
    let step = |step: i64| u64::try_from(step).unwrap_or(0);
    curve.points().iter().for_each(|point| timeline.on_step(step(point.step), point.time));
    epochs.iter().for_each(|(step, epoch)| timeline.on_epoch(*step, *epoch));
    let buckets = curve.points().iter().map(|point| Bucket {
        step: step(point.step),
        steps: u64::from(point.count),
        min: point.min.into(),
        max: point.max.into(),
        mean: point.mean.into(),
    });
    DrawnCurve {
        tag: tag.to_owned(),
        series: Arc::new(Series::from_buckets(buckets.collect())),
        timeline: Arc::new(timeline),
        lost: curve.lost(),
        restarts: curve.restarts(),
    }
}
