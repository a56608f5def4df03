//! Where in the rows of a file the columns of a schema are: by their names, or by their order where a person says so.

use super::columns::places_among;
use crate::preset::{InputColumn, TableSchema};

/// Where the columns are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The cells of a row.
    pub width: usize,
    /// The place of each input.
    pub inputs: Vec<usize>,
    /// The places of the labels that are there, in the order in which they are predicted.
    pub labels: Vec<usize>,
    /// The places of columns that name the rows and say where one is a sum of the others.
    pub totals: Vec<usize>,
    /// The names of the columns that are neither.
    pub others: Vec<String>,
}

impl Layout {
    /// The columns by the names in a first line. `inputs` are the names of the inputs of `schema`, `labels` those of the labels.
    ///
    /// # Errors
    /// The names of inputs that are missing there.
    pub fn named(
        names: &[String],
        inputs: &[String],
        labels: &[String],
        schema: &TableSchema,
    ) -> Result<Self, Vec<String>> {
        let mut wanted = inputs.to_vec();
        let last = inputs.len();
        // Columns of one name are in the order of the schema. Where one of them is missing, it is the label.
        let is_label = |name: &String| matches!(labels, [label] if label == name);
        let is_behind =
            |(input, of_schema): (&String, &InputColumn)| is_label(input) && of_schema.place > schema.label;
        let times = |among: &[String]| among.iter().filter(|name| is_label(name)).count();
        let before = inputs.iter().zip(&schema.inputs).position(is_behind);
        let at = before.filter(|_| times(names) > times(inputs)).unwrap_or(last);
        wanted.splice(at..at, labels.iter().cloned());
        let mut found = places_among(&schema.columns, &wanted, names);
        let mut label_places: Vec<Option<usize>> = found.splice(at..at + labels.len(), []).collect();
        let of_schema = schema.inputs.iter().map(|input| input.place);
        by_occurrence(schema, names, inputs, of_schema, &mut found);
        by_occurrence(schema, names, labels, schema.label_places().into_iter(), &mut label_places);
        let labels: Vec<usize> = label_places.into_iter().flatten().collect();
        let missing = inputs.iter().zip(&found).filter(|(_, place)| place.is_none());
        let missing: Vec<String> = missing.map(|(name, _)| name.clone()).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let inputs: Vec<usize> = found.into_iter().flatten().collect();
        let others = names.iter().enumerate();
        let others = others.filter(|(place, _)| !inputs.contains(place) && !labels.contains(place));
        let others = others.map(|(_, name)| name.clone()).collect();
        Ok(Layout { width: names.len(), inputs, labels, others, totals: Vec::new() })
    }

    /// The same, with the columns that name the rows in tables of this schema, as far as `names` has them.
    #[must_use]
    pub fn with_row_names(self, schema: &TableSchema, names: &[String]) -> Self {
        let wanted: Vec<String> =
            schema.row_names.iter().map(|&place| schema.columns[place].clone()).collect();
        let found = places_among(&schema.columns, &wanted, names).into_iter().flatten();
        let totals =
            found.filter(|place| !self.inputs.contains(place) && !self.labels.contains(place)).collect();
        Layout { totals, ..self }
    }

    /// The columns by their order, in rows of so many cells: those of the table that was learned, with the label or without it;
    /// or the inputs alone, with the label behind them or without it.
    pub fn in_order(schema: &TableSchema, cells: usize) -> Option<Self> {
        let TableSchema { columns, inputs, .. } = schema;
        let labels = schema.label_places();
        let layout = |inputs: Vec<usize>, labels| Layout {
            width: cells,
            inputs,
            labels,
            others: Vec::new(),
            totals: Vec::new(),
        };
        let places = || inputs.iter().map(|input| input.place);
        let count = inputs.len();
        if cells == columns.len() {
            let totals = schema.row_names.clone();
            Some(Layout { totals, ..layout(places().collect(), labels) })
        } else if cells + labels.len() == columns.len()
            && !labels.is_empty()
            && places().all(|place| !labels.contains(&place))
        {
            let here = |place: usize| place - labels.iter().filter(|&&label| place > label).count();
            let totals = schema.row_names.iter().map(|&place| here(place)).collect();
            Some(Layout { totals, ..layout(places().map(here).collect(), Vec::new()) })
        } else if cells == count + labels.len().max(1) {
            Some(layout((0..count).collect(), (count..cells).collect()))
        } else {
            (cells == count).then(|| layout((0..count).collect(), Vec::new()))
        }
    }

    /// What is said of rows whose number of cells fits in no way.
    pub fn misfit(schema: &TableSchema, cells: usize) -> String {
        let (all, inputs) = (schema.columns.len(), schema.inputs.len());
        let counts = if all <= inputs + schema.label_places().len().max(1) {
            format!("{all}")
        } else {
            format!("{all}, nor the {inputs} inputs")
        };
        let label = match schema.label_places().len() {
            0 => "",
            1 => ", with the label",
            _ => ", with the labels",
        };
        format!("{cells} columns; the table that was learned has {counts}{label}")
    }
}

