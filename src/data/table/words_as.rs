//! What the words of a column are, where a person would not call them words.

use super::amount::Amount;
use super::dates;

/// What words are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordsAs {
    /// Dates.
    Dates,
    /// Times of day.
    Times,
    /// Numbers with a sign or a unit beside them: `$1,234.50`, `62.25%`, `187 kg`.
    Amounts,
    /// Two numbers in each: `120/80`, `1920x1080`, `3-5`.
    Pairs,
}

impl WordsAs {
    /// What nearly all of these words are; `None`: words.
    pub fn of<'a>(words: impl Iterator<Item = &'a str> + Clone) -> Option<Self> {
        let all = words.clone().count();
        let is =
            |kind: &dyn Fn(&str) -> bool| words.clone().filter(|word| kind(word)).count() * 10 >= all * 9;
        match () {
            () if all == 0 => None,
            () if is(&|word| dates::parse(word, false).or_else(|| dates::parse(word, true)).is_some()) => {
                Some(WordsAs::Dates)
            }
            () if is(&|word| dates::parse_time(word).is_some()) => Some(WordsAs::Times),
            () if is(&is_amount) => Some(WordsAs::Amounts),
            () if is(&|word| separator(word).is_some()) => Some(WordsAs::Pairs),
            () => None,
        }
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            WordsAs::Dates => "dates",
            WordsAs::Times => "times of day",
            WordsAs::Amounts => "numbers with a sign or unit",
            WordsAs::Pairs => "two numbers each",
        }
    }
}

/// Whether a word is a number with something beside it.
fn is_amount(word: &str) -> bool {
    Amount::of(word).is_some_and(|amount| !amount.unit().is_none())
}

/// What stands between the two numbers that a word is.
fn separator(word: &str) -> Option<char> {
    let (before, rest) = word.split_once(['/', 'x', '×', '-', '\u{2013}', ';'])?;
    let is_number = |text: &str| {
        let is_of_number = |byte: u8| byte.is_ascii_digit() || byte == b'.' || byte == b',';
        let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        let bytes = text.as_bytes();
        bytes.iter().copied().all(is_of_number) && ends(bytes.first()) && ends(bytes.last())
    };
    (is_number(before.trim_end()) && is_number(rest.trim_start()))
        .then(|| word[before.len()..].chars().next())
        .flatten()
}

/// Whether a word is a number of one or two digits with a plus, a minus or a letter behind: a mark at school, or a class.
pub fn is_mark(word: &str) -> bool {
    let digits =
        word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic() || matches!(letter, '+' | '-'));
    digits.len() + 1 == word.len()
        && digits.len() < 3
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && word.len() > 1
}

/// The words that are two numbers each and no range, of which one would be a word as good as any.
pub fn is_two_numbers(word: &str) -> bool {
    separator(word).is_some_and(|sign| !matches!(sign, '-' | '\u{2013}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Option<WordsAs> {
        WordsAs::of(words.iter().copied())
    }

    #[test]
    fn amounts_dates_and_times_are_told_from_names_and_codes() {
        assert_eq!(
            of(&["$1,234.50", "-$5", "€ 7", "782,01 €", "62.25%", "187 kg", "USD 5"]),
            Some(WordsAs::Amounts)
        );
        assert_eq!(of(&["2024-03-01", "01.02.2024"]), Some(WordsAs::Dates));
        assert_eq!(of(&["12:30", "07:05:01"]), Some(WordsAs::Times));
        for words in [&["120/80", "95 / 60"][..], &["1920x1080", "2.5×3"], &["18-25", "26\u{2013}35"]] {
            assert_eq!(of(words), Some(WordsAs::Pairs), "{words:?}");
        }
        assert!(["2-", "3+", "7b", "12A"].into_iter().all(is_mark));
        assert!(!["-", "2", "134-", "2--", "b", "-2", "7bc"].into_iter().any(is_mark));
        assert!(is_two_numbers("120/80") && !is_two_numbers("18-25") && !is_two_numbers("n/a"));
        for words in [
            &["A12", "B7"][..],
            &["1/2/3", "4/5/6"],
            &["-5/", "/7"],
            &["0x1F", "x12"],
            &["#5", "#6"],
            &["person1", "person2"],
            &["row 1", "No 2"],
            &["5", "7"],
            &["Oslo"],
            &[],
        ] {
            assert_eq!(of(words), None, "{words:?}");
        }
        assert_eq!(of(&["5 kg", "6 kg", "Oslo"]), None);
    }
}
