pub mod formats;

use std::io::Write;

use proptest::prelude::*;

use super::*;
use crate::data::Error;
use crate::data::import::LONGEST_CLASS;
use crate::data::import::limits::Limits;
use crate::data::import::rows::Rows;
use crate::preset::{Columns, Csv, Missing, TableSchema, Task};

fn put(text: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text).unwrap();
    file
}

/// A table, or two of which the second is the test set.
fn files(paths: &[&std::path::Path]) -> Files {
    Files { paths: paths.iter().map(std::path::PathBuf::from).collect(), trained: 1 }
}

fn csv() -> Csv {
    Csv::of(String::new())
}

fn table_of(bytes: &[u8], options: &Csv, limits: &Limits) -> Result<Table, Error> {
    let file = put(bytes);
    read(&files(&[file.path()]), options, limits, &mut refuse)
}

fn table(text: &str, options: &Csv) -> Result<Table, Error> {
    table_of(text.as_bytes(), options, &Limits::of_machine())
}

fn two_tables(first: &str, second: &str) -> Result<Table, Error> {
    let (first, second) = (put(first.as_bytes()), put(second.as_bytes()));
    read(&files(&[first.path(), second.path()]), &csv(), &Limits::of_machine(), &mut refuse)
}

fn rows(table: &Table) -> Vec<Vec<f64>> {
    let mut row = vec![0.0; table.schema.width()];
    let read = |number| table.rows.read(number, &mut row).map(|()| row.clone());
    (0..table.rows.count).map(read).collect::<Result<_, _>>().unwrap()
}

const FLOWERS: &str = "a,b,kind\n1,2.5,rose\n-3,\"4\",iris\n5e1,6,rose\n";

/// As pandas reads them with `index_col=False`.
#[test]
fn a_separator_too_many_at_the_end_of_rows_or_names_makes_no_column() {
    for text in ["a,b,y\n1,2,x,\n3,,z,\n", "a,b,y,\n1,2,x\n3,,z\n", "a,b,y,\n1,2,x,\n3,,z,\n"] {
        let table = table(text, &Csv { missing: Missing::Zero, ..csv() }).unwrap();
        assert_eq!(rows(&table), [[1.0, 2.0], [3.0, 0.0]], "{text}");
        assert_eq!(table.labels, Labels::Classes(vec![0, 1], vec!["x".into(), "z".into()]), "{text}");
        assert_eq!(table.told.iter().filter(|told| told.contains("separators at the end")).count(), 1);
    }
    // A last column may lack cells, and a row that has more is broken.
    let sparse = table("a,b,y\n1,2,\n3,4,x\n", &csv()).unwrap_err().to_string();
    assert!(sparse.contains("line 2, column 3 ('y'): the label is missing"), "{sparse}");
    let text = format!("a,b,y\n{}1,2,x,5\n", "1,2,x,\n".repeat(600));
    let more = table(&text, &csv()).unwrap_err().to_string();
    assert!(more.contains("line 602: 4 cells, and there are 3 columns"), "{more}");
}

#[test]
fn rows_above_the_names_are_left_out_where_the_preset_says_so_and_named_where_not() {
    for (text, rows_above) in [
        ("Report of 2024\n\na,b,y\n1,2,x\n3,4,z\n", 2),
        ("Report of 2024,,\na,b,y\n1,2,x\n3,4,z\n", 1),
        ("Report of 2024\na;b;y\n1;2;x\n3;4;z\n", 1),
    ] {
        let said = table(text, &csv()).unwrap_err().to_string();
        let wanted = format!(
            "the table begins in line {}, below a title, 'Report of 2024': skip_rows: {rows_above}",
            rows_above + 1
        );
        assert!(said.contains(&wanted), "{said}");
        let table = table(text, &Csv { skip_rows: Some(rows_above), ..csv() }).unwrap();
        assert_eq!(rows(&table), [[1.0, 2.0], [3.0, 4.0]], "{text}");
    }
    let broken = Csv { skip_rows: Some(2), ..csv() };
    let said = table("Report\n\na,b,y\n1,u,0.5\n3,4,z\n2,3,0.25\n", &broken).unwrap_err().to_string();
    assert!(said.contains("line 4, column 2 ('b'): 'u' is not a number"), "{said}");
}

#[test]
fn a_table_is_read_with_its_classes_in_order() {
    for in_memory in [1000, 8] {
        let limits = Limits { in_memory, ..Limits::of_machine() };
        let table = table_of(FLOWERS.as_bytes(), &csv(), &limits).unwrap();
        assert_eq!(table.schema.features(), ["a", "b"]);
        assert_eq!(rows(&table), [[1.0, 2.5], [-3.0, 4.0], [50.0, 6.0]]);
        assert_eq!(table.labels, Labels::Classes(vec![1, 0, 1], vec!["iris".into(), "rose".into()]));
        let [label] = &table.told[..] else { panic!("more is said of a table of numbers: {:?}", table.told) };
        assert!(label.contains("the label is 'kind', the last column, as nobody names one"), "{label}");
    }
}

