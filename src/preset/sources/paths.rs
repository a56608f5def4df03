//! The files that are one table or one array.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::preset::field::other_values;

/// A path, a pattern such as `part-*.csv`, or a list of these: all files together are one table or array, in this order. There
/// is one path at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths(Vec<String>);

impl Paths {
    /// These paths; `None` where there is none.
    pub fn listed(paths: Vec<String>) -> Option<Self> {
        (!paths.is_empty()).then_some(Paths(paths))
    }

    /// The paths and patterns, in their order.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// The same, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [String] {
        &mut self.0
    }
}

impl From<String> for Paths {
    fn from(path: String) -> Self {
        Paths(vec![path])
    }
}

impl From<&str> for Paths {
    fn from(path: &str) -> Self {
        Paths(vec![path.into()])
    }
}

/// What messages call them: `a.csv`, `a.csv and 2 more`.
impl fmt::Display for Paths {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.0[..] {
            [] => Ok(()),
            [path] => f.write_str(path),
            [first, others @ ..] => write!(f, "{first} and {} more", others.len()),
        }
    }
}

impl Serialize for Paths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0[..] {
            [path] => path.serialize(serializer),
            paths => paths.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;

        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Paths;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a path as in \"a.csv\", or several as in [\"a.csv\", \"b.csv\"]")
            }

            fn visit_str<E: serde::de::Error>(self, path: &str) -> Result<Paths, E> {
                Ok(path.into())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Paths, A::Error> {
                let mut paths = Vec::new();
                while let Some(path) = seq.next_element()? {
                    paths.push(path);
                }
                Paths::listed(paths).ok_or_else(|| A::Error::custom("the list of files is empty"))
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

other_values!(Paths);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_path_is_written_as_a_text_and_several_as_a_list() {
        for text in ["\"a.csv\"", "[\"a.csv\",\"part-*.csv\"]"] {
            let paths: Paths = ron::from_str(text).unwrap();
            assert_eq!(ron::to_string(&paths).unwrap(), text);
        }
        let alone: Paths = ron::from_str("[\"a.csv\"]").unwrap();
        assert_eq!(alone, Paths::from("a.csv"));
        assert!(ron::from_str::<Paths>("[]").unwrap_err().to_string().contains("the list of files is empty"));
        assert!(ron::from_str::<Paths>("7").unwrap_err().to_string().contains("a path as in \"a.csv\""));
    }

    #[test]
    fn messages_name_the_first() {
        let shown = |paths: &[&str]| {
            Paths::listed(paths.iter().map(ToString::to_string).collect()).unwrap().to_string()
        };
        assert_eq!((shown(&["a"]), shown(&["a", "b", "c"])), ("a".into(), "a and 2 more".into()));
        assert_eq!(Paths::listed(Vec::new()), None);
    }
}
