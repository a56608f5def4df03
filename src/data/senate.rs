//! Roll calls of the US Senate: pairs of a senator and a vote, embedded.

use super::Error;
use super::embedded::{Part, part};
use super::samples::Samples;
use crate::preset::Senate;
use crate::preset::table::{InputColumn, InputKind, Rest, TableSchema};

static ROLL_CALLS: Part = part!("senate/roll_calls.tsv", "39b6431a97a3b9fa8e185d336f6a183a", 167_982);

/// All pairs of a senator and a roll call at which the senator voted, senator by senator: `[62857, 2]` numbers of words; nay (0) or
/// yea (1).
///
/// # Errors
/// When the embedded bytes are damaged.
pub fn samples(source: &Senate) -> Result<Samples, Error> {
    let wrong =
        |problem: String| Error::Broken { origin: format!("the embedded {}", ROLL_CALLS.name), problem };
    let text = ROLL_CALLS.text()?;
    let mut lines = text.lines();
    let senators: Vec<String> =
        lines.next().unwrap_or_default().split('\t').map(ToString::to_string).collect();
    let (mut roll_calls, mut said) = (Vec::new(), Vec::new());
    for line in lines {
        let mut cells = line.splitn(3, '\t');
        let (Some(number), Some(about), Some(votes)) = (cells.next(), cells.next(), cells.next()) else {
            return Err(wrong(format!("'{line}' is not expected")));
        };
        if votes.len() != senators.len() {
            return Err(wrong(format!("'{votes}' is not expected")));
        }
        roll_calls.push(format!("{number} {about}"));
        said.push(votes.as_bytes());
    }
    let (mut inputs, mut of, mut captions) = (Vec::new(), Vec::new(), Vec::new());
    for (senator, name) in senators.iter().enumerate() {
        let votes = said.iter().zip(&roll_calls).enumerate();
        for (roll_call, (votes, about)) in votes.filter(|(_, (votes, _))| votes[senator] != b'.') {
            inputs.extend([senator as f32, roll_call as f32]);
            of.push(u32::from(votes[senator] == b'1'));
            captions.push(format!("{name} on {about}"));
        }
    }
    let schema = schema(source, senators, roll_calls);
    let names = vec!["nay".to_string(), "yea".to_string()];
    let columns = schema.features();
    Ok(Samples { captions, columns, table: Some(schema), ..Samples::of_classes(vec![2], inputs, of, names) })
}

/// Two columns of words, for each of which the network learns a vector, and the vote.
fn schema(source: &Senate, senators: Vec<String>, roll_calls: Vec<String>) -> TableSchema {
    let column = |(place, words)| InputColumn {
        rest: Rest { unused: Vec::new(), is_taught: false },
        ..InputColumn::new(place, InputKind::Embedding { words, size: source.embed })
    };
    TableSchema {
        columns: Senate::COLUMNS.map(str::to_string).into(),
        label: 2,
        inputs: [senators, roll_calls].into_iter().enumerate().map(column).collect(),
        ..TableSchema::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::Source;

    #[test]
    fn as_many_votes_as_the_public_record_has() {
        let senate = Senate { embed: 5 };
        let samples = samples(&senate).unwrap();
        // Counted with pandas in senate109_votes.csv.
        let yea = samples.classes().iter().filter(|class| **class == 1).count();
        assert_eq!((samples.count(), yea), (62_857, 40_207));
        assert_eq!(
            samples.captions[0],
            "BUSH (R USA) on 1-2 Confirmation Condoleeza Rice, of California, to be Secretary of State"
        );
        assert_eq!((&samples.inputs[..2], samples.classes()[0]), (&[0.0, 1.0][..], 1));
        let schema = samples.table.unwrap();
        let offers = Source::Senate(senate).built_in_offers().unwrap();
        assert_eq!((offers.embedded, offers.columns), (schema.embedded(), schema.row()));
        let InputKind::Embedding { words, .. } = &schema.inputs[0].kind else { panic!("they are words") };
        let of = |party: &str| words.iter().filter(|name| Senate::party(name) == Some(party)).count();
        assert_eq!([of("Republican"), of("Democrat"), of("independent")], [56, 45, 1]);
    }
}
