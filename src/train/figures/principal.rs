//! Principal components: the directions in which vectors differ most.

/// Vectors as points of a plane.
#[derive(Debug, PartialEq)]
pub(super) struct Principal {
    /// Each vector's coordinates along the first two components.
    pub places: Vec<[f32; 2]>,
    /// The share of the variance that each explains.
    pub shares: [f64; 2],
}

/// Rounds of the iteration for a component; it ends before where nothing changes any more.
const ROUNDS: usize = 300;

/// The first two principal components of vectors of `size` numbers, one after the other, by power iteration on their covariance. A
/// component points to where the largest coordinate is positive.
pub(super) fn principal(vectors: &[f32], size: usize) -> Principal {
    let count = vectors.len() / size.max(1);
    let mut centred: Vec<f64> = vectors.iter().map(|x| f64::from(*x)).collect();
    for place in 0..size {
        let mean = centred.iter().skip(place).step_by(size).sum::<f64>() / count.max(1) as f64;
        centred.iter_mut().skip(place).step_by(size).for_each(|x| *x -= mean);
    }
    let variance: f64 = centred.iter().map(|x| x * x).sum();
    let (mut places, mut shares) = (vec![[0.0; 2]; count], [0.0; 2]);
    for axis in 0..2.min(size) {
        let direction = component(&centred, size);
        let along: Vec<f64> = centred.chunks_exact(size).map(|vector| dot(vector, &direction)).collect();
        let largest = along.iter().fold(0.0_f64, |most, x| if x.abs() > most.abs() { *x } else { most });
        let sign = if largest < 0.0 { -1.0 } else { 1.0 };
        places.iter_mut().zip(&along).for_each(|(place, x)| place[axis] = (sign * x) as f32);
        shares[axis] = if variance > 0.0 { along.iter().map(|x| x * x).sum::<f64>() / variance } else { 0.0 };
        // What is left is what the next component explains.
        for (vector, along) in centred.chunks_exact_mut(size).zip(&along) {
            vector.iter_mut().zip(&direction).for_each(|(x, part)| *x -= along * part);
        }
    }
    Principal { places, shares }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The direction of the largest variance, of length 1.
fn component(centred: &[f64], size: usize) -> Vec<f64> {
    // It begins with the longest vector, which is hardly at a right angle to what is looked for.
    let length = |vector: &[f64]| dot(vector, vector).sqrt();
    let longest = centred.chunks_exact(size).max_by(|a, b| length(a).total_cmp(&length(b)));
    let mut direction = longest.map_or_else(|| vec![0.0; size], <[f64]>::to_vec);
    for _ in 0..ROUNDS {
        let own = length(&direction);
        if own == 0.0 {
            break;
        }
        direction.iter_mut().for_each(|x| *x /= own);
        let mut next = vec![0.0; size];
        for vector in centred.chunks_exact(size) {
            let along = dot(vector, &direction);
            next.iter_mut().zip(vector).for_each(|(next, x)| *next += along * x);
        }
        let own = length(&next);
        let turned = if own > 0.0 { dot(&next, &direction) / own } else { 1.0 };
        if own > 0.0 {
            direction = next.into_iter().map(|x| x / own).collect();
        }
        if 1.0 - turned < 1e-14 {
            break;
        }
    }
    direction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_those_of_scikit_learn() {
        // PCA(2).fit_transform of scikit-learn 1.9 for these five vectors, with the signs as they are here.
        let vectors = [2.0, 0.5, -1.0, 0.1, -1.5, 2.2, 3.0, 1.0, -0.5, -2.0, 0.3, 1.1, 0.7, -0.9, 0.4];
        let Principal { places, shares } = principal(&vectors, 3);
        let wanted = [
            [1.91393, 0.437773],
            [-1.824068, -1.432764],
            [2.621668, 0.016577],
            [-2.455859, 1.474707],
            [-0.255672, -0.496293],
        ];
        for (place, wanted) in places.iter().zip(wanted) {
            assert!(place.iter().zip(wanted).all(|(x, w)| (x - w).abs() < 1e-5), "{place:?} {wanted:?}");
        }
        assert!(
            shares.iter().zip([0.78484207, 0.18346185]).all(|(share, wanted)| (share - wanted).abs() < 1e-6),
            "{shares:?}"
        );
    }

    #[test]
    fn vectors_that_do_not_differ_lie_on_one_point() {
        assert_eq!(principal(&[1.0, 2.0, 1.0, 2.0], 2).places, [[0.0, 0.0]; 2]);
        assert_eq!(principal(&[], 4).places.len(), 0);
        let line = principal(&[1.0, 2.0, 4.0], 1);
        assert_eq!((line.places.len(), line.shares), (3, [1.0, 0.0]));
    }
}