#[test]
fn columns_are_chosen_by_name_or_number_and_a_fraction_makes_values() {
    let columns = Columns::Chosen(vec!["a".into()]);
    let table = table(FLOWERS, &Csv { label: Some("b".into()), columns, ..csv() }).unwrap();
    assert_eq!(
        (rows(&table), table.labels),
        (vec![vec![1.0], vec![-3.0], vec![50.0]], Labels::Values(vec![2.5, 4.0, 6.0]))
    );
    let bare = Csv { header: false, separator: Some(';'), label: Some("1".into()), ..csv() };
    let table = self::table("2;7\n10;8\n", &bare).unwrap();
    assert_eq!(table.labels, Labels::Classes(vec![0, 1], vec!["2".into(), "10".into()]));
    assert_eq!((table.schema.features(), table.label), (vec!["2".to_string()], None));
}

#[test]
fn what_is_wrong_is_said_with_line_and_column() {
    let problem = |text: &str| table(text, &csv()).unwrap_err().to_string();
    assert!(problem("a,b,k\n1,2,x\n1,y,x\n").contains(": line 3, column 2 ('b'): 'y' is not a number"));
    assert!(problem("a,b,k\n1,2,x\n1,x\n").contains(": line 3: 2 cells, and there are 3 columns"));
    assert!(problem("a,b,k\n1,,x\n1,2,x\n").contains("line 2, column 2 ('b'): the cell is empty"));
    assert!(
        problem("a,b,k\n1,NaN,x\n1,2,x\n")
            .contains("line 2, column 2 ('b'): 'NaN' says that the cell is missing")
    );
    assert!(
        problem("a,b,k\n1,inf,x\n").contains("line 2, column 2 ('b'): inf is not a number to learn from")
    );
    assert!(problem("a,b,k\n1,2,\n1,2,x\n").contains("line 2, column 3 ('k'): the label is missing"));
    assert!(problem("a\n1\n").contains("is another separator used?"));
    assert!(problem("a,b\n").contains("no rows"));
    assert!(problem("").contains("no rows"));
    let shown = table(FLOWERS, &Csv { label: Some("z".into()), ..csv() }).unwrap_err().to_string();
    assert!(shown.contains("no column 'z'; there are: a, b, kind"), "{shown}");
    let shown = table(FLOWERS, &Csv { task: Task::Values, ..csv() }).unwrap_err().to_string();
    assert!(shown.contains("line 2, column 3 ('kind'): 'rose' is not a number"), "{shown}");
    // A byte that is not UTF-8 is a letter of Latin-1.
    let shown = table_of(b"a,b,k\n1,2,x\n1,\xff,x\n", &csv(), &Limits::of_machine()).unwrap_err().to_string();
    assert!(shown.contains("line 3, column 2 ('b'): '\u{ff}' is not a number"), "{shown}");
}

#[test]
fn a_row_that_does_not_end_is_refused_at_its_line() {
    let limits = Limits { longest_row: 100_000, ..Limits::of_machine() };
    let problem = |cell: &str| {
        let text = format!("a,b,k\n1,2,x\n1,{cell},x\n{}", "1,2,y\n".repeat(100_000));
        table_of(text.as_bytes(), &csv(), &limits).unwrap_err().to_string()
    };
    let refused = ": line 3: the row does not end within 100000 bytes";
    assert!(problem(&"9".repeat(300_000)).contains(refused));
    // A quote that is not closed makes one row of all that follows.
    assert!(problem("\"9").contains(refused));
    // A row may be as long as the limit, wherever it lies in what is read ahead.
    let text = format!("a,b,k\n1,2,x\n1,{}2,x\n", "0".repeat(99_994));
    assert_eq!(rows(&table_of(text.as_bytes(), &csv(), &limits).unwrap())[1], [1.0, 2.0]);
    let long = format!("a,b,k\n1,2,x\n1,2,{}\n", "x".repeat(LONGEST_CLASS + 1));
    let refused = table_of(long.as_bytes(), &csv(), &limits).unwrap_err().to_string();
    assert!(refused.contains("line 3, column 3 ('k'): the label is longer than 1000 bytes"), "{refused}");
}

#[test]
fn empty_cells_are_filled_where_that_is_asked_for_and_problems_can_be_collected() {
    let mut problems = Vec::new();
    let file = put(b"a,b,k\n1,,x\n,3,y\nq,1,y\n");
    let options = Csv { missing: Missing::Zero, ..csv() };
    let table = read(&files(&[file.path()]), &options, &Limits::of_machine(), &mut |problem| {
        problems.push(problem.to_string());
        Ok(())
    });
    let table = table.unwrap();
    assert_eq!((rows(&table), table.missing), (vec![vec![1.0, 0.0], vec![0.0, 3.0]], 2));
    assert!(problems.len() == 1 && problems[0].contains("line 4, column 1"), "{problems:?}");
}

