//! The table that a network learned from, as its run knows it.

use super::files::expanded;
use super::format::Format;
use super::layout::Layout;
use super::sheets::{has_sheet, sheet_with};
use super::title::skipped;
use crate::data::import::limits::Limits;
use crate::preset::{
    Csv, DataConfig, Filling, InputColumn, InputKind, Missing, Preparation, Source, TableSchema,
};

/// The columns of the table that a network learned from.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnedTable {
    /// The columns; numbered where they have no names.
    pub schema: TableSchema,
    /// Whether they have names.
    pub has_names: bool,
    /// The names of the columns that are predicted, where they have some.
    pub labels: Vec<String>,
}

/// Where a table that people ask about has the names of its columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// In its first line, as the network's own table has them.
    #[default]
    InFirstLine,
    /// Nowhere: the columns are in the order of the training.
    Nowhere,
}

impl LearnedTable {
    /// What a run learned of its table. A run of before, and one that learned from other data, knows the names of its inputs
    /// at most: these are columns of numbers then, with the label behind them.
    pub fn of(config: &DataConfig, learned: &Preparation) -> Self {
        let table = match &config.source {
            Source::Csv(table) => Some(table),
            _ => None,
        };
        let has_header = table.is_none_or(|table| table.header);
        let of_arrays = config.source.array_form().unwrap_or_default().missing;
        let missing = table.map_or(of_arrays, |table| table.missing);
        let schema = match (&learned.table, &learned.columns[..]) {
            (Some(schema), _) => schema.clone(),
            (None, []) => {
                let width: usize = learned.input_shape.iter().product();
                let columns: Vec<String> = (1..=width).map(|number| number.to_string()).collect();
                TableSchema::of_numbers(&columns, Some("the answer"), missing)
            }
            (None, columns) if !has_header => numbered(columns, missing),
            (None, columns) => TableSchema::of_numbers(
                columns,
                Some(learned.label.as_deref().unwrap_or("the answer")),
                missing,
            ),
        };
        let has_names = has_header && !learned.columns.is_empty();
        let labels = match &schema.labels[..] {
            [] => learned.label.iter().cloned().collect(),
            several => several.iter().map(|label| schema.columns[label.place].clone()).collect(),
        };
        LearnedTable { schema, has_names, labels }
    }

    /// The options with which a table is read that people ask about: those of the network's own, where it has some and the
    /// file can follow them. Its rows count the same.
    ///
    /// `sheet` is that of a spreadsheet which somebody names; else it is that of the network's own table, or the first one that has
    /// the columns. `names` says where a table has their names.
    pub fn options(&self, config: &DataConfig, file: String, names: Names, sheet: Option<&str>) -> Csv {
        // Who opens a file that cannot be read will say why.
        let first = expanded(&file).ok().and_then(|files| files.into_iter().next());
        let format = first.as_ref().and_then(|file| Format::of(file).ok()).unwrap_or(Format::Text);
        let table = match &config.source {
            Source::Csv(own) => {
                format.fitting(Csv { file: file.into(), test_file: None, weights: None, ..own.clone() })
            }
            _ => Csv::of(file),
        };
        // A workbook of one sheet may call it otherwise.
        let is_there =
            |sheet: &String| first.as_ref().is_none_or(|file| has_sheet(file, sheet, &Limits::of_machine()));
        let table = Csv { sheet: table.sheet.filter(is_there), ..table };
        let by_names = || {
            let is_open = self.has_names && names == Names::InFirstLine && table.sheet.is_none();
            let (first, wanted) = (first.as_ref().filter(|_| is_open)?, self.schema.names());
            sheet_with(
                first,
                &|row| Layout::named(row, &wanted, &[], &self.schema).is_ok(),
                &Limits::of_machine(),
            )
        };
        let sheet = sheet.map(str::to_string).or_else(by_names).or_else(|| table.sheet.clone());
        let table = Csv { sheet, ..table };
        if !matches!(config.source, Source::Csv(_)) {
            return table;
        }
        // A table that people ask about may begin with its names.
        let skip_rows = first.and_then(|file| skipped(&file, &table, &Limits::of_machine()));
        Csv { skip_rows, ..table }
    }

    /// What is said of a sheet that is read because it has the columns: nobody has named it.
    pub fn sheet_in_words(&self, config: &DataConfig, table: &Csv, named: Option<&str>) -> Option<String> {
        let is_own = matches!(&config.source, Source::Csv(own) if own.sheet.is_some());
        let sheet = table.sheet.as_ref().filter(|_| named.is_none() && !is_own)?;
        Some(format!(
            "the sheet '{sheet}' is read, because the first one does not have the columns; --sheet names another"
        ))
    }
}

/// Why a network takes no arrays of numbers: it learned from a table that has other columns too, so that a row of it is no row of an
/// array, whatever its length. `None` where it may take them.
pub fn why_no_array(learned: &Preparation) -> Option<String> {
    let table = learned.table.as_ref().filter(|table| !table.is_numbers())?;
    Some(format!(
        "this network learned from a table with words, dates, yes and no, or gaps, which an array of numbers does not have; it takes a \
         table with these columns: {}",
        table.names().join(", ")
    ))
}

/// The columns of a run of before whose table has no header: the inputs' names are the numbers of their columns, and the label
/// is the first column that is no input.
fn numbered(inputs: &[String], missing: Missing) -> TableSchema {
    let place = |name: &String| name.parse::<usize>().ok()?.checked_sub(1);
    let Some(places) = inputs.iter().map(place).collect::<Option<Vec<usize>>>() else {
        return TableSchema::of_numbers(inputs, Some("the answer"), missing);
    };
    let label = (0..).find(|place| !places.contains(place)).unwrap_or_default();
    let count = places.iter().copied().max().unwrap_or_default().max(label) + 1;
    let kind = InputKind::Number(Filling { missing, flag: false });
    TableSchema {
        columns: (1..=count).map(|number| number.to_string()).collect(),
        label,
        inputs: places.into_iter().map(|place| InputColumn::new(place, kind.clone())).collect(),
        ..TableSchema::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_of_a_run_of_before_without_names_is_the_column_that_is_no_input() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let schema = numbered(&names(&["2", "3"]), Missing::Refuse);
        assert_eq!((schema.columns.len(), schema.label, schema.names()), (3, 0, names(&["2", "3"])));
        let schema = numbered(&names(&["1", "2"]), Missing::Refuse);
        assert_eq!((schema.columns.len(), schema.label), (3, 2));
    }
}
