//! Numbers far outside those that a network was trained on.

use crate::data::table::columns;
use crate::preset::{DataConfig, InputColumn, InputKind, Preparation, TableSchema, counted_with};

/// So many standard deviations from the mean, or widths of the range where numbers are brought to one, are far.
const FAR: f32 = 10.0;

/// What is said of the columns of numbers of which some are far outside what training saw, a sentence each. `numbers` are the
/// rows before they are scaled. Sequences and pixels are not looked at.
pub(super) fn far(config: &DataConfig, learned: &Preparation, numbers: &[f64]) -> Vec<String> {
    let scales = learned.scales(config);
    let width = match learned.input_shape[..] {
        [width] if width > 0 && scales.len() == width => width,
        _ => return Vec::new(),
    };
    let names = names(learned, width);
    let sentence = |(place, name): (usize, &Option<String>)| {
        let name = name.as_ref()?;
        let of_column = || numbers.iter().copied().skip(place).step_by(width);
        let far = || of_column().filter(|number| scales[place].apply_uncut(*number).abs() > FAR);
        let count = far().count();
        let ends = |(least, most): (f64, f64), x: f64| (least.min(x), most.max(x));
        let (least, most) = far().fold((f64::INFINITY, f64::NEG_INFINITY), ends);
        let which = if least == most { least.to_string() } else { format!("{least} to {most}") };
        let have = counted_with(count, "row", ("has", "have"));
        (count > 0).then(|| {
            format!(
                "{name}: {have} a number far outside those of the training ({which}; more than {FAR} standard deviations or widths \
                 of the range away), so the answer is a guess"
            )
        })
    };
    names.iter().enumerate().filter_map(sentence).collect()
}

/// What the inputs are called that are numbers of a person's own.
fn names(learned: &Preparation, width: usize) -> Vec<Option<String>> {
    match &learned.table {
        Some(TableSchema { columns: of_table, inputs, .. }) => {
            let of_input = |input: &InputColumn| {
                let name = columns::shown(&of_table[input.place], input.place);
                let is_number = matches!(input.kind, InputKind::Number(_));
                (0..input.width()).map(move |place| (is_number && place == 0).then(|| name.clone()))
            };
            let names: Vec<Option<String>> = inputs.iter().flat_map(of_input).collect();
            if names.len() == width { names } else { vec![None; width] }
        }
        None if learned.columns.len() == width => {
            learned.columns.iter().map(|name| Some(format!("'{name}'"))).collect()
        }
        None => (0..width).map(|place| Some(format!("column {}", place + 1))).collect(),
    }
}
