//! What a preset says in `columns` of a column that is no input: the label, or that of the weights.

use crate::preset::{ColumnKind, Csv, OrAlone, Task};

/// What the label in the column `name` is: as `task` says, or what `columns` says of this column.
///
/// # Errors
/// When the two do not go together, or the label cannot be what `columns` says.
pub(super) fn task(name: &str, table: &Csv) -> Result<Task, String> {
    let Some(kind) = table.columns.kind_of(name) else { return Ok(table.task) };
    let said = match kind {
        ColumnKind::Number(options) if is_alone(options) => Task::Values,
        ColumnKind::Boolean(options) if is_alone(options) => Task::Classes,
        ColumnKind::Category(options) if is_alone(options) => Task::Classes,
        ColumnKind::Number(_) | ColumnKind::Boolean(_) | ColumnKind::Category(_) => {
            return Err(format!(
                "columns gives options to '{name}', which is the label; write {{\"{name}\": {}}} without them",
                kind.name()
            ));
        }
        ColumnKind::Date(_) => {
            return Err(format!(
                "columns says that '{name}' is a date, and it is the label, which is a number or a category"
            ));
        }
        ColumnKind::Ignore => {
            return Err(format!(
                "columns ignores '{name}', which is the label; label: \"…\" names another column, and task: none says that \
                 there is no label"
            ));
        }
    };
    if table.task == Task::Auto || table.task == said {
        return Ok(said);
    }
    Err(format!(
        "columns says that the label '{name}' is a {}, and task: {} says something else; leave one of them out",
        kind.name(),
        table.task.name()
    ))
}

/// What several labels in columns of these names are: values.
///
/// # Errors
/// When the preset says that one of them is something else.
pub(super) fn task_of_several<'a>(names: impl Iterator<Item = &'a str>, table: &Csv) -> Result<Task, String> {
    const CLASSES: &str = "several labels are numbers each, or yes and no; a column of classes is a label by itself, in a preset of its own";
    for name in names {
        match table.columns.kind_of(name) {
            None => {}
            Some(ColumnKind::Number(options)) if is_alone(options) => {}
            Some(ColumnKind::Boolean(options)) if is_alone(options) => {}
            Some(ColumnKind::Ignore) => {
                return Err(format!("columns ignores '{name}', which is one of the labels"));
            }
            Some(_) => return Err(format!("columns says what the label '{name}' is; {CLASSES}")),
        }
    }
    match table.task {
        Task::Classes => Err(format!("task: classes is for one label; {CLASSES}")),
        Task::Auto | Task::Values | Task::NoLabel => Ok(table.task),
    }
}

/// Checks what `columns` says of the column of the weights.
///
/// # Errors
/// When it says anything but a number.
pub(super) fn check_weights(name: &str, table: &Csv) -> Result<(), String> {
    match table.columns.kind_of(name) {
        None => Ok(()),
        Some(ColumnKind::Number(options)) if is_alone(options) => Ok(()),
        Some(_) => Err(format!(
            "columns speaks of '{name}', which has the weights and so is no input; leave it out of columns"
        )),
    }
}

fn is_alone<T: Default + PartialEq>(options: &OrAlone<T>) -> bool {
    options.0 == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::{CategoryColumn, Columns};

    fn said(kind: ColumnKind, task: Task) -> Result<Task, String> {
        let columns = Columns::Described(vec![("y".into(), kind)]);
        super::task("y", &Csv { columns, task, ..Csv::of("t.csv") })
    }

    #[test]
    fn a_kind_for_the_labels_column_says_whether_it_is_classes_or_values() {
        let number = || ColumnKind::Number(OrAlone::default());
        let category = || ColumnKind::Category(OrAlone::default());
        assert_eq!(said(number(), Task::Auto), Ok(Task::Values));
        assert_eq!(said(category(), Task::Auto), Ok(Task::Classes));
        assert_eq!(said(category(), Task::Classes), Ok(Task::Classes));
        let refused = said(number(), Task::Classes).unwrap_err();
        let wanted = "columns says that the label 'y' is a number, and task: classes says something else; leave one of them out";
        assert_eq!(refused, wanted);
        assert!(
            said(ColumnKind::Ignore, Task::Auto)
                .unwrap_err()
                .contains("columns ignores 'y', which is the label")
        );
        let limited = ColumnKind::Category(OrAlone(CategoryColumn { limit: Some(3), embed: None }));
        assert!(said(limited, Task::Auto).unwrap_err().contains("{\"y\": category} without them"));
        assert!(said(ColumnKind::Date(OrAlone::default()), Task::Auto).unwrap_err().contains("a date"));
        assert_eq!(super::task("other", &Csv::of("t.csv")), Ok(Task::Auto));
    }
}
