//! Boltzmann machines: the same chains as on the CPU.

use super::ops::{Case, assert_same};
use trainyard::nn::Interrupt;
use trainyard::nn::boltzmann::{Learning, Machine};
use trainyard::nn::device::Error;
use trainyard::nn::init::Stream;
use trainyard::nn::kernel::random::uniforms;
use trainyard::nn::ops::Backend;
use trainyard::preset::Visible;

const LEARNING: Learning =
    Learning { rate: 0.1, momentum: 0.5, weight_decay: 0.01, gibbs_steps: 1, persistent: false };

/// Some steps of learning.
#[derive(Debug)]
struct Steps {
    kind: Visible,
    learning: Learning,
    weights: Vec<f32>,
}

impl Case for Steps {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let mut machine = device.machine(self.kind, 20, 37, Stream { seed: 5, layer: 0 }).unwrap();
        let mut data = vec![0.0; 20 * 13];
        uniforms(&mut data, 3);
        let mut errors = Vec::new();
        for step in 0..4 {
            errors.push(
                machine.step(&data, &self.weights, &self.learning, step, &Interrupt::default()).unwrap()
                    as f32,
            );
        }
        let (mut fired, mut drawn) = (vec![0.0; 37 * 13], vec![0.0; 20 * 13]);
        let hidden = machine.hidden_given(&data, Some(&mut fired), 8).unwrap();
        let visible = machine.visible_given(&hidden, Some(&mut drawn), 9).unwrap();
        let asked = vec![
            machine.free_energy(&data).unwrap() as f32,
            machine.pseudo_likelihood(&fired[..20 * 13], 10).unwrap() as f32,
        ];
        let mut lists = vec![errors, fired, drawn, hidden.to_vec(), visible.to_vec(), asked];
        lists.extend(machine.state().unwrap().into_iter().map(|(_, numbers)| numbers));
        // A machine that continues from this state makes the same next step.
        let mut other = device.machine(self.kind, 20, 37, Stream { seed: 6, layer: 0 }).unwrap();
        let mut state = machine.state().unwrap();
        let mut saved = |name: &str| {
            let place = state.iter().position(|(own, _)| *own == name)?;
            Some(state.swap_remove(place).1)
        };
        other.restore(&mut saved, &|name| Error::Weights(name.to_owned())).unwrap();
        for machine in [&mut machine, &mut other] {
            machine.step(&data, &self.weights, &self.learning, 11, &Interrupt::default()).unwrap();
        }
        assert_eq!(machine.weights().unwrap(), other.weights().unwrap());
        lists
    }
}

#[test]
fn chains_and_updates_are_those_of_the_cpu() {
    for kind in [Visible::Binary, Visible::Gaussian] {
        for learning in [
            LEARNING,
            Learning { gibbs_steps: 3, momentum: 0.0, ..LEARNING },
            Learning { gibbs_steps: 2, persistent: true, rate: 0.02, ..LEARNING },
        ] {
            let weights = (0..13).map(|row| [1.0, 0.0, 2.5][row % 3]).collect();
            assert_same(&Steps { kind, learning, weights: Vec::new() }, 2e-5);
            assert_same(&Steps { kind, learning, weights }, 2e-5);
        }
    }
}

#[test]
fn an_interrupted_step_changes_nothing() {
    #[derive(Debug)]
    struct Interrupted;
    impl Case for Interrupted {
        fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
            let mut machine = device.machine(Visible::Binary, 6, 4, Stream { seed: 5, layer: 0 }).unwrap();
            let data = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0].repeat(20);
            let interrupt = Interrupt::default();
            interrupt.raise();
            let before = machine.state().unwrap();
            for persistent in [false, true] {
                let learning = Learning { gibbs_steps: 1000, persistent, ..LEARNING };
                let ended = machine.step(&data, &[], &learning, 2, &interrupt);
                assert!(matches!(ended, Err(Error::Interrupted)), "{ended:?}");
            }
            assert_eq!(machine.state().unwrap(), before);
            Vec::new()
        }
    }
    assert_same(&Interrupted, 0.0);
}
