//! Products, activations, normalisation, random units.

use proptest::prelude::*;

use super::{ENDLESS, Numbers, ODD, SIZES, assert_all_show, assert_shows, at_every_level_here, size};
use crate::elementwise::Activation;
use crate::gemm::{Mat, gemm};
use crate::layer_norm::Around;
use crate::panel::Packed;
use crate::{batch_norm, elementwise, embedding, layer_norm, random};

const ACTIVATIONS: [Activation; 10] = [
    Activation::Linear,
    Activation::Relu,
    Activation::LeakyRelu,
    Activation::Elu,
    Activation::Sigmoid,
    Activation::Tanh,
    Activation::Softmax,
    Activation::Gelu,
    Activation::Silu,
    Activation::Softplus,
];

/// `a b` in double precision; `a` is `[m, k]`, `b` is `[k, n]`, both row-major.
fn product<'a>([_, n, k]: [usize; 3], a: &'a [f32], b: &'a [f32]) -> impl Fn(usize) -> f64 + 'a {
    move |i| (0..k).map(|p| f64::from(a[i / n * k + p]) * f64::from(b[p * n + i % n])).sum()
}

fn transposed(matrix: &[f32], columns: usize) -> Vec<f32> {
    let rows = matrix.len() / columns;
    (0..matrix.len()).map(|i| matrix[i % rows * columns + i / rows]).collect()
}