/// Of several columns of one name, of which not all are inputs, each is the one that it was: the second is the second, where a table has as
/// many of them as the one that was learned. `places` are those of the `wanted` columns there, `found` those here.
fn by_occurrence(
    schema: &TableSchema,
    names: &[String],
    wanted: &[String],
    places: impl Iterator<Item = usize>,
    found: &mut [Option<usize>],
) {
    let times = |among: &[String], name: &String| among.iter().filter(|other| *other == name).count();
    for ((name, place), found) in wanted.iter().zip(places).zip(found) {
        let is_same = schema.columns.get(place) == Some(name);
        let all = times(&schema.columns, name);
        if is_same && all > 1 && times(names, name) == all {
            let before = times(&schema.columns[..place], name);
            let here = names.iter().enumerate().filter(|(_, other)| *other == name);
            *found = here.map(|(at, _)| at).nth(before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::{Filling, InputKind, LabelColumn};

    #[test]
    fn of_columns_of_one_name_each_is_the_one_that_it_was() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        // The first column without a name is the index that pandas writes, and no input.
        let inputs = [1, 2].map(|place| InputColumn::new(place, InputKind::Number(Filling::default())));
        let schema = TableSchema {
            columns: names(&["", "a", "", "y"]),
            label: 3,
            inputs: inputs.to_vec(),
            ..TableSchema::default()
        };
        let of = |here: &[&str]| {
            Layout::named(&names(here), &schema.names(), &names(&["y"]), &schema).map(|layout| layout.inputs)
        };
        assert_eq!(of(&["", "a", "", "y"]), Ok(vec![1, 2]));
        assert_eq!(of(&["y", "", "", "a"]), Ok(vec![3, 2]));
        assert_eq!(of(&["a", "", "y"]), Ok(vec![0, 1]));
    }

    /// A table of id, y, a, b, whose inputs are a and b.
    fn schema() -> TableSchema {
        let input = |place| InputColumn::new(place, InputKind::Number(Filling::default()));
        let columns = ["id", "y", "a", "b"].map(str::to_string).to_vec();
        TableSchema { columns, label: 1, inputs: vec![input(2), input(3)], ..TableSchema::default() }
    }

    #[test]
    fn without_names_the_columns_are_where_they_were_whatever_the_labels_place() {
        let found = |cells| Layout::in_order(&schema(), cells).map(|layout| (layout.inputs, layout.labels));
        assert_eq!(found(4), Some((vec![2, 3], vec![1])));
        // Three cells are the table without its label, which comes before what lies behind it.
        assert_eq!(found(3), Some((vec![1, 2], Vec::new())));
        assert_eq!(found(2), Some((vec![0, 1], Vec::new())));
        assert_eq!((found(1), found(5)), (None, None));
    }

    #[test]
    fn a_table_without_a_label_has_all_its_columns_or_is_another() {
        let found = |cells| {
            let schema = TableSchema { label: 4, ..schema() };
            Layout::in_order(&schema, cells).map(|layout| (layout.inputs, layout.labels))
        };
        assert_eq!((found(4), found(2)), (Some((vec![2, 3], Vec::new())), Some((vec![0, 1], Vec::new()))));
        assert_eq!(found(5), None);
    }

    #[test]
    fn with_names_they_are_found_and_what_is_missing_or_more_is_named() {
        let names = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
        let layout = Layout::named(&names("B id A Y"), &names("a b"), &names("y"), &schema()).unwrap();
        assert_eq!((layout.inputs, layout.labels, layout.others), (vec![2, 0], vec![3], names("id")));
        assert_eq!(Layout::named(&names("B c"), &names("a b"), &[], &schema()), Err(names("a")));
    }

    #[test]
    fn of_columns_with_the_name_of_the_label_each_keeps_its_place() {
        let names = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
        let input = |place| InputColumn::new(place, InputKind::Number(Filling::default()));
        let schema = |label, inputs: [usize; 2]| TableSchema {
            columns: names("y a y"),
            label,
            inputs: inputs.map(input).to_vec(),
            ..TableSchema::default()
        };
        let found = |here: &str, label, inputs: [usize; 2]| {
            let schema = schema(label, inputs);
            let layout = Layout::named(&names(here), &schema.names(), &names("y"), &schema).unwrap();
            (layout.inputs, layout.labels)
        };
        assert_eq!(found("y a y", 0, [1, 2]), (vec![1, 2], vec![0]));
        assert_eq!(found("y a y", 2, [0, 1]), (vec![0, 1], vec![2]));
        // Without the label.
        assert_eq!(found("a y", 0, [1, 2]), (vec![0, 1], Vec::new()));
    }

    #[test]
    fn several_labels_are_found_by_their_names_and_by_their_places() {
        let names = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
        let input = |place| InputColumn::new(place, InputKind::Number(Filling::default()));
        let label = |place| LabelColumn { place, form: None, is_boolean: false };
        let schema = TableSchema {
            columns: names("y a z b"),
            label: 2,
            labels: vec![label(2), label(0)],
            inputs: vec![input(1), input(3)],
            ..TableSchema::default()
        };
        let layout = Layout::named(&names("b Y z a"), &names("a b"), &names("z y"), &schema).unwrap();
        assert_eq!((layout.inputs, layout.labels, layout.others), (vec![3, 0], vec![2, 1], vec![]));
        let found = |cells| Layout::in_order(&schema, cells).map(|layout| (layout.inputs, layout.labels));
        assert_eq!(found(4), Some((vec![1, 3], vec![2, 0])));
        assert_eq!((found(2), found(3)), (Some((vec![0, 1], vec![])), None));
    }
}
