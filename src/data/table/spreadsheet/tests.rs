//! The tables that pandas, openpyxl and odfpy wrote, by `tests/reference/pandas_tables.py`.

use super::super::tests::formats::{assert_same, rows};
use super::*;

#[test]
fn spreadsheets_give_the_rows_of_the_table_in_text() {
    for (name, sheet, first) in
        [("passengers.xlsx", None, 1), ("passengers.ods", None, 1), ("sheets.xlsx", Some("Passengers"), 3)]
    {
        let read = rows(name, sheet);
        assert_eq!((read[0].1, read[80].1), (Place::Row(first), Place::Row(first + 80)), "{name}");
        assert_same(&read);
    }
}

fn of_sheet(name: Option<&str>) -> Csv {
    Csv { sheet: name.map(str::to_string), ..Csv::of(String::new()) }
}

#[test]
fn a_sheet_that_is_not_there_and_a_damaged_file_are_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/formats");
    let opened = |path: &Path, kind, sheet| open(path, kind, &of_sheet(sheet), None, &Limits::of_machine());
    let told =
        |name: &str, kind, sheet| opened(&folder.join(name), kind, Some(sheet)).err().unwrap().to_string();
    let said = told("sheets.xlsx", Spreadsheet::Xlsx, "Crew");
    assert_eq!(said, "there is no sheet 'Crew'; there are: Notes, Passengers");
    assert_eq!(told("passengers.xlsx", Spreadsheet::Xlsx, ""), "there is no sheet ''; there are: Passengers");
    let file = tempfile::NamedTempFile::new().unwrap();
    for (name, kind) in [("passengers.xlsx", Spreadsheet::Xlsx), ("passengers.ods", Spreadsheet::Ods)] {
        let whole = std::fs::read(folder.join(name)).unwrap();
        std::fs::write(file.path(), &whole[..whole.len() / 2]).unwrap();
        let said = opened(file.path(), kind, None).err().unwrap().to_string();
        assert!(said.starts_with("it is no whole spreadsheet: "), "{name}: {said}");
    }
}

#[test]
fn of_several_sheets_the_first_is_read_and_told_unless_one_is_named() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/formats/sheets.xlsx");
    let unusual = |sheet| {
        let (sheet, name) =
            open(&path, Spreadsheet::Xlsx, &of_sheet(sheet), None, &Limits::of_machine()).ok().unwrap();
        (name, sheet.unusual)
    };
    let told = "it has 2 sheets, Notes, Passengers, and the first is read".to_string();
    assert_eq!(unusual(None), ("Notes".into(), vec![told]));
    assert_eq!(unusual(Some("Passengers")), ("Passengers".into(), vec![]));
}

#[test]
fn cells_beyond_the_memory_are_refused() {
    let limits = Limits { memory: 1000, ..Limits::of_machine() };
    let mut collected = Collected {
        rows: Vec::new(),
        merged: Vec::new(),
        texts: Vec::new(),
        formulas: Vec::new(),
        bytes: 0,
        limits: &limits,
    };
    assert!(collected.push(0, 3, "a".into(), true).is_ok());
    // A cell far to the right takes the room of all cells before it.
    let refused = collected.push(7, 16_000, "b".into(), true).err().unwrap().to_string();
    assert!(refused.starts_with("the sheet's cells take"), "{refused}");
}

#[test]
fn cells_are_written_as_what_they_are() {
    assert_eq!(text(&Data::Float(0.1)), "0.1");
    assert_eq!(text(&Data::Float(45.0)), "45");
    assert_eq!(text(&Data::Error(CellErrorType::NA)), "#N/A");
    assert_eq!(text(&Data::Error(CellErrorType::Div0)), "#DIV/0!");
    assert_eq!(text(&Data::DateTimeIso("2024-02-03T04:05:06".into())), "2024-02-03 04:05:06");
    assert_eq!(text(&Data::DateTimeIso("2024-02-03T00:00:00".into())), "2024-02-03");
    let moment = |days, kind| text(&Data::DateTime(ExcelDateTime::new(days, kind, false)));
    assert_eq!(moment(45943.5, calamine::ExcelDateTimeType::DateTime), "2025-10-13 12:00:00");
    assert_eq!(moment(45943.0, calamine::ExcelDateTimeType::DateTime), "2025-10-13");
    assert_eq!(moment(0.25, calamine::ExcelDateTimeType::DateTime), "06:00:00");
    assert_eq!(moment(49_510.25 / 86_400.0, calamine::ExcelDateTimeType::DateTime), "13:45:10.250");
    let iso = |duration: &str| text(&Data::DurationIso(duration.into()));
    assert_eq!((iso("PT13H45M10S"), iso("PT09H05M00.5S")), ("13:45:10".into(), "09:05:00.500".into()));
    assert_eq!((iso("PT36H00M00S"), iso("PT9H")), ("PT36H00M00S".into(), "PT9H".into()));
    assert_eq!(moment(1.5, calamine::ExcelDateTimeType::TimeDelta), "1 days 12:00:00");
}

#[test]
fn a_workbook_that_speaks_of_more_texts_than_it_has_is_refused() {
    assert_eq!(texts("<sst count=\"9\" uniqueCount=\"7\">"), Some(7));
    assert_eq!((texts("<sst uniqueCount='99999999999999999999'>"), texts("<sst>")), (Some(u64::MAX), None));
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut archive = zip::ZipWriter::new(file.reopen().unwrap());
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("xl/sharedStrings.xml", options).unwrap();
    std::io::Write::write_all(&mut archive, b"<sst uniqueCount=\"1000000000000\"><si/></sst>").unwrap();
    archive.finish().unwrap();
    let refused = zipped(file.path(), &Limits::of_machine()).err().unwrap().to_string();
    assert_eq!(refused, "it is no whole spreadsheet: it is said to have more texts than fit into it");
}