fn product_shows_what_is_in_it(numbers: &Numbers, [m, n, k]: [usize; 3]) {
    for odd_left in [true, false] {
        let (a, b) = match odd_left {
            true => (numbers.odd(m * k, 1), numbers.usual(k * n, 2)),
            false => (numbers.usual(m * k, 1), numbers.odd(k * n, 2)),
        };
        let exact = product([m, n, k], &a, &b);
        let (a_t, b_t) = (transposed(&a, k), transposed(&b, n));
        let mut c = vec![0.0; m * n];
        for (a, b) in
            [(Mat::rows(&a, k), Mat::rows(&b, n)), (Mat::transposed(&a_t, m), Mat::transposed(&b_t, k))]
        {
            gemm(m, n, k, a, b, &mut c, false);
            assert_shows("gemm", &c, (0..m * n).map(&exact));
            gemm(m, n, k, a, b, &mut c, true);
            assert_shows("gemm, added up", &c, (0..m * n).map(&exact));
            let packed = Packed::new(b, k, n);
            packed.multiply(m, &transposed(&a_t, m), k, &mut c, n, false);
            assert_shows("packed", &c, (0..m * n).map(&exact));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn products_show_it(numbers in Numbers::with(ENDLESS), m in size(), n in size(), k in size()) {
        at_every_level_here(|| product_shows_what_is_in_it(&numbers, [m, n, k]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    #[test]
    fn products_of_every_size_show_it(numbers in Numbers::with(ENDLESS)) {
        at_every_level_here(|| {
            for size in SIZES {
                for dims in [[size, 3, 5], [7, size, 2], [2, 17, size]] {
                    product_shows_what_is_in_it(&numbers, dims);
                }
            }
        });
    }

    #[test]
    fn activations_of_every_size_show_it_and_so_do_their_gradients(numbers in Numbers::with(&ODD)) {
        at_every_level_here(|| {
            for columns in SIZES {
                for activation in ACTIVATIONS {
                    activation_shows(&numbers, columns, activation);
                }
            }
        });
    }

    #[test]
    fn normalised_rows_and_columns_of_every_size_show_it(numbers in Numbers::with(ENDLESS)) {
        at_every_level_here(|| {
            for columns in SIZES {
                layers_show(&numbers, columns);
                batches_show(&numbers, columns);
            }
        });
    }

    #[test]
    fn random_units_of_every_size_show_it(numbers in Numbers::with(&[f32::NAN])) {
        at_every_level_here(|| {
            for columns in SIZES {
                let before = numbers.odd(3 * columns, 1);
                let (mut x, mut sample) = (before.clone(), vec![7.0; 3 * columns]);
                random::logistic_units(&mut x, &numbers.usual(columns, 2), Some(&mut sample), 5);
                assert_shows("units", &x, before.iter().map(|x| f64::from(*x)));
                assert!(sample.iter().all(|&drawn| drawn == 0.0 || drawn == 1.0));
                let mut drawn = vec![f32::NAN; columns];
                random::normals(&mut drawn, u64::from(numbers.seed));
                random::uniforms(&mut sample, u64::from(numbers.seed));
                assert!(drawn.iter().chain(&sample).all(|x| x.is_finite()));
            }
        });
    }

    #[test]
    fn rows_of_a_table_of_every_size_show_it(numbers in Numbers::with(ENDLESS)) {
        at_every_level_here(|| {
            for width in SIZES {
                let (table, tokens) = (numbers.odd(5 * width, 1), [4, 0, 3, 3, 1, 2]);
                let rows = embedding::gather(&table, width, &tokens);
                let taken = tokens.iter().flat_map(|&token| &table[token as usize * width..][..width]);
                assert_shows("rows", &rows, taken.map(|&x| f64::from(x)));
                let back = embedding::scatter_add(&rows, width, &tokens, 5);
                assert_shows("rows, back", &back, table.iter().map(|&x| f64::from(x)));
            }
        });
    }
}

fn activation_shows(numbers: &Numbers, columns: usize, activation: Activation) {
    let what = format!("{activation:?} of {columns}");
    let (before, bias) = (numbers.odd(3 * columns, 1), numbers.usual(columns, 2));
    let (mut y, mut copy) = (before.clone(), vec![0.0; before.len()]);
    elementwise::bias_activation(&mut y, columns, Some(&bias), activation, Some(&mut copy));
    // NaN stays in its place; softmax spreads it over the row.
    for (place, y) in y.iter().enumerate() {
        let row = &before[place / columns * columns..][..columns];
        let is_nan = match activation {
            Activation::Softmax => row.iter().any(|x| x.is_nan()),
            _ => before[place].is_nan(),
        };
        assert!(!is_nan || y.is_nan(), "{what} at {place}: {y}");
    }
    if activation == Activation::Relu {
        assert_shows(&what, &y, before.iter().map(|&x| f64::from(if x < 0.0 { 0.0 } else { x })));
    }
    // A gradient that is NaN stays NaN wherever the function has a slope.
    let kept = numbers.usual(3 * columns, 3);
    let mut gradient = numbers.odd(3 * columns, 4);
    let is_passed = |place: usize| activation != Activation::Relu || kept[place] > 0.0;
    let exact: Vec<f64> = gradient
        .iter()
        .enumerate()
        .map(|(place, g)| if g.is_nan() && is_passed(place) { f64::NAN } else { 0.0 })
        .collect();
    elementwise::activation_gradient(&mut gradient, &kept, columns, activation);
    assert_shows(&format!("{what}, gradient"), &gradient, exact);
    // The kept numbers may be odd as well.
    let mut gradient = numbers.usual(3 * columns, 5);
    elementwise::activation_gradient(&mut gradient, &before, columns, activation);
    let mut sum = vec![0.0; columns];
    elementwise::sum_rows(&before, columns, &mut sum);
    let column = |j: usize| before.iter().skip(j).step_by(columns).map(|&x| f64::from(x)).sum::<f64>();
    let endless = before.iter().all(|x| x.abs() < 1e30 || !x.is_finite());
    if endless {
        assert_shows("sums of rows", &sum, (0..columns).map(column));
    }
}

fn layers_show(numbers: &Numbers, columns: usize) {
    let x = numbers.odd(4 * columns, 1);
    let (gamma, beta) = (numbers.usual(columns, 2), numbers.usual(columns, 3));
    let (y, moments) = layer_norm::normalise(&x, &gamma, &beta, 1e-3, Around::Mean);
    let sick = |row: &[f32]| row.iter().any(|x| !x.is_finite());
    for (y, x) in y.chunks(columns).zip(x.chunks(columns)) {
        if sick(x) {
            assert_all_show("layer norm", y);
        }
    }
    let mut g = numbers.usual(x.len(), 4);
    let [d_gamma, d_beta] = layer_norm::gradients(&x, &gamma, Around::Mean, &moments, &mut g);
    assert_eq!((d_gamma.len(), d_beta.len()), (columns, columns));
    for (g, x) in g.chunks(columns).zip(x.chunks(columns)) {
        if sick(x) {
            assert_all_show("layer norm, gradient of a sick row", g);
        }
    }
    let healthy = numbers.usual(x.len(), 5);
    let (_, moments) = layer_norm::normalise(&healthy, &gamma, &beta, 1e-3, Around::Mean);
    let mut g = numbers.odd(x.len(), 6);
    let sick_columns: Vec<f64> =
        (0..columns).map(|j| g.iter().skip(j).step_by(columns).map(|&g| f64::from(g)).sum()).collect();
    let sick_rows: Vec<bool> = g.chunks(columns).map(sick).collect();
    let [_, d_beta] = layer_norm::gradients(&healthy, &gamma, Around::Mean, &moments, &mut g);
    assert_shows("layer norm, beta", &d_beta, sick_columns);
    for (g, is_sick) in g.chunks(columns).zip(sick_rows) {
        if is_sick {
            assert_all_show("layer norm, a sick gradient", g);
        }
    }
}

fn batches_show(numbers: &Numbers, columns: usize) {
    let x = numbers.odd(5 * columns, 1);
    let sums = |x: &[f32]| -> Vec<f64> {
        (0..columns).map(|j| x.iter().skip(j).step_by(columns).map(|&x| f64::from(x)).sum()).collect()
    };
    let (mean, variance) = batch_norm::moments(&x, columns);
    assert_shows("batch norm, mean", &mean, sums(&x));
    assert_shows("batch norm, variance", &variance, sums(&x));
    let (scale, shift) = (numbers.usual(columns, 2), numbers.usual(columns, 3));
    let mut y = vec![0.0; x.len()];
    batch_norm::normalise(&x, &mean, &scale, &shift, Activation::Linear, &mut y);
    assert_shows("batch norm", &y, sums(&x).into_iter().cycle().take(x.len()));
    let mut g = numbers.odd(x.len(), 4);
    let exact = sums(&g);
    let healthy = numbers.usual(x.len(), 5);
    let (sum, product) = batch_norm::gradient_sums(&healthy, &g, &shift);
    assert!(
        exact
            .iter()
            .zip(sum.iter().zip(&*product))
            .all(|(exact, (sum, product))| { exact.is_finite() || !sum.is_finite() && !product.is_finite() })
    );
    let before: Vec<f64> = g.iter().map(|&g| f64::from(g)).collect();
    batch_norm::input_gradient(&healthy, &shift, &scale, [&shift, &shift], &mut g);
    assert_shows("batch norm, gradient", &g, before);
}
