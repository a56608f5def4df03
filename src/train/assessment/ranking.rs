//! How well a network over pairs of words, such as users and items, puts each user's items in order.

use std::collections::BTreeMap;

use serde::Serialize;

use super::comparison::Comparison;
use crate::data::pairs::Pairs;
use crate::data::{Dataset, Error};

/// The items of a list that are looked at, as usual.
const LIST: usize = 10;

/// Which items are relevant.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relevant {
    /// Those of the last class, of this name.
    Class(String),
    /// Those with at least this value.
    From(f64),
}

/// How good the lists are that a network makes of each user's test items, the highest prediction first. Means over the users that have
/// a relevant item among at least two in the test set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranking {
    /// The column of users.
    pub of: String,
    /// How long a list is at most.
    pub k: usize,
    /// How many users have such items.
    pub users: usize,
    /// An item is relevant if it has this class, or from this value on.
    pub relevant: Relevant,
    /// The share of a list's items that are relevant.
    pub precision: f64,
    /// The share of a user's relevant items that are on the list.
    pub recall: f64,
    /// Normalised discounted cumulative gain: the sum of the list's values, each over log2(1 + its place), over the largest that any order
    /// gives (Järvelin, Kekäläinen 2002; linear gains, as scikit-learn's `ndcg_score`).
    pub ndcg: f64,
}

impl Ranking {
    /// Judges the answers to a set whose rows are pairs. An item is relevant if it has the last class, or at least the mean of the set's
    /// values. `None` where no user has items to be put in order.
    ///
    /// # Errors
    /// When the set cannot be read.
    pub fn of(pairs: &Pairs, set: &dyn Dataset, answers: &Comparison) -> Result<Option<Self>, Error> {
        let users = pairs.numbers(set, 0)?;
        // Of two classes the second one's probability, else the value.
        let last = |row: &[f64]| row.last().copied().unwrap_or_default();
        let truths = || answers.rows_of_data().map(|(_, truth)| last(truth));
        let (relevant, least) = match (answers.tells_classes(), answers.names.last()) {
            (true, Some(class)) => (Relevant::Class(class.clone()), 1.0),
            _ => {
                let mean = truths().sum::<f64>() / answers.samples().max(1) as f64;
                (Relevant::From(mean), mean)
            }
        };
        let mut lists: BTreeMap<usize, Vec<(f64, f64)>> = BTreeMap::new();
        for (user, (said, truth)) in users.iter().zip(answers.rows_of_data()) {
            lists.entry(*user).or_default().push((last(said), last(truth)));
        }
        let judged: Vec<[f64; 3]> = lists.into_values().filter_map(|list| judge(list, least, LIST)).collect();
        let mean = |place: usize| judged.iter().map(|of| of[place]).sum::<f64>() / judged.len() as f64;
        Ok((!judged.is_empty()).then(|| Ranking {
            of: pairs.columns[0].name.clone(),
            k: LIST,
            users: judged.len(),
            relevant,
            precision: mean(0),
            recall: mean(1),
            ndcg: mean(2),
        }))
    }
}

/// Precision, recall and nDCG of the first `k` of a user's items, each with what is predicted and what is true; `None` where they say
/// nothing. Of equal predictions the first one comes first.
fn judge(mut items: Vec<(f64, f64)>, relevant_from: f64, k: usize) -> Option<[f64; 3]> {
    let is_relevant = |item: &&(f64, f64)| item.1 >= relevant_from;
    let relevant = items.iter().filter(is_relevant).count();
    if relevant == 0 || items.len() < 2 {
        return None;
    }
    let gain = |items: &[(f64, f64)]| -> f64 {
        items.iter().take(k).zip(2_u32..).map(|(item, place)| item.1 / f64::from(place).log2()).sum()
    };
    items.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (listed, found) = (gain(&items), items.iter().take(k).filter(is_relevant).count());
    items.sort_by(|a, b| b.1.total_cmp(&a.1));
    let best = gain(&items);
    let precision = found as f64 / k.min(items.len()) as f64;
    // Values below 0 have no such share.
    Some([precision, found as f64 / relevant as f64, if best > 0.0 { listed / best } else { 0.0 }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_judged_as_scikit_learn_judges_them() {
        let said = [0.9, 0.8, 0.1, 0.7, 0.35, 0.2, 0.6];
        let truth = [5.0, 1.0, 4.0, 3.0, 2.0, 5.0, 4.0];
        let items: Vec<(f64, f64)> = said.into_iter().zip(truth).collect();
        // ndcg_score([truth], [said], k=3) of scikit-learn 1.9; of the first three 5, 1 and 3 one is at least 4, of four in all.
        let [precision, recall, ndcg] = judge(items.clone(), 4.0, 3).unwrap();
        assert_eq!((precision, recall), (1.0 / 3.0, 0.25));
        assert!((ndcg - 0.702233028102669).abs() < 1e-12, "{ndcg}");
        let [precision, recall, ndcg] = judge(items, 4.0, 10).unwrap();
        assert_eq!((precision, recall), (4.0 / 7.0, 1.0));
        assert!((ndcg - 0.904715808775420).abs() < 1e-12, "{ndcg}");
        assert_eq!(judge(vec![(0.3, 1.0), (0.4, 2.0)], 4.0, 10), None, "nothing is relevant");
        assert_eq!(judge(vec![(0.3, 5.0)], 4.0, 10), None, "one item has one order");
    }
}
