//! Which sheet of a spreadsheet a preset is for.

use crate::data::table::SheetSeen;

/// The sheet to take where the first one is no table, and what a person should know of it.
///
/// # Errors
/// That several others are tables: which there are.
pub(super) fn chosen(sheets: Vec<SheetSeen>) -> Result<(Option<String>, Option<String>), String> {
    let Some((first, others)) = sheets.split_first().filter(|(first, _)| !first.is_table) else {
        return Ok((None, None));
    };
    let tables: Vec<&SheetSeen> = others.iter().filter(|sheet| sheet.is_table).collect();
    match tables[..] {
        [] => Ok((None, None)),
        [alone] => {
            let sentence = format!(
                "the sheet {} is taken, because the first one, {}, is no table; --sheet names another",
                alone.in_words(),
                first.in_words()
            );
            Ok((Some(alone.name.clone()), Some(sentence)))
        }
        _ => {
            let all = sheets.iter().map(SheetSeen::in_words).collect::<Vec<_>>().join(", ");
            Err(format!("its first sheet is no table, and several others are: {all}; --sheet names one"))
        }
    }
}
