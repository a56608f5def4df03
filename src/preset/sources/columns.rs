//! What the columns of a table are, where a preset says it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::csv::Missing;
use crate::fields;
use crate::preset::alone::OrAlone;
use crate::preset::cell_form::{CellForm, DateFormat, UnixTime};
use crate::preset::field::{AsValue, OutOfRange, Value, nested_values};
use crate::preset::nesting::{Describe, Described, Inside};
use crate::preset::path::Path;
use crate::preset::variants::variants;

/// The input columns of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Columns {
    /// These columns are the inputs, in this order; none: all but the label.
    Chosen(Vec<String>),
    /// What some columns are, by name. All others are inputs, and are what they look like.
    Described(Vec<(String, ColumnKind)>),
}

impl Default for Columns {
    fn default() -> Self {
        Columns::Chosen(Vec::new())
    }
}

impl Columns {
    /// What a preset says of the column of this name.
    pub fn kind_of(&self, name: &str) -> Option<&ColumnKind> {
        match self {
            Columns::Chosen(_) => None,
            Columns::Described(kinds) => kinds.iter().find(|(known, _)| known == name).map(|(_, kind)| kind),
        }
    }

    /// The columns that were chosen as inputs; empty: all but the label.
    pub fn chosen(&self) -> &[String] {
        match self {
            Columns::Chosen(names) => names,
            Columns::Described(_) => &[],
        }
    }
}

impl Serialize for Columns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Columns::Chosen(names) => {
                let mut seq = serializer.serialize_seq(Some(names.len()))?;
                names.iter().try_for_each(|name| seq.serialize_element(name))?;
                seq.end()
            }
            Columns::Described(kinds) => {
                let mut map = serializer.serialize_map(Some(kinds.len()))?;
                kinds.iter().try_for_each(|(name, kind)| map.serialize_entry(name, kind))?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListOrMap;

        impl<'de> Visitor<'de> for ListOrMap {
            type Value = Columns;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str(
                    "names as in [\"age\", \"city\"], or kinds as in {\"age\": number, \"city\": category}",
                )
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Columns, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = seq.next_element()? {
                    names.push(name);
                }
                Ok(Columns::Chosen(names))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Columns, A::Error> {
                let mut kinds: Vec<(String, ColumnKind)> = Vec::new();
                while let Some((name, kind)) = map.next_entry::<String, ColumnKind>()? {
                    if kinds.iter().any(|(known, _)| *known == name) {
                        return Err(A::Error::custom(format!(
                            "column '{name}' is named twice; name each once"
                        )));
                    }
                    kinds.push((name, kind));
                }
                Ok(Columns::Described(kinds))
            }
        }
        deserializer.deserialize_any(ListOrMap)
    }
}

impl AsValue for Columns {
    fn as_value(&self) -> Value {
        Value::Other
    }

    fn out_of_range_inside(&self) -> Option<OutOfRange> {
        let Columns::Described(kinds) = self else { return None };
        kinds.iter().find_map(|(name, kind)| Some(kind.out_of_range_inside()?.inside(Path::to(name))))
    }
}

impl Describe for Columns {
    fn inside() -> Inside {
        Inside::ByName(Described::of::<ColumnKind>())
    }
}

variants! {
    /// What a column of a table is.
    #[derive(Clone, Debug, PartialEq)]
    pub enum ColumnKind {
        /// A quantity.
        Number(OrAlone<NumberColumn>) = "number",
        /// Two words such as yes and no, as 1 and 0.
        Boolean(OrAlone<NumberColumn>) = "boolean",
        /// One of several words: an input for each of them, or a learned vector.
        Category(OrAlone<CategoryColumn>) = "category",
        /// A date, with or without a time of day: inputs for its parts.
        Date(OrAlone<DateColumn>) = "date",
        /// No input.
        Ignore = "ignore",
    }
}

/// Options of a column of numbers.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NumberColumn {
    /// How a missing value is treated; left out: as the table's `missing` says.
    pub missing: Option<Missing>,
    /// Whether another input tells that the value is missing; left out: as the table's `flag_missing` says.
    pub flag: Option<bool>,
}

/// Options of a column of words.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CategoryColumn {
    /// The most words that are told apart, the most frequent first; left out: 50 that have an input each, or all where they are
    /// embedded.
    pub limit: Option<usize>,
    /// Numbers of the vector that the network learns for each word; left out: none for a few words, and for more than 50 frequent
    /// ones, unless there is a `limit`, as many as suit their number.
    pub embed: Option<usize>,
}

