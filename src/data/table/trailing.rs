//! Separators at the end of rows, behind which nothing stands.

/// The cells of a row without an empty one at its end, where all rows, or the names of the columns and no row, or the rows and not the
/// names end with a separator, as some programs write them. pandas reads such tables likewise with `index_col=False`.
pub fn without_last(rows: &[Vec<String>], has_names: bool) -> Option<usize> {
    let (first, below) = rows.split_first()?;
    let ends_empty = |row: &Vec<String>| row.last().is_some_and(String::is_empty);
    let (width, names_end) = (first.len(), ends_empty(first));
    let rest_ends = |cells: usize| below.iter().all(|row| row.len() == cells && ends_empty(row));
    match () {
        () if below.is_empty() || width < 2 => None,
        () if has_names && !names_end && rest_ends(width + 1) => Some(width),
        // Behind a last column that is empty the label would be sought.
        () if has_names && names_end && width > 2 && below.iter().all(|row| row.len() + 1 == width) => {
            Some(width - 1)
        }
        () if names_end && width > 2 && rest_ends(width) => Some(width - 1),
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
        for text in
            ["a,b,y 1,2,x 3,4,z", "a,b,y 1,2,x, 3,4,z,5", "a,b,y 1,2,x, 3,4,z", "a,b,y,", "a, 1,2 3,4"]
        {
            assert_eq!(found(text, true), None, "{text}");
        }
    }
}
