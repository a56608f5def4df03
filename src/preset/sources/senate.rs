//! Who voted how: a table of pairs that is built in.

use serde::{Deserialize, Serialize};

use crate::fields;
use crate::preset::layers::{EmbeddedColumn, RowColumn};

/// 62,857 votes of the 109th US Senate: a senator and a roll call to yea or nay; embedded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Senate {
    /// Numbers of the vector that the network learns for each senator and for each roll call.
    pub embed: usize,
}

impl Default for Senate {
    fn default() -> Self {
        Senate { embed: 8 }
    }
}

fields! {
    Senate {
        embed: Integer(Range::between(1.0, 1000.0)), "numbers of the vector that is learned for each senator and each roll call";
    }
}

impl Senate {
    /// Pairs of a senator and a roll call at which the senator voted yea or nay.
    pub(super) const PAIRS: usize = 62_857;
    /// The columns of the table, and how many different words the inputs have.
    pub const COLUMNS: [&str; 3] = ["senator", "roll call", "vote"];
    const WORDS: [usize; 2] = [102, 645];

    /// The inputs, which are numbers of words; the last one stands for any other word.
    pub(super) fn embedded(&self) -> Vec<EmbeddedColumn> {
        let column = |(place, words)| EmbeddedColumn { place, words: words + 1, size: self.embed };
        Self::WORDS.into_iter().enumerate().map(column).collect()
    }

    /// The columns as a network's layers get them.
    pub(super) fn row(&self) -> Vec<RowColumn> {
        let column = |name: &&str| RowColumn { name: (*name).into(), width: self.embed };
        Self::COLUMNS.iter().take(2).map(column).collect()
    }

    /// The party of a senator, as the table names them: `McCAIN (R AZ)`.
    pub fn party(senator: &str) -> Option<&'static str> {
        let (_, of) = senator.rsplit_once('(')?;
        let party = of.split(' ').next()?;
        ["R", "D", "Indep"]
            .into_iter()
            .zip(["Republican", "Democrat", "independent"])
            .find_map(|(short, name)| (party == short).then_some(name))
    }
}
