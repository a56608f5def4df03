//! Compares the kernels with the definition, in double precision.

use super::*;
use crate::isa::at_every_level;

/// Compares the forward and backward pass of two images with the definition's sums in double precision.
fn agrees_with_the_definition(channels: usize, across: usize, filters: usize) {
    let shape = ConvPool { height: 7, width: 8, channels, kernel: (3, across), filters };
    let (cells, taps) = (shape.cells(), shape.taps());
    let noise = |n: usize, s: u32| -> Vec<f32> {
        (0..n as u32).map(|i| ((i + s).wrapping_mul(2654435761) >> 16) as f32 / 65536.0 - 0.5).collect()
    };
    let (images, g) = (noise(2 * shape.input_len(), 1), noise(2 * cells * filters, 9000));
    let (w, bias) = (noise(taps * filters, 500), vec![0.05f32; filters]);
    let (w_blocks, bias_blocks) = (shape.to_blocks(&w), shape.to_blocks(&bias));
    let (mut out, mut winners) = (vec![0.0; g.len()], vec![[0; 4]; 2 * cells * shape.blocks()]);
    let per_image = cells * shape.blocks();
    for (i, image) in images.chunks(shape.input_len()).enumerate() {
        let out = &mut out[i * cells * filters..][..cells * filters];
        shape.forward(image, &w_blocks, &bias_blocks, out, &mut winners[i * per_image..][..per_image]);
    }

    let mut expected = [vec![0.0f64; w.len()], vec![0.0f64; filters], vec![0.0f64; images.len()]];
    for i in 0..g.len() {
        let (filter, cell, image) = (i % filters, i / filters % cells, i / filters / cells);
        let number = |p: usize, t: usize| {
            let (row, run) = shape.rows();
            image * shape.input_len() + shape.corner(cell) + shape.positions()[p] + t / run * row + t % run
        };
        let sum = |p| {
            let weigh = |t| f64::from(images[number(p, t)]) * f64::from(w[t * filters + filter]);
            f64::from(bias[filter]) + (0..taps).map(weigh).sum::<f64>()
        };
        let p = (0..4).max_by(|&a, &b| sum(a).total_cmp(&sum(b))).unwrap_or(0);
        assert!((f64::from(out[i]) - sum(p).max(0.0)).abs() < 1e-5);
        if sum(p) > 0.0 {
            expected[1][filter] += f64::from(g[i]);
            for t in 0..taps {
                expected[0][t * filters + filter] += f64::from(g[i]) * f64::from(images[number(p, t)]);
                expected[2][number(p, t)] += f64::from(g[i]) * f64::from(w[t * filters + filter]);
            }
        }
    }
    let same = |found: &[f32], expected: &[f64]| {
        assert!(found.iter().zip(expected).all(|(&a, e)| (f64::from(a) - e).abs() < 2e-5));
    };
    let (mut dw, mut db) = (vec![0.0; w_blocks.len()], vec![0.0; bias_blocks.len()]);
    for (i, image) in images.chunks(shape.input_len()).enumerate() {
        let winners = &winners[i * per_image..][..per_image];
        shape.backward_shallow(
            image,
            &g[i * cells * filters..][..cells * filters],
            winners,
            &mut dw,
            &mut db,
        );
    }
    let (mut dw_rows, mut db_row) = (vec![0.0; w.len()], vec![0.0; filters]);
    shape.from_blocks(&dw, &mut dw_rows);
    shape.from_blocks(&db, &mut db_row);
    same(&dw_rows, &expected[0]);
    same(&db_row, &expected[1]);
    if shape.is_deep() {
        let by_filter: Vec<f32> = (0..w.len()).map(|i| w[i % taps * filters + i / taps]).collect();
        let (mut dw, mut db, mut dx) =
            (vec![0.0; w.len()], vec![0.0; bias_blocks.len()], vec![0.0; images.len()]);
        shape.backward_deep(&images, &g, &winners, &by_filter, &mut dw, &mut db, &mut dx);
        let dw: Vec<f32> = (0..w.len()).map(|i| dw[i % filters * taps + i / filters]).collect();
        same(&dw, &expected[0]);
        same(&db[..filters], &expected[1]);
        same(&dx, &expected[2]);
    }
}

#[test]
fn forward_and_gradients_equal_the_definition_at_every_level_shallow_and_deep() {
    at_every_level(|| {
        for (channels, across, filters) in
            [(2, 2, 32), (1, 3, 5), (1, 1, 40), (16, 3, 64), (16, 2, 33), (32, 1, 3)]
        {
            agrees_with_the_definition(channels, across, filters);
        }
    });
}

#[test]
fn what_is_not_a_number_is_not_hidden() {
    let shape = ConvPool { height: 2, width: 2, channels: 1, kernel: (1, 1), filters: 1 };
    let (weights, bias) = (shape.to_blocks(&[f32::NAN]), shape.to_blocks(&[0.0]));
    let (mut out, mut winners) = ([0.0], [[0; 4]]);
    shape.forward(&[1.0; 4], &weights, &bias, &mut out, &mut winners);
    assert!(out[0].is_nan());
}
