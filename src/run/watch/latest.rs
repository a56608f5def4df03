//! The newest values of a run: what its row in the table needs.

use std::fmt::Write as _;
use std::sync::Arc;

use super::tags::{Kind, TagId, Tags};
use crate::run::tensorboard::figure::{Content, Item};
use crate::run::text;

/// The most tags of a run whose newest scalar is kept.
const MOST: usize = 1024;

/// A scalar with its tag, step and time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Last {
    /// Its tag.
    pub tag: TagId,
    /// The training step.
    pub step: i64,
    /// Seconds since 1970.
    pub time: f64,
    /// The value.
    pub value: f64,
}

/// The newest values of a run.
#[derive(Clone, Debug, Default)]
pub struct Latest {
    /// Sorted by tag.
    values: Vec<Last>,
    /// The step of the newest value.
    pub step: Option<i64>,
    /// When it was written, in seconds since 1970.
    pub time: Option<f64>,
    /// Names and values, fit to be shown.
    pub hparams: Arc<Vec<(String, String)>>,
    /// The same in one line.
    pub hparams_line: Arc<str>,
}

impl Latest {
    /// Takes a value in, if it is the newest of its tag. The order in which values come does not matter.
    pub fn take(&mut self, item: &Item, tags: &mut Tags) {
        if let Content::Hparams(pairs) = &item.content {
            self.take_hparams(pairs);
            return;
        }
        if self.time.is_none_or(|time| item.wall_time >= time) {
            (self.time, self.step) = (Some(item.wall_time), Some(item.step));
        }
        let kind = match &item.content {
            Content::Scalar(_) => Kind::Scalar,
            Content::Histogram(_) => Kind::Histogram,
            Content::Picture(_) => Kind::Picture,
            Content::Text(_) | Content::Hparams(_) => Kind::Text,
        };
        let Some(tag) = tags.id(&item.tag, kind) else { return };
        let Content::Scalar(value) = item.content else { return };
        let last = Last { tag, step: item.step, time: item.wall_time, value };
        match self.values.binary_search_by_key(&tag, |last| last.tag) {
            Ok(at) if last.time >= self.values[at].time => self.values[at] = last,
            Err(at) if self.values.len() < MOST => self.values.insert(at, last),
            Ok(_) | Err(_) => {}
        }
    }

    /// The same for a value of a folder that holds hyperparameters with the results that go with them (`is_part`): these
    /// are written at step 0, which says nothing of how far the run is.
    pub fn take_of(&mut self, item: &Item, tags: &mut Tags, is_part: bool) {
        let before = (self.step, self.time);
        self.take(item, tags);
        if is_part {
            (self.step, self.time) = before;
        }
    }

    /// Takes in the hyperparameters.
    pub fn take_hparams(&mut self, pairs: &[(String, String)]) {
        let shown =
            pairs.iter().take(200).map(|(name, value)| (text::shown(name, 60), text::shown(value, 60)));
        let pairs: Vec<_> = shown.collect();
        let mut line = String::new();
        for (name, value) in pairs.iter().take(12) {
            let space = if line.is_empty() { "" } else { " " };
            // Writing to a string cannot fail.
            let _ = write!(line, "{space}{name}={value}");
        }
        (self.hparams, self.hparams_line) = (pairs.into(), line.into());
    }

    /// The newest scalar of a tag.
    pub fn value(&self, tag: TagId) -> Option<Last> {
        let at = self.values.binary_search_by_key(&tag, |last| last.tag).ok()?;
        Some(self.values[at])
    }

    /// The newest scalar of every tag.
    pub fn values(&self) -> &[Last] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_counts_whatever_the_order() {
        let (mut latest, mut tags) = (Latest::default(), Tags::default());
        for (step, wall_time) in [(5, 50.0), (9, 90.0), (7, 70.0)] {
            let content = Content::Scalar(step as f64 / 10.0);
            latest.take(&Item { tag: "loss".into(), step, wall_time, content }, &mut tags);
        }
        assert_eq!((latest.step, latest.time), (Some(9), Some(90.0)));
        assert_eq!(latest.value(0).map(|last| last.value), Some(0.9));
        let content = Content::Hparams(vec![("lr".into(), "0.1".into()), ("bs\n".into(), "32".into())]);
        latest.take(&Item { tag: "_hparams_".into(), step: 0, wall_time: 99.0, content }, &mut tags);
        assert_eq!((&*latest.hparams_line, latest.step), ("lr=0.1 bs =32", Some(9)));
    }
}
