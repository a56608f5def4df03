//! What belongs together in a sheet: cells that are merged, and the first of several tables.

use calamine::Dimensions;

use super::cells::{self as sheet, Cells};
use crate::data::import::limits::Limits;
use crate::data::table::cell::{self, Cell, Numbers};
use crate::data::table::dates;
use crate::preset::counted;
use crate::system::files;

/// Puts the value of a merged cell into all its rows, as it names a group of them: a sheet has it in the first only. Merged cells that are
/// wider than a column are titles, as those in the row of names are. Gives what is told of it.
///
/// # Errors
/// When the cells do not fit into memory.
pub(super) fn fill_merged(
    rows: &mut [Cells],
    merged: &[Dimensions],
    limits: &Limits,
) -> Result<Option<String>, files::Error> {
    let (Some(first), width) = (rows.first().map(|row| row.number), width(rows)) else { return Ok(None) };
    // Cells that are merged twice, in a file that is damaged, are filled once.
    let (mut filled, mut bytes, mut columns) = (0, 0, Vec::new());
    for Dimensions { start: (from, column), end: (to, last) } in merged {
        let (from, to, place) = (u64::from(*from) + 1, u64::from(*to) + 1, *column as usize);
        if column != last || place >= width || from <= first {
            continue;
        }
        let begin = rows.partition_point(|row| row.number < from);
        let end = rows.partition_point(|row| row.number <= to);
        let Some((top, below)) = rows.get_mut(begin..end).and_then(<[Cells]>::split_first_mut) else {
            continue;
        };
        let Some(value) = top.cells.get(place).filter(|value| top.number == from && !value.is_empty()) else {
            continue;
        };
        for row in below {
            if row.cells.len() <= place {
                row.cells.resize(place + 1, String::new());
            }
            let cell = &mut row.cells[place];
            if !cell.is_empty() {
                break;
            }
            cell.clone_from(value);
            (filled, bytes) = (filled + 1, bytes + sheet::CELL + value.len() as u64);
            limits.fits(bytes, "the sheet's merged cells take").map_err(sheet::damaged)?;
            if !columns.contains(&place) {
                columns.push(place);
            }
        }
    }
    let name = |place: &usize| {
        let name = rows[0].cells.get(*place).filter(|name| !name.is_empty());
        name.map_or_else(|| format!("column {}", place + 1), |name| format!("'{name}'"))
    };
    Ok((filled > 0).then(|| {
        let columns = columns.iter().map(name).collect::<Vec<_>>().join(", ");
        format!("{} of merged cells in {columns} have the value of the first", counted(filled, "row"))
    }))
}

/// Leaves the first table where there are several: one below it, behind an empty row, or one beside it, behind an empty column. Gives
/// what is told of those that are not read.
pub(super) fn first_table(rows: &mut Vec<Cells>) -> Vec<String> {
    let beside = beside(rows);
    beside.into_iter().chain(below(rows)).collect()
}

/// What a person does about several tables.
const HELP: &str = "give each table a sheet of its own to read it";

fn width(rows: &[Cells]) -> usize {
    rows.iter().map(|row| row.cells.len()).max().unwrap_or_default()
}

/// Whether a cell is a number or a date.
fn is_value(cell: &str) -> bool {
    let date = || dates::parse(cell, false).or_else(|| dates::parse_time(cell));
    matches!(Numbers::default().read(cell), Cell::Number(_)) || date().is_some()
}

/// Whether cells may be names of columns: several, all of them words, no two alike.
fn are_names(cells: &[String]) -> bool {
    let filled: Vec<&String> = cells.iter().filter(|cell| !cell.is_empty()).collect();
    let is_again = |(place, name): (usize, &&String)| filled[..place].contains(name);
    filled.len() > 1
        && !filled.iter().enumerate().any(is_again)
        && filled.iter().all(|cell| {
            // `y` is a name as well as a yes.
            let is_yes_or_no = cell.len() > 1 && cell::boolean(cell).is_some();
            !cell::is_missing(cell) && !is_value(cell) && !is_yes_or_no
        })
}

fn named(cells: &[String]) -> String {
    const NAMED: usize = 6;
    let mut names: Vec<&str> = cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    let more = if names.len() > NAMED { ", …" } else { "" };
    names.truncate(NAMED);
    names.join(", ") + more
}

/// Cuts off a table below the first one: a row of names behind an empty row, where a column of numbers has a word, and rows below it.
fn below(rows: &mut Vec<Cells>) -> Option<String> {
    let begins = |at: &usize| {
        let (above, here) = (&rows[..*at], &rows[*at..]);
        let first = &here[0];
        let is_number = |place: usize| {
            let of = |row: &Cells| row.cells.get(place).is_some_and(|cell| is_value(cell));
            above[1..].iter().filter(|row| of(row)).count() * 2 > above.len() - 1
        };
        let mut words = first.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
        first.number > above[above.len() - 1].number + 1
            && above.len() > 2
            && here.len() > 1
            && here[1].number == first.number + 1
            && first.cells != rows[0].cells
            && are_names(&rows[0].cells)
            && are_names(&first.cells)
            && words.any(|(place, _)| is_number(place))
    };
    let at = (1..rows.len()).find(begins)?;
    let (first, last) = (&rows[at], rows[rows.len() - 1].number);
    let told = format!(
        "rows {} to {last} are another table, of {}, and are not read: {HELP}",
        first.number,
        named(&first.cells)
    );
    rows.truncate(at);
    Some(told)
}

