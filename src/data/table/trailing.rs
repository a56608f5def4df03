//! Separators at the end of rows, behind which nothing stands.

/// The cells of a row without the empty ones at its end, where all rows, or the names of the columns and no row, or the rows and not the
/// names end with separators, as some programs write them. pandas reads a table with one such separator likewise with `index_col=False`.
pub fn without_last(rows: &[Vec<String>], has_names: bool) -> Option<usize> {
    let (first, below) = rows.split_first()?;
    // Cells up to the last one that is not empty.
    let filled = |row: &Vec<String>| row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    let below: Vec<&Vec<String>> = below.iter().filter(|row| filled(row) > 0).collect();
    let (width, named) = (first.len(), filled(first));
    let most = below.iter().map(|row| filled(row)).max().unwrap_or_default();
    let all_have = |cells: usize| below.iter().all(|row| row.len() == cells);
    match () {
        () if below.is_empty() || width < 2 => None,
        // Rows that are longer than their names.
        () if has_names && named == width && most <= width && below[0].len() > width => {
            all_have(below[0].len()).then_some(width)
        }
        // Behind a last column that is empty the label would be sought.
        () if has_names && named < width && named > 1 && most <= named => {
            (all_have(named) || all_have(width)).then_some(named)
        }
        () if !has_names && named.max(most) < width && most > 1 => all_have(width).then(|| named.max(most)),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_cell_is_left_out_where_all_rows_or_the_names_have_one_too_many() {
        let found = |text: &str, has_names| {
            let row = |row: &str| row.split(',').map(str::to_string).collect();
            without_last(&text.split(' ').map(row).collect::<Vec<_>>(), has_names)
        };
        for text in ["a,b,y 1,2,x, 3,4,z,", "a,b,y, 1,2,x 3,4,z", "a,b,y, 1,2,x, 3,4,z,"] {
            assert_eq!(found(text, true), Some(3), "{text}");
        }
        assert_eq!(found("1,2,x, 3,4,z,", false), Some(3));
        // Several, and rows without a cell.
        for text in ["a,b,y,,, 1,2,x,,, 3,4,z,,,", "a,b,y,, 1,2,x,, 3,,,, ,,,,", "a,b,y 1,2,x,, 3,4,z,,"] {
            assert_eq!(found(text, true), Some(3), "{text}");
        }
        assert_eq!(found("1,2,x,, 3,4,,,", false), Some(3));
        for text in
            ["a,b,y 1,2,x 3,4,z", "a,b,y 1,2,x, 3,4,z,5", "a,b,y 1,2,x, 3,4,z", "a,b,y,", "a, 1,2 3,4"]
        {
            assert_eq!(found(text, true), None, "{text}");
        }
    }
}
