//! Where a training runs: who says so, and what that comes to.
//!
//! The command line goes first, then the environment, then, for a run that goes on, the device that it was on, or else the
//! preset; where none of them says anything in particular, it is `auto`.

use super::own_data::on_own_data;
use crate::nn;
use crate::preset::{DeviceChoice, Experiment, Learned, Preset};
use crate::train::{self, Prepared, Training};

/// The variable of the environment that names a device.
const VARIABLE: &str = "TRAINYARD_DEVICE";

/// What the environment asks for.
///
/// # Errors
/// When it names no device.
pub fn device_of_environment() -> Result<Option<DeviceChoice>, String> {
    match std::env::var_os(VARIABLE) {
        Some(name) if !name.is_empty() => {
            let name = name.to_string_lossy();
            name.parse().map(Some).map_err(|problem| format!("{VARIABLE}: {problem}"))
        }
        Some(_) | None => Ok(None),
    }
}

/// Where trainings that begin together are shared out when neither the command line nor the environment nor their preset says where:
/// `auto` with each GPU; empty with fewer than two GPUs.
pub fn devices_shared_out(preset: DeviceChoice) -> Vec<DeviceChoice> {
    let is_free = preset == DeviceChoice::Auto && matches!(device_of_environment(), Ok(None));
    if is_free { nn::shared_out() } else { Vec::new() }
}

/// Checks that a device is there, before a training that needs it is begun.
///
/// # Errors
/// When there is no such GPU on this machine, or the environment names no device.
pub fn check_device(asked: Option<DeviceChoice>, preset: DeviceChoice) -> Result<(), String> {
    let device = asked.map_or_else(device_of_environment, |asked| Ok(Some(asked)))?.unwrap_or(preset);
    nn::check(device)
        .map_err(|error| format!("{device} cannot be used: {error}; --device cpu trains on the processors"))
}

/// A device that is to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    /// Which.
    pub device: DeviceChoice,
    /// Somebody asks for it, and another one will not do; a run that goes on only prefers the one that it was on.
    pub is_asked_for: bool,
}

impl Wish {
    /// Where a new run trains: `option` is the command line's.
    ///
    /// # Errors
    /// When the environment names no device.
    pub(super) fn of_new_run(option: Option<DeviceChoice>, preset: &Preset) -> Result<Self, String> {
        let asked = option.map_or_else(device_of_environment, |option| Ok(Some(option)))?;
        Ok(Wish { device: asked.unwrap_or(preset.device), is_asked_for: true })
    }

    /// Where a run goes on that was on the device of this description with the preset `before`, and has another preset now.
    ///
    /// # Errors
    /// When the environment names no device.
    pub(super) fn of_resumed_run(
        option: Option<DeviceChoice>,
        preset: &Preset,
        before: &Preset,
        description: &str,
    ) -> Result<Self, String> {
        let asked = option.map_or_else(device_of_environment, |option| Ok(Some(option)))?;
        let asked = asked.or((preset.device != before.device).then_some(preset.device));
        Ok(match (asked, DeviceChoice::of_description(description)) {
            (Some(device), _) => Wish { device, is_asked_for: true },
            (None, Some(device)) => Wish { device, is_asked_for: false },
            (None, None) => Wish { device: preset.device, is_asked_for: true },
        })
    }
}

/// The device that a training is on.
pub(super) struct Placement {
    /// The device in words.
    pub device: String,
    /// What was asked for; `None` where a run only goes on where it was.
    pub asked: Option<DeviceChoice>,
    /// How it came to this device, a line each, where there is something to say.
    pub told: Vec<String>,
}

impl Placement {
    /// Whether the device is a GPU.
    pub(super) fn is_gpu(&self) -> bool {
        matches!(DeviceChoice::of_description(&self.device), Some(DeviceChoice::Cuda(_)))
    }

    /// The line for a run that was on another device before.
    pub(super) fn move_from(&self, before: &str) -> Option<String> {
        (!is_same(before, &self.device)).then(|| {
            let now = &self.device;
            format!("the run was on {before} and goes on with {now}: from here on, its numbers may differ in the last digits")
        })
    }
}