/// Cuts off a table beside the first one: behind a column in which no row has a cell, with names, and with fewer or more rows.
fn beside(rows: &mut [Cells]) -> Option<String> {
    let width = width(rows);
    let mut is_empty = vec![true; width];
    for row in rows.iter() {
        row.cells.iter().zip(&mut is_empty).for_each(|(cell, is_empty)| *is_empty &= cell.is_empty());
    }
    let names = |from: usize, to: usize| rows.first()?.cells.get(from..to).filter(|cells| are_names(cells));
    // The rows that have a cell there, without the names.
    let count = |from: usize, to: usize| {
        let has_cell = |row: &&Cells| row.cells.iter().take(to).skip(from).any(|cell| !cell.is_empty());
        rows.iter().skip(1).filter(has_cell).count()
    };
    let begin = is_empty.iter().position(|is_empty| !is_empty)?;
    let gap = begin + is_empty[begin..].iter().position(|is_empty| *is_empty)?;
    let other = gap + is_empty[gap..].iter().position(|is_empty| !is_empty)?;
    let (left, right) = (count(begin, gap), count(other, width));
    let (_, beside) = (names(begin, gap)?, names(other, rows.first()?.cells.len())?);
    if left == right || left == 0 || right == 0 {
        return None;
    }
    let told = format!(
        "columns {} to {width} are another table, of {}, and are not read: {HELP}",
        other + 1,
        named(beside)
    );
    rows.iter_mut().for_each(|row| row.cells.truncate(gap));
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(text: &str) -> Vec<Cells> {
        let rows = text.split('\n').zip(1..).filter(|(line, _)| !line.is_empty());
        rows.map(|(line, number)| Cells { number, cells: line.split(',').map(str::to_string).collect() })
            .collect()
    }

    fn cut(text: &str) -> (Vec<u64>, usize, Vec<String>) {
        let mut rows = sheet(text);
        let told = first_table(&mut rows);
        (rows.iter().map(|row| row.number).collect(), width(&rows), told)
    }

    #[test]
    fn of_several_tables_in_a_sheet_the_first_is_left() {
        let (rows, width, told) = cut("a,y\n1,2\n3,4\n\nname,town\nx,Rome\nz,Oslo");
        assert_eq!((rows, width), (vec![1, 2, 3], 2));
        assert_eq!(
            told,
            [
                "rows 5 to 7 are another table, of name, town, and are not read: give each table a sheet of its own to read it"
            ]
        );
        let (rows, width, told) = cut("a,b,,name,size\n1,2,,x,5\n3,4,,,\n5,6,,,");
        assert_eq!((rows, width), (vec![1, 2, 3, 4], 2));
        assert!(told[0].starts_with("columns 4 to 5 are another table, of name, size"), "{told:?}");
    }

    #[test]
    fn a_single_table_stays_whole() {
        for text in [
            // A gap, a row of words alone, the names again, a column without names, one between columns of as many rows.
            "a,b\n1,2\n\n3,4",
            "a,b\n1,2\n3,4\n\nSource: us,",
            "a,b\n1,2\n3,4\n\na,b\n5,6",
            "a,b\nx,y\nz,w\n\nu,v\nr,s",
            "a,b,,c\n1,2,,3\n4,5,,6",
            "a,b,,c,d\n1,2,,3,4\n4,5,,6,7",
            "",
        ] {
            let whole = sheet(text);
            let (rows, width_left, told) = cut(text);
            assert_eq!((rows.len(), width_left, told), (whole.len(), width(&whole), Vec::new()), "{text}");
        }
    }

    #[test]
    fn a_merged_cell_is_the_value_of_all_its_rows() {
        let mut rows = sheet("g,x\nN,1\n,2\n,3\nS,4\n,5");
        let region = |from, to, column, last| Dimensions { start: (from, column), end: (to, last) };
        let merged = [
            region(0, 0, 0, 1),
            region(1, 3, 0, 0),
            region(4, 5, 0, 0),
            region(1, 3, 0, 0),
            region(9, 12, 5, 5),
        ];
        let told = fill_merged(&mut rows, &merged, &Limits::of_machine()).unwrap();
        let first: Vec<&str> = rows.iter().map(|row| &row.cells[0][..]).collect();
        assert_eq!(first, ["g", "N", "N", "N", "S", "S"]);
        assert_eq!(told.as_deref(), Some("3 rows of merged cells in 'g' have the value of the first"));
        assert_eq!(fill_merged(&mut [], &merged, &Limits::of_machine()).unwrap(), None);
    }
}
