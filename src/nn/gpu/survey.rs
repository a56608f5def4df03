//! What there is of NVIDIA's on this machine, for a person who wants to know why a GPU is or is not used.

use std::path::PathBuf;

use cudarc::driver::{CudaContext, result};
use serde::Serialize;

use super::card::version;
use super::error::driver;
use super::libraries::{Library, Opening};
use super::{nvml, program};
use crate::nn::device::Error;

/// Driver, cards and libraries.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Survey {
    /// The driver, where there is one.
    pub driver: Option<Driver>,
    /// Why no card can be used, where that is so, and what to do.
    pub problem: Option<String>,
    /// The cards, in the order of their numbers.
    pub cards: Vec<Card>,
    /// The libraries beside the driver's own. The program works without each of them.
    pub libraries: Vec<Optional>,
}

/// The driver.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Driver {
    /// Its version: `550.54.14`; `None` where NVML does not say it.
    pub version: Option<String>,
    /// The CUDA version that it supports: `12.4`.
    pub cuda: String,
    /// Its library.
    pub library: Option<PathBuf>,
}

/// A card.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    /// As `--device` names it: `cuda:0`.
    pub device: String,
    /// Its model.
    pub model: Option<String>,
    /// Its compute capability: `9.0`.
    pub compute_capability: Option<String>,
    /// Its memory in bytes.
    pub memory: Option<u64>,
    /// How much of it is free.
    pub free_memory: Option<u64>,
    /// Why it cannot be used, where that is so.
    pub problem: Option<String>,
}

/// A library that the program can do without.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Optional {
    /// Its name.
    pub name: &'static str,
    /// What it is used for.
    pub purpose: &'static str,
    /// Where it was found; `None` where it is missing or does not open.
    pub file: Option<PathBuf>,
    /// Why it cannot be used, and how to get it.
    pub problem: Option<String>,
}

/// Looks at the machine. What is missing is part of the answer.
pub fn survey() -> Survey {
    let mut survey = Survey { libraries: vec![cublas(), management()], ..Survey::default() };
    match Library::Driver.open() {
        Opening::Open => {}
        Opening::Missing => {
            survey.problem = Some(format!(
                "{}: install the driver, 520 or newer; a container has to be started with its GPUs (--gpus all)",
                Error::NoDriver
            ));
            return survey;
        }
        Opening::Broken(problem) => {
            survey.problem = Some(format!(
                "the NVIDIA driver's library does not open: {problem}: install the driver again"
            ));
            return survey;
        }
    }
    let looked = look(&mut survey).err().map(|error| error.to_string());
    survey.problem = looked.or_else(|| {
        let is_broken = |card: &Card| card.problem.is_some();
        let all_broken = survey.cards.iter().all(is_broken);
        survey.cards.first().and_then(|card| card.problem.clone()).filter(|_| all_broken)
    });
    survey
}

fn look(survey: &mut Survey) -> Result<(), Error> {
    let cuda = version().map_err(|error| driver("ask for the driver's version", error))?;
    survey.driver = Some(Driver {
        version: nvml::driver_version(),
        cuda: program::in_words(cuda),
        library: Library::Driver.path(),
    });
    program::check_driver(cuda)?;
    result::init().map_err(|error| driver("open the GPU", error))?;
    let count = CudaContext::device_count().map_err(|error| driver("count the GPUs", error))?;
    survey.cards = (0..usize::try_from(count).unwrap_or(0)).map(card).collect();
    Ok(())
}

fn card(ordinal: usize) -> Card {
    let mut card = Card {
        device: format!("cuda:{ordinal}"),
        model: None,
        compute_capability: None,
        memory: None,
        free_memory: None,
        problem: None,
    };
    let context = match CudaContext::new(ordinal) {
        Ok(context) => context,
        Err(error) => {
            card.problem = Some(driver("open the GPU", error).to_string());
            return card;
        }
    };
    card.model = context.name().ok();
    if let Ok((major, minor)) = context.compute_capability() {
        card.compute_capability = Some(format!("{major}.{minor}"));
        card.problem = program::check_card((major, minor)).err().map(|error| error.to_string());
    }
    if let Ok((free, total)) = context.mem_get_info() {
        (card.free_memory, card.memory) = (Some(free as u64), Some(total as u64));
    }
    card
}

fn cublas() -> Optional {
    optional(
        Library::Cublas,
        "cuBLAS",
        "matrix products",
        "the program's own products serve; a CUDA toolkit has it, and `pip install nvidia-cublas-cu12`",
    )
}

fn management() -> Optional {
    optional(
        Library::Management,
        "NVML",
        "utilisation, temperature and power of a card",
        "these are not shown; it comes with the driver",
    )
}

fn optional(library: Library, name: &'static str, purpose: &'static str, without: &str) -> Optional {
    let problem = match library.open() {
        Opening::Open => None,
        Opening::Missing => Some(format!("not found: {without}")),
        Opening::Broken(problem) => Some(format!("does not open: {problem}: {without}")),
    };
    let file = library.path().filter(|_| problem.is_none());
    Optional { name, purpose, file, problem }
}
