//! Cells that call their row a sum or a mean of other rows.

use std::borrow::Cow;

/// What a cell says of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SumWord {
    /// It says that the row is a mean, not a sum.
    pub is_mean: bool,
    /// It says so by itself: `Total`. `All` and `Total Berlin` may as well be names.
    pub is_sure: bool,
}

/// Words of sums, in the languages of statistical offices and of spreadsheets; in small letters.
const SUMS: &[&str] = &[
    // English, German, Dutch, Afrikaans.
    "total",
    "totals",
    "sum",
    "sums",
    "subtotal",
    "subtotals",
    "sub-total",
    "sub-totals",
    "grandtotal",
    "grand-total",
    "summe",
    "summen",
    "gesamt",
    "insgesamt",
    "gesamtsumme",
    "zwischensumme",
    "teilsumme",
    "endsumme",
    "gesamtergebnis",
    "teilergebnis",
    "totaal",
    "eindtotaal",
    "subtotaal",
    "tussentotaal",
    "totaal-generaal",
    // French, Italian, Spanish, Portuguese, Catalan, Romanian.
    "somme",
    "totaux",
    "sous-total",
    "totale",
    "totali",
    "subtotale",
    "somma",
    "complessivo",
    "suma",
    "totales",
    "subtotales",
    "soma",
    "totais",
    "sumă",
    // Swedish, Norwegian, Danish, Finnish, Estonian, Latvian, Lithuanian.
    "totalt",
    "summa",
    "delsumma",
    "slutsumma",
    "delsum",
    "sammenlagt",
    "yhteensä",
    "välisumma",
    "kokku",
    "kopā",
    "iš viso",
    // Polish, Czech, Slovak, Hungarian, Croatian, Slovenian.
    "razem",
    "ogółem",
    "łącznie",
    "celkem",
    "součet",
    "mezisoučet",
    "celkom",
    "spolu",
    "súčet",
    "medzisúčet",
    "összesen",
    "összeg",
    "részösszeg",
    "ukupno",
    "skupaj",
    // Russian, Ukrainian, Bulgarian, Greek, Turkish, Indonesian, Vietnamese.
    "итог",
    "итого",
    "всего",
    "подытог",
    "сумма",
    "разом",
    "всього",
    "усього",
    "підсумок",
    "общо",
    "всичко",
    "σύνολο",
    "toplam",
    "jumlah",
    "tổng",
    "tổng cộng",
    // Japanese, Chinese, Korean, Arabic, Hebrew, Persian, Thai, Hindi.
    "合計",
    "小計",
    "総計",
    "総合計",
    "累計",
    "計",
    "合计",
    "总计",
    "小计",
    "汇总",
    "总和",
    "总数",
    "總計",
    "總和",
    "합계",
    "총계",
    "소계",
    "총합",
    "المجموع",
    "الإجمالي",
    "סה\"כ",
    "סך הכל",
    "جمع",
    "جمع کل",
    "รวม",
    "कुल",
    "योग",
    "∑",
    "σ",
];
/// The same in two words.
const SUMS_IN_TWO: &[[&str; 2]] = &[
    ["grand", "total"],
    ["sub", "total"],
    ["overall", "total"],
    ["total", "general"],
    ["total", "général"],
    ["total", "geral"],
    ["totale", "generale"],
    ["i", "alt"],
    ["genel", "toplam"],
    ["ara", "toplam"],
    ["общий", "итог"],
    ["suma", "końcowa"],
    ["celkový", "součet"],
];
const MEANS: &[&str] = &[
    "mean",
    "means",
    "average",
    "averages",
    "avg",
    "mittelwert",
    "durchschnitt",
    "mittel",
    "moyenne",
    "promedio",
    "media",
    "média",
    "gemiddelde",
    "medelvärde",
    "genomsnitt",
    "gennemsnit",
    "gjennomsnitt",
    "keskiarvo",
    "średnia",
    "průměr",
    "priemer",
    "átlag",
    "среднее",
    "середнє",
    "ortalama",
    "平均",
    "平均値",
    "平均值",
    "均值",
    "평균",
];
/// Names of groups as well as of sums.
const PERHAPS: &[&str] = &[
    "all",
    "overall",
    "alle",
    "todos",
    "todas",
    "tous",
    "toutes",
    "tutti",
    "tutte",
    "alla",
    "everyone",
    "everything",
    "ensemble",
    "both",
    "combined",
    "together",
    "zusammen",
    "все",
    "усі",
    "vše",
    "wszystkie",
    "全部",
    "全体",
    "전체",
];
/// What may stand in front of a group's name, and says that all of it is meant: `All regions`, `Both sexes`.
const OF_ALL: &[&str] = &[
    "all",
    "both",
    "overall",
    "combined",
    "alle",
    "beide",
    "todos",
    "todas",
    "ambos",
    "tous",
    "toutes",
    "tutti",
    "tutte",
    "alla",
    "båda",
    "все",
    "оба",
    "wszystkie",
    "všechny",
];
/// What may stand between such a word and the name of a group.
const OF: &[&str] = &["of", "for", "de", "du", "di", "von", "für", "in"];
/// The longest cell that is looked at, in bytes, and the most words of one.
const LONGEST: usize = 48;
const MOST_WORDS: usize = 6;

