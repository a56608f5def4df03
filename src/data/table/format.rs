//! The format of a table's file.

use std::io::{self, Read};
use std::path::Path;

use crate::data::import::folders::{Kind, START};
use crate::preset::Csv;
use crate::system::files;

/// The format of a table's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Separated cells, gzipped or not.
    Text,
    /// Apache Parquet.
    Parquet,
    /// A spreadsheet.
    Spreadsheet(Spreadsheet),
    /// Excel's binary format of before 2007, which is told apart to be refused: no reader of it withstands damaged files.
    OldExcel,
}

/// A spreadsheet's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spreadsheet {
    /// Office Open XML, of Excel since 2007.
    Xlsx,
    /// OpenDocument.
    Ods,
}

/// What the name of a table's file may end in; text may be gzipped.
const ENDINGS: &[&str] = &["csv", "tsv", "tab", "parquet", "pq", "xlsx", "xlsm", "ods"];
/// Tables.
pub const KIND: Kind = Kind {
    many: "tables",
    formats: "CSV, TSV, Parquet, .xlsx, .ods",
    endings: ENDINGS,
    is_one: |start| Format::of_start(start) != Format::Text,
};

/// Whether a name that ends so is that of a table.
pub fn is_ending_of_table(ending: &str) -> bool {
    ENDINGS.contains(&ending)
}

impl Format {
    /// The format of a file, by its first bytes: whatever is none of the others is text.
    ///
    /// # Errors
    /// When it is no regular file, or the system refuses.
    pub fn of(path: &Path) -> Result<Self, files::Error> {
        let mut start = Vec::new();
        files::open(path)?.take(START).read_to_end(&mut start)?;
        Ok(Self::of_start(&start))
    }

    /// The format of a file that begins with these bytes.
    pub fn of_start(start: &[u8]) -> Self {
        // A zip archive names its first file behind 30 bytes; an archive of arrays has other names.
        let is_first = |name: &[u8]| start.get(30..).is_some_and(|rest| rest.starts_with(name));
        match start {
            [b'P', b'A', b'R', b'1', ..] => Format::Parquet,
            [0xd0, 0xcf, 0x11, 0xe0, ..] => Format::OldExcel,
            [b'P', b'K', 3, 4, ..] if is_first(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet") => {
                Format::Spreadsheet(Spreadsheet::Ods)
            }
            [b'P', b'K', 3, 4, ..]
                if [&b"[Content_Types].xml"[..], b"_rels/", b"docProps/", b"xl/"]
                    .into_iter()
                    .any(is_first) =>
            {
                Format::Spreadsheet(Spreadsheet::Xlsx)
            }
            _ => Format::Text,
        }
    }

    /// These options without those that a file of this format cannot follow: they were given for another file.
    pub(super) fn fitting(self, table: Csv) -> Csv {
        let table = match self {
            Format::Text | Format::OldExcel => Csv { sheet: None, ..table },
            Format::Parquet | Format::Spreadsheet(_) => {
                Csv { separator: None, quote: None, comment: None, encoding: None, ..table }
            }
        };
        match self {
            Format::Parquet => Csv { sheet: None, skip_rows: None, ..table },
            _ => table,
        }
    }

    /// Checks that files of this format are read, and that a preset has no option that they cannot follow.
    ///
    /// # Errors
    /// That they are not read, or the first such option.
    pub(super) fn check_options(self, table: &Csv) -> Result<(), files::Error> {
        let of_text = [
            ("separator", table.separator.is_some()),
            ("quote", table.quote.is_some()),
            ("comment", table.comment.is_some()),
            ("encoding", table.encoding.is_some()),
        ];
        let of_spreadsheets = [("sheet", table.sheet.is_some())];
        let of_both = [("skip_rows", table.skip_rows.is_some())];
        let refused = |problem: String| Err(io::Error::new(io::ErrorKind::InvalidInput, problem).into());
        let (what, others): (_, &[_]) = match self {
            Format::OldExcel => {
                return refused(
                    "it has Excel's format of before 2007, which is not read: save it as .xlsx".into(),
                );
            }
            Format::Text => ("text", &of_spreadsheets),
            Format::Parquet => ("Parquet", &[of_text.as_slice(), &of_spreadsheets, &of_both].concat()),
            Format::Spreadsheet(_) => ("a spreadsheet", &of_text),
        };
        match others.iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((option, _)) => refused(format!("{option} does not apply to {what}: leave it out")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_a_format_cannot_follow_are_refused() {
        let refused =
            |format: Format, table: Csv| format.check_options(&table).map_err(|error| error.to_string());
        let sheet = || Csv { sheet: Some("a".into()), ..Csv::of(String::new()) };
        let decimal = || Csv { decimal: Some(','), ..Csv::of(String::new()) };
        let spreadsheet = Format::Spreadsheet(Spreadsheet::Xlsx);
        assert_eq!(refused(Format::Text, sheet()).unwrap_err(), "sheet does not apply to text: leave it out");
        assert!(refused(Format::Parquet, sheet()).unwrap_err().contains("sheet does not apply to Parquet"));
        let skip_rows = Csv { skip_rows: Some(1), ..Csv::of(String::new()) };
        assert!(
            refused(Format::Parquet, skip_rows).unwrap_err().contains("skip_rows does not apply to Parquet")
        );
        let separator = Csv { separator: Some(';'), ..Csv::of(String::new()) };
        assert!(
            refused(spreadsheet, separator)
                .unwrap_err()
                .contains("separator does not apply to a spreadsheet")
        );
        for (format, table) in [
            (spreadsheet, sheet()),
            (Format::Text, decimal()),
            (spreadsheet, decimal()),
            (Format::Parquet, decimal()),
        ] {
            assert_eq!(refused(format, table), Ok(()));
        }
        for format in [Format::Text, Format::Parquet, spreadsheet] {
            let both = Csv { sheet: Some("a".into()), ..decimal() };
            assert_eq!(refused(format, format.fitting(both)), Ok(()), "{format:?}");
        }
    }

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        let zipped = |name: &[u8]| Format::of_start(&[b"PK\x03\x04", &[0; 26][..], name].concat());
        assert_eq!(zipped(b"[Content_Types].xml"), Format::Spreadsheet(Spreadsheet::Xlsx));
        let ods = zipped(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK");
        assert_eq!(ods, Format::Spreadsheet(Spreadsheet::Ods));
        assert_eq!((zipped(b"x.npy"), Format::of_start(b"")), (Format::Text, Format::Text));
        assert_eq!(Format::of_start(b"PAR1\x15"), Format::Parquet);
        let old = Format::of_start(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
        let refused = old.check_options(&Csv::of(String::new())).unwrap_err().to_string();
        assert_eq!(refused, "it has Excel's format of before 2007, which is not read: save it as .xlsx");
    }
}
