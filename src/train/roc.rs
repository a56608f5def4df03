//! The area under the ROC curve.

/// Area under the ROC curve of scores, each beside whether its sample is positive: the share of pairs of a positive and a
/// negative sample that are in the right order; pairs with equal scores count half (Mann-Whitney). `None` where all samples are
/// of one class: then there is no such pair.
pub(super) fn area(seen: impl Iterator<Item = (f64, bool)>) -> Option<f64> {
    let mut sorted: Vec<(f64, bool)> = seen.collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut in_order) = (0.0_f64, 0.0_f64);
    for equals in sorted.chunk_by(|a, b| a.0 == b.0) {
        let positives = equals.iter().filter(|(_, is)| *is).count() as f64;
        let negatives = equals.len() as f64 - positives;
        in_order += positives * (below + negatives / 2.0);
        below += negatives;
    }
    let positives = sorted.len() as f64 - below;
    (positives * below > 0.0).then(|| in_order / (positives * below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_needs_both_classes() {
        assert_eq!(area([(0.2, true), (0.7, true)].into_iter()), None);
        assert_eq!(area(std::iter::empty()), None);
        assert_eq!(area([(0.2, true), (0.2, false), (0.1, false)].into_iter()), Some(0.75));
    }
}
