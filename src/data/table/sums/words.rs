//! Cells that call their row a sum or a mean of other rows.

/// What a cell says of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SumWord {
    /// It says that the row is a mean, not a sum.
    pub is_mean: bool,
    /// It says so by itself: `Total`. `All` and `Total Berlin` may as well be names.
    pub is_sure: bool,
}

const SUMS: &[&str] = &[
    "total",
    "totals",
    "sum",
    "sums",
    "subtotal",
    "subtotals",
    "sub-total",
    "grandtotal",
    "summe",
    "gesamt",
    "insgesamt",
    "gesamtsumme",
    "zwischensumme",
    "endsumme",
    "gesamtergebnis",
    "totale",
    "totaal",
    "somme",
    "suma",
    "итого",
    "Итого",
    "всего",
    "Всего",
    "合计",
    "总计",
    "小计",
    "∑",
    "Σ",
];
/// The same in two words.
const SUMS_IN_TWO: &[[&str; 2]] =
    &[["grand", "total"], ["sub", "total"], ["overall", "total"], ["total", "general"], ["total", "général"]];
const MEANS: &[&str] =
    &["mean", "means", "average", "averages", "avg", "mittelwert", "durchschnitt", "moyenne", "promedio"];
/// Names of groups as well as of sums.
const PERHAPS: &[&str] = &["all", "overall", "alle", "todos", "tous", "tutti", "everyone", "everything"];
/// The longest cell that is looked at, in bytes, and the most words of one.
const LONGEST: usize = 48;
const MOST_WORDS: usize = 6;

fn is_among(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.len() == word.len() && known.eq_ignore_ascii_case(word))
}

impl SumWord {
    /// What a cell says of its row; `None`: nothing of sums.
    pub fn of(cell: &str) -> Option<Self> {
        // Most cells are numbers, which end here.
        let begins =
            cell.bytes().next().is_some_and(|byte| !byte.is_ascii_digit() && byte != b'-' && byte != b'.');
        if !begins || !(2..=LONGEST).contains(&cell.len()) {
            return None;
        }
        let bare = |word: &'_ str| -> usize { word.trim_end_matches([':', '*', '=', '.']).len() };
        let cell = cell.trim_start_matches(['*', '=', '#']).trim();
        let cell = cell[..bare(cell)].trim_end();
        let said = |is_mean, is_sure| Some(SumWord { is_mean, is_sure });
        if is_among(SUMS, cell) {
            return said(false, true);
        }
        if is_among(MEANS, cell) {
            return said(true, true);
        }
        if is_among(PERHAPS, cell) {
            return said(false, false);
        }
        let (first, rest) = cell.split_once(char::is_whitespace)?;
        let last = rest.rsplit(char::is_whitespace).next().unwrap_or(rest);
        let is_pair = |[one, two]: &[&str; 2]| {
            first.eq_ignore_ascii_case(one) && rest.trim() == *two
                || first.eq_ignore_ascii_case(one) && rest.trim().eq_ignore_ascii_case(two)
        };
        if SUMS_IN_TWO.iter().any(is_pair) {
            return said(false, true);
        }
        if cell.split_whitespace().count() > MOST_WORDS {
            return None;
        }
        // `Total Berlin`, `Berlin Total`, as spreadsheets write subtotals.
        let ends = [&first[..bare(first)], last];
        let is_one = |words: &[&str]| ends.iter().any(|word| is_among(words, word));
        if is_one(SUMS) || last.eq_ignore_ascii_case("ergebnis") {
            return said(false, false);
        }
        if is_one(MEANS) { said(true, false) } else { None }
    }
}

/// Whether a cell says by itself that its row is a sum of the others.
pub fn is_total(cell: &str) -> bool {
    SumWord::of(cell).is_some_and(|word| word.is_sure && !word.is_mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_of_sums_are_told_from_names() {
        for cell in [
            "Total",
            "TOTAL:",
            "sum",
            "Sum:",
            "Grand Total",
            "Summe",
            "Sub total",
            "**Total**",
            "Σ",
            "Итого",
            "Total.",
        ] {
            assert!(is_total(cell), "{cell}");
        }
        for cell in ["All", "Berlin Total", "Total Berlin", "Total (n=60)", "Berlin Ergebnis", "Sum of sales"]
        {
            assert_eq!(SumWord::of(cell), Some(SumWord { is_mean: false, is_sure: false }), "{cell}");
        }
        assert_eq!(SumWord::of("Average"), Some(SumWord { is_mean: true, is_sure: true }));
        assert_eq!(SumWord::of("Mean age"), Some(SumWord { is_mean: true, is_sure: false }));
        for cell in [
            "",
            "5",
            "-3",
            "Allan",
            "Totally",
            "Ann",
            "summer",
            "the total is not known to any of us",
            "x",
            "meaning",
        ] {
            assert_eq!(SumWord::of(cell), None, "{cell}");
        }
    }

    proptest! {
        #[test]
        fn any_cell_is_looked_at_without_a_panic(cell in ".{0,20}") {
            SumWord::of(&cell);
        }
    }
}
