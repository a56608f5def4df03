//! A single sign: a preset writes it as `';'`, and `";"` is taken as well.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

struct Sign(char);

impl<'de> Deserialize<'de> for Sign {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InQuotes;

        impl Visitor<'_> for InQuotes {
            type Value = Sign;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("one sign in quotes, as in ';'")
            }

            fn visit_char<E: Error>(self, sign: char) -> Result<Sign, E> {
                Ok(Sign(sign))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Sign, E> {
                let mut letters = text.chars();
                match (letters.next(), letters.next()) {
                    (Some(sign), None) => Ok(Sign(sign)),
                    _ => Err(E::custom(format!("{text:?} is not one sign in quotes, as in ';'"))),
                }
            }
        }
        deserializer.deserialize_any(InQuotes)
    }
}

/// A sign, if there is one, in either kind of quotes.
///
/// # Errors
/// When it is anything but one sign.
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<char>, D::Error> {
    Ok(Option::<Sign>::deserialize(deserializer)?.map(|Sign(sign)| sign))
}

/// Whether a text is a sign as a preset writes it.
pub fn is_one(text: &str) -> bool {
    crate::preset::ron_options::options().from_str::<Sign>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_stands_in_either_kind_of_quotes() {
        for text in ["';'", "\";\"", "'\\t'", "\"\\t\"", "'\"'", "\"'\"", "'§'"] {
            assert!(is_one(text), "{text}");
        }
        for text in [";", "';;'", "\";;\"", "\"\"", "7", "x", ""] {
            assert!(!is_one(text), "{text}");
        }
    }
}
