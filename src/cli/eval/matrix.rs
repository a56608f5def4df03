//! A confusion matrix in the width of a terminal.

use unicode_width::UnicodeWidthStr;

use super::super::text::plain;
use crate::tui::widgets::text::cut;

/// Columns of the terminal that everything fits.
const WIDTH: usize = 80;
/// Columns that a class's name takes at most: before its row, and above its column where all have room or not.
const ROW_NAME: usize = 16;
const COLUMN_NAMES: [usize; 2] = [16, 8];
/// What stands for the classes that have no column of their own.
const OTHERS: &str = "others";

/// A row for each true class, a column for each predicted one. Where not all classes fit, these are the ones that are confused
/// most, and the others are counted together.
pub(super) fn page(names: &[&str], counts: &[Vec<u64>]) -> String {
    let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
    let before = names.iter().map(|name| name.width()).max().unwrap_or(0).clamp(5, ROW_NAME);
    let largest = counts.iter().flatten().max().map_or(1, |count| count.to_string().len());
    let longest = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let cells = COLUMN_NAMES.map(|most| largest.max(longest.min(most)) + 1);
    let fits = |cell: usize| before + names.len() * cell <= WIDTH;
    let cell = cells.into_iter().find(|&cell| fits(cell)).unwrap_or(cells[1].max(OTHERS.width() + 1));
    let shown = match fits(cell) {
        true => (0..names.len()).collect(),
        false => most_confused(counts, (WIDTH - before) / cell - 1),
    };
    let has_others = shown.len() < names.len();
    let mut text = match has_others {
        false => "confusion: a row for each true class, a column for each predicted one\n".to_string(),
        true => format!(
            "confusion: a row for each true class, a column for each predicted one;\nof {} classes the {} that are \
             confused most\n",
            names.len(),
            shown.len()
        ),
    };
    let heads = shown.iter().map(|&class| names[class].as_str()).chain(has_others.then_some(OTHERS));
    text += &" ".repeat(before);
    for name in heads {
        text += &right(&cut(name, cell - 1), cell);
    }
    text += "\n";
    for &truth in &shown {
        text += &left(&cut(&names[truth], before), before);
        let own: Vec<u64> = shown.iter().map(|&said| counts[truth][said]).collect();
        let others = counts[truth].iter().sum::<u64>() - own.iter().sum::<u64>();
        for count in own.into_iter().chain(has_others.then_some(others)) {
            text += &right(&count.to_string(), cell);
        }
        text += "\n";
    }
    text
}

/// The classes with the most errors, of their own samples or by their name, in their order.
fn most_confused(counts: &[Vec<u64>], most: usize) -> Vec<usize> {
    let errors = |class: usize| {
        let own = counts[class][class];
        let missed = counts[class].iter().sum::<u64>() - own;
        let wrongly = counts.iter().map(|row| row[class]).sum::<u64>() - own;
        missed + wrongly
    };
    let mut classes: Vec<usize> = (0..counts.len()).collect();
    classes.sort_unstable_by_key(|&class| (std::cmp::Reverse(errors(class)), class));
    classes.truncate(most);
    classes.sort_unstable();
    classes
}

/// The text in so many columns, at their left end.
pub(super) fn left(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// The text in so many columns, at their right end.
pub(super) fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_classes_are_shown_where_they_fit() {
        let expected = "\
confusion: a row for each true class, a column for each predicted one
                      cat hippopotamus
cat                     7            1
hippopotamus            0         1200
";
        assert_eq!(page(&["cat", "hippopotamus"], &[vec![7, 1], vec![0, 1200]]), expected);
    }

    #[test]
    fn of_many_classes_the_most_confused_are_shown_within_the_width() {
        let names: Vec<String> = (0..100).map(|class| format!("class\u{1b} number {class}")).collect();
        let mut counts: Vec<Vec<u64>> =
            (0..100).map(|class| (0..100).map(|x| u64::from(x == class)).collect()).collect();
        counts[42][97] = 123_456;
        let shown = page(&names.iter().map(String::as_str).collect::<Vec<_>>(), &counts);
        assert!(shown.lines().all(|line| line.width() <= WIDTH), "{shown}");
        assert!(shown.contains("confused most") && shown.contains("123456") && !shown.contains('\u{1b}'));
        assert!(shown.contains("number 42") && shown.contains("number 97") && shown.contains(OTHERS));
    }
}