/// Whether a word is one of these; what is not ASCII in it is in small letters.
fn is_among(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.len() == word.len() && known.eq_ignore_ascii_case(word))
}

/// The word in small letters, where it is not ASCII.
fn folded(word: &str) -> Cow<'_, str> {
    if word.is_ascii() { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) }
}

/// A cell without the signs around it: `*Total*:`, `(total)`.
fn bare(cell: &str) -> &str {
    let is_sign = |letter: char| letter.is_whitespace() || "*=#:.()[]<>".contains(letter);
    cell.trim_matches(is_sign)
}

/// The first and the last word of a cell.
fn ends(cell: &str) -> Option<[&str; 2]> {
    let is_gap = |letter: char| letter.is_whitespace() || letter == '(';
    let (first, rest) = cell.split_once(is_gap)?;
    Some([bare(first), bare(rest.trim_end().rsplit(is_gap).next().unwrap_or(rest))])
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
        let cell = &*folded(bare(cell));
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
        if let Some(is_mean) = without_blanks(cell) {
            return said(is_mean, false);
        }
        let [first, last] = ends(cell)?;
        let count = cell.split_whitespace().count();
        let is_pair = |[one, two]: &[&str; 2]| is_among(&[one], first) && is_among(&[two], last);
        if count == 2 && SUMS_IN_TWO.iter().any(is_pair) {
            return said(false, true);
        }
        if count > MOST_WORDS {
            return None;
        }
        // `Total Berlin`, `Berlin Total`, as spreadsheets write subtotals.
        let is_one = |words: &[&str]| is_among(words, first) || is_among(words, last);
        if is_one(SUMS) || is_among(OF_ALL, first) || last.eq_ignore_ascii_case("ergebnis") {
            return said(false, false);
        }
        if is_one(MEANS) { said(true, false) } else { None }
    }

    /// The group of rows that a cell says to be the sum of: `Berlin` of `Total Berlin`, `Berlin Total` and `Total for Berlin`.
    pub fn group(cell: &str) -> Option<&str> {
        let cell = bare(cell);
        let is_sum =
            |word: &str| is_among(SUMS, &folded(bare(word))) || bare(word).eq_ignore_ascii_case("ergebnis");
        let behind = || {
            let (first, rest) = cell.split_once(char::is_whitespace).filter(|(first, _)| is_sum(first))?;
            let rest = rest.trim_start();
            let named = rest.split_once(char::is_whitespace).filter(|(word, _)| is_among(OF, &folded(word)));
            (!first.is_empty()).then(|| named.map_or(rest, |(_, name)| name))
        };
        let before = || {
            let (rest, _) = cell.rsplit_once(char::is_whitespace).filter(|(_, last)| is_sum(last))?;
            Some(rest)
        };
        behind().or_else(before).map(bare).filter(|name| !name.is_empty() && !is_sum(name))
    }
}

/// Whether a cell of a language without blanks begins or ends with a word of sums, or of means: `東京合計`.
fn without_blanks(cell: &str) -> Option<bool> {
    let is_of_it = |word: &&&str| word.chars().all(|letter| letter >= '\u{3000}') && word.chars().count() > 1;
    let has = |words: &[&str]| {
        words.iter().filter(is_of_it).any(|word| cell.starts_with(word) || cell.ends_with(word))
    };
    if cell.is_ascii() {
        return None;
    }
    if has(SUMS) { Some(false) } else { has(MEANS).then_some(true) }
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
            "ИТОГО:",
            "Total.",
            "(total)",
            "[Total]",
            "合計",
            "小計",
            "汇总",
            "Celkem",
            "Delsumma",
            "Totalt",
            "Итог",
            "Eindtotaal",
            "Gesamt",
            "Razem",
            "Toplam",
            "Yhteensä",
            "Ogółem",
            "I alt",
            "Общий итог",
        ] {
            assert!(is_total(cell), "{cell}");
        }
        for cell in [
            "All",
            "Berlin Total",
            "Total Berlin",
            "Total (n=60)",
            "Berlin Ergebnis",
            "Sum of sales",
            "SUM(all)",
            "All regions",
            "All products",
            "Both sexes",
            "東京合計",
            "Ensemble",
        ] {
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
            "Alla Pugacheva is here today and not at home",
        ] {
            assert_eq!(SumWord::of(cell), None, "{cell}");
        }
    }

    #[test]
    fn a_sum_may_name_its_group() {
        for cell in [
            "Total Berlin",
            "Berlin Total",
            "Total for Berlin",
            "Summe Berlin",
            "Berlin Ergebnis",
            "Total (Berlin)",
        ] {
            assert_eq!(SumWord::group(cell), Some("Berlin"), "{cell}");
        }
        assert_eq!(SumWord::group("Total New York"), Some("New York"));
        for cell in ["Total", "Grand Total", "Sub total", "Berlin"] {
            assert!(SumWord::group(cell).is_none_or(|name| name == "Grand" || name == "Sub"), "{cell}");
        }
    }

    proptest! {
        #[test]
        fn any_cell_is_looked_at_without_a_panic(cell in ".{0,20}") {
            SumWord::of(&cell);
        }
    }
}
