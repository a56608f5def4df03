//! Reference lines of charts: a value to compare a curve with, as it is typed and as a preset has it.

use std::fmt;

/// The most reference lines.
const MOST: usize = 16;
/// The longest name, in characters: it has room in a narrow chart.
const LONGEST: usize = 24;

/// A horizontal line in a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceLine {
    /// The chart or scalar; empty for the first chart.
    pub of: String,
    /// Where it lies.
    pub value: f64,
    /// Its name; may be empty.
    pub name: String,
}

impl ReferenceLine {
    /// Reads lines such as `accuracy 98.5% Keras; loss 0.05`: a scalar, which may be left out for the first chart, a number,
    /// and a name, which may be left out as well. An empty text has no lines.
    ///
    /// # Errors
    /// When a part has no number, a name is too long, or there are too many, in a sentence.
    pub fn read(text: &str) -> Result<Vec<Self>, String> {
        let parts: Vec<&str> = text.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
        if parts.len() > MOST {
            return Err(format!("there are {} reference lines; at most {MOST} are drawn", parts.len()));
        }
        parts.into_iter().map(Self::read_one).collect()
    }

    fn read_one(part: &str) -> Result<Self, String> {
        let words: Vec<&str> = part.split_whitespace().collect();
        let found = words.iter().enumerate().find_map(|(place, word)| Some((place, number(word)?)));
        let Some((place, value)) = found else {
            return Err(format!("no number in '{part}'; write accuracy 98.5% Keras"));
        };
        let name = words[place + 1..].join(" ");
        if name.chars().count() > LONGEST {
            return Err(format!("the name '{name}' is longer than {LONGEST} characters"));
        }
        Ok(ReferenceLine { of: words[..place].join(" "), value, name })
    }
}

impl fmt::Display for ReferenceLine {
    /// As it is typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.of.clone(), self.value.to_string(), self.name.clone()];
        f.write_str(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
    }
}

/// A finite number, or a share as a percentage.
fn number(word: &str) -> Option<f64> {
    let (digits, divisor) = match word.strip_suffix('%') {
        Some(percent) => (percent, 100.0),
        None => (word, 1.0),
    };
    // "inf" and "nan" are words.
    digits.parse::<f64>().ok().map(|value| value / divisor).filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_a_person_types_them_and_written_so_that_they_are_read_again() {
        let line = |of: &str, value, name: &str| ReferenceLine { of: of.into(), value, name: name.into() };
        let text = "accuracy 98.5% Keras; 0.05 ;learning rate 1e-3 the paper's rate;";
        let read = ReferenceLine::read(text).unwrap();
        let expected = [
            line("accuracy", 0.985, "Keras"),
            line("", 0.05, ""),
            line("learning rate", 0.001, "the paper's rate"),
        ];
        assert_eq!(read, expected);
        let written: Vec<String> = read.iter().map(ToString::to_string).collect();
        assert_eq!(ReferenceLine::read(&written.join("; ")), Ok(read));
        assert_eq!(ReferenceLine::read("  "), Ok(Vec::new()));
        for (text, problem) in [
            ("accuracy Keras", "no number in 'accuracy Keras'"),
            ("loss NaN", "no number in 'loss NaN'"),
            ("loss 1 abcdefghijklmnopqrstuvwxyz", "longer than 24 characters"),
            (&"1;".repeat(17), "there are 17 reference lines"),
        ] {
            assert!(ReferenceLine::read(text).unwrap_err().contains(problem), "{text}");
        }
    }
}
