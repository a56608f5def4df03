//! The columns that a table is to predict: one, or several of which each row has a number.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::preset::field::other_values;

/// The name of a column or its number from 1; or several in a list, all of which a network predicts at once. There is one at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelNames(Vec<String>);

impl LabelNames {
    /// These columns; `None` where there is none.
    pub fn listed(names: Vec<String>) -> Option<Self> {
        (!names.is_empty()).then_some(LabelNames(names))
    }

    /// The names in their order.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// As a preset writes them: `"y"`, `["a", "b"]`.
    pub fn in_preset(&self) -> String {
        match &self.0[..] {
            [alone] => format!("{alone:?}"),
            several => format!("{several:?}"),
        }
    }
}

impl From<&str> for LabelNames {
    fn from(name: &str) -> Self {
        LabelNames(vec![name.into()])
    }
}

impl Serialize for LabelNames {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0[..] {
            [alone] => alone.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for LabelNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrSeveral;

        impl<'de> Visitor<'de> for OneOrSeveral {
            type Value = LabelNames;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("the name or number of a column in quotes, or several as in [\"a\", \"b\"]")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<LabelNames, E> {
                Ok(name.into())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<LabelNames, A::Error> {
                let mut names: Vec<String> = Vec::new();
                while let Some(name) = seq.next_element()? {
                    if names.contains(&name) {
                        return Err(A::Error::custom(format!("the column '{name}' is named twice")));
                    }
                    names.push(name);
                }
                LabelNames::listed(names).ok_or_else(|| A::Error::custom("the list of labels is empty"))
            }
        }
        deserializer.deserialize_any(OneOrSeveral)
    }
}

other_values!(LabelNames);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_label_is_written_as_a_text_and_several_as_a_list() {
        for text in ["\"y\"", "[\"a\",\"b, c\"]"] {
            let names: LabelNames = ron::from_str(text).unwrap();
            assert_eq!(ron::to_string(&names).unwrap(), text);
        }
        assert_eq!(ron::from_str::<LabelNames>("[\"y\"]").unwrap(), LabelNames::from("y"));
        let refused = |text: &str| ron::from_str::<LabelNames>(text).unwrap_err().to_string();
        assert!(refused("[]").contains("the list of labels is empty"));
        assert!(refused("[\"a\", \"a\"]").contains("the column 'a' is named twice"));
        assert!(refused("7").contains("several as in [\"a\", \"b\"]"));
    }
}