/// The most words of a column that get an input of their own, where a preset does not say.
pub const MOST_WORDS: usize = 50;

/// Options of a column of dates.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DateColumn {
    /// How the dates are written, in the signs of `strftime`: `"%d.%m.%y"`; left out: in a usual form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<DateFormat>,
    /// What is counted since the beginning of 1970, where the cells are such numbers; left out: they are dates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unix: Option<UnixTime>,
    /// Whether the day comes before the month in dates such as 01/02/2024; left out: what fits all rows.
    pub day_first: Option<bool>,
    /// How a missing date is treated; left out: as the table's `missing` says.
    pub missing: Option<Missing>,
    /// Whether another input tells that the date is missing; left out: as the table's `flag_missing` says.
    pub flag: Option<bool>,
}

impl DateColumn {
    /// How the cells are written, where the preset says it.
    ///
    /// # Errors
    /// When it says two forms.
    pub fn form(&self) -> Result<Option<CellForm>, &'static str> {
        match (&self.format, self.unix, self.day_first) {
            (Some(_), Some(_), _) => Err("both format and unix; leave one of them out"),
            (Some(_), None, Some(_)) => Err("both format and day_first; the format says which comes first"),
            (None, Some(_), Some(_)) => {
                Err("both unix and day_first; such numbers have no day to come first")
            }
            (Some(format), None, None) => Ok(Some(CellForm::Date(format.clone()))),
            (None, Some(unix), None) => Ok(Some(CellForm::Unix(unix))),
            (None, None, _) => Ok(None),
        }
    }
}

nested_values!(NumberColumn, CategoryColumn, DateColumn);

fields! {
    NumberColumn {
        missing: Choice(Missing::WORDS), "how a missing value is treated; left out: as the table's missing says";
        flag: Switch, "whether another input tells that the value is missing";
    }
}

fields! {
    CategoryColumn {
        limit: Integer(Range::between(1.0, 1_000_000.0)), "the most words that are told apart; left out: 50, or all that are embedded";
        embed: Integer(Range::between(1.0, 1000.0)), "numbers of the vector that is learned for each word; left out: for more than 50 words, as many as suit their number";
    }
}

fields! {
    DateColumn {
        format: Text, "how the dates are written, as strftime says it: \"%d.%m.%y\"; left out: in a usual form";
        unix: Choice(UnixTime::WORDS), "what is counted since the beginning of 1970, where the cells are such numbers";
        day_first: Switch, "whether the day comes before the month; left out: what fits all rows";
        missing: Choice(Missing::WORDS), "how a missing date is treated; left out: as the table's missing says";
        flag: Switch, "whether another input tells that the date is missing";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::ron_options::options;

    fn read(text: &str) -> Result<Columns, String> {
        options().from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn columns_are_a_list_of_names_or_kinds_by_name() {
        let chosen = read("[\"a\", \"b\"]").unwrap();
        assert_eq!(chosen.chosen(), ["a", "b"]);
        let text = "{\"age\": number, \"city\": category(limit: 8), \"code\": category(embed: 4), \"when\": date(day_first: true), \"name\": ignore}";
        let kinds = read(text).unwrap();
        assert_eq!(kinds.kind_of("age"), Some(&ColumnKind::Number(OrAlone::default())));
        assert_eq!(
            kinds.kind_of("city"),
            Some(&ColumnKind::Category(OrAlone(CategoryColumn { limit: Some(8), embed: None })))
        );
        assert_eq!(kinds.kind_of("name"), Some(&ColumnKind::Ignore));
        assert_eq!((kinds.chosen().len(), kinds.kind_of("sex")), (0, None));
        for columns in [chosen, kinds] {
            let written = options().to_string(&columns).unwrap();
            assert_eq!(read(&written).unwrap(), columns, "{written}");
            let written = serde_json::to_string(&columns).unwrap();
            assert_eq!(serde_json::from_str::<Columns>(&written).unwrap(), columns, "{written}");
        }
    }

    #[test]
    fn what_is_no_kind_of_column_is_refused() {
        assert!(read("{\"a\": numbr}").unwrap_err().contains("numbr"));
        assert!(read("{\"a\": category(limits: 3)}").unwrap_err().contains("limits"));
        assert!(read("3").unwrap_err().contains("names as in"));
        let twice = read("{\"a\": number, \"b\": number, \"a\": category}").unwrap_err();
        assert!(twice.contains("column 'a' is named twice; name each once"), "{twice}");
        let columns = read("{\"a\": category(limit: 0)}").unwrap();
        assert_eq!(columns.out_of_range_inside().unwrap().path.to_string(), "a.limit");
    }
}
