//! One message on a stream: its length, four bytes, the smallest first; then RON.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest message of a client: a preset of 1 MB, and the names of as many classes as one's own data has.
pub const LONGEST_FROM_CLIENT: u32 = 16 << 20;
/// The longest message of a server: a figure of many images.
pub const LONGEST_FROM_SERVER: u32 = 64 << 20;

/// What came.
#[derive(Debug, PartialEq)]
pub enum Incoming<T> {
    /// A message.
    Message(T),
    /// Something else, passed over: why.
    NotUnderstood(String),
    /// The other side is gone.
    End,
}

/// Sends a message.
///
/// # Errors
/// When the other side is gone, or the message is too long.
pub fn write(to: &mut impl Write, message: &impl Serialize, longest: u32) -> io::Result<()> {
    let text = ron::to_string(message).map_err(io::Error::other)?;
    let length = u32::try_from(text.len()).ok().filter(|length| *length <= longest);
    let length = length.ok_or_else(|| io::Error::other(format!("a message of {} bytes", text.len())))?;
    let mut frame = length.to_le_bytes().to_vec();
    frame.extend_from_slice(text.as_bytes());
    to.write_all(&frame)?;
    to.flush()
}

/// Takes the next message. One that is too long is passed over without being kept.
///
/// # Errors
/// When the stream fails.
pub fn read<T: DeserializeOwned>(from: &mut impl Read, longest: u32) -> io::Result<Incoming<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Incoming::End),
        Err(error) => return Err(error),
    }
    let length = u32::from_le_bytes(length);
    let mut body = from.by_ref().take(length.into());
    if length > longest {
        io::copy(&mut body, &mut io::sink())?;
        return Ok(Incoming::NotUnderstood(format!("{length} bytes are too many, {longest} the most")));
    }
    // Memory is taken as bytes come, not as the length claims.
    let mut text = Vec::new();
    if body.read_to_end(&mut text)? != length as usize {
        return Ok(Incoming::End);
    }
    let parsed = std::str::from_utf8(&text)
        .map_err(|error| error.to_string())
        .and_then(|text| ron::from_str(text).map_err(|error| error.to_string()));
    Ok(match parsed {
        Ok(message) => Incoming::Message(message),
        Err(problem) => Incoming::NotUnderstood(problem),
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::protocol::{
        Command, Event, Finish, Outcome, Request, RequestId, Scores, TrainRequest,
    };
    use super::super::{ClientMessage, ServerMessage};
    use super::*;
    use crate::preset::library::Loaded;
    use crate::preset::{TargetKind, ValuesAre};
    use proptest::prelude::*;

    #[test]
    fn messages_come_back_infinities_included_and_what_is_between_them_is_passed_over() {
        let finish = Finish {
            outcome: Outcome::Stopped,
            test: Some(Scores { loss: f64::INFINITY, ..Scores::default() }),
            epochs: 1,
            steps: 2,
            samples_per_second: 0.1,
            seconds: 0.1 + 0.2,
        };
        let told = ServerMessage::Event(Event::Finished(finish));
        let mut stream = Vec::new();
        write(&mut stream, &told, LONGEST_FROM_SERVER).unwrap();
        write(&mut stream, &"what is this", LONGEST_FROM_SERVER).unwrap();
        write(&mut stream, &"x".repeat(200), LONGEST_FROM_SERVER).unwrap();
        write(&mut stream, &told, LONGEST_FROM_SERVER).unwrap();
        let mut from = &stream[..];
        let longest = 190;
        assert_eq!(read(&mut from, longest).unwrap(), Incoming::Message(told.clone()));
        assert!(matches!(read::<ServerMessage>(&mut from, longest).unwrap(), Incoming::NotUnderstood(_)));
        assert!(matches!(read::<ServerMessage>(&mut from, longest).unwrap(), Incoming::NotUnderstood(_)));
        assert_eq!(read(&mut from, longest).unwrap(), Incoming::Message(told));
        assert_eq!(read::<ServerMessage>(&mut from, longest).unwrap(), Incoming::End);
    }

    #[test]
    fn an_experiment_survives_the_way() {
        for entry in crate::preset::library::list().into_iter().filter(|entry| entry.file.is_none()) {
            let Loaded::Experiment(experiment) = entry.loaded.unwrap() else { panic!("it is built in") };
            let command = Command::Train(Box::new(TrainRequest::new(*experiment)));
            let ask = ClientMessage::Request(Request { id: RequestId { asker: 0, number: 1 }, command });
            let mut stream = Vec::new();
            write(&mut stream, &ask, LONGEST_FROM_CLIENT).unwrap();
            assert_eq!(read(&mut &stream[..], LONGEST_FROM_CLIENT).unwrap(), Incoming::Message(ask));
        }
    }

    #[test]
    fn an_experiment_that_does_not_fit_is_not_understood() {
        let text = include_str!("../../../presets/xor.ron");
        let mut experiment = crate::preset::library::experiment(text, "xor").unwrap();
        experiment.offers.target = TargetKind::Values(7);
        experiment.offers.values = ValuesAre::Distributions;
        let command = Command::Train(Box::new(TrainRequest::new(experiment)));
        let ask = ClientMessage::Request(Request { id: RequestId { asker: 0, number: 1 }, command });
        let mut stream = Vec::new();
        write(&mut stream, &ask, LONGEST_FROM_CLIENT).unwrap();
        let read = read::<ClientMessage>(&mut &stream[..], LONGEST_FROM_CLIENT).unwrap();
        let Incoming::NotUnderstood(why) = read else { panic!("it was understood") };
        assert!(why.contains("for 7 values"), "{why}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut from = &bytes[..];
            while read::<ClientMessage>(&mut from, 100).unwrap() != Incoming::End {}
        }
    }
}
