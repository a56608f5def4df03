//! Looks up rows of a table by number, and the transpose of that.

use rayon::prelude::*;

use crate::buffer::{Buffer, Recycled};

/// About how many numbers a piece of work for one thread has.
const PIECE: usize = 1 << 14;

/// The rows of `table`, `[any, width]`, that `tokens` name, one after the other.
///
/// # Panics
/// When a token is not the number of a row.
pub fn gather(table: &[f32], width: usize, tokens: &[u32]) -> Buffer {
    let mut rows = Buffer::scratch(tokens.len() * width);
    let piece = (PIECE / width).max(1);
    rows.par_chunks_mut(piece * width).zip(tokens.par_chunks(piece)).for_each(|(rows, tokens)| {
        for (row, &token) in rows.chunks_exact_mut(width).zip(tokens) {
            row.copy_from_slice(&table[token as usize * width..][..width]);
        }
    });
    rows
}

/// The transpose of [`gather`]: a table of `count` rows. Each is the sum, in order, of those of `rows` whose token
/// names it.
///
/// # Panics
/// When a token is not the number of a row.
pub fn scatter_add(rows: &[f32], width: usize, tokens: &[u32], count: usize) -> Buffer {
    // A counting sort of the places by token, so that each row of the table is written by one thread only.
    let mut ends = Recycled::<u32>::zeroed(count + 1);
    tokens.iter().for_each(|&token| ends[token as usize + 1] += 1);
    for token in 0..count {
        ends[token + 1] += ends[token];
    }
    let mut next = ends.clone();
    let mut places = Recycled::<u32>::scratch(tokens.len());
    for (place, &token) in tokens.iter().enumerate() {
        places[next[token as usize] as usize] = place as u32;
        next[token as usize] += 1;
    }
    let mut table = Buffer::zeroed(count * width);
    let piece = (PIECE / width).max(1);
    table.par_chunks_mut(piece * width).enumerate().for_each(|(number, part)| {
        for (token, target) in part.chunks_exact_mut(width).enumerate() {
            let token = number * piece + token;
            for &place in &places[ends[token] as usize..ends[token + 1] as usize] {
                let row = &rows[place as usize * width..][..width];
                target.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
            }
        }
    });
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_out_by_number_and_go_back_as_sums() {
        let table = [0.0, 1.0, 10.0, 11.0, 20.0, 21.0];
        let tokens = [2, 0, 2];
        assert_eq!(gather(&table, 2, &tokens)[..], [20.0, 21.0, 0.0, 1.0, 20.0, 21.0]);
        let back = scatter_add(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, &tokens, 3);
        assert_eq!(back[..], [3.0, 4.0, 0.0, 0.0, 6.0, 8.0]);
        assert!(gather(&table, 2, &[]).is_empty());
    }
}