/// The training of an experiment, with lines on how it came to its device. A run that only prefers a device which cannot be
/// used goes on elsewhere.
pub(super) fn built(
    experiment: &Experiment,
    learned: Option<&Learned>,
    wish: Wish,
) -> Result<(Box<dyn Training>, Vec<String>), String> {
    let on = |device| match learned {
        Some(learned) => {
            train::prepare_as_learned(&on_own_data(experiment, learned), &learned.preparation, device)
        }
        None => train::prepare(experiment, device),
    };
    match on(wish.device) {
        Ok(Prepared { training, told }) => Ok((training, told.into_iter().collect())),
        Err(train::Error::NoDevice(problem)) if !wish.is_asked_for => {
            let Prepared { training, told } = on(DeviceChoice::Auto).map_err(|error| error.to_string())?;
            let lost = format!("{}, where it was, cannot be used: {problem}", wish.device);
            Ok((training, std::iter::once(lost).chain(told).collect()))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Where questions to a run's network are answered; `asked` is what the command line or the environment says, `description`
/// the device that the run was on. `auto` is the CPU, unless a GPU has trained the network: then it is a GPU where one is
/// there.
pub fn device_for_questions(asked: Option<DeviceChoice>, description: &str) -> DeviceChoice {
    match (asked.unwrap_or_default(), DeviceChoice::of_description(description)) {
        (auto, Some(DeviceChoice::Cuda(_))) if auto.is_auto() => auto,
        (auto, _) if auto.is_auto() => DeviceChoice::Cpu,
        (named, _) => named,
    }
}

/// Whether two descriptions are of the same device: how many threads of the CPU compute makes no difference to a run.
fn is_same(before: &str, now: &str) -> bool {
    let both_cpu =
        [before, now].map(|description| DeviceChoice::of_description(description) == Some(DeviceChoice::Cpu));
    before == now || both_cpu == [true; 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset(device: DeviceChoice) -> Preset {
        let text = r#"(name: "a", title: "", data: (source: iris), layers: [Dense(units: 3)],
            loss: mean_squared_error, optimizer: SGD(), train: (epochs: 1, batch_size: 1))"#;
        Preset { device, ..ron::from_str(text).unwrap() }
    }

    #[test]
    fn the_command_line_goes_before_the_preset() {
        let of = |option, device| Wish::of_new_run(option, &preset(device)).unwrap().device;
        assert_eq!(of(None, DeviceChoice::Auto), DeviceChoice::Auto);
        assert_eq!(of(None, DeviceChoice::Cuda(1)), DeviceChoice::Cuda(1));
        assert_eq!(of(Some(DeviceChoice::Cpu), DeviceChoice::Cuda(1)), DeviceChoice::Cpu);
        assert_eq!(of(Some(DeviceChoice::Auto), DeviceChoice::Cuda(1)), DeviceChoice::Auto);
    }

    #[test]
    fn a_run_goes_on_where_it_was_unless_somebody_says_another_device() {
        let (auto, cuda) = (preset(DeviceChoice::Auto), preset(DeviceChoice::Cuda(0)));
        let of = |option, now, description| Wish::of_resumed_run(option, now, &auto, description).unwrap();
        let wish = |device, is_asked_for| Wish { device, is_asked_for };
        let (cpu, card) = ("cpu, 2 threads", "cuda:1, a card, 8 GiB");
        assert_eq!(of(None, &auto, cpu), wish(DeviceChoice::Cpu, false));
        assert_eq!(of(None, &auto, card), wish(DeviceChoice::Cuda(1), false));
        assert_eq!(of(Some(DeviceChoice::Cpu), &auto, card), wish(DeviceChoice::Cpu, true));
        assert_eq!(of(None, &cuda, cpu), wish(DeviceChoice::Cuda(0), true), "--set device=cuda");
        assert_eq!(of(None, &auto, "an engine of old"), wish(DeviceChoice::Auto, true));
        assert!(is_same(cpu, "cpu, 8 threads, AVX2") && !is_same(cpu, card));
        assert!(is_same(card, card) && !is_same(card, "cuda:0, a card, 8 GiB"));
    }

    #[test]
    fn questions_are_answered_on_the_cpu_unless_a_gpu_trained_the_network() {
        let of = device_for_questions;
        assert_eq!(of(None, "cpu, 2 threads"), DeviceChoice::Cpu);
        assert_eq!(of(None, "cuda:0, a card"), DeviceChoice::Auto);
        assert_eq!(of(Some(DeviceChoice::Cuda(0)), "cpu, 2 threads"), DeviceChoice::Cuda(0));
        assert_eq!(of(Some(DeviceChoice::Cpu), "cuda:0, a card"), DeviceChoice::Cpu);
    }
}
