//! The lines above the first row of a text.

/// The lines that are no rows at a text's beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// Their bytes.
    pub bytes: usize,
    /// How many there are.
    pub lines: u64,
    /// Whether some are comments, which begin with `#`.
    pub(super) are_comments: bool,
    /// What separates two cells, where the first line says it, as `sep=;`, which Excel reads.
    pub(super) separator: Option<u8>,
}

impl Before {
    /// So many lines, which a preset leaves out.
    pub(super) fn skipped(sample: &str, lines: usize) -> Result<Self, String> {
        let bytes: usize = sample.split_inclusive('\n').take(lines).map(str::len).sum();
        let count = sample.split_inclusive('\n').take(lines).count();
        if count < lines {
            return Err(format!("skip_rows: {lines} leaves out more lines than are looked at, {count}"));
        }
        Ok(Before { bytes, lines: lines as u64, ..Before::default() })
    }

    /// The first line, where it says what separates cells.
    pub(super) fn said(sample: &str) -> Self {
        let line = sample.split_inclusive('\n').next().unwrap_or_default();
        let said = line.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']).trim_matches('"');
        let sign = match said.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")) {
            Some(_) => said.as_bytes().get(4..).filter(|sign| sign.len() == 1),
            None => None,
        };
        match sign {
            Some(sign) => {
                let separator = Some(sign[0]);
                Before { bytes: line.len(), lines: 1, are_comments: false, separator }
            }
            None => Before::default(),
        }
    }
}
