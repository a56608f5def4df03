//! The label of a table: one column.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};

/// Why a table has one label, and what to do with several.
pub const SEVERAL: &str = "a table has one label; a network that answers several columns at once learns from arrays, numpy.savez(\"t.npz\", x=…, \
                           y=table[[\"a\", \"b\"]]) and trainyard init t.npz, and else there is a preset for each";

struct Label(String);

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneColumn;

        impl<'de> Visitor<'de> for OneColumn {
            type Value = Label;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("the name or number of a column in quotes")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Label, E> {
                Ok(Label(name.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Label, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Err(A::Error::custom(SEVERAL))
            }
        }
        deserializer.deserialize_any(OneColumn)
    }
}

/// A label, if there is one.
///
/// # Errors
/// When it is no text, or several.
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Label>::deserialize(deserializer)?.map(|Label(name)| name))
}
