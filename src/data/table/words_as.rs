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
            () => None,
        }
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            WordsAs::Dates => "dates",
            WordsAs::Times => "times of day",
            WordsAs::Amounts => "numbers with a sign or unit",
        }
    }
}

/// Whether a word is a number with something beside it.
fn is_amount(word: &str) -> bool {
    Amount::of(word).is_some_and(|amount| !amount.unit().is_none())
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
        for words in [
            &["A12", "B7"][..],
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
