//! The devices that a person can ask for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::field::{Words, other_values};

/// Where to train, as the command line, the environment or a preset says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum DeviceChoice {
    /// Where an epoch is estimated to take less time, on a GPU or on the CPU; of several GPUs the one of whose memory the
    /// largest share is free: `auto`.
    #[default]
    Auto,
    /// As `Auto`, with the GPU of this number: `auto:1`. So several trainings that begin together take a GPU each.
    AutoWith(usize),
    /// The processors of this machine: `cpu`.
    Cpu,
    /// An NVIDIA GPU by its number, from 0: `cuda:1`; `cuda` is the first.
    Cuda(usize),
}

impl DeviceChoice {
    /// The words that a preset writes without quotes. Another GPU than the first has quotes: `"cuda:1"`.
    pub const WORDS: Words = Words {
        names: &["auto", "cpu", "cuda"],
        help: &[
            "where an epoch is estimated to take less time",
            "the processors of this machine",
            "the first NVIDIA GPU",
        ],
    };

    /// The device of a description as runs keep it: `cuda:0` of `cuda:0, NVIDIA H200, 139 GiB`. `None` for a description of
    /// another form.
    pub fn of_description(description: &str) -> Option<Self> {
        let name = description.split(',').next().unwrap_or_default();
        name.parse().ok().filter(|device: &DeviceChoice| !device.is_auto())
    }

    /// Whether it is left to Trainyard if a GPU or the CPU is used.
    pub fn is_auto(self) -> bool {
        matches!(self, DeviceChoice::Auto | DeviceChoice::AutoWith(_))
    }
}

other_values!(DeviceChoice);

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            DeviceChoice::Auto => f.write_str("auto"),
            DeviceChoice::AutoWith(ordinal) => write!(f, "auto:{ordinal}"),
            DeviceChoice::Cpu => f.write_str("cpu"),
            DeviceChoice::Cuda(ordinal) => write!(f, "cuda:{ordinal}"),
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let number =
            |digits: &str| digits.parse().ok().filter(|_| digits.bytes().all(|c| c.is_ascii_digit()));
        match name {
            "auto" => Some(DeviceChoice::Auto),
            "cpu" => Some(DeviceChoice::Cpu),
            "cuda" => Some(DeviceChoice::Cuda(0)),
            other => {
                let cuda = other.strip_prefix("cuda:").and_then(number).map(DeviceChoice::Cuda);
                cuda.or_else(|| other.strip_prefix("auto:").and_then(number).map(DeviceChoice::AutoWith))
            }
        }
        .ok_or_else(|| {
            format!(
                "there is no device '{name}'; valid: auto, cpu, cuda, cuda:N, auto:N (N: the GPU's number, from 0)"
            )
        })
    }
}

/// A device as a preset writes it.
#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "expected auto, cpu, cuda, or \"cuda:N\" for the GPU of number N, from 0")]
enum Written {
    Word(Word),
    Text(String),
}

/// The devices whose names need no quotes.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Auto,
    Cpu,
    Cuda,
}

impl TryFrom<Written> for DeviceChoice {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Word(Word::Auto) => Ok(DeviceChoice::Auto),
            Written::Word(Word::Cpu) => Ok(DeviceChoice::Cpu),
            Written::Word(Word::Cuda) => Ok(DeviceChoice::Cuda(0)),
            Written::Text(name) => name.parse(),
        }
    }
}

impl From<DeviceChoice> for Written {
    fn from(device: DeviceChoice) -> Written {
        match device {
            DeviceChoice::Auto => Written::Word(Word::Auto),
            DeviceChoice::Cpu => Written::Word(Word::Cpu),
            DeviceChoice::Cuda(0) => Written::Word(Word::Cuda),
            other @ (DeviceChoice::Cuda(_) | DeviceChoice::AutoWith(_)) => Written::Text(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [DeviceChoice; 5] = [
        DeviceChoice::Auto,
        DeviceChoice::Cpu,
        DeviceChoice::Cuda(0),
        DeviceChoice::Cuda(12),
        DeviceChoice::AutoWith(1),
    ];

    #[test]
    fn a_device_is_read_as_it_is_written() {
        for device in ALL {
            assert_eq!(device.to_string().parse(), Ok(device));
        }
        assert_eq!("cuda".parse(), Ok(DeviceChoice::Cuda(0)));
        for wrong in ["", "gpu", "cuda:", "auto:", "cpu:0", "cuda:+1", "cuda:x", "cuda:99999999999999999999"]
        {
            assert!(wrong.parse::<DeviceChoice>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_preset_writes_a_device_as_a_word_and_other_gpus_than_the_first_in_quotes() {
        let texts = ["auto", "cpu", "cuda", "\"cuda:12\"", "\"auto:1\""];
        for (device, text) in ALL.into_iter().zip(texts) {
            assert_eq!(ron::to_string(&device).unwrap(), text);
            assert_eq!(ron::from_str::<DeviceChoice>(text).unwrap(), device);
        }
        assert_eq!(&texts[..3], DeviceChoice::WORDS.names);
        for quoted in ["\"cpu\"", "\"cuda:0\""] {
            assert!(ron::from_str::<DeviceChoice>(quoted).is_ok(), "{quoted}");
        }
        for (wrong, said) in [("gpu", "'gpu'"), ("\"cuda:x\"", "'cuda:x'"), ("1", "expected auto, cpu, cuda")]
        {
            let error = ron::from_str::<DeviceChoice>(wrong).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn the_device_of_a_run_is_read_from_its_description() {
        let of = DeviceChoice::of_description;
        assert_eq!(of("cpu, 2 threads, AVX-512"), Some(DeviceChoice::Cpu));
        assert_eq!(of("cuda:1, NVIDIA H200, 139 GiB"), Some(DeviceChoice::Cuda(1)));
        assert_eq!((of("auto"), of("auto:1"), of("something else")), (None, None, None));
    }
}