#[test]
fn a_test_table_has_the_same_columns_in_any_order_and_no_class_of_its_own() {
    let table = two_tables(FLOWERS, "a,b,kind\n1,1,iris\n").unwrap();
    assert_eq!((table.trained, table.rows.count), (3, 4));
    let shown = two_tables(FLOWERS, "a,b,kind\n1,1,iris\n2,2,tulip\n").unwrap_err().to_string();
    assert!(shown.contains("line 3: no training sample is of the class 'tulip'"), "{shown}");
    let turned = two_tables(FLOWERS, "b,kind,a\n1,iris,7\n").unwrap();
    assert_eq!(rows(&turned)[3], [7.0, 1.0]);
    let shown = two_tables(FLOWERS, "a,c,kind\n1,1,iris\n").unwrap_err().to_string();
    assert!(shown.contains("its columns are not those of the table to learn from"), "{shown}");
}

#[test]
fn a_table_as_people_have_it_is_understood_column_by_column() {
    let text = "\u{feff};Name;Age;Sex;Alive;Joined;y\n0;Ann Lee;22,5;f;True;01.02.2024;no\n1;Bo Ek;;m;False;15.02.2024;yes\n\
                2;Cy Day;30;m;True;03.03.2024;yes\n";
    let table = table(text, &Csv { missing: Missing::Mean, ..csv() }).unwrap();
    let features = [
        "Age",
        "Sex = f",
        "Sex = m",
        "Sex = (other)",
        "Alive",
        "Joined: month",
        "Joined: day",
        "Joined: weekday",
        "Joined: elapsed",
    ];
    assert_eq!(table.schema.features(), features);
    let read = rows(&table);
    assert_eq!(read[0], [22.5, 1.0, 0.0, 0.0, 1.0, 2.0, 1.0, 4.0, 19_754.0]);
    assert!(read[1][0].is_nan() && read[1][1..5] == [0.0, 1.0, 0.0, 0.0]);
    let told = table.told.join("\n");
    for part in [
        "separated by ';'",
        "fractions after ','",
        "'Sex' is a category of 2 words",
        "'Alive' is yes or no",
        "'Joined' is a date",
        "column 1 (no name) is left out: it numbers the rows",
        "'Name' is left out: all its 3 texts",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn a_table_is_encoded_as_the_one_that_was_learned() {
    let learned = table("city,x,y\nRome,1,a\nOslo,2,b\nRome,3,a\n", &csv()).unwrap().schema;
    let as_learned = |text: &[u8], schema: &TableSchema, wanted, header| {
        let (file, options) = (put(text), Csv { header, ..csv() });
        let (files, limits) = (files(&[file.path()]), Limits::of_machine());
        read_as(&files, &options, schema, wanted, LabelCells::AnyWord, &limits, &mut refuse)
    };
    let names = learned.names();
    let wanted = Some(Wanted { inputs: &names, labels: &["y".to_string()] });
    let read = as_learned(b"Y,X,id,City\nb,5,7,Oslo\na,6,8,Bern\n", &learned, wanted, true).unwrap();
    assert_eq!(rows(&read), [[1.0, 0.0, 0.0, 5.0], [0.0, 0.0, 1.0, 6.0]]);
    assert!(read.told[0].contains("such as 'Bern'"), "{:?}", read.told);
    let read = as_learned(b"Rome,4,a\n", &learned, None, false).unwrap();
    assert_eq!(rows(&read), [[0.0, 1.0, 0.0, 4.0]]);
    let refused = as_learned(b"1,2\n", &learned, None, false).unwrap_err().to_string();
    assert!(refused.contains("line 1: 2 columns; the table that was learned has 3"), "{refused}");
    let numbers = TableSchema::of_numbers(&["a".into()], Some("y"), Missing::Refuse);
    let wanted = Some(Wanted { inputs: &["a".to_string()], labels: &["y".to_string()] });
    let refused = as_learned(b"1,2\n", &numbers, wanted, true).unwrap_err().to_string();
    assert!(refused.contains("--no-header takes them in the order of the training: a, y"), "{refused}");
}

proptest! {
    #[test]
    fn a_damaged_table_is_refused_or_read_without_a_panic(
        at in 0..FLOWERS.len(), junk in prop::collection::vec(any::<u8>(), 0..4), header: bool,
    ) {
        let bytes = [&FLOWERS.as_bytes()[..at], &junk, &FLOWERS.as_bytes()[at..]].concat();
        let file = put(&bytes);
        let options = Csv { header, ..csv() };
        let _ = read(&files(&[file.path()]), &options, &Limits::of_machine(), &mut |_| Ok(()));
    }
}
