//! Presets for tables whose rows name files.

use std::path::Path;

use super::comment::comment;
use super::found::{Found, Target};
use super::network::{End, Network, split};
use super::{folder, text};
use crate::data::import::limits::Limits;
use crate::data::import::listed::{column_of_files, first_file, held};
use crate::data::{self, Error};
use crate::preset::{Colour, FileTable, Holds, Offers, Pair, TargetKind};

/// Looks at a table of which a column has the paths of files; `None` for any other table. `target` is the column of the classes.
pub(super) fn look(file: &str, target: Option<&str>, limits: &Limits) -> Option<Result<Found, Error>> {
    let (column, last) = column_of_files(Path::new(file), limits)?;
    let holds = held(&first_file(Path::new(file), &column, limits)?);
    let label = target.map(str::to_string).or(last)?;
    Some(of_files(file, &column, label, target.is_some(), holds))
}

fn of_files(file: &str, column: &str, label: String, is_chosen: bool, holds: Holds) -> Result<Found, Error> {
    let source = FileTable {
        size: Pair(folder::SIDE, folder::SIDE),
        colour: Colour::Rgb,
        length: text::LENGTH,
        holds,
        label: Some(label.clone()),
        ..FileTable::of(file.to_string(), column.to_string())
    };
    let Offers { input, tokens, target, samples, .. } = data::offers(&source.into())?;
    let (reason, options, network, what) = match holds {
        Holds::Images => (
            "Every image is stretched to this size; larger ones show more and take longer.".to_string(),
            format!("size: ({0}, {0}), colour: rgb,", folder::SIDE),
            Network::convolutional(input[0], input[1], samples, End::of(&target)),
            "images",
        ),
        Holds::Sounds => (
            "A sound becomes a picture of time and pitch; `seconds` says how much of it is heard.".into(),
            "seconds: 0.9,".into(),
            Network::convolutional(input[0], input[1], samples, End::of(&target)),
            "sounds",
        ),
        Holds::TextFiles | Holds::Texts => (
            format!("The last {} characters of each text are read.", text::LENGTH),
            format!("length: {},", text::LENGTH),
            text::reader(tokens.unwrap_or_default(), &target),
            "texts",
        ),
    };
    let chosen = if is_chosen { "" } else { " --target names another." };
    let mut data = vec![
        "source: file_table(".into(),
        format!("    table: {file:?},"),
        "    // The column with the paths of the files, as seen from the table's folder.".into(),
        format!("    path: {column:?},"),
        format!("    // The column with the classes.{chosen}"),
        format!("    label: {label:?},"),
        format!("    // {reason}"),
        format!("    holds: {}, {options}", holds.name()),
        "),".into(),
    ];
    data.extend(split(samples));
    data.push(network.end.labels.into());
    let TargetKind::Classes(names) = &target else { unreachable!("files of a table are of classes") };
    let title = format!("{samples} {what} of {} classes: {}", names.len(), names.join(", "));
    let title: String = comment(&title).chars().take(100).collect();
    let what = format!("{} classes to tell apart.", names.len());
    Ok(Found { title, data, network, targets: vec![Target { name: label, what }] })
}
