//! All values of a run that is shown, thinned for each tag.

use std::collections::HashMap;
use std::sync::Arc;

use super::curve::{Curve, Point};
use super::distribution::Distribution;
use super::tags::{Kind, TagId, Tags};
use crate::run::tensorboard::figure::{Content, Item};
use crate::run::text;

/// The most tags of a run that are kept.
const TAGS: usize = 20_000;
/// The most bytes of a run's pictures that are kept.
const PICTURES: usize = 48 << 20;
/// Longest text that is kept, in lines and in characters of a line.
const TEXT: (usize, usize) = (200, 400);

/// A value of any kind at a step.
#[derive(Clone, Debug, PartialEq)]
pub struct AtStep<T> {
    /// The training step.
    pub step: i64,
    /// The value.
    pub what: T,
}

/// Values at equal distances, and the newest.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled<T> {
    moments: Vec<AtStep<T>>,
    seen: usize,
    stride: usize,
}

impl<T> Default for Sampled<T> {
    fn default() -> Self {
        Sampled { moments: Vec::new(), seen: 0, stride: 1 }
    }
}

impl<T> Sampled<T> {
    /// Adds a value; at most `most` are kept.
    pub fn push(&mut self, moment: AtStep<T>, most: usize) {
        // The newest value stays only until the next one comes, unless it is one of those at equal distances.
        if self.seen > 0 && !(self.seen - 1).is_multiple_of(self.stride) {
            self.moments.pop();
        }
        // As in `Curve`: a resumed training is about to write these again.
        while self.moments.last().is_some_and(|last| last.step > moment.step) {
            self.moments.pop();
        }
        self.moments.push(moment);
        self.seen += 1;
        if self.moments.len() > most {
            let mut place = 0;
            self.moments.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.stride *= 2;
        }
    }

    /// The values that are kept, in the order of steps.
    pub fn moments(&self) -> &[AtStep<T>] {
        &self.moments
    }
}

/// What is kept of a tag.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// A scalar.
    Curve(Arc<Curve>),
    /// Histograms.
    Distributions(Arc<Sampled<Distribution>>),
    /// Encoded pictures.
    Pictures(Arc<Sampled<Arc<[u8]>>>),
    /// Texts, in lines.
    Texts(Arc<Sampled<Vec<String>>>),
}

/// The most distributions of a tag.
pub const DISTRIBUTIONS: usize = 96;
/// The most pictures, or texts, of a tag.
const MOMENTS: usize = 16;

impl Kept {
    /// Roughly what it takes in memory.
    fn bytes(&self) -> usize {
        match self {
            Kept::Curve(course) => 100 + std::mem::size_of_val(course.points()).max(4 * size_of::<Point>()),
            Kept::Distributions(all) => 100 + all.moments().len() * (4 * Distribution::BUCKETS + 64),
            Kept::Pictures(all) => {
                100 + all.moments().iter().map(|moment| moment.what.len() + 32).sum::<usize>()
            }
            Kept::Texts(all) => {
                let lines = all.moments().iter().flat_map(|moment| &moment.what);
                100 + lines.map(|line| line.len() + 24).sum::<usize>()
            }
        }
    }
}

/// All values of a run.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    kept: HashMap<TagId, Kept>,
    /// The tags of which something is kept, in the order in which they came. Shared with views.
    tags: Arc<Vec<TagId>>,
    pictures: usize,
    left_out: u64,
}

impl Figures {
    /// Takes a value in.
    pub fn take(&mut self, item: Item, tags: &mut Tags) {
        let Item { tag, step, content, wall_time } = item;
        let kind = match &content {
            Content::Scalar(_) => Kind::Scalar,
            Content::Histogram(_) => Kind::Histogram,
            Content::Picture(_) => Kind::Picture,
            Content::Text(_) => Kind::Text,
            Content::Hparams(_) => return,
        };
        let id = tags.id(&tag, kind).filter(|id| self.kept.len() < TAGS || self.kept.contains_key(id));
        let Some(id) = id else {
            self.left_out += 1;
            return;
        };
        self.keep(id, step, wall_time, content);
        if self.tags.len() < self.kept.len() {
            Arc::make_mut(&mut self.tags).push(id);
        }
    }

    fn keep(&mut self, id: TagId, step: i64, time: f64, content: Content) {
        match content {
            Content::Scalar(value) => {
                let kept = self.kept.entry(id).or_insert_with(|| Kept::Curve(Arc::default()));
                if let Kept::Curve(course) = kept {
                    Arc::make_mut(course).push(step, time, value);
                }
            }
            Content::Histogram(buckets) => {
                let Some(distribution) = Distribution::new(step, &buckets) else { return };
                let kept = self.kept.entry(id).or_insert_with(|| Kept::Distributions(Arc::default()));
                if let Kept::Distributions(all) = kept {
                    Arc::make_mut(all).push(AtStep { step, what: distribution }, DISTRIBUTIONS);
                }
            }
            Content::Picture(encoded) => self.take_picture(id, step, encoded),
            Content::Text(long) => {
                let what = text::lines(&long, TEXT.1, TEXT.0);
                let kept = self.kept.entry(id).or_insert_with(|| Kept::Texts(Arc::default()));
                if let Kept::Texts(all) = kept {
                    Arc::make_mut(all).push(AtStep { step, what }, MOMENTS);
                }
            }
            Content::Hparams(_) => {}
        }
    }

    fn take_picture(&mut self, id: TagId, step: i64, encoded: Vec<u8>) {
        let kept = self.kept.entry(id).or_insert_with(|| Kept::Pictures(Arc::default()));
        let before = kept.bytes();
        if self.pictures + encoded.len() > PICTURES {
            self.left_out += 1;
            return;
        }
        if let Kept::Pictures(all) = kept {
            Arc::make_mut(all).push(AtStep { step, what: encoded.into() }, MOMENTS);
        }
        self.pictures = (self.pictures + kept.bytes()).saturating_sub(before);
    }

    /// What is kept of a tag.
    pub fn get(&self, tag: TagId) -> Option<&Kept> {
        self.kept.get(&tag)
    }

    /// The tags of which something is kept.
    pub fn tags(&self) -> &Arc<Vec<TagId>> {
        &self.tags
    }

    /// How many values found no room.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Roughly what they take in memory.
    pub fn bytes(&self) -> usize {
        self.kept.values().map(Kept::bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_spread_over_the_whole_course_and_end_with_the_newest() {
        let mut sampled = Sampled::default();
        for step in 0..1001 {
            sampled.push(AtStep { step, what: () }, 16);
            assert_eq!(sampled.moments().last().map(|moment| moment.step), Some(step));
        }
        let steps: Vec<i64> = sampled.moments().iter().map(|moment| moment.step).collect();
        assert!(steps.len() <= 17 && steps.len() >= 8, "{steps:?}");
        assert!(steps.windows(2).rev().skip(1).all(|pair| pair[1] - pair[0] == steps[1]), "{steps:?}");
    }

    #[test]
    fn pictures_are_bounded_in_bytes() {
        let (mut figures, mut tags) = (Figures::default(), Tags::default());
        for step in 0..200 {
            let content = Content::Picture(vec![0; 1 << 20]);
            let tag = format!("picture {}", step % 20);
            figures.take(Item { tag, step, wall_time: 0.0, content }, &mut tags);
        }
        assert!(figures.bytes() < PICTURES + (1 << 20), "{}", figures.bytes());
        assert!(figures.left_out() > 0);
    }
}
