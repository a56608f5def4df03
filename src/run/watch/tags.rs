//! The tags of event files, each name kept once for all runs.

use std::collections::HashMap;
use std::sync::Arc;

use crate::run::text;

/// A tag, by its place in the list of all.
pub type TagId = u32;

/// The kind of a tag's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Scalars.
    Scalar,
    /// Distributions.
    Histogram,
    /// Pictures.
    Picture,
    /// Text.
    Text,
}

/// A tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// Its name, fit to be shown.
    pub name: Arc<str>,
    /// The kind of its values.
    pub kind: Kind,
}

/// How much a scalar of this name says about a training: 0 for the loss, 1 for other losses, 2 for scores, 3 for learning rates and
/// other values of validation, 4 for the rest, 5 for counters and values of hyperparameters.
pub fn rank(name: &str) -> u8 {
    match name {
        "loss/train" | "train/loss" | "loss" | "train_loss" | "epoch_loss" => 0,
        _ => {
            let name = name.to_lowercase();
            let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
            // Counters, and single values that belong to hyperparameters, say least.
            let says_little =
                ["epoch", "step", "global_step"].contains(&&*name) || name.starts_with("hparam");
            match () {
                () if says_little => 5,
                () if has(&["loss"]) => 1,
                () if has(&[
                    "acc",
                    "f1",
                    "auc",
                    "precision",
                    "recall",
                    "error",
                    "perplexity",
                    "bleu",
                    "reward",
                ]) =>
                {
                    2
                }
                () if name == "lr" || has(&["lr-", "/lr", "learning_rate", "val"]) => 3,
                () => 4,
            }
        }
    }
}

/// The scalar that says most about a training: a loss if there is one, and of several the first in the order of names.
pub fn main_number(tags: &[Tag]) -> Option<TagId> {
    let numbers = (0..).zip(tags).filter(|(_, tag)| tag.kind == Kind::Scalar);
    numbers.min_by_key(|(_, tag)| (rank(&tag.name), tag.name.clone())).map(|(id, _)| id)
}

/// The longest name that is shown, in characters.
const LONGEST: usize = 160;

/// The most tags; values of further tags are left out.
const MOST: usize = 200_000;

/// All tags of all runs.
#[derive(Debug, Default)]
pub struct Tags {
    /// Shared with views; copied when it grows while a view has it.
    list: Arc<Vec<Tag>>,
    /// One map for each kind.
    ids: [HashMap<Arc<str>, TagId>; 4],
}

impl Tags {
    /// The id of a tag, new or known. Tags that look the same when shown are one tag. `None` when there are too many.
    pub fn id(&mut self, name: &str, kind: Kind) -> Option<TagId> {
        // A known name is stored as it is shown, so nearly every look-up copies nothing.
        if let Some(id) = self.ids[kind as usize].get(name) {
            return Some(*id);
        }
        let name: Arc<str> = text::shown(name, LONGEST).into();
        if let Some(id) = self.ids[kind as usize].get(&name) {
            return Some(*id);
        }
        if self.list.len() >= MOST {
            return None;
        }
        let id = self.list.len() as TagId;
        Arc::make_mut(&mut self.list).push(Tag { name: name.clone(), kind });
        self.ids[kind as usize].insert(name, id);
        Some(id)
    }

    /// All, by their ids.
    pub fn list(&self) -> &Arc<Vec<Tag>> {
        &self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_known_again_and_a_loss_is_shown_first() {
        let mut tags = Tags::default();
        let long = "x".repeat(10 << 20);
        let first = tags.id("accuracy", Kind::Scalar);
        assert_eq!(tags.id("accuracy", Kind::Scalar), first);
        assert_ne!(tags.id("accuracy", Kind::Histogram), first);
        assert_eq!(main_number(tags.list()), first);
        assert_eq!(tags.id(&long, Kind::Scalar), tags.id(&long, Kind::Scalar));
        let loss = tags.id("val\u{1b}/Loss", Kind::Scalar);
        assert_eq!(main_number(tags.list()), loss);
        assert_eq!(&*tags.list()[3].name, "val/Loss");
        assert!(tags.list()[2].name.len() < 200);
    }

    #[test]
    fn what_lightning_writes_comes_in_the_order_of_what_it_says() {
        let mut names = [
            "epoch",
            "hparam/accuracy",
            "GPU0/mem.used",
            "lr-Adam",
            "val/acc",
            "train_loss_step",
            "hp_metric",
        ];
        names.sort_by_key(|name| (rank(name), *name));
        let expected = [
            "train_loss_step",
            "val/acc",
            "lr-Adam",
            "GPU0/mem.used",
            "hp_metric",
            "epoch",
            "hparam/accuracy",
        ];
        assert_eq!(names, expected);
    }
}
